/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "eric-progress-private.h"
#include "pool-util.h"
#include "test-util.h"

#define INTERVAL (ERIC_DATA_PROCESSING_CHANNEL_PROGRESS_INTERVAL * G_TIME_SPAN_MILLISECOND)
#define SECOND   G_TIME_SPAN_SECOND

/* What the notifications said. */
typedef struct
{
  GThread *thread;
  gint64   start;        /* monotonic microseconds */
  guint    n_notified;
  guint    n_done;       /* of which were of "done" */
  guint64  done;
  guint64  failed;
  guint64  pending;
  double   fraction;
  double   per_second;
} Bar;

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           Bar        *bar)
{
  g_assert_true (g_thread_self () == bar->thread);
  bar->n_notified++;
  if (g_str_equal (pspec->name, "done"))
    g_assert_cmpint (g_get_monotonic_time () - bar->start, >=, bar->n_done++ * INTERVAL);
  g_object_get (object, "done", &bar->done, "failed", &bar->failed, "pending", &bar->pending,
                "fraction", &bar->fraction, "per-second", &bar->per_second, NULL);
}

static void
bar_watch (Bar                       *bar,
           EricDataProcessingChannel *channel)
{
  *bar = (Bar) { .thread = g_thread_self (), .start = g_get_monotonic_time () };
  g_signal_connect (channel, "notify", G_CALLBACK (notify_cb), bar);
}

static EricThreadPoolListener *
add (EricDataProcessingChannel *channel,
     EricProcessFunc            func,
     gpointer                   user_data)
{
  return eric_data_processing_channel_add_threaded_listener (channel, 2, func, user_data, NULL, NULL);
}

static void
broadcast (EricDataProcessingChannel *channel,
           const char                *event_type,
           int                        n)
{
  for (int i = 0; i < n; i++)
    {
      g_autoptr (EricMessage) message = pool_new_message (event_type, i);

      eric_channel_broadcast (ERIC_CHANNEL (channel), message, NULL);
    }
}

static void
test_rate (void)
{
  EricRate rate = { 0 };

  g_assert_cmpfloat (_eric_rate_sample (&rate, 10 * SECOND, 100), ==, 0);
  g_assert_cmpfloat (_eric_rate_sample (&rate, 10 * SECOND, 105), ==, 0);
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 11 * SECOND, 110), 10, 1e-9);
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 12 * SECOND, 130), 15, 1e-9);
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 13 * SECOND, 160), 55. / 3, 1e-9);
  /* The window has moved on. */
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 14 * SECOND, 160), 50. / 3, 1e-9);
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 15 * SECOND, 160), 10, 1e-9);
  g_assert_cmpfloat (_eric_rate_sample (&rate, 16 * SECOND, 160), ==, 0);
  /* After a long time without a sample, it was as it was before. */
  g_assert_cmpfloat_with_epsilon (_eric_rate_sample (&rate, 100 * SECOND, 190), 10, 1e-9);
}

/* More often than it has room for: what it has is the latest. */
static void
test_rate_often (void)
{
  EricRate rate = { 0 };

  for (int i = 0; i <= 1000; i++)
    {
      double per_second = _eric_rate_sample (&rate, SECOND + i * 1000, 2 * i);

      g_assert_cmpfloat_with_epsilon (per_second, i > 0 ? 2000 : 0, 1e-6);
      g_assert_cmpuint (rate.length, <=, ERIC_RATE_N_SAMPLES);
    }
}

static void
test_from_begin_to_end (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, pool_gate_pass, gate);
  Bar bar;

  bar_watch (&bar, channel);
  g_assert_cmpfloat (eric_data_processing_channel_get_fraction (channel), ==, 0);
  test_settle ();
  g_assert_cmpuint (bar.n_notified, ==, 0);

  broadcast (channel, "x", 7);
  broadcast (channel, "fail", 1);
  test_wait_until (bar.pending == 8);
  eric_listener_start (ERIC_LISTENER (listener));
  pool_gate_open (gate, 4);
  test_wait_until (bar.done == 4);
  g_assert_cmpuint (bar.pending, ==, 4);
  g_assert_cmpfloat (bar.fraction, ==, 0.5);
  test_wait_until (bar.per_second > 0);
  pool_gate_open (gate, G_MAXUINT);
  test_wait_until (bar.pending == 0);
  g_assert_cmpuint (bar.done, ==, 7);
  g_assert_cmpuint (bar.failed, ==, 1);
  g_assert_cmpfloat (bar.fraction, ==, 1);

  /* The rate falls to nothing, and then it is quiet. */
  test_wait_until (bar.per_second == 0);
  eric_listener_stop (ERIC_LISTENER (listener));
  pool_wait (ERIC_LISTENER (listener));
}

/* However fast tasks are. */
static void
test_throttled (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, NULL, NULL);
  guint n_sent = 0;
  Bar bar;

  bar_watch (&bar, channel);
  eric_listener_start (ERIC_LISTENER (listener));
  while (bar.n_done < 4)
    {
      broadcast (channel, "x", 10);
      n_sent += 10;
      test_settle ();
    }
  g_assert_cmpuint (n_sent, >, 40);
  test_wait_until (bar.pending == 0);
  g_assert_cmpuint (bar.done, ==, n_sent);
}

/* Nothing but a look into the main context of its own ever tells it. */
static void
test_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (EricDataProcessingChannel) channel = NULL;
  g_autoptr (EricThreadPoolListener) listener = NULL;
  Bar bar;

  g_main_context_push_thread_default (context);
  channel = eric_data_processing_channel_new (NULL);
  g_main_context_pop_thread_default (context);
  listener = add (channel, NULL, NULL);
  bar_watch (&bar, channel);

  eric_listener_start (ERIC_LISTENER (listener));
  broadcast (channel, "x", 5);
  eric_data_processing_channel_notify_end (channel);
  pool_wait (ERIC_LISTENER (listener));
  test_settle ();
  g_assert_cmpuint (bar.n_notified, ==, 0);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 5);

  g_main_context_push_thread_default (context);
  test_wait_until (bar.n_done == 1);
  g_assert_cmpuint (bar.done, ==, 5);
  test_wait_until (bar.fraction == 1);
  g_main_context_pop_thread_default (context);
}

/* What listeners did that are gone is not forgotten, what they did not do is. */
static void
test_listeners_that_go (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  EricThreadPoolListener *first = add (channel, NULL, NULL);
  EricListener *second = eric_thread_pool_listener_new (1, NULL, NULL, NULL);
  Bar bar;

  bar_watch (&bar, channel);
  eric_channel_register_listener (ERIC_CHANNEL (channel), second, NULL);
  eric_listener_start (ERIC_LISTENER (first));
  broadcast (channel, "x", 5);
  g_assert_true (eric_channel_remove_listener (ERIC_CHANNEL (channel),
                                               eric_listener_get_id (ERIC_LISTENER (first)), NULL));
  pool_wait (ERIC_LISTENER (first));
  test_wait_until (bar.done == 5 && bar.pending == 5);
  while (G_OBJECT (first)->ref_count > 1)
    g_thread_yield ();
  test_finalize (first);
  g_assert_cmpuint (eric_data_processing_channel_get_done (channel), ==, 5);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 5);

  eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (second), NULL);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 5);
  test_finalize (second);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
  test_wait_until (bar.pending == 0);
  g_assert_cmpuint (bar.done, ==, 5);
}

/* One channel counts a listener, and once. */
static void
test_listener_of_two (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricDataProcessingChannel) another = eric_data_processing_channel_new (NULL);
  EricThreadPoolListener *listener = add (channel, NULL, NULL);
  const char *id = eric_listener_get_id (ERIC_LISTENER (listener));

  g_assert_true (eric_channel_register_listener (ERIC_CHANNEL (another), ERIC_LISTENER (listener), NULL));
  g_assert_true (eric_channel_remove_listener (ERIC_CHANNEL (channel), id, NULL));
  g_assert_true (eric_channel_register_listener (ERIC_CHANNEL (channel), ERIC_LISTENER (listener), NULL));
  broadcast (channel, "x", 1);
  broadcast (another, "x", 1);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 2);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (another), ==, 0);

  /* It outlives the channel that counts. */
  eric_channel_remove_listener (ERIC_CHANNEL (another), id, NULL);
  g_object_unref (g_steal_pointer (&channel));
  eric_listener_start (ERIC_LISTENER (listener));
  pool_wait (ERIC_LISTENER (listener));
  while (G_OBJECT (listener)->ref_count > 1)
    g_thread_yield ();
  test_finalize (listener);
}

/* Other listeners of the channel are not counted, nor what is dropped. */
static void
test_other_listeners (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricListener) plain = eric_channel_add_listener (ERIC_CHANNEL (channel), NULL);
  g_autoptr (EricListener) reader = eric_thread_pool_listener_new (1, NULL, NULL, NULL);

  eric_channel_register_listener (ERIC_CHANNEL (channel), reader, NULL);
  broadcast (channel, "x", 3);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);
  eric_listener_set_overflow (reader, ERIC_OVERFLOW_DROP_OLDEST);
  eric_listener_set_capacity (reader, 3);
  broadcast (channel, "x", 2);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3);
}

/* Put off for another try, it is pending, and counted once. */
static void
test_retries (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricThreadPoolListener) listener = add (channel, pool_gate_pass, gate);

  eric_thread_pool_listener_set_max_retries (listener, 2);
  eric_thread_pool_listener_set_retry_delay (listener, 0);
  eric_thread_pool_listener_set_task_order (listener, ERIC_TASK_ORDER_BY_TYPE);
  eric_listener_start (ERIC_LISTENER (listener));
  broadcast (channel, "fail", 3);
  for (guint i = 1; i <= 9; i++)
    {
      pool_gate_wait_entered (gate, i);
      g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 3 - (i - 1) / 3);
      pool_gate_open (gate, 1);
    }
  pool_drain (ERIC_LISTENER (listener));
  g_assert_cmpuint (eric_data_processing_channel_get_failed (channel), ==, 3);
  g_assert_cmpuint (eric_data_processing_channel_get_pending (channel), ==, 0);
}

static void
drop_cb (EricDataProcessingChannel *channel,
         GParamSpec                *pspec,
         gpointer                   user_data)
{
  EricDataProcessingChannel **reference = user_data;

  g_clear_object (reference);
}

static void
test_dropped_by_handler (void)
{
  EricDataProcessingChannel *channel = eric_data_processing_channel_new (NULL);
  gpointer watched = channel;

  g_object_add_weak_pointer (G_OBJECT (channel), &watched);
  g_object_unref (add (channel, NULL, NULL));
  g_signal_connect (channel, "notify::pending", G_CALLBACK (drop_cb), &channel);
  broadcast (channel, "x", 1);
  test_wait_until (watched == NULL);
}

static void
test_bound (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = add (channel, NULL, NULL);
  g_autoptr (GObject) bar = g_object_new (G_TYPE_SIMPLE_ACTION, "name", "bar", NULL);

  /* Any property that can be written will do: what counts is the last value. */
  g_object_bind_property (channel, "pending", bar, "enabled", G_BINDING_SYNC_CREATE);
  broadcast (channel, "x", 2);
  test_wait_until (g_action_get_enabled (G_ACTION (bar)));
  eric_listener_start (ERIC_LISTENER (listener));
  test_wait_until (!g_action_get_enabled (G_ACTION (bar)));
}

#define N_STORM 50000

static gpointer
storm_thread (gpointer data)
{
  broadcast (data, "x", N_STORM);
  return NULL;
}

/* From many threads, with listeners that come and go: the last word is right. */
static void
test_storm (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  GThread *producers[3];
  guint64 done = 0;
  Bar bar;

  bar_watch (&bar, channel);
  for (guint i = 0; i < G_N_ELEMENTS (producers); i++)
    producers[i] = g_thread_new ("producer", storm_thread, channel);
  for (int i = 0; i < 200; i++)
    {
      g_autoptr (EricThreadPoolListener) listener = add (channel, NULL, NULL);

      eric_listener_start (ERIC_LISTENER (listener));
      test_settle ();
      g_assert_cmpuint (eric_data_processing_channel_get_done (channel), >=, done);
      done = eric_data_processing_channel_get_done (channel);
      eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (ERIC_LISTENER (listener)), NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (producers); i++)
    g_thread_join (producers[i]);
  test_wait_until (eric_data_processing_channel_get_pending (channel) == 0);
  done = eric_data_processing_channel_get_done (channel);
  test_wait_until (bar.pending == 0 && bar.done == done);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/progress/rate", test_rate);
  g_test_add_func ("/eric/progress/rate-often", test_rate_often);
  g_test_add_func ("/eric/progress/from-begin-to-end", test_from_begin_to_end);
  g_test_add_func ("/eric/progress/throttled", test_throttled);
  g_test_add_func ("/eric/progress/context", test_context);
  g_test_add_func ("/eric/progress/listeners-that-go", test_listeners_that_go);
  g_test_add_func ("/eric/progress/listener-of-two", test_listener_of_two);
  g_test_add_func ("/eric/progress/other-listeners", test_other_listeners);
  g_test_add_func ("/eric/progress/retries", test_retries);
  g_test_add_func ("/eric/progress/dropped-by-handler", test_dropped_by_handler);
  g_test_add_func ("/eric/progress/bound", test_bound);
  g_test_add_func ("/eric/progress/storm", test_storm);
  return g_test_run ();
}
