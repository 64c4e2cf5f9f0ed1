/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dlfcn.h>
#include <glib-object.h>

/* Declares next(), the function of the same name that would be called without tsan-glib*.c. */
#define NEXT(name)                                                                \
  static __typeof__ (name) *next;                                                 \
  if (__atomic_load_n (&next, __ATOMIC_RELAXED) == NULL)                          \
    __atomic_store_n (&next, (__typeof__ (name) *) dlsym (RTLD_NEXT, #name), __ATOMIC_RELAXED);
