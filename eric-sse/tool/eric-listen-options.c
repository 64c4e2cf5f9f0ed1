/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-listen-private.h"
#include "eric-tool.h"

#define SEE_HELP "See “eric-sse listen --help”"

/* In seconds: what a timer can count in milliseconds. */
#define MAX_TIMEOUT 4294967

static const char description[] =
  "Prints the data of each message of a stream, as it comes; on a terminal with the\n"
  "id and the type before it. A connection that is lost is made again, and the stream\n"
  "goes on where it was; --no-reconnect ends with it, as does a socket. What goes\n"
  "wrong is told on standard error, with what the server says of it.\n"
  "\n"
  "Examples:\n"
  "  eric-sse listen http://127.0.0.1:8080/events/news\n"
  "  eric-sse listen unix:$XDG_RUNTIME_DIR/eric.sock news\n"
  "  eric-sse listen --count=1 --timeout=10 --event=ready http://127.0.0.1:8080/events/jobs\n"
  "  eric-sse listen --no-reconnect --end='[DONE]' -H \"Authorization: Bearer $KEY\" \\\n"
  "    -H 'Content-Type: application/json' --data=@request.json https://example.org/v1/chat\n"
  "\n"
  "Exit status: 0 after --count messages and where the stream ended, 1 if it failed,\n"
  "2 for a wrong option, 124 if --timeout came first. A signal ends it as any\n"
  "command, which shells report as 130 for Ctrl-C.\n";

/* @ and the name of a file stand for what is in it. */
static GBytes *
read_body (const char  *data,
           GError     **error)
{
  g_autofree char *contents = NULL;
  gsize length;

  if (data == NULL)
    return NULL;
  if (*data != '@')
    return g_bytes_new (data, strlen (data));
  if (!g_file_get_contents (data + 1, &contents, &length, error))
    {
      g_prefix_error (error, "cannot read the body: ");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&contents), length);
}

/* What answers CONNECT is no stream, but a tunnel. */
static gboolean
is_method (const char *method)
{
  if (method == NULL)
    return TRUE;
  if (g_str_equal (method, "CONNECT"))
    return FALSE;
  for (const char *c = method; *c != '\0'; c++)
    if (!g_ascii_isupper (*c))
      return FALSE;
  return *method != '\0';
}

static gboolean
check (const EricListenOptions  *options,
       const char               *method,
       char                    **headers,
       int                       argc,
       char                    **argv,
       GError                  **error)
{
  const int n_places = options->path != NULL ? 2 : 1;

  if (argc < 2)
    return eric_tool_refuse (error, "which URL? " SEE_HELP);
  if (argc < 1 + n_places)
    return eric_tool_refuse (error, "which channel? " SEE_HELP);
  if (argc > 1 + n_places)
    return eric_tool_refuse (error, "what is “%s”? " SEE_HELP, argv[1 + n_places]);
  if (options->count < 0)
    return eric_tool_refuse (error, "--count takes a number that is not negative");
  if (!(options->timeout >= 0 && options->timeout <= MAX_TIMEOUT))
    return eric_tool_refuse (error, "--timeout takes seconds from 0 to " G_STRINGIFY (MAX_TIMEOUT));
  if (!is_method (method))
    return eric_tool_refuse (error, "--method takes a method such as GET or POST");
  return eric_tool_check_headers (headers, NULL, error);
}

/* With a socket there is no request that these would be for. */
static gboolean
take_socket (EricListenOptions  *options,
             const char         *channel_id,
             gboolean            is_http,
             GError            **error)
{
  if (*options->path == '\0')
    return eric_tool_refuse (error, "which path? " SEE_HELP);
  if (is_http)
    return eric_tool_refuse (error, "--data, --header, --last-event-id and --method are for HTTP, not for a socket");
  if (!g_utf8_validate (channel_id, -1, NULL))
    return eric_tool_refuse (error, "the id of a channel is UTF-8");
  options->channel_id = g_strdup (channel_id);
  return TRUE;
}

static EricEventSource *
make_source (const char  *url,
             const char  *method,
             char       **headers,
             const char  *data,
             GError     **error)
{
  g_autoptr (GUri) uri = eric_tool_parse_url (url, error);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (SoupMessage) message = NULL;

  if (uri == NULL || (data != NULL && !(body = read_body (data, error))))
    return NULL;
  if (method == NULL)
    method = body != NULL ? SOUP_METHOD_POST : SOUP_METHOD_GET;
  message = soup_message_new_from_uri (method, uri);
  eric_tool_add_headers (message, headers);
  return eric_event_source_new_for_message (message, body, error);
}

/* Takes over the source, which is NULL where there is an error already. */
static gboolean
take_url (EricListenOptions  *options,
          EricEventSource    *source,
          const char         *last_event_id,
          gboolean            no_reconnect,
          GError            **error)
{
  options->source = source;
  if (source == NULL || !eric_event_source_set_last_event_id (source, last_event_id, error))
    return FALSE;
  eric_event_source_set_end_marker (source, options->end_marker);
  if (no_reconnect)
    eric_event_source_set_policy (source, ERIC_RECONNECT_POLICY_NEVER);
  return TRUE;
}

int
eric_listen_options_parse (EricListenOptions  *options,
                           int                 argc,
                           char              **argv)
{
  g_auto (GStrv) headers = NULL;
  g_autofree char *method = NULL, *data = NULL, *last_event_id = NULL;
  gboolean no_reconnect = FALSE;
  const GOptionEntry entries[] = {
    { "event", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &options->event_types,
      "Type of the messages to print (default: all); can be repeated", "TYPE" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json,
      "Print each message as a JSON object in a line: type, id, data", NULL },
    { "count", 'n', 0, G_OPTION_ARG_INT, &options->count,
      "End after so many messages were printed", "N" },
    { "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &options->timeout,
      "End after so long in any case", "SECONDS" },
    { "last-event-id", 0, 0, G_OPTION_ARG_STRING, &last_event_id,
      "Go on behind the message with this id", "ID" },
    { "header", 'H', 0, G_OPTION_ARG_STRING_ARRAY, &headers,
      "Header of the request; can be repeated", "'NAME: VALUE'" },
    { "method", 'X', 0, G_OPTION_ARG_STRING, &method,
      "Method of the request (default: GET, with --data POST)", "METHOD" },
    { "data", 'd', 0, G_OPTION_ARG_STRING, &data,
      "Body of the request; @ and a name for what is in a file", "DATA" },
    { "end", 0, 0, G_OPTION_ARG_STRING, &options->end_marker,
      "End at a message with this data, without printing it", "DATA" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
      "Tell also when a stream that ended is simply made again", NULL },
    { "no-reconnect", 0, 0, G_OPTION_ARG_NONE, &no_reconnect,
      "End when the connection does, instead of making it again", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("URL|unix:PATH CHANNEL — print the messages of a stream");
  g_autoptr (GError) error = NULL;

  g_set_prgname ("eric-sse listen");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  if (g_option_context_parse (context, &argc, &argv, &error))
    {
      eric_tool_remove_dashes (&argc, argv);
      if (argc > 1 && g_str_has_prefix (argv[1], ERIC_TOOL_SOCKET_PREFIX))
        options->path = g_strdup (argv[1] + strlen (ERIC_TOOL_SOCKET_PREFIX));
      if (check (options, method, headers, argc, argv, &error) &&
          (options->path != NULL
             ? take_socket (options, argv[2], method || data || last_event_id || headers, &error)
             : take_url (options, make_source (argv[1], method, headers, data, &error),
                         last_event_id, no_reconnect, &error)))
        return -1;
    }
  g_printerr ("eric-sse listen: %s\n", error->message);
  return ERIC_EXIT_USAGE;
}

void
eric_listen_options_clear (EricListenOptions *options)
{
  g_clear_object (&options->source);
  g_clear_pointer (&options->event_types, g_strfreev);
  g_clear_pointer (&options->path, g_free);
  g_clear_pointer (&options->channel_id, g_free);
  g_clear_pointer (&options->end_marker, g_free);
}
