/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-thread-pool-listener.h"

G_BEGIN_DECLS

/* How far some listeners are with their messages, told in the main context that it
 * was made in. Safe from any thread. */
typedef struct _EricProgress EricProgress;

typedef struct
{
  guint64 done;
  guint64 failed;
  guint64 pending;      /* accepted, and neither done nor failed */
  double  per_second;   /* when it was last told */
} EricProgressState;

/* Told in the main context, at most once in the interval. */
typedef void (*EricProgressFunc) (GObject                 *owner,
                                  const EricProgressState *before,
                                  const EricProgressState *now);

/* Does not own the owner, who must close it. */
EricProgress       *_eric_progress_new         (GObject                *owner,
                                                EricProgressFunc        func);
void                _eric_progress_close       (EricProgress           *self);

/* Counts what the listener did and does, until it is gone. A listener is counted
 * once, and by one. */
void                _eric_progress_add         (EricProgress           *self,
                                                EricThreadPoolListener *listener);
EricProgressState   _eric_progress_get_state   (EricProgress           *self);

/* For listeners: something changed; and the listener is about to go. */
void                _eric_progress_changed     (EricProgress           *self);
void                _eric_progress_drop        (EricProgress           *self,
                                                EricThreadPoolListener *listener);

/* How many of something there were in a second, of late. Belongs to one thread. */
#define ERIC_RATE_WINDOW    (3 * G_TIME_SPAN_SECOND)
#define ERIC_RATE_N_SAMPLES 32

typedef struct
{
  gint64  times[ERIC_RATE_N_SAMPLES];    /* in microseconds */
  guint64 counts[ERIC_RATE_N_SAMPLES];
  guint   first;
  guint   length;
} EricRate;

/* Takes in that there are @count by @now. Returns the rate over the window, or since
 * the first sample where that is shorter. */
double              _eric_rate_sample          (EricRate               *rate,
                                                gint64                  now,
                                                guint64                 count);

G_END_DECLS
