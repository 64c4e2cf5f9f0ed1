/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-session-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "eric-ready-source-private.h"
#include "eric-socket-errors-private.h"
#include "eric-socket-server-private.h"

/* One connection. Input is read while there is room for answers, a buffer at a time, so
 * that no peer keeps the others waiting. */

/* Answers that wait to be sent: beyond it nothing more is asked for, in bytes. */
#define MAX_OUTPUT (256 * 1024)

/* A buffer that was larger is given back when it is empty, in bytes. */
#define MAX_KEPT_BUFFER (2 * MAX_OUTPUT)

/* How long what a peer still sends is dropped after the last answer, so that the answer
 * is not lost with the connection; in milliseconds. */
#define LINGER_TIMEOUT 2000

static void update_sources (EricSocketSession *self);

EricSocketSession *
eric_socket_session_ref (EricSocketSession *self)
{
  return g_rc_box_acquire (self);
}

static void
session_clear (gpointer data)
{
  EricSocketSession *self = data;

  eric_socket_lines_clear (&self->lines);
  g_string_free (self->out, TRUE);
  g_clear_object (&self->socket);
}

void
eric_socket_session_unref (EricSocketSession *self)
{
  g_rc_box_release_full (self, session_clear);
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Who hears of it may drop the server, or close what is in its list. */
void
eric_socket_session_close (EricSocketSession *self)
{
  g_autoptr (EricSocketServer) server = NULL;

  if (self->server == NULL)
    return;
  server = g_object_ref (g_steal_pointer (&self->server));
  g_queue_unlink (&server->sessions, &self->link);
  drop_source (&self->readable);
  drop_source (&self->writable);
  drop_source (&self->gone);
  drop_source (&self->timer);
  g_socket_close (self->socket, NULL);
  eric_socket_feed_stop (self);
  _eric_socket_server_session_ended (server, self);
}

gboolean
eric_socket_session_has_room (EricSocketSession *self)
{
  return self->out->len - self->sent < MAX_OUTPUT;
}

static gboolean
is_blank (const char *line,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;
  return TRUE;
}

/* In line mode each answer is a line. A request that its connection ends with is answered
 * as the Python package does. */
static void
answer (EricSocketSession *self,
        const char        *line,
        gsize              length,
        gboolean           line_mode)
{
  if (is_blank (line, length))
    return;
  if (!eric_socket_actions_answer (self, line, length))
    self->ending = self->linger = TRUE;
  if (self->server != NULL && self->feed.stream == NULL && line_mode)
    g_string_append_c (self->out, '\n');
}

static gboolean
wants_requests (EricSocketSession *self)
{
  return self->server != NULL && !self->ending && self->feed.stream == NULL &&
         eric_socket_session_has_room (self);
}

static void
answer_lines (EricSocketSession *self)
{
  g_autoptr (GError) error = NULL;
  const char *line;
  gsize length;

  while (wants_requests (self) && eric_socket_lines_next (&self->lines, &line, &length, &error))
    answer (self, line, length, TRUE);
  if (error != NULL)
    {
      eric_socket_errors_print (self->out, error);
      g_string_append_c (self->out, '\n');
      self->ending = self->linger = TRUE;
    }
  if (wants_requests (self) && self->input_ended)
    {
      if (eric_socket_lines_end (&self->lines, &line, &length))
        answer (self, line, length, FALSE);
      self->ending = self->ending || self->feed.stream == NULL;
    }
  if (self->last_request && wants_requests (self) && !eric_socket_lines_has_part (&self->lines))
    self->ending = TRUE;
}

/* Drops what is sent, so that a peer that is never quite up to date does not cost all that
 * it ever had. */
static void
forget_sent (EricSocketSession *self)
{
  if (self->sent < self->out->len)
    {
      if (self->sent < MAX_OUTPUT)
        return;
      g_string_erase (self->out, 0, self->sent);
    }
  else if (self->out->allocated_len > MAX_KEPT_BUFFER)
    {
      g_string_free (self->out, TRUE);
      self->out = g_string_new (NULL);
    }
  else
    g_string_truncate (self->out, 0);
  self->sent = 0;
}

/* FALSE where the peer is gone. */
static gboolean
send_answers (EricSocketSession *self)
{
  while (self->sent < self->out->len)
    {
      g_autoptr (GError) error = NULL;
      gssize n = g_socket_send (self->socket, self->out->str + self->sent,
                                self->out->len - self->sent, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (n < 0)
        return FALSE;
      self->sent += n;
      self->last_active = g_get_monotonic_time ();
    }
  forget_sent (self);
  return TRUE;
}

static void
set_timer (EricSocketSession *self)
{
  gint64 timeout = (gint64) self->server->idle_timeout * G_TIME_SPAN_MILLISECOND;

  if (self->lingering)
    return;
  g_source_set_ready_time (self->timer, timeout == 0 || self->feed.stream != NULL
                                          ? -1
                                          : self->last_active + timeout);
}

static gboolean
is_ready (EricSocketSession *self,
          GIOCondition       condition)
{
  return (g_socket_condition_check (self->socket, condition) & condition) != 0;
}

/* All is sent. A peer that was interrupted may still be sending, and would miss the
 * answer if the connection were closed with that unread. */
static void
finish (EricSocketSession *self)
{
  if (self->input_ended || (!self->linger && !is_ready (self, G_IO_IN)))
    {
      eric_socket_session_close (self);
      return;
    }
  self->lingering = TRUE;
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  g_source_set_ready_time (self->timer, g_get_monotonic_time () +
                                          LINGER_TIMEOUT * G_TIME_SPAN_MILLISECOND);
  update_sources (self);
}

/* Whether there was no room for the next answer, and is now. */
static gboolean
has_more_to_answer (EricSocketSession *self)
{
  return wants_requests (self) &&
         (self->lines.at != self->lines.end ||
          (self->last_request && !eric_socket_lines_has_part (&self->lines)));
}

/* FALSE where the connection is closed. */
static gboolean
answer_and_send (EricSocketSession *self)
{
  do
    {
      answer_lines (self);
      if (self->server == NULL)
        return FALSE;
      if (!send_answers (self))
        {
          eric_socket_session_close (self);
          return FALSE;
        }
    }
  while (has_more_to_answer (self));
  return TRUE;
}

static void
go_on (EricSocketSession *self)
{
  if (self->ending && self->out->len == 0)
    {
      finish (self);
      return;
    }
  eric_socket_feed_pump (self);
  set_timer (self);
  update_sources (self);
}

void
eric_socket_session_pump (EricSocketSession *self)
{
  g_autoptr (EricSocketSession) hold = NULL;
  g_autoptr (EricSocketServer) server = NULL;

  if (self->server == NULL || self->lingering || self->pumping)
    return;
  hold = eric_socket_session_ref (self);
  server = g_object_ref (self->server);
  self->pumping = TRUE;
  if (answer_and_send (self))
    go_on (self);
  self->pumping = FALSE;
}

static gboolean
readable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      user_data)
{
  EricSocketSession *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive (socket, self->buffer, sizeof self->buffer, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (n < 0 || (n == 0 && self->lingering))
    {
      eric_socket_session_close (self);
      return G_SOURCE_REMOVE;
    }
  if (self->lingering)
    return G_SOURCE_CONTINUE;
  if (n == 0)
    self->input_ended = TRUE;
  else
    eric_socket_lines_feed (&self->lines, self->buffer, n);
  self->last_active = g_get_monotonic_time ();
  eric_socket_session_pump (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
writable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      user_data)
{
  eric_socket_session_pump (user_data);
  return G_SOURCE_CONTINUE;
}

/* The peer of a stream may have shut down its own side; now it has closed both. */
static gboolean
gone_cb (GSocket      *socket,
         GIOCondition  condition,
         gpointer      user_data)
{
  if (condition & (G_IO_HUP | G_IO_ERR))
    eric_socket_session_close (user_data);
  return G_SOURCE_CONTINUE;
}

static void
set_source (EricSocketSession *self,
            GSource          **source,
            gboolean           wanted,
            GIOCondition       condition,
            GSocketSourceFunc  func)
{
  if (wanted == (*source != NULL))
    return;
  if (!wanted)
    {
      drop_source (source);
      return;
    }
  *source = g_socket_create_source (self->socket, condition, NULL);
  g_source_set_static_name (*source, "EricSocketServer connection");
  g_source_set_callback (*source, G_SOURCE_FUNC (func), eric_socket_session_ref (self),
                         (GDestroyNotify) eric_socket_session_unref);
  g_source_attach (*source, self->server->context);
}

/* Lines that are not answered yet are behind what waits to be sent. */
static void
update_sources (EricSocketSession *self)
{
  gboolean reads = self->lines.at == self->lines.end && !self->input_ended && wants_requests (self);

  set_source (self, &self->readable, reads || self->lingering, G_IO_IN, readable_cb);
  set_source (self, &self->writable, self->out->len > 0, G_IO_OUT, writable_cb);
  set_source (self, &self->gone, self->feed.stream != NULL, 0, gone_cb);
}

/* Whether something came or was taken that was not seen yet: the thread was busy elsewhere. */
static gboolean
is_behind (EricSocketSession *self)
{
  return is_ready (self, (self->readable != NULL ? G_IO_IN : 0) | (self->writable != NULL ? G_IO_OUT : 0));
}

/* Nothing came and nothing was taken for too long. */
static gboolean
timer_cb (gpointer user_data)
{
  EricSocketSession *self = user_data;

  if (!self->lingering && is_behind (self))
    return G_SOURCE_CONTINUE;
  if (!self->lingering && eric_socket_lines_has_part (&self->lines) && !self->ending)
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                                      "The rest of the request did not come");

      eric_socket_errors_print (self->out, error);
      g_string_append_c (self->out, '\n');
      send_answers (self);
    }
  eric_socket_session_close (self);
  return G_SOURCE_REMOVE;
}

void
eric_socket_session_end (EricSocketSession *self)
{
  self->last_request = TRUE;
  eric_socket_feed_end (self);
  eric_socket_session_pump (self);
}

/* A peer that is gone without having said so is noticed after a minute. */
static void
set_up_tcp (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 30, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 10, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 3, NULL);
}

void
eric_socket_session_start (EricSocketServer *server,
                           GSocket          *socket)
{
  EricSocketSession *self = g_rc_box_new0 (EricSocketSession);

  self->link.data = self;
  self->server = server;
  self->socket = g_object_ref (socket);
  self->out = g_string_new (NULL);
  self->last_active = g_get_monotonic_time ();
  eric_socket_lines_init (&self->lines, server->max_request);
  g_socket_set_blocking (self->socket, FALSE);
  if (g_socket_get_family (self->socket) != G_SOCKET_FAMILY_UNIX)
    set_up_tcp (self->socket);

  self->timer = eric_ready_source_new ("EricSocketServer timer");
  g_source_set_callback (self->timer, timer_cb, eric_socket_session_ref (self),
                         (GDestroyNotify) eric_socket_session_unref);
  g_source_attach (self->timer, server->context);
  g_queue_push_tail_link (&server->sessions, &self->link);
  eric_socket_session_pump (self);
}

void
eric_socket_session_refuse (GSocket      *socket,
                            const GError *reason)
{
  g_autoptr (GString) out = g_string_new (NULL);

  eric_socket_errors_print (out, reason);
  g_string_append_c (out, '\n');
  g_socket_set_blocking (socket, FALSE);
  g_socket_send (socket, out->str, out->len, NULL, NULL);
  g_socket_close (socket, NULL);
}
