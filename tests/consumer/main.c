/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include <eric-sse.h>

int
main (void)
{
  EricSseChannel *channel = eric_sse_channel_new ("news");
  EricListener *listener = eric_channel_add_listener (ERIC_CHANNEL (channel), NULL);
  EricMessage *message = eric_message_new_from_text (NULL, "It works", NULL);
  EricMessage *delivered;

  eric_listener_start (listener);
  eric_channel_broadcast (ERIC_CHANNEL (channel), message, NULL);
  delivered = eric_listener_deliver_next (listener, NULL);
  if (delivered == NULL)
    return 1;
  g_print ("%s with %s\n", eric_message_get_text (delivered), ERIC_VERSION_S);
  g_object_unref (delivered);
  g_object_unref (message);
  g_object_unref (listener);
  g_object_unref (channel);
  return 0;
}
