/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-thread-pool-listener.h"

#include "eric-finish-private.h"
#include "eric-listener-private.h"
#include "eric-ready-source-private.h"
#include "eric-thread-pool-listener-private.h"

/* Waiting until a listener has stopped and no task runs any more. */

gboolean
_eric_pool_is_idle_locked (EricThreadPoolListener *self,
                           EricPool               *pool)
{
  return pool->n_workers == 0 && !eric_listener_get_running (ERIC_LISTENER (self));
}

void
_eric_pool_tell_idle (EricThreadPoolListener *self)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);

  /* Before anybody is told, so that who was told can begin anew. */
  _eric_pool_end_claim (self);
  g_mutex_lock (&pool->lock);
  if (_eric_pool_is_idle_locked (self, pool))
    {
      for (GList *l = pool->waiters.head; l != NULL; l = l->next)
        g_source_set_ready_time (l->data, 0);
      g_cond_broadcast (&pool->idle);
    }
  g_mutex_unlock (&pool->lock);
}

static void
wait_cancelled_cb (GCancellable *cancellable,
                   EricPool     *pool)
{
  g_mutex_lock (&pool->lock);
  g_cond_broadcast (&pool->idle);
  g_mutex_unlock (&pool->lock);
}

/**
 * eric_thread_pool_listener_wait:
 * @self: a listener
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Waits until the listener has stopped and no task runs any more: all was processed
 * up to the message of type %ERIC_MESSAGE_TYPE_CLOSED, or [method@Listener.stop] was
 * called. It blocks the thread, so no main loop turns in it meanwhile.
 *
 * Fails with %G_IO_ERROR_CANCELLED, and with %G_IO_ERROR_WOULD_BLOCK where one of the
 * listener's own tasks calls it, which would wait for itself.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE when the listener has stopped
 *
 * Since: 0.1
 */
gboolean
eric_thread_pool_listener_wait (EricThreadPoolListener  *self,
                                GCancellable            *cancellable,
                                GError                 **error)
{
  EricPool *pool;
  EricListener *taker;
  gulong handler = 0;
  gboolean idle;

  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  taker = _eric_listener_mark_taker (NULL);
  _eric_listener_mark_taker (taker);
  if (taker == ERIC_LISTENER (self))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                           "A task cannot wait for the listener that runs it");
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  pool = _eric_thread_pool_listener_get_pool (self);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), pool, NULL);
  g_mutex_lock (&pool->lock);
  while (!(idle = _eric_pool_is_idle_locked (self, pool)) && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&pool->idle, &pool->lock);
  g_mutex_unlock (&pool->lock);
  g_cancellable_disconnect (cancellable, handler);

  return idle || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Ready when the listener is idle, or the call was cancelled. */
static gboolean
waiter_ready_cb (gpointer user_data)
{
  GTask *task = user_data;
  GSource *waiter = g_main_current_source ();
  EricPool *pool = _eric_thread_pool_listener_get_pool (g_task_get_source_object (task));

  g_mutex_lock (&pool->lock);
  g_queue_remove (&pool->waiters, waiter);
  g_mutex_unlock (&pool->lock);

  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
wait_until_idle (EricThreadPoolListener *self,
                 GTask                  *task)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GSource) waiter = eric_ready_source_new ("EricThreadPoolListener waiter");

  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (waiter, cancelled);
    }

  g_mutex_lock (&pool->lock);
  g_queue_push_tail (&pool->waiters, waiter);
  if (_eric_pool_is_idle_locked (self, pool))
    g_source_set_ready_time (waiter, 0);
  g_mutex_unlock (&pool->lock);

  /* Where another thread turns the main context, it may be told and gone from here on. */
  g_task_attach_source (task, waiter, waiter_ready_cb);
}

/**
 * eric_thread_pool_listener_wait_async:
 * @self: a listener
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when the listener has stopped
 * @user_data: data for @callback
 *
 * Waits as [method@ThreadPoolListener.wait] does, without blocking. To cancel it
 * ends the waiting alone, not the tasks.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_thread_pool_listener_wait_async (EricThreadPoolListener *self,
                                      int                     io_priority,
                                      GCancellable           *cancellable,
                                      GAsyncReadyCallback     callback,
                                      gpointer                user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, eric_thread_pool_listener_wait_async);
  g_task_set_priority (task, io_priority);
  if (!g_task_return_error_if_cancelled (task))
    wait_until_idle (self, task);
}

/**
 * eric_thread_pool_listener_wait_finish:
 * @self: a listener
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Ends what [method@ThreadPoolListener.wait_async] began.
 *
 * Fails with %G_IO_ERROR_CANCELLED, or with %G_IO_ERROR_INVALID_ARGUMENT where @result
 * is none of that call.
 *
 * Returns: %TRUE when the listener has stopped
 *
 * Since: 0.1
 */
gboolean
eric_thread_pool_listener_wait_finish (EricThreadPoolListener  *self,
                                       GAsyncResult            *result,
                                       GError                 **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_THREAD_POOL_LISTENER (self), FALSE);

  task = eric_finish_task (result, self, eric_thread_pool_listener_wait_async, error);
  if (task == NULL)
    return FALSE;
  return g_task_propagate_boolean (task, error);
}
