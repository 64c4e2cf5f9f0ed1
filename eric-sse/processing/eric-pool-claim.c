/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-thread-pool-listener-private.h"

/* One run of a listener, for who wants to see the end of it. */

/* Takes over @claimed. */
static void
end_run (EricThreadPoolListener *self,
         EricPool               *pool,
         EricListener           *claimed)
{
  g_autoptr (EricListener) results = claimed;

  _eric_pool_results_flush (&pool->results);
  if (_eric_pool_results_forget (&pool->results, results))
    g_object_notify (G_OBJECT (self), "results");
  _eric_listener_push_end (results);
}

void
_eric_pool_end_claim (EricThreadPoolListener *self)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);
  EricListener *claimed = NULL;
  gboolean idle;

  g_mutex_lock (&pool->lock);
  idle = _eric_pool_is_idle_locked (self, pool);
  pool->quiet |= idle;
  if (idle && pool->claim_runs)
    claimed = g_steal_pointer (&pool->claimed);
  g_mutex_unlock (&pool->lock);

  if (claimed != NULL)
    end_run (self, pool, claimed);
}

void
_eric_pool_end_drained (EricThreadPoolListener *self,
                        EricListener           *results,
                        EricListener           *claimed)
{
  if (results != NULL && results != claimed)
    _eric_listener_push_end (results);
  if (claimed != NULL)
    end_run (self, _eric_thread_pool_listener_get_pool (self), claimed);
}

gboolean
_eric_pool_revive (EricThreadPoolListener  *self,
                   GError                 **error)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);
  gboolean quiet;

  _eric_pool_end_claim (self);
  g_mutex_lock (&pool->lock);
  quiet = pool->claimed == NULL && pool->quiet;
  g_mutex_unlock (&pool->lock);
  if (quiet && pool->owns_cancellable)
    g_cancellable_reset (pool->cancellable);
  return !g_cancellable_set_error_if_cancelled (pool->cancellable, error);
}

static gboolean
begin_claim (EricThreadPoolListener *self,
             EricPool               *pool,
             EricListener           *results)
{
  gboolean begun;

  g_mutex_lock (&pool->lock);
  /* What comes late of a run that was stopped could not be told from this one's. */
  begun = pool->claimed == NULL && pool->quiet && !eric_listener_get_running (ERIC_LISTENER (self));
  if (begun)
    {
      pool->claimed = g_object_ref (results);
      pool->claim_runs = FALSE;
    }
  g_mutex_unlock (&pool->lock);
  return begun;
}

gboolean
_eric_pool_claim (EricThreadPoolListener *self,
                  EricListener           *results,
                  EricResultOrder         order)
{
  EricPool *pool = _eric_thread_pool_listener_get_pool (self);

  /* The worker that was the last of the run before may not be here yet. */
  _eric_pool_end_claim (self);
  if (!begin_claim (self, pool, results))
    return FALSE;
  eric_thread_pool_listener_set_results (self, results);
  eric_thread_pool_listener_set_result_order (self, order);
  eric_listener_start (ERIC_LISTENER (self));

  g_mutex_lock (&pool->lock);
  pool->claim_runs |= pool->claimed == results;
  g_mutex_unlock (&pool->lock);
  /* In case that it was stopped before. */
  _eric_pool_end_claim (self);
  return TRUE;
}
