/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Medians of what the rounds gave, as a table or as JSON. */

#pragma once

#include "load-scenario.h"

#define ROUNDS_MAX 100

typedef enum
{
  SIDE_A,               /* the server */
  SIDE_B,               /* the bare loop */
  N_SIDES
} Side;

/* The results of one scenario. */
typedef struct
{
  const Scenario *scenario;
  int n_rounds;
  double rounds[N_SIDES][N_METRICS][ROUNDS_MAX];
} Result;

typedef struct
{
  const char *server;   /* what side A is */
  int n_rounds;
  double seconds;
  int n_results;
  const Result *results;
} Report;

void report_print_table (const Report *report);

void report_print_json (const Report *report);
