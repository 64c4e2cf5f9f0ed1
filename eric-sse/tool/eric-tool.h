/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit codes of the command. */
#define ERIC_EXIT_OK     0
#define ERIC_EXIT_FAILED 1
#define ERIC_EXIT_USAGE  2

int eric_listen_main  (int    argc,
                       char **argv);
int eric_publish_main (int    argc,
                       char **argv);
int eric_serve_main   (int    argc,
                       char **argv);

G_END_DECLS
