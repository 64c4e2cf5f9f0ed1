/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* A stream for each rule, and what is to be read from it, as sse_trace_read ()
 * writes it. */
typedef struct
{
  const char       *name;
  const char       *bytes;
  gsize             length;
  const char       *expected;       /* of messages */
  const char       *expected_raw;   /* (nullable): of events, where that differs */
  EricStreamFormat  format;
} SseSample;

extern const SseSample sse_samples[];
extern const guint n_sse_samples;

G_END_DECLS
