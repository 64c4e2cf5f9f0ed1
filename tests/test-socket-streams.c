/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include <eric-sse.h>

#include "socket-util.h"
#include "test-util.h"

#define WATCH     "{\"v\":\"w\",\"c\":\"news\"}"
#define BROADCAST "{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":\"hello\"}"

typedef struct
{
  const char *request;
  const char *answer;
} Exchange;

/* A channel that is nothing more. */
G_DECLARE_FINAL_TYPE (PlainChannel, plain_channel, PLAIN, CHANNEL, EricChannel)

struct _PlainChannel
{
  EricChannel parent_instance;
};

G_DEFINE_FINAL_TYPE (PlainChannel, plain_channel, ERIC_TYPE_CHANNEL)

static void
plain_channel_class_init (PlainChannelClass *klass)
{
}

static void
plain_channel_init (PlainChannel *self)
{
}

static EricChannel *
add_plain_channel (SocketFixture *fixture)
{
  EricChannel *channel = g_object_new (plain_channel_get_type (), "id", "plain", NULL);

  g_assert_true (eric_channel_container_register (fixture->channels, channel, NULL));
  return channel;
}

/* An EricChannel has no time to retry after, and an EricSseChannel gives ids. */
static void
test_socket_streams_lines (void)
{
  static const Exchange payloads[] = {
    { "\"hello\"", "\"hello\"" },
    { "\"\"", "\"\"" },
    { "\"a\\nb\\u0001\\\"\\\\\\u00e9\\ud83d\\ude00\"", "\"a\\nb\\u0001\\\"\\\\é😀\"" },
    { "\"{}\"", "\"{}\"" },
    { "null", "null" },
    { "-5", "-5" },
    { "1.50", "1.50" },
    { "1e3", "1e3" },
    { "true", "true" },
    { "[ ]", "[ ]" },
    { "{ }", "{ }" },
    { "[18446744073709551616]", "[18446744073709551616]" },
    { "\"\\ud83d\"", "\"\357\277\275\"" },
    { "[1,[null,\"x\"],{\"a\":false}]", "[1,[null,\"x\"],{\"a\":false}]" },
  };
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) sender = socket_peer_new (fixture);
  g_autoptr (SocketPeer) plain_peer = NULL;
  g_autoptr (SocketPeer) sse_peer = NULL;
  g_autoptr (EricChannel) plain = add_plain_channel (fixture);

  eric_sse_channel_set_retry_timeout (ERIC_SSE_CHANNEL (fixture->news), 77);
  plain_peer = socket_peer_open (fixture, "{\"v\":\"w\",\"c\":\"plain\"}");
  sse_peer = socket_peer_new (fixture);
  g_assert_true (socket_peer_send (sse_peer, WATCH "\n", -1));
  test_wait_until (socket_count_listeners (plain) + socket_count_listeners (fixture->news) == 2);

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autofree char *to_plain = g_strdup_printf ("{\"v\":\"b\",\"c\":\"plain\",\"t\":\"a \\\"b\\\"\",\"p\":%s}\n",
                                                   payloads[i].request);
      g_autofree char *to_sse = g_strdup_printf ("{\"v\":\"b\",\"c\":\"news\",\"t\":\"x\",\"p\":%s}\n",
                                                 payloads[i].request);
      g_autofree char *plain_line = g_strdup_printf ("{\"event\": \"a \\\"b\\\"\", \"data\": %s}\n",
                                                     payloads[i].answer);
      g_autofree char *sse_end = g_strdup_printf ("\", \"data\": %s}", payloads[i].answer);
      g_autofree char *sse_line = NULL;

      socket_peer_assert_answer (sender, to_plain, "ack\n");
      socket_peer_assert_answer (sender, to_sse, "ack\n");
      socket_peer_assert_next (plain_peer, plain_line);
      sse_line = socket_peer_take_line (sse_peer);
      g_assert_true (g_str_has_prefix (sse_line, "{\"event\": \"x\", \"retry\": 77, \"id\": \""));
      g_assert_true (g_str_has_suffix (sse_line, sse_end));
    }
}

/* The type of a message that came with nothing but text is its own. */
static void
test_socket_streams_text (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricChannel) plain = add_plain_channel (fixture);
  g_autoptr (EricMessage) text = eric_message_new_from_text (NULL, "two\nlines", NULL);
  g_autoptr (EricMessage) full = eric_message_new_full ("x", NULL, "an \"id\"", "sender", NULL);
  g_autoptr (SocketPeer) peer = NULL;

  peer = socket_peer_open (fixture, "{\"v\":\"w\",\"c\":\"plain\"}");
  test_wait_until (socket_count_listeners (plain) == 1);
  g_assert_true (eric_channel_broadcast (plain, text, NULL));
  g_assert_true (eric_channel_broadcast (plain, full, NULL));
  socket_peer_assert_next (peer, "{\"event\": \"message\", \"data\": \"two\\nlines\"}\n"
                                 "{\"event\": \"x\", \"id\": \"an \\\"id\\\"\", \"data\": null}\n");
}

static void
assert_texts (SocketPeer *peer,
              guint       first,
              guint       n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *line = socket_peer_take_line (peer);
      g_autofree char *end = g_strdup_printf ("\"data\": \"%u\"}", i);

      if (!g_str_has_suffix (line, end))
        g_test_message ("%s is not %s", line, end);
      g_assert_true (g_str_has_suffix (line, end));
    }
}

static void
broadcast_texts (EricChannel *channel,
                 guint        first,
                 guint        n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      socket_broadcast (channel, text);
    }
}

/* Both verbs of both generations, with what had waited. The listener stays when its peer
 * goes, and can be listened to again. */
static void
test_socket_streams_listen (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
  g_autoptr (EricListener) listener = eric_channel_get_listener (fixture->news, id, NULL);
  const char * const verbs[] = { "l", "w" };

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *request = g_strdup_printf ("{\"v\":\"%s\",\"c\":\"news\",\"r\":\"%s\"}%s", verbs[i % 2], id,
                                                  i < 2 ? "" : "\n");
      g_autoptr (SocketPeer) peer = NULL;

      g_assert_false (eric_listener_get_running (listener));
      broadcast_texts (fixture->news, 0, 100);
      peer = i < 2 ? socket_peer_open (fixture, request) : socket_peer_new (fixture);
      if (i >= 2)
        g_assert_true (socket_peer_send (peer, request, -1));
      assert_texts (peer, 0, 100);
      g_assert_true (eric_listener_get_running (listener));
      broadcast_texts (fixture->news, 100, 100);
      assert_texts (peer, 100, 100);
      socket_peer_close (peer);
      socket_fixture_wait (fixture, 0);
      g_assert_false (eric_listener_get_running (listener));
      g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 1);
    }
}

/* That of a peer that only watched goes with it. */
static void
test_socket_streams_watch (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SocketPeer) peer = i == 0 ? socket_peer_open (fixture, WATCH) : socket_peer_new (fixture);

      if (i == 1)
        g_assert_true (socket_peer_send (peer, WATCH "\n", -1));
      test_wait_until (socket_count_listeners (fixture->news) == 1);
      broadcast_texts (fixture->news, 0, 3);
      assert_texts (peer, 0, 3);
      test_settle ();
      g_assert_cmpuint (socket_count_listeners (fixture->news), ==, 1);
      socket_peer_close (peer);
      test_wait_until (socket_count_listeners (fixture->news) == 0);
      socket_fixture_wait (fixture, 0);
    }
}

/* A peer that says no more is there still; requests before the stream are answered, those
 * behind it are not. */
static void
test_socket_streams_half_closed (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_new (fixture);

  g_assert_true (socket_peer_send (peer, BROADCAST "\n" WATCH "\n" BROADCAST "\n", -1));
  socket_peer_assert_next (peer, "ack\n");
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  socket_peer_shut (peer);
  test_settle ();
  broadcast_texts (fixture->news, 0, 2);
  assert_texts (peer, 0, 2);
  socket_peer_close (peer);
  test_wait_until (socket_count_listeners (fixture->news) == 0);
}

typedef enum
{
  REMOVE_LISTENER,
  REMOVE_CHANNEL,
  CLOSE_CHANNEL,
  STOP_LISTENER,
  N_ENDS
} End;

/* All that was sent before comes before the end. */
static void
test_socket_streams_end (void)
{
  for (guint i = 0; i < 2 * N_ENDS; i++)
    {
      g_autoptr (SocketFixture) fixture = socket_fixture_new ();
      g_autofree char *id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
      g_autofree char *listen = g_strdup_printf ("{\"v\":\"l\",\"c\":\"news\",\"r\":\"%s\"}", id);
      g_autofree char *remove = g_strdup_printf ("{\"v\":\"rl\",\"c\":\"news\",\"r\":\"%s\"}", id);
      g_autoptr (EricListener) listener = eric_channel_get_listener (fixture->news, id, NULL);
      g_autoptr (SocketPeer) peer = socket_peer_new (fixture);
      End end = i % N_ENDS;
      guint n = end == STOP_LISTENER ? 0 : 1000;

      g_assert_true (socket_peer_send (peer, listen, -1));
      if (i < N_ENDS)
        socket_peer_shut (peer);
      else
        g_assert_true (socket_peer_send (peer, "\n", -1));
      test_wait_until (eric_listener_get_running (listener));
      broadcast_texts (fixture->news, 0, n);
      if (end == REMOVE_LISTENER || end == REMOVE_CHANNEL)
        {
          g_autofree char *answer = socket_ask (fixture, end == REMOVE_LISTENER ? remove
                                                                                : "{\"v\":\"rc\",\"c\":\"news\"}");
          g_assert_cmpstr (answer, ==, "ack");
        }
      else if (end == CLOSE_CHANNEL)
        eric_channel_close (fixture->news);
      else
        eric_listener_stop (listener);

      assert_texts (peer, 0, n);
      if (end == REMOVE_LISTENER)
        socket_peer_assert_end (peer, "{\"event\": \"_eric_channel_closed\", \"retry\": 3000, \"data\": null}\n");
      else if (end == STOP_LISTENER)
        socket_peer_assert_end (peer, "");
      else
        {
          g_autofree char *line = socket_peer_take_line (peer);

          g_assert_true (g_str_has_prefix (line, "{\"event\": \"_eric_channel_closed\", \"retry\": 3000, "));
          socket_peer_assert_end (peer, "");
        }
      g_assert_cmpint (peer->error, ==, 0);
      g_assert_false (eric_listener_get_running (listener));
      socket_fixture_wait (fixture, 0);
    }
}

/* Two streams of a channel, and one of another. */
static void
test_socket_streams_two_streams (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (EricChannel) other = eric_channel_container_add (fixture->channels, "other", NULL);
  g_autoptr (SocketPeer) first = socket_peer_open (fixture, WATCH);
  g_autoptr (SocketPeer) second = socket_peer_open (fixture, WATCH);
  g_autoptr (SocketPeer) third = socket_peer_open (fixture, "{\"v\":\"w\",\"c\":\"other\"}");

  test_wait_until (socket_count_listeners (fixture->news) == 2 && socket_count_listeners (other) == 1);
  broadcast_texts (fixture->news, 0, 1000);
  broadcast_texts (other, 1000, 10);
  assert_texts (first, 0, 1000);
  socket_peer_close (first);
  assert_texts (second, 0, 1000);
  assert_texts (third, 1000, 10);
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  broadcast_texts (fixture->news, 7, 1);
  assert_texts (second, 7, 1);
  g_assert_cmpstr (third->input->str, ==, "");
}

/* Two streams of one listener share its messages. */
static void
test_socket_streams_one_listener_twice (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autofree char *id = socket_ask (fixture, "{\"v\":\"r\",\"c\":\"news\"}");
  g_autofree char *listen = g_strdup_printf ("{\"v\":\"l\",\"c\":\"news\",\"r\":\"%s\"}", id);
  g_autoptr (SocketPeer) first = socket_peer_open (fixture, listen);
  g_autoptr (SocketPeer) second = socket_peer_open (fixture, listen);

  socket_fixture_wait (fixture, 2);
  test_settle ();
  broadcast_texts (fixture->news, 0, 500);
  test_wait_until (first->n_lines + second->n_lines == 500);
  eric_channel_close (fixture->news);
  socket_peer_wait_eof (first);
  socket_peer_wait_eof (second);
}

/* Between two messages lies the time that the channel asks for. */
static void
test_socket_streams_delay (void)
{
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = socket_peer_open (fixture, WATCH);
  gint64 since;

  eric_channel_set_stream_delay (fixture->news, 20);
  test_wait_until (socket_count_listeners (fixture->news) == 1);
  since = g_get_monotonic_time ();
  broadcast_texts (fixture->news, 0, 4);
  assert_texts (peer, 0, 4);
  g_assert_cmpint (g_get_monotonic_time () - since, >=, 40 * G_TIME_SPAN_MILLISECOND);
}

/* A slow reader is told how many it missed. */
static void
test_socket_streams_dropped (void)
{
  const guint n = 20000;
  g_autoptr (SocketFixture) fixture = socket_fixture_new ();
  g_autoptr (SocketPeer) peer = NULL;
  g_autoptr (EricChannel) plain = add_plain_channel (fixture);
  g_autofree char *filler = g_strnfill (200, 'x');
  guint64 said = 0, seen = 0;
  guint next = 0;

  eric_socket_server_set_listener_capacity (fixture->server, 10);
  peer = socket_peer_open (fixture, "{\"v\":\"w\",\"c\":\"plain\"}");
  test_wait_until (socket_count_listeners (plain) == 1);
  socket_peer_pause (peer);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u %s", i, filler);

      socket_broadcast (plain, text);
      if (i % 5 == 0)
        test_settle ();
    }
  eric_channel_close (plain);
  socket_peer_resume (peer);
  socket_peer_wait_eof (peer);
  while (peer->n_lines > 0)
    {
      g_autofree char *line = socket_peer_take_line (peer);
      guint64 i;

      if (sscanf (line, "{\"event\": \"_eric_error\", \"data\": \"%" G_GUINT64_FORMAT " messages were dropped\"}", &i) == 1)
        {
          g_assert_cmpuint (i, >, 0);
          said += i;
        }
      else if (sscanf (line, "{\"event\": \"x\", \"data\": \"%" G_GUINT64_FORMAT " ", &i) == 1)
        {
          g_assert_cmpuint (i, >=, next);
          next = i + 1;
          seen++;
        }
      else
        g_assert_cmpstr (line, ==, "{\"event\": \"_eric_channel_closed\", \"data\": null}");
    }
  g_assert_cmpuint (said, >, 0);
  g_assert_cmpuint (seen, <, n);
  g_assert_cmpuint (said + seen, ==, n);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-streams/lines", test_socket_streams_lines);
  g_test_add_func ("/eric/socket-streams/text", test_socket_streams_text);
  g_test_add_func ("/eric/socket-streams/listen", test_socket_streams_listen);
  g_test_add_func ("/eric/socket-streams/watch", test_socket_streams_watch);
  g_test_add_func ("/eric/socket-streams/half-closed", test_socket_streams_half_closed);
  g_test_add_func ("/eric/socket-streams/end", test_socket_streams_end);
  g_test_add_func ("/eric/socket-streams/two-streams", test_socket_streams_two_streams);
  g_test_add_func ("/eric/socket-streams/one-listener-twice", test_socket_streams_one_listener_twice);
  g_test_add_func ("/eric/socket-streams/delay", test_socket_streams_delay);
  g_test_add_func ("/eric/socket-streams/dropped", test_socket_streams_dropped);
  return g_test_run ();
}
