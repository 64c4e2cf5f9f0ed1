/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-frame-log-private.h"
#include "eric-sse-channel.h"

G_BEGIN_DECLS

EricFrameLog *_eric_sse_channel_get_log (EricSseChannel *self);

G_END_DECLS
