/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-message-stream.h"

G_BEGIN_DECLS

EricMessageStream *_eric_message_stream_new (EricChannel  *channel,
                                             EricListener *listener,
                                             gboolean      owns_listener);

G_END_DECLS
