/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* eric-sse publish: sends a text, or standard input line by line.
 *
 *   eric-publish.c            the program: asks, and tells what was answered
 *   eric-publish-options.c    the command line
 *   eric-publish-lines.c      from lines of standard input to the body of a request
 *   eric-publish-socket.c     the same to a socket */

/* Bytes in a line of standard input. */
#define ERIC_PUBLISH_MAX_LINE (16 * 1024 * 1024)

typedef struct
{
  GUri      *uri;        /* (owned) (nullable): with the type and the id in its query */
  char      *path;       /* (owned) (nullable): of a socket, in place of an URI */
  char      *channel_id; /* (owned) (nullable): with a socket */
  char      *event_type; /* (owned) (nullable) */
  char     **headers;    /* (owned) (nullable): each “Name: value” */
  char      *text;       /* (owned) (nullable): NULL for standard input */
  gboolean   json;
} EricPublishOptions;

/* Returns -1 to go on, or the exit code. */
int           eric_publish_options_parse  (EricPublishOptions  *options,
                                           int                  argc,
                                           char               **argv);
void          eric_publish_options_clear  (EricPublishOptions  *options);

/* Returns the exit code. */
int           eric_publish_socket_run     (EricPublishOptions  *options);

#define ERIC_TYPE_PUBLISH_LINES (eric_publish_lines_get_type ())
G_DECLARE_FINAL_TYPE (EricPublishLines, eric_publish_lines, ERIC, PUBLISH_LINES, GInputStream)

GInputStream *eric_publish_lines_new      (GInputStream        *base);
/* Says that nothing more is wanted: the stream has ended. */
void          eric_publish_lines_stop     (EricPublishLines    *self);
/* (nullable): why it ended before the other one */
const GError *eric_publish_lines_get_error (EricPublishLines   *self);

G_END_DECLS
