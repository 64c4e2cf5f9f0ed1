/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* Messages do not say when they came: this writes it on them. */
void  live_log_time_stamp (EricMessage *message);
char *live_log_time_dup   (EricMessage *message);

G_END_DECLS
