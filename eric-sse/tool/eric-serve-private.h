/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* eric-sse serve: an event hub in one process.
 *
 *   eric-serve.c            the program: starts, runs, ends
 *   eric-serve-options.c    the command line
 *   eric-serve-page.c       GET / and what the page loads
 *   eric-serve-health.c     GET /health
 *   eric-serve-presence.c   tells the page that somebody came or went
 *   eric-serve-socket.c     the same channels over a socket */

/* Channels that clients may make. */
#define ERIC_SERVE_MAX_CHANNELS 10000

/* Messages that a channel keeps. */
#define ERIC_SERVE_DEFAULT_HISTORY 1000

/* An option that was not given, where its default depends on others. */
#define ERIC_SERVE_UNSET G_MININT

/* Channels whose ids begin so are the server's own: nobody publishes there. */
#define ERIC_SERVE_INTERNAL_PREFIX "_eric"
#define ERIC_SERVE_PRESENCE_CHANNEL "_eric_presence"

typedef struct
{
  char      *address;           /* (owned) */
  int        port;
  int        history;           /* messages, or ERIC_SERVE_UNSET */
  gint64     history_bytes;     /* or ERIC_SERVE_UNSET, as those that follow */
  int        backlog;           /* messages */
  gint64     backlog_bytes;
  gint64     max_memory;        /* bytes, of all channels */
  double     stall_timeout;     /* seconds */
  double     keepalive;         /* seconds */
  int        max_subscribers;
  gint64     max_body;          /* bytes */
  char     **cors;              /* (owned) (nullable): origins */
  char     **channels;          /* (owned) (nullable): made at the start */
  char      *socket;            /* (owned) (nullable): a path, or “systemd” */
  gboolean   trust_forwarded;
  gboolean   no_auto_create;
  gboolean   skip_slow;
} EricServeOptions;

typedef struct
{
  EricServeOptions      options;
  SoupServer           *soup_server;   /* (owned) */
  EricSseServer        *sse_server;    /* (owned) */
  EricSocketServer     *socket_server; /* (owned) (nullable) */
  EricChannelContainer *channels;      /* (owned) */
  EricSseChannel       *presence;      /* (owned) */
  GMainLoop            *loop;          /* (owned) */
  gint64                since;         /* monotonic microseconds */
  guint                 presence_timer;
  gboolean              presence_dirty;
  gboolean              ending;
  gboolean              drained;       /* HTTP has ended */
} EricServe;

/* Returns -1 to go on, or the exit code. */
int      eric_serve_options_parse  (EricServeOptions  *options,
                                    int                argc,
                                    char             **argv);
void     eric_serve_options_clear  (EricServeOptions  *options);

void     eric_serve_page_add       (EricServe         *serve);
void     eric_serve_health_add     (EricServe         *serve);
void     eric_serve_presence_start (EricServe         *serve);
void     eric_serve_presence_stop  (EricServe         *serve);

gboolean eric_serve_socket_start   (EricServe         *serve,
                                    GError           **error);
void     eric_serve_socket_tell    (EricServe         *serve);
gboolean eric_serve_socket_is_running (EricServe      *serve);
void     eric_serve_socket_end     (EricServe         *serve);
void     eric_serve_socket_stop    (EricServe         *serve);

/* A channel that a client asks for and that is not there; NULL for an id of its own.
 * (transfer full) (nullable) */
EricSseChannel *eric_serve_request_channel (EricServe  *serve,
                                            const char *channel_id);
/* Ends the program when everything has ended. */
void     eric_serve_check_ended    (EricServe         *serve);

/* For paths that want no body. */
void     eric_serve_add_handler    (EricServe          *serve,
                                    const char         *path,
                                    SoupServerCallback  handler);
/* Answers 405 to any other method. */
gboolean eric_serve_only_get       (SoupServerMessage  *message);
void     eric_serve_not_found      (SoupServerMessage  *message);
/* Takes over the object, an a{sv}. */
void     eric_serve_answer_json    (SoupServerMessage  *message,
                                    guint               status,
                                    GVariant           *object);

G_END_DECLS
