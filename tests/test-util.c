/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "test-util.h"

/* Far beyond what anything takes, also under valgrind on a busy machine:
 * it only says which condition a test hangs at. In seconds. */
#define TEST_DEADLINE 50

static gboolean
expired_cb (gpointer user_data)
{
  g_error ("waited in vain for %s", (char *) user_data);
  return G_SOURCE_REMOVE;
}

GSource *
test_deadline_new (const char *condition,
                   const char *file,
                   int         line)
{
  GSource *deadline = g_timeout_source_new_seconds (TEST_DEADLINE);

  g_source_set_callback (deadline, expired_cb,
                         g_strdup_printf ("%s (%s:%d)", condition, file, line), g_free);
  g_source_attach (deadline, g_main_context_get_thread_default ());
  return deadline;
}

void
test_deadline_free (GSource *deadline)
{
  g_source_destroy (deadline);
  g_source_unref (deadline);
}

void
test_settle (void)
{
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
}

void
test_keep_result (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}
