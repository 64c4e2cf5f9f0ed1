/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>

#include "pool-util.h"
#include "test-util.h"

/* A call that is cancelled in the middle of it, whose callback runs in another thread. */

#define N_CALLS 10

/* Of the thread that calls. */
static __thread GCancellable *to_cancel;
static __thread guint n_locks;    /* that are taken before it is cancelled */

static int n_told;                /* (atomic) */

/* For the other thread, to tell it where it can. */
static void
give_time (void)
{
  int before = g_atomic_int_get (&n_told);
  gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_MILLISECOND;

  while (g_atomic_int_get (&n_told) == before && g_get_monotonic_time () < end)
    g_thread_yield ();
}

/* Stands before that of GLib, also for the library. */
void
g_mutex_lock (GMutex *mutex)
{
  void (*lock) (GMutex *) = (void (*) (GMutex *)) dlsym (RTLD_NEXT, "g_mutex_lock");

  if (to_cancel != NULL && n_locks-- == 0)
    {
      g_cancellable_cancel (g_steal_pointer (&to_cancel));
      give_time ();
    }
  lock (mutex);
}

static void
told_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eric_thread_pool_listener_wait_finish (ERIC_THREAD_POOL_LISTENER (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_atomic_int_inc (&n_told);
}

static gpointer
call_thread (gpointer listener)
{
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      n_locks = i;
      to_cancel = cancellable;
      eric_thread_pool_listener_wait_async (listener, G_PRIORITY_DEFAULT, cancellable, told_cb, NULL);
      to_cancel = NULL;
      g_cancellable_cancel (cancellable);
    }
  return NULL;
}

/* Nothing of it is left behind for the time when the listener stops. */
static void
test_cancelled_in_the_call (void)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (1, NULL, NULL, NULL);
  GThread *thread;

  eric_listener_start (listener);
  thread = g_thread_new ("caller", call_thread, listener);
  test_wait_until (g_atomic_int_get (&n_told) == N_CALLS);
  g_thread_join (thread);
  eric_listener_stop (listener);
  pool_wait (listener);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool-wait/cancelled-in-the-call", test_cancelled_in_the_call);
  return g_test_run ();
}
