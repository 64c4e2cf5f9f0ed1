/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-fork-private.h"

#include <pthread.h>

static int n_forks;

static void
child_cb (void)
{
  n_forks++;
}

int
eric_fork_count (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      pthread_atfork (NULL, NULL, child_cb);
      g_once_init_leave (&once, 1);
    }
  return n_forks;
}
