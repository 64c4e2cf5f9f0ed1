/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-error.h"
#include "link-util.h"
#include "stuck-address.h"
#include "test-util.h"

/* More than the buffers of a connection hold: nothing behind it is sent before somebody
 * reads. */
#define PLUG_SIZE (8 * 1024 * 1024)

/* Milliseconds: what has to happen before does so in time under valgrind, too. */
#define LATE 300

static void
assert_cancelled (LinkCall *call)
{
  link_assert_error (call, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
}

static gpointer
cancel_cb (gpointer user_data)
{
  g_autoptr (GCancellable) cancellable = user_data;

  g_cancellable_cancel (cancellable);
  return NULL;
}

/* In another thread, while this one waits. */
static void
cancel_elsewhere (GCancellable *cancellable)
{
  g_thread_unref (g_thread_new ("cancel", cancel_cb, g_object_ref (cancellable)));
}

static void
test_socket_link_cancelled_already (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  assert_cancelled (link_call (link, "one", cancellable));
  g_assert_null (eric_socket_link_call (link, link_line ("two"), 0, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (line_server_is_called (peer));
  eric_socket_link_unref (link);
}

/* It is not sent, and those around it are. */
static void
test_socket_link_cancelled_before_sending (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  LinkCall *first = link_call (link, plug, NULL), *two, *three, *four;
  LinkThread *thread;
  int fd = line_server_accept (peer);

  two = link_call (link, "two", cancellable);
  three = link_call (link, "three", NULL);
  four = link_call (link, "four", other);
  thread = link_thread_new (link, "five", 0, other);
  link_wait_sent (link, 1);
  g_cancellable_cancel (cancellable);
  cancel_elsewhere (other);
  assert_cancelled (two);
  assert_cancelled (four);
  link_thread_assert_error (thread, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);

  line_server_exchange (fd, plug, "1\n");
  line_server_exchange (fd, "three", "3\n");
  link_assert_answer (first, "1");
  link_assert_answer (three, "3");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* The answer comes when nobody wants it any more. */
static void
test_socket_link_cancelled_after_sending (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  LinkCall *one = link_call (link, "one", cancellable), *three;
  LinkThread *two;
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "");
  two = link_thread_new (link, "two", 0, other);
  line_server_exchange (fd, "two", "");
  g_cancellable_cancel (cancellable);
  assert_cancelled (one);
  g_cancellable_cancel (other);
  link_thread_assert_error (two, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);

  three = link_call (link, "three", NULL);
  line_server_exchange (fd, "three", "1\nInvalidMessageFormat('2')\n3\n");
  link_assert_answer (three, "3");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* What was sent in part is sent to its end. */
static void
test_socket_link_cancelled_in_between (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *first = link_call (link, plug, cancellable), *second;
  int fd = line_server_accept (peer);

  link_wait_sent (link, 1);
  g_cancellable_cancel (cancellable);
  assert_cancelled (first);
  second = link_call (link, "second", NULL);
  line_server_exchange (fd, plug, "1\n");
  line_server_exchange (fd, "second", "2\n");
  link_assert_answer (second, "2");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* An answer that is on its way to who called is not lost. */
static void
test_socket_link_cancelled_too_late (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *one = link_call (link, "one", cancellable);
  LinkThread *two;
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  two = link_thread_new (link, "two", 0, NULL);
  line_server_exchange (fd, "two", "2\n");
  link_thread_assert_answer (two, "2");
  g_cancellable_cancel (cancellable);
  link_assert_answer (one, "1");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

typedef struct
{
  EricSocketLink *link;
  int             fd;
} Answer;

static void
answer_cb (GCancellable *cancellable,
           gpointer      user_data)
{
  Answer *answer = user_data;
  EricSocketRequestState state;

  do
    {
      g_thread_yield ();
      g_mutex_lock (&answer->link->lock);
      state = ((EricSocketRequest *) answer->link->sent.head->data)->state;
      g_mutex_unlock (&answer->link->lock);
    }
  while (state != ERIC_SOCKET_REQUEST_ABANDONED);
  line_server_send (answer->fd, "InvalidMessageFormat('1')\n");
  link_wait_sent (answer->link, 1);
}

/* The answer comes when who called does not wait any more, but has not returned. */
static void
test_socket_link_cancelled_while_answered (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkThread *one = link_thread_new (link, "one", 0, cancellable);
  Answer answer = { link, line_server_accept (peer) };
  LinkCall *two;

  line_server_exchange (answer.fd, "one", "");
  two = link_call (link, "two", NULL);
  line_server_exchange (answer.fd, "two", "");
  /* Until the handler has run, the call cannot disconnect its own. */
  g_cancellable_connect (cancellable, G_CALLBACK (answer_cb), &answer, NULL);
  g_cancellable_cancel (cancellable);
  link_thread_assert_error (one, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  line_server_send (answer.fd, "2\n");
  link_assert_answer (two, "2");
  line_server_close (answer.fd);
  eric_socket_link_unref (link);
}

static void
assert_late (LinkCall *call)
{
  link_assert_error (call, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came within " G_STRINGIFY (LATE) " ms");
}

/* A server that says nothing at all: the connection is given up. */
static void
test_socket_link_silent (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *one, *two;
  LinkThread *thread;
  int fd;

  one = link_call_full (link, "one", LATE, G_PRIORITY_DEFAULT, NULL);
  two = link_call (link, "two", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "one", "");
  line_server_exchange (fd, "two", "");
  assert_late (one);
  link_assert_lost (two);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);

  thread = link_thread_new (link, "three", LATE, NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "three", "");
  link_thread_assert_error (thread, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came within " G_STRINGIFY (LATE) " ms");
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* One that is slow, and has said something in the meantime: the connection stays. */
static void
test_socket_link_slow (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *zero = link_call (link, "zero", NULL), *one, *two;
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "zero", "");
  one = link_call_full (link, "one", LATE, G_PRIORITY_DEFAULT, NULL);
  line_server_exchange (fd, "one", "0\n");
  link_assert_answer (zero, "0");
  link_assert_error (one, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  two = link_call (link, "two", NULL);
  line_server_exchange (fd, "two", "1\n2\n");
  link_assert_answer (two, "2");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* One that takes nothing: what was not sent is not sent any more. */
static void
test_socket_link_late_before_sending (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  LinkCall *first = link_call (link, plug, NULL), *three;
  int fd = line_server_accept (peer);

  link_wait_sent (link, 1);
  assert_late (link_call_full (link, "two", LATE, G_PRIORITY_DEFAULT, NULL));
  three = link_call_full (link, "three", 60 * 1000, G_PRIORITY_DEFAULT, NULL);
  line_server_exchange (fd, plug, "1\n");
  line_server_exchange (fd, "three", "3\n");
  link_assert_answer (first, "1");
  link_assert_answer (three, "3");
  line_server_close (fd);
  eric_socket_link_unref (link);
}

/* Nobody waits for the connection any more: it is not made. */
static void
test_socket_link_connecting (void)
{
  g_autoptr (StuckAddress) address = stuck_address_new ();
  EricSocketLink *link = eric_socket_link_new (G_SOCKET_CONNECTABLE (address), 100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *one = link_call (link, "one", cancellable);
  LinkCall *two = link_call_full (link, "two", LATE, G_PRIORITY_DEFAULT, NULL);
  LinkThread *thread;

  stuck_address_wait (address, 1, 0);
  assert_late (two);
  stuck_address_wait (address, 1, 0);
  g_cancellable_cancel (cancellable);
  assert_cancelled (one);
  stuck_address_wait (address, 1, 1);

  thread = link_thread_new (link, "three", LATE, NULL);
  stuck_address_wait (address, 2, 1);
  link_thread_assert_error (thread, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, NULL);
  stuck_address_wait (address, 2, 2);
  eric_socket_link_unref (link);
}

/* Somebody has come while it was being given up. */
static void
test_socket_link_connecting_again (void)
{
  g_autoptr (StuckAddress) address = stuck_address_new ();
  EricSocketLink *link = eric_socket_link_new (G_SOCKET_CONNECTABLE (address), 100);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *one = link_call (link, "one", cancellable), *two;

  stuck_address_wait (address, 1, 0);
  stuck_address_hold (address);
  g_cancellable_cancel (cancellable);
  assert_cancelled (one);
  two = link_call (link, "two", NULL);
  stuck_address_release (address);
  stuck_address_wait (address, 2, 1);
  g_assert_null (two->result);
  eric_socket_link_close (link);
  link_assert_error (two, G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
  stuck_address_wait (address, 2, 2);
  eric_socket_link_unref (link);
}

static void
test_socket_link_close (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autofree char *plug = g_strnfill (PLUG_SIZE, 'x');
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *calls[4];
  LinkThread *thread;
  int fd;

  calls[0] = link_call (link, "sent", NULL);
  fd = line_server_accept (peer);
  line_server_exchange (fd, "sent", "");
  calls[1] = link_call (link, plug, NULL);
  calls[2] = link_call (link, "unsent", cancellable);
  calls[3] = link_call_full (link, "unsent", 60 * 1000, G_PRIORITY_DEFAULT, NULL);
  thread = link_thread_new (link, "unsent", 0, NULL);
  link_wait_sent (link, 2);

  eric_socket_link_close (link);
  eric_socket_link_close (link);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    link_assert_error (calls[i], G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
  /* It may have come before or after. */
  link_thread_assert_error (thread, G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
  link_assert_error (link_call (link, "later", NULL), G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
  link_assert_error (link_call (link, "later", cancellable), G_IO_ERROR, G_IO_ERROR_CLOSED, NULL);
  link_thread_assert_error (link_thread_new (link, "later", 0, NULL), G_IO_ERROR, G_IO_ERROR_CLOSED, NULL);
  eric_socket_link_unref (link);
  line_server_close (fd);
}

static void
test_socket_link_close_idle (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  LinkCall *call = link_call (link, "one", NULL);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "1\n");
  link_assert_answer (call, "1");
  eric_socket_link_close (link);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
  eric_socket_link_unref (link);

  link = link_new (peer);
  eric_socket_link_close (link);
  eric_socket_link_unref (link);
  g_assert_false (line_server_is_called (peer));
}

/* Nobody is left but the run, which waits for what nobody wants. */
static void
test_socket_link_close_abandoned (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketLink *link = link_new (peer);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  LinkCall *call = link_call (link, "one", cancellable);
  int fd = line_server_accept (peer);

  line_server_exchange (fd, "one", "");
  g_cancellable_cancel (cancellable);
  assert_cancelled (call);
  eric_socket_link_close (link);
  eric_socket_link_unref (link);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-link/cancelled-already", test_socket_link_cancelled_already);
  g_test_add_func ("/eric/socket-link/cancelled-before-sending", test_socket_link_cancelled_before_sending);
  g_test_add_func ("/eric/socket-link/cancelled-after-sending", test_socket_link_cancelled_after_sending);
  g_test_add_func ("/eric/socket-link/cancelled-in-between", test_socket_link_cancelled_in_between);
  g_test_add_func ("/eric/socket-link/cancelled-too-late", test_socket_link_cancelled_too_late);
  g_test_add_func ("/eric/socket-link/cancelled-while-answered", test_socket_link_cancelled_while_answered);
  g_test_add_func ("/eric/socket-link/silent", test_socket_link_silent);
  g_test_add_func ("/eric/socket-link/slow", test_socket_link_slow);
  g_test_add_func ("/eric/socket-link/late-before-sending", test_socket_link_late_before_sending);
  g_test_add_func ("/eric/socket-link/connecting", test_socket_link_connecting);
  g_test_add_func ("/eric/socket-link/connecting-again", test_socket_link_connecting_again);
  g_test_add_func ("/eric/socket-link/close", test_socket_link_close);
  g_test_add_func ("/eric/socket-link/close-idle", test_socket_link_close_idle);
  g_test_add_func ("/eric/socket-link/close-abandoned", test_socket_link_close_abandoned);
  return g_test_run ();
}
