/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many forks this process is away from the one that loaded the library: who keeps the
 * number knows whether it is in a child now. There, threads are gone, with the locks that
 * they held; what descriptors stand for (epoll sets, connections, paths) is the parent's. */
int eric_fork_count (void);

G_END_DECLS
