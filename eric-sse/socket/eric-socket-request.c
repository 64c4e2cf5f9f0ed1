/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-request-private.h"

#include <string.h>

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message-private.h"

/* Keys whose values are strings. */
static const char keys_of_texts[] = "cvtr";

typedef enum
{
  CHANNEL,
  VERB,
  TYPE,
  RECEIVER,
  N_TEXTS
} Text;

/* The members as they are found. */
typedef struct
{
  char       *texts[N_TEXTS];   /* (owned) (nullable) */
  GVariant   *payload;          /* (owned) (nullable): NULL also where a variant cannot hold it */
  const char *json;             /* (unowned) (nullable): what it was read from */
  gsize       json_length;
} Members;

static void
members_clear (Members *members)
{
  for (guint i = 0; i < N_TEXTS; i++)
    g_clear_pointer (&members->texts[i], g_free);
  g_clear_pointer (&members->payload, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Members, members_clear)

#define refuse(error, ...) \
  (g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, __VA_ARGS__), FALSE)

/* Of several with one key the last one counts, as in Python. Null is as good as none. */
static gboolean
take_member (const char  *key,
             GVariant    *value,
             gboolean     exact,
             const char  *json,
             gsize        length,
             gpointer     user_data,
             GError     **error)
{
  Members *members = user_data;
  const char *found;
  char **text;

  if (strlen (key) != 1)
    return TRUE;
  if (*key == 'p')
    {
      g_clear_pointer (&members->payload, g_variant_unref);
      members->payload = value != NULL ? g_variant_ref (value) : NULL;
      members->json = json;
      members->json_length = length;
      return TRUE;
    }
  found = strchr (keys_of_texts, *key);
  if (found == NULL)
    return TRUE;
  text = &members->texts[found - keys_of_texts];
  g_clear_pointer (text, g_free);
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return TRUE;
  if (value == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse (error, "The value of “%s” is no string", key);
  if (!exact)
    return refuse (error, "The value of “%s” has a NUL or half of a surrogate pair", key);
  *text = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
need (Members     *members,
      const char  *keys,
      GError     **error)
{
  for (const char *key = keys; *key != '\0'; key++)
    {
      const char name[] = { *key, '\0' };

      if (members->texts[strchr (keys_of_texts, *key) - keys_of_texts] == NULL)
        return refuse (error, "The key “%s” is missing", name);
    }
  return TRUE;
}

/* The verbs of 2.1, and those of 0.3.2 that mean something else where other keys are
 * there. */
static gboolean
find_verb (EricSocketRequest  *request,
           Members            *members,
           GError            **error)
{
  const struct
  {
    const char     *verb;
    EricSocketVerb  meaning;
    const char     *keys;
  } verbs[] = {
    { "b", ERIC_SOCKET_BROADCAST, "ct" },
    { "d", ERIC_SOCKET_DISPATCH, "crt" },
    { "c", members->texts[CHANNEL] != NULL ? ERIC_SOCKET_ADD_LISTENER : ERIC_SOCKET_CREATE_CHANNEL, "" },
    { "r", ERIC_SOCKET_ADD_LISTENER, "c" },
    { "l", ERIC_SOCKET_LISTEN, "cr" },
    { "w", members->texts[RECEIVER] != NULL ? ERIC_SOCKET_LISTEN : ERIC_SOCKET_WATCH, "c" },
    { "rl", ERIC_SOCKET_REMOVE_LISTENER, "cr" },
    { "rc", ERIC_SOCKET_REMOVE_CHANNEL, "c" },
  };
  const char *verb = members->texts[VERB];

  if (!need (members, "v", error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verb, verbs[i].verb))
      {
        request->verb = verbs[i].meaning;
        return need (members, verbs[i].keys, error);
      }
  return refuse (error, "There is no verb “%s”", verb);
}

gboolean
eric_socket_request_parse (EricSocketRequest  *request,
                           const char         *text,
                           gsize               length,
                           GError            **error)
{
  g_auto (Members) members = { 0 };

  *request = (EricSocketRequest) { 0 };
  if (!eric_json_parse_members (text, length, FALSE, take_member, &members, error) ||
      !find_verb (request, &members, error))
    return FALSE;
  if (request->verb == ERIC_SOCKET_BROADCAST || request->verb == ERIC_SOCKET_DISPATCH)
    {
      request->message = _eric_message_new_parsed (members.texts[TYPE], members.payload,
                                                   members.json, members.json_length, error);
      if (request->message == NULL)
        return FALSE;
    }
  request->channel_id = g_steal_pointer (&members.texts[CHANNEL]);
  request->listener_id = g_steal_pointer (&members.texts[RECEIVER]);
  return TRUE;
}

void
eric_socket_request_clear (EricSocketRequest *request)
{
  g_clear_pointer (&request->channel_id, g_free);
  g_clear_pointer (&request->listener_id, g_free);
  g_clear_object (&request->message);
}
