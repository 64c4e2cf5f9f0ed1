/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

static void
test_version_macros (void)
{
  g_autofree char *text = g_strdup_printf ("%d.%d.%d", ERIC_MAJOR_VERSION, ERIC_MINOR_VERSION,
                                           ERIC_MICRO_VERSION);

  g_assert_cmpstr (text, ==, ERIC_VERSION_S);
  g_assert_cmpstr (text, ==, ERIC_PACKAGE_VERSION);
  g_assert_cmpint (ERIC_VERSION_HEX, ==,
                   ERIC_MAJOR_VERSION * 65536 + ERIC_MINOR_VERSION * 256 + ERIC_MICRO_VERSION);
  g_assert_true (ERIC_CHECK_VERSION (ERIC_MAJOR_VERSION, ERIC_MINOR_VERSION, ERIC_MICRO_VERSION));
  g_assert_true (ERIC_CHECK_VERSION (0, 0, 255));
  g_assert_false (ERIC_CHECK_VERSION (ERIC_MAJOR_VERSION, ERIC_MINOR_VERSION, ERIC_MICRO_VERSION + 1));
  g_assert_false (ERIC_CHECK_VERSION (ERIC_MAJOR_VERSION, ERIC_MINOR_VERSION + 1, 0));
  g_assert_false (ERIC_CHECK_VERSION (ERIC_MAJOR_VERSION + 1, 0, 0));
}

static void
test_version_runtime (void)
{
  g_assert_cmpuint (eric_get_major_version (), ==, ERIC_MAJOR_VERSION);
  g_assert_cmpuint (eric_get_minor_version (), ==, ERIC_MINOR_VERSION);
  g_assert_cmpuint (eric_get_micro_version (), ==, ERIC_MICRO_VERSION);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/version/macros", test_version_macros);
  g_test_add_func ("/eric/version/runtime", test_version_runtime);
  return g_test_run ();
}
