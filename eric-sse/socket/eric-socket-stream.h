/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

#define ERIC_TYPE_SOCKET_STREAM (eric_socket_stream_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricSocketStream, eric_socket_stream, ERIC, SOCKET_STREAM, GObject)

ERIC_AVAILABLE_IN_ALL
guint        eric_socket_stream_get_retry_delay   (EricSocketStream     *self);
ERIC_AVAILABLE_IN_ALL
EricMessage *eric_socket_stream_next              (EricSocketStream     *self,
                                                   GCancellable         *cancellable,
                                                   GError              **error);
ERIC_AVAILABLE_IN_ALL
void         eric_socket_stream_next_async        (EricSocketStream     *self,
                                                   int                   io_priority,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
EricMessage *eric_socket_stream_next_finish       (EricSocketStream     *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
ERIC_AVAILABLE_IN_ALL
void         eric_socket_stream_next_batch_async  (EricSocketStream     *self,
                                                   guint                 max_messages,
                                                   int                   io_priority,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
GPtrArray   *eric_socket_stream_next_batch_finish (EricSocketStream     *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);
ERIC_AVAILABLE_IN_ALL
void         eric_socket_stream_close             (EricSocketStream     *self);

G_END_DECLS
