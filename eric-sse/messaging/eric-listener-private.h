/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-listener.h"

G_BEGIN_DECLS

typedef struct
{
  char         *id;         /* (owned) */
  GAsyncQueue  *queue;      /* (owned): its lock guards the fields marked below */
  GQueue        waiters;    /* (lock queue) of (owned) GSource, first come first woken */
  guint         capacity;   /* (lock queue): messages, 0 for no bound */
  EricOverflow  overflow;   /* (lock queue) */
  guint64       dropped;    /* (lock queue) */
  int           running;    /* (atomic) */
} EricListenerPrivate;

typedef enum
{
  ERIC_PUSH_QUEUED,
  ERIC_PUSH_DROPPED,    /* an older message or this one was lost, and counted */
  ERIC_PUSH_REJECTED,
  ERIC_PUSH_STOPPED,    /* the caller must call _eric_listener_announce_stop () */
} EricPush;

/* Neither calls out to user code, so a lock may be held. */
EricPush _eric_listener_push          (EricListener *self,
                                       EricMessage  *message);
void     _eric_listener_push_last     (EricListener *self,
                                       EricMessage  *message);

void     _eric_listener_announce_stop (EricListener *self);

/* Between eric-listener.c, which has the queue, and eric-listener-wait.c. */
EricListenerPrivate *_eric_listener_get_private         (EricListener        *self);
GPtrArray           *_eric_listener_take_batch          (EricListener        *self,
                                                         guint                max_messages);
void                 _eric_listener_wake                (GSource             *waiter);
void                 _eric_listener_wake_all            (EricListener        *self);
GSource             *_eric_listener_first_waiter_locked (EricListenerPrivate *priv);

G_END_DECLS
