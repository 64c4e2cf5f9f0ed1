/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How many types are offered: a stream could have any number of them. */
#define LIVE_LOG_MAX_TYPES 100

#define LIVE_LOG_TYPE_TYPES (live_log_types_get_type ())
G_DECLARE_FINAL_TYPE (LiveLogTypes, live_log_types, LIVE_LOG, TYPES, GObject)

LiveLogTypes *live_log_types_new       (void);

GListModel   *live_log_types_get_model (LiveLogTypes *self);
const char   *live_log_types_get       (LiveLogTypes *self,
                                        guint         position);
void          live_log_types_add       (LiveLogTypes *self,
                                        const char   *type);
void          live_log_types_clear     (LiveLogTypes *self);

G_END_DECLS
