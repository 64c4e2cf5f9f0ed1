/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined (ERIC_INSIDE) && !defined (ERIC_COMPILATION)
#error "Only <eric-sse.h> can be included directly."
#endif

#include "eric-types.h"
#include "eric-version-macros.h"

G_BEGIN_DECLS

#define ERIC_TYPE_CONTEXT_BRIDGE (eric_context_bridge_get_type ())
ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricContextBridge, eric_context_bridge, ERIC, CONTEXT_BRIDGE, GObject)

ERIC_AVAILABLE_IN_ALL
EricContextBridge *eric_context_bridge_new         (GMainContext       *context,
                                                    GError            **error);
ERIC_AVAILABLE_IN_ALL
GMainContext      *eric_context_bridge_get_context (EricContextBridge  *self);
ERIC_AVAILABLE_IN_ALL
int                eric_context_bridge_get_fd      (EricContextBridge  *self);
ERIC_AVAILABLE_IN_ALL
int                eric_context_bridge_prepare     (EricContextBridge  *self);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_context_bridge_dispatch    (EricContextBridge  *self);
ERIC_AVAILABLE_IN_ALL
void               eric_context_bridge_close       (EricContextBridge  *self);

G_END_DECLS
