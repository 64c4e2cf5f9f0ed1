/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "eric-channel.h"
#include "eric-error.h"
#include "eric-http-probe-private.h"
#include "eric-http-query-private.h"
#include "eric-listener.h"
#include "eric-sse-channel-private.h"
#include "eric-sse-encoder-private.h"
#include "eric-sse-server-private.h"
#include "eric-sse-subscriber-private.h"

/* From a request to a subscriber of the hub: libsoup has read and routed the
 * request; here the response is begun, and the connection is taken over. */

/* Seconds after which a client that was refused may try again. */
#define RETRY_AFTER "5"

typedef struct
{
  EricFraming  framing;
  const char  *last_event_id;   /* (nullable) */
  const char  *gap;             /* (nullable): why the replay is not seamless */
  guint64      number;          /* (0 for none): where to go on, before there is a message */
  guint        retry_timeout;   /* milliseconds */
} Opening;

void
_eric_http_refuse (SoupServerMessage *message,
                   guint              status,
                   const char        *sentence)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *line = g_strconcat (sentence, "\n", NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY,
                                    line, strlen (line));
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE)
    soup_message_headers_replace (headers, "Retry-After", RETRY_AFTER);
}

/* What every response of a stream says, and what the application added. */
static void
set_stream_headers (SoupMessageHeaders *headers)
{
  soup_message_headers_replace (headers, "Content-Type", "text/event-stream");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache, no-transform");
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
}

/* Has no body, and so no length: that of a stream is not known. */
void
_eric_http_stream_answer_head (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  set_stream_headers (headers);
  soup_message_headers_set_encoding (headers,
                                     soup_server_message_get_http_version (message) == SOUP_HTTP_1_0
                                       ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

gboolean
_eric_http_may_start (EricSseServer      *self,
                      SoupServerMessage  *message,
                      GError            **error)
{
  const char *sentence = NULL;
  guint status = SOUP_STATUS_SERVICE_UNAVAILABLE;

  if (soup_server_message_get_http_version (message) > SOUP_HTTP_1_1)
    {
      /* libsoup would abort when its HTTP/2 connection is taken over. */
      status = SOUP_STATUS_HTTP_VERSION_NOT_SUPPORTED;
      sentence = "Streams are served over HTTP/1 only";
    }
  else if (self->draining)
    sentence = "The server is shutting down";
  else if (self->max_subscribers > 0 &&
           g_hash_table_size (self->subscribers) + g_hash_table_size (self->feeds) >= self->max_subscribers)
    sentence = "The server has as many streams as it may have";

  if (sentence == NULL)
    return TRUE;
  _eric_http_refuse (message, status, sentence);
  g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED, sentence);
  return FALSE;
}

/* The header where there is one, or the query, for who cannot set headers. Where there
 * are several headers, none of them is known to be the place: what they are together
 * names none, which is told. */
static char *
get_last_event_id (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *id = soup_message_headers_get_list (headers, "Last-Event-ID");
  g_autofree char *id_from_query = NULL;

  if (id != NULL && *id != '\0')
    return g_strdup (id);
  id_from_query = eric_http_query_dup (message, "lastEventId");
  return id_from_query != NULL && *id_from_query != '\0' ? g_steal_pointer (&id_from_query) : NULL;
}

/* Sets each cursor behind what the client has. An id of one channel says where to go on
 * in all of them. @opening says what to tell the client, and what it has when it is told:
 * that is the number up to which everything is in front of the cursors. */
static void
place_cursors (EricHubSubscriber *subscriber,
               GPtrArray         *logs,
               Opening           *opening)
{
  const char *id = opening->last_event_id;
  gboolean earliest = g_strcmp0 (id, ERIC_FRAME_ID_EARLIEST) == 0;
  gboolean known = FALSE, continued = TRUE;
  guint64 number = 0;

  opening->number = eric_frame_number_current ();
  if (id != NULL && !earliest)
    known = eric_frame_logs_find_id ((EricFrameLog * const *) logs->pdata, logs->len, id, &number);

  for (guint i = 0; i < logs->len; i++)
    if (id == NULL)
      eric_hub_subscriber_begin_live (subscriber, i, opening->number);
    else if (!eric_hub_subscriber_begin_after (subscriber, i, known ? number : 0, &opening->number))
      continued = FALSE;

  if (id != NULL && !earliest)
    opening->gap = !known ? "gap unknown-id" : !continued ? "gap history" : NULL;
}

void
_eric_http_append_header (const char *name,
                          const char *value,
                          gpointer    user_data)
{
  g_string_append_printf (user_data, "%s: %s\r\n", name, value);
}

/* Status line, headers, and the first thing in the body at once: a comment, so
 * that proxies pass the headers on. An id without data is no event, but the place that a
 * client comes back with (WHATWG HTML, section 9.2.6): who has had no event yet resumes. */
static GByteArray *
make_greeting (SoupServerMessage *message,
               const Opening     *opening)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  GByteArray *greeting = g_byte_array_new ();
  g_autoptr (GString) head = g_string_new (NULL);
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);

  set_stream_headers (headers);
  soup_message_headers_replace (headers, "Date", date);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_remove (headers, "Content-Length");
  soup_message_headers_remove (headers, "Transfer-Encoding");
  if (opening->framing == ERIC_FRAMING_CHUNKED)
    soup_message_headers_append (headers, "Transfer-Encoding", "chunked");

  g_string_append_printf (head, "HTTP/1.%c 200 OK\r\n",
                          opening->framing == ERIC_FRAMING_CHUNKED ? '1' : '0');
  soup_message_headers_foreach (headers, _eric_http_append_header, head);
  g_string_append (head, "\r\n");
  g_byte_array_append (greeting, (const guint8 *) head->str, head->len);

  _eric_sse_append_comment (body, opening->gap != NULL ? opening->gap : "ok");
  _eric_sse_append_retry (body, opening->retry_timeout);
  if (opening->number > 0)
    {
      char id[ERIC_FRAME_ID_SIZE];

      eric_frame_id_print (id, opening->number);
      g_string_append_printf (body, ERIC_SSE_ID_PREFIX "%s\n\n", id);
    }
  eric_frame_write (greeting, opening->framing, body->str, body->len);
  return greeting;
}

/* Takes the connection from libsoup and gives it to the hub. A plain one is
 * reduced to its descriptor: the objects around it would take more memory than
 * the subscriber itself. FALSE if it was lost meanwhile. */
static gboolean
take_over (EricSseServer     *self,
           SoupServerMessage *message,
           EricHubSubscriber *subscriber,
           GByteArray        *greeting)
{
  g_auto (EricHttpStolen) stolen = { 0 };
  int fd = -1;

  if (eric_http_steal (message, &stolen))
    fd = stolen.tls ? g_socket_get_fd (stolen.socket)
                    : fcntl (g_socket_get_fd (stolen.socket), F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    {
      if (stolen.socket != NULL)
        g_socket_close (stolen.socket, NULL);
      eric_hub_drop (self->hub, subscriber);
      g_byte_array_unref (greeting);
      return FALSE;
    }

  if (stolen.tls)
    {
      g_socket_set_timeout (stolen.socket, 0);
      eric_hub_add (self->hub, subscriber, greeting, fd, g_steal_pointer (&stolen.socket),
                    g_steal_pointer (&stolen.stream));
    }
  else
    {
      g_socket_close (stolen.socket, NULL);
      if (stolen.stream != NULL)
        g_io_stream_close (stolen.stream, NULL, NULL);
      eric_hub_add (self->hub, subscriber, greeting, fd, NULL, NULL);
    }
  return TRUE;
}

static char *
describe_address (GSocketAddress *address)
{
  g_autofree char *host = NULL;

  if (address == NULL || !G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("unknown");
  host = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host,
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

static EricSseSubscriber *
describe (SoupServerMessage *message,
          guint64            id,
          GPtrArray         *channels,
          EricListener      *listener)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autofree char *address = describe_address (soup_server_message_get_remote_address (message));
  g_autofree const char **channel_ids = g_new0 (const char *, channels->len + 1);
  const char *user_agent = soup_message_headers_get_one (headers, "User-Agent");

  for (guint i = 0; i < channels->len; i++)
    channel_ids[i] = eric_channel_get_id (channels->pdata[i]);
  return _eric_sse_subscriber_new (id, channel_ids,
                                   listener != NULL ? eric_listener_get_id (listener) : NULL, address,
                                   user_agent != NULL && g_utf8_validate (user_agent, -1, NULL) ? user_agent : NULL);
}

static void
start_pump (EricSseServer *self,
            guint64        id,
            EricFraming    framing,
            EricChannel   *channel,
            EricListener  *listener)
{
  EricHttpPump *pump = _eric_http_pump_new (self->hub, id, framing, channel, listener);

  g_hash_table_insert (self->pumps, g_memdup2 (&id, sizeof id), pump);
  _eric_http_pump_next (pump);
}

/* FALSE where the message says that it cannot be served now. */
static gboolean
start_hub (EricSseServer      *self,
           SoupServerMessage  *message,
           GError            **error)
{
  g_autoptr (GError) reason = NULL;

  if (eric_hub_start (self->hub, &reason))
    return TRUE;
  g_message ("Cannot serve a stream for now: %s", reason->message);
  _eric_http_refuse (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server cannot serve streams for now");
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* With a listener, its messages are streamed, and @channels is its channel;
 * without one, what is broadcast on the channels. */
static EricSseSubscriber *
start (EricSseServer      *self,
       SoupServerMessage  *message,
       GPtrArray          *channels,
       EricListener       *listener,
       GError            **error)
{
  g_autoptr (EricSseSubscriber) description = NULL;
  g_autoptr (GPtrArray) logs = g_ptr_array_new ();
  g_autofree char *last_event_id = get_last_event_id (message);
  EricHubSubscriber *subscriber;
  Opening opening = {
    .last_event_id = last_event_id,
    .framing = soup_server_message_get_http_version (message) == SOUP_HTTP_1_0 ? ERIC_FRAMING_PLAIN
                                                                               : ERIC_FRAMING_CHUNKED,
    .retry_timeout = eric_sse_channel_get_retry_timeout (channels->pdata[0]),
  };
  guint64 id;

  if (!_eric_http_may_start (self, message, error))
    return NULL;
  if (soup_server_message_get_method (message) == SOUP_METHOD_HEAD)
    {
      _eric_http_stream_answer_head (message);
      return NULL;
    }
  if (!start_hub (self, message, error))
    return NULL;

  for (guint i = 0; i < channels->len && listener == NULL; i++)
    {
      _eric_sse_server_adopt_channel (self, channels->pdata[i]);
      g_ptr_array_add (logs, _eric_sse_channel_get_log (channels->pdata[i]));
    }
  subscriber = eric_hub_subscriber_new (self->hub, (EricFrameLog * const *) logs->pdata, logs->len,
                                        opening.framing, opening.retry_timeout);
  id = eric_hub_subscriber_get_id (subscriber);
  if (listener == NULL)
    place_cursors (subscriber, logs, &opening);
  description = describe (message, id, channels, listener);
  if (!take_over (self, message, subscriber, make_greeting (message, &opening)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                           "The client has left before its stream began");
      return NULL;
    }
  if (listener != NULL)
    start_pump (self, id, opening.framing, channels->pdata[0], listener);
  _eric_sse_server_add_subscriber (self, description);
  return g_steal_pointer (&description);
}

EricSseSubscriber *
_eric_http_stream_start (EricSseServer      *self,
                         SoupServerMessage  *message,
                         GPtrArray          *channels,
                         EricListener       *listener,
                         GError            **error)
{
  EricSseSubscriber *subscriber;

  _eric_sse_server_enter (self);
  subscriber = start (self, message, channels, listener, error);
  _eric_sse_server_leave (self);
  return subscriber;
}

/**
 * eric_sse_server_serve:
 * @self: a server
 * @message: (transfer none): a request, from within its handler
 * @channel: (transfer none): the channel to stream
 * @error: return location for an error, or %NULL
 *
 * Turns a request into a stream of what is broadcast on a channel. Headers that
 * were set on the response are kept. The message must not be used after that.
 *
 * Fails with %ERIC_ERROR_LIMIT_REACHED where there are too many subscribers, the
 * server shuts down, or the request came over HTTP/2: the request is answered
 * then. Fails with %G_IO_ERROR_CONNECTION_CLOSED where the client has left, and with other
 * errors of that domain, such as %G_IO_ERROR_TOO_MANY_OPEN_FILES, or of %G_THREAD_ERROR, where
 * the first stream of the server finds no descriptor or thread: it is answered 503.
 *
 * Returns: (transfer full) (nullable): the subscriber; %NULL without an error for
 *   a HEAD request, and for one of the server itself that asks in the name of a client
 *   whether a stream can be joined (see [method@SseServer.mount]), which are answered
 *
 * Since: 0.1
 */
EricSseSubscriber *
eric_sse_server_serve (EricSseServer      *self,
                       SoupServerMessage  *message,
                       EricSseChannel     *channel,
                       GError            **error)
{
  g_autoptr (GPtrArray) channels = NULL;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (channel), NULL);

  _eric_http_cors_apply (self, message);
  if (_eric_http_probe_grant (self, message, NULL, channel))
    return NULL;
  channels = g_ptr_array_new ();
  g_ptr_array_add (channels, channel);
  return _eric_http_stream_start (self, message, channels, NULL, error);
}

/**
 * eric_sse_server_serve_listener:
 * @self: a server
 * @message: (transfer none): a request, from within its handler
 * @channel: (transfer none): the channel of the listener
 * @listener: (transfer none): the listener to stream
 * @error: return location for an error, or %NULL
 *
 * Turns a request into a stream of the messages of one listener: what is
 * dispatched to it and what is broadcast, in order. The listener is started, and
 * stopped when the client leaves; its queue goes on collecting meanwhile.
 *
 * Fails as [method@SseServer.serve] does.
 *
 * Returns: (transfer full) (nullable): the subscriber; %NULL without an error for
 *   a HEAD request, and for one of the server itself that asks in the name of a client
 *   whether a stream can be joined (see [method@SseServer.mount]), which are answered
 *
 * Since: 0.1
 */
EricSseSubscriber *
eric_sse_server_serve_listener (EricSseServer      *self,
                                SoupServerMessage  *message,
                                EricSseChannel     *channel,
                                EricListener       *listener,
                                GError            **error)
{
  g_autoptr (GPtrArray) channels = NULL;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);
  g_return_val_if_fail (ERIC_IS_SSE_CHANNEL (channel), NULL);
  g_return_val_if_fail (ERIC_IS_LISTENER (listener), NULL);

  _eric_http_cors_apply (self, message);
  if (_eric_http_probe_grant (self, message, NULL, NULL))
    return NULL;
  channels = g_ptr_array_new ();
  g_ptr_array_add (channels, channel);
  return _eric_http_stream_start (self, message, channels, listener, error);
}
