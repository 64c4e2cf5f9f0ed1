/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * EricSseDisconnect:
 * @ERIC_SSE_DISCONNECT_PEER: the client went away
 * @ERIC_SSE_DISCONNECT_SLOW: the client did not read in time
 * @ERIC_SSE_DISCONNECT_FINISHED: the channel was closed, or the listener stopped
 * @ERIC_SSE_DISCONNECT_REQUESTED: the application asked for it
 * @ERIC_SSE_DISCONNECT_DRAINED: the server shuts down
 *
 * Why a subscriber is gone.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_SSE_DISCONNECT_PEER,
  ERIC_SSE_DISCONNECT_SLOW,
  ERIC_SSE_DISCONNECT_FINISHED,
  ERIC_SSE_DISCONNECT_REQUESTED,
  ERIC_SSE_DISCONNECT_DRAINED,
} EricSseDisconnect;

#define ERIC_TYPE_SSE_SUBSCRIBER (eric_sse_subscriber_get_type ())

ERIC_AVAILABLE_IN_ALL
GType               eric_sse_subscriber_get_type           (void) G_GNUC_CONST;
ERIC_AVAILABLE_IN_ALL
EricSseSubscriber  *eric_sse_subscriber_ref                (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
void                eric_sse_subscriber_unref              (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
guint64             eric_sse_subscriber_get_id             (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
const char * const *eric_sse_subscriber_get_channel_ids    (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
const char         *eric_sse_subscriber_get_listener_id    (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
const char         *eric_sse_subscriber_get_remote_address (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
const char         *eric_sse_subscriber_get_user_agent     (EricSseSubscriber *self);
ERIC_AVAILABLE_IN_ALL
gint64              eric_sse_subscriber_get_since          (EricSseSubscriber *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricSseSubscriber, eric_sse_subscriber_unref)

G_END_DECLS
