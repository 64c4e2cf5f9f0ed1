/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-pool-results-private.h"

#include "eric-message.h"

static void
clear_message (gpointer message)
{
  g_clear_object (&message);
}

void
_eric_pool_results_init (EricPoolResults *results)
{
  g_mutex_init (&results->lock);
  results->early = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, clear_message);
}

void
_eric_pool_results_clear (EricPoolResults *results)
{
  g_clear_object (&results->listener);
  g_clear_pointer (&results->early, g_hash_table_unref);
  g_mutex_clear (&results->lock);
}

EricListener *
_eric_pool_results_dup_listener (EricPoolResults *results)
{
  EricListener *listener;

  g_mutex_lock (&results->lock);
  listener = results->listener != NULL ? g_object_ref (results->listener) : NULL;
  g_mutex_unlock (&results->lock);
  return listener;
}

gboolean
_eric_pool_results_set_listener (EricPoolResults *results,
                                 EricListener    *listener)
{
  g_autoptr (EricListener) before = NULL;
  gboolean changed;

  g_mutex_lock (&results->lock);
  before = results->listener;
  changed = before != listener;
  results->listener = listener != NULL ? g_object_ref (listener) : NULL;
  g_mutex_unlock (&results->lock);
  return changed;
}

gboolean
_eric_pool_results_forget (EricPoolResults *results,
                           EricListener    *listener)
{
  g_autoptr (EricListener) forgotten = NULL;

  g_mutex_lock (&results->lock);
  if (results->listener == listener)
    forgotten = g_steal_pointer (&results->listener);
  g_mutex_unlock (&results->lock);
  return forgotten != NULL;
}

static gboolean
is_crowded_locked (EricPoolResults *results)
{
  guint early = g_hash_table_size (results->early);
  guint capacity;

  if (early == 0 || results->listener == NULL)
    return FALSE;
  capacity = eric_listener_get_capacity (results->listener);
  return capacity > 0 && early >= capacity;
}

EricMessage *
_eric_pool_results_take (EricPoolResults *results,
                         EricListener    *source,
                         EricPop          pop,
                         guint64         *number)
{
  EricMessage *message = NULL;
  gboolean crowded;

  /* The lock is saved where no order is kept. */
  *number = ERIC_POOL_UNNUMBERED;
  if (g_atomic_int_get (&results->order) == ERIC_RESULT_ORDER_COMPLETION)
    return _eric_listener_pop (source, pop);

  g_mutex_lock (&results->lock);
  crowded = is_crowded_locked (results);
  g_atomic_int_set (&results->crowded, crowded);
  if (!crowded)
    message = _eric_listener_pop (source, pop);
  if (message != NULL)
    *number = results->n_taken++;
  g_mutex_unlock (&results->lock);
  return message;
}

/* What is left to do when the lock is gone. */
typedef struct
{
  EricListener *listener;   /* (owned) (nullable) */
  guint         n_held;
  gboolean      stopped;
} Aftermath;

static void
push_locked (EricPoolResults *results,
             EricMessage     *result,
             Aftermath       *aftermath)
{
  EricPush pushed;

  if (results->listener == NULL || !eric_listener_get_running (results->listener))
    return;
  pushed = _eric_listener_push (results->listener, result);
  aftermath->n_held += pushed == ERIC_PUSH_HELD;
  aftermath->stopped |= pushed == ERIC_PUSH_STOPPED;
  if (aftermath->listener == NULL)
    aftermath->listener = g_object_ref (results->listener);
}

static void
settle (Aftermath *aftermath)
{
  if (aftermath->stopped)
    _eric_listener_announce_stop (aftermath->listener);
  while (aftermath->n_held-- > 0)
    _eric_listener_wait_for_room (aftermath->listener);
  g_clear_object (&aftermath->listener);
}

/* The result whose turn it is, and those that waited for it. */
static void
push_in_order_locked (EricPoolResults *results,
                      EricMessage     *result,
                      Aftermath       *aftermath)
{
  g_autoptr (EricMessage) next = result != NULL ? g_object_ref (result) : NULL;
  g_autofree gint64 *number = NULL;

  do
    {
      if (next != NULL)
        push_locked (results, next, aftermath);
      results->n_given++;
      g_clear_object (&next);
      g_clear_pointer (&number, g_free);
    }
  while (g_hash_table_steal_extended (results->early, &results->n_given,
                                      (gpointer *) &number, (gpointer *) &next));
}

static int
compare_numbers (gconstpointer a,
                 gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

void
_eric_pool_results_flush (EricPoolResults *results)
{
  Aftermath aftermath = { 0 };
  g_autoptr (GList) numbers = NULL;

  g_mutex_lock (&results->lock);
  numbers = g_list_sort (g_hash_table_get_keys (results->early), compare_numbers);
  for (GList *l = numbers; l != NULL; l = l->next)
    {
      g_autoptr (EricMessage) result = NULL;

      if (g_hash_table_lookup (results->early, l->data) == NULL)
        continue;
      result = g_object_ref (g_hash_table_lookup (results->early, l->data));
      push_locked (results, result, &aftermath);
      g_hash_table_insert (results->early, g_memdup2 (l->data, sizeof (gint64)), NULL);
    }
  g_mutex_unlock (&results->lock);

  settle (&aftermath);
}

gboolean
_eric_pool_results_give (EricPoolResults *results,
                         guint64          number,
                         EricMessage     *result)
{
  Aftermath aftermath = { 0 };
  gboolean relieved;

  g_mutex_lock (&results->lock);
  if (number == results->n_given)
    push_in_order_locked (results, result, &aftermath);
  else if (number != ERIC_POOL_UNNUMBERED)
    g_hash_table_insert (results->early, g_memdup2 (&number, sizeof number),
                         result != NULL ? g_object_ref (result) : NULL);
  else if (result != NULL)
    push_locked (results, result, &aftermath);
  relieved = g_atomic_int_get (&results->crowded) && !is_crowded_locked (results);
  if (relieved)
    g_atomic_int_set (&results->crowded, FALSE);
  g_mutex_unlock (&results->lock);

  settle (&aftermath);
  return relieved;
}
