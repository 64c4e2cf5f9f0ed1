/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* Messages that are kept, and as many again while the list is paused. */
#define LIVE_LOG_MAX_MESSAGES 5000

typedef enum
{
  LIVE_LOG_STATE_IDLE,           /* nothing is watched */
  LIVE_LOG_STATE_CONNECTING,
  LIVE_LOG_STATE_OPEN,
  LIVE_LOG_STATE_RECONNECTING,   /* in so many seconds */
  LIVE_LOG_STATE_CLOSED,         /* by whoever watches */
  LIVE_LOG_STATE_FAILED,         /* for good */
} LiveLogState;

#define LIVE_LOG_TYPE_STREAM (live_log_stream_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogStream, live_log_stream, LIVE_LOG, STREAM, GObject)

LiveLogStream   *live_log_stream_new          (void);

gboolean         live_log_stream_open         (LiveLogStream  *self,
                                               const char     *uri,
                                               GError        **error);
void             live_log_stream_close        (LiveLogStream  *self);
void             live_log_stream_retry        (LiveLogStream  *self);

const char      *live_log_stream_get_uri      (LiveLogStream  *self);
LiveLogState     live_log_stream_get_state    (LiveLogStream  *self);
const char      *live_log_stream_get_reason   (LiveLogStream  *self);
guint            live_log_stream_get_seconds  (LiveLogStream  *self);
EricMessageList *live_log_stream_get_messages (LiveLogStream  *self);
guint64          live_log_stream_get_received (LiveLogStream  *self);

void             live_log_stream_set_paused   (LiveLogStream  *self,
                                               gboolean        paused);
gboolean         live_log_stream_get_paused   (LiveLogStream  *self);
guint64          live_log_stream_get_held     (LiveLogStream  *self);

G_END_DECLS
