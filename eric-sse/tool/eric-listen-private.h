/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* eric-sse listen: prints the messages of a stream.
 *
 *   eric-listen.c            the program: connects, counts, ends
 *   eric-listen-options.c    the command line
 *   eric-listen-print.c      how a message is shown
 *   eric-listen-socket.c     a socket in place of a URL */

/* As timeout (1) has it. */
#define ERIC_EXIT_TIMEOUT 124

typedef struct
{
  EricEventSource *source;           /* (owned) (nullable): NULL for a socket */
  char            *path;             /* (owned) (nullable): of the socket */
  char            *channel_id;       /* (owned) (nullable): with a socket */
  char            *end_marker;       /* (owned) (nullable) */
  char           **event_types;      /* (owned) (nullable): to print, all where NULL */
  int              count;            /* messages, 0 for no end */
  double           timeout;          /* seconds, 0 for none */
  gboolean         json;
  gboolean         verbose;          /* tell each time that a stream is made again, too */
} EricListenOptions;

/* Returns -1 to go on, or the exit code. */
int      eric_listen_options_parse (EricListenOptions  *options,
                                    int                 argc,
                                    char              **argv);
void     eric_listen_options_clear (EricListenOptions  *options);

/* The program, which eric-listen.c has. */
typedef struct
{
  EricListenOptions  options;
  EricSocketStream  *stream;       /* (owned) (nullable) */
  GCancellable      *cancellable;  /* (owned) (nullable): of what the stream waits for */
  GMainLoop         *loop;         /* (owned) */
  guint64            n_printed;
  char              *complaint;    /* (owned) (nullable): the last one, not to be repeated */
  int                code;
  gboolean           ended;
  gboolean           open;         /* there is a stream */
} EricListen;

/* Closes what is open. */
void     eric_listen_end           (EricListen         *listen,
                                    int                 code);
/* May end it. */
void     eric_listen_take          (EricListen         *listen,
                                    EricMessage        *message);
void     eric_listen_tell_gap      (const char         *reason);

void     eric_listen_socket_start  (EricListen         *listen);
void     eric_listen_socket_stop   (EricListen         *listen);

/* Fails with G_IO_ERROR_BROKEN_PIPE where nobody reads it any more. */
gboolean eric_listen_print         (EricMessage        *message,
                                    gboolean            json,
                                    GError            **error);

G_END_DECLS
