/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-channel.h"
#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT:
 *
 * The default of [property@SseChannel:retry-timeout], in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT 3000

/**
 * ERIC_SSE_CHANNEL_MAX_ID:
 *
 * How long the id of a message may be, in bytes: clients come back with it in a header.
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_MAX_ID 1024

/**
 * ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE:
 *
 * The default of [property@SseChannel:history-size], in messages.
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_DEFAULT_HISTORY_SIZE 128

/**
 * ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES:
 *
 * The default of [property@SseChannel:history-bytes].
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_DEFAULT_HISTORY_BYTES (1024 * 1024)

/**
 * ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE:
 *
 * The default of [property@SseChannel:backlog-size], in messages.
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE 1024

/**
 * ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES:
 *
 * The default of [property@SseChannel:backlog-bytes].
 *
 * Since: 0.1
 */
#define ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_BYTES (4 * 1024 * 1024)

/**
 * EricReplay:
 * @ERIC_REPLAY_CONTINUED: nothing is missing between the id and what is replayed
 * @ERIC_REPLAY_GAP: messages after the id are no longer in the history
 * @ERIC_REPLAY_UNKNOWN_ID: nothing is known about the id
 *
 * How what is replayed follows on what a client has already.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_REPLAY_CONTINUED,
  ERIC_REPLAY_GAP,
  ERIC_REPLAY_UNKNOWN_ID,
} EricReplay;

#define ERIC_TYPE_SSE_CHANNEL (eric_sse_channel_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricSseChannel, eric_sse_channel, ERIC, SSE_CHANNEL, EricChannel)

/**
 * EricSseChannelClass:
 * @parent_class: the parent class
 *
 * The class of [class@SseChannel].
 *
 * Since: 0.1
 */
struct _EricSseChannelClass
{
  EricChannelClass parent_class;

  /*< private >*/
  gpointer padding[8];
};

ERIC_AVAILABLE_IN_ALL
EricSseChannel *eric_sse_channel_new                (const char      *id);
ERIC_AVAILABLE_IN_ALL
guint           eric_sse_channel_get_retry_timeout  (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_retry_timeout  (EricSseChannel  *self,
                                                     guint            retry_timeout);
ERIC_AVAILABLE_IN_ALL
guint           eric_sse_channel_get_history_size   (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_history_size   (EricSseChannel  *self,
                                                     guint            history_size);
ERIC_AVAILABLE_IN_ALL
guint           eric_sse_channel_get_history_age    (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_history_age    (EricSseChannel  *self,
                                                     guint            history_age);
ERIC_AVAILABLE_IN_ALL
guint64         eric_sse_channel_get_history_bytes  (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_history_bytes  (EricSseChannel  *self,
                                                     guint64          history_bytes);
ERIC_AVAILABLE_IN_ALL
guint           eric_sse_channel_get_backlog_size   (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_backlog_size   (EricSseChannel  *self,
                                                     guint            backlog_size);
ERIC_AVAILABLE_IN_ALL
guint64         eric_sse_channel_get_backlog_bytes  (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_sse_channel_set_backlog_bytes  (EricSseChannel  *self,
                                                     guint64          backlog_bytes);
ERIC_AVAILABLE_IN_ALL
guint64         eric_sse_channel_get_n_messages     (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
guint           eric_sse_channel_get_history_length (EricSseChannel  *self);
ERIC_AVAILABLE_IN_ALL
EricReplay      eric_sse_channel_replay_after       (EricSseChannel  *self,
                                                     const char      *id,
                                                     GPtrArray      **messages);
ERIC_AVAILABLE_IN_ALL
gboolean        eric_sse_channel_is_idle            (EricSseChannel  *self);

G_END_DECLS
