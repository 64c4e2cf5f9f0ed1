/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The time and the chance that an event source lives by. Tests have a clock that
 * they move by hand. It belongs to one thread. */
typedef struct _EricSourceClock EricSourceClock;

EricSourceClock *eric_source_clock_get_system (void);
gint64           eric_source_clock_get_time   (EricSourceClock *self);
double           eric_source_clock_draw       (EricSourceClock *self);

/* Dispatched once, so many microseconds from now. */
GSource         *eric_source_clock_timer_new  (EricSourceClock *self,
                                               gint64           delay);

/* Dispatched whenever the machine has been asleep for ERIC_SOURCE_MIN_SLEEP
 * microseconds or longer: what was connected before is most likely dead. */
#define ERIC_SOURCE_MIN_SLEEP (5 * G_TIME_SPAN_SECOND)

GSource         *eric_source_clock_wake_new   (EricSourceClock *self);

/* For tests. Time does not pass but by these; what is drawn is the middle. */
EricSourceClock *eric_source_clock_new_manual (void);
void             eric_source_clock_free       (EricSourceClock *self);
void             eric_source_clock_advance    (EricSourceClock *self,
                                               gint64           duration);
void             eric_source_clock_sleep      (EricSourceClock *self,
                                               gint64           duration);
void             eric_source_clock_set_draw   (EricSourceClock *self,
                                               double           draw);
gint64           eric_source_clock_get_next   (EricSourceClock *self);

G_END_DECLS
