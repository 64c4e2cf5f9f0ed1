/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-sse-encoder.h"

G_BEGIN_DECLS

/* What the lines of an event begin with. */
#define ERIC_SSE_ID_PREFIX    "id: "
#define ERIC_SSE_EVENT_PREFIX "event: "
#define ERIC_SSE_DATA_PREFIX  "data: "

gsize _eric_sse_measure_message (EricMessage *message);
/* As many bytes as were measured. */
void  _eric_sse_write_message   (char        *out,
                                 EricMessage *message);
void  _eric_sse_append_message  (GString     *out,
                                 EricMessage *message);
void  _eric_sse_append_comment  (GString     *out,
                                 const char  *text);
void  _eric_sse_append_retry    (GString     *out,
                                 guint        retry_timeout);

G_END_DECLS
