/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-http-head-private.h"
#include "http-cases.h"

#define REST "\r\nHost: x\r\n\r\n"

static void
assert_head (const EricHttpHead *head,
             EricHttpHeadStep    step,
             guint               refusal)
{
  g_assert_cmpint (step, ==, refusal != 0 ? ERIC_HTTP_HEAD_REFUSED : ERIC_HTTP_HEAD_DONE);
  g_assert_cmpuint (head->status, ==, refusal);
  if (refusal != 0)
    g_assert_nonnull (head->sentence);
}

/* At once, and a byte at a time. What is refused may be refused before all of it
 * is there. */
static void
test_cases (void)
{
  g_assert_cmpuint (n_http_cases, >=, 80);
  for (guint i = 0; i < n_http_cases; i++)
    {
      const HttpCase *one = &http_cases[i];
      EricHttpHead whole = { 0 }, grown = { 0 };
      EricHttpHeadStep step = ERIC_HTTP_HEAD_MORE;
      EricHttpHeadStep at_once = eric_http_head_read (&whole, one->bytes, one->length);

      g_test_message ("%s: %s", one->name, whole.sentence != NULL ? whole.sentence : "good");
      assert_head (&whole, at_once, one->refusal);
      for (gsize length = 0; length <= one->length && step == ERIC_HTTP_HEAD_MORE; length++)
        step = eric_http_head_read (&grown, one->bytes, length);
      assert_head (&grown, step, one->refusal);
      if (one->refusal != 0)
        continue;
      g_assert_cmpmem (&one->bytes[whole.length - 4], 4, "\r\n\r\n", 4);
      g_assert_cmpuint (whole.length, ==, grown.length);
      g_assert_cmpuint (one->bytes[whole.version - 1], ==, '.');
    }
}

static void
read_one (EricHttpHead *head,
          const char   *text)
{
  EricHttpHead zero = { 0 };

  *head = zero;
  g_assert_cmpint (eric_http_head_read (head, text, strlen (text)), ==, ERIC_HTTP_HEAD_DONE);
}

static void
test_fields (void)
{
  static const char text[] = "\r\nHEAD / HTTP/1.1\r\nExpect: 100-Continue\r\nHost: x\r\n\r\nnext";
  EricHttpHead head;

  read_one (&head, text);
  g_assert_cmpuint (head.start, ==, 2);
  g_assert_cmpuint (head.length, ==, strlen (text) - strlen ("next"));
  g_assert_true (head.is_head);
  g_assert_true (head.keeps);
  g_assert_cmpuint (head.minor, ==, 1);
  g_assert_cmpint (head.body, ==, ERIC_HTTP_BODY_NONE);
  g_assert_cmpmem (text + head.expect, head.expect_length, "Expect: 100-Continue\r\n", 22);

  read_one (&head, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775799\r\n\r\n");
  g_assert_cmpint (head.body, ==, ERIC_HTTP_BODY_LENGTH);
  g_assert_cmpuint (head.content_length, ==, G_GUINT64_CONSTANT (9223372036854775799));

  read_one (&head, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nHost: x\r\n\r\n");
  g_assert_cmpint (head.body, ==, ERIC_HTTP_BODY_CHUNKED);
  g_assert_false (head.keeps);

  read_one (&head, "GET / HTTP/1.0\r\n\r\n");
  g_assert_cmpuint (head.minor, ==, 0);
  g_assert_false (head.keeps);
}

/* A request line of so many bytes. */
static EricHttpHeadStep
read_line (EricHttpHead *head,
           gsize         length)
{
  g_autofree char *target = g_strnfill (length - strlen ("GET / HTTP/1.1"), 'x');
  g_autofree char *text = g_strconcat ("GET /", target, " HTTP/1.1" REST, NULL);
  EricHttpHead zero = { 0 };

  *head = zero;
  return eric_http_head_read (head, text, strlen (text));
}

static void
test_max_request_line (void)
{
  g_autofree char *begun = g_strnfill (ERIC_HTTP_MAX_REQUEST_LINE + 2, 'x');
  EricHttpHead head;

  assert_head (&head, read_line (&head, ERIC_HTTP_MAX_REQUEST_LINE), 0);
  assert_head (&head, read_line (&head, ERIC_HTTP_MAX_REQUEST_LINE + 1), 414);

  head = (EricHttpHead) { 0 };
  g_assert_cmpint (eric_http_head_read (&head, begun, ERIC_HTTP_MAX_REQUEST_LINE), ==, ERIC_HTTP_HEAD_MORE);
  assert_head (&head, eric_http_head_read (&head, begun, ERIC_HTTP_MAX_REQUEST_LINE + 2), 414);
}

/* A head of so many bytes. */
static EricHttpHeadStep
read_long (EricHttpHead *head,
           gsize         length)
{
  static const char begin[] = "GET / HTTP/1.1\r\nA: ";
  g_autofree char *value = g_strnfill (length - strlen (begin) - strlen (REST), 'x');
  g_autofree char *text = g_strconcat (begin, value, REST, NULL);
  EricHttpHead zero = { 0 };

  *head = zero;
  return eric_http_head_read (head, text, strlen (text));
}

static void
test_max_head (void)
{
  g_autofree char *fields = g_strnfill (ERIC_HTTP_MAX_HEAD, 'x');
  g_autofree char *begun = g_strconcat ("GET / HTTP/1.1\r\nA: ", fields, NULL);
  EricHttpHead head;

  assert_head (&head, read_long (&head, ERIC_HTTP_MAX_HEAD), 0);
  assert_head (&head, read_long (&head, ERIC_HTTP_MAX_HEAD + 1), 431);

  head = (EricHttpHead) { 0 };
  g_assert_cmpint (eric_http_head_read (&head, begun, ERIC_HTTP_MAX_HEAD), ==, ERIC_HTTP_HEAD_MORE);
  assert_head (&head, eric_http_head_read (&head, begun, ERIC_HTTP_MAX_HEAD + 1), 431);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/eric/http-head/cases", test_cases);
  g_test_add_func ("/eric/http-head/fields", test_fields);
  g_test_add_func ("/eric/http-head/max-request-line", test_max_request_line);
  g_test_add_func ("/eric/http-head/max-head", test_max_head);

  return g_test_run ();
}
