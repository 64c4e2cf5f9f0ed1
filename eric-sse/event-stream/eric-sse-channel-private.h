/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-frame-log-private.h"
#include "eric-sse-channel.h"

G_BEGIN_DECLS

typedef struct
{
  EricFrameLog    *log;                     /* (unowned): the channel's */
  GMutex           lock;                    /* of what follows; taken before the log's */
  EricFrameLimits  history;
  EricFrameLimits  backlog;
  gsize            max_message;             /* bytes, what the largest server takes; 0 without one */
  gboolean         history_size_is_set;     /* by the application, as the others */
  gboolean         history_bytes_are_set;
  gboolean         backlog_size_is_set;
  gboolean         backlog_bytes_are_set;
} EricSseChannelLimits;

EricFrameLog         *_eric_sse_channel_get_log     (EricSseChannel        *self);
EricSseChannelLimits *_eric_sse_channel_get_limits  (EricSseChannel        *self);
void                  _eric_sse_channel_limits_init (EricSseChannelLimits  *limits,
                                                     EricFrameLog          *log);

/* A server serves the channel: what it keeps is counted there, and it has room for the
 * messages that can come. The budget of the first one stays. */
void                  _eric_sse_channel_join_budget (EricSseChannel        *self,
                                                     EricFrameBudget       *budget);

G_END_DECLS
