/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eric-hub-thread-private.h"
#include "eric-sse-encoder-private.h"

#define LAST_CHUNK "0\r\n\r\n"
#define READ_SIZE  4096

static GByteArray *
get_pending (EricHubSubscriber *subscriber)
{
  if (subscriber->pending == NULL)
    subscriber->pending = g_byte_array_new ();
  return subscriber->pending;
}

static void
append_comment (EricHubSubscriber *subscriber,
                const char        *text)
{
  g_autoptr (GString) comment = g_string_new (NULL);

  _eric_sse_append_comment (comment, text);
  eric_frame_write (get_pending (subscriber), subscriber->framing, comment->str, comment->len);
}

/* The bytes are framed already. */
void
eric_hub_subscriber_append (EricHubSubscriber *subscriber,
                            const guint8      *bytes,
                            gsize              length)
{
  g_byte_array_append (get_pending (subscriber), bytes, length);
}

void
eric_hub_subscriber_free (EricHubSubscriber *subscriber)
{
  g_clear_pointer (&subscriber->rest, g_bytes_unref);
  g_clear_pointer (&subscriber->pending, g_byte_array_unref);
  g_free (subscriber);
}

/* The socket below a TLS connection is closed first: to close the connection
 * itself could wait for a peer that does not read. A forked child may have the socket,
 * too: then to close it would neither end the connection nor its events. */
static void
close_connection (EricHubSubscriber *subscriber)
{
  epoll_ctl (subscriber->thread->epoll_fd, EPOLL_CTL_DEL, subscriber->fd, NULL);
  shutdown (subscriber->fd, SHUT_RDWR);
  if (subscriber->stream == NULL)
    {
      close (subscriber->fd);
      return;
    }
  g_socket_close (subscriber->socket, NULL);
  g_clear_object (&subscriber->stream);
  g_clear_object (&subscriber->socket);
}

void
eric_hub_subscriber_leave (EricHubSubscriber *subscriber,
                           EricSseDisconnect  reason)
{
  EricHubThread *thread = subscriber->thread;
  EricHub *hub = thread->hub;

  if (subscriber->gone)
    return;
  subscriber->gone = TRUE;
  close_connection (subscriber);
  for (guint i = 0; i < subscriber->n_legs; i++)
    eric_hub_topic_part (&subscriber->legs[i]);
  g_hash_table_remove (thread->subscribers, &subscriber->id);
  subscriber->next_gone = thread->gone;
  thread->gone = subscriber;
  hub->callbacks.left (subscriber->id, reason, hub->callbacks.user_data);
}

/* Returns how many bytes the socket took: fewer than there are if it takes no
 * more for now, and -1 if the connection is lost. */
static gssize
write_plain (EricHubSubscriber *subscriber,
             const guint8      *bytes,
             gsize              length)
{
  gssize n;

  do
    n = send (subscriber->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);

  if (n < 0 && errno == EAGAIN)
    return 0;
  return n;
}

static gssize
write_tls (EricHubSubscriber *subscriber,
           const guint8      *bytes,
           gsize              length)
{
  GOutputStream *output = g_io_stream_get_output_stream (subscriber->stream);
  gsize written = 0;

  while (written < length)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output),
                                                             bytes + written, length - written,
                                                             NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return written;
      if (n < 0)
        return -1;
      written += n;
    }
  return written;
}

/* -1 if the subscriber has left. */
static gssize
write_some (EricHubSubscriber *subscriber,
            const guint8      *bytes,
            gsize              length)
{
  gssize n = subscriber->stream != NULL ? write_tls (subscriber, bytes, length)
                                        : write_plain (subscriber, bytes, length);

  if (n < 0)
    {
      eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_PEER);
      return -1;
    }
  if (n > 0 || !subscriber->blocked)
    {
      subscriber->last_sent = subscriber->thread->now;
      subscriber->queued_bytes = 0;
    }
  subscriber->blocked = (gsize) n < length;
  return n;
}

static void
tell_sent (EricHubSubscriber *subscriber)
{
  EricHub *hub = subscriber->thread->hub;

  subscriber->tell_sent = FALSE;
  hub->callbacks.sent (subscriber->id, hub->callbacks.user_data);
}

/* TRUE if nothing of a frame is left. */
static gboolean
send_rest (EricHubSubscriber *subscriber)
{
  const guint8 *bytes;
  gsize length;
  gssize n;

  if (subscriber->rest == NULL)
    return TRUE;
  bytes = g_bytes_get_data (subscriber->rest, &length);
  n = write_some (subscriber, bytes + subscriber->rest_sent, length - subscriber->rest_sent);
  if (n < 0)
    return FALSE;
  subscriber->rest_sent += n;
  if (subscriber->rest_sent < length)
    return FALSE;
  g_clear_pointer (&subscriber->rest, g_bytes_unref);
  return TRUE;
}

/* TRUE if nothing is pending any more. */
static gboolean
send_pending (EricHubSubscriber *subscriber)
{
  GByteArray *pending = subscriber->pending;
  gssize n;

  if (!send_rest (subscriber))
    return FALSE;
  if (pending == NULL)
    return TRUE;

  n = write_some (subscriber, pending->data + subscriber->pending_sent,
                  pending->len - subscriber->pending_sent);
  if (n < 0)
    return FALSE;
  subscriber->pending_sent += n;
  if (subscriber->pending_sent < pending->len)
    return FALSE;

  g_clear_pointer (&subscriber->pending, g_byte_array_unref);
  subscriber->pending_sent = 0;
  if (subscriber->tell_sent)
    tell_sent (subscriber);
  return TRUE;
}

static gboolean
is_to_leave_when_slow (EricHubSubscriber *subscriber)
{
  return g_atomic_int_get (&subscriber->thread->hub->slow_consumer) == ERIC_SLOW_CONSUMER_DISCONNECT;
}

/* The log went on without the subscriber. TRUE if it may stay. */
static gboolean
cope_with_gap (EricHubSubscriber *subscriber)
{
  if (is_to_leave_when_slow (subscriber))
    {
      eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_SLOW);
      return FALSE;
    }
  append_comment (subscriber, "gap slow");
  return TRUE;
}

/* Where the n-th frame of a span begins. */
static gsize
get_begin (const EricSpan *span,
           guint           n)
{
  return n > 0 ? g_array_index (span->frames, EricSpanFrame, n - 1).end : 0;
}

/* Takes note of how far the span was sent. Of a frame that went out in part, the
 * rest comes next: what is small is copied, what is large is shared. */
static void
advance (EricHubLeg     *leg,
         const EricSpan *span,
         gsize           sent)
{
  EricHubSubscriber *subscriber = leg->subscriber;
  guint n = leg->cursor - span->first;

  while (n < span->frames->len && get_begin (span, n + 1) <= sent)
    n++;
  leg->cursor = span->first + n;
  if (sent > get_begin (span, n))
    {
      gsize left = get_begin (span, n + 1) - sent;

      if (left > ERIC_HUB_MAX_COPY)
        subscriber->rest = eric_frame_log_get_frame (leg->topic->log, leg->cursor, subscriber->framing);
      if (subscriber->rest != NULL)
        subscriber->rest_sent = sent - get_begin (span, n);
      else
        eric_hub_subscriber_append (subscriber, span->bytes->data + sent, left);
      leg->cursor++;
    }
}

/* The next frame of the leg is too large for being copied: all who send it share it.
 * Where it is gone by now, that is found out when the leg is looked at again. */
static void
take_large (EricHubLeg *leg)
{
  EricHubSubscriber *subscriber = leg->subscriber;

  subscriber->rest = eric_frame_log_get_frame (leg->topic->log, leg->cursor, subscriber->framing);
  subscriber->rest_sent = 0;
  if (subscriber->rest != NULL)
    leg->cursor++;
}

/* Sends frames straight from the span that is shared. TRUE to go on. */
static gboolean
send_frames (EricHubSubscriber *subscriber)
{
  EricHubLeg *leg = &subscriber->legs[0];
  EricSpan *span;
  gboolean kept;
  gsize from;
  gssize n;

  if (leg->cursor >= leg->topic->end)
    return FALSE;
  span = eric_hub_topic_get_span (leg, &kept);
  if (!kept)
    return cope_with_gap (subscriber);
  if (span->frames->len == 0)
    {
      take_large (leg);
      return TRUE;
    }

  from = get_begin (span, leg->cursor - span->first);
  n = write_some (subscriber, span->bytes->data + from, span->bytes->len - from);
  if (n < 0)
    return FALSE;
  if (subscriber->blocked)
    advance (leg, span, from + n);
  else
    leg->cursor = span->first + span->frames->len;
  return !subscriber->blocked;
}

/* The leg whose next frame has the lowest number, or NULL: where a leg has no more at
 * hand, nothing is known about what it has next. */
static EricHubLeg *
find_first (EricHubSubscriber *subscriber,
            const EricSpan    *spans)
{
  EricHubLeg *first = NULL;
  guint64 lowest = G_MAXUINT64;

  for (guint i = 0; i < subscriber->n_legs; i++)
    {
      EricHubLeg *leg = &subscriber->legs[i];
      guint n = leg->cursor - spans[i].first;
      guint64 number = spans[i].large;

      if (spans[i].frames->len == 0 && number == 0)
        continue;
      if (n < spans[i].frames->len)
        number = g_array_index (spans[i].frames, EricSpanFrame, n).number;
      else if (number == 0)
        return NULL;
      if (number < lowest)
        {
          lowest = number;
          first = leg;
        }
    }
  return first;
}

/* Merges the legs' frames in the order of their numbers, up to where the first of them
 * has no more at hand, and to a large one, which goes by itself. */
static void
merge (EricHubSubscriber *subscriber,
       EricSpan          *spans)
{
  EricHubLeg *leg;

  while ((leg = find_first (subscriber, spans)) != NULL)
    {
      const EricSpan *span = &spans[leg - subscriber->legs];
      guint n = leg->cursor - span->first;

      if (n == span->frames->len)
        {
          if (subscriber->pending == NULL)
            take_large (leg);
          return;
        }
      eric_hub_subscriber_append (subscriber, span->bytes->data + get_begin (span, n),
                                  get_begin (span, n + 1) - get_begin (span, n));
      leg->cursor++;
    }
}

/* Copies what the leg has next. Where it is gone, that is what comes behind the gap: to
 * leave it to the next turn would let others overtake it. FALSE if the subscriber left. */
static gboolean
copy_leg (EricHubLeg *leg,
          guint64     up_to_number,
          EricSpan   *span)
{
  while (!eric_frame_log_copy (leg->topic->log, &leg->cursor, up_to_number, ERIC_HUB_GATHER_BYTES,
                               ERIC_HUB_GATHER_FRAME, leg->subscriber->framing, span))
    if (!cope_with_gap (leg->subscriber))
      return FALSE;
  return TRUE;
}

/* Puts frames into what is pending: of several channels, in order, or for TLS,
 * which wants the same bytes again after it would have blocked. */
static void
gather (EricHubSubscriber *subscriber)
{
  EricHubThread *thread = subscriber->thread;
  /* Whatever has a number up to this one is in its log by the time the log is
   * read, since a number is drawn under the lock of its log; so no frame that
   * would have to go before what is sent now can still turn up. */
  guint64 up_to_number = eric_frame_number_current ();

  while (thread->leg_spans->len < subscriber->n_legs)
    {
      EricSpan span;

      eric_span_init (&span);
      g_array_append_val (thread->leg_spans, span);
    }
  for (guint i = 0; i < subscriber->n_legs; i++)
    {
      if (!copy_leg (&subscriber->legs[i], up_to_number, &g_array_index (thread->leg_spans, EricSpan, i)))
        return;
    }
  merge (subscriber, (EricSpan *) thread->leg_spans->data);
}

/* All channels were closed, and everything of them is sent. */
static gboolean
is_at_end (EricHubSubscriber *subscriber)
{
  for (guint i = 0; i < subscriber->n_legs; i++)
    if (!subscriber->legs[i].topic->closed ||
        subscriber->legs[i].cursor < subscriber->legs[i].topic->end)
      return FALSE;
  return subscriber->n_legs > 0;
}

/* The last thing that is sent. Who is drained is asked to come back after a time
 * of its own, up to three times the usual. */
static void
append_ending (EricHubSubscriber *subscriber)
{
  subscriber->ended = TRUE;
  if (subscriber->reason == ERIC_SSE_DISCONNECT_DRAINED && subscriber->retry_timeout > 0)
    {
      g_autoptr (GString) retry = g_string_new (NULL);
      guint base = MIN (subscriber->retry_timeout, G_MAXINT / 3);

      _eric_sse_append_retry (retry, g_random_int_range (base, 3 * base));
      eric_frame_write (get_pending (subscriber), subscriber->framing, retry->str, retry->len);
    }
  if (subscriber->framing == ERIC_FRAMING_CHUNKED)
    eric_hub_subscriber_append (subscriber, (const guint8 *) LAST_CHUNK, strlen (LAST_CHUNK));
}

/* TRUE to go on. */
static gboolean
send_more (EricHubSubscriber *subscriber)
{
  if (subscriber->n_legs == 1 && subscriber->stream == NULL)
    return send_frames (subscriber);
  gather (subscriber);
  return subscriber->pending != NULL || subscriber->rest != NULL;
}

/* Sends as much as there is and the socket takes. */
void
eric_hub_subscriber_flush (EricHubSubscriber *subscriber)
{
  while (send_pending (subscriber))
    {
      if (subscriber->ended)
        {
          eric_hub_subscriber_leave (subscriber, subscriber->reason);
          return;
        }
      if (send_more (subscriber))
        continue;
      if (subscriber->gone || subscriber->pending != NULL || subscriber->blocked)
        return;
      if (!subscriber->finishing)
        {
          if (!is_at_end (subscriber))
            return;
          subscriber->finishing = TRUE;
          subscriber->reason = ERIC_SSE_DISCONNECT_FINISHED;
        }
      append_ending (subscriber);
    }
}

/* Ends the stream behind what there is to send by now. */
void
eric_hub_subscriber_finish (EricHubSubscriber *subscriber,
                            EricSseDisconnect  reason)
{
  if (subscriber->gone || subscriber->finishing)
    return;
  subscriber->finishing = TRUE;
  subscriber->reason = reason;
  for (guint i = 0; i < subscriber->n_legs; i++)
    eric_hub_topic_look (subscriber->legs[i].topic);
  if (!subscriber->blocked)
    eric_hub_subscriber_flush (subscriber);
}

/* Returns 0 at the end, -1 if there is nothing for now, -2 on an error. */
static gssize
read_some (EricHubSubscriber *subscriber,
           guint8            *bytes,
           gsize              length)
{
  g_autoptr (GError) error = NULL;
  GInputStream *input;
  gssize n;

  if (subscriber->stream == NULL)
    {
      do
        n = recv (subscriber->fd, bytes, length, MSG_DONTWAIT);
      while (n < 0 && errno == EINTR);
      if (n >= 0)
        return n;
      return errno == EAGAIN ? -1 : -2;
    }

  input = g_io_stream_get_input_stream (subscriber->stream);
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input),
                                                bytes, length, NULL, &error);
  if (n >= 0)
    return n;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? -1 : -2;
}

/* A client has nothing to say on a stream. When it shuts down its side, that is
 * taken for leaving: it cannot be told from a closed connection. */
static void
read_and_forget (EricHubSubscriber *subscriber)
{
  guint8 bytes[READ_SIZE];
  gssize n;

  while ((n = read_some (subscriber, bytes, sizeof bytes)) > 0)
    {
      subscriber->received += n;
      if (subscriber->received > ERIC_HUB_MAX_RECEIVED)
        break;
    }
  if (n != -1)
    eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_PEER);
}

/* There is news, which a blocked subscriber cannot be sent: it may have become too
 * much for it by now. */
void
eric_hub_subscriber_lag (EricHubLeg *leg)
{
  if (leg->cursor < leg->topic->first && is_to_leave_when_slow (leg->subscriber))
    eric_hub_subscriber_leave (leg->subscriber, ERIC_SSE_DISCONNECT_SLOW);
}

void
eric_hub_subscriber_handle (EricHubSubscriber *subscriber,
                            guint32            events)
{
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    read_and_forget (subscriber);
  if (subscriber->gone)
    return;
  if (subscriber->blocked && (events & (EPOLLOUT | EPOLLIN)))
    eric_hub_subscriber_flush (subscriber);
}

/* How long the kernel waits for a client to take what was sent: it would give up after
 * a time of its own on who does not read, too. Sockets of other families have none. */
void
eric_hub_subscriber_set_patience (EricHubSubscriber *subscriber)
{
  gint64 stall_timeout = g_atomic_int_get (&subscriber->thread->hub->stall_timeout);
  int user_timeout = stall_timeout == 0 ? 0 : MIN (stall_timeout + ERIC_HUB_USER_TIMEOUT_MARGIN, G_MAXINT);

  setsockopt (subscriber->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof user_timeout);
}

static void
let_kernel_ask (EricHubSubscriber *subscriber)
{
  const int on = 1, after = ERIC_HUB_ALIVE_AFTER, interval = ERIC_HUB_ALIVE_INTERVAL, probes = ERIC_HUB_ALIVE_PROBES;

  setsockopt (subscriber->fd, IPPROTO_TCP, TCP_KEEPIDLE, &after, sizeof after);
  setsockopt (subscriber->fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt (subscriber->fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt (subscriber->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/* Puts the socket of a new subscriber into the epoll set. The edges are enough:
 * each is followed until the socket has no more to give or to take. */
void
eric_hub_subscriber_open (EricHubSubscriber *subscriber)
{
  EricHubThread *thread = subscriber->thread;
  struct epoll_event event = {
    .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
    .data.ptr = subscriber,
  };

  subscriber->last_sent = thread->now;
  eric_hub_subscriber_set_patience (subscriber);
  let_kernel_ask (subscriber);
  if (epoll_ctl (thread->epoll_fd, EPOLL_CTL_ADD, subscriber->fd, &event) < 0)
    {
      eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_PEER);
      return;
    }
  /* TLS may have read ahead what the socket will not tell of again. */
  if (subscriber->stream != NULL)
    read_and_forget (subscriber);
  if (!subscriber->gone)
    eric_hub_subscriber_flush (subscriber);
}

/* A socket takes more only when a good part of what the kernel has for it is gone, which
 * may be megabytes: a slow client takes what is there meanwhile. */
static void
look_for_progress (EricHubSubscriber *subscriber)
{
  int queued_bytes;

  if (ioctl (subscriber->fd, SIOCOUTQ, &queued_bytes) < 0)
    return;
  if (queued_bytes < subscriber->queued_bytes)
    subscriber->last_sent = subscriber->thread->now;
  subscriber->queued_bytes = queued_bytes;
}

/* Says that the connection lives where it was silent for a while, and gives up
 * on who takes nothing for too long. */
void
eric_hub_subscriber_tick (EricHubSubscriber *subscriber)
{
  EricHub *hub = subscriber->thread->hub;
  gint64 now = subscriber->thread->now;
  gint64 stall_timeout = g_atomic_int_get (&hub->stall_timeout) * G_TIME_SPAN_MILLISECOND;
  gint64 keepalive = g_atomic_int_get (&hub->keepalive) * G_TIME_SPAN_MILLISECOND;

  if (subscriber->blocked)
    {
      look_for_progress (subscriber);
      if (stall_timeout > 0 && now - subscriber->last_sent >= stall_timeout)
        eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_SLOW);
      return;
    }
  if (keepalive > 0 && now - subscriber->last_sent >= keepalive)
    {
      append_comment (subscriber, "");
      eric_hub_subscriber_flush (subscriber);
    }
}
