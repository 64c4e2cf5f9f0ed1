/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-message-stream.h"

#include "eric-channel-private.h"
#include "eric-finish-private.h"
#include "eric-listener-private.h"
#include "eric-message-private.h"
#include "eric-message-stream-private.h"

/**
 * EricMessageStream:
 *
 * The messages of a listener, to be read one after the other as they come.
 *
 * Made by [method@Channel.message_stream], [method@Channel.watch] or
 * [method@DataProcessingChannel.process_queue]. Each message is what the channel's `adapt`
 * makes of it, and [property@Channel:stream-delay] lies between two of them.
 *
 * The stream has ended when [method@MessageStream.next_finish] gives %NULL without
 * an error: the listener was stopped, or a message of type
 * %ERIC_MESSAGE_TYPE_CLOSED was read, which stops it. One reader at a time.
 *
 * ```c
 * static void
 * next_cb (GObject      *source,
 *          GAsyncResult *result,
 *          gpointer      user_data)
 * {
 *   EricMessageStream *stream = ERIC_MESSAGE_STREAM (source);
 *   g_autoptr (EricMessage) message = eric_message_stream_next_finish (stream, result, NULL);
 *
 *   if (message == NULL)
 *     return;
 *   g_print ("%s\n", eric_message_get_text (message));
 *   eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, next_cb, NULL);
 * }
 * ```
 *
 * A stream belongs to the thread that reads it; what it reads may be sent from
 * any thread.
 *
 * Since: 0.1
 */
struct _EricMessageStream
{
  GObject       parent_instance;

  EricChannel  *channel;         /* (owned) (nullable): NULL for one that no channel made */
  EricListener *listener;        /* (owned) (nullable): the same */
  gint64        not_before;      /* monotonic microseconds: pace of the next message */
  gboolean      owns_listener;   /* no other reads it: it goes with the stream */
  gboolean      closed;
};

G_DEFINE_FINAL_TYPE (EricMessageStream, eric_message_stream, G_TYPE_OBJECT)

/* How many messages a task is to read: none, it is told when there are some. */
#define ONLY_READY GUINT_TO_POINTER (0)

static void
eric_message_stream_dispose (GObject *object)
{
  EricMessageStream *self = ERIC_MESSAGE_STREAM (object);

  if (self->owns_listener)
    eric_message_stream_close (self);

  G_OBJECT_CLASS (eric_message_stream_parent_class)->dispose (object);
}

static void
eric_message_stream_finalize (GObject *object)
{
  EricMessageStream *self = ERIC_MESSAGE_STREAM (object);

  g_clear_object (&self->listener);
  g_clear_object (&self->channel);

  G_OBJECT_CLASS (eric_message_stream_parent_class)->finalize (object);
}

static void
eric_message_stream_class_init (EricMessageStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = eric_message_stream_dispose;
  G_OBJECT_CLASS (klass)->finalize = eric_message_stream_finalize;
}

static void
eric_message_stream_init (EricMessageStream *self)
{
}

EricMessageStream *
_eric_message_stream_new (EricChannel  *channel,
                          EricListener *listener,
                          gboolean      owns_listener)
{
  EricMessageStream *self = g_object_new (ERIC_TYPE_MESSAGE_STREAM, NULL);

  self->channel = g_object_ref (channel);
  self->listener = g_object_ref (listener);
  self->owns_listener = owns_listener;
  return self;
}

/**
 * eric_message_stream_get_channel:
 * @self: a stream
 *
 * Gets the channel that the stream reads from.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the channel, or %NULL where no channel made the
 *   stream, which has ended then
 *
 * Since: 0.1
 */
EricChannel *
eric_message_stream_get_channel (EricMessageStream *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), NULL);

  return self->channel;
}

/**
 * eric_message_stream_get_listener:
 * @self: a stream
 *
 * Gets the listener whose messages the stream reads.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the listener, or %NULL where no channel made
 *   the stream
 *
 * Since: 0.1
 */
EricListener *
eric_message_stream_get_listener (EricMessageStream *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), NULL);

  return self->listener;
}

/* Adapts what was taken, and ends the stream behind a message that says so: it is the
 * last of its batch. */
static GPtrArray *
adapt_batch (EricMessageStream *self,
             GPtrArray         *taken)
{
  GPtrArray *adapted = g_ptr_array_new_full (taken->len, g_object_unref);

  for (guint i = 0; i < taken->len; i++)
    {
      EricMessage *message = taken->pdata[i];

      g_ptr_array_add (adapted, _eric_channel_adapt (self->channel, message));
      if (_eric_message_is_closed (message))
        eric_message_stream_close (self);
    }
  return adapted;
}

static void
keep_pace (EricMessageStream *self)
{
  guint delay = eric_channel_get_stream_delay (self->channel);

  if (delay > 0)
    self->not_before = g_get_monotonic_time () + delay * G_TIME_SPAN_MILLISECOND;
}

static void
taken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  EricMessageStream *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) taken = NULL;
  GError *error = NULL;

  taken = eric_listener_next_batch_finish (ERIC_LISTENER (source), result, &error);
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (taken == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }

  keep_pace (self);
  g_task_return_pointer (task, adapt_batch (self, taken), (GDestroyNotify) g_ptr_array_unref);
}

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gboolean ready = eric_listener_ready_finish (ERIC_LISTENER (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, ready);
}

static void
take_next (EricMessageStream *self,
           GTask             *task)
{
  if (g_task_get_task_data (task) == ONLY_READY)
    eric_listener_ready_async (self->listener,
                               g_task_get_priority (task),
                               g_task_get_cancellable (task),
                               ready_cb,
                               g_object_ref (task));
  else
    eric_listener_next_batch_async (self->listener,
                                    GPOINTER_TO_UINT (g_task_get_task_data (task)),
                                    g_task_get_priority (task),
                                    g_task_get_cancellable (task),
                                    taken_cb,
                                    g_object_ref (task));
}

static gboolean
paced_cb (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    take_next (g_task_get_source_object (task), task);
  return G_SOURCE_REMOVE;
}

static void
take_next_in_time (EricMessageStream *self,
                   GTask             *task)
{
  g_autoptr (GSource) pace = g_timeout_source_new (0);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (pace, cancelled);
    }
  g_source_set_static_name (pace, "EricMessageStream pace");
  g_task_attach_source (task, pace, paced_cb);
  g_source_set_ready_time (pace, self->not_before);
}

/* Its listener was removed from the channel, or the channel closed, and nothing waits any
 * more: not even the message that said so, which another stream may have had. */
static gboolean
is_orphaned (EricMessageStream *self)
{
  return (!self->closed && !self->owns_listener &&
          !_eric_channel_feeds (self->channel, self->listener) &&
          eric_listener_get_pending (self->listener) == 0);
}

static GPtrArray *
take_farewell (EricMessageStream *self)
{
  GPtrArray *farewell = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (farewell, eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL));
  eric_message_stream_close (self);
  return farewell;
}

static void
return_end (GTask *task)
{
  if (g_task_get_task_data (task) == ONLY_READY)
    g_task_return_boolean (task, FALSE);
  else
    g_task_return_pointer (task, NULL, NULL);
}

static void
next_async (EricMessageStream   *self,
            guint                max_messages,
            int                  io_priority,
            GCancellable        *cancellable,
            GAsyncReadyCallback  callback,
            gpointer             user_data,
            gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  gboolean orphaned;

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, GUINT_TO_POINTER (max_messages), NULL);
  /* A message that was taken is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);

  if (self->listener == NULL)
    {
      return_end (task);
      return;
    }
  orphaned = is_orphaned (self);
  if (orphaned && max_messages == 0)
    g_task_return_boolean (task, TRUE);
  else if (orphaned)
    g_task_return_pointer (task, take_farewell (self), (GDestroyNotify) g_ptr_array_unref);
  else if (self->not_before > g_get_monotonic_time ())
    take_next_in_time (self, task);
  else
    take_next (self, task);
}

/**
 * eric_message_stream_next_async:
 * @self: a stream
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message is there or the stream ended
 * @user_data: data for @callback
 *
 * Reads the next message.
 *
 * Since: 0.1
 */
void
eric_message_stream_next_async (EricMessageStream   *self,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_MESSAGE_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 1, io_priority, cancellable, callback, user_data,
              eric_message_stream_next_async);
}

/**
 * eric_message_stream_next_finish:
 * @self: a stream
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@MessageStream.next_async] read.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL without an error
 *   at the end of the stream
 *
 * Since: 0.1
 */
EricMessage *
eric_message_stream_next_finish (EricMessageStream  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_autoptr (GPtrArray) batch = NULL;
  GTask *task;

  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), NULL);

  task = eric_finish_task (result, self, eric_message_stream_next_async, error);
  if (task == NULL)
    return NULL;
  batch = g_task_propagate_pointer (task, error);
  return batch != NULL ? g_ptr_array_steal_index (batch, 0) : NULL;
}

/**
 * eric_message_stream_next_batch_async:
 * @self: a stream
 * @max_messages: how many to read at the most, at least 1
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when messages are there or the stream ended
 * @user_data: data for @callback
 *
 * Waits until a message is there, then reads all that are, up to a number. The
 * stream delay lies between batches.
 *
 * Since: 0.1
 */
void
eric_message_stream_next_batch_async (EricMessageStream   *self,
                                      guint                max_messages,
                                      int                  io_priority,
                                      GCancellable        *cancellable,
                                      GAsyncReadyCallback  callback,
                                      gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_MESSAGE_STREAM (self));
  g_return_if_fail (max_messages > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, max_messages, io_priority, cancellable, callback, user_data,
              eric_message_stream_next_batch_async);
}

/**
 * eric_message_stream_next_batch_finish:
 * @self: a stream
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@MessageStream.next_batch_async] read.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
 *
 * Returns: (transfer container) (nullable) (element-type EricMessage): the messages,
 *   at least one, or %NULL without an error at the end of the stream
 *
 * Since: 0.1
 */
GPtrArray *
eric_message_stream_next_batch_finish (EricMessageStream  *self,
                                       GAsyncResult       *result,
                                       GError            **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), NULL);

  task = eric_finish_task (result, self, eric_message_stream_next_batch_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
}

/**
 * eric_message_stream_ready_async:
 * @self: a stream
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message can be taken or the stream ended
 * @user_data: data for @callback
 *
 * Waits until [method@MessageStream.take_batch] has something to take, and takes
 * nothing itself: who gives up waiting loses nothing.
 *
 * Since: 0.1
 */
void
eric_message_stream_ready_async (EricMessageStream   *self,
                                 int                  io_priority,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_MESSAGE_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 0, io_priority, cancellable, callback, user_data,
              eric_message_stream_ready_async);
}

/**
 * eric_message_stream_ready_finish:
 * @self: a stream
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@MessageStream.ready_async] found.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
 *
 * Returns: %TRUE where there is something to take, %FALSE without an error at the end
 *   of the stream
 *
 * Since: 0.1
 */
gboolean
eric_message_stream_ready_finish (EricMessageStream  *self,
                                  GAsyncResult       *result,
                                  GError            **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), FALSE);

  task = eric_finish_task (result, self, eric_message_stream_ready_async, error);
  if (task == NULL)
    return FALSE;
  return g_task_propagate_boolean (task, error);
}

/**
 * eric_message_stream_take_batch:
 * @self: a stream
 * @max_messages: how many to take at the most, at least 1
 *
 * Takes what waits now, up to a number. It never blocks: where nothing waits, or
 * [property@Channel:stream-delay] is not over, it takes nothing. Whether more will
 * come [method@MessageStream.ready_async] tells.
 *
 * Returns: (transfer container) (element-type EricMessage): the messages, as the
 *   channel's `adapt` makes them
 *
 * Since: 0.1
 */
GPtrArray *
eric_message_stream_take_batch (EricMessageStream *self,
                                guint              max_messages)
{
  g_autoptr (EricMessageStream) keep = NULL;
  g_autoptr (GPtrArray) taken = NULL;

  g_return_val_if_fail (ERIC_IS_MESSAGE_STREAM (self), NULL);
  g_return_val_if_fail (max_messages > 0, NULL);

  keep = g_object_ref (self);   /* a handler may drop the last one */
  if (self->listener != NULL && is_orphaned (self))
    return take_farewell (self);
  if (self->listener == NULL || self->not_before > g_get_monotonic_time ())
    return g_ptr_array_new_with_free_func (g_object_unref);

  taken = _eric_listener_take_batch (self->listener, max_messages);
  if (taken->len > 0)
    keep_pace (self);
  return adapt_batch (self, taken);
}

/**
 * eric_message_stream_close:
 * @self: a stream
 *
 * Ends the stream: its listener is stopped, and removed from the channel where
 * [method@Channel.watch] had made it. Does nothing the second time. Dropping the
 * last reference does the same where the stream's listener was made with it, and
 * leaves the listener of another as it is.
 *
 * Since: 0.1
 */
void
eric_message_stream_close (EricMessageStream *self)
{
  g_autoptr (EricMessageStream) alive = NULL;

  g_return_if_fail (ERIC_IS_MESSAGE_STREAM (self));

  if (self->closed)
    return;
  alive = g_object_ref (self);   /* who hears of the stop may drop the last reference */
  self->closed = TRUE;
  if (self->listener != NULL)
    eric_listener_stop (self->listener);
  if (self->owns_listener)
    eric_channel_remove_listener (self->channel, eric_listener_get_id (self->listener), NULL);
}
