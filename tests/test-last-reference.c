/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "pool-util.h"
#include "processing-util.h"
#include "socket-util.h"
#include "source-util.h"
#include "test-util.h"

/* The last reference to an object, dropped inside each of its signals, virtual functions and
 * callbacks: who calls them goes on with it. tests/test-lifetime.c has the SSE server. */

typedef void (*DropFunc) (void);

typedef struct
{
  const char *name;
  DropFunc    func;
} DropRow;

static gpointer last;          /* (owned) (nullable): what the row is about */
static guint    n_dropped;

static void
drop_last (void)
{
  n_dropped++;
  g_clear_object (&last);
}

static EricMessage *
new_message (void)
{
  return eric_message_new_from_text ("x", "x", NULL);
}

/* A listener, a channel and a container */

static EricListener *
start_with_messages (void)
{
  EricListener *listener = eric_listener_new ();
  g_autoptr (EricMessage) message = new_message ();

  eric_listener_start (listener);
  for (guint i = 0; i < 3; i++)
    g_assert_true (eric_listener_push (listener, message, NULL));
  g_signal_connect (listener, "message", drop_last, NULL);
  return last = listener;
}

static void
listener_deliver_next (void)
{
  g_autoptr (EricMessage) message = eric_listener_deliver_next (start_with_messages (), NULL);

  g_assert_nonnull (message);
}

static void
listener_deliver_batch (void)
{
  g_autoptr (GPtrArray) batch = eric_listener_deliver_batch (start_with_messages (), 10, NULL);

  g_assert_cmpuint (batch->len, ==, 3);
}

static void
dropping_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  drop_last ();
}

static void
listener_next_async (void)
{
  eric_listener_next_async (start_with_messages (), G_PRIORITY_DEFAULT, NULL, dropping_cb, NULL);
  test_wait_until (n_dropped > 1);
}

static void
listener_notify (void)
{
  EricListener *listener = last = eric_listener_new ();

  g_signal_connect (listener, "notify::running", drop_last, NULL);
  eric_listener_start (listener);
}

/* The policy stops it. */
static void
listener_push_stops (void)
{
  EricListener *listener = last = g_object_new (ERIC_TYPE_LISTENER, "capacity", 1,
                                                "overflow", ERIC_OVERFLOW_STOP, NULL);
  g_autoptr (EricMessage) message = new_message ();

  eric_listener_start (listener);
  eric_listener_push (listener, message, NULL);
  g_signal_connect (listener, "notify::running", drop_last, NULL);
  eric_listener_push (listener, message, NULL);
}

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, EricChannel)

struct _TestChannel
{
  EricChannel parent_instance;
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, ERIC_TYPE_CHANNEL)

static EricMessage *
test_channel_adapt (EricChannel *channel,
                    EricMessage *message)
{
  drop_last ();
  return g_object_ref (message);
}

static EricListener *
test_channel_create_listener (EricChannel *channel)
{
  if (last == channel)
    drop_last ();
  return eric_listener_new ();
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  ERIC_CHANNEL_CLASS (klass)->adapt = test_channel_adapt;
  ERIC_CHANNEL_CLASS (klass)->create_listener = test_channel_create_listener;
}

static void
test_channel_init (TestChannel *self)
{
}

static void
channel_create_listener (void)
{
  EricChannel *channel = last = g_object_new (TEST_TYPE_CHANNEL, NULL);
  g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);

  g_assert_nonnull (listener);
}

static void
channel_listener_added (void)
{
  EricChannel *channel = last = ERIC_CHANNEL (eric_sse_channel_new (NULL));
  g_autoptr (EricListener) listener = NULL;

  g_signal_connect (channel, "listener-added", drop_last, NULL);
  listener = eric_channel_add_listener (channel, NULL);
  g_assert_nonnull (listener);
}

static void
channel_watch (void)
{
  EricChannel *channel = last = ERIC_CHANNEL (eric_sse_channel_new (NULL));
  g_autoptr (EricMessageStream) stream = NULL;

  g_signal_connect (channel, "listener-added", drop_last, NULL);
  stream = eric_channel_watch (channel, NULL);
}

static void
channel_listener_removed (void)
{
  EricChannel *channel = last = ERIC_CHANNEL (eric_sse_channel_new (NULL));
  g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);

  g_signal_connect (channel, "listener-removed", drop_last, NULL);
  g_assert_true (eric_channel_remove_listener (channel, eric_listener_get_id (listener), NULL));
}

static void
channel_closed (void)
{
  EricChannel *channel = last = ERIC_CHANNEL (eric_sse_channel_new (NULL));

  g_signal_connect (channel, "notify", drop_last, NULL);
  eric_channel_close (channel);
}

/* What is dropped is the stream, whose channel goes with it. */
static void
stream_adapt (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  EricMessageStream *stream = eric_channel_watch (channel, NULL);
  g_autoptr (EricMessage) message = new_message ();
  g_autoptr (GPtrArray) batch = NULL;

  for (guint i = 0; i < 3; i++)
    eric_channel_broadcast (channel, message, NULL);
  last = stream;
  g_clear_object (&channel);
  batch = eric_message_stream_take_batch (stream, 10);
  g_assert_cmpuint (batch->len, ==, 3);
}

static void
stream_next_async (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  EricMessageStream *stream = eric_channel_watch (channel, NULL);
  g_autoptr (EricMessage) message = new_message ();

  eric_channel_broadcast (channel, message, NULL);
  last = stream;
  g_clear_object (&channel);
  eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, dropping_cb, NULL);
  test_wait_until (n_dropped > 1);
}

static void
stream_close (void)
{
  g_autoptr (EricChannel) channel = g_object_new (TEST_TYPE_CHANNEL, NULL);
  EricMessageStream *stream = last = eric_channel_watch (channel, NULL);

  g_signal_connect (eric_message_stream_get_listener (stream), "notify::running", drop_last, NULL);
  eric_message_stream_close (stream);
}

static void
container_added (void)
{
  EricChannelContainer *container = last = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_autoptr (EricChannel) channel = NULL;

  g_signal_connect (container, "channel-added", drop_last, NULL);
  channel = eric_channel_container_add (container, NULL, NULL);
  g_assert_nonnull (channel);
}

static void
container_removed (void)
{
  EricChannelContainer *container = last = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_autoptr (EricChannel) channel = eric_channel_container_add (container, NULL, NULL);

  g_signal_connect (container, "channel-removed", drop_last, NULL);
  g_assert_true (eric_channel_container_remove (container, eric_channel_get_id (channel), NULL));
}

/* A list, and a parser */

static char *
key_func (EricMessage *message,
          gpointer     user_data)
{
  drop_last ();
  return g_strdup ("key");
}

static void
list_key_func (void)
{
  EricMessageList *list = last = eric_message_list_new (0);
  g_autoptr (EricMessage) message = new_message ();

  eric_message_list_set_key_func (list, key_func, NULL, NULL);
  eric_message_list_append (list, message);
}

static void
list_key_func_notify (void)
{
  EricMessageList *list = last = eric_message_list_new (0);

  eric_message_list_set_key_func (list, key_func, NULL, (GDestroyNotify) drop_last);
  eric_message_list_set_key_func (list, key_func, NULL, NULL);
}

static void
list_items_changed (void)
{
  EricMessageList *list = last = eric_message_list_new (0);
  g_autoptr (EricMessage) message = new_message ();

  g_signal_connect (list, "items-changed", drop_last, NULL);
  eric_message_list_append (list, message);
  test_wait_until (n_dropped > 0);
}

static void
list_follow_key_func (void)
{
  EricMessageList *list = last = eric_message_list_new (0);
  g_autoptr (EricListener) listener = eric_listener_new ();
  g_autoptr (EricMessage) message = new_message ();

  eric_message_list_set_key_func (list, key_func, NULL, NULL);
  eric_message_list_follow (list, listener);
  eric_listener_start (listener);
  for (guint i = 0; i < 3; i++)
    eric_listener_push (listener, message, NULL);
  test_wait_until (n_dropped > 0);
}

static void
comment_func (const char *text,
              gpointer    user_data)
{
  drop_last ();
}

static void
parser_comment (void)
{
  EricSseParser *parser = last = eric_sse_parser_new ();
  const char *stream = ":a\n:b\ndata: x\n\n";

  eric_sse_parser_set_comment_func (parser, comment_func, NULL, NULL);
  g_assert_true (eric_sse_parser_feed (parser, (const guint8 *) stream, strlen (stream), NULL));
}

static void
parser_comment_notify (void)
{
  EricSseParser *parser = last = eric_sse_parser_new ();

  eric_sse_parser_set_comment_func (parser, comment_func, NULL, (GDestroyNotify) drop_last);
  eric_sse_parser_set_comment_func (parser, NULL, NULL, NULL);
}

/* Processing */

static EricMessage *
process (EricMessage   *message,
         GCancellable  *cancellable,
         gpointer       user_data,
         GError       **error)
{
  if (user_data != NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "failed");
  return user_data != NULL ? NULL : g_object_ref (message);
}

static void
run_pool (const char *signal,
          gpointer    fails)
{
  EricListener *pool = last = eric_thread_pool_listener_new (2, process, fails, NULL);
  g_autoptr (EricMessage) message = new_message ();
  g_autoptr (EricMessage) end = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  g_signal_connect (pool, signal, drop_last, NULL);
  for (guint i = 0; i < 3; i++)
    eric_listener_push (pool, message, NULL);
  eric_listener_push (pool, end, NULL);
  eric_listener_start (pool);
  test_wait_until (n_dropped > 0);
}

static void
pool_processed (void)
{
  run_pool ("processed", NULL);
}

static void
pool_failed (void)
{
  run_pool ("failed", GUINT_TO_POINTER (TRUE));
}

static void
pool_drained (void)
{
  run_pool ("drained", NULL);
}

static void
pool_notify (void)
{
  run_pool ("notify::running", NULL);
}

static void
pool_waited (void)
{
  EricListener *pool = last = eric_thread_pool_listener_new (2, process, NULL, NULL);

  eric_thread_pool_listener_wait_async (ERIC_THREAD_POOL_LISTENER (pool), G_PRIORITY_DEFAULT, NULL,
                                        dropping_cb, NULL);
  test_wait_until (n_dropped > 0);
}

static void
channel_progress (void)
{
  EricDataProcessingChannel *channel = last = eric_data_processing_channel_new (NULL);
  g_autoptr (EricThreadPoolListener) pool = processing_add (channel, 1, process, NULL);

  g_signal_connect (channel, "notify", drop_last, NULL);
  processing_broadcast (channel, "x", 0, 3);
  eric_listener_start (ERIC_LISTENER (pool));
  test_wait_until (n_dropped > 0);
  eric_listener_stop (ERIC_LISTENER (pool));
  pool_wait (ERIC_LISTENER (pool));
}

/* The last reference to the channel, which has the last one to the pool. */
static void
pool_results (void)
{
  EricDataProcessingChannel *channel = eric_data_processing_channel_new (NULL);
  EricThreadPoolListener *pool = processing_add (channel, 1, process, NULL);
  g_autoptr (EricMessageStream) stream = NULL;

  last = channel;
  g_signal_connect (pool, "notify::results", drop_last, NULL);
  g_object_unref (pool);
  stream = processing_begin (channel, pool, ERIC_RESULT_ORDER_INPUT);
}

/* Sockets */

static void
run_server (const char *signal,
            const char *request)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = NULL;

  g_signal_connect (fixture->server, signal, drop_last, NULL);
  last = g_steal_pointer (&fixture->server);
  peer = socket_peer_open (fixture, request);
  test_wait_until (n_dropped > 0);
  socket_peer_wait_eof (peer);
}

static void
socket_connections (void)
{
  run_server ("notify::n-connections", "{\"v\": \"w\", \"c\": \"news\"}\n");
}

static EricChannel *
requested_cb (EricSocketServer *server,
              const char       *channel_id,
              gpointer          user_data)
{
  drop_last ();
  return ERIC_CHANNEL (eric_sse_channel_new (channel_id));
}

static void
socket_requested (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = NULL;

  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (requested_cb), NULL);
  last = g_steal_pointer (&fixture->server);
  peer = socket_peer_open (fixture, "{\"v\": \"w\", \"c\": \"new\"}\n");
  test_wait_until (n_dropped > 0);
  socket_peer_wait_eof (peer);
}

static void
socket_stopped (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  EricSocketServer *server = last = g_steal_pointer (&fixture->server);

  g_signal_connect (server, "notify::running", drop_last, NULL);
  eric_socket_server_stop (server);
}

static void
socket_stop_async (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  EricSocketServer *server = last = g_steal_pointer (&fixture->server);
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, "{\"v\": \"w\", \"c\": \"news\"}\n");

  eric_socket_server_stop_async (server, NULL, dropping_cb, NULL);
  test_wait_until (n_dropped > 0);
}

static void
client_answered (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  EricSocketClient *client = last = eric_socket_client_new (fixture->path);

  eric_socket_client_create_channel_async (client, G_PRIORITY_DEFAULT, NULL, dropping_cb, NULL);
  test_wait_until (n_dropped > 0);
}

/* An event source */

/* One that is started holds itself until it is closed. */
static void
assert_closes (GWeakRef *alive)
{
  EricEventSource *source = g_weak_ref_get (alive);

  if (source != NULL)
    {
      eric_event_source_close (source);
      test_finalize (source);
    }
  g_weak_ref_clear (alive);
}

static void
run_source (const char *signal,
            const char *bytes)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  GWeakRef alive;
  ScriptedPeer *peer = source_fixture_open (fixture);

  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_OPEN);
  test_settle ();
  g_signal_handlers_disconnect_by_data (fixture->source, fixture);
  g_signal_connect (fixture->source, signal, drop_last, NULL);
  last = g_steal_pointer (&fixture->source);
  g_weak_ref_init (&alive, last);
  if (bytes != NULL)
    scripted_peer_send (peer, bytes);
  else
    eric_event_source_close (last);
  test_wait_until (n_dropped > 0);
  assert_closes (&alive);
}

static void
source_message (void)
{
  run_source ("message", "data: 1\n\ndata: 2\n\n: 3\n");
}

static void
source_comment (void)
{
  run_source ("comment", ": 1\n: 2\ndata: 2\n\n");
}

static void
source_gap (void)
{
  run_source ("gap", ":gap history\n: 2\ndata: 2\n\n");
}

static void
source_closed (void)
{
  run_source ("closed", NULL);
}

static void
source_notify (void)
{
  run_source ("notify", NULL);
}

/* Before it has connected. */
static void
start_source (const char *signal)
{
  EricEventSource *source = eric_event_source_new ("http://127.0.0.1:1/", NULL);

  eric_event_source_set_policy (source, ERIC_RECONNECT_POLICY_NEVER);
  g_signal_connect (source, signal, drop_last, NULL);
  last = source;
  eric_event_source_start (source);
  test_wait_until (n_dropped > 0);
}

static void
source_connecting (void)
{
  start_source ("notify::ready-state");
}

static void
source_before_connect (void)
{
  start_source ("before-connect");
}

static void
source_error (void)
{
  start_source ("error");
}

static void
source_decide (void)
{
  start_source ("decide-reconnect");
}

static const DropRow rows[] = {
  { "listener/message/next", listener_deliver_next },
  { "listener/message/batch", listener_deliver_batch },
  { "listener/message/next-async", listener_next_async },
  { "listener/notify", listener_notify },
  { "listener/notify/push", listener_push_stops },
  { "channel/create-listener", channel_create_listener },
  { "channel/listener-added", channel_listener_added },
  { "channel/listener-added/watch", channel_watch },
  { "channel/listener-removed", channel_listener_removed },
  { "channel/notify", channel_closed },
  { "channel/adapt/take", stream_adapt },
  { "channel/adapt/next-async", stream_next_async },
  { "channel/watch/close", stream_close },
  { "container/channel-added", container_added },
  { "container/channel-removed", container_removed },
  { "list/key-func", list_key_func },
  { "list/key-func/notify", list_key_func_notify },
  { "list/key-func/follow", list_follow_key_func },
  { "list/items-changed", list_items_changed },
  { "parser/comment", parser_comment },
  { "parser/comment/notify", parser_comment_notify },
  { "pool/processed", pool_processed },
  { "pool/failed", pool_failed },
  { "pool/drained", pool_drained },
  { "pool/notify", pool_notify },
  { "pool/wait", pool_waited },
  { "pool/results", pool_results },
  { "data-processing-channel/notify", channel_progress },
  { "socket-server/n-connections", socket_connections },
  { "socket-server/channel-requested", socket_requested },
  { "socket-server/notify", socket_stopped },
  { "socket-server/stop", socket_stop_async },
  { "socket-client/answer", client_answered },
  { "event-source/message", source_message },
  { "event-source/comment", source_comment },
  { "event-source/gap", source_gap },
  { "event-source/closed", source_closed },
  { "event-source/notify", source_notify },
  { "event-source/connecting", source_connecting },
  { "event-source/before-connect", source_before_connect },
  { "event-source/error", source_error },
  { "event-source/decide-reconnect", source_decide },
};

static void
test_last_reference (gconstpointer data)
{
  const DropRow *row = data;

  n_dropped = 0;
  row->func ();
  g_assert_cmpuint (n_dropped, >, 0);
  g_assert_null (last);
  test_settle ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/eric/last-reference/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_last_reference);
    }

  return g_test_run ();
}
