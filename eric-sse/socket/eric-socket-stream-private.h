/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-socket-stream.h"

G_BEGIN_DECLS

/* Of a connection by which the request was sent, and that does not block. */
EricSocketStream *_eric_socket_stream_new (GSocketConnection *connection,
                                           gsize              max_line);

G_END_DECLS
