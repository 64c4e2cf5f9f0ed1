/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listen-private.h"
#include "eric-tool.h"

static void read_on (EricListen *listen);

static gboolean
is_type (EricMessage *message,
         const char  *type)
{
  return g_str_equal (eric_message_get_event_type (message), type);
}

static gboolean
is_end (EricListen  *listen,
        EricMessage *message)
{
  return is_type (message, ERIC_MESSAGE_TYPE_CLOSED) ||
         g_strcmp0 (eric_message_get_text (message), listen->options.end_marker) == 0;
}

static void
tell_failure (EricListen   *listen,
              const GError *error)
{
  g_autofree char *sentence = eric_tool_make_sentence (error->message);

  if (error->domain == ERIC_ERROR)
    g_printerr ("eric-sse listen: %s\n", sentence);
  else
    g_printerr ("eric-sse listen: " ERIC_TOOL_SOCKET_PREFIX "%s: %s\n", listen->options.path, sentence);
  eric_listen_end (listen, ERIC_EXIT_FAILED);
}

/* What comes after the end is for nobody: the program is about to leave. */
static void
next_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricListen *listen = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message =
    eric_socket_stream_next_finish (ERIC_SOCKET_STREAM (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || listen->ended)
    return;
  if (error != NULL)
    tell_failure (listen, error);
  else if (message == NULL || is_end (listen, message))
    eric_listen_end (listen, ERIC_EXIT_OK);
  else
    {
      if (is_type (message, ERIC_MESSAGE_TYPE_ERROR))
        eric_listen_tell_gap (eric_message_get_text (message));
      else
        eric_listen_take (listen, message);
      read_on (listen);
    }
}

static void
read_on (EricListen *listen)
{
  if (!listen->ended)
    eric_socket_stream_next_async (listen->stream, G_PRIORITY_DEFAULT, listen->cancellable,
                                   next_cb, listen);
}

static void
stream_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  EricListen *listen = user_data;
  g_autoptr (GError) error = NULL;

  listen->stream = eric_socket_client_stream_finish (ERIC_SOCKET_CLIENT (source), result, &error);
  if (listen->ended)
    return;
  if (error != NULL)
    tell_failure (listen, error);
  else
    read_on (listen);
}

void
eric_listen_socket_start (EricListen *listen)
{
  g_autoptr (EricSocketClient) client = eric_socket_client_new (listen->options.path);

  listen->cancellable = g_cancellable_new ();
  eric_socket_client_stream_async (client, listen->options.channel_id, NULL, G_PRIORITY_DEFAULT,
                                   listen->cancellable, stream_cb, listen);
}

void
eric_listen_socket_stop (EricListen *listen)
{
  g_cancellable_cancel (listen->cancellable);
  if (listen->stream != NULL)
    eric_socket_stream_close (listen->stream);
}
