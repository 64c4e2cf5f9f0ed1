/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_SSE_PARSER_DEFAULT_MAX_SIZE:
 *
 * The default of [property@SseParser:max-event-size], in bytes: 16 MiB.
 *
 * Since: 0.1
 */
#define ERIC_SSE_PARSER_DEFAULT_MAX_SIZE (16 * 1024 * 1024)

/**
 * ERIC_SSE_PARSER_DEFAULT_MAX_LINE_SIZE:
 *
 * The default of [property@SseParser:max-line-size], in bytes: room for an event of
 * %ERIC_SSE_PARSER_DEFAULT_MAX_SIZE in one line, the name of the field included.
 *
 * Since: 0.1
 */
#define ERIC_SSE_PARSER_DEFAULT_MAX_LINE_SIZE (16 * 1024 * 1024 + 64)

/**
 * EricStreamFormat:
 * @ERIC_STREAM_FORMAT_EVENT_STREAM: `text/event-stream`, WHATWG HTML 9.2.5
 * @ERIC_STREAM_FORMAT_NDJSON: `application/x-ndjson`, a JSON value a line
 *
 * How messages are written into a stream of bytes.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_STREAM_FORMAT_EVENT_STREAM,
  ERIC_STREAM_FORMAT_NDJSON,
} EricStreamFormat;

/**
 * EricSseEvent: (skip)
 * @event_type: what kind of event it is, `message` unless the stream says
 * @data: (array length=data_length) (element-type guint8): the data in UTF-8, without a
 *   NUL at its end; of NDJSON, a line that was not looked at
 * @data_length: the length of @data in bytes
 * @id: the last event ID, empty where there is none, as always in NDJSON
 *
 * An event as [class@SseParser] reads it. It is valid only as long as the
 * function runs that it is given to. Bindings, which could not know, have
 * [method@SseParser.next].
 *
 * Since: 0.1
 */
typedef struct
{
  const char *event_type;
  const char *data;
  gsize       data_length;
  const char *id;
} EricSseEvent;

/**
 * EricSseEventFunc: (skip)
 * @event: the event
 * @user_data: the data that was given with the function
 *
 * Called with each event that a parser reads. Bindings have [method@SseParser.next].
 *
 * Since: 0.1
 */
typedef void (*EricSseEventFunc) (const EricSseEvent *event,
                                  gpointer            user_data);

/**
 * EricSseCommentFunc:
 * @text: the comment, without the space behind its colon
 * @user_data: the data that was given with the function
 *
 * Called with each comment that a parser reads.
 *
 * Since: 0.1
 */
typedef void (*EricSseCommentFunc) (const char *text,
                                    gpointer    user_data);

#define ERIC_TYPE_SSE_PARSER (eric_sse_parser_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricSseParser, eric_sse_parser, ERIC, SSE_PARSER, GObject)

ERIC_AVAILABLE_IN_ALL
EricSseParser    *eric_sse_parser_new                (void);
ERIC_AVAILABLE_IN_ALL
EricSseParser    *eric_sse_parser_new_for_format     (EricStreamFormat     format);
ERIC_AVAILABLE_IN_ALL
EricStreamFormat  eric_sse_parser_get_format         (EricSseParser       *self);
ERIC_AVAILABLE_IN_ALL
gsize             eric_sse_parser_get_max_line_size  (EricSseParser       *self);
ERIC_AVAILABLE_IN_ALL
void              eric_sse_parser_set_max_line_size  (EricSseParser       *self,
                                                      gsize                max_line_size);
ERIC_AVAILABLE_IN_ALL
gsize             eric_sse_parser_get_max_event_size (EricSseParser       *self);
ERIC_AVAILABLE_IN_ALL
void              eric_sse_parser_set_max_event_size (EricSseParser       *self,
                                                      gsize                max_event_size);
ERIC_AVAILABLE_IN_ALL
const char       *eric_sse_parser_get_last_event_id  (EricSseParser       *self);
ERIC_AVAILABLE_IN_ALL
gboolean          eric_sse_parser_set_last_event_id  (EricSseParser       *self,
                                                      const char          *last_event_id,
                                                      GError             **error);
ERIC_AVAILABLE_IN_ALL
gboolean          eric_sse_parser_get_retry_delay    (EricSseParser       *self,
                                                      guint               *retry_delay);
ERIC_AVAILABLE_IN_ALL
void              eric_sse_parser_set_event_func     (EricSseParser       *self,
                                                      EricSseEventFunc     func,
                                                      gpointer             user_data,
                                                      GDestroyNotify       destroy);
ERIC_AVAILABLE_IN_ALL
void              eric_sse_parser_set_comment_func   (EricSseParser       *self,
                                                      EricSseCommentFunc   func,
                                                      gpointer             user_data,
                                                      GDestroyNotify       destroy);
ERIC_AVAILABLE_IN_ALL
gboolean          eric_sse_parser_feed               (EricSseParser       *self,
                                                      const guint8        *data,
                                                      gsize                length,
                                                      GError             **error);
ERIC_AVAILABLE_IN_ALL
gboolean          eric_sse_parser_feed_bytes         (EricSseParser       *self,
                                                      GBytes              *bytes,
                                                      GError             **error);
ERIC_AVAILABLE_IN_ALL
gboolean          eric_sse_parser_end                (EricSseParser       *self,
                                                      GError             **error);
ERIC_AVAILABLE_IN_ALL
void              eric_sse_parser_reset              (EricSseParser       *self);
ERIC_AVAILABLE_IN_ALL
EricMessage      *eric_sse_parser_next               (EricSseParser       *self);

G_END_DECLS
