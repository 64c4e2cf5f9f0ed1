/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-error.h"
#include "eric-json-private.h"

/* Three ways in which services stream the answer of a model. Each message tells by
 * itself which it is of. What is unknown, or of another type than expected, is left
 * out: services add fields and types of events as they like. */

/* Members */

/* (transfer full) (nullable): NULL, too, where @object is. */
static GVariant *
get_member (GVariant           *object,
            const char         *key,
            const GVariantType *type)
{
  if (object == NULL || !g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT))
    return NULL;
  return g_variant_lookup_value (object, key, type);
}

static GVariant *
get_object (GVariant   *object,
            const char *key)
{
  return get_member (object, key, G_VARIANT_TYPE_VARDICT);
}

static GVariant *
get_array (GVariant   *object,
           const char *key)
{
  return get_member (object, key, G_VARIANT_TYPE ("av"));
}

/* (transfer none) (nullable): valid as long as @object */
static const char *
get_string (GVariant   *object,
            const char *key)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_STRING);

  return value != NULL ? g_variant_get_string (value, NULL) : NULL;
}

static gboolean
get_boolean (GVariant   *object,
             const char *key)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_BOOLEAN);

  return value != NULL && g_variant_get_boolean (value);
}

/* Leaves @number as it is where there is none. */
static void
get_number (GVariant   *object,
            const char *key,
            gint64     *number)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_INT64);

  if (value != NULL)
    *number = g_variant_get_int64 (value);
}

static void
get_count (GVariant   *object,
           const char *key,
           guint64    *count)
{
  gint64 number = -1;

  get_number (object, key, &number);
  if (number >= 0)
    *count = number;
}

/* (transfer full) (nullable): what is in an array at this place. */
static GVariant *
get_element (GVariant *array,
             gsize     i)
{
  g_autoptr (GVariant) boxed = g_variant_get_child_value (array, i);

  return g_variant_get_variant (boxed);
}

/* (transfer full) (nullable): arguments, as JSON. They are an object, or one in a
 * string. */
static char *
dup_arguments (GVariant   *object,
               const char *key)
{
  g_autoptr (GVariant) value = get_object (object, key);

  if (value != NULL)
    return eric_json_print (value);
  return g_strdup (get_string (object, key));
}

/* OpenAI, /v1/chat/completions, and whatever is compatible with it: an object
 * chat.completion.chunk each, and [DONE]. */

/* Some services have text and thoughts as a list of parts. */
static void
read_parts (EricTokenAnswer *self,
            EricTokenKind    kind,
            GVariant        *parts)
{
  for (gsize i = 0; parts != NULL && i < g_variant_n_children (parts); i++)
    {
      g_autoptr (GVariant) part = get_element (parts, i);
      g_autoptr (GVariant) thinking = get_array (part, "thinking");

      eric_token_answer_add (self, kind, get_string (part, "text"));
      if (kind == ERIC_TOKEN_KIND_TEXT)
        read_parts (self, ERIC_TOKEN_KIND_REASONING, thinking);
    }
}

/* The call that a piece belongs to. Some services leave the index out, and others
 * have the same for all: then a new id begins a new call. */
static EricTokenCall *
find_openai_call (EricTokenAnswer *self,
                  GVariant        *piece,
                  const char      *name)
{
  const char *id = get_string (piece, "id");
  gint64 index = -1;
  EricTokenCall *call;

  get_number (piece, "index", &index);
  if (index < 0 && self->calls->len > 0)
    call = self->calls->pdata[self->calls->len - 1];
  else
    call = eric_token_answer_find_call (self, index);
  if (call != NULL && id != NULL && *id != '\0' && call->id != NULL && !g_str_equal (id, call->id))
    call = NULL;
  if (call == NULL)
    return eric_token_answer_begin_call (self, index, name, id);
  if (call->name == NULL)
    call->name = g_strdup (name);
  if (call->id == NULL)
    call->id = g_strdup (id);
  return call;
}

static void
read_openai_calls (EricTokenAnswer *self,
                   GVariant        *pieces)
{
  for (gsize i = 0; pieces != NULL && i < g_variant_n_children (pieces) && self->error == NULL; i++)
    {
      g_autoptr (GVariant) piece = get_element (pieces, i);
      g_autoptr (GVariant) function = get_object (piece, "function");
      g_autoptr (GVariant) custom = get_object (piece, "custom");
      g_autofree char *arguments = NULL;
      EricTokenCall *call;

      if (function == NULL && custom == NULL)
        continue;
      call = find_openai_call (self, piece, get_string (function != NULL ? function : custom, "name"));
      arguments = function != NULL ? dup_arguments (function, "arguments")
                                   : g_strdup (get_string (custom, "input"));
      if (call != NULL && arguments != NULL)
        eric_token_answer_extend_call (self, call, arguments);
    }
}

static void
read_openai_choice (EricTokenAnswer *self,
                    GVariant        *choice)
{
  g_autoptr (GVariant) delta = get_object (choice, "delta");
  g_autoptr (GVariant) parts = get_array (delta, "content");
  g_autoptr (GVariant) calls = get_array (delta, "tool_calls");
  const char *thoughts = get_string (delta, "reasoning_content");
  const char *reason = get_string (choice, "finish_reason");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING,
                         thoughts != NULL ? thoughts : get_string (delta, "reasoning"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (delta, "content"));
  read_parts (self, ERIC_TOKEN_KIND_TEXT, parts);
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (delta, "refusal"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (choice, "text"));
  read_openai_calls (self, calls);
  if (reason != NULL && self->error == NULL)
    eric_token_answer_finish (self, reason);
}

/* Of several answers to one question, the first. */
static void
read_openai (EricTokenAnswer *self,
             GVariant        *object,
             GVariant        *choices)
{
  g_autoptr (GVariant) usage = get_object (object, "usage");

  for (gsize i = 0; i < g_variant_n_children (choices); i++)
    {
      g_autoptr (GVariant) choice = get_element (choices, i);
      gint64 index = 0;

      get_number (choice, "index", &index);
      if (index == 0)
        read_openai_choice (self, choice);
    }
  get_count (usage, "prompt_tokens", &self->input_tokens);
  get_count (usage, "completion_tokens", &self->output_tokens);
}

/* Anthropic, /v1/messages: events of several types, and blocks of several types
 * within the answer. */

static void
read_anthropic_usage (EricTokenAnswer *self,
                      GVariant        *object)
{
  g_autoptr (GVariant) usage = get_object (object, "usage");

  get_count (usage, "input_tokens", &self->input_tokens);
  get_count (usage, "output_tokens", &self->output_tokens);
}

/* Tools that the service calls by itself are of other types, and its own business. */
static void
begin_anthropic_block (EricTokenAnswer *self,
                       GVariant        *event,
                       gint64           index)
{
  g_autoptr (GVariant) block = get_object (event, "content_block");

  if (g_strcmp0 (get_string (block, "type"), "tool_use") == 0)
    {
      eric_token_answer_begin_call (self, index, get_string (block, "name"), get_string (block, "id"));
      return;
    }
  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, get_string (block, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (block, "text"));
}

static void
extend_anthropic_block (EricTokenAnswer *self,
                        GVariant        *event,
                        gint64           index)
{
  g_autoptr (GVariant) delta = get_object (event, "delta");
  const char *arguments = get_string (delta, "partial_json");
  EricTokenCall *call = eric_token_answer_find_call (self, index);

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, get_string (delta, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (delta, "text"));
  if (call != NULL && arguments != NULL)
    eric_token_answer_extend_call (self, call, arguments);
}

static void
read_anthropic (EricTokenAnswer *self,
                GVariant        *event,
                const char      *type)
{
  g_autoptr (GVariant) message = get_object (event, "message");
  g_autoptr (GVariant) delta = get_object (event, "delta");
  gint64 index = 0;

  get_number (event, "index", &index);
  if (g_str_equal (type, "message_start"))
    read_anthropic_usage (self, message);
  else if (g_str_equal (type, "content_block_start"))
    begin_anthropic_block (self, event, index);
  else if (g_str_equal (type, "content_block_delta"))
    extend_anthropic_block (self, event, index);
  else if (g_str_equal (type, "content_block_stop"))
    {
      EricTokenCall *call = eric_token_answer_find_call (self, index);

      if (call != NULL)
        eric_token_answer_end_call (self, call);
    }
  else if (g_str_equal (type, "message_delta"))
    {
      read_anthropic_usage (self, event);
      if (get_string (delta, "stop_reason") != NULL)
        eric_token_answer_finish (self, get_string (delta, "stop_reason"));
    }
  else if (g_str_equal (type, "message_stop"))
    {
      eric_token_answer_finish (self, NULL);
      self->done = TRUE;
    }
}

/* Ollama, /api/chat and /api/generate: an object a line, of which the last is done. */
static void
read_ollama (EricTokenAnswer *self,
             GVariant        *object)
{
  g_autoptr (GVariant) message = get_object (object, "message");
  g_autoptr (GVariant) calls = get_array (message, "tool_calls");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, get_string (message, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, get_string (object, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (message, "content"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, get_string (object, "response"));
  for (gsize i = 0; calls != NULL && i < g_variant_n_children (calls); i++)
    {
      g_autoptr (GVariant) call = get_element (calls, i);
      g_autoptr (GVariant) function = get_object (call, "function");
      g_autofree char *arguments = dup_arguments (function, "arguments");

      if (function != NULL)
        eric_token_answer_add_call (self, get_string (function, "name"), get_string (call, "id"), arguments);
    }
  if (!get_boolean (object, "done"))
    return;
  get_count (object, "prompt_eval_count", &self->input_tokens);
  get_count (object, "eval_count", &self->output_tokens);
  eric_token_answer_finish (self, get_string (object, "done_reason"));
  self->done = TRUE;
}

/* Errors */

/* (transfer full) (nullable): what an object says of an error, NULL where it is none.
 * All three have it in a member of this name, as a string or as an object; some have
 * one that is empty where there is no error. */
static char *
dup_error (GVariant *object)
{
  g_autoptr (GVariant) error = get_object (object, "error");
  const char *text = get_string (object, "error");

  if (text != NULL && *text != '\0')
    return g_strdup (text);
  if (error != NULL && g_variant_n_children (error) > 0)
    {
      text = get_string (error, "message");
      return text != NULL ? g_strdup (text) : eric_json_print (error);
    }
  if (g_strcmp0 (get_string (object, "object"), "error") == 0)
    return g_strdup (get_string (object, "message"));
  return NULL;
}

/* (transfer full) (nullable): what the body of an answer says. */
char *
eric_token_dialects_explain (GVariant *value)
{
  char *text;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) && g_variant_n_children (value) == 1)
    {
      g_autoptr (GVariant) only = get_element (value, 0);

      return dup_error (only);
    }
  text = dup_error (value);
  if (text == NULL)
    text = g_strdup (get_string (value, "message"));
  if (text == NULL)
    text = g_strdup (get_string (value, "detail"));
  return text;
}

void
eric_token_dialects_read (EricTokenAnswer *self,
                          GVariant        *object)
{
  g_autoptr (GVariant) choices = get_array (object, "choices");
  const char *type = get_string (object, "type");
  g_autofree char *error = NULL;

  if (choices != NULL)
    read_openai (self, object, choices);
  else if (type != NULL)
    read_anthropic (self, object, type);
  else
    read_ollama (self, object);

  error = dup_error (object);
  if (error != NULL)
    eric_token_answer_fail (self, g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, error));
}
