/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>

#include "live-log-stream.h"

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_WINDOW (live_log_window_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogWindow, live_log_window, LIVE_LOG, WINDOW, AdwApplicationWindow)

LiveLogWindow *live_log_window_new        (GtkApplication *application);

void           live_log_window_watch      (LiveLogWindow  *self,
                                           const char     *uri);
LiveLogStream *live_log_window_get_stream (LiveLogWindow  *self);

G_END_DECLS
