/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "eric-channel.h"
#include "eric-finish-private.h"
#include "eric-message.h"
#include "eric-sse-channel-private.h"
#include "eric-sse-server-private.h"

/* A message goes the whole way that those of clients go, from a channel through
 * the hub into a socket, and is read at the other end. */

/* When it is taken for lost, in seconds. */
#define CHECK_TIMEOUT 5

#define CHECK_TEXT "check"

typedef struct
{
  EricSseChannel *channel;   /* (owned) */
  GSocket        *socket;    /* (owned): our end */
  GString        *read;      /* (owned): so far */
  gint64          since;     /* monotonic microseconds */
} Check;

static void
check_free (Check *check)
{
  g_clear_object (&check->channel);
  g_clear_object (&check->socket);
  g_string_free (check->read, TRUE);
  g_free (check);
}

static gboolean
readable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      user_data)
{
  GTask *task = user_data;
  Check *check = g_task_get_task_data (task);
  char buffer[256];
  GError *error = NULL;
  gssize n = g_socket_receive (socket, buffer, sizeof buffer, g_task_get_cancellable (task), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (error);
      return G_SOURCE_CONTINUE;
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return G_SOURCE_REMOVE;
    }
  if (n == 0)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                               "The message to ourselves was not delivered");
      return G_SOURCE_REMOVE;
    }

  g_string_append_len (check->read, buffer, n);
  if (strstr (check->read->str, "data: " CHECK_TEXT "\n\n") == NULL)
    return G_SOURCE_CONTINUE;
  g_task_return_int (task, g_get_monotonic_time () - check->since);
  return G_SOURCE_REMOVE;
}

static void
subscribe (EricHub *hub,
           Check   *check,
           int      fd)
{
  EricFrameLog *log = _eric_sse_channel_get_log (check->channel);
  EricHubSubscriber *subscriber =
    eric_hub_subscriber_new (hub, &log, 1, ERIC_FRAMING_PLAIN, 0);

  eric_hub_add (hub, subscriber, NULL, fd, NULL, NULL);
}

/**
 * eric_sse_server_check_async:
 * @self: a server
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when it is known whether the server delivers
 * @user_data: data for @callback
 *
 * Publishes a message to itself: over the way that those of clients take, from a
 * channel through the delivery into a socket. A server that answers requests but
 * delivers nothing is found out by this.
 *
 * Since: 0.1
 */
void
eric_sse_server_check_async (EricSseServer       *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GSource) source = NULL;
  g_autoptr (EricMessage) message = NULL;
  GError *error = NULL;
  Check *check;
  int ends[2];

  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, eric_sse_server_check_async);
  if (!eric_hub_start (self->hub, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
    {
      int code = errno;

      g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (code),
                               "Cannot make a pair of sockets: %s", g_strerror (code));
      return;
    }

  check = g_new0 (Check, 1);
  check->channel = eric_sse_channel_new (NULL);
  check->read = g_string_new (NULL);
  check->since = g_get_monotonic_time ();
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);
  subscribe (self->hub, check, ends[0]);
  check->socket = g_socket_new_from_fd (ends[1], &error);
  if (check->socket == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  message = eric_message_new_from_text (NULL, CHECK_TEXT, NULL);
  eric_channel_broadcast (ERIC_CHANNEL (check->channel), message, NULL);

  g_socket_set_blocking (check->socket, FALSE);
  g_socket_set_timeout (check->socket, CHECK_TIMEOUT);
  source = g_socket_create_source (check->socket, G_IO_IN, cancellable);
  g_source_set_static_name (source, "EricSseServer check");
  g_task_attach_source (task, source, G_SOURCE_FUNC (readable_cb));
}

/**
 * eric_sse_server_check_finish:
 * @self: a server
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@SseServer.check_async] found out.
 *
 * Fails with a `G_IO_ERROR` such as %G_IO_ERROR_TIMED_OUT where the message did
 * not arrive.
 *
 * Returns: how long the message took, in microseconds, or -1 on an error
 *
 * Since: 0.1
 */
gint64
eric_sse_server_check_finish (EricSseServer  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), -1);

  task = eric_finish_task (result, self, eric_sse_server_check_async, error);
  if (task == NULL)
    return -1;
  return g_task_propagate_int (task, error);
}
