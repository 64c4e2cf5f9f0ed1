/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-function-private.h"

static void
clear (gpointer data)
{
  EricFunction *self = data;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
}

/* In one thread at a time. */
EricFunction *
eric_function_new (GCallback      func,
                   gpointer       user_data,
                   GDestroyNotify destroy)
{
  EricFunction *self = g_rc_box_new (EricFunction);

  *self = (EricFunction) { func, user_data, destroy };
  return self;
}

void
eric_function_unref (EricFunction *self)
{
  g_rc_box_release_full (self, clear);
}
