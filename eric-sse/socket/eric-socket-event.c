/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-event-private.h"

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message-private.h"

typedef struct
{
  GVariant   *type;          /* (owned) (nullable) */
  GVariant   *data;          /* (owned) (nullable): NULL also where a variant cannot hold it */
  const char *json;          /* (unowned) (nullable): what the data was read from */
  gsize       json_length;
  GVariant   *id;            /* (owned) (nullable) */
  GVariant   *retry;         /* (owned) (nullable) */
} Event;

static void
event_clear (Event *event)
{
  g_clear_pointer (&event->type, g_variant_unref);
  g_clear_pointer (&event->data, g_variant_unref);
  g_clear_pointer (&event->id, g_variant_unref);
  g_clear_pointer (&event->retry, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Event, event_clear)

/* The last one of a name counts; null is as good as nothing, and so is what a variant
 * cannot hold. */
static gboolean
keep (GVariant           **place,
      GVariant            *value,
      const GVariantType  *type,
      const char          *key,
      const char          *what,
      GError             **error)
{
  g_clear_pointer (place, g_variant_unref);
  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return TRUE;
  *place = g_variant_ref (value);
  if (g_variant_is_of_type (value, type))
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "“%s” must be %s", key, what);
  return FALSE;
}

static gboolean
member_cb (const char  *key,
           GVariant    *value,
           gboolean     exact,
           const char  *text,
           gsize        length,
           gpointer     user_data,
           GError     **error)
{
  Event *event = user_data;

  if (g_str_equal (key, "event"))
    return keep (&event->type, value, G_VARIANT_TYPE_STRING, key, "a string", error);
  if (g_str_equal (key, "data"))
    {
      event->json = text;
      event->json_length = length;
      return keep (&event->data, value, G_VARIANT_TYPE_ANY, key, "a value", error);
    }
  if (g_str_equal (key, "id"))
    return keep (&event->id, value, G_VARIANT_TYPE_STRING, key, "a string", error);
  if (g_str_equal (key, "retry"))
    return keep (&event->retry, value, G_VARIANT_TYPE_INT64, key, "an integer", error);
  return TRUE;
}

EricMessage *
eric_socket_event_parse (const char  *line,
                         gsize        length,
                         guint       *retry_delay,
                         GError     **error)
{
  g_auto (Event) event = { NULL, };
  g_autoptr (EricMessage) message = NULL;

  if (!eric_json_parse_members (line, length, TRUE, member_cb, &event, error))
    return NULL;
  if (event.type == NULL)
    {
      g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "“event” is missing");
      return NULL;
    }
  message = _eric_message_new_parsed (g_variant_get_string (event.type, NULL), event.data,
                                      event.json, event.json_length, error);
  if (message != NULL && event.id != NULL)
    {
      g_autoptr (EricMessage) without_id = g_steal_pointer (&message);

      message = eric_message_copy_with_id (without_id, g_variant_get_string (event.id, NULL), error);
    }
  if (message != NULL && event.retry != NULL)
    *retry_delay = CLAMP (g_variant_get_int64 (event.retry), 0, G_MAXUINT);
  return g_steal_pointer (&message);
}
