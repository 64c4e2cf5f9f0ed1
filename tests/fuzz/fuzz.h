/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What libFuzzer calls; fails by g_assert. */
int LLVMFuzzerTestOneInput (const guint8 *bytes,
                            gsize         length);

G_END_DECLS
