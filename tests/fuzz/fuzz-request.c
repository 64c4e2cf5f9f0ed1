/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-socket-errors-private.h"
#include "eric-socket-request-private.h"
#include "fuzz.h"

/* A request of a client. Whatever it is, it is understood the same way twice, what its
 * verb needs is there, and what is said of a malformed one is a line. */

static void
assert_refused (const GError *error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GError) parsed = NULL;

  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  eric_socket_errors_print (line, error);
  g_assert_null (strchr (line->str, '\n'));
  g_assert_true (g_utf8_validate_len (line->str, line->len, NULL));
  parsed = eric_socket_errors_parse (line->str, line->len);
  g_assert_error (parsed, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
}

static void
assert_complete (const EricSocketRequest *request)
{
  gboolean sends = request->verb == ERIC_SOCKET_BROADCAST || request->verb == ERIC_SOCKET_DISPATCH;

  g_assert_true (sends == (request->message != NULL));
  g_assert_true (request->channel_id != NULL || request->verb == ERIC_SOCKET_CREATE_CHANNEL);
  if (request->verb == ERIC_SOCKET_DISPATCH || request->verb == ERIC_SOCKET_LISTEN ||
      request->verb == ERIC_SOCKET_REMOVE_LISTENER)
    g_assert_nonnull (request->listener_id);
}

static void
assert_same (const EricSocketRequest *one,
             const EricSocketRequest *other)
{
  g_assert_cmpint (one->verb, ==, other->verb);
  g_assert_cmpstr (one->channel_id, ==, other->channel_id);
  g_assert_cmpstr (one->listener_id, ==, other->listener_id);
  if (one->message == NULL)
    return;
  g_assert_cmpstr (eric_message_get_event_type (one->message), ==,
                   eric_message_get_event_type (other->message));
  g_assert_cmpstr (eric_message_get_text (one->message), ==, eric_message_get_text (other->message));
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes,
                        gsize         length)
{
  g_auto (EricSocketRequest) first = { 0 };
  g_auto (EricSocketRequest) second = { 0 };
  g_autoptr (GError) first_error = NULL;
  g_autoptr (GError) second_error = NULL;
  gboolean good = eric_socket_request_parse (&first, (const char *) bytes, length, &first_error);

  g_assert_true (good == eric_socket_request_parse (&second, (const char *) bytes, length, &second_error));
  if (!good)
    {
      assert_refused (first_error);
      g_assert_cmpstr (first_error->message, ==, second_error->message);
      return 0;
    }
  g_assert_no_error (first_error);
  assert_complete (&first);
  assert_same (&first, &second);
  return 0;
}
