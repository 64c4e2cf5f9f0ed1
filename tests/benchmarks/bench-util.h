/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Small helpers that every part of the benchmark uses. */

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define NS_PER_SECOND 1000000000LL

int64_t bench_now_ns (void);

void bench_sleep_ms (int n_ms);

/* Prints "bench-fanout: MESSAGE" to stderr, returns false. */
bool bench_error (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* Raises the limit of open files to the hard limit, and returns it. */
long bench_raise_nofile (void);

/* Asks for SIGKILL when PARENT ends, and takes back its signal handlers.
 * To be called first thing in a child. */
void bench_child_init (pid_t parent);

/* A listening socket on 127.0.0.1; stores the port if *PORT was 0. */
int bench_listen (uint16_t *port);

/* Starts to connect a non-blocking socket to 127.0.0.1:PORT.  Source
 * addresses go round 127.0.0.2 to 127.0.0.9 by TURN, so that connections in
 * TIME_WAIT do not use up the local ports.  Returns -1 with errno set. */
int bench_connect (uint16_t port, unsigned turn);
