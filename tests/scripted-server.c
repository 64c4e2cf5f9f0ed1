/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scripted-server.h"
#include "test-util.h"

typedef struct
{
  char        *bytes;   /* (owned) */
  ScriptedEnd  end;
} Answer;

static void
answer_free (Answer *answer)
{
  g_free (answer->bytes);
  g_free (answer);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
watch (int           fd,
       GIOCondition  condition,
       GUnixFDSourceFunc func,
       gpointer      user_data)
{
  GSource *source = g_unix_fd_source_new (fd, condition);

  g_source_set_callback (source, G_SOURCE_FUNC (func), user_data, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* Peers */

static void
shut (ScriptedPeer *peer)
{
  clear_source (&peer->readable);
  clear_source (&peer->writable);
  if (peer->fd >= 0)
    close (peer->fd);
  peer->fd = -1;
}

static void
peer_free (ScriptedPeer *peer)
{
  shut (peer);
  g_string_free (peer->input, TRUE);
  g_string_free (peer->output, TRUE);
  g_free (peer->method);
  g_free (peer->target);
  g_free (peer);
}

void
scripted_peer_reset (ScriptedPeer *peer)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_no_errno (setsockopt (peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  shut (peer);
}

static void
finish_sending (ScriptedPeer *peer)
{
  clear_source (&peer->writable);
  if (peer->end == SCRIPTED_CLOSE)
    shut (peer);
  else if (peer->end == SCRIPTED_RESET)
    scripted_peer_reset (peer);
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  ScriptedPeer *peer = user_data;
  gsize length = MIN (peer->output->len, peer->at_once);
  gssize n = send (fd, peer->output->str, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n < 0)
    {
      /* Whoever reads sees it, too. */
      clear_source (&peer->writable);
      return G_SOURCE_REMOVE;
    }
  peer->n_sent += n;
  g_string_erase (peer->output, 0, n);
  if (peer->output->len > 0)
    return G_SOURCE_CONTINUE;
  finish_sending (peer);
  return G_SOURCE_REMOVE;
}

void
scripted_peer_send_bytes (ScriptedPeer  *peer,
                          gconstpointer  bytes,
                          gsize          length)
{
  g_assert_cmpint (peer->fd, >=, 0);
  g_string_append_len (peer->output, bytes, length);
  if (peer->writable == NULL && peer->output->len > 0)
    peer->writable = watch (peer->fd, G_IO_OUT, writable_cb, peer);
}

void
scripted_peer_send (ScriptedPeer *peer,
                    const char   *bytes)
{
  scripted_peer_send_bytes (peer, bytes, strlen (bytes));
}

/* As one chunk of a chunked body. */
void
scripted_peer_send_chunk (ScriptedPeer  *peer,
                          gconstpointer  bytes,
                          gsize          length)
{
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n", length);

  scripted_peer_send (peer, size);
  scripted_peer_send_bytes (peer, bytes, length);
  scripted_peer_send (peer, "\r\n");
}

/* From now on so many bytes are sent at a time, each of them in a packet of its own. */
void
scripted_peer_drip (ScriptedPeer *peer,
                    gsize         at_once)
{
  const int on = TRUE;

  peer->at_once = at_once;
  g_assert_no_errno (setsockopt (peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
}

/* Once everything is sent. */
void
scripted_peer_close (ScriptedPeer *peer)
{
  peer->end = SCRIPTED_CLOSE;
  if (peer->writable == NULL)
    shut (peer);
}

static gboolean
find_head (ScriptedPeer *peer)
{
  const char *end = memmem (peer->input->str, peer->input->len, "\r\n\r\n", 4);
  g_auto (GStrv) words = NULL;

  if (end == NULL)
    return FALSE;
  peer->head = end + 4 - peer->input->str;
  words = g_strsplit_set (peer->input->str, " \r", 4);
  peer->method = g_strdup (words[0]);
  peer->target = g_strdup (words[1]);
  return TRUE;
}

static void
answer (ScriptedPeer *peer)
{
  Answer *next = g_queue_pop_head (&peer->server->answers);

  if (next == NULL)
    {
      if (peer->server->func != NULL)
        peer->server->func (peer, peer->server->user_data);
      return;
    }
  peer->end = next->end;
  if (*next->bytes != '\0')
    scripted_peer_send (peer, next->bytes);
  else
    finish_sending (peer);
  answer_free (next);
}

static void
take_request (ScriptedPeer *peer)
{
  g_autofree char *text = NULL;
  gsize length;

  g_assert_false (peer->asked);
  if (peer->head == 0 && !find_head (peer))
    return;
  text = scripted_peer_dup_header (peer, "Content-Length");
  length = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
  if (peer->input->len < peer->head + length)
    return;
  g_assert_cmpuint (peer->input->len, ==, peer->head + length);
  peer->asked = TRUE;
  answer (peer);
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  ScriptedPeer *peer = user_data;
  char buffer[16384];
  gssize n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n > 0)
    {
      g_string_append_len (peer->input, buffer, n);
      take_request (peer);
      return G_SOURCE_CONTINUE;
    }
  peer->error = n < 0 ? errno : 0;
  peer->gone = TRUE;
  shut (peer);
  return G_SOURCE_REMOVE;
}

void
scripted_peer_wait_gone (ScriptedPeer *peer)
{
  test_wait_until (peer->gone);
}

/* (transfer full) (nullable): the value; of several, all with a comma between them */
char *
scripted_peer_dup_header (ScriptedPeer *peer,
                          const char   *name)
{
  g_autofree char *head = g_strndup (peer->input->str, peer->head);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  gsize length = strlen (name);
  char *value = NULL;

  for (char **line = lines + 1; *line != NULL; line++)
    {
      g_autofree char *before = value;

      if (g_ascii_strncasecmp (*line, name, length) != 0 || (*line)[length] != ':')
        g_steal_pointer (&before);
      else if (before == NULL)
        value = g_strstrip (g_strdup (*line + length + 1));
      else
        value = g_strconcat (before, ",", *line + length + 1, NULL);
    }
  return value;
}

const char *
scripted_peer_get_body (ScriptedPeer *peer)
{
  g_assert_true (peer->asked);
  return peer->input->str + peer->head;
}

/* The server */

static gboolean
acceptable_cb (int          fd,
               GIOCondition condition,
               gpointer     user_data)
{
  ScriptedServer *server = user_data;
  ScriptedPeer *peer;
  int accepted = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);

  if (accepted < 0)
    return G_SOURCE_CONTINUE;
  peer = g_new0 (ScriptedPeer, 1);
  peer->server = server;
  peer->fd = accepted;
  peer->input = g_string_new (NULL);
  peer->output = g_string_new (NULL);
  peer->at_once = G_MAXSIZE;
  peer->readable = watch (accepted, G_IO_IN | G_IO_HUP | G_IO_ERR, readable_cb, peer);
  g_ptr_array_add (server->peers, peer);
  return G_SOURCE_CONTINUE;
}

/* On the port that it had before, if it had one. */
void
scripted_server_listen (ScriptedServer *server)
{
  const int on = TRUE;
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons (server->port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof address;

  server->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (server->fd, >=, 0);
  g_assert_no_errno (setsockopt (server->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  g_assert_no_errno (bind (server->fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (server->fd, SOMAXCONN));
  g_assert_no_errno (getsockname (server->fd, (struct sockaddr *) &address, &length));
  server->port = ntohs (address.sin_port);
  server->acceptable = watch (server->fd, G_IO_IN, acceptable_cb, server);
}

/* Connections are refused; those that are there stay. */
void
scripted_server_stop (ScriptedServer *server)
{
  clear_source (&server->acceptable);
  close (server->fd);
  server->fd = -1;
}

ScriptedServer *
scripted_server_new (void)
{
  ScriptedServer *server = g_new0 (ScriptedServer, 1);

  server->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) peer_free);
  g_queue_init (&server->answers);
  scripted_server_listen (server);
  return server;
}

void
scripted_server_free (ScriptedServer *server)
{
  if (server->fd >= 0)
    scripted_server_stop (server);
  g_ptr_array_unref (server->peers);
  g_queue_clear_full (&server->answers, (GDestroyNotify) answer_free);
  g_free (server);
}

char *
scripted_server_make_uri (ScriptedServer *server,
                          const char     *target)
{
  return g_strdup_printf ("http://127.0.0.1:%u%s", server->port, target);
}

/* To the next request that nothing else is said for. */
void
scripted_server_answer (ScriptedServer *server,
                        const char     *bytes,
                        ScriptedEnd     end)
{
  Answer *next = g_new (Answer, 1);

  next->bytes = g_strdup (bytes);
  next->end = end;
  g_queue_push_tail (&server->answers, next);
}

void
scripted_server_set_func (ScriptedServer *server,
                          ScriptedFunc    func,
                          gpointer        user_data)
{
  server->func = func;
  server->user_data = user_data;
}

static gboolean
has_asked (ScriptedServer *server,
           guint           n)
{
  return server->peers->len > n && ((ScriptedPeer *) server->peers->pdata[n])->asked;
}

/* Waits until the connection with this number, counted from 0, has asked. */
ScriptedPeer *
scripted_server_wait (ScriptedServer *server,
                      guint           n)
{
  test_wait_until (has_asked (server, n));
  return server->peers->pdata[n];
}
