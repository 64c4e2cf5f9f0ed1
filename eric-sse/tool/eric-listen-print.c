/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

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

static void
print_json (EricMessage *message)
{
  GVariantBuilder object;
  g_autoptr (EricMessage) line = NULL;

  g_variant_builder_init (&object, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&object, "{sv}", "type",
                         g_variant_new_string (eric_message_get_event_type (message)));
  if (eric_message_get_id (message) != NULL)
    g_variant_builder_add (&object, "{sv}", "id", g_variant_new_string (eric_message_get_id (message)));
  g_variant_builder_add (&object, "{sv}", "data", g_variant_new_string (eric_message_get_text (message)));
  line = eric_message_new (NULL, g_variant_builder_end (&object), NULL);
  puts (eric_message_get_text (line));
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
eric_listen_print (EricMessage *message,
                   gboolean     json)
{
  if (json)
    print_json (message);
  else if (is_terminal ())
    print_to_terminal (message);
  else
    print_data (message);
  return fflush (stdout) == 0;
}
