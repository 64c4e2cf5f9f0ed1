/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-socket-server.h"

#include "eric-socket-lines-private.h"

G_BEGIN_DECLS

/* One connection of a socket server. */
typedef struct _EricSocketSession EricSocketSession;

typedef struct
{
  EricMessageStream *stream;         /* (owned) (nullable): while there is one */
  GCancellable      *cancellable;    /* (owned) */
  guint64            dropped;        /* messages of its listener that were said to be lost */
  gboolean           reading;        /* messages are waited for */
} EricSocketFeed;

/* Bytes that are read at once. */
#define ERIC_SOCKET_SESSION_BUFFER 16384

struct _EricSocketSession
{
  GList             link;            /* in the server's list */
  EricSocketServer *server;          /* not owned; NULL once the connection is closed */
  GSocket          *socket;          /* (owned) */
  EricSocketLines   lines;
  GString          *out;             /* (owned): answers */
  gsize             sent;            /* of them */
  EricSocketFeed    feed;
  GSource          *readable;        /* (owned) (nullable): while input is wanted */
  GSource          *writable;        /* (owned) (nullable): while output waits */
  GSource          *gone;            /* (owned) (nullable): while there is a stream */
  GSource          *timer;           /* (owned): idle, or lingering */
  gint64            last_active;     /* monotonic microseconds */
  gboolean          pumping;         /* what is called then must not begin another turn */
  gboolean          input_ended;     /* the peer has shut down its side */
  gboolean          last_request;    /* the server stops: what has begun is answered */
  gboolean          ending;          /* no more is answered: closed when all is sent */
  gboolean          linger;          /* the peer may still be sending */
  gboolean          lingering;       /* all is sent: what still comes is dropped */
  char              buffer[ERIC_SOCKET_SESSION_BUFFER];
};

void eric_socket_session_start   (EricSocketServer   *server,
                                  GSocket            *socket);

/* Answers that there is no place, and closes. */
void eric_socket_session_refuse  (GSocket            *socket,
                                  const GError       *reason);

/* Answers what was asked, gives what a stream has, and closes. */
void eric_socket_session_end     (EricSocketSession  *self);

/* Closes at once. */
void eric_socket_session_close   (EricSocketSession  *self);

/* Sends what is to be sent, and goes on with what that held up. */
void eric_socket_session_pump    (EricSocketSession  *self);
gboolean eric_socket_session_has_room (EricSocketSession *self);

EricSocketSession *eric_socket_session_ref   (EricSocketSession *self);
void               eric_socket_session_unref (EricSocketSession *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricSocketSession, eric_socket_session_unref)

/* In eric-socket-actions.c: appends the answer to @out, without an end. FALSE where the
 * connection is to be closed behind it. */
gboolean eric_socket_actions_answer (EricSocketSession *session,
                                     const char        *line,
                                     gsize              length);

/* In eric-socket-feed.c: a stream takes the place of answers. */
void     eric_socket_feed_start  (EricSocketSession  *session,
                                  EricMessageStream  *stream);
void     eric_socket_feed_pump   (EricSocketSession  *session);
void     eric_socket_feed_end    (EricSocketSession  *session);
void     eric_socket_feed_stop   (EricSocketSession  *session);

G_END_DECLS
