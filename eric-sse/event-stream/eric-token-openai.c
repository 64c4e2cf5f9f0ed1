/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-token-members-private.h"

/* OpenAI, /v1/chat/completions, and whatever is compatible with it: an object
 * chat.completion.chunk each, and [DONE]. */

/* Where thoughts are. They are the same where there are several. */
static const char * const thoughts[] = {
  "reasoning_content", "reasoning", "reasoning_details", "thinking", "tool_plan",
};

/* A string, a part of text or thoughts, or a list of these. */
void
eric_token_openai_read_text (EricTokenAnswer *self,
                             EricTokenKind    kind,
                             GVariant        *value)
{
  g_autoptr (GVariant) thinking = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    eric_token_answer_add (self, kind, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    for (gsize i = 0; i < g_variant_n_children (value); i++)
      {
        g_autoptr (GVariant) part = eric_token_get_element (value, i);

        eric_token_openai_read_text (self, kind, part);
      }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      thinking = eric_token_get_value (value, "thinking");
      if (thinking != NULL)
        eric_token_openai_read_text (self, ERIC_TOKEN_KIND_REASONING, thinking);
      eric_token_answer_add (self, kind, eric_token_get_string (value, "text"));
      eric_token_answer_add (self, kind, eric_token_get_string (value, "summary"));
    }
}

static void
read_member (EricTokenAnswer *self,
             EricTokenKind    kind,
             GVariant        *object,
             const char      *key)
{
  g_autoptr (GVariant) value = eric_token_get_value (object, key);

  if (value != NULL)
    eric_token_openai_read_text (self, kind, value);
}

static void
read_call (EricTokenAnswer *self,
           GVariant        *call,
           const char      *key,
           guint            place,
           guint            n_places)
{
  g_autoptr (GVariant) function = eric_token_get_object (call, "function");
  g_autoptr (GVariant) custom = eric_token_get_object (call, "custom");
  GVariant *what = function != NULL ? function : custom;
  const char *member = function != NULL ? "arguments" : "input";
  g_autofree char *index = eric_token_dup_key (call, "index");
  g_autofree char *id = eric_token_dup_id (call, "id");
  g_autofree char *arguments = eric_token_dup_arguments (what, member);
  g_autofree char *said = eric_token_dup_key (what, member);
  const EricTokenPiece piece = {
    .key = index != NULL ? index : key,
    .id = id,
    .name = eric_token_get_string (what, "name"),
    .arguments = arguments,
    .has_arguments = said != NULL,
    .is_text = function == NULL,
    .place = place,
    .n_places = n_places,
  };

  if (what != NULL)
    eric_token_answer_take_piece (self, &piece);
}

/* A list, or one by itself. */
static void
read_calls (EricTokenAnswer *self,
            GVariant        *delta,
            const char      *key)
{
  g_autoptr (GVariant) calls = eric_token_get_array (delta, "tool_calls");
  g_autoptr (GVariant) only = eric_token_get_object (delta, "tool_calls");
  gsize n_calls = calls != NULL ? g_variant_n_children (calls) : 0;

  if (only != NULL)
    read_call (self, only, key, 0, 1);
  for (gsize i = 0; i < n_calls && self->error == NULL; i++)
    {
      g_autoptr (GVariant) call = eric_token_get_element (calls, i);

      read_call (self, call, key, i, n_calls);
    }
  eric_token_answer_end_list (self);
}

/* As it was before there were several calls in an answer. */
static void
read_function_call (EricTokenAnswer *self,
                    GVariant        *delta)
{
  g_autoptr (GVariant) function = eric_token_get_object (delta, "function_call");
  g_autofree char *arguments = eric_token_dup_arguments (function, "arguments");
  const EricTokenPiece piece = {
    .name = eric_token_get_string (function, "name"),
    .arguments = arguments,
    .has_arguments = arguments != NULL,
  };

  if (function != NULL)
    eric_token_answer_take_piece (self, &piece);
  eric_token_answer_end_list (self);
}

/* @key is what calls without an index are named by. */
void
eric_token_openai_read_delta (EricTokenAnswer *self,
                              GVariant        *delta,
                              const char      *key)
{
  guint n_tokens = self->tokens->len;

  if (delta == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (thoughts) && self->tokens->len == n_tokens; i++)
    read_member (self, ERIC_TOKEN_KIND_REASONING, delta, thoughts[i]);
  read_member (self, ERIC_TOKEN_KIND_TEXT, delta, "content");
  read_member (self, ERIC_TOKEN_KIND_TEXT, delta, "refusal");
  read_calls (self, delta, key);
  read_function_call (self, delta);
}

static void
read_usage (EricTokenAnswer *self,
            GVariant        *object)
{
  g_autoptr (GVariant) usage = eric_token_get_object (object, "usage");

  eric_token_get_count (usage, "prompt_tokens", &self->input_tokens);
  eric_token_get_count (usage, "input_tokens", &self->input_tokens);
  eric_token_get_count (usage, "completion_tokens", &self->output_tokens);
  eric_token_get_count (usage, "output_tokens", &self->output_tokens);
}

/* Some services say the whole message at the end once more, or all at once. */
static void
read_choice (EricTokenAnswer *self,
             GVariant        *choice,
             gboolean         in_messages)
{
  g_autoptr (GVariant) delta = eric_token_get_object (choice, "delta");
  g_autoptr (GVariant) message = eric_token_get_object (choice, "message");
  gboolean is_said = self->has_said || self->calls->len > 0;

  if (delta == NULL && (in_messages || !is_said))
    eric_token_openai_read_delta (self, message, NULL);
  eric_token_openai_read_delta (self, delta, NULL);
  read_member (self, ERIC_TOKEN_KIND_TEXT, choice, "text");
  read_usage (self, choice);
  if (self->failure == NULL)
    self->failure = eric_token_errors_read (choice);
  if (self->failure == NULL)
    self->failure = eric_token_errors_read (delta);
  if (self->error == NULL && eric_token_get_string (choice, "finish_reason") != NULL)
    eric_token_answer_finish (self, eric_token_get_string (choice, "finish_reason"));
}

/* Of several answers to one question, the first. */
static void
read_choices (EricTokenAnswer *self,
              GVariant        *object,
              gboolean         in_messages)
{
  g_autoptr (GVariant) choices = eric_token_get_array (object, "choices");

  for (gsize i = 0; choices != NULL && i < g_variant_n_children (choices); i++)
    {
      g_autoptr (GVariant) choice = eric_token_get_element (choices, i);
      gint64 index = 0;

      eric_token_get_number (choice, "index", &index);
      if (index == 0 && g_variant_is_of_type (choice, G_VARIANT_TYPE_VARDICT))
        read_choice (self, choice, in_messages);
    }
}

void
eric_token_openai_read (EricTokenAnswer *self,
                        GVariant        *object)
{
  g_autoptr (GVariant) groq = eric_token_get_object (object, "x_groq");

  read_choices (self, object, FALSE);
  read_usage (self, object);
  read_usage (self, groq);
}

/* DashScope has choices, or a text alone, in a member output, and a message for a delta. */
void
eric_token_openai_read_output (EricTokenAnswer *self,
                               GVariant        *object)
{
  g_autoptr (GVariant) output = eric_token_get_object (object, "output");

  read_choices (self, output, TRUE);
  read_member (self, ERIC_TOKEN_KIND_TEXT, output, "text");
  read_usage (self, object);
  if (eric_token_get_string (output, "finish_reason") != NULL)
    eric_token_answer_finish (self, eric_token_get_string (output, "finish_reason"));
}
