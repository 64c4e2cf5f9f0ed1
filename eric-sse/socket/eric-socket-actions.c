/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel-container.h"
#include "eric-channel-private.h"
#include "eric-error.h"
#include "eric-listener.h"
#include "eric-message-stream.h"
#include "eric-socket-errors-private.h"
#include "eric-socket-request-private.h"
#include "eric-socket-server-private.h"

/* What each verb does. Signals may close the connection meanwhile, so that it has no
 * server any more. */

#define ACK "ack"

/* Channels that begin so are the library's: clients may only read them. */
#define RESERVED_PREFIX "_eric"

/* Queues of listeners that clients make have a bound, unless they came with one. */
static void
bound_listener (EricSocketServer *server,
                EricListener     *listener)
{
  if (eric_listener_get_capacity (listener) == 0)
    eric_listener_set_capacity (listener, server->listener_capacity);
}

static gboolean
create_channel (EricSocketSession  *session,
                GError            **error)
{
  g_autoptr (EricChannel) channel = _eric_socket_server_request_channel (session->server, NULL, TRUE, error);

  if (channel == NULL)
    return FALSE;
  g_string_append (session->out, eric_channel_get_id (channel));
  return TRUE;
}

static gboolean
add_listener (EricSocketServer   *server,
              EricSocketSession  *session,
              EricChannel        *channel,
              GError            **error)
{
  g_autoptr (EricListener) listener = eric_channel_add_listener (channel, error);

  if (listener == NULL)
    return FALSE;
  bound_listener (server, listener);
  g_string_append (session->out, eric_listener_get_id (listener));
  return TRUE;
}

static gboolean
listen_to (EricSocketSession  *session,
           EricChannel        *channel,
           const char         *listener_id,
           GError            **error)
{
  g_autoptr (EricListener) listener = eric_channel_get_listener (channel, listener_id, error);
  g_autoptr (EricMessageStream) stream = NULL;

  if (listener == NULL)
    return FALSE;
  eric_listener_start (listener);
  stream = eric_channel_message_stream (channel, listener);
  eric_socket_feed_start (session, stream);
  return TRUE;
}

static gboolean
watch (EricSocketServer   *server,
       EricSocketSession  *session,
       EricChannel        *channel,
       GError            **error)
{
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, error);

  if (stream == NULL)
    return FALSE;
  bound_listener (server, eric_message_stream_get_listener (stream));
  eric_socket_feed_start (session, stream);
  return TRUE;
}

/* Streams of a channel that nobody finds any more end. */
static gboolean
remove_channel (EricSocketServer  *server,
                EricChannel       *channel,
                GError           **error)
{
  if (!eric_channel_container_remove (server->channels, eric_channel_get_id (channel), error))
    return FALSE;
  eric_channel_close (channel);
  return TRUE;
}

static gboolean
acknowledge (EricSocketSession *session,
             gboolean           done)
{
  if (done)
    g_string_append (session->out, ACK);
  return done;
}

static gboolean
is_reserved (const EricSocketRequest *request)
{
  switch (request->verb)
    {
    case ERIC_SOCKET_DISPATCH:
    case ERIC_SOCKET_BROADCAST:
    case ERIC_SOCKET_REMOVE_CHANNEL:
      return g_str_has_prefix (request->channel_id, RESERVED_PREFIX);
    default:
      return FALSE;
    }
}

static gboolean
act (EricSocketSession        *session,
     const EricSocketRequest  *request,
     GError                  **error)
{
  EricSocketServer *server = session->server;
  g_autoptr (EricChannel) channel = NULL;

  if (request->verb == ERIC_SOCKET_CREATE_CHANNEL)
    return create_channel (session, error);
  if (is_reserved (request))
    {
      g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL,
                           "Channels that begin with " RESERVED_PREFIX " are reserved");
      return FALSE;
    }
  channel = _eric_socket_server_request_channel (server, request->channel_id,
                                                 request->verb != ERIC_SOCKET_REMOVE_CHANNEL, error);
  if (channel == NULL)
    return FALSE;

  switch (request->verb)
    {
    case ERIC_SOCKET_DISPATCH:
      return acknowledge (session, eric_channel_dispatch (channel, request->listener_id,
                                                          request->message, error));
    case ERIC_SOCKET_BROADCAST:
      return acknowledge (session, _eric_channel_broadcast_all (channel, &request->message, 1, error));
    case ERIC_SOCKET_ADD_LISTENER:
      return add_listener (server, session, channel, error);
    case ERIC_SOCKET_LISTEN:
      return listen_to (session, channel, request->listener_id, error);
    case ERIC_SOCKET_WATCH:
      return watch (server, session, channel, error);
    case ERIC_SOCKET_REMOVE_LISTENER:
      return acknowledge (session, eric_channel_remove_listener (channel, request->listener_id, error));
    case ERIC_SOCKET_REMOVE_CHANNEL:
      return acknowledge (session, remove_channel (server, channel, error));
    case ERIC_SOCKET_CREATE_CHANNEL:
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
eric_socket_actions_answer (EricSocketSession *session,
                            const char        *line,
                            gsize              length)
{
  g_auto (EricSocketRequest) request = { 0 };
  g_autoptr (GError) error = NULL;

  if (!eric_socket_request_parse (&request, line, length, &error))
    {
      eric_socket_errors_print (session->out, error);
      return FALSE;
    }
  if (!act (session, &request, &error))
    eric_socket_errors_print (session->out, error);
  return TRUE;
}
