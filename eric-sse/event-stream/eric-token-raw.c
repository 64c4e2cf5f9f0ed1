/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-members-private.h"

#include "eric-json-private.h"

/* Members that have the arguments of a tool, as an object or in a string. */
static const char * const arguments[] = { "\"arguments\"", "\"input\"", "\"args\"" };

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static const char *
skip_spaces (const char *at)
{
  while (is_space (*at))
    at++;
  return at;
}

/* From the quotation mark on. The end of the text is one, too. */
static const char *
skip_string (const char *at)
{
  for (at++; *at != '\0' && *at != '"'; at++)
    if (*at == '\\' && at[1] != '\0')
      at++;
  return *at == '"' ? at + 1 : at;
}

static const char *
skip_object (const char *at)
{
  guint depth = 0;

  while (*at != '\0')
    {
      if (*at == '"')
        {
          at = skip_string (at);
          continue;
        }
      if (*at == '{')
        depth++;
      else if (*at == '}' && --depth == 0)
        return at + 1;
      at++;
    }
  return at;
}

static gboolean
is_arguments (const char *key,
              gsize       length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    if (strlen (arguments[i]) == length && strncmp (key, arguments[i], length) == 0)
      return TRUE;
  return FALSE;
}

/* Appends the object as a string of JSON, or as it is where it is empty. */
static void
append_object (GString    *out,
               const char *object,
               gsize       length)
{
  if (*skip_spaces (object + 1) == '}')
    g_string_append (out, "{}");
  else
    eric_json_append_text (out, object, length);
}

/* (transfer full): the text of a document, in which arguments that are an object are
 * one in a string: a tool is to get the numbers as they were written, of any size, and
 * objects of any depth. */
char *
eric_token_keep_arguments (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *at = text, *next; *at != '\0'; at = next)
    {
      next = *at == '"' ? skip_string (at) : at + strcspn (at, "\"");
      if (next == at)
        next++;
      g_string_append_len (out, at, next - at);
      if (*at != '"' || !is_arguments (at, next - at) || *(at = skip_spaces (next)) != ':' ||
          *(at = skip_spaces (at + 1)) != '{')
        continue;
      g_string_append_c (out, ':');
      next = skip_object (at);
      append_object (out, at, next - at);
    }
  return g_string_free (out, FALSE);
}
