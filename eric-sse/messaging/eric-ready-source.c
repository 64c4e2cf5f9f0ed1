/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-ready-source-private.h"

static gboolean
ready_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs ready_funcs = { .dispatch = ready_dispatch };

GSource *
eric_ready_source_new (const char *static_name)
{
  GSource *source = g_source_new (&ready_funcs, sizeof (GSource));

  g_source_set_static_name (source, static_name);
  return source;
}
