/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "pool-util.h"
#include "processing-util.h"
#include "test-util.h"

/* Runs that follow each other, and what ends them. */

/* The worker that ended a run may still be there when the next one begins, and so may one
 * that came too late for it. */
static void
test_again_and_again (void)
{
  for (guint max_workers = 1; max_workers <= 2; max_workers++)
    {
      g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
      g_autoptr (EricThreadPoolListener) listener = processing_add (channel, max_workers, NULL, NULL);

      for (int i = 0; i < 200; i++)
        {
          g_autoptr (EricMessageStream) stream = NULL;

          if (i % 2 == 0)
            processing_broadcast (channel, "x", 0, 3);
          stream = processing_begin (channel, listener, i % 3 == 0 ? ERIC_RESULT_ORDER_INPUT : ERIC_RESULT_ORDER_COMPLETION);
          if (i % 2 == 1)
            processing_broadcast (channel, "x", 0, 3);
          eric_data_processing_channel_notify_end (channel);
          g_assert_cmpuint (processing_read_all (stream), ==, 3);
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
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, NULL, NULL);

  g_signal_connect (listener, "notify::running", G_CALLBACK (restart_cb), NULL);
  for (int i = 0; i < 100; i++)
    {
      processing_broadcast (channel, "x", 0, 1);
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
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, NULL, NULL);
  g_autoptr (EricListener) own = eric_listener_new ();
  g_autoptr (EricListener) results = NULL;
  g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

  /* The stream has no more results, but an end. */
  eric_listener_start (own);
  eric_thread_pool_listener_set_results (listener, own);
  processing_broadcast (channel, "x", 0, 2);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_ends (stream);
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
      EricThreadPoolListener *listener = processing_add (channel, 1, NULL, NULL);
      EricMessageStream *stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

      processing_broadcast (channel, "x", 0, 3);
      if (i > 0)
        eric_data_processing_channel_notify_end (channel);
      if (i > 1)
        eric_channel_remove_listener (ERIC_CHANNEL (channel), eric_listener_get_id (ERIC_LISTENER (listener)), NULL);
      for (int n = 0; n < 3; n++)
        processing_assert_next (stream, n);
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
  processing_broadcast (data, "x", 0, N_STORM);
  return NULL;
}

static void
test_storm (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 3, NULL, NULL);
  g_autoptr (EricMessageStream) stream = NULL;
  GThread *producers[3];
  guint64 done = 0;
  guint n = 0;

  eric_thread_pool_listener_set_max_pending (listener, 50);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
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
      g_object_unref (processing_next (stream));
      n++;
    }
  for (guint i = 0; i < G_N_ELEMENTS (producers); i++)
    g_thread_join (producers[i]);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_ends (stream);
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
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 2, NULL, NULL);
  guint n = 0;

  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (EricMessageStream) stream = NULL;
      GThread *stopper;

      processing_broadcast (channel, "x", 0, 5);
      eric_data_processing_channel_notify_end (channel);
      stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
      stopper = g_thread_new ("stopper", stop_thread, listener);
      n += processing_read_all (stream);
      g_thread_join (stopper);
      pool_wait (ERIC_LISTENER (listener));
    }
  while (eric_data_processing_channel_get_pending (channel) > 0)
    {
      g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);

      n += processing_read_all (stream);
    }
  g_assert_cmpuint (n, ==, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/data-processing-runs/again-and-again", test_again_and_again);
  g_test_add_func ("/eric/data-processing-runs/restarted-at-its-end", test_restarted_at_its_end);
  g_test_add_func ("/eric/data-processing-runs/own-results-again", test_own_results_again);
  g_test_add_func ("/eric/data-processing-runs/dropped", test_dropped);
  g_test_add_func ("/eric/data-processing-runs/storm", test_storm);
  g_test_add_func ("/eric/data-processing-runs/storm-of-ends", test_storm_of_ends);
  return g_test_run ();
}
