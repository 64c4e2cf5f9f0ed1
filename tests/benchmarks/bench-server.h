/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that is measured: started here or running already. */

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SERVER_PIDS_MAX 16

typedef struct
{
  uint16_t port;
  pid_t pids[SERVER_PIDS_MAX];  /* whose CPU time and memory are measured */
  int n_pids;
  bool is_child;                /* the first pid is to be killed in the end */
} Server;

/* Starts PATH serve, and waits for the line with its address. */
bool server_start_program (Server *server, const char *path);

/* Forks the bare loop. */
bool server_start_bare (Server *server);

/* Kills a server that one of the above started. */
void server_stop (Server *server);

/* Ends the child PID and waits for it: with SIGTERM first if it may GRACEfully
 * end, and with SIGKILL. */
void server_kill_child (pid_t pid, bool grace);

/* Reads the port out of a text with http://127.0.0.1:PORT, 0 if there is none. */
uint16_t server_parse_port (const char *text);

/* User and system time so far, threads that ended included, or -1. */
int64_t server_cpu_ns (const Server *server);

/* VmRSS, or -1. */
int64_t server_rss_bytes (const Server *server);

/* The number of subscribers that GET PATH reports, or -1.  It is the highest
 * number in a field whose name ends in "subscribers", and 0 for status 404. */
int server_count_subscribers (const Server *server, const char *path);
