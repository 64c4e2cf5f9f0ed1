/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* receiver PATH CHANNEL [LISTENER]: prints the messages of a listener of a socket server,
 * or what comes on the channel from now on. */

#include <eric-sse.h>
#include <locale.h>

int
main (int    argc,
      char **argv)
{
  g_autoptr (EricSocketClient) client = NULL;
  g_autoptr (EricSocketStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  EricMessage *message;

  setlocale (LC_ALL, "");
  if (argc != 3 && argc != 4)
    {
      g_printerr ("Usage: %s PATH CHANNEL [LISTENER]\n", argv[0]);
      return 2;
    }
  client = eric_socket_client_new (argv[1]);
  stream = eric_socket_client_stream (client, argv[2], argc == 4 ? argv[3] : NULL, NULL, &error);
  if (stream != NULL)
    {
      g_print ("Receiving\n");
      while ((message = eric_socket_stream_next (stream, NULL, &error)) != NULL)
        {
          g_print ("%s: %s\n", eric_message_get_event_type (message), eric_message_get_text (message));
          g_object_unref (message);
        }
    }
  if (error == NULL)
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
