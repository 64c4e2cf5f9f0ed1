/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* A server in the test's main context: the channel "news", mounted on /events,
 * on a free port of 127.0.0.1. Who came and who left is written down. */
typedef struct
{
  SoupServer           *soup_server;   /* (owned) */
  EricSseServer        *server;        /* (owned) (nullable): a test may drop it */
  EricChannelContainer *channels;      /* (owned) */
  EricSseChannel       *news;          /* (owned) (nullable) */
  guint16               port;
  GPtrArray            *joined;        /* (owned) of (owned) EricSseSubscriber */
  GPtrArray            *left;          /* (owned) of (owned) EricSseSubscriber */
  GArray               *reasons;       /* (owned) of EricSseDisconnect, of those that left */
} HttpFixture;

HttpFixture  *http_fixture_new             (void);
void          http_fixture_watch           (HttpFixture        *fixture);
void          http_fixture_drop_server     (HttpFixture        *fixture);
void          http_fixture_free            (HttpFixture        *fixture);
void          http_fixture_assert_left     (HttpFixture        *fixture,
                                            guint               n,
                                            EricSseDisconnect   reason);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpFixture, http_fixture_free)

typedef struct
{
  char    *id;       /* (owned) (nullable) */
  char    *type;     /* (owned): "message" where the event has none */
  GString *data;     /* (owned): the lines, with LF between them */
} HttpEvent;

/* What came in so far: taken apart as it comes, so that it is an error of the
 * server's if a chunk is malformed. */
typedef struct
{
  GString   *raw;        /* (owned): all bytes */
  gsize      head;       /* where the body begins, 0 before that is known */
  guint      status;
  gboolean   chunked;
  gsize      taken;      /* of the raw bytes */
  GString   *body;       /* (owned): without the chunks around it */
  gsize      parsed;     /* of the body */
  gsize      looked;     /* of the body, for the end of the next event */
  gboolean   last_chunk; /* has come */
  GPtrArray *events;     /* (owned) of (owned) HttpEvent */
  GPtrArray *comments;   /* (owned) of (owned) char * */
  GArray    *retries;    /* (owned) of guint */
} HttpResponse;

HttpResponse *http_response_new            (void);
void          http_response_free           (HttpResponse       *response);
void          http_response_feed           (HttpResponse       *response,
                                            const char         *bytes,
                                            gsize               length);
char         *http_response_dup_header     (HttpResponse       *response,
                                            const char         *name);
HttpEvent    *http_response_event          (HttpResponse       *response,
                                            guint               n);
const char   *http_response_comment        (HttpResponse       *response,
                                            guint               n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpResponse, http_response_free)

/* A socket whose input is collected while the main context turns. */
typedef struct
{
  int           fd;         /* (owned), -1 once closed */
  guint16       port;       /* ours */
  GSource      *source;     /* (owned) (nullable): reads */
  gsize         at_once;    /* bytes to read in one turn */
  HttpResponse *response;   /* (owned) */
  gboolean      is_head;    /* the first request is for a head */
  gboolean      eof;        /* or reset */
  int           error;      /* errno, where it was reset */
} HttpClient;

HttpClient   *http_client_new              (HttpFixture        *fixture);
HttpClient   *http_client_new_small        (HttpFixture        *fixture);
HttpClient   *http_client_open             (HttpFixture        *fixture,
                                            const char         *target);
HttpClient   *http_client_ask              (HttpFixture        *fixture,
                                            const char         *request);
gboolean      http_client_send             (HttpClient         *client,
                                            const char         *bytes,
                                            gssize              length);
void          http_client_pause            (HttpClient         *client);
void          http_client_resume           (HttpClient         *client);
gboolean      http_client_is_over          (HttpClient         *client);
void          http_client_wait_ready       (HttpClient         *client);
void          http_client_wait_events      (HttpClient         *client,
                                            guint               n);
void          http_client_wait_eof         (HttpClient         *client);
void          http_client_wait_closed      (HttpClient         *client);
void          http_client_shut             (HttpClient         *client);
void          http_client_close            (HttpClient         *client);
void          http_client_reset            (HttpClient         *client);
void          http_client_free             (HttpClient         *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpClient, http_client_free)

void          http_broadcast               (EricSseChannel     *channel,
                                            const char         *text);
char         *http_make_text               (gsize               length);
GByteArray   *http_gzip                    (const char         *text,
                                            gssize              length);
guint         http_count_fds               (void);

G_END_DECLS
