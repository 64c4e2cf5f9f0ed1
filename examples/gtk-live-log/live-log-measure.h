/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gtk/gtk.h>

#include "live-log-stream.h"

G_BEGIN_DECLS

typedef void (*LiveLogMeasureFunc) (gpointer user_data);

void live_log_measure (GtkWidget          *widget,
                       LiveLogStream      *stream,
                       guint               seconds,
                       LiveLogMeasureFunc  done,
                       gpointer            user_data);

G_END_DECLS
