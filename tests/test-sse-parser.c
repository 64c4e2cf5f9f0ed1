/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "sse-samples.h"
#include "sse-trace.h"
#include "test-util.h"

/* Feeds a string whole, and takes what there is. */
static char *
feed (EricSseParser  *parser,
      const char     *text,
      GError        **error)
{
  GString *out = g_string_new (NULL);

  sse_trace_feed (parser, text, strlen (text), error);
  sse_trace_take (parser, out);
  return g_string_free (out, FALSE);
}

static void
assert_feed (EricSseParser *parser,
             const char    *text,
             const char    *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *trace = feed (parser, text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (trace, ==, expected);
}

static void
assert_too_large (EricSseParser *parser,
                  const char    *text,
                  const char    *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *trace = feed (parser, text, &error);

  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  g_assert_cmpstr (trace, ==, expected);
}

static void
test_sse_parser_sample (gconstpointer data)
{
  const SseSample *sample = data;
  SseTraceMode mode = { .format = sample->format, .with_next = TRUE };
  g_autofree char *messages = sse_trace_read (&mode, sample->bytes, sample->length, NULL, NULL);
  g_autofree char *events = NULL;

  mode.with_next = FALSE;
  events = sse_trace_read (&mode, sample->bytes, sample->length, NULL, NULL);
  g_assert_cmpstr (messages, ==, sample->expected);
  g_assert_cmpstr (events, ==, sample->expected_raw != NULL ? sample->expected_raw : sample->expected);
}

/* Streams */

/* An event is there with the byte that ends it: who waited for the LF of a CR would
 * hold it back as long as the server is silent. */
static void
test_sse_parser_at_once (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  assert_feed (parser, "data: 1\r", "");
  assert_feed (parser, "\r", "message(1)");
  assert_feed (parser, "\ndata: 2\r\n", "");
  assert_feed (parser, "\r", "message(2)");
  assert_feed (parser, "\n", "");
  assert_feed (parser, "data: 3\n", "");
  assert_feed (parser, "\n", "message(3)");
  assert_feed (parser, "\n\r\ndata: 4\r\r", "message(4)");
  assert_feed (parser, "\n\r\n\n", "");
  assert_feed (parser, "data: 5\n\r", "message(5)");
  assert_feed (parser, "data: 6\r\r", "message(6)");
}

/* The LF of a CRLF is looked for in the next bytes alone, even if none came. */
static void
test_sse_parser_empty_feed (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  g_assert_true (eric_sse_parser_feed (parser, NULL, 0, NULL));
  assert_feed (parser, "data: 1\r", "");
  g_assert_true (eric_sse_parser_feed (parser, NULL, 0, NULL));
  g_assert_true (eric_sse_parser_feed_bytes (parser, none, NULL));
  assert_feed (parser, "\n", "");
  assert_feed (parser, "\r\n", "message(1)");
}

/* Half an event, its type and its id are forgotten; the next stream may begin with a
 * mark; what was given for good stays. */
static void
assert_begins_anew (EricSseParser *parser,
                    const char    *stream)
{
  guint retry_delay;

  assert_feed (parser, stream, "");
  g_assert_true (eric_sse_parser_end (parser, NULL));
  assert_feed (parser, "\nevent: t\n\n", "");
  assert_feed (parser, "data: 1\n\n", "message#7(1)");

  assert_feed (parser, stream, "");
  eric_sse_parser_reset (parser);
  assert_feed (parser, "\357\273\277data: 2\n\n", "message#7(2)");
  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "7");
  g_assert_true (eric_sse_parser_get_retry_delay (parser, &retry_delay));
  g_assert_cmpuint (retry_delay, ==, 5);
}

static void
test_sse_parser_end (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  assert_feed (parser, "id: 7\nretry: 5\n\n", "");
  assert_begins_anew (parser, "data: x\n");
  assert_begins_anew (parser, "data: x\ndata: y\n");
  assert_begins_anew (parser, "data: x");
  assert_begins_anew (parser, "event: u\n");
  assert_begins_anew (parser, "event: u\nid: 8\ndata: x\r");
  assert_begins_anew (parser, "id\n");
  assert_begins_anew (parser, "id: 8\nid: 9\n");
  assert_begins_anew (parser, "\357\273");
  assert_begins_anew (parser, "");

  /* The LF of the last CRLF did not come: this one is no part of it. */
  assert_feed (parser, "data: x\n", "");
  assert_feed (parser, "foo\r", "");
  g_assert_true (eric_sse_parser_end (parser, NULL));
  assert_feed (parser, "\n\357\273\277data: 1\n\n", "");
}

/* What is read and not taken yet outlives the stream. */
static void
test_sse_parser_next (void)
{
  EricSseParser *parser = eric_sse_parser_new ();
  g_autoptr (GString) trace = g_string_new (NULL);
  EricMessage *message;

  g_assert_null (eric_sse_parser_next (parser));
  sse_trace_feed (parser, "data: 1\n\ndata: 2\n\ndata: 3\n\n", 27, NULL);
  message = eric_sse_parser_next (parser);
  g_assert_cmpstr (eric_message_get_text (message), ==, "1");
  g_assert_null (eric_message_get_id (message));
  g_assert_null (eric_message_get_sender_id (message));
  test_finalize (message);
  g_assert_true (eric_sse_parser_end (parser, NULL));
  sse_trace_feed (parser, "id: 7\nevent: t\ndata: 4\n\n", 24, NULL);
  eric_sse_parser_reset (parser);
  sse_trace_take (parser, trace);
  g_assert_cmpstr (trace->str, ==, "message(2) message(3) t#7(4)");
  g_assert_null (eric_sse_parser_next (parser));

  sse_trace_feed (parser, "data: 5\n\ndata: 6\n\n", 18, NULL);
  message = eric_sse_parser_next (parser);
  test_finalize (parser);
  g_assert_cmpstr (eric_message_get_text (message), ==, "5");
  g_assert_cmpstr (eric_message_get_id (message), ==, "7");
  test_finalize (message);
}

/* What a message needs has no end with the parser or the bytes. */
static void
test_sse_parser_message_data (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autoptr (GBytes) bytes = g_bytes_new ("data: \0a\0\ndata:\0\n\n", 18);
  g_autoptr (EricMessage) message = NULL;
  gsize length;

  g_assert_true (eric_sse_parser_feed_bytes (parser, bytes, NULL));
  g_clear_pointer (&bytes, g_bytes_unref);
  message = eric_sse_parser_next (parser);
  g_assert_cmpmem (eric_message_get_data (message, &length), 5, "\0a\0\n\0", 5);
  g_assert_cmpuint (length, ==, 5);
  g_assert_cmpstr (eric_message_get_text (message), ==, "\357\277\275a\357\277\275\n\357\277\275");
  g_assert_cmpstr (g_variant_get_string (eric_message_get_payload (message), NULL), ==,
                   "\357\277\275a\357\277\275\n\357\277\275");
}

static void
test_sse_parser_last_event_id (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "");
  g_assert_true (eric_sse_parser_set_last_event_id (parser, "3", &error));
  assert_feed (parser, "data: 1\n\n", "message#3(1)");
  assert_feed (parser, "id: 4\ndata: 2\n", "");
  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "3");
  assert_feed (parser, "\n", "message#4(2)");
  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "4");

  g_assert_true (eric_sse_parser_set_last_event_id (parser, NULL, &error));
  assert_feed (parser, "data: 3\n\n", "message(3)");
  g_assert_true (eric_sse_parser_set_last_event_id (parser, "5", &error));
  g_assert_true (eric_sse_parser_set_last_event_id (parser, "", &error));
  g_assert_true (sse_trace_feed (parser, "data: 4\n\n", 9, NULL));
  message = eric_sse_parser_next (parser);
  g_assert_null (eric_message_get_id (message));
  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "");
  g_assert_no_error (error);

  g_assert_true (eric_sse_parser_set_last_event_id (parser, "kept", NULL));
  g_assert_false (eric_sse_parser_set_last_event_id (parser, "a\nb", &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);
  g_assert_false (eric_sse_parser_set_last_event_id (parser, "a\377", &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (eric_sse_parser_get_last_event_id (parser), ==, "kept");
}

static void
test_sse_parser_retry_delay (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  guint retry_delay = 9;

  g_assert_false (eric_sse_parser_get_retry_delay (parser, NULL));
  g_assert_false (eric_sse_parser_get_retry_delay (parser, &retry_delay));
  g_assert_cmpuint (retry_delay, ==, 0);
  assert_feed (parser, "retry: 20\n", "");
  g_assert_true (eric_sse_parser_get_retry_delay (parser, NULL));
  g_assert_true (eric_sse_parser_get_retry_delay (parser, &retry_delay));
  g_assert_cmpuint (retry_delay, ==, 20);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_sse_parser_properties (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);
  EricStreamFormat format;
  guint64 max_line_size, max_event_size;
  g_autofree char *id = NULL;
  guint count = 0;

  g_signal_connect (parser, "notify::max-line-size", G_CALLBACK (count_cb), &count);
  g_signal_connect (parser, "notify::max-event-size", G_CALLBACK (count_cb), &count);
  g_object_get (parser, "format", &format, "max-line-size", &max_line_size,
                "max-event-size", &max_event_size, "last-event-id", &id, NULL);
  g_assert_cmpint (format, ==, ERIC_STREAM_FORMAT_NDJSON);
  g_assert_cmpint (eric_sse_parser_get_format (parser), ==, ERIC_STREAM_FORMAT_NDJSON);
  g_assert_cmpuint (max_line_size, ==, ERIC_SSE_PARSER_DEFAULT_MAX_LINE_SIZE);
  g_assert_cmpuint (max_event_size, ==, ERIC_SSE_PARSER_DEFAULT_MAX_SIZE);
  g_assert_cmpstr (id, ==, "");

  eric_sse_parser_set_max_line_size (parser, 5);
  eric_sse_parser_set_max_line_size (parser, 5);
  eric_sse_parser_set_max_event_size (parser, 6);
  eric_sse_parser_set_max_event_size (parser, 6);
  g_assert_cmpuint (count, ==, 2);
  g_object_set (parser, "max-line-size", G_GUINT64_CONSTANT (7),
                "max-event-size", G_GUINT64_CONSTANT (8), NULL);
  g_assert_cmpuint (count, ==, 4);
  g_assert_cmpuint (eric_sse_parser_get_max_line_size (parser), ==, 7);
  g_assert_cmpuint (eric_sse_parser_get_max_event_size (parser), ==, 8);
}

/* Limits */

static void
test_sse_parser_max_line_size (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  eric_sse_parser_set_max_line_size (parser, 7);
  assert_feed (parser, "data: 1\n\ndata: 2\r\n\r\n", "message(1) message(2)");
  for (guint i = 0; i < 3; i++)
    {
      assert_too_large (parser, "data: 3\n\ndata: 44\n\ndata: 5\n\n", "message(3)");
      assert_too_large (parser, "", "");
      assert_too_large (parser, "data: 6\n\n", "");
      g_assert_false (eric_sse_parser_end (parser, NULL));
      assert_too_large (parser, "data: 6\n\n", "");
      eric_sse_parser_reset (parser);
      assert_feed (parser, "data: 7\n\n", "message(7)");
    }

  /* What is before the break counts, be it fed at once or not. */
  assert_feed (parser, "data", "");
  assert_feed (parser, ": 8", "");
  assert_feed (parser, "\n\n", "message(8)");
  assert_feed (parser, "data: 9", "");
  assert_too_large (parser, "9\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, ": a comment\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, "unknown:\n", "");
  eric_sse_parser_reset (parser);

  eric_sse_parser_set_max_line_size (parser, 0);
  assert_feed (parser, "\n\r\r\n", "");
  assert_too_large (parser, ":", "");
}

/* A line without an end is refused as soon as it is too long, not at its end. */
static void
test_sse_parser_endless_line (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  eric_sse_parser_set_max_line_size (parser, 1000);
  for (guint i = 0; i < 1000; i++)
    assert_feed (parser, "x", "");
  assert_too_large (parser, "x", "");

  eric_sse_parser_reset (parser);
  for (guint i = 0; i < 142; i++)
    assert_feed (parser, "1234567", "");
  assert_too_large (parser, "1234567", "");

  eric_sse_parser_reset (parser);
  eric_sse_parser_set_max_line_size (parser, G_MAXSIZE);
  assert_feed (parser, "data: 1", "");
  assert_feed (parser, "2\n\n", "message(12)");
}

static void
test_sse_parser_max_event_size (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  eric_sse_parser_set_max_event_size (parser, 5);
  assert_feed (parser, "data: 12345\n\ndata:12345\n\n", "message(12345) message(12345)");
  assert_feed (parser, "data: 12\ndata: 45\n\ndata\ndata\ndata\ndata\ndata\ndata\n\n",
               "message(12\\n45) message(\\n\\n\\n\\n\\n)");
  assert_feed (parser, "data: 123456789", "");
  assert_too_large (parser, "\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, "data: 1\n\ndata: 123456\n\ndata: 1\n\n", "message(1)");
  assert_too_large (parser, "data: 1\n\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, "data: 12\ndata: 456\n\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, "data\ndata\ndata\ndata\ndata\ndata\ndata\n\n", "");
  eric_sse_parser_reset (parser);

  /* The same in many feeds. */
  assert_feed (parser, "data: 12\n", "");
  assert_feed (parser, "data: 45\n", "");
  assert_too_large (parser, "data\n", "");
  eric_sse_parser_reset (parser);
  assert_feed (parser, "data: 12\ndata: 4\n", "");
  assert_feed (parser, "event: a type may be longer\n: comment, as well\n", "");
  assert_feed (parser, "\n", "a type may be longer(12\\n4)");

  eric_sse_parser_set_max_event_size (parser, 0);
  assert_feed (parser, "data\n\n", "message()");
  assert_too_large (parser, "data\ndata\n", "");
  eric_sse_parser_reset (parser);
  eric_sse_parser_set_max_event_size (parser, G_MAXSIZE);
  assert_feed (parser, "data: 1\ndata: 2\n\n", "message(1\\n2)");
}

/* U+FFFD is longer than what it stands for. */
static void
test_sse_parser_max_event_size_malformed (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  eric_sse_parser_set_max_event_size (parser, 6);
  assert_feed (parser, "data: \377\377\n\n", "message(\357\277\275\357\277\275)");
  assert_too_large (parser, "data: \377\377\377\n\n", "");
  eric_sse_parser_reset (parser);
  assert_too_large (parser, "data: 123\ndata: \377\n\n", "");
}

static void
test_sse_parser_max_size_ndjson (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);
  g_autoptr (GError) error = NULL;

  eric_sse_parser_set_max_event_size (parser, 5);
  assert_feed (parser, "12345\n", "message(12345)");
  assert_feed (parser, "12345  \r\n", "message(12345)");
  assert_feed (parser, "          \n", "");
  assert_too_large (parser, "1\n123456\n2\n", "message(1)");
  eric_sse_parser_reset (parser);
  assert_feed (parser, "123456", "");
  g_assert_false (eric_sse_parser_end (parser, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  eric_sse_parser_reset (parser);
  eric_sse_parser_set_max_line_size (parser, 4);
  assert_feed (parser, "1234", "");
  g_assert_true (eric_sse_parser_end (parser, NULL));
  assert_too_large (parser, "12345\n", "message(1234)");
}

/* A line of this length is what a server with large events sends. */
static void
test_sse_parser_large (void)
{
  const gsize length = 14 * 1024 * 1024;
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autofree char *text = g_malloc (length);
  gsize read_length;

  memset (text, 'x', length);
  for (guint n_feeds = 1; n_feeds <= 64; n_feeds *= 64)
    {
      g_autoptr (EricMessage) message = NULL;

      g_assert_true (sse_trace_feed (parser, "data: ", 6, NULL));
      for (guint i = 0; i < n_feeds; i++)
        g_assert_true (sse_trace_feed (parser, text, length / n_feeds, NULL));
      g_assert_true (sse_trace_feed (parser, "\n\n", 2, NULL));
      message = eric_sse_parser_next (parser);
      g_assert_true (memcmp (eric_message_get_data (message, &read_length), text, length) == 0);
      g_assert_cmpuint (read_length, ==, length);
    }
}

/* Time must not grow with the square of the length. */
static void
test_sse_parser_large_of_nul (void)
{
  const gsize length = 4 * 1024 * 1024;
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GString) text = g_string_new ("event: ");

  g_string_set_size (text, length);
  memset (text->str + 7, '\0', length - 7);
  g_string_append (text, "\ndata\n\n");
  g_assert_true (sse_trace_feed (parser, text->str, text->len, NULL));
  message = eric_sse_parser_next (parser);
  g_assert_cmpuint (strlen (eric_message_get_event_type (message)), ==, 3 * (length - 7));
}

/* NDJSON */

static void
test_sse_parser_ndjson_message (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);
  const char *line = "{ \"a\" : [1, 2.50] } \r\n";
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GVariant) a = NULL;
  g_autoptr (GVariant) value = NULL;

  g_assert_true (sse_trace_feed (parser, line, strlen (line), NULL));
  message = eric_sse_parser_next (parser);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "message");
  g_assert_cmpstr (eric_message_get_text (message), ==, "{ \"a\" : [1, 2.50] }");
  g_assert_null (eric_message_get_id (message));
  a = g_variant_lookup_value (eric_message_get_payload (message), "a", G_VARIANT_TYPE ("av"));
  g_assert_cmpuint (g_variant_n_children (a), ==, 2);
  value = eric_message_parse_json (message, NULL);
  g_assert_true (value == eric_message_get_payload (message));
}

/* As in an event stream: what is no UTF-8 is U+FFFD, and ends nothing. */
static void
test_sse_parser_ndjson_utf8 (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);

  assert_feed (parser, "\"\377\"\n\"\355\240\275\"\r\n{\"a\":\"\303\"}\n2\n",
               "message(\"\357\277\275\") message(\"\357\277\275\357\277\275\357\277\275\") "
               "message({\"a\":\"\357\277\275\"}) message(2)");
}

static void
test_sse_parser_ndjson_failure (void)
{
  static const char *const lines[] = { "{", "1 2", "\377", "[1,]", "nul", "\"a\tb\"" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);
      g_autofree char *text = g_strdup_printf ("1\r\n\n%s\n2\n", lines[i]);
      g_autofree char *trace = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      trace = feed (parser, text, &error);
      g_assert_cmpstr (trace, ==, "message(1)");
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_true (g_str_has_prefix (error->message, "Line 3 of the stream: Malformed JSON at line 1, "));

      g_assert_false (eric_sse_parser_end (parser, &again));
      g_assert_cmpstr (again->message, ==, error->message);
      eric_sse_parser_reset (parser);
      assert_feed (parser, "3\n", "message(3)");
      g_clear_error (&again);
      sse_trace_feed (parser, "x\n", 2, &again);
      g_assert_true (g_str_has_prefix (again->message, "Line 2 of "));
    }
}

/* Functions */

typedef struct
{
  EricSseParser *parser;      /* (nullable) */
  GString       *trace;       /* (owned) */
  guint          n_destroyed;
  gboolean       change;      /* with the next event */
} Functions;

static void
destroy_cb (gpointer user_data)
{
  Functions *functions = user_data;

  functions->n_destroyed++;
}

static void
other_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  Functions *functions = user_data;

  sse_trace_event (functions->trace, "other", event->id, event->data, event->data_length);
}

static void
event_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  Functions *functions = user_data;

  guint n_destroyed = functions->n_destroyed;

  if (functions->change)
    eric_sse_parser_set_event_func (functions->parser, other_cb, functions, destroy_cb);
  g_assert_cmpuint (functions->n_destroyed, ==, n_destroyed);
  functions->change = FALSE;
  sse_trace_event (functions->trace, event->event_type, event->id, event->data, event->data_length);
}

static void
comment_cb (const char *text,
            gpointer    user_data)
{
  Functions *functions = user_data;

  guint n_destroyed = functions->n_destroyed;

  if (functions->change)
    eric_sse_parser_set_comment_func (functions->parser, NULL, NULL, NULL);
  g_assert_cmpuint (functions->n_destroyed, ==, n_destroyed);
  g_string_append_printf (functions->trace, " :%s", text);
}

static void
drop_event_cb (const EricSseEvent *event,
               gpointer            user_data)
{
  Functions *functions = user_data;

  g_clear_object (&functions->parser);
  event_cb (event, functions);
}

static void
drop_comment_cb (const char *text,
                 gpointer    user_data)
{
  Functions *functions = user_data;

  g_clear_object (&functions->parser);
  comment_cb (text, functions);
}

static void
test_sse_parser_functions (void)
{
  Functions functions = { eric_sse_parser_new (), g_string_new (NULL) };

  eric_sse_parser_set_event_func (functions.parser, event_cb, &functions, destroy_cb);
  eric_sse_parser_set_comment_func (functions.parser, comment_cb, &functions, destroy_cb);
  assert_feed (functions.parser, "id: 7\ndata: 1\n\n: c\nevent: t\ndata: 2\ndata: 3\n\n", "");
  g_assert_cmpstr (functions.trace->str, ==, "message#7(1) :c t#7(2\\n3)");
  g_assert_cmpuint (functions.n_destroyed, ==, 0);

  /* Without a function, events are messages again, and comments are nothing. */
  eric_sse_parser_set_event_func (functions.parser, NULL, NULL, NULL);
  g_assert_cmpuint (functions.n_destroyed, ==, 1);
  eric_sse_parser_set_comment_func (functions.parser, NULL, NULL, NULL);
  g_assert_cmpuint (functions.n_destroyed, ==, 2);
  assert_feed (functions.parser, "data: 4\n\n: d\n", "message#7(4)");
  g_assert_cmpstr (functions.trace->str, ==, "message#7(1) :c t#7(2\\n3)");

  eric_sse_parser_set_event_func (functions.parser, event_cb, &functions, destroy_cb);
  eric_sse_parser_set_event_func (functions.parser, other_cb, &functions, destroy_cb);
  g_assert_cmpuint (functions.n_destroyed, ==, 3);
  eric_sse_parser_set_comment_func (functions.parser, comment_cb, &functions, destroy_cb);
  test_finalize (functions.parser);
  g_assert_cmpuint (functions.n_destroyed, ==, 5);
  g_string_free (functions.trace, TRUE);
}

static void
test_sse_parser_functions_of_nothing (void)
{
  g_test_expect_message ("Eric", G_LOG_LEVEL_CRITICAL, "*ERIC_IS_SSE_PARSER (self)*");
  eric_sse_parser_set_event_func (NULL, NULL, NULL, NULL);
  g_test_assert_expected_messages ();
  g_test_expect_message ("Eric", G_LOG_LEVEL_CRITICAL, "*ERIC_IS_SSE_PARSER (self)*");
  eric_sse_parser_set_comment_func (NULL, NULL, NULL, NULL);
  g_test_assert_expected_messages ();
}

/* A function may put another in its place, from the next event on; its data live until it
 * returns. */
static void
test_sse_parser_functions_changed_within (void)
{
  Functions functions = { eric_sse_parser_new (), g_string_new (NULL) };

  functions.change = TRUE;
  eric_sse_parser_set_event_func (functions.parser, event_cb, &functions, destroy_cb);
  assert_feed (functions.parser, "data: 1\n\ndata: 2\n\n", "");
  g_assert_cmpstr (functions.trace->str, ==, "message(1) other(2)");
  g_assert_cmpuint (functions.n_destroyed, ==, 1);

  functions.change = TRUE;
  eric_sse_parser_set_comment_func (functions.parser, comment_cb, &functions, destroy_cb);
  assert_feed (functions.parser, ": c\n: d\n", "");
  g_assert_cmpstr (functions.trace->str, ==, "message(1) other(2) :c");
  g_assert_cmpuint (functions.n_destroyed, ==, 2);
  test_finalize (functions.parser);
  g_assert_cmpuint (functions.n_destroyed, ==, 3);
  g_string_free (functions.trace, TRUE);
}

static void
feeding_cb (const char *text,
            gpointer    user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eric_sse_parser_feed (user_data, (const guint8 *) "data: x\n\n", 9, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_assert_false (eric_sse_parser_end (user_data, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
}

static void
test_sse_parser_functions_fed_within (void)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  eric_sse_parser_set_comment_func (parser, feeding_cb, parser, NULL);
  assert_feed (parser, "data: 1\n: c\ndata: 2\n\n", "message(1\\n2)");
}

/* The last reference may go while the parser reads. */
static void
test_sse_parser_dropped_within (void)
{
  Functions functions = { eric_sse_parser_new (), g_string_new (NULL) };

  eric_sse_parser_set_event_func (functions.parser, drop_event_cb, &functions, destroy_cb);
  g_assert_true (sse_trace_feed (functions.parser, "data: 1\n\ndata: 2\n\n", 18, NULL));
  g_assert_null (functions.parser);
  g_assert_cmpuint (functions.n_destroyed, ==, 1);

  functions.parser = eric_sse_parser_new ();
  eric_sse_parser_set_comment_func (functions.parser, drop_comment_cb, &functions, destroy_cb);
  g_assert_true (eric_sse_parser_feed (functions.parser, (const guint8 *) ": c\n: d\n", 8, NULL));
  g_assert_null (functions.parser);
  g_assert_cmpuint (functions.n_destroyed, ==, 2);

  functions.parser = eric_sse_parser_new_for_format (ERIC_STREAM_FORMAT_NDJSON);
  eric_sse_parser_set_event_func (functions.parser, drop_event_cb, &functions, destroy_cb);
  g_assert_true (sse_trace_feed (functions.parser, "1", 1, NULL));
  g_assert_true (eric_sse_parser_end (functions.parser, NULL));
  g_assert_null (functions.parser);
  g_assert_cmpuint (functions.n_destroyed, ==, 3);
  g_assert_cmpstr (functions.trace->str, ==, "message(1) message(2) :c :d message(1)");
  g_string_free (functions.trace, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n_sse_samples; i++)
    {
      g_autofree char *path = g_strconcat ("/eric/sse-parser/", sse_samples[i].name, NULL);

      g_test_add_data_func (path, &sse_samples[i], test_sse_parser_sample);
    }
  g_test_add_func ("/eric/sse-parser/at-once", test_sse_parser_at_once);
  g_test_add_func ("/eric/sse-parser/empty-feed", test_sse_parser_empty_feed);
  g_test_add_func ("/eric/sse-parser/ended", test_sse_parser_end);
  g_test_add_func ("/eric/sse-parser/next", test_sse_parser_next);
  g_test_add_func ("/eric/sse-parser/message-data", test_sse_parser_message_data);
  g_test_add_func ("/eric/sse-parser/last-event-id", test_sse_parser_last_event_id);
  g_test_add_func ("/eric/sse-parser/retry-delay", test_sse_parser_retry_delay);
  g_test_add_func ("/eric/sse-parser/properties", test_sse_parser_properties);
  g_test_add_func ("/eric/sse-parser/max-line-size", test_sse_parser_max_line_size);
  g_test_add_func ("/eric/sse-parser/endless-line", test_sse_parser_endless_line);
  g_test_add_func ("/eric/sse-parser/max-event-size", test_sse_parser_max_event_size);
  g_test_add_func ("/eric/sse-parser/max-event-size-malformed", test_sse_parser_max_event_size_malformed);
  g_test_add_func ("/eric/sse-parser/max-size-ndjson", test_sse_parser_max_size_ndjson);
  g_test_add_func ("/eric/sse-parser/large", test_sse_parser_large);
  g_test_add_func ("/eric/sse-parser/large-of-nul", test_sse_parser_large_of_nul);
  g_test_add_func ("/eric/sse-parser/ndjson-message", test_sse_parser_ndjson_message);
  g_test_add_func ("/eric/sse-parser/ndjson-utf8", test_sse_parser_ndjson_utf8);
  g_test_add_func ("/eric/sse-parser/ndjson-failure", test_sse_parser_ndjson_failure);
  g_test_add_func ("/eric/sse-parser/functions", test_sse_parser_functions);
  g_test_add_func ("/eric/sse-parser/functions-of-nothing", test_sse_parser_functions_of_nothing);
  g_test_add_func ("/eric/sse-parser/functions-changed-within", test_sse_parser_functions_changed_within);
  g_test_add_func ("/eric/sse-parser/functions-fed-within", test_sse_parser_functions_fed_within);
  g_test_add_func ("/eric/sse-parser/dropped-within", test_sse_parser_dropped_within);
  return g_test_run ();
}
