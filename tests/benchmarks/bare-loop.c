/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bare-loop.h"
#include "bench-util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 4096
#define EVENTS_PER_WAIT 512

#define SUBSCRIBER_HEADER \
  "HTTP/1.1 200 OK\r\n" \
  "Content-Type: text/event-stream\r\n" \
  "Cache-Control: no-cache\r\n" \
  "Transfer-Encoding: chunked\r\n" \
  "\r\n"

#define PUBLISHED_ANSWER \
  "HTTP/1.1 202 Accepted\r\n" \
  "Content-Length: 0\r\n" \
  "Connection: close\r\n" \
  "\r\n"

/* A connection, found by its descriptor. */
typedef struct
{
  char *partial;        /* the start of a request that came in pieces */
  int n_partial;
  int subscriber;       /* its place in BareLoop.subscribers plus one, or 0 */
} Peer;

typedef struct
{
  int epoll_fd;
  int listen_fd;
  int n_peers;
  Peer *peers;
  int *subscribers;
  int n_subscribers;
  unsigned last_id;
} BareLoop;

static void
loop_close (BareLoop *loop, int fd)
{
  Peer *peer = &loop->peers[fd];

  if (peer->subscriber > 0)
    {
      int last = loop->subscribers[--loop->n_subscribers];

      loop->subscribers[peer->subscriber - 1] = last;
      loop->peers[last].subscriber = peer->subscriber;
    }
  free (peer->partial);
  *peer = (Peer) { 0 };
  close (fd);
}

static bool
loop_send (int fd, const char *bytes, size_t n_bytes)
{
  errno = 0;
  return send (fd, bytes, n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t) n_bytes;
}

static void
loop_broadcast (BareLoop *loop, const char *data, int n_data)
{
  char event[REQUEST_MAX + 64], chunk[REQUEST_MAX + 128];
  int n_event = snprintf (event, sizeof event, "id: %04u\ndata: %.*s\n\n",
                          ++loop->last_id, n_data, data);
  int n_chunk = snprintf (chunk, sizeof chunk, "%x\r\n%s\r\n", n_event, event);

  /* Backwards: loop_close() moves the last one, which has had its turn. */
  for (int i = loop->n_subscribers - 1; i >= 0; i--)
    {
      int fd = loop->subscribers[i];

      if (!loop_send (fd, chunk, n_chunk))
        {
          if (errno != EPIPE && errno != ECONNRESET)
            bench_error ("bare loop: a subscriber did not keep up");
          loop_close (loop, fd);
        }
    }
}

static void
loop_subscribe (BareLoop *loop, int fd)
{
  if (!loop_send (fd, SUBSCRIBER_HEADER, strlen (SUBSCRIBER_HEADER)))
    {
      loop_close (loop, fd);
      return;
    }
  loop->subscribers[loop->n_subscribers++] = fd;
  loop->peers[fd].subscriber = loop->n_subscribers;
}

static void
loop_answer_status (BareLoop *loop, int fd)
{
  char body[64], answer[256];
  int n_body = snprintf (body, sizeof body, "{\"n_subscribers\":%d}\n",
                         loop->n_subscribers);
  int n_answer = snprintf (answer, sizeof answer,
                           "HTTP/1.1 200 OK\r\n"
                           "Content-Type: application/json\r\n"
                           "Content-Length: %d\r\n"
                           "Connection: close\r\n"
                           "\r\n"
                           "%s", n_body, body);

  loop_send (fd, answer, n_answer);
  loop_close (loop, fd);
}

/* Handles REQUEST, which ends in NUL.  Returns whether it was complete. */
static bool
loop_handle_request (BareLoop *loop, int fd, const char *request, int n_request)
{
  const char *end = strstr (request, "\r\n\r\n");

  if (end == NULL)
    return false;

  const char *body = end + 4;

  if (strncmp (request, "POST ", 5) == 0)
    {
      const char *length = strcasestr (request, "\r\nContent-Length:");
      int n_body = length != NULL && length < end ? atoi (length + 17) : 0;

      if (request + n_request < body + n_body)
        return false;
      loop_broadcast (loop, body, n_body);
      loop_send (fd, PUBLISHED_ANSWER, strlen (PUBLISHED_ANSWER));
      loop_close (loop, fd);
    }
  else if (strncmp (request, "GET / ", 6) == 0)
    loop_answer_status (loop, fd);
  else if (strncmp (request, "GET ", 4) == 0)
    loop_subscribe (loop, fd);
  else
    loop_close (loop, fd);
  return true;
}

/* Keeps the bytes of an incomplete request for later. */
static void
loop_keep_partial (BareLoop *loop, int fd, const char *request, int n_request)
{
  Peer *peer = &loop->peers[fd];

  if (peer->partial == NULL)
    peer->partial = malloc (REQUEST_MAX);
  if (peer->partial == NULL || n_request >= REQUEST_MAX - 1)
    {
      loop_close (loop, fd);
      return;
    }
  memcpy (peer->partial, request, n_request);
  peer->n_partial = n_request;
}

static void
loop_read (BareLoop *loop, int fd)
{
  char request[REQUEST_MAX];
  Peer *peer = &loop->peers[fd];
  int n_request = peer->n_partial;
  ssize_t n_read;

  if (n_request > 0)
    memcpy (request, peer->partial, n_request);
  n_read = recv (fd, request + n_request, sizeof request - 1 - n_request, 0);
  if (n_read < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n_read <= 0)
    {
      loop_close (loop, fd);
      return;
    }
  if (peer->subscriber > 0)
    return;

  n_request += n_read;
  request[n_request] = '\0';
  if (!loop_handle_request (loop, fd, request, n_request))
    loop_keep_partial (loop, fd, request, n_request);
  else
    {
      free (peer->partial);
      peer->partial = NULL;
      peer->n_partial = 0;
    }
}

static void
loop_accept (BareLoop *loop)
{
  int fd;

  while ((fd = accept4 (loop->listen_fd, NULL, NULL,
                        SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

      if (fd >= loop->n_peers
          || epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        close (fd);
    }
}

_Noreturn void
bare_loop_run (int listen_fd)
{
  static struct epoll_event events[EVENTS_PER_WAIT];
  struct epoll_event listening = { .events = EPOLLIN, .data.fd = listen_fd };
  BareLoop loop = { .listen_fd = listen_fd };

  loop.n_peers = bench_raise_nofile ();
  loop.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  loop.peers = calloc (loop.n_peers, sizeof *loop.peers);
  loop.subscribers = calloc (loop.n_peers, sizeof *loop.subscribers);
  if (loop.epoll_fd < 0 || loop.peers == NULL || loop.subscribers == NULL
      || epoll_ctl (loop.epoll_fd, EPOLL_CTL_ADD, listen_fd, &listening) < 0)
    {
      bench_error ("bare loop: %s", strerror (errno));
      _exit (EXIT_FAILURE);
    }

  for (;;)
    {
      int n_events = epoll_wait (loop.epoll_fd, events, EVENTS_PER_WAIT, -1);

      for (int i = 0; i < n_events; i++)
        if (events[i].data.fd == listen_fd)
          loop_accept (&loop);
        else
          loop_read (&loop, events[i].data.fd);
    }
}
