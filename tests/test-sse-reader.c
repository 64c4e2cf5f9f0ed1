/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-reader-private.h"
#include "sse-trace.h"
#include "test-util.h"

/* What a buffer may keep when it is empty. */
#define MAX_KEPT (64 * 1024)

typedef struct
{
  EricSseReader  reader;
  GString       *trace;     /* (owned) */
  guint          n_events;
  guint          stop_at;   /* that event, 0 for none */
  const char    *data;      /* of the last event; may be gone */
} Fixture;

static void
event_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  Fixture *fixture = user_data;

  if (event->data_length < MAX_KEPT)
    sse_trace_event (fixture->trace, event->event_type, event->id, event->data, event->data_length);
  fixture->data = event->data;
  if (++fixture->n_events == fixture->stop_at)
    eric_sse_reader_stop (&fixture->reader);
}

static void
fixture_init (Fixture *fixture)
{
  memset (fixture, 0, sizeof *fixture);
  eric_sse_reader_init (&fixture->reader);
  fixture->reader.event_func = event_cb;
  fixture->reader.event_data = fixture;
  fixture->trace = g_string_new (NULL);
}

static void
fixture_clear (Fixture *fixture)
{
  eric_sse_reader_clear (&fixture->reader);
  g_string_free (fixture->trace, TRUE);
}

static void
feed (Fixture    *fixture,
      const char *text)
{
  g_autoptr (GError) error = NULL;

  eric_sse_reader_feed (&fixture->reader, text, strlen (text), &error);
  g_assert_no_error (error);
}

/* Of what is fed behind the event that it stops in, nothing is read; of what is fed
 * later, everything. */
static void
test_sse_reader_stop (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fixture.stop_at = 1;
  feed (&fixture, "data: 1\n\ndata: 2\n\nretry: 5\nid: 7\n\n");
  g_assert_cmpstr (fixture.trace->str, ==, "message(1)");
  g_assert_false (fixture.reader.has_retry_delay);
  g_assert_cmpstr (eric_sse_reader_get_last_event_id (&fixture.reader), ==, "");

  fixture.stop_at = 2;
  feed (&fixture, "data: 3\r");
  feed (&fixture, "\n\r\ndata: 4");
  feed (&fixture, "data: 5\n\n");
  g_assert_cmpstr (fixture.trace->str, ==, "message(1) message(3) message(5)");

  /* Outside of a function there is nothing to be stopped. */
  eric_sse_reader_stop (&fixture.reader);
  feed (&fixture, "data: 6\n\ndata: 7\n\n");
  g_assert_cmpstr (fixture.trace->str, ==, "message(1) message(3) message(5) message(6) message(7)");
  fixture_clear (&fixture);
}

static void
test_sse_reader_fail (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;

  fixture_init (&fixture);
  eric_sse_reader_fail (&fixture.reader, g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, "broken"));
  g_assert_false (eric_sse_reader_feed (&fixture.reader, "data: 1\n\n", 9, NULL));
  g_assert_false (eric_sse_reader_end (&fixture.reader, &error));
  g_assert_cmpstr (error->message, ==, "broken");
  g_assert_cmpstr (fixture.trace->str, ==, "");
  eric_sse_reader_reset (&fixture.reader);
  feed (&fixture, "data: 1\n\n");
  g_assert_cmpstr (fixture.trace->str, ==, "message(1)");
  fixture_clear (&fixture);
}

static void
feed_within_cb (const char *text,
                gpointer    user_data)
{
  EricSseReader *reader = user_data;

  g_test_expect_message ("Eric", G_LOG_LEVEL_CRITICAL, "*!self->feeding*");
  g_assert_false (eric_sse_reader_feed (reader, "data: 2\n\n", 9, NULL));
  g_test_expect_message ("Eric", G_LOG_LEVEL_CRITICAL, "*!self->feeding*");
  g_assert_false (eric_sse_reader_end (reader, NULL));
  g_test_expect_message ("Eric", G_LOG_LEVEL_CRITICAL, "*!self->feeding*");
  eric_sse_reader_reset (reader);
  g_test_assert_expected_messages ();
}

/* A function that feeds is told so, and does no harm. */
static void
test_sse_reader_feed_within (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fixture.reader.comment_func = feed_within_cb;
  fixture.reader.comment_data = &fixture.reader;
  feed (&fixture, "data: 1\n: c\ndata: 3\n\n");
  g_assert_cmpstr (fixture.trace->str, ==, "message(1\\n3)");
  fixture_clear (&fixture);
}

static void
assert_small (EricSseReader *reader)
{
  g_assert_cmpuint (reader->line->len, ==, 0);
  g_assert_cmpuint (reader->line->allocated_len, <=, MAX_KEPT);
  g_assert_cmpuint (reader->data->len, ==, 0);
  g_assert_cmpuint (reader->data->allocated_len, <=, MAX_KEPT);
}

/* One large event is not paid for until the stream ends. */
static void
test_sse_reader_memory (void)
{
  g_autoptr (GString) large = g_string_new (NULL);
  Fixture fixture;

  for (guint i = 0; i < 1024 * 1024; i++)
    g_string_append_c (large, 'x');
  fixture_init (&fixture);

  /* A line in two feeds. */
  feed (&fixture, "data: ");
  feed (&fixture, large->str);
  g_assert_cmpuint (fixture.reader.line->allocated_len, >, large->len);
  feed (&fixture, "\n");
  g_assert_cmpuint (fixture.reader.line->allocated_len, <=, MAX_KEPT);
  g_assert_cmpuint (fixture.reader.data->allocated_len, >, large->len);
  feed (&fixture, "\n");
  g_assert_cmpuint (fixture.n_events, ==, 1);
  assert_small (&fixture.reader);

  /* An event of two lines, and a comment. */
  feed (&fixture, "data: ");
  feed (&fixture, large->str);
  feed (&fixture, "\ndata: ");
  feed (&fixture, large->str);
  feed (&fixture, "\n\n: ");
  feed (&fixture, large->str);
  feed (&fixture, "\n");
  g_assert_cmpuint (fixture.n_events, ==, 2);
  assert_small (&fixture.reader);

  /* One that is cut off. */
  feed (&fixture, "data: ");
  feed (&fixture, large->str);
  feed (&fixture, "\ndata: ");
  feed (&fixture, large->str);
  g_assert_true (eric_sse_reader_end (&fixture.reader, NULL));
  assert_small (&fixture.reader);
  fixture_clear (&fixture);
}

/* A whole event within one feed is never copied. */
static void
test_sse_reader_view (void)
{
  g_autoptr (GString) large = g_string_new ("data: ");
  Fixture fixture;

  for (guint i = 0; i < 1024 * 1024; i++)
    g_string_append_c (large, 'x');
  g_string_append (large, "\nid: 7\n\n");
  fixture_init (&fixture);
  for (guint i = 0; i < 2; i++)
    {
      feed (&fixture, large->str);
      g_assert_true (fixture.data == large->str + strlen ("data: "));
    }
  g_assert_cmpuint (fixture.n_events, ==, 2);
  g_assert_cmpuint (fixture.reader.line->allocated_len, <=, MAX_KEPT);
  g_assert_cmpuint (fixture.reader.data->allocated_len, <=, MAX_KEPT);
  fixture_clear (&fixture);
}

/* What is refused is not collected before. */
static void
test_sse_reader_refused_memory (void)
{
  g_autofree char *piece = g_strnfill (1000, 'x');
  g_autoptr (GString) lines = g_string_new (NULL);
  Fixture fixture;
  gsize most = 0;
  gboolean reads = TRUE;

  fixture_init (&fixture);
  fixture.reader.max_line_size = 100 * 1000;
  for (guint i = 0; i < 1000 && reads; i++)
    {
      reads = eric_sse_reader_feed (&fixture.reader, piece, 1000, NULL);
      most = MAX (most, fixture.reader.line->len);
    }
  g_assert_false (reads);
  g_assert_cmpuint (most, ==, 100 * 1000);
  fixture_clear (&fixture);

  fixture_init (&fixture);
  fixture.reader.max_event_size = 100 * 1000;
  for (reads = TRUE, most = 0; reads; most = MAX (most, fixture.reader.data->len))
    reads = eric_sse_reader_feed (&fixture.reader, "data: x\n", 8, NULL);
  g_assert_cmpuint (most, ==, 99999);
  fixture_clear (&fixture);

  fixture_init (&fixture);
  fixture.reader.max_event_size = 100 * 1000;
  g_string_append_printf (lines, "data: %0*d\ndata: %0*d\n", 60 * 1000, 0, 60 * 1000, 0);
  g_assert_false (eric_sse_reader_feed (&fixture.reader, lines->str, lines->len, NULL));
  g_assert_cmpuint (fixture.reader.data->len, <=, 100 * 1000);
  fixture_clear (&fixture);
}

/* Types and ids are strings that all their messages share. */
static void
test_sse_reader_shares (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autoptr (EricMessage) first = NULL;
  g_autoptr (EricMessage) second = NULL;

  g_assert_true (sse_trace_feed (parser, "id: 7\nevent: t\ndata: 1\n\nid: 7\nevent: t\ndata: 2\n\n", 48, NULL));
  first = eric_sse_parser_next (parser);
  second = eric_sse_parser_next (parser);
  g_assert_true (eric_message_get_event_type (first) == eric_message_get_event_type (second));
  g_assert_true (eric_message_get_id (first) == eric_message_get_id (second));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-reader/stop", test_sse_reader_stop);
  g_test_add_func ("/eric/sse-reader/fail", test_sse_reader_fail);
  g_test_add_func ("/eric/sse-reader/feed-within", test_sse_reader_feed_within);
  g_test_add_func ("/eric/sse-reader/memory", test_sse_reader_memory);
  g_test_add_func ("/eric/sse-reader/view", test_sse_reader_view);
  g_test_add_func ("/eric/sse-reader/refused-memory", test_sse_reader_refused_memory);
  g_test_add_func ("/eric/sse-reader/shares", test_sse_reader_shares);
  return g_test_run ();
}
