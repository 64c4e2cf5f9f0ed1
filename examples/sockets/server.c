/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* server PATH: a socket server with one channel and one listener in it. It prints the
 * command lines of the other two examples, and runs until Ctrl-C. */

#include <eric-sse.h>
#include <locale.h>

static void
print_message_cb (EricListener *listener,
                  EricMessage  *message)
{
  g_print ("Delivered “%s”\n", eric_message_get_text (message));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (EricSocketServer) server = NULL;
  g_autoptr (EricChannel) channel = NULL;
  g_autoptr (EricListener) listener = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc != 2)
    {
      g_printerr ("Usage: %s PATH\n", argv[0]);
      return 2;
    }
  server = eric_socket_server_new (NULL, argv[1]);
  channel = eric_channel_container_add (eric_socket_server_get_channels (server), NULL, NULL);
  listener = eric_channel_add_listener (channel, NULL);
  g_signal_connect (listener, "message", G_CALLBACK (print_message_cb), NULL);

  if (!eric_socket_server_start (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("receiver %s %s %s\n", argv[1], eric_channel_get_id (channel), eric_listener_get_id (listener));
  g_print ("sender %s %s 'Hi there!'\n", argv[1], eric_channel_get_id (channel));
  eric_socket_server_run (server, NULL);
  return 0;
}
