/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket-util.h"
#include "test-util.h"

#define READ_SIZE 65536

SocketFixture *
socket_fixture_new_stopped (void)
{
  SocketFixture *fixture = g_new0 (SocketFixture, 1);
  g_autoptr (GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("eric-socket-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->dir, "sock", NULL);
  fixture->channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  fixture->news = eric_channel_container_add (fixture->channels, "news", &error);
  g_assert_no_error (error);
  fixture->server = eric_socket_server_new (fixture->channels, fixture->path);
  return fixture;
}

SocketFixture *
socket_fixture_new (void)
{
  SocketFixture *fixture = socket_fixture_new_stopped ();
  g_autoptr (GError) error = NULL;

  eric_socket_server_start (fixture->server, &error);
  g_assert_no_error (error);
  return fixture;
}

void
socket_fixture_free (SocketFixture *fixture)
{
  if (fixture->server != NULL)
    test_finalize (fixture->server);
  /* What was cancelled says so only now. */
  test_settle ();
  g_clear_object (&fixture->news);
  test_finalize (fixture->channels);
  g_unlink (fixture->path);
  g_assert_no_errno (g_rmdir (fixture->dir));
  g_free (fixture->path);
  g_free (fixture->dir);
  g_free (fixture);
}

void
socket_fixture_wait (SocketFixture *fixture,
                     guint          n_connections)
{
  test_wait_until (eric_socket_server_get_n_connections (fixture->server) == n_connections);
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  SocketPeer *peer = user_data;
  char buffer[READ_SIZE];
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n > 0)
    {
      g_string_append_len (peer->input, buffer, n);
      for (gssize i = 0; i < n; i++)
        peer->n_lines += buffer[i] == '\n';
      return G_SOURCE_CONTINUE;
    }
  peer->error = n < 0 ? errno : 0;
  peer->eof = TRUE;
  g_clear_pointer (&peer->source, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
socket_peer_resume (SocketPeer *peer)
{
  if (peer->source != NULL || peer->eof)
    return;
  peer->source = g_unix_fd_source_new (peer->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (peer->source, G_SOURCE_FUNC (readable_cb), peer, NULL);
  g_source_attach (peer->source, g_main_context_get_thread_default ());
}

/* Reads no more: what the server sends stays in the sockets. */
void
socket_peer_pause (SocketPeer *peer)
{
  if (peer->source == NULL)
    return;
  g_source_destroy (peer->source);
  g_clear_pointer (&peer->source, g_source_unref);
}

SocketPeer *
socket_peer_connect (GSocketAddress *address)
{
  SocketPeer *peer = g_new0 (SocketPeer, 1);
  gssize size = g_socket_address_get_native_size (address);
  g_autofree gpointer native = g_malloc (size);

  g_assert_true (g_socket_address_to_native (address, native, size, NULL));
  peer->fd = socket (g_socket_address_get_family (address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (peer->fd, >=, 0);
  /* The kernel answers for a server that did not accept yet. */
  g_assert_no_errno (connect (peer->fd, native, size));
  peer->input = g_string_new (NULL);
  socket_peer_resume (peer);
  return peer;
}

SocketPeer *
socket_peer_new (SocketFixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);

  return socket_peer_connect (address);
}

/* Connects and sends, and says that there will be nothing more, as the Python package
 * does. */
SocketPeer *
socket_peer_open (SocketFixture *fixture,
                  const char    *request)
{
  SocketPeer *peer = socket_peer_new (fixture);

  g_assert_true (socket_peer_send (peer, request, -1));
  socket_peer_shut (peer);
  return peer;
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_writable (SocketPeer *peer)
{
  GSource *source = g_unix_fd_source_new (peer->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR);
  gboolean writable = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (writable_cb), &writable, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  test_wait_until (writable);
  g_source_destroy (source);
  g_source_unref (source);
}

/* Sends until the sockets are full: returns how much that was. */
gsize
socket_peer_fill (SocketPeer *peer,
                  const char *bytes,
                  gsize       length)
{
  gsize sent = 0;

  while (sent < length)
    {
      gssize n = send (peer->fd, bytes + sent, length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0)
        break;
      sent += n;
    }
  return sent;
}

void
socket_peer_set_buffers (SocketPeer *peer,
                         int         size)
{
  g_assert_no_errno (setsockopt (peer->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
  g_assert_no_errno (setsockopt (peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
}

/* FALSE if the server does not take it: it has closed. */
gboolean
socket_peer_send (SocketPeer *peer,
                  const char *bytes,
                  gssize      length)
{
  gsize left = length < 0 ? strlen (bytes) : (gsize) length;

  while (left > 0)
    {
      gssize n = send (peer->fd, bytes, left, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        {
          wait_writable (peer);
          continue;
        }
      if (n < 0)
        return FALSE;
      bytes += n;
      left -= n;
    }
  return TRUE;
}

void
socket_peer_wait_lines (SocketPeer *peer,
                        gsize       n)
{
  test_wait_until (peer->n_lines >= n || peer->eof);
  g_assert_cmpuint (peer->n_lines, >=, n);
}

void
socket_peer_wait_eof (SocketPeer *peer)
{
  test_wait_until (peer->eof);
}

/* Has nothing more to say. */
void
socket_peer_shut (SocketPeer *peer)
{
  g_assert_no_errno (shutdown (peer->fd, SHUT_WR));
}

void
socket_peer_close (SocketPeer *peer)
{
  socket_peer_pause (peer);
  if (peer->fd >= 0)
    close (peer->fd);
  peer->fd = -1;
}

void
socket_peer_free (SocketPeer *peer)
{
  socket_peer_close (peer);
  g_string_free (peer->input, TRUE);
  g_free (peer);
}

void
socket_peer_assert_next (SocketPeer *peer,
                         const char *answer)
{
  gsize length = strlen (answer);
  g_autofree char *input = NULL;

  test_wait_until (peer->input->len >= length || peer->eof);
  input = g_strndup (peer->input->str, length);
  g_assert_cmpstr (input, ==, answer);
  for (const char *c = answer; *c != '\0'; c++)
    peer->n_lines -= *c == '\n';
  g_string_erase (peer->input, 0, length);
}

void
socket_peer_assert_answer (SocketPeer *peer,
                           const char *request,
                           const char *answer)
{
  g_assert_true (socket_peer_send (peer, request, -1));
  socket_peer_assert_next (peer, answer);
  g_assert_cmpstr (peer->input->str, ==, "");
}

void
socket_peer_assert_end (SocketPeer *peer,
                        const char *answer)
{
  socket_peer_wait_eof (peer);
  g_assert_cmpstr (peer->input->str, ==, answer);
}

char *
socket_peer_take_line (SocketPeer *peer)
{
  char *line;
  gsize length;

  socket_peer_wait_lines (peer, 1);
  length = strchr (peer->input->str, '\n') - peer->input->str;
  line = g_strndup (peer->input->str, length);
  g_string_erase (peer->input, 0, length + 1);
  peer->n_lines--;
  return line;
}

char *
socket_ask (SocketFixture *fixture,
            const char    *request)
{
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, request);

  socket_peer_wait_eof (peer);
  g_assert_cmpint (peer->error, ==, 0);
  return g_strndup (peer->input->str, peer->input->len);
}

/* Whatever happened before, the next one is served. */
void
socket_assert_alive (SocketFixture *fixture)
{
  g_autofree char *answer = socket_ask (fixture, "{\"v\":\"b\",\"c\":\"news\",\"t\":\"alive\"}");

  g_assert_cmpstr (answer, ==, "ack");
}

void
socket_broadcast (EricChannel *channel,
                  const char  *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_message_new ("x", g_variant_new_string (text), &error);

  g_assert_no_error (error);
  g_assert_true (eric_channel_broadcast (channel, message, &error));
  g_assert_no_error (error);
}

guint
socket_count_listeners (EricChannel *channel)
{
  g_auto (GStrv) ids = eric_channel_get_listener_ids (channel);

  return g_strv_length (ids);
}

/* How many descriptors the process has. */
guint
socket_count_fds (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n - 1;
}
