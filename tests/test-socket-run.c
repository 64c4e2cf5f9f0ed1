/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <eric-sse.h>

#include "socket-util.h"
#include "test-util.h"

/* Servers and peers in processes and threads of their own. */

#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"hello\"}"
#define WATCH     "{\"v\":\"w\",\"c\":\"news\"}"
#define FAREWELL  "{\"event\": \"_eric_channel_closed\", \"retry\": 3000, \"data\": null}\n"

static const char *program;

static void
wait_stopped (SocketFixture *fixture)
{
  test_wait_until (!eric_socket_server_get_running (fixture->server));
  g_assert_cmpuint (eric_socket_server_get_n_connections (fixture->server), ==, 0);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* A server in a process of its own. */
static int
run_server (const char *path)
{
  g_autoptr (EricChannelContainer) channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_autoptr (EricChannel) news = eric_channel_container_add (channels, "news", NULL);
  EricSocketServer *server = eric_socket_server_new (channels, path);
  g_autoptr (GError) error = NULL;

  if (!eric_socket_server_run (server, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  g_assert_false (eric_socket_server_get_running (server));
  test_finalize (server);
  return 0;
}

/* A peer in a process of its own, which waits for its end. */
static int
run_peer (const char *path,
          const char *request)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  SocketPeer *peer = socket_peer_connect (address);

  g_assert_true (socket_peer_send (peer, request, -1));
  pause ();
  return 0;
}

static GSubprocess *
spawn (const char *what,
       const char *path,
       const char *request)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                           &error, program, what, path, request, NULL);

  g_assert_no_error (error);
  return process;
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Turns until the path is there, or not any more: the process says nothing of it. */
static void
wait_path (const char *path,
           gboolean    there)
{
  guint tick = g_timeout_add (5, tick_cb, NULL);

  test_wait_until (g_file_test (path, G_FILE_TEST_EXISTS) == there);
  g_source_remove (tick);
}

static SocketPeer *
connect_process (SocketFixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GSocket) probe = NULL;
  gboolean connected = FALSE;

  /* The path is there a little before somebody listens. */
  wait_path (fixture->path, TRUE);
  while (!connected)
    {
      g_clear_object (&probe);
      probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
      connected = g_socket_connect (probe, address, NULL, NULL);
    }
  return socket_peer_connect (address);
}

static void
assert_exit (GSubprocess *process)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
test_socket_run_signal (void)
{
  static const int signals[] = { SIGTERM, SIGINT };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
      g_autoptr (GSubprocess) process = spawn ("--run", fixture->path, NULL);
      g_autoptr (GSubprocess) refused = NULL;
      g_autoptr (SocketPeer) watcher = connect_process (fixture);
      g_autoptr (SocketPeer) sender = socket_peer_new (fixture);
      g_autofree char *line = NULL;

      g_assert_true (socket_peer_send (watcher, BROADCAST "\n" WATCH "\n", -1));
      socket_peer_assert_next (watcher, "ack\n");
      test_settle ();
      refused = spawn ("--run", fixture->path, NULL);
      g_assert_false (g_subprocess_wait_check (refused, NULL, NULL));
      g_assert_cmpint (g_subprocess_get_exit_status (refused), ==, 2);
      socket_peer_assert_answer (sender, BROADCAST "\n", "ack\n");
      line = socket_peer_take_line (watcher);
      g_assert_nonnull (strstr (line, "hello"));

      g_subprocess_send_signal (process, signals[i]);
      socket_peer_assert_end (watcher, FAREWELL);
      socket_peer_assert_end (sender, "");
      assert_exit (process);
      g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
    }
}

/* The second time it does not wait for anybody. */
static void
test_socket_run_signal_twice (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GSubprocess) process = spawn ("--run", fixture->path, NULL);
  g_autoptr (SocketPeer) half = connect_process (fixture);

  socket_peer_assert_answer (half, BROADCAST "\n{", "ack\n");
  g_subprocess_send_signal (process, SIGTERM);
  wait_path (fixture->path, FALSE);
  g_assert_false (half->eof);
  g_subprocess_send_signal (process, SIGTERM);
  socket_peer_assert_end (half, "");
  assert_exit (process);
}

static gboolean
stop_cb (gpointer user_data)
{
  eric_socket_server_stop (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
drop_server_cb (gpointer user_data)
{
  SocketFixture *fixture = user_data;
  EricSocketServer *server = g_steal_pointer (&fixture->server);

  eric_socket_server_stop (server);
  g_object_unref (server);
  return G_SOURCE_REMOVE;
}

/* It also returns when something else stops the server, or lets go of it. */
static void
test_socket_run_stopped (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GError) error = NULL;

  g_idle_add (stop_cb, fixture->server);
  g_assert_true (eric_socket_server_run (fixture->server, &error));
  g_assert_no_error (error);
  wait_stopped (fixture);
  g_idle_add (drop_server_cb, fixture);
  g_assert_true (eric_socket_server_run (fixture->server, &error));
  g_assert_null (fixture->server);
}

/* Of a process that is killed nothing is left but the listener that was its own to keep. */
static void
test_socket_run_killed_peer (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
  g_autofree char *listen = g_strdup_printf ("{\"v\":\"l\",\"c\":\"news\",\"r\":\"%s\"}\n", id);
  g_autoptr (EricListener) listener = eric_channel_get_listener (fixture->news, id, NULL);
  const char * const requests[] = { listen, WATCH "\n", "{\"v\":\"b\",", "", BROADCAST "\n" };
  GSubprocess *processes[G_N_ELEMENTS (requests)];

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    processes[i] = spawn ("--peer", fixture->path, requests[i]);
  socket_fixture_wait (fixture, G_N_ELEMENTS (requests));
  test_wait_until (socket_count_listeners (fixture->news) == 2 && eric_listener_get_running (listener));
  for (guint i = 0; i < 100; i++)
    socket_broadcast (fixture->news, "hello");
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    g_subprocess_force_exit (processes[i]);
  socket_fixture_wait (fixture, 0);
  g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 1);
  g_assert_false (eric_listener_get_running (listener));
  socket_assert_alive (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_subprocess_wait (processes[i], NULL, NULL);
      g_object_unref (processes[i]);
    }
}

typedef struct
{
  GSocketAddress *address;
  int             n_acks;      /* (atomic): of all threads */
  int             n_running;   /* (atomic) */
} Crowd;

/* Asks again and again until nobody answers. */
static gpointer
ask_thread (gpointer user_data)
{
  static const char request[] = BROADCAST "\n";
  Crowd *crowd = user_data;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  char answer[5] = "";

  g_assert_true (g_socket_connect (socket, crowd->address, NULL, NULL));
  while (g_socket_send (socket, request, strlen (request), NULL, NULL) > 0)
    {
      gssize n = g_socket_receive (socket, answer, sizeof answer - 1, NULL, NULL);

      if (n <= 0)
        break;
      g_assert_cmpstr (answer, ==, "ack\n");
      g_atomic_int_inc (&crowd->n_acks);
      g_main_context_wakeup (NULL);
    }
  g_atomic_int_add (&crowd->n_running, -1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
test_socket_run_crowd (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (SocketPeer) watcher = socket_peer_open (fixture, WATCH);
  Crowd crowd = { .address = address, .n_running = 8 };
  GThread *threads[8];

  test_wait_until (socket_count_listeners (fixture->news) == 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("crowd", ask_thread, &crowd);
  /* One that comes late would find the server gone. */
  socket_fixture_wait (fixture, G_N_ELEMENTS (threads) + 1);
  test_wait_until (g_atomic_int_get (&crowd.n_acks) >= 500);
  eric_socket_server_stop (fixture->server);
  test_wait_until (g_atomic_int_get (&crowd.n_running) == 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  wait_stopped (fixture);
  /* What was acknowledged was sent. */
  socket_peer_wait_eof (watcher);
  g_assert_cmpuint (watcher->n_lines, >=, crowd.n_acks + 1);
  g_assert_true (g_str_has_suffix (watcher->input->str, FAREWELL));
}

static void
raise_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  if (eric_socket_server_get_running (ERIC_SOCKET_SERVER (object)))
    raise (SIGTERM);
}

/* Who sees that the server runs may already send it a signal. */
static void
test_socket_run_signal_early (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->server, "notify::running", G_CALLBACK (raise_cb), NULL);
  g_assert_true (eric_socket_server_run (fixture->server, &error));
  g_assert_no_error (error);
  wait_stopped (fixture);
}

int
main (int    argc,
      char **argv)
{
  if (argc >= 3 && g_str_equal (argv[1], "--run"))
    return run_server (argv[2]);
  if (argc >= 4 && g_str_equal (argv[1], "--peer"))
    return run_peer (argv[2], argv[3]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-run/signal", test_socket_run_signal);
  g_test_add_func ("/eric/socket-run/signal-twice", test_socket_run_signal_twice);
  g_test_add_func ("/eric/socket-run/stopped", test_socket_run_stopped);
  g_test_add_func ("/eric/socket-run/killed-peer", test_socket_run_killed_peer);
  g_test_add_func ("/eric/socket-run/crowd", test_socket_run_crowd);
  g_test_add_func ("/eric/socket-run/signal-early", test_socket_run_signal_early);
  return g_test_run ();
}
