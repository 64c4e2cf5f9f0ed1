/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-thread-pool-listener.h"

G_BEGIN_DECLS

/* The signals of a pool, and notifications of properties, from its worker threads into
 * the main context of the pool's owner. Safe from any thread. */
typedef struct _EricPoolReports EricPoolReports;

EricPoolReports *_eric_pool_reports_new       (EricThreadPoolListener *listener);
void             _eric_pool_reports_free      (EricPoolReports        *reports);

/* Each is emitted only where a handler is connected by now. */
void             _eric_pool_reports_processed (EricPoolReports        *reports,
                                               EricMessage            *message,
                                               EricMessage            *result);
void             _eric_pool_reports_failed    (EricPoolReports        *reports,
                                               EricMessage            *message,
                                               const GError           *error);
void             _eric_pool_reports_drained   (EricPoolReports        *reports);
void             _eric_pool_reports_notify    (EricPoolReports        *reports,
                                               EricListener           *changed,
                                               GParamSpec             *pspec);

/* A task that runs, to be reported once if it does so for longer than the limit,
 * in microseconds. Lies on the stack of its worker. */
typedef struct
{
  GList        link;
  EricMessage *message;
  gint64       started;    /* monotonic microseconds */
  gint64       deadline;
} EricPoolWatch;

void             _eric_pool_reports_watch     (EricPoolReports        *reports,
                                               EricPoolWatch          *watch,
                                               EricMessage            *message,
                                               gint64                  limit);
void             _eric_pool_reports_unwatch   (EricPoolReports        *reports,
                                               EricPoolWatch          *watch);

G_END_DECLS
