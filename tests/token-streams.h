/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* What a service of language models was seen to send, and what is to be read of it. */
typedef struct
{
  const char *vendor;
  const char *name;
  const char *report;     /* the tracker and the number, or the page of the vendor */
  const char *stream;     /* NDJSON where it begins with {; a ' stands for a " */
  const char *expected;
} TokenStream;

extern const TokenStream token_streams[];
extern const guint n_token_streams;

GPtrArray *token_stream_split  (const char      *stream);
void       token_trace_message (GString         *out,
                                EricTokenReader *reader,
                                EricMessage     *message);
void       token_trace_state   (GString         *out,
                                EricTokenReader *reader);

G_END_DECLS
