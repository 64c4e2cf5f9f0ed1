/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

typedef struct _EricTaskKey EricTaskKey;

/* One message on its way through a pool. */
typedef struct
{
  EricMessage *message;    /* (owned) */
  EricTaskKey *key;        /* (nullable): held until the task is done */
  guint64      number;     /* its place among the results */
  guint        attempts;   /* that failed */
} EricTask;

/* Tasks that do not run yet: behind another of the same key, or until a time. It
 * has no lock of its own. */
typedef struct
{
  GHashTable *keys;       /* (owned): name -> (owned) EricTaskKey, of tasks that are not done */
  GQueue      ready;      /* of (owned) EricTask, the oldest first */
  GSequence  *delayed;    /* (owned) of (owned) delayed tasks, the next one first */
  guint       n_behind;   /* tasks that wait behind another */
} EricPoolTasks;

void     _eric_pool_tasks_init     (EricPoolTasks  *tasks);
void     _eric_pool_tasks_clear    (EricPoolTasks  *tasks);

/* Whether the task may run at once. If not, the tasks have taken it over. */
gboolean _eric_pool_tasks_claim    (EricPoolTasks  *tasks,
                                    EricTask       *task,
                                    const char     *key);

/* The task that was claimed is done: the next one of its key is ready. */
void     _eric_pool_tasks_done     (EricPoolTasks  *tasks,
                                    const EricTask *task);

/* Takes the task over until then, in monotonic microseconds. */
void     _eric_pool_tasks_delay    (EricPoolTasks  *tasks,
                                    const EricTask *task,
                                    gint64          due);

/* A task that may run now. */
gboolean _eric_pool_tasks_take     (EricPoolTasks  *tasks,
                                    gint64          now,
                                    EricTask       *task);

/* When the next one may run: 0 for at once, G_MAXINT64 if that is not known yet. */
gint64   _eric_pool_tasks_next_due (EricPoolTasks  *tasks);
guint    _eric_pool_tasks_length   (EricPoolTasks  *tasks);

G_END_DECLS
