/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-http-query-private.h"

/* libsoup 3.2 takes what follows the path for a part of it where the request has no
 * Host header, which HTTP/1.0 allows: over a listener of its own. Ours adds one. */
static gboolean
is_query_in_path (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_server_message_get_http_version (message) == SOUP_HTTP_1_0 &&
         soup_message_headers_get_one (headers, "Host") == NULL;
}

/* On a message: its path as it was sent. */
#define RAW_PATH_KEY "eric-http-raw-path"

/* Before libsoup decodes the path, behind which nobody could tell an escaped question
 * mark from the one that begins the query. */
static gboolean
keep_path_cb (GSignalInvocationHint *hint,
              guint                  n_values,
              const GValue          *values,
              gpointer               user_data)
{
  SoupServerMessage *message = g_value_get_object (&values[0]);
  GUri *uri = soup_server_message_get_uri (message);

  if (uri != NULL && is_query_in_path (message))
    g_object_set_data_full (G_OBJECT (message), RAW_PATH_KEY, g_strdup (g_uri_get_path (uri)), g_free);
  return TRUE;
}

void
eric_http_query_watch (void)
{
  static gsize watched = 0;

  if (g_once_init_enter (&watched))
    {
      g_type_class_unref (g_type_class_ref (SOUP_TYPE_SERVER_MESSAGE));
      g_signal_add_emission_hook (g_signal_lookup ("got-headers", SOUP_TYPE_SERVER_MESSAGE), 0,
                                  keep_path_cb, NULL, NULL);
      g_once_init_leave (&watched, 1);
    }
}

/* (nullable) */
static const char *
get_raw_path (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), RAW_PATH_KEY);
}

static const char *
get_query (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  const char *mark;

  if (!is_query_in_path (message))
    return g_uri_get_query (uri);
  mark = strchr (get_raw_path (message) != NULL ? get_raw_path (message) : g_uri_get_path (uri), '?');
  return mark != NULL ? mark + 1 : NULL;
}

/* Returns: (transfer full): the path, decoded */
char *
eric_http_query_dup_path (SoupServerMessage *message)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));

  const char *raw = is_query_in_path (message) ? get_raw_path (message) : NULL;

  if (raw != NULL)
    {
      g_autofree char *cut = g_strndup (raw, strcspn (raw, "?"));
      char *decoded = g_uri_unescape_string (cut, NULL);

      return decoded != NULL ? decoded : g_strdup ("");
    }
  return g_strndup (path, is_query_in_path (message) ? strcspn (path, "?") : strlen (path));
}

/* (transfer full) (nullable): NULL if it is not UTF-8, or contains NUL */
static char *
decode (const char *text,
        gsize       length)
{
  g_autofree char *copy = g_strndup (text, length);
  g_autofree char *decoded = NULL;

  g_strdelimit (copy, "+", ' ');
  decoded = g_uri_unescape_string (copy, NULL);
  if (decoded == NULL || !g_utf8_validate (decoded, -1, NULL))
    return NULL;
  return g_steal_pointer (&decoded);
}

/* Takes the next pair from the query, and moves on. FALSE at the end. What cannot
 * be decoded is NULL. */
static gboolean
take_pair (const char **query,
           char       **name,
           char       **value)
{
  gsize length, name_length;

  if (*query == NULL || **query == '\0')
    return FALSE;
  length = strcspn (*query, "&");
  name_length = MIN (strcspn (*query, "="), length);
  *name = decode (*query, name_length);
  *value = name_length < length ? decode (*query + name_length + 1, length - name_length - 1)
                                : g_strdup ("");
  *query += length + ((*query)[length] == '&' ? 1 : 0);
  return TRUE;
}

/* Returns: (transfer full) (nullable): the query as it was sent, without the pairs of some
 *   names; NULL where there is none */
char *
eric_http_query_dup_without (SoupServerMessage  *message,
                             const char * const *names)
{
  const char *query = get_query (message);
  const char *pair = query;
  g_autoptr (GString) rest = g_string_new (NULL);
  char *name, *value;

  while (take_pair (&query, &name, &value))
    {
      gsize length = query - pair;

      if (name == NULL || !g_strv_contains (names, name))
        g_string_append_len (rest, pair, length);
      pair = query;
      g_free (name);
      g_free (value);
    }
  return rest->len > 0 ? g_strdup (rest->str) : NULL;
}

gboolean
eric_http_query_is_valid (SoupServerMessage *message)
{
  const char *query = get_query (message);
  gboolean valid = TRUE;
  char *name, *value;

  while (valid && take_pair (&query, &name, &value))
    {
      valid = name != NULL && value != NULL;
      g_free (name);
      g_free (value);
    }
  return valid;
}

/* Returns: (transfer full): all values of a name, in order */
char **
eric_http_query_dup_all (SoupServerMessage *message,
                         const char        *name)
{
  const char *query = get_query (message);
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  char *found, *value;

  while (take_pair (&query, &found, &value))
    {
      if (value != NULL && g_strcmp0 (found, name) == 0)
        g_strv_builder_add (values, value);
      g_free (found);
      g_free (value);
    }
  return g_strv_builder_end (values);
}

/* Returns: (transfer full) (nullable): the first value of a name */
char *
eric_http_query_dup (SoupServerMessage *message,
                     const char        *name)
{
  g_auto (GStrv) values = eric_http_query_dup_all (message, name);

  return g_strdup (values[0]);
}
