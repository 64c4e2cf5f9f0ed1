/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-channel-private.h"

/* How much a channel keeps. */

/* Where the application has set no limit of bytes, there is room for so many of the
 * largest messages that can be published. */
#define LARGEST_MESSAGES 12

/* A number of messages that the application asks for is what it gets: the default of
 * bytes does not cut it short. */
static guint64
get_automatic_bytes (EricSseChannelLimits *limits,
                     gboolean              size_is_set,
                     guint64               least)
{
  if (size_is_set)
    return G_MAXUINT64;
  if (limits->max_message > G_MAXUINT64 / LARGEST_MESSAGES)
    return G_MAXUINT64;
  return MAX (least, (guint64) limits->max_message * LARGEST_MESSAGES);
}

/* With the lock, which is taken before the log's. */
static void
apply_limits_locked (EricSseChannelLimits *limits)
{
  if (!limits->history_bytes_are_set)
    limits->history.max_bytes = get_automatic_bytes (limits, limits->history_size_is_set,
                                                     ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES);
  if (!limits->backlog_bytes_are_set)
    limits->backlog.max_bytes = get_automatic_bytes (limits, limits->backlog_size_is_set,
                                                     ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES);
  eric_frame_log_set_history (limits->log, &limits->history);
  eric_frame_log_set_backlog (limits->log, &limits->backlog);
}

void
_eric_sse_channel_limits_init (EricSseChannelLimits *limits,
                               EricFrameLog         *log)
{
  g_mutex_init (&limits->lock);
  limits->log = log;
  limits->history.max_messages = ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE;
  limits->backlog.max_messages = ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE;
  apply_limits_locked (limits);
}

static guint
get_count (EricSseChannel *self,
           const guint    *limit)
{
  guint count;

  g_mutex_lock (&_eric_sse_channel_get_limits (self)->lock);
  count = *limit;
  g_mutex_unlock (&_eric_sse_channel_get_limits (self)->lock);
  return count;
}

static guint64
get_bytes (EricSseChannel *self,
           const guint64  *limit)
{
  guint64 bytes;

  g_mutex_lock (&_eric_sse_channel_get_limits (self)->lock);
  bytes = *limit;
  g_mutex_unlock (&_eric_sse_channel_get_limits (self)->lock);
  return bytes;
}

/* TRUE if that is another one. @is_set is nullable. */
static gboolean
set_count (EricSseChannelLimits *limits,
           guint                *limit,
           gboolean             *is_set,
           guint                 value)
{
  gboolean differs;

  g_mutex_lock (&limits->lock);
  differs = *limit != value;
  *limit = value;
  if (is_set != NULL)
    *is_set = TRUE;
  apply_limits_locked (limits);
  g_mutex_unlock (&limits->lock);
  return differs;
}

static gboolean
set_bytes (EricSseChannelLimits *limits,
           guint64              *limit,
           gboolean             *is_set,
           guint64               value)
{
  gboolean differs;

  g_mutex_lock (&limits->lock);
  differs = *limit != value;
  *limit = value;
  *is_set = TRUE;
  apply_limits_locked (limits);
  g_mutex_unlock (&limits->lock);
  return differs;
}

void
_eric_sse_channel_join_budget (EricSseChannel  *self,
                               EricFrameBudget *budget)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);
  gsize max_message = eric_frame_budget_get_max_message (budget);

  g_mutex_lock (&limits->lock);
  if (max_message > limits->max_message)
    {
      limits->max_message = max_message;
      apply_limits_locked (limits);
    }
  g_mutex_unlock (&limits->lock);
  eric_frame_log_set_budget (limits->log, budget);
}

/**
 * eric_sse_channel_get_history_size: (get-property history-size)
 * @self: a channel
 *
 * Gets how many messages are kept for replay.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint
eric_sse_channel_get_history_size (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return get_count (self, &_eric_sse_channel_get_limits (self)->history.max_messages);
}

/**
 * eric_sse_channel_set_history_size: (set-property history-size)
 * @self: a channel
 * @history_size: the number of messages
 *
 * Sets how many messages are kept for replay; 0 for none. So many are kept whatever their
 * size, unless [property@SseChannel:history-bytes] is set, too.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_history_size (EricSseChannel *self,
                                   guint          history_size)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);

  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));

  if (set_count (limits, &limits->history.max_messages, &limits->history_size_is_set, history_size))
    g_object_notify (G_OBJECT (self), "history-size");
}

/**
 * eric_sse_channel_get_history_age: (get-property history-age)
 * @self: a channel
 *
 * Gets how long messages are kept for replay.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in seconds
 *
 * Since: 0.1
 */
guint
eric_sse_channel_get_history_age (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return get_count (self, &_eric_sse_channel_get_limits (self)->history.max_age);
}

/**
 * eric_sse_channel_set_history_age: (set-property history-age)
 * @self: a channel
 * @history_age: the time in seconds
 *
 * Sets how long messages are kept for replay; 0 for as long as the other limits allow.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_history_age (EricSseChannel *self,
                                  guint          history_age)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);

  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));

  if (set_count (limits, &limits->history.max_age, NULL, history_age))
    g_object_notify (G_OBJECT (self), "history-age");
}

/**
 * eric_sse_channel_get_history_bytes: (get-property history-bytes)
 * @self: a channel
 *
 * Gets how much memory the messages kept for replay may take.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of bytes
 *
 * Since: 0.1
 */
guint64
eric_sse_channel_get_history_bytes (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return get_bytes (self, &_eric_sse_channel_get_limits (self)->history.max_bytes);
}

/**
 * eric_sse_channel_set_history_bytes: (set-property history-bytes)
 * @self: a channel
 * @history_bytes: the number of bytes
 *
 * Sets how much memory the messages kept for replay may take: each as it is encoded, and
 * some 40 bytes besides.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_history_bytes (EricSseChannel *self,
                                    guint64        history_bytes)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);

  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));

  if (set_bytes (limits, &limits->history.max_bytes, &limits->history_bytes_are_set, history_bytes))
    g_object_notify (G_OBJECT (self), "history-bytes");
}

/**
 * eric_sse_channel_get_backlog_size: (get-property backlog-size)
 * @self: a channel
 *
 * Gets how many messages a subscriber may lag behind.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint
eric_sse_channel_get_backlog_size (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return get_count (self, &_eric_sse_channel_get_limits (self)->backlog.max_messages);
}

/**
 * eric_sse_channel_set_backlog_size: (set-property backlog-size)
 * @self: a channel
 * @backlog_size: the number of messages
 *
 * Sets how many messages a subscriber may lag behind before the policy for slow
 * subscribers applies.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_backlog_size (EricSseChannel *self,
                                   guint          backlog_size)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);

  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));

  if (set_count (limits, &limits->backlog.max_messages, &limits->backlog_size_is_set, backlog_size))
    g_object_notify (G_OBJECT (self), "backlog-size");
}

/**
 * eric_sse_channel_get_backlog_bytes: (get-property backlog-bytes)
 * @self: a channel
 *
 * Gets how much memory the messages take that subscribers lag behind.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of bytes
 *
 * Since: 0.1
 */
guint64
eric_sse_channel_get_backlog_bytes (EricSseChannel *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (self), 0);

  return get_bytes (self, &_eric_sse_channel_get_limits (self)->backlog.max_bytes);
}

/**
 * eric_sse_channel_set_backlog_bytes: (set-property backlog-bytes)
 * @self: a channel
 * @backlog_bytes: the number of bytes
 *
 * Sets how much memory the messages may take that subscribers lag behind. The oldest
 * and the newest of them are not counted, so that a single large message can be read.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_channel_set_backlog_bytes (EricSseChannel *self,
                                    guint64        backlog_bytes)
{
  EricSseChannelLimits *limits = _eric_sse_channel_get_limits (self);

  g_return_if_fail (ERIC_IS_SSE_CHANNEL (self));

  if (set_bytes (limits, &limits->backlog.max_bytes, &limits->backlog_bytes_are_set, backlog_bytes))
    g_object_notify (G_OBJECT (self), "backlog-bytes");
}
