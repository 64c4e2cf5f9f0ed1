/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-server-private.h"

/* The header Range of a request. libsoup itself cuts what a handler answers with 200,
 * without a look at where that ends: for a range that begins before the text or ends
 * behind it, it says 206 and sends nothing, with criticals (CVE-2026-2443); for thousands
 * of ranges, it sends the text as often.
 *
 * A server may ignore the header (RFC 9110, section 14.2). */

/* Of the first byte: a number that no arithmetic on it turns negative. */
#define MAX_DIGITS 18

/* "bytes=FIRST-": the only form that is right whatever the length of the answer is, which
 * is not known here where a handler is slow. */
static gboolean
is_safe (const char *range)
{
  gsize digits;

  if (g_ascii_strncasecmp (range, "bytes=", 6) != 0)
    return FALSE;
  digits = strspn (range + 6, "0123456789");
  return digits > 0 && digits <= MAX_DIGITS && g_str_equal (range + 6 + digits, "-");
}

/* The handler has been called, and has read the header if it answers with ranges of its own. */
static void
ignore_unsafe_cb (SoupServerMessage *message,
                  gpointer           user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *range = soup_message_headers_get_list (headers, "Range");

  if (range != NULL && !is_safe (range))
    soup_message_headers_remove (headers, "Range");
}

void
_eric_http_range_watch (SoupServerMessage *message)
{
  g_signal_connect (message, "got-body", G_CALLBACK (ignore_unsafe_cb), NULL);
}
