/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A source that waits for nothing but its ready time, which any thread may set.
 * Its callback sets it back. */
GSource *eric_ready_source_new (const char *static_name);

G_END_DECLS
