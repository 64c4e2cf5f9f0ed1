/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-answer-private.h"

#include "eric-error.h"
#include "eric-token-members-private.h"

/* The ways in which services stream the answer of a model. Each message tells by itself
 * which it is of, most by the beginning of its type. */
static const struct
{
  const char *prefix;
  void      (*read)  (EricTokenAnswer *self,
                      GVariant        *event,
                      const char      *type);
} types[] = {
  { "response.", eric_token_responses_read },
  { "content_block_", eric_token_anthropic_read },
  { "message_", eric_token_anthropic_read },
  { "completion", eric_token_anthropic_read },
  { "content-", eric_token_cohere_read },
  { "message-", eric_token_cohere_read },
  { "tool-", eric_token_cohere_read },
};

/* Whether messages of this type are part of an answer. */
gboolean
eric_token_dialects_know (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_prefix (type, types[i].prefix))
      return TRUE;
  return FALSE;
}

/* What is unknown is left out: services add fields and types of events as they like.
 * Without a type, each dialect reads what it has. */
static void
read_content (EricTokenAnswer *self,
              GVariant        *object)
{
  g_autoptr (GVariant) choices = eric_token_get_value (object, "choices");
  const char *type = eric_token_get_string (object, "type");

  if (choices != NULL)
    eric_token_openai_read (self, object);
  else if (type == NULL)
    {
      eric_token_openai_read_output (self, object);
      eric_token_gemini_read (self, object);
      eric_token_bedrock_read (self, object);
      eric_token_plain_read (self, object);
    }
  for (gsize i = 0; choices == NULL && type != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_str_has_prefix (type, types[i].prefix))
      {
        types[i].read (self, object, type);
        return;
      }
}

/* What comes with an error is not lost. */
static void
read_object (EricTokenAnswer *self,
             GVariant        *object)
{
  self->failure = eric_token_errors_read (object);
  read_content (self, object);
  if (self->failure != NULL)
    eric_token_answer_fail (self, g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, self->failure));
  g_clear_pointer (&self->failure, g_free);
}

/* An object, or a list of them. Anything else keeps the connection open. */
void
eric_token_dialects_read (EricTokenAnswer *self,
                          GVariant        *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    read_object (self, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    for (gsize i = 0; i < g_variant_n_children (value) && !self->done; i++)
      {
        g_autoptr (GVariant) element = eric_token_get_element (value, i);

        if (g_variant_is_of_type (element, G_VARIANT_TYPE_VARDICT))
          read_object (self, element);
      }
}
