/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listener-private.h"
#include "eric-message-private.h"

/* Room in the queue: who counts as waiting, and senders that are held up until
 * there is room. */

/* The listener that the thread takes messages from. Not owned. */
static GPrivate taker;

EricListener *
_eric_listener_mark_taker (EricListener *self)
{
  EricListener *before = g_private_get (&taker);

  g_private_set (&taker, self);
  return before;
}

EricListener *
_eric_listener_get_taker (void)
{
  return g_private_get (&taker);
}

/* Whether @n_more would be more than there is room for. What ends a stream has no
 * share in the capacity. */
gboolean
_eric_listener_is_full_locked (EricListenerPrivate *priv,
                               guint                n_more)
{
  return priv->capacity > 0 &&
         g_async_queue_length_unlocked (priv->queue) - priv->ends + priv->aside + n_more >
           priv->capacity;
}

/* Whether it rejects what there is no room for: nobody makes room in a listener that
 * does not run. */
gboolean
_eric_listener_rejects_locked (EricListenerPrivate *priv)
{
  return priv->overflow == ERIC_OVERFLOW_REJECT ||
         (priv->overflow == ERIC_OVERFLOW_BLOCK && !g_atomic_int_get (&priv->running));
}

/* Whether the listener, as it is now, would reject the last of @n_more messages. */
gboolean
_eric_listener_would_reject (EricListener *self,
                             guint         n_more)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  gboolean rejects;

  g_async_queue_lock (priv->queue);
  rejects = _eric_listener_rejects_locked (priv) && _eric_listener_is_full_locked (priv, n_more);
  g_async_queue_unlock (priv->queue);
  return rejects;
}

gboolean
_eric_listener_is_end (EricMessage *message)
{
  return _eric_message_is_closed (message);
}

EricMessage *
_eric_listener_pop_locked (EricListenerPrivate *priv)
{
  EricMessage *message = g_async_queue_try_pop_unlocked (priv->queue);

  if (message != NULL && priv->ends > 0 && _eric_listener_is_end (message))
    priv->ends--;
  return message;
}

/* The oldest message that may be dropped: what ends a stream stays in its place. */
EricMessage *
_eric_listener_drop_locked (EricListenerPrivate *priv)
{
  g_autoptr (GSList) ends = NULL;   /* the last one first */
  EricMessage *oldest;

  while ((oldest = _eric_listener_pop_locked (priv)) != NULL && _eric_listener_is_end (oldest))
    ends = g_slist_prepend (ends, oldest);
  for (GSList *l = ends; l != NULL; l = l->next)
    {
      g_async_queue_push_front_unlocked (priv->queue, l->data);
      priv->ends++;
    }
  return oldest;
}

void
_eric_listener_tell_room (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  g_mutex_lock (&priv->room_lock);
  g_cond_broadcast (&priv->room);
  g_mutex_unlock (&priv->room_lock);
}

static gboolean
is_held_up (EricListenerPrivate *priv)
{
  gboolean full;

  g_async_queue_lock (priv->queue);
  full = _eric_listener_is_full_locked (priv, 0);
  g_async_queue_unlock (priv->queue);
  return full && g_atomic_int_get (&priv->running);
}

/* Ends what ERIC_PUSH_HELD began. */
void
_eric_listener_wait_for_room (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  /* Who makes the room cannot wait for it. */
  if (g_private_get (&taker) != self)
    {
      g_mutex_lock (&priv->room_lock);
      while (is_held_up (priv))
        g_cond_wait (&priv->room, &priv->room_lock);
      g_mutex_unlock (&priv->room_lock);
    }

  g_async_queue_lock (priv->queue);
  priv->held--;
  g_async_queue_unlock (priv->queue);
}

EricMessage *
_eric_listener_pop (EricListener *self,
                    EricPop       pop)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  EricMessage *message = NULL;
  gboolean tell;

  g_async_queue_lock (priv->queue);
  if (!priv->ended)
    message = _eric_listener_pop_locked (priv);
  if (message != NULL && priv->queued_hook != NULL)
    priv->ended = _eric_listener_is_end (message);
  if (message != NULL && pop == ERIC_POP_ASIDE)
    priv->aside++;
  if (message != NULL && pop != ERIC_POP_READ)
    priv->taken++;
  tell = priv->held > 0 && !_eric_listener_is_full_locked (priv, 0);
  g_async_queue_unlock (priv->queue);

  if (tell)
    _eric_listener_tell_room (self);
  return message;
}

/* One more message that is out of the queue counts as waiting. */
void
_eric_listener_set_aside (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  g_async_queue_lock (priv->queue);
  priv->aside++;
  g_async_queue_unlock (priv->queue);
}

/* Lets what came behind the end be popped. */
void
_eric_listener_reopen (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  g_async_queue_lock (priv->queue);
  priv->ended = FALSE;
  g_async_queue_unlock (priv->queue);
}

/* How many messages can be popped. */
guint
_eric_listener_get_queued (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  guint queued;

  g_async_queue_lock (priv->queue);
  queued = priv->ended ? 0 : g_async_queue_length_unlocked (priv->queue);
  g_async_queue_unlock (priv->queue);
  return queued;
}

guint64
_eric_listener_get_tasks (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  guint64 tasks;

  g_async_queue_lock (priv->queue);
  tasks = priv->taken + g_async_queue_length_unlocked (priv->queue) - priv->ends;
  g_async_queue_unlock (priv->queue);
  return tasks;
}

void
_eric_listener_release (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  gboolean tell;

  g_async_queue_lock (priv->queue);
  g_assert (priv->aside > 0);
  priv->aside--;
  tell = priv->held > 0 && !_eric_listener_is_full_locked (priv, 0);
  g_async_queue_unlock (priv->queue);

  if (tell)
    _eric_listener_tell_room (self);
}

/**
 * eric_listener_get_capacity: (get-property capacity)
 * @self: a listener
 *
 * Gets how many messages may wait in the queue.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages, 0 for no bound
 *
 * Since: 0.1
 */
guint
eric_listener_get_capacity (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  guint capacity;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), 0);

  g_async_queue_lock (priv->queue);
  capacity = priv->capacity;
  g_async_queue_unlock (priv->queue);
  return capacity;
}

/**
 * eric_listener_set_capacity: (set-property capacity)
 * @self: a listener
 * @capacity: the number of messages, at most `G_MAXINT`; 0 for no bound
 *
 * Sets how many messages may wait in the queue. What is in it already stays.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_set_capacity (EricListener *self,
                            guint         capacity)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  gboolean changed;

  g_return_if_fail (ERIC_IS_LISTENER (self));
  g_return_if_fail (capacity <= G_MAXINT);

  g_async_queue_lock (priv->queue);
  changed = priv->capacity != capacity;
  priv->capacity = capacity;
  g_async_queue_unlock (priv->queue);

  _eric_listener_tell_room (self);
  if (changed)
    g_object_notify (G_OBJECT (self), "capacity");
}

/**
 * eric_listener_get_overflow: (get-property overflow)
 * @self: a listener
 *
 * Gets what happens to a message that the queue has no room for.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the policy
 *
 * Since: 0.1
 */
EricOverflow
eric_listener_get_overflow (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  EricOverflow overflow;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), ERIC_OVERFLOW_DROP_OLDEST);

  g_async_queue_lock (priv->queue);
  overflow = priv->overflow;
  g_async_queue_unlock (priv->queue);
  return overflow;
}

/**
 * eric_listener_set_overflow: (set-property overflow)
 * @self: a listener
 * @overflow: the policy
 *
 * Sets what happens to a message that the queue has no room for.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_set_overflow (EricListener *self,
                            EricOverflow  overflow)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  gboolean changed;

  g_return_if_fail (ERIC_IS_LISTENER (self));

  g_async_queue_lock (priv->queue);
  changed = priv->overflow != overflow;
  priv->overflow = overflow;
  g_async_queue_unlock (priv->queue);

  if (changed)
    g_object_notify (G_OBJECT (self), "overflow");
}

/**
 * eric_listener_get_pending: (get-property pending)
 * @self: a listener
 *
 * Gets how many messages wait in the queue.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint
eric_listener_get_pending (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  guint pending;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), 0);

  g_async_queue_lock (priv->queue);
  pending = g_async_queue_length_unlocked (priv->queue) + priv->aside;
  g_async_queue_unlock (priv->queue);
  return pending;
}

/**
 * eric_listener_get_dropped: (get-property dropped)
 * @self: a listener
 *
 * Gets how many messages were lost to overflow so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_listener_get_dropped (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  guint64 dropped;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), 0);

  g_async_queue_lock (priv->queue);
  dropped = priv->dropped;
  g_async_queue_unlock (priv->queue);
  return dropped;
}
