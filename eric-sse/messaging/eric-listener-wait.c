/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-listener.h"

#include "eric-finish-private.h"
#include "eric-listener-private.h"
#include "eric-message.h"
#include "eric-ready-source-private.h"

/* Waiting for messages: the rows of those who wait, and the asynchronous calls.
 *
 * Each main context has a row of its own, and what comes wakes the first of each: one
 * whose context is never turned again keeps nothing from the others. */

typedef struct
{
  GMainContext *context;   /* not owned: the tasks of its waiters do */
  GQueue        waiters;   /* of Waiter, not owned, first come first woken */
} Row;

typedef struct
{
  GTask    *task;           /* (owned) */
  GSource  *source;         /* not owned: it owns the waiter */
  Row      *row;            /* (lock queue) (nullable): where it stands */
  guint     max_messages;   /* 0 to take none */
  gboolean  patient;        /* not even the start has come */
} Waiter;

static Row *
find_row_locked (EricListenerPrivate *priv,
                 GMainContext        *context)
{
  for (GList *l = priv->rows.head; l != NULL; l = l->next)
    {
      Row *row = l->data;

      if (row->context == context)
        return row;
    }
  return NULL;
}

/* What is woken cannot go meanwhile: who leaves needs the lock. */
static void
wake_locked (Waiter *waiter)
{
  g_source_set_ready_time (waiter->source, 0);
}

/* Wakes those who are to look for what has come. */
void
_eric_listener_wake_locked (EricListenerPrivate *priv)
{
  for (GList *l = priv->rows.head; l != NULL; l = l->next)
    wake_locked (g_queue_peek_head (&((Row *) l->data)->waiters));
}

void
_eric_listener_wake_all (EricListener *self)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  g_async_queue_lock (priv->queue);
  for (GList *l = priv->rows.head; l != NULL; l = l->next)
    for (GList *w = ((Row *) l->data)->waiters.head; w != NULL; w = w->next)
      wake_locked (w->data);
  g_async_queue_unlock (priv->queue);
}

/* What is pushed from then on wakes it: its source is in its main context already,
 * where it may have been dispatched before. */
static void
enter_row (EricListener *self,
           Waiter       *waiter,
           GSource      *source)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);

  g_async_queue_lock (priv->queue);
  if (!g_source_is_destroyed (source))
    {
      GMainContext *context = g_task_get_context (waiter->task);
      Row *row = find_row_locked (priv, context);

      if (row == NULL)
        {
          row = g_new0 (Row, 1);
          row->context = context;
          g_queue_push_tail (&priv->rows, row);
        }
      waiter->row = row;
      g_queue_push_tail (&row->waiters, waiter);
      /* What came before it stood in the row is found by its first look. */
      wake_locked (waiter);
    }
  g_async_queue_unlock (priv->queue);
}

/* The next one in the row is woken too, in case that more came than were taken. */
static void
leave_row (EricListener *self,
           Waiter       *waiter)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  Row *row;

  g_async_queue_lock (priv->queue);
  row = g_steal_pointer (&waiter->row);
  if (row != NULL)
    {
      g_queue_remove (&row->waiters, waiter);
      if (row->waiters.length == 0)
        {
          g_queue_remove (&priv->rows, row);
          g_free (row);
        }
      else if (g_async_queue_length_unlocked (priv->queue) > 0)
        wake_locked (g_queue_peek_head (&row->waiters));
    }
  g_async_queue_unlock (priv->queue);
}

static Waiter *
waiter_new (GTask    *task,
            guint     max_messages,
            gboolean  patient)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->task = g_object_ref (task);
  waiter->max_messages = max_messages;
  waiter->patient = patient;
  return waiter;
}

static void
waiter_free (Waiter *waiter)
{
  leave_row (g_task_get_source_object (waiter->task), waiter);
  g_object_unref (waiter->task);
  g_free (waiter);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiter, waiter_free)

/* Who came later does not overtake in its main context: it is woken when those before
 * it are served. */
static gboolean
is_first (EricListener *self,
          Waiter       *waiter)
{
  EricListenerPrivate *priv = _eric_listener_get_private (self);
  Row *row;
  gboolean first;

  g_async_queue_lock (priv->queue);
  row = find_row_locked (priv, g_task_get_context (waiter->task));
  first = row == NULL || g_queue_peek_head (&row->waiters) == waiter;
  g_async_queue_unlock (priv->queue);
  return first;
}

/* Completes the task if there is something for it, or the stream ended; FALSE if it has
 * to wait. It leaves the row first, since the callback may well wait for the next
 * message. */
static gboolean
try_complete (EricListener *self,
              Waiter       *waiter)
{
  gboolean first = is_first (self, waiter);
  gboolean running = eric_listener_get_running (self);
  gboolean ready = FALSE;
  GPtrArray *batch = NULL;

  waiter->patient = waiter->patient && !running;
  if (first && waiter->max_messages > 0)
    batch = _eric_listener_take_batch (self, waiter->max_messages);
  else if (first)
    ready = running && _eric_listener_get_queued (self) > 0;
  if (batch != NULL && batch->len == 0)
    g_clear_pointer (&batch, g_ptr_array_unref);
  if (!ready && batch == NULL && (eric_listener_get_running (self) || waiter->patient))
    return FALSE;

  leave_row (self, waiter);
  if (waiter->max_messages > 0)
    g_task_return_pointer (waiter->task, batch, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_boolean (waiter->task, ready);
  return TRUE;
}

static gboolean
waiter_ready_cb (gpointer user_data)
{
  Waiter *waiter = user_data;
  EricListener *self = g_task_get_source_object (waiter->task);

  /* Before the look into the queue, so that a push in between is seen. */
  g_source_set_ready_time (g_main_current_source (), -1);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (waiter->task)))
    {
      leave_row (self, waiter);
      g_task_return_error_if_cancelled (waiter->task);
      return G_SOURCE_REMOVE;
    }
  return try_complete (self, waiter) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* Takes over @waiter. */
static void
wait_for_message (EricListener *self,
                  Waiter       *waiter)
{
  g_autoptr (GTask) task = g_object_ref (waiter->task);
  g_autoptr (GSource) source = eric_ready_source_new ("EricListener waiter");   /* a push makes it ready */
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (source, cancelled);
    }

  waiter->source = source;
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, waiter_ready_cb, waiter, (GDestroyNotify) waiter_free);
  g_source_attach (source, g_task_get_context (task));
  enter_row (self, waiter, source);
}

static void
next_async (EricListener        *self,
            guint                max_messages,
            gboolean             patient,
            int                  io_priority,
            GCancellable        *cancellable,
            GAsyncReadyCallback  callback,
            gpointer             user_data,
            gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (Waiter) waiter = NULL;

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  /* A message that was taken is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_task_return_error_if_cancelled (task))
    return;
  waiter = waiter_new (task, max_messages, patient);
  if (!try_complete (self, waiter))
    wait_for_message (self, g_steal_pointer (&waiter));
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
 * Several may wait at once: in one main context, they are served in the order of
 * their calls. Which of several contexts gets the next message is left open.
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

  next_async (self, 1, FALSE, io_priority, cancellable, callback, user_data, eric_listener_next_async);
}

/**
 * eric_listener_next_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@Listener.next_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
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
  GTask *task;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), NULL);

  task = eric_finish_task (result, self, eric_listener_next_async, error);
  if (task == NULL)
    return NULL;
  batch = g_task_propagate_pointer (task, error);
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

  next_async (self, max_messages, FALSE, io_priority, cancellable, callback, user_data,
              eric_listener_next_batch_async);
}

/* The same, but that a listener which does not run yet has not ended: it waits for the
 * start. Results are those of eric_listener_next_batch_async (). */
void
_eric_listener_next_batch_after_start_async (EricListener        *self,
                                             guint                max_messages,
                                             int                  io_priority,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data)
{
  next_async (self, max_messages, TRUE, io_priority, cancellable, callback, user_data,
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
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
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
  GTask *task;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), NULL);

  task = eric_finish_task (result, self, eric_listener_next_batch_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
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

  next_async (self, 0, FALSE, io_priority, cancellable, callback, user_data, eric_listener_ready_async);
}

/**
 * eric_listener_ready_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@Listener.ready_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
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
  GTask *task;

  g_return_val_if_fail (ERIC_IS_LISTENER (self), FALSE);

  task = eric_finish_task (result, self, eric_listener_ready_async, error);
  if (task == NULL)
    return FALSE;
  return g_task_propagate_boolean (task, error);
}
