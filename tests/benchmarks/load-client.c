/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "load-client.h"
#include "bench-util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 512
#define WAIT_MS 200
#define STALL_NS (20 * NS_PER_SECOND)
#define REQUEST_MAX 2048
#define STATUS_OFFSET 9

/* Added to the place of a Post to tell it from a subscriber in the epoll set. */
#define POST_KEY (UINT64_C (1) << 32)

bool
load_client_init (LoadClient *client, uint16_t port, const char *subscribe_path,
                  const char *publish_path, unsigned n_subscribers)
{
  *client = (LoadClient) {
    .port = port,
    .subscribe_path = subscribe_path,
    .publish_path = publish_path,
    .epoll_fd = epoll_create1 (EPOLL_CLOEXEC),
    .subscribers = calloc (n_subscribers, sizeof (Subscriber)),
  };
  for (unsigned i = 0; i < DEPTH_MAX; i++)
    client->posts[i].fd = -1;
  tally_init (&client->tally, n_subscribers);
  return (client->epoll_fd >= 0 && client->subscribers != NULL)
         || bench_error ("%s", strerror (errno));
}

/* Adds a socket that is connecting.  Edge-triggered: what arrives is always
 * read to the end. */
static bool
client_watch (LoadClient *client, int fd, uint64_t key)
{
  struct epoll_event event = {
    .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = key
  };

  return epoll_ctl (client->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool
client_open_subscriber (LoadClient *client)
{
  unsigned i = client->n_open;
  int fd = bench_connect (client->port, i);

  if (fd < 0 || !client_watch (client, fd, i))
    return bench_error ("subscriber %u cannot connect: %s", i, strerror (errno));
  subscriber_init (&client->subscribers[i], fd);
  client->n_open++;
  return true;
}

/* Sends the request as soon as SUBSCRIBER is connected, and then watches for
 * input only. */
static bool
client_send_subscription (LoadClient *client, unsigned i)
{
  char request[REQUEST_MAX];
  int fd = client->subscribers[i].fd;
  struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = i };
  int n_request = snprintf (request, sizeof request,
                            "GET %s HTTP/1.1\r\n"
                            "Host: x\r\n"
                            "Accept: text/event-stream\r\n"
                            "\r\n", client->subscribe_path);

  if (send (fd, request, n_request, MSG_NOSIGNAL) != n_request
      || epoll_ctl (client->epoll_fd, EPOLL_CTL_MOD, fd, &event) < 0)
    return bench_error ("subscriber %u: %s", i, strerror (errno));
  return true;
}

static bool
client_read_subscriber (LoadClient *client, unsigned i)
{
  static char bytes[65536];
  Subscriber *subscriber = &client->subscribers[i];
  ssize_t n_read;

  do
    {
      n_read = recv (subscriber->fd, bytes, sizeof bytes, 0);
      if (n_read == 0)
        return bench_error ("the server closed subscriber %u", i);
      if (n_read < 0)
        return errno == EAGAIN || errno == EINTR
               || bench_error ("subscriber %u: %s", i, strerror (errno));
      subscriber_feed (subscriber, &client->tally, bytes, n_read);
    }
  while (n_read == sizeof bytes);

  return client->tally.error == NULL
         || bench_error ("subscriber %u: %s", i, client->tally.error);
}

static bool
client_open_post (LoadClient *client)
{
  Post *post = client->posts;
  unsigned number = client->tally.next++;

  while (post->fd >= 0)
    post++;
  *post = (Post) { .fd = bench_connect (client->port, number), .number = number };
  if (post->fd < 0
      || !client_watch (client, post->fd, POST_KEY + (post - client->posts)))
    return bench_error ("the publisher cannot connect: %s", strerror (errno));
  client->n_posts++;
  return true;
}

static bool
client_send_post (LoadClient *client, Post *post)
{
  char request[REQUEST_MAX], data[EVENT_BYTES + 1];
  int n_request;

  memset (data, 'x', EVENT_BYTES);
  snprintf (data + EVENT_BYTES - EVENT_DIGITS - 1, EVENT_DIGITS + 2, "%c%0*u",
            EVENT_MARK, EVENT_DIGITS, post->number % 100000000);
  n_request = snprintf (request, sizeof request,
                        "POST %s HTTP/1.1\r\n"
                        "Host: x\r\n"
                        "Content-Type: text/plain\r\n"
                        "Content-Length: %d\r\n"
                        "Connection: close\r\n"
                        "\r\n"
                        "%s", client->publish_path, EVENT_BYTES, data);
  post->is_sent = true;
  return send (post->fd, request, n_request, MSG_NOSIGNAL) == n_request
         || bench_error ("message %u: %s", post->number, strerror (errno));
}

/* Reads the response until the server closes the connection. */
static bool
client_read_post (LoadClient *client, Post *post)
{
  char bytes[1024];
  ssize_t n_read;

  while ((n_read = recv (post->fd, bytes, sizeof bytes, 0)) > 0)
    {
      if (post->n_response <= STATUS_OFFSET
          && post->n_response + n_read > STATUS_OFFSET)
        post->status = bytes[STATUS_OFFSET - post->n_response];
      post->n_response += n_read;
    }
  if (n_read < 0 && (errno == EAGAIN || errno == EINTR))
    return true;
  if (post->status != '2')
    return bench_error ("message %u was not accepted: %s", post->number,
                        n_read < 0 ? strerror (errno) : "see the server");
  close (post->fd);
  post->fd = -1;
  client->n_posts--;
  return true;
}

static bool
client_dispatch (LoadClient *client, const struct epoll_event *event)
{
  if (event->data.u64 >= POST_KEY)
    {
      Post *post = &client->posts[event->data.u64 - POST_KEY];

      if ((event->events & EPOLLOUT) && !post->is_sent
          && !client_send_post (client, post))
        return false;
      return !(event->events & ~EPOLLOUT) || client_read_post (client, post);
    }

  if ((event->events & EPOLLOUT)
      && !client_send_subscription (client, event->data.u64))
    return false;
  return !(event->events & ~EPOLLOUT)
         || client_read_subscriber (client, event->data.u64);
}

/* Waits for the sockets once and handles what happened. */
static bool
client_iterate (LoadClient *client, int timeout_ms)
{
  static struct epoll_event events[EVENTS_PER_WAIT];
  int64_t now;
  int n_events = epoll_wait (client->epoll_fd, events, EVENTS_PER_WAIT, timeout_ms);

  for (int i = 0; i < n_events; i++)
    if (!client_dispatch (client, &events[i]))
      return false;

  now = bench_now_ns ();
  if (n_events > 0)
    client->last_progress_ns = now;
  else if (now - client->last_progress_ns > STALL_NS)
    return bench_error ("nothing happens: %u of %u subscribers are ready, "
                        "%u messages published, %u received by all",
                        client->tally.n_ready, client->n_open,
                        client->tally.next, client->tally.low);
  return true;
}

bool
load_client_subscribe (LoadClient *client, unsigned n, unsigned n_at_once)
{
  client->last_progress_ns = bench_now_ns ();
  while (client->tally.n_ready < n)
    {
      while (client->n_open < n
             && client->n_open - client->tally.n_ready < n_at_once)
        if (!client_open_subscriber (client))
          return false;
      if (!client_iterate (client, WAIT_MS))
        return false;
    }
  return true;
}

bool
load_client_publish (LoadClient *client, int64_t duration_ns, unsigned depth)
{
  Tally *tally = &client->tally;
  int64_t end_ns = bench_now_ns () + duration_ns;

  client->last_progress_ns = bench_now_ns ();
  for (;;)
    {
      if (bench_now_ns () < end_ns)
        while (tally->next - tally->low < depth && client->n_posts < depth)
          {
            if (!client_open_post (client))
              return false;
          }
      else if (tally->low == tally->next && client->n_posts == 0)
        return true;
      if (!client_iterate (client, WAIT_MS))
        return false;
    }
}

bool
load_client_linger (LoadClient *client, int64_t duration_ns)
{
  int64_t end_ns = bench_now_ns () + duration_ns;

  while (bench_now_ns () < end_ns)
    if (!client_iterate (client, 10))
      return false;
  return true;
}

void
load_client_close_all (LoadClient *client)
{
  for (unsigned i = 0; i < client->n_open; i++)
    close (client->subscribers[i].fd);
  client->n_open = 0;
  tally_init (&client->tally, client->tally.n_subscribers);
}
