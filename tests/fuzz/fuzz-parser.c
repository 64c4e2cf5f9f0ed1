/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "../sse-trace.h"
#include "fuzz.h"

/* The first byte says how the stream is read, the second one how it is cut; the
 * rest is the stream. Whatever it is, it reads the same cut and whole, and what was
 * read is read again when it is encoded. */

#define FLAG_NDJSON    (1 << 0)
#define FLAG_MAX_LINE  (1 << 1)
#define FLAG_MAX_EVENT (1 << 2)
#define SMALL_SIZE     24

static gsize
cut_cb (gsize    left,
        gpointer user_data)
{
  guint32 *state = user_data;
  gsize piece;

  *state = *state * 1664525 + 1013904223;
  piece = 1 + (*state >> 24) % 8;
  return MIN (piece, left);
}

static char *
read_whole (const SseTraceMode *mode,
            const char         *stream,
            gsize               length)
{
  return sse_trace_read (mode, stream, length, NULL, NULL);
}

static void
assert_cut (SseTraceMode *mode,
            const char   *stream,
            gsize         length,
            guint8        seed)
{
  g_autofree char *whole = read_whole (mode, stream, length);
  g_autofree char *cut = sse_trace_read (mode, stream, length, cut_cb, &(guint32) { seed });

  g_assert_cmpstr (cut, ==, whole);
}

/* A line of NDJSON may have CR between its values, which ends a line of an event. */
static void
assert_round_trip (EricMessage *message)
{
  static const SseTraceMode mode = { .with_next = TRUE };
  const char *type = eric_message_get_event_type (message);
  const char *id = eric_message_get_id (message);
  gsize length;
  const char *data = (const char *) eric_message_get_data (message, &length);
  g_autoptr (GBytes) bytes = eric_sse_encode_message (message);
  g_autofree char *encoded = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);

  g_assert_true (g_utf8_validate (type, -1, NULL));
  g_assert_true (id == NULL || (*id != '\0' && g_utf8_validate (id, -1, NULL)));
  g_assert_true (g_utf8_validate (eric_message_get_text (message), -1, NULL));
  if (memchr (data, '\r', length) != NULL)
    return;

  encoded = read_whole (&mode, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  sse_trace_event (expected, type, id, data, length);
  if (id != NULL)
    sse_trace_id (expected, id);
  g_assert_cmpstr (encoded, ==, expected->str);
}

static void
assert_messages (const SseTraceMode *mode,
                 const char         *stream,
                 gsize               length)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (mode->format);
  EricMessage *message;

  sse_trace_feed (parser, stream, length, NULL);
  eric_sse_parser_end (parser, NULL);
  for (; (message = eric_sse_parser_next (parser)) != NULL; g_object_unref (message))
    assert_round_trip (message);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes,
                        gsize         length)
{
  SseTraceMode mode = { 0 };
  const char *stream = (const char *) bytes + 2;

  if (length < 2)
    return 0;
  mode.format = bytes[0] & FLAG_NDJSON ? ERIC_STREAM_FORMAT_NDJSON : ERIC_STREAM_FORMAT_EVENT_STREAM;
  mode.max_line_size = bytes[0] & FLAG_MAX_LINE ? SMALL_SIZE : 0;
  mode.max_event_size = bytes[0] & FLAG_MAX_EVENT ? SMALL_SIZE : 0;

  assert_cut (&mode, stream, length - 2, bytes[1]);
  mode.with_next = TRUE;
  assert_cut (&mode, stream, length - 2, bytes[1]);
  assert_messages (&mode, stream, length - 2);
  return 0;
}
