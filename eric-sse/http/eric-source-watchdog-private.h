/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-source-clock-private.h"

G_BEGIN_DECLS

/* Tells when nothing has come for too long. */
typedef struct
{
  GMainContext    *context;        /* (unowned) */
  EricSourceClock *clock;          /* (unowned) */
  GSourceFunc      callback;       /* what it returns is ignored */
  gpointer         user_data;
  GSource         *timer;          /* (owned) (nullable) */
  gboolean         running;
  gint64           last_byte;      /* microseconds */
  gint64           silence;        /* before that, microseconds */
  gint64           longest;        /* silence so far, microseconds */
  guint            n_heartbeats;
  gint64           last_silence;   /* microseconds: before what came last that was an event */
  guint            n_regular;      /* in a row that were as long */
  int              timeout;        /* milliseconds, 0 for never, -1 to learn it */
} EricSourceWatchdog;

void eric_source_watchdog_init        (EricSourceWatchdog *self,
                                       GMainContext       *context,
                                       EricSourceClock    *clock,
                                       GSourceFunc         callback,
                                       gpointer            user_data);
void eric_source_watchdog_start       (EricSourceWatchdog *self,
                                       int                 timeout);
void eric_source_watchdog_stop        (EricSourceWatchdog *self);
void eric_source_watchdog_set_timeout (EricSourceWatchdog *self,
                                       int                 timeout);

/* Bytes came. Those of an event have a reason of their own to come when they did; any
 * other are there to break the silence: comments, blank lines, events without data. */
void eric_source_watchdog_feed        (EricSourceWatchdog *self);
void eric_source_watchdog_learn       (EricSourceWatchdog *self,
                                       gboolean            is_event);

/* In microseconds, 0 for never. */
gint64 eric_source_watchdog_get_limit (EricSourceWatchdog *self);

G_END_DECLS
