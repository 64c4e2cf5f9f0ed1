/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>
#include <eric-sse.h>

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_DETAIL (live_log_detail_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogDetail, live_log_detail, LIVE_LOG, DETAIL, AdwBin)

void live_log_detail_set_message (LiveLogDetail *self,
                                  EricMessage   *message);

G_END_DECLS
