/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_ROW (live_log_row_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogRow, live_log_row, LIVE_LOG, ROW, GtkWidget)

GtkWidget *live_log_row_new         (void);

void       live_log_row_set_message (LiveLogRow  *self,
                                     EricMessage *message);

G_END_DECLS
