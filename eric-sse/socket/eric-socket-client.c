/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#include "eric-socket-client.h"

#include "eric-socket-client-private.h"

/* How long the path of a socket can be, in bytes. */
#define MAX_PATH (sizeof ((struct sockaddr_un *) NULL)->sun_path - 1)

/**
 * EricSocketClient:
 *
 * Uses the channels of another process that has a socket server, such as
 * `eric-sse serve --socket`.
 *
 * Each request is there twice: as a call that blocks until the answer is there, and as
 * an asynchronous one. What the server says instead of an answer is an error of the
 * domain [error@Error], as if the channel were in this process; where the connection
 * fails it is one of `G_IO_ERROR`.
 *
 * The requests of all threads go over one connection, in the order of the calls. None
 * waits for the answer to another one: who sends many messages calls
 * [method@SocketClient.broadcast_async] for each without waiting. The connection is made
 * for the first request. It stays, and where it was lost while it was idle, as when the
 * server was started anew, the next request makes another one. Where it is lost with
 * requests on the way these fail with %G_IO_ERROR_CONNECTION_CLOSED, and nobody knows
 * whether they were carried out: that is for the application to find out.
 *
 * Of an [class@Message] the type and the payload are sent. Its id and its sender are not,
 * since the protocol has no place for them: an [class@SseChannel] gives it an id of its
 * own.
 *
 * ```c
 * g_autoptr (EricSocketClient) client = eric_socket_client_new ("/run/user/1000/eric.sock");
 * g_autoptr (EricMessage) message = eric_message_new_from_text ("greeting", "hello", NULL);
 * g_autoptr (GError) error = NULL;
 *
 * if (!eric_socket_client_broadcast (client, "news", message, NULL, &error))
 *   g_printerr ("%s\n", error->message);
 * ```
 *
 * An asynchronous call keeps the client alive until it is done.
 *
 * It is safe to use a client from any thread.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (EricSocketClient, eric_socket_client, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PATH,
  PROP_ADDRESS,
  PROP_TIMEOUT,
  PROP_MAX_LINE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* A GUnixSocketAddress cuts a long path short, and is that of another socket. */
static void
set_address_from_path (EricSocketClient *self)
{
  if (strlen (self->path) <= MAX_PATH)
    self->address = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (self->path));
  else
    g_set_error (&self->failure, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                 "The path of a socket can have %d bytes, and “%s” has more", (int) MAX_PATH, self->path);
}

static void
eric_socket_client_constructed (GObject *object)
{
  EricSocketClient *self = ERIC_SOCKET_CLIENT (object);

  G_OBJECT_CLASS (eric_socket_client_parent_class)->constructed (object);

  if (self->address == NULL && self->path != NULL)
    set_address_from_path (self);
  if (self->address != NULL)
    self->link = eric_socket_link_new (self->address, self->max_line);
  else if (self->failure == NULL)
    g_set_error_literal (&self->failure, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The client has neither a path nor an address");
}

/* Nothing waits for an answer, but what was given up may be on its way. */
static void
eric_socket_client_dispose (GObject *object)
{
  eric_socket_client_close (ERIC_SOCKET_CLIENT (object));

  G_OBJECT_CLASS (eric_socket_client_parent_class)->dispose (object);
}

static void
eric_socket_client_finalize (GObject *object)
{
  EricSocketClient *self = ERIC_SOCKET_CLIENT (object);

  g_clear_pointer (&self->link, eric_socket_link_unref);
  g_clear_object (&self->address);
  g_clear_error (&self->failure);
  g_free (self->path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (eric_socket_client_parent_class)->finalize (object);
}

static void
eric_socket_client_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  EricSocketClient *self = ERIC_SOCKET_CLIENT (object);

  switch (prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_ADDRESS:
      g_value_set_object (value, self->address);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, eric_socket_client_get_timeout (self));
      break;
    case PROP_MAX_LINE:
      g_value_set_uint64 (value, eric_socket_client_get_max_line (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_socket_client_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  EricSocketClient *self = ERIC_SOCKET_CLIENT (object);

  switch (prop_id)
    {
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_ADDRESS:
      self->address = g_value_dup_object (value);
      break;
    case PROP_TIMEOUT:
      eric_socket_client_set_timeout (self, g_value_get_uint (value));
      break;
    case PROP_MAX_LINE:
      eric_socket_client_set_max_line (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_socket_client_class_init (EricSocketClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_socket_client_constructed;
  object_class->dispose = eric_socket_client_dispose;
  object_class->finalize = eric_socket_client_finalize;
  object_class->get_property = eric_socket_client_get_property;
  object_class->set_property = eric_socket_client_set_property;

  /**
   * EricSocketClient:path: (getter get_path)
   *
   * The path of the server's socket, or %NULL where an address was given instead.
   *
   * Since: 0.1
   */
  properties[PROP_PATH] =
    g_param_spec_string ("path", NULL, NULL, NULL,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketClient:address: (getter get_address)
   *
   * Where the server listens. %NULL where the path is too long to be one.
   *
   * Since: 0.1
   */
  properties[PROP_ADDRESS] =
    g_param_spec_object ("address", NULL, NULL, G_TYPE_SOCKET_CONNECTABLE,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketClient:timeout: (getter get_timeout) (setter set_timeout)
   *
   * How long an answer may take from the call on, in milliseconds; 0 for any time.
   * Opening a stream may take as long, in whole seconds; a message of a stream may always
   * take any time.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketClient:max-line: (getter get_max_line) (setter set_max_line)
   *
   * How long a line from the server may be, in bytes, without its end: an answer, or a
   * message of a stream that is made from now on.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_LINE] =
    g_param_spec_uint64 ("max-line", NULL, NULL, 0, G_MAXSIZE, ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_socket_client_init (EricSocketClient *self)
{
  g_mutex_init (&self->lock);
  self->max_line = ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE;
}

gboolean
_eric_socket_client_check (EricSocketClient  *self,
                           GError           **error)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);

  if (self->failure != NULL)
    g_propagate_error (error, g_error_copy (self->failure));
  else if (closed)
    g_propagate_error (error, _eric_socket_link_make_closed_error ());
  return self->failure == NULL && !closed;
}

/**
 * eric_socket_client_new:
 * @path: (type filename): the path of the server's socket
 *
 * Makes a client of the server that listens at a path. It connects with the first
 * request, and not before; a path that is too long to be that of a socket fails then,
 * too, with %G_IO_ERROR_FILENAME_TOO_LONG.
 *
 * Returns: (transfer full): the client
 *
 * Since: 0.1
 */
EricSocketClient *
eric_socket_client_new (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);

  return g_object_new (ERIC_TYPE_SOCKET_CLIENT, "path", path, NULL);
}

/**
 * eric_socket_client_new_for_address:
 * @address: where the server listens, such as a [class@Gio.InetSocketAddress]
 *
 * Makes a client of the server that listens at an address. It connects with the first
 * request, and not before.
 *
 * Returns: (transfer full): the client
 *
 * Since: 0.1
 */
EricSocketClient *
eric_socket_client_new_for_address (GSocketConnectable *address)
{
  g_return_val_if_fail (G_IS_SOCKET_CONNECTABLE (address), NULL);

  return g_object_new (ERIC_TYPE_SOCKET_CLIENT, "address", address, NULL);
}

/**
 * eric_socket_client_get_path: (get-property path)
 * @self: a client
 *
 * Gets the path of the server's socket.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (nullable) (type filename): the path, or %NULL where an address was given
 *   instead
 *
 * Since: 0.1
 */
const char *
eric_socket_client_get_path (EricSocketClient *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  return self->path;
}

/**
 * eric_socket_client_get_address: (get-property address)
 * @self: a client
 *
 * Gets where the server listens.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the address, or %NULL where the path is too long
 *   to be one
 *
 * Since: 0.1
 */
GSocketConnectable *
eric_socket_client_get_address (EricSocketClient *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), NULL);

  return self->address;
}

/**
 * eric_socket_client_get_timeout: (get-property timeout)
 * @self: a client
 *
 * Gets how long an answer may take.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds, 0 for any
 *
 * Since: 0.1
 */
guint
eric_socket_client_get_timeout (EricSocketClient *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), 0);

  return g_atomic_int_get (&self->timeout);
}

/**
 * eric_socket_client_set_timeout: (set-property timeout)
 * @self: a client
 * @timeout: the time in milliseconds, 0 for any
 *
 * Sets how long an answer may take. A request that is on its way keeps its time.
 *
 * One that takes longer fails with %G_IO_ERROR_TIMED_OUT. If it waited to be sent it is
 * not carried out; otherwise nobody knows. If the server has said nothing at all in the
 * meantime, the connection is given up for a new one.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_set_timeout (EricSocketClient *self,
                                guint             timeout)
{
  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));

  if (eric_socket_client_get_timeout (self) == timeout)
    return;
  g_atomic_int_set (&self->timeout, timeout);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

/**
 * eric_socket_client_get_max_line: (get-property max-line)
 * @self: a client
 *
 * Gets how long a line from the server may be.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
eric_socket_client_get_max_line (EricSocketClient *self)
{
  gsize max_line;

  g_return_val_if_fail (ERIC_IS_SOCKET_CLIENT (self), 0);

  g_mutex_lock (&self->lock);
  max_line = self->max_line;
  g_mutex_unlock (&self->lock);
  return max_line;
}

/**
 * eric_socket_client_set_max_line: (set-property max-line)
 * @self: a client
 * @max_line: the length in bytes
 *
 * Sets how long a line from the server may be. Where one is longer, the request or the
 * stream fails with %ERIC_ERROR_TOO_LARGE.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_set_max_line (EricSocketClient *self,
                                 gsize             max_line)
{
  gboolean changed;

  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));

  g_mutex_lock (&self->lock);
  changed = self->max_line != max_line;
  self->max_line = max_line;
  g_mutex_unlock (&self->lock);

  if (!changed)
    return;
  if (self->link != NULL)
    eric_socket_link_set_max_line (self->link, max_line);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_LINE]);
}

/**
 * eric_socket_client_close:
 * @self: a client
 *
 * Closes the connection. Requests that have no answer yet fail with %G_IO_ERROR_CLOSED,
 * and so does every later one. Streams go on. Does nothing the second time.
 *
 * Who wants the answers awaits them before. Dropping the last reference does the same,
 * but then nobody waits for an answer any more.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_client_close (EricSocketClient *self)
{
  g_return_if_fail (ERIC_IS_SOCKET_CLIENT (self));

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  if (self->link != NULL)
    eric_socket_link_close (self->link);
}
