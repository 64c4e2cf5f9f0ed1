/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE:
 *
 * The default of [property@SocketClient:max-line], in bytes: 16 MiB.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE (16 * 1024 * 1024)

#define ERIC_TYPE_SOCKET_CLIENT (eric_socket_client_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricSocketClient, eric_socket_client, ERIC, SOCKET_CLIENT, GObject)

ERIC_AVAILABLE_IN_ALL
EricSocketClient   *eric_socket_client_new                    (const char           *path);
ERIC_AVAILABLE_IN_ALL
EricSocketClient   *eric_socket_client_new_for_address        (GSocketConnectable   *address);
ERIC_AVAILABLE_IN_ALL
const char         *eric_socket_client_get_path               (EricSocketClient     *self);
ERIC_AVAILABLE_IN_ALL
GSocketConnectable *eric_socket_client_get_address            (EricSocketClient     *self);
ERIC_AVAILABLE_IN_ALL
guint               eric_socket_client_get_timeout            (EricSocketClient     *self);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_set_timeout            (EricSocketClient     *self,
                                                               guint                 timeout);
ERIC_AVAILABLE_IN_ALL
gsize               eric_socket_client_get_max_line           (EricSocketClient     *self);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_set_max_line           (EricSocketClient     *self,
                                                               gsize                 max_line);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_create_channel         (EricSocketClient     *self,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_create_channel_async   (EricSocketClient     *self,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_create_channel_finish  (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_register               (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_register_async         (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_register_finish        (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_broadcast              (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               EricMessage          *message,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_broadcast_async        (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               EricMessage          *message,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_broadcast_finish       (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_dispatch               (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               EricMessage          *message,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_dispatch_async         (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               EricMessage          *message,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_dispatch_finish        (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_remove_listener        (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_remove_listener_async  (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_remove_listener_finish (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_remove_channel         (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_remove_channel_async   (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean            eric_socket_client_remove_channel_finish  (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_send_payload           (EricSocketClient     *self,
                                                               GVariant             *payload,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_send_payload_async     (EricSocketClient     *self,
                                                               GVariant             *payload,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
char               *eric_socket_client_send_payload_finish    (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
EricSocketStream   *eric_socket_client_stream                 (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               GCancellable         *cancellable,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_stream_async           (EricSocketClient     *self,
                                                               const char           *channel_id,
                                                               const char           *listener_id,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
EricSocketStream   *eric_socket_client_stream_finish          (EricSocketClient     *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                eric_socket_client_close                  (EricSocketClient     *self);

G_END_DECLS
