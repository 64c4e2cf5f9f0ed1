/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listener.h"

#include "eric-enum-types.h"
#include "eric-error.h"
#include "eric-listener-private.h"
#include "eric-message.h"

/**
 * EricListener:
 *
 * A queue of messages with a name, and one who takes them.
 *
 * A channel puts messages into the queue of each listener that is registered
 * with it, whether it runs or not. They are taken while it runs: one at a time
 * with [method@Listener.deliver_next], many at a time with
 * [method@Listener.deliver_batch], or as they come with
 * [method@Listener.next_async] and [method@Listener.next_batch_async]. A message
 * that is put into the queue wakes who waits at once: nothing polls.
 *
 * Each message that is taken is handed to the virtual function `on_message` and
 * the signal [signal@Listener::message], in the thread that takes it.
 *
 * ```c
 * g_autoptr (EricListener) listener = eric_listener_new ();
 * g_autoptr (EricMessage) message = eric_message_new_from_text ("greeting", "hello", NULL);
 * g_autoptr (EricMessage) taken = NULL;
 *
 * eric_listener_start (listener);
 * eric_listener_push (listener, message, NULL);
 * taken = eric_listener_deliver_next (listener, NULL);
 * ```
 *
 * A queue has no bound unless [property@Listener:capacity] sets one;
 * [property@Listener:overflow] then says what gives.
 *
 * It is safe to use a listener from any thread. No lock is held while
 * `on_message` or a signal handler runs.
 *
 * Since: 0.1
 */
G_DEFINE_TYPE_WITH_PRIVATE (EricListener, eric_listener, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_RUNNING,
  PROP_CAPACITY,
  PROP_OVERFLOW,
  PROP_PENDING,
  PROP_DROPPED,
  N_PROPS
};

enum
{
  SIG_MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static EricListenerPrivate *
get_private (EricListener *self)
{
  return eric_listener_get_instance_private (self);
}

EricListenerPrivate *
_eric_listener_get_private (EricListener *self)
{
  return get_private (self);
}

/* Puts the message into the queue, or does what the overflow policy says. */
EricPush
_eric_listener_push (EricListener *self,
                     EricMessage  *message)
{
  EricListenerPrivate *priv = get_private (self);
  g_autoptr (EricMessage) victim = NULL;
  EricPush result = ERIC_PUSH_QUEUED;
  gboolean full, queued;

  g_async_queue_lock (priv->queue);
  full = _eric_listener_is_full_locked (priv, 1) && !_eric_listener_is_end (message);
  if (full && _eric_listener_rejects_locked (priv))
    result = ERIC_PUSH_REJECTED;
  else if (full && priv->overflow == ERIC_OVERFLOW_BLOCK)
    {
      /* In the queue already, so that who comes later does not overtake. */
      priv->held++;
      result = ERIC_PUSH_HELD;
    }
  else if (full)
    {
      priv->dropped++;
      result = ERIC_PUSH_DROPPED;
      if (priv->overflow == ERIC_OVERFLOW_DROP_OLDEST)
        victim = _eric_listener_drop_locked (priv);
      else if (priv->overflow == ERIC_OVERFLOW_STOP &&
               g_atomic_int_compare_and_exchange (&priv->running, TRUE, FALSE))
        result = ERIC_PUSH_STOPPED;
    }
  queued = !full || victim != NULL || result == ERIC_PUSH_HELD;
  if (queued)
    {
      g_async_queue_push_unlocked (priv->queue, g_object_ref (message));
      priv->ends += _eric_listener_is_end (message);
      _eric_listener_wake_locked (priv);
    }
  g_async_queue_unlock (priv->queue);

  if (queued && priv->queued_hook != NULL)
    priv->queued_hook (self);
  return result;
}

/* The same for a message that ends the stream, whatever its type. */
void
_eric_listener_push_last (EricListener *self,
                          EricMessage  *message)
{
  EricListenerPrivate *priv = get_private (self);

  g_async_queue_lock (priv->queue);
  g_async_queue_push_unlocked (priv->queue, g_object_ref (message));
  priv->ends += _eric_listener_is_end (message);
  _eric_listener_wake_locked (priv);
  g_async_queue_unlock (priv->queue);

  if (priv->queued_hook != NULL)
    priv->queued_hook (self);
}

void
_eric_listener_push_end (EricListener *self)
{
  g_autoptr (EricMessage) farewell = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  _eric_listener_push_last (self, farewell);
}

static void
announce_running (EricListener *self)
{
  EricListenerPrivate *priv = get_private (self);

  if (priv->running_hook != NULL)
    priv->running_hook (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

gboolean
_eric_listener_end_running (EricListener *self)
{
  return g_atomic_int_compare_and_exchange (&get_private (self)->running, TRUE, FALSE);
}

/* Tells those who wait, and those who watch the property, that the listener
 * does not run any more. */
void
_eric_listener_announce_stop (EricListener *self)
{
  _eric_listener_wake_all (self);
  _eric_listener_tell_room (self);
  announce_running (self);
}

void
_eric_listener_set_hooks (EricListener           *self,
                          EricListenerHook        queued,
                          EricListenerHook        running,
                          EricListenerNotifyHook  notify)
{
  get_private (self)->queued_hook = queued;
  get_private (self)->running_hook = running;
  get_private (self)->notify_hook = notify;
}

void
_eric_listener_show (EricListener *self,
                     EricMessage  *message)
{
  /* An emission costs five times the delivery: only for those who listen. */
  if (g_signal_has_handler_pending (self, signals[SIG_MESSAGE], 0, FALSE))
    g_signal_emit (self, signals[SIG_MESSAGE], 0, message);
  else if (ERIC_LISTENER_GET_CLASS (self)->on_message != NULL)
    ERIC_LISTENER_GET_CLASS (self)->on_message (self, message);
}

/* Takes one message and shows it to `on_message`; NULL if none is there or the
 * listener is stopped. */
static EricMessage *
take (EricListener *self)
{
  EricMessage *message;

  if (!g_atomic_int_get (&get_private (self)->running))
    return NULL;
  message = _eric_listener_pop (self, ERIC_POP_READ);
  if (message != NULL)
    _eric_listener_show (self, message);
  return message;
}

/* (transfer container) (element-type EricMessage): empty if nothing could be taken. What
 * is behind the end of a stream is not the reader's of it. */
GPtrArray *
_eric_listener_take_batch (EricListener *self,
                           guint         max_messages)
{
  g_autoptr (EricListener) keep = g_object_ref (self);   /* a handler may drop the last one */
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func (g_object_unref);
  EricMessage *message;
  gboolean ended = FALSE;

  while (!ended && batch->len < max_messages && (message = take (self)) != NULL)
    {
      g_ptr_array_add (batch, message);
      ended = _eric_listener_is_end (message);
    }
  return g_steal_pointer (&batch);
}

static void
eric_listener_constructed (GObject *object)
{
  EricListenerPrivate *priv = get_private (ERIC_LISTENER (object));

  G_OBJECT_CLASS (eric_listener_parent_class)->constructed (object);

  if (priv->id == NULL)
    priv->id = g_uuid_string_random ();
}

static void
eric_listener_finalize (GObject *object)
{
  EricListenerPrivate *priv = get_private (ERIC_LISTENER (object));

  /* Each waiter's task holds a reference on the listener. */
  g_assert (priv->rows.length == 0);
  g_clear_pointer (&priv->queue, g_async_queue_unref);
  g_clear_pointer (&priv->id, g_free);
  g_mutex_clear (&priv->room_lock);
  g_cond_clear (&priv->room);

  G_OBJECT_CLASS (eric_listener_parent_class)->finalize (object);
}

static void
eric_listener_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  EricListener *self = ERIC_LISTENER (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, eric_listener_get_id (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, eric_listener_get_running (self));
      break;
    case PROP_CAPACITY:
      g_value_set_uint (value, eric_listener_get_capacity (self));
      break;
    case PROP_OVERFLOW:
      g_value_set_enum (value, eric_listener_get_overflow (self));
      break;
    case PROP_PENDING:
      g_value_set_uint (value, eric_listener_get_pending (self));
      break;
    case PROP_DROPPED:
      g_value_set_uint64 (value, eric_listener_get_dropped (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_listener_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  EricListener *self = ERIC_LISTENER (object);

  switch (prop_id)
    {
    case PROP_ID:
      get_private (self)->id = g_value_dup_string (value);
      break;
    case PROP_CAPACITY:
      eric_listener_set_capacity (self, g_value_get_uint (value));
      break;
    case PROP_OVERFLOW:
      eric_listener_set_overflow (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Widgets are bound to properties, and live in one thread: it is not a worker's. */
static void
eric_listener_dispatch_properties_changed (GObject     *object,
                                           guint        n_pspecs,
                                           GParamSpec **pspecs)
{
  EricListener *taker = _eric_listener_get_taker ();
  EricListenerNotifyHook hook = taker != NULL ? get_private (taker)->notify_hook : NULL;

  if (hook == NULL)
    {
      G_OBJECT_CLASS (eric_listener_parent_class)->dispatch_properties_changed (object, n_pspecs, pspecs);
      return;
    }
  for (guint i = 0; i < n_pspecs; i++)
    hook (taker, ERIC_LISTENER (object), pspecs[i]);
}

static void
eric_listener_class_init (EricListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_listener_constructed;
  object_class->dispatch_properties_changed = eric_listener_dispatch_properties_changed;
  object_class->finalize = eric_listener_finalize;
  object_class->get_property = eric_listener_get_property;
  object_class->set_property = eric_listener_set_property;

  /**
   * EricListener:id: (getter get_id)
   *
   * The name by which channels know the listener: a random UUID unless given.
   *
   * Since: 0.1
   */
  properties[PROP_ID] =
    g_param_spec_string ("id", NULL, NULL, NULL,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricListener:running: (getter get_running)
   *
   * Whether messages are handed out.
   *
   * Since: 0.1
   */
  properties[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricListener:capacity: (getter get_capacity) (setter set_capacity)
   *
   * How many messages may wait in the queue; 0 for no bound.
   *
   * Since: 0.1
   */
  properties[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL, 0, G_MAXINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricListener:overflow: (getter get_overflow) (setter set_overflow)
   *
   * What happens to a message that the queue has no room for.
   *
   * Since: 0.1
   */
  properties[PROP_OVERFLOW] =
    g_param_spec_enum ("overflow", NULL, NULL, ERIC_TYPE_OVERFLOW, ERIC_OVERFLOW_DROP_OLDEST,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricListener:pending: (getter get_pending)
   *
   * How many messages wait in the queue. It changes with every message, so it
   * does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_PENDING] =
    g_param_spec_uint ("pending", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricListener:dropped: (getter get_dropped)
   *
   * How many messages were lost to overflow so far. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_DROPPED] =
    g_param_spec_uint64 ("dropped", NULL, NULL, 0, G_MAXUINT64, 0,
                         (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EricListener::message:
   * @self: the listener
   * @message: the message
   *
   * A message was taken from the queue. Emitted in the thread that takes it.
   *
   * Since: 0.1
   */
  signals[SIG_MESSAGE] =
    g_signal_new ("message",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricListenerClass, on_message),
                  NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ERIC_TYPE_MESSAGE);
}

static void
eric_listener_init (EricListener *self)
{
  EricListenerPrivate *priv = get_private (self);

  priv->queue = g_async_queue_new_full (g_object_unref);
  g_queue_init (&priv->rows);
  g_mutex_init (&priv->room_lock);
  g_cond_init (&priv->room);
}

/**
 * eric_listener_new:
 *
 * Makes a listener with a random id. It does not run yet.
 *
 * Returns: (transfer full): the listener
 *
 * Since: 0.1
 */
EricListener *
eric_listener_new (void)
{
  return g_object_new (ERIC_TYPE_LISTENER, NULL);
}

/**
 * eric_listener_new_with_id:
 * @id: (nullable): the id, or %NULL for a random one
 *
 * Makes a listener. It does not run yet.
 *
 * Returns: (transfer full): the listener
 *
 * Since: 0.1
 */
EricListener *
eric_listener_new_with_id (const char *id)
{
  return g_object_new (ERIC_TYPE_LISTENER, "id", id, NULL);
}

/**
 * eric_listener_get_id: (get-property id)
 * @self: a listener
 *
 * Gets the name by which channels know the listener.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the id
 *
 * Since: 0.1
 */
const char *
eric_listener_get_id (EricListener *self)
{
  g_return_val_if_fail (ERIC_IS_LISTENER (self), NULL);

  return get_private (self)->id;
}

/**
 * eric_listener_start:
 * @self: a listener
 *
 * Lets messages be taken. Does nothing where the listener runs already.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_start (EricListener *self)
{
  g_return_if_fail (ERIC_IS_LISTENER (self));

  if (g_atomic_int_compare_and_exchange (&get_private (self)->running, FALSE, TRUE))
    {
      _eric_listener_wake_all (self);
      announce_running (self);
    }
}

/**
 * eric_listener_stop:
 * @self: a listener
 *
 * Stops handing out messages: whoever waits for one is told that the stream has
 * ended. What is in the queue stays there, and more may come, until the listener
 * is started again. Does nothing where the listener does not run.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_stop (EricListener *self)
{
  g_return_if_fail (ERIC_IS_LISTENER (self));

  if (_eric_listener_end_running (self))
    _eric_listener_announce_stop (self);
}

/**
 * eric_listener_get_running: (get-property running)
 * @self: a listener
 *
 * Tells whether messages are handed out.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the listener runs
 *
 * Since: 0.1
 */
gboolean
eric_listener_get_running (EricListener *self)
{
  g_return_val_if_fail (ERIC_IS_LISTENER (self), FALSE);

  return g_atomic_int_get (&get_private (self)->running);
}

/**
 * eric_listener_push:
 * @self: a listener
 * @message: (transfer none): the message
 * @error: return location for an error, or %NULL
 *
 * Puts a message into the queue, without any channel.
 *
 * Fails with %ERIC_ERROR_QUEUE_FULL where there is no room and the policy is to
 * reject, or to block and the listener does not run. With the other policies it
 * succeeds, and what is lost is counted. Where the policy is to block, it returns
 * when there is room or the listener was stopped: the message is in the queue
 * already meanwhile, so that no other overtakes it.
 *
 * There is always room for a message of type %ERIC_MESSAGE_TYPE_CLOSED.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE unless the message was rejected
 *
 * Since: 0.1
 */
gboolean
eric_listener_push (EricListener  *self,
                    EricMessage   *message,
                    GError       **error)
{
  g_return_val_if_fail (ERIC_IS_LISTENER (self), FALSE);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), FALSE);

  switch (_eric_listener_push (self, message))
    {
    case ERIC_PUSH_REJECTED:
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL,
                   "The queue of listener “%s” is full", eric_listener_get_id (self));
      return FALSE;
    case ERIC_PUSH_STOPPED:
      _eric_listener_announce_stop (self);
      return TRUE;
    case ERIC_PUSH_HELD:
      _eric_listener_wait_for_room (self);
      return TRUE;
    case ERIC_PUSH_QUEUED:
    case ERIC_PUSH_DROPPED:
    default:
      return TRUE;
    }
}

static void
set_no_messages (EricListener  *self,
                 GError       **error)
{
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES,
               eric_listener_get_running (self) ? "No message waits for listener “%s”"
                                                : "Listener “%s” is stopped",
               eric_listener_get_id (self));
}

/**
 * eric_listener_deliver_next:
 * @self: a listener
 * @error: return location for an error, or %NULL
 *
 * Takes the message that waits longest, after `on_message` has seen it.
 *
 * Fails with %ERIC_ERROR_NO_MESSAGES where none waits or the listener is
 * stopped. It never blocks.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_listener_deliver_next (EricListener  *self,
                            GError       **error)
{
  g_autoptr (EricListener) keep = NULL;
  EricMessage *message;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), NULL);

  keep = g_object_ref (self);
  message = take (self);
  if (message == NULL)
    set_no_messages (self, error);
  return message;
}

/**
 * eric_listener_deliver_batch:
 * @self: a listener
 * @max_messages: how many to take at the most, at least 1
 * @error: return location for an error, or %NULL
 *
 * Takes what waits, up to a number: one call for many messages, since from
 * another language each call has its cost. A message of type
 * %ERIC_MESSAGE_TYPE_CLOSED is the last of its batch.
 *
 * Fails with %ERIC_ERROR_NO_MESSAGES where none waits or the listener is
 * stopped. It never blocks.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer container) (element-type EricMessage): the messages, at least one
 *
 * Since: 0.1
 */
GPtrArray *
eric_listener_deliver_batch (EricListener  *self,
                             guint          max_messages,
                             GError       **error)
{
  g_autoptr (GPtrArray) batch = NULL;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), NULL);
  g_return_val_if_fail (max_messages > 0, NULL);

  batch = _eric_listener_take_batch (self, max_messages);
  if (batch->len == 0)
    {
      set_no_messages (self, error);
      return NULL;
    }
  return g_steal_pointer (&batch);
}
