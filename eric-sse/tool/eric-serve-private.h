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
 *   eric-serve-channels.c   the channels, and who made them
 *   eric-serve-page.c       GET / and what the page loads
 *   eric-serve-health.c     GET /health
 *   eric-serve-presence.c   tells the page that somebody came or went
 *   eric-serve-socket.c     the same channels over a socket */

/* Channels that clients may make, in all and for each of them. */
#define ERIC_SERVE_MAX_CHANNELS            10000
#define ERIC_SERVE_MAX_CHANNELS_PER_CLIENT 1000

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
  int        max_channels;
  int        max_channels_per_client;   /* 0 for no limit of its own */
  gint64     max_body;          /* bytes */
  char     **cors;              /* (owned) (nullable): origins */
  char     **channels;          /* (owned) (nullable): made at the start */
  char      *socket;            /* (owned) (nullable): a path, or “systemd” */
  gboolean   trust_forwarded;
  gboolean   no_auto_create;
  gboolean   skip_slow;
} EricServeOptions;

typedef struct _EricServeChannels EricServeChannels;

typedef struct
{
  EricServeOptions      options;
  SoupServer           *soup_server;   /* (owned) */
  EricSseServer        *sse_server;    /* (owned) */
  EricSocketServer     *socket_server; /* (owned) (nullable) */
  EricChannelContainer *channels;      /* (owned) */
  EricServeChannels    *made;          /* (owned) */
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

EricServeChannels *eric_serve_channels_new  (EricServe         *serve);
void     eric_serve_channels_free  (EricServeChannels *channels);
/* One that nobody removes. (transfer full) (nullable) */
EricSseChannel *eric_serve_channels_add     (EricServeChannels *channels,
                                             const char        *channel_id);
/* One that a client asks for and that is not there, by HTTP or, where @message is NULL,
 * otherwise; NULL for an id of its own. (transfer full) (nullable) */
EricSseChannel *eric_serve_channels_request (EricServeChannels *channels,
                                             const char        *channel_id,
                                             SoupServerMessage *message);
/* Whether it would be made. */
gboolean eric_serve_channels_offer (EricServeChannels *channels,
                                    const char        *channel_id,
                                    SoupServerMessage *message);
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
