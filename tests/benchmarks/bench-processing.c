/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a task costs in a thread pool listener, beside a bare GThreadPool in the same
 * run; how much two workers do in the time of one; how much memory a million messages
 * take; and what the thread pools of Python do. */

#include <eric-sse.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define N_ROUNDS  9
#define N_TASKS   1000000
#define N_HEAVY   400
#define HEAVINESS 100000
#define N_WORKERS 2
#define MAX_WAIT  1000

typedef double (*Round) (EricMessage *message, guint n_workers);

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *rounds)
{
  qsort (rounds, N_ROUNDS, sizeof *rounds, compare);
  return rounds[N_ROUNDS / 2];
}

static long
get_resident_kib (void)
{
  long pages = 0, resident = 0;
  FILE *file = fopen ("/proc/self/statm", "r");

  if (file == NULL || fscanf (file, "%ld %ld", &pages, &resident) != 2)
    g_error ("no /proc/self/statm");
  fclose (file);
  return resident * sysconf (_SC_PAGESIZE) / 1024;
}

static int n_run;

static void
bare_task (gpointer data,
           gpointer user_data)
{
  g_atomic_int_inc (&n_run);
  g_object_unref (data);
}

static double
run_bare (EricMessage *message,
          guint        n_workers)
{
  GThreadPool *pool = g_thread_pool_new (bare_task, NULL, n_workers, FALSE, NULL);
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; i < N_TASKS; i++)
    g_thread_pool_push (pool, g_object_ref (message), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  return (g_get_monotonic_time () - begun) * 1e3 / N_TASKS;
}

static EricMessage *
light_task (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_atomic_int_inc (&n_run);
  return g_object_ref (message);
}

static void
drain (EricListener *listener)
{
  g_autoptr (EricMessage) end = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  eric_listener_push (listener, end, NULL);
  eric_thread_pool_listener_wait (ERIC_THREAD_POOL_LISTENER (listener), NULL, NULL);
}

static double
run_listener (EricMessage *message,
              guint        n_workers)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (n_workers, light_task, NULL, NULL);
  gint64 begun = g_get_monotonic_time ();

  eric_listener_start (listener);
  for (guint i = 0; i < N_TASKS; i++)
    eric_listener_push (listener, message, NULL);
  drain (listener);
  return (g_get_monotonic_time () - begun) * 1e3 / N_TASKS;
}

static EricMessage *
heavy_task (EricMessage   *message,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  volatile guint x = 1;

  for (guint i = 0; i < HEAVINESS; i++)
    x = x * 1664525 + 1013904223;
  return g_object_ref (message);
}

static double
run_heavy (EricMessage *message,
           guint        n_workers)
{
  g_autoptr (EricListener) listener = eric_thread_pool_listener_new (n_workers, heavy_task, NULL, NULL);
  gint64 begun = g_get_monotonic_time ();

  eric_listener_start (listener);
  for (guint i = 0; i < N_HEAVY; i++)
    eric_listener_push (listener, message, NULL);
  drain (listener);
  return (g_get_monotonic_time () - begun) / 1e3;
}

/* Turn by turn: what else the machine does hits both alike. Returns what the first costs
 * of the second. */
static double
compare_rounds (const char  *name,
                const char  *unit,
                EricMessage *message,
                Round        a,
                guint        a_workers,
                Round        b,
                guint        b_workers)
{
  double times[2][N_ROUNDS], ratios[N_ROUNDS], ratio;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      times[0][i] = a (message, a_workers);
      times[1][i] = b (message, b_workers);
      ratios[i] = times[0][i] / times[1][i];
    }
  ratio = get_median (ratios);
  printf ("%-44s %8.1f %s, beside %8.1f: %.2f (%.2f to %.2f)\n", name,
          get_median (times[0]), unit, get_median (times[1]), ratio, ratios[0], ratios[N_ROUNDS - 1]);
  return ratio;
}

static gpointer
produce (gpointer channel)
{
  for (guint i = 0; i < N_TASKS; i++)
    {
      g_autoptr (EricMessage) message = eric_message_new ("x", g_variant_new_int64 (i), NULL);

      eric_channel_broadcast (channel, message, NULL);
    }
  eric_data_processing_channel_notify_end (channel);
  return NULL;
}

typedef struct
{
  guint64    n;
  GMainLoop *loop;
} Reader;

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricMessageStream *stream = ERIC_MESSAGE_STREAM (source);
  g_autoptr (GPtrArray) batch = eric_message_stream_next_batch_finish (stream, result, NULL);
  Reader *reader = user_data;

  if (batch == NULL)
    {
      g_main_loop_quit (reader->loop);
      return;
    }
  reader->n += batch->len;
  eric_message_stream_next_batch_async (stream, MAX_WAIT, G_PRIORITY_DEFAULT, NULL, read_cb, reader);
}

/* A producer that is held up, two workers, results in order that are read in a main
 * loop: nothing piles up anywhere. */
static void
run_through (EricResultOrder order)
{
  g_autoptr (EricDataProcessingChannel) channel = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) listener = NULL;
  g_autoptr (EricMessageStream) stream = NULL;
  Reader reader = { 0, g_main_loop_new (NULL, FALSE) };
  long before = get_resident_kib ();
  gint64 begun = g_get_monotonic_time ();
  GThread *producer;

  listener = eric_data_processing_channel_add_threaded_listener (channel, N_WORKERS, light_task, NULL, NULL, NULL);
  eric_thread_pool_listener_set_max_pending (listener, MAX_WAIT);
  stream = eric_data_processing_channel_process_queue (channel, listener, order, NULL);
  eric_listener_set_capacity (eric_message_stream_get_listener (stream), MAX_WAIT);
  producer = g_thread_new ("producer", produce, channel);
  eric_message_stream_next_batch_async (stream, MAX_WAIT, G_PRIORITY_DEFAULT, NULL, read_cb, &reader);
  g_main_loop_run (reader.loop);
  g_thread_join (producer);
  g_main_loop_unref (reader.loop);

  /* The last one says that it is the last. */
  if (reader.n != N_TASKS + 1)
    g_error ("%" G_GUINT64_FORMAT " results came", reader.n);
  printf ("%-44s %8.1f ns a task, memory grew by %ld KiB\n",
          order == ERIC_RESULT_ORDER_INPUT ? "1,000,000 through a channel, in order" : "1,000,000 through a channel",
          (g_get_monotonic_time () - begun) * 1e3 / N_TASKS, get_resident_kib () - before);
}

static void
run_peer (const char *script)
{
  g_autoptr (GSubprocess) peer = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "python3", script, NULL);

  fflush (stdout);
  if (peer != NULL)
    g_subprocess_wait (peer, NULL, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (EricMessage) message = eric_message_new ("x", g_variant_new_int64 (1), NULL);
  double speedup;

  printf ("medians of %u rounds, turn by turn; %u workers\n", N_ROUNDS, N_WORKERS);
  compare_rounds ("a task that does nothing, GThreadPool beside", "ns", message,
                  run_listener, N_WORKERS, run_bare, N_WORKERS);
  speedup = compare_rounds ("400 tasks of processor time, 1 worker, 2 beside", "ms", message,
                            run_heavy, 1, run_heavy, N_WORKERS);
  printf ("two workers do %.2f times what one does\n", speedup);
  /* Once to fill the pools of the allocator. */
  run_through (ERIC_RESULT_ORDER_COMPLETION);
  run_through (ERIC_RESULT_ORDER_COMPLETION);
  run_through (ERIC_RESULT_ORDER_INPUT);
  run_through (ERIC_RESULT_ORDER_INPUT);
  if (argc > 1)
    run_peer (argv[1]);
  return 0;
}
