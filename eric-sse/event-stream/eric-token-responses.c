/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-answer-private.h"

#include "eric-token-members-private.h"

/* OpenAI, /v1/responses: events of many types, of items that are counted. Their ids are
 * not the same in all events at all services, so that the count comes first. */

/* Events that have a piece of text in a member delta. */
static const struct
{
  const char    *type;
  EricTokenKind  kind;
} texts[] = {
  { "response.output_text.delta", ERIC_TOKEN_KIND_TEXT },
  { "response.refusal.delta", ERIC_TOKEN_KIND_TEXT },
  { "response.reasoning_text.delta", ERIC_TOKEN_KIND_REASONING },
  { "response.reasoning_summary_text.delta", ERIC_TOKEN_KIND_REASONING },
};

/* Events that have arguments of a tool: in a member delta, or, all of them, in another. */
static const struct
{
  const char *type;
  const char *member;
  gboolean    is_text;
} inputs[] = {
  { "response.function_call_arguments.delta", "delta", FALSE },
  { "response.function_call_arguments.done", "arguments", FALSE },
  { "response.custom_tool_call_input.delta", "delta", TRUE },
  { "response.custom_tool_call_input.done", "input", TRUE },
};

static char *
dup_item_key (GVariant *event)
{
  char *key = eric_token_dup_key (event, "output_index");

  return key != NULL ? key : eric_token_dup_key (event, "item_id");
}

static void
read_input (EricTokenAnswer *self,
            GVariant        *event,
            const char      *member,
            gboolean         is_text)
{
  g_autofree char *key = dup_item_key (event);
  g_autofree char *arguments = eric_token_dup_arguments (event, member);
  const EricTokenPiece piece = {
    .key = key,
    .arguments = arguments,
    .has_arguments = TRUE,
    .is_whole = !g_str_equal (member, "delta"),
    .is_text = is_text,
  };

  eric_token_answer_take_piece (self, &piece);
  eric_token_answer_end_list (self);
}

/* An item that is a call of a tool which the service does not call by itself. */
static void
read_call (EricTokenAnswer *self,
           GVariant        *item,
           const char      *key)
{
  gboolean is_text = g_strcmp0 (eric_token_get_string (item, "type"), "custom_tool_call") == 0;
  g_autofree char *id = eric_token_dup_id (item, "call_id");
  g_autofree char *arguments = eric_token_dup_arguments (item, is_text ? "input" : "arguments");
  const EricTokenPiece piece = {
    .key = key,
    .id = id,
    .name = eric_token_get_string (item, "name"),
    .arguments = arguments,
    .has_arguments = TRUE,
    .is_whole = TRUE,
    .is_text = is_text,
  };

  if (is_text || g_strcmp0 (eric_token_get_string (item, "type"), "function_call") == 0)
    eric_token_answer_take_piece (self, &piece);
  eric_token_answer_end_list (self);
}

static void
read_item (EricTokenAnswer *self,
           GVariant        *event)
{
  g_autoptr (GVariant) item = eric_token_get_object (event, "item");
  g_autofree char *key = dup_item_key (event);

  if (key == NULL)
    key = eric_token_dup_key (item, "id");
  read_call (self, item, key);
}

/* Some services have said nothing of the items until here. */
static void
read_output (EricTokenAnswer *self,
             GVariant        *response)
{
  g_autoptr (GVariant) output = eric_token_get_array (response, "output");
  gboolean has_said = self->has_said;

  for (gsize i = 0; output != NULL && i < g_variant_n_children (output) && self->error == NULL; i++)
    {
      g_autoptr (GVariant) item = eric_token_get_element (output, i);
      g_autoptr (GVariant) content = eric_token_get_array (item, "content");
      g_autofree char *key = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

      if (!has_said && content != NULL && g_strcmp0 (eric_token_get_string (item, "type"), "message") == 0)
        eric_token_openai_read_text (self, ERIC_TOKEN_KIND_TEXT, content);
      read_call (self, item, key);
    }
}

static void
read_end (EricTokenAnswer *self,
          GVariant        *event)
{
  g_autoptr (GVariant) response = eric_token_get_object (event, "response");
  g_autoptr (GVariant) usage = eric_token_get_object (response, "usage");
  g_autoptr (GVariant) details = eric_token_get_object (response, "incomplete_details");
  const char *type = eric_token_get_string (event, "type");
  const char *reason = eric_token_get_string (details, "reason");

  if (self->failure == NULL)
    self->failure = eric_token_errors_read (response);
  read_output (self, response);
  eric_token_get_count (usage, "input_tokens", &self->input_tokens);
  eric_token_get_count (usage, "output_tokens", &self->output_tokens);
  if (self->error == NULL)
    eric_token_answer_end (self, reason != NULL ? reason : type + strlen ("response."));
}

void
eric_token_responses_read (EricTokenAnswer *self,
                           GVariant        *event,
                           const char      *type)
{
  static const char * const ends[] = {
    "response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (type, texts[i].type))
      eric_token_answer_add (self, texts[i].kind, eric_token_get_string (event, "delta"));
  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    if (g_str_equal (type, inputs[i].type))
      read_input (self, event, inputs[i].member, inputs[i].is_text);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (type, ends[i]))
      read_end (self, event);
  if (g_str_equal (type, "response.output_item.added") || g_str_equal (type, "response.output_item.done"))
    read_item (self, event);
}
