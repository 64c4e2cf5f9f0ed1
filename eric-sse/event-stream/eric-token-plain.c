/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-token-members-private.h"

/* Services whose objects have a piece of text in a member, and say in others that it was
 * the last. */
typedef struct
{
  const char *mark;           /* without this member, it is another */
  const char *text;           /* (nullable) */
  const char *end;            /* (nullable): a boolean */
  const char *reason;
  const char *input_tokens;   /* of the end */
  const char *output_tokens;
} Plain;

static const Plain plains[] = {
  /* Ollama, /api/generate; Workers AI of Cloudflare, which ends with [DONE] */
  { "response", "response", NULL, NULL, NULL, NULL },
  /* Ollama */
  { "done", NULL, "done", "done_reason", "prompt_eval_count", "eval_count" },
  /* llama.cpp, /completion */
  { "stop", "content", "stop", "stop_type", "tokens_evaluated", "tokens_predicted" },
  /* Baidu */
  { "is_end", "result", "is_end", "finish_reason", NULL, NULL },
};

static void
read_plain (EricTokenAnswer *self,
            GVariant        *object,
            const Plain     *plain)
{
  g_autoptr (GVariant) mark = eric_token_get_value (object, plain->mark);

  if (mark == NULL)
    return;
  if (plain->text != NULL)
    eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (object, plain->text));
  if (plain->end == NULL || !eric_token_get_boolean (object, plain->end) || self->error != NULL)
    return;
  if (plain->input_tokens != NULL)
    {
      eric_token_get_count (object, plain->input_tokens, &self->input_tokens);
      eric_token_get_count (object, plain->output_tokens, &self->output_tokens);
    }
  eric_token_answer_end (self, eric_token_get_string (object, plain->reason));
}

/* Calls that are whole: of a function, or with its name and its arguments by themselves. */
static void
read_whole_calls (EricTokenAnswer *self,
                  GVariant        *object)
{
  g_autoptr (GVariant) calls = eric_token_get_array (object, "tool_calls");

  for (gsize i = 0; calls != NULL && i < g_variant_n_children (calls) && self->error == NULL; i++)
    {
      g_autoptr (GVariant) call = eric_token_get_element (calls, i);
      g_autoptr (GVariant) function = eric_token_get_object (call, "function");
      GVariant *what = function != NULL ? function : call;
      g_autofree char *id = eric_token_dup_id (call, "id");
      g_autofree char *arguments = eric_token_dup_arguments (what, "arguments");

      if (function != NULL || eric_token_get_string (call, "name") != NULL)
        eric_token_answer_add_whole_call (self, eric_token_get_string (what, "name"), id, arguments);
    }
}

static void
read_usage (EricTokenAnswer *self,
            GVariant        *object)
{
  g_autoptr (GVariant) usage = eric_token_get_object (object, "usage");

  eric_token_get_count (usage, "prompt_tokens", &self->input_tokens);
  eric_token_get_count (usage, "completion_tokens", &self->output_tokens);
}

/* Text Generation Inference, /generate_stream: a token each. The last one has all the
 * text once more. */
static void
read_token (EricTokenAnswer *self,
            GVariant        *object)
{
  g_autoptr (GVariant) token = eric_token_get_object (object, "token");
  g_autoptr (GVariant) details = eric_token_get_object (object, "details");

  if (token == NULL)
    return;
  if (!eric_token_get_boolean (token, "special"))
    eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (token, "text"));
  eric_token_get_count (details, "generated_tokens", &self->output_tokens);
  if (eric_token_get_string (details, "finish_reason") != NULL)
    eric_token_answer_finish (self, eric_token_get_string (details, "finish_reason"));
}

/* watsonx, /ml/v1/text/generation_stream: a list of one. */
static void
read_results (EricTokenAnswer *self,
              GVariant        *object)
{
  g_autoptr (GVariant) results = eric_token_get_array (object, "results");
  g_autoptr (GVariant) result = NULL;

  if (results == NULL || g_variant_n_children (results) == 0)
    return;
  result = eric_token_get_element (results, 0);
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (result, "generated_text"));
  eric_token_get_count (result, "input_token_count", &self->input_tokens);
  eric_token_get_count (result, "generated_token_count", &self->output_tokens);
  if (eric_token_get_string (result, "stop_reason") != NULL)
    eric_token_answer_finish (self, eric_token_get_string (result, "stop_reason"));
}

void
eric_token_plain_read (EricTokenAnswer *self,
                       GVariant        *object)
{
  g_autoptr (GVariant) message = eric_token_get_object (object, "message");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, eric_token_get_string (message, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, eric_token_get_string (object, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (message, "content"));
  read_whole_calls (self, message);
  read_whole_calls (self, object);
  read_usage (self, object);
  read_token (self, object);
  read_results (self, object);
  for (gsize i = 0; i < G_N_ELEMENTS (plains); i++)
    read_plain (self, object, &plains[i]);
}
