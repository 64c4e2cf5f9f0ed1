/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <eric-sse.h>

#include "eric-socket-server-private.h"
#include "socket-util.h"
#include "test-util.h"

#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"hello\"}"
#define WATCH     "{\"v\":\"w\",\"c\":\"news\"}"

/* A connection that is idle, in milliseconds: a test waits for it. */
#define IDLE 50

/* What a server keeps for a connection at the most where messages are small, in bytes. */
#define MAX_KEPT (2 * 1024 * 1024)

/* The number of a channel, long enough that some thousands fill all buffers. */
#define LONG_ID "%0200u"

/* A broadcast that has this length, of at least 50 bytes. */
static char *
make_request (gsize length)
{
  const gsize around = strlen ("{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"\"}");
  g_autofree char *payload = g_strnfill (length - around, 'a');

  return g_strdup_printf ("{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"%s\"}", payload);
}

static void
test_socket_limits_request (void)
{
  const guint max = 100;
  const gsize pieces[] = { 1, 7, 99, 100, 101, 1000 };
  const char * const ends[] = { "", "\n", "\r\n" };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  eric_socket_server_set_max_request (fixture->server, max);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ends); j++)
      for (gsize length = max; length <= max + 1; length++)
        {
          g_autofree char *request = make_request (length);
          g_autofree char *text = g_strconcat (request, ends[j], NULL);
          g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
          gsize n;

          for (gsize at = 0; at < strlen (text); at += n)
            {
              n = MIN (pieces[i], strlen (text) - at);
              if (!socket_peer_send (peer, text + at, n))
                break;
              test_settle ();
            }
          if (length == max)
            socket_peer_shut (peer);
          socket_peer_assert_end (peer, length > max ? "TooLargeException('A line is longer than 100 bytes')\n"
                                                     : *ends[j] != '\0' ? "ack\n" : "ack");
          g_assert_cmpint (peer->error, ==, 0);
          socket_peer_close (peer);
          socket_fixture_wait (fixture, 0);
        }
  socket_assert_alive (fixture);
}

/* Requests before one that is too large are answered, and those behind it are not. */
static void
test_socket_limits_request_between (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *large = make_request (10000);
  g_autofree char *text = g_strconcat (BROADCAST "\n" BROADCAST "\r\n", large, "\n" BROADCAST "\n", NULL);
  g_autoptr (SocketPeer) peer = NULL;

  eric_socket_server_set_max_request (fixture->server, 9999);
  peer = socket_peer_new (fixture);
  g_assert_true (socket_peer_send (peer, text, -1));
  socket_peer_assert_end (peer, "ack\nack\nTooLargeException('A line is longer than 9999 bytes')\n");
}

/* A peer that is in the middle of something much too large gets the answer. */
static void
test_socket_limits_request_flood (void)
{
  const gsize size = 20 * 1024 * 1024;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *flood = g_strnfill (size, 'x');
  g_autoptr (GSocketAddress) loopback = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GPtrArray) addresses = NULL;

  g_assert_true (eric_socket_server_listen_address (fixture->server, loopback, NULL));
  addresses = eric_socket_server_get_addresses (fixture->server);
  eric_socket_server_set_max_request (fixture->server, 1000);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (SocketPeer) peer = socket_peer_connect (addresses->pdata[i]);

      socket_peer_send (peer, flood, size);
      socket_peer_shut (peer);
      socket_peer_assert_end (peer, "TooLargeException('A line is longer than 1000 bytes')\n");
      g_assert_cmpint (peer->error, ==, 0);
    }
  socket_assert_alive (fixture);
}

/* They arrive whole, whether in one mode or the other. */
static void
test_socket_limits_large (void)
{
  const gsize sizes[] = { 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 10 * 1024 * 1024 };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint lines = 0; lines < 2; lines++)
      {
        g_autofree char *request = make_request (sizes[i]);
        g_autoptr (SocketPeer) watcher = socket_peer_open (fixture, WATCH);
        g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
        g_autofree char *line = NULL;
        const char *data;

        test_wait_until (socket_count_listeners (fixture->news) == 1);
        g_assert_true (socket_peer_send (peer, request, -1));
        if (lines)
          g_assert_true (socket_peer_send (peer, "\n", -1));
        else
          socket_peer_shut (peer);
        socket_peer_assert_next (peer, lines ? "ack\n" : "ack");
        line = socket_peer_take_line (watcher);
        data = strstr (line, "\"aaaa");
        g_assert_nonnull (data);
        g_assert_true (strncmp (data, strstr (request, "\"aaaa"), strlen (data)) == 0);
        g_assert_cmpuint (strlen (data), ==, strlen (strstr (request, "\"aaaa")));
        socket_peer_close (watcher);
        socket_peer_close (peer);
        test_wait_until (socket_count_listeners (fixture->news) == 0);
      }
}

static void
test_socket_limits_connections (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) first = NULL;
  g_autoptr (SocketPeer) second = NULL;

  eric_socket_server_set_max_connections (fixture->server, 2);
  first = socket_peer_new (fixture);
  second = socket_peer_new (fixture);
  socket_fixture_wait (fixture, 2);
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (SocketPeer) third = socket_peer_new (fixture);

      if (i % 2)
        socket_peer_send (third, BROADCAST "\n", -1);
      socket_peer_assert_next (third, "LimitReachedException('The server has 2 connections and takes no more')\n");
      socket_peer_wait_eof (third);
    }
  g_assert_cmpuint (eric_socket_server_get_n_connections (fixture->server), ==, 2);
  socket_peer_assert_answer (first, BROADCAST "\n", "ack\n");
  socket_peer_close (second);
  socket_fixture_wait (fixture, 1);
  socket_assert_alive (fixture);
}

/* In the middle of a request that is an error, between requests it is none. */
static void
test_socket_limits_idle (void)
{
  static const struct { const char *text; const char *answer; } samples[] = {
    { "", "" },
    { "\n", "" },
    { BROADCAST "\n", "ack\n" },
    { "{", "EricException('The rest of the request did not come')\n" },
    { BROADCAST, "EricException('The rest of the request did not come')\n" },
    { BROADCAST "\n" BROADCAST, "ack\nEricException('The rest of the request did not come')\n" },
  };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  eric_socket_server_set_idle_timeout (fixture->server, IDLE);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      gint64 since = g_get_monotonic_time ();
      g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

      g_assert_true (socket_peer_send (peer, samples[i].text, -1));
      socket_peer_assert_end (peer, samples[i].answer);
      g_assert_cmpint (peer->error, ==, 0);
      g_assert_cmpint (g_get_monotonic_time () - since, >=, IDLE * G_TIME_SPAN_MILLISECOND);
      socket_fixture_wait (fixture, 0);
    }
}

/* A stream may be silent for as long as it likes. */
static void
test_socket_limits_idle_stream (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) stream = NULL;
  g_autoptr (SocketPeer) idle = NULL;

  eric_socket_server_set_idle_timeout (fixture->server, IDLE);
  stream = socket_peer_new (fixture);
  g_assert_true (socket_peer_send (stream, WATCH "\n", -1));
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  for (guint i = 0; i < 3; i++)
    {
      idle = socket_peer_new (fixture);
      socket_peer_assert_end (idle, "");
      g_clear_pointer (&idle, socket_peer_free);
    }
  socket_broadcast (fixture->news, "still there");
  socket_peer_wait_lines (stream, 1);
  g_assert_false (stream->eof);
}

/* A peer that does not read what it asked for. */
static void
test_socket_limits_idle_unread (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = NULL;
  g_autoptr (GString) requests = g_string_new (NULL);
  gsize n = 0;

  for (guint i = 0; i < 1000; i++)
    g_string_append (requests, "{\"v\":\"b\",\"c\":\"there is no channel of that name\",\"t\":\"x\"}\n");
  eric_socket_server_set_idle_timeout (fixture->server, IDLE);
  peer = socket_peer_new (fixture);
  socket_peer_pause (peer);
  while ((n = socket_peer_fill (peer, requests->str, requests->len)) > 0)
    test_settle ();
  socket_fixture_wait (fixture, 0);
  socket_peer_resume (peer);
  socket_peer_wait_eof (peer);
  g_assert_cmpuint (peer->n_lines, >, 0);
}

/* Sends requests until nobody takes them any more, and returns how many were begun. Each
 * says its number, and so does its answer. */
static guint
flood (SocketPeer *peer,
       GString    *rest)
{
  guint n = 0;

  for (gboolean full = FALSE; !full; n++)
    {
      g_autofree char *request = g_strdup_printf ("{\"v\":\"rc\",\"c\":\"" LONG_ID "\"}\n", n);
      gsize sent = socket_peer_fill (peer, request, strlen (request));

      if (sent < strlen (request))
        {
          test_settle ();
          sent += socket_peer_fill (peer, request + sent, strlen (request) - sent);
          full = sent < strlen (request);
          g_string_assign (rest, request + sent);
        }
    }
  return n;
}

/* Of a peer that does not read, no more requests are read; when it does, none is lost. */
static void
assert_unread (SocketFixture  *fixture,
               GSocketAddress *address)
{
  g_autoptr (SocketPeer) peer = socket_peer_connect (address);
  g_autoptr (GString) rest = g_string_new (NULL);
  const char *line;
  guint n;

  socket_peer_set_buffers (peer, SOCKET_PEER_SMALL_BUFFER);
  socket_peer_pause (peer);
  n = flood (peer, rest);
  g_test_message ("%u requests", n);
  socket_assert_alive (fixture);
  g_assert_cmpuint (socket_peer_fill (peer, "\n", 1), ==, 0);
  socket_peer_set_buffers (peer, SOCKET_PEER_LARGE_BUFFER);
  socket_peer_resume (peer);
  g_assert_true (socket_peer_send (peer, rest->str, rest->len));
  socket_peer_wait_lines (peer, n);
  socket_peer_shut (peer);
  socket_peer_wait_eof (peer);
  g_assert_cmpuint (peer->n_lines, ==, n);
  line = peer->input->str;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *expected = g_strdup_printf ("InvalidChannelException('No channel with id " LONG_ID "')\n", i);

      g_assert_true (strncmp (line, expected, strlen (expected)) == 0);
      line += strlen (expected);
    }
}

static void
test_socket_limits_unread (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GSocketAddress) loopback = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GPtrArray) addresses = NULL;

  g_assert_true (eric_socket_server_listen_address (fixture->server, loopback, NULL));
  addresses = eric_socket_server_get_addresses (fixture->server);
  for (guint i = 0; i < addresses->len; i++)
    assert_unread (fixture, addresses->pdata[i]);
}

/* The only connection. */
static EricSocketSession *
get_session (SocketFixture *fixture)
{
  g_assert_cmpuint (fixture->server->sessions.length, ==, 1);
  return g_queue_peek_head (&fixture->server->sessions);
}

/* Bytes that wait to be sent on it, with the room around them. */
static gsize
get_kept (SocketFixture *fixture)
{
  return get_session (fixture)->out->allocated_len;
}

/* A stream whose reader never catches up, but reads all the time. What it has taken is not
 * kept, and of what it has not there is not more than a little. */
static void
test_socket_limits_slow_stream (void)
{
  const gsize total = 16 * 1024 * 1024, message = 4 * 1024;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *text = g_strnfill (message, 'x');
  g_autofree char *buffer = g_malloc (message);
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, WATCH);
  gsize taken = 0;

  test_wait_until (socket_count_listeners (fixture->news) == 1);
  socket_peer_pause (peer);
  for (guint i = 0; i < 1000; i++)
    socket_broadcast (fixture->news, text);
  test_settle ();
  while (taken < total)
    {
      gssize n = read (peer->fd, buffer, message);

      g_assert_cmpint (n, >, 0);
      taken += n;
      socket_broadcast (fixture->news, text);
      test_settle ();
      g_assert_cmpuint (get_kept (fixture), <=, MAX_KEPT);
    }
  socket_peer_resume (peer);
  eric_channel_close (fixture->news);
  socket_peer_wait_eof (peer);
}

/* What was large is given back when it is sent. */
static void
test_socket_limits_large_answer (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
  g_autofree char *id = g_strnfill (4 * MAX_KEPT, 'x');
  g_autofree char *request = g_strdup_printf ("{\"v\":\"rc\",\"c\":\"%s\"}\n", id);

  g_assert_true (socket_peer_send (peer, request, -1));
  socket_peer_wait_lines (peer, 1);
  g_assert_cmpuint (peer->input->len, >, 4 * MAX_KEPT);
  g_assert_cmpuint (get_kept (fixture), <=, MAX_KEPT);
}

static void
test_socket_limits_many (void)
{
  const guint n = 500;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) socket_peer_free);
  SocketPeer *first = socket_peer_open (fixture, WATCH);
  guint n_fds;

  /* What GLib itself needs for the first one stays. */
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  socket_peer_free (first);
  socket_fixture_wait (fixture, 0);
  test_settle ();
  n_fds = socket_count_fds ();
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (peers, socket_peer_new (fixture));
      if (i % 2)
        g_assert_true (socket_peer_send (peers->pdata[i], WATCH "\n", -1));
    }
  socket_fixture_wait (fixture, n);
  test_wait_until (socket_count_listeners (fixture->news) == n / 2);
  for (guint i = 0; i < n; i += 2)
    g_assert_true (socket_peer_send (peers->pdata[i], BROADCAST "\n", -1));
  for (guint i = 0; i < n; i++)
    socket_peer_wait_lines (peers->pdata[i], i % 2 ? n / 2 : 1);
  g_ptr_array_set_size (peers, 0);
  socket_fixture_wait (fixture, 0);
  g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 0);
  g_assert_cmpuint (socket_count_fds (), ==, n_fds);
}

static void
set_descriptor_limit (rlim_t limit)
{
  struct rlimit limits;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limits));
  limits.rlim_cur = MIN (limit, limits.rlim_max);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limits));
}

/* Who comes when descriptors are scarce is sent away, and the program has some left. */
static void
test_socket_limits_descriptors (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) socket_peer_free);
  struct rlimit limits;
  guint n_refused = 0, n_served = 0;

  getrlimit (RLIMIT_NOFILE, &limits);
  for (guint i = 0; i < 40; i++)
    {
      g_ptr_array_add (peers, socket_peer_new (fixture));
      g_assert_true (socket_peer_send (peers->pdata[i], BROADCAST "\n", -1));
    }
  set_descriptor_limit (socket_count_fds () + 60);
  for (guint i = 0; i < peers->len; i++)
    {
      SocketPeer *peer = peers->pdata[i];

      socket_peer_wait_lines (peer, 1);
      if (g_str_has_prefix (peer->input->str, "LimitReachedException("))
        n_refused++;
      else
        n_served++;
    }
  g_assert_cmpuint (n_served, >, 10);
  g_assert_cmpuint (n_refused, >, 0);
  set_descriptor_limit (limits.rlim_cur);
  socket_assert_alive (fixture);
}

static void
count_message_cb (const char     *domain,
                  GLogLevelFlags  level,
                  const char     *message,
                  gpointer        user_data)
{
  g_assert_true (g_str_has_prefix (message, "Cannot accept a connection for now"));
  ++*(guint *) user_data;
}

/* The program itself has taken all of them: that is told of, not tried again and again,
 * and who comes is served when there is one. */
static void
test_socket_limits_no_descriptors (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) before = socket_peer_new (fixture);
  g_autoptr (SocketPeer) first = NULL;
  g_autoptr (SocketPeer) second = NULL;
  struct rlimit limits;
  guint handler, n_messages = 0;
  gint64 since;
  int next;

  if (strstr (g_getenv ("LD_PRELOAD") != NULL ? g_getenv ("LD_PRELOAD") : "", "vgpreload") != NULL)
    {
      g_test_skip ("valgrind accepts the connection, and then closes it");
      return;
    }
  handler = g_log_set_handler ("Eric", G_LOG_LEVEL_MESSAGE, count_message_cb, &n_messages);
  getrlimit (RLIMIT_NOFILE, &limits);
  socket_peer_assert_answer (before, BROADCAST "\n", "ack\n");
  first = socket_peer_new (fixture);
  second = socket_peer_new (fixture);
  g_assert_true (socket_peer_send (first, BROADCAST "\n", -1));
  g_assert_true (socket_peer_send (second, BROADCAST "\n", -1));
  next = fcntl (first->fd, F_DUPFD_CLOEXEC, 0);
  close (next);
  set_descriptor_limit (next);

  test_wait_until (n_messages == 1);
  since = g_get_monotonic_time ();
  test_wait_until (n_messages == 3);
  g_assert_cmpint (g_get_monotonic_time () - since, >, 50 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (eric_socket_server_get_n_connections (fixture->server), ==, 1);
  socket_peer_assert_answer (before, BROADCAST "\n", "ack\n");

  set_descriptor_limit (limits.rlim_cur);
  socket_peer_assert_next (first, "ack\n");
  socket_peer_assert_next (second, "ack\n");
  g_log_remove_handler ("Eric", handler);
}

/* The thread of the server may be busy elsewhere for longer than that: what has come in the
 * meantime was in time. */
static void
test_socket_limits_idle_busy (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

  socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
  g_assert_true (socket_peer_send (peer, BROADCAST "\n", -1));
  g_source_set_ready_time (get_session (fixture)->timer, 0);
  socket_peer_assert_next (peer, "ack\n");
}

/* The time of a stream that has ended begins with its end: what it has left is not lost
 * since its reader was slow before. */
static void
test_socket_limits_idle_ended_stream (void)
{
  const guint n = 1000;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *text = g_strnfill (400, 'x');
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, WATCH);

  test_wait_until (socket_count_listeners (fixture->news) == 1);
  socket_peer_pause (peer);
  for (guint i = 0; i < n; i++)
    socket_broadcast (fixture->news, text);
  test_settle ();
  g_assert_cmpuint (get_session (fixture)->out->len, >, 0);
  get_session (fixture)->last_active = 0;
  eric_channel_close (fixture->news);
  test_settle ();
  socket_peer_resume (peer);
  socket_peer_wait_eof (peer);
  g_assert_cmpuint (peer->n_lines, ==, n + 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-limits/request", test_socket_limits_request);
  g_test_add_func ("/eric/socket-limits/request-between", test_socket_limits_request_between);
  g_test_add_func ("/eric/socket-limits/request-flood", test_socket_limits_request_flood);
  g_test_add_func ("/eric/socket-limits/large", test_socket_limits_large);
  g_test_add_func ("/eric/socket-limits/connections", test_socket_limits_connections);
  g_test_add_func ("/eric/socket-limits/idle", test_socket_limits_idle);
  g_test_add_func ("/eric/socket-limits/idle-stream", test_socket_limits_idle_stream);
  g_test_add_func ("/eric/socket-limits/idle-unread", test_socket_limits_idle_unread);
  g_test_add_func ("/eric/socket-limits/unread", test_socket_limits_unread);
  g_test_add_func ("/eric/socket-limits/slow-stream", test_socket_limits_slow_stream);
  g_test_add_func ("/eric/socket-limits/large-answer", test_socket_limits_large_answer);
  g_test_add_func ("/eric/socket-limits/many", test_socket_limits_many);
  g_test_add_func ("/eric/socket-limits/descriptors", test_socket_limits_descriptors);
  g_test_add_func ("/eric/socket-limits/no-descriptors", test_socket_limits_no_descriptors);
  g_test_add_func ("/eric/socket-limits/idle-busy", test_socket_limits_idle_busy);
  g_test_add_func ("/eric/socket-limits/idle-ended-stream", test_socket_limits_idle_ended_stream);
  return g_test_run ();
}
