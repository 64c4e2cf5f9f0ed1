/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-event-source.h"

#include "eric-function-private.h"
#include "eric-listener.h"
#include "eric-source-clock-private.h"
#include "eric-source-connection-private.h"
#include "eric-source-request-private.h"
#include "eric-source-watchdog-private.h"
#include "eric-sse-reader-private.h"

G_BEGIN_DECLS

typedef struct
{
  GMainContext         *context;            /* (owned): where everything happens */
  EricSourceClock      *clock;              /* (unowned) */
  GNetworkMonitor      *monitor;            /* (owned) (nullable): while it is started */
  GNetworkMonitor      *test_monitor;       /* (owned) (nullable) */
  gulong                network_changed_id;

  /* What to ask for. */
  EricSourceRequest    *request;            /* (owned) (nullable) */
  GError               *request_error;      /* (owned) (nullable): why there is none */
  SoupSession          *session;            /* (owned) (nullable) */

  EricReconnectPolicy   policy;
  gboolean              idempotent;
  guint                 retry_delay;        /* milliseconds */
  guint                 max_retry_delay;    /* milliseconds */
  int                   inactivity_timeout; /* milliseconds */
  gboolean              finite;
  char                 *end_marker;         /* (owned) (nullable) */
  EricFunction         *end_function;       /* (owned) (nullable): an EricEndFunc */
  guint                 max_pending;        /* messages */

  /* What it does. */
  EricReadyState        ready_state;
  GError               *error;              /* (owned) (nullable) */
  guint                 life;               /* counts starts and ends: what belongs to another is over */
  gboolean              was_started;
  EricEventSource      *alive;              /* (owned) (nullable): itself, while it is started */
  SoupMessage          *http_message;       /* (owned) (nullable): of the last request */
  EricSourceConnection *connection;         /* (owned) (nullable) */
  guint                 n_redirects;
  gboolean              strayed;            /* one of them was to another origin */
  EricSourceWatchdog    watchdog;
  GError               *refusal;            /* (owned) (nullable): while the body of an answer
                                             * that is no stream is read: why it is none */
  GByteArray           *refusal_body;       /* (owned) (nullable) */
  GSource              *refusal_timer;      /* (owned) (nullable) */
  GBytes               *error_body;         /* (owned) (nullable) */
  GSource              *wake;               /* (owned) (nullable): while it is started */

  /* Between connections. */
  guint                 n_failures;         /* in a row */
  gint64                opened_at;          /* microseconds of the clock */
  gboolean              stable;             /* the connection has brought a message */
  GSource              *retry_timer;        /* (owned) (nullable) */
  gint64                retry_time;         /* microseconds of the clock: when it is due */
  gboolean              missed_network;     /* it was gone since the connection was lost */
  gboolean              told_to_wait;       /* the server said for how long */
  gint64                request_time;       /* microseconds of the clock: of the last attempt */
  guint                 n_requests;         /* that it took, redirects included; 0 before the first */
  gboolean              had_stream;         /* since it was started */
  char                 *refused_id;         /* (owned) (nullable): the server did not take it */
  gboolean              without_id;         /* the last request left it out for that */

  /* What came. */
  guint                 n_events;           /* of all connections; it may wrap around */
  EricSseReader        *reader;             /* (owned) */
  EricListener         *queue;              /* (owned): what no handler took */
  EricMessage          *end_mark;           /* (owned): the last in the queue */
  guint                 n_queued;           /* messages in the queue */
  guint64               n_wanted;           /* messages that are waited for */
  char                 *delivered_id;       /* (owned) (nullable): of what was taken last */
} EricEventSourcePrivate;

typedef enum
{
  ERIC_SOURCE_BEFORE_CONNECT,
  ERIC_SOURCE_OPEN,
  ERIC_SOURCE_MESSAGE,
  ERIC_SOURCE_COMMENT,
  ERIC_SOURCE_GAP,
  ERIC_SOURCE_ERROR,
  ERIC_SOURCE_CLOSED,
  ERIC_SOURCE_DECIDE_RECONNECT,
  ERIC_SOURCE_N_SIGNALS
} EricSourceSignal;

/* eric-event-source.c: the object. */
EricEventSourcePrivate *_eric_event_source_get_private        (EricEventSource     *self);
guint                   _eric_event_source_get_signal         (EricSourceSignal     signal);

/* eric-event-source-properties.c: what it is asked to do, and what it tells of itself. */
void                    _eric_event_source_install_properties (GObjectClass        *object_class);
void                    _eric_event_source_set_state          (EricEventSource     *self,
                                                               EricReadyState       ready_state,
                                                               GError              *error);
void                    _eric_event_source_set_http_message   (EricEventSource     *self,
                                                               SoupMessage         *message);

/* eric-event-source-run.c: connections, one after the other. */
void                    _eric_event_source_run                (EricEventSource     *self);
void                    _eric_event_source_halt               (EricEventSource     *self);
void                    _eric_event_source_finish             (EricEventSource     *self,
                                                               GError              *error);
void                    _eric_event_source_refused            (EricEventSource     *self);

/* eric-event-source-refuse.c: answers that are no stream. */
void                    _eric_event_source_refuse             (EricEventSource     *self,
                                                               GError              *error);
gboolean                _eric_event_source_refuse_more        (EricEventSource     *self,
                                                               const char          *data,
                                                               gsize                length);
GError                 *_eric_event_source_end_refusal        (EricEventSource     *self);
void                    _eric_event_source_drop_refusal       (EricEventSource     *self);

/* eric-event-source-deliver.c: what becomes of the bytes of one. */
gboolean                _eric_event_source_read               (EricEventSource     *self,
                                                               const char          *data,
                                                               gsize                length,
                                                               GError             **error);
void                    _eric_event_source_renew_reader       (EricEventSource     *self);
void                    _eric_event_source_drop_reader        (EricEventSource     *self);
void                    _eric_event_source_limit_reader       (EricEventSource     *self,
                                                               gsize                max_event_size);

/* eric-event-source-next.c: who takes them one by one. */
void                    _eric_event_source_renew_queue        (EricEventSource     *self);
void                    _eric_event_source_queue_message      (EricEventSource     *self,
                                                               EricMessage         *message);
void                    _eric_event_source_end_queue          (EricEventSource     *self);
void                    _eric_event_source_drop_queue         (EricEventSource     *self);

/* For tests, before it is started. */
void                    _eric_event_source_set_clock          (EricEventSource     *self,
                                                               EricSourceClock     *clock);
void                    _eric_event_source_set_monitor        (EricEventSource     *self,
                                                               GNetworkMonitor     *monitor);

G_END_DECLS
