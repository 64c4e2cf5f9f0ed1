/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Errors as they go over a socket: the way Python's repr () shows an exception, such as
 * InvalidChannelException('No channel with id 2'). */
void    eric_socket_errors_print (GString      *out,
                                  const GError *error);
GError *eric_socket_errors_parse (const char   *line,
                                  gsize         length);

G_END_DECLS
