/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_FILTER (live_log_filter_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogFilter, live_log_filter, LIVE_LOG, FILTER, GtkFilter)

LiveLogFilter *live_log_filter_new       (void);

void           live_log_filter_set_type  (LiveLogFilter *self,
                                          const char    *type);
void           live_log_filter_set_text  (LiveLogFilter *self,
                                          const char    *text);
gboolean       live_log_filter_is_active (LiveLogFilter *self);

G_END_DECLS
