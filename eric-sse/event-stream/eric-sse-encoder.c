/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-encoder.h"

#include "eric-message.h"
#include "eric-sse-encoder-private.h"

/* What is written here is the event-stream format of the WHATWG HTML standard,
 * section 9.2.5. */

/* Each line of the text becomes a line of the stream; CRLF, LF and CR all end a
 * line there, so none of them may pass. */
static void
append_lines (GString    *out,
              const char *prefix,
              const char *text,
              gsize       length)
{
  const char *end = text + length;
  const char *lf = memchr (text, '\n', length);

  for (;;)
    {
      const char *stop = lf != NULL ? lf : end;
      const char *cr = memchr (text, '\r', stop - text);

      if (cr != NULL)
        stop = cr;
      g_string_append (out, prefix);
      g_string_append_len (out, text, stop - text);
      g_string_append_c (out, '\n');
      if (stop == end)
        return;
      text = stop + (stop == cr && cr + 1 == lf ? 2 : 1);
      if (lf != NULL && lf < text)
        lf = memchr (text, '\n', end - text);
    }
}

void
_eric_sse_append_message (GString     *out,
                          EricMessage *message)
{
  const char *id = eric_message_get_id (message);
  const char *event_type = eric_message_get_event_type (message);
  gsize length;
  const char *data = (const char *) eric_message_get_data (message, &length);

  if (id != NULL)
    append_lines (out, "id: ", id, strlen (id));
  if (!g_str_equal (event_type, "message"))
    append_lines (out, "event: ", event_type, strlen (event_type));
  append_lines (out, "data: ", data, length);
  g_string_append_c (out, '\n');
}

void
_eric_sse_append_comment (GString    *out,
                          const char *text)
{
  append_lines (out, *text != '\0' ? ": " : ":", text, strlen (text));
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
