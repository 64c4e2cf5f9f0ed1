/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-channel.h"

G_BEGIN_DECLS

/* Whether the channel can take such a message. Called without a lock. */
typedef gboolean (*EricChannelCheckFunc) (EricChannel  *self,
                                          EricMessage  *message,
                                          GError      **error);

/* Decides what enters the channel, one message after the other: a subclass of
 * this library gives the message its id here and records it. Called with the
 * channel's lock held, in the order in which the listeners get the messages, so
 * it must not call out. `listener_id` is NULL for a broadcast.
 * Returns (transfer full). */
typedef EricMessage *(*EricChannelAdmitFunc) (EricChannel *self,
                                              EricMessage *message,
                                              const char  *listener_id);

/* Told once, after the last message was admitted; with the lock held, too. */
typedef void (*EricChannelClosedFunc) (EricChannel *self);

typedef struct
{
  char                  *id;            /* (owned) */
  int                    stream_delay;  /* (atomic): milliseconds */
  GMutex                 lock;
  GHashTable            *listeners;     /* (owned) (lock lock): id -> EricListener */
  gboolean               closed;        /* (lock lock) */
  EricChannelCheckFunc   check;         /* (nullable): set before the channel is shared */
  EricChannelAdmitFunc   admit;         /* set before the channel is shared */
  EricChannelClosedFunc  closed_hook;   /* set before the channel is shared */
} EricChannelPrivate;

void         _eric_channel_set_hooks    (EricChannel           *self,
                                         EricChannelCheckFunc   check,
                                         EricChannelAdmitFunc   admit,
                                         EricChannelClosedFunc  closed);
EricMessage *_eric_channel_adapt        (EricChannel           *self,
                                         EricMessage           *message);
/* Tells each listener that its input is at an end, behind what it has and beyond its
 * capacity. The channel stays open. */
void         _eric_channel_push_end     (EricChannel           *self);
gboolean     _eric_channel_has_listener (EricChannel           *self,
                                         EricListener          *listener);
/* Whether more may come for the listener than is in its queue. */
gboolean     _eric_channel_feeds        (EricChannel           *self,
                                         EricListener          *listener);

/* Broadcasts all messages or, where a listener would reject one of them, none: nobody
 * has any of them then. For those who publish from elsewhere and publish again what was
 * refused. Fails as eric_channel_broadcast (). */
gboolean     _eric_channel_broadcast_all (EricChannel          *self,
                                          EricMessage * const  *messages,
                                          guint                 n_messages,
                                          GError              **error);

gboolean     _eric_channel_has_listeners (EricChannel          *self);

/* eric-sse-channel.c: the type of the channels that a container makes unless it is told.
 * What stands above says it, for nothing here can be made without a subclass. */
GType               _eric_channel_get_default_type     (void);

/* Between eric-channel.c, which has the listeners, and eric-channel-messages.c. */
EricChannelPrivate *_eric_channel_get_private          (EricChannel  *self);
gboolean            _eric_channel_check_open_locked    (EricChannel  *self,
                                                        GError      **error);
void                _eric_channel_set_unknown_listener (EricChannel  *self,
                                                        const char   *listener_id,
                                                        GError      **error);

G_END_DECLS
