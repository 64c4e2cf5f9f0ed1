/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "sse-trace.h"

typedef struct
{
  GString *events;     /* (owned) */
  GString *comments;   /* (owned) */
} Trace;

static void
append_escaped (GString    *out,
                const char *text,
                gsize       length)
{
  for (const char *end = text + length; text < end; text++)
    {
      if (*text == '\0')
        g_string_append (out, "\\0");
      else if (*text == '\r')
        g_string_append (out, "\\r");
      else if (*text == '\n')
        g_string_append (out, "\\n");
      else if (*text == '\\')
        g_string_append (out, "\\\\");
      else
        g_string_append_c (out, *text);
    }
}

/* A space between one thing and the next. */
static void
begin (GString *out)
{
  if (out->len > 0)
    g_string_append_c (out, ' ');
}

void
sse_trace_event (GString    *out,
                 const char *event_type,
                 const char *id,
                 const char *data,
                 gsize       length)
{
  begin (out);
  append_escaped (out, event_type, strlen (event_type));
  if (id != NULL && *id != '\0')
    {
      g_string_append_c (out, '#');
      append_escaped (out, id, strlen (id));
    }
  g_string_append_c (out, '(');
  append_escaped (out, data, length);
  g_string_append_c (out, ')');
}

void
sse_trace_id (GString    *out,
              const char *id)
{
  begin (out);
  g_string_append (out, "id=");
  append_escaped (out, id, strlen (id));
}

static void
event_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  Trace *trace = user_data;

  sse_trace_event (trace->events, event->event_type, event->id, event->data, event->data_length);
}

static void
comment_cb (const char *text,
            gpointer    user_data)
{
  Trace *trace = user_data;

  begin (trace->comments);
  g_string_append_c (trace->comments, ':');
  append_escaped (trace->comments, text, strlen (text));
}

void
sse_trace_take (EricSseParser *parser,
                GString       *out)
{
  EricMessage *message;

  for (; (message = eric_sse_parser_next (parser)) != NULL; g_object_unref (message))
    {
      gsize length;
      const char *data = (const char *) eric_message_get_data (message, &length);

      sse_trace_event (out, eric_message_get_event_type (message), eric_message_get_id (message),
                       data, length);
    }
}

gboolean
sse_trace_feed (EricSseParser  *parser,
                const char     *bytes,
                gsize           length,
                GError        **error)
{
  g_autofree guint8 *copy = g_memdup2 (bytes, length);

  return eric_sse_parser_feed (parser, copy, length, error);
}

static char *
finish (Trace         *trace,
        EricSseParser *parser,
        const GError  *error)
{
  const char *id = eric_sse_parser_get_last_event_id (parser);
  guint retry_delay;

  if (trace->comments->len > 0)
    {
      begin (trace->events);
      g_string_append (trace->events, trace->comments->str);
    }
  if (*id != '\0')
    sse_trace_id (trace->events, id);
  if (eric_sse_parser_get_retry_delay (parser, &retry_delay))
    {
      begin (trace->events);
      g_string_append_printf (trace->events, "retry=%u", retry_delay);
    }
  if (error != NULL)
    {
      begin (trace->events);
      g_string_append_printf (trace->events, "!%s", error->message);
    }
  g_string_free (trace->comments, TRUE);
  return g_string_free (trace->events, FALSE);
}

char *
sse_trace_read (const SseTraceMode *mode,
                const char         *bytes,
                gsize               length,
                SseTraceCut         cut,
                gpointer            user_data)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (mode->format);
  g_autoptr (GError) error = NULL;
  Trace trace = { g_string_new (NULL), g_string_new (NULL) };
  gsize done = 0;

  if (mode->max_line_size > 0)
    eric_sse_parser_set_max_line_size (parser, mode->max_line_size);
  if (mode->max_event_size > 0)
    eric_sse_parser_set_max_event_size (parser, mode->max_event_size);
  if (!mode->with_next)
    eric_sse_parser_set_event_func (parser, event_cb, &trace, NULL);
  eric_sse_parser_set_comment_func (parser, comment_cb, &trace, NULL);

  while (done < length && error == NULL)
    {
      gsize piece = cut != NULL ? cut (length - done, user_data) : length;

      sse_trace_feed (parser, bytes + done, piece, &error);
      sse_trace_take (parser, trace.events);
      done += piece;
    }
  if (error == NULL)
    eric_sse_parser_end (parser, &error);
  sse_trace_take (parser, trace.events);
  return finish (&trace, parser, error);
}
