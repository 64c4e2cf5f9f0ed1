/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-socket-server.h"

#include "eric-socket-binding-private.h"
#include "eric-socket-session-private.h"

G_BEGIN_DECLS

/* The server in its parts:
 *
 *   eric-socket-server.c    the object
 *   eric-socket-run.c       listens, starts, stops, runs
 *   eric-socket-binding.c   what it listens on
 *   eric-socket-session.c   one connection: bytes in, lines, bytes out
 *   eric-socket-request.c   what a line asks for
 *   eric-socket-actions.c   does it
 *   eric-socket-feed.c      a stream, as lines */
struct _EricSocketServer
{
  GObject               parent_instance;

  GMainContext         *context;            /* (owned) */
  EricChannelContainer *channels;           /* (owned) */
  char                 *path;               /* (owned) (nullable) */
  guint                 mode;
  guint64               max_request;        /* bytes */
  guint                 max_connections;    /* 0 for as many as there are descriptors */
  guint                 idle_timeout;       /* milliseconds, 0 for none */
  guint                 listener_capacity;  /* messages, 0 for no bound */

  GPtrArray            *bindings;           /* (owned) of (owned) EricSocketBinding */
  GQueue                sessions;           /* of EricSocketSession, each the owner of its link */
  GSource              *stop_timer;         /* (owned) (nullable): while it stops */
  GSList               *stop_tasks;         /* (owned) of (owned) GTask */
  gboolean              path_bound;         /* the path is among the bindings */
  gboolean              accepting;          /* has started, and does not stop */
  gboolean              running;
};

EricChannel *_eric_socket_server_request_channel (EricSocketServer   *self,
                                                  const char         *channel_id,
                                                  gboolean            may_make,
                                                  GError            **error);
void         _eric_socket_server_set_running     (EricSocketServer   *self,
                                                  gboolean            running);
void         _eric_socket_server_notify_n_connections
                                                 (EricSocketServer   *self);

/* In eric-socket-run.c */
void         _eric_socket_server_session_ended   (EricSocketServer   *self,
                                                  EricSocketSession  *session);
void         _eric_socket_server_end             (EricSocketServer   *self);

G_END_DECLS
