/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-server.h"

#include "eric-channel-container.h"
#include "eric-channel.h"
#include "eric-error.h"
#include "eric-socket-server-private.h"
#include "eric-sse-channel.h"

/**
 * EricSocketServer:
 *
 * Lets other programs of this machine send and receive messages over a socket, in JSON.
 *
 * It understands the clients of the Python package eric-sse, of its version 0.3.2 as well
 * as of 2.1, and [class@SocketClient].
 *
 * ```c
 * const char *path = "/run/user/1000/eric.sock";
 * g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, path);
 * g_autoptr (GError) error = NULL;
 *
 * if (!eric_socket_server_run (server, &error))
 *   g_printerr ("%s\n", error->message);
 * ```
 *
 * ## Requests
 *
 * A request is one JSON object. `v` is its verb, `c` the id of a channel, `r` that of a
 * listener, `t` the type of a message and `p` its payload.
 *
 * | verb | needs | what it does | answer |
 * |---|---|---|---|
 * | `b` | `c` `t` | broadcasts a message | `ack` |
 * | `d` | `c` `r` `t` | dispatches a message to one listener | `ack` |
 * | `c` | | makes a channel | its id |
 * | `r`, or `c` | `c` | adds a listener to a channel | its id |
 * | `l`, or `w` | `c` `r` | starts a listener | its messages |
 * | `w` | `c` | watches a channel | its messages |
 * | `rl` | `c` `r` | removes a listener | `ack` |
 * | `rc` | `c` | removes a channel, and closes it | `ack` |
 *
 * A line is a request, and is answered by a line; more may follow, and need not wait for
 * the answers. Where the peer shuts down its side behind a request without an end of
 * line, as the Python clients do, the answer has none either, and the connection is
 * closed. A stream has a line for each message: an object with `event`, `data`, the `id`
 * if there is one, and `retry` for an [class@SseChannel]. It lasts until the peer closes
 * the connection, or the listener stops.
 *
 * What goes wrong is answered as Python shows an exception, such as
 * `InvalidChannelException('…')`, `InvalidListenerException('…')` or
 * `InvalidMessageFormat('…')`. Behind the last one the connection is closed.
 *
 * ## Who may connect
 *
 * There is no authentication. A path has [property@SocketServer:mode] from the moment
 * that one can connect to it; of other addresses, those that only this machine reaches
 * are allowed.
 *
 * A server belongs to the thread, and to the thread-default main context, that it is made
 * in: it works and emits its signals there, and its functions are called there.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (EricSocketServer, eric_socket_server, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CHANNELS,
  PROP_PATH,
  PROP_MODE,
  PROP_MAX_REQUEST,
  PROP_MAX_CONNECTIONS,
  PROP_IDLE_TIMEOUT,
  PROP_LISTENER_CAPACITY,
  PROP_RUNNING,
  PROP_N_CONNECTIONS,
  N_PROPS
};

enum
{
  SIG_CHANNEL_REQUESTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* The first handler that has a channel ends the emission; where none has, the class makes
 * a new one. */
static gboolean
first_channel (GSignalInvocationHint *hint,
               GValue                *accumulated,
               const GValue          *channel,
               gpointer               user_data)
{
  g_value_copy (channel, accumulated);
  return g_value_get_object (channel) == NULL;
}

static EricChannel *
eric_socket_server_real_channel_requested (EricSocketServer *self,
                                           const char       *channel_id)
{
  return channel_id == NULL ? eric_channel_container_add (self->channels, NULL, NULL) : NULL;
}

/* A channel that is there, or may be made on request; a new one for an id of NULL.
 * (transfer full) */
EricChannel *
_eric_socket_server_request_channel (EricSocketServer  *self,
                                     const char        *channel_id,
                                     gboolean           may_make,
                                     GError           **error)
{
  EricChannel *channel = NULL;

  if (channel_id != NULL)
    channel = eric_channel_container_get (self->channels, channel_id, NULL);
  if (channel == NULL && may_make)
    g_signal_emit (self, signals[SIG_CHANNEL_REQUESTED], 0, channel_id, &channel);
  if (channel != NULL)
    return channel;
  if (channel_id != NULL)
    g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL, "No channel with id %s", channel_id);
  else
    g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED, "No more channels can be made");
  return NULL;
}

void
_eric_socket_server_set_running (EricSocketServer *self,
                                 gboolean          running)
{
  if (self->running == running)
    return;
  self->running = running;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

void
_eric_socket_server_notify_n_connections (EricSocketServer *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CONNECTIONS]);
}

static void
eric_socket_server_constructed (GObject *object)
{
  EricSocketServer *self = ERIC_SOCKET_SERVER (object);

  G_OBJECT_CLASS (eric_socket_server_parent_class)->constructed (object);

  if (self->channels == NULL)
    self->channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
}

static void
eric_socket_server_dispose (GObject *object)
{
  _eric_socket_server_end (ERIC_SOCKET_SERVER (object));

  G_OBJECT_CLASS (eric_socket_server_parent_class)->dispose (object);
}

static void
eric_socket_server_finalize (GObject *object)
{
  EricSocketServer *self = ERIC_SOCKET_SERVER (object);

  g_clear_pointer (&self->bindings, g_ptr_array_unref);
  g_clear_object (&self->channels);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (eric_socket_server_parent_class)->finalize (object);
}

static void
eric_socket_server_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  EricSocketServer *self = ERIC_SOCKET_SERVER (object);

  switch (prop_id)
    {
    case PROP_CHANNELS:
      g_value_set_object (value, self->channels);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_MODE:
      g_value_set_uint (value, self->mode);
      break;
    case PROP_MAX_REQUEST:
      g_value_set_uint64 (value, self->max_request);
      break;
    case PROP_MAX_CONNECTIONS:
      g_value_set_uint (value, self->max_connections);
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_uint (value, self->idle_timeout);
      break;
    case PROP_LISTENER_CAPACITY:
      g_value_set_uint (value, self->listener_capacity);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, self->running);
      break;
    case PROP_N_CONNECTIONS:
      g_value_set_uint (value, self->sessions.length);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_socket_server_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  EricSocketServer *self = ERIC_SOCKET_SERVER (object);

  switch (prop_id)
    {
    case PROP_CHANNELS:
      self->channels = g_value_dup_object (value);
      break;
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_MODE:
      self->mode = g_value_get_uint (value);
      break;
    case PROP_MAX_REQUEST:
      eric_socket_server_set_max_request (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_CONNECTIONS:
      eric_socket_server_set_max_connections (self, g_value_get_uint (value));
      break;
    case PROP_IDLE_TIMEOUT:
      eric_socket_server_set_idle_timeout (self, g_value_get_uint (value));
      break;
    case PROP_LISTENER_CAPACITY:
      eric_socket_server_set_listener_capacity (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * EricSocketServer:channels: (getter get_channels)
   *
   * The channels that are served. Others may serve them as well, such as an
   * [class@SseServer]; the server makes a container of [class@SseChannel] unless it is
   * given one.
   *
   * Since: 0.1
   */
  properties[PROP_CHANNELS] =
    g_param_spec_object ("channels", NULL, NULL, ERIC_TYPE_CHANNEL_CONTAINER,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:path: (getter get_path)
   *
   * The path of the socket, or %NULL for none.
   *
   * Since: 0.1
   */
  properties[PROP_PATH] =
    g_param_spec_string ("path", NULL, NULL, NULL,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:mode: (getter get_mode)
   *
   * The mode of the socket at a path, as for `chmod(2)`: who may connect.
   *
   * Since: 0.1
   */
  properties[PROP_MODE] =
    g_param_spec_uint ("mode", NULL, NULL, 0, 0777, ERIC_SOCKET_SERVER_DEFAULT_MODE,
                       (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:max-request: (getter get_max_request) (setter set_max_request)
   *
   * The longest request, in bytes.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_REQUEST] =
    g_param_spec_uint64 ("max-request", NULL, NULL, 1, G_MAXSSIZE,
                         ERIC_SOCKET_SERVER_DEFAULT_MAX_REQUEST,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:max-connections: (getter get_max_connections) (setter set_max_connections)
   *
   * How many connections there may be at once; 0 for as many as there are descriptors.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CONNECTIONS] =
    g_param_spec_uint ("max-connections", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:idle-timeout: (getter get_idle_timeout) (setter set_idle_timeout)
   *
   * How long a connection may stay without a byte from or to its peer, in milliseconds;
   * 0 for ever. Streams may be silent for as long as they like.
   *
   * Since: 0.1
   */
  properties[PROP_IDLE_TIMEOUT] =
    g_param_spec_uint ("idle-timeout", NULL, NULL, 0, G_MAXINT,
                       ERIC_SOCKET_SERVER_DEFAULT_IDLE_TIMEOUT,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:listener-capacity: (getter get_listener_capacity) (setter set_listener_capacity)
   *
   * How many messages may wait for a listener that a client made, where the listener came
   * without a bound; 0 for any number. The oldest is lost to one that is too much, and the
   * stream says so.
   *
   * Since: 0.1
   */
  properties[PROP_LISTENER_CAPACITY] =
    g_param_spec_uint ("listener-capacity", NULL, NULL, 0, G_MAXINT,
                       ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:running: (getter get_running)
   *
   * Whether the server has started, and has not stopped altogether.
   *
   * Since: 0.1
   */
  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE, (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricSocketServer:n-connections: (getter get_n_connections)
   *
   * How many connections there are.
   *
   * Since: 0.1
   */
  properties[PROP_N_CONNECTIONS] =
    g_param_spec_uint ("n-connections", NULL, NULL, 0, G_MAXUINT, 0, (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_socket_server_class_init (EricSocketServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_socket_server_constructed;
  object_class->dispose = eric_socket_server_dispose;
  object_class->finalize = eric_socket_server_finalize;
  object_class->get_property = eric_socket_server_get_property;
  object_class->set_property = eric_socket_server_set_property;

  install_properties (object_class);

  /**
   * EricSocketServer::channel-requested:
   * @self: the server
   * @channel_id: (nullable): the id, or %NULL for a channel that is to be made
   *
   * A client asks for a channel that the container does not have, or for a new one. The
   * handler may make it, register it where others should find it, too, and return it.
   * It is not asked for one that a client wants removed.
   * Without a handler new channels are made by [method@ChannelContainer.add], and others
   * do not exist.
   *
   * Returns: (transfer full) (nullable): the channel, or %NULL
   *
   * Since: 0.1
   */
  signals[SIG_CHANNEL_REQUESTED] =
    g_signal_new_class_handler ("channel-requested",
                                G_TYPE_FROM_CLASS (klass),
                                G_SIGNAL_RUN_LAST,
                                G_CALLBACK (eric_socket_server_real_channel_requested),
                                first_channel, NULL, NULL,
                                ERIC_TYPE_CHANNEL, 1, G_TYPE_STRING);
}

static void
eric_socket_server_init (EricSocketServer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->bindings = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_socket_binding_free);
  self->max_request = ERIC_SOCKET_SERVER_DEFAULT_MAX_REQUEST;
  self->idle_timeout = ERIC_SOCKET_SERVER_DEFAULT_IDLE_TIMEOUT;
  self->listener_capacity = ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY;
}

/**
 * eric_socket_server_new:
 * @channels: (nullable): the channels that are served, or %NULL for new ones
 * @path: (nullable): the path of the socket, or %NULL to listen elsewhere
 *
 * Makes a server. It does not listen yet.
 *
 * Returns: (transfer full): the server
 *
 * Since: 0.1
 */
EricSocketServer *
eric_socket_server_new (EricChannelContainer *channels,
                        const char           *path)
{
  return g_object_new (ERIC_TYPE_SOCKET_SERVER, "channels", channels, "path", path, NULL);
}

/**
 * eric_socket_server_get_channels: (get-property channels)
 * @self: a server
 *
 * Gets the channels that are served.
 *
 * Returns: (transfer none): the channels
 *
 * Since: 0.1
 */
EricChannelContainer *
eric_socket_server_get_channels (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), NULL);

  return self->channels;
}

/**
 * eric_socket_server_get_path: (get-property path)
 * @self: a server
 *
 * Gets the path of the socket.
 *
 * Returns: (nullable): the path, or %NULL where it has none
 *
 * Since: 0.1
 */
const char *
eric_socket_server_get_path (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), NULL);

  return self->path;
}

/**
 * eric_socket_server_get_mode: (get-property mode)
 * @self: a server
 *
 * Gets the mode of the socket at a path.
 *
 * Returns: the mode
 *
 * Since: 0.1
 */
guint
eric_socket_server_get_mode (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->mode;
}

/**
 * eric_socket_server_get_max_request: (get-property max-request)
 * @self: a server
 *
 * Gets how long a request may be.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
guint64
eric_socket_server_get_max_request (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->max_request;
}

/**
 * eric_socket_server_set_max_request: (set-property max-request)
 * @self: a server
 * @max_request: the length in bytes, from 1 to `G_MAXSSIZE`
 *
 * Sets how long a request may be, of connections that come from now on.
 *
 * Since: 0.1
 */
void
eric_socket_server_set_max_request (EricSocketServer *self,
                                    guint64           max_request)
{
  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));
  g_return_if_fail (max_request > 0 && max_request <= G_MAXSSIZE);

  if (self->max_request == max_request)
    return;
  self->max_request = max_request;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_REQUEST]);
}

/**
 * eric_socket_server_get_max_connections: (get-property max-connections)
 * @self: a server
 *
 * Gets how many connections there may be at once.
 *
 * Returns: the number of connections, 0 for as many as there are descriptors
 *
 * Since: 0.1
 */
guint
eric_socket_server_get_max_connections (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->max_connections;
}

/**
 * eric_socket_server_set_max_connections: (set-property max-connections)
 * @self: a server
 * @max_connections: the number of connections, 0 for as many as there are descriptors
 *
 * Sets how many connections there may be at once. One more is told that there is no place. Those
 * that are there already stay.
 *
 * Since: 0.1
 */
void
eric_socket_server_set_max_connections (EricSocketServer *self,
                                        guint             max_connections)
{
  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));

  if (self->max_connections == max_connections)
    return;
  self->max_connections = max_connections;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_CONNECTIONS]);
}

/**
 * eric_socket_server_get_idle_timeout: (get-property idle-timeout)
 * @self: a server
 *
 * Gets how long a connection may stay without a byte from or to its peer.
 *
 * Returns: the time in milliseconds, 0 for ever
 *
 * Since: 0.1
 */
guint
eric_socket_server_get_idle_timeout (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->idle_timeout;
}

/**
 * eric_socket_server_set_idle_timeout: (set-property idle-timeout)
 * @self: a server
 * @idle_timeout: the time in milliseconds, at most `G_MAXINT`; 0 for ever
 *
 * Sets how long a connection may stay without a byte from or to its peer.
 *
 * Since: 0.1
 */
void
eric_socket_server_set_idle_timeout (EricSocketServer *self,
                                     guint             idle_timeout)
{
  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));
  g_return_if_fail (idle_timeout <= G_MAXINT);

  if (self->idle_timeout == idle_timeout)
    return;
  self->idle_timeout = idle_timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IDLE_TIMEOUT]);
}

/**
 * eric_socket_server_get_listener_capacity: (get-property listener-capacity)
 * @self: a server
 *
 * Gets how many messages may wait for a listener that a client made.
 *
 * Returns: the number of messages, 0 for any number
 *
 * Since: 0.1
 */
guint
eric_socket_server_get_listener_capacity (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->listener_capacity;
}

/**
 * eric_socket_server_set_listener_capacity: (set-property listener-capacity)
 * @self: a server
 * @listener_capacity: the number of messages, at most `G_MAXINT`; 0 for any number
 *
 * Sets how many messages may wait for a listener that a client makes from now on.
 *
 * Since: 0.1
 */
void
eric_socket_server_set_listener_capacity (EricSocketServer *self,
                                          guint             listener_capacity)
{
  g_return_if_fail (ERIC_IS_SOCKET_SERVER (self));
  g_return_if_fail (listener_capacity <= G_MAXINT);

  if (self->listener_capacity == listener_capacity)
    return;
  self->listener_capacity = listener_capacity;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LISTENER_CAPACITY]);
}

/**
 * eric_socket_server_get_running: (get-property running)
 * @self: a server
 *
 * Gets whether the server runs.
 *
 * Returns: %TRUE if it runs, or has not stopped altogether
 *
 * Since: 0.1
 */
gboolean
eric_socket_server_get_running (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), FALSE);

  return self->running;
}

/**
 * eric_socket_server_get_n_connections: (get-property n-connections)
 * @self: a server
 *
 * Gets how many connections there are.
 *
 * Returns: the number of connections
 *
 * Since: 0.1
 */
guint
eric_socket_server_get_n_connections (EricSocketServer *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_SERVER (self), 0);

  return self->sessions.length;
}
