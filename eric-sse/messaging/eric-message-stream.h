/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

#define ERIC_TYPE_MESSAGE_STREAM (eric_message_stream_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricMessageStream, eric_message_stream, ERIC, MESSAGE_STREAM, GObject)

ERIC_AVAILABLE_IN_ALL
EricChannel  *eric_message_stream_get_channel       (EricMessageStream    *self);
ERIC_AVAILABLE_IN_ALL
EricListener *eric_message_stream_get_listener      (EricMessageStream    *self);
ERIC_AVAILABLE_IN_ALL
void          eric_message_stream_next_async        (EricMessageStream    *self,
                                                     int                   io_priority,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_stream_next_finish       (EricMessageStream    *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
ERIC_AVAILABLE_IN_ALL
void          eric_message_stream_next_batch_async  (EricMessageStream    *self,
                                                     guint                 max_messages,
                                                     int                   io_priority,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
GPtrArray    *eric_message_stream_next_batch_finish (EricMessageStream    *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
ERIC_AVAILABLE_IN_ALL
void          eric_message_stream_ready_async       (EricMessageStream    *self,
                                                     int                   io_priority,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean      eric_message_stream_ready_finish      (EricMessageStream    *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
ERIC_AVAILABLE_IN_ALL
GPtrArray    *eric_message_stream_take_batch        (EricMessageStream    *self,
                                                     guint                 max_messages);
ERIC_AVAILABLE_IN_ALL
void          eric_message_stream_close             (EricMessageStream    *self);

G_END_DECLS
