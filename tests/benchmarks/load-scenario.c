/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "load-scenario.h"
#include "bench-util.h"
#include "load-client.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define WARM_UP_NS (NS_PER_SECOND / 5)
#define LINGER_NS (NS_PER_SECOND / 20)
#define CONNECT_AT_ONCE 64
#define IDLE_MS 300

/* Connected before memory is read first, so that what the server needs for
 * one subscriber already is not counted. */
#define N_FIRST_SUBSCRIBERS 100

#define POLL_MS 20
#define CLOSE_TIMEOUT_NS (30 * NS_PER_SECOND)

typedef struct
{
  const Scenario *scenario;
  const Server *server;
  const LoadOptions *options;
  LoadClient client;
  double metrics[N_METRICS];
} LoadRun;

static double
cpu_us (int64_t from_ns, int64_t to_ns)
{
  return from_ns < 0 || to_ns < 0 ? NAN : (to_ns - from_ns) / 1e3;
}

static bool
run_publishing (LoadRun *run)
{
  LoadClient *client = &run->client;
  unsigned n_subscribers = run->scenario->n_subscribers;
  unsigned depth = run->scenario->depth;
  unsigned first;
  int64_t start_ns, end_ns, start_cpu_ns, end_cpu_ns;
  double n_deliveries;

  if (!load_client_subscribe (client, n_subscribers, CONNECT_AT_ONCE)
      || !load_client_publish (client, WARM_UP_NS, depth))
    return false;

  first = client->tally.next;
  start_cpu_ns = server_cpu_ns (run->server);
  start_ns = bench_now_ns ();
  if (!load_client_publish (client, run->options->seconds * NS_PER_SECOND, depth))
    return false;
  end_ns = bench_now_ns ();
  end_cpu_ns = server_cpu_ns (run->server);
  if (!load_client_linger (client, LINGER_NS))
    return false;

  n_deliveries = (double) (client->tally.next - first) * n_subscribers;
  run->metrics[METRIC_DELIVERIES] = n_deliveries;
  run->metrics[METRIC_DELIVERIES_PER_SECOND]
      = n_deliveries / (end_ns - start_ns) * NS_PER_SECOND;
  run->metrics[METRIC_CPU_US_PER_EVENT]
      = cpu_us (start_cpu_ns, end_cpu_ns) / n_deliveries;
  return true;
}

static int
count_subscribers (LoadRun *run)
{
  return server_count_subscribers (run->server, run->options->status_path);
}

/* Waits until the server reports no subscriber. */
static bool
wait_until_gone (LoadRun *run)
{
  int64_t end_ns = bench_now_ns () + CLOSE_TIMEOUT_NS;
  int64_t next_ns;

  do
    {
      next_ns = bench_now_ns () + POLL_MS * 1000000LL;
      if (count_subscribers (run) == 0)
        return true;
      while (bench_now_ns () < next_ns)
        bench_sleep_ms (1);
    }
  while (next_ns < end_ns);
  return bench_error ("the server still reports subscribers after all left");
}

static bool
run_close_and_return (LoadRun *run)
{
  LoadClient *client = &run->client;
  unsigned n_subscribers = run->scenario->n_subscribers;
  bool can_count = count_subscribers (run) >= (int) n_subscribers;
  int64_t start_ns, start_cpu_ns;

  start_ns = bench_now_ns ();
  load_client_close_all (client);
  if (can_count)
    {
      if (!wait_until_gone (run))
        return false;
      run->metrics[METRIC_CLOSE_MS] = (bench_now_ns () - start_ns) / 1e6;
    }
  else
    bench_sleep_ms (1000);

  start_cpu_ns = server_cpu_ns (run->server);
  start_ns = bench_now_ns ();
  if (!load_client_subscribe (client, n_subscribers, UINT_MAX))
    return false;
  run->metrics[METRIC_RETURN_MS] = (bench_now_ns () - start_ns) / 1e6;
  run->metrics[METRIC_RETURN_CPU_US_PER_SUBSCRIBER]
      = cpu_us (start_cpu_ns, server_cpu_ns (run->server)) / n_subscribers;
  return true;
}

static bool
run_memory (LoadRun *run)
{
  LoadClient *client = &run->client;
  unsigned n_subscribers = run->scenario->n_subscribers;
  int64_t before, after;

  if (!load_client_subscribe (client, N_FIRST_SUBSCRIBERS, CONNECT_AT_ONCE)
      || !load_client_linger (client, IDLE_MS * 1000000LL))
    return false;
  before = server_rss_bytes (run->server);
  if (!load_client_subscribe (client, n_subscribers, CONNECT_AT_ONCE)
      || !load_client_linger (client, IDLE_MS * 1000000LL))
    return false;
  after = server_rss_bytes (run->server);
  if (before >= 0 && after >= 0)
    run->metrics[METRIC_RSS_PER_SUBSCRIBER]
        = (double) (after - before) / (n_subscribers - N_FIRST_SUBSCRIBERS);
  return run_close_and_return (run);
}

/* A server that runs on is left as it was found. */
static bool
leave (LoadRun *run)
{
  bool can_count = !run->server->is_child && count_subscribers (run) > 0;

  load_client_close_all (&run->client);
  return !can_count || wait_until_gone (run);
}

static bool
run_scenario (LoadRun *run)
{
  for (int i = 0; i < N_METRICS; i++)
    run->metrics[i] = NAN;
  return load_client_init (&run->client, run->server->port,
                           run->options->subscribe_path,
                           run->options->publish_path,
                           run->scenario->n_subscribers)
         && (run->scenario->depth > 0 ? run_publishing (run) : run_memory (run))
         && leave (run);
}

pid_t
load_start (const Scenario *scenario, const Server *server,
            const LoadOptions *options, int output)
{
  pid_t parent = getpid ();
  pid_t pid = fork ();

  if (pid == 0)
    {
      LoadRun run = { .scenario = scenario, .server = server, .options = options };

      bench_child_init (parent);
      if (run_scenario (&run)
          && write (output, run.metrics, sizeof run.metrics) == sizeof run.metrics)
        _exit (EXIT_SUCCESS);
      _exit (EXIT_FAILURE);
    }
  return pid;
}
