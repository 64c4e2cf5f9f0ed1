/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-pool-reports-private.h"

#include "eric-ready-source-private.h"
#include "eric-thread-pool-listener-private.h"

/* How many signals are emitted before the main loop has its turn again. */
#define MAX_REPORTS_A_TURN 100

typedef struct
{
  EricThreadPoolListener *listener;   /* (owned) */
  guint                   signal_id;
  EricMessage            *message;    /* (owned) (nullable) */
  EricMessage            *result;     /* (owned) (nullable) */
  GError                 *error;      /* (owned) (nullable) */
  guint                   elapsed;    /* milliseconds */
  EricListener           *changed;    /* (owned) (nullable): its property is notified, and no signal */
  GParamSpec             *pspec;      /* (owned) (nullable) */
} Report;

struct _EricPoolReports
{
  EricThreadPoolListener *listener;   /* not owned, but by reports and tasks that run */
  GSource                *source;     /* (owned): in the owner's main context */
  GMutex                  lock;
  GQueue                  reports;    /* (lock lock) of (owned) Report */
  GQueue                  watches;    /* (lock lock) of EricPoolWatch, by their deadlines */
  gboolean                deaf;       /* (lock lock): the main context is gone, nobody is told */
};

static void
report_free (gpointer data)
{
  Report *report = data;

  g_clear_object (&report->listener);
  g_clear_object (&report->message);
  g_clear_object (&report->result);
  g_clear_error (&report->error);
  g_clear_object (&report->changed);
  g_clear_pointer (&report->pspec, g_param_spec_unref);
  g_free (report);
}

static void
report_emit (Report *report)
{
  if (report->changed != NULL)
    g_object_notify_by_pspec (G_OBJECT (report->changed), report->pspec);
  else if (report->signal_id == _eric_thread_pool_listener_signals[ERIC_POOL_PROCESSED])
    g_signal_emit (report->listener, report->signal_id, 0, report->message, report->result);
  else if (report->signal_id == _eric_thread_pool_listener_signals[ERIC_POOL_FAILED])
    g_signal_emit (report->listener, report->signal_id, 0, report->message, report->error);
  else if (report->signal_id == _eric_thread_pool_listener_signals[ERIC_POOL_OVERDUE])
    g_signal_emit (report->listener, report->signal_id, 0, report->message, report->elapsed);
  else
    g_signal_emit (report->listener, report->signal_id, 0);
}

static Report *
report_new (EricThreadPoolListener *listener,
            EricPoolSignal          which,
            EricMessage            *message)
{
  Report *report = g_new0 (Report, 1);

  report->listener = g_object_ref (listener);
  report->signal_id = _eric_thread_pool_listener_signals[which];
  report->message = message != NULL ? g_object_ref (message) : NULL;
  return report;
}

/* Makes reports of the tasks that are overdue. Returns when the next one will be. */
static gint64
find_overdue_locked (EricPoolReports *self,
                     gint64           now)
{
  EricPoolWatch *watch;

  while ((watch = g_queue_peek_head (&self->watches)) != NULL)
    {
      Report *report;

      if (watch->deadline > now)
        return watch->deadline;
      g_queue_unlink (&self->watches, &watch->link);
      watch->deadline = 0;
      report = report_new (self->listener, ERIC_POOL_OVERDUE, watch->message);
      report->elapsed = MIN ((now - watch->started) / G_TIME_SPAN_MILLISECOND, G_MAXUINT);
      g_queue_push_tail (&self->reports, report);
    }
  return -1;
}

static gboolean
report_cb (gpointer user_data)
{
  EricPoolReports *self = user_data;
  GQueue due = G_QUEUE_INIT;
  gint64 next;
  Report *report;

  g_mutex_lock (&self->lock);
  next = find_overdue_locked (self, g_get_monotonic_time ());
  while (due.length < MAX_REPORTS_A_TURN && (report = g_queue_pop_head (&self->reports)) != NULL)
    g_queue_push_tail (&due, report);
  g_source_set_ready_time (self->source, self->reports.length > 0 ? 0 : next);
  g_mutex_unlock (&self->lock);

  while ((report = g_queue_pop_head (&due)) != NULL)
    {
      report_emit (report);
      report_free (report);
    }
  return G_SOURCE_CONTINUE;
}

static void
reports_clear (gpointer data)
{
  EricPoolReports *self = data;

  g_source_unref (self->source);
  g_mutex_clear (&self->lock);
}

static void
reports_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, reports_clear);
}

/* Reports that nobody will hear would keep the listener for ever. */
static void
source_gone (gpointer data)
{
  EricPoolReports *self = data;
  GQueue unheard;

  g_mutex_lock (&self->lock);
  self->deaf = TRUE;
  unheard = self->reports;
  g_queue_init (&self->reports);
  g_mutex_unlock (&self->lock);

  g_queue_clear_full (&unheard, report_free);
  reports_unref (self);
}

EricPoolReports *
_eric_pool_reports_new (EricThreadPoolListener *listener)
{
  EricPoolReports *self = g_atomic_rc_box_new0 (EricPoolReports);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->listener = listener;
  g_mutex_init (&self->lock);
  self->source = eric_ready_source_new ("EricThreadPoolListener reports");
  /* The main loop may be in it while a worker drops the last listener. */
  g_source_set_callback (self->source, report_cb, g_atomic_rc_box_acquire (self), source_gone);
  g_source_attach (self->source, context);
  return self;
}

void
_eric_pool_reports_free (EricPoolReports *self)
{
  g_assert (self->reports.length == 0 && self->watches.length == 0);
  g_source_destroy (self->source);
  reports_unref (self);
}

static gboolean
is_wanted (EricPoolReports *self,
           EricPoolSignal   which)
{
  return g_signal_has_handler_pending (self->listener,
                                       _eric_thread_pool_listener_signals[which], 0, FALSE);
}

/* Takes over @report. */
static void
post (EricPoolReports *self,
      Report          *report)
{
  gboolean deaf;

  g_mutex_lock (&self->lock);
  deaf = self->deaf;
  if (!deaf)
    g_queue_push_tail (&self->reports, report);
  if (self->reports.length == 1)
    g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->lock);

  if (deaf)
    report_free (report);
}

void
_eric_pool_reports_processed (EricPoolReports *self,
                              EricMessage     *message,
                              EricMessage     *result)
{
  Report *report;

  if (!is_wanted (self, ERIC_POOL_PROCESSED))
    return;
  report = report_new (self->listener, ERIC_POOL_PROCESSED, message);
  report->result = g_object_ref (result);
  post (self, report);
}

void
_eric_pool_reports_failed (EricPoolReports *self,
                           EricMessage     *message,
                           const GError    *error)
{
  Report *report;

  if (!is_wanted (self, ERIC_POOL_FAILED))
    return;
  report = report_new (self->listener, ERIC_POOL_FAILED, message);
  report->error = g_error_copy (error);
  post (self, report);
}

void
_eric_pool_reports_drained (EricPoolReports *self)
{
  if (is_wanted (self, ERIC_POOL_DRAINED))
    post (self, report_new (self->listener, ERIC_POOL_DRAINED, NULL));
}

void
_eric_pool_reports_notify (EricPoolReports *self,
                           EricListener    *changed,
                           GParamSpec      *pspec)
{
  guint signal_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  Report *report;

  if (!g_signal_has_handler_pending (changed, signal_id, g_quark_try_string (pspec->name), FALSE) &&
      G_OBJECT_GET_CLASS (changed)->notify == NULL)
    return;
  report = g_new0 (Report, 1);
  report->listener = g_object_ref (self->listener);
  report->changed = g_object_ref (changed);
  report->pspec = g_param_spec_ref (pspec);
  post (self, report);
}

void
_eric_pool_reports_watch (EricPoolReports *self,
                          EricPoolWatch   *watch,
                          EricMessage     *message,
                          gint64           limit)
{
  GList *before;
  gint64 ready_time;

  watch->link = (GList) { .data = watch };
  watch->message = message;
  watch->started = g_get_monotonic_time ();
  watch->deadline = watch->started + limit;

  g_mutex_lock (&self->lock);
  before = self->watches.tail;
  while (before != NULL && ((EricPoolWatch *) before->data)->deadline > watch->deadline)
    before = before->prev;
  g_queue_insert_after_link (&self->watches, before, &watch->link);
  ready_time = g_source_get_ready_time (self->source);
  if (ready_time < 0 || ready_time > watch->deadline)
    g_source_set_ready_time (self->source, watch->deadline);
  g_mutex_unlock (&self->lock);
}

void
_eric_pool_reports_unwatch (EricPoolReports *self,
                            EricPoolWatch   *watch)
{
  g_mutex_lock (&self->lock);
  if (watch->deadline != 0)
    g_queue_unlink (&self->watches, &watch->link);
  g_mutex_unlock (&self->lock);
}
