/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-progress-private.h"

#include "eric-data-processing-channel.h"
#include "eric-ready-source-private.h"
#include "eric-thread-pool-listener-private.h"

#define INTERVAL (ERIC_DATA_PROCESSING_CHANNEL_PROGRESS_INTERVAL * G_TIME_SPAN_MILLISECOND)

/* Workers do no more than arm it: what there is to tell is counted when it is told. */
struct _EricProgress
{
  GWeakRef            owner;
  EricProgressFunc    func;
  GSource            *source;      /* (owned): in the owner's main context */
  int                 armed;       /* (atomic): it will be told */
  gint64              next_time;   /* set before it is disarmed: when it may be told again */
  EricRate            rate;        /* main context alone */
  EricProgressState   told;        /* main context alone */

  GMutex              lock;        /* taken before that of a listener's queue */
  GPtrArray          *listeners;   /* (owned) (lock lock) of EricThreadPoolListener, not owned */
  EricProgressState   gone;        /* (lock lock): of listeners that are no more, and the rate */
};

static guint
rate_index (const EricRate *rate,
            guint           n)
{
  return (rate->first + n) % ERIC_RATE_N_SAMPLES;
}

double
_eric_rate_sample (EricRate *rate,
                   gint64    now,
                   guint64   count)
{
  gint64 start = now - ERIC_RATE_WINDOW;
  guint last;

  /* The one that was the last when the window began is what it began with. */
  while (rate->length > 1 && (rate->times[rate_index (rate, 1)] <= start ||
                              rate->length == ERIC_RATE_N_SAMPLES))
    {
      rate->first = rate_index (rate, 1);
      rate->length--;
    }
  last = rate_index (rate, rate->length++);
  rate->times[last] = now;
  rate->counts[last] = count;

  start = MAX (start, rate->times[rate->first]);
  return now > start ? (count - rate->counts[rate->first]) * (double) G_TIME_SPAN_SECOND / (now - start)
                     : 0;
}

/* What was done is looked at before what there is to do: a task that is done in
 * between counts as pending, and none is missing. */
static void
count_locked (EricThreadPoolListener *listener,
              EricProgressState      *state)
{
  guint64 done, failed, ended, tasks;

  _eric_thread_pool_listener_count (listener, &done, &failed, &ended);
  tasks = _eric_listener_get_tasks (ERIC_LISTENER (listener));
  state->done += done;
  state->failed += failed;
  state->pending += tasks - ended - done - failed;
}

EricProgressState
_eric_progress_get_state (EricProgress *self)
{
  EricProgressState state;

  g_mutex_lock (&self->lock);
  state = self->gone;
  for (guint i = 0; i < self->listeners->len; i++)
    count_locked (self->listeners->pdata[i], &state);
  g_mutex_unlock (&self->lock);
  return state;
}

void
_eric_progress_changed (EricProgress *self)
{
  /* The look saves the writing, which workers would get into each other's way by. */
  if (!g_atomic_int_get (&self->armed) &&
      g_atomic_int_compare_and_exchange (&self->armed, FALSE, TRUE))
    g_source_set_ready_time (self->source, self->next_time);
}

static void
set_rate (EricProgress *self,
          double        per_second)
{
  g_mutex_lock (&self->lock);
  self->gone.per_second = per_second;
  g_mutex_unlock (&self->lock);
}

static gboolean
tell_cb (gpointer user_data)
{
  EricProgress *self = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  EricProgressState before = self->told;
  gint64 now = g_get_monotonic_time ();
  EricProgressState state;

  g_source_set_ready_time (self->source, -1);
  if (owner == NULL)
    return G_SOURCE_REMOVE;
  /* Before the look, so that what changes after it is told the next time. */
  self->next_time = now + INTERVAL;
  g_atomic_int_set (&self->armed, FALSE);

  state = _eric_progress_get_state (self);
  state.per_second = _eric_rate_sample (&self->rate, now, state.done + state.failed);
  set_rate (self, state.per_second);
  /* It falls by itself when no more comes. A pause does not count. */
  if (state.per_second > 0)
    _eric_progress_changed (self);
  else if (state.pending == 0)
    self->rate.length = 0;

  self->told = state;
  self->func (owner, &before, &state);
  return G_SOURCE_CONTINUE;
}

static void
progress_clear (gpointer data)
{
  EricProgress *self = data;

  g_assert (self->listeners->len == 0);
  g_ptr_array_unref (self->listeners);
  g_source_unref (self->source);
  g_weak_ref_clear (&self->owner);
  g_mutex_clear (&self->lock);
}

static void
progress_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, progress_clear);
}

EricProgress *
_eric_progress_new (GObject          *owner,
                    EricProgressFunc  func)
{
  EricProgress *self = g_atomic_rc_box_new0 (EricProgress);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_weak_ref_init (&self->owner, owner);
  self->func = func;
  g_mutex_init (&self->lock);
  self->listeners = g_ptr_array_new ();
  self->source = eric_ready_source_new ("EricDataProcessingChannel progress");
  /* The main loop may be in it while another thread drops the owner. */
  g_source_set_callback (self->source, tell_cb, g_atomic_rc_box_acquire (self), progress_unref);
  g_source_attach (self->source, context);
  return self;
}

void
_eric_progress_close (EricProgress *self)
{
  g_source_destroy (self->source);
  progress_unref (self);
}

void
_eric_progress_add (EricProgress           *self,
                    EricThreadPoolListener *listener)
{
  g_mutex_lock (&self->lock);
  if (_eric_thread_pool_listener_set_progress (listener, self))
    {
      g_atomic_rc_box_acquire (self);
      g_ptr_array_add (self->listeners, listener);
    }
  g_mutex_unlock (&self->lock);
  _eric_progress_changed (self);
}

/* What it did stays, what it was to do is nobody's any more. */
void
_eric_progress_drop (EricProgress           *self,
                     EricThreadPoolListener *listener)
{
  guint64 pending;

  g_mutex_lock (&self->lock);
  pending = self->gone.pending;
  count_locked (listener, &self->gone);
  self->gone.pending = pending;
  g_ptr_array_remove_fast (self->listeners, listener);
  g_mutex_unlock (&self->lock);

  _eric_progress_changed (self);
  progress_unref (self);
}
