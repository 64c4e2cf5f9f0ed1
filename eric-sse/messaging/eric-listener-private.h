/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-listener.h"

G_BEGIN_DECLS

/* For a subclass of this library. */
typedef void (*EricListenerHook)       (EricListener *self);
typedef void (*EricListenerNotifyHook) (EricListener *self,
                                        EricListener *changed,
                                        GParamSpec   *pspec);

typedef struct
{
  char             *id;            /* (owned) */
  GAsyncQueue      *queue;         /* (owned): its lock guards the fields marked below */
  GQueue            rows;          /* (lock queue) of those who wait, see eric-listener-wait.c */
  guint             capacity;      /* (lock queue): messages, 0 for no bound */
  EricOverflow      overflow;      /* (lock queue) */
  guint64           dropped;       /* (lock queue) */
  guint             aside;         /* (lock queue): out of the queue, but still waiting */
  guint             ends;          /* (lock queue): messages in the queue that say it ends */
  guint64           taken;         /* (lock queue): messages that were taken as tasks */
  guint             held;          /* (lock queue): senders that wait for room */
  gboolean          ended;         /* (lock queue): the last message was popped; the rest is shut off */
  int               running;       /* (atomic) */
  GMutex            room_lock;     /* taken before that of the queue */
  GCond             room;          /* there may be room, or the listener stopped */
  EricListenerHook  queued_hook;   /* (nullable): set before the listener is shared */
  EricListenerHook  running_hook;  /* (nullable): set before the listener is shared */
  EricListenerNotifyHook notify_hook;   /* (nullable): set before the listener is shared */
} EricListenerPrivate;

typedef enum
{
  ERIC_PUSH_QUEUED,
  ERIC_PUSH_DROPPED,    /* an older message or this one was lost, and counted */
  ERIC_PUSH_REJECTED,
  ERIC_PUSH_STOPPED,    /* the caller must call _eric_listener_announce_stop () */
  ERIC_PUSH_HELD,       /* queued; the caller must call _eric_listener_wait_for_room () */
} EricPush;

/* None calls out to user code, so a lock may be held. */
EricPush _eric_listener_push          (EricListener *self,
                                       EricMessage  *message);
gboolean _eric_listener_would_reject  (EricListener *self,
                                       guint         n_more);
void     _eric_listener_push_last     (EricListener *self,
                                       EricMessage  *message);
/* The message that ends a stream, behind all that is in the queue. */
void     _eric_listener_push_end      (EricListener *self);
/* Whether it ran: then the caller must call _eric_listener_announce_stop (). */
gboolean _eric_listener_end_running   (EricListener *self);

/* What is left to do when no lock is held any more. */
void     _eric_listener_announce_stop (EricListener *self);
void     _eric_listener_wait_for_room (EricListener *self);

/* @queued is told of each message that is put into the queue, with locks held: it
 * must not call out. @running is told when the listener was started or stopped. @notify
 * is told instead of everybody when a property of a listener changed, this or another one,
 * in a thread that takes messages from this one. */
void         _eric_listener_set_hooks (EricListener           *self,
                                       EricListenerHook        queued,
                                       EricListenerHook        running,
                                       EricListenerNotifyHook  notify);

typedef enum
{
  ERIC_POP_READ,     /* by who reads the queue */
  ERIC_POP_TASK,     /* to be processed */
  ERIC_POP_ASIDE,    /* the same, but it still counts as waiting until it is released */
} EricPop;

/* Takes a message without regard to whether the listener runs, and without showing
 * it to anybody. Where there are hooks, nothing is taken behind a message that ends the
 * stream until the queue is reopened. */
EricMessage *_eric_listener_pop        (EricListener    *self,
                                        EricPop          pop);
void         _eric_listener_reopen     (EricListener    *self);
void         _eric_listener_set_aside  (EricListener    *self);
void         _eric_listener_release    (EricListener    *self);
guint        _eric_listener_get_queued (EricListener    *self);
/* How many messages were ever taken as tasks or are in the queue to be so. */
guint64      _eric_listener_get_tasks  (EricListener    *self);
void         _eric_listener_show       (EricListener    *self,
                                        EricMessage     *message);

/* Marks the thread as one that takes messages from the listener, %NULL for none: it
 * is never held up by it. Returns what the mark was. */
EricListener *_eric_listener_mark_taker (EricListener   *self);
EricListener *_eric_listener_get_taker  (void);

/* eric_listener_next_batch_async (), where a listener that does not run yet has not ended. */
void _eric_listener_next_batch_after_start_async (EricListener        *self,
                                                  guint                max_messages,
                                                  int                  io_priority,
                                                  GCancellable        *cancellable,
                                                  GAsyncReadyCallback  callback,
                                                  gpointer             user_data);

/* Between eric-listener.c and eric-listener-room.c. */
gboolean     _eric_listener_is_full_locked (EricListenerPrivate *priv,
                                            guint                n_more);
gboolean     _eric_listener_rejects_locked (EricListenerPrivate *priv);
gboolean     _eric_listener_is_end         (EricMessage         *message);
EricMessage *_eric_listener_pop_locked     (EricListenerPrivate *priv);
EricMessage *_eric_listener_drop_locked    (EricListenerPrivate *priv);
void         _eric_listener_tell_room      (EricListener        *self);

/* Between eric-listener.c, which has the queue, and eric-listener-wait.c. */
EricListenerPrivate *_eric_listener_get_private         (EricListener        *self);
GPtrArray           *_eric_listener_take_batch          (EricListener        *self,
                                                         guint                max_messages);
void                 _eric_listener_wake_locked         (EricListenerPrivate *priv);
void                 _eric_listener_wake_all            (EricListener        *self);

G_END_DECLS
