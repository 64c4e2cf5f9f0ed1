/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-thread-pool-listener.h"

#include "eric-thread-pool-listener-private.h"

/* What can be set on a listener, and its counters. */

static void
key_func_clear (gpointer data)
{
  EricPoolKeyFunc *key_func = data;

  if (key_func->notify != NULL)
    key_func->notify (key_func->user_data);
}

void
_eric_pool_key_func_unref (EricPoolKeyFunc *key_func)
{
  g_atomic_rc_box_release_full (key_func, key_func_clear);
}

/* One more than workers: for who sleeps until a task is due. */
int
_eric_pool_get_max_threads (EricPool *pool)
{
  int max_workers = g_atomic_int_get (&pool->max_workers);

  return max_workers < G_MAXINT ? max_workers + 1 : G_MAXINT;
}

/* Sets a number that worker threads read. */
static void
set_number (EricThreadPoolListener *self,
            int                    *number,
            int                     value,
            const char             *property)
{
  if (g_atomic_int_get (number) == value)
    return;
  g_atomic_int_set (number, value);
  g_object_notify (G_OBJECT (self), property);
}

/**
 * eric_thread_pool_listener_get_max_workers: (get-property max-workers)
 * @self: a listener
 *
 * Gets how many messages are processed at once.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages, at least 1
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_max_workers (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->max_workers);
}

/**
 * eric_thread_pool_listener_set_max_workers: (set-property max-workers)
 * @self: a listener
 * @max_workers: the number of messages, from 1 to `G_MAXINT`
 *
 * Sets how many messages are processed at once. Tasks that run already are finished.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_max_workers (EricThreadPoolListener *self,
                                           guint                   max_workers)
{
  EricPool *pool;

  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (max_workers > 0 && max_workers <= G_MAXINT);

  pool = _eric_thread_pool_listener_get_pool (self);
  set_number (self, &pool->max_workers, max_workers, "max-workers");
  if (pool->threads != NULL)
    {
      g_thread_pool_set_max_threads (pool->threads, _eric_pool_get_max_threads (pool), NULL);
      _eric_pool_wake_all_workers (ERIC_LISTENER (self));
    }
}

/**
 * eric_thread_pool_listener_get_max_pending: (get-property max-pending)
 * @self: a listener
 *
 * Gets how many messages may wait to be processed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages, 0 for no bound
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_max_pending (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return eric_listener_get_capacity (ERIC_LISTENER (self));
}

/**
 * eric_thread_pool_listener_set_max_pending: (set-property max-pending)
 * @self: a listener
 * @max_pending: the number of messages, at most `G_MAXINT`; 0 for no bound
 *
 * Sets how many messages may wait to be processed.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_max_pending (EricThreadPoolListener *self,
                                           guint                   max_pending)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));

  eric_listener_set_capacity (ERIC_LISTENER (self), max_pending);
}

/**
 * eric_thread_pool_listener_get_task_order: (get-property task-order)
 * @self: a listener
 *
 * Gets which messages are processed one after the other.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the order
 *
 * Since: 0.1
 */
EricTaskOrder
eric_thread_pool_listener_get_task_order (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), ERIC_TASK_ORDER_NONE);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->task_order);
}

/**
 * eric_thread_pool_listener_set_task_order: (set-property task-order)
 * @self: a listener
 * @task_order: the order
 *
 * Sets which messages are processed one after the other, of those that are taken from
 * the queue from now on.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_task_order (EricThreadPoolListener *self,
                                          EricTaskOrder           task_order)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));

  set_number (self, &_eric_thread_pool_listener_get_pool (self)->task_order, task_order, "task-order");
}

/**
 * eric_thread_pool_listener_set_key_func:
 * @self: a listener
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): tells the
 *   key of a message, or %NULL to have none
 * @user_data: data for @func
 * @notify: (nullable): called with @user_data when @func is no longer needed, in the
 *   thread that is the last to use it
 *
 * Sets [property@ThreadPoolListener:task-order] to %ERIC_TASK_ORDER_BY_KEY, so that
 * messages with the same key are processed one after the other, in their order; or, with
 * %NULL, to %ERIC_TASK_ORDER_NONE.
 *
 * @func is called in threads of the pool, by one of them at a time.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_key_func (EricThreadPoolListener *self,
                                        EricMessageKeyFunc      func,
                                        gpointer                user_data,
                                        GDestroyNotify          notify)
{
  EricPoolKeyFunc *key_func = NULL;
  EricPoolKeyFunc *before;
  EricPool *pool;

  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));

  pool = _eric_thread_pool_listener_get_pool (self);
  if (func != NULL)
    {
      key_func = g_atomic_rc_box_new (EricPoolKeyFunc);
      *key_func = (EricPoolKeyFunc) { func, user_data, notify };
    }
  g_mutex_lock (&pool->lock);
  before = pool->key_func;
  pool->key_func = key_func;
  g_mutex_unlock (&pool->lock);

  eric_thread_pool_listener_set_task_order (self, func != NULL ? ERIC_TASK_ORDER_BY_KEY
                                                               : ERIC_TASK_ORDER_NONE);
  g_clear_pointer (&before, _eric_pool_key_func_unref);
}

/**
 * eric_thread_pool_listener_get_max_retries: (get-property max-retries)
 * @self: a listener
 *
 * Gets how often a task that failed is tried again.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of tries after the first
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_max_retries (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->max_retries);
}

/**
 * eric_thread_pool_listener_set_max_retries: (set-property max-retries)
 * @self: a listener
 * @max_retries: the number of tries after the first, at most `G_MAXINT`
 *
 * Sets how often a task that failed is tried again. What is cancelled is not.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_max_retries (EricThreadPoolListener *self,
                                           guint                   max_retries)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (max_retries <= G_MAXINT);

  set_number (self, &_eric_thread_pool_listener_get_pool (self)->max_retries, max_retries, "max-retries");
}

/**
 * eric_thread_pool_listener_get_retry_delay: (get-property retry-delay)
 * @self: a listener
 *
 * Gets the time between a failure and the next try.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_retry_delay (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->retry_delay);
}

/**
 * eric_thread_pool_listener_set_retry_delay: (set-property retry-delay)
 * @self: a listener
 * @retry_delay: the time in milliseconds, at most `G_MAXINT`
 *
 * Sets the time between a failure and the next try. Other messages are processed meanwhile,
 * but for those of the same key.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_retry_delay (EricThreadPoolListener *self,
                                           guint                   retry_delay)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (retry_delay <= G_MAXINT);

  set_number (self, &_eric_thread_pool_listener_get_pool (self)->retry_delay, retry_delay, "retry-delay");
}

/**
 * eric_thread_pool_listener_get_time_limit: (get-property time-limit)
 * @self: a listener
 *
 * Gets how long a task may take before it is reported.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds, 0 for any time
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_time_limit (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->time_limit);
}

/**
 * eric_thread_pool_listener_set_time_limit: (set-property time-limit)
 * @self: a listener
 * @time_limit: the time in milliseconds, at most `G_MAXINT`; 0 for any time
 *
 * Sets how long a task may take before it is reported. It is not ended by this.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_time_limit (EricThreadPoolListener *self,
                                          guint                   time_limit)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (time_limit <= G_MAXINT);

  set_number (self, &_eric_thread_pool_listener_get_pool (self)->time_limit, time_limit, "time-limit");
}

/**
 * eric_thread_pool_listener_dup_dead_letters: (get-property dead-letters)
 * @self: a listener
 *
 * Gets where messages go that could not be processed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (nullable): the listener, or %NULL for none
 *
 * Since: 0.1
 */
EricListener *
eric_thread_pool_listener_dup_dead_letters (EricThreadPoolListener *self)
{
  EricPool *pool;
  EricListener *dead_letters;

  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), NULL);

  pool = _eric_thread_pool_listener_get_pool (self);
  g_mutex_lock (&pool->lock);
  dead_letters = pool->dead_letters != NULL ? g_object_ref (pool->dead_letters) : NULL;
  g_mutex_unlock (&pool->lock);
  return dead_letters;
}

/**
 * eric_thread_pool_listener_set_dead_letters: (set-property dead-letters)
 * @self: a listener
 * @dead_letters: (nullable): another listener, or %NULL for none
 *
 * Sets where messages go that could not be processed, as they came. Who takes them from
 * there may send them again. It need not run.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_dead_letters (EricThreadPoolListener *self,
                                            EricListener           *dead_letters)
{
  g_autoptr (EricListener) before = NULL;
  EricPool *pool;

  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (dead_letters == NULL || ERIC_IS_LISTENER (dead_letters));
  g_return_if_fail (dead_letters != ERIC_LISTENER (self));

  pool = _eric_thread_pool_listener_get_pool (self);
  g_mutex_lock (&pool->lock);
  before = pool->dead_letters;
  pool->dead_letters = dead_letters != NULL ? g_object_ref (dead_letters) : NULL;
  g_mutex_unlock (&pool->lock);

  if (before != dead_letters)
    g_object_notify (G_OBJECT (self), "dead-letters");
}

/**
 * eric_thread_pool_listener_dup_results: (get-property results)
 * @self: a listener
 *
 * Gets where results go.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (nullable): the listener, or %NULL for none
 *
 * Since: 0.1
 */
EricListener *
eric_thread_pool_listener_dup_results (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), NULL);

  return _eric_pool_results_dup_listener (&_eric_thread_pool_listener_get_pool (self)->results);
}

/**
 * eric_thread_pool_listener_set_results: (set-property results)
 * @self: a listener
 * @results: (nullable): another listener, or %NULL for none
 *
 * Sets where results go. Where its queue has a bound and its
 * [property@Listener:overflow] is %ERIC_OVERFLOW_BLOCK, tasks wait for who reads it.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_results (EricThreadPoolListener *self,
                                       EricListener           *results)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (results == NULL || ERIC_IS_LISTENER (results));
  g_return_if_fail (results != ERIC_LISTENER (self));

  if (_eric_pool_results_set_listener (&_eric_thread_pool_listener_get_pool (self)->results, results))
    g_object_notify (G_OBJECT (self), "results");
}

/**
 * eric_thread_pool_listener_get_result_order: (get-property result-order)
 * @self: a listener
 *
 * Gets in which order results come out.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the order
 *
 * Since: 0.1
 */
EricResultOrder
eric_thread_pool_listener_get_result_order (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), ERIC_RESULT_ORDER_COMPLETION);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->results.order);
}

/**
 * eric_thread_pool_listener_set_result_order: (set-property result-order)
 * @self: a listener
 * @result_order: the order
 *
 * Sets in which order results come out, of messages that are taken from the queue from
 * now on.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_set_result_order (EricThreadPoolListener *self,
                                            EricResultOrder         result_order)
{
  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));

  set_number (self, &_eric_thread_pool_listener_get_pool (self)->results.order, result_order, "result-order");
}

/**
 * eric_thread_pool_listener_get_cancellable: (get-property cancellable)
 * @self: a listener
 *
 * Gets what ends the processing early when it is cancelled.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none): the cancellable
 *
 * Since: 0.1
 */
GCancellable *
eric_thread_pool_listener_get_cancellable (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), NULL);

  return _eric_thread_pool_listener_get_pool (self)->cancellable;
}

/**
 * eric_thread_pool_listener_get_n_active: (get-property n-active)
 * @self: a listener
 *
 * Gets how many tasks run.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of tasks
 *
 * Since: 0.1
 */
guint
eric_thread_pool_listener_get_n_active (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return g_atomic_int_get (&_eric_thread_pool_listener_get_pool (self)->n_workers);
}

/**
 * eric_thread_pool_listener_get_n_done: (get-property n-done)
 * @self: a listener
 *
 * Gets how many messages were processed so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_thread_pool_listener_get_n_done (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return __atomic_load_n (&_eric_thread_pool_listener_get_pool (self)->n_done, __ATOMIC_SEQ_CST);
}

/**
 * eric_thread_pool_listener_get_n_failed: (get-property n-failed)
 * @self: a listener
 *
 * Gets how many messages could not be processed so far.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint64
eric_thread_pool_listener_get_n_failed (EricThreadPoolListener *self)
{
  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), 0);

  return __atomic_load_n (&_eric_thread_pool_listener_get_pool (self)->n_failed, __ATOMIC_SEQ_CST);
}
