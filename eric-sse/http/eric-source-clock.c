/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "eric-source-clock-private.h"

struct _EricSourceClock
{
  gboolean  manual;
  gint64    now;       /* microseconds; only where it is manual, as all below */
  double    draw;
  GList    *timers;    /* of (unowned) Timer, earliest first */
  GList    *wakes;     /* of (unowned) Wake */
};

static EricSourceClock system_clock;

EricSourceClock *
eric_source_clock_get_system (void)
{
  return &system_clock;
}

EricSourceClock *
eric_source_clock_new_manual (void)
{
  EricSourceClock *self = g_new0 (EricSourceClock, 1);

  self->manual = TRUE;
  self->draw = 0.5;
  return self;
}

void
eric_source_clock_free (EricSourceClock *self)
{
  g_assert (self->manual && self->timers == NULL && self->wakes == NULL);
  g_free (self);
}

gint64
eric_source_clock_get_time (EricSourceClock *self)
{
  return self->manual ? self->now : g_get_monotonic_time ();
}

/* At least 0, below 1. */
double
eric_source_clock_draw (EricSourceClock *self)
{
  return self->manual ? self->draw : g_random_double ();
}

/* Timers */

typedef struct
{
  GSource          source;
  EricSourceClock *clock;      /* (unowned) */
  gint64           deadline;
} Timer;

static gboolean
once_dispatch (GSource     *source,
               GSourceFunc  callback,
               gpointer     user_data)
{
  g_source_destroy (source);
  callback (user_data);
  return G_SOURCE_REMOVE;
}

static void
timer_finalize (GSource *source)
{
  Timer *timer = (Timer *) source;

  /* That of the system is every thread's. */
  if (timer->clock->manual)
    timer->clock->timers = g_list_remove (timer->clock->timers, timer);
}

static GSourceFuncs timer_funcs = { .dispatch = once_dispatch, .finalize = timer_finalize };

static int
compare_deadlines (gconstpointer a,
                   gconstpointer b)
{
  const Timer *x = a, *y = b;

  return (x->deadline > y->deadline) - (x->deadline < y->deadline);
}

GSource *
eric_source_clock_timer_new (EricSourceClock *self,
                             gint64           delay)
{
  GSource *source = g_source_new (&timer_funcs, sizeof (Timer));
  Timer *timer = (Timer *) source;

  timer->clock = self;
  timer->deadline = eric_source_clock_get_time (self) + delay;
  if (self->manual)
    self->timers = g_list_insert_sorted (self->timers, timer, compare_deadlines);
  else
    g_source_set_ready_time (source, timer->deadline);
  return source;
}

/* Sleep */

/* A timer that is not to run out, but is cancelled when the time of day jumps,
 * which it does when the machine wakes up. */
typedef struct
{
  GSource          source;
  EricSourceClock *clock;    /* (unowned) */
  int              fd;       /* (owned), -1 where there is none */
  gint64           asleep;   /* microseconds since the machine was started */
} Wake;

static gint64
to_microseconds (const struct timespec *time)
{
  return time->tv_sec * G_TIME_SPAN_SECOND + time->tv_nsec / 1000;
}

/* One of the clocks stands still while the machine sleeps. */
static gint64
get_time_asleep (void)
{
  struct timespec whole, awake;

  clock_gettime (CLOCK_BOOTTIME, &whole);
  clock_gettime (CLOCK_MONOTONIC, &awake);
  return to_microseconds (&whole) - to_microseconds (&awake);
}

static void
arm_wake (Wake *wake)
{
  const struct itimerspec never = { .it_value.tv_sec = G_MAXINT };

  timerfd_settime (wake->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static gboolean
wake_dispatch (GSource     *source,
               GSourceFunc  callback,
               gpointer     user_data)
{
  Wake *wake = (Wake *) source;
  gint64 before = wake->asleep;
  guint64 n_expired;

  g_source_set_ready_time (source, -1);
  if (wake->clock->manual)
    return callback (user_data);

  if (read (wake->fd, &n_expired, sizeof n_expired) < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  arm_wake (wake);
  wake->asleep = get_time_asleep ();
  return wake->asleep - before >= ERIC_SOURCE_MIN_SLEEP ? callback (user_data) : G_SOURCE_CONTINUE;
}

static void
wake_finalize (GSource *source)
{
  Wake *wake = (Wake *) source;

  if (wake->clock->manual)
    wake->clock->wakes = g_list_remove (wake->clock->wakes, wake);
  if (wake->fd >= 0)
    close (wake->fd);
}

static GSourceFuncs wake_funcs = { .dispatch = wake_dispatch, .finalize = wake_finalize };

GSource *
eric_source_clock_wake_new (EricSourceClock *self)
{
  GSource *source = g_source_new (&wake_funcs, sizeof (Wake));
  Wake *wake = (Wake *) source;

  wake->clock = self;
  wake->fd = -1;
  if (self->manual)
    {
      self->wakes = g_list_prepend (self->wakes, wake);
      return source;
    }

  wake->asleep = get_time_asleep ();
  wake->fd = timerfd_create (CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (wake->fd >= 0)
    {
      arm_wake (wake);
      g_source_add_unix_fd (source, wake->fd, G_IO_IN);
    }
  return source;
}

/* By hand */

/* Timers that are due become ready; the main context runs them. */
void
eric_source_clock_advance (EricSourceClock *self,
                           gint64           duration)
{
  self->now += duration;
  while (self->timers != NULL && ((Timer *) self->timers->data)->deadline <= self->now)
    {
      g_source_set_ready_time (self->timers->data, 0);
      self->timers = g_list_delete_link (self->timers, self->timers);
    }
}

/* Timers stand still, as those of the system do. */
void
eric_source_clock_sleep (EricSourceClock *self,
                         gint64           duration)
{
  if (duration < ERIC_SOURCE_MIN_SLEEP)
    return;
  for (GList *l = self->wakes; l != NULL; l = l->next)
    g_source_set_ready_time (l->data, 0);
}

void
eric_source_clock_set_draw (EricSourceClock *self,
                            double           draw)
{
  self->draw = draw;
}

/* The time until the next timer in microseconds, -1 if there is none. */
gint64
eric_source_clock_get_next (EricSourceClock *self)
{
  return self->timers != NULL ? ((Timer *) self->timers->data)->deadline - self->now : -1;
}
