/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* eric-sse listen: prints the messages of a stream.
 *
 *   eric-listen.c            the program: connects, counts, ends
 *   eric-listen-options.c    the command line
 *   eric-listen-print.c      how a message is shown */

/* As timeout (1) has it. */
#define ERIC_EXIT_TIMEOUT 124

typedef struct
{
  EricEventSource *source;           /* (owned) */
  char           **event_types;      /* (owned) (nullable): to print, all where NULL */
  int              count;            /* messages, 0 for no end */
  double           timeout;          /* seconds, 0 for none */
  gboolean         json;
} EricListenOptions;

/* Returns -1 to go on, or the exit code. */
int      eric_listen_options_parse (EricListenOptions  *options,
                                    int                 argc,
                                    char              **argv);
void     eric_listen_options_clear (EricListenOptions  *options);

/* Fails with G_IO_ERROR_BROKEN_PIPE where nobody reads it any more. */
gboolean eric_listen_print         (EricMessage        *message,
                                    gboolean            json,
                                    GError            **error);

G_END_DECLS
