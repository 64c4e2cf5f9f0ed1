/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-verbs-private.h"

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message-private.h"

#define ACK "ack"

/* How much of a wrong answer is worth reading, in characters. */
#define MAX_QUOTE 100

static void
append_text (GString    *out,
             const char *key,
             const char *text)
{
  g_string_append (out, key);
  eric_json_append_string (out, text);
}

static gboolean
check_id (const char  *what,
          const char  *id,
          GError     **error)
{
  if (id == NULL || g_utf8_validate (id, -1, NULL))
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
               "The id of a %s must be UTF-8", what);
  return FALSE;
}

static gboolean
says_something (EricMessage *message)
{
  gsize length;

  _eric_message_get_text (message, &length);
  return length > 0 || eric_message_get_payload (message) != NULL;
}

GString *
eric_socket_verbs_print (const char   *verb,
                         const char   *channel_id,
                         const char   *listener_id,
                         EricMessage  *message,
                         GError      **error)
{
  GString *out;

  if (!check_id ("channel", channel_id, error) || !check_id ("listener", listener_id, error))
    return NULL;
  out = g_string_sized_new (128);
  append_text (out, "{\"v\":", verb);
  if (channel_id != NULL)
    append_text (out, ",\"c\":", channel_id);
  if (listener_id != NULL)
    append_text (out, ",\"r\":", listener_id);
  if (message != NULL)
    {
      append_text (out, ",\"t\":", eric_message_get_event_type (message));
      if (says_something (message))
        {
          g_string_append (out, ",\"p\":");
          _eric_message_append_json (out, message);
        }
    }
  g_string_append (out, "}\n");
  return out;
}

static gboolean
opens_stream (const char *key,
              GVariant   *value)
{
  const char *verb;

  if (!g_str_equal (key, "v") || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return FALSE;
  verb = g_variant_get_string (value, NULL);
  return g_str_equal (verb, "l") || g_str_equal (verb, "w");
}

/* A member may be as deep as a payload may. */
static gboolean
append_member (GString     *out,
               const char  *key,
               GVariant    *value,
               GError     **error)
{
  g_autoptr (GVariant) normal = eric_json_normalize (value, error);

  if (normal == NULL)
    return FALSE;
  if (opens_stream (key, normal))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "A stream has a connection of its own: this request cannot be sent as it is");
      return FALSE;
    }
  if (out->len > 1)
    g_string_append_c (out, ',');
  eric_json_append_string (out, key);
  g_string_append_c (out, ':');
  eric_json_append (out, normal);
  return TRUE;
}

GString *
eric_socket_verbs_print_request (GVariant  *request,
                                 GError   **error)
{
  g_autoptr (GString) out = NULL;
  gsize n_members;

  if (!g_variant_is_of_type (request, G_VARIANT_TYPE ("a{s*}")))
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                   "A request is a dictionary with strings as keys, and not of the type “%s”",
                   g_variant_get_type_string (request));
      return NULL;
    }
  out = g_string_new ("{");
  n_members = g_variant_n_children (request);
  for (gsize i = 0; i < n_members; i++)
    {
      g_autoptr (GVariant) member = g_variant_get_child_value (request, i);
      g_autoptr (GVariant) key = g_variant_get_child_value (member, 0);
      g_autoptr (GVariant) value = g_variant_get_child_value (member, 1);

      if (!append_member (out, g_variant_get_string (key, NULL), value, error))
        return NULL;
    }
  g_string_append (out, "}\n");
  return g_steal_pointer (&out);
}

gboolean
eric_socket_verbs_check_ack (const char  *answer,
                             GError     **error)
{
  g_autofree char *quote = NULL;

  if (g_str_equal (answer, ACK))
    return TRUE;
  quote = g_utf8_substring (answer, 0, MIN (g_utf8_strlen (answer, -1), MAX_QUOTE));
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
               "The server should have answered “" ACK "”, and not “%s”", quote);
  return FALSE;
}
