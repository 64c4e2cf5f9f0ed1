/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "line-server.h"
#include "stuck-address.h"
#include "test-util.h"

/* Streams, as they are opened */

static void
test_socket_client_stream (void)
{
  const struct { const char *listener; const char *line; } streams[] = {
    { "me", "{\"v\":\"l\",\"c\":\"news\",\"r\":\"me\"}" },
    { NULL, "{\"v\":\"w\",\"c\":\"news\"}" },
  };
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (streams); i++)
    {
      const char *listener = streams[i / 2].listener;
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      EricSocketStream *stream;
      int fd;

      if (i % 2 == 0)
        stream = eric_socket_client_stream (client, "news", listener, NULL, &error);
      else
        {
          eric_socket_client_stream_async (client, "news", listener, G_PRIORITY_DEFAULT, NULL,
                                           test_keep_result, &result);
          test_wait_until (result != NULL);
          stream = eric_socket_client_stream_finish (client, result, &error);
        }
      g_assert_no_error (error);
      fd = line_server_accept (peer);
      line_server_exchange (fd, streams[i / 2].line, "");
      g_clear_object (&result);
      test_finalize (stream);
      g_assert_null (line_server_read (fd));
      line_server_close (fd);
    }
  test_finalize (client);
}

static EricSocketStream *
open_stream (EricSocketClient  *client,
             const char        *channel_id,
             guint              way,
             GCancellable      *cancellable,
             GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (way == 0)
    return eric_socket_client_stream (client, channel_id, NULL, cancellable, error);
  eric_socket_client_stream_async (client, channel_id, NULL, G_PRIORITY_DEFAULT, cancellable, test_keep_result,
                                   &result);
  test_wait_until (result != NULL);
  return eric_socket_client_stream_finish (client, result, error);
}

static void
test_socket_client_stream_fails (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  line_server_stop (peer);
  g_cancellable_cancel (cancelled);
  for (guint way = 0; way < 2; way++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_stream (client, "news", way, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, peer->path));
      g_clear_error (&error);
      g_assert_null (open_stream (client, "news", way, cancelled, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  test_finalize (client);
}

static gpointer
cancel_cb (gpointer user_data)
{
  StuckAddress *address = g_object_get_data (user_data, "address");

  if (address != NULL)
    stuck_address_wait (address, 1, 0);
  g_cancellable_cancel (user_data);
  return NULL;
}

/* The row of those who wait to be accepted is full: it waits, but not for ever. */
static gpointer
accept_cb (gpointer user_data)
{
  line_server_empty_row (user_data);
  return GINT_TO_POINTER (line_server_accept (user_data));
}

static void
test_socket_client_stream_waits (void)
{
  for (guint way = 0; way < 2; way++)
    {
      g_autoptr (LineServer) peer = line_server_new ();
      EricSocketClient *client = eric_socket_client_new (peer->path);
      g_autoptr (GError) error = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      EricSocketStream *stream;
      GThread *thread;

      line_server_fill_row (peer);
      eric_socket_client_set_timeout (client, 50);
      g_assert_null (open_stream (client, "news", way, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_assert_nonnull (strstr (error->message, peer->path));
      g_clear_error (&error);
      eric_socket_client_set_timeout (client, 0);

      thread = g_thread_new ("cancel", cancel_cb, cancellable);
      g_assert_null (open_stream (client, "news", way, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      g_thread_join (thread);

      thread = g_thread_new ("accept", accept_cb, peer);
      stream = open_stream (client, "news", way, NULL, &error);
      g_assert_no_error (error);
      test_finalize (stream);
      test_finalize (client);
      line_server_close (GPOINTER_TO_INT (g_thread_join (thread)));
    }
}

static void
test_socket_client_stream_cancelled (void)
{
  g_autoptr (StuckAddress) address = stuck_address_new ();
  EricSocketClient *client = eric_socket_client_new_for_address (G_SOCKET_CONNECTABLE (address));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_object_set_data (G_OBJECT (cancellable), "address", address);
  thread = g_thread_new ("cancel", cancel_cb, cancellable);
  g_assert_null (eric_socket_client_stream (client, "news", NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  test_finalize (client);
}

/* The server has accepted nobody, and takes no more of a long request. */
static void
test_socket_client_stream_late_request (void)
{
  g_autofree char *id = g_strnfill (4 * 1024 * 1024, 'x');

  for (guint way = 0; way < 2; way++)
    {
      g_autoptr (LineServer) peer = line_server_new ();
      EricSocketClient *client = eric_socket_client_new (peer->path);
      g_autoptr (GError) error = NULL;

      eric_socket_client_set_timeout (client, 1);
      g_assert_null (open_stream (client, id, way, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      test_finalize (client);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-client/stream", test_socket_client_stream);
  g_test_add_func ("/eric/socket-client/stream-fails", test_socket_client_stream_fails);
  g_test_add_func ("/eric/socket-client/stream-waits", test_socket_client_stream_waits);
  g_test_add_func ("/eric/socket-client/stream-cancelled", test_socket_client_stream_cancelled);
  g_test_add_func ("/eric/socket-client/stream-late-request", test_socket_client_stream_late_request);
  return g_test_run ();
}
