/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "eric-http-listener-private.h"
#include "eric-sse-server-private.h"

/* The kernel takes the smaller of this and net.core.somaxconn. */
#define BACKLOG 4096

/* Connections that are accepted before other sources of the loop have a turn. */
#define ACCEPTS_PER_TURN 64

/* How long to leave the socket alone when no descriptor is to be had,
 * in milliseconds: as it stays readable, to try at once would be a busy loop. */
#define BACK_OFF 100

/* How long a client may be silent in the middle of its request, or not take the
 * response, in seconds. libsoup itself waits for ever. Streams are not meant:
 * their sockets are the hub's. */
#define REQUEST_TIMEOUT 30

struct _EricHttpListener
{
  SoupServer     *soup_server;   /* (unowned): outlives the listener */
  GSocket        *socket;        /* (owned) */
  GSocketAddress *address;       /* (owned): with the port that was given */
  GMainContext   *context;       /* (owned) */
  GSource        *source;        /* (owned) (nullable): accepts, or waits to */
};

static void watch_socket (EricHttpListener *listener);

static void
replace_source (EricHttpListener *listener,
                GSource          *source)
{
  if (listener->source != NULL)
    {
      g_source_destroy (listener->source);
      g_source_unref (listener->source);
    }
  listener->source = source;
  if (source != NULL)
    g_source_attach (source, listener->context);
}

static gboolean
backed_off_cb (gpointer user_data)
{
  watch_socket (user_data);
  return G_SOURCE_REMOVE;
}

static void
back_off (EricHttpListener *listener,
          const GError     *error)
{
  GSource *source = g_timeout_source_new (BACK_OFF);

  g_message ("Cannot accept a connection for now: %s", error->message);
  g_source_set_static_name (source, "EricHttpListener back-off");
  g_source_set_callback (source, backed_off_cb, listener, NULL);
  replace_source (listener, source);
}

/* A connection that is gone already is no error. */
static void
hand_over (EricHttpListener *listener,
           GSocket          *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GError) error = NULL;

  if (local == NULL || remote == NULL)
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_socket_set_timeout (socket, REQUEST_TIMEOUT);
  if (!soup_server_accept_iostream (listener->soup_server, G_IO_STREAM (connection), local, remote, &error))
    g_message ("Cannot serve a connection: %s", error->message);
}

/* Errors of one connection, such as a reset before it was accepted, are not those
 * of the listener. */
static gboolean
is_shortage (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static gboolean
ready_cb (GSocket      *socket,
          GIOCondition  condition,
          gpointer      user_data)
{
  EricHttpListener *listener = user_data;

  for (guint i = 0; i < ACCEPTS_PER_TURN; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

      if (accepted != NULL)
        hand_over (listener, accepted);
      else if (is_shortage (error))
        {
          back_off (listener, error);
          return G_SOURCE_REMOVE;
        }
      else
        break;
    }
  return G_SOURCE_CONTINUE;
}

static void
watch_socket (EricHttpListener *listener)
{
  GSource *source = g_socket_create_source (listener->socket, G_IO_IN, NULL);

  g_source_set_static_name (source, "EricHttpListener");
  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), listener, NULL);
  replace_source (listener, source);
}

EricHttpListener *
eric_http_listener_new (SoupServer      *soup_server,
                        GSocketAddress  *address,
                        GMainContext    *context,
                        GError         **error)
{
  EricHttpListener *listener;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) bound = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The server listens on addresses of the internet families only");
      return NULL;
    }
  socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) ||
      !g_socket_listen (socket, error) ||
      !(bound = g_socket_get_local_address (socket, error)))
    return NULL;

  listener = g_new0 (EricHttpListener, 1);
  listener->soup_server = soup_server;
  listener->socket = g_steal_pointer (&socket);
  listener->address = g_steal_pointer (&bound);
  listener->context = g_main_context_ref (context);
  watch_socket (listener);
  return listener;
}

void
eric_http_listener_free (EricHttpListener *listener)
{
  replace_source (listener, NULL);
  g_socket_close (listener->socket, NULL);
  g_object_unref (listener->socket);
  g_object_unref (listener->address);
  g_main_context_unref (listener->context);
  g_free (listener);
}

GSocketAddress *
eric_http_listener_get_address (EricHttpListener *listener)
{
  return listener->address;
}

/**
 * eric_sse_server_listen:
 * @self: a server
 * @address: (transfer none): an internet address; port 0 for any that is free
 * @error: return location for an error, or %NULL
 *
 * Accepts connections for the SoupServer on a socket of our own. It can be called
 * several times for several addresses. Connections are closed after a response.
 *
 * Fails with %G_IO_ERROR_ADDRESS_IN_USE where another process listens there, with
 * %G_IO_ERROR_NOT_SUPPORTED for an address of another family, with
 * %G_IO_ERROR_TOO_MANY_OPEN_FILES where the process has no descriptors left, and with other
 * errors of that domain, or of %G_THREAD_ERROR where no thread can be made.
 *
 * Returns: %TRUE if the server listens
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_listen (EricSseServer   *self,
                        GSocketAddress  *address,
                        GError         **error)
{
  EricHttpListener *listener;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_ADDRESS (address), FALSE);

  if (!eric_hub_start (self->hub, error))
    return FALSE;
  listener = eric_http_listener_new (self->soup_server, address, self->context, error);
  if (listener == NULL)
    return FALSE;
  g_ptr_array_add (self->listeners, listener);
  return TRUE;
}

/**
 * eric_sse_server_get_listen_address:
 * @self: a server
 *
 * Gets where the server listens since the last call of
 * [method@SseServer.listen], with the port that it was given.
 *
 * Returns: (transfer none) (nullable): the address, or %NULL if it does not
 *
 * Since: 0.1
 */
GSocketAddress *
eric_sse_server_get_listen_address (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  if (self->listeners->len == 0)
    return NULL;
  return eric_http_listener_get_address (self->listeners->pdata[self->listeners->len - 1]);
}
