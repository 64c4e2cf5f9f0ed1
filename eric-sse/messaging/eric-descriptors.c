/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-descriptors-private.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

gboolean
eric_descriptors_check (guint    n,
                        GError **error)
{
  g_autofree int *opened = g_new (int, n);
  guint n_opened = 0;
  int code = 0;

  while (n_opened < n && code == 0)
    {
      int fd = eventfd (0, EFD_CLOEXEC);

      if (fd >= 0)
        opened[n_opened++] = fd;
      else
        code = errno;
    }
  while (n_opened > 0)
    close (opened[--n_opened]);
  if (code == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
               "The process can open no more descriptors: %s", g_strerror (code));
  return FALSE;
}
