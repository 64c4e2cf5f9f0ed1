/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "pool-util.h"
#include "processing-util.h"
#include "test-util.h"

/* A channel that adapts: what it hands out has the id "adapted". */
#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, EricDataProcessingChannel)

struct _TestChannel
{
  EricDataProcessingChannel parent_instance;
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, ERIC_TYPE_DATA_PROCESSING_CHANNEL)

static EricMessage *
test_channel_adapt (EricChannel *channel,
                    EricMessage *message)
{
  return eric_message_copy_with_id (message, "adapted", NULL);
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

/* Number 0 waits at the gate, all others pass it by. */
static EricMessage *
hold_first (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  return pool_get_number (message) == 0 ? pool_gate_pass (message, cancellable, user_data, error)
                                        : g_object_ref (message);
}

static void
wait_done (EricThreadPoolListener *listener,
           guint64                 n)
{
  while (eric_thread_pool_listener_get_n_done (listener) < n)
    g_thread_yield ();
}

static void
test_as_they_complete (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new ("work");
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = NULL;

  g_assert_cmpstr (eric_channel_get_id (ERIC_CHANNEL (channel)), ==, "work");
  processing_broadcast (channel, "x", 0, 4);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  g_assert_true (eric_message_stream_get_channel (stream) == ERIC_CHANNEL (channel));
  for (int i = 1; i < 4; i++)
    processing_assert_next (stream, i);
  pool_gate_open (gate, 1);
  processing_assert_next (stream, 0);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_ends (stream);
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  g_assert_false (eric_channel_get_closed (ERIC_CHANNEL (channel)));
}

static void
test_in_order (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = NULL;

  processing_broadcast (channel, "answer", 0, 100);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  eric_data_processing_channel_notify_end (channel);
  wait_done (listener, 99);
  g_assert_cmpuint (eric_listener_get_pending (eric_message_stream_get_listener (stream)), ==, 0);
  pool_gate_open (gate, 1);
  for (int i = 0; i < 100; i++)
    processing_assert_next (stream, i);
  processing_assert_ends (stream);
}

static void
test_failures (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) failure = NULL;
  const char *reason;

  pool_gate_open (gate, G_MAXUINT);
  processing_broadcast (channel, "answer", 1, 1);
  processing_broadcast (channel, "fail", 2, 1);
  processing_broadcast (channel, "answer", 3, 1);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  processing_assert_next (stream, -1);
  failure = processing_next (stream);
  g_assert_cmpstr (eric_message_get_event_type (failure), ==, ERIC_MESSAGE_TYPE_ERROR);
  g_assert_true (g_variant_lookup (eric_message_get_payload (failure), "reason", "&s", &reason));
  g_assert_cmpstr (reason, ==, "No luck with 2");
  processing_assert_next (stream, -3);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 2);
  g_assert_cmpuint (eric_data_processing_channel_get_failed (channel), ==, 1);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static void
test_adapts (void)
{
  g_autoptr (EricDataProcessingChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 0, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) result = NULL;

  g_assert_cmpuint (eric_thread_pool_listener_get_max_workers (listener), ==, g_get_num_processors ());
  processing_broadcast (channel, "x", 7, 1);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  result = processing_next (stream);
  g_assert_cmpstr (eric_message_get_id (result), ==, "adapted");
  g_assert_cmpint (pool_get_number (result), ==, 7);
}

static void
test_two_listeners (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) one = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricThreadPoolListener) other = processing_add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, one, ERIC_RESULT_ORDER_INPUT);
  g_autoptr (EricMessageStream) other_stream = processing_begin (channel, other, ERIC_RESULT_ORDER_INPUT);

  processing_broadcast (channel, "x", 0, 10);
  eric_data_processing_channel_notify_end (channel);
  g_assert_cmpuint (processing_read_all (stream), ==, 10);
  for (int i = 0; i < 10; i++)
    processing_assert_next (other_stream, i);
  processing_assert_ends (other_stream);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 20);
}

/* The message that says so finds room, and stays where it is. */
static void
test_end_of_full_queues (void)
{
  for (int overflow = ERIC_OVERFLOW_DROP_OLDEST; overflow <= ERIC_OVERFLOW_BLOCK; overflow++)
    {
      g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
      g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, NULL, NULL);
      g_autoptr (EricMessageStream) stream = NULL;

      eric_listener_set_capacity (ERIC_LISTENER (listener), 3);
      eric_listener_set_overflow (ERIC_LISTENER (listener), overflow);
      processing_broadcast (channel, "x", 0, 3);
      eric_data_processing_channel_notify_end (channel);
      g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (listener)), ==, 4);
      g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);
      for (int i = 0; i < 4; i++)
        {
          g_autoptr (EricMessage) message = pool_new_message ("x", 3 + i);

          eric_channel_broadcast (ERIC_CHANNEL (channel), message, NULL);
        }
      g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);

      stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
      if (overflow != ERIC_OVERFLOW_DROP_OLDEST)
        for (int i = 0; i < 3; i++)
          processing_assert_next (stream, i);
      processing_assert_ends (stream);
      if (overflow == ERIC_OVERFLOW_DROP_OLDEST)
        {
          g_autoptr (EricMessageStream) again = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

          for (int i = 0; i < 3; i++)
            processing_assert_next (again, 4 + i);
        }
    }
}

static void
test_end_without_messages (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  eric_data_processing_channel_notify_end (channel);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  processing_assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

/* An end that was sent as a message is as good. */
static void
test_end_by_hand (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  g_autoptr (EricMessage) end = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  processing_broadcast (channel, "x", 0, 2);
  eric_channel_broadcast (ERIC_CHANNEL (channel), end, NULL);
  processing_assert_next (stream, 0);
  processing_assert_next (stream, 1);
  processing_assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static void
test_close_and_removal (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) removed = processing_add (channel, 1, NULL, NULL);
  g_autoptr (EricThreadPoolListener) closed = processing_add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) removed_stream = processing_begin (channel, removed, ERIC_RESULT_ORDER_COMPLETION);
  g_autoptr (EricMessageStream) closed_stream = NULL;

  processing_broadcast (channel, "x", 0, 5);
  eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (ERIC_LISTENER (removed)), NULL);
  g_assert_cmpuint (processing_read_all (removed_stream), ==, 5);
  processing_assert_refused (channel, removed, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);

  eric_channel_close (ERIC_CHANNEL (channel));
  eric_data_processing_channel_notify_end (channel);
  g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (closed)), ==, 6);
  closed_stream = processing_begin (channel, closed, ERIC_RESULT_ORDER_COMPLETION);
  g_assert_cmpuint (processing_read_all (closed_stream), ==, 5);

  /* There is nothing left to do, whoever asks. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (EricMessageStream) again = processing_begin (channel, closed, ERIC_RESULT_ORDER_INPUT);

      processing_assert_ends (again);
    }
}

static void
count_cb (gpointer data)
{
  (*(int *) data)++;
}

static void
test_add_to_closed (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (GError) error = NULL;
  int notified = 0;

  eric_channel_close (ERIC_CHANNEL (channel));
  g_assert_null (eric_data_processing_channel_add_threaded_listener (channel, 1, hold_first, &notified,
                                                                     count_cb, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL);
  g_assert_cmpint (notified, ==, 1);
}

static void
test_refused (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricDataProcessingChannel) another = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  processing_assert_refused (another, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  eric_listener_start (ERIC_LISTENER (listener));
  processing_assert_refused (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  eric_listener_stop (ERIC_LISTENER (listener));
  pool_wait (ERIC_LISTENER (listener));
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  processing_assert_refused (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);

  /* The refusals left the stream alone. */
  g_assert_cmpint (eric_thread_pool_listener_get_result_order (listener), ==, ERIC_RESULT_ORDER_INPUT);
  processing_broadcast (channel, "x", 0, 1);
  processing_assert_next (stream, 0);
}

/* What runs is finished and told, what waits is for the next time. */
static void
test_stop (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessageStream) again = NULL;

  processing_broadcast (channel, "x", 0, 5);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  pool_gate_wait_entered (gate, 2);
  eric_listener_stop (ERIC_LISTENER (listener));
  processing_assert_refused (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  pool_gate_open (gate, G_MAXUINT);
  processing_assert_next (stream, 0);
  processing_assert_next (stream, 1);
  processing_assert_ends (stream);
  pool_wait (ERIC_LISTENER (listener));
  g_assert_null (eric_thread_pool_listener_dup_results (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);

  again = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  for (int i = 2; i < 5; i++)
    processing_assert_next (again, i);
  eric_listener_stop (ERIC_LISTENER (listener));
  processing_assert_ends (again);
}

static void
test_cancel (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) failure = NULL;

  processing_broadcast (channel, "x", 0, 5);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  pool_gate_wait_entered (gate, 1);
  g_cancellable_cancel (eric_thread_pool_listener_get_cancellable (listener));
  pool_gate_open (gate, G_MAXUINT);
  failure = processing_next (stream);
  g_assert_cmpstr (eric_message_get_event_type (failure), ==, ERIC_MESSAGE_TYPE_ERROR);
  processing_assert_ends (stream);

  /* It does not run when it is started otherwise. */
  eric_listener_start (ERIC_LISTENER (listener));
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  pool_wait (ERIC_LISTENER (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 4);

  /* The next run has what is left. */
  g_clear_object (&stream);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  for (int i = 1; i < 5; i++)
    processing_assert_next (stream, i);
  eric_listener_stop (ERIC_LISTENER (listener));
  processing_assert_ends (stream);
}

/* The cancellable of the application is its own to reset. */
static void
test_cancel_from_outside (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EricThreadPoolListener) listener =
    g_object_new (ERIC_TYPE_THREAD_POOL_LISTENER, "cancellable", cancellable, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  g_assert_true (eric_channel_register_listener (ERIC_CHANNEL (channel), ERIC_LISTENER (listener), NULL));
  g_cancellable_cancel (cancellable);
  processing_assert_refused (channel, listener, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_cancellable_reset (cancellable);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  eric_listener_stop (ERIC_LISTENER (listener));
  processing_assert_ends (stream);
}

/* Number 0 fails, to be tried again after the test. */
static EricMessage *
fail_first (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  if (pool_get_number (message) != 0)
    return g_object_ref (message);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  return NULL;
}

/* In the order of input, results that wait for one that does not come in this run are
 * given at its end, in order; and each only once. */
static void
test_cancel_in_order (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, fail_first, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  eric_thread_pool_listener_set_max_retries (listener, 3);
  eric_thread_pool_listener_set_retry_delay (listener, G_MAXINT);
  processing_broadcast (channel, "x", 0, 21);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  wait_done (listener, 20);
  g_cancellable_cancel (eric_thread_pool_listener_get_cancellable (listener));
  for (int i = 1; i <= 20; i++)
    processing_assert_next (stream, i);
  processing_assert_ends (stream);
  g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (listener)), ==, 1);

  /* One that is stopped does the same. */
  g_clear_object (&stream);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);
  processing_broadcast (channel, "x", 21, 1);
  wait_done (listener, 21);
  eric_listener_stop (ERIC_LISTENER (listener));
  processing_assert_next (stream, 21);
  processing_assert_ends (stream);
  g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (listener)), ==, 1);
}

static void
test_early_close (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  g_autoptr (EricListener) results = g_object_ref (eric_message_stream_get_listener (stream));

  processing_broadcast (channel, "x", 0, 10);
  g_object_unref (processing_next (stream));
  eric_message_stream_close (stream);
  g_assert_null (processing_next (stream));
  processing_broadcast (channel, "x", 10, 10);
  eric_data_processing_channel_notify_end (channel);
  pool_wait (ERIC_LISTENER (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 20);
  /* No more were kept. */
  g_assert_cmpuint (eric_listener_get_pending (results), <=, 10);
}

/* Workers that wait for a reader go on when there is none any more. */
static void
test_early_end_of_bounded (gconstpointer dropped)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 1);
  processing_broadcast (channel, "x", 0, 10);
  eric_data_processing_channel_notify_end (channel);
  wait_done (listener, 2);
  if (GPOINTER_TO_INT (dropped))
    test_finalize (stream);
  else
    eric_message_stream_close (stream);
  pool_wait (ERIC_LISTENER (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 10);
}

static void
test_bounded_results (gconstpointer order)
{
  guint most = GPOINTER_TO_INT (order) == ERIC_RESULT_ORDER_INPUT ? 3 + 3 + 2 : 3 + 2;
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, GPOINTER_TO_INT (order));
  EricListener *results = eric_message_stream_get_listener (stream);
  guint n = 0;

  g_assert_cmpint (eric_listener_get_overflow (results), ==, ERIC_OVERFLOW_BLOCK);
  g_assert_cmpuint (eric_listener_get_capacity (results), ==, 0);
  eric_listener_set_capacity (results, 3);
  processing_broadcast (channel, "x", 0, 1000);
  eric_data_processing_channel_notify_end (channel);
  for (;;)
    {
      g_autoptr (EricMessage) message = processing_next (stream);

      /* Each worker holds one beyond the bound, which is that of early ones, too. */
      g_assert_cmpuint (eric_listener_get_pending (results), <=, most);
      g_assert_cmpuint (eric_data_processing_channel_get_done (channel), <=, n + most + 2);
      if (g_str_equal (eric_message_get_event_type (message), ERIC_MESSAGE_TYPE_CLOSED))
        break;
      n++;
    }
  g_assert_cmpuint (n, ==, 1000);
}

/* While the first takes its time, no more are taken than may be early. */
static void
test_bounded_early_results (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 5);
  processing_broadcast (channel, "x", 0, 100);
  eric_data_processing_channel_notify_end (channel);
  wait_done (listener, 5);
  while (eric_thread_pool_listener_get_n_active (listener) > 1)
    g_thread_yield ();
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (listener), ==, 5);
  pool_gate_open (gate, 1);
  for (int i = 0; i < 100; i++)
    processing_assert_next (stream, i);
  processing_assert_ends (stream);
}

/* Numbers 1 to 5 pass the gate by. */
static EricMessage *
hold_all_but_five (EricMessage   *message,
                   GCancellable  *cancellable,
                   gpointer       user_data,
                   GError       **error)
{
  gint64 number = pool_get_number (message);

  return number >= 1 && number <= 5 ? g_object_ref (message)
                                    : pool_gate_pass (message, cancellable, user_data, error);
}

/* And then all workers are at it again. */
static void
test_workers_after_early_results (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, hold_all_but_five, gate);
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 5);
  processing_broadcast (channel, "x", 0, 8);
  wait_done (listener, 5);
  while (eric_thread_pool_listener_get_n_active (listener) > 1)
    g_thread_yield ();
  pool_gate_open (gate, 1);
  for (int i = 0; i <= 5; i++)
    processing_assert_next (stream, i);
  pool_gate_wait_entered (gate, 3);
  pool_gate_open (gate, G_MAXUINT);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_next (stream, 6);
  processing_assert_next (stream, 7);
  processing_assert_ends (stream);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/data-processing-channel/as-they-complete", test_as_they_complete);
  g_test_add_func ("/eric/data-processing-channel/in-order", test_in_order);
  g_test_add_func ("/eric/data-processing-channel/failures", test_failures);
  g_test_add_func ("/eric/data-processing-channel/adapts", test_adapts);
  g_test_add_func ("/eric/data-processing-channel/two-listeners", test_two_listeners);
  g_test_add_func ("/eric/data-processing-channel/end-of-full-queues", test_end_of_full_queues);
  g_test_add_func ("/eric/data-processing-channel/end-without-messages", test_end_without_messages);
  g_test_add_func ("/eric/data-processing-channel/end-by-hand", test_end_by_hand);
  g_test_add_func ("/eric/data-processing-channel/close-and-removal", test_close_and_removal);
  g_test_add_func ("/eric/data-processing-channel/add-to-closed", test_add_to_closed);
  g_test_add_func ("/eric/data-processing-channel/refused", test_refused);
  g_test_add_func ("/eric/data-processing-channel/stop", test_stop);
  g_test_add_func ("/eric/data-processing-channel/cancel", test_cancel);
  g_test_add_func ("/eric/data-processing-channel/cancel-from-outside", test_cancel_from_outside);
  g_test_add_func ("/eric/data-processing-channel/cancel-in-order", test_cancel_in_order);
  g_test_add_func ("/eric/data-processing-channel/early-close", test_early_close);
  g_test_add_data_func ("/eric/data-processing-channel/early-close-of-bounded", GINT_TO_POINTER (FALSE),
                        test_early_end_of_bounded);
  g_test_add_data_func ("/eric/data-processing-channel/dropped-stream-of-bounded", GINT_TO_POINTER (TRUE),
                        test_early_end_of_bounded);
  g_test_add_data_func ("/eric/data-processing-channel/bounded-results",
                        GINT_TO_POINTER (ERIC_RESULT_ORDER_COMPLETION), test_bounded_results);
  g_test_add_data_func ("/eric/data-processing-channel/bounded-results-in-order",
                        GINT_TO_POINTER (ERIC_RESULT_ORDER_INPUT), test_bounded_results);
  g_test_add_func ("/eric/data-processing-channel/bounded-early-results", test_bounded_early_results);
  g_test_add_func ("/eric/data-processing-channel/workers-after-early-results", test_workers_after_early_results);
  return g_test_run ();
}
