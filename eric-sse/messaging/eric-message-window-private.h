/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-message-ring-private.h"

G_BEGIN_DECLS

/* The messages of a list: those that are shown, what comes behind them in the next
 * frame, and what the frame does to those that are shown. Positions are in the order
 * of age, the oldest first. */
typedef struct
{
  guint            bound;         /* how many are shown at the most, at least 1 */
  EricMessageRing  shown;
  EricMessageRing  pending;       /* never more than the bound */
  GHashTable      *keys;          /* (owned): set of (owned) EricMessageKey of both */
  guint            condemned;     /* this many of the oldest go, whatever else comes */
  guint64          dirty_first;   /* numbers: those with a replacement are in here */
  guint64          dirty_end;
  gboolean         trimmed;       /* the last frame did nothing but make room */
} EricMessageWindow;

typedef struct
{
  guint start;       /* the position of the first that changed */
  guint n_removed;
  guint n_added;     /* in place of those that were removed */
} EricMessageFrame;

void             _eric_message_window_init        (EricMessageWindow *window,
                                                   guint              bound);
void             _eric_message_window_finish      (EricMessageWindow *window);

/* The key is (nullable): what the application calls the message. */
void             _eric_message_window_append      (EricMessageWindow *window,
                                                   EricMessage       *message,
                                                   const char        *key);
void             _eric_message_window_clear       (EricMessageWindow *window);
void             _eric_message_window_forget_keys (EricMessageWindow *window);

/* Shows what is to be shown. Messages that are shown no more go to @gone, an array
 * that owns its elements: to let go of them may call out. */
EricMessageFrame _eric_message_window_next_frame  (EricMessageWindow *window,
                                                   GPtrArray         *gone);

G_END_DECLS
