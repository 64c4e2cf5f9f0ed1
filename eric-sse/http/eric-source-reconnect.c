/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <libsoup/soup.h>

#include "eric-source-reconnect-private.h"

#include "eric-error.h"

/* A server that says 0 is not asked again and again without a pause once it
 * fails. In milliseconds. */
#define MIN_BACKOFF 100

/* RFC 6585, section 4; libsoup has no name for it. */
#define STATUS_TOO_MANY_REQUESTS 429

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

static gboolean
is_overload (guint status)
{
  return status == STATUS_TOO_MANY_REQUESTS || status == SOUP_STATUS_BAD_GATEWAY ||
         status == SOUP_STATUS_SERVICE_UNAVAILABLE || status == SOUP_STATUS_GATEWAY_TIMEOUT;
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
    retry = policy == ERIC_RECONNECT_POLICY_RESILIENT && is_overload (outcome->status);
  else
    retry = TRUE;
  return retry ? ERIC_VERDICT_RETRY : ERIC_VERDICT_FAIL;
}

/* Full jitter: anything between nothing and a bound that doubles with each
 * failure, so that clients that were cut off together do not come back together.
 * The standard wants the time that the server gave, and allows more. */
guint
eric_source_reconnect_get_delay (EricReconnectPolicy policy,
                                 guint               retry_delay,
                                 guint               max_retry_delay,
                                 guint               n_failures,
                                 double              draw)
{
  guint floor = policy == ERIC_RECONNECT_POLICY_STANDARD ? retry_delay : 0;
  guint64 ceiling = retry_delay;

  if (n_failures > 0)
    ceiling = (guint64) MAX (retry_delay, MIN_BACKOFF) << MIN (n_failures, MAX_DOUBLINGS);
  ceiling = MIN (ceiling, max_retry_delay);
  if (ceiling <= floor)
    return floor;
  return floor + (guint) (draw * (ceiling - floor));
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
