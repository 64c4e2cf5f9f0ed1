/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

/* How long a client takes nothing is told by this clock, which a test can put forward.
 * The library's objects are linked into this program, so they call this one. */
static gint64 clock_offset;   /* (atomic) */

gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return __atomic_load_n (&clock_offset, __ATOMIC_SEQ_CST) +
         now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

#define FLOOD_TEXT     (256 * 1024)
#define FLOOD_MESSAGES 40

/* What a slow client takes at once: so little that the socket does not take more. */
#define SIP (96 * 1024)

/* No descriptor of this process is as large. */
#define MAX_FD 1024

#define KEEPALIVE_1 30000
#define KEEPALIVE_2 30001

typedef struct
{
  HttpFixture *fixture;   /* (owned) */
  HttpClient  *slow;      /* (owned): does not read by itself */
  GPtrArray   *watchers;  /* (owned) of (owned) HttpClient: on every thread of the hub */
  guint        n_ticks;
} Stall;

static void
stall_init (Stall   *stall,
            guint64  stall_timeout)
{
  g_autofree char *text = http_make_text (FLOOD_TEXT);

  *stall = (Stall) { .fixture = http_fixture_new () };
  eric_sse_server_set_stall_timeout (stall->fixture->server, stall_timeout);
  eric_sse_server_set_keepalive (stall->fixture->server, KEEPALIVE_1);
  eric_sse_channel_set_backlog_size (stall->fixture->news, G_MAXUINT);
  stall->slow = http_client_new_small (stall->fixture);
  http_client_send (stall->slow, "GET /events/news HTTP/1.0\r\n\r\n", -1);
  http_client_wait_ready (stall->slow);
  http_client_pause (stall->slow);
  stall->watchers = g_ptr_array_new_with_free_func ((GDestroyNotify) http_client_free);
  for (guint i = 0; i < g_get_num_processors (); i++)
    g_ptr_array_add (stall->watchers, http_client_open (stall->fixture, "/events/news"));
  for (guint i = 0; i < FLOOD_MESSAGES; i++)
    http_broadcast (stall->fixture->news, text);
  for (guint i = 0; i < stall->watchers->len; i++)
    http_client_wait_events (stall->watchers->pdata[i], FLOOD_MESSAGES);
}

static void
stall_clear (Stall *stall)
{
  g_ptr_array_unref (stall->watchers);
  http_client_free (stall->slow);
  http_fixture_free (stall->fixture);
}

/* So many seconds later, each thread of the hub looks after its subscribers: the
 * watchers are sent a comment then. */
static void
go_on (Stall *stall,
       guint  seconds)
{
  guint n = ++stall->n_ticks;

  __atomic_add_fetch (&clock_offset, seconds * G_TIME_SPAN_SECOND, __ATOMIC_SEQ_CST);
  eric_sse_server_set_keepalive (stall->fixture->server, n % 2 ? KEEPALIVE_2 : KEEPALIVE_1);
  for (guint i = 0; i < stall->watchers->len; i++)
    {
      HttpClient *watcher = stall->watchers->pdata[i];

      test_wait_until (watcher->response->comments->len > n);
    }
}

/* The server's end of a connection, which is in this process. */
static int
find_server_end (HttpClient *client)
{
  struct sockaddr_in client_end;
  socklen_t size = sizeof client_end;

  g_assert_no_errno (getsockname (client->fd, (struct sockaddr *) &client_end, &size));
  for (int fd = 0; fd < MAX_FD; fd++)
    {
      struct sockaddr_in remote;

      size = sizeof remote;
      if (getpeername (fd, (struct sockaddr *) &remote, &size) == 0 &&
          remote.sin_port == client_end.sin_port)
        return fd;
    }
  g_assert_not_reached ();
}

/* How much the client has not acknowledged. */
static int
get_unacknowledged (int server_end)
{
  int bytes = -1;

  g_assert_no_errno (ioctl (server_end, SIOCOUTQ, &bytes));
  return bytes;
}

/* Whatever the test's own time-out allows: no event tells of it. */
static void
wait_acknowledged (int server_end,
                   int before)
{
  while (get_unacknowledged (server_end) >= before)
    g_thread_yield ();
}

/* The kernel acknowledges what was taken, but not at once. */
static void
sip (Stall *stall)
{
  int server_end = find_server_end (stall->slow);
  int before = get_unacknowledged (server_end);
  char buffer[4096];

  for (gssize taken = 0, n; taken < SIP; taken += n)
    {
      n = recv (stall->slow->fd, buffer, sizeof buffer, 0);
      if (n < 0)
        n = 0;   /* not yet */
      else
        g_assert_cmpint (n, >, 0);
    }
  wait_acknowledged (server_end, before);
}

/* It takes something each time, though never so much that it is sent more. */
static void
test_sse_server_stall_slow (void)
{
  Stall stall;

  stall_init (&stall, 100000);
  for (guint i = 0; i < 6; i++)
    {
      sip (&stall);
      go_on (&stall, 60);
      g_assert_cmpuint (stall.fixture->left->len, ==, 0);
    }
  for (guint i = 0; i < 4 && stall.fixture->left->len == 0; i++)
    go_on (&stall, 60);
  http_fixture_assert_left (stall.fixture, 1, ERIC_SSE_DISCONNECT_SLOW);
  stall_clear (&stall);
}

/* Any patience, until that is changed. */
static void
test_sse_server_stall_never (void)
{
  Stall stall;

  stall_init (&stall, 0);
  for (guint i = 0; i < 4; i++)
    go_on (&stall, 100000);
  g_assert_cmpuint (stall.fixture->left->len, ==, 0);
  eric_sse_server_set_stall_timeout (stall.fixture->server, 50000);
  http_fixture_assert_left (stall.fixture, 1, ERIC_SSE_DISCONNECT_SLOW);
  stall_clear (&stall);
}

/* A time above a minute is a time above a minute. */
static void
test_sse_server_stall_long (void)
{
  Stall stall;

  stall_init (&stall, 600000);
  go_on (&stall, 300);
  go_on (&stall, 290);
  g_assert_cmpuint (stall.fixture->left->len, ==, 0);
  go_on (&stall, 100);
  http_fixture_assert_left (stall.fixture, 1, ERIC_SSE_DISCONNECT_SLOW);
  stall_clear (&stall);
}

static int
get_option (int fd,
            int level,
            int option)
{
  int value = -1;
  socklen_t size = sizeof value;

  g_assert_no_errno (getsockopt (fd, level, option, &value, &size));
  return value;
}

/* A thread of the hub sets it, which no event tells of. */
static void
wait_option (int fd,
             int level,
             int option,
             int expected)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (get_option (fd, level, option) != expected)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

/* The sockets of the streams in this process, which have the port of the server. */
static void
assert_options (HttpFixture *fixture,
                guint        n_expected,
                int          user_timeout)
{
  guint n = 0;

  for (int fd = 0; fd < MAX_FD; fd++)
    {
      struct sockaddr_in local, remote;
      socklen_t size = sizeof local, remote_size = sizeof remote;

      if (getsockname (fd, (struct sockaddr *) &local, &size) < 0 || local.sin_family != AF_INET ||
          local.sin_port != g_htons (fixture->port) ||
          getpeername (fd, (struct sockaddr *) &remote, &remote_size) < 0)
        continue;
      n++;
      wait_option (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout);
      g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
      g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_KEEPIDLE), ==, 60);
    }
  g_assert_cmpuint (n, ==, n_expected);
}

/* The kernel has its own idea of who is dead: it follows ours, also where streams are
 * open already. It asks who is silent. */
static void
test_sse_server_stall_options (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) one = NULL;
  g_autoptr (HttpClient) two = NULL;

  eric_sse_server_set_keepalive (fixture->server, 0);
  one = http_client_open (fixture, "/events/news");
  assert_options (fixture, 1, ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT + 10000);
  eric_sse_server_set_stall_timeout (fixture->server, 0);
  assert_options (fixture, 1, 0);
  two = http_client_open (fixture, "/events/news");
  assert_options (fixture, 2, 0);
  eric_sse_server_set_stall_timeout (fixture->server, 600000);
  assert_options (fixture, 2, 610000);
  eric_sse_server_set_stall_timeout (fixture->server, G_MAXINT);
  assert_options (fixture, 2, G_MAXINT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-server-stall/slow", test_sse_server_stall_slow);
  g_test_add_func ("/eric/sse-server-stall/never", test_sse_server_stall_never);
  g_test_add_func ("/eric/sse-server-stall/long", test_sse_server_stall_long);
  g_test_add_func ("/eric/sse-server-stall/options", test_sse_server_stall_options);
  return g_test_run ();
}
