/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

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
} EricPoolResults;

void          _eric_pool_results_init         (EricPoolResults *results);
void          _eric_pool_results_clear        (EricPoolResults *results);

/* (transfer full) (nullable) */
EricListener *_eric_pool_results_dup_listener (EricPoolResults *results);
gboolean      _eric_pool_results_set_listener (EricPoolResults *results,
                                               EricListener    *listener);

/* Takes a message from @source, with its number; (transfer full) (nullable). */
EricMessage  *_eric_pool_results_take         (EricPoolResults *results,
                                               EricListener    *source,
                                               gboolean         aside,
                                               guint64         *number);

/* Each number that was given out comes back once, with its result, or with %NULL where
 * there is none. Waits where the listener says so. */
void          _eric_pool_results_give         (EricPoolResults *results,
                                               guint64          number,
                                               EricMessage     *result);

/* No more results come. */
void          _eric_pool_results_end          (EricPoolResults *results);

G_END_DECLS
