/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-hub-private.h"

G_BEGIN_DECLS

/* What the files of the hub share. Unless a field says otherwise, only the hub
 * thread that it belongs to touches it. */

typedef struct _EricHubThread EricHubThread;
typedef struct _EricHubTopic  EricHubTopic;
typedef struct _EricHubLeg    EricHubLeg;

/* Where a subscriber is in one of its channels. */
struct _EricHubLeg
{
  EricHubLeg        *prev;         /* in the topic's row */
  EricHubLeg        *next;
  EricHubTopic      *topic;
  EricHubSubscriber *subscriber;
  guint64            cursor;       /* index of the next frame */
};

struct _EricHubSubscriber
{
  EricHubThread     *thread;
  guint64            id;
  gint64             last_sent;       /* monotonic microseconds, of the last progress */
  int                queued_bytes;    /* in the kernel, at the last look since that; 0 for no look */
  int                fd;              /* (owned) unless there is a socket */
  guint              retry_timeout;   /* milliseconds, what the client was told */
  guint              received;        /* bytes that the client had no business to send */
  guint              framing : 2;     /* EricFraming */
  guint              reason : 4;      /* EricSseDisconnect, once finishing */
  guint              blocked : 1;     /* the socket takes no more for now */
  guint              finishing : 1;   /* leaves once all is sent */
  guint              ended : 1;       /* and that is all but pending */
  guint              gone : 1;        /* closed, freed at the end of the turn */
  guint              queued : 1;      /* in thread->gatherers */
  guint              tell_sent : 1;   /* wants to know when all is sent */
  GBytes            *rest;            /* (owned) (nullable): a large frame, to be sent or sent in part */
  gsize              rest_sent;
  GByteArray        *pending;         /* (owned) (nullable): next, before any frame */
  gsize              pending_sent;
  GIOStream         *stream;          /* (owned) (nullable): TLS */
  GSocket           *socket;          /* (owned) (nullable): below the TLS */
  EricHubSubscriber *next_gone;       /* thread->gone */
  guint              n_legs;
  EricHubLeg         legs[];
};

/* The subscribers of one channel on one thread. */
struct _EricHubTopic
{
  EricFrameReader  reader;
  EricHubThread   *thread;
  EricFrameLog    *log;          /* (owned) */
  guint            n_users;      /* (lock topics_lock): legs, also those to come */
  guint            n_coming;     /* (lock topics_lock): those that are to come */
  int              dirty;        /* (atomic): in thread->inbox_topics */
  EricHubTopic    *next_dirty;   /* (lock inbox_lock) */
  EricHubLeg      *legs;         /* the row */
  guint64          first;        /* index of what the log has, at the last look */
  guint64          end;          /* likewise, of what it will have next */
  gboolean         closed;       /* likewise: nothing more will come */
  gboolean         dead;         /* nobody uses it */
};

typedef enum
{
  ERIC_HUB_ADD,
  ERIC_HUB_DROP,
  ERIC_HUB_SEND,
  ERIC_HUB_FINISH,
  ERIC_HUB_DRAIN,
  ERIC_HUB_DISCONNECT_ALL,
  ERIC_HUB_TICK,
  ERIC_HUB_STOP,
} EricHubVerb;

typedef struct
{
  EricHubVerb        verb;
  EricHubSubscriber *subscriber;   /* (owned): ADD, DROP */
  guint64            id;           /* SEND, FINISH */
  GByteArray        *bytes;        /* (owned): SEND */
  EricSseDisconnect  reason;       /* FINISH */
} EricHubCommand;

struct _EricHubThread
{
  EricHub           *hub;
  GThread           *thread;
  int                epoll_fd;
  int                event_fd;

  GMutex             topics_lock;       /* taken before a log's lock */
  GHashTable        *topics;            /* (owned) (lock topics_lock): log -> topic */

  GMutex             inbox_lock;        /* a leaf: taken under a log's lock, too */
  GQueue             inbox;             /* (lock inbox_lock) of (owned) EricHubCommand */
  EricHubTopic      *inbox_topics;      /* (lock inbox_lock): with news */
  gboolean           sleeping;          /* (lock inbox_lock): needs the event to wake */

  GHashTable        *subscribers;       /* (owned): id -> EricHubSubscriber */
  EricHubSubscriber *gone;              /* to be freed at the end of the turn */
  GPtrArray         *gatherers;         /* (owned) of EricHubSubscriber with news */
  GPtrArray         *dead_topics;       /* (owned), likewise */
  EricHubTopic      *span_topic[ERIC_N_FRAMINGS];   /* whose frames the span has */
  EricSpan           span[ERIC_N_FRAMINGS];
  GArray            *leg_spans;         /* (owned) of EricSpan: scratch of a gatherer */
  gint64             now;               /* monotonic, of this turn */
  gint64             next_tick;
  gboolean           draining;
  gboolean           stopping;
};

struct _EricHub
{
  EricHubCallbacks  callbacks;
  guint             n_threads;      /* 0 where it was not started, or is stopped */
  EricHubThread    *threads;        /* (owned) (nullable) */
  gboolean          stopped;
  int               fork_count;     /* of the process that has the threads */
  guint64           last_id;        /* (atomic) */
  int               keepalive;      /* (atomic): milliseconds, 0 for none */
  int               stall_timeout;  /* (atomic): milliseconds, 0 for none */
  int               slow_consumer;  /* (atomic): EricSlowConsumer */
};

/* Frames that are copied for one send. */
#define ERIC_HUB_SPAN_BYTES        (256 * 1024)
/* The largest that is copied: a larger one is sent from where it is. */
#define ERIC_HUB_SPAN_FRAME        (64 * 1024)
/* Likewise where they are gathered for one subscriber, which may keep the copy for as
 * long as it does not read. */
#define ERIC_HUB_GATHER_BYTES      (16 * 1024)
#define ERIC_HUB_GATHER_FRAME      (4 * 1024)
/* What is left of a frame that was sent in part is copied if it is no more than
 * this; otherwise the frame is kept, for all that are in the middle of it. */
#define ERIC_HUB_MAX_COPY          (4 * 1024)
/* When the kernel asks a silent client whether it is still there, and how often, in
 * seconds: where no comments are sent, nothing else finds out. */
#define ERIC_HUB_ALIVE_AFTER       60
#define ERIC_HUB_ALIVE_INTERVAL    15
#define ERIC_HUB_ALIVE_PROBES      4
/* How much longer than we the kernel waits for a client that takes nothing, in
 * milliseconds: so that we say why it is disconnected. */
#define ERIC_HUB_USER_TIMEOUT_MARGIN 10000
/* What a client may send after its request, before it is taken for broken. */
#define ERIC_HUB_MAX_RECEIVED      (64 * 1024)

gboolean      eric_hub_thread_start        (EricHubThread     *thread,
                                            EricHub           *hub,
                                            guint              n,
                                            GError           **error);
/* In a forked child: lets go of what is the parent's. */
void          eric_hub_thread_abandon      (EricHubThread     *thread);
void          eric_hub_thread_join         (EricHubThread     *thread);
void          eric_hub_thread_post         (EricHubThread     *thread,
                                            EricHubCommand    *command);
void          eric_hub_thread_post_topic   (EricHubThread     *thread,
                                            EricHubTopic      *topic);

EricHubTopic *eric_hub_topic_acquire       (EricHubThread     *thread,
                                            EricFrameLog      *log);
void          eric_hub_topic_release       (EricHubTopic      *topic);
void          eric_hub_topic_free          (EricHubTopic      *topic);
void          eric_hub_topic_arrive        (EricHubTopic      *topic);
void          eric_hub_topic_join          (EricHubLeg        *leg);
void          eric_hub_topic_part          (EricHubLeg        *leg);
void          eric_hub_topic_look          (EricHubTopic      *topic);
void          eric_hub_topic_deliver       (EricHubTopic      *topic);
EricSpan     *eric_hub_topic_get_span      (EricHubLeg        *leg,
                                            gboolean          *kept);

void          eric_hub_subscriber_open     (EricHubSubscriber *subscriber);
void          eric_hub_subscriber_append   (EricHubSubscriber *subscriber,
                                            const guint8      *bytes,
                                            gsize              length);
void          eric_hub_subscriber_flush    (EricHubSubscriber *subscriber);
void          eric_hub_subscriber_lag      (EricHubLeg        *leg);
void          eric_hub_subscriber_handle   (EricHubSubscriber *subscriber,
                                            guint32            events);
void          eric_hub_subscriber_tick     (EricHubSubscriber *subscriber);
void          eric_hub_subscriber_set_patience
                                           (EricHubSubscriber *subscriber);
void          eric_hub_subscriber_finish   (EricHubSubscriber *subscriber,
                                            EricSseDisconnect  reason);
void          eric_hub_subscriber_leave    (EricHubSubscriber *subscriber,
                                            EricSseDisconnect  reason);
void          eric_hub_subscriber_free     (EricHubSubscriber *subscriber);

G_END_DECLS
