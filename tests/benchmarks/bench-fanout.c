/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Measures what it costs a server to pass events on to many subscribers,
 * against a loop that does nothing else.
 *
 * Side A is `eric-sse serve`, or another server; side B is the bare loop of
 * bare-loop.c.  They take turns: A B A B.  CPU time is that of the server
 * process alone.  The load is made by one more process, load-scenario.c. */

#include "bare-loop.h"
#include "bench-report.h"
#include "bench-server.h"
#include "bench-util.h"
#include "load-tally.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS_SPARE 100

static const Scenario scenarios[] = {
  { "one", 1000, 1 },
  { "pipelined", 1000, DEPTH_MAX },
  { "many", 9000, 1 },
  { "memory", 9000, 0 },
};

#define N_SCENARIOS ((int) (sizeof scenarios / sizeof *scenarios))

typedef struct
{
  const char *path;             /* of the program to start, or NULL */
  const char *server_url;
  Server server;                /* that runs already */
  LoadOptions load;
  int n_rounds;
  bool is_selected[N_SCENARIOS];
  bool is_json;
} Options;

static const char usage[] =
  "Usage: bench-fanout [OPTION...] PATH-OF-ERIC-SSE\n"
  "       bench-fanout [OPTION...] --server http://127.0.0.1:PORT --pid PID\n"
  "       bench-fanout bare [--port PORT]\n"
  "\n"
  "Compares a server with a bare epoll loop; or runs that loop as a server.\n"
  "\n"
  "  --rounds N             runs of each side per scenario (5)\n"
  "  --seconds S            how long a run publishes (1.0)\n"
  "  --scenario NAME        one, pipelined, many or memory; may be repeated (all)\n"
  "  --json                 print JSON instead of a table\n"
  "  --server URL           measure a server that runs already\n"
  "  --pid PID              its process; may be repeated\n"
  "  --subscribe-path PATH  for GET (/events/bench)\n"
  "  --publish-path PATH    for POST (/events/bench)\n"
  "  --status-path PATH     for the JSON with the number of subscribers (/)\n";

static volatile sig_atomic_t interrupted;

static void
on_signal (int number)
{
  interrupted = number;
}

static void
catch_signals (void)
{
  struct sigaction action = { .sa_handler = on_signal };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

static bool
select_scenario (Options *options, const char *name)
{
  for (int i = 0; i < N_SCENARIOS; i++)
    if (strcmp (scenarios[i].name, name) == 0)
      {
        options->is_selected[i] = true;
        return true;
      }
  return bench_error ("there is no scenario %s", name);
}

static bool
set_option (Options *options, int option, const char *value)
{
  Server *server = &options->server;

  switch (option)
    {
    case 'r':
      options->n_rounds = atoi (value);
      return (options->n_rounds >= 1 && options->n_rounds <= ROUNDS_MAX)
             || bench_error ("--rounds is from 1 to %d", ROUNDS_MAX);
    case 't':
      options->load.seconds = atof (value);
      return options->load.seconds > 0 || bench_error ("--seconds is above 0");
    case 'n':
      return select_scenario (options, value);
    case 'j':
      options->is_json = true;
      return true;
    case 's':
      options->server_url = value;
      server->port = server_parse_port (value);
      return server->port > 0 || bench_error ("--server is http://127.0.0.1:PORT");
    case 'p':
      if (server->n_pids == SERVER_PIDS_MAX || atoi (value) <= 0)
        return bench_error ("cannot take --pid %s", value);
      server->pids[server->n_pids++] = atoi (value);
      return true;
    case 'S':
      options->load.subscribe_path = value;
      return true;
    case 'P':
      options->load.publish_path = value;
      return true;
    case 'T':
      options->load.status_path = value;
      return true;
    default:
      return false;
    }
}

static bool
parse_options (Options *options, int argc, char **argv)
{
  static const struct option long_options[] = {
    { "rounds", required_argument, NULL, 'r' },
    { "seconds", required_argument, NULL, 't' },
    { "scenario", required_argument, NULL, 'n' },
    { "json", no_argument, NULL, 'j' },
    { "server", required_argument, NULL, 's' },
    { "pid", required_argument, NULL, 'p' },
    { "subscribe-path", required_argument, NULL, 'S' },
    { "publish-path", required_argument, NULL, 'P' },
    { "status-path", required_argument, NULL, 'T' },
    { "help", no_argument, NULL, 'h' },
    { 0 }
  };
  bool is_any_selected = false;
  int option;

  while ((option = getopt_long (argc, argv, "h", long_options, NULL)) != -1)
    {
      if (option == 'h')
        {
          fputs (usage, stdout);
          exit (EXIT_SUCCESS);
        }
      if (!set_option (options, option, optarg))
        return false;
    }
  for (int i = 0; i < N_SCENARIOS; i++)
    is_any_selected |= options->is_selected[i];
  for (int i = 0; i < N_SCENARIOS && !is_any_selected; i++)
    options->is_selected[i] = true;

  if (options->server_url != NULL)
    return (options->server.n_pids > 0 && optind == argc)
           || bench_error ("--server needs --pid, and no PATH");
  if (optind + 1 != argc || options->server.n_pids > 0)
    return bench_error ("see bench-fanout --help");
  options->path = argv[optind];
  return true;
}

/* Waits for the process of the load, or kills it when interrupted. */
static bool
wait_for_load (pid_t pid)
{
  int status;

  while (!interrupted)
    {
      pid_t waited = waitpid (pid, &status, WNOHANG);

      if (waited == pid)
        return WIFEXITED (status) && WEXITSTATUS (status) == EXIT_SUCCESS;
      bench_sleep_ms (10);
    }
  server_kill_child (pid, false);
  return false;
}

static bool
run_load (const Options *options, const Scenario *scenario, const Server *server,
          double *metrics)
{
  size_t size = N_METRICS * sizeof *metrics;
  int output = memfd_create ("load-output", MFD_CLOEXEC);
  pid_t pid = output < 0 ? -1 : load_start (scenario, server, &options->load, output);
  bool is_done;

  if (pid < 0)
    return bench_error ("cannot start the load: %s", strerror (errno));
  is_done = wait_for_load (pid) && pread (output, metrics, size, 0) == (ssize_t) size;
  close (output);
  return is_done;
}

/* Runs SCENARIO once on SIDE, with a fresh server if it is started here. */
static bool
run_side (const Options *options, const Scenario *scenario, Side side, double *metrics)
{
  Server server = options->server;
  bool is_done;

  if (side == SIDE_B && !server_start_bare (&server))
    return false;
  if (side == SIDE_A && options->path != NULL
      && !server_start_program (&server, options->path))
    return false;
  is_done = run_load (options, scenario, &server, metrics);
  server_stop (&server);
  if (!is_done && !interrupted)
    bench_error ("scenario %s failed with %s", scenario->name,
                 side == SIDE_B ? "the bare loop" : "the server");
  return is_done;
}

static bool
run_scenario (const Options *options, Result *result)
{
  double metrics[N_METRICS];

  result->n_rounds = options->n_rounds;
  for (int i = 0; i < options->n_rounds; i++)
    for (int side = 0; side < N_SIDES; side++)
      {
        if (!run_side (options, result->scenario, side, metrics))
          return false;
        for (int metric = 0; metric < N_METRICS; metric++)
          result->rounds[side][metric][i] = metrics[metric];
      }
  return true;
}

static bool
run_benchmark (const Options *options)
{
  static Result results[N_SCENARIOS];
  Report report = {
    .server = options->path != NULL ? options->path : options->server_url,
    .n_rounds = options->n_rounds,
    .seconds = options->load.seconds,
    .results = results,
  };
  long n_descriptors = bench_raise_nofile ();

  for (int i = 0; i < N_SCENARIOS; i++)
    {
      if (!options->is_selected[i])
        continue;
      if (n_descriptors < (long) scenarios[i].n_subscribers + DESCRIPTORS_SPARE)
        return bench_error ("scenario %s needs more than the %ld open files that "
                            "are allowed", scenarios[i].name, n_descriptors);
      results[report.n_results].scenario = &scenarios[i];
      if (!run_scenario (options, &results[report.n_results++]))
        return false;
    }
  if (options->is_json)
    report_print_json (&report);
  else
    report_print_table (&report);
  return true;
}

/* bench-fanout bare [--port PORT] */
static int
main_bare (int argc, char **argv)
{
  uint16_t port = 0;
  int listen_fd;

  if (argc == 4 && strcmp (argv[2], "--port") == 0)
    port = atoi (argv[3]);
  else if (argc != 2)
    {
      fputs (usage, stderr);
      return 2;
    }
  listen_fd = bench_listen (&port);
  if (listen_fd < 0)
    {
      bench_error ("cannot listen: %s", strerror (errno));
      return EXIT_FAILURE;
    }
  printf ("Listening on http://127.0.0.1:%u/\n", port);
  fflush (stdout);
  bare_loop_run (listen_fd);
}

int
main (int argc, char **argv)
{
  Options options = {
    .load = {
      .subscribe_path = "/events/bench",
      .publish_path = "/events/bench",
      .status_path = "/",
      .seconds = 1.0,
    },
    .n_rounds = 5,
  };

  if (argc > 1 && strcmp (argv[1], "bare") == 0)
    return main_bare (argc, argv);
  if (!parse_options (&options, argc, argv))
    return 2;
  catch_signals ();
  if (run_benchmark (&options))
    return EXIT_SUCCESS;
  return interrupted ? 128 + interrupted : EXIT_FAILURE;
}
