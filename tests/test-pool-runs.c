/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "pool-util.h"
#include "processing-util.h"
#include "test-util.h"

/* Where one run of a thread pool listener ends, and the next one begins. */

/* A listener that begins its next run as soon as anything says that it has stopped, in
 * the thread that says it: a worker, or the one that started it and is late to say so. */
#define TEST_TYPE_RESTARTER (test_restarter_get_type ())
G_DECLARE_FINAL_TYPE (TestRestarter, test_restarter, TEST, RESTARTER, EricThreadPoolListener)

struct _TestRestarter
{
  EricThreadPoolListener      parent_instance;

  EricDataProcessingChannel  *channel;   /* not owned */
  int                         begins;    /* (atomic) */
  EricMessageStream          *stream;    /* (owned) (nullable): of the next run */
  int                         begun;     /* (atomic) */
};

G_DEFINE_FINAL_TYPE (TestRestarter, test_restarter, ERIC_TYPE_THREAD_POOL_LISTENER)

static void
test_restarter_dispatch_properties_changed (GObject     *object,
                                            guint        n_pspecs,
                                            GParamSpec **pspecs)
{
  TestRestarter *self = TEST_RESTARTER (object);

  if (g_str_equal (pspecs[0]->name, "running") && !eric_listener_get_running (ERIC_LISTENER (self)) &&
      g_atomic_int_compare_and_exchange (&self->begins, FALSE, TRUE))
    {
      self->stream = processing_begin (self->channel, ERIC_THREAD_POOL_LISTENER (self),
                                       ERIC_RESULT_ORDER_COMPLETION);
      g_atomic_int_set (&self->begun, TRUE);
    }
  G_OBJECT_CLASS (test_restarter_parent_class)->dispatch_properties_changed (object, n_pspecs, pspecs);
}

static void
test_restarter_finalize (GObject *object)
{
  g_clear_object (&TEST_RESTARTER (object)->stream);

  G_OBJECT_CLASS (test_restarter_parent_class)->finalize (object);
}

static void
test_restarter_class_init (TestRestarterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispatch_properties_changed = test_restarter_dispatch_properties_changed;
  G_OBJECT_CLASS (klass)->finalize = test_restarter_finalize;
}

static void
test_restarter_init (TestRestarter *self)
{
}

/* The end of a run is not that of the next one. */
static void
test_next_run_begins_at_once (gconstpointer with_stream)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricListener) listener = g_object_new (TEST_TYPE_RESTARTER, "max-workers", 1, NULL);
  g_autoptr (EricMessageStream) first = NULL;
  TestRestarter *restarter = TEST_RESTARTER (listener);
  g_autoptr (EricMessageStream) second = NULL;

  restarter->channel = channel;
  g_assert_true (eric_channel_register_listener (ERIC_CHANNEL (channel), listener, NULL));
  processing_broadcast (channel, "x", 0, 1);
  eric_data_processing_channel_notify_end (channel);
  processing_broadcast (channel, "x", 1, 2);
  if (with_stream)
    first = processing_begin (channel, ERIC_THREAD_POOL_LISTENER (listener), ERIC_RESULT_ORDER_COMPLETION);
  else
    eric_listener_start (listener);
  test_wait_until (g_atomic_int_get (&restarter->begun));
  if (with_stream)
    {
      processing_assert_next (first, 0);
      processing_assert_ends (first);
    }

  second = g_object_ref (restarter->stream);
  processing_assert_next (second, 1);
  processing_assert_next (second, 2);
  eric_data_processing_channel_notify_end (channel);
  processing_assert_ends (second);
  pool_wait (listener);
}

static void
note_thread (GObject    *object,
             GParamSpec *pspec,
             GThread   **thread)
{
  g_atomic_pointer_set (thread, g_thread_self ());
}

/* The worker that is the last takes the results from the listener: that is told in the
 * main context, as all is. */
static void
test_results_notify (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 1, pool_gate_pass, gate);
  g_autoptr (EricMessageStream) stream = NULL;
  GThread *thread = NULL;

  processing_broadcast (channel, "x", 0, 1);
  stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_COMPLETION);
  pool_gate_wait_entered (gate, 1);
  g_signal_connect (listener, "notify::results", G_CALLBACK (note_thread), &thread);
  eric_listener_stop (ERIC_LISTENER (listener));
  pool_gate_open (gate, G_MAXUINT);
  processing_assert_next (stream, 0);
  processing_assert_ends (stream);
  pool_wait (ERIC_LISTENER (listener));
  test_wait_until (g_atomic_pointer_get (&thread) != NULL);
  g_assert_true (thread == g_thread_self ());
}

#define N_LATE 2000

static gpointer
late_thread (gpointer channel)
{
  for (int i = 0; i < N_LATE; i++)
    {
      processing_broadcast (channel, "x", i, 1);
      eric_data_processing_channel_notify_end (channel);
    }
  return NULL;
}

/* What comes while a run ends is of the next one: each message has its result. */
static void
test_late_messages (void)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = processing_add (channel, 3, NULL, NULL);
  GThread *thread = g_thread_new ("late", late_thread, channel);
  guint n = 0;

  for (int i = 0; i < N_LATE; i++)
    {
      g_autoptr (EricMessageStream) stream = processing_begin (channel, listener, ERIC_RESULT_ORDER_INPUT);

      n += processing_read_all (stream);
    }
  g_thread_join (thread);
  g_assert_cmpuint (n, ==, N_LATE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/pool-runs/next-begins-at-once", GINT_TO_POINTER (FALSE),
                        test_next_run_begins_at_once);
  g_test_add_data_func ("/pool-runs/next-begins-at-once/stream", GINT_TO_POINTER (TRUE),
                        test_next_run_begins_at_once);
  g_test_add_func ("/pool-runs/results-notify", test_results_notify);
  g_test_add_func ("/pool-runs/late-messages", test_late_messages);
  return g_test_run ();
}
