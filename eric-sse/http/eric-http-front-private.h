/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-http-exchange-private.h"
#include "eric-http-head-private.h"
#include "eric-http-reply-private.h"

G_BEGIN_DECLS

/* What eric-http-connection.c, one connection, and eric-http-connections.c, all of
 * them, share. */

typedef enum
{
  ERIC_HTTP_SHAKING,    /* hands, for TLS */
  ERIC_HTTP_WAITING,    /* for a request, or its head */
  ERIC_HTTP_SERVING,    /* libsoup has the request */
  ERIC_HTTP_CLOSING,    /* the last response is being written */
  ERIC_HTTP_LINGERING,  /* what still comes is dropped */
  ERIC_HTTP_GONE,       /* freed at the end of the turn */
} EricHttpState;

struct _EricHttpConnection
{
  EricHttpConnections *set;            /* (unowned): has it */
  GList               *link;           /* (unowned): in the set */
  EricHttpState        state;
  GSocket             *socket;         /* (owned) */
  int                  fd;             /* of the socket */
  GIOStream           *tls;            /* (owned) (nullable) */
  GCancellable        *shaking;        /* (owned) (nullable): while hands are shaken */
  GSocketAddress      *local;          /* (owned) */
  GSocketAddress      *remote;         /* (owned) */
  guint                watched;        /* events that epoll has */
  gboolean             moving;         /* its state machine runs */
  gboolean             due;            /* in set->due */
  gboolean             progress;       /* since the deadline was set */
  gint64               deadline;       /* monotonic microseconds, 0 for none */

  GByteArray          *input;          /* (owned): read, and not used yet */
  gboolean             eof;            /* nothing more will come */
  gboolean             lost;
  gsize                dropped;        /* bytes, while lingering */
  GByteArray          *output;         /* (owned) */
  gsize                sent;           /* of the output */

  guint                n_requests;
  EricHttpHead         head;
  char                *origin;         /* (owned) (nullable): of the page that asks, while it is served */
  EricHttpExchange    *exchange;       /* (owned) (nullable) */
  GByteArray          *request;        /* (owned): for libsoup */
  gsize                given;          /* of the request */
  guint64              body_left;      /* bytes, of a body of known length */
  EricHttpChunks       chunks;
  gboolean             asked;          /* libsoup for more than the head: it may still be taken away */
  gboolean             body_done;
  gboolean             tunnel;         /* the stream is not HTTP's any more */
  EricHttpReply        reply;
};

struct _EricHttpConnections
{
  guint                    n_uses;       /* the server, each connection, and each call that is under way */
  guint                    n_calls;      /* of those: they may be within one another, where a handler
                                          * turns the main context */
  SoupServer              *soup_server;  /* (owned) */
  GMainContext            *context;      /* (owned) */
  GSource                 *source;       /* (owned) */
  int                      epoll_fd;
  GQueue                   all;          /* of (owned) EricHttpConnection */
  GPtrArray               *due;          /* (owned) of EricHttpConnection */
  GPtrArray               *gone;         /* (owned) of (owned) EricHttpConnection */
  gint64                   next_tick;    /* monotonic microseconds */
  gboolean                 draining;
  gboolean                 some_ended;   /* and nobody was told */
  EricHttpConnectionsFunc  ended;
  EricHttpConnectionsLinesFunc lines;
  gpointer                 user_data;
};

EricHttpConnection *_eric_http_connection_new      (EricHttpConnections *set,
                                                    GSocket             *socket,
                                                    GSocketAddress      *local,
                                                    GSocketAddress      *remote);
void                _eric_http_connection_free     (EricHttpConnection  *self);
/* Goes on as far as that is possible for now. */
void                _eric_http_connection_move     (EricHttpConnection  *self);
/* Reads what is there, once. */
gboolean            _eric_http_connection_fill     (EricHttpConnection  *self);
/* Writes what can be written. TRUE if nothing is left. */
gboolean            _eric_http_connection_flush    (EricHttpConnection  *self);
void                _eric_http_connection_expire   (EricHttpConnection  *self);
/* Answers the request that is under way, in place of libsoup. */
void                _eric_http_connection_refuse   (EricHttpConnection  *self,
                                                    guint                status,
                                                    const char          *sentence);
/* Leaves the set; the socket is closed unless it is kept. */
void                _eric_http_connection_leave    (EricHttpConnection  *self,
                                                    gboolean             keep_socket);

void                _eric_http_connections_set_due (EricHttpConnection  *connection);
void                _eric_http_connections_watch   (EricHttpConnection  *connection,
                                                    guint                events);

G_END_DECLS
