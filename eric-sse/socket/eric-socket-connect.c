/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "eric-socket-connect-private.h"

/* A unix socket that has a long row of those who wait to be accepted refuses one more, and
 * nothing tells when the row is shorter. In milliseconds. */
#define RETRY_INTERVAL 10

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
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
}

/* GSocketClient does not say where to; and a row that was full to the end is a matter of
 * time. */
static void
explain (GError             **error,
         GSocketConnectable  *address)
{
  g_autofree char *name = g_socket_connectable_to_string (address);

  if (g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    (*error)->code = G_IO_ERROR_TIMED_OUT;
  g_prefix_error (error, "%s: ", name);
}

/* Monotonic, in microseconds. */
static gint64
get_deadline (guint timeout)
{
  return timeout > 0 ? g_get_monotonic_time () + timeout * G_TIME_SPAN_MILLISECOND : G_MAXINT64;
}

static gboolean
may_retry (const GError *error,
           gint64        deadline)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) && g_get_monotonic_time () < deadline;
}

static void
wait_to_retry (GCancellable *cancellable)
{
  GPollFD polled;
  gboolean has_fd = g_cancellable_make_pollfd (cancellable, &polled);

  g_poll (&polled, has_fd ? 1 : 0, RETRY_INTERVAL);
  if (has_fd)
    g_cancellable_release_fd (cancellable);
}

/* The time is in milliseconds, 0 for any, and is rounded up to seconds. The connection keeps
 * it. */
GSocketConnection *
eric_socket_connect (GSocketConnectable  *address,
                     guint                timeout,
                     GCancellable        *cancellable,
                     GError             **error)
{
  g_autoptr (GSocketClient) client = make_client (timeout);
  const gint64 deadline = get_deadline (timeout);
  GError *failure = NULL;
  GSocketConnection *connection = g_socket_client_connect (client, address, cancellable, &failure);

  while (connection == NULL && may_retry (failure, deadline))
    {
      g_clear_error (&failure);
      wait_to_retry (cancellable);
      connection = g_socket_client_connect (client, address, cancellable, &failure);
    }
  if (connection != NULL)
    set_up (connection);
  else
    {
      explain (&failure, address);
      g_propagate_error (error, failure);
    }
  return connection;
}

/* Asynchronously */

typedef struct
{
  GSocketClient      *client;     /* (owned) */
  GSocketConnectable *address;    /* (owned) */
  gint64              deadline;
} Connecting;

static void
connecting_free (Connecting *connecting)
{
  g_object_unref (connecting->client);
  g_object_unref (connecting->address);
  g_free (connecting);
}

/* Takes over @task. */
static void try_async (GTask *task);

static gboolean
retry_cb (gpointer user_data)
{
  try_async (g_object_ref (user_data));
  return G_SOURCE_REMOVE;
}

static void
retry_later (GTask *task)
{
  g_autoptr (GSource) later = g_timeout_source_new (RETRY_INTERVAL);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (later, cancelled);
    }
  g_source_set_static_name (later, "EricSocketClient retry");
  g_task_attach_source (task, later, retry_cb);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;
  GSocketConnection *connection = g_socket_client_connect_finish (connecting->client, result, &error);

  if (connection != NULL)
    {
      set_up (connection);
      g_task_return_pointer (task, connection, g_object_unref);
    }
  else if (may_retry (error, connecting->deadline))
    {
      g_error_free (error);
      retry_later (task);
    }
  else
    {
      explain (&error, connecting->address);
      g_task_return_error (task, error);
    }
}

static void
try_async (GTask *task)
{
  Connecting *connecting = g_task_get_task_data (task);

  g_socket_client_connect_async (connecting->client, connecting->address, g_task_get_cancellable (task),
                                 connected_cb, task);
}

void
eric_socket_connect_async (GSocketConnectable  *address,
                           guint                timeout,
                           int                  io_priority,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Connecting *connecting = g_new (Connecting, 1);

  connecting->client = make_client (timeout);
  connecting->address = g_object_ref (address);
  connecting->deadline = get_deadline (timeout);
  g_task_set_source_tag (task, eric_socket_connect_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, connecting, (GDestroyNotify) connecting_free);
  try_async (task);
}

GSocketConnection *
eric_socket_connect_finish (GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
