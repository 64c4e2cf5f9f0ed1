/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-sse-parser.h"

G_BEGIN_DECLS

/* What EricSseParser and EricEventSource read a stream with: bytes in, events and
 * comments out, to functions that must neither feed nor reset it. Who reads no
 * further within such a function stops it. */
typedef struct
{
  EricStreamFormat    format;
  gsize               max_line_size;
  gsize               max_event_size;

  EricSseEventFunc    event_func;
  gpointer            event_data;
  EricSseCommentFunc  comment_func;    /* (nullable) */
  gpointer            comment_data;

  /* Where the stream is. */
  GString            *line;            /* (owned): of a line whose end has not come */
  gboolean            first_line;      /* has not ended: it may begin with a mark */
  gboolean            skip_lf;         /* the last byte was a CR */
  gboolean            feeding;
  gboolean            stopped;         /* what is left of what is being fed is of no use */
  GError             *failure;         /* (owned) (nullable) */
  guint               n_lines;         /* that have ended, for messages about errors */

  /* The event that is being read. Its data is a view into what is being fed, as
   * long as that is there and one line is all; then it is the buffer. */
  char               *event_type;      /* (owned) (nullable): a GRefString */
  char               *known_type;      /* (owned) (nullable): the last one, mostly the next */
  gboolean            has_data;
  const char         *view;            /* (nullable) */
  gsize               view_length;
  GString            *data;            /* (owned) */
  char               *id;              /* (owned) (nullable): a GRefString */

  /* What was read. */
  char               *last_event_id;   /* (owned) (nullable): a GRefString */
  gboolean            has_retry_delay;
  guint               retry_delay;     /* milliseconds */
} EricSseReader;

void         eric_sse_reader_init              (EricSseReader       *self);
void         eric_sse_reader_clear             (EricSseReader       *self);
gboolean     eric_sse_reader_feed              (EricSseReader       *self,
                                                const char          *text,
                                                gsize                length,
                                                GError             **error);
gboolean     eric_sse_reader_end               (EricSseReader       *self,
                                                GError             **error);
void         eric_sse_reader_reset             (EricSseReader       *self);
void         eric_sse_reader_stop              (EricSseReader       *self);
void         eric_sse_reader_fail              (EricSseReader       *self,
                                                GError              *error);
const char  *eric_sse_reader_get_last_event_id (EricSseReader       *self);
void         eric_sse_reader_set_last_event_id (EricSseReader       *self,
                                                const char          *last_event_id);

/* For an event function: the event as a message. Fails where a line of NDJSON is
 * no JSON. */
EricMessage *eric_sse_reader_make_message      (EricSseReader       *self,
                                                const EricSseEvent  *event,
                                                GError             **error);

G_END_DECLS
