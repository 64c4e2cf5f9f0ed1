/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-server.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/resource.h>

#include "eric-descriptors-private.h"
#include "eric-error.h"
#include "eric-finish-private.h"
#include "eric-ready-source-private.h"
#include "eric-socket-server-private.h"

/* Listening, starting and stopping, and who may come in. */

/* For a signal, GLib makes a worker with a wake-up; where it cannot, it aborts. */
#define MIN_DESCRIPTORS 2

/* Descriptors that are left to the rest of the program. */
#define RESERVED_DESCRIPTORS 32

/* Descriptors are given out from the lowest: a high one says that few are left. */
static gboolean
are_descriptors_scarce (GSocket *socket)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_NOFILE, &limit) == 0 &&
         (rlim_t) g_socket_get_fd (socket) + RESERVED_DESCRIPTORS >= limit.rlim_cur;
}

static gboolean
has_place (EricSocketServer  *self,
           GSocket           *socket,
           GError           **error)
{
  if ((self->max_connections == 0 || self->sessions.length < self->max_connections) &&
      !are_descriptors_scarce (socket))
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED,
               "The server has %u connections and takes no more", self->sessions.length);
  return FALSE;
}

static void
incoming_cb (GSocket  *socket,
             gpointer  user_data)
{
  EricSocketServer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (has_place (self, socket, &error))
    {
      eric_socket_session_start (self, socket);
      _eric_socket_server_notify_n_connections (self);
    }
  else
    eric_socket_session_refuse (socket, error);
}

static void
close_bindings (EricSocketServer *self)
{
  self->accepting = FALSE;
  for (guint i = 0; i < self->bindings->len; i++)
    eric_socket_binding_close (self->bindings->pdata[i]);
}

/* The path is known when the server is made, but may be refused only now. */
static gboolean
bind_path (EricSocketServer  *self,
           GError           **error)
{
  EricSocketBinding *binding;

  if (self->path == NULL || self->path_bound)
    return TRUE;
  binding = eric_socket_binding_new_path (self->path, self->mode, error);
  if (binding == NULL)
    return FALSE;
  g_ptr_array_insert (self->bindings, 0, binding);
  self->path_bound = TRUE;
  return TRUE;
}

static gboolean
open_bindings (EricSocketServer  *self,
               GError           **error)
{
  if (!bind_path (self, error))
    return FALSE;
  for (guint i = 0; i < self->bindings->len; i++)
    if (!eric_socket_binding_open (self->bindings->pdata[i], error))
      return FALSE;
  if (self->bindings->len > 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                       "The server has nothing to listen on");
  return FALSE;
}

/**
 * eric_socket_server_start:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Listens on [property@SocketServer:path] and on what was added, and accepts
 * connections. Does nothing where the server runs already. It may be started again when
 * it has stopped.
 *
 * A socket at the path that no server listens on any more is replaced.
 *
 * Fails with %G_IO_ERROR_ADDRESS_IN_USE where another server listens on the path or
 * address, with %G_IO_ERROR_EXISTS where something else than a socket is at the path,
 * with %G_IO_ERROR_FILENAME_TOO_LONG for a path that no socket can have, with
 * %G_IO_ERROR_NOT_INITIALIZED where there is nothing to listen on, with
 * %G_IO_ERROR_BUSY while the server stops, and with the `G_IO_ERROR` of the system
 * otherwise.
 *
 * Returns: %TRUE if the server runs
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_start (EricSocketServer  *self,
                          GError           **error)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);

  if (self->accepting)
    return TRUE;
  if (self->running)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "The server is stopping");
      return FALSE;
    }

  if (!open_bindings (self, error))
    {
      close_bindings (self);
      return FALSE;
    }
  self->accepting = TRUE;
  for (guint i = 0; i < self->bindings->len; i++)
    eric_socket_binding_watch (self->bindings->pdata[i], self->context, incoming_cb, self);
  _eric_socket_server_set_running (self, TRUE);
  return TRUE;
}

/* The last connection is closed, and nobody can open another. */
static void
finish_stopping (EricSocketServer *self)
{
  g_autoptr (EricSocketServer) hold = g_object_ref (self);
  GSList *tasks = g_steal_pointer (&self->stop_tasks);

  if (self->stop_timer != NULL)
    {
      g_source_destroy (self->stop_timer);
      g_clear_pointer (&self->stop_timer, g_source_unref);
    }
  _eric_socket_server_set_running (self, FALSE);
  for (GSList *l = tasks; l != NULL; l = l->next)
    {
      /* The task may outlive the stop, and must not cut off what comes later. */
      g_task_set_task_data (l->data, NULL, NULL);
      g_task_return_boolean (l->data, TRUE);
    }
  g_slist_free_full (tasks, g_object_unref);
}

void
_eric_socket_server_session_ended (EricSocketServer  *self,
                                   EricSocketSession *session)
{
  _eric_socket_server_notify_n_connections (self);
  if (self->stop_timer != NULL && self->sessions.length == 0)
    finish_stopping (self);
  eric_socket_session_unref (session);
}

static void
close_sessions (EricSocketServer *self)
{
  g_autoptr (EricSocketServer) hold = g_object_ref (self);
  EricSocketSession *session;

  while ((session = g_queue_peek_head (&self->sessions)) != NULL)
    eric_socket_session_close (session);
}

void
_eric_socket_server_end (EricSocketServer *self)
{
  close_bindings (self);
  close_sessions (self);
  finish_stopping (self);
}

static gboolean
stop_timeout_cb (gpointer user_data)
{
  close_sessions (user_data);
  return G_SOURCE_REMOVE;
}

static void
end_sessions (EricSocketServer *self)
{
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_socket_session_unref);

  for (GList *l = self->sessions.head; l != NULL; l = l->next)
    g_ptr_array_add (sessions, eric_socket_session_ref (l->data));
  for (guint i = 0; i < sessions->len; i++)
    eric_socket_session_end (sessions->pdata[i]);
}

/**
 * eric_socket_server_stop:
 * @self: a server
 *
 * Stops in an orderly way: accepts no more connections, removes the socket at
 * [property@SocketServer:path], answers requests that have begun, and gives streams
 * what they have left and a message of type %ERIC_MESSAGE_TYPE_CLOSED. What is not done
 * after %ERIC_SOCKET_SERVER_STOP_TIMEOUT milliseconds is cut off. Returns at once:
 * [property@SocketServer:running] tells when it has stopped, as does
 * [method@SocketServer.stop_async].
 *
 * Since: 0.1
 */
void
eric_socket_server_stop (EricSocketServer *self)
{
  g_autoptr (EricSocketServer) hold = NULL;

  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));

  if (!self->accepting)
    return;
  hold = g_object_ref (self);
  close_bindings (self);
  self->stop_timer = g_timeout_source_new (ERIC_SOCKET_SERVER_STOP_TIMEOUT);
  g_source_set_static_name (self->stop_timer, "EricSocketServer stop");
  g_source_set_callback (self->stop_timer, stop_timeout_cb, self, NULL);
  g_source_attach (self->stop_timer, self->context);
  end_sessions (self);
  if (self->stop_timer != NULL && self->sessions.length == 0)
    finish_stopping (self);
}

static gboolean
stop_cancelled_cb (GCancellable *cancellable,
                   gpointer      user_data)
{
  close_sessions (user_data);
  return G_SOURCE_REMOVE;
}

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/**
 * eric_socket_server_stop_async:
 * @self: a server
 * @cancellable: (nullable): a cancellable, or %NULL; when it is cancelled, what is not done is cut
 *   off at once
 * @callback: (scope async): called when the server has stopped
 * @user_data: data for @callback
 *
 * Stops as [method@SocketServer.stop] does, and tells when it is done.
 *
 * Since: 0.1
 */
void
eric_socket_server_stop_async (EricSocketServer    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, eric_socket_server_stop_async);
  if (!self->running)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (cancellable != NULL)
    {
      GSource *cancelled = g_cancellable_source_new (cancellable);

      g_source_set_callback (cancelled, G_SOURCE_FUNC (stop_cancelled_cb), self, NULL);
      g_source_attach (cancelled, self->context);
      g_task_set_task_data (task, cancelled, destroy_source);
    }
  self->stop_tasks = g_slist_append (self->stop_tasks, g_steal_pointer (&task));
  eric_socket_server_stop (self);
}

/**
 * eric_socket_server_stop_finish:
 * @self: a server
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Ends what [method@SocketServer.stop_async] began. It does not fail.
 *
 * Returns: %TRUE when the server has stopped
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_stop_finish (EricSocketServer  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);

  task = eric_finish_task (result, self, eric_socket_server_stop_async, error);
  if (task == NULL)
    return FALSE;
  return g_task_propagate_boolean (task, error);
}

/* The second time it ends at once. */
static gboolean
signal_cb (gpointer user_data)
{
  EricSocketServer *self = user_data;

  if (self->accepting)
    eric_socket_server_stop (self);
  else
    close_sessions (self);
  return G_SOURCE_CONTINUE;
}

static GSource *
watch_signal (EricSocketServer *self,
              int               signal_number)
{
  GSource *source = g_unix_signal_source_new (signal_number);

  g_source_set_static_name (source, "EricSocketServer signal");
  g_source_set_callback (source, signal_cb, self, NULL);
  g_source_attach (source, self->context);
  return source;
}

/**
 * eric_socket_server_run:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Starts the server, and turns the main context that it was made in until it has
 * stopped: after SIGINT or SIGTERM, which stop it in an orderly way and, the second time,
 * at once; or because something else called [method@SocketServer.stop].
 *
 * Fails as [method@SocketServer.start] does.
 *
 * Returns: %TRUE when the server has stopped
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_run (EricSocketServer  *self,
                        GError           **error)
{
  g_autoptr (EricSocketServer) hold = NULL;
  GSource *interrupt, *terminate;
  gboolean started;

  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);

  if (!eric_descriptors_check (MIN_DESCRIPTORS, error))
    return FALSE;
  hold = g_object_ref (self);
  /* Who sees that it runs may send one at once. */
  interrupt = watch_signal (self, SIGINT);
  terminate = watch_signal (self, SIGTERM);
  started = eric_socket_server_start (self, error);
  while (started && self->running)
    g_main_context_iteration (self->context, TRUE);
  destroy_source (interrupt);
  destroy_source (terminate);
  return started;
}

static gboolean
take_binding (EricSocketServer   *self,
              EricSocketBinding  *binding,
              GError            **error)
{
  g_autoptr (EricSocketBinding) owned = binding;

  if (binding == NULL || !eric_socket_binding_open (binding, error))
    return FALSE;
  if (self->accepting)
    eric_socket_binding_watch (binding, self->context, incoming_cb, self);
  g_ptr_array_add (self->bindings, g_steal_pointer (&owned));
  return TRUE;
}

/**
 * eric_socket_server_listen_address:
 * @self: a server
 * @address: where to listen: a path, or a loopback address, with port 0 for any that is
 *   free
 * @error: return location for an error, or %NULL
 *
 * Listens somewhere besides [property@SocketServer:path]. Who connects is served when
 * the server runs. A path is removed when the server stops.
 *
 * Fails with %G_IO_ERROR_NOT_SUPPORTED for an address that other machines could reach,
 * and otherwise as [method@SocketServer.start] does.
 *
 * Returns: %TRUE if it listens
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_listen_address (EricSocketServer  *self,
                                   GSocketAddress    *address,
                                   GError           **error)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_ADDRESS (address), FALSE);

  return take_binding (self, eric_socket_binding_new (address, self->mode, error), error);
}

/**
 * eric_socket_server_listen_socket:
 * @self: a server
 * @socket: a socket that listens
 * @error: return location for an error, or %NULL
 *
 * Serves who connects to a socket that somebody else has made. Whether that is safe is
 * for them to say: its address is not looked at. It is set not to block, and stays open
 * when the server stops.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT where the socket does not listen.
 *
 * Returns: %TRUE if the socket can be used
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_listen_socket (EricSocketServer  *self,
                                  GSocket           *socket,
                                  GError           **error)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);

  return take_binding (self, eric_socket_binding_new_handed (socket, error), error);
}

/**
 * eric_socket_server_listen_systemd:
 * @self: a server
 * @error: return location for an error, or %NULL
 *
 * Serves who connects to the sockets that systemd has handed to this process,
 * `sd_listen_fds(3)`. It takes all of them, and the environment variables that tell of
 * them: it can be called once.
 *
 * Fails with %G_IO_ERROR_NOT_FOUND where there are none, and as
 * [method@SocketServer.listen_socket] does.
 *
 * Returns: %TRUE if there are sockets, and all of them can be used
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_listen_systemd (EricSocketServer  *self,
                                   GError           **error)
{
  g_autoptr (GPtrArray) sockets = NULL;

  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);

  sockets = eric_socket_binding_take_from_systemd (error);
  if (sockets == NULL)
    return FALSE;
  for (guint i = 0; i < sockets->len; i++)
    if (!eric_socket_server_listen_socket (self, sockets->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * eric_socket_server_get_addresses:
 * @self: a server
 *
 * Gets what the server listens on, such as the port that a loopback address was given.
 *
 * Returns: (transfer container) (element-type GSocketAddress): the addresses
 *
 * Since: 0.1
 */
GPtrArray *
eric_socket_server_get_addresses (EricSocketServer *self)
{
  GPtrArray *addresses;

  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), NULL);

  addresses = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < self->bindings->len; i++)
    {
      GSocketAddress *address = eric_socket_binding_get_address (self->bindings->pdata[i]);

      if (address != NULL)
        g_ptr_array_add (addresses, address);
    }
  return addresses;
}
