/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-server-private.h"

/* Cross-origin requests, as the WHATWG Fetch standard has them. */

#define ALLOWED_HEADERS "Authorization, Content-Type, Last-Event-ID"
#define ALLOWED_METHODS "GET, HEAD, POST, OPTIONS"
#define PREFLIGHT_AGE   "86400"   /* seconds */

typedef enum
{
  ORIGIN_NONE,      /* the request does not come from a page */
  ORIGIN_SAME,
  ORIGIN_LISTED,
  ORIGIN_ANY,       /* not listed, but the list has "*" */
  ORIGIN_FOREIGN,
} Origin;

static Origin
classify (EricSseServer      *self,
          SoupServerMessage  *message,
          const char        **value)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char * const *allowed = (const char * const *) self->allowed_origins;
  const char *host = soup_message_headers_get_one (headers, "Host");
  const char *authority;

  *value = soup_message_headers_get_one (headers, "Origin");
  if (*value == NULL)
    return ORIGIN_NONE;
  authority = g_strstr_len (*value, -1, "://");
  if (host != NULL && authority != NULL && g_ascii_strcasecmp (authority + 3, host) == 0)
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

/* Says in the response which page may read it. */
void
_eric_http_cors_apply (EricSseServer     *self,
                       SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *value;

  if (self->allowed_origins == NULL)
    return;
  soup_message_headers_append (headers, "Vary", "Origin");
  switch (classify (self, message, &value))
    {
    case ORIGIN_LISTED:
      soup_message_headers_replace (headers, "Access-Control-Allow-Origin", value);
      soup_message_headers_replace (headers, "Access-Control-Allow-Credentials", "true");
      break;
    case ORIGIN_ANY:
      soup_message_headers_replace (headers, "Access-Control-Allow-Origin", "*");
      break;
    case ORIGIN_NONE:
    case ORIGIN_SAME:
    case ORIGIN_FOREIGN:
    default:
      return;
    }
  if (soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS)
    {
      soup_message_headers_replace (headers, "Access-Control-Allow-Methods", ALLOWED_METHODS);
      soup_message_headers_replace (headers, "Access-Control-Allow-Headers", ALLOWED_HEADERS);
      soup_message_headers_replace (headers, "Access-Control-Max-Age", PREFLIGHT_AGE);
    }
}
