/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http-util.h"
#include "source-util.h"
#include "test-util.h"

/* Closing is final and at once, wherever it happens. */

static void
close_and_assert (SourceFixture *fixture,
                  ScriptedPeer  *peer)
{
  eric_event_source_close (fixture->source);
  scripted_peer_wait_gone (peer);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  test_settle ();
  source_fixture_assert (fixture, "");
  source_fixture_assert_delay (fixture, -1);
}

/* The bytes that come first, those of a body that could go on. */
static const char * const heads[] = {
  SCRIPTED_STREAM "data: 1\n\n",
  SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n",
  SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n9\r\ndata:",
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\ndata: 1\n\n",
};

static void
test_event_source_close_stream (gconstpointer data)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, 0);
  scripted_peer_send (peer, data);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n");
  close_and_assert (fixture, peer);
}

static void
test_event_source_close_head (void)
{
  const char * const parts[] = { "", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Type: text/ev" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer;

      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_send (peer, parts[i]);
      test_settle ();
      source_fixture_assert (fixture, "= connecting\n");
      close_and_assert (fixture, peer);
    }
}

/* A backlog that is full: SYNs are not answered. */
static int
fill_backlog (guint16 *port,
              int      fillers[],
              guint    n)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (fd, 0));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &length));
  *port = ntohs (address.sin_port);
  for (guint i = 0; i < n; i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (connect (fillers[i], (struct sockaddr *) &address, sizeof address) < 0)
        g_assert_cmpint (errno, ==, EINPROGRESS);
    }
  return fd;
}

static void
note_event_cb (SoupMessage        *message,
               GSocketClientEvent  event,
               GIOStream          *connection,
               gboolean           *connecting)
{
  if (event == G_SOCKET_CLIENT_CONNECTING)
    *connecting = TRUE;
}

static void
before_cb (EricEventSource *source,
           SoupMessage     *request,
           gboolean        *connecting)
{
  g_signal_connect (request, "network-event", G_CALLBACK (note_event_cb), connecting);
}

static void
test_event_source_close_connecting (void)
{
  int fillers[4];
  guint16 port;
  int fd = fill_backlog (&port, fillers, G_N_ELEMENTS (fillers));
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/", port);
  EricEventSource *source = eric_event_source_new (uri, NULL);
  gboolean connecting = FALSE;
  guint n_fds;

  g_signal_connect (source, "before-connect", G_CALLBACK (before_cb), &connecting);
  eric_event_source_start (source);
  eric_event_source_close (source);
  test_settle ();
  n_fds = http_count_fds ();
  eric_event_source_start (source);
  connecting = FALSE;
  test_wait_until (connecting);
  g_assert_cmpint (eric_event_source_get_ready_state (source), ==, ERIC_READY_STATE_CONNECTING);
  g_assert_cmpuint (http_count_fds (), >, n_fds);
  eric_event_source_close (source);
  test_wait_until (http_count_fds () <= n_fds);
  test_finalize (source);

  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (fd);
}

static void
test_event_source_close_waiting (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 44\n");
  source_fixture_assert_delay (fixture, 1500);
  eric_event_source_close (fixture->source);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  source_fixture_assert_delay (fixture, -1);
  source_fixture_pass (fixture, 100000);
  test_settle ();
  g_assert_cmpuint (fixture->server->peers->len, ==, 1);
}

static void
close_cb (EricEventSource *source)
{
  eric_event_source_close (source);
}

/* In each handler, with more on its way. */
static void
test_event_source_close_handler (gconstpointer data)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  const char *signal = data;

  g_signal_connect (fixture->source, signal, G_CALLBACK (close_cb), NULL);
  scripted_server_answer (fixture->server,
                          SCRIPTED_STREAM "retry: 9\nid: 1\ndata: 1\n\n:c\n\n: gap slow\n\n"
                                          "data: 2\n\n:d\n\n: gap slow\n\n",
                          SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
  if (g_str_equal (signal, "before-connect"))
    source_fixture_assert (fixture, "= connecting\n= closed\nclosed\n");
  else if (g_str_equal (signal, "open"))
    source_fixture_assert (fixture, "= connecting\n= open\nopen\n= closed\nclosed\n");
  else if (g_str_equal (signal, "message"))
    source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n= closed\nclosed\n");
  else if (g_str_equal (signal, "comment"))
    source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n:c\n= closed\nclosed\n");
  else if (g_str_equal (signal, "gap"))
    source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n:c\n:gap slow\ngap slow\n"
                                    "= closed\nclosed\n");
  else if (g_str_equal (signal, "error"))
    source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n:c\n:gap slow\ngap slow\n"
                                    "message 2 #1\n:d\n:gap slow\ngap slow\n"
                                    "= connecting\nerror g-io-error-quark 44\n= closed\nclosed\n");
  else
    source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n:c\n:gap slow\ngap slow\n"
                                    "message 2 #1\n:d\n:gap slow\ngap slow\n= closed\nclosed\n");
  test_settle ();
  source_fixture_assert (fixture, "");
  source_fixture_assert_delay (fixture, -1);
}

static gboolean
close_and_retry_cb (EricEventSource *source)
{
  eric_event_source_close (source);
  return TRUE;
}

static void
test_event_source_close_decide (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "decide-reconnect", G_CALLBACK (close_and_retry_cb), NULL);
  peer = source_fixture_open (fixture);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  source_fixture_assert_delay (fixture, -1);
}

/* As soon as the state says so, before the signal. GObject tells of the next state
 * when it is done with telling of this one. */
static void
close_in_state_cb (EricEventSource *source,
                   GParamSpec      *pspec,
                   gpointer         user_data)
{
  if (eric_event_source_get_ready_state (source) == (EricReadyState) GPOINTER_TO_INT (user_data))
    eric_event_source_close (source);
}

static void
test_event_source_close_notify (void)
{
  for (int state = ERIC_READY_STATE_CONNECTING; state <= ERIC_READY_STATE_OPEN; state++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();

      g_signal_connect (fixture->source, "notify::ready-state", G_CALLBACK (close_in_state_cb),
                        GINT_TO_POINTER (state));
      scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_STAY);
      eric_event_source_start (fixture->source);
      test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
      test_settle ();
      if (state == ERIC_READY_STATE_CONNECTING)
        source_fixture_assert (fixture, "= connecting\nclosed\n= closed\n");
      else
        source_fixture_assert (fixture, "= connecting\n= open\nclosed\n= closed\n");
    }
}

static void
count_cb (guint *n)
{
  ++*n;
}

static void
close_with_error_cb (EricEventSource *source)
{
  if (eric_event_source_get_error (source) != NULL)
    eric_event_source_close (source);
}

/* Whether it would connect again, or has failed: it is closed once. */
static void
test_event_source_close_notify_error (void)
{
  static const char *const answers[] = { SCRIPTED_STREAM, "HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      guint n_closed = 0, n_errors = 0;

      g_signal_connect (fixture->source, "notify::error", G_CALLBACK (close_with_error_cb), NULL);
      g_signal_connect_swapped (fixture->source, "closed", G_CALLBACK (count_cb), &n_closed);
      g_signal_connect_swapped (fixture->source, "error", G_CALLBACK (count_cb), &n_errors);
      scripted_server_answer (fixture->server, answers[i], SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      test_wait_until (n_closed > 0);
      test_settle ();
      g_assert_cmpuint (n_closed, ==, 1);
      g_assert_cmpuint (n_errors, ==, i);   /* it had ended already when the property told of it */
      source_fixture_assert_delay (fixture, -1);
    }
}

static void
note_cb (GObject    *object,
         GParamSpec *pspec,
         GString    *log)
{
  g_string_append_printf (log, "* %s\n", pspec->name);
}

/* A delay that came with the message must not be told once it is closed. */
static void
test_event_source_close_silent (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  g_signal_connect (fixture->source, "message", G_CALLBACK (close_cb), NULL);
  g_signal_connect (fixture->source, "notify::retry-delay", G_CALLBACK (note_cb), fixture->log);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "retry: 9\ndata: 1\n\nretry: 10\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n* retry-delay\nmessage 1\n= closed\nclosed\n");
  test_settle ();
  source_fixture_assert (fixture, "");
  g_assert_cmpuint (eric_event_source_get_retry_delay (fixture->source), ==, 9);
}

/* Neither that, nor the gap that a comment tells of. */
static void
test_event_source_close_comment (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  g_signal_connect (fixture->source, "comment", G_CALLBACK (close_cb), NULL);
  g_signal_connect (fixture->source, "notify::retry-delay", G_CALLBACK (note_cb), fixture->log);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "retry: 9\n: gap slow\nretry: 10\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n* retry-delay\n:gap slow\n= closed\nclosed\n");
  test_settle ();
  source_fixture_assert (fixture, "");
}

static void
test_event_source_close_paused (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  ScriptedPeer *peer = NULL;

  eric_event_source_set_max_pending (fixture->source, 1);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: 1\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  test_settle ();
  close_and_assert (fixture, peer);
}

/* Without close (): the last reference is dropped. */
static void
test_event_source_close_dispose (void)
{
  const char * const answers[] = {
    NULL, "HTTP/1.1 200", SCRIPTED_STREAM, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_CHUNKED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer;

      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      if (answers[i] != NULL)
        scripted_peer_send (peer, answers[i]);
      if (i > 1)
        test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_OPEN);
      g_object_run_dispose (G_OBJECT (fixture->source));
      test_finalize (fixture->source);
      scripted_peer_wait_gone (peer);
    }
}

static void
test_event_source_close_dispose_connecting (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_start (fixture->source);
  g_object_run_dispose (G_OBJECT (fixture->source));
  test_finalize (fixture->source);
  test_settle ();
}

static void
drop_cb (EricEventSource  *source,
         gpointer          argument,
         EricEventSource **dropped)
{
  eric_event_source_close (source);
  g_clear_object (dropped);
}

/* The last reference is dropped in a handler. */
static void
test_event_source_close_dispose_handler (void)
{
  const char * const names[] = { "message", "comment", "error", "before-connect" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      gpointer weak = fixture->source;

      g_object_add_weak_pointer (weak, &weak);
      g_signal_connect (fixture->source, names[i], G_CALLBACK (drop_cb), &fixture->source);
      scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n:\n\ndata: 2\n\n", SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      test_wait_until (weak == NULL);
    }
}

/* From now on the fixture has no reference of its own, and %NULL when the source is gone. */
static void
let_go_of_source (SourceFixture *fixture)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->source), (gpointer *) &fixture->source);
  g_object_unref (fixture->source);
  g_assert_nonnull (fixture->source);
}

/* One that only its handlers know goes on until it is closed, also over a lost connection. */
static void
test_event_source_close_kept (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  let_go_of_source (fixture);
  scripted_peer_send (peer, "data: 1\n\n");
  source_fixture_assert (fixture, "message 1\n");
  scripted_peer_close (peer);
  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CONNECTING);
  g_string_truncate (fixture->log, 0);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY * 2);
  peer = scripted_server_wait (fixture->server, 1);
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 2\n\n");
  source_fixture_assert (fixture, "= open\nopen\nmessage 2\n");
  eric_event_source_close (fixture->source);
  test_wait_until (fixture->source == NULL);
  g_assert_cmpstr (fixture->log->str, ==, "= closed\nclosed\n");
  scripted_peer_wait_gone (peer);
}

/* Neither who failed for good nor who came to the end of the stream is kept. */
static void
test_event_source_close_kept_end (void)
{
  const char * const answers[] = { "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", SCRIPTED_STREAM "data: 1\n\n" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();

      eric_event_source_set_finite (fixture->source, TRUE);
      scripted_server_answer (fixture->server, answers[i], SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      let_go_of_source (fixture);
      test_wait_until (fixture->source == NULL);
      g_assert_true (g_str_has_suffix (fixture->log->str, "closed\n"));
    }
}

static void
test_event_source_close_restart (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_send (peer, "id: 5\ndata: 1\n\nid: 6\ndata: cut");
  source_fixture_assert (fixture, "message 1 #5\n");
  close_and_assert (fixture, peer);
  peer = source_fixture_open (fixture);
  {
    g_autofree char *id = scripted_peer_dup_header (peer, "Last-Event-ID");

    g_assert_cmpstr (id, ==, "5");
  }
  scripted_peer_send (peer, "data: 2\n\n");
  source_fixture_assert (fixture, "message 2 #5\n");
  close_and_assert (fixture, peer);
}

static void
restart_cb (EricEventSource *source,
            EricMessage     *message)
{
  if (g_str_equal (eric_message_get_text (message), "1"))
    {
      eric_event_source_close (source);
      eric_event_source_start (source);
    }
}

/* Started again while the stream before is being read: nothing more of that comes. */
static void
test_event_source_close_restart_handler (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autofree char *id = NULL;
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "message", G_CALLBACK (restart_cb), NULL);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n", SCRIPTED_STAY);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 3\n\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n= closed\nclosed\n"
                                  "= connecting\n= open\nopen\nmessage 3 #1\n");
  scripted_peer_wait_gone (fixture->server->peers->pdata[0]);
  peer = fixture->server->peers->pdata[1];
  id = scripted_peer_dup_header (peer, "Last-Event-ID");
  g_assert_cmpstr (id, ==, "1");
  close_and_assert (fixture, peer);
}

/* With a session of the application's, which lives on. */
static void
test_event_source_close_session (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  SoupSession *session = soup_session_new ();

  eric_event_source_set_session (fixture->source, session);
  for (guint i = 0; i < 5; i++)
    {
      ScriptedPeer *peer = source_fixture_open (fixture);

      scripted_peer_send (peer, "data: 1\n\n");
      source_fixture_assert (fixture, "message 1\n");
      close_and_assert (fixture, peer);
    }
  source_fixture_drop_source (fixture);
  test_finalize (session);
}

#define add_handler(name) \
  g_test_add_data_func ("/eric/event-source-close/handler/" name, name, test_event_source_close_handler)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *path = g_strdup_printf ("/eric/event-source-close/stream/%u", i);

      g_test_add_data_func (path, heads[i], test_event_source_close_stream);
    }
  g_test_add_func ("/eric/event-source-close/head", test_event_source_close_head);
  g_test_add_func ("/eric/event-source-close/connecting", test_event_source_close_connecting);
  g_test_add_func ("/eric/event-source-close/waiting", test_event_source_close_waiting);
  add_handler ("before-connect");
  add_handler ("open");
  add_handler ("message");
  add_handler ("comment");
  add_handler ("gap");
  add_handler ("error");
  g_test_add_func ("/eric/event-source-close/decide", test_event_source_close_decide);
  g_test_add_func ("/eric/event-source-close/notify", test_event_source_close_notify);
  g_test_add_func ("/eric/event-source-close/notify-error", test_event_source_close_notify_error);
  g_test_add_func ("/eric/event-source-close/silent", test_event_source_close_silent);
  g_test_add_func ("/eric/event-source-close/comment", test_event_source_close_comment);
  g_test_add_func ("/eric/event-source-close/paused", test_event_source_close_paused);
  g_test_add_func ("/eric/event-source-close/dispose", test_event_source_close_dispose);
  g_test_add_func ("/eric/event-source-close/dispose/connecting", test_event_source_close_dispose_connecting);
  g_test_add_func ("/eric/event-source-close/dispose/handler", test_event_source_close_dispose_handler);
  g_test_add_func ("/eric/event-source-close/kept", test_event_source_close_kept);
  g_test_add_func ("/eric/event-source-close/kept/end", test_event_source_close_kept_end);
  g_test_add_func ("/eric/event-source-close/restart", test_event_source_close_restart);
  g_test_add_func ("/eric/event-source-close/restart/handler", test_event_source_close_restart_handler);
  g_test_add_func ("/eric/event-source-close/session", test_event_source_close_session);
  return g_test_run ();
}
