/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-json.h"

#include <string.h>

#define INDENT 2   /* spaces */

static void
break_line (GString *text,
            guint    depth)
{
  g_string_append_c (text, '\n');
  for (guint i = 0; i < depth * INDENT; i++)
    g_string_append_c (text, ' ');
}

/* Behind the string that begins at @at. */
static const char *
skip_string (const char *at)
{
  for (at++; *at != '\0' && *at != '"'; at++)
    if (*at == '\\' && at[1] != '\0')
      at++;
  return *at != '\0' ? at + 1 : at;
}

static const char *
skip_space (const char *at)
{
  return at + strspn (at, " \t\r\n");
}

/* (transfer full): JSON that is known to be valid, a member a line. It is not read and
 * written anew, so that numbers stay as they were. */
char *
live_log_json_indent (const char *json)
{
  GString *text = g_string_new (NULL);
  guint depth = 0;
  const char *end;

  for (const char *at = skip_space (json); *at != '\0'; at = skip_space (at))
    {
      end = *at == '"' ? skip_string (at) : at + 1;
      if ((*at == '}' || *at == ']') && depth > 0)
        break_line (text, --depth);
      g_string_append_len (text, at, end - at);
      if (*at == ':')
        g_string_append_c (text, ' ');
      else if (*at == ',')
        break_line (text, depth);
      else if ((*at == '{' || *at == '[') && strchr ("}]", *skip_space (end)) != NULL)
        {
          /* Empty: stays on its line. */
          end = skip_space (end);
          if (*end != '\0')
            g_string_append_c (text, *end++);
        }
      else if (*at == '{' || *at == '[')
        break_line (text, ++depth);
      at = end;
    }
  return g_string_free (text, FALSE);
}
