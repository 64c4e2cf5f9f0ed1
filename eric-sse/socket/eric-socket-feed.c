/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel.h"
#include "eric-json-private.h"
#include "eric-listener-private.h"
#include "eric-message-private.h"
#include "eric-message-stream.h"
#include "eric-socket-session-private.h"
#include "eric-sse-channel.h"

/* A stream, a line for each message. It is read no faster than the peer takes it: what
 * does not fit waits in the listener's queue, which has a bound. */

/* Messages that are out of the queue at once. */
#define MAX_BATCH 64

static void
append_message (GString     *out,
                EricChannel *channel,
                EricMessage *message)
{
  g_string_append (out, "{\"event\": ");
  eric_json_append_string (out, eric_message_get_event_type (message));
  if (ERIC_IS_SSE_CHANNEL (channel))
    g_string_append_printf (out, ", \"retry\": %u",
                            eric_sse_channel_get_retry_timeout (ERIC_SSE_CHANNEL (channel)));
  if (eric_message_get_id (message) != NULL)
    {
      g_string_append (out, ", \"id\": ");
      eric_json_append_string (out, eric_message_get_id (message));
    }
  g_string_append (out, ", \"data\": ");
  _eric_message_append_json (out, message);
  g_string_append (out, "}\n");
}

/* Says how many messages were lost since it was last said. */
static void
append_dropped (EricSocketSession *session)
{
  EricListener *listener = eric_message_stream_get_listener (session->feed.stream);
  guint64 dropped = eric_listener_get_dropped (listener);

  if (dropped == session->feed.dropped)
    return;
  g_string_append_printf (session->out,
                          "{\"event\": \"" ERIC_MESSAGE_TYPE_ERROR "\", \"data\": \"%" G_GUINT64_FORMAT
                          " messages were dropped\"}\n",
                          dropped - session->feed.dropped);
  session->feed.dropped = dropped;
}

static void
messages_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (EricSocketSession) session = user_data;
  EricMessageStream *stream = ERIC_MESSAGE_STREAM (source);
  EricChannel *channel = eric_message_stream_get_channel (stream);
  g_autoptr (GPtrArray) messages = NULL;

  messages = eric_message_stream_next_batch_finish (stream, result, NULL);
  session->feed.reading = FALSE;
  if (session->server == NULL)
    return;
  append_dropped (session);
  if (messages == NULL)
    eric_socket_feed_stop (session);
  for (guint i = 0; messages != NULL && i < messages->len; i++)
    append_message (session->out, channel, messages->pdata[i]);
  eric_socket_session_pump (session);
}

/* Reads on, if the peer has taken what was read. */
void
eric_socket_feed_pump (EricSocketSession *session)
{
  EricSocketFeed *feed = &session->feed;
  guint max_messages;

  if (feed->stream == NULL || feed->reading || !eric_socket_session_has_room (session))
    return;
  feed->reading = TRUE;
  max_messages = eric_channel_get_stream_delay (eric_message_stream_get_channel (feed->stream)) > 0
                   ? 1
                   : MAX_BATCH;
  eric_message_stream_next_batch_async (feed->stream, max_messages, G_PRIORITY_DEFAULT,
                                        feed->cancellable, messages_cb,
                                        eric_socket_session_ref (session));
}

/* The stream has ended, or nobody reads it any more. A listener that a client made stays
 * with its channel, and does not run. */
void
eric_socket_feed_stop (EricSocketSession *session)
{
  g_autoptr (EricMessageStream) stream = g_steal_pointer (&session->feed.stream);

  if (stream == NULL)
    return;
  g_cancellable_cancel (session->feed.cancellable);
  g_clear_object (&session->feed.cancellable);
  eric_message_stream_close (stream);
  session->ending = TRUE;
  /* While there was a stream, the time did not count. */
  session->last_active = g_get_monotonic_time ();
}

/* The server stops: the stream ends behind what it has, whatever room there is. */
void
eric_socket_feed_end (EricSocketSession *session)
{
  g_autoptr (EricMessage) farewell = NULL;

  if (session->feed.stream == NULL)
    return;
  farewell = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);
  _eric_listener_push_last (eric_message_stream_get_listener (session->feed.stream), farewell);
}

/* The connection may be closed already, or the server stopped, by who was asked for the
 * channel. */
void
eric_socket_feed_start (EricSocketSession *session,
                        EricMessageStream *stream)
{
  session->feed.stream = g_object_ref (stream);
  session->feed.cancellable = g_cancellable_new ();
  session->feed.dropped = eric_listener_get_dropped (eric_message_stream_get_listener (stream));
  if (session->server == NULL)
    eric_socket_feed_stop (session);
  else if (session->last_request)
    eric_socket_feed_end (session);
}
