/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-sse-encoder.h"

G_BEGIN_DECLS

void _eric_sse_append_message (GString     *out,
                               EricMessage *message);
void _eric_sse_append_comment (GString     *out,
                               const char  *text);
void _eric_sse_append_retry   (GString     *out,
                               guint        retry_timeout);

G_END_DECLS
