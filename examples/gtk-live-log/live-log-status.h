/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>

#include "live-log-stream.h"

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_STATUS (live_log_status_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogStatus, live_log_status, LIVE_LOG, STATUS, AdwBin)

void live_log_status_set_stream (LiveLogStatus *self,
                                 LiveLogStream *stream);

G_END_DECLS
