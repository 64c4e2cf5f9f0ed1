/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-publish-private.h"
#include "eric-tool.h"

#define SEE_HELP "See “eric-sse publish --help”"

static const char description[] =
  "Publishes TEXT as one message; with - as TEXT, standard input, a message a line,\n"
  "each as soon as it is complete, over one connection that may stay for ever.\n"
  "Empty lines are left out. A line has at most 16 MiB; the server may allow less.\n"
  "\n"
  "Examples:\n"
  "  eric-sse publish http://127.0.0.1:8080/events/news 'It works'\n"
  "  eric-sse publish --event=price --json http://127.0.0.1:8080/events/news '{\"bid\": 7}'\n"
  "  tail -f log | eric-sse publish http://127.0.0.1:8080/events/log -\n"
  "  eric-sse publish unix:$XDG_RUNTIME_DIR/eric.sock news 'It works'\n"
  "\n"
  "Before a TEXT that begins with a dash, write --.\n"
  "When the server refuses a line, nothing behind it is published; at a socket, at\n"
  "most what was on its way.\n"
  "Ctrl-C ends it at once: what was sent stays published, half a line is not.\n"
  "Exit status: 0 if all was published, 1 if not, 2 for a wrong option. A signal\n"
  "ends it as any command, which shells report as 130 for Ctrl-C.\n";

static void
append_pair (GString    *query,
             const char *name,
             const char *value)
{
  g_autofree char *escaped = NULL;

  if (value == NULL)
    return;
  escaped = g_uri_escape_string (value, NULL, FALSE);
  g_string_append_printf (query, "%s%s=%s", query->len > 0 ? "&" : "", name, escaped);
}

/* Of several values of a name the first one counts: the options go in front of
 * what the URL has. */
static GUri *
make_uri (const char  *text,
          const char  *event_type,
          const char  *id,
          const char  *split,
          GError     **error)
{
  g_autoptr (GUri) uri = eric_tool_parse_url (text, error);
  g_autoptr (GString) query = g_string_new (NULL);

  if (uri == NULL)
    return NULL;
  append_pair (query, "event", event_type);
  append_pair (query, "id", id);
  append_pair (query, "split", split);
  if (query->len == 0)
    return g_steal_pointer (&uri);
  if (g_uri_get_query (uri) != NULL && *g_uri_get_query (uri) != '\0')
    g_string_append_printf (query, "&%s", g_uri_get_query (uri));
  return soup_uri_copy (uri, SOUP_URI_QUERY, query->str, SOUP_URI_NONE);
}

static gboolean
take_socket (EricPublishOptions  *options,
             int                  argc,
             char               **argv,
             const char          *id,
             GError             **error)
{
  options->path = g_strdup (argv[1] + strlen (ERIC_TOOL_SOCKET_PREFIX));
  if (*options->path == '\0')
    return eric_tool_refuse (error, "which path? " SEE_HELP);
  if (argc < 3)
    return eric_tool_refuse (error, "which channel? " SEE_HELP);
  if (argc < 4)
    return eric_tool_refuse (error, "which text? " SEE_HELP);
  if (argc > 4)
    return eric_tool_refuse (error, "what is “%s”? " SEE_HELP, argv[4]);
  if (id != NULL)
    return eric_tool_refuse (error, "--id is for HTTP: a socket takes no ids");
  if (options->headers != NULL)
    return eric_tool_refuse (error, "--header is for HTTP: a socket takes no headers");
  if (!g_utf8_validate (argv[2], -1, NULL))
    return eric_tool_refuse (error, "the id of a channel is UTF-8");
  options->channel_id = g_strdup (argv[2]);
  options->text = g_str_equal (argv[3], "-") ? NULL : g_strdup (argv[3]);
  return TRUE;
}

static gboolean
take (EricPublishOptions  *options,
      int                  argc,
      char               **argv,
      const char          *id,
      GError             **error)
{
  gboolean lines;

  if (argc < 2)
    return eric_tool_refuse (error, "which URL? " SEE_HELP);
  if (g_str_has_prefix (argv[1], ERIC_TOOL_SOCKET_PREFIX))
    return take_socket (options, argc, argv, id, error);
  if (argc < 3)
    return eric_tool_refuse (error, "which text? " SEE_HELP);
  if (argc > 3)
    return eric_tool_refuse (error, "what is “%s”? " SEE_HELP, argv[3]);
  if (!eric_tool_check_headers (options->headers, "Content-Type", error))
    return FALSE;
  lines = g_str_equal (argv[2], "-");
  options->uri = make_uri (argv[1], options->event_type, id, lines && !options->json ? "lines" : NULL, error);
  if (options->uri == NULL)
    return FALSE;
  if (!lines)
    options->text = g_strdup (argv[2]);
  else if (id != NULL)
    return eric_tool_refuse (error, "--id is for one message, and - is many");
  return TRUE;
}

int
eric_publish_options_parse (EricPublishOptions  *options,
                            int                  argc,
                            char               **argv)
{
  g_autofree char *id = NULL;
  const GOptionEntry entries[] = {
    { "event", 'e', 0, G_OPTION_ARG_STRING, &options->event_type, "Type of the message (default: message)", "TYPE" },
    { "id", 0, 0, G_OPTION_ARG_STRING, &id, "Id of the message (default: the server makes one)", "ID" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json,
      "The text, or each line, is JSON, and is passed on as it is", NULL },
    { "header", 'H', 0, G_OPTION_ARG_STRING_ARRAY, &options->headers,
      "Header of the request; can be repeated", "'NAME: VALUE'" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("URL TEXT|-, or unix:PATH CHANNEL TEXT|- — publish on a channel");
  g_autoptr (GError) error = NULL;

  g_set_prgname ("eric-sse publish");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  if (g_option_context_parse (context, &argc, &argv, &error))
    {
      eric_tool_remove_dashes (&argc, argv);
      take (options, argc, argv, id, &error);
    }
  if (error == NULL)
    return -1;
  g_printerr ("eric-sse publish: %s\n", error->message);
  return ERIC_EXIT_USAGE;
}

void
eric_publish_options_clear (EricPublishOptions *options)
{
  g_clear_pointer (&options->uri, g_uri_unref);
  g_clear_pointer (&options->headers, g_strfreev);
  g_clear_pointer (&options->text, g_free);
  g_clear_pointer (&options->path, g_free);
  g_clear_pointer (&options->channel_id, g_free);
  g_clear_pointer (&options->event_type, g_free);
}
