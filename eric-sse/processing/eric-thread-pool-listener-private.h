/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-thread-pool-listener.h"

#include "eric-pool-reports-private.h"
#include "eric-pool-results-private.h"
#include "eric-pool-tasks-private.h"
#include "eric-progress-private.h"

G_BEGIN_DECLS

typedef enum
{
  ERIC_POOL_PROCESSED,
  ERIC_POOL_FAILED,
  ERIC_POOL_OVERDUE,
  ERIC_POOL_DRAINED,
  ERIC_POOL_N_SIGNALS
} EricPoolSignal;

extern guint _eric_thread_pool_listener_signals[ERIC_POOL_N_SIGNALS];

typedef struct
{
  EricMessageKeyFunc  func;
  gpointer            user_data;
  GDestroyNotify      notify;      /* (nullable) */
} EricPoolKeyFunc;

typedef struct
{
  EricProcessFunc        func;                 /* (nullable) */
  gpointer               user_data;
  GDestroyNotify         user_data_free_func;  /* (nullable) */
  GCancellable          *cancellable;          /* (owned) */
  gboolean               owns_cancellable;     /* nobody gave one */
  gulong                 cancelled_handler;
  GThreadPool           *threads;              /* (owned) */
  EricPoolReports       *reports;              /* (owned) */
  EricPoolResults        results;
  EricProgress          *progress;             /* (owned) (nullable) (atomic): set once */

  int                    max_workers;          /* (atomic) */
  int                    max_retries;          /* (atomic) */
  int                    retry_delay;          /* (atomic): milliseconds */
  int                    time_limit;           /* (atomic): milliseconds, 0 for none */
  int                    task_order;           /* (atomic): an EricTaskOrder */

  GMutex                 lock;                 /* taken before that of the queue */
  GCond                  wake;                 /* for who sleeps until a task is due */
  GCond                  idle;                 /* for who waits until no worker is left */
  EricPoolKeyFunc       *key_func;             /* (owned) (nullable) (lock lock): a reference */
  EricListener          *claimed;              /* (owned) (nullable) (lock lock): gets the results of this run */
  gboolean               claim_runs;           /* (lock lock): the run has begun */
  gboolean               quiet;                /* (lock lock): no task runs: a run has ended, and none has begun */
  EricListener          *dead_letters;         /* (owned) (nullable) (lock lock) */
  EricPoolTasks          tasks;                /* (lock lock) */
  int                    n_tasks;              /* (atomic): the length of the tasks */
  int                    n_workers;            /* (atomic), changes under the lock */
  gconstpointer          sleeper;              /* (lock lock): who sleeps until a task is due; not counted */
  GQueue                 waiters;              /* (lock lock) of GSource, each of a task that waits */
  gboolean               sorting;              /* (lock lock): a worker looks for the key of a message */
  gboolean               closing;              /* (atomic): the last message was taken */

  guint64                n_done;               /* (atomic) */
  guint64                n_failed;             /* (atomic) */
  guint64                n_ended;              /* (atomic): messages that ended the processing */
} EricPool;

EricPool        *_eric_thread_pool_listener_get_pool     (EricThreadPoolListener *self);

/* Whether it had none before. Drops it at its end. */
gboolean         _eric_thread_pool_listener_set_progress (EricThreadPoolListener *self,
                                                          EricProgress           *progress);
void             _eric_thread_pool_listener_count        (EricThreadPoolListener *self,
                                                          guint64                *n_done,
                                                          guint64                *n_failed,
                                                          guint64                *n_ended);

/* In eric-pool-worker.c: the threads that take messages. */
void             _eric_pool_work                         (gpointer                listener,
                                                          gpointer                unused);
void             _eric_pool_wake_worker                  (EricListener           *listener);
void             _eric_pool_message_queued               (EricListener           *listener);
void             _eric_pool_wake_all_workers             (EricListener           *listener);

void             _eric_pool_running_changed              (EricListener           *listener);
void             _eric_pool_property_changed             (EricListener           *listener,
                                                          EricListener           *changed,
                                                          GParamSpec             *pspec);

/* In eric-thread-pool-listener-settings.c */
void             _eric_pool_key_func_unref               (EricPoolKeyFunc        *key_func);
int              _eric_pool_get_max_threads              (EricPool               *pool);

/* In eric-thread-pool-listener-wait.c */
void             _eric_pool_tell_idle                    (EricThreadPoolListener *self);
gboolean         _eric_pool_is_idle_locked               (EricThreadPoolListener *self,
                                                          EricPool               *pool);

/* In eric-pool-claim.c: one run of the listener, whose results go to @results. That is
 * ended when the listener has stopped, for whatever reason. Fails where the listener
 * runs, or has tasks of such a run. */
gboolean         _eric_pool_claim                        (EricThreadPoolListener *self,
                                                          EricListener           *results,
                                                          EricResultOrder         order);
/* Lets a listener run again whose run was cancelled, unless the cancellable is that of the
 * application: then it fails as long as that is cancelled. */
gboolean         _eric_pool_revive                       (EricThreadPoolListener *self,
                                                          GError                **error);
/* Ends the run if the listener is idle. */
void             _eric_pool_end_claim                    (EricThreadPoolListener *self);
/* Says that no more results come, to whom they went. Takes over @claimed. */
void             _eric_pool_end_drained                  (EricThreadPoolListener *self,
                                                          EricListener           *results,
                                                          EricListener           *claimed);

G_END_DECLS
