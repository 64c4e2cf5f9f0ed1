/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "eric-listen-private.h"

#define COLOUR_TYPE "\033[36m"
#define COLOUR_ID   "\033[2m"
#define COLOUR_OFF  "\033[0m"

static gboolean
is_terminal (void)
{
  return isatty (STDOUT_FILENO);
}

/* https://no-color.org */
static gboolean
has_colours (void)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return is_terminal () && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0 &&
         (no_color == NULL || *no_color == '\0');
}

/* The library's JSON would have no NUL in it, and leave what gives orders to a
 * terminal but need not be escaped: DEL, and C1, which is C2 and 80 to 9F. */
static void
print_json_string (const char *text,
                   gsize       length)
{
  const guchar *at = (const guchar *) text, *end = at + length;

  putchar ('"');
  for (; at < end; at++)
    if (*at == '"' || *at == '\\')
      printf ("\\%c", *at);
    else if (*at == '\n')
      fputs ("\\n", stdout);
    else if (*at < 0x20 || *at == 0x7f)
      printf ("\\u%04x", *at);
    else if (*at == 0xc2 && end - at > 1 && at[1] < 0xa0)
      printf ("\\u%04x", *++at);
    else
      putchar (*at);
  putchar ('"');
}

static void
print_json (EricMessage *message)
{
  const char *type = eric_message_get_event_type (message), *id = eric_message_get_id (message);
  gsize length;
  const guint8 *data = eric_message_get_data (message, &length);

  fputs ("{\"type\":", stdout);
  print_json_string (type, strlen (type));
  if (id != NULL)
    {
      fputs (",\"id\":", stdout);
      print_json_string (id, strlen (id));
    }
  fputs (",\"data\":", stdout);
  print_json_string ((const char *) data, length);
  fputs ("}\n", stdout);
}

/* What a server sends must not give orders to the terminal. */
static void
print_harmless (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar character = g_utf8_get_char (text);

      if (g_unichar_iscntrl (character) && character != '\n' && character != '\t')
        fputs ("\357\277\275", stdout);
      else
        fwrite (text, 1, g_utf8_next_char (text) - text, stdout);
    }
}

static void
print_coloured (const char *colour,
                const char *text)
{
  gboolean colours = has_colours ();

  fputs (colours ? colour : "", stdout);
  print_harmless (text);
  fputs (colours ? COLOUR_OFF " " : " ", stdout);
}

/* For people: who reads it has the type before the data. */
static void
print_to_terminal (EricMessage *message)
{
  if (eric_message_get_id (message) != NULL)
    print_coloured (COLOUR_ID, eric_message_get_id (message));
  print_coloured (COLOUR_TYPE, eric_message_get_event_type (message));
  print_harmless (eric_message_get_text (message));
  putchar ('\n');
}

static void
print_data (EricMessage *message)
{
  gsize length;
  const guint8 *data = eric_message_get_data (message, &length);

  fwrite (data, 1, length, stdout);
  putchar ('\n');
}

gboolean
eric_listen_print (EricMessage  *message,
                   gboolean      json,
                   GError      **error)
{
  int code;

  if (json)
    print_json (message);
  else if (is_terminal ())
    print_to_terminal (message);
  else
    print_data (message);
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;
  code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "cannot print: %s", g_strerror (code));
  return FALSE;
}
