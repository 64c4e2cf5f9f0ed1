/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-http-front-private.h"

/* Taking a connection from libsoup: one of ours, or one of a listener that the
 * application has told libsoup to open. */

static gboolean
find_in_libsoup (GIOStream      *stream,
                 EricHttpStolen *stolen)
{
  g_autoptr (GIOStream) base = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "base-iostream") != NULL)
    g_object_get (stream, "base-iostream", &base, NULL);
  else
    base = g_object_ref (stream);

  if (G_IS_TLS_CONNECTION (base))
    {
      g_autoptr (GIOStream) below = NULL;

      stolen->tls = TRUE;
      g_object_get (base, "base-io-stream", &below, NULL);
      g_set_object (&base, below);
    }
  if (!G_IS_SOCKET_CONNECTION (base))
    return FALSE;
  stolen->socket = g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)));
  stolen->stream = g_object_ref (stream);
  return TRUE;
}

static EricHttpConnection *
find_ours (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "base-iostream") == NULL)
    return NULL;
  g_object_get (stream, "base-iostream", &base, NULL);
  return ERIC_IS_HTTP_EXCHANGE (base) ? eric_http_exchange_get_connection (ERIC_HTTP_EXCHANGE (base)) : NULL;
}

/* From a handler: takes the connection from libsoup, and from its set. FALSE if it
 * was lost meanwhile. */
gboolean
eric_http_steal (SoupServerMessage *message,
                 EricHttpStolen    *stolen)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  EricHttpConnection *self;

  if (stream == NULL)
    return FALSE;
  self = find_ours (stream);
  if (self == NULL)
    {
      if (find_in_libsoup (stream, stolen))
        return TRUE;
      g_io_stream_close (stream, NULL, NULL);
      return FALSE;
    }
  if (!_eric_http_connection_flush (self))
    {
      _eric_http_connection_leave (self, FALSE);
      return FALSE;
    }
  stolen->socket = g_object_ref (self->socket);
  stolen->tls = self->tls != NULL;
  if (self->tls != NULL)
    stolen->stream = g_object_ref (self->tls);
  /* Raw, as it came. */
  stolen->read = g_byte_array_ref (self->input);
  _eric_http_connection_leave (self, TRUE);
  return TRUE;
}

void
eric_http_stolen_clear (EricHttpStolen *stolen)
{
  g_clear_object (&stolen->socket);
  g_clear_object (&stolen->stream);
  g_clear_pointer (&stolen->read, g_byte_array_unref);
}
