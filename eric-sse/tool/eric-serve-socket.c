/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-serve-private.h"

/* Stands for the sockets that systemd hands over; a file of that name is ./systemd */
#define SYSTEMD "systemd"

static gboolean
is_systemd (EricServe *serve)
{
  return g_str_equal (serve->options.socket, SYSTEMD);
}

/* Where there is none, the server must not make one after all. */
static EricChannel *
channel_requested_cb (EricSocketServer *socket_server,
                      const char       *channel_id,
                      EricServe        *serve)
{
  EricSseChannel *channel = eric_serve_channels_request (serve->made, channel_id, NULL);

  if (channel == NULL)
    g_signal_stop_emission_by_name (socket_server, "channel-requested");
  return (EricChannel *) channel;
}

static void
running_cb (EricSocketServer *socket_server,
            GParamSpec       *pspec,
            EricServe        *serve)
{
  eric_serve_check_ended (serve);
}

/* What a client may send is bounded as a body is. */
gboolean
eric_serve_socket_start (EricServe  *serve,
                         GError    **error)
{
  EricSocketServer *socket_server;

  if (serve->options.socket == NULL)
    return TRUE;
  socket_server = eric_socket_server_new (serve->channels,
                                          is_systemd (serve) ? NULL : serve->options.socket);
  serve->socket_server = socket_server;
  eric_socket_server_set_max_request (socket_server, MAX (serve->options.max_body, 1));
  g_signal_connect (socket_server, "channel-requested", G_CALLBACK (channel_requested_cb), serve);
  g_signal_connect (socket_server, "notify::running", G_CALLBACK (running_cb), serve);
  if ((!is_systemd (serve) || eric_socket_server_listen_systemd (socket_server, error)) &&
      eric_socket_server_start (socket_server, error))
    return TRUE;
  g_prefix_error (error, "cannot listen on %s: ", serve->options.socket);
  return FALSE;
}

void
eric_serve_socket_tell (EricServe *serve)
{
  g_autoptr (GPtrArray) addresses = NULL;

  if (serve->socket_server == NULL)
    return;
  addresses = eric_socket_server_get_addresses (serve->socket_server);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autofree char *where = g_socket_connectable_to_string (addresses->pdata[i]);

      g_print ("Listening on %s\n", where);
    }
}

gboolean
eric_serve_socket_is_running (EricServe *serve)
{
  return serve->socket_server != NULL && eric_socket_server_get_running (serve->socket_server);
}

/* In an orderly way: eric_serve_check_ended () is called when it is done. */
void
eric_serve_socket_end (EricServe *serve)
{
  if (serve->socket_server != NULL)
    eric_socket_server_stop (serve->socket_server);
}

void
eric_serve_socket_stop (EricServe *serve)
{
  if (serve->socket_server != NULL)
    g_signal_handlers_disconnect_by_data (serve->socket_server, serve);
  g_clear_object (&serve->socket_server);
}
