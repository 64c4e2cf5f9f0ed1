/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source-private.h"

#include "eric-finish-private.h"
#include "eric-listener-private.h"
#include "eric-message.h"

/* Messages that no handler took wait in the queue of a listener. When it is long
 * the connection is not read any further, until half of them are taken. */

static void
note_delivered (EricEventSource *self,
                const char      *id)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_free (priv->delivered_id);
  priv->delivered_id = g_strdup (id);
}

void
_eric_event_source_renew_queue (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (priv->queue != NULL)
    eric_listener_stop (priv->queue);
  g_clear_object (&priv->queue);
  priv->queue = eric_listener_new ();
  eric_listener_start (priv->queue);
  priv->n_queued = 0;
  note_delivered (self, eric_sse_reader_get_last_event_id (priv->reader));
}

/* What waits in it was never there. */
void
_eric_event_source_drop_queue (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  eric_listener_stop (priv->queue);
  if (priv->n_queued > 0)
    eric_sse_reader_set_last_event_id (priv->reader, priv->delivered_id);
  priv->n_queued = 0;
}

/* What waits in it can still be taken. */
void
_eric_event_source_end_queue (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  _eric_listener_push_last (priv->queue, priv->end_mark);
}

void
_eric_event_source_queue_message (EricEventSource *self,
                                  EricMessage     *message)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  _eric_listener_push (priv->queue, message);
  priv->n_queued++;
  if (priv->connection == NULL || priv->n_queued < priv->max_pending ||
      eric_source_connection_get_paused (priv->connection))
    return;
  eric_source_connection_set_paused (priv->connection, TRUE);
  eric_source_watchdog_stop (&priv->watchdog);
}

static void
read_on (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (priv->connection == NULL || !eric_source_connection_get_paused (priv->connection) ||
      priv->n_queued > priv->max_pending / 2)
    return;
  eric_source_watchdog_start (&priv->watchdog, priv->inactivity_timeout);
  eric_source_connection_set_paused (priv->connection, FALSE);
}

/* Without the mark of the end, which ends the queue. */
static void
take_mark (EricEventSource *self,
           EricListener    *queue,
           GPtrArray       *batch)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (batch->len == 0 || batch->pdata[batch->len - 1] != priv->end_mark)
    return;
  g_ptr_array_set_size (batch, batch->len - 1);
  eric_listener_stop (queue);
}

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  EricEventSource *self = g_task_get_source_object (task);
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  EricListener *queue = ERIC_LISTENER (source);
  GError *error = NULL;
  g_autoptr (GPtrArray) batch = eric_listener_next_batch_finish (queue, result, &error);

  priv->n_wanted -= GPOINTER_TO_UINT (g_task_get_task_data (task));
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (batch != NULL)
    take_mark (self, queue, batch);
  if (batch != NULL && batch->len > 0)
    {
      if (queue == priv->queue)
        {
          note_delivered (self, eric_message_get_id (batch->pdata[batch->len - 1]));
          priv->n_queued -= batch->len;
          read_on (self);
        }
      g_task_return_pointer (task, g_steal_pointer (&batch), (GDestroyNotify) g_ptr_array_unref);
    }
  else if (priv->error != NULL && queue == priv->queue)
    g_task_return_error (task, g_error_copy (priv->error));
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
next_async (EricEventSource     *self,
            guint                max_messages,
            int                  io_priority,
            GCancellable        *cancellable,
            GAsyncReadyCallback  callback,
            gpointer             user_data,
            gpointer             source_tag)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, GUINT_TO_POINTER (max_messages), NULL);
  /* A message that was taken is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);

  if (!priv->was_started)
    eric_event_source_start (self);
  priv->n_wanted += max_messages;
  eric_listener_next_batch_async (priv->queue, max_messages, io_priority, cancellable,
                                  taken_cb, g_object_ref (task));
}

/**
 * eric_event_source_next_async:
 * @self: an event source
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message is there or the stream ended
 * @user_data: data for @callback
 *
 * Waits for the next message. Starts the source where
 * [method@EventSource.start] was not called yet.
 *
 * Messages that nobody waits for, and that no handler of
 * [signal@EventSource::message] takes, are kept until they are asked for.
 * Beyond [property@EventSource:max-pending] the server has to wait.
 *
 * Since: 0.1
 */
void
eric_event_source_next_async (EricEventSource     *self,
                              int                  io_priority,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 1, io_priority, cancellable, callback, user_data, eric_event_source_next_async);
}

/**
 * eric_event_source_next_finish:
 * @self: an event source
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@EventSource.next_async] waited for.
 *
 * Fails with %G_IO_ERROR_CANCELLED, and behind the last message with the
 * [property@EventSource:error] that the source ended with.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL without an error
 *   where the stream was closed or has ended
 *
 * Since: 0.1
 */
EricMessage *
eric_event_source_next_finish (EricEventSource  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_autoptr (GPtrArray) batch = NULL;
  GTask *task;

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  task = eric_finish_task (result, self, eric_event_source_next_async, error);
  if (task == NULL)
    return NULL;
  batch = g_task_propagate_pointer (task, error);
  return batch != NULL ? g_ptr_array_steal_index (batch, 0) : NULL;
}

/**
 * eric_event_source_next_batch_async:
 * @self: an event source
 * @max_messages: how many to take at the most, at least 1
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when messages are there or the stream ended
 * @user_data: data for @callback
 *
 * Waits until a message is there, then takes all that are, up to a number, as
 * [method@EventSource.next_async] does.
 *
 * Since: 0.1
 */
void
eric_event_source_next_batch_async (EricEventSource     *self,
                                    guint                max_messages,
                                    int                  io_priority,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (max_messages > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, max_messages, io_priority, cancellable, callback, user_data,
              eric_event_source_next_batch_async);
}

/**
 * eric_event_source_next_batch_finish:
 * @self: an event source
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@EventSource.next_batch_async] waited for.
 *
 * Fails as [method@EventSource.next_finish] does.
 *
 * Returns: (transfer container) (nullable) (element-type EricMessage): the messages,
 *   at least one, or %NULL without an error where the stream was closed or has ended
 *
 * Since: 0.1
 */
GPtrArray *
eric_event_source_next_batch_finish (EricEventSource  *self,
                                     GAsyncResult     *result,
                                     GError          **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  task = eric_finish_task (result, self, eric_event_source_next_batch_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
}
