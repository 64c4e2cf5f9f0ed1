/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-error.h"
#include "eric-failure-private.h"
#include "eric-listener-private.h"
#include "eric-message-private.h"
#include "eric-thread-pool-listener-private.h"

/* A worker: takes messages as long as there are any, and then leaves. One is started
 * by a message that finds fewer than there may be. */

static void
tell_progress (EricPool *pool)
{
  EricProgress *progress = g_atomic_pointer_get (&pool->progress);

  if (progress != NULL)
    _eric_progress_changed (progress);
}

/* Before the result goes out: who has all results sees that all is done. */
static void
count (EricPool *pool,
       guint64  *counter)
{
  __atomic_add_fetch (counter, 1, __ATOMIC_SEQ_CST);
  tell_progress (pool);
}

static void
start_worker_locked (EricThreadPoolListener *self,
                     EricPool               *pool)
{
  g_atomic_int_inc (&pool->n_workers);
  g_thread_pool_push (pool->threads, g_object_ref (self), NULL);
}

static void
wake_sleeper_locked (EricPool *pool)
{
  pool->sleeper = NULL;
  g_cond_broadcast (&pool->wake);
}

static void
call_worker_locked (EricThreadPoolListener *self,
                    EricPool               *pool)
{
  if (pool->n_workers >= g_atomic_int_get (&pool->max_workers))
    return;
  if (pool->sleeper != NULL)
    wake_sleeper_locked (pool);
  else
    start_worker_locked (self, pool);
}

/* There is one more thing to do. The channel's lock may be held. */
void
_eric_pool_wake_worker (EricListener *listener)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (listener);
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);

  if (!eric_listener_get_running (listener) ||
      g_atomic_int_get (&pool->n_workers) >= g_atomic_int_get (&pool->max_workers))
    return;

  g_mutex_lock (&pool->lock);
  call_worker_locked (self, pool);
  g_mutex_unlock (&pool->lock);
}

void
_eric_pool_message_queued (EricListener *listener)
{
  tell_progress (_eric_thread_pool_listener_get_pool (ERIC_THREAD_POOL_LISTENER (listener)));
  _eric_pool_wake_worker (listener);
}

/* The same for all that is in the queue. */
void
_eric_pool_wake_all_workers (EricListener *listener)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (ERIC_THREAD_POOL_LISTENER (listener));
  int queued = _eric_listener_get_queued (listener);
  int max_workers = g_atomic_int_get (&pool->max_workers);

  /* One at least: it may be a task that waits. */
  for (int n = CLAMP (queued, 1, max_workers); n > 0; n--)
    _eric_pool_wake_worker (listener);
}

static void
give (EricListener   *listener,
      EricPool       *pool,
      const EricTask *task,
      EricMessage    *result)
{
  if (_eric_pool_results_give (&pool->results, task->number, result))
    _eric_pool_wake_all_workers (listener);
}

static gboolean
may_take (EricThreadPoolListener *self,
          EricPool               *pool)
{
  return eric_listener_get_running (ERIC_LISTENER (self)) &&
         !g_cancellable_is_cancelled (pool->cancellable);
}

static void
count_tasks_locked (EricPool *pool)
{
  g_atomic_int_set (&pool->n_tasks, (int) _eric_pool_tasks_length (&pool->tasks));
}

static gboolean
take_task (EricThreadPoolListener *self,
           EricPool               *pool,
           EricTask               *task)
{
  gboolean taken;

  g_mutex_lock (&pool->lock);
  taken = _eric_pool_tasks_take (&pool->tasks, g_get_monotonic_time (), task);
  count_tasks_locked (pool);
  g_mutex_unlock (&pool->lock);
  if (taken)
    _eric_listener_release (ERIC_LISTENER (self));
  return taken;
}

/* A message from the queue. What comes behind the one that says that the channel is
 * closed stays there. */
static gboolean
take_message (EricThreadPoolListener *self,
              EricPool               *pool,
              EricPop                 pop,
              EricTask               *task)
{
  EricListener *listener = ERIC_LISTENER (self);

  *task = (EricTask) { 0 };
  task->message = _eric_pool_results_take (&pool->results, listener, pop, &task->number);
  if (task->message == NULL)
    return FALSE;
  _eric_listener_show (listener, task->message);
  if (!_eric_message_is_closed (task->message))
    return TRUE;

  g_atomic_int_set (&pool->closing, TRUE);
  count (pool, &pool->n_ended);
  if (pop == ERIC_POP_ASIDE)
    _eric_listener_release (listener);
  give (listener, pool, task, NULL);
  g_clear_object (&task->message);
  return FALSE;
}

static char *
dup_key (EricPool    *pool,
         EricMessage *message)
{
  EricPoolKeyFunc *key_func = NULL;
  char *key = NULL;

  if (g_atomic_int_get (&pool->task_order) == ERIC_TASK_ORDER_BY_TYPE)
    return g_strdup (eric_message_get_event_type (message));

  g_mutex_lock (&pool->lock);
  if (pool->key_func != NULL)
    key_func = g_atomic_rc_box_acquire (pool->key_func);
  g_mutex_unlock (&pool->lock);
  if (key_func != NULL)
    {
      key = key_func->func (message, key_func->user_data);
      _eric_pool_key_func_unref (key_func);
    }
  return key;
}

/* One worker at a time looks for the keys of messages: their order is that in which
 * they were taken. */
static gboolean
begin_sorting (EricPool *pool)
{
  gboolean begun;

  g_mutex_lock (&pool->lock);
  begun = !pool->sorting;
  pool->sorting = TRUE;
  g_mutex_unlock (&pool->lock);
  return begun;
}

/* With a task: whether it may run at once. Another worker goes on with what is left. */
static gboolean
end_sorting (EricThreadPoolListener *self,
             EricPool               *pool,
             EricTask               *task,
             const char             *key)
{
  gboolean claimed;

  g_mutex_lock (&pool->lock);
  pool->sorting = FALSE;
  claimed = task != NULL && (key == NULL || _eric_pool_tasks_claim (&pool->tasks, task, key));
  count_tasks_locked (pool);
  g_mutex_unlock (&pool->lock);

  if (claimed)
    {
      _eric_listener_release (ERIC_LISTENER (self));
      if (_eric_listener_get_queued (ERIC_LISTENER (self)) > 0)
        _eric_pool_wake_worker (ERIC_LISTENER (self));
    }
  return claimed;
}

static gboolean
take_in_order (EricThreadPoolListener *self,
               EricPool               *pool,
               EricTask               *task)
{
  while (may_take (self, pool) && begin_sorting (pool))
    {
      g_autofree char *key = NULL;

      if (!take_message (self, pool, ERIC_POP_ASIDE, task))
        return end_sorting (self, pool, NULL, NULL);
      key = dup_key (pool, task->message);
      if (end_sorting (self, pool, task, key))
        return TRUE;
    }
  return FALSE;
}

static gboolean
next_task (EricThreadPoolListener *self,
           EricPool               *pool,
           EricTask               *task)
{
  if (!may_take (self, pool))
    return FALSE;
  if (g_atomic_int_get (&pool->n_tasks) > 0 && take_task (self, pool, task))
    return TRUE;
  if (g_atomic_int_get (&pool->task_order) == ERIC_TASK_ORDER_NONE)
    return take_message (self, pool, ERIC_POP_TASK, task);
  return take_in_order (self, pool, task);
}

/* This worker is about to be busy, for however long: another one takes the tasks that
 * are due, or sleeps until one is. */
static void
hand_over_tasks (EricThreadPoolListener *self,
                 EricPool               *pool)
{
  gint64 due;

  if (g_atomic_int_get (&pool->n_tasks) == 0)
    return;
  g_mutex_lock (&pool->lock);
  due = _eric_pool_tasks_next_due (&pool->tasks);
  if (due != G_MAXINT64 && (pool->sleeper == NULL || due <= g_get_monotonic_time ()))
    call_worker_locked (self, pool);
  g_mutex_unlock (&pool->lock);
}

/* Whether the task is to be tried once more: then it has been put off. */
static gboolean
retry (EricThreadPoolListener *self,
       EricPool               *pool,
       EricTask               *task)
{
  gint64 delay = (gint64) g_atomic_int_get (&pool->retry_delay) * G_TIME_SPAN_MILLISECOND;
  gint64 due;

  if (task->attempts++ >= (guint) g_atomic_int_get (&pool->max_retries) ||
      g_cancellable_is_cancelled (pool->cancellable))
    return FALSE;
  _eric_listener_set_aside (ERIC_LISTENER (self));
  g_mutex_lock (&pool->lock);
  due = g_get_monotonic_time () + delay;
  /* The delay may have become shorter: who sleeps does so for too long. */
  if (due < _eric_pool_tasks_next_due (&pool->tasks))
    wake_sleeper_locked (pool);
  _eric_pool_tasks_delay (&pool->tasks, task, due);
  count_tasks_locked (pool);
  g_mutex_unlock (&pool->lock);
  return TRUE;
}

static void
give_up (EricThreadPoolListener *self,
         EricPool               *pool,
         EricTask               *task,
         const GError           *error)
{
  g_autoptr (EricMessage) report = _eric_failure_new (task->message, error->message);
  g_autoptr (EricListener) dead_letters = NULL;

  count (pool, &pool->n_failed);
  g_mutex_lock (&pool->lock);
  if (pool->dead_letters != NULL)
    dead_letters = g_object_ref (pool->dead_letters);
  g_mutex_unlock (&pool->lock);

  if (dead_letters != NULL)
    eric_listener_push (dead_letters, task->message, NULL);
  _eric_pool_reports_failed (pool->reports, task->message, error);
  give (ERIC_LISTENER (self), pool, task, report);
}

static EricMessage *
process (EricThreadPoolListener  *self,
         EricPool                *pool,
         EricMessage             *message,
         GError                 **error)
{
  EricThreadPoolListenerClass *klass = ERIC_THREAD_POOL_LISTENER_GET_CLASS (self);
  gint64 limit = (gint64) g_atomic_int_get (&pool->time_limit) * G_TIME_SPAN_MILLISECOND;
  EricPoolWatch watch;
  EricMessage *result;

  if (limit > 0)
    _eric_pool_reports_watch (pool->reports, &watch, message, limit);
  result = klass->process (self, message, pool->cancellable, error);
  if (limit > 0)
    _eric_pool_reports_unwatch (pool->reports, &watch);

  if (result == NULL && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "There is no result, and no reason");
  return result;
}

/* Takes over what is in the task. */
static void
perform (EricThreadPoolListener *self,
         EricPool               *pool,
         EricTask               *task)
{
  g_autoptr (EricMessage) message = task->message;
  g_autoptr (EricMessage) result = NULL;
  g_autoptr (GError) error = NULL;

  result = process (self, pool, message, &error);
  if (error != NULL)
    {
      if (retry (self, pool, task))
        {
          g_steal_pointer (&message);
          return;
        }
      give_up (self, pool, task, error);
    }
  else
    {
      count (pool, &pool->n_done);
      _eric_pool_reports_processed (pool->reports, message, result);
      give (ERIC_LISTENER (self), pool, task, result);
    }

  if (task->key != NULL)
    {
      g_mutex_lock (&pool->lock);
      _eric_pool_tasks_done (&pool->tasks, task);
      g_mutex_unlock (&pool->lock);
    }
}

static gboolean
has_work_locked (EricThreadPoolListener *self,
                 EricPool               *pool)
{
  if (!may_take (self, pool))
    return FALSE;
  if (_eric_pool_tasks_next_due (&pool->tasks) <= g_get_monotonic_time ())
    return TRUE;
  return !pool->sorting && !g_atomic_int_get (&pool->results.crowded) &&
         _eric_listener_get_queued (ERIC_LISTENER (self)) > 0;
}

/* Until a task is due, or something happens. */
static void
sleep_locked (EricPool *pool,
              gint64    until)
{
  gconstpointer me = &me;

  pool->sleeper = me;
  g_cond_wait_until (&pool->wake, &pool->lock, until);
  if (pool->sleeper == me)
    pool->sleeper = NULL;
}

/* Whether what there is to do is this worker's. It is not counted: who brings
 * something and still counts it in has brought it before the look. */
static gboolean
stay_locked (EricThreadPoolListener *self,
             EricPool               *pool)
{
  for (;;)
    {
      gint64 due;

      if (has_work_locked (self, pool))
        return pool->n_workers < g_atomic_int_get (&pool->max_workers);
      due = _eric_pool_tasks_next_due (&pool->tasks);
      if (due == G_MAXINT64 || !may_take (self, pool) || pool->sleeper != NULL)
        return FALSE;
      sleep_locked (pool, due);
    }
}

static gboolean
has_drained_locked (EricThreadPoolListener *self,
                    EricPool               *pool)
{
  return g_atomic_int_get (&pool->closing) && pool->n_workers == 0 && may_take (self, pool) &&
         _eric_pool_tasks_length (&pool->tasks) == 0;
}

/* What came behind the end may be taken when the listener is started again, which it
 * may be as soon as anybody can know: by then nothing of this run is left in it. */
static void
finish (EricThreadPoolListener *self,
        EricPool               *pool)
{
  EricListener *listener = ERIC_LISTENER (self);
  g_autoptr (EricListener) results = _eric_pool_results_dup_listener (&pool->results);
  EricListener *claimed;
  gboolean stopped;

  g_mutex_lock (&pool->lock);
  /* Who came meanwhile may be about to take what is behind the end: the last one ends it. */
  if (pool->n_workers > 1)
    {
      g_mutex_unlock (&pool->lock);
      return;
    }
  g_atomic_int_set (&pool->closing, FALSE);
  claimed = g_steal_pointer (&pool->claimed);
  pool->quiet = TRUE;
  stopped = _eric_listener_end_running (listener);
  _eric_listener_reopen (listener);
  g_mutex_unlock (&pool->lock);

  if (stopped)
    _eric_listener_announce_stop (listener);
  _eric_pool_end_drained (self, results, claimed);
  _eric_pool_reports_drained (pool->reports);
}

/* Whether the worker may go. If not, it has to look again. */
static gboolean
leave (EricThreadPoolListener *self,
       EricPool               *pool)
{
  gboolean stays, drained;

  g_mutex_lock (&pool->lock);
  g_atomic_int_add (&pool->n_workers, -1);
  stays = stay_locked (self, pool);
  drained = !stays && has_drained_locked (self, pool);
  if (stays || drained)
    g_atomic_int_inc (&pool->n_workers);
  g_mutex_unlock (&pool->lock);

  if (drained)
    finish (self, pool);
  return !stays && !drained;
}

/* There may be more workers than there are to be since their number was changed. */
static gboolean
is_one_too_many (EricPool *pool)
{
  return g_atomic_int_get (&pool->n_workers) > g_atomic_int_get (&pool->max_workers);
}

/* Runs in a thread of the pool. */
void
_eric_pool_work (gpointer listener,
                 gpointer unused)
{
  g_autoptr (EricThreadPoolListener) self = listener;
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);
  EricListener *before = _eric_listener_mark_taker (ERIC_LISTENER (self));
  EricTask task;

  do
    while (!is_one_too_many (pool) && next_task (self, pool, &task))
      {
        hand_over_tasks (self, pool);
        perform (self, pool, &task);
      }
  while (!leave (self, pool));

  /* What that changes is told in the owner's main context, too. */
  _eric_pool_tell_idle (self);
  _eric_listener_mark_taker (before);
}

/* In a thread of the pool, of whatever listener. */
void
_eric_pool_property_changed (EricListener *listener,
                             EricListener *changed,
                             GParamSpec   *pspec)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (ERIC_THREAD_POOL_LISTENER (listener));

  _eric_pool_reports_notify (pool->reports, changed, pspec);
}

/* The listener was started or stopped. */
void
_eric_pool_running_changed (EricListener *listener)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (listener);
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);

  if (eric_listener_get_running (listener))
    {
      g_mutex_lock (&pool->lock);
      /* A worker that a message called may have ended the run by now. */
      pool->quiet &= !eric_listener_get_running (listener);
      g_mutex_unlock (&pool->lock);
      _eric_pool_wake_all_workers (listener);
      /* Who was cancelled would do nothing and never end. */
      if (g_cancellable_is_cancelled (pool->cancellable))
        eric_listener_stop (listener);
      return;
    }
  g_mutex_lock (&pool->lock);
  wake_sleeper_locked (pool);
  g_mutex_unlock (&pool->lock);
  _eric_pool_tell_idle (self);
}
