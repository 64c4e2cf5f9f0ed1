/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* A server in the test's main context, which listens on a path in a folder of its own,
 * with the channel "news". */
typedef struct
{
  char                 *dir;        /* (owned) */
  char                 *path;       /* (owned) */
  EricChannelContainer *channels;   /* (owned) */
  EricChannel          *news;       /* (owned): an EricSseChannel */
  EricSocketServer     *server;     /* (owned) (nullable): a test may drop it */
} SocketFixture;

SocketFixture *socket_fixture_new             (void);
SocketFixture *socket_fixture_new_stopped     (void);
void           socket_fixture_free            (SocketFixture      *fixture);
void           socket_fixture_wait            (SocketFixture      *fixture,
                                               guint               n_connections);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SocketFixture, socket_fixture_free)

/* A socket whose input is collected while the main context turns. */
typedef struct
{
  int       fd;         /* (owned), -1 once closed */
  GSource  *source;     /* (owned) (nullable): reads */
  GString  *input;      /* (owned) */
  gsize     n_lines;    /* in it */
  gboolean  eof;        /* or reset */
  int       error;      /* errno, where it was reset */
} SocketPeer;

SocketPeer    *socket_peer_new                (SocketFixture      *fixture);
SocketPeer    *socket_peer_connect            (GSocketAddress     *address);
SocketPeer    *socket_peer_open               (SocketFixture      *fixture,
                                               const char         *request);
gboolean       socket_peer_send               (SocketPeer         *peer,
                                               const char         *bytes,
                                               gssize              length);
gsize          socket_peer_fill               (SocketPeer         *peer,
                                               const char         *bytes,
                                               gsize               length);
/* In bytes. Small ones fill soon; where their reader reads again, TCP would wait for its
 * timers, unless they are large by then. */
#define SOCKET_PEER_SMALL_BUFFER (16 * 1024)
#define SOCKET_PEER_LARGE_BUFFER (1024 * 1024)

void           socket_peer_set_buffers        (SocketPeer         *peer,
                                               int                 size);
void           socket_peer_pause              (SocketPeer         *peer);
void           socket_peer_resume             (SocketPeer         *peer);
void           socket_peer_wait_lines         (SocketPeer         *peer,
                                               gsize               n);
void           socket_peer_wait_eof           (SocketPeer         *peer);
void           socket_peer_shut               (SocketPeer         *peer);
void           socket_peer_close              (SocketPeer         *peer);
void           socket_peer_free               (SocketPeer         *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SocketPeer, socket_peer_free)

/* Sends, and waits for exactly these bytes to come in. */
void           socket_peer_assert_answer      (SocketPeer         *peer,
                                               const char         *request,
                                               const char         *answer);
void           socket_peer_assert_next        (SocketPeer         *peer,
                                               const char         *answer);
/* Waits for the end, and for these bytes before it. */
void           socket_peer_assert_end         (SocketPeer         *peer,
                                               const char         *answer);
/* (transfer full): the line that is next, without its end */
char          *socket_peer_take_line          (SocketPeer         *peer);

/* (transfer full): all that a connection of its own gives for one request without LF */
char          *socket_ask                     (SocketFixture      *fixture,
                                               const char         *request);
void           socket_assert_alive            (SocketFixture      *fixture);
void           socket_broadcast               (EricChannel        *channel,
                                               const char         *text);
guint          socket_count_listeners         (EricChannel        *channel);
guint          socket_count_fds               (void);

G_END_DECLS
