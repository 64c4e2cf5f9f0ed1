/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>
#include <eric-sse.h>

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_LIST (live_log_list_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogList, live_log_list, LIVE_LOG, LIST, AdwBin)

void live_log_list_set_model   (LiveLogList *self,
                                GListModel  *model);
void live_log_list_set_held    (LiveLogList *self,
                                gboolean     paused,
                                guint64      n_held);
void live_log_list_show_newest (LiveLogList *self);
void live_log_list_unselect    (LiveLogList *self);

G_END_DECLS
