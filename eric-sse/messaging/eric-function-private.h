/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A function of the program, with its data. The program may set another one while this one
 * runs: who calls it holds a reference meanwhile, so that the data live until it returns. */
typedef struct _EricFunction
{
  GCallback      func;        /* (nullable) */
  gpointer       user_data;
  GDestroyNotify destroy;     /* (nullable) */
} EricFunction;

EricFunction *eric_function_new   (GCallback      func,
                                   gpointer       user_data,
                                   GDestroyNotify destroy);
void          eric_function_unref (EricFunction  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricFunction, eric_function_unref)

G_END_DECLS
