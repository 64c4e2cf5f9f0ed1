/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-source-connection-private.h"

#include <fcntl.h>
#include <unistd.h>

#include "eric-descriptors-private.h"
#include "eric-fork-private.h"
#include "eric-ready-source-private.h"
#include "eric-source-decoder-private.h"

/* How much is read at once, in bytes. */
#define BUFFER_SIZE (16 * 1024)

/* What libsoup reads a line of the framing into, which must be longer than a line
 * break, in bytes. */
#define CHUNK_LINE_SIZE 128

struct _EricSourceConnection
{
  gatomicrefcount            ref_count;     /* each request under way has one */
  SoupMessage               *message;       /* (owned) */
  GCancellable              *cancellable;   /* (owned) */
  GInputStream              *answer;        /* (owned) (nullable): the body as libsoup gives it */
  GInputStream              *body;          /* (owned) (nullable): the same, decoded */
  EricSourceConnectionFuncs  funcs;
  gpointer                   user_data;
  gulong                     sending_id;
  gulong                     event_id;
  GSocket                   *socket;        /* (owned) (nullable): where it is known */
  int                        fork_count;    /* of the process that connects */
  gboolean                   sent;
  gboolean                   closed;
  gboolean                   paused;
  gboolean                   reading;
  char                       buffer[BUFFER_SIZE];
};

static EricSourceConnection *
connection_ref (EricSourceConnection *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
connection_unref (EricSourceConnection *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->body);
  g_clear_object (&self->answer);
  g_clear_object (&self->message);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->socket);
  g_free (self);
}

/* In a forked child the connection is the parent's. Whatever libsoup and TLS do to end it
 * here, also to say so, they do it to this. */
static void
detach (EricSourceConnection *self)
{
  int nothing;

  if (self->socket == NULL || self->fork_count == eric_fork_count ())
    return;
  nothing = open ("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0)
    return;
  dup3 (nothing, g_socket_get_fd (self->socket), O_CLOEXEC);
  close (nothing);
  g_clear_object (&self->socket);
}

/* Closes the socket, too: libsoup keeps none that has a request cut off. */
static void
shut (EricSourceConnection *self)
{
  self->closed = TRUE;
  detach (self);
  g_clear_signal_handler (&self->sending_id, self->message);
  g_clear_signal_handler (&self->event_id, self->message);
  g_cancellable_cancel (self->cancellable);
}

static void
end (EricSourceConnection *self,
     const GError         *error)
{
  shut (self);
  self->funcs.ended (error, self->user_data);
}

/* libsoup takes the end of the connection for that of a chunked body, which its last
 * chunk alone is. A body that is at its end says so without looking at the connection;
 * one that is not would read on, and is cancelled there. */
static gboolean
check_whole (EricSourceConnection  *self,
             GError               **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) unread = NULL;
  GInputStream *chunks;
  char line[CHUNK_LINE_SIZE];

  if (soup_message_headers_get_encoding (headers) != SOUP_ENCODING_CHUNKED ||
      !G_IS_FILTER_INPUT_STREAM (self->answer))
    return TRUE;
  chunks = g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self->answer));
  /* What libsoup has decoded may end before the last chunk is read. */
  if (G_IS_CONVERTER_INPUT_STREAM (chunks))
    return TRUE;
  g_cancellable_cancel (cancelled);
  if (g_input_stream_read (chunks, line, sizeof line, cancelled, &unread) == 0 ||
      !g_error_matches (unread, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
                       "The answer was cut off");
  return FALSE;
}

static void read_on (EricSourceConnection *self);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricSourceConnection *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize length = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (!self->closed)
    {
      if (length > 0)
        self->funcs.received (self->buffer, length, self->user_data);
      else
        {
          if (length == 0)
            check_whole (self, &error);
          end (self, error);
        }
    }
  /* Not before, for the buffer is in use: who received may have turned the main
   * context. */
  self->reading = FALSE;
  read_on (self);
  connection_unref (self);
}

static void
read_on (EricSourceConnection *self)
{
  if (self->closed || self->paused || self->reading || self->body == NULL)
    return;
  self->reading = TRUE;
  g_input_stream_read_async (self->body, self->buffer, BUFFER_SIZE, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, connection_ref (self));
}

static void
send_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricSourceConnection *self = user_data;
  g_autoptr (GError) error = NULL;

  self->answer = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (self->answer != NULL)
    self->body = eric_source_decoder_wrap (self->message, self->answer);
  if (!self->closed)
    {
      if (self->body != NULL)
        self->funcs.answered (self->user_data);
      else
        end (self, error);
    }
  read_on (self);
  connection_unref (self);
}

static void
wrote_headers_cb (SoupMessage          *message,
                  EricSourceConnection *self)
{
  self->sent = TRUE;
}

static gboolean
short_cb (gpointer user_data)
{
  EricSourceConnection *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->closed)
    return G_SOURCE_REMOVE;
  if (eric_descriptors_check (ERIC_SOURCE_MIN_DESCRIPTORS, &error))
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES,
                         "The process could open no more descriptors");
  end (self, error);
  return G_SOURCE_REMOVE;
}

/* As if it had failed, from the main context. */
static void
fail_later (EricSourceConnection *self)
{
  g_autoptr (GSource) source = eric_ready_source_new ("EricSourceConnection short");

  g_source_set_callback (source, short_cb, connection_ref (self), (GDestroyNotify) connection_unref);
  g_source_set_ready_time (source, 0);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* Of HTTP/2, libsoup 3.2 tells neither that the connection has ended nor that a stream
 * was reset: a source would wait for ever, or take what was cut off for whole. It has a
 * connection of its own in any case. */
static const char * const protocols[] = { "http/1.1", NULL };

static void
network_event_cb (SoupMessage          *message,
                  GSocketClientEvent    event,
                  GIOStream            *connection,
                  EricSourceConnection *self)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), protocols);
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    g_set_object (&self->socket, g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
}

EricSourceConnection *
eric_source_connection_start (SoupSession                     *session,
                              SoupMessage                     *message,
                              const EricSourceConnectionFuncs *funcs,
                              gpointer                         user_data)
{
  EricSourceConnection *self = g_new0 (EricSourceConnection, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->message = g_object_ref (message);
  self->cancellable = g_cancellable_new ();
  self->funcs = *funcs;
  self->user_data = user_data;
  if (!eric_descriptors_check (ERIC_SOURCE_MIN_DESCRIPTORS, NULL))
    {
      fail_later (self);
      return self;
    }
  g_signal_connect (message, "got-headers", G_CALLBACK (eric_source_decoder_claim), NULL);
  self->sending_id = g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), self);
  self->event_id = g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), self);
  self->fork_count = eric_fork_count ();
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, self->cancellable,
                           send_cb, connection_ref (self));
  return self;
}

/* The connection is the caller's no more. */
void
eric_source_connection_close (EricSourceConnection *self)
{
  if (!self->closed)
    shut (self);
  connection_unref (self);
}

void
eric_source_connection_set_paused (EricSourceConnection *self,
                                   gboolean              paused)
{
  self->paused = paused;
  read_on (self);
}

gboolean
eric_source_connection_get_paused (EricSourceConnection *self)
{
  return self->paused;
}

gboolean
eric_source_connection_is_sent (EricSourceConnection *self)
{
  return self->sent;
}

gboolean
eric_source_connection_check_coding (EricSourceConnection  *self,
                                     GError               **error)
{
  return eric_source_decoder_check (self->message, self->answer, error);
}
