/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <eric-sse.h>

#include "socket-util.h"
#include "test-util.h"

#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\"}"

static const char *program;

static guint
get_mode (const char *path)
{
  GStatBuf status;

  g_assert_no_errno (g_lstat (path, &status));
  g_assert_true (S_ISSOCK (status.st_mode));
  return status.st_mode & 07777;
}

static gboolean
is_there (const char *path)
{
  GStatBuf status;

  return g_lstat (path, &status) == 0;
}

/* A socket that is bound, and that nobody listens on once this has returned. */
static void
leave_socket (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GError) error = NULL;

  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (socket, &error);
  g_assert_no_error (error);
}

/* The mode is what was asked for, whatever the mask of the process is. */
static void
test_socket_binding_mode (void)
{
  static const guint modes[] = { ERIC_SOCKET_SERVER_DEFAULT_MODE, 0666, 0660, 0777, 0 };
  static const mode_t masks[] = { 0, 022, 077, 0777 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (masks); j++)
      {
        g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
        g_autoptr (EricSocketServer) server = NULL;
        g_autoptr (GError) error = NULL;
        mode_t mask;

        server = g_object_new (ERIC_TYPE_SOCKET_SERVER, "path", fixture->path, "mode", modes[i], NULL);
        g_assert_cmpuint (eric_socket_server_get_mode (server), ==, modes[i]);
        g_assert_false (is_there (fixture->path));
        mask = umask (masks[j]);
        eric_socket_server_start (server, &error);
        umask (mask);
        g_assert_no_error (error);
        g_assert_cmpuint (get_mode (fixture->path), ==, modes[i]);
        eric_socket_server_stop (server);
        g_assert_false (is_there (fixture->path));
      }
}

static void
test_socket_binding_stale (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GError) error = NULL;

  leave_socket (fixture->path);
  g_assert_true (is_there (fixture->path));
  eric_socket_server_start (fixture->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_mode (fixture->path), ==, 0600);
  socket_assert_alive (fixture);
}

/* The one that was there is not harmed, and the other can start when it has gone. */
static void
test_socket_binding_live (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricSocketServer) other = eric_socket_server_new (NULL, fixture->path);
  g_autoptr (GError) error = NULL;
  g_autofree char *message = g_strdup_printf ("Another server is listening on “%s”", fixture->path);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (eric_socket_server_start (other, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
      g_assert_cmpstr (error->message, ==, message);
      g_clear_error (&error);
      g_assert_false (eric_socket_server_get_running (other));
      socket_assert_alive (fixture);
    }
  eric_socket_server_stop (fixture->server);
  eric_socket_server_start (other, &error);
  g_assert_no_error (error);
  g_assert_false (eric_socket_server_start (fixture->server, NULL));
}

/* So busy that it does not even take connections. */
static void
test_socket_binding_live_busy (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GSocket) busy = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  gboolean full = FALSE;

  g_assert_true (g_socket_bind (busy, address, FALSE, NULL));
  g_socket_set_listen_backlog (busy, 1);
  g_assert_true (g_socket_listen (busy, NULL));
  while (!full)
    {
      GSocket *client = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

      g_ptr_array_add (clients, client);
      g_socket_set_blocking (client, FALSE);
      full = !g_socket_connect (client, address, NULL, NULL);
    }
  g_assert_false (eric_socket_server_start (fixture->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

/* How many servers race for a path, and how often. */
#define N_RIVALS 2
#define N_RACES 300

typedef struct
{
  const char *path;
  int         n_here;      /* (atomic): at the line, then behind it */
  int         n_started;   /* (atomic) */
} Race;

static void
wait_for_rivals (Race *race,
                 int   n)
{
  g_atomic_int_inc (&race->n_here);
  while (g_atomic_int_get (&race->n_here) < n)
    g_thread_yield ();
}

static gpointer
race_thread (gpointer user_data)
{
  Race *race = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, race->path);
  g_autoptr (GError) error = NULL;

  wait_for_rivals (race, N_RIVALS);
  if (eric_socket_server_start (server, &error))
    g_atomic_int_inc (&race->n_started);
  else
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  wait_for_rivals (race, 2 * N_RIVALS);
  eric_socket_server_stop (server);
  return NULL;
}

/* Of those that start at once, one gets the path. */
static void
test_socket_binding_race (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();

  for (guint i = 0; i < N_RACES; i++)
    {
      Race race = { .path = fixture->path };
      GThread *threads[N_RIVALS];

      leave_socket (fixture->path);
      for (guint j = 0; j < N_RIVALS; j++)
        threads[j] = g_thread_new ("rival", race_thread, &race);
      for (guint j = 0; j < N_RIVALS; j++)
        g_thread_join (threads[j]);
      g_assert_cmpint (race.n_started, ==, 1);
      g_assert_false (is_there (fixture->path));
    }
}

typedef enum
{
  FILE_THERE,
  FOLDER_THERE,
  DANGLING_LINK,
  LINK_TO_SOCKET,
  N_OBSTACLES
} Obstacle;

/* What is no socket is left as it is. */
static void
test_socket_binding_obstacles (void)
{
  for (Obstacle obstacle = FILE_THERE; obstacle < N_OBSTACLES; obstacle++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
      g_autofree char *target = g_build_filename (fixture->dir, "target", NULL);
      g_autofree char *message = g_strdup_printf ("“%s” is there already, and is no socket", fixture->path);
      g_autoptr (GError) error = NULL;

      if (obstacle == FILE_THERE)
        g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
      else if (obstacle == FOLDER_THERE)
        g_assert_no_errno (g_mkdir (fixture->path, 0700));
      else
        g_assert_no_errno (symlink ("target", fixture->path));
      if (obstacle == LINK_TO_SOCKET)
        leave_socket (target);

      g_assert_false (eric_socket_server_start (fixture->server, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
      g_assert_cmpstr (error->message, ==, message);
      g_assert_true (is_there (fixture->path));
      g_assert_true (is_there (target) == (obstacle == LINK_TO_SOCKET));
      if (obstacle == FOLDER_THERE)
        g_assert_no_errno (g_rmdir (fixture->path));
      else
        g_assert_no_errno (g_unlink (fixture->path));
      g_unlink (target);

      g_assert_true (eric_socket_server_start (fixture->server, NULL));
    }
}

static void
test_socket_binding_no_folder (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autofree char *path = g_build_filename (fixture->dir, "none", "sock", NULL);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, path);
  g_autoptr (EricSocketServer) nothing = eric_socket_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (eric_socket_server_start (server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eric_socket_server_start (nothing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
  g_assert_false (eric_socket_server_get_running (nothing));
}

/* A path that does not fit is refused, not cut. */
static void
test_socket_binding_path_length (void)
{
  const gsize max = sizeof ((struct sockaddr_un *) NULL)->sun_path - 1;
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();

  for (gsize length = max - 1; length <= max + 2; length++)
    {
      g_autofree char *name = g_strnfill (length - strlen (fixture->dir) - 1, 'x');
      g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
      g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, path);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (strlen (path), ==, length);
      if (length <= max)
        {
          eric_socket_server_start (server, &error);
          g_assert_no_error (error);
          g_assert_true (is_there (path));
          eric_socket_server_stop (server);
        }
      else
        {
          g_assert_false (eric_socket_server_start (server, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
          g_assert_nonnull (strstr (error->message, path));
        }
      g_assert_false (is_there (path));
    }
}

/* A server that has been replaced does not remove the socket of the other. */
static void
test_socket_binding_replaced (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricSocketServer) other = eric_socket_server_new (fixture->channels, fixture->path);

  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_true (eric_socket_server_start (other, NULL));
  eric_socket_server_stop (fixture->server);
  g_assert_true (is_there (fixture->path));
  socket_assert_alive (fixture);
  eric_socket_server_stop (other);
  g_assert_false (is_there (fixture->path));
}

/* What somebody else has put there stays, too. */
static void
test_socket_binding_replaced_by_file (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));
  test_finalize (fixture->server);
  g_assert_true (is_there (fixture->path));
}

static GSocketAddress *
get_first_address (EricSocketServer *server)
{
  g_autoptr (GPtrArray) addresses = eric_socket_server_get_addresses (server);

  g_assert_cmpuint (addresses->len, >, 0);
  return g_object_ref (addresses->pdata[0]);
}

static void
assert_served (EricSocketServer *server)
{
  g_autoptr (GSocketAddress) address = get_first_address (server);
  g_autoptr (SocketPeer) peer = socket_peer_connect (address);

  socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
  socket_peer_shut (peer);
  socket_peer_assert_end (peer, "");
}

static void
test_socket_binding_loopback (void)
{
  static const char * const texts[] = { "127.0.0.1", "127.3.2.1", "::1" };
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (EricSocketServer) server = eric_socket_server_new (fixture->channels, NULL);
      g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (texts[i], 0);
      g_autoptr (GSocketAddress) bound = NULL;
      g_autoptr (EricSocketServer) other = eric_socket_server_new (NULL, NULL);
      g_autoptr (GError) error = NULL;

      if (!eric_socket_server_listen_address (server, any, &error))
        {
          g_test_message ("no %s: %s", texts[i], error->message);
          g_assert_cmpstr (texts[i], ==, "::1");
          continue;
        }
      bound = get_first_address (server);
      g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), >, 0);
      g_assert_false (eric_socket_server_listen_address (other, bound, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
      g_assert_true (eric_socket_server_start (server, NULL));
      assert_served (server);
      eric_socket_server_stop (server);
      g_assert_true (eric_socket_server_start (server, NULL));
      assert_served (server);
    }
}

/* Where other machines would reach it, and where nothing would protect it. */
static void
test_socket_binding_refused (void)
{
  static const char * const texts[] = { "0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "224.0.0.1" };
  g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, NULL);
  g_autoptr (GSocketAddress) abstract = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (texts[i], 0);

      g_assert_false (eric_socket_server_listen_address (server, address, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }
  abstract = g_unix_socket_address_new_with_type ("eric", -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_assert_false (eric_socket_server_listen_address (server, abstract, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (eric_socket_server_start (server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
}

/* One that comes while the server runs takes nothing from the others. */
static void
test_socket_binding_added (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) waiting = socket_peer_new (fixture);
  g_autoptr (GPtrArray) addresses = NULL;
  g_autofree char *path = g_build_filename (fixture->dir, "more", NULL);
  g_autoptr (GSocketAddress) more = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  eric_socket_server_listen_address (fixture->server, more, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_mode (path), ==, 0600);
  socket_peer_assert_answer (waiting, BROADCAST "\n", "ack\n");
  addresses = eric_socket_server_get_addresses (fixture->server);
  g_assert_cmpuint (addresses->len, ==, 2);
  for (guint i = 0; i < addresses->len; i++)
    {
      g_autoptr (SocketPeer) peer = socket_peer_connect (addresses->pdata[i]);

      socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
    }
  g_assert_false (eric_socket_server_listen_address (fixture->server, more, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  eric_socket_server_stop (fixture->server);
  g_assert_false (is_there (path));
}

/* What was opened for a start that failed is closed again. */
static void
test_socket_binding_start_fails (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *path = g_build_filename (fixture->dir, "mine", NULL);
  g_autoptr (GSocketAddress) taken = g_unix_socket_address_new (fixture->path);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (fixture->channels, path);
  g_autoptr (GError) error = NULL;

  eric_socket_server_stop (fixture->server);
  g_assert_true (eric_socket_server_listen_address (server, taken, NULL));
  g_assert_true (eric_socket_server_start (server, NULL));
  eric_socket_server_stop (server);
  g_assert_true (eric_socket_server_start (fixture->server, NULL));
  g_assert_false (eric_socket_server_start (server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_false (is_there (path));
  socket_assert_alive (fixture);
  eric_socket_server_stop (fixture->server);
  g_assert_true (eric_socket_server_start (server, NULL));
  g_assert_true (is_there (path));
}

/* A socket of somebody else's is theirs when the server stops, with who waits there. */
static void
test_socket_binding_handed (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (EricSocketServer) server = eric_socket_server_new (fixture->channels, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GSocket) handed = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SocketPeer) waiting = NULL;

  g_assert_false (eric_socket_server_listen_socket (server, handed, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_socket_bind (handed, address, FALSE, NULL));
  g_assert_true (g_socket_listen (handed, NULL));
  g_assert_true (eric_socket_server_listen_socket (server, handed, NULL));
  for (guint i = 0; i < 3; i++)
    {
      waiting = socket_peer_connect (address);
      g_assert_true (socket_peer_send (waiting, BROADCAST "\n", -1));
      g_assert_true (eric_socket_server_start (server, NULL));
      socket_peer_assert_next (waiting, "ack\n");
      assert_served (server);
      g_clear_pointer (&waiting, socket_peer_free);
      eric_socket_server_stop (server);
      test_wait_until (!eric_socket_server_get_running (server));
      g_assert_false (g_socket_is_closed (handed));
      g_assert_true (is_there (fixture->path));
    }
}

/* In a process of its own, which takes what it was started with. */
static void
take_from_systemd (gconstpointer expected)
{
  g_autoptr (EricChannelContainer) channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_autoptr (EricChannel) news = eric_channel_container_add (channels, "news", NULL);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (channels, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *pid = g_strdup_printf ("%d", getpid ());
  gboolean good = g_str_equal (expected, "good");

  if (g_strcmp0 (g_getenv ("LISTEN_PID"), "self") == 0)
    g_setenv ("LISTEN_PID", pid, TRUE);
  g_assert_true (good == eric_socket_server_listen_systemd (server, &error));
  g_assert_null (g_getenv ("LISTEN_PID"));
  g_assert_null (g_getenv ("LISTEN_FDS"));
  g_assert_null (g_getenv ("LISTEN_FDNAMES"));
  if (!good)
    {
      if (g_str_equal (expected, "none"))
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      else
        g_assert_nonnull (error);
      return;
    }
  g_assert_cmpint (fcntl (3, F_GETFD) & FD_CLOEXEC, !=, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (eric_socket_server_start (server, NULL));
      assert_served (server);
      eric_socket_server_stop (server);
      test_wait_until (!eric_socket_server_get_running (server));
    }
  g_assert_false (eric_socket_server_listen_systemd (server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
assert_child (const char *expected,
              const char *pid,
              const char *n_fds,
              int         fd)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_unsetenv (launcher, "LISTEN_PID");
  g_subprocess_launcher_unsetenv (launcher, "LISTEN_FDS");
  if (pid != NULL)
    g_subprocess_launcher_setenv (launcher, "LISTEN_PID", pid, TRUE);
  if (n_fds != NULL)
    g_subprocess_launcher_setenv (launcher, "LISTEN_FDS", n_fds, TRUE);
  g_subprocess_launcher_setenv (launcher, "LISTEN_FDNAMES", "eric", TRUE);
  g_subprocess_launcher_take_fd (launcher, fd, 3);
  process = g_subprocess_launcher_spawn (launcher, &error, program, "--systemd", expected, NULL);
  g_assert_no_error (error);
  g_test_message ("%s: %s %s", expected, pid, n_fds);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
test_socket_binding_systemd (void)
{
  static const struct { const char *expected; const char *pid; const char *n_fds; } samples[] = {
    { "good", "self", "1" },
    { "none", NULL, NULL },
    { "none", "self", NULL },
    { "none", NULL, "1" },
    { "none", "1", "1" },
    { "none", "", "1" },
    { "none", "selfish", "1" },
    { "none", "self", "" },
    { "none", "self", "0" },
    { "none", "self", "-1" },
    { "none", "self", "x" },
    { "none", "self", "1x" },
    { "none", "self", "99999999999999999999" },
    { "bad", "self", "1000" },
    { "bad", "self", "2147483647" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
      g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
      g_autoptr (GSocket) handed = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);

      g_assert_true (g_socket_bind (handed, address, FALSE, NULL));
      g_assert_true (g_socket_listen (handed, NULL));
      assert_child (samples[i].expected, samples[i].pid, samples[i].n_fds,
                    fcntl (g_socket_get_fd (handed), F_DUPFD_CLOEXEC, 10));
    }
}

/* What is handed is no socket, or none that listens. */
static void
test_socket_binding_systemd_wrong (void)
{
  assert_child ("bad", "self", "1", open ("/dev/null", O_RDWR | O_CLOEXEC));
  assert_child ("bad", "self", "1", socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  assert_child ("bad", "self", "1", socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

/* Two that share a socket are told of the same connection: the one that finds it taken goes
 * on. */
static void
test_socket_binding_handed_shared (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GSocket) handed = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
  EricSocketServer *servers[2];

  g_assert_true (g_socket_bind (handed, address, FALSE, NULL));
  g_assert_true (g_socket_listen (handed, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      servers[i] = eric_socket_server_new (fixture->channels, NULL);
      g_assert_true (eric_socket_server_listen_socket (servers[i], handed, NULL));
      g_assert_true (eric_socket_server_start (servers[i], NULL));
    }
  for (guint i = 0; i < 3; i++)
    assert_served (servers[0]);
  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    test_finalize (servers[i]);
}

static gboolean
done_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Its owner may close it, or the system end it: nobody comes any more, and the server does
 * not look for them all the time. */
static void
test_socket_binding_handed_ended (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autofree char *path = g_build_filename (fixture->dir, "more", NULL);
      g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
      g_autoptr (GSocket) handed = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
      gboolean idle = FALSE;

      g_assert_true (g_socket_bind (handed, address, FALSE, NULL));
      g_assert_true (g_socket_listen (handed, NULL));
      g_assert_true (eric_socket_server_listen_socket (fixture->server, handed, NULL));
      if (i == 0)
        g_assert_true (g_socket_close (handed, NULL));
      else
        g_assert_no_errno (shutdown (g_socket_get_fd (handed), SHUT_RDWR));
      /* It comes when nothing of a higher priority is ready. */
      g_idle_add (done_cb, &idle);
      test_wait_until (idle);
      socket_assert_alive (fixture);
      eric_socket_server_stop (fixture->server);
      g_assert_no_errno (g_unlink (path));
    }
}

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--systemd"))
    {
      take_from_systemd (argv[2]);
      return 0;
    }
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-binding/mode", test_socket_binding_mode);
  g_test_add_func ("/eric/socket-binding/stale", test_socket_binding_stale);
  g_test_add_func ("/eric/socket-binding/live", test_socket_binding_live);
  g_test_add_func ("/eric/socket-binding/live-busy", test_socket_binding_live_busy);
  g_test_add_func ("/eric/socket-binding/race", test_socket_binding_race);
  g_test_add_func ("/eric/socket-binding/obstacles", test_socket_binding_obstacles);
  g_test_add_func ("/eric/socket-binding/no-folder", test_socket_binding_no_folder);
  g_test_add_func ("/eric/socket-binding/path-length", test_socket_binding_path_length);
  g_test_add_func ("/eric/socket-binding/replaced", test_socket_binding_replaced);
  g_test_add_func ("/eric/socket-binding/replaced-by-file", test_socket_binding_replaced_by_file);
  g_test_add_func ("/eric/socket-binding/loopback", test_socket_binding_loopback);
  g_test_add_func ("/eric/socket-binding/refused", test_socket_binding_refused);
  g_test_add_func ("/eric/socket-binding/added", test_socket_binding_added);
  g_test_add_func ("/eric/socket-binding/start-fails", test_socket_binding_start_fails);
  g_test_add_func ("/eric/socket-binding/handed", test_socket_binding_handed);
  g_test_add_func ("/eric/socket-binding/systemd", test_socket_binding_systemd);
  g_test_add_func ("/eric/socket-binding/systemd-wrong", test_socket_binding_systemd_wrong);
  g_test_add_func ("/eric/socket-binding/handed-shared", test_socket_binding_handed_shared);
  g_test_add_func ("/eric/socket-binding/handed-ended", test_socket_binding_handed_ended);
  return g_test_run ();
}
