/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-server-private.h"
#include "eric-finish-private.h"

static gboolean
is_empty (EricSseServer *self)
{
  return g_hash_table_size (self->subscribers) == 0 && g_hash_table_size (self->feeds) == 0 &&
         (self->connections == NULL || eric_http_connections_get_n (self->connections) == 0);
}

/* Everybody is gone, or the time is up. */
static void
stop (EricSseServer *self,
      gboolean       done)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->drain_task);

  g_source_destroy (self->drain_deadline);
  g_clear_pointer (&self->drain_deadline, g_source_unref);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                             "%u subscribers did not take what was left for them in time",
                             eric_sse_server_get_n_subscribers (self));
}

void
_eric_http_drain_check (EricSseServer *self)
{
  if (self->drain_task != NULL && is_empty (self))
    stop (self, TRUE);
}

/* Nothing was meant for a feed but its answer. */
static gboolean
drain_deadline_cb (gpointer user_data)
{
  g_autoptr (EricSseServer) self = g_object_ref (user_data);

  if (self->connections != NULL)
    eric_http_connections_cut (self->connections);
  if (self->drain_task == NULL)
    return G_SOURCE_REMOVE;
  g_hash_table_remove_all (self->feeds);
  eric_hub_disconnect_all (self->hub);
  stop (self, g_hash_table_size (self->subscribers) == 0);
  return G_SOURCE_REMOVE;
}

/**
 * eric_sse_server_drain_async:
 * @self: a server
 * @timeout: how long to wait for slow subscribers, in milliseconds
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when all subscribers are gone
 * @user_data: data for @callback
 *
 * Shuts down in an orderly way. The server stops listening and accepts no more
 * streams; what is published from now on over HTTP is refused with 503, since
 * nobody could be sure of having it. Requests under way are answered, at the latest
 * when the time is up, and their connections closed. Each subscriber still gets what is on its way, is asked to come back
 * after a time that differs from one to the other, and is disconnected. Who is
 * publishing line by line is told how far that went.
 *
 * Since: 0.1
 */
void
eric_sse_server_drain_async (EricSseServer       *self,
                             guint                timeout,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, eric_sse_server_drain_async);
  if (self->drain_task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "The server is being drained already");
      return;
    }

  self->draining = TRUE;
  for (guint i = 0; i < self->listeners->len; i++)
    eric_http_listener_accept (self->listeners->pdata[i]);
  g_ptr_array_set_size (self->listeners, 0);
  if (self->connections != NULL)
    eric_http_connections_drain (self->connections);
  if (is_empty (self))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  self->drain_task = g_steal_pointer (&task);
  self->drain_deadline = g_timeout_source_new (timeout);
  g_source_set_static_name (self->drain_deadline, "EricSseServer drain");
  g_source_set_callback (self->drain_deadline, drain_deadline_cb, self, NULL);
  g_source_attach (self->drain_deadline, self->context);
  _eric_http_feeds_drain (self);
  eric_hub_drain (self->hub);
}

/**
 * eric_sse_server_drain_finish:
 * @self: a server
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets how [method@SseServer.drain_async] went.
 *
 * Fails with %G_IO_ERROR_TIMED_OUT where subscribers had to be cut off, with
 * %G_IO_ERROR_PENDING where the server was being drained already, and with
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE if every subscriber got what was meant for it
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_drain_finish (EricSseServer  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);

  task = eric_finish_task (result, self, eric_sse_server_drain_async, error);
  if (task == NULL)
    return FALSE;
  return g_task_propagate_boolean (task, error);
}
