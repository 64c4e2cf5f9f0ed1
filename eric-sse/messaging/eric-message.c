/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-message.h"

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message-private.h"
#include "eric-utf8-private.h"

/**
 * EricMessage:
 *
 * One message: a type, a payload, and optionally an id and a sender.
 *
 * A message never changes once it is made, so that one object can be in any
 * number of queues at once. Whatever is wrong with a message is told when it is
 * made: a type or an id that the event-stream format could not carry, or a
 * payload that JSON has no form for, gives %ERIC_ERROR_INVALID_MESSAGE_FORMAT.
 *
 * The payload is a [struct@GLib.Variant] of a type that JSON has: boolean `b`,
 * integer `x`, real `d`, string `s`, array `av`, object `a{sv}`, and inside
 * these a nothing (`mv`) for `null`. Other types are brought to these when the
 * message is made: any integer becomes `x`, `as` and tuples become `av`,
 * `a{ss}` becomes `a{sv}`.
 *
 * ```c
 * g_autoptr (GError) error = NULL;
 * g_autoptr (EricMessage) text = eric_message_new_from_text ("greeting", "hello", &error);
 * g_autoptr (EricMessage) json = NULL;
 *
 * json = eric_message_new_from_json ("bid", "{\"price\": 7}", -1, &error);
 * ```
 *
 * Types that begin with `_eric_` are reserved: see %ERIC_MESSAGE_TYPE_CLOSED,
 * %ERIC_MESSAGE_TYPE_EOF and %ERIC_MESSAGE_TYPE_ERROR.
 *
 * It is safe to use a message from any thread.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (EricMessage, eric_message, G_TYPE_OBJECT)

#define DEFAULT_EVENT_TYPE "message"

enum
{
  PROP_0,
  PROP_EVENT_TYPE,
  PROP_PAYLOAD,
  PROP_TEXT,
  PROP_ID,
  PROP_SENDER_ID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* NUL cannot be in a C string: who has a length checks for it. */
gboolean
_eric_message_check_field (const char  *what,
                           const char  *value,
                           GError     **error)
{
  if (value == NULL)
    return TRUE;

  if (strpbrk (value, "\r\n") != NULL)
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                   "The %s of a message cannot contain a line break", what);
      return FALSE;
    }
  if (!g_utf8_validate (value, -1, NULL))
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                   "The %s of a message must be UTF-8", what);
      return FALSE;
    }
  return TRUE;
}

static char *
ref_string_copy (const char *string)
{
  return string != NULL ? g_ref_string_new (string) : NULL;
}

static char *
ref_string_share (char *string)
{
  return string != NULL ? g_ref_string_acquire (string) : NULL;
}

static void
eric_message_finalize (GObject *object)
{
  EricMessage *self = ERIC_MESSAGE (object);

  g_clear_pointer (&self->event_type, g_ref_string_release);
  g_clear_pointer (&self->id, g_ref_string_release);
  g_clear_pointer (&self->sender_id, g_ref_string_release);
  g_clear_pointer (&self->payload, g_variant_unref);
  g_clear_pointer (&self->text, g_ref_string_release);

  G_OBJECT_CLASS (eric_message_parent_class)->finalize (object);
}

static void
eric_message_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  EricMessage *self = ERIC_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_EVENT_TYPE:
      g_value_set_string (value, eric_message_get_event_type (self));
      break;
    case PROP_PAYLOAD:
      g_value_set_variant (value, eric_message_get_payload (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, eric_message_get_text (self));
      break;
    case PROP_ID:
      g_value_set_string (value, eric_message_get_id (self));
      break;
    case PROP_SENDER_ID:
      g_value_set_string (value, eric_message_get_sender_id (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_message_class_init (EricMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = eric_message_finalize;
  object_class->get_property = eric_message_get_property;

  /**
   * EricMessage:event-type: (getter get_event_type)
   *
   * What kind of message it is. `message` unless another was given.
   *
   * Since: 0.1
   */
  properties[PROP_EVENT_TYPE] =
    g_param_spec_string ("event-type", NULL, NULL, DEFAULT_EVENT_TYPE, flags);

  /**
   * EricMessage:payload: (getter get_payload)
   *
   * What the message says, or %NULL.
   *
   * Since: 0.1
   */
  properties[PROP_PAYLOAD] =
    g_param_spec_variant ("payload", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

  /**
   * EricMessage:text: (getter get_text)
   *
   * The payload as the data of a Server-Sent Event shows it.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] =
    g_param_spec_string ("text", NULL, NULL, "", flags);

  /**
   * EricMessage:id: (getter get_id)
   *
   * The id of the message, or %NULL where none was given yet.
   *
   * Since: 0.1
   */
  properties[PROP_ID] =
    g_param_spec_string ("id", NULL, NULL, NULL, flags);

  /**
   * EricMessage:sender-id: (getter get_sender_id)
   *
   * Who sent the message, or %NULL. It never leaves the process by itself.
   *
   * Since: 0.1
   */
  properties[PROP_SENDER_ID] =
    g_param_spec_string ("sender-id", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_message_init (EricMessage *self)
{
}

/**
 * eric_message_new:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @payload: (nullable): what it says, or %NULL for nothing; a floating reference is sunk
 * @error: return location for an error, or %NULL
 *
 * Makes a message.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @event_type contains CR or
 * LF or is not UTF-8, or where @payload holds something that JSON has no form
 * for: a real that is not finite, an integer above the largest `gint64`, keys
 * that are no strings, a handle, more than 32 levels of nesting.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_message_new (const char  *event_type,
                  GVariant    *payload,
                  GError     **error)
{
  return eric_message_new_full (event_type, payload, NULL, NULL, error);
}

/**
 * eric_message_new_full:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @payload: (nullable): what it says, or %NULL for nothing; a floating reference is sunk
 * @id: (nullable): the id that the application gives it, or %NULL for none
 * @sender_id: (nullable): who sends it, or %NULL for nobody
 * @error: return location for an error, or %NULL
 *
 * Makes a message that has an id or a sender from the start.
 *
 * Fails as [ctor@Message.new] does; @id follows the same rule as @event_type.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_message_new_full (const char  *event_type,
                       GVariant    *payload,
                       const char  *id,
                       const char  *sender_id,
                       GError     **error)
{
  g_autoptr (GVariant) given = payload != NULL ? g_variant_ref_sink (payload) : NULL;
  g_autoptr (GVariant) normal = NULL;
  EricMessage *self;

  if (!_eric_message_check_field ("type", event_type, error) || !_eric_message_check_field ("id", id, error))
    return NULL;
  if (given != NULL && !(normal = eric_json_normalize (given, error)))
    return NULL;
  if (normal != NULL && g_variant_is_of_type (normal, G_VARIANT_TYPE_MAYBE))
    g_clear_pointer (&normal, g_variant_unref);

  self = g_object_new (ERIC_TYPE_MESSAGE, NULL);
  if (event_type != NULL && *event_type != '\0')
    self->event_type = g_ref_string_new (event_type);
  self->payload = g_steal_pointer (&normal);
  self->id = ref_string_copy (id);
  self->sender_id = ref_string_copy (sender_id);
  return self;
}

/**
 * eric_message_new_from_text:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @text: what it says; line breaks are kept
 * @error: return location for an error, or %NULL
 *
 * Makes a message whose payload is a string.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @event_type contains CR or
 * LF, or where either is not UTF-8.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_message_new_from_text (const char  *event_type,
                            const char  *text,
                            GError     **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  return eric_message_new_from_data (event_type, (const guint8 *) text, strlen (text), error);
}

/**
 * eric_message_new_from_data:
 * @event_type: (nullable): what kind of message it is; %NULL and the empty
 *   string stand for `message`
 * @data: (array length=length) (element-type guint8): what it says, in UTF-8;
 *   may contain NUL
 * @length: the length of @data in bytes
 * @error: return location for an error, or %NULL
 *
 * Makes a message whose payload is a string that a C string may not be able to
 * hold: see [method@Message.get_data].
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @event_type contains CR or
 * LF, or where either is not UTF-8.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_message_new_from_data (const char    *event_type,
                            const guint8  *data,
                            gsize          length,
                            GError       **error)
{
  const char *text = data != NULL ? (const char *) data : "";
  EricMessage *self;

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  if (!_eric_message_check_field ("type", event_type, error))
    return NULL;
  if (!eric_utf8_is_valid (text, length))
    {
      g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                           "The text of a message must be UTF-8");
      return NULL;
    }
  self = _eric_message_new_received (NULL, text, length, NULL);
  if (event_type != NULL && *event_type != '\0')
    self->event_type = g_ref_string_new (event_type);
  return self;
}

EricMessage *
_eric_message_new_received (char       *event_type,
                            const char *data,
                            gsize       length,
                            char       *id)
{
  EricMessage *self = g_object_new (ERIC_TYPE_MESSAGE, NULL);

  self->event_type = ref_string_share (event_type);
  self->id = ref_string_share (id);
  self->text = g_ref_string_new_len (data, length);
  self->origin = ERIC_MESSAGE_OF_TEXT;
  return self;
}

/**
 * eric_message_copy_with_id:
 * @self: a message
 * @id: (nullable): the id of the copy, or %NULL for none
 * @error: return location for an error, or %NULL
 *
 * Makes a message that differs from @self in its id alone.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @id contains CR or LF or
 * is not UTF-8.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 0.1
 */
EricMessage *
eric_message_copy_with_id (EricMessage  *self,
                           const char   *id,
                           GError      **error)
{
  EricMessage *copy;
  GVariant *payload;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  if (!_eric_message_check_field ("id", id, error))
    return NULL;

  copy = g_object_new (ERIC_TYPE_MESSAGE, NULL);
  copy->event_type = ref_string_share (self->event_type);
  copy->id = ref_string_copy (id);
  copy->sender_id = ref_string_share (self->sender_id);
  copy->origin = self->origin;
  copy->text = ref_string_share (g_atomic_pointer_get (&self->text));
  payload = g_atomic_pointer_get (&self->payload);
  if (payload != NULL)
    copy->payload = g_variant_ref (payload);
  return copy;
}

/**
 * eric_message_get_event_type: (get-property event-type)
 * @self: a message
 *
 * Gets what kind of message it is.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the type, `message` unless another was given
 *
 * Since: 0.1
 */
const char *
eric_message_get_event_type (EricMessage *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  return self->event_type != NULL ? self->event_type : DEFAULT_EVENT_TYPE;
}

gboolean
_eric_message_is_closed (EricMessage *self)
{
  return (self->event_type != NULL && self->event_type[0] == ERIC_MESSAGE_TYPE_CLOSED[0] &&
          strcmp (self->event_type, ERIC_MESSAGE_TYPE_CLOSED) == 0);
}

/* A GVariant string holds what a C string can hold. */
static GVariant *
make_string (char *text)
{
  gsize length = g_ref_string_length (text);
  const char *end = text + length;
  GString *string;

  if (memchr (text, '\0', length) == NULL)
    return g_variant_new_string (text);

  string = g_string_sized_new (length + strlen (ERIC_REPLACEMENT_CHARACTER));
  for (const char *part = text; part <= end; part += strlen (part) + 1)
    {
      if (part > text)
        g_string_append (string, ERIC_REPLACEMENT_CHARACTER);
      g_string_append (string, part);
    }
  return g_variant_new_take_string (g_string_free (string, FALSE));
}

const char *
_eric_message_get_text (EricMessage *self,
                        gsize       *length)
{
  char *text = g_atomic_pointer_get (&self->text);

  if (text == NULL && self->payload == NULL)
    {
      *length = 0;
      return "";
    }
  if (text == NULL && g_variant_is_of_type (self->payload, G_VARIANT_TYPE_STRING))
    return g_variant_get_string (self->payload, length);

  if (text == NULL)
    {
      g_autofree char *json = eric_json_print (self->payload);

      text = g_ref_string_new (json);
      if (!g_atomic_pointer_compare_and_exchange (&self->text, NULL, text))
        g_ref_string_release (text);
      text = g_atomic_pointer_get (&self->text);
    }
  *length = g_ref_string_length (text);
  return text;
}

/* From the text that the message was made of, with a reference. */
static GVariant *
read_payload (EricMessage *self)
{
  GVariant *payload;

  if (self->origin == ERIC_MESSAGE_OF_TEXT)
    return g_variant_ref_sink (make_string (self->text));
  payload = eric_json_parse (self->text, g_ref_string_length (self->text), NULL);
  return payload != NULL ? payload : g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
}

/**
 * eric_message_get_payload: (get-property payload)
 * @self: a message
 *
 * Gets what the message says. That of a message made from JSON is read on first use,
 * and is %NULL also where a variant cannot hold it: [method@Message.parse_json] then
 * says why, and [method@Message.to_json] has it.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the payload, or %NULL if it has none
 *
 * Since: 0.1
 */
GVariant *
eric_message_get_payload (EricMessage *self)
{
  GVariant *payload;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  payload = g_atomic_pointer_get (&self->payload);
  if (payload == NULL && self->origin != ERIC_MESSAGE_OF_PAYLOAD && self->text != NULL)
    {
      payload = read_payload (self);
      if (!g_atomic_pointer_compare_and_exchange (&self->payload, NULL, payload))
        g_variant_unref (payload);
      payload = g_atomic_pointer_get (&self->payload);
    }
  return payload == NULL || g_variant_is_of_type (payload, G_VARIANT_TYPE_MAYBE) ? NULL : payload;
}

/**
 * eric_message_get_text: (get-property text)
 * @self: a message
 *
 * Gets the payload as text: a string as it is, anything else as JSON, and the
 * empty string where there is no payload. That of a message made from JSON is the
 * JSON it was made from, also where that is a string or `null`. Where the text contains NUL, U+FFFD
 * stands for it here: [method@Message.get_data] has it all.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none): the text, valid as long as @self
 *
 * Since: 0.1
 */
const char *
eric_message_get_text (EricMessage *self)
{
  gsize length;
  const char *text;

  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  text = _eric_message_get_text (self, &length);
  if (memchr (text, '\0', length) == NULL)
    return text;
  return g_variant_get_string (eric_message_get_payload (self), NULL);
}

/**
 * eric_message_get_data:
 * @self: a message
 * @length: (out): return location for the length of the text in bytes
 *
 * Gets the payload as the data of a Server-Sent Event: what
 * [method@Message.get_text] gives, but with a length, so that NUL can be in it.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (array length=length) (element-type guint8): the text in
 *   UTF-8, valid as long as @self
 *
 * Since: 0.1
 */
const guint8 *
eric_message_get_data (EricMessage *self,
                       gsize       *length)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (length != NULL, NULL);

  return (const guint8 *) _eric_message_get_text (self, length);
}

/**
 * eric_message_get_id: (get-property id)
 * @self: a message
 *
 * Gets the id of the message.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (nullable): the id, or %NULL where none was given yet
 *
 * Since: 0.1
 */
const char *
eric_message_get_id (EricMessage *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  return self->id;
}

/**
 * eric_message_get_sender_id: (get-property sender-id)
 * @self: a message
 *
 * Gets who sent the message.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (nullable): the sender, or %NULL
 *
 * Since: 0.1
 */
const char *
eric_message_get_sender_id (EricMessage *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE (self), NULL);

  return self->sender_id;
}
