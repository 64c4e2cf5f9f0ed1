/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-finish-private.h"

GTask *
eric_finish_task (GAsyncResult  *result,
                  gpointer       source,
                  gpointer       source_tag,
                  GError       **error)
{
  if (!g_task_is_valid (result, source) ||
      g_task_get_source_tag (G_TASK (result)) != source_tag)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The result is none of this call, or was had before");
      return NULL;
    }

  /* What is propagated once is gone. */
  g_task_set_source_tag (G_TASK (result), NULL);
  return G_TASK (result);
}
