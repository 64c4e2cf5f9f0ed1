/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-channel.h"

#include "eric-channel-private.h"
#include "eric-message.h"
#include "eric-sse-channel-private.h"

/**
 * EricSseChannel:
 *
 * A channel whose messages can be served as Server-Sent Events.
 *
 * Every message that goes through it has an id: the application's own where it
 * gave one, otherwise one that the channel makes. Clients should not read anything out
 * of the latter. Each message is encoded once, whatever the number of subscribers.
 *
 * An id of the application's own must survive the trip in a header: it is refused with
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where it is empty, longer than
 * %ERIC_SSE_CHANNEL_MAX_ID bytes, begins or ends with white space, has a control
 * character (RFC 9110, section 5.5), or is the word `earliest`. Where one is given to
 * several messages, a client that comes back with it is given what follows the oldest of
 * them, or is told that something may be missing.
 *
 * What was broadcast is kept for a while, so that a client which lost its
 * connection gets what it missed: bounded by [property@SseChannel:history-size],
 * [property@SseChannel:history-age] and [property@SseChannel:history-bytes]
 * together. [method@SseChannel.replay_after] reads that history.
 *
 * Ids of different channels of a process come from one counter, so a client that
 * reads several channels over one connection resumes all of them by one id. Each process
 * marks its ids, so that one of another process, as from before a restart, is never taken
 * for one of this process.
 *
 * ```c
 * g_autoptr (EricSseChannel) channel = eric_sse_channel_new ("news");
 * g_autoptr (EricMessage) message = eric_message_new_from_text ("greeting", "hello", NULL);
 *
 * eric_sse_channel_set_history_size (channel, 1000);
 * eric_sse_channel_set_history_age (channel, 3600);
 * eric_channel_broadcast (ERIC_CHANNEL (channel), message, NULL);
 * ```
 *
 * The page [Replay](replay.html) has what a client gets that was away.
 *
 * It is safe to use a channel from any thread.
 *
 * Since: 0.1
 */
typedef struct
{
  EricFrameLog        *log;             /* (owned) */
  int                  retry_timeout;   /* (atomic): milliseconds */
  EricSseChannelLimits limits;
} EricSseChannelPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (EricSseChannel, eric_sse_channel, ERIC_TYPE_CHANNEL)

GType
_eric_channel_get_default_type (void)
{
  return ERIC_TYPE_SSE_CHANNEL;
}

enum
{
  PROP_0,
  PROP_RETRY_TIMEOUT,
  PROP_HISTORY_SIZE,
  PROP_HISTORY_AGE,
  PROP_HISTORY_BYTES,
  PROP_BACKLOG_SIZE,
  PROP_BACKLOG_BYTES,
  PROP_N_MESSAGES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static EricSseChannelPrivate *
get_private (EricSseChannel *self)
{
  return eric_sse_channel_get_instance_private (self);
}

static gboolean
eric_sse_channel_check (EricChannel  *channel,
                        EricMessage  *message,
                        GError      **error)
{
  const char *id = eric_message_get_id (message);

  return id == NULL || eric_frame_id_check (id, error);
}

/* Gives the message its id, and a broadcast its place in the log. */
static EricMessage *
eric_sse_channel_admit (EricChannel *channel,
                        EricMessage *message,
                        const char  *listener_id)
{
  if (listener_id == NULL)
    return eric_frame_log_admit (get_private (ERIC_SSE_CHANNEL (channel))->log, message);
  if (eric_message_get_id (message) != NULL)
    return g_object_ref (message);
  return eric_frame_identify (message, eric_frame_number_next ());
}

static void
eric_sse_channel_closed (EricChannel *channel)
{
  eric_frame_log_close (get_private (ERIC_SSE_CHANNEL (channel))->log);
}

static void
eric_sse_channel_dispose (GObject *object)
{
  /* Who still reads the log would wait for ever. */
  eric_frame_log_close (get_private (ERIC_SSE_CHANNEL (object))->log);

  G_OBJECT_CLASS (eric_sse_channel_parent_class)->dispose (object);
}

static void
eric_sse_channel_finalize (GObject *object)
{
  EricSseChannelPrivate *priv = get_private (ERIC_SSE_CHANNEL (object));

  eric_frame_log_unref (priv->log);
  g_mutex_clear (&priv->limits.lock);

  G_OBJECT_CLASS (eric_sse_channel_parent_class)->finalize (object);
}

static void
eric_sse_channel_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EricSseChannel *self = ERIC_SSE_CHANNEL (object);

  switch (prop_id)
    {
    case PROP_RETRY_TIMEOUT:
      g_value_set_uint (value, eric_sse_channel_get_retry_timeout (self));
      break;
    case PROP_HISTORY_SIZE:
      g_value_set_uint (value, eric_sse_channel_get_history_size (self));
      break;
    case PROP_HISTORY_AGE:
      g_value_set_uint (value, eric_sse_channel_get_history_age (self));
      break;
    case PROP_HISTORY_BYTES:
      g_value_set_uint64 (value, eric_sse_channel_get_history_bytes (self));
      break;
    case PROP_BACKLOG_SIZE:
      g_value_set_uint (value, eric_sse_channel_get_backlog_size (self));
      break;
    case PROP_BACKLOG_BYTES:
      g_value_set_uint64 (value, eric_sse_channel_get_backlog_bytes (self));
      break;
    case PROP_N_MESSAGES:
      g_value_set_uint64 (value, eric_sse_channel_get_n_messages (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_sse_channel_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EricSseChannel *self = ERIC_SSE_CHANNEL (object);

  switch (prop_id)
    {
    case PROP_RETRY_TIMEOUT:
      eric_sse_channel_set_retry_timeout (self, g_value_get_uint (value));
      break;
    case PROP_HISTORY_SIZE:
      eric_sse_channel_set_history_size (self, g_value_get_uint (value));
      break;
    case PROP_HISTORY_AGE:
      eric_sse_channel_set_history_age (self, g_value_get_uint (value));
      break;
    case PROP_HISTORY_BYTES:
      eric_sse_channel_set_history_bytes (self, g_value_get_uint64 (value));
      break;
    case PROP_BACKLOG_SIZE:
      eric_sse_channel_set_backlog_size (self, g_value_get_uint (value));
      break;
    case PROP_BACKLOG_BYTES:
      eric_sse_channel_set_backlog_bytes (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_sse_channel_class_init (EricSseChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = eric_sse_channel_dispose;
  object_class->finalize = eric_sse_channel_finalize;
  object_class->get_property = eric_sse_channel_get_property;
  object_class->set_property = eric_sse_channel_set_property;

  /**
   * EricSseChannel:retry-timeout: (getter get_retry_timeout) (setter set_retry_timeout)
   *
   * How long a client that lost its connection is asked to wait before it
   * connects again, in milliseconds.
   *
   * The default is 3000, which is about what browsers wait by themselves. The
   * Python package eric-sse asks for 5: every client of a server that goes down
   * would then try 200 times a second, all together when it comes back.
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_TIMEOUT] =
    g_param_spec_uint ("retry-timeout", NULL, NULL, 0, G_MAXINT,
                       ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT, flags);

  /**
   * EricSseChannel:history-size: (getter get_history_size) (setter set_history_size)
   *
   * How many messages are kept for replay; 0 for none. Where it is set,
   * [property@SseChannel:history-bytes] has no limit unless that is set, too.
   *
   * Since: 0.1
   */
  properties[PROP_HISTORY_SIZE] =
    g_param_spec_uint ("history-size", NULL, NULL, 0, G_MAXUINT,
                       ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE, flags);

  /**
   * EricSseChannel:history-age: (getter get_history_age) (setter set_history_age)
   *
   * How long messages are kept for replay, in seconds; 0 for as long as the other
   * limits allow.
   *
   * Since: 0.1
   */
  properties[PROP_HISTORY_AGE] =
    g_param_spec_uint ("history-age", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * EricSseChannel:history-bytes: (getter get_history_bytes) (setter set_history_bytes)
   *
   * How much memory the messages kept for replay may take, in bytes: each as it is
   * encoded, and some 40 bytes besides; `G_MAXUINT64` for as much as the other limits
   * allow.
   *
   * Unless it is set, it follows from others: it is %ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES,
   * but 12 times the [property@SseServer:max-body] of a server that serves the channel where
   * that is more, and no limit once [property@SseChannel:history-size] is set. It does not
   * notify of that. All channels of a server together stay below
   * [property@SseServer:max-memory] in any case.
   *
   * Since: 0.1
   */
  properties[PROP_HISTORY_BYTES] =
    g_param_spec_uint64 ("history-bytes", NULL, NULL, 0, G_MAXUINT64,
                         ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES, flags);

  /**
   * EricSseChannel:backlog-size: (getter get_backlog_size) (setter set_backlog_size)
   *
   * How many messages a subscriber of a server may lag behind what is kept for replay
   * before the policy for slow subscribers applies. Where it is set,
   * [property@SseChannel:backlog-bytes] has no limit unless that is set, too.
   *
   * Since: 0.1
   */
  properties[PROP_BACKLOG_SIZE] =
    g_param_spec_uint ("backlog-size", NULL, NULL, 1, G_MAXUINT,
                       ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE, flags);

  /**
   * EricSseChannel:backlog-bytes: (getter get_backlog_bytes) (setter set_backlog_bytes)
   *
   * How much memory the messages may take that subscribers lag behind what is kept for
   * replay, besides the oldest and the newest of them, in bytes.
   *
   * Unless it is set, it follows from others: it is %ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES,
   * but 12 times the [property@SseServer:max-body] of a server that serves the channel where
   * that is more, and no limit once [property@SseChannel:backlog-size] is set. It does not
   * notify of that.
   *
   * Since: 0.1
   */
  properties[PROP_BACKLOG_BYTES] =
    g_param_spec_uint64 ("backlog-bytes", NULL, NULL, 1, G_MAXUINT64,
                         ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES, flags);

  /**
   * EricSseChannel:n-messages: (getter get_n_messages)
   *
   * How many messages were broadcast so far. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_N_MESSAGES] =
    g_param_spec_uint64 ("n-messages", NULL, NULL, 0, G_MAXUINT64, 0,
                         (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_sse_channel_init (EricSseChannel *self)
{
  EricSseChannelPrivate *priv = get_private (self);

  priv->log = eric_frame_log_new ();
  priv->retry_timeout = ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT;
  _eric_sse_channel_limits_init (&priv->limits, priv->log);
  _eric_channel_set_hooks (ERIC_CHANNEL (self), eric_sse_channel_check, eric_sse_channel_admit, eric_sse_channel_closed);
}

/**
 * eric_sse_channel_new:
 * @id: (nullable): the id, or %NULL for a random one
 *
 * Makes a channel.
 *
 * Returns: (transfer full): the channel
 *
 * Since: 0.1
 */
EricSseChannel *
eric_sse_channel_new (const char *id)
{
  return g_object_new (ERIC_TYPE_SSE_CHANNEL, "id", id, NULL);
}

EricSseChannelLimits *
_eric_sse_channel_get_limits (EricSseChannel *self)
{
  return &get_private (self)->limits;
}

EricFrameLog *
_eric_sse_channel_get_log (EricSseChannel *self)
{
  return get_private (self)->log;
}

/**
 * eric_sse_channel_get_retry_timeout: (get-property retry-timeout)
 * @self: a channel
 *
 * Gets how long a client that lost its connection is asked to wait.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_sse_channel_get_retry_timeout (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return g_atomic_int_get (&get_private (self)->retry_timeout);
}

/**
 * eric_sse_channel_set_retry_timeout: (set-property retry-timeout)
 * @self: a channel
 * @retry_timeout: the time in milliseconds, at most `G_MAXINT`
 *
 * Sets how long a client that lost its connection is asked to wait. It is told
 * to clients that connect from now on.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_retry_timeout (EricSseChannel *self,
                                    guint           retry_timeout)
{
  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));
  g_return_if_fail (retry_timeout <= G_MAXINT);

  if (eric_sse_channel_get_retry_timeout (self) == retry_timeout)
    return;
  g_atomic_int_set (&get_private (self)->retry_timeout, retry_timeout);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RETRY_TIMEOUT]);
}

/**
 * eric_sse_channel_get_n_messages: (get-property n-messages)
 * @self: a channel
 *
 * Gets how many messages were broadcast so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_sse_channel_get_n_messages (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return eric_frame_log_get_end (get_private (self)->log);
}

/**
 * eric_sse_channel_get_history_length:
 * @self: a channel
 *
 * Gets how many messages could be replayed now.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint
eric_sse_channel_get_history_length (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return eric_frame_log_get_history_length (get_private (self)->log);
}

/**
 * eric_sse_channel_replay_after:
 * @self: a channel
 * @id: the id of the last message that the client has
 * @messages: (out) (transfer container) (optional) (element-type EricMessage): return
 *   location for the messages that came after it, oldest first, or %NULL
 *
 * Reads from the history what a client missed.
 *
 * Where messages are missing in between, and where nothing is known about @id,
 * all that the history has is given, and the return value says so.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: how @messages follow on the message with that id
 *
 * Since: 0.1
 */
EricReplay
eric_sse_channel_replay_after (EricSseChannel  *self,
                               const char      *id,
                               GPtrArray      **messages)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  EricFrameLog *log;
  gboolean known, continues;
  guint64 number = 0;

  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), ERIC_REPLAY_UNKNOWN_ID);
  g_return_val_if_fail (id != NULL, ERIC_REPLAY_UNKNOWN_ID);

  log = get_private (self)->log;
  known = eric_frame_logs_find_id (&log, 1, id, &number);
  continues = eric_frame_log_replay (log, known ? number : 0, found);
  if (messages != NULL)
    *messages = g_steal_pointer (&found);
  return !known ? ERIC_REPLAY_UNKNOWN_ID : continues ? ERIC_REPLAY_CONTINUED : ERIC_REPLAY_GAP;
}

/**
 * eric_sse_channel_is_idle:
 * @self: a channel
 *
 * Checks whether nobody has a use for the channel now: no stream of a server reads it,
 * no client publishes to it line by line, it has no listener, and no message is kept for
 * replay. A program that makes channels as they are asked for can remove such a channel
 * from its container, when a stream of it has ended.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the channel is not in use
 *
 * Since: 0.1
 */
gboolean
eric_sse_channel_is_idle (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), FALSE);

  return !_eric_channel_has_listeners (ERIC_CHANNEL (self)) && eric_frame_log_is_idle (get_private (self)->log);
}
