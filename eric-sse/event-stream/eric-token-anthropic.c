/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-token-members-private.h"

/* Services that stream an answer in blocks of several types. Tools that they call by
 * themselves are in blocks of other types, and their own business. */

/* What comes behind a block shows that it was whole. */
static void
begin_call (EricTokenAnswer      *self,
            const EricTokenPiece *piece)
{
  EricTokenCall *call = eric_token_answer_begin_call (self, piece);

  if (call != NULL && piece->arguments != NULL && !g_str_equal (piece->arguments, "{}"))
    call->initial = g_strdup (piece->arguments);
}

static void
extend_call (EricTokenAnswer *self,
             const char      *key,
             const char      *arguments)
{
  EricTokenCall *call = eric_token_answer_find_call (self, key);

  if (call != NULL && arguments != NULL)
    eric_token_answer_extend_call (self, call, arguments);
}

static void
close_call (EricTokenAnswer *self,
            const char      *key)
{
  EricTokenCall *call = eric_token_answer_find_call (self, key);

  if (call != NULL)
    call->closed = TRUE;
}

/* Anthropic, /v1/messages */

static void
read_usage (EricTokenAnswer *self,
            GVariant        *object)
{
  g_autoptr (GVariant) usage = eric_token_get_object (object, "usage");

  eric_token_get_count (usage, "input_tokens", &self->input_tokens);
  eric_token_get_count (usage, "output_tokens", &self->output_tokens);
}

static void
begin_block (EricTokenAnswer *self,
             GVariant        *event,
             const char      *key)
{
  g_autoptr (GVariant) block = eric_token_get_object (event, "content_block");
  g_autofree char *id = eric_token_dup_id (block, "id");
  g_autofree char *input = eric_token_dup_arguments (block, "input");
  const EricTokenPiece piece = {
    .key = key, .id = id, .name = eric_token_get_string (block, "name"), .arguments = input,
  };

  eric_token_answer_give_calls (self, TRUE, FALSE);
  if (g_strcmp0 (eric_token_get_string (block, "type"), "tool_use") == 0)
    {
      begin_call (self, &piece);
      return;
    }
  close_call (self, key);
  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, eric_token_get_string (block, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (block, "text"));
}

static void
extend_block (EricTokenAnswer *self,
              GVariant        *event,
              const char      *key)
{
  g_autoptr (GVariant) delta = eric_token_get_object (event, "delta");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, eric_token_get_string (delta, "thinking"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (delta, "text"));
  extend_call (self, key, eric_token_get_string (delta, "partial_json"));
}

static void
read_message_delta (EricTokenAnswer *self,
                    GVariant        *event)
{
  g_autoptr (GVariant) delta = eric_token_get_object (event, "delta");
  const char *reason = eric_token_get_string (delta, "stop_reason");

  read_usage (self, event);
  if (reason != NULL)
    eric_token_answer_finish (self, reason);
}

/* The older /v1/complete has an event of type completion. */
static void
read_completion (EricTokenAnswer *self,
                 GVariant        *event)
{
  const char *reason = eric_token_get_string (event, "stop_reason");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (event, "completion"));
  if (reason != NULL)
    eric_token_answer_end (self, reason);
}

void
eric_token_anthropic_read (EricTokenAnswer *self,
                           GVariant        *event,
                           const char      *type)
{
  g_autoptr (GVariant) message = eric_token_get_object (event, "message");
  g_autofree char *key = eric_token_dup_key (event, "index");

  if (g_str_equal (type, "message_start"))
    read_usage (self, message);
  else if (g_str_equal (type, "content_block_start"))
    begin_block (self, event, key);
  else if (g_str_equal (type, "content_block_delta"))
    extend_block (self, event, key);
  else if (g_str_equal (type, "content_block_stop"))
    close_call (self, key);
  else if (g_str_equal (type, "message_delta"))
    read_message_delta (self, event);
  else if (g_str_equal (type, "completion"))
    read_completion (self, event);
  else if (g_str_equal (type, "message_stop"))
    eric_token_answer_end (self, NULL);
}

/* Bedrock, ConverseStream, as gateways have it in JSON: an object with one member each,
 * of which metadata is the last. */

static void
begin_bedrock_block (EricTokenAnswer *self,
                     GVariant        *block,
                     const char      *key)
{
  g_autoptr (GVariant) start = eric_token_get_object (block, "start");
  g_autoptr (GVariant) tool = eric_token_get_object (start, "toolUse");
  const EricTokenPiece piece = {
    .key = key, .id = eric_token_get_string (tool, "toolUseId"), .name = eric_token_get_string (tool, "name"),
  };

  if (block == NULL)
    return;
  eric_token_answer_give_calls (self, TRUE, FALSE);
  if (tool != NULL)
    begin_call (self, &piece);
}

static void
extend_bedrock_block (EricTokenAnswer *self,
                      GVariant        *block,
                      const char      *key)
{
  g_autoptr (GVariant) delta = eric_token_get_object (block, "delta");
  g_autoptr (GVariant) tool = eric_token_get_object (delta, "toolUse");
  g_autoptr (GVariant) thoughts = eric_token_get_object (delta, "reasoningContent");

  eric_token_answer_add (self, ERIC_TOKEN_KIND_REASONING, eric_token_get_string (thoughts, "text"));
  eric_token_answer_add (self, ERIC_TOKEN_KIND_TEXT, eric_token_get_string (delta, "text"));
  extend_call (self, key, eric_token_get_string (tool, "input"));
}

static void
read_bedrock_metadata (EricTokenAnswer *self,
                       GVariant        *metadata)
{
  g_autoptr (GVariant) usage = eric_token_get_object (metadata, "usage");

  eric_token_get_count (usage, "inputTokens", &self->input_tokens);
  eric_token_get_count (usage, "outputTokens", &self->output_tokens);
}

void
eric_token_bedrock_read (EricTokenAnswer *self,
                         GVariant        *event)
{
  g_autoptr (GVariant) start = eric_token_get_object (event, "contentBlockStart");
  g_autoptr (GVariant) delta = eric_token_get_object (event, "contentBlockDelta");
  g_autoptr (GVariant) stop = eric_token_get_object (event, "contentBlockStop");
  g_autoptr (GVariant) end = eric_token_get_object (event, "messageStop");
  g_autoptr (GVariant) metadata = eric_token_get_object (event, "metadata");
  GVariant *block = start != NULL ? start : delta != NULL ? delta : stop;
  g_autofree char *key = eric_token_dup_key (block, "contentBlockIndex");

  begin_bedrock_block (self, start, key);
  extend_bedrock_block (self, delta, key);
  if (stop != NULL)
    close_call (self, key);
  if (eric_token_get_string (end, "stopReason") != NULL)
    eric_token_answer_finish (self, eric_token_get_string (end, "stopReason"));
  read_bedrock_metadata (self, metadata);
}

/* Cohere, /v2/chat: blocks whose deltas are as those of OpenAI, within a message. */
void
eric_token_cohere_read (EricTokenAnswer *self,
                        GVariant        *event,
                        const char      *type)
{
  g_autoptr (GVariant) delta = eric_token_get_object (event, "delta");
  g_autoptr (GVariant) message = eric_token_get_object (delta, "message");
  g_autoptr (GVariant) usage = eric_token_get_object (delta, "usage");
  g_autoptr (GVariant) tokens = eric_token_get_object (usage, "tokens");
  g_autofree char *key = eric_token_dup_key (event, "index");

  eric_token_openai_read_delta (self, message, key);
  if (!g_str_equal (type, "message-end"))
    return;
  eric_token_get_count (tokens, "input_tokens", &self->input_tokens);
  eric_token_get_count (tokens, "output_tokens", &self->output_tokens);
  if (self->failure == NULL)
    self->failure = eric_token_errors_read (delta);
  eric_token_answer_end (self, eric_token_get_string (delta, "finish_reason"));
}
