/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "eric-http-front-private.h"
#include "eric-ready-source-private.h"

/* How many connections are looked after before other sources have a turn. */
#define EVENTS_PER_TURN 64

#define TICK (G_TIME_SPAN_SECOND / 4)

static void
unuse (EricHttpConnections *self)
{
  if (--self->n_uses > 0)
    return;
  g_object_unref (self->soup_server);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  close (self->epoll_fd);
  g_ptr_array_unref (self->due);
  g_ptr_array_unref (self->gone);
  g_main_context_unref (self->context);
  g_free (self);
}

/* A call that moves connections: none that is gone is freed before the outermost one is over. */
static void
begin_call (EricHttpConnections *self)
{
  self->n_uses++;
  self->n_calls++;
}

static void
end_call (EricHttpConnections *self)
{
  if (--self->n_calls == 0 && self->gone->len > 0)
    g_source_set_ready_time (self->source, 0);
  unuse (self);
}

void
_eric_http_connections_set_due (EricHttpConnection *connection)
{
  EricHttpConnections *self = connection->set;

  if (connection->due || connection->state == ERIC_HTTP_GONE)
    return;
  connection->due = TRUE;
  g_ptr_array_add (self->due, connection);
  g_source_set_ready_time (self->source, 0);
}

/* One that is watched for nothing could still report its end, again and again. */
void
_eric_http_connections_watch (EricHttpConnection *connection,
                              guint               events)
{
  struct epoll_event event = { .events = events, .data.ptr = connection };

  if (events == connection->watched)
    return;
  epoll_ctl (connection->set->epoll_fd,
             events == 0 ? EPOLL_CTL_DEL : connection->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
             connection->fd, &event);
  connection->watched = events;
}

static void
handle_events (EricHttpConnections *self)
{
  struct epoll_event events[EVENTS_PER_TURN];
  int n = epoll_wait (self->epoll_fd, events, EVENTS_PER_TURN, 0);

  for (int i = 0; i < n; i++)
    _eric_http_connection_move (events[i].data.ptr);
}

static void
handle_due (EricHttpConnections *self)
{
  g_autoptr (GPtrArray) due = g_steal_pointer (&self->due);

  self->due = g_ptr_array_new ();
  for (guint i = 0; i < due->len; i++)
    {
      EricHttpConnection *connection = due->pdata[i];

      connection->due = FALSE;
      _eric_http_connection_move (connection);
    }
}

/* Copied, since whoever is called may end others. Those that are gone are freed
 * later. */
static GPtrArray *
list (EricHttpConnections *self)
{
  GPtrArray *connections = g_ptr_array_sized_new (self->all.length);

  for (GList *link = self->all.head; link != NULL; link = link->next)
    g_ptr_array_add (connections, link->data);
  return connections;
}

static void
handle_deadlines (EricHttpConnections *self,
                  gint64               now)
{
  g_autoptr (GPtrArray) connections = list (self);

  for (guint i = 0; i < connections->len; i++)
    {
      EricHttpConnection *connection = connections->pdata[i];

      if (connection->state != ERIC_HTTP_GONE && connection->deadline != 0 && connection->deadline <= now)
        _eric_http_connection_expire (connection);
    }
}

/* Behind the loop over them. Who is told may free the set. */
static void
bury (EricHttpConnections *self)
{
  g_autoptr (GPtrArray) gone = g_steal_pointer (&self->gone);

  self->gone = g_ptr_array_new ();
  for (guint i = 0; i < gone->len; i++)
    {
      EricHttpConnection *connection = gone->pdata[i];

      if (connection->due)
        g_ptr_array_remove_fast (self->due, connection);
      _eric_http_connection_free (connection);
    }
  if (self->some_ended && self->ended != NULL)
    {
      self->some_ended = FALSE;
      self->ended (self->user_data);
    }
  self->n_uses -= gone->len;
}

static gboolean
ready_cb (gpointer user_data)
{
  EricHttpConnections *self = user_data;
  gint64 now = g_source_get_time (self->source);

  begin_call (self);
  g_source_set_ready_time (self->source, -1);
  handle_events (self);
  handle_due (self);
  if (self->next_tick <= now)
    {
      self->next_tick = now + TICK;
      handle_deadlines (self, now);
    }
  if (self->n_calls == 1)
    bury (self);
  if (self->due->len > 0)
    g_source_set_ready_time (self->source, 0);
  else if (self->all.length > 0)
    g_source_set_ready_time (self->source, self->next_tick);
  end_call (self);
  return G_SOURCE_CONTINUE;
}

EricHttpConnections *
eric_http_connections_new (SoupServer                    *soup_server,
                           GMainContext                  *context,
                           EricHttpConnectionsFunc        ended,
                           EricHttpConnectionsLinesFunc   lines,
                           gpointer                       user_data,
                           GError                       **error)
{
  EricHttpConnections *self;
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  if (epoll_fd < 0)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   "Cannot watch connections: %s", g_strerror (code));
      return NULL;
    }
  self = g_new0 (EricHttpConnections, 1);

  self->n_uses = 1;
  self->soup_server = g_object_ref (soup_server);
  self->context = g_main_context_ref (context);
  self->ended = ended;
  self->lines = lines;
  self->user_data = user_data;
  self->due = g_ptr_array_new ();
  self->gone = g_ptr_array_new ();
  self->epoll_fd = epoll_fd;
  self->source = eric_ready_source_new ("EricHttpConnections");
  g_source_set_callback (self->source, ready_cb, self, NULL);
  g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  g_source_attach (self->source, context);
  return self;
}

guint
eric_http_connections_get_n (EricHttpConnections *self)
{
  return self->all.length;
}

/* TLS */

static void
shaken_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  EricHttpConnection *connection = user_data;
  g_autoptr (GError) error = NULL;
  gboolean shaken = g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* it is gone */
  g_clear_object (&connection->shaking);
  if (!shaken)
    {
      g_debug ("Cannot shake hands: %s", error->message);
      _eric_http_connection_leave (connection, FALSE);
      return;
    }
  connection->state = ERIC_HTTP_WAITING;
  connection->progress = TRUE;
  _eric_http_connections_set_due (connection);
}

/* The database is named although there may be none: that of the system, which is
 * loaded otherwise, is megabytes for each connection. */
static gboolean
start_tls (EricHttpConnection  *connection,
           GTlsCertificate     *certificate,
           GError             **error)
{
  static const char * const protocols[] = { "http/1.1", NULL };
  SoupServer *soup_server = connection->set->soup_server;
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (connection->socket);

  connection->tls = g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()),
                                    NULL, error,
                                    "base-io-stream", base,
                                    "certificate", certificate,
                                    "database", soup_server_get_tls_database (soup_server),
                                    "authentication-mode", soup_server_get_tls_auth_mode (soup_server),
                                    "require-close-notify", FALSE,
                                    NULL);
  if (connection->tls == NULL)
    return FALSE;
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection->tls), protocols);
  connection->state = ERIC_HTTP_SHAKING;
  connection->shaking = g_cancellable_new ();
  g_tls_connection_handshake_async (G_TLS_CONNECTION (connection->tls), G_PRIORITY_DEFAULT,
                                    connection->shaking, shaken_cb, connection);
  return TRUE;
}

/* A connection that is gone already is no error. The certificate is that which the
 * SoupServer has now. */
void
eric_http_connections_add (EricHttpConnections *self,
                           GSocket             *socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  GTlsCertificate *certificate = soup_server_get_tls_certificate (self->soup_server);
  g_autoptr (GError) error = NULL;
  EricHttpConnection *connection;

  if (local == NULL || remote == NULL)
    return;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  connection = _eric_http_connection_new (self, socket, local, remote);
  g_queue_push_tail (&self->all, connection);
  connection->link = self->all.tail;
  self->n_uses++;
  if (g_source_get_ready_time (self->source) < 0)
    g_source_set_ready_time (self->source, self->next_tick);
  if (certificate != NULL && !start_tls (connection, certificate, &error))
    {
      g_message ("Cannot serve a connection: %s", error->message);
      _eric_http_connection_leave (connection, FALSE);
      return;
    }
  begin_call (self);
  _eric_http_connection_move (connection);
  end_call (self);
}

/* Descriptors are short: who only might ask once more gives its own back. */
void
eric_http_connections_shed (EricHttpConnections *self)
{
  g_autoptr (GPtrArray) connections = list (self);

  begin_call (self);
  for (guint i = 0; i < connections->len; i++)
    {
      EricHttpConnection *connection = connections->pdata[i];

      if (connection->state == ERIC_HTTP_WAITING && connection->n_requests > 0 &&
          connection->input->len == 0 && connection->output->len == 0)
        _eric_http_connection_leave (connection, FALSE);
    }
  end_call (self);
}

static void
refuse_late (EricHttpConnection *connection)
{
  _eric_http_connection_refuse (connection, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is shutting down");
}

/* No connection is kept any more. */
static void
wind_up (EricHttpConnections *self,
         gboolean             refuses)
{
  g_autoptr (GPtrArray) connections = list (self);

  self->draining = TRUE;
  begin_call (self);
  for (guint i = 0; i < connections->len; i++)
    {
      EricHttpConnection *connection = connections->pdata[i];

      _eric_http_connection_move (connection);
      if (connection->state == ERIC_HTTP_WAITING && connection->input->len > 0)
        {
          if (refuses)
            refuse_late (connection);
          _eric_http_connection_move (connection);
        }
      else if (connection->state == ERIC_HTTP_WAITING || connection->state == ERIC_HTTP_SHAKING)
        _eric_http_connection_leave (connection, FALSE);
    }
  end_call (self);
}

/* What is under way is answered, and nothing more. Whose head is not complete has
 * not asked for anything yet. */
void
eric_http_connections_drain (EricHttpConnections *self)
{
  wind_up (self, TRUE);
}

/* Without its owner, what is under way is still answered. */
void
eric_http_connections_free (EricHttpConnections *self)
{
  self->ended = NULL;
  self->lines = NULL;
  wind_up (self, FALSE);
  unuse (self);
}

/* The time for that is up: who has asked is told so. */
void
eric_http_connections_cut (EricHttpConnections *self)
{
  g_autoptr (GPtrArray) connections = list (self);

  begin_call (self);
  for (guint i = 0; i < connections->len; i++)
    {
      EricHttpConnection *connection = connections->pdata[i];

      if (connection->state == ERIC_HTTP_SERVING ||
          (connection->state == ERIC_HTTP_WAITING && connection->input->len > 0))
        {
          refuse_late (connection);
          _eric_http_connection_move (connection);
        }
      _eric_http_connection_leave (connection, FALSE);
    }
  end_call (self);
}
