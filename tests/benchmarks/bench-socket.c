/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Broadcasts over a socket: many on one connection, beside a bare loop that answers each
 * line without reading it; through EricSocketClient; and one on each connection, beside
 * the server of the Python package. */

#include <eric-sse.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define N_ROUNDS      7
#define N_LINES       500000
#define N_CALLS       20000
#define N_CONNECTIONS 3000
#define N_AHEAD       1000   /* calls without an answer */
#define REQUEST \
  "{\"v\": \"b\", \"c\": \"news\", \"t\": \"tick\", \"p\": {\"a\": 1, \"text\": \"hello world\"}}"
#define ANSWER "ack\n"

static char *path;

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *rounds)
{
  qsort (rounds, N_ROUNDS, sizeof *rounds, compare);
  return rounds[N_ROUNDS / 2];
}

static int
connect_to (const char *where)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, where, sizeof address.sun_path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

/* Sends lines as fast as they are taken. Returns how many were answered in a second. */
static double
pump_lines (int fd)
{
  const gsize length = strlen (REQUEST "\n"), n_block = 500;
  const gsize total = length * N_LINES, expected = strlen (ANSWER) * N_LINES;
  g_autoptr (GString) block = g_string_new (NULL);
  gsize sent = 0, received = 0;
  gint64 begun;
  char answers[65536];

  for (gsize i = 0; i < n_block; i++)
    g_string_append (block, REQUEST "\n");
  fcntl (fd, F_SETFL, O_NONBLOCK);
  begun = g_get_monotonic_time ();
  while (received < expected)
    {
      struct pollfd wait = { fd, POLLIN | (sent < total ? POLLOUT : 0), 0 };
      gsize at = sent % block->len;
      gssize n;

      poll (&wait, 1, -1);
      if (wait.revents & POLLOUT &&
          (n = write (fd, block->str + at, MIN (block->len - at, total - sent))) > 0)
        sent += n;
      if (wait.revents & POLLIN)
        {
          if ((n = read (fd, answers, sizeof answers)) <= 0)
            g_error ("the server has left");
          received += n;
        }
    }
  close (fd);
  return N_LINES / ((g_get_monotonic_time () - begun) / 1e6);
}

/* The server runs in the thread that measures, and the peer in another. */
typedef struct
{
  GThreadFunc func;
  double      result;   /* in a second */
  gboolean    done;     /* (atomic) */
} Peer;

static gpointer
peer_thread (gpointer data)
{
  Peer *peer = data;

  peer->func (peer);
  g_atomic_int_set (&peer->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static double
serve_peer (GThreadFunc func)
{
  Peer peer = { .func = func };
  GThread *thread = g_thread_new ("peer", peer_thread, &peer);

  while (!g_atomic_int_get (&peer.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  return peer.result;
}

static gpointer
lines_peer (gpointer data)
{
  ((Peer *) data)->result = pump_lines (connect_to (path));
  return NULL;
}

static gpointer
bare_peer (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  double *result = g_new (double, 1);

  *result = pump_lines (fd);
  return result;
}

static double
run_bare (void)
{
  g_autofree double *result = NULL;
  g_autoptr (GString) answers = g_string_new (NULL);
  char buffer[16384];
  GThread *thread;
  int fds[2];
  gssize n;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    g_error ("socketpair: %s", g_strerror (errno));
  thread = g_thread_new ("peer", bare_peer, GINT_TO_POINTER (fds[1]));
  while ((n = read (fds[0], buffer, sizeof buffer)) > 0)
    {
      const char *end = buffer + n;

      g_string_truncate (answers, 0);
      for (const char *c = buffer; (c = memchr (c, '\n', end - c)) != NULL; c++)
        g_string_append (answers, ANSWER);
      if (write (fds[0], answers->str, answers->len) < 0)
        break;
    }
  result = g_thread_join (thread);
  close (fds[0]);
  return *result;
}

static gpointer
connections_peer (gpointer data)
{
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      int fd = connect_to (path);
      char answer[256];
      gssize n;

      if (write (fd, REQUEST, strlen (REQUEST)) < 0 || shutdown (fd, SHUT_WR) < 0)
        g_error ("write: %s", g_strerror (errno));
      n = read (fd, answer, sizeof answer);
      if (n != 3 || memcmp (answer, "ack", 3) != 0)
        g_error ("the answer is %.*s", (int) MAX (n, 0), answer);
      close (fd);
    }
  ((Peer *) data)->result = N_CONNECTIONS / ((g_get_monotonic_time () - begun) / 1e6);
  return NULL;
}

static gpointer
calls_peer (gpointer data)
{
  g_autoptr (EricSocketClient) client = eric_socket_client_new (path);
  g_autoptr (EricMessage) message = eric_message_new ("tick", g_variant_new_int64 (1), NULL);
  gint64 begun = g_get_monotonic_time ();

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!eric_socket_client_broadcast (client, "news", message, NULL, &error))
        g_error ("%s", error->message);
    }
  ((Peer *) data)->result = N_CALLS / ((g_get_monotonic_time () - begun) / 1e6);
  return NULL;
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      n_ahead)
{
  g_autoptr (GError) error = NULL;

  if (!eric_socket_client_broadcast_finish (ERIC_SOCKET_CLIENT (source), result, &error))
    g_error ("%s", error->message);
  --*(guint *) n_ahead;
}

static gpointer
async_calls_peer (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (EricSocketClient) client = eric_socket_client_new (path);
  g_autoptr (EricMessage) message = eric_message_new ("tick", g_variant_new_int64 (1), NULL);
  gint64 begun = g_get_monotonic_time ();
  guint n_ahead = 0;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_LINES / 2 || n_ahead > 0;)
    {
      for (; i < N_LINES / 2 && n_ahead < N_AHEAD; i++, n_ahead++)
        eric_socket_client_broadcast_async (client, "news", message, G_PRIORITY_DEFAULT, NULL,
                                            answered_cb, &n_ahead);
      g_main_context_iteration (context, TRUE);
    }
  g_main_context_pop_thread_default (context);
  ((Peer *) data)->result = N_LINES / 2 / ((g_get_monotonic_time () - begun) / 1e6);
  return NULL;
}

static void
report (const char  *name,
        GThreadFunc  func)
{
  double rounds[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    rounds[i] = serve_peer (func);
  printf ("%-52s %10.0f a second\n", name, get_median (rounds));
}

static void
report_lines (const char *name)
{
  double ours[N_ROUNDS], bare[N_ROUNDS], ratios[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      ours[i] = serve_peer (lines_peer);
      bare[i] = run_bare ();
      ratios[i] = bare[i] / ours[i];
    }
  printf ("%-52s %10.0f a second, the bare loop %.0f: %.1f times its time\n", name,
          get_median (ours), get_median (bare), get_median (ratios));
}

/* The server of the Python package, in a process of its own, on the path it is given. It
 * makes the channel of the requests. */
static void
report_python (const char *script)
{
  g_autoptr (GSubprocess) server = NULL;
  double rounds[N_ROUNDS];
  char ready[16];

  if (g_getenv ("ERIC_SSE_PYTHON_PACKAGE") == NULL)
    {
      printf ("%-52s not there: see %s\n", "the Python package's server", script);
      return;
    }
  server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "python3", script, path, NULL);
  if (server == NULL ||
      g_input_stream_read (g_subprocess_get_stdout_pipe (server), ready, sizeof ready, NULL, NULL) <= 0)
    {
      printf ("%-52s does not run\n", "the Python package's server");
      return;
    }
  for (guint i = 0; i < N_ROUNDS; i++)
    rounds[i] = serve_peer (connections_peer);
  printf ("%-52s %10.0f a second\n", "one on each connection, the Python package's server", get_median (rounds));
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (EricChannelContainer) channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_autoptr (EricChannel) channel = eric_channel_container_add (channels, "news", NULL);
  g_autoptr (EricListener) listener = NULL;
  g_autoptr (EricSocketServer) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("eric-XXXXXX", NULL);

  path = g_build_filename (folder, "socket", NULL);
  server = eric_socket_server_new (channels, path);
  if (!eric_socket_server_start (server, &error))
    g_error ("%s", error->message);

  printf ("medians of %u rounds\n", N_ROUNDS);
  report_lines ("broadcasts on one connection");
  listener = eric_channel_add_listener (channel, NULL);
  eric_listener_set_capacity (listener, 1000);
  report_lines ("the same, and a listener that is full");
  report ("EricSocketClient, 1,000 calls ahead", async_calls_peer);
  report ("EricSocketClient, one call at a time", calls_peer);
  report ("one on each connection", connections_peer);
  g_clear_object (&server);
  fflush (stdout);
  if (argc > 1)
    report_python (argv[1]);
  unlink (path);
  rmdir (folder);
  g_free (path);
  return 0;
}
