/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/* The requests that a socket takes: one JSON object, printed as one line with its end.
 * What is NULL is left out. */
GString  *eric_socket_verbs_print         (const char   *verb,
                                           const char   *channel_id,
                                           const char   *listener_id,
                                           EricMessage  *message,
                                           GError      **error);
GString  *eric_socket_verbs_print_request (GVariant     *request,
                                           GError      **error);

/* The answer to a request that asks for nothing. */
gboolean  eric_socket_verbs_check_ack     (const char   *answer,
                                           GError      **error);

G_END_DECLS
