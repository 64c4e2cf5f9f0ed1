/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>
#include <eric-sse.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eric-fork-private.h"
#include "eric-socket-client-private.h"
#include "http-util.h"
#include "link-util.h"
#include "pool-util.h"
#include "scripted-server.h"
#include "socket-util.h"
#include "source-util.h"
#include "test-util.h"

/* A forked child drops what it has of its parent's objects: it ends, and the parent goes on
 * as if nothing had been. */

/* Each case has a process of its own, in which no thread of another case is busy: one that has
 * a lock of GLib just when a child is made has it there for ever. */

/* In seconds: a child that hangs fails the test. */
#define CHILD_DEADLINE 20
#define CASE_DEADLINE  50
#define ATTEMPT_DEADLINE 5
#define ATTEMPTS         6

static pid_t
fork_child (void)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      alarm (CHILD_DEADLINE);
      /* The report is the parent's. */
      if (freopen ("/dev/null", "w", stdout) == NULL)
        _exit (2);
    }
  return pid;
}

static void
assert_child (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_fork_sse_server (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) first = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) second = http_client_open (fixture, "/events/news");
  pid_t pid;

  test_wait_until (fixture->joined->len == 2);
  http_broadcast (fixture->news, "before");
  http_client_wait_events (first, 1);
  pid = fork_child ();
  if (pid == 0)
    {
      g_clear_object (&fixture->server);
      g_clear_object (&fixture->news);
      g_clear_object (&fixture->channels);
      _exit (0);
    }
  assert_child (pid);
  http_broadcast (fixture->news, "after");
  http_client_wait_events (first, 2);
  http_client_wait_events (second, 2);
  http_client_close (first);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_PEER);
}

/* It has the connections, too, as long as it lives: they end all the same, and what
 * happens on them then is not taken for news of who is gone. */
static void
test_fork_sse_server_disconnect (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) other = http_client_open (fixture, "/events/news");
  int ends[2];
  char byte;
  pid_t pid;

  test_wait_until (fixture->joined->len == 2);
  g_assert_cmpint (pipe (ends), ==, 0);
  pid = fork_child ();
  if (pid == 0)
    {
      close (ends[1]);
      _exit (read (ends[0], &byte, 1) == 0 ? 0 : 1);
    }
  close (ends[0]);
  g_assert_true (eric_sse_server_disconnect_subscriber (
    fixture->server, eric_sse_subscriber_get_id (fixture->joined->pdata[0])));
  g_assert_true (eric_sse_server_disconnect_subscriber (
    fixture->server, eric_sse_subscriber_get_id (fixture->joined->pdata[1])));
  http_fixture_assert_left (fixture, 2, ERIC_SSE_DISCONNECT_REQUESTED);
  http_client_wait_eof (client);
  http_client_wait_eof (other);
  http_client_close (client);
  http_client_close (other);
  /* The hub is awake, and sees nothing of them. */
  g_clear_pointer (&client, http_client_free);
  client = http_client_open (fixture, "/events/news");
  http_broadcast (fixture->news, "x");
  http_client_wait_events (client, 1);
  close (ends[1]);
  assert_child (pid);
}

static guint
count_listeners (EricChannel *channel)
{
  g_auto (GStrv) ids = eric_channel_get_listener_ids (channel);

  return g_strv_length (ids);
}

static void
test_fork_socket_server (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, "{\"v\": \"w\", \"c\": \"news\"}\n");
  g_autoptr (SocketPeer) late = NULL;
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, "x", NULL);
  pid_t pid;

  socket_fixture_wait (fixture, 1);
  pid = fork_child ();
  if (pid == 0)
    {
      g_clear_object (&fixture->server);
      _exit (0);
    }
  assert_child (pid);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  late = socket_peer_open (fixture, "{\"v\": \"w\", \"c\": \"news\"}\n");
  socket_fixture_wait (fixture, 2);
  test_wait_until (count_listeners (fixture->news) == 2);
  g_assert_true (eric_channel_broadcast (fixture->news, message, NULL));
  socket_peer_wait_lines (peer, 1);
  socket_peer_wait_lines (late, 1);
}

typedef struct
{
  SocketFixture    *fixture;
  EricSocketClient *client;
  GAsyncResult     *result;
} Calls;

static void
call (Calls *calls)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, "x", NULL);
  g_autoptr (GError) error = NULL;

  calls->result = NULL;
  eric_socket_client_broadcast_async (calls->client, "news", message, G_PRIORITY_DEFAULT, NULL,
                                      test_keep_result, &calls->result);
  test_wait_until (calls->result != NULL);
  result = g_steal_pointer (&calls->result);
  eric_socket_client_broadcast_finish (calls->client, result, &error);
  g_assert_no_error (error);
}

static void
test_fork_socket_client (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  Calls calls = { fixture, eric_socket_client_new (fixture->path), NULL };
  pid_t pid;

  call (&calls);
  link_wait_at_rest (calls.client->link);
  pid = fork_child ();
  if (pid == 0)
    {
      g_clear_object (&calls.client);
      _exit (0);
    }
  assert_child (pid);
  call (&calls);
  g_object_unref (calls.client);
}

/* To be closed in the middle of its next call. */
static EricSocketLink *to_close;

/* That of GLib, but what another thread may do once a call has let go of the lock is done. */
void
g_mutex_unlock (GMutex *mutex)
{
  void (*unlock) (GMutex *) = (void (*) (GMutex *)) dlsym (RTLD_NEXT, "g_mutex_unlock");

  unlock (mutex);
  if (to_close != NULL && mutex == &to_close->lock && g_atomic_int_get (&to_close->running))
    eric_socket_link_close (g_steal_pointer (&to_close));
}

/* What is the child's own is closed, whichever thread has just begun to call. */
static void
test_fork_socket_close (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  pid_t pid;

  g_assert_cmpint (eric_fork_count (), ==, 0);
  pid = fork_child ();
  if (pid == 0)
    {
      EricSocketLink *link = link_new (peer);

      to_close = link;
      link_assert_error (link_call (link, "one", NULL), G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
      g_assert_null (to_close);
      _exit (0);
    }
  assert_child (pid);
}

static void
test_fork_socket_stream (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricSocketClient) client = eric_socket_client_new (fixture->path);
  g_autoptr (EricSocketStream) stream = NULL;
  g_autoptr (EricMessage) sent = eric_message_new_from_text (NULL, "x", NULL);
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  pid_t pid;

  eric_socket_client_stream_async (client, "news", NULL, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  stream = eric_socket_client_stream_finish (client, result, &error);
  g_assert_no_error (error);
  g_clear_object (&result);
  test_wait_until (count_listeners (fixture->news) == 1);
  eric_socket_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_settle ();
  pid = fork_child ();
  if (pid == 0)
    {
      /* While it is read, too. */
      eric_socket_stream_close (stream);
      _exit (0);
    }
  assert_child (pid);
  g_assert_true (eric_channel_broadcast (fixture->news, sent, NULL));
  test_wait_until (result != NULL);
  message = eric_socket_stream_next_finish (stream, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_text (message), ==, "x");
}

static void
test_fork_event_source (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);
  gboolean done = FALSE;
  pid_t pid;
  int status;

  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_OPEN);
  test_settle ();
  g_string_truncate (fixture->log, 0);
  /* A thread of GIO may have a lock of GObject just then, which the child waits for in vain. */
  for (guint i = 0; i < ATTEMPTS && !done; i++)
    {
      pid = fork_child ();
      if (pid == 0)
        {
          alarm (ATTEMPT_DEADLINE);
          g_clear_object (&fixture->source);
          test_settle ();
          _exit (0);
        }
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      done = WIFEXITED (status) && WEXITSTATUS (status) == 0;
      g_assert_true (done || (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM));
    }
  g_assert_true (done);
  scripted_peer_send (peer, "data: x\n\n");
  source_fixture_assert (fixture, "message x\n");
}

static void
test_fork_pool (void)
{
  g_autoptr (PoolGate) gate = pool_gate_new ();
  EricListener *listener = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);
  EricListener *idle = eric_thread_pool_listener_new (2, pool_gate_pass, gate, NULL);
  g_autoptr (EricMessage) message = pool_new_message ("x", 1);
  pid_t pid;

  eric_listener_start (listener);
  eric_listener_push (listener, message, NULL);
  pool_gate_wait_entered (gate, 1);
  pid = fork_child ();
  if (pid == 0)
    {
      eric_listener_stop (listener);
      g_clear_object (&listener);
      g_clear_object (&idle);
      _exit (0);
    }
  assert_child (pid);
  pool_gate_open (gate, G_MAXUINT);
  eric_listener_stop (listener);
  pool_wait (listener);
  g_assert_cmpuint (eric_thread_pool_listener_get_n_done (ERIC_THREAD_POOL_LISTENER (listener)), ==, 1);
  g_object_unref (listener);
  g_object_unref (idle);
}

typedef struct
{
  const char *name;
  void      (*func) (void);
} ForkRow;

static const ForkRow rows[] = {
  { "sse-server", test_fork_sse_server },
  { "sse-server-disconnect", test_fork_sse_server_disconnect },
  { "socket-server", test_fork_socket_server },
  { "socket-client", test_fork_socket_client },
  { "socket-close", test_fork_socket_close },
  { "socket-stream", test_fork_socket_stream },
  { "event-source", test_fork_event_source },
  { "pool", test_fork_pool },
};

static void
test_fork (gconstpointer data)
{
  const ForkRow *row = data;
  pid_t pid = fork_child ();

  if (pid == 0)
    {
      alarm (CASE_DEADLINE);
      row->func ();
      _exit (0);
    }
  assert_child (pid);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/eric/fork/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_fork);
    }

  return g_test_run ();
}
