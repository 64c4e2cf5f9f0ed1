/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/* A line of a stream, such as {"event": "tick", "retry": 5, "data": …}, as a message.
 * The time is in milliseconds, and stays as it is where the line does not say it. */
EricMessage *eric_socket_event_parse (const char  *line,
                                      gsize        length,
                                      guint       *retry_delay,
                                      GError     **error);

G_END_DECLS
