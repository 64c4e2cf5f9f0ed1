/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LIVE_LOG_TYPE_PUBLISHER (live_log_publisher_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogPublisher, live_log_publisher, LIVE_LOG, PUBLISHER, AdwBin)

void live_log_publisher_set_uri (LiveLogPublisher *self,
                                 const char       *uri);

G_END_DECLS
