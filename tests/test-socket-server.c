/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "socket-util.h"
#include "test-util.h"

#define WATCH     "{\"v\":\"w\",\"c\":\"news\"}"
#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"hello\"}"
#define NO_CHANNEL(id) "InvalidChannelException('No channel with id " id "')"

static void
test_socket_server_properties (void)
{
  EricSocketServer *server = eric_socket_server_new (NULL, NULL);
  g_autoptr (EricChannelContainer) channels = NULL;
  g_autoptr (GPtrArray) addresses = eric_socket_server_get_addresses (server);
  g_autofree char *path = NULL;
  guint mode, max_connections, idle_timeout, listener_capacity, n_connections;
  guint64 max_request;
  gboolean running;

  g_object_get (server, "channels", &channels, "path", &path, "mode", &mode, "max-request", &max_request,
                "max-connections", &max_connections, "idle-timeout", &idle_timeout,
                "listener-capacity", &listener_capacity, "running", &running,
                "n-connections", &n_connections, NULL);
  g_assert_true (channels == eric_socket_server_get_channels (server));
  g_assert_true (eric_channel_container_get_channel_type (channels) == ERIC_TYPE_SSE_CHANNEL);
  g_assert_null (path);
  g_assert_null (eric_socket_server_get_path (server));
  g_assert_cmpuint (mode, ==, 0600);
  g_assert_cmpuint (eric_socket_server_get_mode (server), ==, 0600);
  g_assert_cmpuint (max_request, ==, 16 * 1024 * 1024);
  g_assert_cmpuint (max_connections, ==, 0);
  g_assert_cmpuint (idle_timeout, ==, 60000);
  g_assert_cmpuint (listener_capacity, ==, 65536);
  g_assert_false (running);
  g_assert_false (eric_socket_server_get_running (server));
  g_assert_cmpuint (n_connections, ==, 0);
  g_assert_cmpuint (addresses->len, ==, 0);

  g_object_set (server, "max-request", G_GUINT64_CONSTANT (1), "max-connections", 2, "idle-timeout", 3,
                "listener-capacity", 4, NULL);
  g_assert_cmpuint (eric_socket_server_get_max_request (server), ==, 1);
  g_assert_cmpuint (eric_socket_server_get_max_connections (server), ==, 2);
  g_assert_cmpuint (eric_socket_server_get_idle_timeout (server), ==, 3);
  g_assert_cmpuint (eric_socket_server_get_listener_capacity (server), ==, 4);
  test_finalize (server);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
test_socket_server_notify (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  guint n = 0;

  g_signal_connect (fixture->server, "notify", G_CALLBACK (count_cb), &n);
  eric_socket_server_set_max_request (fixture->server, ERIC_SOCKET_SERVER_DEFAULT_MAX_REQUEST);
  eric_socket_server_set_max_connections (fixture->server, 0);
  eric_socket_server_set_idle_timeout (fixture->server, ERIC_SOCKET_SERVER_DEFAULT_IDLE_TIMEOUT);
  eric_socket_server_set_listener_capacity (fixture->server, ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY);
  g_assert_cmpuint (n, ==, 0);
  eric_socket_server_set_max_request (fixture->server, 1000);
  eric_socket_server_set_max_connections (fixture->server, 5);
  eric_socket_server_set_idle_timeout (fixture->server, 50000);
  eric_socket_server_set_listener_capacity (fixture->server, 1);
  g_assert_cmpuint (n, ==, 4);
}

static void
test_socket_server_notify_running (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new_stopped ();
  guint n_running = 0, n_connections = 0;

  g_signal_connect (fixture->server, "notify::running", G_CALLBACK (count_cb), &n_running);
  g_signal_connect (fixture->server, "notify::n-connections", G_CALLBACK (count_cb), &n_connections);
  g_assert_true (eric_socket_server_start (fixture->server, NULL));
  g_assert_true (eric_socket_server_start (fixture->server, NULL));
  g_assert_cmpuint (n_running, ==, 1);
  socket_assert_alive (fixture);
  g_assert_cmpuint (n_connections, ==, 2);
  eric_socket_server_stop (fixture->server);
  eric_socket_server_stop (fixture->server);
  g_assert_cmpuint (n_running, ==, 2);
}

typedef struct
{
  const char *request;
  const char *answer;
} Exchange;

static const Exchange exchanges[] = {
  { BROADCAST, "ack" },
  { "{\"v\":\"d\",\"c\":\"news\",\"r\":\"ear\",\"t\":\"x\"}", "ack" },
  { "{\"v\":\"b\",\"c\":\"none\",\"t\":\"x\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"d\",\"c\":\"none\",\"r\":\"ear\",\"t\":\"x\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"r\",\"c\":\"none\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"c\",\"c\":\"none\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"c\",\"c\":\"\"}", NO_CHANNEL ("") },
  { "{\"v\":\"w\",\"c\":\"none\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"w\",\"c\":\"none\",\"r\":\"ear\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"l\",\"c\":\"none\",\"r\":\"ear\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"rl\",\"c\":\"none\",\"r\":\"ear\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"rc\",\"c\":\"none\"}", NO_CHANNEL ("none") },
  { "{\"v\":\"b\",\"c\":\"it's\",\"t\":\"x\"}", "InvalidChannelException(\"No channel with id it's\")" },
  { "{\"v\":\"b\",\"c\":\"a\\n\\u001b\\\\\\\"'\",\"t\":\"x\"}", NO_CHANNEL ("a\\n\\x1b\\\\\"\\'") },
  { "{\"v\":\"d\",\"c\":\"news\",\"r\":\"nobody\",\"t\":\"x\"}",
    "InvalidListenerException('Channel “news” has no listener “nobody”')" },
  { "{\"v\":\"l\",\"c\":\"news\",\"r\":\"nobody\"}",
    "InvalidListenerException('Channel “news” has no listener “nobody”')" },
  { "{\"v\":\"w\",\"c\":\"news\",\"r\":\"nobody\"}",
    "InvalidListenerException('Channel “news” has no listener “nobody”')" },
  { "{\"v\":\"rl\",\"c\":\"news\",\"r\":\"nobody\"}",
    "InvalidListenerException('Channel “news” has no listener “nobody”')" },
  { "{\"v\":\"b\",\"c\":\"closed\",\"t\":\"x\"}", "InvalidChannelException('Channel “closed” is closed')" },
  { "{\"v\":\"r\",\"c\":\"closed\"}", "InvalidChannelException('Channel “closed” is closed')" },
  { "{\"v\":\"w\",\"c\":\"closed\"}", "InvalidChannelException('Channel “closed” is closed')" },
};

static void
add_ear (SocketFixture *fixture)
{
  g_autoptr (EricListener) ear = eric_listener_new_with_id ("ear");
  g_autoptr (EricChannel) closed = eric_channel_container_add (fixture->channels, "closed", NULL);

  g_assert_true (eric_channel_register_listener (fixture->news, ear, NULL));
  eric_channel_close (closed);
}

/* A connection for each, as the Python package does: no end of line in either direction. */
static void
test_socket_server_one_request (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  add_ear (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      g_autofree char *answer = socket_ask (fixture, exchanges[i].request);

      g_assert_cmpstr (answer, ==, exchanges[i].answer);
    }
}

/* What went wrong does not end a connection of lines. */
static void
test_socket_server_lines (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

  add_ear (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
    {
      g_autofree char *request = g_strconcat (exchanges[i].request, i % 2 ? "\r\n" : "\n", NULL);
      g_autofree char *answer = g_strconcat (exchanges[i].answer, "\n", NULL);

      socket_peer_assert_answer (peer, request, answer);
    }
  socket_peer_shut (peer);
  socket_peer_assert_end (peer, "");
  g_assert_cmpint (peer->error, ==, 0);
  socket_fixture_wait (fixture, 0);
}

/* In order, whatever is between them, and the last without an end. */
static void
test_socket_server_pipelined (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (GString) requests = g_string_new ("\n\r\n \t\n");
  g_autoptr (GString) answers = g_string_new (NULL);

  add_ear (fixture);
  for (guint round = 0; round < 50; round++)
    for (guint i = 0; i < G_N_ELEMENTS (exchanges); i++)
      {
        g_string_append_printf (requests, "%s%s", exchanges[i].request,
                                i % 3 == 0 ? "\n" : i % 3 == 1 ? "\r\n" : "\n\n  \n\r\n");
        g_string_append_printf (answers, "%s\n", exchanges[i].answer);
      }
  g_string_append (requests, BROADCAST);
  g_string_append (answers, "ack");

  for (guint cut = 0; cut < 2; cut++)
    {
      g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

      for (gsize at = 0, n; at < requests->len; at += n)
        {
          n = cut ? MIN (997, requests->len - at) : requests->len;
          g_assert_true (socket_peer_send (peer, requests->str + at, n));
          if (cut)
            test_settle ();
        }
      socket_peer_shut (peer);
      socket_peer_assert_end (peer, answers->str);
    }
}

/* Each byte on its own. */
static void
test_socket_server_bytes (void)
{
  static const char text[] = "\r\n" BROADCAST "\r\n" BROADCAST "\n" BROADCAST;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

  for (const char *c = text; *c != '\0'; c++)
    {
      g_assert_true (socket_peer_send (peer, c, 1));
      test_settle ();
    }
  socket_peer_assert_next (peer, "ack\nack\n");
  socket_peer_shut (peer);
  socket_peer_assert_end (peer, "ack");
}

/* Nothing is asked, and nothing said. */
static void
test_socket_server_nothing (void)
{
  static const char * const texts[] = { "", "\n", "\r\n", "\n\n\n", " ", "\r", " \r\n\t" };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *answer = socket_ask (fixture, texts[i]);

      g_assert_cmpstr (answer, ==, "");
    }
  socket_assert_alive (fixture);
}

/* What follows a malformed request is not looked at, what came before is answered. */
static void
test_socket_server_malformed (void)
{
  static const Exchange malformed[] = {
    { "x", "InvalidMessageFormat('Malformed JSON at line 1, column 1: expected an object')" },
    { "[]", "InvalidMessageFormat('Malformed JSON at line 1, column 1: expected an object')" },
    { "{", "InvalidMessageFormat('Malformed JSON at line 1, column 2: expected a string')" },
    { "{}", "InvalidMessageFormat('The key “v” is missing')" },
    { "{\"v\":\"b\",\"c\":\"news\"}", "InvalidMessageFormat('The key “t” is missing')" },
    { "{\"v\":\"b\",\"c\":1,\"t\":\"x\"}", "InvalidMessageFormat('The value of “c” is no string')" },
    { "{\"v\":\"oh 'no'\"}", "InvalidMessageFormat(\"There is no verb “oh 'no'”\")" },
    { "\377", "InvalidMessageFormat('Malformed JSON at line 1, column 1: the text is not UTF-8')" },
    { BROADCAST BROADCAST, "InvalidMessageFormat('Malformed JSON at line 1, column 41: expected the end of the text')" },
    { "{\"v\":\"b\",\"c\":\"news\",\"t\":\"a\\nb\"}",
      "InvalidMessageFormat('The type of a message cannot contain a line break')" },
  };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *answer = socket_ask (fixture, malformed[i].request);
      g_autofree char *lines = g_strdup_printf (BROADCAST "\n%s\n" BROADCAST "\n", malformed[i].request);
      g_autofree char *answers = g_strdup_printf ("ack\n%s\n", malformed[i].answer);
      g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

      g_assert_cmpstr (answer, ==, malformed[i].answer);
      g_assert_true (socket_peer_send (peer, lines, -1));
      socket_peer_assert_end (peer, answers);
      g_assert_cmpint (peer->error, ==, 0);
      socket_assert_alive (fixture);
    }
}

/* Channels and listeners from their making to their end. */
static void
test_socket_server_lifetimes (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
  g_autofree char *channel_id = NULL;
  g_autoptr (EricChannel) channel = NULL;
  const char * const verbs[] = { "r", "c" };

  g_assert_true (socket_peer_send (peer, "{\"v\":\"c\"}\n", -1));
  channel_id = socket_peer_take_line (peer);
  channel = eric_channel_container_get (fixture->channels, channel_id, NULL);
  g_assert_nonnull (channel);
  g_assert_true (ERIC_IS_SSE_CHANNEL (channel));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *add = g_strdup_printf ("{\"v\":\"%s\",\"c\":\"%s\"}\n", verbs[i], channel_id);
      g_autofree char *id = NULL, *dispatch = NULL, *remove = NULL, *gone = NULL;
      g_autoptr (EricListener) listener = NULL;
      g_autoptr (EricMessage) message = NULL;

      g_assert_true (socket_peer_send (peer, add, -1));
      id = socket_peer_take_line (peer);
      listener = eric_channel_get_listener (channel, id, NULL);
      g_assert_nonnull (listener);
      g_assert_false (eric_listener_get_running (listener));
      g_assert_cmpuint (eric_listener_get_capacity (listener), ==, ERIC_SOCKET_SERVER_DEFAULT_LISTENER_CAPACITY);

      dispatch = g_strdup_printf ("{\"v\":\"d\",\"c\":\"%s\",\"r\":\"%s\",\"t\":\"y\",\"p\":{\"n\":[1,2.5]}}\n",
                                  channel_id, id);
      socket_peer_assert_answer (peer, dispatch, "ack\n");
      eric_listener_start (listener);
      message = eric_listener_deliver_next (listener, NULL);
      g_assert_cmpstr (eric_message_get_event_type (message), ==, "y");
      g_assert_cmpstr (eric_message_get_text (message), ==, "{\"n\":[1,2.5]}");

      remove = g_strdup_printf ("{\"v\":\"rl\",\"c\":\"%s\",\"r\":\"%s\"}\n", channel_id, id);
      gone = g_strdup_printf ("InvalidListenerException('Channel “%s” has no listener “%s”')\n", channel_id, id);
      socket_peer_assert_answer (peer, remove, "ack\n");
      g_assert_cmpuint (socket_count_listeners (channel), ==, 0);
      socket_peer_assert_answer (peer, remove, gone);
    }
  {
    g_autofree char *remove = g_strdup_printf ("{\"v\":\"rc\",\"c\":\"%s\"}\n", channel_id);
    g_autofree char *gone = g_strdup_printf ("InvalidChannelException('No channel with id %s')\n", channel_id);

    socket_peer_assert_answer (peer, remove, "ack\n");
    g_assert_true (eric_channel_get_closed (channel));
    g_assert_cmpuint (eric_channel_container_get_size (fixture->channels), ==, 1);
    socket_peer_assert_answer (peer, remove, gone);
  }
}

/* Listeners that came with a bound keep it; 0 is none. */
static void
test_socket_server_capacity (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint capacity = 0; capacity < 2; capacity++)
    {
      g_autofree char *id = NULL;
      g_autoptr (EricListener) listener = NULL;

      eric_socket_server_set_listener_capacity (fixture->server, capacity);
      id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
      listener = eric_channel_get_listener (fixture->news, id, NULL);
      g_assert_cmpuint (eric_listener_get_capacity (listener), ==, capacity);
    }
}

/* What a listener of the program rejects, nobody has. */
static void
test_socket_server_rejected (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricListener) full = eric_channel_add_listener (fixture->news, NULL);
  g_autoptr (EricListener) other = eric_channel_add_listener (fixture->news, NULL);
  g_autofree char *taken = NULL;
  g_autofree char *refused = NULL;

  eric_listener_set_capacity (full, 1);
  eric_listener_set_overflow (full, ERIC_OVERFLOW_REJECT);
  taken = socket_ask (fixture, BROADCAST);
  g_assert_cmpstr (taken, ==, "ack");
  refused = socket_ask (fixture, BROADCAST);
  g_assert_nonnull (strstr (refused, "QueueFullException"));
  g_assert_cmpuint (eric_listener_get_pending (other), ==, 1);
  g_assert_cmpuint (eric_listener_get_pending (full), ==, 1);
}

/* Makes the channel "made" for who asks for it, and "fresh" for who wants a new one. */
static EricChannel *
channel_requested_cb (EricSocketServer *server,
                      const char       *channel_id,
                      GPtrArray        *asked)
{
  g_ptr_array_add (asked, g_strdup (channel_id));
  if (channel_id != NULL && !g_str_equal (channel_id, "made"))
    return NULL;
  return eric_channel_container_add (eric_socket_server_get_channels (server),
                                     channel_id != NULL ? channel_id : "fresh", NULL);
}

static void
test_socket_server_channel_requested (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (g_free);
  gulong handler;

  handler = g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (channel_requested_cb), asked);
  socket_peer_assert_answer (peer, BROADCAST "\n", "ack\n");
  g_assert_cmpuint (asked->len, ==, 0);
  socket_peer_assert_answer (peer, "{\"v\":\"b\",\"c\":\"made\",\"t\":\"x\"}\n", "ack\n");
  socket_peer_assert_answer (peer, "{\"v\":\"b\",\"c\":\"made\",\"t\":\"x\"}\n", "ack\n");
  socket_peer_assert_answer (peer, "{\"v\":\"b\",\"c\":\"no\",\"t\":\"x\"}\n", NO_CHANNEL ("no") "\n");
  socket_peer_assert_answer (peer, "{\"v\":\"c\"}\n", "fresh\n");
  /* None is made to be removed. */
  socket_peer_assert_answer (peer, "{\"v\":\"rc\",\"c\":\"made\"}\n", "ack\n");
  socket_peer_assert_answer (peer, "{\"v\":\"rc\",\"c\":\"made\"}\n", NO_CHANNEL ("made") "\n");
  g_assert_cmpuint (asked->len, ==, 3);
  g_assert_cmpstr (asked->pdata[0], ==, "made");
  g_assert_cmpstr (asked->pdata[1], ==, "no");
  g_assert_null (asked->pdata[2]);
  /* There is one of that id already: the class makes another. */
  g_assert_true (socket_peer_send (peer, "{\"v\":\"c\"}\n", -1));
  {
    g_autofree char *id = socket_peer_take_line (peer);

    g_assert_true (g_uuid_string_is_valid (id));
  }
  g_signal_handler_disconnect (fixture->server, handler);
  g_assert_cmpuint (eric_channel_container_get_size (fixture->channels), ==, 3);
}

/* Many servers, and who listens in the program itself, have the same channels. */
static void
test_socket_server_shared (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *path = g_build_filename (fixture->dir, "other", NULL);
  g_autoptr (EricSocketServer) other = eric_socket_server_new (fixture->channels, path);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GPtrArray) addresses = NULL;
  g_autoptr (EricListener) listener = eric_channel_add_listener (fixture->news, NULL);
  g_autoptr (SocketPeer) watcher = NULL;
  g_autoptr (EricMessage) message = NULL;

  g_assert_true (eric_socket_server_start (other, NULL));
  addresses = eric_socket_server_get_addresses (other);
  g_assert_cmpuint (addresses->len, ==, 1);
  watcher = socket_peer_connect (addresses->pdata[0]);
  g_assert_true (socket_peer_send (watcher, WATCH "\n", -1));
  test_wait_until (socket_count_listeners (fixture->news) == 2);
  eric_listener_start (listener);
  {
    g_autofree char *answer = socket_ask (fixture, BROADCAST);
    g_autofree char *line = socket_peer_take_line (watcher);

    g_assert_cmpstr (answer, ==, "ack");
    g_assert_true (g_str_has_suffix (line, "\"data\": \"hello\"}"));
  }
  message = eric_listener_deliver_next (listener, NULL);
  g_assert_cmpstr (eric_message_get_text (message), ==, "hello");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-server/properties", test_socket_server_properties);
  g_test_add_func ("/eric/socket-server/notify", test_socket_server_notify);
  g_test_add_func ("/eric/socket-server/notify-running", test_socket_server_notify_running);
  g_test_add_func ("/eric/socket-server/one-request", test_socket_server_one_request);
  g_test_add_func ("/eric/socket-server/lines", test_socket_server_lines);
  g_test_add_func ("/eric/socket-server/pipelined", test_socket_server_pipelined);
  g_test_add_func ("/eric/socket-server/bytes", test_socket_server_bytes);
  g_test_add_func ("/eric/socket-server/nothing", test_socket_server_nothing);
  g_test_add_func ("/eric/socket-server/malformed", test_socket_server_malformed);
  g_test_add_func ("/eric/socket-server/lifetimes", test_socket_server_lifetimes);
  g_test_add_func ("/eric/socket-server/capacity", test_socket_server_capacity);
  g_test_add_func ("/eric/socket-server/rejected", test_socket_server_rejected);
  g_test_add_func ("/eric/socket-server/channel-requested", test_socket_server_channel_requested);
  g_test_add_func ("/eric/socket-server/shared", test_socket_server_shared);
  return g_test_run ();
}
