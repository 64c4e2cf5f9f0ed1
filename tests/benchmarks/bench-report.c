/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const struct
{
  const char *name;     /* in JSON */
  const char *title;    /* in the table */
  int n_decimals;
} metrics[N_METRICS] = {
  [METRIC_DELIVERIES] = { "deliveries", "deliveries", 0 },
  [METRIC_DELIVERIES_PER_SECOND]
      = { "deliveries_per_second", "deliveries/s", 0 },
  [METRIC_CPU_US_PER_EVENT] = { "cpu_us_per_event", "CPU us/event", 3 },
  [METRIC_RSS_PER_SUBSCRIBER]
      = { "rss_bytes_per_subscriber", "RSS B/sub", 0 },
  [METRIC_CLOSE_MS] = { "close_ms", "gone ms", 1 },
  [METRIC_RETURN_MS] = { "return_ms", "back ms", 1 },
  [METRIC_RETURN_CPU_US_PER_SUBSCRIBER]
      = { "return_cpu_us_per_subscriber", "back CPU us/sub", 2 },
};

static const char *const side_names[N_SIDES] = { [SIDE_A] = "A", [SIDE_B] = "B" };

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (const double *values, int n_values)
{
  double sorted[ROUNDS_MAX];
  int n_sorted = 0;

  for (int i = 0; i < n_values; i++)
    if (isfinite (values[i]))
      sorted[n_sorted++] = values[i];
  if (n_sorted == 0)
    return NAN;
  qsort (sorted, n_sorted, sizeof *sorted, compare_doubles);
  return (sorted[(n_sorted - 1) / 2] + sorted[n_sorted / 2]) / 2;
}

static double
result_median (const Result *result, Side side, Metric metric)
{
  return median (result->rounds[side][metric], result->n_rounds);
}

static double
result_ratio (const Result *result, Metric metric)
{
  double b = result_median (result, SIDE_B, metric);

  return b > 0 ? result_median (result, SIDE_A, metric) / b : NAN;
}

static const Result *
report_find (const Report *report, const char *name)
{
  for (int i = 0; i < report->n_results; i++)
    if (strcmp (report->results[i].scenario->name, name) == 0)
      return &report->results[i];
  return NULL;
}

/* The CPU time per event of SIDE with many subscribers, relative to few. */
static double
report_growth (const Report *report, Side side)
{
  const Result *one = report_find (report, "one");
  const Result *many = report_find (report, "many");

  if (one == NULL || many == NULL)
    return NAN;
  return result_median (many, side, METRIC_CPU_US_PER_EVENT)
         / result_median (one, side, METRIC_CPU_US_PER_EVENT);
}

static void
print_cell (double value, int width, int n_decimals)
{
  if (isfinite (value))
    printf ("  %*.*f", width, n_decimals, value);
  else
    printf ("  %*s", width, "-");
}

static void
print_row (const Result *result, Side side)
{
  printf ("%-10s %6u  %-5s", result->scenario->name,
          result->scenario->n_subscribers, side_names[side]);
  for (int metric = 0; metric < N_METRICS; metric++)
    print_cell (result_median (result, side, metric),
                strlen (metrics[metric].title), metrics[metric].n_decimals);
  putchar ('\n');
}

static void
print_ratio_row (const Result *result)
{
  printf ("%-10s %6s  %-5s", "", "", "A/B");
  for (int metric = 0; metric < N_METRICS; metric++)
    print_cell (metric == METRIC_DELIVERIES ? NAN : result_ratio (result, metric),
                strlen (metrics[metric].title), 2);
  putchar ('\n');
}

/* How far the ratio of CPU time per event varied between the rounds. */
static void
print_spread (const Result *result)
{
  double low = INFINITY, high = -INFINITY;

  for (int i = 0; i < result->n_rounds; i++)
    {
      double ratio = result->rounds[SIDE_A][METRIC_CPU_US_PER_EVENT][i]
                     / result->rounds[SIDE_B][METRIC_CPU_US_PER_EVENT][i];

      low = fmin (low, ratio);
      high = fmax (high, ratio);
    }
  if (isfinite (low) && isfinite (high))
    printf ("%s: CPU per event A/B is %.2f, from %.2f to %.2f by round\n",
            result->scenario->name,
            result_ratio (result, METRIC_CPU_US_PER_EVENT), low, high);
}

void
report_print_table (const Report *report)
{
  struct utsname system;

  uname (&system);
  printf ("Machine: %ld cores, %s %s %s\n", sysconf (_SC_NPROCESSORS_ONLN),
          system.sysname, system.release, system.machine);
  printf ("A: %s\nB: bare epoll loop\nMedians of %d rounds of %.1f s\n\n",
          report->server, report->n_rounds, report->seconds);

  printf ("%-10s %6s  %-5s", "scenario", "subs", "side");
  for (int metric = 0; metric < N_METRICS; metric++)
    printf ("  %s", metrics[metric].title);
  putchar ('\n');
  for (int i = 0; i < report->n_results; i++)
    {
      for (int side = 0; side < N_SIDES; side++)
        print_row (&report->results[i], side);
      print_ratio_row (&report->results[i]);
    }

  putchar ('\n');
  for (int i = 0; i < report->n_results; i++)
    print_spread (&report->results[i]);
  if (isfinite (report_growth (report, SIDE_A)))
    printf ("CPU per event, many relative to one: A %.2f, B %.2f\n",
            report_growth (report, SIDE_A), report_growth (report, SIDE_B));
}

static void
print_json_string (const char *text)
{
  putchar ('"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      printf ("\\%c", *text);
    else if ((unsigned char) *text < ' ')
      printf ("\\u%04x", *text);
    else
      putchar (*text);
  putchar ('"');
}

static void
print_json_number (double value)
{
  if (isfinite (value))
    printf ("%.10g", value);
  else
    printf ("null");
}

static void
print_json_metric (const Result *result, Metric metric)
{
  printf (",\n     \"%s\": {", metrics[metric].name);
  for (int side = 0; side < N_SIDES; side++)
    {
      printf ("\"%s\": ", side_names[side]);
      print_json_number (result_median (result, side, metric));
      printf (", \"%s_rounds\": [", side_names[side]);
      for (int i = 0; i < result->n_rounds; i++)
        {
          printf (i > 0 ? ", " : "");
          print_json_number (result->rounds[side][metric][i]);
        }
      printf ("], ");
    }
  printf ("\"ratio\": ");
  print_json_number (result_ratio (result, metric));
  putchar ('}');
}

void
report_print_json (const Report *report)
{
  struct utsname system;

  uname (&system);
  printf ("{\"cores\": %ld, \"system\": \"%s %s %s\",\n \"server\": ",
          sysconf (_SC_NPROCESSORS_ONLN), system.sysname, system.release,
          system.machine);
  print_json_string (report->server);
  printf (",\n \"rounds\": %d, \"seconds\": %g,\n \"scenarios\": [\n",
          report->n_rounds, report->seconds);
  for (int i = 0; i < report->n_results; i++)
    {
      printf ("%s    {\"name\": \"%s\", \"subscribers\": %u", i > 0 ? ",\n" : "",
              report->results[i].scenario->name,
              report->results[i].scenario->n_subscribers);
      for (int metric = 0; metric < N_METRICS; metric++)
        print_json_metric (&report->results[i], metric);
      putchar ('}');
    }
  printf ("\n ],\n \"cpu_many_relative_to_one\": {\"A\": ");
  print_json_number (report_growth (report, SIDE_A));
  printf (", \"B\": ");
  print_json_number (report_growth (report, SIDE_B));
  printf ("}}\n");
}
