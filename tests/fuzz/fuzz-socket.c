/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-socket-errors-private.h"
#include "eric-socket-event-private.h"
#include "eric-socket-lines-private.h"
#include "fuzz.h"

/* The first byte says how long a line may be, the second one how the input is cut; the
 * rest is what a server sends. Whatever it is, it reads the same cut and whole, an error
 * that was read is printed so that it is read again, and a message is one. */

#define FLAG_MAX_LINE (1 << 0)
#define SMALL_SIZE    24

static void
append_line (GString    *out,
             const char *line,
             gsize       length)
{
  g_string_append_printf (out, "%" G_GSIZE_FORMAT ":", length);
  g_string_append_len (out, line, length);
}

/* The lines of an input that comes in pieces, each with its length. */
static GString *
read_lines (const char *bytes,
            gsize       length,
            gsize       max_line,
            guint32     seed)
{
  GString *out = g_string_new (NULL);
  EricSocketLines lines;
  const char *line;
  gsize line_length;

  eric_socket_lines_init (&lines, max_line);
  while (length > 0 && !lines.failed)
    {
      gsize piece = seed == 0 ? length : MIN (length, 1 + (seed >> 24) % 8);
      g_autofree char *copy = g_memdup2 (bytes, piece);

      seed = seed == 0 ? 0 : seed * 1664525 + 1013904223;
      eric_socket_lines_feed (&lines, copy, piece);
      while (eric_socket_lines_next (&lines, &line, &line_length, NULL))
        {
          g_assert_cmpuint (line_length, <=, max_line);
          append_line (out, line, line_length);
        }
      bytes += piece;
      length -= piece;
    }
  if (lines.failed)
    g_string_append (out, "!");
  else if (eric_socket_lines_end (&lines, &line, &line_length))
    append_line (out, line, line_length);
  eric_socket_lines_clear (&lines);
  return out;
}

static void
assert_error (const char *line,
              gsize       length)
{
  g_autoptr (GError) error = eric_socket_errors_parse (line, length);
  g_autoptr (GError) again = NULL;
  g_autoptr (GString) printed = g_string_new (NULL);

  if (error == NULL)
    return;
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  eric_socket_errors_print (printed, error);
  g_assert_null (strpbrk (printed->str, "\r\n"));
  again = eric_socket_errors_parse (printed->str, printed->len);
  g_assert_error (again, error->domain, error->code);
  g_assert_cmpstr (again->message, ==, error->message);
}

static void
assert_event (const char *line,
              gsize       length)
{
  guint retry_delay = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_socket_event_parse (line, length, &retry_delay, &error);

  if (message == NULL)
    {
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_no_error (error);
  g_assert_true (g_utf8_validate (eric_message_get_event_type (message), -1, NULL));
  g_assert_true (g_utf8_validate (eric_message_get_text (message), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes,
                        gsize         length)
{
  const char *input = (const char *) bytes + 2;
  g_autoptr (GString) whole = NULL;
  g_autoptr (GString) cut = NULL;
  const char *end, *lf;
  gsize max_line;

  if (length < 2)
    return 0;
  max_line = bytes[0] & FLAG_MAX_LINE ? SMALL_SIZE : G_MAXSIZE;
  whole = read_lines (input, length - 2, max_line, 0);
  cut = read_lines (input, length - 2, max_line, bytes[1] + 1);
  g_assert_cmpmem (cut->str, cut->len, whole->str, whole->len);

  for (end = (const char *) bytes + length; input < end; input = lf + 1)
    {
      lf = memchr (input, '\n', end - input);
      if (lf == NULL)
        lf = end;
      assert_error (input, lf - input);
      assert_event (input, lf - input);
    }
  return 0;
}
