/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "eric-http-front-private.h"

/* How long a client may be silent in the middle of its request, or not take the
 * response, in seconds. Streams are not meant: their sockets are the hub's. */
#define REQUEST_TIMEOUT 30

/* A client that is sent away may still be sending. What it sends is dropped for
 * so long, in seconds and in bytes, for it to see the answer: to close at once
 * would make the kernel throw the answer away with what was not read. */
#define LINGER_TIME  1
#define LINGER_BYTES (1024 * 1024)

#define READ_SIZE    16384
/* What is kept for libsoup, and for the client, before the other side has to
 * wait, in bytes. */
#define MAX_BUFFERED 65536

#define BAD_REQUEST    400
#define TIMED_OUT      408
#define HEAD_TOO_LARGE 431

#define RETRY_AFTER "5"
#define NO_HOST     "Host: localhost\r\n"

EricHttpConnection *
_eric_http_connection_new (EricHttpConnections *set,
                           GSocket             *socket,
                           GSocketAddress      *local,
                           GSocketAddress      *remote)
{
  EricHttpConnection *self = g_new0 (EricHttpConnection, 1);

  self->set = set;
  self->state = ERIC_HTTP_WAITING;
  self->socket = g_object_ref (socket);
  self->fd = g_socket_get_fd (socket);
  self->local = g_object_ref (local);
  self->remote = g_object_ref (remote);
  self->input = g_byte_array_new ();
  self->output = g_byte_array_new ();
  self->request = g_byte_array_new ();
  self->progress = TRUE;
  return self;
}

void
_eric_http_connection_free (EricHttpConnection *self)
{
  g_clear_object (&self->exchange);
  g_clear_object (&self->shaking);
  g_clear_object (&self->tls);
  g_clear_object (&self->socket);
  g_object_unref (self->local);
  g_object_unref (self->remote);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->output);
  g_byte_array_unref (self->request);
  eric_http_reply_clear (&self->reply);
  g_free (self->origin);
  g_free (self);
}

/* Bytes */

static gsize
get_unsent (EricHttpConnection *self)
{
  return self->output->len - self->sent;
}

static gsize
get_ungiven (EricHttpConnection *self)
{
  return self->request->len - self->given;
}

static gssize
receive (EricHttpConnection *self,
         char               *buffer,
         gsize               count,
         gboolean           *blocks)
{
  g_autoptr (GError) error = NULL;
  gssize n;

  if (self->tls == NULL)
    {
      do
        n = recv (self->fd, buffer, count, MSG_DONTWAIT);
      while (n < 0 && errno == EINTR);
      *blocks = n < 0 && errno == EAGAIN;
      return n;
    }
  n = g_pollable_input_stream_read_nonblocking (
    G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->tls)), buffer, count, NULL, &error);
  *blocks = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return n;
}

gboolean
_eric_http_connection_fill (EricHttpConnection *self)
{
  char buffer[READ_SIZE];
  gboolean blocks;
  gssize n;

  if (self->eof || self->lost)
    return FALSE;
  n = receive (self, buffer, sizeof buffer, &blocks);
  if (n > 0)
    {
      self->progress |= self->state != ERIC_HTTP_WAITING || self->input->len == 0;
      g_byte_array_append (self->input, (const guint8 *) buffer, n);
    }
  else if (n == 0)
    self->eof = TRUE;
  else if (!blocks)
    self->lost = TRUE;
  return n > 0;
}

static gssize
transmit (EricHttpConnection *self,
          gboolean           *blocks)
{
  const guint8 *bytes = self->output->data + self->sent;
  g_autoptr (GError) error = NULL;
  gssize n;

  if (self->tls == NULL)
    {
      do
        n = send (self->fd, bytes, get_unsent (self), MSG_NOSIGNAL | MSG_DONTWAIT);
      while (n < 0 && errno == EINTR);
      *blocks = n < 0 && errno == EAGAIN;
      return n;
    }
  n = g_pollable_output_stream_write_nonblocking (
    G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->tls)), bytes, get_unsent (self), NULL, &error);
  *blocks = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  return n;
}

gboolean
_eric_http_connection_flush (EricHttpConnection *self)
{
  while (get_unsent (self) > 0 && !self->lost)
    {
      gboolean blocks;
      gssize n = transmit (self, &blocks);

      if (n < 0 && blocks)
        return FALSE;
      if (n < 0)
        self->lost = TRUE;
      else
        {
          self->sent += n;
          self->progress = TRUE;
        }
    }
  g_byte_array_set_size (self->output, 0);
  self->sent = 0;
  return !self->lost;
}

static void
use_input (EricHttpConnection *self,
           gsize               length)
{
  g_byte_array_remove_range (self->input, 0, length);
}

/* The end */

/* The client is told that nothing more comes. That never waits. */
static void
end_tls (EricHttpConnection *self)
{
  if (self->tls != NULL && self->shaking == NULL && !self->lost && get_unsent (self) == 0 &&
      (g_socket_condition_check (self->socket, G_IO_OUT) & G_IO_OUT))
    g_output_stream_close (g_io_stream_get_output_stream (self->tls), NULL, NULL);
}

static void
drop_exchange (EricHttpConnection *self)
{
  if (self->exchange != NULL)
    eric_http_exchange_detach (self->exchange);
  g_clear_object (&self->exchange);
}

void
_eric_http_connection_leave (EricHttpConnection *self,
                             gboolean            keep_socket)
{
  EricHttpConnections *set = self->set;

  if (self->state == ERIC_HTTP_GONE)
    return;
  _eric_http_connections_watch (self, 0);
  if (!keep_socket)
    {
      if (self->state != ERIC_HTTP_LINGERING)
        end_tls (self);
      if (self->shaking != NULL)
        g_cancellable_cancel (self->shaking);
      g_socket_close (self->socket, NULL);
    }
  self->state = ERIC_HTTP_GONE;
  drop_exchange (self);
  g_queue_delete_link (&set->all, self->link);
  g_ptr_array_add (set->gone, self);
  set->some_ended = TRUE;
  g_source_set_ready_time (set->source, 0);
}

static void
set_state (EricHttpConnection *self,
           EricHttpState       state)
{
  self->state = state;
  self->progress = TRUE;
}

/* libsoup 3.2 has none for this one. */
static const char *
get_phrase (guint status)
{
  return status == HEAD_TOO_LARGE ? "Request Header Fields Too Large" : soup_status_get_phrase (status);
}

/* What the head, so long, says of the page that asks. */
static void
note_origin (EricHttpConnection *self,
             gsize               length)
{
  const char *head = (const char *) self->input->data + self->head.start;

  g_clear_pointer (&self->origin, g_free);
  if (self->head.start < length)
    self->origin = eric_http_head_dup_field (head, MIN (length - self->head.start, ERIC_HTTP_MAX_HEAD), "Origin");
}

/* (transfer full): what a page needs to read the answer */
static char *
make_lines (EricHttpConnection *self)
{
  gboolean whole = self->state != ERIC_HTTP_WAITING || self->head.length > 0;

  if (self->state == ERIC_HTTP_WAITING)
    note_origin (self, self->input->len);
  return self->set->lines != NULL ? self->set->lines (self->origin, whole, self->set->user_data) : g_strdup ("");
}

void
_eric_http_connection_refuse (EricHttpConnection *self,
                              guint               status,
                              const char         *sentence)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  g_autofree char *lines = make_lines (self);
  g_autofree char *text = NULL;
  gboolean begun = self->state == ERIC_HTTP_SERVING && self->reply.begun;

  drop_exchange (self);
  set_state (self, ERIC_HTTP_CLOSING);
  if (begun)
    return;
  text = g_strdup_printf ("HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n%s%s"
                          "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s%s",
                          status, get_phrase (status), date, lines,
                          status == SOUP_STATUS_SERVICE_UNAVAILABLE ? "Retry-After: " RETRY_AFTER "\r\n" : "",
                          strlen (sentence) + 1, self->head.is_head ? "" : sentence,
                          self->head.is_head ? "" : "\n");
  g_byte_array_append (self->output, (const guint8 *) text, strlen (text));
}

/* The body */

static void
give (EricHttpConnection *self,
      const void         *bytes,
      gsize               length)
{
  if (self->given > 0 && self->given == self->request->len)
    {
      g_byte_array_set_size (self->request, 0);
      self->given = 0;
    }
  g_byte_array_append (self->request, bytes, length);
}

/* libsoup reads chunks, too, but in its own way: it is given none but ours. */
static void
give_chunk (EricHttpConnection *self,
            const char         *payload,
            gsize               length)
{
  char size[32];

  g_snprintf (size, sizeof size, "%" G_GSIZE_MODIFIER "x\r\n", length);
  give (self, size, strlen (size));
  give (self, payload, length);
  give (self, "\r\n", 2);
}

/* FALSE if the body is malformed. */
static gboolean
take_chunks (EricHttpConnection *self)
{
  const char *at = (const char *) self->input->data, *payload;
  gsize left = self->input->len, size;
  EricHttpChunksStep step;

  while ((step = eric_http_chunks_next (&self->chunks, &at, &left, &payload, &size)) == ERIC_HTTP_CHUNKS_PAYLOAD)
    give_chunk (self, payload, size);
  use_input (self, self->input->len - left);
  if (step == ERIC_HTTP_CHUNKS_END)
    {
      self->body_done = TRUE;
      give (self, "0\r\n\r\n", 5);
    }
  return step != ERIC_HTTP_CHUNKS_MALFORMED;
}

static gboolean
take_input (EricHttpConnection *self)
{
  gsize length = self->input->len;

  if (!self->tunnel && self->head.body == ERIC_HTTP_BODY_CHUNKED)
    return take_chunks (self);
  if (!self->tunnel)
    length = MIN (length, self->body_left);
  give (self, self->input->data, length);
  use_input (self, length);
  if (!self->tunnel)
    {
      self->body_left -= length;
      self->body_done = self->body_left == 0;
    }
  return TRUE;
}

/* Brings more of the body to libsoup, as long as it takes it. */
static void
pump_body (EricHttpConnection *self)
{
  while (self->state == ERIC_HTTP_SERVING && self->asked && (self->tunnel || !self->body_done) && get_ungiven (self) < MAX_BUFFERED)
    {
      if (self->input->len == 0 && !_eric_http_connection_fill (self))
        {
          if (self->eof && !self->tunnel)
            _eric_http_connection_refuse (self, BAD_REQUEST, "The body ended before it was complete");
          return;
        }
      if (!take_input (self))
        _eric_http_connection_refuse (self, BAD_REQUEST, "The body is not in chunks as HTTP has them");
    }
}

/* The request */

/* What libsoup is to read: without what it would take in another way. Without a Host, as in
 * HTTP/1.0, it would take the query for a part of the path that handlers protect. */
static void
give_head (EricHttpConnection *self)
{
  const EricHttpHead *head = &self->head;
  gsize from = head->start;

  g_byte_array_set_size (self->request, 0);
  self->given = 0;
  self->input->data[head->version] = '0' + head->minor;
  if (head->n_hosts == 0)
    {
      give (self, self->input->data + from, head->version + 3 - from);   /* the request line */
      give (self, NO_HOST, strlen (NO_HOST));
      from = head->version + 3;
    }
  if (head->minor == 0 && head->expect > 0)
    {
      give (self, self->input->data + from, head->expect - from);
      from = head->expect + head->expect_length;
    }
  give (self, self->input->data + from, head->length - from);
  use_input (self, head->length);
}

static void
serve (EricHttpConnection *self)
{
  g_autoptr (SoupServer) soup_server = g_object_ref (self->set->soup_server);
  g_autoptr (EricHttpExchange) exchange = eric_http_exchange_new (self, self->set->context);
  g_autoptr (GError) error = NULL;

  self->n_requests++;
  note_origin (self, self->head.length);
  give_head (self);
  self->body_left = self->head.content_length;
  self->body_done = self->head.body == ERIC_HTTP_BODY_NONE;
  self->asked = FALSE;
  self->chunks = (EricHttpChunks) { 0 };
  eric_http_reply_init (&self->reply, self->head.minor, self->head.is_head);
  self->exchange = g_object_ref (exchange);
  set_state (self, ERIC_HTTP_SERVING);
  if (!soup_server_accept_iostream (soup_server, G_IO_STREAM (exchange), self->local, self->remote, &error) &&
      self->state == ERIC_HTTP_SERVING)
    _eric_http_connection_refuse (self, SOUP_STATUS_INTERNAL_SERVER_ERROR, error->message);
}

/* TRUE where there is more to do. */
static gboolean
read_head (EricHttpConnection *self)
{
  if (self->input->len > 0)
    {
      if (self->head.length > 0 || self->head.status != 0)
        self->head = (EricHttpHead) { 0 };
      switch (eric_http_head_read (&self->head, (const char *) self->input->data, self->input->len))
        {
        case ERIC_HTTP_HEAD_DONE:
          serve (self);
          return TRUE;
        case ERIC_HTTP_HEAD_REFUSED:
          _eric_http_connection_refuse (self, self->head.status, self->head.sentence);
          return TRUE;
        case ERIC_HTTP_HEAD_MORE:
        default:
          break;
        }
    }
  if (_eric_http_connection_fill (self))
    return TRUE;
  if (self->eof && self->input->len > 0)
    {
      _eric_http_connection_refuse (self, BAD_REQUEST, "The head ended before it was complete");
      return TRUE;
    }
  if (self->eof)
    _eric_http_connection_leave (self, FALSE);
  return FALSE;
}

/* All is written. */
static gboolean
half_close (EricHttpConnection *self)
{
  if (self->eof)
    {
      _eric_http_connection_leave (self, FALSE);
      return FALSE;
    }
  end_tls (self);
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  set_state (self, ERIC_HTTP_LINGERING);
  return TRUE;
}

static gboolean
drop_input (EricHttpConnection *self)
{
  if (_eric_http_connection_fill (self))
    {
      self->dropped += self->input->len;
      g_byte_array_set_size (self->input, 0);
      self->progress = FALSE;
    }
  else if (!self->eof)
    return FALSE;
  if (!self->eof && self->dropped <= LINGER_BYTES)
    return TRUE;
  _eric_http_connection_leave (self, FALSE);
  return FALSE;
}

/* TRUE where there is more to do. */
static gboolean
move_once (EricHttpConnection *self)
{
  gboolean flushed = self->state == ERIC_HTTP_SHAKING || _eric_http_connection_flush (self);

  if (self->lost)
    {
      _eric_http_connection_leave (self, FALSE);
      return FALSE;
    }
  switch (self->state)
    {
    case ERIC_HTTP_WAITING:
      return flushed && read_head (self);
    case ERIC_HTTP_SERVING:
      pump_body (self);
      return self->state != ERIC_HTTP_SERVING || self->lost;
    case ERIC_HTTP_CLOSING:
      return flushed && half_close (self);
    case ERIC_HTTP_LINGERING:
      return drop_input (self);
    case ERIC_HTTP_SHAKING:
    case ERIC_HTTP_GONE:
    default:
      return FALSE;
    }
}

static gboolean
wants_input (EricHttpConnection *self)
{
  if (self->eof)
    return FALSE;
  switch (self->state)
    {
    case ERIC_HTTP_WAITING:
      return get_unsent (self) == 0;
    case ERIC_HTTP_SERVING:
      return self->asked && (self->tunnel || !self->body_done) && get_ungiven (self) < MAX_BUFFERED;
    case ERIC_HTTP_LINGERING:
      return TRUE;
    case ERIC_HTTP_SHAKING:
    case ERIC_HTTP_CLOSING:
    case ERIC_HTTP_GONE:
    default:
      return FALSE;
    }
}

/* How long the other side may take, in seconds; 0 where it is ours to go on. */
static guint
get_timeout (EricHttpConnection *self)
{
  if (self->state == ERIC_HTTP_LINGERING)
    return LINGER_TIME;
  if (self->state == ERIC_HTTP_WAITING && self->n_requests > 0 && self->input->len == 0 && get_unsent (self) == 0)
    return ERIC_HTTP_IDLE_TIMEOUT;
  if (self->state == ERIC_HTTP_SERVING && get_unsent (self) == 0 && (self->tunnel || !wants_input (self)))
    return 0;
  return REQUEST_TIMEOUT;
}

static void
watch (EricHttpConnection *self)
{
  guint timeout = get_timeout (self);

  if (self->progress || timeout == 0 || self->deadline == 0)
    self->deadline = timeout > 0 ? g_get_monotonic_time () + timeout * G_TIME_SPAN_SECOND : 0;
  self->progress = FALSE;
  if (self->state != ERIC_HTTP_SHAKING)
    _eric_http_connections_watch (self, (wants_input (self) ? EPOLLIN : 0) |
                                        (get_unsent (self) > 0 ? EPOLLOUT : 0));
}

void
_eric_http_connection_move (EricHttpConnection *self)
{
  if (self->moving || self->state == ERIC_HTTP_GONE)
    return;
  self->moving = TRUE;
  while (self->state != ERIC_HTTP_GONE && move_once (self))
    ;
  self->moving = FALSE;
  if (self->state != ERIC_HTTP_GONE)
    watch (self);
}

/* Its time is up. */
void
_eric_http_connection_expire (EricHttpConnection *self)
{
  gboolean asked = self->state == ERIC_HTTP_WAITING && self->input->len > 0;
  gboolean asking = self->state == ERIC_HTTP_SERVING && wants_input (self);

  if ((asked || asking) && get_unsent (self) == 0)
    {
      _eric_http_connection_refuse (self, TIMED_OUT, "The request did not come in time");
      _eric_http_connection_move (self);
    }
  else
    _eric_http_connection_leave (self, FALSE);
}

/* The exchange */

gboolean
_eric_http_connection_is_readable (EricHttpConnection *self)
{
  /* Who waits for more than the request has taken the connection over. */
  return get_ungiven (self) > 0 || (self->tunnel ? self->eof || self->lost : self->body_done);
}

gboolean
_eric_http_connection_is_writable (EricHttpConnection *self)
{
  return self->lost || get_unsent (self) < MAX_BUFFERED;
}

/* -1 where nothing is there, or the exchange is not ours any more. */
gssize
_eric_http_connection_read (EricHttpConnection *self,
                            void               *buffer,
                            gsize               count)
{
  gsize length;

  if (get_ungiven (self) == 0)
    {
      self->tunnel |= self->body_done;
      self->asked = TRUE;
      pump_body (self);
      if (self->state != ERIC_HTTP_SERVING || get_ungiven (self) == 0)
        {
          if (!self->moving)
            _eric_http_connections_set_due (self);
          return self->state == ERIC_HTTP_SERVING && self->tunnel && (self->eof || self->lost) ? 0 : -1;
        }
    }
  length = MIN (count, get_ungiven (self));
  memcpy (buffer, self->request->data + self->given, length);
  self->given += length;
  return length;
}

/* Whether the connection is kept is said in the head of the response. */
static gboolean
may_keep (EricHttpConnection *self)
{
  return self->head.keeps && self->body_done && !self->eof && !self->set->draining &&
         self->n_requests < ERIC_HTTP_MAX_REQUESTS;
}

void
_eric_http_connection_write (EricHttpConnection *self,
                             const void         *buffer,
                             gsize               count)
{
  if (self->reply.state == ERIC_HTTP_REPLY_HEAD)
    self->reply.keeps = may_keep (self);
  eric_http_reply_take (&self->reply, buffer, count, self->output);
  /* Who has it now, such as a WebSocket, waits for what comes without a read before. */
  if (self->reply.state == ERIC_HTTP_REPLY_TUNNEL)
    self->tunnel = self->asked = TRUE;
  if (get_unsent (self) >= MAX_BUFFERED)
    _eric_http_connection_flush (self);
  if (!self->moving)
    _eric_http_connections_set_due (self);
}

gboolean
_eric_http_connection_wait (EricHttpConnection  *self,
                            GIOCondition         condition,
                            GCancellable        *cancellable,
                            GError             **error)
{
  if (!g_socket_condition_timed_wait (self->socket, condition, REQUEST_TIMEOUT * G_TIME_SPAN_SECOND,
                                      cancellable, error))
    return FALSE;
  if (condition == G_IO_OUT)
    _eric_http_connection_flush (self);
  return TRUE;
}

/* The client has what libsoup had to say, or will have. */
void
_eric_http_connection_end_exchange (EricHttpConnection *self)
{
  if (self->state != ERIC_HTTP_SERVING)
    {
      drop_exchange (self);
      return;
    }
  if (!self->reply.begun)
    _eric_http_connection_refuse (self, SOUP_STATUS_INTERNAL_SERVER_ERROR, "The request was given up");
  else
    {
      gboolean keeps = self->reply.state == ERIC_HTTP_REPLY_DONE && self->reply.keeps && !self->tunnel;

      drop_exchange (self);
      set_state (self, keeps ? ERIC_HTTP_WAITING : ERIC_HTTP_CLOSING);
    }
  if (self->moving)
    return;
  if (_eric_http_connection_flush (self) && self->state == ERIC_HTTP_WAITING && self->input->len == 0)
    watch (self);
  else
    _eric_http_connections_set_due (self);
}
