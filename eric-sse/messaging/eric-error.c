/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-error.h"

/**
 * eric_error_quark:
 *
 * Gets the domain of the library's errors.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the domain
 *
 * Since: 0.1
 */
G_DEFINE_QUARK (eric-error-quark, eric_error)
