/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "pool-util.h"
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

static void
broadcast (EricDataProcessingChannel *channel,
           const char                *event_type,
           int                        first,
           int                        n)
{
  for (int i = first; i < first + n; i++)
    {
      g_autoptr (EricMessage) message = pool_new_message (event_type, i);
      g_autoptr (GError) error = NULL;

      eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error);
      g_assert_no_error (error);
    }
}

static EricThreadPoolListener *
add (EricDataProcessingChannel *channel,
     guint                      max_workers,
     EricProcessFunc            func,
     gpointer                   user_data)
{
  g_autoptr (GError) error = NULL;
  EricThreadPoolListener *listener;

  listener = eric_data_processing_channel_add_threaded_listener (channel, max_workers, func, user_data,
                                                                 NULL, &error);
  g_assert_no_error (error);
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  return listener;
}

static EricMessageStream *
process (EricDataProcessingChannel *channel,
         EricThreadPoolListener    *listener,
         EricResultOrder            order)
{
  g_autoptr (GError) error = NULL;
  EricMessageStream *stream;

  stream = eric_data_processing_channel_process_queue (channel, listener, order, &error);
  g_assert_no_error (error);
  return stream;
}

static void
assert_not_processed (EricDataProcessingChannel *channel,
                      EricThreadPoolListener    *listener,
                      GQuark                     domain,
                      int                        code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_data_processing_channel_process_queue (channel, listener,
                                                             ERIC_RESULT_ORDER_COMPLETION, &error));
  g_assert_error (error, domain, code);
}

/* NULL at the end. */
static EricMessage *
next (EricMessageStream *stream)
{
  GAsyncResult *result = NULL;
  g_autoptr (GError) error = NULL;
  EricMessage *message;

  eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  message = eric_message_stream_next_finish (stream, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  return message;
}

static void
assert_next (EricMessageStream *stream,
             gint64             number)
{
  g_autoptr (EricMessage) message = next (stream);

  g_assert_nonnull (message);
  g_assert_cmpint (pool_get_number (message), ==, number);
}

/* The farewell, then the end. */
static void
assert_ends (EricMessageStream *stream)
{
  g_autoptr (EricMessage) message = next (stream);

  g_assert_nonnull (message);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_null (next (stream));
  g_assert_null (next (stream));
}

/* How many results there are until the end. */
static guint
read_all (EricMessageStream *stream)
{
  guint n = 0;

  for (;;)
    {
      g_autoptr (EricMessage) message = next (stream);

      if (message == NULL)
        return n;
      if (!g_str_equal (eric_message_get_event_type (message), ERIC_MESSAGE_TYPE_CLOSED))
        n++;
    }
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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = NULL;

  g_assert_cmpstr (eric_channel_get_id (ERIC_CHANNEL (channel)), ==, "work");
  broadcast (channel, "x", 0, 4);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  g_assert_true (eric_message_stream_get_channel (stream) == ERIC_CHANNEL (channel));
  for (int i = 1; i < 4; i++)
    assert_next (stream, i);
  pool_gate_open (gate, 1);
  assert_next (stream, 0);
  eric_data_processing_channel_notify_end (channel);
  assert_ends (stream);
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  g_assert_false (eric_channel_get_closed (ERIC_CHANNEL (channel)));
}

static void
test_in_order (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = NULL;

  broadcast (channel, "answer", 0, 100);
  stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);
  eric_data_processing_channel_notify_end (channel);
  wait_done (listener, 99);
  g_assert_cmpuint (eric_listener_get_pending (eric_message_stream_get_listener (stream)), ==, 0);
  pool_gate_open (gate, 1);
  for (int i = 0; i < 100; i++)
    assert_next (stream, i);
  assert_ends (stream);
}

static void
test_failures (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, 1, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) failure = NULL;
  const char *reason;

  pool_gate_open (gate, G_MAXUINT);
  broadcast (channel, "answer", 1, 1);
  broadcast (channel, "fail", 2, 1);
  broadcast (channel, "answer", 3, 1);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  assert_next (stream, -1);
  failure = next (stream);
  g_assert_cmpstr (eric_message_get_event_type (failure), ==, ERIC_MESSAGE_TYPE_ERROR);
  g_assert_true (g_variant_lookup (eric_message_get_payload (failure), "reason", "&s", &reason));
  g_assert_cmpstr (reason, ==, "No luck with 2");
  assert_next (stream, -3);
  eric_data_processing_channel_notify_end (channel);
  assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 2);
  g_assert_cmpuint (eric_data_processing_channel_get_failed (channel), ==, 1);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static void
test_adapts (void)
{
  g_autoptr (EricDataProcessingChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 0, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) result = NULL;

  g_assert_cmpuint (eric_thread_pool_listener_get_max_workers (listener), ==, g_get_num_processors ());
  broadcast (channel, "x", 7, 1);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  result = next (stream);
  g_assert_cmpstr (eric_message_get_id (result), ==, "adapted");
  g_assert_cmpint (pool_get_number (result), ==, 7);
}

static void
test_two_listeners (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) one = add (channel, 2, NULL, NULL);
  g_autoptr (EricThreadPoolListener) other = add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) stream = process (channel, one, ERIC_RESULT_ORDER_INPUT);
  g_autoptr (EricMessageStream) other_stream = process (channel, other, ERIC_RESULT_ORDER_INPUT);

  broadcast (channel, "x", 0, 10);
  eric_data_processing_channel_notify_end (channel);
  g_assert_cmpuint (read_all (stream), ==, 10);
  for (int i = 0; i < 10; i++)
    assert_next (other_stream, i);
  assert_ends (other_stream);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 20);
}

/* The message that says so finds room, and stays where it is. */
static void
test_end_of_full_queues (void)
{
  for (int overflow = ERIC_OVERFLOW_DROP_OLDEST; overflow <= ERIC_OVERFLOW_BLOCK; overflow++)
    {
      g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
      g_autoptr (EricThreadPoolListener) listener = add (channel, 1, NULL, NULL);
      g_autoptr (EricMessageStream) stream = NULL;

      eric_listener_set_capacity (ERIC_LISTENER (listener), 3);
      eric_listener_set_overflow (ERIC_LISTENER (listener), overflow);
      broadcast (channel, "x", 0, 3);
      eric_data_processing_channel_notify_end (channel);
      g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (listener)), ==, 4);
      g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);
      for (int i = 0; i < 4; i++)
        {
          g_autoptr (EricMessage) message = pool_new_message ("x", 3 + i);

          eric_channel_broadcast (ERIC_CHANNEL (channel), message, NULL);
        }
      g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);

      stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
      if (overflow != ERIC_OVERFLOW_DROP_OLDEST)
        for (int i = 0; i < 3; i++)
          assert_next (stream, i);
      assert_ends (stream);
      if (overflow == ERIC_OVERFLOW_DROP_OLDEST)
        {
          g_autoptr (EricMessageStream) again = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

          for (int i = 0; i < 3; i++)
            assert_next (again, 4 + i);
        }
    }
}

static void
test_end_without_messages (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  eric_data_processing_channel_notify_end (channel);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

/* An end that was sent as a message is as good. */
static void
test_end_by_hand (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);
  g_autoptr (EricMessage) end = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  broadcast (channel, "x", 0, 2);
  eric_channel_broadcast (ERIC_CHANNEL (channel), end, NULL);
  assert_next (stream, 0);
  assert_next (stream, 1);
  assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static void
test_close_and_removal (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) removed = add (channel, 1, NULL, NULL);
  g_autoptr (EricThreadPoolListener) closed = add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) removed_stream = process (channel, removed, ERIC_RESULT_ORDER_COMPLETION);
  g_autoptr (EricMessageStream) closed_stream = NULL;

  broadcast (channel, "x", 0, 5);
  eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (ERIC_LISTENER (removed)), NULL);
  g_assert_cmpuint (read_all (removed_stream), ==, 5);
  assert_not_processed (channel, removed, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);

  eric_channel_close (ERIC_CHANNEL (channel));
  eric_data_processing_channel_notify_end (channel);
  g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (closed)), ==, 6);
  closed_stream = process (channel, closed, ERIC_RESULT_ORDER_COMPLETION);
  g_assert_cmpuint (read_all (closed_stream), ==, 5);
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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 1, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  assert_not_processed (another, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  eric_listener_start (ERIC_LISTENER (listener));
  assert_not_processed (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  eric_listener_stop (ERIC_LISTENER (listener));
  pool_wait (ERIC_LISTENER (listener));
  stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);
  assert_not_processed (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);

  /* The refusals left the stream alone. */
  g_assert_cmpint (eric_thread_pool_listener_get_result_order (listener), ==, ERIC_RESULT_ORDER_INPUT);
  broadcast (channel, "x", 0, 1);
  assert_next (stream, 0);
}

/* What runs is finished and told, what waits is for the next time. */
static void
test_stop (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessageStream) again = NULL;

  broadcast (channel, "x", 0, 5);
  stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);
  pool_gate_wait_entered (gate, 2);
  eric_listener_stop (ERIC_LISTENER (listener));
  assert_not_processed (channel, listener, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
  pool_gate_open (gate, G_MAXUINT);
  assert_next (stream, 0);
  assert_next (stream, 1);
  assert_ends (stream);
  pool_wait (ERIC_LISTENER (listener));
  g_assert_null (eric_thread_pool_listener_dup_results (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);

  again = process (channel, listener, ERIC_RESULT_ORDER_INPUT);
  for (int i = 2; i < 5; i++)
    assert_next (again, i);
  eric_listener_stop (ERIC_LISTENER (listener));
  assert_ends (again);
}

static void
test_cancel (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, 1, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  g_autoptr (EricMessage) failure = NULL;

  broadcast (channel, "x", 0, 5);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  pool_gate_wait_entered (gate, 1);
  g_cancellable_cancel (eric_thread_pool_listener_get_cancellable (listener));
  pool_gate_open (gate, G_MAXUINT);
  failure = next (stream);
  g_assert_cmpstr (eric_message_get_event_type (failure), ==, ERIC_MESSAGE_TYPE_ERROR);
  assert_ends (stream);
  assert_not_processed (channel, listener, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* Nor does it run when it is started otherwise. */
  eric_listener_start (ERIC_LISTENER (listener));
  g_assert_false (eric_listener_get_running (ERIC_LISTENER (listener)));
  pool_wait (ERIC_LISTENER (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 4);
}

static void
test_early_close (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  g_autoptr (EricListener) results = g_object_ref (eric_message_stream_get_listener (stream));

  broadcast (channel, "x", 0, 10);
  g_object_unref (next (stream));
  eric_message_stream_close (stream);
  g_assert_null (next (stream));
  broadcast (channel, "x", 10, 10);
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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 1);
  broadcast (channel, "x", 0, 10);
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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  g_autoptr (EricMessageStream) stream = process (channel, listener, GPOINTER_TO_INT (order));
  EricListener *results = eric_message_stream_get_listener (stream);
  guint n = 0;

  g_assert_cmpint (eric_listener_get_overflow (results), ==, ERIC_OVERFLOW_BLOCK);
  g_assert_cmpuint (eric_listener_get_capacity (results), ==, 0);
  eric_listener_set_capacity (results, 3);
  broadcast (channel, "x", 0, 1000);
  eric_data_processing_channel_notify_end (channel);
  for (;;)
    {
      g_autoptr (EricMessage) message = next (stream);

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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, hold_first, gate);
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 5);
  broadcast (channel, "x", 0, 100);
  eric_data_processing_channel_notify_end (channel);
  wait_done (listener, 5);
  while (eric_thread_pool_listener_get_n_active (listener) > 1)
    g_thread_yield ();
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (listener), ==, 5);
  pool_gate_open (gate, 1);
  for (int i = 0; i < 100; i++)
    assert_next (stream, i);
  assert_ends (stream);
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
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, hold_all_but_five, gate);
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_INPUT);

  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 5);
  broadcast (channel, "x", 0, 8);
  wait_done (listener, 5);
  while (eric_thread_pool_listener_get_n_active (listener) > 1)
    g_thread_yield ();
  pool_gate_open (gate, 1);
  for (int i = 0; i <= 5; i++)
    assert_next (stream, i);
  pool_gate_wait_entered (gate, 3);
  pool_gate_open (gate, G_MAXUINT);
  eric_data_processing_channel_notify_end (channel);
  assert_next (stream, 6);
  assert_next (stream, 7);
  assert_ends (stream);
}

/* The worker that ended a run may still be there when the next one begins, and so may one
 * that came too late for it. */
static void
test_again_and_again (void)
{
  for (guint max_workers = 1; max_workers <= 2; max_workers++)
    {
      g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
      g_autoptr (EricThreadPoolListener) listener = add (channel, max_workers, NULL, NULL);

      for (int i = 0; i < 200; i++)
        {
          g_autoptr (EricMessageStream) stream = NULL;

          if (i % 2 == 0)
            broadcast (channel, "x", 0, 3);
          stream = process (channel, listener, i % 3 == 0 ? ERIC_RESULT_ORDER_INPUT : ERIC_RESULT_ORDER_COMPLETION);
          if (i % 2 == 1)
            broadcast (channel, "x", 0, 3);
          eric_data_processing_channel_notify_end (channel);
          g_assert_cmpuint (read_all (stream), ==, 3);
        }
      g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 600);
    }
}

static void
restart_cb (EricListener *listener)
{
  if (!eric_listener_get_running (listener))
    eric_listener_start (listener);
}

/* Who starts it again when it is said to have stopped starts a worker, too. */
static void
test_restarted_at_its_end (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 1, NULL, NULL);

  g_signal_connect (listener, "notify::running", G_CALLBACK (restart_cb), NULL);
  for (int i = 0; i < 100; i++)
    {
      broadcast (channel, "x", 0, 1);
      eric_data_processing_channel_notify_end (channel);
    }
  eric_listener_start (ERIC_LISTENER (listener));
  test_wait_until (eric_thread_pool_listener_get_n_done (listener) == 100);
  g_signal_handlers_disconnect_by_func (listener, restart_cb, NULL);
  eric_listener_stop (ERIC_LISTENER (listener));
  pool_wait (ERIC_LISTENER (listener));
}

static void
test_own_results_again (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 1, NULL, NULL);
  g_autoptr (EricListener) own = eric_listener_new ();
  g_autoptr (EricListener) results = NULL;
  g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

  /* The stream has no more results, but an end. */
  eric_listener_start (own);
  eric_thread_pool_listener_set_results (listener, own);
  broadcast (channel, "x", 0, 2);
  eric_data_processing_channel_notify_end (channel);
  assert_ends (stream);
  pool_wait (ERIC_LISTENER (listener));
  results = eric_thread_pool_listener_dup_results (listener);
  g_assert_true (results == own);
  g_assert_cmpuint (eric_listener_get_pending (own), ==, 3);
}

static void
test_dropped (void)
{
  for (int i = 0; i < 3; i++)
    {
      EricDataProcessingChannel *channel = eric_data_processing_channel_new (NULL);
      EricThreadPoolListener *listener = add (channel, 1, NULL, NULL);
      EricMessageStream *stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

      broadcast (channel, "x", 0, 3);
      if (i > 0)
        eric_data_processing_channel_notify_end (channel);
      if (i > 1)
        eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (ERIC_LISTENER (listener)), NULL);
      for (int n = 0; n < 3; n++)
        assert_next (stream, n);
      test_finalize (stream);
      /* Workers may hold it for a moment. */
      eric_listener_stop (ERIC_LISTENER (listener));
      pool_wait (ERIC_LISTENER (listener));
      while (G_OBJECT (listener)->ref_count > (i > 1 ? 1 : 2))
        g_thread_yield ();
      test_finalize (channel);
      test_finalize (listener);
    }
}

#define N_STORM 20000

static gpointer
storm_thread (gpointer data)
{
  broadcast (data, "x", 0, N_STORM);
  return NULL;
}

static void
test_storm (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 3, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;
  GThread *producers[3];
  guint64 done = 0;
  guint n = 0;

  eric_thread_pool_listener_set_max_pending (listener, 50);
  stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  eric_listener_set_capacity (eric_message_stream_get_listener (stream), 20);
  for (guint i = 0; i < G_N_ELEMENTS (producers); i++)
    producers[i] = g_thread_new ("producer", storm_thread, channel);
  while (n < N_STORM * G_N_ELEMENTS (producers))
    {
      guint64 now = eric_data_processing_channel_get_done (channel);

      g_assert_cmpuint (now, >=, done);
      g_assert_cmpuint (now, >=, n);
      g_assert_cmpuint (eric_listener_get_pending (ERIC_LISTENER (listener)), <=, 50 + 3);
      done = now;
      g_object_unref (next (stream));
      n++;
    }
  for (guint i = 0; i < G_N_ELEMENTS (producers); i++)
    g_thread_join (producers[i]);
  eric_data_processing_channel_notify_end (channel);
  assert_ends (stream);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, n);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static gpointer
stop_thread (gpointer data)
{
  eric_listener_stop (data);
  return NULL;
}

/* Ends from all sides at once: each stream has one, and no message is lost. */
static void
test_storm_of_ends (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, 2, NULL, NULL);
  guint n = 0;

  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (EricMessageStream) stream = NULL;
      GThread *stopper;

      broadcast (channel, "x", 0, 5);
      eric_data_processing_channel_notify_end (channel);
      stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
      stopper = g_thread_new ("stopper", stop_thread, listener);
      n += read_all (stream);
      g_thread_join (stopper);
      pool_wait (ERIC_LISTENER (listener));
    }
  while (eric_data_processing_channel_get_pending (channel) > 0)
    {
      g_autoptr (EricMessageStream) stream = process (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

      n += read_all (stream);
    }
  g_assert_cmpuint (n, ==, 5000);
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
  g_test_add_func ("/eric/data-processing-channel/again-and-again", test_again_and_again);
  g_test_add_func ("/eric/data-processing-channel/restarted-at-its-end", test_restarted_at_its_end);
  g_test_add_func ("/eric/data-processing-channel/own-results-again", test_own_results_again);
  g_test_add_func ("/eric/data-processing-channel/dropped", test_dropped);
  g_test_add_func ("/eric/data-processing-channel/storm", test_storm);
  g_test_add_func ("/eric/data-processing-channel/storm-of-ends", test_storm_of_ends);
  return g_test_run ();
}
