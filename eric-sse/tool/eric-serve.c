/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "eric-serve-private.h"
#include "eric-tool.h"

/* How long slow clients may take for what is left when the server ends,
 * in milliseconds. */
#define DRAIN_TIMEOUT 3000

/* Descriptors that are left for everything but streams. */
#define RESERVED_DESCRIPTORS 64

/* As many descriptors as the system lets us have. Returns how many. */
static guint
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  getrlimit (RLIMIT_NOFILE, &limit);
  return MIN (limit.rlim_cur, G_MAXINT);
}

static guint
get_max_subscribers (EricServe *serve)
{
  guint descriptors = raise_descriptor_limit ();
  guint possible = descriptors > 2 * RESERVED_DESCRIPTORS ? descriptors - RESERVED_DESCRIPTORS
                                                          : descriptors / 2;

  if (serve->options.max_subscribers == 0)
    return possible;
  return MIN ((guint) serve->options.max_subscribers, possible);
}

static EricSseChannel *
channel_requested_cb (EricSseServer *sse_server,
                      const char    *channel_id,
                      EricServe     *serve)
{
  return eric_serve_channels_request (serve->made, channel_id, eric_sse_server_get_current_message (sse_server));
}

void
eric_serve_check_ended (EricServe *serve)
{
  if (serve->drained && !eric_serve_socket_is_running (serve))
    g_main_loop_quit (serve->loop);
}

static void
drained_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  EricServe *serve = user_data;
  g_autoptr (GError) error = NULL;

  if (!eric_sse_server_drain_finish (ERIC_SSE_SERVER (source), result, &error))
    g_printerr ("%s\n", error->message);
  serve->drained = TRUE;
  eric_serve_check_ended (serve);
}

static gboolean
signal_cb (gpointer user_data)
{
  EricServe *serve = user_data;

  if (serve->ending)
    g_main_loop_quit (serve->loop);
  else
    {
      eric_sse_server_drain_async (serve->sse_server, DRAIN_TIMEOUT, NULL, drained_cb, serve);
      eric_serve_socket_end (serve);
    }
  serve->ending = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
channel_queried_cb (EricSseServer *sse_server,
                    const char    *channel_id,
                    EricServe     *serve)
{
  return eric_serve_channels_offer (serve->made, channel_id, eric_sse_server_get_current_message (sse_server));
}

/* Whether a browser asks what a page may send, and is told. */
static gboolean
is_granted (SoupServerMessage *message)
{
  SoupMessageHeaders *request = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *response = soup_server_message_get_response_headers (message);

  return soup_server_message_get_method (message) == SOUP_METHOD_OPTIONS &&
         soup_message_headers_get_one (request, "Access-Control-Request-Method") != NULL &&
         soup_message_headers_get_one (response, "Access-Control-Allow-Origin") != NULL;
}

/* A browser sends the request only where the status of that answer is one of success,
 * whatever there is for the request itself. */
static void
got_headers_cb (SoupServerMessage *message,
                EricSseServer     *sse_server)
{
  eric_sse_server_allow_origin (sse_server, message);
  if (soup_server_message_get_status (message) == 0 && is_granted (message))
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

/* Pages of allowed origins may read all that there is, and why they may not. */
static void
request_started_cb (SoupServer        *soup_server,
                    SoupServerMessage *message,
                    EricServe         *serve)
{
  g_signal_connect_object (message, "got-headers", G_CALLBACK (got_headers_cb), serve->sse_server, 0);
}

static void
start (EricServe *serve)
{
  serve->since = g_get_monotonic_time ();
  serve->loop = g_main_loop_new (NULL, FALSE);
  serve->channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  serve->soup_server = soup_server_new ("server-header", "eric-sse/" ERIC_VERSION_S, NULL);
  serve->sse_server = eric_sse_server_new (serve->soup_server, serve->channels);
  g_object_set (serve->sse_server,
                "allow-publish", TRUE,
                "allowed-origins", serve->options.cors,
                "keepalive", (guint) (serve->options.keepalive * 1000),
                "max-body", (guint64) serve->options.max_body,
                "max-memory", (guint64) serve->options.max_memory,
                "stall-timeout", (guint) (serve->options.stall_timeout * 1000),
                "max-subscribers", get_max_subscribers (serve),
                "trust-forwarded", serve->options.trust_forwarded,
                "slow-consumer", serve->options.skip_slow ? ERIC_SLOW_CONSUMER_SKIP
                                                          : ERIC_SLOW_CONSUMER_DISCONNECT,
                NULL);
  serve->made = eric_serve_channels_new (serve);
  g_signal_connect (serve->sse_server, "channel-requested", G_CALLBACK (channel_requested_cb), serve);
  g_signal_connect (serve->sse_server, "channel-queried", G_CALLBACK (channel_queried_cb), serve);
  g_signal_connect (serve->soup_server, "request-started", G_CALLBACK (request_started_cb), serve);
  eric_serve_presence_start (serve);
  eric_serve_page_add (serve);
  eric_serve_health_add (serve);
  if (!eric_sse_server_mount (serve->sse_server, "/events", NULL))
    g_assert_not_reached ();
  for (char **id = serve->options.channels; id != NULL && *id != NULL; id++)
    {
      g_autoptr (EricSseChannel) channel = eric_serve_channels_add (serve->made, *id);
    }
}

static gboolean
listen_and_tell (EricServe *serve)
{
  g_autoptr (GSocketAddress) address =
    g_inet_socket_address_new_from_string (serve->options.address, serve->options.port);
  g_autoptr (GError) error = NULL;
  guint16 port;

  if (!eric_sse_server_listen (serve->sse_server, address, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        g_printerr ("eric-sse serve: port %d of %s is in use already\n",
                    serve->options.port, serve->options.address);
      else
        g_printerr ("eric-sse serve: cannot listen on %s port %d: %s\n",
                    serve->options.address, serve->options.port, error->message);
      return FALSE;
    }
  if (!eric_serve_socket_start (serve, &error))
    {
      g_printerr ("eric-sse serve: %s\n", error->message);
      return FALSE;
    }
  port = g_inet_socket_address_get_port (
    G_INET_SOCKET_ADDRESS (eric_sse_server_get_listen_address (serve->sse_server)));
  g_print (strchr (serve->options.address, ':') != NULL ? "Serving on http://[%s]:%u/\n"
                                                        : "Serving on http://%s:%u/\n",
           serve->options.address, port);
  eric_serve_socket_tell (serve);
  return TRUE;
}

static void
stop (EricServe *serve)
{
  eric_serve_presence_stop (serve);
  eric_serve_socket_stop (serve);
  g_clear_pointer (&serve->made, eric_serve_channels_free);
  g_clear_object (&serve->sse_server);
  soup_server_disconnect (serve->soup_server);
  g_clear_object (&serve->soup_server);
  g_clear_object (&serve->channels);
  g_clear_pointer (&serve->loop, g_main_loop_unref);
}

int
eric_serve_main (int    argc,
                 char **argv)
{
  EricServe serve = { 0 };
  int code = eric_serve_options_parse (&serve.options, argc, argv);

  if (code < 0)
    {
      guint interrupt, terminate;

      start (&serve);
      interrupt = g_unix_signal_add (SIGINT, signal_cb, &serve);
      terminate = g_unix_signal_add (SIGTERM, signal_cb, &serve);
      code = listen_and_tell (&serve) ? ERIC_EXIT_OK : ERIC_EXIT_FAILED;
      if (code == ERIC_EXIT_OK)
        g_main_loop_run (serve.loop);
      g_source_remove (interrupt);
      g_source_remove (terminate);
      stop (&serve);
    }
  eric_serve_options_clear (&serve.options);
  return code;
}
