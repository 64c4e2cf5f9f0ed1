/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listen-private.h"
#include "eric-tool.h"

typedef struct
{
  EricListenOptions  options;
  GMainLoop         *loop;         /* (owned) */
  int                n_printed;
  char              *complaint;    /* (owned) (nullable): the last one, not to be repeated */
  int                code;
} EricListen;

static void
end (EricListen *listen,
     int         code)
{
  listen->code = code;
  g_main_loop_quit (listen->loop);
}

static gboolean
is_wanted (EricListen  *listen,
           EricMessage *message)
{
  const char * const *event_types = (const char * const *) listen->options.event_types;

  return event_types == NULL || g_strv_contains (event_types, eric_message_get_event_type (message));
}

static void
message_cb (EricEventSource *source,
            EricMessage     *message,
            EricListen      *listen)
{
  if (!is_wanted (listen, message))
    return;
  listen->n_printed++;
  if (!eric_listen_print (message, listen->options.json) ||
      listen->n_printed == listen->options.count)
    {
      eric_event_source_close (source);
      end (listen, ERIC_EXIT_OK);
    }
}

static void
gap_cb (EricEventSource *source,
        const char      *reason,
        EricListen      *listen)
{
  g_printerr ("eric-sse listen: messages are missing here (%s)\n", reason);
}

static void
open_cb (EricEventSource *source,
         EricListen      *listen)
{
  if (listen->complaint != NULL)
    g_printerr ("eric-sse listen: connected again\n");
  g_clear_pointer (&listen->complaint, g_free);
}

static void
error_cb (EricEventSource *source,
          const GError    *error,
          EricListen      *listen)
{
  gboolean again = eric_event_source_get_ready_state (source) == ERIC_READY_STATE_CONNECTING;
  g_autofree char *complaint = g_strdup_printf (again ? "%s; trying again" : "%s", error->message);

  if (g_strcmp0 (complaint, listen->complaint) == 0)
    return;
  g_printerr ("eric-sse listen: %s\n", complaint);
  g_free (listen->complaint);
  listen->complaint = g_steal_pointer (&complaint);
}

static void
closed_cb (EricEventSource *source,
           EricListen      *listen)
{
  end (listen, eric_event_source_get_error (source) != NULL ? ERIC_EXIT_FAILED : ERIC_EXIT_OK);
}

static gboolean
timeout_cb (gpointer user_data)
{
  EricListen *listen = user_data;

  g_signal_handlers_disconnect_by_func (listen->options.source, closed_cb, listen);
  eric_event_source_close (listen->options.source);
  g_printerr ("eric-sse listen: the time is over\n");
  end (listen, ERIC_EXIT_TIMEOUT);
  return G_SOURCE_CONTINUE;
}

static void
run (EricListen *listen)
{
  EricEventSource *source = listen->options.source;
  guint timeout = 0;

  listen->loop = g_main_loop_new (NULL, FALSE);
  g_signal_connect (source, "message", G_CALLBACK (message_cb), listen);
  g_signal_connect (source, "gap", G_CALLBACK (gap_cb), listen);
  g_signal_connect (source, "open", G_CALLBACK (open_cb), listen);
  g_signal_connect (source, "error", G_CALLBACK (error_cb), listen);
  g_signal_connect (source, "closed", G_CALLBACK (closed_cb), listen);
  if (listen->options.timeout > 0)
    timeout = g_timeout_add (MIN (listen->options.timeout * 1000, G_MAXUINT), timeout_cb, listen);

  eric_event_source_start (source);
  g_main_loop_run (listen->loop);

  if (timeout != 0)
    g_source_remove (timeout);
  g_signal_handlers_disconnect_by_data (source, listen);
  g_clear_pointer (&listen->loop, g_main_loop_unref);
  g_clear_pointer (&listen->complaint, g_free);
}

int
eric_listen_main (int    argc,
                  char **argv)
{
  EricListen listen = { 0 };
  int code = eric_listen_options_parse (&listen.options, argc, argv);

  if (code < 0)
    {
      run (&listen);
      code = listen.code;
    }
  eric_listen_options_clear (&listen.options);
  return code;
}
