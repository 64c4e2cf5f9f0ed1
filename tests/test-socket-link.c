/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "eric-error.h"
#include "eric-socket-connect-private.h"
#include "eric-socket-link-private.h"
#include "link-util.h"
#include "line-server.h"
#include "test-util.h"

/* More than the buffers of a connection hold. */
#define PLUG_SIZE (8 * 1024 * 1024)

static void
test_socket_link_one (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");

  /* The connection stays. */
  call = link_call (link, "two", NULL);
  line_server_exchange (fd, "two", "2\r\n");
  link_assert_answer (call, "2");
  call = link_call (link, "three", NULL);
  line_server_exchange (fd, "three", "\n");
  link_assert_answer (call, "");
  eric_socket_link_unref (link);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
}

static void
test_socket_link_sync (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkThread *thread = link_thread_new (link, "one", 0, NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_thread_assert_answer (thread, "1");
  thread = link_thread_new (link, "two", 60 * 1000, NULL);
  line_server_exchange (fd, "two", "InvalidListenerException('it\\'s \"it\"')\n");
  link_thread_assert_error (thread, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER, "it's \"it\"");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* Waiting for answers costs nothing. */
static void
assert_at_rest (EricSocketLink *link,
                guint           n_sent)
{
  GPollFD polled = { .events = G_IO_IN };

  link_wait_sent (link, n_sent);
  polled.fd = link->wake_fd;
  g_assert_cmpint (g_poll (&polled, 1, 0), ==, 0);
}

/* What is called while an answer is awaited is sent at once, and answered in order. */
static void
test_socket_link_pipelined (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one = link_call (link, "one", NULL), *two, *three;
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "");
  two = link_call (link, "two", NULL);
  line_server_exchange (fd, "two", "");
  three = link_call (link, "three", NULL);
  line_server_exchange (fd, "three", "");
  assert_at_rest (link, 3);
  line_server_send (fd, "1\n2");
  link_assert_answer (one, "1");
  g_assert_null (two->result);
  line_server_send (fd, "\nNoMessagesException('none')\n");
  link_assert_answer (two, "2");
  link_assert_error (three, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES, "none");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* So is what could not be sent at once. */
static void
test_socket_link_backlog (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  const char *lines[] = { "0", plug, "2", "3", "4", "5" };
  LinkCall *calls[G_N_ELEMENTS (lines)];
  int fd;

  line_server_fill_row (peer);
  for (guint i = 0; i < 5; i++)
    calls[i] = link_call (link, lines[i], NULL);
  line_server_empty_row (peer);
  fd = line_server_accept (peer);
  link_wait_sent (link, 2);
  calls[5] = link_call (link, lines[5], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *answer = g_strdup_printf ("%u\n", i);

      line_server_exchange (fd, lines[i], answer);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *answer = g_strdup_printf ("%u", i);

      link_assert_answer (calls[i], answer);
    }
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* Mixed calls of several threads */

#define N_THREADS 4
#define N_CALLS 500

typedef struct
{
  EricSocketLink *link;
  guint           number;
} Caller;

static gpointer
call_in_turns (gpointer user_data)
{
  Caller *caller = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GPtrArray) calls = g_ptr_array_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u %u", caller->number, i);

      if (i % 10 == 9)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *answer = eric_socket_link_call (caller->link, link_line (line), 0, NULL, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (answer, ==, line);
        }
      else
        g_ptr_array_add (calls, link_call (caller->link, line, NULL));
    }
  for (guint i = 0; i < calls->len; i++)
    {
      LinkCall *call = calls->pdata[i];
      g_autofree char *line = g_strdup (call->line);

      link_assert_answer (call, line);
    }
  g_main_context_pop_thread_default (context);
  return NULL;
}

typedef struct
{
  guint    next[N_THREADS];
  gboolean in_order;
} Order;

static char *
check_order_cb (const char *line,
                gpointer    user_data)
{
  Order *order = user_data;
  guint number, i;

  g_assert_cmpint (sscanf (line, "%u %u", &number, &i), ==, 2);
  order->in_order &= order->next[number]++ == i;
  return g_strdup (line);
}

static void
test_socket_link_order (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Order order = { .in_order = TRUE };
  g_autoptr (SocketService) service = socket_service_new (peer, check_order_cb, &order);
  EricSocketLink *link = link_new (peer);
  Caller callers[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      callers[i] = (Caller) { link, i };
      threads[i] = g_thread_new ("caller", call_in_turns, &callers[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_true (order.in_order);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpuint (order.next[i], ==, N_CALLS);
  eric_socket_link_unref (link);
}

/* Answers come where and when they belong. */
static void
test_socket_link_contexts (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GMainContext) context = g_main_context_new ();
  LinkCall *low, *high, *other;
  int fd;

  low = link_call_full (link, "low", 0, G_PRIORITY_LOW, NULL);
  high = link_call_full (link, "high", 0, G_PRIORITY_HIGH, NULL);
  g_main_context_push_thread_default (context);
  other = link_call (link, "other", NULL);
  g_main_context_pop_thread_default (context);

  fd = line_server_accept (peer);
  line_server_exchange (fd, "low", "");
  line_server_exchange (fd, "high", "");
  line_server_exchange (fd, "other", "1\n2\n3\n");
  g_main_context_push_thread_default (context);
  link_assert_answer (other, "3");
  g_main_context_pop_thread_default (context);

  /* Both are there by now: the third one came behind them. */
  test_wait_until (high->result != NULL);
  g_assert_null (low->result);
  link_assert_answer (high, "2");
  link_assert_answer (low, "1");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* The context goes away with answers in it. */
static void
test_socket_link_lost_context (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  GMainContext *context = g_main_context_new ();
  LinkCall *last;
  int fd;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 3; i++)
    eric_socket_link_call_async (link, link_line ("lost"), i * 60 * 1000, g_task_new (NULL, NULL, NULL, NULL));
  g_main_context_pop_thread_default (context);
  last = link_call (link, "last", NULL);
  fd = line_server_accept (peer);
  for (guint i = 0; i < 3; i++)
    line_server_exchange (fd, "lost", "1\n");
  line_server_exchange (fd, "last", "2\n");
  link_assert_answer (last, "2");
  g_main_context_unref (context);
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* Both sides with full buffers */

#define LARGE (4 * 1024)
#define N_LARGE 2000

static char *
answer_large_cb (const char *line,
                 gpointer    user_data)
{
  return g_strdup (line);
}

static void
test_socket_link_full_buffers (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  g_autoptr (SocketService) service = socket_service_new (peer, answer_large_cb, NULL);
  EricSocketLink *link = link_new (peer);
  g_autofree char *large = g_strnfill (LARGE, 'x');
  g_autoptr (GPtrArray) calls = g_ptr_array_new ();

  for (guint i = 0; i < N_LARGE; i++)
    g_ptr_array_add (calls, link_call (link, large, NULL));
  for (guint i = 0; i < N_LARGE; i++)
    link_assert_answer (calls->pdata[i], large);
  eric_socket_link_unref (link);
}

static void
test_socket_link_very_large (void)
{
  const gsize size = 10 * 1000 * 1000;
  g_autoptr (LineServer) peer = line_server_new ();
  g_autoptr (SocketService) service = socket_service_new (peer, answer_large_cb, NULL);
  EricSocketLink *link = link_new (peer);
  g_autofree char *large = g_strnfill (size, 'x');
  LinkCall *before = link_call (link, "before", NULL);
  LinkCall *call = link_call (link, large, NULL);
  LinkCall *behind = link_call (link, "behind", NULL);

  link_assert_answer (before, "before");
  link_assert_answer (call, large);
  link_assert_answer (behind, "behind");
  eric_socket_link_unref (link);
}

static void
test_socket_link_max_line (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one, *two, *three;
  int fd;

  eric_socket_link_set_max_line (link, 4);
  one = link_call (link, "one", NULL);
  two = link_call (link, "two", NULL);
  three = link_call (link, "three", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "one", "");
  line_server_exchange (fd, "two", "");
  line_server_exchange (fd, "three", "1234\r\n12345");
  link_assert_answer (one, "1234");
  link_assert_error (two, ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "A line is longer than 4 bytes");
  link_assert_lost (three);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);

  /* Another connection begins with another line, and knows another limit. */
  eric_socket_link_set_max_line (link, 5);
  one = link_call (link, "one", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "one", "12345\n");
  link_assert_answer (one, "12345");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

static void
test_socket_link_not_utf8 (void)
{
  const char answers[] = "a\377\na\0b\n\303\251\n";
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one = link_call (link, "one", NULL);
  LinkCall *two = link_call (link, "two", NULL);
  LinkCall *three = link_call (link, "three", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "");
  line_server_exchange (fd, "two", "");
  line_server_exchange (fd, "three", "");
  line_server_send_bytes (fd, answers, sizeof answers - 1);
  link_assert_error (one, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, "The server's answer is not UTF-8");
  link_assert_error (two, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, "The server's answer is not UTF-8");
  link_assert_answer (three, "\303\251");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

static void
assert_cloexec (int fd)
{
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
}

static void
test_socket_link_cloexec (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");
  assert_cloexec (link->wake_fd);
  assert_cloexec (g_socket_get_fd (g_socket_connection_get_socket (link->connection)));
  line_server_close (fd);
  eric_socket_link_unref (link);
}

static void
test_socket_link_tcp (void)
{
  g_autoptr (LineServer) peer = line_server_new_tcp ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one = link_call (link, "one", NULL), *two;
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (one, "1");
  one = link_call (link, "one", NULL);
  two = link_call (link, "two", NULL);
  line_server_exchange (fd, "one", "1\n");
  line_server_exchange (fd, "two", "");
  link_assert_answer (one, "1");
  line_server_reset (fd);
  link_assert_lost (two);
  eric_socket_link_unref (link);
}

static GSocketConnection *
connect_either_way (LineServer  *peer,
                    guint        way,
                    GError     **error)
{
  GSocketConnectable *address = G_SOCKET_CONNECTABLE (peer->address);
  g_autoptr (GAsyncResult) result = NULL;

  if (way == 0)
    return eric_socket_connect (address, 1, NULL, error);
  eric_socket_connect_async (address, 1, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  return eric_socket_connect_finish (result, error);
}

/* What a connection is made with: the time holds for what is done with it, too. */
static void
test_socket_link_options (void)
{
  g_autoptr (LineServer) peer = line_server_new_tcp ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GSocketConnection) connection = connect_either_way (peer, i, NULL);
      GSocket *socket = g_socket_connection_get_socket (connection);
      int no_delay = 0;

      g_assert_cmpuint (g_socket_get_timeout (socket), ==, 1);
      g_assert_false (g_socket_get_blocking (socket));
      g_assert_true (g_socket_get_keepalive (socket));
      g_assert_true (g_socket_get_option (socket, IPPROTO_TCP, TCP_NODELAY, &no_delay, NULL));
      g_assert_cmpint (no_delay, ==, 1);
    }
}

/* A server that hears nobody. */
static void
test_socket_link_connect_late (void)
{
  g_autoptr (LineServer) peer = line_server_new_tcp ();

  line_server_fill_row (peer);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (connect_either_way (peer, i, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-link/one", test_socket_link_one);
  g_test_add_func ("/eric/socket-link/sync", test_socket_link_sync);
  g_test_add_func ("/eric/socket-link/pipelined", test_socket_link_pipelined);
  g_test_add_func ("/eric/socket-link/backlog", test_socket_link_backlog);
  g_test_add_func ("/eric/socket-link/order", test_socket_link_order);
  g_test_add_func ("/eric/socket-link/contexts", test_socket_link_contexts);
  g_test_add_func ("/eric/socket-link/lost-context", test_socket_link_lost_context);
  g_test_add_func ("/eric/socket-link/full-buffers", test_socket_link_full_buffers);
  g_test_add_func ("/eric/socket-link/very-large", test_socket_link_very_large);
  g_test_add_func ("/eric/socket-link/max-line", test_socket_link_max_line);
  g_test_add_func ("/eric/socket-link/not-utf8", test_socket_link_not_utf8);
  g_test_add_func ("/eric/socket-link/cloexec", test_socket_link_cloexec);
  g_test_add_func ("/eric/socket-link/tcp", test_socket_link_tcp);
  g_test_add_func ("/eric/socket-link/options", test_socket_link_options);
  g_test_add_func ("/eric/socket-link/connect-late", test_socket_link_connect_late);
  return g_test_run ();
}
