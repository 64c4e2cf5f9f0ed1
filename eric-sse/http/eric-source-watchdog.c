/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-source-watchdog-private.h"

/* What breaks a silence of this length or longer may be a heartbeat; so many of them
 * make a rhythm, and so many beats may be missed. */
#define MIN_HEARTBEAT   G_TIME_SPAN_SECOND
#define MIN_HEARTBEATS  2
#define MISSED_BEATS    2.5

/* Events are heartbeats where so many in a row come as regularly as that: the shorter of
 * two silences is at least three quarters of the longer. */
#define MIN_REGULAR 3
#define is_regular(a, b) (4 * MIN ((a), (b)) >= 3 * MAX ((a), (b)))

#define MIN_LEARNT      (10 * G_TIME_SPAN_SECOND)

void
eric_source_watchdog_init (EricSourceWatchdog *self,
                           GMainContext       *context,
                           EricSourceClock    *clock,
                           GSourceFunc         callback,
                           gpointer            user_data)
{
  *self = (EricSourceWatchdog) {
    .context = context,
    .clock = clock,
    .callback = callback,
    .user_data = user_data,
  };
}

gint64
eric_source_watchdog_get_limit (EricSourceWatchdog *self)
{
  if (self->timeout >= 0)
    return self->timeout * G_TIME_SPAN_MILLISECOND;
  if (self->n_heartbeats < MIN_HEARTBEATS)
    return 0;
  return MAX (self->longest * MISSED_BEATS, MIN_LEARNT);
}

static void set_timer (EricSourceWatchdog *self);

/* Bytes do not move the timer, which they would do all the time: it looks for
 * them when it runs out. */
static gboolean
timer_cb (gpointer user_data)
{
  EricSourceWatchdog *self = user_data;
  gint64 limit = eric_source_watchdog_get_limit (self);

  g_clear_pointer (&self->timer, g_source_unref);
  if (eric_source_clock_get_time (self->clock) - self->last_byte < limit)
    set_timer (self);
  else if (limit > 0)
    self->callback (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
clear_timer (EricSourceWatchdog *self)
{
  if (self->timer == NULL)
    return;
  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
set_timer (EricSourceWatchdog *self)
{
  gint64 limit = eric_source_watchdog_get_limit (self);
  gint64 now = eric_source_clock_get_time (self->clock);

  clear_timer (self);
  if (limit == 0)
    return;
  self->timer = eric_source_clock_timer_new (self->clock, MAX (self->last_byte + limit - now, 0));
  g_source_set_static_name (self->timer, "EricEventSource watchdog");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

void
eric_source_watchdog_start (EricSourceWatchdog *self,
                            int                 timeout)
{
  self->last_byte = eric_source_clock_get_time (self->clock);
  self->timeout = timeout;
  self->running = TRUE;
  set_timer (self);
}

/* What was learnt is forgotten: another server may come. */
void
eric_source_watchdog_stop (EricSourceWatchdog *self)
{
  clear_timer (self);
  self->running = FALSE;
  self->longest = 0;
  self->n_heartbeats = 0;
  self->last_silence = 0;
  self->n_regular = 0;
}

void
eric_source_watchdog_set_timeout (EricSourceWatchdog *self,
                                  int                 timeout)
{
  self->timeout = timeout;
  if (self->running)
    set_timer (self);
}

void
eric_source_watchdog_feed (EricSourceWatchdog *self)
{
  gint64 now = eric_source_clock_get_time (self->clock);

  self->silence = now - self->last_byte;
  self->last_byte = now;
}

void
eric_source_watchdog_learn (EricSourceWatchdog *self,
                            gboolean            is_event)
{
  gint64 silence = self->silence;

  if (!self->running || silence < MIN_HEARTBEAT)
    return;
  self->silence = 0;
  self->longest = MAX (self->longest, silence);
  if (is_event)
    {
      self->n_regular = is_regular (silence, self->last_silence) ? self->n_regular + 1 : 1;
      self->last_silence = silence;
      if (self->n_regular >= MIN_REGULAR)
        self->n_heartbeats = MAX (self->n_heartbeats, MIN_HEARTBEATS);
    }
  else
    self->n_heartbeats++;
  if (self->timer == NULL)
    set_timer (self);
}
