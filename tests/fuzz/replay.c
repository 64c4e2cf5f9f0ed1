/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "fuzz.h"

/* Runs what a fuzzer runs over the files of a folder, without a fuzzer. */

static char *folder;

static void
test_replay (gconstpointer name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autofree guint8 *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  bytes = g_memdup2 (text, length);
  LLVMFuzzerTestOneInput (bytes, length);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GDir) dir = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *prefix = NULL;
  const char *name;
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  folder = g_strdup (argv[1]);
  prefix = g_path_get_basename (folder);
  dir = g_dir_open (folder, 0, &error);
  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/eric/fuzz/%s/%s", prefix, name);

      g_test_add_data_func_full (path, g_strdup (name), test_replay, g_free);
    }
  status = g_test_run ();
  g_free (folder);
  return status;
}
