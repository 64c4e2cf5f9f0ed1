/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-server-private.h"

/* Cross-origin requests, as the WHATWG Fetch standard has them. */

/* Those that a page may need to know why it was refused. */
#define EXPOSED_HEADERS "Accept-Encoding, Allow, Retry-After, WWW-Authenticate"
#define ALLOWED_HEADERS "Authorization, Content-Type, Last-Event-ID"
#define ALLOWED_METHODS "GET, HEAD, POST, OPTIONS"
#define PREFLIGHT_AGE   "86400"   /* seconds */

#define CORS_KEY "eric-http-cors"

typedef enum
{
  ORIGIN_NONE,      /* the request does not come from a page */
  ORIGIN_SAME,
  ORIGIN_LISTED,
  ORIGIN_ANY,       /* not listed, but the list has "*" */
  ORIGIN_FOREIGN,
} Origin;

/* (transfer full) (nullable): the last one of a list, which the nearest proxy has set */
static char *
dup_last (SoupMessageHeaders *headers,
          const char         *name)
{
  const char *list = soup_message_headers_get_list (headers, name);
  const char *comma;

  if (list == NULL)
    return NULL;
  comma = strrchr (list, ',');
  return g_strstrip (g_strdup (comma != NULL ? comma + 1 : list));
}

/* What the nearest proxy says of the request as the client sent it: RFC 7239, or what
 * was there before. Each is NULL where it is not said. */
static void
read_forwarded (SoupMessageHeaders  *headers,
                char               **host,
                char               **proto)
{
  g_autofree char *forwarded = dup_last (headers, "Forwarded");
  g_autoptr (GHashTable) params = forwarded != NULL ? soup_header_parse_semi_param_list (forwarded) : NULL;

  if (params != NULL)
    {
      *host = g_strdup (g_hash_table_lookup (params, "host"));
      *proto = g_strdup (g_hash_table_lookup (params, "proto"));
      soup_header_free_param_list (g_steal_pointer (&params));
    }
  else
    {
      *host = dup_last (headers, "X-Forwarded-Host");
      *proto = dup_last (headers, "X-Forwarded-Proto");
    }
}

/* An authority without the port that its scheme has anyway. */
static char *
normalize (const char *scheme,
           gsize       scheme_length,
           const char *authority)
{
  gboolean secure = scheme_length == 5 && g_ascii_strncasecmp (scheme, "https", 5) == 0;
  const char *port = secure ? ":443" : ":80";
  gsize length = strlen (authority);

  if (g_str_has_suffix (authority, port))
    length -= strlen (port);
  return g_ascii_strdown (authority, length);
}

/* Whether the origin is that of the server itself, as the browser sees it. */
static gboolean
is_own (EricSseServer      *self,
        SoupMessageHeaders *headers,
        const char         *origin)
{
  const char *site = soup_message_headers_get_one (headers, "Sec-Fetch-Site");
  const char *mark = strstr (origin, "://");
  g_autofree char *host = NULL;
  g_autofree char *proto = NULL;
  g_autofree char *named = NULL;
  g_autofree char *wanted = NULL;

  /* No page can write this header: the browser says it, about the address that it has
   * itself, whatever a proxy makes of that. */
  if (g_strcmp0 (site, "same-origin") == 0)
    return TRUE;
  if (mark == NULL)
    return FALSE;
  if (self->trust_forwarded)
    read_forwarded (headers, &host, &proto);
  if (host == NULL)
    host = g_strdup (soup_message_headers_get_one (headers, "Host"));
  if (host == NULL ||
      (proto != NULL && (strlen (proto) != (gsize) (mark - origin) ||
                         g_ascii_strncasecmp (origin, proto, mark - origin) != 0)))
    return FALSE;
  named = normalize (origin, mark - origin, mark + 3);
  wanted = normalize (origin, mark - origin, host);
  return g_str_equal (named, wanted);
}

static Origin
classify (EricSseServer      *self,
          SoupServerMessage  *message,
          const char        **value)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char * const *allowed = (const char * const *) self->allowed_origins;

  *value = soup_message_headers_get_one (headers, "Origin");
  if (*value == NULL)
    return ORIGIN_NONE;
  if (is_own (self, headers, *value))
    return ORIGIN_SAME;
  if (allowed != NULL && g_strv_contains (allowed, *value))
    return ORIGIN_LISTED;
  if (allowed != NULL && g_strv_contains (allowed, "*"))
    return ORIGIN_ANY;
  return ORIGIN_FOREIGN;
}

gboolean
_eric_http_cors_check (EricSseServer     *self,
                       SoupServerMessage *message)
{
  const char *value;

  return classify (self, message, &value) != ORIGIN_FOREIGN;
}

static gboolean
asks (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS &&
         soup_message_headers_get_one (headers, "Access-Control-Request-Method") != NULL;
}

gboolean
_eric_http_cors_is_preflight (EricSseServer     *self,
                              SoupServerMessage *message)
{
  const char *value;
  Origin origin = classify (self, message, &value);

  return asks (message) && (origin == ORIGIN_LISTED || origin == ORIGIN_ANY);
}

/* What the page wants to send, it may: it could name each of them to a page that is
 * allowed. They are headers of a request, which mean nothing to us but those we know. */
static void
answer_preflight (SoupServerMessage *message,
                  Origin             origin)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *wanted = soup_message_headers_get_list (request, "Access-Control-Request-Headers");
  const char *local = soup_message_headers_get_one (request, "Access-Control-Request-Private-Network");
  g_autofree char *allowed = wanted != NULL ? g_strconcat (ALLOWED_HEADERS ", ", wanted, NULL)
                                            : g_strdup (ALLOWED_HEADERS);

  soup_message_headers_append (headers, "Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
  soup_message_headers_replace (headers, "Access-Control-Allow-Methods", ALLOWED_METHODS);
  soup_message_headers_replace (headers, "Access-Control-Allow-Headers", allowed);
  soup_message_headers_replace (headers, "Access-Control-Max-Age", PREFLIGHT_AGE);
  if (origin == ORIGIN_LISTED && local != NULL && g_ascii_strcasecmp (local, "true") == 0)
    soup_message_headers_replace (headers, "Access-Control-Allow-Private-Network", "true");
}

/* Says in the response which page may read it, once. */
void
_eric_http_cors_apply (EricSseServer     *self,
                       SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *value;
  Origin origin;

  if (self->allowed_origins == NULL || g_object_get_data (G_OBJECT (message), CORS_KEY) != NULL)
    return;
  g_object_set_data (G_OBJECT (message), CORS_KEY, GINT_TO_POINTER (TRUE));
  soup_message_headers_append (headers, "Vary", "Origin");
  origin = classify (self, message, &value);
  if (origin != ORIGIN_LISTED && origin != ORIGIN_ANY)
    return;
  soup_message_headers_replace (headers, "Access-Control-Allow-Origin",
                                origin == ORIGIN_LISTED ? value : "*");
  if (origin == ORIGIN_LISTED)
    soup_message_headers_replace (headers, "Access-Control-Allow-Credentials", "true");
  if (soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS)
    answer_preflight (message, origin);
  else
    soup_message_headers_replace (headers, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
}

/* The same for an answer of ours to what is no request, or not a whole one. Where the origin
 * has not come, it is the one that is allowed; where there are more, everybody may read what
 * says nothing that is not known. */
char *
_eric_http_cors_dup_lines (EricSseServer *self,
                           const char    *origin,
                           gboolean       whole)
{
  const char * const *allowed = (const char * const *) self->allowed_origins;
  gboolean unread = origin == NULL && !whole;
  gboolean listed, any;

  if (allowed == NULL)
    return g_strdup ("");
  if (unread && g_strv_length (self->allowed_origins) == 1)
    origin = allowed[0];
  any = origin != NULL ? g_strv_contains (allowed, "*") : unread && allowed[0] != NULL;
  listed = origin != NULL && !g_str_equal (origin, "*") && g_strv_contains (allowed, origin);
  if (!listed && !any)
    return g_strdup ("Vary: Origin\r\n");
  return g_strdup_printf ("Vary: Origin\r\nAccess-Control-Allow-Origin: %s\r\n%s"
                          "Access-Control-Expose-Headers: " EXPOSED_HEADERS "\r\n",
                          listed ? origin : "*",
                          listed ? "Access-Control-Allow-Credentials: true\r\n" : "");
}

/**
 * eric_sse_server_allow_origin:
 * @self: a server
 * @message: (transfer none): a request that a handler of the application answers
 *
 * Says in the response which page may read it, and to a browser that asks in advance
 * what the page may send, as [property@SseServer:allowed-origins] has it: the headers that
 * begin with `Access-Control-`, and `Vary`. Mounted paths, [method@SseServer.serve] and
 * [method@SseServer.serve_listener] do so by themselves. To call it twice does nothing.
 *
 * Since: 0.1
 */
void
eric_sse_server_allow_origin (EricSseServer     *self,
                              SoupServerMessage *message)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  _eric_http_cors_apply (self, message);
}
