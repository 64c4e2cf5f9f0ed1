/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line-server.h"

/* As in test-util.c, in milliseconds. */
#define DEADLINE (50 * 1000)

static void
wait_for (int         fd,
          short       events,
          const char *what)
{
  struct pollfd polled = { .fd = fd, .events = events };
  int n;

  do
    n = poll (&polled, 1, DEADLINE);
  while (n < 0 && errno == EINTR);
  if (n == 0)
    g_error ("the peer waited in vain for %s", what);
  g_assert_cmpint (n, ==, 1);
}

void
line_server_listen (LineServer *peer)
{
  struct sockaddr_storage address;
  gssize length = g_socket_address_get_native_size (peer->address);
  const int on = 1;

  g_assert_cmpint (peer->fd, ==, -1);
  g_assert_true (g_socket_address_to_native (peer->address, &address, sizeof address, NULL));
  peer->fd = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (peer->fd, >=, 0);
  setsockopt (peer->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  g_assert_no_errno (bind (peer->fd, (struct sockaddr *) &address, length));
  g_assert_no_errno (listen (peer->fd, 128));
}

/* Whoever waits to be accepted is refused. */
void
line_server_stop (LineServer *peer)
{
  if (peer->fd < 0)
    return;
  close (peer->fd);
  peer->fd = -1;
  if (peer->path != NULL)
    g_unlink (peer->path);
}

LineServer *
line_server_new (void)
{
  LineServer *peer = g_new0 (LineServer, 1);
  g_autoptr (GError) error = NULL;

  peer->fd = -1;
  peer->directory = g_dir_make_tmp ("eric-XXXXXX", &error);
  g_assert_no_error (error);
  peer->path = g_build_filename (peer->directory, "socket", NULL);
  peer->address = g_unix_socket_address_new (peer->path);
  line_server_listen (peer);
  return peer;
}

LineServer *
line_server_new_tcp (void)
{
  LineServer *peer = g_new0 (LineServer, 1);
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  peer->fd = -1;
  peer->address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  line_server_listen (peer);
  g_assert_no_errno (getsockname (peer->fd, (struct sockaddr *) &address, &length));
  g_object_unref (peer->address);
  peer->address = g_socket_address_new_from_native (&address, length);
  return peer;
}

void
line_server_free (LineServer *peer)
{
  line_server_stop (peer);
  if (peer->directory != NULL)
    g_rmdir (peer->directory);
  for (guint i = 0; peer->filled && i < G_N_ELEMENTS (peer->row); i++)
    line_server_close (peer->row[i]);
  g_free (peer->directory);
  g_free (peer->path);
  g_object_unref (peer->address);
  g_free (peer);
}

int
line_server_accept (LineServer *peer)
{
  int fd;

  wait_for (peer->fd, POLLIN, "a connection");
  fd = accept4 (peer->fd, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

/* Whether somebody waits to be accepted. */
gboolean
line_server_is_called (LineServer *peer)
{
  struct pollfd polled = { .fd = peer->fd, .events = POLLIN };

  return poll (&polled, 1, 0) == 1;
}

/* Over TCP, those beyond the row hear nothing. */
void
line_server_fill_row (LineServer *peer)
{
  struct sockaddr_storage address;
  gssize length = g_socket_address_get_native_size (peer->address);

  g_assert_no_errno (listen (peer->fd, 0));
  g_assert_true (g_socket_address_to_native (peer->address, &address, sizeof address, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (peer->row); i++)
    {
      peer->row[i] = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      connect (peer->row[i], (struct sockaddr *) &address, length);
    }
  peer->filled = TRUE;
}

void
line_server_empty_row (LineServer *peer)
{
  line_server_close (line_server_accept (peer));
  for (guint i = 0; i < G_N_ELEMENTS (peer->row); i++)
    line_server_close (peer->row[i]);
  peer->filled = FALSE;
}

/* Looks before it takes, so that nothing is read beyond the line. */
char *
line_server_read (int fd)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (;;)
    {
      char bytes[4096];
      const char *lf;
      ssize_t n;

      wait_for (fd, POLLIN, "a line");
      n = recv (fd, bytes, sizeof bytes, MSG_PEEK);
      if (n <= 0)
        {
          g_assert_true (n == 0 || errno == ECONNRESET);
          g_assert_cmpuint (line->len, ==, 0);
          return NULL;
        }
      lf = memchr (bytes, '\n', n);
      if (lf != NULL)
        n = lf + 1 - bytes;
      g_assert_cmpint (recv (fd, bytes, n, 0), ==, n);
      g_string_append_len (line, bytes, n);
      if (lf != NULL)
        {
          g_string_truncate (line, line->len - 1);
          return g_string_free (g_steal_pointer (&line), FALSE);
        }
    }
}

void
line_server_send_bytes (int         fd,
                        const char *bytes,
                        gsize       length)
{
  while (length > 0)
    {
      ssize_t n;

      wait_for (fd, POLLOUT, "a client that reads");
      n = send (fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
      g_assert_cmpint (n, >, 0);
      bytes += n;
      length -= n;
    }
}

void
line_server_send (int         fd,
                  const char *text)
{
  line_server_send_bytes (fd, text, strlen (text));
}

void
line_server_wait_taken (int fd)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE * G_TIME_SPAN_MILLISECOND;
  int n_bytes;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
      g_assert_no_errno (ioctl (fd, SIOCOUTQ, &n_bytes));
    }
  while (n_bytes > 0);
}

void
line_server_close (int fd)
{
  g_assert_no_errno (close (fd));
}

/* Over TCP; a unix socket is reset by what was not read. */
void
line_server_reset (int fd)
{
  const struct linger at_once = { .l_onoff = 1 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  g_assert_no_errno (close (fd));
}

void
line_server_exchange (int         fd,
                      const char *line,
                      const char *answer)
{
  g_autofree char *got = line_server_read (fd);

  g_assert_cmpstr (got, ==, line);
  line_server_send (fd, answer);
}

struct _SocketService
{
  LineServer       *peer;         /* (unowned) */
  SocketAnswerFunc  func;
  gpointer          user_data;
  GThread          *thread;       /* (owned) */
  int               stop[2];      /* (owned): a pipe that is closed to end it */
};

typedef struct
{
  SocketService *service;   /* (unowned) */
  int            fd;        /* (owned) */
} Served;

/* FALSE where the connection is to be closed. */
static gboolean
answer_lines (Served  *served,
              GString *input)
{
  g_autoptr (GString) output = g_string_sized_new (4096);
  gboolean more = TRUE;
  gsize start = 0;
  const char *lf;

  while (more && (lf = memchr (input->str + start, '\n', input->len - start)) != NULL)
    {
      g_autofree char *line = g_strndup (input->str + start, lf - input->str - start);
      g_autofree char *answer = served->service->func (line, served->service->user_data);

      start = lf + 1 - input->str;
      more = answer != NULL;
      if (more)
        {
          g_string_append (output, answer);
          g_string_append_c (output, '\n');
        }
    }
  g_string_erase (input, 0, start);
  line_server_send_bytes (served->fd, output->str, output->len);
  return more;
}

static gpointer
serve_connection (gpointer user_data)
{
  Served *served = user_data;
  g_autoptr (GString) input = g_string_new (NULL);
  struct pollfd polled[] = { { .fd = served->fd, .events = POLLIN }, { .fd = served->service->stop[0] } };
  g_autofree char *bytes = g_malloc (64 * 1024);
  ssize_t n;

  while (poll (polled, G_N_ELEMENTS (polled), -1) > 0 && polled[1].revents == 0 &&
         (n = recv (served->fd, bytes, 64 * 1024, 0)) > 0)
    {
      g_string_append_len (input, bytes, n);
      if (!answer_lines (served, input))
        break;
    }
  close (served->fd);
  g_free (served);
  return NULL;
}

static gpointer
serve (gpointer user_data)
{
  SocketService *self = user_data;
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  struct pollfd polled[] = { { .fd = self->peer->fd, .events = POLLIN }, { .fd = self->stop[0] } };

  while (poll (polled, G_N_ELEMENTS (polled), -1) > 0 && polled[1].revents == 0)
    {
      Served *served = g_new (Served, 1);

      served->service = self;
      served->fd = line_server_accept (self->peer);
      g_ptr_array_add (threads, g_thread_new ("connection", serve_connection, served));
    }
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  return NULL;
}

SocketService *
socket_service_new (LineServer       *peer,
                    SocketAnswerFunc  func,
                    gpointer          user_data)
{
  SocketService *self = g_new0 (SocketService, 1);

  self->peer = peer;
  self->func = func;
  self->user_data = user_data;
  g_assert_no_errno (pipe (self->stop));
  self->thread = g_thread_new ("service", serve, self);
  return self;
}

void
socket_service_free (SocketService *self)
{
  close (self->stop[1]);
  g_thread_join (self->thread);
  close (self->stop[0]);
  g_free (self);
}
