/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-http-connection-private.h"

#include "eric-types.h"

G_BEGIN_DECLS

/* A listening socket of our own in front of a SoupServer.
 *
 * That of libsoup 3.2 has a backlog of 10, keeps a reference on the socket of
 * every connection, keeps the descriptor of a keep-alive client that has left,
 * and never accepts again once a descriptor could not be had. */

typedef struct _EricHttpListener EricHttpListener;

EricHttpListener *eric_http_listener_new         (EricHttpConnections  *connections,
                                                  GSocketAddress       *address,
                                                  GMainContext         *context,
                                                  GError              **error);
void              eric_http_listener_free        (EricHttpListener     *listener);
/* Takes who has connected already. */
void              eric_http_listener_accept      (EricHttpListener     *listener);
GSocketAddress   *eric_http_listener_get_address (EricHttpListener     *listener);

G_END_DECLS
