/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gio.h>

#include "eric-http-listener-private.h"
#include "eric-sse-server-private.h"

/* The kernel takes the smaller of this and net.core.somaxconn. */
#define BACKLOG 4096

/* Connections that are accepted before other sources of the loop have a turn. */
#define ACCEPTS_PER_TURN 64

/* How long to leave the socket alone when no descriptor is to be had,
 * in milliseconds: as it stays readable, to try at once would be a busy loop. */
#define BACK_OFF 100

struct _EricHttpListener
{
  EricHttpConnections *connections;   /* (unowned): outlives the listener */
  GSocket             *socket;        /* (owned) */
  GSocketAddress      *address;       /* (owned): with the port that was given */
  GMainContext        *context;       /* (owned) */
  GSource             *source;        /* (owned) (nullable): accepts, or waits to */
  gboolean             accepting;     /* in this turn */
  gboolean             freed;         /* meanwhile */
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

/* Errors of one connection, such as a reset before it was accepted, are not those
 * of the listener. */
static gboolean
is_shortage (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* A request that came with the connection is served here, and may end the server.
 * FALSE if no more can be accepted for now. */
static gboolean
accept_some (EricHttpListener *listener,
             guint             n)
{
  g_autoptr (GError) error = NULL;

  listener->accepting = TRUE;
  for (guint i = 0; i < n && error == NULL && !listener->freed; i++)
    {
      g_autoptr (GSocket) accepted = g_socket_accept (listener->socket, NULL, &error);

      if (accepted != NULL)
        eric_http_connections_add (listener->connections, accepted);
    }
  listener->accepting = FALSE;
  if (listener->freed)
    {
      g_free (listener);
      return FALSE;
    }
  if (error == NULL || !is_shortage (error))
    return TRUE;
  eric_http_connections_shed (listener->connections);
  back_off (listener, error);
  return FALSE;
}

static gboolean
ready_cb (GSocket      *socket,
          GIOCondition  condition,
          gpointer      user_data)
{
  return accept_some (user_data, ACCEPTS_PER_TURN);
}

void
eric_http_listener_accept (EricHttpListener *listener)
{
  if (!listener->accepting)
    accept_some (listener, BACKLOG);
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
eric_http_listener_new (EricHttpConnections  *connections,
                        GSocketAddress       *address,
                        GMainContext         *context,
                        GError              **error)
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
  listener->connections = connections;
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
  if (listener->accepting)
    listener->freed = TRUE;
  else
    g_free (listener);
}

GSocketAddress *
eric_http_listener_get_address (EricHttpListener *listener)
{
  return listener->address;
}

static void
connection_ended_cb (gpointer user_data)
{
  EricSseServer *self = user_data;

  _eric_http_drain_check (self);
}

static char *
cors_lines_cb (const char *origin,
               gboolean    whole,
               gpointer    user_data)
{
  return _eric_http_cors_dup_lines (user_data, origin, whole);
}

/**
 * eric_sse_server_listen:
 * @self: a server
 * @address: (transfer none): an internet address; port 0 for any that is free
 * @error: return location for an error, or %NULL
 *
 * Accepts connections for the SoupServer on a socket of our own. It can be called
 * several times for several addresses.
 *
 * Where the SoupServer has a [property@Soup.Server:tls-certificate], TLS is spoken,
 * with its [property@Soup.Server:tls-database] and
 * [property@Soup.Server:tls-auth-mode]. They may be set and replaced at any time,
 * and are those of each connection that is accepted from then on. Handlers see
 * neither the scheme nor the certificate of the client: who is let in is for the
 * database to say.
 *
 * Connections are kept for further requests, of which those that were sent ahead
 * are answered in their order. A connection is closed when it is not used for 4
 * seconds, behind its 1,000th response, and where the client is silent in the middle
 * of a request for 30 seconds. Requests must be framed as RFC 9112 has it: where
 * there is a doubt of where one ends, it is answered 400, and not served.
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
  if (self->connections == NULL)
    self->connections = eric_http_connections_new (self->soup_server, self->context,
                                                   connection_ended_cb, cors_lines_cb, self, error);
  if (self->connections == NULL)
    return FALSE;
  listener = eric_http_listener_new (self->connections, address, self->context, error);
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
