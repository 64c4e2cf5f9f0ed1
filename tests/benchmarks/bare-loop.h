/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Side B: the least a server can do.  One thread and one epoll set; each
 * message published costs one send() per subscriber and nothing else. */

#pragma once

/* Serves on LISTEN_FD, from bench_listen(), until the process is killed:
 *
 *   GET /events/...  subscribes
 *   POST /...        sends the body as one event to every subscriber
 *   GET /            answers {"n_subscribers":N}
 */
_Noreturn void bare_loop_run (int listen_fd);
