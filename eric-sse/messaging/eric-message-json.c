/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-json-private.h"
#include "eric-message-private.h"

/* Messages from JSON, and their payloads as JSON. */

static EricMessage *
new_of_json (const char  *event_type,
             GVariant    *payload,
             const char  *json,
             gsize        length)
{
  EricMessage *self = g_object_new (ERIC_TYPE_MESSAGE, NULL);

  if (event_type != NULL && *event_type != '\0')
    self->event_type = g_ref_string_new (event_type);
  self->origin = ERIC_MESSAGE_OF_JSON;
  self->payload = payload != NULL ? g_variant_ref (payload) : NULL;
  self->text = json != NULL ? g_ref_string_new_len (json, length) : NULL;
  return self;
}

EricMessage *
_eric_message_new_parsed (const char  *event_type,
                          GVariant    *value,
                          const char  *json,
                          gsize        length,
                          GError     **error)
{
  if (!_eric_message_check_field ("type", event_type, error))
    return NULL;
  if (json == NULL || (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE)))
    return new_of_json (event_type, NULL, NULL, 0);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return new_of_json (event_type, value, NULL, 0);
  return new_of_json (event_type, value, json, length);
}

/* The text is JSON. White space around it is not of the document. */
static EricMessage *
new_of_document (const char *event_type,
                 const char *json,
                 gsize       length)
{
  const char space[] = { ' ', '\t', '\r', '\n' };

  while (memchr (space, json[length - 1], sizeof space) != NULL)
    length--;
  while (memchr (space, *json, sizeof space) != NULL)
    {
      json++;
      length--;
    }
  return new_of_json (event_type, NULL, json, length);
}

EricMessage *
_eric_message_new_received_json (const char  *json,
                                 gsize        length,
                                 GError     **error)
{
  return eric_json_check (json, length, TRUE, error) ? new_of_document (NULL, json, length) : NULL;
}

/**
 * eric_message_new_from_json:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @json: one JSON value, RFC 8259
 * @length: the length of @json in bytes, or -1 if it ends with a NUL
 * @error: return location for an error, or %NULL
 *
 * Makes a message from JSON text. The text is kept: subscribers get the numbers, the
 * strings and the white space in it as they were written, but for white space around
 * the value. The [property@Message:payload] is read from it on first use.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT, naming line and column, where
 * @json is not JSON or is nested deeper than 512 levels. A value that the payload
 * cannot hold is no error here, but for who reads it: see [method@Message.parse_json].
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
  gsize whole;

  g_return_val_if_fail (json != NULL, NULL);

  whole = length < 0 ? strlen (json) : (gsize) length;
  if (!_eric_message_check_field ("type", event_type, error) ||
      !eric_json_check (json, whole, FALSE, error))
    return NULL;
  return new_of_document (event_type, json, whole);
}

/* A line break within JSON is white space between its tokens. */
static void
append_on_one_line (GString    *out,
                    const char *json,
                    gsize       length)
{
  gsize from = out->len;

  g_string_append_len (out, json, length);
  for (gsize i = from; i < out->len; i++)
    if (out->str[i] == '\n' || out->str[i] == '\r')
      out->str[i] = ' ';
}

void
_eric_message_append_json (GString     *out,
                           EricMessage *self)
{
  gsize length;
  const char *text = _eric_message_get_text (self, &length);

  if (self->origin == ERIC_MESSAGE_OF_JSON && self->text != NULL)
    append_on_one_line (out, text, length);
  else if (self->origin == ERIC_MESSAGE_OF_TEXT ||
           (self->payload != NULL && g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING)))
    eric_json_append_text (out, text, length);
  else if (self->payload != NULL)
    g_string_append_len (out, text, length);
  else
    g_string_append (out, "null");
}

/**
 * eric_message_to_json:
 * @self: a message
 *
 * Writes the payload as JSON on one line, which [ctor@Message.new_from_json] reads
 * again. Unlike the text, it is JSON also where the payload is a string, and `null`
 * where there is none. From another language it is often faster to read this than the
 * [property@Message:payload], and it has also what that cannot hold.
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
  GString *json;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  json = g_string_new (NULL);
  _eric_message_append_json (json, self);
  return g_string_free (json, FALSE);
}

gboolean
_eric_message_is_held (EricMessage *self)
{
  return eric_message_get_payload (self) != NULL || self->origin != ERIC_MESSAGE_OF_JSON ||
         self->text == NULL || g_str_equal (self->text, "null");
}

static GVariant *
read_value (EricMessage  *self,
            gboolean      lenient,
            GError      **error)
{
  GVariant *payload = NULL;
  gsize length;
  const char *text;

  if (self->origin == ERIC_MESSAGE_OF_JSON ||
      (self->origin == ERIC_MESSAGE_OF_PAYLOAD && self->payload != NULL &&
       !g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING)))
    payload = eric_message_get_payload (self);
  if (payload != NULL)
    return g_variant_ref (payload);
  if (self->origin == ERIC_MESSAGE_OF_JSON && self->text == NULL)
    return g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
  text = _eric_message_get_text (self, &length);
  return lenient ? eric_json_parse_lenient (text, length, error) : eric_json_parse (text, length, error);
}

GVariant *
_eric_message_parse_lenient (EricMessage  *self,
                             GError      **error)
{
  return read_value (self, TRUE, error);
}

/**
 * eric_message_parse_json:
 * @self: a message
 * @error: return location for an error, or %NULL
 *
 * Reads the text of a message as JSON, which is what most event streams carry.
 * A payload that has a structure already, or was read from JSON, is given as it is.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT, naming line and column, where the
 * text is not JSON, and where it has a value that a variant cannot hold: an integer
 * beyond `gint64`, a real beyond a `double`, more than 32 levels of nesting. Half of a
 * surrogate pair and `\u0000` in a string are read as U+FFFD.
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
  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  return read_value (self, FALSE, error);
}
