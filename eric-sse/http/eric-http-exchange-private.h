/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "eric-http-connection-private.h"

G_BEGIN_DECLS

/* What libsoup is given for a connection: a stream that is one request long. It
 * is the connection's as long as that has it; then every call fails. */

#define ERIC_TYPE_HTTP_EXCHANGE (eric_http_exchange_get_type ())
G_DECLARE_FINAL_TYPE (EricHttpExchange, eric_http_exchange, ERIC, HTTP_EXCHANGE, GIOStream)

EricHttpExchange   *eric_http_exchange_new            (EricHttpConnection *connection,
                                                       GMainContext       *context);
EricHttpConnection *eric_http_exchange_get_connection (EricHttpExchange   *self);
void                eric_http_exchange_detach         (EricHttpExchange   *self);

G_END_DECLS
