/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-sse-subscriber.h"

G_BEGIN_DECLS

EricSseSubscriber *_eric_sse_subscriber_new (guint64             id,
                                             const char * const *channel_ids,
                                             const char         *listener_id,
                                             const char         *remote_address,
                                             const char         *user_agent);

G_END_DECLS
