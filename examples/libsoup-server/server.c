/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* server [PORT]: a page with a clock, from a SoupServer of one's own. */

#include <eric-sse.h>
#include <stdlib.h>

static const char page[] =
  "<!DOCTYPE html><title>Clock</title><h1 id=time></h1><script>\n"
  "new EventSource('clock').addEventListener('tick', event => time.textContent = event.data);\n"
  "</script>\n";

static void
page_cb (SoupServer *soup_server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer server)
{
  soup_server_message_set_status (message, g_str_equal (path, "/") ? SOUP_STATUS_OK : SOUP_STATUS_NOT_FOUND, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC, page, sizeof page - 1);
}

static void
clock_cb (SoupServer *soup_server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer server)
{
  g_autoptr (EricChannel) clock = eric_channel_container_get (eric_sse_server_get_channels (server), "clock", NULL);
  g_autoptr (EricSseSubscriber) subscriber = eric_sse_server_serve (server, message, ERIC_SSE_CHANNEL (clock), NULL);
}

static gboolean
tick_cb (gpointer clock)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *text = g_date_time_format (now, "%T");
  g_autoptr (EricMessage) message = eric_message_new_from_text ("tick", text, NULL);

  eric_channel_broadcast (clock, message, NULL);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) soup_server = soup_server_new (NULL, NULL);
  g_autoptr (EricSseServer) server = eric_sse_server_new (soup_server, NULL);
  g_autoptr (EricChannel) clock = eric_channel_container_add (eric_sse_server_get_channels (server), "clock", NULL);
  int port = argc > 1 ? atoi (argv[1]) : 8080;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  soup_server_add_handler (soup_server, "/", page_cb, server, NULL);
  soup_server_add_handler (soup_server, "/clock", clock_cb, server, NULL);
  if (!eric_sse_server_listen (server, address, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("http://127.0.0.1:%d/\n", g_inet_socket_address_get_port (
             G_INET_SOCKET_ADDRESS (eric_sse_server_get_listen_address (server))));
  g_timeout_add_seconds (1, tick_cb, clock);
  g_main_loop_run (loop);
}
