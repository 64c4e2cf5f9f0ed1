/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes in, lines out: they end with LF, and a CR before it is dropped. Of what is
 * in them nothing is checked: there may be NUL, and it may not be UTF-8.
 *
 *   eric_socket_lines_feed (&lines, bytes, n_read);
 *   while (eric_socket_lines_next (&lines, &line, &length, &error))
 *     …
 *
 * A line that is whole in what was fed is a slice of it. What was fed must stay
 * where it is until there is no next line. */
typedef struct
{
  gsize       max_line;     /* bytes, without its end */
  const char *at;           /* what was fed and is not read yet */
  const char *end;
  GString    *part;         /* (owned): of a line whose end has not come */
  gboolean    part_given;   /* as a line, which lasts until the next call */
  gboolean    failed;       /* a line was too long: there is no next one */
} EricSocketLines;

void     eric_socket_lines_init     (EricSocketLines  *self,
                                     gsize             max_line);
void     eric_socket_lines_clear    (EricSocketLines  *self);
void     eric_socket_lines_feed     (EricSocketLines  *self,
                                     const char       *bytes,
                                     gsize             length);
gboolean eric_socket_lines_next     (EricSocketLines  *self,
                                     const char      **line,
                                     gsize            *length,
                                     GError          **error);
gboolean eric_socket_lines_end      (EricSocketLines  *self,
                                     const char      **text,
                                     gsize            *length);
gboolean eric_socket_lines_has_part (EricSocketLines  *self);

G_END_DECLS
