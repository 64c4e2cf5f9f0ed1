/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-client-private.h"

#include "eric-error.h"
#include "eric-finish-private.h"
#include "eric-socket-verbs-private.h"

/* The requests that make and remove channels and listeners. */

/* Takes over @answer, which is NULL where there is an error already, and gives it back. */
static char *
check_id (char    *answer,
          GError **error)
{
  if (answer == NULL || *answer != '\0')
    return answer;
  g_free (answer);
  g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
                       "The server should have answered with an id");
  return NULL;
}

/**
 * eric_socket_client_create_channel:
 * @self: a client
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Makes a channel. Blocks until the answer is there.
 *
 * Fails with %ERIC_ERROR_LIMIT_REACHED where the server has as many as it may, or
 * %ERIC_ERROR_UNEXPECTED_RESPONSE where the server answers with something else. Also
 * fails with %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED, %G_IO_ERROR_TIMED_OUT, and other
 * errors of that domain where the connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the id of the channel
 *
 * Since: 0.1
 */
char *
eric_socket_client_create_channel (EricSocketClient  *self,
                                   GCancellable      *cancellable,
                                   GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  text = eric_socket_verbs_print ("c", NULL, NULL, NULL, error);
  return check_id (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_create_channel_async:
 * @self: a client
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Makes a channel. @callback runs in the thread-default main context of the caller. See
 * [method@SocketClient.create_channel].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_create_channel_async (EricSocketClient    *self,
                                         int                  io_priority,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data)
{
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("c", NULL, NULL, NULL, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_create_channel_async);
}

/**
 * eric_socket_client_create_channel_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.create_channel_async].
 *
 * Fails as [method@SocketClient.create_channel] does.
 *
 * Returns: (transfer full): the id of the channel
 *
 * Since: 0.1
 */
char *
eric_socket_client_create_channel_finish (EricSocketClient  *self,
                                          GAsyncResult      *result,
                                          GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  task = eric_finish_task (result, self, eric_socket_client_create_channel_async, error);
  if (task == NULL)
    return NULL;
  return check_id (g_task_propagate_pointer (task, error), error);
}

/**
 * eric_socket_client_register:
 * @self: a client
 * @channel_id: the id of the channel
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Adds a listener to a channel. What is sent to the channel from then on waits for it,
 * until [method@SocketClient.stream] reads it. Blocks until the answer is there.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is unknown,
 * %ERIC_ERROR_LIMIT_REACHED where it has as many listeners as it may, or
 * %ERIC_ERROR_UNEXPECTED_RESPONSE where the server answers with something else. Also
 * fails with %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED, %G_IO_ERROR_TIMED_OUT, and other
 * errors of that domain where the connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the id of the listener
 *
 * Since: 0.1
 */
char *
eric_socket_client_register (EricSocketClient  *self,
                             const char        *channel_id,
                             GCancellable      *cancellable,
                             GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);
  g_return_val_if_fail (channel_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  text = eric_socket_verbs_print ("r", channel_id, NULL, NULL, error);
  return check_id (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_register_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Adds a listener to a channel. What is sent to the channel from then on waits for it,
 * until [method@SocketClient.stream] reads it. @callback runs in the thread-default main
 * context of the caller. See [method@SocketClient.register].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_register_async (EricSocketClient    *self,
                                   const char          *channel_id,
                                   int                  io_priority,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (channel_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("r", channel_id, NULL, NULL, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_register_async);
}

/**
 * eric_socket_client_register_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.register_async].
 *
 * Fails as [method@SocketClient.register] does.
 *
 * Returns: (transfer full): the id of the listener
 *
 * Since: 0.1
 */
char *
eric_socket_client_register_finish (EricSocketClient  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  task = eric_finish_task (result, self, eric_socket_client_register_async, error);
  if (task == NULL)
    return NULL;
  return check_id (g_task_propagate_pointer (task, error), error);
}

/**
 * eric_socket_client_remove_listener:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: the id of the listener
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Removes a listener from a channel. Blocks until the answer is there.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL or %ERIC_ERROR_INVALID_LISTENER where one is
 * unknown, or %ERIC_ERROR_UNEXPECTED_RESPONSE where the server answers with something
 * else. Also fails with %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED,
 * %G_IO_ERROR_TIMED_OUT, and other errors of that domain where the connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_remove_listener (EricSocketClient  *self,
                                    const char        *channel_id,
                                    const char        *listener_id,
                                    GCancellable      *cancellable,
                                    GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);
  g_return_val_if_fail (channel_id != NULL, FALSE);
  g_return_val_if_fail (listener_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  text = eric_socket_verbs_print ("rl", channel_id, listener_id, NULL, error);
  return _eric_socket_client_check_ack (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_remove_listener_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @listener_id: the id of the listener
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Removes a listener from a channel. @callback runs in the thread-default main context
 * of the caller. See [method@SocketClient.remove_listener].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_remove_listener_async (EricSocketClient    *self,
                                          const char          *channel_id,
                                          const char          *listener_id,
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
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("rl", channel_id, listener_id, NULL, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_remove_listener_async);
}

/**
 * eric_socket_client_remove_listener_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.remove_listener_async].
 *
 * Fails as [method@SocketClient.remove_listener] does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_remove_listener_finish (EricSocketClient  *self,
                                           GAsyncResult      *result,
                                           GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);

  task = eric_finish_task (result, self, eric_socket_client_remove_listener_async, error);
  if (task == NULL)
    return FALSE;
  return _eric_socket_client_check_ack (g_task_propagate_pointer (task, error), error);
}

/**
 * eric_socket_client_remove_channel:
 * @self: a client
 * @channel_id: the id of the channel
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Removes a channel. Its streams end. Blocks until the answer is there.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is unknown, or
 * %ERIC_ERROR_UNEXPECTED_RESPONSE where the server answers with something else. Also
 * fails with %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED, %G_IO_ERROR_TIMED_OUT, and other
 * errors of that domain where the connection fails.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_remove_channel (EricSocketClient  *self,
                                   const char        *channel_id,
                                   GCancellable      *cancellable,
                                   GError           **error)
{
  GString *text;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);
  g_return_val_if_fail (channel_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  text = eric_socket_verbs_print ("rc", channel_id, NULL, NULL, error);
  return _eric_socket_client_check_ack (_eric_socket_client_call (self, text, cancellable, error), error);
}

/**
 * eric_socket_client_remove_channel_async:
 * @self: a client
 * @channel_id: the id of the channel
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the answer is there
 * @user_data: data for @callback
 *
 * Removes a channel. Its streams end. @callback runs in the thread-default main context
 * of the caller. See [method@SocketClient.remove_channel].
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_remove_channel_async (EricSocketClient    *self,
                                         const char          *channel_id,
                                         int                  io_priority,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data)
{
  GError *error = NULL;
  GString *text;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));
  g_return_if_fail (channel_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  text = eric_socket_verbs_print ("rc", channel_id, NULL, NULL, &error);
  _eric_socket_client_call_async (self, text, error, io_priority, cancellable, callback, user_data,
                                 eric_socket_client_remove_channel_async);
}

/**
 * eric_socket_client_remove_channel_finish:
 * @self: a client
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets the answer to [method@SocketClient.remove_channel_async].
 *
 * Fails as [method@SocketClient.remove_channel] does.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_socket_client_remove_channel_finish (EricSocketClient  *self,
                                          GAsyncResult      *result,
                                          GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), FALSE);

  task = eric_finish_task (result, self, eric_socket_client_remove_channel_async, error);
  if (task == NULL)
    return FALSE;
  return _eric_socket_client_check_ack (g_task_propagate_pointer (task, error), error);
}
