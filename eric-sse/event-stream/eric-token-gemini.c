/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-error.h"
#include "eric-token-members-private.h"

/* Gemini of Google, :streamGenerateContent: candidates, whose content has parts. Calls
 * are whole, and there is no end but that of the stream. */

/* Arguments in parts have to be asked for, and are named by paths. */
static void
read_call (EricTokenAnswer *self,
           GVariant        *call)
{
  g_autoptr (GVariant) parts = eric_token_get_array (call, "partialArgs");
  g_autofree char *id = eric_token_dup_id (call, "id");
  g_autofree char *arguments = eric_token_dup_arguments (call, "args");

  if (parts != NULL || eric_token_get_boolean (call, "willContinue"))
    eric_token_answer_fail (self, g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
                                                       "The arguments of a tool come as partialArgs, which are "
                                                       "not read: do not set streamFunctionCallArguments"));
  else
    eric_token_answer_add_whole_call (self, eric_token_get_string (call, "name"), id, arguments);
}

static void
read_part (EricTokenAnswer *self,
           GVariant        *part)
{
  g_autoptr (GVariant) call = eric_token_get_object (part, "functionCall");

  eric_token_answer_add (self,
                         eric_token_get_boolean (part, "thought") ? ERIC_TOKEN_KIND_REASONING : ERIC_TOKEN_KIND_TEXT,
                         eric_token_get_string (part, "text"));
  if (call != NULL)
    read_call (self, call);
}

static void
read_candidate (EricTokenAnswer *self,
                GVariant        *candidate)
{
  g_autoptr (GVariant) content = eric_token_get_object (candidate, "content");
  g_autoptr (GVariant) parts = eric_token_get_array (content, "parts");
  const char *reason = eric_token_get_string (candidate, "finishReason");
  const char *words = eric_token_get_string (candidate, "finishMessage");

  for (gsize i = 0; parts != NULL && i < g_variant_n_children (parts) && self->error == NULL; i++)
    {
      g_autoptr (GVariant) part = eric_token_get_element (parts, i);

      read_part (self, part);
    }
  if (reason == NULL || self->error != NULL)
    return;
  eric_token_answer_finish (self, reason);
  if (self->failure != NULL && words != NULL)
    {
      g_free (self->failure);
      self->failure = g_strdup (words);
    }
}

/* There are no candidates where the question is refused. */
static void
read_feedback (EricTokenAnswer *self,
               GVariant        *object)
{
  g_autoptr (GVariant) feedback = eric_token_get_object (object, "promptFeedback");
  const char *reason = eric_token_get_string (feedback, "blockReason");
  const char *words = eric_token_get_string (feedback, "blockReasonMessage");

  if (reason != NULL && self->failure == NULL)
    self->failure = g_strdup (words != NULL ? words : reason);
}

void
eric_token_gemini_read (EricTokenAnswer *self,
                        GVariant        *object)
{
  g_autoptr (GVariant) candidates = eric_token_get_array (object, "candidates");
  g_autoptr (GVariant) usage = eric_token_get_object (object, "usageMetadata");

  for (gsize i = 0; candidates != NULL && i < g_variant_n_children (candidates); i++)
    {
      g_autoptr (GVariant) candidate = eric_token_get_element (candidates, i);
      gint64 index = 0;

      eric_token_get_number (candidate, "index", &index);
      if (index == 0)
        read_candidate (self, candidate);
    }
  read_feedback (self, object);
  eric_token_get_count (usage, "promptTokenCount", &self->input_tokens);
  eric_token_get_count (usage, "candidatesTokenCount", &self->output_tokens);
}
