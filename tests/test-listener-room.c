/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <eric-sse.h>

#include "pool-util.h"
#include "test-util.h"

/* A thread that sends, and how far it has come. */
typedef struct
{
  EricListener *listener;   /* (nullable) */
  EricChannel  *channel;    /* (nullable): sent to instead */
  int           first;
  int           n;
  int           sent;       /* (atomic) */
  int           refused;    /* (atomic) */
  GAsyncQueue  *steps;      /* (owned): something for each message that was sent */
  GThread      *thread;
} Producer;

static gpointer
produce (gpointer data)
{
  Producer *producer = data;

  for (int i = 0; i < producer->n; i++)
    {
      g_autoptr (EricMessage) message = pool_new_message ("x", producer->first + i);
      gboolean sent = producer->channel != NULL
                        ? eric_channel_broadcast (producer->channel, message, NULL)
                        : eric_listener_push (producer->listener, message, NULL);

      g_atomic_int_inc (sent ? &producer->sent : &producer->refused);
      g_async_queue_push (producer->steps, producer);
    }
  return NULL;
}

static void
producer_start (Producer *producer)
{
  producer->steps = g_async_queue_new ();
  producer->thread = g_thread_new ("producer", produce, producer);
}

static void
producer_join (Producer *producer)
{
  g_thread_join (producer->thread);
  g_async_queue_unref (producer->steps);
}

static void
wait_for_pending (EricListener *listener,
                  guint         pending)
{
  while (eric_listener_get_pending (listener) < pending)
    g_thread_yield ();
}

static EricListener *
new_blocking_listener (guint capacity)
{
  EricListener *listener = g_object_new (ERIC_TYPE_LISTENER,
                                         "capacity", capacity, "overflow", ERIC_OVERFLOW_BLOCK, NULL);

  eric_listener_start (listener);
  return listener;
}

static void
take (EricListener *listener,
      gint64        number)
{
  g_autoptr (EricMessage) message = eric_listener_deliver_next (listener, NULL);

  g_assert_nonnull (message);
  g_assert_cmpint (pool_get_number (message), ==, number);
}

/* At the limit nobody waits; the next one waits for room, and is not overtaken. */
static void
test_limit (void)
{
  g_autoptr (EricListener) listener = new_blocking_listener (3);
  Producer producer = { .listener = listener, .n = 5 };

  producer_start (&producer);
  for (int i = 0; i < 3; i++)
    g_async_queue_pop (producer.steps);
  wait_for_pending (listener, 4);
  g_assert_cmpint (g_atomic_int_get (&producer.sent), ==, 3);
  g_assert_null (g_async_queue_try_pop (producer.steps));

  take (listener, 0);
  g_async_queue_pop (producer.steps);
  wait_for_pending (listener, 4);
  g_assert_cmpint (g_atomic_int_get (&producer.sent), ==, 4);
  take (listener, 1);
  g_async_queue_pop (producer.steps);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 3);
  g_assert_cmpuint (eric_listener_get_dropped (listener), ==, 0);
  for (int i = 2; i < 5; i++)
    take (listener, i);
  producer_join (&producer);
}

static void
test_held_in_order (void)
{
  g_autoptr (EricListener) listener = new_blocking_listener (1);
  Producer first = { .listener = listener, .first = 1, .n = 1 };
  Producer second = { .listener = listener, .first = 2, .n = 1 };

  pool_push (listener, "x", 0);
  producer_start (&first);
  wait_for_pending (listener, 2);
  producer_start (&second);
  wait_for_pending (listener, 3);
  for (int i = 0; i < 3; i++)
    take (listener, i);
  producer_join (&first);
  producer_join (&second);
  g_assert_cmpint (first.sent + second.sent, ==, 2);
}

/* Who waits when the listener stops has sent; who comes later is refused. */
static void
test_stopped (void)
{
  g_autoptr (EricListener) listener = new_blocking_listener (1);
  g_autoptr (EricMessage) message = pool_new_message ("x", 2);
  g_autoptr (GError) error = NULL;
  Producer producer = { .listener = listener, .n = 2 };

  producer_start (&producer);
  wait_for_pending (listener, 2);
  eric_listener_stop (listener);
  producer_join (&producer);
  g_assert_cmpint (producer.sent, ==, 2);

  g_assert_false (eric_listener_push (listener, message, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 2);
}

static void
test_more_capacity (void)
{
  g_autoptr (EricListener) listener = new_blocking_listener (1);
  Producer producer = { .listener = listener, .n = 2 };

  producer_start (&producer);
  wait_for_pending (listener, 2);
  eric_listener_set_capacity (listener, 2);
  producer_join (&producer);
  g_assert_cmpint (producer.sent, ==, 2);
}

/* A broadcast is held up by one listener, and lets go of the channel meanwhile. */
static void
test_broadcast (void)
{
  g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("room"));
  g_autoptr (EricListener) blocking = new_blocking_listener (1);
  g_autoptr (EricListener) other = eric_listener_new ();
  g_autoptr (EricMessage) message = pool_new_message ("x", 7);
  g_autoptr (GError) error = NULL;
  Producer producer = { .channel = channel, .n = 2 };

  g_assert_true (eric_channel_register_listener (channel, blocking, NULL));
  g_assert_true (eric_channel_register_listener (channel, other, NULL));
  producer_start (&producer);
  wait_for_pending (blocking, 2);
  wait_for_pending (other, 2);
  g_assert_true (eric_channel_dispatch (channel, eric_listener_get_id (other), message, &error));
  g_assert_no_error (error);

  take (blocking, 0);
  producer_join (&producer);
  g_assert_cmpint (producer.sent, ==, 2);

  eric_listener_stop (blocking);
  g_assert_false (eric_channel_dispatch (channel, eric_listener_get_id (blocking), message, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL);
}

/* So has the message that a producer sends itself. */
static void
test_last_message (void)
{
  g_autoptr (EricListener) listener = eric_listener_new ();

  for (EricOverflow overflow = ERIC_OVERFLOW_DROP_OLDEST; overflow <= ERIC_OVERFLOW_BLOCK; overflow++)
    {
      g_object_set (listener, "capacity", overflow + 1, "overflow", overflow, NULL);
      pool_push_end (listener);
      g_assert_cmpuint (eric_listener_get_pending (listener), ==, overflow + 1);
      g_assert_cmpuint (eric_listener_get_dropped (listener), ==, 0);
      pool_push_end (listener);
      g_assert_cmpuint (eric_listener_get_pending (listener), ==, overflow + 2);
      eric_listener_start (listener);
      g_object_unref (eric_listener_deliver_next (listener, NULL));
      eric_listener_stop (listener);
    }
}

static gpointer
dispatch_thread (gpointer data)
{
  gpointer *args = data;
  g_autoptr (EricMessage) message = pool_new_message ("x", 1);

  return GINT_TO_POINTER (eric_channel_dispatch (args[0], args[1], message, NULL));
}

static void
test_dispatch (void)
{
  g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("room"));
  g_autoptr (EricListener) blocking = new_blocking_listener (1);
  gpointer args[] = { channel, (gpointer) eric_listener_get_id (blocking) };
  GThread *thread;

  g_assert_true (eric_channel_register_listener (channel, blocking, NULL));
  pool_push (blocking, "x", 0);
  thread = g_thread_new ("dispatch", dispatch_thread, args);
  wait_for_pending (blocking, 2);
  take (blocking, 0);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  take (blocking, 1);
}

/* What closes a channel has its place in any queue, and holds up nobody. */
static void
test_close (void)
{
  g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("room"));
  g_autoptr (EricListener) blocking = new_blocking_listener (1);

  g_assert_true (eric_channel_register_listener (channel, blocking, NULL));
  pool_push (blocking, "x", 0);
  eric_channel_close (channel);
  g_assert_cmpuint (eric_listener_get_pending (blocking), ==, 2);
}

#define N_ENDS 300000

/* What ends a stream stays, however many there are of it. */
static void
test_many_ends (void)
{
  g_autoptr (EricListener) listener = eric_listener_new ();
  g_autoptr (EricMessage) last = NULL;

  eric_listener_set_capacity (listener, 1);
  for (int i = 0; i < N_ENDS; i++)
    pool_push_end (listener);
  pool_push (listener, "x", 1);
  pool_push_end (listener);
  pool_push (listener, "x", 2);
  g_assert_cmpuint (eric_listener_get_dropped (listener), ==, 1);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, N_ENDS + 2);

  eric_listener_start (listener);
  for (int i = 0; i <= N_ENDS; i++)
    {
      g_autoptr (EricMessage) end = eric_listener_deliver_next (listener, NULL);

      g_assert_cmpstr (eric_message_get_event_type (end), ==, ERIC_MESSAGE_TYPE_CLOSED);
    }
  last = eric_listener_deliver_next (listener, NULL);
  g_assert_cmpint (pool_get_number (last), ==, 2);
}

/* A pool: what runs does not count. */
static void
test_pool_limit (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);
  Producer producer = { .listener = listener, .n = 6 };

  eric_thread_pool_listener_set_max_pending (ERIC_THREAD_POOL_LISTENER (listener), 3);
  eric_listener_start (listener);
  producer_start (&producer);
  for (int i = 0; i < 4; i++)
    g_async_queue_pop (producer.steps);
  pool_gate_wait_entered (gate, 1);
  wait_for_pending (listener, 4);
  g_assert_null (g_async_queue_try_pop (producer.steps));

  pool_gate_open (gate, 1);
  g_async_queue_pop (producer.steps);
  wait_for_pending (listener, 4);
  g_assert_null (g_async_queue_try_pop (producer.steps));

  pool_gate_open (gate, G_MAXUINT);
  producer_join (&producer);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 6);
}

static void
test_pool_refuses (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, pool_gate_pass, gate, NULL);
  g_autoptr (EricMessage) message = pool_new_message ("x", 9);
  g_autoptr (GError) error = NULL;

  g_object_set (listener, "max-pending", 2, "overflow", ERIC_OVERFLOW_REJECT, NULL);
  eric_listener_start (listener);
  pool_push (listener, "x", 0);
  pool_gate_wait_entered (gate, 1);
  pool_push (listener, "x", 1);
  pool_push (listener, "x", 2);
  g_assert_false (eric_listener_push (listener, message, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL);

  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 3);
}

/* Messages that wait behind another of their key fill the queue as well. */
static void
test_pool_counts_those_behind (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);
  g_autoptr (EricMessage) message = pool_new_message ("x", 9);

  g_object_set (listener, "max-pending", 2, "overflow", ERIC_OVERFLOW_REJECT,
                "task-order", ERIC_TASK_ORDER_BY_TYPE, NULL);
  eric_listener_start (listener);
  pool_push (listener, "x", 0);
  pool_gate_wait_entered (gate, 1);
  pool_push (listener, "x", 1);
  pool_push (listener, "x", 2);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 2);
  g_assert_false (eric_listener_push (listener, message, NULL));

  pool_gate_open (gate, 1);
  pool_gate_wait_entered (gate, 2);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  pool_push (listener, "x", 3);
  pool_gate_open (gate, G_MAXUINT);
  pool_drain (listener);
  g_assert_cmpuint (gate->left, ==, 4);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 0);
}

static EricMessage *
multiply (EricMessage   *message,
          GCancellable  *cancellable,
          gpointer       user_data,
          GError       **error)
{
  EricListener *listener = *(EricListener **) user_data;
  gint64 number = pool_get_number (message);

  for (gint64 i = 0; i < number; i++)
    pool_push (listener, "x", number - 1);
  if (number == 0)
    pool_push_end (listener);
  return g_object_ref (message);
}

/* A task sends to its own listener, which is full: it would wait for itself. */
static void
test_pool_sends_to_itself (void)
{
  g_autoptr (EricListener) listener = NULL;

  listener = eric_thread_pool_listener_new (1, multiply, &listener, NULL);
  eric_thread_pool_listener_set_max_pending (ERIC_THREAD_POOL_LISTENER (listener), 1);
  pool_push (listener, "x", 4);
  eric_listener_start (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), >, 4);
}

/* Results that nobody reads hold up the tasks, and so those that send. */
static void
test_pool_results (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (2, NULL, NULL, NULL);
  g_autoptr (EricListener) results = new_blocking_listener (5);
  Producer producer = { .listener = listener, .n = 1000 };
  guint n = 0, most = 0;

  eric_thread_pool_listener_set_results (ERIC_THREAD_POOL_LISTENER (listener), results);
  eric_thread_pool_listener_set_max_pending (ERIC_THREAD_POOL_LISTENER (listener), 3);
  eric_listener_start (listener);
  producer_start (&producer);
  while (n < 1000)
    {
      g_autoptr (EricMessage) result = eric_listener_deliver_next (results, NULL);

      most = MAX (most, eric_listener_get_pending (results));
      if (result == NULL)
        g_thread_yield ();
      else
        n++;
    }
  producer_join (&producer);
  pool_drain (listener);
  /* What two workers hold in their hands is in the queue already. */
  g_assert_cmpuint (most, <=, 5 + 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/listener-room/limit", test_limit);
  g_test_add_func ("/listener-room/held-in-order", test_held_in_order);
  g_test_add_func ("/listener-room/stopped", test_stopped);
  g_test_add_func ("/listener-room/more-capacity", test_more_capacity);
  g_test_add_func ("/listener-room/broadcast", test_broadcast);
  g_test_add_func ("/listener-room/dispatch", test_dispatch);
  g_test_add_func ("/listener-room/close", test_close);
  g_test_add_func ("/listener-room/last-message", test_last_message);
  g_test_add_func ("/listener-room/many-ends", test_many_ends);
  g_test_add_func ("/listener-room/pool-limit", test_pool_limit);
  g_test_add_func ("/listener-room/pool-refuses", test_pool_refuses);
  g_test_add_func ("/listener-room/pool-counts-those-behind", test_pool_counts_those_behind);
  g_test_add_func ("/listener-room/pool-sends-to-itself", test_pool_sends_to_itself);
  g_test_add_func ("/listener-room/pool-results", test_pool_results);

  return g_test_run ();
}
