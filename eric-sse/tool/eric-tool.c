/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-tool.h"

/* They say how the body is sent, which is decided here. */
static const char * const own_headers[] = {
  "Connection", "Content-Length", "Expect", "Transfer-Encoding",
};

gboolean
eric_tool_refuse (GError     **error,
                  const char  *format,
                  ...)
{
  va_list arguments;

  va_start (arguments, format);
  *error = g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* GOption leaves a -- that is behind another argument. */
void
eric_tool_remove_dashes (int   *argc,
                         char **argv)
{
  for (int i = 1; i < *argc; i++)
    if (g_str_equal (argv[i], "--"))
      {
        memmove (argv + i, argv + i + 1, (*argc - i) * sizeof *argv);
        --*argc;
        return;
      }
}

GUri *
eric_tool_parse_url (const char  *text,
                     GError     **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (scheme == NULL || !(g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      strpbrk (g_uri_get_host (uri), " \t\r\n") != NULL)
    {
      g_autofree char *sentence = eric_tool_make_sentence (text);

      eric_tool_refuse (error, "“%s” is no URL such as http://127.0.0.1:8080/events/news", sentence);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

static gboolean
is_name (const char *header,
         gsize       length,
         const char *name)
{
  return length == strlen (name) && g_ascii_strncasecmp (header, name, length) == 0;
}

static gboolean
check_header (const char  *header,
              const char  *own_header,
              GError     **error)
{
  const char *colon = strchr (header, ':');
  gsize length = colon != NULL ? colon - header : 0;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (header[i]) && strchr ("!#$%&'*+-.^_`|~", header[i]) == NULL)
      length = 0;
  if (length == 0)
    {
      g_autofree char *sentence = eric_tool_make_sentence (header);

      return eric_tool_refuse (error, "--header takes 'Name: value', not “%s”", sentence);
    }
  for (const char *byte = colon; *byte != '\0'; byte++)
    if (g_ascii_iscntrl (*byte) && *byte != '\t')
      return eric_tool_refuse (error, "--header takes a value in one line");
  for (guint i = 0; i < G_N_ELEMENTS (own_headers); i++)
    if (is_name (header, length, own_headers[i]))
      return eric_tool_refuse (error, "--header cannot set %s", own_headers[i]);
  if (own_header != NULL && is_name (header, length, own_header))
    return eric_tool_refuse (error, "--header cannot set %s", own_header);
  return TRUE;
}

gboolean
eric_tool_check_headers (char       **headers,
                         const char  *own_header,
                         GError     **error)
{
  for (; headers != NULL && *headers != NULL; headers++)
    if (!check_header (*headers, own_header, error))
      return FALSE;
  return TRUE;
}

void
eric_tool_add_headers (SoupMessage  *message,
                       char        **headers)
{
  for (; headers != NULL && *headers != NULL; headers++)
    {
      g_auto (GStrv) parts = g_strsplit (*headers, ":", 2);

      soup_message_headers_append (soup_message_get_request_headers (message),
                                   parts[0], g_strstrip (parts[1]));
    }
}

char *
eric_tool_make_sentence (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *sentence = g_string_new (NULL);

  for (const char *at = valid; *at != '\0' && *at != '\n'; at = g_utf8_next_char (at))
    if (!g_unichar_iscntrl (g_utf8_get_char (at)))
      g_string_append_unichar (sentence, g_utf8_get_char (at));
  return g_string_free (sentence, FALSE);
}
