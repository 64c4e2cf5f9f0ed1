/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-pool-tasks-private.h"

#include "eric-message.h"

struct _EricTaskKey
{
  char   *name;      /* (owned) */
  GQueue  behind;    /* of (owned) EricTask */
};

typedef struct
{
  EricTask task;
  gint64   due;      /* monotonic microseconds */
} DelayedTask;

static void
key_free (gpointer data)
{
  EricTaskKey *key = data;

  g_free (key->name);
  g_free (key);
}

static void
task_free (gpointer data)
{
  EricTask *task = data;

  g_object_unref (task->message);
  g_free (task);
}

static void
delayed_task_free (gpointer data)
{
  DelayedTask *delayed = data;

  g_object_unref (delayed->task.message);
  g_free (delayed);
}

static int
compare_due (gconstpointer a,
             gconstpointer b,
             gpointer      user_data)
{
  const DelayedTask *left = a;
  const DelayedTask *right = b;

  return (left->due > right->due) - (left->due < right->due);
}

void
_eric_pool_tasks_init (EricPoolTasks *tasks)
{
  tasks->keys = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, key_free);
  g_queue_init (&tasks->ready);
  tasks->delayed = g_sequence_new (delayed_task_free);
  tasks->n_behind = 0;
}

void
_eric_pool_tasks_clear (EricPoolTasks *tasks)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, tasks->keys);
  while (g_hash_table_iter_next (&iter, NULL, &key))
    g_queue_clear_full (&((EricTaskKey *) key)->behind, task_free);
  g_clear_pointer (&tasks->keys, g_hash_table_unref);
  g_queue_clear_full (&tasks->ready, task_free);
  g_clear_pointer (&tasks->delayed, g_sequence_free);
}

gboolean
_eric_pool_tasks_claim (EricPoolTasks *tasks,
                        EricTask      *task,
                        const char    *key_name)
{
  EricTaskKey *key = g_hash_table_lookup (tasks->keys, key_name);
  EricTask *behind;

  if (key == NULL)
    {
      key = g_new0 (EricTaskKey, 1);
      key->name = g_strdup (key_name);
      g_hash_table_insert (tasks->keys, key->name, key);
      task->key = key;
      return TRUE;
    }
  behind = g_memdup2 (task, sizeof *task);
  behind->key = key;
  g_queue_push_tail (&key->behind, behind);
  tasks->n_behind++;
  return FALSE;
}

void
_eric_pool_tasks_done (EricPoolTasks  *tasks,
                       const EricTask *task)
{
  EricTask *next;

  if (task->key == NULL)
    return;
  next = g_queue_pop_head (&task->key->behind);
  if (next == NULL)
    {
      g_hash_table_remove (tasks->keys, task->key->name);
      return;
    }
  tasks->n_behind--;
  g_queue_push_tail (&tasks->ready, next);
}

void
_eric_pool_tasks_delay (EricPoolTasks  *tasks,
                        const EricTask *task,
                        gint64          due)
{
  DelayedTask *delayed = g_new (DelayedTask, 1);

  *delayed = (DelayedTask) { *task, due };
  g_sequence_insert_sorted (tasks->delayed, delayed, compare_due, NULL);
}

gboolean
_eric_pool_tasks_take (EricPoolTasks *tasks,
                       gint64         now,
                       EricTask      *task)
{
  g_autofree EricTask *ready = NULL;
  GSequenceIter *first = g_sequence_get_begin_iter (tasks->delayed);
  DelayedTask *delayed = g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);

  if (delayed != NULL && delayed->due <= now)
    {
      *task = delayed->task;
      g_object_ref (task->message);
      g_sequence_remove (first);
      return TRUE;
    }
  ready = g_queue_pop_head (&tasks->ready);
  if (ready == NULL)
    return FALSE;
  *task = *ready;
  return TRUE;
}

gint64
_eric_pool_tasks_next_due (EricPoolTasks *tasks)
{
  GSequenceIter *first = g_sequence_get_begin_iter (tasks->delayed);

  if (tasks->ready.length > 0)
    return 0;
  return g_sequence_iter_is_end (first) ? G_MAXINT64
                                        : ((DelayedTask *) g_sequence_get (first))->due;
}

guint
_eric_pool_tasks_length (EricPoolTasks *tasks)
{
  return tasks->ready.length + tasks->n_behind + g_sequence_get_length (tasks->delayed);
}
