/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-client-private.h"

#include "eric-error.h"
#include "eric-finish-private.h"
#include "eric-message.h"
#include "eric-socket-verbs-private.h"

/* The requests that have one answer: each is printed, and then sent by the link. Here are
 * those that send something; those that make and remove are in
 * eric-socket-client-channels.c. */

char *
_eric_socket_client_call (EricSocketClient  *self,
                          GString           *text,
                          GCancellable      *cancellable,
                          GError           **error)
{
  if (text == NULL)
    return NULL;
  if (!_eric_socket_client_check (self, error))
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  return eric_socket_link_call (self->link, text, eric_socket_client_get_timeout (self),
                                cancellable, error);
}

void
_eric_socket_client_call_async (EricSocketClient    *self,
                                GString             *text,
                                GError              *error,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data,
                                gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  if (text == NULL || !_eric_socket_client_check (self, &error))
    {
      if (text != NULL)
        g_string_free (text, TRUE);
      g_task_return_error (task, error);
      return;
    }
  eric_socket_link_call_async (self->link, text, eric_socket_client_get_timeout (self),
                               g_steal_pointer (&task));
}

gboolean
_eric_socket_client_check_ack (char    *answer,
                               GError **error)
{
  g_autofree char *owned = answer;

  return answer != NULL && eric_socket_verbs_check_ack (answer, error);
}

/**
 * eric_socket_client_broadcast:
 * @self: a client
 * @channel_id: the id of the channel
 * @message: the message
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Sends a message to all listeners of a channel. Blocks until the answer is there.
 *
 * The id and the sender of the message do not go with it: the protocol has no place for
 * them.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is unknown,
 * %ERIC_ERROR_QUEUE_FULL where a listener rejects it, %ERIC_ERROR_TOO_LARGE where the
 * server takes no request of that size, or %ERIC_ERROR_UNEXPECTED_RESPONSE where the
 * server answers with something else. Also fails with %G_IO_ERROR_CANCELLED,
 * %G_IO_ERROR_CLOSED, %G_IO_ERROR_TIMED_OUT, and other errors of that domain where the
 * connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_broadcast (EricSocketClient  *self,
                              const char        *channel_id,
                              EricMessage       *message,
                              GCancellable      *cancellable,
                              GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);
  g_return_val_if_fail (channel_id != NULL, FALSE);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  text = eric_socket_verbs_print ("b", channel_id, NULL, message, error);
  return _eric_socket_client_check_ack (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_broadcast_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @message: the message
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Sends a message to all listeners of a channel. @callback runs in the thread-default
 * main context of the caller. See [method@SocketClient.broadcast].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_broadcast_async (EricSocketClient    *self,
                                    const char          *channel_id,
                                    EricMessage         *message,
                                    int                  io_priority,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (channel_id != NULL);
  g_return_if_fail (ERIC_IS_MESSAGE (message));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("b", channel_id, NULL, message, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_broadcast_async);
}

/**
 * eric_socket_client_broadcast_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.broadcast_async].
 *
 * Fails as [method@SocketClient.broadcast] does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_broadcast_finish (EricSocketClient  *self,
                                     GAsyncResult      *result,
                                     GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);

  task = eric_finish_task (result, self, eric_socket_client_broadcast_async, error);
  if (task == NULL)
    return FALSE;
  return _eric_socket_client_check_ack (g_task_propagate_pointer (task, error), error);
}

/**
 * eric_socket_client_dispatch:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: the id of the listener
 * @message: the message
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Sends a message to one listener of a channel. Blocks until the answer is there.
 *
 * The id and the sender of the message do not go with it: the protocol has no place for
 * them.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL or %ERIC_ERROR_INVALID_LISTENER where one is
 * unknown, %ERIC_ERROR_QUEUE_FULL where the listener rejects it, %ERIC_ERROR_TOO_LARGE
 * where the server takes no request of that size, or %ERIC_ERROR_UNEXPECTED_RESPONSE
 * where the server answers with something else. Also fails with %G_IO_ERROR_CANCELLED,
 * %G_IO_ERROR_CLOSED, %G_IO_ERROR_TIMED_OUT, and other errors of that domain where the
 * connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_dispatch (EricSocketClient  *self,
                             const char        *channel_id,
                             const char        *listener_id,
                             EricMessage       *message,
                             GCancellable      *cancellable,
                             GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);
  g_return_val_if_fail (channel_id != NULL, FALSE);
  g_return_val_if_fail (listener_id != NULL, FALSE);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  text = eric_socket_verbs_print ("d", channel_id, listener_id, message, error);
  return _eric_socket_client_check_ack (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_dispatch_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: the id of the listener
 * @message: the message
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Sends a message to one listener of a channel. @callback runs in the thread-default
 * main context of the caller. See [method@SocketClient.dispatch].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_dispatch_async (EricSocketClient    *self,
                                   const char          *channel_id,
                                   const char          *listener_id,
                                   EricMessage         *message,
                                   int                  io_priority,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (channel_id != NULL);
  g_return_if_fail (listener_id != NULL);
  g_return_if_fail (ERIC_IS_MESSAGE (message));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("d", channel_id, listener_id, message, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_dispatch_async);
}

/**
 * eric_socket_client_dispatch_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.dispatch_async].
 *
 * Fails as [method@SocketClient.dispatch] does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_dispatch_finish (EricSocketClient  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);

  task = eric_finish_task (result, self, eric_socket_client_dispatch_async, error);
  if (task == NULL)
    return FALSE;
  return _eric_socket_client_check_ack (g_task_propagate_pointer (task, error), error);
}

/**
 * eric_socket_client_send_payload:
 * @self: a client
 * @payload: the request, a dictionary with strings as keys, such as `a{sv}`; a floating
 *   reference is sunk
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Sends any request that has one answer, for what has no method here. Blocks until the
 * answer is there.
 *
 * The values are what JSON can hold. An example is `{'v': <'b'>, 'c': <'news'>, 't':
 * <'tick'>}`.
 *
 * Fails with the error of the domain [error@Error] that the server answers with; with
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @payload is no such dictionary; and with
 * %G_IO_ERROR_NOT_SUPPORTED where it opens a stream, which [method@SocketClient.stream]
 * does. Also fails with %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED,
 * %G_IO_ERROR_TIMED_OUT, and other errors of that domain where the connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the answer as it came, in UTF-8
 *
 * Since: 0.1
 */
char *
eric_socket_client_send_payload (EricSocketClient  *self,
                                 GVariant          *payload,
                                 GCancellable      *cancellable,
                                 GError           **error)
{
  g_autoptr (GVariant) owned = NULL;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);
  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  owned = g_variant_ref_sink (payload);
  return _eric_socket_client_call (self, eric_socket_verbs_print_request (owned, error), cancellable, error);
}

/**
 * eric_socket_client_send_payload_async:
 * @self: a client
 * @payload: the request, a dictionary with strings as keys, such as `a{sv}`; a floating
 *   reference is sunk
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Sends any request that has one answer, for what has no method here. @callback runs in
 * the thread-default main context of the caller. See [method@SocketClient.send_payload].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_send_payload_async (EricSocketClient    *self,
                                       GVariant            *payload,
                                       int                  io_priority,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  g_autoptr (GVariant) owned = NULL;
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (payload != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  owned = g_variant_ref_sink (payload);
  text = eric_socket_verbs_print_request (owned, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_send_payload_async);
}

/**
 * eric_socket_client_send_payload_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.send_payload_async].
 *
 * Fails as [method@SocketClient.send_payload] does.
 *
 * Returns: (transfer full): the answer as it came, in UTF-8
 *
 * Since: 0.1
 */
char *
eric_socket_client_send_payload_finish (EricSocketClient  *self,
                                        GAsyncResult      *result,
                                        GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  task = eric_finish_task (result, self, eric_socket_client_send_payload_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
}
