/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-listener-private.h"
#include "eric-thread-pool-listener.h"

G_BEGIN_DECLS

/* What a message has for a number where no order is kept. */
#define ERIC_POOL_UNNUMBERED G_MAXUINT64

/* Where the results of a pool go, and in which order. Safe from any thread. */
typedef struct
{
  GMutex           lock;       /* taken before that of a listener's queue */
  EricListener    *listener;   /* (owned) (nullable) */
  int              order;      /* (atomic): an EricResultOrder */
  guint64          n_taken;    /* messages that were numbered */
  guint64          n_given;    /* results that went out, or were passed over */
  GHashTable      *early;      /* (owned): number -> (owned) (nullable) result before its time */
  int              crowded;    /* (atomic): too many are early to take another message */
} EricPoolResults;

void          _eric_pool_results_init         (EricPoolResults *results);
void          _eric_pool_results_clear        (EricPoolResults *results);

/* (transfer full) (nullable) */
EricListener *_eric_pool_results_dup_listener (EricPoolResults *results);
gboolean      _eric_pool_results_set_listener (EricPoolResults *results,
                                               EricListener    *listener);

/* Whether @listener was the one. */
gboolean      _eric_pool_results_forget       (EricPoolResults *results,
                                               EricListener    *listener);

/* Gives what is early, in order, though results before it are missing: they did not come
 * in this run. They have their turn when they come in another one. */
void          _eric_pool_results_flush        (EricPoolResults *results);

/* Takes a message from @source, with its number; (transfer full) (nullable). It takes
 * none while as many results are early as there is room for results. */
EricMessage  *_eric_pool_results_take         (EricPoolResults *results,
                                               EricListener    *source,
                                               EricPop          pop,
                                               guint64         *number);

/* Each number that was given out comes back once, with its result, or with %NULL where
 * there is none. Waits where the listener says so. Returns whether messages can be taken
 * again that could not before. */
gboolean      _eric_pool_results_give         (EricPoolResults *results,
                                               guint64          number,
                                               EricMessage     *result);

G_END_DECLS
