/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-error.h"

G_DEFINE_QUARK (eric-error-quark, eric_error)
