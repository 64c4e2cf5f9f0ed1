/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined (ERIC_INSIDE) && !defined (ERIC_COMPILATION)
# error "Only <eric-sse.h> can be included directly."
#endif

#include <glib.h>

#include "eric-version.h"

#ifndef _ERIC_EXTERN
# define _ERIC_EXTERN extern
#endif

/* Each release adds its own ERIC_AVAILABLE_IN_x_y here. */
#define ERIC_AVAILABLE_IN_ALL _ERIC_EXTERN
#define ERIC_AVAILABLE_IN_0_1 _ERIC_EXTERN

G_BEGIN_DECLS

ERIC_AVAILABLE_IN_ALL
guint eric_get_major_version (void);
ERIC_AVAILABLE_IN_ALL
guint eric_get_minor_version (void);
ERIC_AVAILABLE_IN_ALL
guint eric_get_micro_version (void);

G_END_DECLS
