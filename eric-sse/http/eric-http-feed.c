/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "eric-channel-private.h"
#include "eric-http-body-private.h"
#include "eric-http-chunks-private.h"
#include "eric-http-probe-private.h"
#include "eric-http-query-private.h"
#include "eric-message.h"
#include "eric-sse-channel-private.h"
#include "eric-sse-server-private.h"

/* A feed: the body of a request that is read as lines, each of which is published
 * as soon as it is complete.
 *
 * libsoup answers a request when it has read all of it, and has a time limit on
 * silence here. A feed may never end, be silent for hours, and must be refused
 * while it is being sent: so the connection is taken over when the headers are
 * read. */

#define READ_SIZE 16384

/* A client that was refused may still be sending. What it sends is dropped for
 * so long, in milliseconds and in bytes, for it to see the answer: to close at
 * once would make the kernel throw the answer away with what was not read. */
#define LINGER_TIME  1000
#define LINGER_BYTES (1024 * 1024)

/* When the kernel asks a silent client whether it is still there, and how often,
 * in seconds. */
#define ALIVE_AFTER    60
#define ALIVE_INTERVAL 15
#define ALIVE_PROBES   4

#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

typedef enum
{
  FEED_STARTING,    /* what the client waits for is written */
  FEED_READING,
  FEED_ANSWERING,
  FEED_LINGERING,   /* what still comes is dropped */
  FEED_OVER,
} FeedState;

struct _EricHttpFeed
{
  EricSseServer     *server;       /* (unowned): has its feeds */
  SoupServerMessage *message;      /* (owned): the answer is made there */
  GIOStream         *stream;       /* (owned) */
  GSocket           *socket;       /* (owned): below the stream */
  GSource           *source;       /* (owned) (nullable): waits to read or write */
  GSource           *deadline;     /* (owned) (nullable): of the answer */
  FeedState          state;
  gboolean           complete;     /* the body has ended */
  GByteArray        *early;        /* (owned) (nullable): came with the head */
  GByteArray        *output;       /* (owned) */
  gsize              written;      /* of the output */
  gsize              dropped;      /* bytes */

  EricSseChannel    *channel;      /* (owned) (nullable): NULL where it is refused */
  char              *event_type;   /* (owned) (nullable) */
  gboolean           json;         /* or lines of text */
  EricHttpChunks     chunks;
  gboolean           inflates;     /* the payload of the chunks is gzip */
  EricHttpInflater   inflater;
  GByteArray        *line;         /* (owned): that is not complete yet */
  guint64            n_lines;
  guint64            n_published;
};

static void watch (EricHttpFeed *feed);

gboolean
_eric_http_feed_is_wanted (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_server_message_get_method (message) == SOUP_METHOD_POST &&
         soup_server_message_get_http_version (message) <= SOUP_HTTP_1_1 &&
         soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED &&
         _eric_http_get_body_kind (message) & ERIC_HTTP_BODY_LINES;
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* The socket below a TLS connection is closed first: to close the connection
 * itself could wait for a peer that does not read. */
void
_eric_http_feed_free (EricHttpFeed *feed)
{
  clear_source (&feed->source);
  clear_source (&feed->deadline);
  g_socket_close (feed->socket, NULL);
  g_io_stream_close (feed->stream, NULL, NULL);
  g_object_unref (feed->socket);
  g_object_unref (feed->stream);
  g_object_unref (feed->message);
  if (feed->channel != NULL)
    eric_frame_log_remove_publisher (_eric_sse_channel_get_log (feed->channel));
  g_clear_object (&feed->channel);
  g_clear_pointer (&feed->early, g_byte_array_unref);
  g_byte_array_unref (feed->output);
  g_byte_array_unref (feed->line);
  _eric_http_inflater_clear (&feed->inflater);
  g_free (feed->event_type);
  g_free (feed);
}

/* Frees the feed. */
static void
end (EricHttpFeed *feed)
{
  EricSseServer *server = feed->server;

  g_hash_table_remove (server->feeds, feed);
  _eric_http_drain_check (server);
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_autoptr (EricSseServer) server = g_object_ref (((EricHttpFeed *) user_data)->server);

  end (user_data);
  return G_SOURCE_REMOVE;
}

/* Sends what the message says, from the main context: whoever calls this may go
 * on using the feed. */
static void
answer (EricHttpFeed *feed)
{
  SoupServerMessage *message = feed->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  SoupMessageBody *body = soup_server_message_get_response_body (message);
  g_autoptr (GBytes) text = soup_message_body_flatten (body);
  g_autoptr (GString) head = g_string_new (NULL);

  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_set_content_length (headers, g_bytes_get_size (text));
  g_string_append_printf (head, "HTTP/1.%c %u %s\r\n",
                          soup_server_message_get_http_version (message) == SOUP_HTTP_1_0 ? '0' : '1',
                          soup_server_message_get_status (message),
                          soup_server_message_get_reason_phrase (message));
  soup_message_headers_foreach (headers, _eric_http_append_header, head);
  g_string_append (head, "\r\n");
  g_byte_array_append (feed->output, (const guint8 *) head->str, head->len);
  g_byte_array_append (feed->output, g_bytes_get_data (text, NULL), g_bytes_get_size (text));

  feed->state = FEED_ANSWERING;
  feed->deadline = g_timeout_source_new (LINGER_TIME);
  g_source_set_static_name (feed->deadline, "EricHttpFeed linger");
  g_source_set_callback (feed->deadline, deadline_cb, feed, NULL);
  g_source_attach (feed->deadline, feed->server->context);
  watch (feed);
}

/* What was published stays so: the client is told where to go on. */
static void
refuse (EricHttpFeed *feed,
        guint         status,
        const char   *sentence)
{
  g_autofree char *whole = g_strdup_printf ("%s; published before: %" G_GUINT64_FORMAT,
                                            sentence, feed->n_published);

  _eric_http_refuse (feed->message, status, whole);
  answer (feed);
}

static void
refuse_line (EricHttpFeed *feed,
             guint         status,
             const char   *sentence)
{
  g_autofree char *whole = g_strdup_printf ("Line %" G_GUINT64_FORMAT ": %s", feed->n_lines, sentence);

  refuse (feed, status, whole);
}

/* A line without its end; empty ones are skipped. */
static void
take_line (EricHttpFeed *feed,
           const char   *line,
           gsize         length)
{
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  feed->n_lines++;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (length == 0)
    return;
  message = _eric_http_new_message (feed->event_type, feed->json, line, length, &error);
  if (message == NULL)
    refuse_line (feed, SOUP_STATUS_BAD_REQUEST, error->message);
  else if (_eric_channel_broadcast_all (ERIC_CHANNEL (feed->channel), &message, 1, &error))
    feed->n_published++;
  else if (feed->state == FEED_READING)
    refuse_line (feed, _eric_http_get_publish_status (error), error->message);
}

/* The last byte of the line, with these bytes. */
static char
get_last (EricHttpFeed *feed,
          const char   *data,
          gsize         length)
{
  if (length > 0)
    return data[length - 1];
  return feed->line->len > 0 ? (char) feed->line->data[feed->line->len - 1] : '\0';
}

/* FALSE if the line is too long with these bytes. A carriage return at its end is
 * not of it, also where the line feed comes with the next bytes. */
static gboolean
check_length (EricHttpFeed *feed,
              const char   *data,
              gsize         length)
{
  gsize whole = feed->line->len + length;
  g_autofree char *sentence = NULL;

  if (get_last (feed, data, length) == '\r')
    whole--;
  if (whole <= feed->server->max_body)
    return TRUE;
  feed->n_lines++;
  sentence = g_strdup_printf ("It is longer than %" G_GSIZE_FORMAT " bytes", feed->server->max_body);
  refuse_line (feed, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, sentence);
  return FALSE;
}

/* Whoever listens to what is published may end the server: that is seen in the
 * state. */
static void
take_text (EricHttpFeed *feed,
              const char   *data,
              gsize         length)
{
  while (length > 0 && feed->state == FEED_READING)
    {
      const char *stop = memchr (data, '\n', length);
      gsize size = stop != NULL ? (gsize) (stop - data) : length;

      if (!check_length (feed, data, size))
        return;
      if (stop != NULL && feed->line->len == 0)
        take_line (feed, data, size);
      else
        {
          g_byte_array_append (feed->line, (const guint8 *) data, size);
          if (stop != NULL)
            {
              take_line (feed, (const char *) feed->line->data, feed->line->len);
              g_byte_array_set_size (feed->line, 0);
            }
        }
      size += stop != NULL ? 1 : 0;
      data += size;
      length -= size;
    }
}

static void
take_payload (EricHttpFeed *feed,
              const char   *data,
              gsize         length)
{
  EricHttpInflateStep step = ERIC_HTTP_INFLATE_DATA;
  char buffer[READ_SIZE];
  gsize n;

  if (!feed->inflates)
    {
      take_text (feed, data, length);
      return;
    }
  while (feed->state == FEED_READING && step == ERIC_HTTP_INFLATE_DATA)
    {
      step = _eric_http_inflater_next (&feed->inflater, &data, &length, buffer, sizeof buffer, &n);
      if (step == ERIC_HTTP_INFLATE_DATA)
        take_text (feed, buffer, n);
      else if (step == ERIC_HTTP_INFLATE_MALFORMED)
        refuse (feed, SOUP_STATUS_BAD_REQUEST, "The body is not gzip");
    }
}

static void
complete (EricHttpFeed *feed)
{
  feed->complete = TRUE;
  if (feed->inflater.inside)
    {
      refuse (feed, SOUP_STATUS_BAD_REQUEST, "The body is not all of a gzip stream");
      return;
    }
  if (feed->line->len > 0)
    take_line (feed, (const char *) feed->line->data, feed->line->len);
  if (feed->state != FEED_READING)
    return;
  soup_server_message_set_status (feed->message, SOUP_STATUS_ACCEPTED, NULL);
  answer (feed);
}

static void
take_bytes (EricHttpFeed *feed,
            const char   *bytes,
            gsize         length)
{
  const char *payload;
  gsize payload_length;

  while (feed->state == FEED_READING)
    switch (eric_http_chunks_next (&feed->chunks, &bytes, &length, &payload, &payload_length))
      {
      case ERIC_HTTP_CHUNKS_PAYLOAD:
        take_payload (feed, payload, payload_length);
        break;
      case ERIC_HTTP_CHUNKS_END:
        complete (feed);
        break;
      case ERIC_HTTP_CHUNKS_MALFORMED:
        refuse (feed, SOUP_STATUS_BAD_REQUEST, "The body is not in chunks as HTTP has them");
        break;
      case ERIC_HTTP_CHUNKS_MORE:
      default:
        return;
      }
}

/* At the end of the connection, what is not a line yet is dropped. */
static void
read_some (EricHttpFeed *feed)
{
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (feed->stream));
  g_autoptr (GError) error = NULL;
  char buffer[READ_SIZE];
  gssize n = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, &error);

  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return;
  if (n <= 0)
    feed->state = FEED_OVER;
  else if (feed->state == FEED_READING)
    take_bytes (feed, buffer, n);
  else if ((feed->dropped += n) > LINGER_BYTES)
    feed->state = FEED_OVER;
}

/* What came with the head. */
static void
take_early (EricHttpFeed *feed)
{
  g_autoptr (GByteArray) early = g_steal_pointer (&feed->early);

  if (early != NULL)
    take_bytes (feed, (const char *) early->data, early->len);
}

/* TRUE when all is written. */
static gboolean
write_some (EricHttpFeed *feed)
{
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (feed->stream));
  g_autoptr (GError) error = NULL;

  while (feed->written < feed->output->len)
    {
      gssize n = g_pollable_output_stream_write_nonblocking (output, feed->output->data + feed->written,
                                                             feed->output->len - feed->written, NULL, &error);

      if (n < 0)
        {
          if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            feed->state = FEED_OVER;
          return FALSE;
        }
      feed->written += n;
    }
  return TRUE;
}

static void
move_on (EricHttpFeed *feed)
{
  if (feed->state == FEED_READING || feed->state == FEED_LINGERING)
    read_some (feed);
  else if (!write_some (feed))
    return;
  else if (feed->state == FEED_STARTING)
    {
      feed->state = FEED_READING;
      take_early (feed);
      if (feed->state == FEED_READING)
        read_some (feed);   /* libsoup may have some already */
    }
  else if (feed->complete)
    feed->state = FEED_OVER;
  else
    {
      g_socket_shutdown (feed->socket, FALSE, TRUE, NULL);
      feed->state = FEED_LINGERING;
    }
}

static gboolean
ready_cb (GObject  *pollable,
          gpointer  user_data)
{
  EricHttpFeed *feed = user_data;
  g_autoptr (EricSseServer) server = g_object_ref (feed->server);

  move_on (feed);
  if (feed->state == FEED_OVER)
    end (feed);
  else
    watch (feed);
  return G_SOURCE_REMOVE;
}

static void
watch (EricHttpFeed *feed)
{
  gboolean reads = feed->state == FEED_READING || feed->state == FEED_LINGERING;

  clear_source (&feed->source);
  feed->source = reads
    ? g_pollable_input_stream_create_source (
        G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (feed->stream)), NULL)
    : g_pollable_output_stream_create_source (
        G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (feed->stream)), NULL);
  g_source_set_static_name (feed->source, "EricHttpFeed");
  g_source_set_callback (feed->source, G_SOURCE_FUNC (ready_cb), feed, NULL);
  g_source_attach (feed->source, feed->server->context);
}

/* A client may be silent for as long as it likes, if it is there. */
static void
set_socket_options (GSocket *socket)
{
  g_socket_set_timeout (socket, 0);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_AFTER, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_INTERVAL, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, ALIVE_PROBES, NULL);
}

/* Takes the connection from libsoup. NULL if it was lost meanwhile. */
static EricHttpFeed *
take_over (EricSseServer     *self,
           SoupServerMessage *message)
{
  g_auto (EricHttpStolen) stolen = { 0 };
  EricHttpFeed *feed;

  if (!eric_http_steal (message, &stolen))
    return NULL;
  if (stolen.stream == NULL)
    stolen.stream = G_IO_STREAM (g_socket_connection_factory_create_connection (stolen.socket));
  set_socket_options (stolen.socket);
  feed = g_new0 (EricHttpFeed, 1);
  feed->server = self;
  feed->message = g_object_ref (message);
  feed->stream = g_steal_pointer (&stolen.stream);
  feed->socket = g_steal_pointer (&stolen.socket);
  feed->early = g_steal_pointer (&stolen.read);
  feed->output = g_byte_array_new ();
  feed->line = g_byte_array_new ();
  g_hash_table_add (self->feeds, feed);
  return feed;
}

/* Publishes what comes on the channel. */
static void
start (EricSseServer     *self,
       SoupServerMessage *message,
       EricSseChannel    *channel,
       const char        *event_type)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gboolean waits = soup_message_headers_get_expectations (headers) & SOUP_EXPECTATION_CONTINUE;
  gboolean inflates = _eric_http_get_coding (message) == ERIC_HTTP_CODING_GZIP;
  EricHttpFeed *feed = take_over (self, message);

  if (feed == NULL)
    return;
  feed->channel = g_object_ref (channel);
  eric_frame_log_add_publisher (_eric_sse_channel_get_log (channel));
  feed->event_type = g_strdup (event_type);
  feed->json = _eric_http_get_body_kind (message) & ERIC_HTTP_BODY_JSON;
  feed->inflates = inflates;
  if (waits)
    g_byte_array_append (feed->output, (const guint8 *) CONTINUE, strlen (CONTINUE));
  watch (feed);
}

/* The message says why: the client is told now, and not when it is done with sending,
 * which may be never. */
static void
answer_now (EricSseServer     *self,
            SoupServerMessage *message)
{
  EricHttpFeed *feed = take_over (self, message);

  if (feed != NULL)
    answer (feed);
}

void
_eric_http_feeds_stop (EricSseServer *self)
{
  GHashTableIter iter;
  EricHttpFeed *feed;

  g_hash_table_iter_init (&iter, self->feeds);
  while (g_hash_table_iter_next (&iter, (gpointer *) &feed, NULL))
    {
      clear_source (&feed->source);
      clear_source (&feed->deadline);
      g_socket_close (feed->socket, NULL);
      feed->state = FEED_OVER;
    }
}

/* FALSE where the message says why there is none. What each line would be refused for
 * is refused here. */
static gboolean
check_request (EricSseServer     *self,
               SoupServerMessage *message,
               const char        *event_type)
{
  g_autofree char *channel_id = _eric_http_dup_channel_id (self, message);
  g_autofree char *id = eric_http_query_dup (message, "id");
  g_autoptr (EricMessage) example = NULL;
  g_autoptr (GError) error = NULL;

  if (channel_id == NULL)
    return FALSE;
  if (id != NULL)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "The messages of a feed cannot have one id");
      return FALSE;
    }
  example = eric_message_new (event_type, NULL, &error);
  if (example == NULL)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
      return FALSE;
    }
  if (_eric_http_get_coding (message) == ERIC_HTTP_CODING_UNKNOWN)
    {
      _eric_http_refuse_coding (message);
      return FALSE;
    }
  return _eric_http_may_start (self, message, NULL);
}

/* Where somebody else has the path, the body is theirs. */
static void
probed_cb (EricSseServer      *self,
           SoupServerMessage  *message,
           GPtrArray          *seats,
           const EricHttpSeat *refused,
           guint               status,
           const char         *challenge)
{
  const EricHttpSeat *seat = seats->pdata[0];
  g_autofree char *event_type = eric_http_query_dup (message, "event");
  g_autoptr (EricSseChannel) channel = NULL;

  if (refused != NULL || seat->channel != NULL)
    return;
  if (_eric_http_may_publish (self, message) && _eric_http_may_start (self, message, NULL))
    channel = _eric_http_get_channel (self, message, seat->channel_id);
  if (channel != NULL)
    start (self, message, channel, event_type);
  else
    answer_now (self, message);
}

void
_eric_http_feed_take (EricSseServer     *self,
                      SoupServerMessage *message)
{
  g_autofree char *event_type = eric_http_query_dup (message, "event");
  GPtrArray *seats;

  if (soup_server_message_get_status (message) != 0 || !check_request (self, message, event_type))
    {
      answer_now (self, message);
      return;
    }
  seats = g_ptr_array_new_with_free_func ((GDestroyNotify) _eric_http_seat_free);
  g_ptr_array_add (seats, _eric_http_seat_new (NULL));
  _eric_http_probe_start (self, message, "OPTIONS", NULL, seats, 0, probed_cb);
}

/* Answers all that are open. */
void
_eric_http_feeds_drain (EricSseServer *self)
{
  g_autoptr (GList) feeds = g_hash_table_get_keys (self->feeds);

  for (GList *link = feeds; link != NULL; link = link->next)
    {
      EricHttpFeed *feed = link->data;

      if (feed->state == FEED_STARTING || feed->state == FEED_READING)
        refuse (feed, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is shutting down");
    }
}
