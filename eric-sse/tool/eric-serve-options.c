/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-serve-private.h"
#include "eric-tool.h"

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT    8080
#define MAX_KEEPALIVE   86400   /* seconds */
#define MAX_STALL       86400   /* seconds */

static const char description[] =
  "What it serves:\n"
  "  GET /                     A page that shows what happens; as JSON for programs\n"
  "  GET /events/CHANNEL       The stream of a channel, for EventSource and curl -N;\n"
  "                            ?topic=OTHER joins more channels;\n"
  "                            ?lastEventId=earliest begins with what is kept\n"
  "  POST /events/CHANNEL      Publishes the body; ?event=TYPE and ?id=ID; see also\n"
  "                            eric-sse publish --help\n"
  "  GET /health               200 if a message to itself arrives, 503 otherwise\n"
  "  --socket                  The same channels for programs of this machine, in JSON;\n"
  "                            the path has mode 0600. With systemd as PATH: the\n"
  "                            sockets that systemd hands over\n"
  "\n"
  "Examples:\n"
  "  curl -N http://127.0.0.1:8080/events/news\n"
  "  curl -d 'It works' http://127.0.0.1:8080/events/news\n"
  "  eric-sse serve --socket=$XDG_RUNTIME_DIR/eric.sock\n"
  "  eric-sse publish unix:$XDG_RUNTIME_DIR/eric.sock news 'It works'\n"
  "\n"
  "There is no authentication: whoever reaches the address can read and publish.\n"
  "Ctrl-C ends the server in an orderly way; a second time, at once.\n"
  "Exit status: 0 after that, 1 if it could not start, 2 for a wrong option.\n";

/* An option whose default is not a number. */
static gboolean
is_wrong (gint64 value)
{
  return value < 0 && value != ERIC_SERVE_UNSET;
}

/* What is wrong with what is kept, or NULL. */
static const char *
check_limits (const EricServeOptions *options)
{
  if (is_wrong (options->history))
    return "--history takes a number that is not negative";
  if (is_wrong (options->history_bytes))
    return "--history-bytes takes a number that is not negative";
  if (options->backlog < 1 && options->backlog != ERIC_SERVE_UNSET)
    return "--backlog takes a number above 0";
  if (options->backlog_bytes < 1 && options->backlog_bytes != ERIC_SERVE_UNSET)
    return "--backlog-bytes takes a number above 0";
  if (options->max_memory < 0)
    return "--max-memory takes a number that is not negative";
  return NULL;
}

static gboolean
check (const EricServeOptions  *options,
       GError                 **error)
{
  const char *sentence = check_limits (options);

  if (sentence != NULL)
    return eric_tool_refuse (error, "%s", sentence);
  if (options->port < 0 || options->port > G_MAXUINT16)
    sentence = "--port takes a number from 0 to 65535";
  else if (!(options->keepalive >= 0 && options->keepalive <= MAX_KEEPALIVE))
    sentence = "--keepalive takes seconds from 0 to " G_STRINGIFY (MAX_KEEPALIVE);
  else if (!(options->stall_timeout >= 0 && options->stall_timeout <= MAX_STALL))
    sentence = "--stall-timeout takes seconds from 0 to " G_STRINGIFY (MAX_STALL);
  else if (options->max_subscribers < 0)
    sentence = "--max-subscribers takes a number that is not negative";
  else if (options->max_channels < 0)
    sentence = "--max-channels takes a number that is not negative";
  else if (options->max_channels_per_client < 0)
    sentence = "--max-channels-per-client takes a number that is not negative";
  else if (options->max_body < 0)
    sentence = "--max-body takes a number that is not negative";
  else if (!g_hostname_is_ip_address (options->address))
    sentence = "--address takes an IP address such as 127.0.0.1 or ::";
  else if (options->socket != NULL && *options->socket == '\0')
    sentence = "--socket takes a path, or systemd";

  return sentence == NULL || eric_tool_refuse (error, "%s", sentence);
}

int
eric_serve_options_parse (EricServeOptions  *options,
                          int                argc,
                          char             **argv)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
      "Port to listen on, 0 for any that is free (default: " G_STRINGIFY (DEFAULT_PORT) ")", "PORT" },
    { "address", 'a', 0, G_OPTION_ARG_STRING, &options->address,
      "IP address to listen on (default: " DEFAULT_ADDRESS ")", "ADDRESS" },
    { "history", 0, 0, G_OPTION_ARG_INT, &options->history,
      "Messages to keep for replay in each channel (default: "
      G_STRINGIFY (ERIC_SERVE_DEFAULT_HISTORY) ")", "N" },
    { "history-bytes", 0, 0, G_OPTION_ARG_INT64, &options->history_bytes,
      "Memory that these may take in each channel (default: with --history as much as "
      "--max-memory, otherwise 12 times --max-body)", "BYTES" },
    { "backlog", 0, 0, G_OPTION_ARG_INT, &options->backlog,
      "Messages that a client may lag behind (default: "
      G_STRINGIFY (ERIC_SSE_CHANNEL_DEFAULT_BACKLOG_SIZE) ")", "N" },
    { "backlog-bytes", 0, 0, G_OPTION_ARG_INT64, &options->backlog_bytes,
      "Memory that these may take in each channel (default: with --backlog as much as "
      "--max-memory, otherwise 12 times --max-body)", "BYTES" },
    { "max-memory", 0, 0, G_OPTION_ARG_INT64, &options->max_memory,
      "Memory that the messages of all channels may take (default: 268435456)", "BYTES" },
    { "stall-timeout", 0, 0, G_OPTION_ARG_DOUBLE, &options->stall_timeout,
      "Disconnect clients that take nothing for so long, 0 for never (default: 60)", "SECONDS" },
    { "keepalive", 0, 0, G_OPTION_ARG_DOUBLE, &options->keepalive,
      "Silence after which a comment is sent, 0 for never (default: 15)", "SECONDS" },
    { "max-subscribers", 0, 0, G_OPTION_ARG_INT, &options->max_subscribers,
      "Streams at once, 0 for as many as there are descriptors (default: 0)", "N" },
    { "max-channels", 0, 0, G_OPTION_ARG_INT, &options->max_channels,
      "Channels that clients may make (default: " G_STRINGIFY (ERIC_SERVE_MAX_CHANNELS) ")", "N" },
    { "max-channels-per-client", 0, 0, G_OPTION_ARG_INT, &options->max_channels_per_client,
      "The same for each address, and for the pages of each origin, 0 for no limit (default: "
      G_STRINGIFY (ERIC_SERVE_MAX_CHANNELS_PER_CLIENT) ")", "N" },
    { "max-body", 0, 0, G_OPTION_ARG_INT64, &options->max_body,
      "Length of a body that is published, or of a request at the socket (default: 1048576)", "BYTES" },
    { "cors", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->cors,
      "Origin whose pages may read and publish, * for all; can be repeated", "ORIGIN" },
    { "trust-forwarded", 0, 0, G_OPTION_ARG_NONE, &options->trust_forwarded,
      "Believe Forwarded or X-Forwarded-Host: only behind a proxy that sets them", NULL },
    { "channel", 'c', 0, G_OPTION_ARG_STRING_ARRAY, &options->channels,
      "Channel to make at the start; can be repeated", "ID" },
    { "no-auto-create", 0, 0, G_OPTION_ARG_NONE, &options->no_auto_create,
      "Answer 404 for channels that do not exist instead of making them", NULL },
    { "socket", 's', 0, G_OPTION_ARG_FILENAME, &options->socket,
      "Listen on a unix socket, too", "PATH" },
    { "skip-slow", 0, 0, G_OPTION_ARG_NONE, &options->skip_slow,
      "Leave messages out for clients that are too slow instead of disconnecting them", NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("— run an event hub");
  g_autoptr (GError) error = NULL;
  gboolean parsed;

  options->port = DEFAULT_PORT;
  options->history = ERIC_SERVE_UNSET;
  options->history_bytes = ERIC_SERVE_UNSET;
  options->backlog = ERIC_SERVE_UNSET;
  options->backlog_bytes = ERIC_SERVE_UNSET;
  options->max_memory = ERIC_SSE_SERVER_DEFAULT_MAX_MEMORY;
  options->stall_timeout = ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT / 1000.0;
  options->keepalive = ERIC_SSE_SERVER_DEFAULT_KEEPALIVE / 1000.0;
  options->max_channels = ERIC_SERVE_MAX_CHANNELS;
  options->max_channels_per_client = ERIC_SERVE_MAX_CHANNELS_PER_CLIENT;
  options->max_body = ERIC_SSE_SERVER_DEFAULT_MAX_BODY;

  g_set_prgname ("eric-sse serve");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, description);
  parsed = g_option_context_parse (context, &argc, &argv, &error);
  if (options->address == NULL)
    options->address = g_strdup (DEFAULT_ADDRESS);
  if (!parsed || !check (options, &error))
    {
      g_printerr ("eric-sse serve: %s\n", error->message);
      return ERIC_EXIT_USAGE;
    }
  eric_tool_remove_dashes (&argc, argv);
  if (argc > 1)
    {
      g_printerr ("eric-sse serve: what is “%s”? See “eric-sse serve --help”\n", argv[1]);
      return ERIC_EXIT_USAGE;
    }
  return -1;
}

void
eric_serve_options_clear (EricServeOptions *options)
{
  g_clear_pointer (&options->address, g_free);
  g_clear_pointer (&options->cors, g_strfreev);
  g_clear_pointer (&options->channels, g_strfreev);
  g_clear_pointer (&options->socket, g_free);
}
