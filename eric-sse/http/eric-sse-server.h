/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_SSE_SERVER_DEFAULT_KEEPALIVE:
 *
 * The default of [property@SseServer:keepalive], in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_DEFAULT_KEEPALIVE 15000

/**
 * ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT:
 *
 * The default of [property@SseServer:stall-timeout], in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT 60000

/**
 * ERIC_SSE_SERVER_DEFAULT_MAX_BODY:
 *
 * The default of [property@SseServer:max-body], in bytes.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_DEFAULT_MAX_BODY (1024 * 1024)

/**
 * ERIC_SSE_SERVER_DEFAULT_MAX_MEMORY:
 *
 * The default of [property@SseServer:max-memory], in bytes.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_DEFAULT_MAX_MEMORY (256 * 1024 * 1024)

/**
 * ERIC_SSE_SERVER_MAX_TOPICS:
 *
 * How many channels one connection can read.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_MAX_TOPICS 64

/**
 * ERIC_SSE_SERVER_MAX_CHANNEL_ID:
 *
 * The length of a channel's id in a request, in bytes.
 *
 * Since: 0.1
 */
#define ERIC_SSE_SERVER_MAX_CHANNEL_ID 256

/**
 * EricSlowConsumer:
 * @ERIC_SLOW_CONSUMER_DISCONNECT: the connection is closed; the client connects
 *   again and gets what it missed from the history
 * @ERIC_SLOW_CONSUMER_SKIP: what the client missed is left out, and a comment
 *   `gap slow` stands in its place
 *
 * What happens to a subscriber that lags behind further than the channel keeps.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_SLOW_CONSUMER_DISCONNECT,
  ERIC_SLOW_CONSUMER_SKIP,
} EricSlowConsumer;

#define ERIC_TYPE_SSE_SERVER (eric_sse_server_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricSseServer, eric_sse_server, ERIC, SSE_SERVER, GObject)

ERIC_AVAILABLE_IN_ALL
EricSseServer        *eric_sse_server_new                   (SoupServer            *soup_server,
                                                             EricChannelContainer  *channels);
ERIC_AVAILABLE_IN_ALL
SoupServer           *eric_sse_server_get_soup_server       (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
EricChannelContainer *eric_sse_server_get_channels          (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
guint                 eric_sse_server_get_keepalive         (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_keepalive         (EricSseServer         *self,
                                                             guint                  keepalive);
ERIC_AVAILABLE_IN_ALL
guint                 eric_sse_server_get_stall_timeout     (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_stall_timeout     (EricSseServer         *self,
                                                             guint                  stall_timeout);
ERIC_AVAILABLE_IN_ALL
guint                 eric_sse_server_get_max_subscribers   (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_max_subscribers   (EricSseServer         *self,
                                                             guint                  max_subscribers);
ERIC_AVAILABLE_IN_ALL
gsize                 eric_sse_server_get_max_body          (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_max_body          (EricSseServer         *self,
                                                             gsize                  max_body);
ERIC_AVAILABLE_IN_ALL
guint64               eric_sse_server_get_max_memory        (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_max_memory        (EricSseServer         *self,
                                                             guint64                max_memory);
ERIC_AVAILABLE_IN_ALL
EricSlowConsumer      eric_sse_server_get_slow_consumer     (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_slow_consumer     (EricSseServer         *self,
                                                             EricSlowConsumer       slow_consumer);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_get_allow_publish     (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_allow_publish     (EricSseServer         *self,
                                                             gboolean               allow_publish);
ERIC_AVAILABLE_IN_ALL
const char * const   *eric_sse_server_get_allowed_origins   (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_allowed_origins   (EricSseServer         *self,
                                                             const char * const    *allowed_origins);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_get_trust_forwarded   (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_set_trust_forwarded   (EricSseServer         *self,
                                                             gboolean               trust_forwarded);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_allow_origin          (EricSseServer         *self,
                                                             SoupServerMessage     *message);
ERIC_AVAILABLE_IN_ALL
guint                 eric_sse_server_get_n_subscribers     (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
SoupServerMessage    *eric_sse_server_get_current_message   (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
GPtrArray            *eric_sse_server_get_subscribers       (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_mount                 (EricSseServer         *self,
                                                             const char            *path,
                                                             GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_listen                (EricSseServer         *self,
                                                             GSocketAddress        *address,
                                                             GError               **error);
ERIC_AVAILABLE_IN_ALL
GSocketAddress       *eric_sse_server_get_listen_address    (EricSseServer         *self);
ERIC_AVAILABLE_IN_ALL
EricSseSubscriber    *eric_sse_server_serve                 (EricSseServer         *self,
                                                             SoupServerMessage     *message,
                                                             EricSseChannel        *channel,
                                                             GError               **error);
ERIC_AVAILABLE_IN_ALL
EricSseSubscriber    *eric_sse_server_serve_listener        (EricSseServer         *self,
                                                             SoupServerMessage     *message,
                                                             EricSseChannel        *channel,
                                                             EricListener          *listener,
                                                             GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_disconnect_subscriber (EricSseServer         *self,
                                                             guint64                id);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_check_async           (EricSseServer         *self,
                                                             GCancellable          *cancellable,
                                                             GAsyncReadyCallback    callback,
                                                             gpointer               user_data);
ERIC_AVAILABLE_IN_ALL
gint64                eric_sse_server_check_finish          (EricSseServer         *self,
                                                             GAsyncResult          *result,
                                                             GError               **error);
ERIC_AVAILABLE_IN_ALL
void                  eric_sse_server_drain_async           (EricSseServer         *self,
                                                             guint                  timeout,
                                                             GCancellable          *cancellable,
                                                             GAsyncReadyCallback    callback,
                                                             gpointer               user_data);
ERIC_AVAILABLE_IN_ALL
gboolean              eric_sse_server_drain_finish          (EricSseServer         *self,
                                                             GAsyncResult          *result,
                                                             GError               **error);

G_END_DECLS
