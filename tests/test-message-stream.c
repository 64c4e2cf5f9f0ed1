/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

/* A channel that adapts: it gives each message the number of its adaption as id. */
#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, EricChannel)

struct _TestChannel
{
  EricChannel  parent_instance;

  guint        n_adapted;
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, ERIC_TYPE_CHANNEL)

static EricMessage *
test_channel_adapt (EricChannel *channel,
                    EricMessage *message)
{
  g_autofree char *id = g_strdup_printf ("%u", ++TEST_CHANNEL (channel)->n_adapted);

  return eric_message_copy_with_id (message, id, NULL);
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  ERIC_CHANNEL_CLASS (klass)->adapt = test_channel_adapt;
}

static void
test_channel_init (TestChannel *self)
{
}

static EricChannel *
new_channel (void)
{
  return g_object_new (TEST_TYPE_CHANNEL, NULL);
}

static EricListener *
add_running (EricChannel *channel)
{
  EricListener *listener = eric_channel_add_listener (channel, NULL);

  eric_listener_start (listener);
  return listener;
}

static void
broadcast (EricChannel *channel,
           const char  *text)
{
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, text, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_channel_broadcast (channel, message, &error));
  g_assert_no_error (error);
}

static void
start_next (EricMessageStream  *stream,
            GCancellable       *cancellable,
            GAsyncResult      **result)
{
  eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, cancellable, test_keep_result, result);
}

/* Waits for the result and takes it; NULL at the end of the stream. */
static EricMessage *
finish_next (EricMessageStream  *stream,
             GAsyncResult      **result)
{
  g_autoptr (GError) error = NULL;
  EricMessage *message;

  test_wait_until (*result != NULL);
  message = eric_message_stream_next_finish (stream, *result, &error);
  g_assert_no_error (error);
  g_clear_object (result);
  return message;
}

static void
finish_cancelled (EricMessageStream  *stream,
                  GAsyncResult      **result)
{
  g_autoptr (GError) error = NULL;

  test_wait_until (*result != NULL);
  g_assert_null (eric_message_stream_next_finish (stream, *result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (result);
}

static EricMessage *
next (EricMessageStream *stream)
{
  GAsyncResult *result = NULL;

  start_next (stream, NULL, &result);
  return finish_next (stream, &result);
}

static void
assert_next (EricMessageStream *stream,
             const char        *text)
{
  g_autoptr (EricMessage) message = next (stream);

  g_assert_nonnull (message);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "message");
  g_assert_cmpstr (eric_message_get_text (message), ==, text);
}

/* The farewell, then the end, for good. */
static void
assert_closes (EricMessageStream *stream)
{
  g_autoptr (EricMessage) message = next (stream);

  g_assert_nonnull (message);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_null (next (stream));
  g_assert_null (next (stream));
}

static void
test_message_stream_adapts (void)
{
  EricChannel *channel = new_channel ();
  EricListener *listener = add_running (channel);
  EricMessageStream *stream = eric_channel_message_stream (channel, listener);
  g_autoptr (EricMessage) message = NULL;

  g_assert_true (eric_message_stream_get_channel (stream) == channel);
  g_assert_true (eric_message_stream_get_listener (stream) == listener);
  broadcast (channel, "a");
  broadcast (channel, "b");
  assert_next (stream, "a");
  g_assert_cmpuint (TEST_CHANNEL (channel)->n_adapted, ==, 1);
  message = next (stream);
  g_assert_cmpstr (eric_message_get_text (message), ==, "b");
  g_assert_cmpstr (eric_message_get_id (message), ==, "2");
  test_finalize (stream);
  test_finalize (channel);
  test_finalize (listener);
}

static gpointer
broadcast_thread (gpointer data)
{
  broadcast (data, "from a thread");
  return NULL;
}

static void
test_message_stream_as_they_come (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (EricMessage) message = NULL;
      GAsyncResult *result = NULL;
      GThread *thread;

      start_next (stream, NULL, &result);
      test_settle ();
      g_assert_null (result);
      thread = g_thread_new ("broadcast", broadcast_thread, channel);
      message = finish_next (stream, &result);
      g_assert_cmpstr (eric_message_get_text (message), ==, "from a thread");
      g_thread_join (thread);
    }
  g_assert_cmpuint (TEST_CHANNEL (channel)->n_adapted, ==, 20);
}

static void
test_message_stream_listener_stops (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);
  GAsyncResult *result = NULL;

  broadcast (channel, "a");
  assert_next (stream, "a");
  start_next (stream, NULL, &result);
  test_settle ();
  g_assert_null (result);
  eric_listener_stop (listener);
  g_assert_null (finish_next (stream, &result));
  broadcast (channel, "b");
  g_assert_null (next (stream));
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
}

static void
test_message_stream_listener_removed (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);

  broadcast (channel, "a");
  broadcast (channel, "b");
  g_assert_true (eric_channel_remove_listener (channel, eric_listener_get_id (listener), NULL));
  broadcast (channel, "c");
  assert_next (stream, "a");
  assert_next (stream, "b");
  assert_closes (stream);
  g_assert_false (eric_listener_get_running (listener));
}

/* The first stream has had the message that says so. */
static void
test_message_stream_closed_before (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);

  broadcast (channel, "1");
  eric_channel_close (channel);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (EricMessageStream) stream = NULL;

      eric_listener_start (listener);
      stream = eric_channel_message_stream (channel, listener);
      if (i == 0)
        assert_next (stream, "1");
      assert_closes (stream);
    }
}

static void
test_message_stream_removed_while_waiting (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);
  g_autoptr (EricMessage) message = NULL;
  GAsyncResult *result = NULL;

  start_next (stream, NULL, &result);
  test_settle ();
  g_assert_true (eric_channel_remove_listener (channel, eric_listener_get_id (listener), NULL));
  message = finish_next (stream, &result);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_null (next (stream));
}

static void
test_message_stream_never_registered (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) running = eric_listener_new ();
  g_autoptr (EricListener) stopped = eric_listener_new ();
  g_autoptr (EricMessageStream) first = eric_channel_message_stream (channel, running);
  g_autoptr (EricMessageStream) second = eric_channel_message_stream (channel, stopped);

  eric_listener_start (running);
  broadcast (channel, "not for it");
  assert_closes (first);
  assert_closes (second);
}

static void
test_message_stream_channel_closed (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);
  g_autoptr (EricMessageStream) watching = eric_channel_watch (channel, NULL);

  broadcast (channel, "a");
  eric_channel_close (channel);
  assert_next (stream, "a");
  assert_closes (stream);
  assert_next (watching, "a");
  assert_closes (watching);
}

#define PACE 30

static void
test_message_stream_paces (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  gint64 start;

  eric_channel_set_stream_delay (channel, PACE);
  broadcast (channel, "a");
  broadcast (channel, "b");
  broadcast (channel, "c");
  start = g_get_monotonic_time ();
  assert_next (stream, "a");
  assert_next (stream, "b");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, PACE * G_TIME_SPAN_MILLISECOND);
  assert_next (stream, "c");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 2 * PACE * G_TIME_SPAN_MILLISECOND);
}

static void
test_message_stream_cancel_in_pace (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;

  eric_channel_set_stream_delay (channel, G_MAXINT);
  broadcast (channel, "a");
  broadcast (channel, "b");
  assert_next (stream, "a");
  start_next (stream, cancellable, &result);
  test_settle ();
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  finish_cancelled (stream, &result);
  g_assert_cmpuint (eric_listener_get_pending (eric_message_stream_get_listener (stream)), ==, 1);
}

static void
test_message_stream_cancel_in_wait (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;

  start_next (stream, cancellable, &result);
  test_settle ();
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  finish_cancelled (stream, &result);
  broadcast (channel, "a");
  start_next (stream, cancellable, &result);
  finish_cancelled (stream, &result);
  assert_next (stream, "a");
}

/* Cancelled when it was taken already: it comes out, or the next call has it. */
static void
test_message_stream_cancel_taken (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  broadcast (channel, "a");
  start_next (stream, cancellable, &result);
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  message = eric_message_stream_next_finish (stream, result, &error);
  g_clear_object (&result);
  if (message != NULL)
    g_assert_cmpstr (eric_message_get_text (message), ==, "a");
  else
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (eric_listener_get_pending (eric_message_stream_get_listener (stream)), ==, 1);
      assert_next (stream, "a");
    }
}

static guint
count_listeners (EricChannel *channel)
{
  g_auto (GStrv) ids = eric_channel_get_listener_ids (channel);

  return g_strv_length (ids);
}

static void
test_message_stream_watch_close (void)
{
  EricChannel *channel = new_channel ();
  g_autoptr (GError) error = NULL;
  EricMessageStream *stream = eric_channel_watch (channel, &error);
  GAsyncResult *result = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (count_listeners (channel), ==, 1);
  g_assert_true (eric_listener_get_running (eric_message_stream_get_listener (stream)));
  broadcast (channel, "a");
  assert_next (stream, "a");
  start_next (stream, NULL, &result);
  test_settle ();
  eric_message_stream_close (stream);
  g_assert_cmpuint (count_listeners (channel), ==, 0);
  g_assert_null (finish_next (stream, &result));
  eric_message_stream_close (stream);
  g_assert_null (next (stream));
  test_finalize (stream);
  test_finalize (channel);
}

static void
test_message_stream_watch_unref (void)
{
  EricChannel *channel = new_channel ();
  EricMessageStream *stream = eric_channel_watch (channel, NULL);
  EricListener *listener = g_object_ref (eric_message_stream_get_listener (stream));

  test_finalize (stream);
  g_assert_cmpuint (count_listeners (channel), ==, 0);
  g_assert_false (eric_listener_get_running (listener));
  test_finalize (listener);
  test_finalize (channel);
}

/* A listener that the stream did not make stays; closing stops it, dropping does not. */
static void
test_message_stream_keeps_listener (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  EricMessageStream *stream = eric_channel_message_stream (channel, listener);

  test_finalize (stream);
  g_assert_cmpuint (count_listeners (channel), ==, 1);
  g_assert_true (eric_listener_get_running (listener));

  stream = eric_channel_message_stream (channel, listener);
  eric_message_stream_close (stream);
  g_assert_cmpuint (count_listeners (channel), ==, 1);
  g_assert_false (eric_listener_get_running (listener));
  test_finalize (stream);
}

static void
start_batch (EricMessageStream  *stream,
             guint               max_messages,
             GAsyncResult      **result)
{
  eric_message_stream_next_batch_async (stream, max_messages, G_PRIORITY_DEFAULT, NULL,
                                        test_keep_result, result);
}

/* @texts is separated by spaces. */
static void
finish_batch (EricMessageStream  *stream,
              GAsyncResult      **result,
              const char         *texts)
{
  g_auto (GStrv) expected = g_strsplit (texts, " ", -1);
  g_autoptr (GPtrArray) batch = NULL;
  g_autoptr (GError) error = NULL;

  test_wait_until (*result != NULL);
  batch = eric_message_stream_next_batch_finish (stream, *result, &error);
  g_assert_no_error (error);
  g_assert_nonnull (batch);
  g_assert_cmpuint (batch->len, ==, g_strv_length (expected));
  for (guint i = 0; i < batch->len; i++)
    {
      g_assert_cmpstr (eric_message_get_text (batch->pdata[i]), ==, expected[i]);
      g_assert_nonnull (eric_message_get_id (batch->pdata[i]));   /* adapted */
    }
  g_clear_object (result);
}

static void
test_message_stream_batch (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  start_batch (stream, 2, &result);
  test_settle ();
  g_assert_null (result);
  broadcast (channel, "a");
  broadcast (channel, "b");
  broadcast (channel, "c");
  finish_batch (stream, &result, "a b");
  eric_channel_close (channel);
  start_batch (stream, 10, &result);
  finish_batch (stream, &result, "c ");   /* the farewell has no text */
  start_batch (stream, 10, &result);
  test_wait_until (result != NULL);
  g_assert_null (eric_message_stream_next_batch_finish (stream, result, &error));
  g_assert_no_error (error);
  g_clear_object (&result);
}

/* What came behind the farewell is not read with it: it waits for who starts the listener
 * again. */
static void
test_message_stream_batch_ends (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricListener) listener = add_running (channel);
  GAsyncResult *result = NULL;

  for (int i = 0; i < 2; i++)
    {
      broadcast (channel, "a");
      eric_channel_remove_listener (channel, eric_listener_get_id (listener), NULL);
      g_assert_true (eric_channel_register_listener (channel, listener, NULL));
    }
  broadcast (channel, "b");

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);

      eric_listener_start (listener);
      if (i == 0)
        {
          start_batch (stream, 10, &result);
          finish_batch (stream, &result, "a ");   /* the farewell has no text */
        }
      else
        {
          g_autoptr (GPtrArray) batch = eric_message_stream_take_batch (stream, 10);

          g_assert_cmpuint (batch->len, ==, 2);
        }
      g_assert_null (next (stream));
    }
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
}

static void
test_message_stream_batch_paces (void)
{
  g_autoptr (EricChannel) channel = new_channel ();
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  GAsyncResult *result = NULL;
  gint64 start;

  eric_channel_set_stream_delay (channel, PACE);
  broadcast (channel, "a");
  broadcast (channel, "b");
  broadcast (channel, "c");
  start = g_get_monotonic_time ();
  start_batch (stream, 2, &result);
  finish_batch (stream, &result, "a b");
  start_batch (stream, 2, &result);
  finish_batch (stream, &result, "c");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, PACE * G_TIME_SPAN_MILLISECOND);
}

/* A pending read keeps the stream alive, and is done once when it is closed. */
static void
test_message_stream_pending_read (void)
{
  EricChannel *channel = new_channel ();
  EricMessageStream *stream = eric_channel_watch (channel, NULL);
  GAsyncResult *result = NULL;

  start_next (stream, NULL, &result);
  test_settle ();
  eric_message_stream_close (stream);
  test_wait_until (result != NULL);
  test_settle ();   /* test_keep_result refuses a second result */
  g_assert_null (eric_message_stream_next_finish (stream, result, NULL));
  g_clear_object (&result);
  test_finalize (stream);
  test_finalize (channel);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/message-stream/adapts", test_message_stream_adapts);
  g_test_add_func ("/eric/message-stream/as-they-come", test_message_stream_as_they_come);
  g_test_add_func ("/eric/message-stream/listener-stops", test_message_stream_listener_stops);
  g_test_add_func ("/eric/message-stream/listener-removed", test_message_stream_listener_removed);
  g_test_add_func ("/eric/message-stream/closed-before", test_message_stream_closed_before);
  g_test_add_func ("/eric/message-stream/removed-while-waiting",
                   test_message_stream_removed_while_waiting);
  g_test_add_func ("/eric/message-stream/never-registered", test_message_stream_never_registered);
  g_test_add_func ("/eric/message-stream/channel-closed", test_message_stream_channel_closed);
  g_test_add_func ("/eric/message-stream/paces", test_message_stream_paces);
  g_test_add_func ("/eric/message-stream/cancel-in-pace", test_message_stream_cancel_in_pace);
  g_test_add_func ("/eric/message-stream/cancel-in-wait", test_message_stream_cancel_in_wait);
  g_test_add_func ("/eric/message-stream/cancel-taken", test_message_stream_cancel_taken);
  g_test_add_func ("/eric/message-stream/watch-close", test_message_stream_watch_close);
  g_test_add_func ("/eric/message-stream/watch-unref", test_message_stream_watch_unref);
  g_test_add_func ("/eric/message-stream/keeps-listener", test_message_stream_keeps_listener);
  g_test_add_func ("/eric/message-stream/batch", test_message_stream_batch);
  g_test_add_func ("/eric/message-stream/batch-ends", test_message_stream_batch_ends);
  g_test_add_func ("/eric/message-stream/batch-paces", test_message_stream_batch_paces);
  g_test_add_func ("/eric/message-stream/pending-read", test_message_stream_pending_read);
  return g_test_run ();
}
