/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "eric-socket-connect-private.h"

/* GSocketClient counts in seconds. */
static guint
get_seconds (guint timeout)
{
  return timeout / 1000 + (timeout % 1000 > 0);
}

static GSocketClient *
make_client (guint timeout)
{
  GSocketClient *client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, get_seconds (timeout));
  return client;
}

static void
set_up (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_timeout (socket, 0);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

/* GSocketClient does not say where to. */
static void
name_address (GSocketConnectable  *address,
              GError             **error)
{
  g_autofree char *name = g_socket_connectable_to_string (address);

  g_prefix_error (error, "%s: ", name);
}

GSocketConnection *
eric_socket_connect (GSocketConnectable  *address,
                     guint                timeout,
                     GCancellable        *cancellable,
                     GError             **error)
{
  g_autoptr (GSocketClient) client = make_client (timeout);
  GSocketConnection *connection = g_socket_client_connect (client, address, cancellable, error);

  if (connection != NULL)
    set_up (connection);
  else
    name_address (address, error);
  return connection;
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection != NULL)
    {
      set_up (connection);
      g_task_return_pointer (task, connection, g_object_unref);
    }
  else
    {
      name_address (g_task_get_task_data (task), &error);
      g_task_return_error (task, error);
    }
}

void
eric_socket_connect_async (GSocketConnectable  *address,
                           guint                timeout,
                           int                  io_priority,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GSocketClient) client = make_client (timeout);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, eric_socket_connect_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, g_object_ref (address), g_object_unref);
  g_socket_client_connect_async (client, address, cancellable, connected_cb, task);
}

GSocketConnection *
eric_socket_connect_finish (GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
