/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <time.h>

#include <eric-sse.h>

#include "eric-frame-log-private.h"
#include "eric-frame-store-private.h"
#include "test-util.h"

/* The age of messages is told by this clock, which a test can put forward. The
 * library's objects are linked into this program, so they call this one. */
static gint64 clock_offset;

gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return clock_offset + now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

typedef struct
{
  EricFrameReader  reader;
  guint            woken;
} TestReader;

static void
woken_cb (EricFrameReader *reader)
{
  ((TestReader *) reader)->woken++;
}

static TestReader *
attach (EricFrameLog *log)
{
  TestReader *reader = g_new0 (TestReader, 1);

  reader->reader.wake = woken_cb;
  eric_frame_log_attach (log, &reader->reader);
  return reader;
}

static void
detach (EricFrameLog *log,
        TestReader   *reader)
{
  eric_frame_log_detach (log, &reader->reader);
  g_free (reader);
}

static EricFrameLog *
new_log (guint   history_size,
         guint64 history_bytes,
         guint   backlog_size,
         guint64 backlog_bytes)
{
  EricFrameLog *log = eric_frame_log_new ();

  eric_frame_log_set_history (log, &(EricFrameLimits) { history_size, 0, history_bytes });
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { backlog_size, 0, backlog_bytes });
  return log;
}

#define NO_LIMIT 1000000

/* Appends a message whose text is the id; returns its number. */
static guint64
append (EricFrameLog *log,
        const char   *id,
        gboolean      own_id)
{
  guint64 number = eric_frame_number_next ();
  g_autoptr (EricMessage) message =
    eric_message_new_full (NULL, g_variant_new_string (id), id, NULL, NULL);

  eric_frame_log_append (log, message, number, own_id);
  return number;
}

/* "id: a\ndata: a\n\n" is 15 = 0xf bytes, as a chunk 20. */
#define PLAIN(x)   "id: " x "\ndata: " x "\n\n"
#define CHUNKED(x) "f\r\n" PLAIN (x) "\r\n"
#define CHUNK_SIZE 20

/* What such a message takes, as limits count. */
#define MESSAGE_SIZE (CHUNK_SIZE + sizeof (EricFrameEntry))

static gboolean
span_is (EricSpan   *span,
         const char *expected)
{
  return span->bytes->len == strlen (expected) &&
         (span->bytes->len == 0 || memcmp (span->bytes->data, expected, span->bytes->len) == 0);
}

static void
assert_copy (EricFrameLog *log,
             guint64       index,
             guint64       up_to_number,
             gsize         max_bytes,
             EricFraming   framing,
             const char   *expected)
{
  EricSpan span;
  guint64 at = index;

  eric_span_init (&span);
  g_byte_array_append (span.bytes, (const guint8 *) "stale", 5);
  g_array_set_size (span.frames, 3);
  g_assert_true (eric_frame_log_copy (log, &at, up_to_number, max_bytes, NO_LIMIT, framing, &span));
  g_assert_cmpuint (at, ==, index);
  g_assert_cmpuint (span.first, ==, index);
  g_assert_true (span_is (&span, expected));
  if (span.frames->len > 0)
    g_assert_cmpuint (g_array_index (span.frames, EricSpanFrame, span.frames->len - 1).end, ==,
                      span.bytes->len);
  else
    g_assert_cmpuint (span.bytes->len, ==, 0);
  eric_span_clear (&span);
}

/* The index is no longer there, and is moved to the oldest that is. */
static void
assert_fell_off (EricFrameLog *log,
                 guint64       index,
                 guint64       oldest)
{
  EricSpan span;

  eric_span_init (&span);
  g_assert_false (eric_frame_log_copy (log, &index, G_MAXUINT64, NO_LIMIT, NO_LIMIT, ERIC_FRAMING_PLAIN, &span));
  g_assert_cmpuint (index, ==, oldest);
  g_assert_cmpuint (span.frames->len, ==, 0);
  eric_span_clear (&span);
}

static guint64
get_first (EricFrameLog *log)
{
  guint64 first, end;
  gboolean closed;

  eric_frame_log_look (log, &first, &end, &closed);
  g_assert_cmpuint (end, ==, eric_frame_log_get_end (log));
  return first;
}

static void
assert_history (EricFrameLog *log,
                const char   *expected)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GString) ids = g_string_new (NULL);

  eric_frame_log_replay (log, 0, messages);
  for (guint i = 0; i < messages->len; i++)
    g_string_append (ids, eric_message_get_id (messages->pdata[i]));
  g_assert_cmpstr (ids->str, ==, expected);
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, strlen (expected));
}

/* What a reader that attaches now is told. */
static gboolean
locate (EricFrameLog *log,
        guint64       number,
        guint64      *index)
{
  TestReader *reader = attach (log);
  guint64 before = G_MAXUINT64;
  gboolean continues = eric_frame_log_locate (log, number, &reader->reader, index, &before);

  detach (log, reader);
  return continues;
}

static void
test_frame_log_empty (void)
{
  EricFrameLog *log = new_log (10, NO_LIMIT, 10, NO_LIMIT);
  guint64 index = 7;

  g_assert_cmpuint (eric_frame_log_get_end (log), ==, 0);
  assert_history (log, "");
  assert_copy (log, 0, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, "");
  g_assert_true (locate (log, eric_frame_number_current (), &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_true (eric_frame_log_ref (log) == log);
  eric_frame_log_unref (log);
  eric_frame_log_unref (log);
}

static void
test_frame_log_numbers (void)
{
  guint64 number = eric_frame_number_next ();
  gint64 now = g_get_real_time ();

  g_assert_cmpuint (number, >, (now - 3600 * G_TIME_SPAN_SECOND) / 16);
  g_assert_cmpuint (number, <, (now + 3600 * G_TIME_SPAN_SECOND) / 16);
  g_assert_cmpuint (eric_frame_number_current (), ==, number);
  g_assert_cmpuint (eric_frame_number_next (), ==, number + 1);
}

static void
test_frame_log_copy (void)
{
  EricFrameLog *log = new_log (10, NO_LIMIT, 10, NO_LIMIT);
  guint64 b, c;

  append (log, "a", FALSE);
  b = append (log, "b", FALSE);
  c = append (log, "c", FALSE);
  g_assert_cmpuint (eric_frame_log_get_end (log), ==, 3);

  assert_copy (log, 0, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("a") PLAIN ("b") PLAIN ("c"));
  assert_copy (log, 0, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_CHUNKED,
               CHUNKED ("a") CHUNKED ("b") CHUNKED ("c"));
  assert_copy (log, 2, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_CHUNKED, CHUNKED ("c"));
  assert_copy (log, 3, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_CHUNKED, "");

  assert_copy (log, 0, G_MAXUINT64, 0, ERIC_FRAMING_CHUNKED, CHUNKED ("a"));
  assert_copy (log, 0, G_MAXUINT64, 1, ERIC_FRAMING_PLAIN, PLAIN ("a"));
  assert_copy (log, 0, G_MAXUINT64, 2 * CHUNK_SIZE - 1, ERIC_FRAMING_CHUNKED, CHUNKED ("a"));
  assert_copy (log, 0, G_MAXUINT64, 2 * CHUNK_SIZE, ERIC_FRAMING_CHUNKED, CHUNKED ("a") CHUNKED ("b"));

  assert_copy (log, 0, b, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("a") PLAIN ("b"));
  assert_copy (log, 1, b, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("b"));
  assert_copy (log, 2, b, NO_LIMIT, ERIC_FRAMING_PLAIN, "");
  assert_copy (log, 0, c, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("a") PLAIN ("b") PLAIN ("c"));
  eric_frame_log_unref (log);
}

/* A frame that is too large for being copied ends the span, and its number is told. */
static void
test_frame_log_copy_large (void)
{
  EricFrameLog *log = new_log (10, NO_LIMIT, 10, NO_LIMIT);
  guint64 a = append (log, "a", FALSE), index = 0, large;
  EricSpan span;

  large = append (log, "more", FALSE);
  append (log, "b", FALSE);
  eric_span_init (&span);
  g_assert_true (eric_frame_log_copy (log, &index, G_MAXUINT64, NO_LIMIT, CHUNK_SIZE, ERIC_FRAMING_PLAIN, &span));
  g_assert_true (span_is (&span, PLAIN ("a")));
  g_assert_cmpuint (span.large, ==, large);
  index = 1;
  g_assert_true (eric_frame_log_copy (log, &index, G_MAXUINT64, NO_LIMIT, CHUNK_SIZE, ERIC_FRAMING_PLAIN, &span));
  g_assert_cmpuint (span.frames->len, ==, 0);
  g_assert_cmpuint (span.large, ==, large);
  g_assert_true (eric_frame_log_copy (log, &index, a, NO_LIMIT, CHUNK_SIZE, ERIC_FRAMING_PLAIN, &span));
  g_assert_cmpuint (span.large, ==, 0);
  index = 2;
  g_assert_true (eric_frame_log_copy (log, &index, G_MAXUINT64, NO_LIMIT, CHUNK_SIZE, ERIC_FRAMING_PLAIN, &span));
  g_assert_true (span_is (&span, PLAIN ("b")));
  g_assert_cmpuint (span.large, ==, 0);
  eric_span_clear (&span);
  eric_frame_log_unref (log);
}

static void
test_frame_log_span_frames (void)
{
  EricFrameLog *log = new_log (100, NO_LIMIT, 10, NO_LIMIT);
  guint64 numbers[40], index = 5;
  EricSpan span;

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", 1000 + i);

      numbers[i] = append (log, id, FALSE);
    }
  eric_span_init (&span);
  g_assert_true (eric_frame_log_copy (log, &index, G_MAXUINT64, NO_LIMIT, NO_LIMIT, ERIC_FRAMING_PLAIN, &span));
  g_assert_cmpuint (span.frames->len, ==, 35);
  for (guint i = 0; i < span.frames->len; i++)
    {
      EricSpanFrame *frame = &g_array_index (span.frames, EricSpanFrame, i);
      g_autofree char *text = g_strdup_printf ("id: %u\ndata: %u\n\n", 1005 + i, 1005 + i);
      gsize length = strlen (text);

      g_assert_cmpuint (frame->number, ==, numbers[5 + i]);
      g_assert_cmpuint (frame->end, ==, (i + 1) * length);
      g_assert_cmpmem (span.bytes->data + frame->end - length, length, text, length);
    }
  eric_span_clear (&span);
  eric_frame_log_unref (log);
}

static void
test_frame_log_frame_write (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *big = g_strnfill (0x12ab, 'x');

  eric_frame_write (out, ERIC_FRAMING_CHUNKED, ":\n\n", 3);
  eric_frame_write (out, ERIC_FRAMING_PLAIN, ": a\n\n", 5);
  g_assert_cmpmem (out->data, out->len, "3\r\n:\n\n\r\n: a\n\n", 13);
  g_byte_array_set_size (out, 0);
  eric_frame_write (out, ERIC_FRAMING_CHUNKED, big, 0x12ab);
  g_assert_cmpuint (out->len, ==, 6 + 0x12ab + 2);
  g_assert_cmpmem (out->data, 6, "12ab\r\n", 6);
  g_assert_cmpmem (out->data + out->len - 3, 3, "x\r\n", 3);
}

static void
test_frame_log_history_size (void)
{
  EricFrameLog *log = new_log (3, NO_LIMIT, 10, NO_LIMIT);
  EricFrameLog *none = new_log (0, NO_LIMIT, 10, NO_LIMIT);

  append (log, "a", FALSE);
  append (log, "b", FALSE);
  append (log, "c", FALSE);
  assert_history (log, "abc");
  append (log, "d", FALSE);
  assert_history (log, "bcd");
  assert_fell_off (log, 0, 1);
  eric_frame_log_set_history (log, &(EricFrameLimits) { 1, 0, NO_LIMIT });
  assert_history (log, "d");
  assert_fell_off (log, 1, 3);
  g_assert_cmpuint (eric_frame_log_get_end (log), ==, 4);

  append (none, "a", FALSE);
  assert_history (none, "");
  g_assert_cmpuint (get_first (none), ==, 1);
  assert_fell_off (none, 0, 1);
  eric_frame_log_unref (none);
  eric_frame_log_unref (log);
}

static void
test_frame_log_history_bytes (void)
{
  EricFrameLog *log = new_log (100, 3 * MESSAGE_SIZE, 10, NO_LIMIT);

  append (log, "a", FALSE);
  append (log, "b", FALSE);
  append (log, "c", FALSE);
  assert_history (log, "abc");
  append (log, "d", FALSE);
  assert_history (log, "bcd");
  eric_frame_log_set_history (log, &(EricFrameLimits) { 100, 0, 3 * MESSAGE_SIZE - 1 });
  assert_history (log, "cd");
  eric_frame_log_set_history (log, &(EricFrameLimits) { 100, 0, MESSAGE_SIZE - 1 });
  assert_history (log, "");
  append (log, "e", FALSE);
  assert_history (log, "");
  eric_frame_log_unref (log);
}

static void
test_frame_log_history_age (void)
{
  EricFrameLog *log = new_log (100, NO_LIMIT, 10, NO_LIMIT);
  guint64 index, a = append (log, "a", FALSE);

  eric_frame_log_set_history (log, &(EricFrameLimits) { 100, 60, NO_LIMIT });
  clock_offset += 40 * G_TIME_SPAN_SECOND;
  append (log, "b", FALSE);
  assert_history (log, "ab");
  g_assert_true (locate (log, a - 1, &index));
  clock_offset += 21 * G_TIME_SPAN_SECOND;
  assert_history (log, "b");
  g_assert_true (locate (log, a, &index));
  g_assert_false (locate (log, a - 1, &index));
  g_assert_cmpuint (index, ==, 1);
  clock_offset += 40 * G_TIME_SPAN_SECOND;
  assert_history (log, "");
  eric_frame_log_unref (log);
}

static void
test_frame_log_backlog (void)
{
  EricFrameLog *log = new_log (0, NO_LIMIT, 3, NO_LIMIT);
  TestReader *reader = attach (log);

  append (log, "a", FALSE);
  append (log, "b", FALSE);
  append (log, "c", FALSE);
  assert_history (log, "");
  assert_copy (log, 0, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("a") PLAIN ("b") PLAIN ("c"));
  append (log, "d", FALSE);
  assert_fell_off (log, 0, 1);
  assert_copy (log, 1, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("b") PLAIN ("c") PLAIN ("d"));

  /* The oldest and the newest are not counted in. */
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { 100, 0, MESSAGE_SIZE });
  g_assert_cmpuint (get_first (log), ==, 1);
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { 100, 0, MESSAGE_SIZE - 1 });
  assert_fell_off (log, 1, 2);
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { 1, 0, 1 });
  assert_copy (log, 3, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("d"));
  append (log, "e", FALSE);
  assert_fell_off (log, 3, 4);
  assert_copy (log, 4, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("e"));
  detach (log, reader);
  assert_fell_off (log, 4, 5);
  eric_frame_log_unref (log);
}

static void
test_frame_log_done (void)
{
  EricFrameLog *log = new_log (0, 0, NO_LIMIT, NO_LIMIT);
  TestReader *slow, *fast;

  append (log, "a", FALSE);
  slow = attach (log);
  fast = attach (log);
  append (log, "b", FALSE);
  append (log, "c", FALSE);
  g_assert_cmpuint (get_first (log), ==, 1);
  eric_frame_log_set_done (log, &fast->reader, 3);
  g_assert_cmpuint (get_first (log), ==, 1);
  eric_frame_log_set_done (log, &slow->reader, 2);
  g_assert_cmpuint (get_first (log), ==, 2);
  eric_frame_log_set_done (log, &slow->reader, 3);
  g_assert_cmpuint (get_first (log), ==, 3);
  append (log, "d", FALSE);
  eric_frame_log_set_done (log, &fast->reader, 4);
  g_assert_cmpuint (get_first (log), ==, 3);
  detach (log, slow);
  g_assert_cmpuint (get_first (log), ==, 4);
  detach (log, fast);
  eric_frame_log_unref (log);
}

/* What is history stays, whatever the backlog's limits and the readers. */
static void
test_frame_log_history_beats_backlog (void)
{
  EricFrameLog *log = new_log (3, NO_LIMIT, 1, 1);
  TestReader *reader = attach (log);

  append (log, "a", FALSE);
  append (log, "b", FALSE);
  append (log, "c", FALSE);
  append (log, "d", FALSE);
  eric_frame_log_set_done (log, &reader->reader, 4);
  assert_history (log, "bcd");
  g_assert_cmpuint (get_first (log), ==, 1);
  detach (log, reader);
  assert_history (log, "bcd");
  eric_frame_log_unref (log);
}

/* Who begins with the oldest that is kept is not slow because more comes meanwhile. */
static void
test_frame_log_backlog_behind_history (void)
{
  EricFrameLog *log = new_log (4, NO_LIMIT, 2, NO_LIMIT);
  TestReader *reader = attach (log);
  guint64 index, number, before = G_MAXUINT64;

  number = append (log, "a", FALSE);
  for (const char *id = "bcd"; *id != '\0'; id++)
    append (log, (char[]) { *id, '\0' }, FALSE);
  g_assert_false (eric_frame_log_locate (log, 0, &reader->reader, &index, &before));
  g_assert_cmpuint (before, ==, number - 1);
  g_assert_cmpuint (index, ==, 0);
  append (log, "e", FALSE);
  append (log, "f", FALSE);
  assert_history (log, "cdef");
  g_assert_cmpuint (get_first (log), ==, 0);
  append (log, "g", FALSE);
  assert_fell_off (log, 0, 1);
  detach (log, reader);
  g_assert_cmpuint (get_first (log), ==, 3);
  eric_frame_log_unref (log);
}

static void
test_frame_log_locate (void)
{
  EricFrameLog *log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  guint64 before = eric_frame_number_current (), between, numbers[4], index;

  numbers[0] = append (log, "a", FALSE);
  numbers[1] = append (log, "b", FALSE);
  between = eric_frame_number_next ();   /* another channel's */
  g_assert_true (locate (log, before, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_false (locate (log, before - 1, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_true (locate (log, between, &index));
  g_assert_cmpuint (index, ==, 2);

  numbers[2] = append (log, "c", FALSE);
  g_assert_true (locate (log, between, &index));
  g_assert_cmpuint (index, ==, 2);
  numbers[3] = append (log, "d", FALSE);
  g_assert_false (locate (log, numbers[0], &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_true (locate (log, numbers[1], &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_true (locate (log, numbers[2], &index));
  g_assert_cmpuint (index, ==, 3);
  g_assert_true (locate (log, numbers[3], &index));
  g_assert_cmpuint (index, ==, 4);
  g_assert_false (locate (log, 0, &index));
  g_assert_cmpuint (index, ==, 2);
  eric_frame_log_unref (log);
}

static gboolean
find_id (EricFrameLog *log,
         const char   *id,
         guint64      *number)
{
  return eric_frame_logs_find_id (&log, 1, id, number);
}

static void
assert_id (EricFrameLog *log,
           const char   *id,
           guint64       expected)
{
  guint64 number = G_MAXUINT64;

  g_assert_true (find_id (log, id, &number));
  g_assert_cmpuint (number, ==, expected);
}

static void
assert_number (EricFrameLog *log,
               guint64       number,
               gboolean      known)
{
  char id[ERIC_FRAME_ID_SIZE];
  guint64 found;

  eric_frame_id_print (id, number);
  g_assert_cmpint (find_id (log, id, &found), ==, known);
  if (known)
    g_assert_cmpuint (found, ==, number);
}

static void
test_frame_log_find_id (void)
{
  static const char *const unknown[] = { "", "x", " 5", "+5", "-5", "5x", "0x5", "5.0",
                                         "9223372036854775807", "18446744073709551616" };
  EricFrameLog *log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  guint64 number, first, second;

  first = append (log, "own", TRUE);
  append (log, "b", FALSE);
  assert_id (log, "own", first);
  g_assert_false (find_id (log, "b", &number));

  second = append (log, "7", TRUE);        /* drops the first */
  g_assert_false (find_id (log, "own", &number));
  assert_id (log, "7", second);
  append (log, "c", FALSE);
  append (log, "d", FALSE);                /* drops it: of a process before this one, if of any */
  assert_id (log, "7", 0);

  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    g_assert_false (find_id (log, unknown[i], &number));
  assert_number (log, eric_frame_number_current (), TRUE);
  assert_number (log, eric_frame_number_current () + 1, FALSE);
  eric_frame_log_unref (log);
}

/* A process whose clock says the same, or less, gives the same numbers; the tag tells. */
static void
test_frame_log_find_foreign (void)
{
  EricFrameLog *log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  guint64 own = append (log, "a", FALSE), number, whole;
  char id[ERIC_FRAME_ID_SIZE];
  g_autofree char *old = NULL;

  assert_number (log, own, TRUE);
  eric_frame_id_print (id, own);
  whole = g_ascii_strtoull (id, NULL, 10);
  g_snprintf (id, sizeof id, "%" G_GUINT64_FORMAT, whole ^ 1);
  g_assert_false (find_id (log, id, &number));
  old = g_strdup_printf ("%" G_GUINT64_FORMAT, (whole ^ 1) - (G_GUINT64_CONSTANT (1) << 60));
  assert_id (log, old, 0);
  eric_frame_log_unref (log);
}

/* An id that was given twice is that of the older message, so that nothing is skipped; and
 * when that one goes, it names no place any more. */
static void
test_frame_log_find_duplicate (void)
{
  EricFrameLog *log = new_log (3, NO_LIMIT, 10, NO_LIMIT);
  guint64 number, older;

  older = append (log, "same", TRUE);
  append (log, "b", FALSE);
  append (log, "same", TRUE);
  assert_id (log, "same", older);
  append (log, "c", FALSE);                /* drops the older */
  g_assert_false (find_id (log, "same", &number));
  append (log, "d", FALSE);
  append (log, "e", FALSE);                /* drops the newer: both are forgotten */
  g_assert_false (find_id (log, "same", &number));
  append (log, "same", TRUE);              /* whose: of the first, or of this one? */
  g_assert_false (find_id (log, "same", &number));
  eric_frame_log_unref (log);
}

/* Each log has ids of its own. */
static void
test_frame_log_find_retired (void)
{
  EricFrameLog *logs[] = { new_log (1, NO_LIMIT, 10, NO_LIMIT), new_log (1, NO_LIMIT, 10, NO_LIMIT) };
  guint64 number;

  append (logs[0], "1", TRUE);
  append (logs[0], "2", TRUE);             /* drops 1 */
  append (logs[0], "1", TRUE);
  g_assert_false (find_id (logs[0], "1", &number));
  assert_id (logs[1], "1", append (logs[1], "1", TRUE));
  g_assert_false (eric_frame_logs_find_id (logs, 2, "1", &number));
  for (guint i = 0; i < 2; i++)
    eric_frame_log_unref (logs[i]);
}

static void
retire_some (guint first,
             guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      eric_frame_id_retire (1, id);
    }
}

/* In a process of its own, which has retired nothing before. */
static void
test_frame_log_retired_bound (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  retire_some (0, ERIC_FRAME_ID_N_RETIRED);
  g_assert_true (eric_frame_id_is_retired (1, "0"));
  g_assert_false (eric_frame_id_is_retired (1, "x"));
  retire_some (ERIC_FRAME_ID_N_RETIRED, ERIC_FRAME_ID_N_RETIRED);
  g_assert_true (eric_frame_id_is_retired (1, "0"));
  retire_some (2 * ERIC_FRAME_ID_N_RETIRED, 1);
  g_assert_false (eric_frame_id_is_retired (1, "0"));
  g_assert_true (eric_frame_id_is_retired (1, "131071"));
}

/* In logs that are read together, an id of both is that of the older message. */
static void
test_frame_log_find_joined (void)
{
  EricFrameLog *logs[] = { new_log (2, NO_LIMIT, 10, NO_LIMIT), new_log (2, NO_LIMIT, 10, NO_LIMIT) };
  guint64 five, same, number;

  append (logs[0], "1", TRUE);
  same = append (logs[1], "same", TRUE);
  five = append (logs[1], "5", TRUE);
  append (logs[0], "same", TRUE);
  g_assert_true (eric_frame_logs_find_id (logs, 2, "5", &number));
  g_assert_cmpuint (number, ==, five);
  g_assert_true (eric_frame_logs_find_id (logs, 2, "same", &number));
  g_assert_cmpuint (number, ==, same);
  append (logs[0], "b", FALSE);
  append (logs[0], "same", TRUE);          /* drops 1 */
  append (logs[0], "c", FALSE);            /* drops the first of two */
  g_assert_false (eric_frame_logs_find_id (logs, 2, "same", &number));
  for (guint i = 0; i < 2; i++)
    eric_frame_log_unref (logs[i]);
}

/* Who was told a place in a channel without messages has missed none, when another log
 * has taken its place meanwhile; who comes from before messages that are gone has. */
static void
test_frame_log_gone (void)
{
  EricFrameLog *log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  guint64 quiet = eric_frame_number_next (), index;

  eric_frame_log_unref (log);
  log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  g_assert_true (locate (log, quiet, &index));
  append (log, "a", FALSE);
  eric_frame_log_unref (log);
  log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  g_assert_false (locate (log, quiet, &index));
  g_assert_true (locate (log, eric_frame_number_current (), &index));
  eric_frame_log_unref (log);
}

/* Also when it is still there, for who reads it to its end. */
static void
test_frame_log_closed_is_gone (void)
{
  EricFrameLog *closed = new_log (2, NO_LIMIT, 10, NO_LIMIT), *log;
  guint64 before = eric_frame_number_next (), index;

  append (closed, "a", FALSE);
  eric_frame_log_close (closed);
  log = new_log (2, NO_LIMIT, 10, NO_LIMIT);
  g_assert_false (locate (log, before, &index));
  g_assert_true (locate (log, eric_frame_number_current (), &index));
  eric_frame_log_unref (log);
  eric_frame_log_unref (closed);
}

/* A reader that attaches, and looks then what the current number is, gets what comes behind
 * it, whenever it asks where that is, and whether it is history or not. */
static void
test_frame_log_locate_live (void)
{
  EricFrameLog *log = new_log (0, NO_LIMIT, 10, NO_LIMIT);
  TestReader *reader;
  guint64 current;

  append (log, "a", FALSE);
  reader = attach (log);
  append (log, "b", FALSE);
  current = eric_frame_number_current ();
  g_assert_cmpuint (eric_frame_log_locate_live (log, current), ==, 2);
  append (log, "c", FALSE);
  append (log, "d", FALSE);
  g_assert_cmpuint (eric_frame_log_locate_live (log, current), ==, 2);
  assert_copy (log, 2, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("c") PLAIN ("d"));
  detach (log, reader);
  eric_frame_log_unref (log);
}

static void
test_frame_log_id_check (void)
{
  static const char *const good[] = { "1", "a b", "a\tb", "é", "Earliest", "earliest-1", "5-x", "\302\200" };
  static const char *const bad[] = { "", " ", " 7", "7 ", "\t7", "7\t", "a\001b", "a\177", "a\033b", "earliest" };
  g_autofree char *longest = g_strnfill (ERIC_SSE_CHANNEL_MAX_ID, 'x');
  g_autofree char *longer = g_strnfill (ERIC_SSE_CHANNEL_MAX_ID + 1, 'x');
  char id[ERIC_FRAME_ID_SIZE];
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (eric_frame_id_check (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (eric_frame_id_check (bad[i], &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_clear_error (&error);
    }
  g_assert_true (eric_frame_id_check (longest, NULL));
  g_assert_false (eric_frame_id_check (longer, NULL));
  eric_frame_id_print (id, eric_frame_number_current ());
  g_assert_true (eric_frame_id_check (id, NULL));
  eric_frame_id_print (id, eric_frame_number_current () + 1000);
  g_assert_false (eric_frame_id_check (id, NULL));
}

/* No more history, but kept for a reader: the id is known. */
static void
test_frame_log_find_kept (void)
{
  EricFrameLog *log = new_log (1, NO_LIMIT, 10, NO_LIMIT);
  TestReader *reader = attach (log);
  guint64 own = append (log, "own", TRUE), index;

  append (log, "b", FALSE);
  assert_id (log, "own", own);
  g_assert_true (locate (log, own, &index));
  g_assert_cmpuint (index, ==, 1);
  append (log, "c", FALSE);
  assert_id (log, "own", own);
  g_assert_false (locate (log, own, &index));
  detach (log, reader);
  g_assert_false (find_id (log, "own", &own));
  eric_frame_log_unref (log);
}

static void
test_frame_log_wake (void)
{
  EricFrameLog *log = new_log (10, NO_LIMIT, 10, NO_LIMIT);
  TestReader *one = attach (log), *two;
  guint64 first, end;
  gboolean closed;

  append (log, "a", FALSE);
  g_assert_cmpuint (one->woken, ==, 1);
  two = attach (log);
  append (log, "b", FALSE);
  g_assert_cmpuint (one->woken, ==, 2);
  g_assert_cmpuint (two->woken, ==, 1);
  detach (log, one);

  eric_frame_log_look (log, &first, &end, &closed);
  g_assert_false (closed);
  eric_frame_log_close (log);
  g_assert_cmpuint (two->woken, ==, 2);
  eric_frame_log_look (log, &first, &end, &closed);
  g_assert_true (closed);
  g_assert_cmpuint (end, ==, 2);
  assert_copy (log, 0, G_MAXUINT64, NO_LIMIT, ERIC_FRAMING_PLAIN, PLAIN ("a") PLAIN ("b"));
  detach (log, two);
  eric_frame_log_unref (log);
}

/* The ring grows and goes round many times: what is kept stays right. */
static void
test_frame_log_ring (void)
{
  EricFrameLog *log = new_log (25, NO_LIMIT, 70, NO_LIMIT);
  TestReader *reader = attach (log);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", 1000 + i);
      g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

      append (log, id, TRUE);
      if (i % 200 > 100)
        eric_frame_log_set_done (log, &reader->reader, i);
      eric_frame_log_replay (log, 0, messages);
      g_assert_cmpuint (messages->len, ==, MIN (i + 1, 25));
      g_assert_cmpstr (eric_message_get_id (messages->pdata[messages->len - 1]), ==, id);
      g_assert_cmpuint (eric_frame_log_get_end (log) - get_first (log), <=, 25 + 70);
    }
  detach (log, reader);
  g_assert_cmpuint (get_first (log), ==, 975);
  eric_frame_log_unref (log);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/frame-log/empty", test_frame_log_empty);
  g_test_add_func ("/eric/frame-log/numbers", test_frame_log_numbers);
  g_test_add_func ("/eric/frame-log/copy", test_frame_log_copy);
  g_test_add_func ("/eric/frame-log/copy-large", test_frame_log_copy_large);
  g_test_add_func ("/eric/frame-log/span-frames", test_frame_log_span_frames);
  g_test_add_func ("/eric/frame-log/frame-write", test_frame_log_frame_write);
  g_test_add_func ("/eric/frame-log/history-size", test_frame_log_history_size);
  g_test_add_func ("/eric/frame-log/history-bytes", test_frame_log_history_bytes);
  g_test_add_func ("/eric/frame-log/history-age", test_frame_log_history_age);
  g_test_add_func ("/eric/frame-log/backlog", test_frame_log_backlog);
  g_test_add_func ("/eric/frame-log/done", test_frame_log_done);
  g_test_add_func ("/eric/frame-log/history-beats-backlog", test_frame_log_history_beats_backlog);
  g_test_add_func ("/eric/frame-log/backlog-behind-history", test_frame_log_backlog_behind_history);
  g_test_add_func ("/eric/frame-log/locate", test_frame_log_locate);
  g_test_add_func ("/eric/frame-log/find-id", test_frame_log_find_id);
  g_test_add_func ("/eric/frame-log/find-foreign", test_frame_log_find_foreign);
  g_test_add_func ("/eric/frame-log/find-joined", test_frame_log_find_joined);
  g_test_add_func ("/eric/frame-log/find-retired", test_frame_log_find_retired);
  g_test_add_func ("/eric/frame-log/retired-bound", test_frame_log_retired_bound);
  g_test_add_func ("/eric/frame-log/closed-is-gone", test_frame_log_closed_is_gone);
  g_test_add_func ("/eric/frame-log/locate-live", test_frame_log_locate_live);
  g_test_add_func ("/eric/frame-log/gone", test_frame_log_gone);
  g_test_add_func ("/eric/frame-log/id-check", test_frame_log_id_check);
  g_test_add_func ("/eric/frame-log/find-duplicate", test_frame_log_find_duplicate);
  g_test_add_func ("/eric/frame-log/find-kept", test_frame_log_find_kept);
  g_test_add_func ("/eric/frame-log/wake", test_frame_log_wake);
  g_test_add_func ("/eric/frame-log/ring", test_frame_log_ring);
  return g_test_run ();
}
