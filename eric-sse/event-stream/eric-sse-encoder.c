/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-encoder.h"

#include "eric-message-private.h"
#include "eric-sse-encoder-private.h"

/* What is written here is the event-stream format of the WHATWG HTML standard,
 * section 9.2.5. */

/* The lines of a text: CRLF, LF and CR all end a line in the format, so none of them
 * may pass. A text always has a line, which may be empty. */
typedef struct
{
  const char *next;   /* (nullable): where the next line begins, NULL behind the last */
  const char *end;
  const char *lf;     /* (nullable): the next LF */
} Lines;

static Lines
lines_of (const char *text,
          gsize       length)
{
  return (Lines) { text, text + length, memchr (text, '\n', length) };
}

static gboolean
next_line (Lines       *lines,
           const char **line,
           gsize       *length)
{
  const char *stop, *cr;

  if (lines->next == NULL)
    return FALSE;
  *line = lines->next;
  stop = lines->lf != NULL ? lines->lf : lines->end;
  cr = memchr (*line, '\r', stop - *line);
  if (cr != NULL)
    stop = cr;
  *length = stop - *line;
  if (stop == lines->end)
    {
      lines->next = NULL;
      return TRUE;
    }
  lines->next = stop + (stop == cr && cr + 1 == lines->lf ? 2 : 1);
  if (lines->lf != NULL && lines->lf < lines->next)
    lines->lf = memchr (lines->next, '\n', lines->end - lines->next);
  return TRUE;
}

static char *
write_bytes (char       *out,
             const char *bytes,
             gsize       length)
{
  memcpy (out, bytes, length);
  return out + length;
}

/* Each line of the text becomes a line of the stream. */
static char *
write_lines (char       *out,
             const char *prefix,
             const char *text,
             gsize       length)
{
  Lines lines = lines_of (text, length);
  gsize prefix_length = strlen (prefix);
  const char *line;

  while (next_line (&lines, &line, &length))
    {
      out = write_bytes (out, prefix, prefix_length);
      out = write_bytes (out, line, length);
      *out++ = '\n';
    }
  return out;
}

static gsize
measure_lines (const char *prefix,
               const char *text,
               gsize       length)
{
  Lines lines = lines_of (text, length);
  gsize prefix_length = strlen (prefix);
  gsize size = 0;
  const char *line;

  while (next_line (&lines, &line, &length))
    size += prefix_length + length + 1;
  return size;
}

static void
append_lines (GString    *out,
              const char *prefix,
              const char *text)
{
  gsize length = strlen (text);
  gsize from = out->len;

  g_string_set_size (out, from + measure_lines (prefix, text, length));
  write_lines (out->str + from, prefix, text, length);
}

/* NULL where it is not written. */
static const char *
get_type_to_write (EricMessage *message)
{
  const char *event_type = eric_message_get_event_type (message);

  return g_str_equal (event_type, "message") ? NULL : event_type;
}

/* How many bytes _eric_sse_write_message () writes. */
gsize
_eric_sse_measure_message (EricMessage *message)
{
  const char *id = eric_message_get_id (message);
  const char *event_type = get_type_to_write (message);
  gsize length;
  const char *data = _eric_message_get_text (message, &length);
  gsize size = measure_lines (ERIC_SSE_DATA_PREFIX, data, length) + 1;

  if (id != NULL)
    size += measure_lines (ERIC_SSE_ID_PREFIX, id, strlen (id));
  if (event_type != NULL)
    size += measure_lines (ERIC_SSE_EVENT_PREFIX, event_type, strlen (event_type));
  return size;
}

void
_eric_sse_write_message (char        *out,
                         EricMessage *message)
{
  const char *id = eric_message_get_id (message);
  const char *event_type = get_type_to_write (message);
  gsize length;
  const char *data = _eric_message_get_text (message, &length);

  if (id != NULL)
    out = write_lines (out, ERIC_SSE_ID_PREFIX, id, strlen (id));
  if (event_type != NULL)
    out = write_lines (out, ERIC_SSE_EVENT_PREFIX, event_type, strlen (event_type));
  out = write_lines (out, ERIC_SSE_DATA_PREFIX, data, length);
  *out = '\n';
}

void
_eric_sse_append_message (GString     *out,
                          EricMessage *message)
{
  gsize from = out->len;

  g_string_set_size (out, from + _eric_sse_measure_message (message));
  _eric_sse_write_message (out->str + from, message);
}

void
_eric_sse_append_comment (GString    *out,
                          const char *text)
{
  append_lines (out, *text != '\0' ? ": " : ":", text);
  g_string_append_c (out, '\n');
}

void
_eric_sse_append_retry (GString *out,
                        guint    retry_timeout)
{
  g_string_append_printf (out, "retry: %u\n\n", retry_timeout);
}

/**
 * eric_sse_encode_message:
 * @message: a message
 *
 * Writes a message as one event of an event stream: its id if it has one, its
 * type unless that is `message`, and a line of data for each line of its text,
 * whether CRLF, LF or CR ends it.
 *
 * The format is that of the WHATWG HTML standard, section 9.2.5. It cannot fail,
 * since what the format cannot carry is refused when a message is made.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the event, with the empty line that ends it
 *
 * Since: 0.1
 */
GBytes *
eric_sse_encode_message (EricMessage *message)
{
  GString *out;

  g_return_val_if_fail (ERIC_IS_MESSAGE (message), NULL);

  out = g_string_new (NULL);
  _eric_sse_append_message (out, message);
  return g_string_free_to_bytes (out);
}

/**
 * eric_sse_encode_comment:
 * @text: the text, may be empty or have several lines
 *
 * Writes a comment, which event sources skip. It keeps a connection from being
 * taken for dead.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the comment, with an empty line behind it
 *
 * Since: 0.1
 */
GBytes *
eric_sse_encode_comment (const char *text)
{
  GString *out;

  g_return_val_if_fail (text != NULL, NULL);

  out = g_string_new (NULL);
  _eric_sse_append_comment (out, text);
  return g_string_free_to_bytes (out);
}

/**
 * eric_sse_encode_retry:
 * @retry_timeout: the time in milliseconds
 *
 * Writes how long an event source is to wait before it connects again.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the field, with an empty line behind it
 *
 * Since: 0.1
 */
GBytes *
eric_sse_encode_retry (guint retry_timeout)
{
  GString *out = g_string_new (NULL);

  _eric_sse_append_retry (out, retry_timeout);
  return g_string_free_to_bytes (out);
}
