/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel.h"

#include "eric-channel-private.h"
#include "eric-error.h"
#include "eric-failure-private.h"
#include "eric-listener-private.h"
#include "eric-message.h"

/**
 * EricChannel:
 *
 * Where messages meet those who listen.
 *
 * Listeners are registered with a channel under their ids.
 * [method@Channel.broadcast] puts a message into the queue of each of them,
 * [method@Channel.dispatch] into the queue of one. Each listener gets its
 * messages in the order of the calls, and all listeners get broadcasts in the
 * same order, whatever the threads that send.
 *
 * [method@Channel.message_stream] reads a listener's messages as they come,
 * [method@Channel.watch] makes the listener too. A channel that is closed, and a
 * listener that is removed, end their streams with a message of type
 * %ERIC_MESSAGE_TYPE_CLOSED.
 *
 * ```c
 * g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("news"));
 * g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);
 * g_autoptr (EricMessage) message = eric_message_new_from_text ("greeting", "hello", NULL);
 * g_autoptr (EricMessage) delivered = NULL;
 *
 * eric_listener_start (listener);
 * eric_channel_broadcast (channel, message, NULL);
 * delivered = eric_channel_deliver_next (channel, eric_listener_get_id (listener), NULL);
 * ```
 *
 * This class is abstract. [class@SseChannel] is the one to use for most purposes;
 * a subclass may make listeners of its own and adapt messages as they are read.
 *
 * It is safe to use a channel from any thread. Signals are emitted in the thread
 * that causes them, and no lock is held meanwhile.
 *
 * Since: 0.1
 */
G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (EricChannel, eric_channel, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_STREAM_DELAY,
  PROP_CLOSED,
  N_PROPS
};

enum
{
  SIG_LISTENER_ADDED,
  SIG_LISTENER_REMOVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static EricChannelPrivate *
get_private (EricChannel *self)
{
  return eric_channel_get_instance_private (self);
}

EricChannelPrivate *
_eric_channel_get_private (EricChannel *self)
{
  return get_private (self);
}

void
_eric_channel_set_unknown_listener (EricChannel  *self,
                                    const char   *listener_id,
                                    GError      **error)
{
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER,
               "Channel “%s” has no listener “%s”", get_private (self)->id, listener_id);
}

gboolean
_eric_channel_check_open_locked (EricChannel  *self,
                                 GError      **error)
{
  EricChannelPrivate *priv = get_private (self);

  if (!priv->closed)
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL,
               "Channel “%s” is closed", priv->id);
  return FALSE;
}

static EricMessage *
new_closed_message (void)
{
  return eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);
}

static EricListener *
eric_channel_real_create_listener (EricChannel *self)
{
  return eric_listener_new ();
}

static EricMessage *
eric_channel_real_adapt (EricChannel *self,
                         EricMessage *message)
{
  return g_object_ref (message);
}

static EricMessage *
admit_as_it_is (EricChannel *self,
                EricMessage *message,
                const char  *listener_id)
{
  return g_object_ref (message);
}

static void
do_nothing (EricChannel *self)
{
}

static void
eric_channel_constructed (GObject *object)
{
  EricChannelPrivate *priv = get_private (ERIC_CHANNEL (object));

  G_OBJECT_CLASS (eric_channel_parent_class)->constructed (object);

  if (priv->id == NULL)
    priv->id = g_uuid_string_random ();
}

static void
eric_channel_finalize (GObject *object)
{
  EricChannelPrivate *priv = get_private (ERIC_CHANNEL (object));

  g_clear_pointer (&priv->listeners, g_hash_table_unref);
  g_clear_pointer (&priv->id, g_free);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (eric_channel_parent_class)->finalize (object);
}

static void
eric_channel_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  EricChannel *self = ERIC_CHANNEL (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, eric_channel_get_id (self));
      break;
    case PROP_STREAM_DELAY:
      g_value_set_uint (value, eric_channel_get_stream_delay (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, eric_channel_get_closed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_channel_set_property (GObject      *object,
                           guint         prop_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  EricChannel *self = ERIC_CHANNEL (object);

  switch (prop_id)
    {
    case PROP_ID:
      get_private (self)->id = g_value_dup_string (value);
      break;
    case PROP_STREAM_DELAY:
      eric_channel_set_stream_delay (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static guint
new_listener_signal (const char *name)
{
  return g_signal_new (name,
                       ERIC_TYPE_CHANNEL,
                       G_SIGNAL_RUN_LAST,
                       0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, ERIC_TYPE_LISTENER);
}

static void
eric_channel_class_init (EricChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_channel_constructed;
  object_class->finalize = eric_channel_finalize;
  object_class->get_property = eric_channel_get_property;
  object_class->set_property = eric_channel_set_property;
  klass->create_listener = eric_channel_real_create_listener;
  klass->adapt = eric_channel_real_adapt;

  /**
   * EricChannel:id: (getter get_id)
   *
   * The name of the channel: a random UUID unless given.
   *
   * Since: 0.1
   */
  properties[PROP_ID] =
    g_param_spec_string ("id", NULL, NULL, NULL,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricChannel:stream-delay: (getter get_stream_delay) (setter set_stream_delay)
   *
   * The least time between two messages of a stream, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_STREAM_DELAY] =
    g_param_spec_uint ("stream-delay", NULL, NULL, 0, G_MAXINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricChannel:closed: (getter get_closed)
   *
   * Whether [method@Channel.close] was called.
   *
   * Since: 0.1
   */
  properties[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                          (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EricChannel::listener-added:
   * @self: the channel
   * @listener: the listener
   *
   * A listener was registered.
   *
   * Since: 0.1
   */
  signals[SIG_LISTENER_ADDED] = new_listener_signal ("listener-added");

  /**
   * EricChannel::listener-removed:
   * @self: the channel
   * @listener: the listener
   *
   * A listener was removed.
   *
   * Since: 0.1
   */
  signals[SIG_LISTENER_REMOVED] = new_listener_signal ("listener-removed");
}

static void
eric_channel_init (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);

  g_mutex_init (&priv->lock);
  priv->listeners = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  priv->admit = admit_as_it_is;
  priv->closed_hook = do_nothing;
}

/* The message that ends the streams of all listeners, behind what they have. */
static void
push_end_locked (EricChannel *self,
                 EricMessage *farewell)
{
  EricChannelPrivate *priv = get_private (self);
  g_autoptr (EricMessage) admitted = priv->admit (self, farewell, NULL);
  GHashTableIter iter;
  gpointer listener;

  g_hash_table_iter_init (&iter, priv->listeners);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    _eric_listener_push_last (listener, admitted);
}

void
_eric_channel_push_end (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);
  g_autoptr (EricMessage) farewell = new_closed_message ();

  g_mutex_lock (&priv->lock);
  if (!priv->closed)
    push_end_locked (self, farewell);
  g_mutex_unlock (&priv->lock);
}

void
_eric_channel_set_hooks (EricChannel           *self,
                         EricChannelCheckFunc   check,
                         EricChannelAdmitFunc   admit,
                         EricChannelClosedFunc  closed)
{
  get_private (self)->check = check;
  get_private (self)->admit = admit;
  get_private (self)->closed_hook = closed;
}

EricMessage *
_eric_channel_adapt (EricChannel *self,
                     EricMessage *message)
{
  EricMessage *adapted = ERIC_CHANNEL_GET_CLASS (self)->adapt (self, message);

  /* In another language an exception gives nothing, and NULL would end the stream. */
  return adapted != NULL ? adapted : _eric_failure_new (message, "The message was not adapted");
}

gboolean
_eric_channel_has_listeners (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);
  gboolean has_some;

  g_mutex_lock (&priv->lock);
  has_some = g_hash_table_size (priv->listeners) > 0;
  g_mutex_unlock (&priv->lock);
  return has_some;
}

static gboolean
has_listener_locked (EricChannel  *self,
                     EricListener *listener)
{
  return g_hash_table_lookup (get_private (self)->listeners, eric_listener_get_id (listener)) == listener;
}

gboolean
_eric_channel_has_listener (EricChannel  *self,
                            EricListener *listener)
{
  EricChannelPrivate *priv = get_private (self);
  gboolean found;

  g_mutex_lock (&priv->lock);
  found = has_listener_locked (self, listener);
  g_mutex_unlock (&priv->lock);
  return found;
}

gboolean
_eric_channel_feeds (EricChannel  *self,
                     EricListener *listener)
{
  EricChannelPrivate *priv = get_private (self);
  gboolean feeds;

  g_mutex_lock (&priv->lock);
  feeds = !priv->closed && has_listener_locked (self, listener);
  g_mutex_unlock (&priv->lock);
  return feeds;
}

/**
 * eric_channel_get_id: (get-property id)
 * @self: a channel
 *
 * Gets the name of the channel.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the id
 *
 * Since: 0.1
 */
const char *
eric_channel_get_id (EricChannel *self)
{
  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);

  return get_private (self)->id;
}

/**
 * eric_channel_get_stream_delay: (get-property stream-delay)
 * @self: a channel
 *
 * Gets the least time between two messages of a stream.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_channel_get_stream_delay (EricChannel *self)
{
  g_return_val_if_fail (ERIC_IS_CHANNEL (self), 0);

  return g_atomic_int_get (&get_private (self)->stream_delay);
}

/**
 * eric_channel_set_stream_delay: (set-property stream-delay)
 * @self: a channel
 * @stream_delay: the time in milliseconds, at most `G_MAXINT`; 0 for none
 *
 * Sets the least time between two messages of a stream.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_channel_set_stream_delay (EricChannel *self,
                               guint        stream_delay)
{
  g_return_if_fail (ERIC_IS_CHANNEL (self));
  g_return_if_fail (stream_delay <= G_MAXINT);

  if ((guint) g_atomic_int_get (&get_private (self)->stream_delay) == stream_delay)
    return;
  g_atomic_int_set (&get_private (self)->stream_delay, stream_delay);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAM_DELAY]);
}

/**
 * eric_channel_get_closed: (get-property closed)
 * @self: a channel
 *
 * Tells whether the channel was closed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if it takes no more messages
 *
 * Since: 0.1
 */
gboolean
eric_channel_get_closed (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);
  gboolean closed;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), FALSE);

  g_mutex_lock (&priv->lock);
  closed = priv->closed;
  g_mutex_unlock (&priv->lock);
  return closed;
}

/**
 * eric_channel_add_listener:
 * @self: a channel
 * @error: return location for an error, or %NULL
 *
 * Makes a listener and registers it. It does not run yet.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is closed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the listener
 *
 * Since: 0.1
 */
EricListener *
eric_channel_add_listener (EricChannel  *self,
                           GError      **error)
{
  g_autoptr (EricChannel) alive = NULL;
  g_autoptr (EricListener) listener = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);

  alive = g_object_ref (self);   /* whom it calls may drop the last reference */
  listener = ERIC_CHANNEL_GET_CLASS (self)->create_listener (self);
  if (listener == NULL)
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER,
                   "Channel “%s” made no listener", eric_channel_get_id (self));
      return NULL;
    }
  return eric_channel_register_listener (self, listener, error) ? g_steal_pointer (&listener) : NULL;
}

/**
 * eric_channel_register_listener:
 * @self: a channel
 * @listener: (transfer none): a listener
 * @error: return location for an error, or %NULL
 *
 * Registers a listener under its id. Messages are queued for it from now on,
 * also before it is started.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where the id is already registered, and
 * with %ERIC_ERROR_INVALID_CHANNEL where the channel is closed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the listener was registered
 *
 * Since: 0.1
 */
gboolean
eric_channel_register_listener (EricChannel   *self,
                                EricListener  *listener,
                                GError       **error)
{
  EricChannelPrivate *priv = get_private (self);
  const char *listener_id;
  gboolean registered = FALSE;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (ERIC_IS_LISTENER (listener), FALSE);

  listener_id = eric_listener_get_id (listener);

  g_mutex_lock (&priv->lock);
  if (_eric_channel_check_open_locked (self, error))
    {
      if (g_hash_table_contains (priv->listeners, listener_id))
        g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER,
                     "Channel “%s” already has a listener “%s”", priv->id, listener_id);
      else
        registered = g_hash_table_insert (priv->listeners, (gpointer) listener_id,
                                          g_object_ref (listener));
    }
  g_mutex_unlock (&priv->lock);

  if (registered)
    g_signal_emit (self, signals[SIG_LISTENER_ADDED], 0, listener);
  return registered;
}

/**
 * eric_channel_remove_listener:
 * @self: a channel
 * @listener_id: the id of a listener
 * @error: return location for an error, or %NULL
 *
 * Removes a listener. What is in its queue can still be taken; behind it comes a
 * message of type %ERIC_MESSAGE_TYPE_CLOSED, which ends a stream.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where there is none with that id.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the listener was removed
 *
 * Since: 0.1
 */
gboolean
eric_channel_remove_listener (EricChannel  *self,
                              const char   *listener_id,
                              GError      **error)
{
  EricChannelPrivate *priv = get_private (self);
  g_autoptr (EricListener) listener = NULL;
  g_autoptr (EricMessage) farewell = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (listener_id != NULL, FALSE);

  farewell = new_closed_message ();

  g_mutex_lock (&priv->lock);
  if (g_hash_table_steal_extended (priv->listeners, listener_id, NULL, (gpointer *) &listener) &&
      !priv->closed)
    _eric_listener_push_last (listener, farewell);
  g_mutex_unlock (&priv->lock);

  if (listener == NULL)
    {
      _eric_channel_set_unknown_listener (self, listener_id, error);
      return FALSE;
    }
  g_signal_emit (self, signals[SIG_LISTENER_REMOVED], 0, listener);
  return TRUE;
}

/**
 * eric_channel_get_listener:
 * @self: a channel
 * @listener_id: the id of a listener
 * @error: return location for an error, or %NULL
 *
 * Looks up a listener. The reference is the caller's, since another thread may
 * remove the listener at any time.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where there is none with that id.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the listener
 *
 * Since: 0.1
 */
EricListener *
eric_channel_get_listener (EricChannel  *self,
                           const char   *listener_id,
                           GError      **error)
{
  EricChannelPrivate *priv = get_private (self);
  EricListener *listener;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);
  g_return_val_if_fail (listener_id != NULL, NULL);

  g_mutex_lock (&priv->lock);
  listener = g_hash_table_lookup (priv->listeners, listener_id);
  if (listener != NULL)
    g_object_ref (listener);
  g_mutex_unlock (&priv->lock);

  if (listener == NULL)
    _eric_channel_set_unknown_listener (self, listener_id, error);
  return listener;
}

/**
 * eric_channel_get_listener_ids:
 * @self: a channel
 *
 * Lists the listeners, in no particular order.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids
 *
 * Since: 0.1
 */
char **
eric_channel_get_listener_ids (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);
  g_autoptr (GStrvBuilder) ids = NULL;
  GHashTableIter iter;
  gpointer listener_id;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);

  ids = g_strv_builder_new ();
  g_mutex_lock (&priv->lock);
  g_hash_table_iter_init (&iter, priv->listeners);
  while (g_hash_table_iter_next (&iter, &listener_id, NULL))
    g_strv_builder_add (ids, listener_id);
  g_mutex_unlock (&priv->lock);
  return g_strv_builder_end (ids);
}

/**
 * eric_channel_close:
 * @self: a channel
 *
 * Broadcasts a message of type %ERIC_MESSAGE_TYPE_CLOSED, then takes no more
 * messages and no more listeners. What is in the queues can still be taken.
 * Does nothing where the channel is closed already.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_channel_close (EricChannel *self)
{
  EricChannelPrivate *priv = get_private (self);
  g_autoptr (EricMessage) farewell = NULL;
  gboolean closing;

  g_return_if_fail (ERIC_IS_CHANNEL (self));

  farewell = new_closed_message ();

  g_mutex_lock (&priv->lock);
  closing = !priv->closed;
  if (closing)
    {
      push_end_locked (self, farewell);
      priv->closed = TRUE;
      priv->closed_hook (self);
    }
  g_mutex_unlock (&priv->lock);

  if (closing)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}
