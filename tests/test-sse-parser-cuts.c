/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "sse-samples.h"
#include "sse-trace.h"
#include "test-util.h"

/* Where a stream is cut makes no difference. */

#define N_RANDOM_CUTS    4
#define N_RANDOM_STREAMS 600
#define N_ROUND_TRIPS    1500

static gsize
bytewise_cut (gsize    left,
              gpointer user_data)
{
  return 1;
}

/* The first piece has a length; what is left is the second. */
static gsize
two_cut (gsize    left,
         gpointer user_data)
{
  gsize *length = user_data;
  gsize piece = MIN (*length, left);

  *length = left;
  return piece;
}

static gsize
random_cut (gsize    left,
            gpointer user_data)
{
  gsize piece = g_test_rand_int_range (1, 9);

  return MIN (piece, left);
}

static void
assert_cut (const SseTraceMode *mode,
            const char         *bytes,
            gsize               length,
            const char         *expected,
            SseTraceCut         cut,
            gpointer            user_data)
{
  g_autofree char *trace = sse_trace_read (mode, bytes, length, cut, user_data);

  if (!g_str_equal (trace, expected))
    {
      g_autofree char *stream = g_strndup (bytes, length);
      g_autofree char *escaped = g_strescape (stream, NULL);

      g_test_message ("the stream begins with \"%s\"", escaped);
    }
  g_assert_cmpstr (trace, ==, expected);
}

static void
assert_cuts (const SseTraceMode *mode,
             const char         *bytes,
             gsize               length)
{
  g_autofree char *expected = sse_trace_read (mode, bytes, length, NULL, NULL);

  for (gsize i = 1; i < length; i++)
    {
      gsize first = i;

      assert_cut (mode, bytes, length, expected, two_cut, &first);
    }
  assert_cut (mode, bytes, length, expected, bytewise_cut, NULL);
  for (guint i = 0; i < N_RANDOM_CUTS; i++)
    assert_cut (mode, bytes, length, expected, random_cut, NULL);
}

static void
test_sse_parser_cuts_samples (void)
{
  for (guint i = 0; i < n_sse_samples; i++)
    {
      SseTraceMode mode = { .format = sse_samples[i].format };

      g_test_message ("%s", sse_samples[i].name);
      assert_cuts (&mode, sse_samples[i].bytes, sse_samples[i].length);
      mode.with_next = TRUE;
      assert_cuts (&mode, sse_samples[i].bytes, sse_samples[i].length);
    }
}

/* Limits, too, are reached at the same place. */
static void
test_sse_parser_cuts_limits (void)
{
  for (guint i = 0; i < n_sse_samples; i++)
    {
      SseTraceMode mode = { .format = sse_samples[i].format, .with_next = TRUE };

      mode.max_line_size = g_test_rand_int_range (1, 16);
      assert_cuts (&mode, sse_samples[i].bytes, sse_samples[i].length);
      mode.max_line_size = 0;
      mode.max_event_size = g_test_rand_int_range (1, 8);
      assert_cuts (&mode, sse_samples[i].bytes, sse_samples[i].length);
    }
}

static void
append_random (GString           *out,
               const char *const *parts,
               guint              n_parts)
{
  const char *part = parts[g_test_rand_int_range (0, n_parts)];

  g_string_append_len (out, part, *part != '\0' ? strlen (part) : 1);
}

static void
test_sse_parser_cuts_random (void)
{
  static const char *const parts[] = {
    "\n", "\n", "\n", "\r", "\r", "\r\n", "\n\n", "", ":", ": ", " ", "\t", "data", "data:", "data: ",
    "event: ", "id: ", "id", "retry: ", "1", "9", "x", "\357\273\277", "\357", "\273", "\277", "\303", "\251",
    "\342\202\254", "\342\202", "\360\237\230\200", "\360\237", "\355\240\200", "\377", "{", "}", "\"", "[1]",
  };

  for (guint round = 0; round < N_RANDOM_STREAMS; round++)
    {
      SseTraceMode mode = {
        .format = round % 4 == 0 ? ERIC_STREAM_FORMAT_NDJSON : ERIC_STREAM_FORMAT_EVENT_STREAM,
        .with_next = round % 2 == 1,
        .max_line_size = round % 3 == 0 ? g_test_rand_int_range (1, 30) : 0,
        .max_event_size = round % 5 == 0 ? g_test_rand_int_range (1, 20) : 0,
      };
      g_autoptr (GString) stream = g_string_new (round % 7 == 0 ? "\357\273\277" : NULL);
      gint n_parts = g_test_rand_int_range (0, 25);

      for (gint i = 0; i < n_parts; i++)
        append_random (stream, parts, G_N_ELEMENTS (parts));
      assert_cuts (&mode, stream->str, stream->len);
    }
}

static void
replace_breaks (GString *text)
{
  for (gsize i = 0; i < text->len; i++)
    if (text->str[i] == '\r')
      {
        text->str[i] = '\n';
        if (text->str[i + 1] == '\n')
          g_string_erase (text, i + 1, 1);
      }
}

/* What the encoder writes is read as it was, but for line breaks, which are LF. */
static void
test_sse_parser_cuts_round_trip (void)
{
  static const char *const text_parts[] = {
    "", "\n", "\r", "\r\n", " ", ":", "data: ", "id: 9", "event: y", "x", "\303\251", "\357\273\277", "\360\237\230\200",
  };
  static const char *const field_parts[] = { " ", ":", "x", "7", "\303\251", "message", "\t", "\357\273\277" };
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  const SseTraceMode mode = { .with_next = TRUE };

  for (guint round = 0; round < N_ROUND_TRIPS; round++)
    {
      g_autoptr (GString) type = g_string_new (NULL), id = g_string_new (NULL), text = g_string_new (NULL);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (EricMessage) plain = NULL;
      g_autoptr (EricMessage) message = NULL;
      g_autoptr (GBytes) bytes = NULL;

      for (gint i = g_test_rand_int_range (0, 3); i > 0; i--)
        append_random (type, field_parts, G_N_ELEMENTS (field_parts));
      for (gint i = g_test_rand_int_range (0, 3); i > 0; i--)
        append_random (id, field_parts, G_N_ELEMENTS (field_parts));
      for (gint i = g_test_rand_int_range (0, 12); i > 0; i--)
        append_random (text, text_parts, G_N_ELEMENTS (text_parts));
      plain = eric_message_new_from_data (type->str, (const guint8 *) text->str, text->len, NULL);
      message = eric_message_copy_with_id (plain, id->str, NULL);
      bytes = eric_sse_encode_message (message);

      replace_breaks (text);
      sse_trace_event (expected, eric_message_get_event_type (message), id->str, text->str, text->len);
      if (id->len > 0)
        sse_trace_id (expected, id->str);
      assert_cut (&mode, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected->str, NULL, NULL);
      assert_cut (&mode, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected->str, random_cut, NULL);
    }
}

static void
test_sse_parser_cuts_round_trip_rest (void)
{
  static const struct { const char *text; const char *trace; } comments[] = {
    { "", ":" }, { "a", ":a" }, { " a", ": a" }, { "a\r\nb\n\nc", ":a :b : :c" }, { ":", "::" },
  };
  static const guint delays[] = { 0, 1, 3000, G_MAXUINT };
  const SseTraceMode mode = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (comments); i++)
    {
      g_autoptr (GBytes) bytes = eric_sse_encode_comment (comments[i].text);

      assert_cut (&mode, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), comments[i].trace, NULL, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      g_autoptr (GBytes) bytes = eric_sse_encode_retry (delays[i]);
      g_autofree char *expected = g_strdup_printf ("retry=%u", delays[i]);

      assert_cut (&mode, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, NULL, NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-parser-cuts/samples", test_sse_parser_cuts_samples);
  g_test_add_func ("/eric/sse-parser-cuts/limits", test_sse_parser_cuts_limits);
  g_test_add_func ("/eric/sse-parser-cuts/random", test_sse_parser_cuts_random);
  g_test_add_func ("/eric/sse-parser-cuts/round-trip", test_sse_parser_cuts_round_trip);
  g_test_add_func ("/eric/sse-parser-cuts/round-trip-rest", test_sse_parser_cuts_round_trip_rest);
  return g_test_run ();
}
