/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "eric-source-reconnect-private.h"

#define RESILIENT ERIC_RECONNECT_POLICY_RESILIENT
#define STANDARD  ERIC_RECONNECT_POLICY_STANDARD
#define NEVER     ERIC_RECONNECT_POLICY_NEVER

#define RETRY ERIC_VERDICT_RETRY
#define END   ERIC_VERDICT_END
#define FAIL  ERIC_VERDICT_FAIL

/* What becomes of an outcome, with the policies resilient, standard and never. */
static void
assert_verdicts (GQuark      domain,
                 int         code,
                 guint       status,
                 EricVerdict resilient,
                 EricVerdict standard,
                 EricVerdict never)
{
  g_autoptr (GError) error = domain != 0 ? g_error_new_literal (domain, code, "") : NULL;
  EricOutcome outcome = { .error = error, .status = status, .repeatable = TRUE };

  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, resilient);
  g_assert_cmpint (eric_source_reconnect_judge (STANDARD, &outcome), ==, standard);
  g_assert_cmpint (eric_source_reconnect_judge (NEVER, &outcome), ==, never);

  outcome.repeatable = FALSE;
  for (int policy = RESILIENT; policy <= NEVER; policy++)
    if (eric_source_reconnect_judge (policy, &outcome) != END)
      g_assert_cmpint (eric_source_reconnect_judge (policy, &outcome), ==, FAIL);
}

static void
test_source_reconnect_network (void)
{
  const int codes[] = {
    G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_CONNECTION_CLOSED, G_IO_ERROR_TIMED_OUT,
    G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_HOST_UNREACHABLE, G_IO_ERROR_PARTIAL_INPUT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      assert_verdicts (G_IO_ERROR, codes[i], 0, RETRY, RETRY, FAIL);
      assert_verdicts (G_IO_ERROR, codes[i], 200, RETRY, RETRY, FAIL);
    }
  assert_verdicts (G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, 0, RETRY, RETRY, FAIL);
  assert_verdicts (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, 0, RETRY, RETRY, FAIL);
  assert_verdicts (G_TLS_ERROR, G_TLS_ERROR_EOF, 200, RETRY, RETRY, FAIL);
  assert_verdicts (0, 0, 200, RETRY, RETRY, END);
}

static void
test_source_reconnect_lasting (void)
{
  assert_verdicts (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, 0, FAIL, FAIL, FAIL);
  assert_verdicts (G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED, 0, FAIL, FAIL, FAIL);
  assert_verdicts (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS, 302, FAIL, FAIL, FAIL);
  assert_verdicts (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_NO_LOCATION, 302, FAIL, FAIL, FAIL);
  assert_verdicts (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_BAD_URI, 302, FAIL, FAIL, FAIL);
  assert_verdicts (G_URI_ERROR, G_URI_ERROR_BAD_SCHEME, 0, FAIL, FAIL, FAIL);
  assert_verdicts (ERIC_ERROR, ERIC_ERROR_TOO_LARGE, 200, FAIL, FAIL, FAIL);
  assert_verdicts (ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, 200, FAIL, FAIL, FAIL);
}

static void
test_source_reconnect_status (void)
{
  const guint final[] = {
    200, 201, 205, 206, 300, 304, 305, 400, 401, 403, 404, 407, 410, 413, 428, 430, 431, 499, 500, 501, 505, 519, 531
  };
  const guint overload[] = { 408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530 };

  for (guint i = 0; i < G_N_ELEMENTS (final); i++)
    assert_verdicts (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, final[i], FAIL, FAIL, FAIL);
  for (guint i = 0; i < G_N_ELEMENTS (overload); i++)
    assert_verdicts (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, overload[i], RETRY, FAIL, FAIL);
  assert_verdicts (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, 204, END, END, END);
  assert_verdicts (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, 204, END, END, END);
}

/* What it depends on: a stream before, and an id in the request. */
static void
test_source_reconnect_before (void)
{
  g_autoptr (GError) error = g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, "");
  EricOutcome outcome = { .error = error, .status = 500, .had_stream = TRUE, .repeatable = TRUE };
  const guint ids[] = { 400, 413, 431 };

  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, RETRY);
  g_assert_cmpint (eric_source_reconnect_judge (STANDARD, &outcome), ==, FAIL);
  outcome.status = 401;
  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, FAIL);
  outcome.status = 403;
  outcome.had_id = TRUE;
  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, FAIL);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      outcome.status = ids[i];
      g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, RETRY);
      g_assert_cmpint (eric_source_reconnect_judge (STANDARD, &outcome), ==, FAIL);
    }
}

static void
test_source_reconnect_type (void)
{
  const char * const cases[][2] = {
    { "text/event-stream", "text/event-stream" }, { "Text/EVENT-stream ; charset=utf-8", "text/event-stream" },
    { "text/html, text/event-stream", "text/event-stream" }, { "text/event-stream, text/html", "text/html" },
    { "text/event-stream, */*", "text/event-stream" }, { "text/event-stream, nonsense", "text/event-stream" },
    { "text/event-stream;a=\"b, text/html\"", "text/event-stream" },
    { "text/event-stream;a=\"\\\", text/html\"", "text/event-stream" }, { "text/event-stream,", "text/event-stream" },
    { "text/event-stream x", NULL }, { "", NULL }, { "/", NULL }, { "text/", NULL }, { "a/b/c", NULL }, { "*/*", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *type = eric_source_reconnect_extract_type (cases[i][0]);

      g_test_message ("%s", cases[i][0]);
      g_assert_cmpstr (type, ==, cases[i][1]);
    }
}

static void
test_source_reconnect_finite (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "");
  EricOutcome outcome = { .status = 200, .finite = TRUE, .repeatable = TRUE };

  for (int policy = RESILIENT; policy <= NEVER; policy++)
    g_assert_cmpint (eric_source_reconnect_judge (policy, &outcome), ==, END);
  outcome.repeatable = FALSE;
  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, END);
  outcome.finite = FALSE;
  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, FAIL);

  /* Cut off is not ended. */
  outcome.finite = outcome.repeatable = TRUE;
  outcome.error = error;
  g_assert_cmpint (eric_source_reconnect_judge (RESILIENT, &outcome), ==, RETRY);
}

#define get_delay eric_source_reconnect_get_delay

static void
test_source_reconnect_jitter (void)
{
  /* What the server said, and a fifth of that at random. */
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 0, 0), ==, 3000);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 0, 0.5), ==, 3300);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 0, 0.999), ==, 3599);

  /* Full jitter, the bound of which doubles. */
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 1, 0.5), ==, 1500);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 1, 0.999), ==, 2997);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 2, 0.5), ==, 3000);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 3, 0.5), ==, 6000);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 5, 0.5), ==, 24000);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, 6, 0.999), ==, 59940);
  for (guint n = 6; n < 100; n++)
    g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, n, 0.5), ==, 30000);
  g_assert_cmpuint (get_delay (RESILIENT, 3000, 60000, G_MAXUINT, 0.5), ==, 30000);

  /* At least what the server said, and no more than that at first. */
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 0, 0.999), ==, 3000);
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 1, 0.999), ==, 3000);
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 2, 0), ==, 3000);
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 2, 0.5), ==, 4500);
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 3, 0.5), ==, 7500);
  g_assert_cmpuint (get_delay (STANDARD, 3000, 60000, 9, 0.5), ==, 31500);
}

static void
test_source_reconnect_extremes (void)
{
  const guint floor = ERIC_EVENT_SOURCE_MIN_RETRY_DELAY;

  /* Whatever is said and drawn, there is a pause. */
  for (guint n = 0; n < 3; n++)
    for (guint retry = 0; retry <= floor; retry++)
      {
        g_assert_cmpuint (get_delay (RESILIENT, retry, 60000, n, 0), ==, floor);
        g_assert_cmpuint (get_delay (STANDARD, retry, 60000, n, 0), ==, floor);
      }
  g_assert_cmpuint (get_delay (RESILIENT, floor + 1, 60000, 0, 0), ==, floor + 1);
  g_assert_cmpuint (get_delay (RESILIENT, 0, 60000, 3, 0.5), ==, 200);
  g_assert_cmpuint (get_delay (RESILIENT, 0, 0, 5, 0.999), ==, floor);

  g_assert_cmpuint (get_delay (RESILIENT, G_MAXUINT, 60000, 0, 0), ==, 50000);
  g_assert_cmpuint (get_delay (RESILIENT, G_MAXUINT, 60000, 0, 0.5), ==, 55000);
  for (guint n = 1; n < 100; n++)
    {
      g_assert_cmpuint (get_delay (RESILIENT, G_MAXUINT, G_MAXUINT, n, 0.5), ==, G_MAXUINT / 2);
      g_assert_cmpuint (get_delay (STANDARD, G_MAXUINT, G_MAXUINT, n, 0.999), ==, G_MAXUINT);
      g_assert_cmpuint (get_delay (RESILIENT, G_MAXUINT, 60000, n, 0.5), ==, 30000);
      g_assert_cmpuint (get_delay (STANDARD, G_MAXUINT, 60000, n, 0.5), ==, G_MAXUINT);
    }
}

#define NOW G_GINT64_CONSTANT (1445412480)   /* Wed, 21 Oct 2015 07:28:00 GMT */

static void
test_source_reconnect_after (void)
{
  const struct
  {
    const char *text;
    guint       delay;
  } cases[] = {
    { NULL, 0 }, { "", 0 }, { "0", 0 }, { "1", 1000 }, { "120", 120000 },
    { "3599", 3599000 }, { "3600", 3600000 }, { "3601", 3600000 },
    { "99999999999999999999999", 3600000 }, { "18446744073709551615", 3600000 },
    { "-1", 0 }, { "soon", 0 }, { "+5", 0 }, { "0x10", 0 },
    { "Wed, 21 Oct 2015 07:28:00 GMT", 0 }, { "Wed, 21 Oct 2015 07:28:01 GMT", 1000 },
    { "Wed, 21 Oct 2015 07:27:59 GMT", 0 }, { "Wed, 21 Oct 2015 07:30:00 GMT", 120000 },
    { "Wednesday, 21-Oct-15 07:28:09 GMT", 9000 }, { "Wed Oct 21 07:28:09 2015", 9000 },
    { "Wed, 21 Oct 2026 07:28:00 GMT", 3600000 }, { "Wed, 21 Oct 1915 07:28:00 GMT", 0 },
    { "Wed, 21 Oct", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      g_assert_cmpuint (eric_source_reconnect_read_after (cases[i].text, NOW), ==, cases[i].delay);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/source-reconnect/network", test_source_reconnect_network);
  g_test_add_func ("/eric/source-reconnect/lasting", test_source_reconnect_lasting);
  g_test_add_func ("/eric/source-reconnect/status", test_source_reconnect_status);
  g_test_add_func ("/eric/source-reconnect/before", test_source_reconnect_before);
  g_test_add_func ("/eric/source-reconnect/type", test_source_reconnect_type);
  g_test_add_func ("/eric/source-reconnect/finite", test_source_reconnect_finite);
  g_test_add_func ("/eric/source-reconnect/jitter", test_source_reconnect_jitter);
  g_test_add_func ("/eric/source-reconnect/extremes", test_source_reconnect_extremes);
  g_test_add_func ("/eric/source-reconnect/after", test_source_reconnect_after);
  return g_test_run ();
}
