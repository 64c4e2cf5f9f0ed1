/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "eric-frame-store-private.h"
#include "eric-frame-id-private.h"
#include "test-util.h"

/* Broadcasts a message with a number as payload; returns nothing of it. */
static void
broadcast (EricSseChannel *channel,
           gint64          number,
           const char     *id)
{
  g_autoptr (EricMessage) message =
    eric_message_new_full (NULL, g_variant_new_int64 (number), id, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error));
  g_assert_no_error (error);
  if (id == NULL)
    g_assert_null (eric_message_get_id (message));   /* the sender's stays as it was */
}

static EricListener *
add_running (EricSseChannel *channel)
{
  EricListener *listener = eric_channel_add_listener (ERIC_CHANNEL (channel), NULL);

  eric_listener_start (listener);
  return listener;
}

static gint64
get_number (EricMessage *message)
{
  return g_variant_get_int64 (eric_message_get_payload (message));
}

/* Takes the next message; its id as a number. */
static guint64
take_id (EricListener *listener)
{
  g_autoptr (EricMessage) message = eric_listener_deliver_next (listener, NULL);
  guint64 id = 0;

  g_assert_nonnull (message);
  g_assert_nonnull (eric_message_get_id (message));
  g_assert_true (eric_frame_id_read (eric_message_get_id (message), &id));
  g_assert_cmpuint (id, >, 0);
  return id;
}

/* @numbers: the payloads of what is replayed, separated by spaces. */
static void
assert_replay (EricSseChannel *channel,
               const char     *id,
               EricReplay      expected,
               const char     *numbers)
{
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GString) got = g_string_new (NULL);

  g_assert_cmpint (eric_sse_channel_replay_after (channel, id, &messages), ==, expected);
  for (guint i = 0; i < messages->len; i++)
    g_string_append_printf (got, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", get_number (messages->pdata[i]));
  g_assert_cmpstr (got->str, ==, numbers);
  g_assert_cmpint (eric_sse_channel_replay_after (channel, id, NULL), ==, expected);
}

static void
assert_replay_number (EricSseChannel *channel,
                      guint64         number,
                      EricReplay      expected,
                      const char     *numbers)
{
  char id[ERIC_FRAME_ID_SIZE];

  eric_frame_id_print (id, number);
  assert_replay (channel, id, expected, numbers);
}

static void
test_sse_channel_defaults (void)
{
  EricSseChannel *channel = eric_sse_channel_new ("news");
  g_autoptr (EricSseChannel) unnamed = eric_sse_channel_new (NULL);
  guint retry, size, age, backlog_size;
  guint64 bytes, backlog_bytes, n_messages;

  g_assert_cmpstr (eric_channel_get_id (ERIC_CHANNEL (channel)), ==, "news");
  g_assert_true (g_uuid_string_is_valid (eric_channel_get_id (ERIC_CHANNEL (unnamed))));
  g_object_get (channel,
                "retry-timeout", &retry,
                "history-size", &size,
                "history-age", &age,
                "history-bytes", &bytes,
                "backlog-size", &backlog_size,
                "backlog-bytes", &backlog_bytes,
                "n-messages", &n_messages,
                NULL);
  g_assert_cmpuint (retry, ==, 3000);
  g_assert_cmpuint (size, ==, ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE);
  g_assert_cmpuint (age, ==, 0);
  g_assert_cmpuint (bytes, ==, ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES);
  g_assert_cmpuint (backlog_size, ==, ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE);
  g_assert_cmpuint (backlog_bytes, ==, ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES);
  g_assert_cmpuint (n_messages, ==, 0);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  test_finalize (channel);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  g_string_append_printf (user_data, "%s ", pspec->name);
}

static void
test_sse_channel_properties (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (GString) notified = g_string_new (NULL);

  g_signal_connect (channel, "notify", G_CALLBACK (notify_cb), notified);
  for (guint i = 0; i < 2; i++)
    {
      eric_sse_channel_set_retry_timeout (channel, 5);
      eric_sse_channel_set_history_size (channel, 6);
      eric_sse_channel_set_history_age (channel, 7);
      eric_sse_channel_set_history_bytes (channel, 8);
      eric_sse_channel_set_backlog_size (channel, 9);
      eric_sse_channel_set_backlog_bytes (channel, 10);
    }
  g_assert_cmpstr (notified->str, ==,
                   "retry-timeout history-size history-age history-bytes backlog-size backlog-bytes ");
  g_assert_cmpuint (eric_sse_channel_get_retry_timeout (channel), ==, 5);
  g_assert_cmpuint (eric_sse_channel_get_history_size (channel), ==, 6);
  g_assert_cmpuint (eric_sse_channel_get_history_age (channel), ==, 7);
  g_assert_cmpuint (eric_sse_channel_get_history_bytes (channel), ==, 8);
  g_assert_cmpuint (eric_sse_channel_get_backlog_size (channel), ==, 9);
  g_assert_cmpuint (eric_sse_channel_get_backlog_bytes (channel), ==, 10);
  g_object_set (channel, "retry-timeout", 1, "history-size", 2, "history-age", 3,
                "history-bytes", (guint64) 4, "backlog-size", 5, "backlog-bytes", (guint64) 6, NULL);
  g_assert_cmpuint (eric_sse_channel_get_retry_timeout (channel), ==, 1);
  g_assert_cmpuint (eric_sse_channel_get_history_size (channel), ==, 2);
  g_assert_cmpuint (eric_sse_channel_get_history_age (channel), ==, 3);
  g_assert_cmpuint (eric_sse_channel_get_history_bytes (channel), ==, 4);
  g_assert_cmpuint (eric_sse_channel_get_backlog_size (channel), ==, 5);
  g_assert_cmpuint (eric_sse_channel_get_backlog_bytes (channel), ==, 6);
}

static void
test_sse_channel_ids (void)
{
  g_autoptr (EricSseChannel) one = eric_sse_channel_new (NULL);
  g_autoptr (EricSseChannel) two = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) of_one = add_running (one);
  g_autoptr (EricListener) of_two = add_running (two);
  gint64 now = g_get_real_time ();
  guint64 last = 0;

  for (guint i = 0; i < 50; i++)
    {
      guint64 id;

      broadcast (one, i, NULL);
      id = take_id (of_one);
      g_assert_cmpuint (id, >, last);
      last = id;
      broadcast (two, i, NULL);
      id = take_id (of_two);
      g_assert_cmpuint (id, >, last);
      last = id;
    }
  g_assert_cmpuint (last, >, (now - 3600 * G_TIME_SPAN_SECOND) / 16);
  g_assert_cmpuint (last, <, (now + 3600 * G_TIME_SPAN_SECOND) / 16);
}

static void
test_sse_channel_own_ids (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessage) message = NULL;

  eric_sse_channel_set_history_size (channel, 3);
  broadcast (channel, 1, "mine");
  broadcast (channel, 2, NULL);
  broadcast (channel, 3, "mine too");
  message = eric_listener_deliver_next (listener, NULL);
  g_assert_cmpstr (eric_message_get_id (message), ==, "mine");
  g_assert_cmpuint (take_id (listener), >, 0);
  assert_replay (channel, "mine", ERIC_REPLAY_CONTINUED, "2 3");
  assert_replay (channel, "mine too", ERIC_REPLAY_CONTINUED, "");
  assert_replay (channel, "min", ERIC_REPLAY_UNKNOWN_ID, "1 2 3");
  broadcast (channel, 4, NULL);
  assert_replay (channel, "mine", ERIC_REPLAY_UNKNOWN_ID, "2 3 4");
  assert_replay (channel, "mine too", ERIC_REPLAY_CONTINUED, "4");
}

static void
test_sse_channel_dispatch (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessage) message = eric_message_new (NULL, g_variant_new_int64 (2), NULL);
  g_autoptr (GError) error = NULL;
  guint64 first, second, third;

  broadcast (channel, 1, NULL);
  g_assert_true (eric_channel_dispatch (ERIC_CHANNEL (channel), eric_listener_get_id (listener),
                                        message, &error));
  g_assert_no_error (error);
  broadcast (channel, 3, NULL);
  first = take_id (listener);
  second = take_id (listener);
  third = take_id (listener);
  g_assert_cmpuint (first, <, second);
  g_assert_cmpuint (second, <, third);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 2);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 2);
  assert_replay_number (channel, first, ERIC_REPLAY_CONTINUED, "3");
  assert_replay_number (channel, second, ERIC_REPLAY_CONTINUED, "3");
}

static void
test_sse_channel_replay (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) listener = add_running (channel);
  guint64 ids[6];

  eric_sse_channel_set_history_size (channel, 3);
  for (guint i = 1; i < 6; i++)
    {
      broadcast (channel, i, NULL);
      ids[i] = take_id (listener);
    }
  assert_replay_number (channel, ids[5], ERIC_REPLAY_CONTINUED, "");
  assert_replay_number (channel, ids[4], ERIC_REPLAY_CONTINUED, "5");
  assert_replay_number (channel, ids[2], ERIC_REPLAY_CONTINUED, "3 4 5");
  assert_replay_number (channel, ids[1], ERIC_REPLAY_GAP, "3 4 5");
  assert_replay (channel, "5", ERIC_REPLAY_GAP, "3 4 5");   /* from before this process */
  assert_replay_number (channel, ids[5] + 1000000, ERIC_REPLAY_UNKNOWN_ID, "3 4 5");
  assert_replay (channel, "nonsense", ERIC_REPLAY_UNKNOWN_ID, "3 4 5");
  assert_replay (channel, "", ERIC_REPLAY_UNKNOWN_ID, "3 4 5");
}

/* One id resumes all channels of a process. */
static void
test_sse_channel_replay_across (void)
{
  g_autoptr (EricSseChannel) one = eric_sse_channel_new (NULL);
  g_autoptr (EricSseChannel) two = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) of_one = add_running (one);
  guint64 first, second;

  broadcast (two, 1, NULL);
  broadcast (one, 2, NULL);
  first = take_id (of_one);
  broadcast (two, 3, NULL);
  broadcast (one, 4, NULL);
  second = take_id (of_one);
  assert_replay_number (two, first, ERIC_REPLAY_CONTINUED, "3");
  assert_replay_number (two, second, ERIC_REPLAY_CONTINUED, "");
  assert_replay_number (one, first, ERIC_REPLAY_CONTINUED, "4");
}

static void
test_sse_channel_history_size (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) listener = add_running (channel);
  guint64 first, last;

  eric_sse_channel_set_history_size (channel, 4);
  for (guint i = 1; i <= 4; i++)
    broadcast (channel, i, NULL);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 4);
  assert_replay (channel, "1", ERIC_REPLAY_GAP, "1 2 3 4");
  broadcast (channel, 5, NULL);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 4);
  assert_replay (channel, "1", ERIC_REPLAY_GAP, "2 3 4 5");
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 5);

  eric_sse_channel_set_history_size (channel, 0);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  broadcast (channel, 6, NULL);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 6);
  first = take_id (listener);
  for (guint i = 2; i < 6; i++)
    take_id (listener);
  last = take_id (listener);
  assert_replay_number (channel, first, ERIC_REPLAY_GAP, "");
  assert_replay_number (channel, last, ERIC_REPLAY_CONTINUED, "");
}

static void
test_sse_channel_default_size (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);

  for (guint i = 0; i < ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE; i++)
    broadcast (channel, i, NULL);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 128);
  broadcast (channel, 0, NULL);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 128);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, 129);
}

/* "id: a\ndata: 1\n\n" as a chunk: 15 bytes, "f\r\n" before and "\r\n" behind. */
#define MESSAGE_SIZE (20 + sizeof (EricFrameEntry))

static void
test_sse_channel_history_bytes (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);

  eric_sse_channel_set_history_bytes (channel, 2 * MESSAGE_SIZE);
  broadcast (channel, 1, "a");
  broadcast (channel, 2, "b");
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 2);
  eric_sse_channel_set_history_bytes (channel, 2 * MESSAGE_SIZE - 1);
  assert_replay (channel, "1", ERIC_REPLAY_GAP, "2");
  broadcast (channel, 3, "c");
  assert_replay (channel, "1", ERIC_REPLAY_GAP, "3");
  eric_sse_channel_set_history_bytes (channel, MESSAGE_SIZE - 1);
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
  broadcast (channel, 4, "d");
  g_assert_cmpuint (eric_sse_channel_get_history_length (channel), ==, 0);
}

static void
test_sse_channel_close (void)
{
  EricSseChannel *channel = eric_sse_channel_new (NULL);
  EricListener *listener = add_running (channel);
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (EricMessage) farewell = NULL;
  char text[ERIC_FRAME_ID_SIZE];

  broadcast (channel, 1, NULL);
  eric_frame_id_print (text, take_id (listener));
  eric_channel_close (ERIC_CHANNEL (channel));
  farewell = eric_listener_deliver_next (listener, NULL);
  g_assert_cmpstr (eric_message_get_event_type (farewell), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_nonnull (eric_message_get_id (farewell));
  g_assert_cmpint (eric_sse_channel_replay_after (channel, text, &messages), ==, ERIC_REPLAY_CONTINUED);
  g_assert_cmpuint (messages->len, ==, 1);
  g_assert_cmpstr (eric_message_get_text (messages->pdata[0]), ==, eric_message_get_text (farewell));
  test_finalize (channel);
  test_finalize (listener);
}

#define N_SENDERS 4
#define N_EACH    1000

static gpointer
send_thread (gpointer data)
{
  for (guint i = 0; i < N_EACH; i++)
    broadcast (data, i, NULL);
  return NULL;
}

static void
test_sse_channel_threads (void)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (NULL);
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (GPtrArray) history = NULL;
  GThread *threads[N_SENDERS];
  guint64 last = 0;

  eric_sse_channel_set_history_size (channel, N_SENDERS * N_EACH);
  for (guint i = 0; i < N_SENDERS; i++)
    threads[i] = g_thread_new ("send", send_thread, channel);
  for (guint i = 0; i < N_SENDERS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (eric_sse_channel_get_n_messages (channel), ==, N_SENDERS * N_EACH);
  g_assert_cmpint (eric_sse_channel_replay_after (channel, "1", &history), ==, ERIC_REPLAY_GAP);
  g_assert_cmpuint (history->len, ==, N_SENDERS * N_EACH);
  for (guint i = 0; i < history->len; i++)
    {
      guint64 id = take_id (listener);
      char text[ERIC_FRAME_ID_SIZE];

      eric_frame_id_print (text, id);
      g_assert_cmpuint (id, >, last);
      g_assert_cmpstr (eric_message_get_id (history->pdata[i]), ==, text);
      last = id;
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-channel/defaults", test_sse_channel_defaults);
  g_test_add_func ("/eric/sse-channel/properties", test_sse_channel_properties);
  g_test_add_func ("/eric/sse-channel/ids", test_sse_channel_ids);
  g_test_add_func ("/eric/sse-channel/own-ids", test_sse_channel_own_ids);
  g_test_add_func ("/eric/sse-channel/dispatch", test_sse_channel_dispatch);
  g_test_add_func ("/eric/sse-channel/replay", test_sse_channel_replay);
  g_test_add_func ("/eric/sse-channel/replay-across", test_sse_channel_replay_across);
  g_test_add_func ("/eric/sse-channel/history-size", test_sse_channel_history_size);
  g_test_add_func ("/eric/sse-channel/default-size", test_sse_channel_default_size);
  g_test_add_func ("/eric/sse-channel/history-bytes", test_sse_channel_history_bytes);
  g_test_add_func ("/eric/sse-channel/close", test_sse_channel_close);
  g_test_add_func ("/eric/sse-channel/threads", test_sse_channel_threads);
  return g_test_run ();
}
