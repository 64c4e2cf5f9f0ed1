/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-version-macros.h"

/**
 * eric_get_major_version:
 *
 * Gets the major version of the library that is loaded,
 * which can be newer than the headers a program was built with.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the major version
 *
 * Since: 0.1
 */
guint
eric_get_major_version (void)
{
  return ERIC_MAJOR_VERSION;
}

/**
 * eric_get_minor_version:
 *
 * Gets the minor version of the library that is loaded.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the minor version
 *
 * Since: 0.1
 */
guint
eric_get_minor_version (void)
{
  return ERIC_MINOR_VERSION;
}

/**
 * eric_get_micro_version:
 *
 * Gets the micro version of the library that is loaded.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the micro version
 *
 * Since: 0.1
 */
guint
eric_get_micro_version (void)
{
  return ERIC_MICRO_VERSION;
}
