/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LIVE_LOG_APP_ID "io.github.eric_sse.LiveLog"
#define LIVE_LOG_RESOURCES "/io/github/eric_sse/LiveLog/"

#define LIVE_LOG_TYPE_APPLICATION (live_log_application_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogApplication, live_log_application, LIVE_LOG, APPLICATION, AdwApplication)

LiveLogApplication *live_log_application_new (void);

G_END_DECLS
