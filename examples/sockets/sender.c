/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* sender PATH CHANNEL TEXT: broadcasts a message on a channel of a socket server. */

#include <eric-sse.h>
#include <locale.h>

int
main (int    argc,
      char **argv)
{
  g_autoptr (EricSocketClient) client = NULL;
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (argc != 4)
    {
      g_printerr ("Usage: %s PATH CHANNEL TEXT\n", argv[0]);
      return 2;
    }
  client = eric_socket_client_new (argv[1]);
  message = eric_message_new_from_text ("txt", argv[3], &error);
  if (message == NULL || !eric_socket_client_broadcast (client, argv[2], message, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("Message sent\n");
  return 0;
}
