/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-util.h"

/* A process that has few descriptors left, or none: what needs one fails with an error, and
 * nothing ends the process. Each case runs in a child, with a GLib that has made nothing. */

/* The last is more than any case needs, also with a thread of the hub for each of many cores. */
static const guint lefts[] = { 0, 1, 2, 3, 4, 5, 6, 8, 60 };

typedef gboolean (*ShortFunc) (GError **error);

typedef struct
{
  const char *name;
  ShortFunc   func;
} ShortRow;

/* For paths of sockets. */
static char *folder;

static gboolean
listen_short (GError **error)
{
  g_autoptr (EricSseServer) server = g_object_new (ERIC_TYPE_SSE_SERVER, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  eric_sse_server_set_keepalive (server, 1);
  return eric_sse_server_listen (server, address, error);
}

static gboolean
start_short (GError **error)
{
  g_autofree char *path = g_build_filename (folder, "start.sock", NULL);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, path);

  return eric_socket_server_start (server, error);
}

static gboolean
stop_cb (gpointer user_data)
{
  eric_socket_server_stop (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
run_short (GError **error)
{
  g_autofree char *path = g_build_filename (folder, "run.sock", NULL);
  g_autoptr (EricSocketServer) server = eric_socket_server_new (NULL, path);

  g_idle_add (stop_cb, server);
  return eric_socket_server_run (server, error);
}

static gboolean
create_short (GError **error)
{
  g_autofree char *path = g_build_filename (folder, "nobody.sock", NULL);
  g_autoptr (EricSocketClient) client = eric_socket_client_new (path);
  g_autofree char *id = NULL;

  /* With descriptors, there is nobody. */
  id = eric_socket_client_create_channel (client, NULL, error);
  return g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* It ends in one way or another, where nobody listens. */
static gboolean
read_short (GError **error)
{
  g_autoptr (EricEventSource) source = eric_event_source_new ("http://127.0.0.1:1/", NULL);

  eric_event_source_set_policy (source, ERIC_RECONNECT_POLICY_NEVER);
  eric_event_source_start (source);
  test_wait_until (eric_event_source_get_ready_state (source) == ERIC_READY_STATE_CLOSED);
  if (eric_event_source_get_error (source) == NULL)
    return FALSE;
  *error = g_error_copy (eric_event_source_get_error (source));
  return g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static gboolean
bridge_short (GError **error)
{
  g_autoptr (EricContextBridge) bridge = eric_context_bridge_new (NULL, error);

  return bridge != NULL;
}

static const ShortRow rows[] = {
  { "sse-server-listen", listen_short },
  { "socket-server-start", start_short },
  { "socket-server-run", run_short },
  { "socket-client-create-channel", create_short },
  { "event-source-start", read_short },
  { "context-bridge-new", bridge_short },
};

/* Lets the process open @left descriptors more. */
static void
use_up (guint left)
{
  struct rlimit limit;
  int highest = -1;
  int fd;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  for (fd = 0; fd < 1024; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      highest = fd;
  limit.rlim_cur = highest + 1 + left;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  /* The gaps below. */
  while ((fd = dup (0)) >= 0 && fd < highest)
    ;
  if (fd >= 0)
    close (fd);
}

static void
run_child (const ShortRow *row,
           guint           left)
{
  GError *error = NULL;
  gboolean done;

  /* The report is the parent's. */
  g_assert_nonnull (freopen ("/dev/null", "w", stdout));
  g_main_context_default ();
  use_up (left);
  done = row->func (&error);
  if (!done && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    g_printerr ("%u left: %s\n", left, error != NULL ? error->message : "no error");
  _exit (done ? 0 : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) ? 1 : 2);
}

static void
test_descriptors (gconstpointer data)
{
  const ShortRow *row = data;
  guint n_failed = 0, n_done = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lefts); i++)
    {
      pid_t pid = fork ();
      int status;

      g_assert_cmpint (pid, >=, 0);
      if (pid == 0)
        run_child (row, lefts[i]);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), <=, 1);
      n_done += WEXITSTATUS (status) == 0;
      n_failed += WEXITSTATUS (status) == 1;
    }
  g_assert_cmpuint (n_failed, >, 0);
  g_assert_cmpuint (n_done, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  /* GIO would load the modules, and the monitor of the network ask others. */
  g_setenv ("GIO_MODULE_DIR", "/nonexistent", TRUE);
  g_setenv ("GIO_USE_NETWORK_MONITOR", "base", TRUE);
  folder = g_dir_make_tmp ("eric-XXXXXX", NULL);
  g_assert_nonnull (folder);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/eric/descriptors/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_descriptors);
    }
  result = g_test_run ();
  rmdir (folder);
  g_free (folder);
  return result;
}
