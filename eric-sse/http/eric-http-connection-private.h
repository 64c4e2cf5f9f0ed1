/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Connections of HTTP clients, which are ours: libsoup 3.2 keeps none that it has
 * not accepted itself, and is lax with what comes over them. Here each request is
 * read as strictly as RFC 9112 wants it, and libsoup is given one after the other,
 * each as a stream of its own (EricHttpExchange). All of this belongs to the main
 * context of the server. */

/* Requests of one connection; the last one is answered with Connection: close. */
#define ERIC_HTTP_MAX_REQUESTS 1000

typedef struct _EricHttpConnection  EricHttpConnection;
typedef struct _EricHttpConnections EricHttpConnections;

/* Called whenever a connection has ended. */
typedef void (*EricHttpConnectionsFunc) (gpointer user_data);

/* Returns: (transfer full): lines of the header, each with its CRLF, for an answer
 *   that libsoup has no part in. The origin is NULL where the request names none, or did not
 *   come so far: then it is not @whole. */
typedef char *(*EricHttpConnectionsLinesFunc) (const char *origin,
                                               gboolean    whole,
                                               gpointer    user_data);

EricHttpConnections *eric_http_connections_new            (SoupServer              *soup_server,
                                                           GMainContext            *context,
                                                           EricHttpConnectionsFunc  ended,
                                                           EricHttpConnectionsLinesFunc lines,
                                                           gpointer                 user_data,
                                                           GError                 **error);
void                 eric_http_connections_free           (EricHttpConnections     *self);
void                 eric_http_connections_add            (EricHttpConnections     *self,
                                                           GSocket                 *socket);
guint                eric_http_connections_get_n          (EricHttpConnections     *self);
void                 eric_http_connections_shed           (EricHttpConnections     *self);
void                 eric_http_connections_drain          (EricHttpConnections     *self);
void                 eric_http_connections_cut            (EricHttpConnections     *self);

/* A connection that was taken from libsoup. */
typedef struct
{
  GSocket    *socket;   /* (owned): below the stream */
  GIOStream  *stream;   /* (owned) (nullable): NULL for a plain one that is only a socket */
  gboolean    tls;
  GByteArray *read;     /* (owned) (nullable): behind the head, already */
} EricHttpStolen;

gboolean             eric_http_steal                      (SoupServerMessage       *message,
                                                           EricHttpStolen          *stolen);
void                 eric_http_stolen_clear               (EricHttpStolen          *stolen);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EricHttpStolen, eric_http_stolen_clear)

/* For the exchange alone. */
gboolean             _eric_http_connection_is_readable    (EricHttpConnection      *self);
gboolean             _eric_http_connection_is_writable    (EricHttpConnection      *self);
gssize               _eric_http_connection_read           (EricHttpConnection      *self,
                                                           void                    *buffer,
                                                           gsize                    count);
void                 _eric_http_connection_write          (EricHttpConnection      *self,
                                                           const void              *buffer,
                                                           gsize                    count);
gboolean             _eric_http_connection_wait           (EricHttpConnection      *self,
                                                           GIOCondition             condition,
                                                           GCancellable            *cancellable,
                                                           GError                 **error);
void                 _eric_http_connection_end_exchange   (EricHttpConnection      *self);

G_END_DECLS
