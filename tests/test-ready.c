/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

/* Waiting without taking, and what a class of another language may fail to give. */

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, EricChannel)

struct _TestChannel
{
  EricChannel  parent_instance;

  gboolean     fails;
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, ERIC_TYPE_CHANNEL)

static EricMessage *
test_channel_adapt (EricChannel *channel,
                    EricMessage *message)
{
  return TEST_CHANNEL (channel)->fails ? NULL : eric_message_copy_with_id (message, "adapted", NULL);
}

static EricListener *
test_channel_create_listener (EricChannel *channel)
{
  return TEST_CHANNEL (channel)->fails ? NULL : eric_listener_new ();
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  ERIC_CHANNEL_CLASS (klass)->adapt = test_channel_adapt;
  ERIC_CHANNEL_CLASS (klass)->create_listener = test_channel_create_listener;
}

static void
test_channel_init (TestChannel *self)
{
}

static void
push (EricListener *listener,
      const char   *text)
{
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, text, NULL);

  g_assert_true (eric_listener_push (listener, message, NULL));
}

static gboolean
finish (EricListener  *listener,
        GAsyncResult **result)
{
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ready;

  test_wait_until (*result != NULL);
  done = g_steal_pointer (result);
  ready = eric_listener_ready_finish (listener, done, &error);
  g_assert_no_error (error);
  return ready;
}

static void
test_ready_listener (void)
{
  g_autoptr (EricListener) listener = eric_listener_new ();
  GAsyncResult *result = NULL, *second = NULL;

  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  g_assert_false (finish (listener, &result));   /* it does not run */

  eric_listener_start (listener);
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &second);
  test_settle ();
  g_assert_null (result);
  push (listener, "a");
  g_assert_true (finish (listener, &result));
  g_assert_true (finish (listener, &second));
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  g_assert_true (finish (listener, &result));

  g_object_unref (eric_listener_deliver_next (listener, NULL));
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  eric_listener_stop (listener);
  g_assert_false (finish (listener, &result));
}

static void
test_ready_cancelled (void)
{
  g_autoptr (EricListener) listener = eric_listener_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  eric_listener_start (listener);
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &result);
  push (listener, "a");
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_false (eric_listener_ready_finish (listener, G_ASYNC_RESULT (result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
}

/* Who waits without taking does not hold up who takes. */
static void
test_ready_row (void)
{
  g_autoptr (EricListener) listener = eric_listener_new ();
  g_autoptr (EricMessage) message = NULL;
  GAsyncResult *ready = NULL;
  g_autoptr (GAsyncResult) taken = NULL;

  eric_listener_start (listener);
  eric_listener_ready_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &ready);
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &taken);
  test_settle ();
  push (listener, "a");
  test_wait_until (taken != NULL);
  message = eric_listener_next_finish (listener, taken, NULL);
  g_assert_cmpstr (eric_message_get_text (message), ==, "a");
  g_assert_true (finish (listener, &ready));
}

static gboolean
finish_stream (EricMessageStream  *stream,
               GAsyncResult      **result)
{
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ready;

  test_wait_until (*result != NULL);
  done = g_steal_pointer (result);
  ready = eric_message_stream_ready_finish (stream, done, &error);
  g_assert_no_error (error);
  return ready;
}

static void
assert_taken (EricMessageStream *stream,
              guint              max_messages,
              const char        *texts)
{
  g_autoptr (GPtrArray) batch = eric_message_stream_take_batch (stream, max_messages);
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint i = 0; i < batch->len; i++)
    {
      g_assert_cmpstr (eric_message_get_id (batch->pdata[i]), ==, "adapted");
      g_string_append (seen, eric_message_get_text (batch->pdata[i]));
    }
  g_assert_cmpstr (seen->str, ==, texts);
}

static void
test_ready_stream (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);
  g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);
  GAsyncResult *result = NULL;

  eric_listener_start (listener);
  assert_taken (stream, 1, "");
  eric_message_stream_ready_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_settle ();
  g_assert_null (result);
  for (const char *texts[] = { "a", "b", "c", NULL }, **text = texts; *text != NULL; text++)
    push (listener, *text);
  g_assert_true (finish_stream (stream, &result));
  assert_taken (stream, 1, "a");
  assert_taken (stream, 10, "bc");
  eric_message_stream_ready_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  eric_message_stream_close (stream);
  g_assert_false (finish_stream (stream, &result));
  assert_taken (stream, 1, "");
}

/* The end of a stream whose listener is removed, or the channel closed. */
static void
test_ready_farewell (void)
{
  for (guint closed = 0; closed < 2; closed++)
    {
      g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
      g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);
      g_autoptr (EricMessageStream) stream = eric_channel_message_stream (channel, listener);
      g_autoptr (GPtrArray) last = NULL;
      GAsyncResult *result = NULL;

      eric_listener_start (listener);
      if (closed)
        eric_channel_close (channel);
      else
        {
          eric_channel_remove_listener (channel, eric_listener_get_id (listener), NULL);
          while (eric_listener_get_pending (listener) > 0)
            g_object_unref (eric_listener_deliver_next (listener, NULL));
        }
      eric_message_stream_ready_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
      g_assert_true (finish_stream (stream, &result));
      last = eric_message_stream_take_batch (stream, 10);
      g_assert_cmpuint (last->len, ==, 1);
      g_assert_cmpstr (eric_message_get_event_type (last->pdata[0]), ==, ERIC_MESSAGE_TYPE_CLOSED);
      eric_message_stream_ready_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
      g_assert_false (finish_stream (stream, &result));
    }
}

static void
test_ready_paces (void)
{
  const guint pace = 20;
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, "stream-delay", pace, NULL);
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  EricListener *listener = eric_message_stream_get_listener (stream);
  gint64 start = g_get_monotonic_time ();
  GAsyncResult *result = NULL;

  push (listener, "a");
  push (listener, "b");
  assert_taken (stream, 1, "a");
  eric_message_stream_ready_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  g_assert_true (finish_stream (stream, &result));
  assert_taken (stream, 1, "b");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, pace * G_TIME_SPAN_MILLISECOND);
}

/* The stream goes on, and what could not be adapted is reported. */
static void
test_ready_not_adapted (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  EricListener *listener = eric_message_stream_get_listener (stream);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GPtrArray) batch = NULL;

  for (guint i = 0; i < 32; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < 32; i++)
    g_string_append_c (deep, ']');
  message = eric_message_new_from_json ("deep", deep->str, -1, NULL);
  g_assert_nonnull (message);

  TEST_CHANNEL (channel)->fails = TRUE;
  push (listener, "a");
  g_assert_true (eric_listener_push (listener, message, NULL));
  batch = eric_message_stream_take_batch (stream, 10);
  g_assert_cmpuint (batch->len, ==, 2);
  g_assert_cmpstr (eric_message_get_event_type (batch->pdata[0]), ==, ERIC_MESSAGE_TYPE_ERROR);
  g_assert_nonnull (strstr (eric_message_get_text (batch->pdata[0]), "\"data\":\"a\""));
  g_assert_nonnull (strstr (eric_message_get_text (batch->pdata[0]), "The message was not adapted"));
  g_assert_cmpstr (eric_message_get_event_type (batch->pdata[1]), ==, ERIC_MESSAGE_TYPE_ERROR);
  g_assert_nonnull (strstr (eric_message_get_text (batch->pdata[1]), "[[[["));

  TEST_CHANNEL (channel)->fails = FALSE;
  push (listener, "b");
  assert_taken (stream, 1, "b");
}

static void
test_ready_no_listener (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (GError) error = NULL;

  TEST_CHANNEL (channel)->fails = TRUE;
  g_assert_null (eric_channel_add_listener (channel, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/ready/listener", test_ready_listener);
  g_test_add_func ("/eric/ready/cancelled", test_ready_cancelled);
  g_test_add_func ("/eric/ready/row", test_ready_row);
  g_test_add_func ("/eric/ready/stream", test_ready_stream);
  g_test_add_func ("/eric/ready/farewell", test_ready_farewell);
  g_test_add_func ("/eric/ready/paces", test_ready_paces);
  g_test_add_func ("/eric/ready/not-adapted", test_ready_not_adapted);
  g_test_add_func ("/eric/ready/no-listener", test_ready_no_listener);
  return g_test_run ();
}
