/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-message-kept-private.h"

#include "eric-message-private.h"

EricMessageKept
_eric_message_get_kept (EricMessage *self)
{
  if (self->origin == ERIC_MESSAGE_OF_TEXT)
    return ERIC_MESSAGE_KEPT_TEXT;
  if (self->origin == ERIC_MESSAGE_OF_JSON && self->text != NULL)
    return ERIC_MESSAGE_KEPT_JSON;
  if (self->payload == NULL)
    return ERIC_MESSAGE_KEPT_NOTHING;
  return g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING) ? ERIC_MESSAGE_KEPT_STRING
                                                                     : ERIC_MESSAGE_KEPT_JSON;
}

/* Without its fields. */
static EricMessage *
new_of_text (EricMessageKept  kept,
             const char      *text,
             gsize            length)
{
  EricMessage *self = NULL;

  if (kept == ERIC_MESSAGE_KEPT_JSON)
    self = _eric_message_new_received_json (text, length, NULL);
  else if (kept == ERIC_MESSAGE_KEPT_STRING)
    {
      g_autofree char *string = g_strndup (text, length);

      self = eric_message_new_full (NULL, g_variant_new_string (string), NULL, NULL, NULL);
    }
  else if (kept == ERIC_MESSAGE_KEPT_NOTHING)
    self = eric_message_new_full (NULL, NULL, NULL, NULL, NULL);

  return self != NULL ? self : _eric_message_new_received (NULL, text, length, NULL);
}

EricMessage *
_eric_message_new_kept (EricMessageKept  kept,
                        const char      *event_type,
                        const char      *id,
                        const char      *sender_id,
                        const char      *text,
                        gsize            length)
{
  EricMessage *self = new_of_text (kept, text, length);

  self->event_type = event_type != NULL ? g_ref_string_new (event_type) : NULL;
  self->id = id != NULL ? g_ref_string_new (id) : NULL;
  self->sender_id = sender_id != NULL ? g_ref_string_new (sender_id) : NULL;
  return self;
}
