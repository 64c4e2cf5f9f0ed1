/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <libsoup/soup.h>

#include "eric-source-reconnect-private.h"

#include "eric-error.h"

/* RFC 8470, RFC 6585 and RFC 9110, section 15.5.14; libsoup has no names for them,
 * nor for what CDNs and services say of what is behind them. */
#define STATUS_TOO_EARLY             425
#define STATUS_TOO_MANY_REQUESTS     429
#define STATUS_HEADERS_TOO_LARGE     431
#define STATUS_CONTENT_TOO_LARGE     413
#define STATUS_FIRST_OF_CDN          520
#define STATUS_LAST_OF_CDN           530

/* Behind a stream that worked, a resilient source waits up to such a part longer than
 * it was told. Of a bound that is reached, so much more is chance. */
#define JITTER_DIVISOR 5

/* Beyond this, doubling makes no difference. */
#define MAX_DOUBLINGS 32

/* Nothing of this changes by asking again. */
static gboolean
is_lasting (const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) ||
         g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED) ||
         g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS) ||
         g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_NO_LOCATION) ||
         g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_BAD_URI) ||
         error->domain == G_URI_ERROR ||
         error->domain == ERIC_ERROR;
}

/* What is said while the server, or what is behind it, is away for a moment. A server
 * that had a stream and answers 500 is most likely about to start or to end; one that
 * never had may say so for ever. */
static gboolean
is_passing (const EricOutcome *outcome)
{
  switch (outcome->status)
    {
    case SOUP_STATUS_REQUEST_TIMEOUT:
    case STATUS_TOO_EARLY:
    case STATUS_TOO_MANY_REQUESTS:
    case SOUP_STATUS_BAD_GATEWAY:
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
    case SOUP_STATUS_GATEWAY_TIMEOUT:
      return TRUE;
    case SOUP_STATUS_INTERNAL_SERVER_ERROR:
      return outcome->had_stream;
    default:
      return outcome->status >= STATUS_FIRST_OF_CDN && outcome->status <= STATUS_LAST_OF_CDN;
    }
}

gboolean
eric_source_reconnect_blames_id (const EricOutcome *outcome)
{
  return outcome->had_id && (outcome->status == SOUP_STATUS_BAD_REQUEST ||
                             outcome->status == STATUS_CONTENT_TOO_LARGE ||
                             outcome->status == STATUS_HEADERS_TOO_LARGE);
}

/* WHATWG HTML, section 9.2.3: whatever is not 200 with the right type fails for
 * good, 204 included, which is how a server ends it; whatever happens to the
 * network, and the end of the body, is a reason to connect again. */
EricVerdict
eric_source_reconnect_judge (EricReconnectPolicy  policy,
                             const EricOutcome   *outcome)
{
  gboolean retry;

  if (outcome->status == SOUP_STATUS_NO_CONTENT)
    return ERIC_VERDICT_END;
  if (outcome->error == NULL && (outcome->finite || policy == ERIC_RECONNECT_POLICY_NEVER))
    return ERIC_VERDICT_END;

  if (policy == ERIC_RECONNECT_POLICY_NEVER || !outcome->repeatable)
    retry = FALSE;
  else if (outcome->error != NULL && is_lasting (outcome->error))
    retry = policy == ERIC_RECONNECT_POLICY_RESILIENT &&
            (is_passing (outcome) || eric_source_reconnect_blames_id (outcome));
  else
    retry = TRUE;
  return retry ? ERIC_VERDICT_RETRY : ERIC_VERDICT_FAIL;
}

/* Behind a stream that worked: what the server said. The standard wants that; where
 * the policy is resilient, a little more at random. */
static guint
get_first_delay (EricReconnectPolicy policy,
                 guint               retry_delay,
                 guint               max_retry_delay,
                 double              draw)
{
  guint64 ceiling = retry_delay + (guint64) retry_delay / JITTER_DIVISOR;
  guint64 floor;

  if (policy == ERIC_RECONNECT_POLICY_STANDARD)
    return retry_delay;
  ceiling = MIN (ceiling, max_retry_delay);
  floor = MIN (retry_delay, ceiling - ceiling / (JITTER_DIVISOR + 1));
  return floor + (guint) (draw * (ceiling - floor));
}

/* Full jitter behind a failure: anything between nothing and a bound that doubles with
 * each, so that clients that were cut off together do not come back together. The
 * standard wants the time that the server gave, and allows more. Whatever the server
 * says, and whatever is drawn, it is not asked again and again without a pause. */
guint
eric_source_reconnect_get_delay (EricReconnectPolicy policy,
                                 guint               retry_delay,
                                 guint               max_retry_delay,
                                 guint               n_failures,
                                 double              draw)
{
  guint floor = policy == ERIC_RECONNECT_POLICY_STANDARD ? retry_delay : 0;
  guint64 ceiling = MAX (retry_delay, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  guint delay;

  ceiling = MIN (ceiling << MIN (n_failures > 0 ? n_failures - 1 : 0, MAX_DOUBLINGS), max_retry_delay);
  if (n_failures == 0)
    delay = get_first_delay (policy, retry_delay, max_retry_delay, draw);
  else
    delay = ceiling > floor ? floor + (guint) (draw * (ceiling - floor)) : floor;
  return MAX (delay, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
}

/* RFC 9110, section 10.2.3: seconds, or a date. 0 for what is neither. The time is
 * that of day in seconds. */
guint
eric_source_reconnect_read_after (const char *retry_after,
                                  gint64      now)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds = 0;

  if (retry_after == NULL)
    return 0;
  if (g_ascii_isdigit (*retry_after))
    seconds = g_ascii_strtoull (retry_after, NULL, 10);
  else
    {
      date = soup_date_time_new_from_http_string (retry_after);
      if (date != NULL && g_date_time_to_unix (date) > now)
        seconds = g_date_time_to_unix (date) - now;
    }
  return MIN (seconds, ERIC_EVENT_SOURCE_MAX_RETRY_AFTER / 1000) * 1000;
}

/* What is behind the value that begins here: a comma, or the end. */
static const char *
skip_value (const char *at)
{
  gboolean quoted = FALSE;

  for (; *at != '\0' && (quoted || *at != ','); at++)
    if (*at == '"')
      quoted = !quoted;
    else if (quoted && *at == '\\' && at[1] != '\0')
      at++;
  return at;
}

/* WHATWG MIME Sniffing, section 4.4: a token, a slash, a token, perhaps a semicolon. */
static char *
parse_type (const char *value,
            gsize       length)
{
  const char *semicolon = memchr (value, ';', length);
  g_autofree char *type = g_strndup (value, semicolon != NULL ? (gsize) (semicolon - value) : length);
  guint n_slashes = 0;

  g_strstrip (type);
  for (const char *c = type; *c != '\0'; c++)
    if (*c == '/' && c > type && c[1] != '\0')
      n_slashes++;
    else if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return NULL;
  return n_slashes == 1 && !g_str_equal (type, "*/*") ? g_ascii_strdown (type, -1) : NULL;
}

/* The last that is a type counts. */
char *
eric_source_reconnect_extract_type (const char *header)
{
  char *type = NULL;

  for (const char *at = header;; at++)
    {
      const char *end = skip_value (at);
      char *next = parse_type (at, end - at);

      if (next != NULL)
        {
          g_free (type);
          type = next;
        }
      at = end;
      if (*at == '\0')
        return type;
    }
}
