/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listener.h"

#include "eric-listener-private.h"
#include "eric-message.h"
#include "eric-ready-source-private.h"

/* Waiting for messages: the row of those who wait, and the asynchronous calls. */

/* Takes over @waiter. */
void
_eric_listener_wake (GSource *waiter)
{
  if (waiter == NULL)
    return;
  g_source_set_ready_time (waiter, 0);
  g_source_unref (waiter);
}

/* (transfer full) (nullable): who is to be woken by the next message */
GSource *
_eric_listener_first_waiter_locked (EricListenerPrivate *priv)
{
  GSource *waiter = g_queue_peek_head (&priv->waiters);

  return waiter != NULL ? g_source_ref (waiter) : NULL;
}

void
_eric_listener_wake_all (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  GQueue awake = G_QUEUE_INIT;

  g_async_queue_lock (priv->queue);
  for (GList *l = priv->waiters.head; l != NULL; l = l->next)
    g_queue_push_tail (&awake, g_source_ref (l->data));
  g_async_queue_unlock (priv->queue);

  while (awake.length > 0)
    _eric_listener_wake (g_queue_pop_head (&awake));
}

/* The next one in the row is woken too, in case that more came than were taken. */
static void
leave_row (EricListener *self,
           GSource      *waiter)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  GSource *next = NULL;

  g_async_queue_lock (priv->queue);
  g_queue_remove (&priv->waiters, waiter);
  if (g_async_queue_length_unlocked (priv->queue) > 0)
    next = _eric_listener_first_waiter_locked (priv);
  g_async_queue_unlock (priv->queue);

  g_source_unref (waiter);
  _eric_listener_wake (next);
}

/* Who came later does not overtake: it is woken when those before it are served. */
static gboolean
is_first (EricListener *self,
          GSource      *waiter)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  gboolean first;

  g_async_queue_lock (priv->queue);
  first = priv->waiters.length == 0 || g_queue_peek_head (&priv->waiters) == waiter;
  g_async_queue_unlock (priv->queue);
  return first;
}

/* Completes the task if there is something for it, or the stream ended; FALSE if it has
 * to wait. Without a waiter, the task does not stand in the row yet; with one, it leaves
 * the row first, since the callback may well wait for the next message. */
static gboolean
try_complete (EricListener *self,
              GTask        *task,
              GSource      *waiter)
{
  guint max_messages = GPOINTER_TO_UINT (g_task_get_task_data (task));
  gboolean first = is_first (self, waiter);
  gboolean ready = FALSE;
  GPtrArray *batch = NULL;

  if (first && max_messages > 0)
    batch = _eric_listener_take_batch (self, max_messages);
  else if (first)
    ready = eric_listener_get_running (self) && _eric_listener_get_queued (self) > 0;
  if (batch != NULL && batch->len == 0)
    g_clear_pointer (&batch, g_ptr_array_unref);
  if (!ready && batch == NULL && eric_listener_get_running (self))
    return FALSE;

  if (waiter != NULL)
    leave_row (self, waiter);
  if (max_messages > 0)
    g_task_return_pointer (task, batch, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_boolean (task, ready);
  return TRUE;
}

static gboolean
waiter_ready_cb (gpointer user_data)
{
  GTask *task = user_data;
  GSource *waiter = g_main_current_source ();
  EricListener *self = g_task_get_source_object (task);

  /* Before the look into the queue, so that a push in between is seen. */
  g_source_set_ready_time (waiter, -1);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      leave_row (self, waiter);
      g_task_return_error_if_cancelled (task);
      return G_SOURCE_REMOVE;
    }
  return try_complete (self, task, waiter) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
wait_for_message (EricListener *self,
                  GTask        *task)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *waiter = eric_ready_source_new ("EricListener waiter");   /* a push makes it ready */

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (waiter, cancelled);
    }

  g_async_queue_lock (priv->queue);
  g_queue_push_tail (&priv->waiters, g_source_ref (waiter));
  g_async_queue_unlock (priv->queue);

  /* What came before the waiter stood in the row is found by its first look. */
  g_source_set_ready_time (waiter, 0);
  g_task_attach_source (task, waiter, waiter_ready_cb);
  g_source_unref (waiter);
}

static void
next_async (EricListener        *self,
            guint                max_messages,
            int                  io_priority,
            GCancellable        *cancellable,
            GAsyncReadyCallback  callback,
            gpointer             user_data,
            gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, GUINT_TO_POINTER (max_messages), NULL);
  /* A message that was taken is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (!try_complete (self, task, NULL))
    wait_for_message (self, task);
}

/**
 * eric_listener_next_async:
 * @self: a listener
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message is there or the stream ended
 * @user_data: data for @callback
 *
 * Waits for the next message.
 *
 * Several may wait at once: they are served in the order of their calls.
 * `on_message` and @callback run in the thread-default main context of the
 * caller.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_next_async (EricListener        *self,
                          int                  io_priority,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_LISTENER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 1, io_priority, cancellable, callback, user_data, eric_listener_next_async);
}

/**
 * eric_listener_next_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@Listener.next_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED alone.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL without an error
 *   where the listener does not run
 *
 * Since: 0.1
 */
EricMessage *
eric_listener_next_finish (EricListener  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_autoptr (GPtrArray) batch = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  batch = g_task_propagate_pointer (G_TASK (result), error);
  return batch != NULL ? g_ptr_array_steal_index (batch, 0) : NULL;
}

/**
 * eric_listener_next_batch_async:
 * @self: a listener
 * @max_messages: how many to take at the most, at least 1
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when messages are there or the stream ended
 * @user_data: data for @callback
 *
 * Waits until a message is there, then takes all that are, up to a number. A message of
 * type %ERIC_MESSAGE_TYPE_CLOSED is the last of its batch.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_next_batch_async (EricListener        *self,
                                guint                max_messages,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_LISTENER (self));
  g_return_if_fail (max_messages > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, max_messages, io_priority, cancellable, callback, user_data,
              eric_listener_next_batch_async);
}

/**
 * eric_listener_next_batch_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@Listener.next_batch_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED alone.
 *
 * Returns: (transfer container) (nullable) (element-type EricMessage): the messages,
 *   at least one, or %NULL without an error where the listener does not run
 *
 * Since: 0.1
 */
GPtrArray *
eric_listener_next_batch_finish (EricListener  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * eric_listener_ready_async:
 * @self: a listener
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message can be taken or the stream ended
 * @user_data: data for @callback
 *
 * Waits until a message can be taken, and takes none: who gives up waiting loses
 * nothing. Where several take messages, another may be faster.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_listener_ready_async (EricListener        *self,
                           int                  io_priority,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_LISTENER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 0, io_priority, cancellable, callback, user_data, eric_listener_ready_async);
}

/**
 * eric_listener_ready_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@Listener.ready_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED alone.
 *
 * Returns: %TRUE where a message can be taken, %FALSE without an error where the
 *   listener does not run
 *
 * Since: 0.1
 */
gboolean
eric_listener_ready_finish (EricListener  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
