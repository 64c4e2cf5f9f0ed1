/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "eric-error.h"
#include "link-util.h"
#include "test-util.h"

/* More than the buffers of a connection hold. */
#define PLUG_SIZE (8 * 1024 * 1024)

/* The next request makes another connection, and nobody sees an error. */
static void
test_socket_link_lost_idle (void)
{
  const char *const farewells[] = { "", "LimitReachedException('idle')\n", "what?\n", "half a li" };
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);

  for (guint i = 0; i < G_N_ELEMENTS (farewells); i++)
    {
      LinkCall *call = link_call (link, "one", NULL);
      int fd = line_server_accept (peer);

      line_server_exchange (fd, "one", "1\n");
      link_assert_answer (call, "1");
      line_server_send (fd, farewells[i]);
      line_server_close (fd);
    }
  link_free (link);
}

/* The server says something unasked, and does not close. */
static void
test_socket_link_unasked (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer), other;

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");
  line_server_send (fd, "2\n");
  call = link_call (link, "two", NULL);
  other = line_server_accept (peer);
  g_assert_null (line_server_read (fd));
  line_server_exchange (other, "two", "2\n");
  link_assert_answer (call, "2");
  line_server_close (fd);
  line_server_close (other);
  link_free (link);
}

static void
test_socket_link_restart (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");
  line_server_stop (peer);
  line_server_close (fd);

  link_assert_error (link_call (link, "two", NULL), G_IO_ERROR, G_IO_ERROR_NOT_FOUND, NULL);
  line_server_listen (peer);
  call = link_call (link, "three", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "three", "3\n");
  link_assert_answer (call, "3");
  line_server_close (fd);
  link_free (link);
}

/* Every request that was there fails, and says where it could not go. */
static void
test_socket_link_refused (void)
{
  g_autoptr (LineServer) peer = line_server_new_tcp ();
  EricSocketLink *link = link_new (peer);
  LinkCall *calls[3];
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (peer->address));

  line_server_stop (peer);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] = link_call (link, "one", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    link_assert_error (calls[i], G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, NULL);
  g_assert_null (eric_socket_link_call (link, link_line ("one"), 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (g_str_has_prefix (error->message, name));
  link_free (link);
}

/* The row of those who wait to be accepted is full, and then it is not. */
static void
test_socket_link_full_row (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call;
  int fd;

  line_server_fill_row (peer);
  link_assert_error (link_call_full (link, "one", 50, G_PRIORITY_DEFAULT, NULL),
                     G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  call = link_call (link, "two", NULL);
  line_server_empty_row (peer);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "two", "2\n");
  link_assert_answer (call, "2");
  line_server_close (fd);
  link_free (link);
}

/* What was sent is lost, also in the middle of the answer; what comes then is not. */
static void
test_socket_link_lost_answer (void)
{
  const char *const parts[] = { "", "2", "InvalidChannelException('2')" };
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      LinkCall *one = link_call (link, "one", NULL);
      LinkCall *two = link_call (link, "two", NULL);
      LinkThread *three;
      int fd = line_server_accept (peer);

      line_server_exchange (fd, "one", "");
      line_server_exchange (fd, "two", "");
      three = link_thread_new (link, "three", 0, NULL);
      line_server_exchange (fd, "three", "1\n");
      link_assert_answer (one, "1");
      line_server_send (fd, parts[i]);
      line_server_close (fd);
      link_assert_lost (two);
      link_thread_assert_error (three, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, LINK_LOST);
    }
  link_free (link);
}

/* What was not sent at all goes over the next connection; of the one that was sent in part
 * nobody knows. */
static void
test_socket_link_lost_in_between (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  LinkCall *one = link_call (link, "one", NULL);
  LinkCall *two = link_call (link, plug, NULL);
  LinkCall *three = link_call (link, "three", NULL);
  int fd = line_server_accept (peer);

  link_wait_sent (link, 2);
  line_server_close (fd);
  link_assert_lost (one);
  link_assert_lost (two);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "three", "3\n");
  link_assert_answer (three, "3");
  line_server_close (fd);
  link_free (link);
}

/* The server ends the connection for one request. Those behind it were not carried out,
 * and are sent again, but for one that was given up. */
static void
test_socket_link_refusal (void)
{
  const struct { const char *answer; EricError code; } refusals[] = {
    { "InvalidMessageFormat('bad')\n", ERIC_ERROR_INVALID_MESSAGE_FORMAT },
    { "TooLargeException('bad')\n", ERIC_ERROR_TOO_LARGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (LineServer) peer = line_server_new ();
      EricSocketLink *link = link_new (peer);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      LinkCall *one = link_call (link, "one", NULL);
      LinkCall *two = link_call (link, "two", NULL);
      LinkCall *three = link_call (link, "three", NULL);
      LinkCall *four = link_call (link, "four", cancellable);
      LinkThread *five;
      int fd = line_server_accept (peer), other;

      line_server_exchange (fd, "one", "");
      line_server_exchange (fd, "two", "");
      line_server_exchange (fd, "three", "");
      line_server_exchange (fd, "four", "");
      five = link_thread_new (link, "five", 0, NULL);
      line_server_exchange (fd, "five", "");
      g_cancellable_cancel (cancellable);
      link_assert_error (four, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
      line_server_send (fd, "1\n");
      line_server_send (fd, refusals[i].answer);
      link_assert_answer (one, "1");
      link_assert_error (two, ERIC_ERROR, refusals[i].code, "bad");
      line_server_close (fd);

      other = line_server_accept (peer);
      line_server_exchange (other, "three", "3\n");
      line_server_exchange (other, "five", "5\n");
      link_assert_answer (three, "3");
      link_thread_assert_answer (five, "5");
      line_server_close (other);
      link_free (link);
    }
}

/* It is of no more meaning once something else was answered, or where it leaves the
 * connection as it is. */
static void
test_socket_link_no_refusal (void)
{
  const char *const answers[] = { "InvalidMessageFormat('bad')\n2\n", "1\nQueueFullException('full')\n" };
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      LinkThread *one = link_thread_new (link, "one", 0, NULL), *two;
      LinkCall *three;
      int fd = line_server_accept (peer);

      line_server_exchange (fd, "one", "");
      two = link_thread_new (link, "two", 0, NULL);
      line_server_exchange (fd, "two", "");
      three = link_call (link, "three", NULL);
      line_server_exchange (fd, "three", answers[i]);
      if (i == 0)
        {
          link_thread_assert_error (one, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "bad");
          link_thread_assert_answer (two, "2");
        }
      else
        {
          link_thread_assert_answer (one, "1");
          link_thread_assert_error (two, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL, "full");
        }
      line_server_close (fd);
      link_assert_lost (three);
    }
  link_free (link);
}

/* The refusal of an idle connection is not one of the next request. */
static void
test_socket_link_refusal_at_rest (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "InvalidMessageFormat('bad')\n");
  line_server_close (fd);
  link_assert_error (call, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "bad");
  call = link_call (link, "two", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "two", "");
  line_server_close (fd);
  link_assert_lost (call);
  link_free (link);
}

/* There are too many connections: it would be the same for the others. */
static void
test_socket_link_limit (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *calls[3];
  int fd;

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] = link_call (link, "one", NULL);
  fd = line_server_accept (peer);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    line_server_exchange (fd, "one", "");
  line_server_send (fd, "LimitReachedException('too many')\n");
  line_server_close (fd);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    link_assert_error (calls[i], ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED, "too many");
  g_assert_false (line_server_is_called (peer));
  link_free (link);
}

/* A server that has no place says so first. Later on, it is one request that is refused, such
 * as for another channel, and those behind it may have been carried out. */
static void
test_socket_link_limit_later (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one = link_call (link, "one", NULL);
  LinkCall *two = link_call (link, "two", NULL);
  LinkCall *three = link_call (link, "three", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  line_server_exchange (fd, "two", "LimitReachedException('no more')\n");
  line_server_exchange (fd, "three", "");
  line_server_close (fd);
  link_assert_answer (one, "1");
  link_assert_error (two, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED, "no more");
  link_assert_lost (three);
  link_free (link);
}

/* The answer comes before the request is sent to its end: it never will be. */
static void
test_socket_link_refusal_in_between (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  LinkCall *one = link_call (link, plug, NULL);
  LinkCall *two = link_call (link, "two", NULL);
  int fd = line_server_accept (peer), other;

  link_wait_sent (link, 1);
  line_server_send (fd, "TooLargeException('bad')\n");
  link_assert_error (one, ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "bad");
  other = line_server_accept (peer);
  line_server_exchange (other, "two", "2\n");
  link_assert_answer (two, "2");
  line_server_close (fd);
  line_server_close (other);
  link_free (link);
}

/* The server reads no more, but it still answers. */
static void
test_socket_link_mute (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one = link_call (link, "one", NULL), *two, *three;
  int fd = line_server_accept (peer), other;

  line_server_exchange (fd, "one", "");
  g_assert_no_errno (shutdown (fd, SHUT_RD));
  two = link_call (link, "two", NULL);
  test_settle ();
  line_server_send (fd, "1\n");
  link_assert_answer (one, "1");
  other = line_server_accept (peer);
  three = link_call (link, "three", NULL);
  line_server_exchange (other, "two", "2\n");
  line_server_exchange (other, "three", "3\n");
  link_assert_answer (two, "2");
  link_assert_answer (three, "3");
  line_server_close (fd);
  line_server_close (other);
  link_free (link);
}

/* A connection that has been of use, if only for an error, is no reason to give up the
 * requests that were not sent. */
static void
test_socket_link_too_large (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one, *two;
  int fd, other;

  eric_socket_link_set_max_line (link, 4);
  one = link_call (link, "one", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "one", "");
  g_assert_no_errno (shutdown (fd, SHUT_RD));
  two = link_call (link, "two", NULL);
  line_server_send (fd, "12345\n");
  link_assert_error (one, ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "A line is longer than 4 bytes");
  other = line_server_accept (peer);
  line_server_exchange (other, "two", "2\n");
  link_assert_answer (two, "2");
  line_server_close (fd);
  line_server_close (other);
  link_free (link);
}

/* A connection that the server has ended by the time it is made: no race for it here. */
static void
use_socket (EricSocketLink *link,
            const char     *farewell)
{
  int fds[2];
  g_autoptr (GSocket) socket = NULL;

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  line_server_send (fds[1], farewell);
  line_server_close (fds[1]);
  socket = g_socket_new_from_fd (fds[0], NULL);
  g_socket_set_blocking (socket, FALSE);
  link->connection = g_socket_connection_factory_create_connection (socket);
  link->fresh = TRUE;
  if (link->wake_fd < 0)
    link->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void
test_socket_link_of_no_use (void)
{
  const struct { const char *farewell; GQuark domain; int code; const char *message; } ends[] = {
    { "LimitReachedException('too many')\n", ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED, "too many" },
    { "", G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
      "The server closed the connection before a request could be sent" },
    { "hello\n", G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
      "The server closed the connection before a request could be sent" },
  };
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      link_wait_at_rest (link);
      use_socket (link, ends[i].farewell);
      link_assert_error (link_call (link, "one", NULL), ends[i].domain, ends[i].code, ends[i].message);
      g_assert_false (line_server_is_called (peer));
    }
  link_free (link);
}

static void
test_socket_link_no_descriptors (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  struct rlimit usual, none;
  LinkCall *call;
  int fd;

  /* The main context has its own by now. */
  test_settle ();
  fd = dup (0);
  g_assert_cmpint (fd, >, 0);
  line_server_close (fd);
  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &usual));
  none = usual;
  none.rlim_cur = fd;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &none));
  call = link_call (link, "one", NULL);
  link_assert_error (call, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES, NULL);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &usual));
  call = link_call (link, "one", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");
  line_server_close (fd);
  link_free (link);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-link/lost-idle", test_socket_link_lost_idle);
  g_test_add_func ("/eric/socket-link/unasked", test_socket_link_unasked);
  g_test_add_func ("/eric/socket-link/restart", test_socket_link_restart);
  g_test_add_func ("/eric/socket-link/refused", test_socket_link_refused);
  g_test_add_func ("/eric/socket-link/full-row", test_socket_link_full_row);
  g_test_add_func ("/eric/socket-link/lost-answer", test_socket_link_lost_answer);
  g_test_add_func ("/eric/socket-link/lost-in-between", test_socket_link_lost_in_between);
  g_test_add_func ("/eric/socket-link/refusal", test_socket_link_refusal);
  g_test_add_func ("/eric/socket-link/no-refusal", test_socket_link_no_refusal);
  g_test_add_func ("/eric/socket-link/refusal-at-rest", test_socket_link_refusal_at_rest);
  g_test_add_func ("/eric/socket-link/limit", test_socket_link_limit);
  g_test_add_func ("/eric/socket-link/limit-later", test_socket_link_limit_later);
  g_test_add_func ("/eric/socket-link/refusal-in-between", test_socket_link_refusal_in_between);
  g_test_add_func ("/eric/socket-link/mute", test_socket_link_mute);
  g_test_add_func ("/eric/socket-link/too-large", test_socket_link_too_large);
  g_test_add_func ("/eric/socket-link/of-no-use", test_socket_link_of_no_use);
  g_test_add_func ("/eric/socket-link/no-descriptors", test_socket_link_no_descriptors);
  return g_test_run ();
}
