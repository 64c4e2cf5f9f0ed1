/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-data-processing-channel.h"

#include "eric-channel-private.h"
#include "eric-error.h"
#include "eric-listener-private.h"
#include "eric-message-stream-private.h"
#include "eric-progress-private.h"
#include "eric-thread-pool-listener-private.h"

/**
 * EricDataProcessingChannel:
 *
 * A channel whose messages are work: listeners of it process them in threads, and
 * give the results as a stream.
 *
 * [method@DataProcessingChannel.add_threaded_listener] adds a listener with the
 * function that does the work. [method@DataProcessingChannel.process_queue] starts it
 * and returns the stream of its results. Messages are sent as on any channel, before or
 * while they are processed. [method@DataProcessingChannel.notify_end] says that no more
 * come: when all of them are processed, the stream ends.
 *
 * ```c
 * static EricMessage *
 * shout (EricMessage   *message,
 *        GCancellable  *cancellable,
 *        gpointer       user_data,
 *        GError       **error)
 * {
 *   g_autofree char *text = g_utf8_strup (eric_message_get_text (message), -1);
 *
 *   return eric_message_new_from_text ("shout", text, error);
 * }
 *
 * g_autoptr (EricDataProcessingChannel) work = eric_data_processing_channel_new (NULL);
 * g_autoptr (EricThreadPoolListener) worker = NULL;
 * g_autoptr (EricMessageStream) results = NULL;
 *
 * worker = eric_data_processing_channel_add_threaded_listener (work, 4, shout, NULL, NULL, NULL);
 * results = eric_data_processing_channel_process_queue (work, worker, ERIC_RESULT_ORDER_INPUT, NULL);
 * ```
 *
 * The page [Processing](processing.html) has the rest.
 *
 * ## Progress
 *
 * [property@DataProcessingChannel:done], [property@DataProcessingChannel:failed] and
 * [property@DataProcessingChannel:pending] count the messages of all listeners of class
 * [class@ThreadPoolListener] that are or were registered with the channel; what is done
 * or has failed stays counted when a listener is gone. A progress bar can bind
 * [property@DataProcessingChannel:fraction].
 *
 * The properties notify in the thread-default main context that the channel was made
 * in, at most once in %ERIC_DATA_PROCESSING_CHANNEL_PROGRESS_INTERVAL milliseconds, and
 * always once more after the last change. To read them in between gives what they are
 * at that moment, and when a stream has given its last result they are complete. A
 * listener can be counted by one channel alone, the first.
 *
 * It is safe to use a channel from any thread.
 *
 * Since: 0.1
 */
typedef struct
{
  EricProgress *progress;   /* (owned) */
} EricDataProcessingChannelPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (EricDataProcessingChannel, eric_data_processing_channel,
                            ERIC_TYPE_CHANNEL)

enum
{
  PROP_0,
  PROP_DONE,
  PROP_FAILED,
  PROP_PENDING,
  PROP_FRACTION,
  PROP_PER_SECOND,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static EricDataProcessingChannelPrivate *
get_private (EricDataProcessingChannel *self)
{
  return eric_data_processing_channel_get_instance_private (self);
}

static EricProgressState
get_state (EricDataProcessingChannel *self)
{
  return _eric_progress_get_state (get_private (self)->progress);
}

static double
get_fraction (const EricProgressState *state)
{
  guint64 finished = state->done + state->failed;

  return finished > 0 ? (double) finished / (finished + state->pending) : 0;
}

static void
progress_cb (GObject                 *owner,
             const EricProgressState *before,
             const EricProgressState *now)
{
  g_object_freeze_notify (owner);
  if (now->done != before->done)
    g_object_notify_by_pspec (owner, properties[PROP_DONE]);
  if (now->failed != before->failed)
    g_object_notify_by_pspec (owner, properties[PROP_FAILED]);
  if (now->pending != before->pending)
    g_object_notify_by_pspec (owner, properties[PROP_PENDING]);
  if (get_fraction (now) != get_fraction (before))
    g_object_notify_by_pspec (owner, properties[PROP_FRACTION]);
  if (now->per_second != before->per_second)
    g_object_notify_by_pspec (owner, properties[PROP_PER_SECOND]);
  g_object_thaw_notify (owner);
}

/* Also of listeners that the application made. */
static void
eric_data_processing_channel_listener_added (EricChannel  *channel,
                                             EricListener *listener)
{
  if (ERIC_IS_THREAD_POOL_LISTENER (listener))
    _eric_progress_add (get_private (ERIC_DATA_PROCESSING_CHANNEL (channel))->progress,
                        ERIC_THREAD_POOL_LISTENER (listener));
}

static void
eric_data_processing_channel_finalize (GObject *object)
{
  _eric_progress_close (get_private (ERIC_DATA_PROCESSING_CHANNEL (object))->progress);

  G_OBJECT_CLASS (eric_data_processing_channel_parent_class)->finalize (object);
}

static void
eric_data_processing_channel_get_property (GObject    *object,
                                           guint       prop_id,
                                           GValue     *value,
                                           GParamSpec *pspec)
{
  EricDataProcessingChannel *self = ERIC_DATA_PROCESSING_CHANNEL (object);

  switch (prop_id)
    {
    case PROP_DONE:
      g_value_set_uint64 (value, eric_data_processing_channel_get_done (self));
      break;
    case PROP_FAILED:
      g_value_set_uint64 (value, eric_data_processing_channel_get_failed (self));
      break;
    case PROP_PENDING:
      g_value_set_uint64 (value, eric_data_processing_channel_get_pending (self));
      break;
    case PROP_FRACTION:
      g_value_set_double (value, eric_data_processing_channel_get_fraction (self));
      break;
    case PROP_PER_SECOND:
      g_value_set_double (value, eric_data_processing_channel_get_per_second (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_data_processing_channel_class_init (EricDataProcessingChannelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = eric_data_processing_channel_finalize;
  object_class->get_property = eric_data_processing_channel_get_property;

  /**
   * EricDataProcessingChannel:done: (getter get_done)
   *
   * How many messages were processed so far.
   *
   * Since: 0.1
   */
  properties[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * EricDataProcessingChannel:failed: (getter get_failed)
   *
   * How many messages could not be processed so far.
   *
   * Since: 0.1
   */
  properties[PROP_FAILED] = g_param_spec_uint64 ("failed", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * EricDataProcessingChannel:pending: (getter get_pending)
   *
   * How many messages wait, or are being processed.
   *
   * Since: 0.1
   */
  properties[PROP_PENDING] = g_param_spec_uint64 ("pending", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * EricDataProcessingChannel:fraction: (getter get_fraction)
   *
   * How much of what came so far is finished, from 0 to 1: what a progress bar shows.
   *
   * Since: 0.1
   */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);

  /**
   * EricDataProcessingChannel:per-second: (getter get_per_second)
   *
   * How many messages were finished in a second, over the last three seconds. It is as
   * it was when it last notified.
   *
   * Since: 0.1
   */
  properties[PROP_PER_SECOND] =
    g_param_spec_double ("per-second", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_signal_override_class_handler ("listener-added", G_TYPE_FROM_CLASS (klass),
                                   G_CALLBACK (eric_data_processing_channel_listener_added));
}

static void
eric_data_processing_channel_init (EricDataProcessingChannel *self)
{
  get_private (self)->progress = _eric_progress_new (G_OBJECT (self), progress_cb);
}

/**
 * eric_data_processing_channel_new:
 * @id: (nullable): the id, or %NULL for a random one
 *
 * Makes a channel.
 *
 * Returns: (transfer full): the channel
 *
 * Since: 0.1
 */
EricDataProcessingChannel *
eric_data_processing_channel_new (const char *id)
{
  return g_object_new (ERIC_TYPE_DATA_PROCESSING_CHANNEL, "id", id, NULL);
}

/**
 * eric_data_processing_channel_add_threaded_listener:
 * @self: a channel
 * @max_workers: how many messages are processed at once; 0 for as many as there are
 *   processors
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): processes a
 *   message, or %NULL to pass messages on as they are
 * @user_data: data for @func
 * @notify: (nullable): called with @user_data when the listener is gone, in the thread
 *   that drops it, which may be one of the pool; also where this function fails
 * @error: return location for an error, or %NULL
 *
 * Makes a listener that processes messages in threads, and registers it. It does not run
 * yet: messages wait in its queue until [method@Listener.start] or
 * [method@DataProcessingChannel.process_queue] is called.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is closed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the listener
 *
 * Since: 0.1
 */
EricThreadPoolListener *
eric_data_processing_channel_add_threaded_listener (EricDataProcessingChannel  *self,
                                                    guint                       max_workers,
                                                    EricProcessFunc             func,
                                                    gpointer                    user_data,
                                                    GDestroyNotify              notify,
                                                    GError                    **error)
{
  g_autoptr (EricListener) listener = NULL;

  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), NULL);
  g_return_val_if_fail (max_workers <= G_MAXINT, NULL);

  listener = eric_thread_pool_listener_new (max_workers, func, user_data, notify);
  if (!eric_channel_register_listener (ERIC_CHANNEL (self), listener, error))
    return NULL;
  return ERIC_THREAD_POOL_LISTENER (g_steal_pointer (&listener));
}

/**
 * eric_data_processing_channel_notify_end:
 * @self: a channel
 *
 * Tells each listener that no more comes, with a message of type
 * %ERIC_MESSAGE_TYPE_CLOSED behind what it has, for which there is always room. When a
 * listener has processed all before it, it stops, and the stream of its results ends.
 *
 * The channel stays open: messages that come later wait in the queues, for who starts
 * the listeners again. Does nothing where the channel is closed, since its listeners
 * were told then.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_data_processing_channel_notify_end (EricDataProcessingChannel *self)
{
  g_return_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self));

  _eric_channel_push_end (ERIC_CHANNEL (self));
}

static gboolean
check_listener (EricDataProcessingChannel  *self,
                EricThreadPoolListener     *listener,
                GError                    **error)
{
  EricChannel *channel = ERIC_CHANNEL (self);

  if (!_eric_channel_has_listener (channel, ERIC_LISTENER (listener)))
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER,
                   "Channel “%s” has no listener “%s”", eric_channel_get_id (channel),
                   eric_listener_get_id (ERIC_LISTENER (listener)));
      return FALSE;
    }
  return _eric_pool_revive (listener, error);
}

/* A closed channel says so once, and a former run may have heard it. */
static void
repeat_end (EricDataProcessingChannel *self,
            EricListener              *listener)
{
  if (!_eric_channel_feeds (ERIC_CHANNEL (self), listener) && eric_listener_get_pending (listener) == 0)
    _eric_listener_push_end (listener);
}

/**
 * eric_data_processing_channel_process_queue:
 * @self: a channel
 * @listener: a listener of the channel, which does not run
 * @order: in which order results come out
 * @error: return location for an error, or %NULL
 *
 * Starts a listener, and reads the results as they come. Each of them is what the
 * channel's `adapt` makes of it; that of a message which could not be processed has the
 * type %ERIC_MESSAGE_TYPE_ERROR.
 *
 * This function does not wait for anything. [method@MessageStream.next_async] and
 * [method@MessageStream.next_batch_async] of the stream do, without blocking.
 *
 * The stream ends behind the last result, with a message of type
 * %ERIC_MESSAGE_TYPE_CLOSED: when all was processed that came before
 * [method@DataProcessingChannel.notify_end], [method@Channel.close] or
 * [method@Channel.remove_listener], or when the listener was stopped or cancelled and
 * its tasks that ran are finished: in the order of input, too, all results are in it then that
 * there are. Then this function can be called again; what waits for another attempt, and what was
 * not taken, is done in that run.
 *
 * Results wait for who reads them, without any bound. To set one, set
 * [property@Listener:capacity] of [method@MessageStream.get_listener]: workers then wait
 * until there is room. In the order of input, as many again may wait for one before them.
 *
 * When the stream is closed or dropped early, the listener goes on with its work, and
 * further results are dropped. [method@Listener.stop] ends the work, too.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where @listener is not registered with the
 * channel, or its queue is being processed already, and with %G_IO_ERROR_CANCELLED where
 * the [property@ThreadPoolListener:cancellable] that it was made with is cancelled. One that
 * was made without runs again, also where its last run was cancelled.
 *
 * It replaces [property@ThreadPoolListener:results] and
 * [property@ThreadPoolListener:result-order] of the listener.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
EricMessageStream *
eric_data_processing_channel_process_queue (EricDataProcessingChannel  *self,
                                            EricThreadPoolListener     *listener,
                                            EricResultOrder             order,
                                            GError                    **error)
{
  g_autoptr (EricThreadPoolListener) alive = NULL;
  g_autoptr (EricChannel) channel = NULL;
  g_autoptr (EricListener) results = NULL;

  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), NULL);
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (listener), NULL);

  /* Who hears of what it sets may drop the last references. */
  alive = g_object_ref (listener);
  channel = g_object_ref (ERIC_CHANNEL (self));
  if (!check_listener (self, listener, error))
    return NULL;
  repeat_end (self, ERIC_LISTENER (listener));
  results = g_object_new (ERIC_TYPE_LISTENER, "overflow", ERIC_OVERFLOW_BLOCK, NULL);
  eric_listener_start (results);
  if (!_eric_pool_claim (listener, results, order))
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER,
                   "The queue of listener “%s” is being processed already",
                   eric_listener_get_id (ERIC_LISTENER (listener)));
      return NULL;
    }
  /* The listener of the results is the stream's alone. */
  return _eric_message_stream_new (ERIC_CHANNEL (self), results, TRUE);
}

/**
 * eric_data_processing_channel_get_done: (get-property done)
 * @self: a channel
 *
 * Gets how many messages were processed so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_data_processing_channel_get_done (EricDataProcessingChannel *self)
{
  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), 0);

  return get_state (self).done;
}

/**
 * eric_data_processing_channel_get_failed: (get-property failed)
 * @self: a channel
 *
 * Gets how many messages could not be processed so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_data_processing_channel_get_failed (EricDataProcessingChannel *self)
{
  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), 0);

  return get_state (self).failed;
}

/**
 * eric_data_processing_channel_get_pending: (get-property pending)
 * @self: a channel
 *
 * Gets how many messages wait, or are being processed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_data_processing_channel_get_pending (EricDataProcessingChannel *self)
{
  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), 0);

  return get_state (self).pending;
}

/**
 * eric_data_processing_channel_get_fraction: (get-property fraction)
 * @self: a channel
 *
 * Gets how much of what came so far is finished: was processed, or could not be.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: a number from 0 to 1
 *
 * Since: 0.1
 */
double
eric_data_processing_channel_get_fraction (EricDataProcessingChannel *self)
{
  EricProgressState state;

  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), 0);

  state = get_state (self);
  return get_fraction (&state);
}

/**
 * eric_data_processing_channel_get_per_second: (get-property per-second)
 * @self: a channel
 *
 * Gets how many messages were finished in a second, over the last three seconds.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
double
eric_data_processing_channel_get_per_second (EricDataProcessingChannel *self)
{
  g_return_val_if_fail (ERIC_IS_DATA_PROCESSING_CHANNEL (self), 0);

  return get_state (self).per_second;
}
