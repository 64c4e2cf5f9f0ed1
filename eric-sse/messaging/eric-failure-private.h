/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/* The message of type ERIC_MESSAGE_TYPE_ERROR that stands for one that could not be
 * processed or adapted. */
EricMessage *_eric_failure_new (EricMessage *message,
                                const char  *reason);

G_END_DECLS
