/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* Tasks that wait in the middle until the test lets them go. */
typedef struct
{
  GMutex  lock;
  GCond   changed;
  guint   permits;    /* how many tasks may go on; G_MAXUINT for all */
  guint   entered;
  guint   left;
  guint   most;       /* that ever ran at once */
  GArray *order;      /* (owned) of gint64: the numbers of the messages, as they were begun */
} PoolGate;

PoolGate    *pool_gate_new          (void);
void         pool_gate_free         (PoolGate      *gate);
void         pool_gate_open         (PoolGate      *gate,
                                     guint          permits);
void         pool_gate_wait_entered (PoolGate      *gate,
                                     guint          n);
gboolean     pool_gate_has_entered  (PoolGate      *gate,
                                     guint          n);
void         pool_gate_wait_left    (PoolGate      *gate,
                                     guint          n);
void         pool_gate_forget_most  (PoolGate      *gate);
gint64       pool_gate_get          (PoolGate      *gate,
                                     guint          n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PoolGate, pool_gate_free)

/* An EricProcessFunc; @user_data is a PoolGate. A message of type "fail" fails, one of
 * type "answer" has a result: the same number, negative. */
EricMessage *pool_gate_pass         (EricMessage   *message,
                                     GCancellable  *cancellable,
                                     gpointer       user_data,
                                     GError       **error);

EricMessage *pool_new_message       (const char    *event_type,
                                     gint64         number);
gint64       pool_get_number        (EricMessage   *message);
void         pool_push              (EricListener  *listener,
                                     const char    *event_type,
                                     gint64         number);
/* Says that no more comes. */
void         pool_push_end          (EricListener  *listener);
/* And waits until all is done. */
void         pool_drain             (EricListener  *listener);
void         pool_wait              (EricListener  *listener);

/* A GWeakNotify: puts the GAsyncQueue into itself. */
void         pool_tell_gone         (gpointer       queue,
                                     GObject       *where_the_object_was);

G_END_DECLS
