/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-json-private.h"
#include "eric-message-private.h"

/* Messages from JSON, and their payloads as JSON. */

EricMessage *
_eric_message_new_parsed (const char  *event_type,
                          GVariant    *payload,
                          const char  *json,
                          gsize        length,
                          GError     **error)
{
  EricMessage *self;

  if (!_eric_message_check_field ("type", event_type, error))
    return NULL;
  self = g_object_new (ERIC_TYPE_MESSAGE, NULL);
  if (event_type != NULL && *event_type != '\0')
    self->event_type = g_ref_string_new (event_type);
  self->is_json = payload != NULL;
  if (payload == NULL || g_variant_is_of_type (payload, G_VARIANT_TYPE_MAYBE))
    return self;
  self->payload = g_variant_ref (payload);
  if (json != NULL && !g_variant_is_of_type (payload, G_VARIANT_TYPE_STRING))
    self->text = g_ref_string_new_len (json, length);
  return self;
}

EricMessage *
_eric_message_new_received_json (const char  *json,
                                 gsize        length,
                                 GError     **error)
{
  g_autoptr (GVariant) payload = eric_json_parse (json, length, error);

  return payload != NULL ? _eric_message_new_parsed (NULL, payload, json, length, error) : NULL;
}

/**
 * eric_message_new_from_json:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @json: one JSON value, RFC 8259
 * @length: the length of @json in bytes, or -1 if it ends with a NUL
 * @error: return location for an error, or %NULL
 *
 * Makes a message whose payload is read from JSON text.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT, naming line and column, where
 * @json is not JSON, and where it is but could not be kept whole: an integer
 * that a `gint64` cannot hold, a real beyond a `double`, `\u0000` in a string,
 * more than 32 levels of nesting.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_message_new_from_json (const char  *event_type,
                            const char  *json,
                            gssize       length,
                            GError     **error)
{
  g_autoptr (GVariant) payload = NULL;

  g_return_val_if_fail (json != NULL, NULL);

  payload = eric_json_parse (json, length, error);
  return payload != NULL ? _eric_message_new_parsed (event_type, payload, NULL, 0, error) : NULL;
}

/**
 * eric_message_to_json:
 * @self: a message
 *
 * Writes the payload as JSON, which [ctor@Message.new_from_json] reads again. Unlike
 * the text, it is JSON also where the payload is a string, and `null` where there is
 * none. From another language it is often faster to read this than the
 * [property@Message:payload].
 *
 * A NUL in the payload is written as `\u0000`.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): one JSON value
 *
 * Since: 0.1
 */
char *
eric_message_to_json (EricMessage *self)
{
  gsize length;
  const char *text;
  GString *json;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  if (!self->is_text && self->payload == NULL)
    return g_strdup ("null");
  text = _eric_message_get_text (self, &length);
  if (!self->is_text && !g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING))
    return g_strndup (text, length);
  json = g_string_sized_new (length + strlen ("\"\""));
  eric_json_append_text (json, text, length);
  return g_string_free (json, FALSE);
}

/**
 * eric_message_parse_json:
 * @self: a message
 * @error: return location for an error, or %NULL
 *
 * Reads the text of a message as JSON, which is what most event streams carry.
 * A payload that has a structure already, or was read from JSON, is given as it is.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT as [ctor@Message.new_from_json]
 * does.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the value: of the types that a payload has, and `mv`
 *   for `null`
 *
 * Since: 0.1
 */
GVariant *
eric_message_parse_json (EricMessage  *self,
                         GError      **error)
{
  gsize length;
  const char *text;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  if (self->is_json && self->payload == NULL)
    return g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  if (!self->is_text && self->payload != NULL &&
      (self->is_json || !g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING)))
    return g_variant_ref (self->payload);
  text = _eric_message_get_text (self, &length);
  return eric_json_parse (text, length, error);
}
