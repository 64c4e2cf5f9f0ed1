/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-frame-budget-private.h"

/* A row for each number of bits that a size can have; 0 is for what is nowhere. */
#define N_ROWS (8 * sizeof (gsize) + 1)

struct _EricFrameBudget
{
  gatomicrefcount refs;
  guint64         used;            /* (atomic) */
  guint64         max;             /* (atomic) */
  gsize           max_message;     /* (atomic) */
  GMutex          lock;            /* a leaf: taken under a log's lock */
  GQueue          rows[N_ROWS];    /* (lock lock) of logs, by their links */
};

EricFrameBudget *
eric_frame_budget_new (void)
{
  EricFrameBudget *budget = g_new0 (EricFrameBudget, 1);

  g_atomic_ref_count_init (&budget->refs);
  g_mutex_init (&budget->lock);
  budget->max = G_MAXUINT64;
  return budget;
}

EricFrameBudget *
eric_frame_budget_ref (EricFrameBudget *budget)
{
  g_atomic_ref_count_inc (&budget->refs);
  return budget;
}

void
eric_frame_budget_unref (EricFrameBudget *budget)
{
  if (!g_atomic_ref_count_dec (&budget->refs))
    return;
  g_mutex_clear (&budget->lock);
  g_free (budget);
}

void
eric_frame_budget_set_max (EricFrameBudget *budget,
                           guint64          max)
{
  __atomic_store_n (&budget->max, max, __ATOMIC_SEQ_CST);
}

void
eric_frame_budget_set_max_message (EricFrameBudget *budget,
                                   gsize            max_message)
{
  g_atomic_pointer_set (&budget->max_message, max_message);
}

gsize
eric_frame_budget_get_max_message (EricFrameBudget *budget)
{
  return (gsize) g_atomic_pointer_get (&budget->max_message);
}

guint64
eric_frame_budget_get_used (EricFrameBudget *budget)
{
  return __atomic_load_n (&budget->used, __ATOMIC_SEQ_CST);
}

gboolean
eric_frame_budget_is_over (EricFrameBudget *budget)
{
  guint64 used = eric_frame_budget_get_used (budget);

  return used > __atomic_load_n (&budget->max, __ATOMIC_SEQ_CST) &&
         used / ERIC_FRAME_BUDGET_MESSAGES > eric_frame_budget_get_max_message (budget);
}

void
eric_frame_budget_add (EricFrameBudget *budget,
                       gsize            bytes)
{
  if (budget != NULL)
    __atomic_add_fetch (&budget->used, bytes, __ATOMIC_SEQ_CST);
}

void
eric_frame_budget_remove (EricFrameBudget *budget,
                          gsize            bytes)
{
  if (budget != NULL)
    __atomic_sub_fetch (&budget->used, bytes, __ATOMIC_SEQ_CST);
}

/* For a log that keeps so many bytes now; 0 where it is to stand nowhere. */
void
eric_frame_budget_place (EricFrameBudget *budget,
                         EricFramePlace  *place,
                         gpointer         log,
                         gsize            kept)
{
  guint row = kept > 0 ? g_bit_storage (kept) : 0;

  /* Only who has the log's lock changes the row. */
  if (budget == NULL || row == place->row)
    return;
  g_mutex_lock (&budget->lock);
  if (place->row > 0)
    g_queue_unlink (&budget->rows[place->row], &place->link);
  place->link.data = log;
  place->row = row;
  if (row > 0)
    g_queue_push_tail_link (&budget->rows[row], &place->link);
  g_mutex_unlock (&budget->lock);
}

gpointer
eric_frame_budget_pick (EricFrameBudget  *budget,
                        gpointer          except,
                        gboolean        (*ref) (gpointer log))
{
  gpointer picked = NULL;

  g_mutex_lock (&budget->lock);
  for (guint row = N_ROWS - 1; row > 0 && picked == NULL; row--)
    for (GList *l = budget->rows[row].head; l != NULL && picked == NULL; l = l->next)
      if (l->data != except && ref (l->data))
        {
          picked = l->data;
          g_queue_unlink (&budget->rows[row], l);
          g_queue_push_tail_link (&budget->rows[row], l);
        }
  g_mutex_unlock (&budget->lock);
  return picked;
}
