/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "eric-frame-log-private.h"
#include "test-util.h"

typedef struct
{
  EricFrameReader reader;   /* first */
  guint           woken;
} Reader;

static void
woken_cb (EricFrameReader *reader)
{
  ((Reader *) reader)->woken++;
}

/* Every frame of these is "data: N\n\n", N one digit: 14 bytes as a chunk. */
#define CHUNK_SIZE 14

static guint64
append (EricFrameLog *log,
        const char   *id,
        int           value)
{
  g_autoptr (EricMessage) message = eric_message_new_full (NULL, g_variant_new_int64 (value), id, NULL, NULL);
  guint64 number = eric_frame_number_next ();

  eric_frame_log_append (log, message, number, id != NULL);
  return number;
}

static EricFrameLog *
make_log (guint history,
          guint backlog)
{
  EricFrameLog *log = eric_frame_log_new ();

  eric_frame_log_set_history (log, &(EricFrameLimits) { .max_messages = history, .max_bytes = 1000000 });
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { .max_messages = backlog, .max_bytes = 1000000 });
  return log;
}

static char *
copy (EricFrameLog *log,
      guint64      *index,
      guint64       up_to_number,
      gsize         max_bytes,
      EricFraming   framing,
      guint        *n_frames)
{
  EricSpan span;
  char *text = NULL;

  eric_span_init (&span);
  if (eric_frame_log_copy (log, index, up_to_number, max_bytes, framing, &span))
    text = g_strndup ((const char *) span.bytes->data, span.bytes->len);
  if (n_frames != NULL)
    *n_frames = span.frames->len;
  if (span.frames->len > 0)
    g_assert_cmpuint (g_array_index (span.frames, EricSpanFrame, span.frames->len - 1).end, ==, span.bytes->len);
  eric_span_clear (&span);
  return text;
}

static void
assert_copy (EricFrameLog *log,
             guint64       index,
             const char   *expected)
{
  g_autofree char *text = copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_PLAIN, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_frame_log_framing (void)
{
  EricFrameLog *log = make_log (10, 10);
  g_autofree char *plain = NULL;
  g_autofree char *chunked = NULL;
  g_autoptr (GByteArray) comment = g_byte_array_new ();
  guint64 index = 0;

  append (log, NULL, 1);
  append (log, "x", 2);
  plain = copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_PLAIN, NULL);
  chunked = copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_CHUNKED, NULL);
  g_assert_cmpstr (plain, ==, "data: 1\n\nid: x\ndata: 2\n\n");
  g_assert_cmpstr (chunked, ==, "9\r\ndata: 1\n\n\r\nf\r\nid: x\ndata: 2\n\n\r\n");

  eric_frame_write (comment, ERIC_FRAMING_CHUNKED, ":\n\n", 3);
  eric_frame_write (comment, ERIC_FRAMING_PLAIN, ":\n\n", 3);
  g_assert_cmpmem (comment->data, comment->len, "3\r\n:\n\n\r\n:\n\n", 11);
  eric_frame_log_unref (log);
}

static void
test_frame_log_copy_bounds (void)
{
  EricFrameLog *log = make_log (10, 10);
  guint64 index = 0, numbers[3];
  guint n;

  for (int i = 0; i < 3; i++)
    numbers[i] = append (log, NULL, i);

  g_free (copy (log, &index, G_MAXUINT64, 1, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 1);
  g_free (copy (log, &index, G_MAXUINT64, 2 * CHUNK_SIZE, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 2);
  g_free (copy (log, &index, G_MAXUINT64, 2 * CHUNK_SIZE - 1, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 1);
  g_free (copy (log, &index, numbers[1], 1000, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 2);
  g_free (copy (log, &index, numbers[0] - 1, 1000, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 0);
  index = 3;
  g_free (copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_CHUNKED, &n));
  g_assert_cmpuint (n, ==, 0);
  eric_frame_log_unref (log);
}

/* Without readers, what is kept is the history. */
static void
test_frame_log_history (void)
{
  EricFrameLog *log = make_log (3, 10);
  guint64 index = 0;

  for (int i = 0; i < 3; i++)
    append (log, NULL, i);
  assert_copy (log, 0, "data: 0\n\ndata: 1\n\ndata: 2\n\n");
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 3);

  append (log, NULL, 3);
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 3);
  g_assert_cmpuint (eric_frame_log_get_end (log), ==, 4);
  g_assert_null (copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_PLAIN, NULL));
  g_assert_cmpuint (index, ==, 1);
  assert_copy (log, 1, "data: 1\n\ndata: 2\n\ndata: 3\n\n");

  eric_frame_log_set_history (log, &(EricFrameLimits) { .max_messages = 100, .max_bytes = 2 * CHUNK_SIZE });
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 2);
  eric_frame_log_set_history (log, &(EricFrameLimits) { .max_messages = 100, .max_bytes = 2 * CHUNK_SIZE - 1 });
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 1);
  eric_frame_log_unref (log);
}

static void
test_frame_log_readers (void)
{
  EricFrameLog *log = make_log (0, 3);
  Reader reader = { .reader.wake = woken_cb };
  guint64 index = 0, first, end;
  gboolean closed;

  append (log, NULL, 0);
  g_assert_null (copy (log, &index, G_MAXUINT64, 1000, ERIC_FRAMING_PLAIN, NULL));
  g_assert_cmpuint (index, ==, 1);

  eric_frame_log_attach (log, &reader.reader);
  for (int i = 1; i <= 3; i++)
    append (log, NULL, i);
  g_assert_cmpuint (reader.woken, ==, 3);
  assert_copy (log, 1, "data: 1\n\ndata: 2\n\ndata: 3\n\n");
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 0);

  append (log, NULL, 4);
  assert_copy (log, 1, NULL);
  assert_copy (log, 2, "data: 2\n\ndata: 3\n\ndata: 4\n\n");

  eric_frame_log_set_done (log, &reader.reader, 4);
  assert_copy (log, 3, NULL);
  assert_copy (log, 4, "data: 4\n\n");

  /* The oldest is not counted. */
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { .max_messages = 3, .max_bytes = CHUNK_SIZE });
  append (log, NULL, 5);
  assert_copy (log, 4, "data: 4\n\ndata: 5\n\n");
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { .max_messages = 3, .max_bytes = CHUNK_SIZE - 1 });
  assert_copy (log, 5, "data: 5\n\n");
  assert_copy (log, 4, NULL);

  eric_frame_log_close (log);
  g_assert_cmpuint (reader.woken, ==, 6);
  eric_frame_log_look (log, &first, &end, &closed);
  g_assert_cmpuint (first, ==, 5);
  g_assert_cmpuint (end, ==, 6);
  g_assert_true (closed);

  eric_frame_log_detach (log, &reader.reader);
  assert_copy (log, 5, NULL);
  eric_frame_log_unref (log);
}

static void
test_frame_log_locate (void)
{
  guint64 before = eric_frame_number_next ();
  EricFrameLog *log = make_log (3, 10);
  Reader reader = { .reader.wake = woken_cb };
  guint64 numbers[5], index;

  eric_frame_log_attach (log, &reader.reader);
  eric_frame_log_set_done (log, &reader.reader, 10);
  g_assert_true (eric_frame_log_locate (log, eric_frame_number_current (), &reader.reader, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_cmpuint (reader.reader.done, ==, 0);
  for (int i = 0; i < 5; i++)
    {
      numbers[i] = append (log, NULL, i);
      eric_frame_number_next ();   /* other channels draw numbers, too */
    }

  for (int i = 1; i < 5; i++)
    {
      g_assert_true (eric_frame_log_locate (log, numbers[i], &reader.reader, &index));
      g_assert_cmpuint (index, ==, i + 1);
      g_assert_true (eric_frame_log_locate (log, numbers[i] + 1, &reader.reader, &index));
      g_assert_cmpuint (index, ==, i + 1);
    }
  g_assert_false (eric_frame_log_locate (log, numbers[0], &reader.reader, &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_false (eric_frame_log_locate (log, before - 1, &reader.reader, &index));
  g_assert_cmpuint (index, ==, 2);
  g_assert_false (eric_frame_log_locate (log, 0, &reader.reader, &index));
  g_assert_cmpuint (index, ==, 2);
  eric_frame_log_detach (log, &reader.reader);
  eric_frame_log_unref (log);
}

static void
assert_unknown (EricFrameLog *log,
                const char   *id)
{
  guint64 number;

  g_assert_false (eric_frame_log_find_id (log, id, &number));
}

static void
test_frame_log_ids (void)
{
  EricFrameLog *log = make_log (2, 10);
  g_autofree char *future = NULL;
  guint64 a, c, number;

  a = append (log, "a", 1);
  g_assert_true (eric_frame_log_find_id (log, "a", &number));
  g_assert_cmpuint (number, ==, a);
  append (log, "b", 2);
  c = append (log, "c", 3);
  assert_unknown (log, "a");
  g_assert_true (eric_frame_log_find_id (log, "c", &number));
  g_assert_cmpuint (number, ==, c);

  /* The same id once more: the newer message has it, also when the older is gone. */
  c = append (log, "c", 4);
  append (log, "d", 5);
  g_assert_true (eric_frame_log_find_id (log, "c", &number));
  g_assert_cmpuint (number, ==, c);
  append (log, NULL, 6);
  assert_unknown (log, "c");

  assert_unknown (log, "");
  assert_unknown (log, "-1");
  assert_unknown (log, " 1");
  assert_unknown (log, "1x");
  assert_unknown (log, "99999999999999999999999");
  g_assert_true (eric_frame_log_find_id (log, "1", &number));
  future = g_strdup_printf ("%" G_GUINT64_FORMAT, eric_frame_number_current () + 1);
  assert_unknown (log, future);
  eric_frame_log_unref (log);
}

/* What is to be replayed is kept until its reader has it. */
static void
test_frame_log_pin (void)
{
  EricFrameLog *log = make_log (2, 10);
  Reader reader = { .reader.wake = woken_cb };
  guint64 index;

  for (int i = 0; i < 4; i++)
    append (log, NULL, i);
  eric_frame_log_attach (log, &reader.reader);
  eric_frame_log_locate (log, 0, &reader.reader, &index);
  g_assert_cmpuint (index, ==, 2);
  for (int i = 4; i < 8; i++)
    append (log, NULL, i);
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 2);
  assert_copy (log, index, "data: 2\n\ndata: 3\n\ndata: 4\n\ndata: 5\n\ndata: 6\n\ndata: 7\n\n");
  eric_frame_log_set_done (log, &reader.reader, 8);
  assert_copy (log, index, NULL);
  eric_frame_log_detach (log, &reader.reader);
  eric_frame_log_unref (log);
}

/* The ring grows while entries are in the middle of it. */
static void
test_frame_log_growth (void)
{
  EricFrameLog *log = make_log (10, 10);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < 25; i++)
    append (log, NULL, i % 10);
  eric_frame_log_set_history (log, &(EricFrameLimits) { .max_messages = 1000, .max_bytes = 1000000 });
  for (int i = 0; i < 500; i++)
    append (log, NULL, i % 10);

  g_assert_false (eric_frame_log_replay (log, 0, messages));
  g_assert_cmpuint (messages->len, ==, 510);
  for (guint i = 0; i < messages->len; i++)
    g_assert_cmpint (g_variant_get_int64 (eric_message_get_payload (messages->pdata[i])), ==,
                     i < 10 ? (15 + i) % 10 : i % 10);
  eric_frame_log_unref (log);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/frame-log/framing", test_frame_log_framing);
  g_test_add_func ("/eric/frame-log/copy-bounds", test_frame_log_copy_bounds);
  g_test_add_func ("/eric/frame-log/history", test_frame_log_history);
  g_test_add_func ("/eric/frame-log/readers", test_frame_log_readers);
  g_test_add_func ("/eric/frame-log/locate", test_frame_log_locate);
  g_test_add_func ("/eric/frame-log/pin", test_frame_log_pin);
  g_test_add_func ("/eric/frame-log/ids", test_frame_log_ids);
  g_test_add_func ("/eric/frame-log/growth", test_frame_log_growth);
  return g_test_run ();
}
