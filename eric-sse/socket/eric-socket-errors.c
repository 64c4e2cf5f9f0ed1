/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "eric-socket-errors-private.h"

#include "eric-error.h"
#include "eric-utf8-private.h"

static const struct
{
  EricError   code;
  const char *name;
} exceptions[] = {
  { ERIC_ERROR_INVALID_CHANNEL,        "InvalidChannelException" },
  { ERIC_ERROR_INVALID_LISTENER,       "InvalidListenerException" },
  { ERIC_ERROR_INVALID_MESSAGE_FORMAT, "InvalidMessageFormat" },
  { ERIC_ERROR_NO_MESSAGES,            "NoMessagesException" },
  { ERIC_ERROR_QUEUE_FULL,             "QueueFullException" },
  { ERIC_ERROR_LIMIT_REACHED,          "LimitReachedException" },
  { ERIC_ERROR_TOO_LARGE,              "TooLargeException" },
};

/* What is none of these, and has no code to come back as. */
#define OTHER_EXCEPTION "EricException"

static const char *
get_name (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (exceptions); i++)
    if (g_error_matches (error, ERIC_ERROR, exceptions[i].code))
      return exceptions[i].name;
  return OTHER_EXCEPTION;
}

/* What str.isprintable () says of a character. */
static gboolean
is_printable (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    case G_UNICODE_SPACE_SEPARATOR:
      return c == ' ';
    default:
      return TRUE;
    }
}

static void
print_character (GString  *out,
                 gunichar  c,
                 char      quote)
{
  if (c == '\n')
    g_string_append (out, "\\n");
  else if (c == '\r')
    g_string_append (out, "\\r");
  else if (c == '\t')
    g_string_append (out, "\\t");
  else if (c == '\\' || c == (guchar) quote)
    g_string_append_printf (out, "\\%c", (char) c);
  else if (is_printable (c))
    g_string_append_unichar (out, c);
  else if (c <= 0xff)
    g_string_append_printf (out, "\\x%02x", c);
  else if (c <= 0xffff)
    g_string_append_printf (out, "\\u%04x", c);
  else
    g_string_append_printf (out, "\\U%08x", c);
}

/* Appends the error as one line, without its end. */
void
eric_socket_errors_print (GString      *out,
                          const GError *error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char quote;

  eric_utf8_decode_string (text, error->message, strlen (error->message));
  quote = strchr (text->str, '\'') != NULL && strchr (text->str, '"') == NULL ? '"' : '\'';

  g_string_append_printf (out, "%s(%c", get_name (error), quote);
  for (const char *at = text->str; *at != '\0'; at = g_utf8_next_char (at))
    print_character (out, g_utf8_get_char (at), quote);
  g_string_append_printf (out, "%c)", quote);
}

/* How many hexadecimal digits follow the letter of an escape; 0 if it is none of these. */
static guint
get_n_digits (char letter)
{
  switch (letter)
    {
    case 'x': return 2;
    case 'u': return 4;
    case 'U': return 8;
    default:  return 0;
    }
}

static gboolean
parse_number_escape (GString     *out,
                     const char **at,
                     guint        n_digits)
{
  guint64 c = 0;

  for (guint i = 0; i < n_digits; i++, (*at)++)
    {
      int digit = g_ascii_xdigit_value (**at);

      if (digit < 0)
        return FALSE;
      c = c << 4 | (guint64) digit;
    }
  if (c > 0x10ffff)
    return FALSE;
  /* A C string cannot hold the one, and UTF-8 not the other. */
  if (c == 0 || !g_unichar_validate ((gunichar) c))
    g_string_append (out, ERIC_REPLACEMENT_CHARACTER);
  else
    g_string_append_unichar (out, (gunichar) c);
  return TRUE;
}

static gboolean
parse_escape (GString     *out,
              const char **at)
{
  static const char letters[] = "\\'\"nrt";
  static const char values[] = "\\'\"\n\r\t";
  const char letter = *(*at)++;
  const char *known;

  if (get_n_digits (letter) > 0)
    return parse_number_escape (out, at, get_n_digits (letter));
  if (letter == '\0' || (known = strchr (letters, letter)) == NULL)
    return FALSE;
  g_string_append_c (out, values[known - letters]);
  return TRUE;
}

/* (transfer full) (nullable): the string that is all of what is between the parentheses */
static char *
parse_argument (const char *text)
{
  const char quote = *text;
  const char *at = text + 1;
  g_autoptr (GString) out = NULL;

  if (quote != '\'' && quote != '"')
    return NULL;
  out = g_string_new (NULL);
  while (*at != quote)
    {
      const char c = *at++;

      if (c == '\0' || (c == '\\' && !parse_escape (out, &at)))
        return NULL;
      if (c != '\\')
        g_string_append_c (out, c);
    }
  if (!g_str_equal (at + 1, ")"))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* The length of the name of what has the shape `Name(…)`; 0 if it has another. */
static gsize
get_name_length (const char *line)
{
  gsize length = 0;

  if (g_ascii_isdigit (*line))
    return 0;
  while (g_ascii_isalnum (line[length]) || line[length] == '_' || line[length] == '.')
    length++;
  return line[length] == '(' && g_str_has_suffix (line, ")") ? length : 0;
}

static gboolean
name_is (const char *line,
         gsize       name_length,
         const char *name)
{
  return strlen (name) == name_length && memcmp (line, name, name_length) == 0;
}

/* (transfer full) (nullable): the error that the line tells of; NULL if it is something
 * else. A name that is not known is worth reading, and stays in the text. */
GError *
eric_socket_errors_parse (const char *line,
                          gsize       length)
{
  g_autoptr (GString) text = NULL;
  g_autofree char *argument = NULL;
  const char *message;
  gsize name_length;

  /* Most lines are none, and long ones are not worth a copy. */
  if (length == 0 || line[length - 1] != ')')
    return NULL;

  text = g_string_new (NULL);
  eric_utf8_decode_string (text, line, length);
  name_length = get_name_length (text->str);
  if (name_length == 0)
    return NULL;

  argument = parse_argument (text->str + name_length + 1);
  message = argument != NULL ? argument : text->str;
  for (guint i = 0; i < G_N_ELEMENTS (exceptions); i++)
    if (name_is (text->str, name_length, exceptions[i].name))
      return g_error_new_literal (ERIC_ERROR, exceptions[i].code, message);
  if (!name_is (text->str, name_length, OTHER_EXCEPTION))
    message = text->str;
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, message);
}
