/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

static EricSseChannel *
make_channel (guint history_size)
{
  return g_object_new (ERIC_TYPE_SSE_CHANNEL, "id", "news", "history-size", history_size, NULL);
}

static void
broadcast (EricSseChannel *channel,
           const char     *id,
           gint64          value)
{
  g_autoptr (EricMessage) message = eric_message_new_full (NULL, g_variant_new_int64 (value), id, NULL, NULL);
  g_autoptr (GError) error = NULL;

  eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error);
  g_assert_no_error (error);
  /* What was given is not changed. */
  g_assert_cmpstr (eric_message_get_id (message), ==, id);
}

static guint64
take_id (EricChannel  *channel,
         EricListener *listener)
{
  g_autoptr (EricMessage) message = eric_channel_deliver_next (channel, eric_listener_get_id (listener), NULL);
  guint64 id;

  g_assert_nonnull (message);
  g_assert_true (g_ascii_string_to_unsigned (eric_message_get_id (message), 10, 1, G_MAXUINT64, &id, NULL));
  return id;
}

static EricListener *
add_started (EricSseChannel *channel)
{
  EricListener *listener = eric_channel_add_listener (ERIC_CHANNEL (channel), NULL);

  eric_listener_start (listener);
  return listener;
}

static void
test_sse_channel_defaults (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);

  g_assert_true (g_uuid_string_is_valid (eric_channel_get_id (ERIC_CHANNEL (channel))));
  g_assert_cmpuint (eric_sse_channel_get_retry_timeout (channel), ==, 3000);
  g_assert_cmpuint (eric_sse_channel_get_history_size (channel), ==, ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE);
  g_assert_cmpuint (eric_sse_channel_get_history_age (channel), ==, 0);
  g_assert_cmpuint (eric_sse_channel_get_history_bytes (channel), ==, ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES);
  g_assert_cmpuint (eric_sse_channel_get_backlog_size (channel), ==, ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE);
  g_assert_cmpuint (eric_sse_channel_get_backlog_bytes (channel), ==, ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 0);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_sse_channel_properties (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (1);
  guint notified = 0;
  guint retry_timeout, history_age;
  guint64 history_bytes, backlog_bytes;

  g_signal_connect_swapped (channel, "notify", G_CALLBACK (count_cb), &notified);
  g_object_set (channel, "retry-timeout", 5, "history-age", 60, "history-bytes", (guint64) 10,
                "backlog-size", 7, "backlog-bytes", (guint64) 20, NULL);
  g_assert_cmpuint (notified, ==, 5);
  eric_sse_channel_set_retry_timeout (channel, 5);
  eric_sse_channel_set_history_size (channel, 1);
  g_assert_cmpuint (notified, ==, 5);
  g_object_get (channel, "retry-timeout", &retry_timeout, "history-age", &history_age,
                "history-bytes", &history_bytes, "backlog-bytes", &backlog_bytes, NULL);
  g_assert_cmpuint (retry_timeout, ==, 5);
  g_assert_cmpuint (history_age, ==, 60);
  g_assert_cmpuint (history_bytes, ==, 10);
  g_assert_cmpuint (backlog_bytes, ==, 20);
  g_assert_cmpuint (eric_sse_channel_get_backlog_size (channel), ==, 7);
}

static void
test_sse_channel_ids (void)
{
  g_autoptr (EricSseChannel) one = make_channel (10);
  g_autoptr (EricSseChannel) two = eric_sse_channel_new ("other");
  g_autoptr (EricListener) reader = add_started (one);
  g_autoptr (EricListener) other = add_started (two);
  g_autoptr (EricMessage) own = NULL;
  guint64 a, b, c;

  broadcast (one, NULL, 1);
  broadcast (two, NULL, 2);
  broadcast (one, NULL, 3);
  a = take_id (ERIC_CHANNEL (one), reader);
  b = take_id (ERIC_CHANNEL (two), other);
  c = take_id (ERIC_CHANNEL (one), reader);
  g_assert_cmpuint (a, <, b);
  g_assert_cmpuint (b, <, c);
  g_assert_cmpuint (c, <, (guint64) 1 << 53);

  broadcast (one, "my own", 4);
  own = eric_channel_deliver_next (ERIC_CHANNEL (one), eric_listener_get_id (reader), NULL);
  g_assert_cmpstr (eric_message_get_id (own), ==, "my own");
  g_assert_cmpuint (eric_sse_channel_get_n_messages (one), ==, 3);
}

/* What is meant for one is nobody else's history. */
static void
test_sse_channel_dispatch (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (10);
  g_autoptr (EricListener) reader = add_started (channel);
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, "secret", NULL);

  g_assert_true (eric_channel_dispatch (ERIC_CHANNEL (channel), eric_listener_get_id (reader), message, NULL));
  g_assert_cmpuint (take_id (ERIC_CHANNEL (channel), reader), >, 0);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 0);
}

static void
assert_replay (EricSseChannel *channel,
               const char     *id,
               EricReplay      expected,
               gint64          first,
               guint           n)
{
  g_autoptr (GPtrArray) messages = NULL;

  g_assert_cmpint (eric_sse_channel_replay_after (channel, id, &messages), ==, expected);
  g_assert_cmpint (eric_sse_channel_replay_after (channel, id, NULL), ==, expected);
  g_assert_cmpuint (messages->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_variant_get_int64 (eric_message_get_payload (messages->pdata[i])), ==, first + i);
}

static void
test_sse_channel_replay (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (3);
  g_autoptr (EricListener) reader = add_started (channel);
  char *ids[6] = { NULL };

  for (int i = 1; i <= 5; i++)
    {
      broadcast (channel, NULL, i);
      ids[i] = g_strdup_printf ("%" G_GUINT64_FORMAT, take_id (ERIC_CHANNEL (channel), reader));
    }
  assert_replay (channel, ids[5], ERIC_REPLAY_CONTINUED, 0, 0);
  assert_replay (channel, ids[4], ERIC_REPLAY_CONTINUED, 5, 1);
  assert_replay (channel, ids[2], ERIC_REPLAY_CONTINUED, 3, 3);
  assert_replay (channel, ids[1], ERIC_REPLAY_GAP, 3, 3);
  assert_replay (channel, "5", ERIC_REPLAY_GAP, 3, 3);
  assert_replay (channel, "nonsense", ERIC_REPLAY_UNKNOWN_ID, 3, 3);
  assert_replay (channel, "", ERIC_REPLAY_UNKNOWN_ID, 3, 3);

  broadcast (channel, "mine", 6);
  broadcast (channel, NULL, 7);
  assert_replay (channel, "mine", ERIC_REPLAY_CONTINUED, 7, 1);
  assert_replay (channel, ids[5], ERIC_REPLAY_CONTINUED, 6, 2);
  for (int i = 1; i <= 5; i++)
    g_free (ids[i]);
}

static void
test_sse_channel_limits (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (0);

  broadcast (channel, NULL, 1);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);

  eric_sse_channel_set_history_size (channel, 2);
  broadcast (channel, NULL, 2);
  broadcast (channel, NULL, 3);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 2);
  broadcast (channel, NULL, 4);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 2);

  /* A message is 30 bytes with its id of 16 digits, and 36 as a chunk. */
  eric_sse_channel_set_history_bytes (channel, 72);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 2);
  eric_sse_channel_set_history_bytes (channel, 71);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 1);
  eric_sse_channel_set_history_bytes (channel, 35);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  assert_replay (channel, "1", ERIC_REPLAY_GAP, 0, 0);
}

#define N_THREADS  4
#define N_MESSAGES 500

static gpointer
broadcast_many (gpointer data)
{
  for (int i = 0; i < N_MESSAGES; i++)
    broadcast (data, NULL, i);
  return NULL;
}

/* The listeners' order and the history's are one, and the ids rise in it. */
static void
test_sse_channel_threads (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (N_THREADS * N_MESSAGES);
  g_autoptr (EricListener) reader = add_started (channel);
  g_autoptr (GPtrArray) history = NULL;
  GThread *threads[N_THREADS];
  guint64 last = 0;

  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("broadcast", broadcast_many, channel);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpint (eric_sse_channel_replay_after (channel, "1", &history), ==, ERIC_REPLAY_GAP);
  g_assert_cmpuint (history->len, ==, N_THREADS * N_MESSAGES);
  for (guint i = 0; i < history->len; i++)
    {
      guint64 id = take_id (ERIC_CHANNEL (channel), reader);
      g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, id);

      g_assert_cmpuint (id, >, last);
      g_assert_cmpstr (text, ==, eric_message_get_id (history->pdata[i]));
      last = id;
    }
}

static void
test_sse_channel_close (void)
{
  g_autoptr (EricSseChannel) channel = make_channel (10);
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (EricMessage) message = eric_message_new (NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  broadcast (channel, NULL, 1);
  eric_channel_close (ERIC_CHANNEL (channel));
  eric_channel_close (ERIC_CHANNEL (channel));
  g_assert_false (eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL);

  eric_sse_channel_replay_after (channel, "1", &history);
  g_assert_cmpuint (history->len, ==, 2);
  g_assert_cmpstr (eric_message_get_event_type (history->pdata[1]), ==, ERIC_MESSAGE_TYPE_CLOSED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-channel/defaults", test_sse_channel_defaults);
  g_test_add_func ("/eric/sse-channel/properties", test_sse_channel_properties);
  g_test_add_func ("/eric/sse-channel/ids", test_sse_channel_ids);
  g_test_add_func ("/eric/sse-channel/dispatch", test_sse_channel_dispatch);
  g_test_add_func ("/eric/sse-channel/replay", test_sse_channel_replay);
  g_test_add_func ("/eric/sse-channel/limits", test_sse_channel_limits);
  g_test_add_func ("/eric/sse-channel/threads", test_sse_channel_threads);
  g_test_add_func ("/eric/sse-channel/close", test_sse_channel_close);
  return g_test_run ();
}
