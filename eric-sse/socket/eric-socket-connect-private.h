/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Connections of a client: straight to the address, without delay for small requests,
 * and never blocking by themselves. */
GSocketConnection *eric_socket_connect        (GSocketConnectable   *address,
                                               guint                 timeout,
                                               GCancellable         *cancellable,
                                               GError              **error);
void               eric_socket_connect_async  (GSocketConnectable   *address,
                                               guint                 timeout,
                                               int                   io_priority,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
GSocketConnection *eric_socket_connect_finish (GAsyncResult         *result,
                                               GError              **error);

G_END_DECLS
