/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* data-processing FOLDER: the checksums of all files below a folder. Threads read the
 * files, the terminal shows how far they are, and browsers get each result as an event. */

#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "checksums.h"

#define MAX_WAITING   1000                  /* files, and results */
#define BATCH         100
#define HISTORY_BYTES (256 * 1024 * 1024)   /* for browsers that come late */
#define DRAIN_TIMEOUT 2000                  /* milliseconds, for browsers that are slow */

typedef struct
{
  GMainLoop                 *loop;
  GFile                     *folder;
  GCancellable              *cancellable;
  EricDataProcessingChannel *work;
  EricChannel               *events;
  EricSseServer             *server;
  gboolean                   stay;
  gboolean                   finished;
} App;

/* In a thread of its own: it is held up where too many files wait. */
static gpointer
walk_thread (gpointer user_data)
{
  App *app = user_data;

  send_files (ERIC_CHANNEL (app->work), app->folder, app->cancellable);
  eric_data_processing_channel_notify_end (app->work);
  return NULL;
}

/* An application with a window would have a progress bar instead:
 * g_object_bind_property (work, "fraction", bar, "fraction", G_BINDING_SYNC_CREATE) */
static void
show_progress_cb (EricDataProcessingChannel *work)
{
  g_print ("\r%" G_GUINT64_FORMAT " files, %" G_GUINT64_FORMAT " failed, %" G_GUINT64_FORMAT
           " wait, %.0f a second\033[K",
           eric_data_processing_channel_get_done (work),
           eric_data_processing_channel_get_failed (work),
           eric_data_processing_channel_get_pending (work),
           eric_data_processing_channel_get_per_second (work));
}

static void
publish (App         *app,
         const char  *event_type,
         GVariant    *payload)
{
  g_autoptr (EricMessage) event = eric_message_new (event_type, payload, NULL);

  eric_channel_broadcast (app->events, event, NULL);
}

static void
take_result (App         *app,
             EricMessage *result)
{
  const char *event_type = eric_message_get_event_type (result);
  GVariant *payload = eric_message_get_payload (result);

  if (g_str_equal (event_type, ERIC_MESSAGE_TYPE_ERROR))
    {
      const char *reason = NULL;

      g_variant_lookup (payload, "reason", "&s", &reason);
      g_printerr ("%sdata-processing: %s\n", isatty (STDERR_FILENO) ? "\r\033[K" : "", reason);
      publish (app, "failure", payload);
    }
  else if (!g_str_equal (event_type, ERIC_MESSAGE_TYPE_CLOSED))
    eric_channel_broadcast (app->events, result, NULL);
}

static void
drained_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_main_loop_quit (user_data);
}

static void
quit (App *app)
{
  eric_sse_server_drain_async (app->server, DRAIN_TIMEOUT, NULL, drained_cb, app->loop);
}

static void
finish (App *app)
{
  guint64 done = eric_data_processing_channel_get_done (app->work);
  guint64 failed = eric_data_processing_channel_get_failed (app->work);
  GVariantDict totals;

  app->finished = TRUE;
  g_variant_dict_init (&totals, NULL);
  g_variant_dict_insert (&totals, "files", "x", (gint64) done);
  g_variant_dict_insert (&totals, "failures", "x", (gint64) failed);
  publish (app, "done", g_variant_dict_end (&totals));
  g_print ("%s%" G_GUINT64_FORMAT " files, %" G_GUINT64_FORMAT " failed%s\n",
           isatty (STDOUT_FILENO) ? "\r\033[K" : "", done, failed,
           g_cancellable_is_cancelled (app->cancellable) ? ", interrupted" : "");
  if (!app->stay || g_cancellable_is_cancelled (app->cancellable))
    quit (app);
}

static void
results_cb (GObject      *source,
            GAsyncResult *async_result,
            gpointer      user_data)
{
  EricMessageStream *stream = ERIC_MESSAGE_STREAM (source);
  g_autoptr (GPtrArray) results = eric_message_stream_next_batch_finish (stream, async_result, NULL);
  App *app = user_data;

  for (guint i = 0; results != NULL && i < results->len; i++)
    take_result (app, results->pdata[i]);
  if (results == NULL)
    finish (app);
  else
    eric_message_stream_next_batch_async (stream, BATCH, G_PRIORITY_DEFAULT, NULL, results_cb, app);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  App *app = user_data;

  if (app->finished)
    quit (app);
  else
    g_cancellable_cancel (app->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve (App     *app,
       int      port,
       GError **error)
{
  g_autoptr (SoupServer) soup_server = soup_server_new (NULL, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);

  app->server = eric_sse_server_new (soup_server, NULL);
  eric_sse_server_set_allow_publish (app->server, FALSE);
  eric_sse_server_mount (app->server, "/events", NULL);
  app->events = eric_channel_container_add (eric_sse_server_get_channels (app->server), "checksums", NULL);
  eric_sse_channel_set_history_size (ERIC_SSE_CHANNEL (app->events), G_MAXUINT);
  eric_sse_channel_set_history_bytes (ERIC_SSE_CHANNEL (app->events), HISTORY_BYTES);
  return eric_sse_server_listen (app->server, address, error);
}

static void
show_address (App *app)
{
  GSocketAddress *address = eric_sse_server_get_listen_address (app->server);

  g_print ("http://127.0.0.1:%u/events/checksums?lastEventId=earliest\n",
           g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

static void
run (App *app)
{
  g_autoptr (EricThreadPoolListener) listener = NULL;
  g_autoptr (EricMessageStream) stream = NULL;
  GThread *walk;

  app->work = eric_data_processing_channel_new (NULL);
  listener = eric_data_processing_channel_add_threaded_listener (app->work, 0, checksum_file, NULL, NULL, NULL);
  app->cancellable = g_object_ref (eric_thread_pool_listener_get_cancellable (listener));
  eric_thread_pool_listener_set_max_pending (listener, MAX_WAITING);
  if (isatty (STDOUT_FILENO))
    g_signal_connect (app->work, "notify::fraction", G_CALLBACK (show_progress_cb), NULL);

  stream = eric_data_processing_channel_process_queue (app->work, listener, ERIC_RESULT_ORDER_COMPLETION, NULL);
  eric_listener_set_capacity (eric_message_stream_get_listener (stream), MAX_WAITING);
  eric_message_stream_next_batch_async (stream, BATCH, G_PRIORITY_DEFAULT, NULL, results_cb, app);

  g_unix_signal_add (SIGINT, interrupt_cb, app);
  g_unix_signal_add (SIGTERM, interrupt_cb, app);
  show_address (app);
  walk = g_thread_new ("walk", walk_thread, app);
  g_main_loop_run (app->loop);
  g_thread_join (walk);
}

static void
app_clear (App *app)
{
  g_clear_object (&app->work);
  g_clear_object (&app->events);
  g_clear_object (&app->server);
  g_clear_object (&app->cancellable);
  g_clear_object (&app->folder);
  g_clear_pointer (&app->loop, g_main_loop_unref);
}

int
main (int    argc,
      char **argv)
{
  App app = { 0 };
  int port = 0, status;
  const GOptionEntry options[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &port, "Serve on this port (default: any)", "N" },
    { "serve", 's', 0, G_OPTION_ARG_NONE, &app.stay, "Stay until Ctrl-C, for browsers that come late", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("FOLDER");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc != 2 || port < 0 || port > G_MAXUINT16)
    {
      g_printerr ("data-processing: %s\n", error != NULL ? error->message : "see data-processing --help");
      return 2;
    }
  app.folder = g_file_new_for_commandline_arg (argv[1]);
  if (g_file_query_file_type (app.folder, 0, NULL) != G_FILE_TYPE_DIRECTORY)
    {
      g_printerr ("data-processing: %s is no folder\n", argv[1]);
      app_clear (&app);
      return 2;
    }
  if (!serve (&app, port, &error))
    {
      g_printerr ("data-processing: %s\n", error->message);
      app_clear (&app);
      return 2;
    }
  app.loop = g_main_loop_new (NULL, FALSE);
  run (&app);

  status = eric_data_processing_channel_get_failed (app.work) > 0 ||
           g_cancellable_is_cancelled (app.cancellable);
  app_clear (&app);
  return status;
}
