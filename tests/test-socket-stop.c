/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "socket-util.h"
#include "test-util.h"

#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"hello\"}"
#define WATCH     "{\"v\":\"w\",\"c\":\"news\"}"
#define FAREWELL  "{\"event\": \"_eric_channel_closed\", \"retry\": 3000, \"data\": null}\n"

static void
wait_stopped (SocketFixture *fixture)
{
  test_wait_until (!eric_socket_server_get_running (fixture->server));
  g_assert_cmpuint (eric_socket_server_get_n_connections (fixture->server), ==, 0);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* A connection that asks, and does not read: the server has answers for it that it
 * cannot send. */
static SocketPeer *
open_unread (SocketFixture *fixture)
{
  SocketPeer *peer = socket_peer_new (fixture);
  g_autoptr (GString) requests = g_string_new (NULL);

  for (guint i = 0; i < 1000; i++)
    g_string_append (requests, "{\"v\":\"b\",\"c\":\"there is no channel of that name\",\"t\":\"x\"}\n");
  socket_peer_pause (peer);
  while (socket_peer_fill (peer, requests->str, requests->len) > 0)
    test_settle ();
  return peer;
}

static void
test_socket_stop_idle (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) fresh = socket_peer_new (fixture);
  g_autoptr (SocketPeer) used = socket_peer_new (fixture);

  socket_peer_assert_answer (used, BROADCAST "\n", "ack\n");
  socket_fixture_wait (fixture, 2);
  eric_socket_server_stop (fixture->server);
  g_assert_false (eric_socket_server_get_running (fixture->server));
  wait_stopped (fixture);
  socket_peer_assert_end (fresh, "");
  socket_peer_assert_end (used, "");
}

/* A request that has begun may be ended, and is answered. */
static void
test_socket_stop_mid_request (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) lines = socket_peer_new (fixture);
  g_autoptr (SocketPeer) single = socket_peer_new (fixture);
  g_autoptr (GError) error = NULL;

  socket_peer_assert_answer (lines, BROADCAST "\n{\"v\":", "ack\n");
  g_assert_true (socket_peer_send (single, BROADCAST, -1));
  socket_fixture_wait (fixture, 2);
  test_settle ();
  eric_socket_server_stop (fixture->server);
  test_settle ();
  g_assert_true (eric_socket_server_get_running (fixture->server));
  g_assert_cmpuint (eric_socket_server_get_n_connections (fixture->server), ==, 2);
  g_assert_false (eric_socket_server_start (fixture->server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);

  g_assert_true (socket_peer_send (lines, "\"rc\",\"c\":\"1\"}\n" BROADCAST "\n{", -1));
  socket_peer_shut (single);
  socket_peer_assert_end (single, "ack");
  test_settle ();
  /* And so are those that have come with it; of the last one there is only the beginning. */
  socket_peer_assert_next (lines, "InvalidChannelException('No channel with id 1')\nack\n");
  g_assert_true (socket_peer_send (lines, "}\n", -1));
  socket_peer_assert_end (lines, "InvalidMessageFormat('The key “v” is missing')\n");
  wait_stopped (fixture);
}

/* Streams have all that was sent, and are told. */
static void
test_socket_stop_streams (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
  g_autofree char *listen = g_strdup_printf ("{\"v\":\"l\",\"c\":\"news\",\"r\":\"%s\"}\n", id);
  g_autoptr (EricListener) listener = eric_channel_get_listener (fixture->news, id, NULL);
  g_autoptr (SocketPeer) watcher = socket_peer_open (fixture, WATCH);
  g_autoptr (SocketPeer) reader = socket_peer_new (fixture);
  SocketPeer *peers[] = { watcher, reader };

  /* There is no room for a farewell. */
  eric_listener_set_capacity (listener, 1000);
  eric_listener_set_overflow (listener, ERIC_OVERFLOW_REJECT);
  g_assert_true (socket_peer_send (reader, listen, -1));
  test_wait_until (socket_count_listeners (fixture->news) == 2 && eric_listener_get_running (listener));
  test_settle ();
  for (guint i = 0; i < 1000; i++)
    socket_broadcast (fixture->news, "hello");
  eric_socket_server_stop (fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      socket_peer_wait_eof (peers[i]);
      g_assert_cmpuint (peers[i]->n_lines, ==, 1001);
      g_assert_true (g_str_has_suffix (peers[i]->input->str, "\"data\": \"hello\"}\n" FAREWELL));
      g_assert_cmpint (peers[i]->error, ==, 0);
    }
  wait_stopped (fixture);
  g_assert_false (eric_listener_get_running (listener));
  g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 1);
  g_assert_false (eric_channel_get_closed (fixture->news));
}

/* Who does not read is cut off after a while. */
static void
test_socket_stop_unread (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) unread = open_unread (fixture);
  g_autoptr (SocketPeer) half = socket_peer_new (fixture);
  gint64 since = g_get_monotonic_time ();

  g_assert_true (socket_peer_send (half, "{", 1));
  socket_fixture_wait (fixture, 2);
  test_settle ();
  eric_socket_server_stop (fixture->server);
  wait_stopped (fixture);
  g_assert_cmpint (g_get_monotonic_time () - since, >=,
                   ERIC_SOCKET_SERVER_STOP_TIMEOUT * G_TIME_SPAN_MILLISECOND);
  socket_peer_assert_end (half, "");
}

/* Who reads after all gets every answer. */
static void
test_socket_stop_read_late (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) unread = open_unread (fixture);

  eric_socket_server_stop (fixture->server);
  test_settle ();
  g_assert_true (eric_socket_server_get_running (fixture->server));
  socket_peer_resume (unread);
  socket_peer_wait_eof (unread);
  g_assert_cmpuint (unread->n_lines, >, 1000);
  g_assert_true (g_str_has_suffix (unread->input->str, ")\n"));
  wait_stopped (fixture);
}

static void
finish_stop (SocketFixture *fixture,
             GAsyncResult **result)
{
  g_autoptr (GError) error = NULL;

  test_wait_until (*result != NULL);
  g_assert_true (eric_socket_server_stop_finish (fixture->server, *result, &error));
  g_assert_no_error (error);
  g_assert_false (eric_socket_server_get_running (fixture->server));
  g_clear_object (result);
}

static void
test_socket_stop_async (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (SocketPeer) half = socket_peer_new (fixture);

  g_assert_true (socket_peer_send (half, "{", 1));
  socket_fixture_wait (fixture, 1);
  test_settle ();
  eric_socket_server_stop_async (fixture->server, NULL, test_keep_result, &first);
  eric_socket_server_stop_async (fixture->server, NULL, test_keep_result, &second);
  test_settle ();
  g_assert_null (first);
  socket_peer_close (half);
  finish_stop (fixture, &first);
  finish_stop (fixture, &second);
  /* There is nothing left to stop. */
  eric_socket_server_stop_async (fixture->server, NULL, test_keep_result, &first);
  g_assert_null (first);
  finish_stop (fixture, &first);
}

/* Cuts off what would take longer. */
static void
test_socket_stop_cancel (void)
{
  for (guint early = 0; early < 2; early++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GAsyncResult) other = NULL;
      g_autoptr (SocketPeer) unread = open_unread (fixture);
      g_autoptr (SocketPeer) half = socket_peer_new (fixture);
      gint64 since = g_get_monotonic_time ();

      g_assert_true (socket_peer_send (half, "{", 1));
      socket_fixture_wait (fixture, 2);
      test_settle ();
      if (early)
        g_cancellable_cancel (cancellable);
      eric_socket_server_stop_async (fixture->server, NULL, test_keep_result, &other);
      eric_socket_server_stop_async (fixture->server, cancellable, test_keep_result, &result);
      g_cancellable_cancel (cancellable);
      finish_stop (fixture, &result);
      finish_stop (fixture, &other);
      g_assert_cmpint (g_get_monotonic_time () - since, <,
                       ERIC_SOCKET_SERVER_STOP_TIMEOUT * G_TIME_SPAN_MILLISECOND);
      wait_stopped (fixture);
    }
}

static void
test_socket_stop_again (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (SocketPeer) watcher = socket_peer_open (fixture, WATCH);

      test_wait_until (socket_count_listeners (fixture->news) == 1);
      socket_assert_alive (fixture);
      eric_socket_server_stop (fixture->server);
      socket_peer_wait_eof (watcher);
      wait_stopped (fixture);
      g_assert_true (eric_socket_server_start (fixture->server, NULL));
    }
}

/* Nobody is left with a connection that leads nowhere. */
static void
test_socket_stop_dispose (void)
{
  for (guint stopping = 0; stopping < 2; stopping++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autoptr (SocketPeer) unread = open_unread (fixture);
      g_autoptr (SocketPeer) idle = socket_peer_new (fixture);
      g_autoptr (SocketPeer) half = socket_peer_new (fixture);
      g_autoptr (SocketPeer) watcher = socket_peer_open (fixture, WATCH);

      g_assert_true (socket_peer_send (half, "{", 1));
      socket_fixture_wait (fixture, 4);
      test_wait_until (socket_count_listeners (fixture->news) == 1);
      test_settle ();
      if (stopping)
        eric_socket_server_stop (fixture->server);
      test_finalize (fixture->server);
      g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
      g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 0);
      socket_peer_assert_end (idle, "");
      socket_peer_assert_end (half, "");
      socket_peer_wait_eof (watcher);
      socket_peer_resume (unread);
      socket_peer_wait_eof (unread);
    }
}

typedef enum
{
  STOP,
  STOP_AND_TURN,
  DROP,
  DISPOSE,
  N_HARMS
} Harm;

typedef struct
{
  SocketFixture *fixture;
  Harm           harm;
} Handler;

static void
harm (Handler *handler)
{
  if (handler->fixture->server == NULL)
    return;
  switch (handler->harm)
    {
    case STOP:
      eric_socket_server_stop (handler->fixture->server);
      break;
    case STOP_AND_TURN:
      eric_socket_server_stop (handler->fixture->server);
      test_settle ();
      break;
    case DROP:
      g_clear_object (&handler->fixture->server);
      break;
    case DISPOSE:
      g_object_run_dispose (G_OBJECT (handler->fixture->server));
      break;
    case N_HARMS:
    default:
      g_assert_not_reached ();
    }
}

static EricChannel *
harm_requested_cb (EricSocketServer *server,
                   const char       *channel_id,
                   gpointer          user_data)
{
  Handler *handler = user_data;

  harm (handler);
  /* The object is there until its handler returns. */
  g_assert_true (ERIC_IS_SOCKET_SERVER (server));
  g_assert_nonnull (eric_socket_server_get_channels (server));
  return g_object_ref (handler->fixture->news);
}

static const char * const harmed_requests[] = {
  "{\"v\":\"c\"}",
  "{\"v\":\"r\",\"c\":\"asked\"}",
  "{\"v\":\"w\",\"c\":\"asked\"}",
  "{\"v\":\"l\",\"c\":\"asked\",\"r\":\"ear\"}",
  "{\"v\":\"b\",\"c\":\"asked\",\"t\":\"x\"}",
  "{\"v\":\"d\",\"c\":\"asked\",\"r\":\"ear\",\"t\":\"x\"}",
  "{\"v\":\"rl\",\"c\":\"asked\",\"r\":\"ear\"}",
};

/* Whatever a handler does, the request and those behind it do no harm. */
static void
test_socket_stop_requested (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (harmed_requests) * N_HARMS * 2; i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autoptr (EricListener) ear = eric_listener_new_with_id ("ear");
      g_autofree char *lines = g_strdup_printf ("\n%s\n" BROADCAST "\n", harmed_requests[i / N_HARMS / 2]);
      g_autoptr (SocketPeer) other = socket_peer_open (fixture, WATCH);
      g_autoptr (SocketPeer) peer = NULL;
      Handler handler = { fixture, i % N_HARMS };

      g_assert_true (eric_channel_register_listener (fixture->news, ear, NULL));
      test_wait_until (socket_count_listeners (fixture->news) == 2);
      g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (harm_requested_cb), &handler);
      if (i / N_HARMS % 2)
        peer = socket_peer_open (fixture, harmed_requests[i / N_HARMS / 2]);
      else
        {
          peer = socket_peer_new (fixture);
          g_assert_true (socket_peer_send (peer, lines, -1));
        }
      socket_peer_wait_eof (peer);
      socket_peer_wait_eof (other);
      test_wait_until (fixture->server == NULL || !eric_socket_server_get_running (fixture->server));
      test_settle ();
      g_assert_false (eric_listener_get_running (ear));
    }
}

/* A stream that begins when the server stops has an end as others do, in time. */
static void
test_socket_stop_requested_stream (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricListener) ear = eric_listener_new_with_id ("ear");
  g_autoptr (SocketPeer) reader = NULL;
  Handler handler = { fixture, STOP };

  g_assert_true (eric_channel_register_listener (fixture->news, ear, NULL));
  socket_broadcast (fixture->news, "hello");
  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (harm_requested_cb), &handler);
  reader = socket_peer_open (fixture, "{\"v\":\"l\",\"c\":\"asked\",\"r\":\"ear\"}");
  socket_peer_wait_eof (reader);
  g_assert_cmpuint (reader->n_lines, ==, 2);
  g_assert_true (g_str_has_suffix (reader->input->str, "\"data\": \"hello\"}\n" FAREWELL));
  wait_stopped (fixture);
}

/* Requests that came with the one whose handler stops the server are answered, in order. */
static void
test_socket_stop_requested_order (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
  Handler handler = { fixture, STOP };

  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (harm_requested_cb), &handler);
  g_assert_true (socket_peer_send (peer, BROADCAST "\n{\"v\":\"c\"}\n" BROADCAST "\n" BROADCAST "\n", -1));
  socket_peer_assert_end (peer, "ack\nnews\nack\nack\n");
  wait_stopped (fixture);
}

static void
harm_notify_cb (GObject    *object,
                GParamSpec *pspec,
                gpointer    user_data)
{
  harm (user_data);
}

static void
harm_removed_cb (EricChannel  *channel,
                 EricListener *listener,
                 gpointer      user_data)
{
  harm (user_data);
}

/* When a connection comes, when it goes, and when its listener does. */
static void
test_socket_stop_notified (void)
{
  for (guint i = 0; i < N_HARMS * 3; i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autoptr (SocketPeer) watcher = NULL;
      g_autoptr (SocketPeer) other = NULL;
      Handler handler = { fixture, i % N_HARMS };
      guint when = i / N_HARMS;

      if (when == 0)
        g_signal_connect (fixture->server, "notify::n-connections", G_CALLBACK (harm_notify_cb), &handler);
      watcher = socket_peer_open (fixture, WATCH);
      other = socket_peer_open (fixture, WATCH);
      if (when > 0)
        test_wait_until (socket_count_listeners (fixture->news) == 2);
      if (when == 1)
        g_signal_connect (fixture->server, "notify::n-connections", G_CALLBACK (harm_notify_cb), &handler);
      if (when == 2)
        g_signal_connect (fixture->news, "listener-removed", G_CALLBACK (harm_removed_cb), &handler);
      if (when > 0)
        socket_peer_close (watcher);
      socket_peer_wait_eof (other);
      test_wait_until (fixture->server == NULL || !eric_socket_server_get_running (fixture->server));
      test_wait_until (socket_count_listeners (fixture->news) == 0);
      g_signal_handlers_disconnect_by_data (fixture->news, &handler);
      if (fixture->server != NULL)
        g_signal_handlers_disconnect_by_data (fixture->server, &handler);
    }
}

static void
drop_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SocketFixture *fixture = user_data;

  g_assert_true (eric_socket_server_stop_finish (ERIC_SOCKET_SERVER (source), result, NULL));
  g_clear_object (&fixture->server);
}

/* The last reference goes with the callback, which comes when connections are cut off. */
static void
test_socket_stop_dropped_by_callback (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SocketPeer) half = socket_peer_new (fixture);

  g_assert_true (socket_peer_send (half, "{", 1));
  socket_fixture_wait (fixture, 1);
  test_settle ();
  eric_socket_server_stop_async (fixture->server, cancellable, drop_cb, fixture);
  test_settle ();
  g_cancellable_cancel (cancellable);
  test_wait_until (fixture->server == NULL);
  socket_peer_assert_end (half, "");
}

/* Over TCP what is on its way is lost where a connection is closed with something unread. */
static void
test_socket_stop_unread_input (void)
{
  const guint n = 200;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GSocketAddress) loopback = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GPtrArray) addresses = NULL;
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autoptr (SocketPeer) peer = NULL;

  g_assert_true (eric_socket_server_listen_address (fixture->server, loopback, NULL));
  addresses = eric_socket_server_get_addresses (fixture->server);
  peer = socket_peer_connect (addresses->pdata[1]);
  socket_peer_set_buffers (peer, SOCKET_PEER_SMALL_BUFFER);
  socket_peer_pause (peer);
  g_assert_true (socket_peer_send (peer, WATCH "\n", -1));
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  g_assert_true (socket_peer_send (peer, BROADCAST "\n", -1));
  for (guint i = 0; i < n; i++)
    socket_broadcast (fixture->news, text);
  test_settle ();
  eric_socket_server_stop (fixture->server);
  test_settle ();
  socket_peer_set_buffers (peer, SOCKET_PEER_LARGE_BUFFER);
  socket_peer_resume (peer);
  socket_peer_wait_eof (peer);
  g_assert_cmpuint (peer->n_lines, ==, n + 1);
  g_assert_cmpint (peer->error, ==, 0);
  socket_peer_close (peer);
  wait_stopped (fixture);
}

/* What was to cut a stop short is of no use when it has stopped, even where somebody still
 * has the result. */
static void
test_socket_stop_cancelled_late (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SocketPeer) half = socket_peer_new (fixture);
  g_autoptr (SocketPeer) peer = NULL;

  g_assert_true (socket_peer_send (half, "{", 1));
  socket_fixture_wait (fixture, 1);
  test_settle ();
  eric_socket_server_stop_async (fixture->server, cancellable, test_keep_result, &result);
  socket_peer_close (half);
  test_wait_until (result != NULL);
  g_assert_true (eric_socket_server_start (fixture->server, NULL));
  peer = socket_peer_new (fixture);
  socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
  g_cancellable_cancel (cancellable);
  test_settle ();
  socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
  g_assert_true (eric_socket_server_stop_finish (fixture->server, result, NULL));
  g_clear_object (&result);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-stop/idle", test_socket_stop_idle);
  g_test_add_func ("/eric/socket-stop/mid-request", test_socket_stop_mid_request);
  g_test_add_func ("/eric/socket-stop/streams", test_socket_stop_streams);
  g_test_add_func ("/eric/socket-stop/unread", test_socket_stop_unread);
  g_test_add_func ("/eric/socket-stop/read-late", test_socket_stop_read_late);
  g_test_add_func ("/eric/socket-stop/async", test_socket_stop_async);
  g_test_add_func ("/eric/socket-stop/cancel", test_socket_stop_cancel);
  g_test_add_func ("/eric/socket-stop/again", test_socket_stop_again);
  g_test_add_func ("/eric/socket-stop/dispose", test_socket_stop_dispose);
  g_test_add_func ("/eric/socket-stop/requested", test_socket_stop_requested);
  g_test_add_func ("/eric/socket-stop/requested-stream", test_socket_stop_requested_stream);
  g_test_add_func ("/eric/socket-stop/requested-order", test_socket_stop_requested_order);
  g_test_add_func ("/eric/socket-stop/notified", test_socket_stop_notified);
  g_test_add_func ("/eric/socket-stop/dropped-by-callback", test_socket_stop_dropped_by_callback);
  g_test_add_func ("/eric/socket-stop/unread-input", test_socket_stop_unread_input);
  g_test_add_func ("/eric/socket-stop/cancelled-late", test_socket_stop_cancelled_late);
  return g_test_run ();
}
