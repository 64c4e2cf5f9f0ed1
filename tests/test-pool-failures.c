/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <eric-sse.h>

#include "pool-util.h"
#include "test-util.h"

/* What the signal told, in the main context. */
typedef struct
{
  guint        n;
  EricMessage *message;   /* (owned) (nullable): the last one */
  GError      *error;     /* (owned) (nullable): the last one */
  GThread     *thread;
} Failures;

static void
failed_cb (EricThreadPoolListener *listener,
           EricMessage            *message,
           const GError           *error,
           Failures               *failures)
{
  failures->n++;
  g_set_object (&failures->message, message);
  g_clear_error (&failures->error);
  failures->error = g_error_copy (error);
  failures->thread = g_thread_self ();
}

static void
failures_clear (Failures *failures)
{
  g_clear_object (&failures->message);
  g_clear_error (&failures->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Failures, failures_clear)

static EricListener *
new_listener (guint     max_workers,
              PoolGate *gate,
              Failures *failures)
{
  EricListener *listener = eric_thread_pool_listener_new (max_workers, pool_gate_pass, gate, NULL);

  g_signal_connect (listener, "failed", G_CALLBACK (failed_cb), failures);
  eric_listener_start (listener);
  return listener;
}

static void
test_failed (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);

  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_push (listener, "x", 2);
  pool_push (listener, "fail", 3);
  pool_drain (listener);
  test_wait_until (failures.n == 2);
  g_assert_error (failures.error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (failures.error->message, ==, "No luck with 3");
  g_assert_cmpint (pool_get_number (failures.message), ==, 3);
  g_assert_true (failures.thread == g_thread_self ());
  g_assert_cmpuint (eric_thread_pool_listener_get_n_failed (ERIC_THREAD_POOL_LISTENER (listener)), ==, 2);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), ==, 1);
}

/* The message that tells of it names what failed. */
static void
test_error_message (void)
{
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);
  g_autoptr (EricMessage) message = eric_message_new_full ("fail", g_variant_new_int64 (4), "id-4", NULL, NULL);
  g_autoptr (EricMessage) result = NULL;

  eric_thread_pool_listener_set_results (ERIC_THREAD_POOL_LISTENER (listener), results);
  eric_listener_start (results);
  pool_gate_open (gate, G_MAXUINT);
  eric_listener_push (listener, message, NULL);
  pool_drain (listener);
  result = eric_listener_deliver_next (results, NULL);
  g_assert_cmpstr (eric_message_get_event_type (result), ==, ERIC_MESSAGE_TYPE_ERROR);
  {
    g_autoptr (GVariantDict) dict = g_variant_dict_new (eric_message_get_payload (result));
    const char *reason, *event, *id;
    gint64 data;

    g_assert_true (g_variant_dict_lookup (dict, "reason", "&s", &reason));
    g_assert_true (g_variant_dict_lookup (dict, "event", "&s", &event));
    g_assert_true (g_variant_dict_lookup (dict, "id", "&s", &id));
    g_assert_true (g_variant_dict_lookup (dict, "data", "x", &data));
    g_assert_cmpstr (reason, ==, "No luck with 4");
    g_assert_cmpstr (event, ==, "fail");
    g_assert_cmpstr (id, ==, "id-4");
    g_assert_cmpint (data, ==, 4);
  }
  test_wait_until (failures.n == 1);
}

static EricMessage *
fail_badly (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  /* Not UTF-8, and a result besides. */
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "bad \377 text");
  return user_data != NULL ? g_object_ref (message) : NULL;
}

static void
test_fails_badly (void)
{
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, fail_badly, results, NULL);
  g_autoptr (EricMessage) message = eric_message_new (NULL, NULL, NULL);
  g_autoptr (EricMessage) result = NULL;
  g_autoptr (GVariant) reason = NULL;

  eric_thread_pool_listener_set_results (ERIC_THREAD_POOL_LISTENER (listener), results);
  eric_listener_start (results);
  eric_listener_start (listener);
  eric_listener_push (listener, message, NULL);
  pool_drain (listener);
  result = eric_listener_deliver_next (results, NULL);
  g_assert_cmpstr (eric_message_get_event_type (result), ==, ERIC_MESSAGE_TYPE_ERROR);
  reason = g_variant_lookup_value (eric_message_get_payload (result), "reason", NULL);
  g_assert_cmpstr (g_variant_get_string (reason, NULL), ==, "bad \357\277\275 text");
}

static EricMessage *
say_nothing (EricMessage   *message,
             GCancellable  *cancellable,
             gpointer       user_data,
             GError       **error)
{
  return NULL;
}

/* As bindings do where an exception was thrown. */
static void
test_says_nothing (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, say_nothing, NULL, NULL);
  g_auto (Failures) failures = { 0 };

  g_signal_connect (listener, "failed", G_CALLBACK (failed_cb), &failures);
  eric_listener_start (listener);
  pool_push (listener, "x", 1);
  pool_drain (listener);
  test_wait_until (failures.n == 1);
  g_assert_error (failures.error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), ==, 0);
}

static void
test_retries (void)
{
  g_autoptr (EricListener) dead_letters = eric_listener_new ();
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (2, gate, &failures);
  g_autoptr (EricMessage) dead = NULL;

  g_object_set (listener, "max-retries", 2, "retry-delay", 0, "dead-letters", dead_letters, NULL);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 5);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 3);
  test_wait_until (failures.n > 0);
  test_settle ();
  g_assert_cmpuint (failures.n, ==, 1);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_failed (ERIC_THREAD_POOL_LISTENER (listener)), ==, 1);

  g_assert_cmpuint (eric_listener_get_pending (dead_letters), ==, 1);
  eric_listener_start (dead_letters);
  dead = eric_listener_deliver_next (dead_letters, NULL);
  g_assert_cmpstr (eric_message_get_event_type (dead), ==, "fail");
  g_assert_cmpint (pool_get_number (dead), ==, 5);
}

static EricMessage *
fail_first (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  if (g_atomic_int_add ((int *) user_data, 1) == 3)
    return g_object_ref (message);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not yet");
  return NULL;
}

static void
test_retry_succeeds (void)
{
  int tries = 0;
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, fail_first, &tries, NULL);
  g_auto (Failures) failures = { 0 };

  g_signal_connect (listener, "failed", G_CALLBACK (failed_cb), &failures);
  g_object_set (listener, "max-retries", 3, "retry-delay", 1, NULL);
  eric_listener_start (listener);
  pool_push (listener, "x", 1);
  pool_drain (listener);
  test_settle ();
  g_assert_cmpint (tries, ==, 4);
  g_assert_cmpuint (failures.n, ==, 0);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), ==, 1);
}

/* Waits until a task that failed is put off, for longer than a test takes. */
static void
wait_put_off (EricListener *listener)
{
  while (eric_listener_get_pending (listener) == 0)
    g_thread_yield ();
}

/* Others are processed while a task waits for its next try, by the one worker. */
static void
test_beside_retry (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);

  g_object_set (listener, "max-retries", 1, "retry-delay", 3600 * 1000, NULL);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_gate_wait_left (gate, 1);
  wait_put_off (listener);
  pool_push (listener, "x", 2);
  pool_gate_wait_left (gate, 2);
  g_assert_cmpint (pool_gate_get (gate, 1), ==, 2);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
}

static void
test_retry_delay (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);
  gint64 begun = g_get_monotonic_time ();

  g_object_set (listener, "max-retries", 1, "retry-delay", 30, NULL);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_gate_wait_entered (gate, 2);
  g_assert_cmpint (g_get_monotonic_time () - begun, >=, 30 * G_TIME_SPAN_MILLISECOND);
  pool_drain (listener);
  test_wait_until (failures.n == 1);
}

/* The worker that waits for the hour of the next try may be given a message instead:
 * another one then waits for that hour. On a busy machine the hour may come first. */
static void
test_retry_beside_busy_worker (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (2, gate, &failures);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);

  g_object_set (listener, "max-retries", 1, "retry-delay", 50, NULL);
  pool_gate_open (gate, 1);
  pool_push (listener, "fail", 1);
  pool_gate_wait_left (gate, 1);
  while (eric_thread_pool_listener_get_n_active (pool) > 0 && !pool_gate_has_entered (gate, 2))
    g_thread_yield ();
  pool_push (listener, "x", 2);
  pool_gate_wait_entered (gate, 3);
  g_assert_cmpuint (gate->left, ==, 1);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  test_wait_until (failures.n == 1);
}

/* Who waits for the hour of one try does not miss an earlier one. */
static void
test_shorter_delay (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (2, gate, &failures);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);

  g_object_set (listener, "max-retries", 1, "retry-delay", 3600 * 1000, NULL);
  pool_gate_open (gate, 1);
  pool_push (listener, "fail", 1);
  pool_gate_wait_left (gate, 1);
  wait_put_off (listener);
  pool_push (listener, "fail", 2);
  pool_gate_wait_entered (gate, 2);
  /* The worker of the second is left, and another one sleeps. */
  while (eric_thread_pool_listener_get_n_active (pool) > 1)
    g_thread_yield ();
  eric_thread_pool_listener_set_retry_delay (pool, 1);
  pool_gate_open (gate, G_MAXUINT);
  pool_gate_wait_left (gate, 3);
  g_assert_cmpint (pool_gate_get (gate, 2), ==, 2);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  test_wait_until (failures.n == 1);
}

/* Several that are due at once are tried at once. */
static void
test_retries_together (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (3, gate, &failures);

  g_object_set (listener, "max-retries", 1, "retry-delay", 20, NULL);
  for (int i = 0; i < 3; i++)
    pool_push (listener, "fail", i);
  pool_gate_open (gate, 3);
  pool_gate_wait_left (gate, 3);
  pool_gate_wait_entered (gate, 6);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  test_wait_until (failures.n == 3);
}

/* A listener that stops does not wait for the hour of the next try, and takes it up
 * again when it starts. */
static void
test_stop_while_retrying (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);

  g_object_set (listener, "max-retries", 1, "retry-delay", 3600 * 1000, NULL);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_gate_wait_left (gate, 1);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);

  eric_listener_start (listener);
  pool_push (listener, "x", 2);
  pool_gate_wait_left (gate, 2);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
}

/* Nor does the worker that waits for that hour hold the listener until then. */
static void
test_dropped_while_retrying (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (GAsyncQueue) gone = g_async_queue_new ();
  EricListener *listener = new_listener (1, gate, &failures);

  g_object_weak_ref (G_OBJECT (listener), pool_tell_gone, gone);
  g_object_set (listener, "max-retries", 1, "retry-delay", 3600 * 1000, NULL);
  pool_gate_open (gate, 1);
  pool_push (listener, "fail", 1);
  pool_gate_wait_left (gate, 1);
  while (eric_thread_pool_listener_get_n_active (ERIC_THREAD_POOL_LISTENER (listener)) > 0)
    g_thread_yield ();
  eric_listener_stop (listener);
  g_object_unref (listener);
  g_assert_true (g_async_queue_timeout_pop (gone, 50 * G_TIME_SPAN_SECOND) == gone);
}

static void
test_cancelled (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);

  g_object_set (listener, "max-retries", 5, "retry-delay", 0, NULL);
  pool_push (listener, "x", 1);
  pool_push (listener, "x", 2);
  pool_gate_wait_entered (gate, 1);
  g_cancellable_cancel (eric_thread_pool_listener_get_cancellable (pool));
  g_assert_false (eric_listener_get_running (listener));
  pool_gate_open (gate, G_MAXUINT);
  pool_wait (listener);
  test_wait_until (failures.n == 1);
  g_assert_error (failures.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (gate->entered, ==, 1);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);

  /* Nothing is taken until the cancellable is reset. */
  eric_listener_start (listener);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (gate->entered, ==, 1);
  g_cancellable_reset (eric_thread_pool_listener_get_cancellable (pool));
  eric_listener_start (listener);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 2);
}

/* The cancellable of the application outlives the listener. */
static void
test_cancellable_outlives (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  EricListener *listener = g_object_new (ERIC_TYPE_THREAD_POOL_LISTENER, "cancellable", cancellable, NULL);

  test_finalize (listener);
  g_cancellable_cancel (cancellable);
}

typedef struct
{
  guint n;
  guint elapsed;
  gint64 number;
} Overdue;

static void
overdue_cb (EricThreadPoolListener *listener,
            EricMessage            *message,
            guint                   elapsed,
            Overdue                *overdue)
{
  overdue->n++;
  overdue->elapsed = elapsed;
  overdue->number = pool_get_number (message);
}

static void
test_time_limit (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (2, gate, &failures);
  Overdue overdue = { 0 };

  g_signal_connect (listener, "overdue", G_CALLBACK (overdue_cb), &overdue);
  eric_thread_pool_listener_set_time_limit (ERIC_THREAD_POOL_LISTENER (listener), 5);
  pool_push (listener, "x", 1);
  test_wait_until (overdue.n == 1);
  g_assert_cmpint (overdue.number, ==, 1);
  g_assert_cmpuint (overdue.elapsed, >=, 5);

  /* Once for each task. The second limit comes before that of the first task. */
  eric_thread_pool_listener_set_time_limit (ERIC_THREAD_POOL_LISTENER (listener), 3600 * 1000);
  pool_gate_open (gate, 1);
  pool_push (listener, "x", 2);
  pool_gate_wait_entered (gate, 2);
  eric_thread_pool_listener_set_time_limit (ERIC_THREAD_POOL_LISTENER (listener), 1);
  pool_push (listener, "x", 3);
  test_wait_until (overdue.n == 2);
  g_assert_cmpint (overdue.number, ==, 3);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  test_settle ();
  g_assert_cmpuint (overdue.n, ==, 2);
}

static void
test_dead_letters_full (void)
{
  g_autoptr (EricListener) dead_letters = g_object_new (ERIC_TYPE_LISTENER, "capacity", 1,
                                                        "overflow", ERIC_OVERFLOW_REJECT, NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_auto (Failures) failures = { 0 };
  g_autoptr (EricListener) listener = new_listener (1, gate, &failures);

  eric_thread_pool_listener_set_dead_letters (ERIC_THREAD_POOL_LISTENER (listener), dead_letters);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_push (listener, "fail", 2);
  pool_drain (listener);
  test_wait_until (failures.n == 2);
  g_assert_cmpuint (eric_listener_get_pending (dead_letters), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool-failures/failed", test_failed);
  g_test_add_func ("/pool-failures/error-message", test_error_message);
  g_test_add_func ("/pool-failures/fails-badly", test_fails_badly);
  g_test_add_func ("/pool-failures/says-nothing", test_says_nothing);
  g_test_add_func ("/pool-failures/retries", test_retries);
  g_test_add_func ("/pool-failures/retry-succeeds", test_retry_succeeds);
  g_test_add_func ("/pool-failures/beside-retry", test_beside_retry);
  g_test_add_func ("/pool-failures/retry-delay", test_retry_delay);
  g_test_add_func ("/pool-failures/retry-beside-busy-worker", test_retry_beside_busy_worker);
  g_test_add_func ("/pool-failures/shorter-delay", test_shorter_delay);
  g_test_add_func ("/pool-failures/retries-together", test_retries_together);
  g_test_add_func ("/pool-failures/stop-while-retrying", test_stop_while_retrying);
  g_test_add_func ("/pool-failures/dropped-while-retrying", test_dropped_while_retrying);
  g_test_add_func ("/pool-failures/cancelled", test_cancelled);
  g_test_add_func ("/pool-failures/cancellable-outlives", test_cancellable_outlives);
  g_test_add_func ("/pool-failures/time-limit", test_time_limit);
  g_test_add_func ("/pool-failures/dead-letters-full", test_dead_letters_full);

  return g_test_run ();
}
