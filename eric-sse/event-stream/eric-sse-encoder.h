/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

ERIC_AVAILABLE_IN_ALL
GBytes *eric_sse_encode_message (EricMessage *message);
ERIC_AVAILABLE_IN_ALL
GBytes *eric_sse_encode_comment (const char  *text);
ERIC_AVAILABLE_IN_ALL
GBytes *eric_sse_encode_retry   (guint        retry_timeout);

G_END_DECLS
