/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <eric-sse.h>

#include "pool-util.h"
#include "test-util.h"

static EricMessage *
count (EricMessage   *message,
       GCancellable  *cancellable,
       gpointer       user_data,
       GError       **error)
{
  g_atomic_int_inc ((int *) user_data);
  return g_object_ref (message);
}

static void
count_signal (int *counter)
{
  g_atomic_int_inc (counter);
}

/* Each task waits for the other: one after the other they would wait for ever. */
static void
test_concurrent (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (3, pool_gate_pass, gate, NULL);

  for (int i = 0; i < 10; i++)
    pool_push (listener, "x", i);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 10);
  eric_listener_start (listener);
  pool_gate_wait_entered (gate, 3);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_active (ERIC_THREAD_POOL_LISTENER (listener)), ==, 3);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 7);

  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 10);
  g_assert_cmpuint (gate->most, ==, 3);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_active (ERIC_THREAD_POOL_LISTENER (listener)), ==, 0);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), ==, 10);
}

static void
test_one_worker_keeps_order (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);

  pool_gate_open (gate, G_MAXUINT);
  eric_listener_start (listener);
  for (int i = 0; i < 1000; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpuint (gate->most, ==, 1);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (pool_gate_get (gate, i), ==, i);
}

static void
test_default_workers (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (0, NULL, NULL, NULL);
  g_autoptr (EricListener) constructed = g_object_new (ERIC_TYPE_THREAD_POOL_LISTENER, NULL);

  g_assert_cmpuint (eric_thread_pool_listener_get_max_workers (ERIC_THREAD_POOL_LISTENER (listener)),
                    ==, g_get_num_processors ());
  g_assert_cmpuint (eric_thread_pool_listener_get_max_workers (ERIC_THREAD_POOL_LISTENER (constructed)),
                    ==, g_get_num_processors ());
}

static void
test_more_workers (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);

  eric_listener_start (listener);
  for (int i = 0; i < 4; i++)
    pool_push (listener, "x", i);
  pool_gate_wait_entered (gate, 1);
  eric_thread_pool_listener_set_max_workers (ERIC_THREAD_POOL_LISTENER (listener), 2);
  pool_gate_wait_entered (gate, 2);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->most, ==, 2);
}

/* Those that are too many leave behind their tasks, however much there is to do. */
static void
test_fewer_workers (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (3, pool_gate_pass, gate, NULL);

  for (int i = 0; i < 20; i++)
    pool_push (listener, "x", i);
  eric_listener_start (listener);
  pool_gate_wait_entered (gate, 3);
  eric_thread_pool_listener_set_max_workers (ERIC_THREAD_POOL_LISTENER (listener), 1);
  pool_gate_open (gate, 3);
  pool_gate_wait_left (gate, 3);
  pool_gate_wait_entered (gate, 4);
  pool_gate_forget_most (gate);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 20);
  g_assert_cmpuint (gate->most, ==, 1);
}

static void
test_drained (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);
  int drained = 0;

  g_signal_connect_swapped (listener, "drained", G_CALLBACK (count_signal), &drained);
  eric_listener_start (listener);
  for (int i = 0; i < 3; i++)
    pool_push (listener, "x", i);
  pool_push_end (listener);
  pool_push (listener, "x", 3);
  pool_gate_wait_entered (gate, 2);
  test_settle ();
  g_assert_cmpint (drained, ==, 0);
  g_assert_true (eric_listener_get_running (listener));

  pool_gate_open (gate, G_MAXUINT);
  test_wait_until (drained == 1);
  g_assert_false (eric_listener_get_running (listener));
  g_assert_cmpuint (gate->left, ==, 3);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);

  /* What came behind is for the next time. */
  pool_push_end (listener);
  eric_listener_start (listener);
  test_wait_until (drained == 2);
  g_assert_cmpuint (gate->left, ==, 4);
}

static void
test_drains_with_channel (void)
{
  g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("work"));
  g_autoptr (EricListener) closed = NULL;
  g_autoptr (EricListener) removed = NULL;
  int n = 0;

  closed = eric_thread_pool_listener_new (2, count, &n, NULL);
  removed = eric_thread_pool_listener_new (2, count, &n, NULL);
  eric_channel_register_listener (channel, closed, NULL);
  eric_channel_register_listener (channel, removed, NULL);
  eric_listener_start (closed);
  eric_listener_start (removed);
  for (int i = 0; i < 100; i++)
    {
      g_autoptr (EricMessage) message = pool_new_message ("x", i);

      g_assert_true (eric_channel_broadcast (channel, message, NULL));
    }
  eric_channel_remove_listener (channel, eric_listener_get_id (removed), NULL);
  eric_channel_close (channel);
  pool_wait (removed);
  pool_wait (closed);
  g_assert_cmpint (n, ==, 200);
}

static void
test_drained_at_once (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, NULL, NULL, NULL);
  int drained = 0;

  g_signal_connect_swapped (listener, "drained", G_CALLBACK (count_signal), &drained);
  pool_push_end (listener);
  eric_listener_start (listener);
  test_wait_until (drained == 1);
}

static void
test_stop (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);

  eric_listener_start (listener);
  for (int i = 0; i < 3; i++)
    pool_push (listener, "x", i);
  pool_gate_wait_entered (gate, 1);
  eric_listener_stop (listener);
  pool_gate_open (gate, 1);
  pool_wait (listener);
  g_assert_cmpuint (gate->entered, ==, 1);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 2);

  pool_push (listener, "x", 3);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_active (ERIC_THREAD_POOL_LISTENER (listener)), ==, 0);
  pool_gate_open (gate, G_MAXUINT);
  eric_listener_start (listener);
  pool_drain (listener);
  g_assert_cmpuint (gate->entered, ==, 4);
}

/* A listener that goes away with messages in its queue. */
static void
test_dropped (void)
{
  int n = 0, freed = 0;
  EricListener *listener = eric_thread_pool_listener_new (2, count, &freed, (GDestroyNotify) count_signal);

  pool_push (listener, "x", 1);
  eric_thread_pool_listener_set_key_func (ERIC_THREAD_POOL_LISTENER (listener), NULL, NULL, NULL);
  test_finalize (listener);
  g_assert_cmpint (n, ==, 0);
  g_assert_cmpint (freed, ==, 1);
}

/* What is begun is finished, also if nobody else holds the listener. */
static void
test_dropped_running (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (GAsyncQueue) gone = g_async_queue_new ();
  EricListener *listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);

  g_object_weak_ref (G_OBJECT (listener), pool_tell_gone, gone);
  eric_listener_start (listener);
  for (int i = 0; i < 5; i++)
    pool_push (listener, "x", i);
  pool_gate_wait_entered (gate, 1);
  g_object_unref (listener);
  pool_gate_open (gate, G_MAXUINT);
  g_assert_true (g_async_queue_pop (gone) == gone);
  g_assert_cmpuint (gate->left, ==, 5);
}

typedef struct
{
  GThread *thread;
  GArray  *results;   /* (owned) of gint64 */
} Reports;

static void
processed_cb (EricThreadPoolListener *listener,
              EricMessage            *message,
              EricMessage            *result,
              Reports                *reports)
{
  gint64 number = pool_get_number (result);

  g_assert_true (g_thread_self () == reports->thread);
  g_assert_cmpint (ABS (number), ==, pool_get_number (message));
  g_array_append_val (reports->results, number);
}

static void
running_cb (EricListener *listener,
            GParamSpec   *pspec,
            GThread      *thread)
{
  g_assert_true (g_thread_self () == thread);
  if (!eric_listener_get_running (listener))
    g_object_set_data (G_OBJECT (listener), "was-stopped", listener);
}

/* A worker stops the listener, but a widget may be bound to the property. */
static void
test_notify (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, NULL, NULL, NULL);

  g_signal_connect (listener, "notify::running", G_CALLBACK (running_cb), g_thread_self ());
  eric_listener_start (listener);
  pool_drain (listener);
  g_assert_null (g_object_get_data (G_OBJECT (listener), "was-stopped"));
  test_wait_until (g_object_get_data (G_OBJECT (listener), "was-stopped") != NULL);
}

static gpointer
push_five (gpointer listener)
{
  for (int i = 1; i <= 5; i++)
    pool_push (listener, i % 2 == 0 ? "answer" : "x", i);
  return NULL;
}

static void
test_processed (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);
  Reports reports = { g_thread_self (), g_array_new (FALSE, FALSE, sizeof (gint64)) };
  const gint64 expected[] = { 1, -2, 3, -4, 5 };

  g_signal_connect (listener, "processed", G_CALLBACK (processed_cb), &reports);
  pool_gate_open (gate, G_MAXUINT);
  eric_listener_start (listener);
  g_thread_join (g_thread_new ("producer", push_five, listener));
  test_wait_until (reports.results->len == 5);
  g_assert_cmpmem (reports.results->data, 5 * sizeof (gint64), expected, sizeof expected);
  g_array_unref (reports.results);
}

/* Signals come in the context that the listener was made in, whatever turns. */
static void
test_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (EricListener) listener = NULL;
  int n = 0, processed = 0;

  g_main_context_push_thread_default (context);
  listener = eric_thread_pool_listener_new (2, count, &n, NULL);
  g_main_context_pop_thread_default (context);
  g_signal_connect_swapped (listener, "processed", G_CALLBACK (count_signal), &processed);
  eric_listener_start (listener);
  for (int i = 0; i < 250; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  test_settle ();
  g_assert_cmpint (processed, ==, 0);

  g_main_context_push_thread_default (context);
  g_main_context_iteration (context, FALSE);
  g_assert_cmpint (processed, >, 0);
  g_assert_cmpint (processed, <, 250);
  test_wait_until (processed == 250);
  g_main_context_pop_thread_default (context);
}

/* What nobody will be told does not keep the listener, whether it was there when the
 * context went or came later. */
static void
test_context_gone (void)
{
  g_autoptr (GAsyncQueue) gone = g_async_queue_new ();
  GMainContext *context = g_main_context_new ();
  EricListener *listener;
  int n = 0;

  g_main_context_push_thread_default (context);
  listener = eric_thread_pool_listener_new (1, NULL, NULL, NULL);
  g_main_context_pop_thread_default (context);
  g_object_weak_ref (G_OBJECT (listener), pool_tell_gone, gone);
  g_signal_connect_swapped (listener, "drained", G_CALLBACK (count_signal), &n);
  eric_listener_start (listener);
  pool_drain (listener);

  g_main_context_unref (context);
  eric_listener_start (listener);
  pool_drain (listener);
  g_object_unref (listener);
  g_assert_nonnull (g_async_queue_timeout_pop (gone, 50 * G_TIME_SPAN_SECOND));
  g_assert_cmpint (n, ==, 0);
}

static void
drop_cb (EricThreadPoolListener *listener,
         EricMessage            *message,
         EricMessage            *result,
         EricListener          **owner)
{
  g_clear_object (owner);
}

/* The handler drops what may be the last reference. */
static void
test_dropped_by_handler (void)
{
  int n = 0, freed = 0;
  EricListener *listener = eric_thread_pool_listener_new (2, count, &freed, (GDestroyNotify) count_signal);

  g_signal_connect (listener, "processed", G_CALLBACK (drop_cb), &listener);
  eric_listener_start (listener);
  for (n = 0; n < 10; n++)
    pool_push (listener, "x", n);
  pool_drain (listener);
  test_wait_until (listener == NULL);
  while (g_atomic_int_get (&freed) < 10 + 1)
    g_thread_yield ();
}

static void
test_wait_async (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GAsyncResult) early = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) late = NULL;
  g_autoptr (GError) error = NULL;

  eric_listener_start (listener);
  pool_push (listener, "x", 1);
  eric_thread_pool_listener_wait_async (pool, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &cancelled);
  eric_thread_pool_listener_wait_async (pool, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_settle ();
  g_assert_null (result);
  g_cancellable_cancel (cancellable);
  test_wait_until (cancelled != NULL);
  g_assert_false (eric_thread_pool_listener_wait_finish (pool, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  eric_thread_pool_listener_wait_async (pool, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &early);
  test_wait_until (early != NULL);
  g_assert_false (eric_thread_pool_listener_wait_finish (pool, early, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  pool_push_end (listener);
  pool_gate_open (gate, G_MAXUINT);
  test_wait_until (result != NULL);
  g_assert_true (eric_thread_pool_listener_wait_finish (pool, result, &error));
  g_assert_no_error (error);
  g_assert_false (eric_listener_get_running (listener));

  eric_thread_pool_listener_wait_async (pool, G_PRIORITY_DEFAULT, NULL, test_keep_result, &late);
  test_wait_until (late != NULL);
  g_assert_true (eric_thread_pool_listener_wait_finish (pool, late, &error));
}

static gpointer
wait_thread (gpointer data)
{
  gpointer *args = data;
  GError *error = NULL;

  eric_thread_pool_listener_wait (args[0], args[1], &error);
  return error;
}

static void
test_wait_cancelled (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, NULL, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gpointer args[] = { listener, cancellable };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  eric_listener_start (listener);
  thread = g_thread_new ("waiter", wait_thread, args);
  g_cancellable_cancel (cancellable);
  error = g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* Also where there is nothing to wait for. */
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_false (eric_thread_pool_listener_wait (args[0], cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static EricMessage *
wait_for_itself (EricMessage   *message,
                 GCancellable  *cancellable,
                 gpointer       user_data,
                 GError       **error)
{
  eric_thread_pool_listener_wait (*(EricThreadPoolListener **) user_data, NULL, error);
  return NULL;
}

static void
test_wait_for_itself (void)
{
  g_autoptr (EricListener) listener = NULL;
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricMessage) result = NULL;
  g_autoptr (GVariant) reason = NULL;

  listener = eric_thread_pool_listener_new (1, wait_for_itself, &listener, NULL);
  eric_thread_pool_listener_set_results (ERIC_THREAD_POOL_LISTENER (listener), results);
  eric_listener_start (results);
  eric_listener_start (listener);
  pool_push (listener, "x", 1);
  pool_drain (listener);
  result = eric_listener_deliver_next (results, NULL);
  g_assert_cmpstr (eric_message_get_event_type (result), ==, ERIC_MESSAGE_TYPE_ERROR);
  reason = g_variant_lookup_value (eric_message_get_payload (result), "reason", G_VARIANT_TYPE_STRING);
  g_assert_cmpstr (g_variant_get_string (reason, NULL), ==,
                   "A task cannot wait for the listener that runs it");
}

typedef EricThreadPoolListener CountingListener;
typedef EricThreadPoolListenerClass CountingListenerClass;

static GType counting_listener_get_type (void);
static int counted;

G_DEFINE_TYPE (CountingListener, counting_listener, ERIC_TYPE_THREAD_POOL_LISTENER)

static EricMessage *
counting_listener_process (EricThreadPoolListener  *self,
                           EricMessage             *message,
                           GCancellable            *cancellable,
                           GError                 **error)
{
  g_atomic_int_inc (&counted);
  return g_object_ref (message);
}

static void
counting_listener_class_init (CountingListenerClass *klass)
{
  klass->process = counting_listener_process;
}

static void
counting_listener_init (CountingListener *self)
{
}

static void
test_subclass (void)
{
  g_autoptr (EricListener) listener = g_object_new (counting_listener_get_type (), "max-workers", 2, NULL);

  eric_listener_start (listener);
  for (int i = 0; i < 100; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpint (counted, ==, 100);
}

static void
test_message_signal (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, NULL, NULL, NULL);
  int shown = 0;

  g_signal_connect_swapped (listener, "message", G_CALLBACK (count_signal), &shown);
  eric_listener_start (listener);
  for (int i = 0; i < 10; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpint (shown, ==, 11);
}

static void
test_properties (void)
{
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) dead_letters = eric_listener_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EricListener) listener = NULL;
  g_autoptr (EricListener) got_results = NULL;
  g_autoptr (EricListener) got_dead_letters = NULL;
  g_autoptr (GCancellable) got_cancellable = NULL;
  guint max_workers, max_pending, capacity, max_retries, retry_delay, time_limit;
  EricTaskOrder task_order;
  EricResultOrder result_order;
  int notified = 0;

  listener = g_object_new (ERIC_TYPE_THREAD_POOL_LISTENER,
                           "max-workers", 3, "max-pending", 7, "task-order", ERIC_TASK_ORDER_BY_TYPE,
                           "max-retries", 2, "retry-delay", 5, "time-limit", 9, "results", results,
                           "dead-letters", dead_letters, "result-order", ERIC_RESULT_ORDER_INPUT,
                           "cancellable", cancellable, NULL);
  g_object_get (listener,
                "max-workers", &max_workers, "max-pending", &max_pending, "capacity", &capacity,
                "task-order", &task_order, "max-retries", &max_retries, "retry-delay", &retry_delay,
                "time-limit", &time_limit, "results", &got_results, "dead-letters", &got_dead_letters,
                "result-order", &result_order, "cancellable", &got_cancellable, NULL);
  g_assert_cmpuint (max_workers, ==, 3);
  g_assert_cmpuint (max_pending, ==, 7);
  g_assert_cmpuint (capacity, ==, 7);
  g_assert_cmpint (task_order, ==, ERIC_TASK_ORDER_BY_TYPE);
  g_assert_cmpuint (max_retries, ==, 2);
  g_assert_cmpuint (retry_delay, ==, 5);
  g_assert_cmpuint (time_limit, ==, 9);
  g_assert_true (got_results == results);
  g_assert_true (got_dead_letters == dead_letters);
  g_assert_cmpint (result_order, ==, ERIC_RESULT_ORDER_INPUT);
  g_assert_true (got_cancellable == cancellable);
  g_assert_cmpint (eric_listener_get_overflow (listener), ==, ERIC_OVERFLOW_BLOCK);

  g_signal_connect_swapped (listener, "notify::max-pending", G_CALLBACK (count_signal), &notified);
  g_signal_connect_swapped (listener, "notify::time-limit", G_CALLBACK (count_signal), &notified);
  eric_listener_set_capacity (listener, 8);
  g_assert_cmpint (notified, ==, 1);
  eric_thread_pool_listener_set_max_pending (ERIC_THREAD_POOL_LISTENER (listener), 8);
  eric_thread_pool_listener_set_time_limit (ERIC_THREAD_POOL_LISTENER (listener), 9);
  g_assert_cmpint (notified, ==, 1);
  eric_thread_pool_listener_set_time_limit (ERIC_THREAD_POOL_LISTENER (listener), 10);
  g_assert_cmpint (notified, ==, 2);
}

#define STORM_THREADS 4
#define STORM_MESSAGES 5000

static gpointer
storm_thread (gpointer listener)
{
  for (int i = 0; i < STORM_MESSAGES; i++)
    pool_push (listener, "x", i);
  return NULL;
}

/* Pushes from many threads, while the listener stops and starts all the time. */
static void
test_storm (void)
{
  int n = 0;
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (3, count, &n, NULL);
  GThread *threads[STORM_THREADS];

  for (int i = 0; i < STORM_THREADS; i++)
    threads[i] = g_thread_new ("storm", storm_thread, listener);
  while (g_atomic_int_get (&n) < STORM_THREADS * STORM_MESSAGES / 2)
    {
      eric_listener_start (listener);
      g_thread_yield ();
      eric_listener_stop (listener);
    }
  for (int i = 0; i < STORM_THREADS; i++)
    g_thread_join (threads[i]);
  eric_listener_start (listener);
  pool_drain (listener);
  g_assert_cmpint (n, ==, STORM_THREADS * STORM_MESSAGES);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/thread-pool-listener/concurrent", test_concurrent);
  g_test_add_func ("/thread-pool-listener/one-worker-keeps-order", test_one_worker_keeps_order);
  g_test_add_func ("/thread-pool-listener/default-workers", test_default_workers);
  g_test_add_func ("/thread-pool-listener/more-workers", test_more_workers);
  g_test_add_func ("/thread-pool-listener/fewer-workers", test_fewer_workers);
  g_test_add_func ("/thread-pool-listener/drained", test_drained);
  g_test_add_func ("/thread-pool-listener/drains-with-channel", test_drains_with_channel);
  g_test_add_func ("/thread-pool-listener/drained-at-once", test_drained_at_once);
  g_test_add_func ("/thread-pool-listener/stop", test_stop);
  g_test_add_func ("/thread-pool-listener/dropped", test_dropped);
  g_test_add_func ("/thread-pool-listener/dropped-running", test_dropped_running);
  g_test_add_func ("/thread-pool-listener/dropped-by-handler", test_dropped_by_handler);
  g_test_add_func ("/thread-pool-listener/processed", test_processed);
  g_test_add_func ("/thread-pool-listener/notify", test_notify);
  g_test_add_func ("/thread-pool-listener/context", test_context);
  g_test_add_func ("/thread-pool-listener/context-gone", test_context_gone);
  g_test_add_func ("/thread-pool-listener/wait-async", test_wait_async);
  g_test_add_func ("/thread-pool-listener/wait-cancelled", test_wait_cancelled);
  g_test_add_func ("/thread-pool-listener/wait-for-itself", test_wait_for_itself);
  g_test_add_func ("/thread-pool-listener/subclass", test_subclass);
  g_test_add_func ("/thread-pool-listener/message-signal", test_message_signal);
  g_test_add_func ("/thread-pool-listener/properties", test_properties);
  g_test_add_func ("/thread-pool-listener/storm", test_storm);

  return g_test_run ();
}
