/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The scenarios, each run in a process of its own that makes the load. */

#pragma once

#include "bench-server.h"

typedef struct
{
  const char *name;
  unsigned n_subscribers;
  unsigned depth;       /* messages ahead of the slowest subscriber; 0 for
                         * the scenario that publishes nothing */
} Scenario;

/* What a run gives, NAN if it does not apply. */
typedef enum
{
  METRIC_DELIVERIES,
  METRIC_DELIVERIES_PER_SECOND,
  METRIC_CPU_US_PER_EVENT,
  METRIC_RSS_PER_SUBSCRIBER,
  METRIC_CLOSE_MS,                      /* all gone, until the server knows */
  METRIC_RETURN_MS,                     /* all back, until the last header */
  METRIC_RETURN_CPU_US_PER_SUBSCRIBER,
  N_METRICS
} Metric;

typedef struct
{
  const char *subscribe_path;
  const char *publish_path;
  const char *status_path;
  double seconds;       /* how long to publish */
} LoadOptions;

/* Starts a child that runs SCENARIO against SERVER and writes N_METRICS
 * numbers of type double into the file OUTPUT.  Returns its pid, or -1. */
pid_t load_start (const Scenario *scenario, const Server *server,
                  const LoadOptions *options, int output);
