/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* How a stream is read. */
typedef struct
{
  EricStreamFormat format;
  gboolean         with_next;        /* and not with an event function */
  gsize            max_line_size;    /* 0 for the default */
  gsize            max_event_size;   /* 0 for the default */
} SseTraceMode;

/* How long the next piece is, of so many bytes that are left; at least one. */
typedef gsize (*SseTraceCut) (gsize    left,
                              gpointer user_data);

/* What a parser makes of a stream, in one line. First the events, `TYPE(DATA)` or
 * `TYPE#ID(DATA)`; then the comments, `:TEXT`; then `id=ID` and `retry=DELAY` if
 * the stream gave them, and `!` with an error. CR, LF, NUL and backslashes are as in
 * C. Without @cut, the stream is fed whole. */
char *sse_trace_read  (const SseTraceMode *mode,
                       const char         *bytes,
                       gsize               length,
                       SseTraceCut         cut,
                       gpointer            user_data);

/* Feeds a copy of the bytes that is gone when the parser has read it: who keeps a
 * pointer into it, or reads beyond its end, is found out by valgrind and ASan. */
gboolean sse_trace_feed  (EricSseParser  *parser,
                          const char     *bytes,
                          gsize           length,
                          GError        **error);

/* Takes all messages there are, and writes them down as sse_trace_read () does. */
void     sse_trace_take  (EricSseParser  *parser,
                          GString        *out);

/* Writes down one event, and the last event ID. */
void     sse_trace_event (GString        *out,
                          const char     *event_type,
                          const char     *id,
                          const char     *data,
                          gsize           length);
void     sse_trace_id    (GString        *out,
                          const char     *id);

G_END_DECLS
