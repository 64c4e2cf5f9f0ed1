/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-client-private.h"

#include "eric-finish-private.h"
#include "eric-socket-connect-private.h"
#include "eric-socket-stream-private.h"
#include "eric-socket-verbs-private.h"

/* Opening a stream: a connection, and one request that no answer is awaited to. */

/* The request is sent; a message may take any time. */
static EricSocketStream *
make_stream (EricSocketClient  *self,
             GSocketConnection *connection)
{
  g_socket_set_timeout (g_socket_connection_get_socket (connection), 0);
  return _eric_socket_stream_new (connection, eric_socket_client_get_max_line (self));
}

/* A listener is read, a channel is watched. */
static GString *
print_request (const char  *channel_id,
               const char  *listener_id,
               GError     **error)
{
  return eric_socket_verbs_print (listener_id != NULL ? "l" : "w", channel_id, listener_id, NULL, error);
}

/**
 * eric_socket_client_stream:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: (nullable): the id of a listener that [method@SocketClient.register]
 *   gave, or %NULL to watch the channel
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Opens a stream of messages, on a connection of its own: those of a listener, from the
 * first one that waits for it; or those that are sent to all of a channel from now on.
 * Blocks until the request is sent.
 *
 * The server does not say when it watches: who must not miss a message registers a
 * listener. Nor is it known here whether there is such a channel and such a listener:
 * reading the stream fails if there is not.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where an id is not UTF-8,
 * %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED where the client was closed,
 * %G_IO_ERROR_TIMED_OUT, and other errors of that domain where no connection can be made.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
EricSocketStream *
eric_socket_client_stream (EricSocketClient  *self,
                           const char        *channel_id,
                           const char        *listener_id,
                           GCancellable      *cancellable,
                           GError           **error)
{
  g_autoptr (GString) text = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);
  g_return_val_if_fail (channel_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  text = print_request (channel_id, listener_id, error);
  if (text == NULL || !_eric_socket_client_check (self, error))
    return NULL;
  connection = eric_socket_connect (self->address, eric_socket_client_get_timeout (self), cancellable, error);
  if (connection == NULL ||
      !g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                  text->str, text->len, NULL, cancellable, error))
    return NULL;
  return make_stream (self, connection);
}

/* What an asynchronous call has. */
typedef struct
{
  GString           *text;         /* (owned) */
  GSocketConnection *connection;   /* (owned) (nullable) */
} Opening;

static void
opening_free (Opening *opening)
{
  g_string_free (opening->text, TRUE);
  g_clear_object (&opening->connection);
  g_free (opening);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    g_task_return_pointer (task, make_stream (g_task_get_source_object (task), opening->connection),
                           g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Opening *opening = g_task_get_task_data (task);
  GError *error = NULL;

  opening->connection = eric_socket_connect_finish (result, &error);
  if (opening->connection != NULL)
    g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (opening->connection)),
                                     opening->text->str, opening->text->len,
                                     g_task_get_priority (task), g_task_get_cancellable (task),
                                     written_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

/**
 * eric_socket_client_stream_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: (nullable): the id of a listener that [method@SocketClient.register]
 *   gave, or %NULL to watch the channel
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the request is sent
 * @user_data: data for @callback
 *
 * Opens a stream of messages. @callback runs in the thread-default main context of the
 * caller. See [method@SocketClient.stream].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_stream_async (EricSocketClient    *self,
                                 const char          *channel_id,
                                 const char          *listener_id,
                                 int                  io_priority,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  GString *text;
  Opening *opening;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (channel_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, eric_socket_client_stream_async);
  g_task_set_priority (task, io_priority);

  text = print_request (channel_id, listener_id, &error);
  if (text == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  opening = g_new0 (Opening, 1);
  opening->text = text;
  g_task_set_task_data (task, opening, (GDestroyNotify) opening_free);

  if (_eric_socket_client_check (self, &error))
    eric_socket_connect_async (self->address, eric_socket_client_get_timeout (self), io_priority,
                               cancellable, connected_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

/**
 * eric_socket_client_stream_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the stream that [method@SocketClient.stream_async] has opened.
 *
 * Fails as [method@SocketClient.stream] does.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
EricSocketStream *
eric_socket_client_stream_finish (EricSocketClient  *self,
                                  GAsyncResult      *result,
                                  GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  task = eric_finish_task (result, self, eric_socket_client_stream_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
}
