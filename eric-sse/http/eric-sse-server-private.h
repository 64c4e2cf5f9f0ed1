/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-hub-private.h"
#include "eric-http-listener-private.h"
#include "eric-sse-server.h"

G_BEGIN_DECLS

/* The server is one object and several concerns, each in a file of its own:
 *
 *   eric-sse-server.c           the class: properties, signals, who is connected
 *   eric-sse-server-settings.c  what applications set
 *   eric-http-listener.c        accepting connections
 *   eric-http-gate.c            what is decided before a body comes
 *   eric-http-connections.c     which are kept, one request after the other
 *   eric-http-routes.c          what a mounted path answers; publishing
 *   eric-http-body.c            messages out of a body
 *   eric-http-probe.c           whether a client may have another path, too
 *   eric-http-feed.c            a body that is published line by line
 *   eric-http-cors.c            which pages may do that
 *   eric-http-stream.c          from a request to a subscriber of the hub
 *   eric-http-pump.c            from a listener's queue to its subscriber
 *   eric-http-check.c           the publish-to-self
 *   eric-http-drain.c           the end
 *
 * All of them run in the main context of the server. */
struct _EricSseServer
{
  GObject               parent_instance;

  SoupServer           *soup_server;        /* (owned) */
  EricChannelContainer *channels;           /* (owned) */
  EricHub              *hub;                /* (owned) */
  GMainContext         *context;            /* (owned): where signals are emitted */
  SoupServerMessage    *current_message;    /* (unowned) (nullable): that asks for a channel just now */
  GHashTable           *subscribers;        /* (owned): id -> (owned) EricSseSubscriber */
  GHashTable           *pumps;              /* (owned): id -> (owned) EricHttpPump */
  GHashTable           *feeds;              /* (owned): set of (owned) EricHttpFeed */
  GHashTable           *probes;             /* (owned): set of (owned) EricHttpProbe */
  GPtrArray            *listeners;          /* (owned) of EricHttpListener */
  EricHttpConnections  *connections;        /* (owned) (nullable): NULL before it listens */
  GStrv                 mounts;             /* (owned) (nullable): paths */
  GTask                *drain_task;         /* (owned) (nullable): in progress */
  GSource              *drain_deadline;     /* (owned) (nullable) */

  guint                 keepalive;          /* milliseconds */
  guint                 stall_timeout;      /* milliseconds */
  guint                 max_subscribers;    /* 0 for no limit */
  gsize                 max_body;           /* bytes */
  guint64               max_memory;         /* bytes */
  EricFrameBudget      *budget;             /* (owned): of the channels */
  gulong                added_handler;      /* of the container */
  EricSlowConsumer      slow_consumer;
  gboolean              allow_publish;
  gboolean              trust_forwarded;    /* what a proxy says of the request */
  GStrv                 allowed_origins;    /* (owned) (nullable) */
  gboolean              draining;
  gboolean              disposed;
  guint                 n_handling;         /* requests of libsoup that are being handled: nested */

  GMutex                news_lock;
  GArray               *news;               /* (owned) (lock news_lock): from the hub */
  GSource              *news_source;        /* (owned) */
};

void            _eric_sse_server_add_subscriber  (EricSseServer      *self,
                                                  EricSseSubscriber  *subscriber);
EricSseChannel *_eric_sse_server_find_channel    (EricSseServer      *self,
                                                  const char         *channel_id);
/* (transfer full) (nullable): made by the application */
EricSseChannel *_eric_sse_server_request_channel (EricSseServer      *self,
                                                  SoupServerMessage  *message,
                                                  const char         *channel_id);
/* Whether there would be one, if it were asked for. */
gboolean        _eric_sse_server_offers_channel  (EricSseServer      *self,
                                                  SoupServerMessage  *message,
                                                  const char         *channel_id);

void            _eric_sse_server_enter           (EricSseServer      *self);
void            _eric_sse_server_leave           (EricSseServer      *self);
void            _eric_sse_server_release_soup_server (EricSseServer  *self);

/* What the channel keeps is counted here from now on. */
void            _eric_sse_server_adopt_channel   (EricSseServer      *self,
                                                  EricSseChannel     *channel);

void            _eric_sse_server_adopt_all       (EricSseServer      *self);

void            _eric_http_routes_add            (EricSseServer      *self,
                                                  const char         *path);
void            _eric_http_routes_remove_all     (EricSseServer      *self);
/* (nullable): below which of the paths this one is */
const char     *_eric_http_find_mount            (EricSseServer      *self,
                                                  const char         *path);
/* FALSE where the message says why not. */
gboolean        _eric_http_may_publish           (EricSseServer      *self,
                                                  SoupServerMessage  *message);

void            _eric_http_gate_add              (EricSseServer      *self);
gboolean        _eric_http_gate_has_seen         (SoupServerMessage  *message);
void            _eric_http_range_watch           (SoupServerMessage  *message);
void            _eric_http_refuse_body           (EricSseServer      *self,
                                                  SoupServerMessage  *message);
void            _eric_http_tell_methods          (EricSseServer      *self,
                                                  SoupServerMessage  *message);

EricSseSubscriber *
                _eric_http_stream_start          (EricSseServer      *self,
                                                  SoupServerMessage  *message,
                                                  GPtrArray          *channels,
                                                  EricListener       *listener,
                                                  GError            **error);
void            _eric_http_stream_answer_head    (SoupServerMessage  *message);
/* Whether there may be one more; if not, the message says so. */
gboolean        _eric_http_may_start             (EricSseServer      *self,
                                                  SoupServerMessage  *message,
                                                  GError            **error);
/* To a GString. */
void            _eric_http_append_header         (const char         *name,
                                                  const char         *value,
                                                  gpointer            user_data);

typedef struct _EricHttpPump EricHttpPump;

EricHttpPump   *_eric_http_pump_new              (EricHub            *hub,
                                                  guint64             id,
                                                  EricFraming         framing,
                                                  EricChannel        *channel,
                                                  EricListener       *listener);
void            _eric_http_pump_free             (EricHttpPump       *pump);
void            _eric_http_pump_next             (EricHttpPump       *pump);

typedef struct _EricHttpFeed EricHttpFeed;

/* A JSON document a line. */
#define ERIC_HTTP_LINES_TYPE "application/x-ndjson"

typedef enum
{
  ERIC_HTTP_BODY_TEXT  = 0,
  ERIC_HTTP_BODY_JSON  = 1 << 0,
  ERIC_HTTP_BODY_LINES = 1 << 1,   /* a message a line */
} EricHttpBodyKind;

EricHttpBodyKind _eric_http_get_body_kind        (SoupServerMessage  *message);
EricMessage    *_eric_http_new_message           (const char         *event_type,
                                                  gboolean            json,
                                                  const char         *data,
                                                  gsize               length,
                                                  GError            **error);
gboolean        _eric_http_feed_is_wanted        (SoupServerMessage  *message);
/* When the headers are read: where the message has a status, that is the answer, now. */
void            _eric_http_feed_take             (EricSseServer      *self,
                                                  SoupServerMessage  *message);
void            _eric_http_feed_free             (EricHttpFeed       *feed);
void            _eric_http_feeds_drain           (EricSseServer      *self);
/* At once, without an answer; who is in the middle of one frees it later. */
void            _eric_http_feeds_stop            (EricSseServer      *self);

/* Which status tells that a broadcast failed so. */
guint           _eric_http_get_publish_status    (const GError       *error);

/* Somebody is gone: was it the last one? */
void            _eric_http_drain_check           (EricSseServer      *self);

/* For who has one: (transfer full) (nullable), NULL where the request was answered. */
EricSseChannel *_eric_http_get_channel           (EricSseServer      *self,
                                                  SoupServerMessage  *message,
                                                  const char         *channel_id);
/* (transfer full) (nullable): NULL where the request was answered */
char           *_eric_http_dup_channel_id        (EricSseServer      *self,
                                                  SoupServerMessage  *message);

/* Whether a page of this origin may use the server; no origin may. */
gboolean        _eric_http_cors_check            (EricSseServer      *self,
                                                  SoupServerMessage  *message);
void            _eric_http_cors_apply            (EricSseServer      *self,
                                                  SoupServerMessage  *message);
/* Whether a page asks what it may send, and may. */
char           *_eric_http_cors_dup_lines        (EricSseServer      *self,
                                                  const char         *origin,
                                                  gboolean            whole);
gboolean        _eric_http_cors_is_preflight     (EricSseServer      *self,
                                                  SoupServerMessage  *message);

void            _eric_http_refuse                (SoupServerMessage  *message,
                                                  guint               status,
                                                  const char         *sentence);

G_END_DECLS
