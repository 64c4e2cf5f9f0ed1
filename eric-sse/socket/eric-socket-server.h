/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_SOCKET_SERVER_DEFAULT_MODE:
 *
 * The default of [property@SocketServer:mode]: the owner alone may connect.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_SERVER_DEFAULT_MODE 0600

/**
 * ERIC_SOCKET_SERVER_DEFAULT_MAX_REQUEST:
 *
 * The default of [property@SocketServer:max-request], in bytes: 16 MiB.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_SERVER_DEFAULT_MAX_REQUEST (16 * 1024 * 1024)

/**
 * ERIC_SOCKET_SERVER_DEFAULT_IDLE_TIMEOUT:
 *
 * The default of [property@SocketServer:idle-timeout], in milliseconds: a minute.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_SERVER_DEFAULT_IDLE_TIMEOUT 60000

/**
 * ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY:
 *
 * The default of [property@SocketServer:listener-capacity], in messages.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY 65536

/**
 * ERIC_SOCKET_SERVER_STOP_TIMEOUT:
 *
 * How long a server that stops waits for its connections, in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_SOCKET_SERVER_STOP_TIMEOUT 3000

#define ERIC_TYPE_SOCKET_SERVER (eric_socket_server_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricSocketServer, eric_socket_server, ERIC, SOCKET_SERVER, GObject)

ERIC_AVAILABLE_IN_ALL
EricSocketServer     *eric_socket_server_new                   (EricChannelContainer  *channels,
                                                                const char            *path);
ERIC_AVAILABLE_IN_ALL
EricChannelContainer *eric_socket_server_get_channels          (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
const char           *eric_socket_server_get_path              (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
guint                 eric_socket_server_get_mode              (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
guint64               eric_socket_server_get_max_request       (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_set_max_request       (EricSocketServer      *self,
                                                                guint64                max_request);
ERIC_AVAILABLE_IN_ALL
guint                 eric_socket_server_get_max_connections   (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_set_max_connections   (EricSocketServer      *self,
                                                                guint                  max_connections);
ERIC_AVAILABLE_IN_ALL
guint                 eric_socket_server_get_idle_timeout      (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_set_idle_timeout      (EricSocketServer      *self,
                                                                guint                  idle_timeout);
ERIC_AVAILABLE_IN_ALL
guint                 eric_socket_server_get_listener_capacity (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_set_listener_capacity (EricSocketServer      *self,
                                                                guint                  listener_capacity);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_get_running           (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
guint                 eric_socket_server_get_n_connections     (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
GPtrArray            *eric_socket_server_get_addresses         (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_listen_address        (EricSocketServer      *self,
                                                                GSocketAddress        *address,
                                                                GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_listen_socket         (EricSocketServer      *self,
                                                                GSocket               *socket,
                                                                GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_listen_systemd        (EricSocketServer      *self,
                                                                GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_start                 (EricSocketServer      *self,
                                                                GError               **error);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_stop                  (EricSocketServer      *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_socket_server_stop_async            (EricSocketServer      *self,
                                                                GCancellable          *cancellable,
                                                                GAsyncReadyCallback    callback,
                                                                gpointer               user_data);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_stop_finish           (EricSocketServer      *self,
                                                                GAsyncResult          *result,
                                                                GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_socket_server_run                   (EricSocketServer      *self,
                                                                GError               **error);

G_END_DECLS
