/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <eric-sse.h>

#include "pool-util.h"
#include "test-util.h"

static EricListener *
new_ordered (guint          max_workers,
             PoolGate      *gate,
             EricTaskOrder  task_order)
{
  EricListener *listener = eric_thread_pool_listener_new (max_workers, pool_gate_pass, gate, NULL);

  eric_thread_pool_listener_set_task_order (ERIC_THREAD_POOL_LISTENER (listener), task_order);
  eric_listener_start (listener);
  return listener;
}

/* Two of a type do not run at once, others overtake them. */
static void
test_by_type (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = new_ordered (3, gate, ERIC_TASK_ORDER_BY_TYPE);

  pool_push (listener, "a", 1);
  pool_gate_wait_entered (gate, 1);
  pool_push (listener, "a", 2);
  pool_push (listener, "b", 3);
  pool_gate_wait_entered (gate, 2);
  g_assert_cmpint (pool_gate_get (gate, 1), ==, 3);
  pool_push (listener, "c", 4);
  pool_gate_wait_entered (gate, 3);
  g_assert_cmpint (pool_gate_get (gate, 2), ==, 4);

  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpint (pool_gate_get (gate, 3), ==, 2);
}

static char *
get_parity (EricMessage *message,
            gpointer     user_data)
{
  gint64 number = pool_get_number (message);

  if (number < 0)
    return NULL;
  return g_strdup (number % 2 == 0 ? "even" : "odd");
}

static void
test_by_key (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (5, pool_gate_pass, gate, NULL);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);
  int freed = 0;

  eric_thread_pool_listener_set_key_func (pool, get_parity, &freed, (GDestroyNotify) g_atomic_int_inc);
  g_assert_cmpint (eric_thread_pool_listener_get_task_order (pool), ==, ERIC_TASK_ORDER_BY_KEY);
  for (int i = 1; i <= 4; i++)
    pool_push (listener, "x", i);
  pool_push (listener, "x", -1);
  pool_push (listener, "x", -2);
  eric_listener_start (listener);
  pool_gate_wait_entered (gate, 4);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 2);
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (pool_gate_get (gate, i), <=, 2);

  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 6);
  g_assert_cmpint (freed, ==, 0);
  eric_thread_pool_listener_set_key_func (pool, NULL, NULL, NULL);
  g_assert_cmpint (freed, ==, 1);
  g_assert_cmpint (eric_thread_pool_listener_get_task_order (pool), ==, ERIC_TASK_ORDER_NONE);
}

static char *
swap_func (EricMessage *message,
           gpointer     user_data)
{
  eric_thread_pool_listener_set_key_func (*(EricThreadPoolListener **) user_data, NULL, NULL, NULL);
  return NULL;
}

/* The function takes itself away while it runs. */
static void
test_key_func_changes (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);

  eric_thread_pool_listener_set_key_func (ERIC_THREAD_POOL_LISTENER (listener), swap_func, &listener, NULL);
  pool_gate_open (gate, G_MAXUINT);
  eric_listener_start (listener);
  for (int i = 0; i < 10; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 10);
}

/* Waits at the gate for the key of the first message. */
static char *
get_key_slowly (EricMessage *message,
                gpointer     user_data)
{
  if (pool_get_number (message) == 1)
    g_object_unref (pool_gate_pass (message, NULL, user_data, NULL));
  return g_strdup_printf ("%d", (int) pool_get_number (message));
}

/* Who finds another one looking for a key leaves, and is called when it is found. */
static void
test_slow_key_func (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (PoolGate) key_gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);

  eric_thread_pool_listener_set_key_func (pool, get_key_slowly, key_gate, NULL);
  pool_push (listener, "x", 1);
  pool_push (listener, "x", 2);
  eric_listener_start (listener);
  pool_gate_wait_entered (key_gate, 1);
  while (eric_thread_pool_listener_get_n_active (pool) > 1)
    g_thread_yield ();
  pool_gate_open (key_gate, 1);
  pool_gate_wait_entered (gate, 2);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
}

/* A key with much to do does not keep the others from theirs. */
static void
test_fair (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = new_ordered (1, gate, ERIC_TASK_ORDER_BY_TYPE);

  for (int i = 0; i < 10; i++)
    pool_push (listener, "a", i);
  pool_gate_wait_entered (gate, 1);
  pool_push (listener, "b", 100);
  pool_push (listener, "c", 200);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 12);
  /* One worker: the order is that of the messages. */
  g_assert_cmpint (pool_gate_get (gate, 10), ==, 100);
  g_assert_cmpint (pool_gate_get (gate, 11), ==, 200);
}

/* A failure with a delay keeps those of its key waiting, and nobody else. */
static void
test_retry_keeps_order (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = new_ordered (2, gate, ERIC_TASK_ORDER_BY_TYPE);

  g_object_set (listener, "max-retries", 1, "retry-delay", 20, NULL);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "fail", 1);
  pool_push (listener, "fail", 2);
  pool_gate_wait_left (gate, 1);
  pool_push (listener, "b", 3);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 5);
  {
    gint64 last = 0;

    for (int i = 0; i < 5; i++)
      {
        gint64 number = pool_gate_get (gate, i);

        if (number == 3)
          continue;
        g_assert_cmpint (number, >=, last);
        last = number;
      }
  }
}

#define STORM_KEYS 7
#define STORM_MESSAGES 20000

typedef struct
{
  gint64 last[STORM_KEYS];   /* the number that came last; no two tasks of a key run at once */
  int    busy[STORM_KEYS];   /* (atomic) */
  int    wrong;              /* (atomic) */
} Storm;

static char *
get_storm_key (EricMessage *message,
               gpointer     user_data)
{
  return g_strdup_printf ("%d", (int) (pool_get_number (message) % STORM_KEYS));
}

static EricMessage *
check_storm (EricMessage   *message,
             GCancellable  *cancellable,
             gpointer       user_data,
             GError       **error)
{
  Storm *storm = user_data;
  gint64 number = pool_get_number (message);
  int key = number % STORM_KEYS;

  if (!g_atomic_int_compare_and_exchange (&storm->busy[key], 0, 1) || storm->last[key] >= number)
    g_atomic_int_inc (&storm->wrong);
  storm->last[key] = number;
  if (number % 100 == 0)
    g_thread_yield ();
  g_atomic_int_set (&storm->busy[key], 0);
  return g_object_ref (message);
}

static void
test_storm (void)
{
  Storm storm = { 0 };
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (4, check_storm, &storm, NULL);
  EricThreadPoolListener *pool = ERIC_THREAD_POOL_LISTENER (listener);

  eric_thread_pool_listener_set_key_func (pool, get_storm_key, NULL, NULL);
  eric_listener_start (listener);
  for (int i = 1; i <= STORM_MESSAGES; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpint (storm.wrong, ==, 0);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (pool), ==, STORM_MESSAGES);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 0);
}

static void
assert_result (EricListener *results,
               const char   *event_type,
               gint64        number)
{
  g_autoptr (EricMessage) result = eric_listener_deliver_next (results, NULL);

  g_assert_nonnull (result);
  g_assert_cmpstr (eric_message_get_event_type (result), ==, event_type);
  if (!g_str_equal (event_type, ERIC_MESSAGE_TYPE_ERROR) &&
      !g_str_equal (event_type, ERIC_MESSAGE_TYPE_CLOSED))
    g_assert_cmpint (pool_get_number (result), ==, number);
}

static EricListener *
new_with_results (PoolGate         *gate,
                  EricListener     *results,
                  EricResultOrder   result_order)
{
  EricListener *listener = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);

  g_object_set (listener, "results", results, "result-order", result_order, NULL);
  eric_listener_start (results);
  eric_listener_start (listener);
  return listener;
}

static void
test_results_as_they_complete (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) listener = new_with_results (gate, results, ERIC_RESULT_ORDER_COMPLETION);

  pool_push (listener, "x", 1);
  pool_push (listener, "answer", 2);
  pool_push (listener, "fail", 3);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (eric_listener_get_pending (results), ==, 4);
}

typedef struct
{
  GMutex lock;
  GCond  cond;
  gint64 turn;   /* the number whose task may end */
} Turns;

static EricMessage *
end_in_turn (EricMessage   *message,
             GCancellable  *cancellable,
             gpointer       user_data,
             GError       **error)
{
  gint64 number = pool_get_number (message);
  Turns *turns = user_data;

  g_mutex_lock (&turns->lock);
  while (turns->turn > number)
    g_cond_wait (&turns->cond, &turns->lock);
  turns->turn--;
  g_cond_broadcast (&turns->cond);
  g_mutex_unlock (&turns->lock);
  if (number == 2)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "two");
  return number == 3 ? pool_new_message ("answer", -3) : g_object_ref (message);
}

/* The tasks end in the opposite order. */
static void
check_results (EricResultOrder result_order)
{
  Turns turns = { .turn = 4 };
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (4, end_in_turn, &turns, NULL);

  g_mutex_init (&turns.lock);
  g_cond_init (&turns.cond);
  g_object_set (listener, "results", results, "result-order", result_order, NULL);
  eric_listener_start (results);
  eric_listener_start (listener);
  for (int i = 1; i <= 4; i++)
    pool_push (listener, "x", i);
  pool_drain (listener);
  g_assert_cmpuint (eric_listener_get_pending (results), ==, 5);
  if (result_order == ERIC_RESULT_ORDER_INPUT)
    {
      assert_result (results, "x", 1);
      assert_result (results, ERIC_MESSAGE_TYPE_ERROR, 2);
      assert_result (results, "answer", -3);
      assert_result (results, "x", 4);
      assert_result (results, ERIC_MESSAGE_TYPE_CLOSED, 0);
    }
  g_mutex_clear (&turns.lock);
  g_cond_clear (&turns.cond);
}

static void
test_results_in_order (void)
{
  check_results (ERIC_RESULT_ORDER_INPUT);
  check_results (ERIC_RESULT_ORDER_COMPLETION);
}

/* Results that come too early wait in both rounds. */
static void
test_results_twice (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) listener = new_with_results (gate, results, ERIC_RESULT_ORDER_INPUT);

  pool_gate_open (gate, G_MAXUINT);
  for (int round = 0; round < 2; round++)
    {
      for (int i = 0; i < 1000; i++)
        pool_push (listener, "x", i);
      pool_drain (listener);
      for (int i = 0; i < 1000; i++)
        assert_result (results, "x", i);
      assert_result (results, ERIC_MESSAGE_TYPE_CLOSED, 0);
      eric_listener_start (listener);
    }
}

/* Who stops the results wants no more of them: nothing piles up. */
static void
test_results_stopped (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) results = eric_listener_new ();
  g_autoptr (EricListener) listener = new_with_results (gate, results, ERIC_RESULT_ORDER_INPUT);

  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "x", 0);
  while (eric_listener_get_pending (results) == 0)
    g_thread_yield ();
  eric_listener_stop (results);
  for (int i = 1; i < 10; i++)
    pool_push (listener, "x", i);
  while (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)) < 10)
    g_thread_yield ();
  /* The last one is counted before it is given to the results. */
  eric_listener_stop (listener);
  pool_wait (listener);
  eric_listener_start (results);
  g_assert_cmpuint (eric_listener_get_pending (results), ==, 1);
}

static void
notified_cb (EricListener *results,
             GParamSpec   *pspec,
             GThread     **thread)
{
  g_assert_null (*thread);
  *thread = g_thread_self ();
}

/* A listener for results that stops where it is full is told so, in the main context
 * that the pool was made in. */
static void
test_results_overflow (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) results = g_object_new (ERIC_TYPE_LISTENER, "capacity", 1,
                                                   "overflow", ERIC_OVERFLOW_STOP, NULL);
  g_autoptr (EricListener) listener = new_with_results (gate, results, ERIC_RESULT_ORDER_INPUT);
  GThread *notified = NULL;

  g_signal_connect (results, "notify::running", G_CALLBACK (notified_cb), &notified);
  pool_gate_open (gate, G_MAXUINT);
  pool_push (listener, "x", 0);
  pool_push (listener, "x", 1);
  pool_drain (listener);
  g_assert_false (eric_listener_get_running (results));
  test_wait_until (notified != NULL);
  g_assert_true (notified == g_thread_self ());
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool-order/by-type", test_by_type);
  g_test_add_func ("/pool-order/by-key", test_by_key);
  g_test_add_func ("/pool-order/key-func-changes", test_key_func_changes);
  g_test_add_func ("/pool-order/slow-key-func", test_slow_key_func);
  g_test_add_func ("/pool-order/fair", test_fair);
  g_test_add_func ("/pool-order/retry-keeps-order", test_retry_keeps_order);
  g_test_add_func ("/pool-order/storm", test_storm);
  g_test_add_func ("/pool-order/results-as-they-complete", test_results_as_they_complete);
  g_test_add_func ("/pool-order/results-in-order", test_results_in_order);
  g_test_add_func ("/pool-order/results-twice", test_results_twice);
  g_test_add_func ("/pool-order/results-stopped", test_results_stopped);
  g_test_add_func ("/pool-order/results-overflow", test_results_overflow);

  return g_test_run ();
}
