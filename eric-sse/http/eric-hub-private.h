/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-frame-log-private.h"
#include "eric-sse-server.h"
#include "eric-sse-subscriber.h"

G_BEGIN_DECLS

/* The delivery hub: owns the sockets of subscribers once their requests are read.
 *
 * A few threads have one epoll set each. A subscriber is a small struct on one of
 * them: a socket and a cursor into the frame log of its channel. When a channel
 * gets a message, the threads that have subscribers of it are woken; each copies
 * the new frames into one piece of memory and sends that to every subscriber that
 * waits at the same place, in one call however many frames there are.
 *
 *   eric-hub.c              what the server calls; from any thread
 *   eric-hub-thread.c       the loop of a thread: events, inbox, timer
 *   eric-hub-topic.c        the subscribers of one channel on one thread
 *   eric-hub-subscriber.c   one socket: writing, reading, leaving */

typedef struct _EricHub           EricHub;
typedef struct _EricHubSubscriber EricHubSubscriber;

typedef struct
{
  /* Both are called in a thread of the hub, with no lock held. */
  void     (*left) (guint64            id,
                    EricSseDisconnect  reason,
                    gpointer           user_data);
  void     (*sent) (guint64            id,
                    gpointer           user_data);
  gpointer   user_data;
} EricHubCallbacks;

EricHub           *eric_hub_new                   (const EricHubCallbacks *callbacks);
/* Before the first subscriber: makes threads and descriptors, the first time. */
gboolean           eric_hub_start                 (EricHub                *hub,
                                                   GError                **error);
/* Closes every connection, and waits for the threads: no callback comes after. What is
 * asked for then is dropped. */
void               eric_hub_stop                  (EricHub                *hub);
void               eric_hub_free                  (EricHub                *hub);
void               eric_hub_set_keepalive         (EricHub                *hub,
                                                   guint                   keepalive);
void               eric_hub_set_stall_timeout     (EricHub                *hub,
                                                   guint                   stall_timeout);
void               eric_hub_set_slow_consumer     (EricHub                *hub,
                                                   EricSlowConsumer        slow_consumer);

/* A subscriber is made, which keeps what its logs get from then on; told for each
 * log where to begin; and then added or dropped. */
EricHubSubscriber *eric_hub_subscriber_new        (EricHub                *hub,
                                                   EricFrameLog * const   *logs,
                                                   guint                   n_logs,
                                                   EricFraming             framing,
                                                   guint                   retry_timeout);
guint64            eric_hub_subscriber_get_id     (EricHubSubscriber      *subscriber);
void               eric_hub_subscriber_begin_live
                                                  (EricHubSubscriber      *subscriber,
                                                   guint                   n,
                                                   guint64                 number);
gboolean           eric_hub_subscriber_begin_after
                                                  (EricHubSubscriber      *subscriber,
                                                   guint                   n,
                                                   guint64                 number,
                                                   guint64                *before);
void               eric_hub_add                   (EricHub                *hub,
                                                   EricHubSubscriber      *subscriber,
                                                   GByteArray             *greeting,
                                                   int                     fd,
                                                   GSocket                *socket,
                                                   GIOStream              *stream);
void               eric_hub_drop                  (EricHub                *hub,
                                                   EricHubSubscriber      *subscriber);

void               eric_hub_send                  (EricHub                *hub,
                                                   guint64                 id,
                                                   GByteArray             *bytes);
void               eric_hub_finish                (EricHub                *hub,
                                                   guint64                 id,
                                                   EricSseDisconnect       reason);
void               eric_hub_drain                 (EricHub                *hub);
void               eric_hub_disconnect_all        (EricHub                *hub);

G_END_DECLS
