/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "line-server.h"
#include "test-util.h"

typedef struct
{
  LineServer       *peer;     /* (owned) */
  EricSocketClient *client;   /* (owned) */
  EricSocketStream *stream;   /* (owned) (nullable) */
  int               fd;       /* the server's end */
} Fixture;

/* It has sent its request. */
static void
set_up_for (Fixture    *fixture,
            LineServer *peer,
            gsize       max_line)
{
  g_autoptr (GError) error = NULL;

  fixture->peer = peer;
  fixture->client = eric_socket_client_new_for_address (G_SOCKET_CONNECTABLE (peer->address));
  eric_socket_client_set_max_line (fixture->client, max_line);
  fixture->stream = eric_socket_client_stream (fixture->client, "c", "l", NULL, &error);
  g_assert_no_error (error);
  fixture->fd = line_server_accept (peer);
  line_server_exchange (fixture->fd, "{\"v\":\"l\",\"c\":\"c\",\"r\":\"l\"}", "");
}

static void
set_up (Fixture *fixture)
{
  set_up_for (fixture, line_server_new (), ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE);
}

static void
tear_down (Fixture *fixture)
{
  if (fixture->stream != NULL)
    test_finalize (fixture->stream);
  test_finalize (fixture->client);
  if (fixture->fd >= 0)
    line_server_close (fixture->fd);
  line_server_free (fixture->peer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static EricMessage *
next_sync (EricSocketStream  *stream,
           GError           **error)
{
  return eric_socket_stream_next (stream, NULL, error);
}

static EricMessage *
next_async (EricSocketStream  *stream,
            GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  eric_socket_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  return eric_socket_stream_next_finish (stream, result, error);
}

/* The next message, which is given by one of the ways in turn. */
#define assert_next(fixture, type, text) assert_next_at (fixture, type, text, __LINE__)

static EricMessage *
next_in_turn (EricSocketStream  *stream,
              int                turn,
              GError           **error)
{
  return turn % 2 == 0 ? next_sync (stream, error) : next_async (stream, error);
}

static void
assert_next_at (Fixture    *fixture,
                const char *type,
                const char *text,
                int         line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = next_in_turn (fixture->stream, line, &error);

  g_assert_no_error (error);
  g_assert_nonnull (message);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, type);
  g_assert_cmpstr (eric_message_get_text (message), ==, text);
}

/* For ever, and the server knows it. */
static void
assert_end (Fixture *fixture)
{
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (next_in_turn (fixture->stream, i, &error));
      g_assert_no_error (error);
    }
  if (fixture->fd >= 0)
    g_assert_null (line_server_read (fixture->fd));
}

static void
close_peer (Fixture *fixture)
{
  line_server_close (fixture->fd);
  fixture->fd = -1;
}

static void
assert_failure (Fixture    *fixture,
                GQuark      domain,
                int         code,
                const char *message)
{
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (next_in_turn (fixture->stream, i, &error));
      g_assert_error (error, domain, code);
      if (message != NULL)
        g_assert_cmpstr (error->message, ==, message);
    }
  if (fixture->fd >= 0)
    g_assert_null (line_server_read (fixture->fd));
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  guint delay;

  g_object_get (object, "retry-delay", &delay, NULL);
  g_assert_cmpuint (delay, ==, eric_socket_stream_get_retry_delay (ERIC_SOCKET_STREAM (object)));
  g_string_append_printf (user_data, "%u ", delay);
}

static void
test_socket_stream_messages (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GString) delays = g_string_new (NULL);
  g_autoptr (EricMessage) message = NULL;

  set_up (&fixture);
  g_signal_connect (fixture.stream, "notify::retry-delay", G_CALLBACK (notify_cb), delays);
  g_assert_cmpuint (eric_socket_stream_get_retry_delay (fixture.stream), ==, 0);

  line_server_send (fixture.fd, "{\"event\": \"tick\", \"retry\": 5, \"data\": \"one\"}\n");
  assert_next (&fixture, "tick", "one");
  g_assert_cmpuint (eric_socket_stream_get_retry_delay (fixture.stream), ==, 5);
  line_server_send (fixture.fd, "{\"event\": \"tick\", \"data\": {\"n\": 2}}\r\n\n"
                                "{\"event\": \"\", \"retry\": 5, \"data\": null, \"id\": \"i\"}\n{\"event\": \"la");
  assert_next (&fixture, "tick", "{\"n\": 2}");
  message = next_sync (fixture.stream, NULL);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "message");
  g_assert_null (eric_message_get_payload (message));
  g_assert_cmpstr (eric_message_get_id (message), ==, "i");
  line_server_send (fixture.fd, "st\", \"retry\": 7, \"data\": \"\"}\n");
  assert_next (&fixture, "last", "");
  close_peer (&fixture);
  assert_end (&fixture);
  g_assert_cmpstr (delays->str, ==, "5 7 ");
}

static void
test_socket_stream_waits (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (EricMessage) message = NULL;

  set_up (&fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  line_server_send (fixture.fd, "{\"event\": \"a\"");
  test_settle ();
  g_assert_null (result);
  line_server_send (fixture.fd, "}");
  test_settle ();
  g_assert_null (result);
  line_server_send (fixture.fd, "\n");
  test_wait_until (result != NULL);
  message = eric_socket_stream_next_finish (fixture.stream, result, NULL);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "a");
}

static guint
read_batch (EricSocketStream *stream,
            guint             max_messages)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) batch = NULL;

  eric_socket_stream_next_batch_async (stream, max_messages, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  batch = eric_socket_stream_next_batch_finish (stream, result, &error);
  g_assert_no_error (error);
  if (batch == NULL)
    return 0;
  for (guint i = 0; i < batch->len; i++)
    g_assert_true (ERIC_IS_MESSAGE (batch->pdata[i]));
  g_assert_cmpuint (batch->len, >, 0);
  return batch->len;
}

static void
test_socket_stream_batch (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up (&fixture);
  line_server_send (fixture.fd, "{\"event\":\"1\"}\n{\"event\":\"2\"}\n\n{\"event\":\"3\"}\n{\"event\":\"4\"}\n");
  assert_next (&fixture, "1", "");
  g_assert_cmpuint (read_batch (fixture.stream, 2), ==, 2);
  g_assert_cmpuint (read_batch (fixture.stream, 2), ==, 1);
  line_server_send (fixture.fd, "{\"event\":\"5\"}\nNoMessagesException('end')\n");
  g_assert_cmpuint (read_batch (fixture.stream, G_MAXUINT), ==, 1);
  assert_failure (&fixture, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES, "end");
}

static void
test_socket_stream_batch_end (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up (&fixture);
  line_server_send (fixture.fd, "{\"event\":\"1\"}\n{\"event\":\"2\"}");
  close_peer (&fixture);
  g_assert_cmpuint (read_batch (fixture.stream, 10), ==, 1);
  g_assert_cmpuint (read_batch (fixture.stream, 10), ==, 1);
  g_assert_cmpuint (read_batch (fixture.stream, 10), ==, 0);
  g_assert_cmpuint (read_batch (fixture.stream, 10), ==, 0);
}

/* Nothing behind it is read, as if the server had closed. */
static void
test_socket_stream_channel_closed (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up (&fixture);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n{\"event\":\"" ERIC_MESSAGE_TYPE_CLOSED "\"}\n{\"event\":\"b\"}\n");
  assert_next (&fixture, "a", "");
  assert_next (&fixture, ERIC_MESSAGE_TYPE_CLOSED, "");
  assert_end (&fixture);
}

static const struct { const char *line; gboolean own_domain; int code; const char *message; } failures[] = {
  { "InvalidChannelException('No channel')\n", TRUE, ERIC_ERROR_INVALID_CHANNEL, "No channel" },
  { "InvalidListenerException('it\\'s')\r\n", TRUE, ERIC_ERROR_INVALID_LISTENER, "it's" },
  { "KeyError('c')\n", FALSE, G_IO_ERROR_FAILED, "KeyError('c')" },
  { "ack\n", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
    "A line of the stream: Malformed JSON at line 1, column 1: expected an object" },
  { "{\"data\": 1}\n", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "A line of the stream: “event” is missing" },
  { " \n", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT, NULL },
  { "\377\n", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT, NULL },
};

static void
test_socket_stream_failures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_auto (Fixture) fixture = { 0, };

      set_up (&fixture);
      line_server_send (fixture.fd, "{\"event\":\"a\",\"data\":\"1\"}\n");
      line_server_send (fixture.fd, failures[i].line);
      line_server_send (fixture.fd, "{\"event\":\"b\"}\n");
      assert_next_at (&fixture, "a", "1", i);
      assert_failure (&fixture, failures[i].own_domain ? ERIC_ERROR : G_IO_ERROR,
                      failures[i].code, failures[i].message);
    }
}

/* What comes last needs no end of a line, but it must be whole. */
static void
test_socket_stream_last_text (void)
{
  const struct { const char *text; gboolean own_domain; int code; const char *message; } ends[] = {
    { "InvalidChannelException('No channel')", TRUE, ERIC_ERROR_INVALID_CHANNEL, "No channel" },
    { "InvalidMessageFormat('bad')", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "bad" },
    { "InvalidChannelException('No", FALSE, G_IO_ERROR_CONNECTION_CLOSED,
      "The connection was lost in the middle of a message" },
    { "{\"event\":\"a\"", FALSE, G_IO_ERROR_CONNECTION_CLOSED,
      "The connection was lost in the middle of a message" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_auto (Fixture) fixture = { 0, };

      set_up (&fixture);
      line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
      line_server_send (fixture.fd, ends[i].text);
      close_peer (&fixture);
      assert_next_at (&fixture, "a", "", i);
      assert_failure (&fixture, ends[i].own_domain ? ERIC_ERROR : G_IO_ERROR, ends[i].code, ends[i].message);
    }
}

static void
test_socket_stream_last_message (void)
{
  const char *const texts[] = { "{\"event\":\"a\"}", "{\"event\":\"a\"}\r" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (Fixture) fixture = { 0, };

      set_up (&fixture);
      line_server_send (fixture.fd, texts[i]);
      close_peer (&fixture);
      assert_next_at (&fixture, "a", "", i);
      assert_end (&fixture);
    }
}

static void
test_socket_stream_reset (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up_for (&fixture, line_server_new_tcp (), ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  assert_next (&fixture, "a", "");
  line_server_reset (fixture.fd);
  fixture.fd = -1;
  assert_failure (&fixture, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, NULL);
}

static void
test_socket_stream_max_line (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up_for (&fixture, line_server_new (), 15);
  /* What is set later does not count for this one. */
  eric_socket_client_set_max_line (fixture.client, 100);
  line_server_send (fixture.fd, "{\"event\":\"123\"}\r\n{\"event\":\"1234\"}\r\n");
  assert_next (&fixture, "123", "");
  assert_failure (&fixture, ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "A line is longer than 15 bytes");
}

static gpointer
send_large_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *large = g_strnfill (10 * 1000 * 1000, 'x');

  line_server_send (fixture->fd, "{\"event\":\"large\",\"data\":\"");
  line_server_send (fixture->fd, large);
  line_server_send (fixture->fd, "\"}\n{\"event\":\"small\"}\n");
  return NULL;
}

static void
test_socket_stream_large (void)
{
  for (int i = 0; i < 2; i++)
    {
      g_auto (Fixture) fixture = { 0, };
      g_autoptr (EricMessage) message = NULL;
      GThread *thread;

      set_up (&fixture);
      thread = g_thread_new ("send", send_large_cb, &fixture);
      message = next_in_turn (fixture.stream, i, NULL);
      g_assert_cmpuint (strlen (eric_message_get_text (message)), ==, 10 * 1000 * 1000);
      assert_next (&fixture, "small", "");
      g_thread_join (thread);
    }
}

/* Cancellation loses nothing. */
static void
test_socket_stream_cancel (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &result);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_null (eric_socket_stream_next_finish (fixture.stream, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_clear_error (&error);
  g_assert_null (eric_socket_stream_next (fixture.stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&result);
  g_clear_error (&error);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_null (eric_socket_stream_next_finish (fixture.stream, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_next_at (&fixture, "a", "", 0);
  line_server_send (fixture.fd, "{\"event\":\"b\"}\n");
  assert_next_at (&fixture, "b", "", 1);
}

/* Nor does one that comes when the message is on its way. */
static void
test_socket_stream_cancel_too_late (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = NULL;

  set_up (&fixture);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_cancellable_cancel (cancellable);
  message = eric_socket_stream_next_finish (fixture.stream, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "a");
}

typedef struct
{
  EricSocketStream *stream;
  GCancellable     *cancellable;
  EricMessage      *message;
  GError           *error;
} Reader;

static gpointer
read_cb (gpointer user_data)
{
  Reader *reader = user_data;

  reader->message = eric_socket_stream_next (reader->stream, reader->cancellable, &reader->error);
  return NULL;
}

static void
test_socket_stream_cancel_sync (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Reader reader = { 0, };
  GThread *thread;

  set_up (&fixture);
  reader.stream = fixture.stream;
  reader.cancellable = cancellable;
  thread = g_thread_new ("read", read_cb, &reader);
  line_server_send (fixture.fd, "{\"event\":");
  line_server_wait_taken (fixture.fd);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_null (reader.message);
  g_assert_error (reader.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&reader.error);
  line_server_send (fixture.fd, "\"b\"}\n");
  assert_next (&fixture, "b", "");
}

static void
test_socket_stream_pending (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (EricMessage) message = NULL;

  set_up (&fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (next_in_turn (fixture.stream, i, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
    }
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  test_wait_until (result != NULL);
  message = eric_socket_stream_next_finish (fixture.stream, result, NULL);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "a");
}

/* What was not read is dropped. */
static void
test_socket_stream_close (void)
{
  g_auto (Fixture) fixture = { 0, };

  set_up (&fixture);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n{\"event\":\"b\"}\n");
  assert_next (&fixture, "a", "");
  eric_socket_stream_close (fixture.stream);
  eric_socket_stream_close (fixture.stream);
  assert_end (&fixture);
}

static void
test_socket_stream_close_pending (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  line_server_send (fixture.fd, "{\"event\":\"half");
  test_settle ();
  eric_socket_stream_close (fixture.stream);
  test_wait_until (result != NULL);
  g_assert_null (eric_socket_stream_next_finish (fixture.stream, result, &error));
  g_assert_no_error (error);
  assert_end (&fixture);
}

static void
test_socket_stream_close_elsewhere (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Fixture) fixture = { 0, };
      Reader reader = { 0, };
      GThread *thread;

      set_up_for (&fixture, i == 0 ? line_server_new () : line_server_new_tcp (), 100);
      reader.stream = fixture.stream;
      thread = g_thread_new ("read", read_cb, &reader);
      line_server_send (fixture.fd, "{");
      if (i == 0)
        line_server_wait_taken (fixture.fd);
      eric_socket_stream_close (fixture.stream);
      g_thread_join (thread);
      g_assert_null (reader.message);
      g_assert_no_error (reader.error);
      assert_end (&fixture);
    }
}

/* Over TCP, too, where a server that has nothing to say would not see it otherwise. */
static void
test_socket_stream_drop (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_auto (Fixture) fixture = { 0, };
      GPollFD polled = { 0, };

      set_up_for (&fixture, i == 0 ? line_server_new () : line_server_new_tcp (), 100);
      test_finalize (fixture.stream);
      polled.fd = fixture.fd;
      g_assert_cmpint (g_poll (&polled, 1, 50 * 1000), ==, 1);
      g_assert_cmpint (polled.revents & G_IO_HUP, !=, 0);
    }
}

/* It is kept by who reads. */
static void
test_socket_stream_drop_pending (void)
{
  g_auto (Fixture) fixture = { 0, };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (EricMessage) message = NULL;
  EricSocketStream *stream;

  set_up (&fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  stream = g_steal_pointer (&fixture.stream);
  g_object_unref (stream);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  test_wait_until (result != NULL);
  message = eric_socket_stream_next_finish (stream, result, NULL);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "a");
  g_clear_object (&result);
  g_assert_null (line_server_read (fixture.fd));
}

/* Threads and their contexts */

static gpointer
read_in_context_cb (gpointer user_data)
{
  Reader *reader = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  reader->message = next_async (reader->stream, &reader->error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_socket_stream_context (void)
{
  g_auto (Fixture) fixture = { 0, };
  Reader reader = { 0, };
  GThread *thread;

  set_up (&fixture);
  reader.stream = fixture.stream;
  thread = g_thread_new ("read", read_in_context_cb, &reader);
  line_server_send (fixture.fd, "{\"event\":\"a\"}\n");
  g_thread_join (thread);
  g_assert_no_error (reader.error);
  g_assert_cmpstr (eric_message_get_event_type (reader.message), ==, "a");
  g_clear_object (&reader.message);
}

/* Each message asks for the next one. */
typedef struct
{
  EricSocketStream *stream;
  guint             n;
  gboolean          ended;
} Loop;

static void
looped_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Loop *loop = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_socket_stream_next_finish (loop->stream, result, &error);
  g_autofree char *expected = g_strdup_printf ("%u", loop->n);

  g_assert_no_error (error);
  loop->ended = message == NULL;
  if (loop->ended)
    return;
  g_assert_cmpstr (eric_message_get_event_type (message), ==, expected);
  loop->n++;
  eric_socket_stream_next_async (loop->stream, G_PRIORITY_DEFAULT, NULL, looped_cb, loop);
}

#define N_LOOPED 20000

static gpointer
send_many_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < N_LOOPED; i++)
    g_string_append_printf (lines, "{\"event\":\"%u\"}\n", i);
  line_server_send (fixture->fd, lines->str);
  close_peer (fixture);
  return NULL;
}

static void
test_socket_stream_many (void)
{
  g_auto (Fixture) fixture = { 0, };
  Loop loop = { 0, };
  GThread *thread;

  set_up (&fixture);
  loop.stream = fixture.stream;
  thread = g_thread_new ("send", send_many_cb, &fixture);
  eric_socket_stream_next_async (fixture.stream, G_PRIORITY_DEFAULT, NULL, looped_cb, &loop);
  test_wait_until (loop.ended);
  g_assert_cmpuint (loop.n, ==, N_LOOPED);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-stream/messages", test_socket_stream_messages);
  g_test_add_func ("/eric/socket-stream/waits", test_socket_stream_waits);
  g_test_add_func ("/eric/socket-stream/batch", test_socket_stream_batch);
  g_test_add_func ("/eric/socket-stream/batch-end", test_socket_stream_batch_end);
  g_test_add_func ("/eric/socket-stream/channel-closed", test_socket_stream_channel_closed);
  g_test_add_func ("/eric/socket-stream/failures", test_socket_stream_failures);
  g_test_add_func ("/eric/socket-stream/last-text", test_socket_stream_last_text);
  g_test_add_func ("/eric/socket-stream/last-message", test_socket_stream_last_message);
  g_test_add_func ("/eric/socket-stream/reset", test_socket_stream_reset);
  g_test_add_func ("/eric/socket-stream/max-line", test_socket_stream_max_line);
  g_test_add_func ("/eric/socket-stream/large", test_socket_stream_large);
  g_test_add_func ("/eric/socket-stream/cancel", test_socket_stream_cancel);
  g_test_add_func ("/eric/socket-stream/cancel-too-late", test_socket_stream_cancel_too_late);
  g_test_add_func ("/eric/socket-stream/cancel-sync", test_socket_stream_cancel_sync);
  g_test_add_func ("/eric/socket-stream/pending", test_socket_stream_pending);
  g_test_add_func ("/eric/socket-stream/close", test_socket_stream_close);
  g_test_add_func ("/eric/socket-stream/close-pending", test_socket_stream_close_pending);
  g_test_add_func ("/eric/socket-stream/close-elsewhere", test_socket_stream_close_elsewhere);
  g_test_add_func ("/eric/socket-stream/drop", test_socket_stream_drop);
  g_test_add_func ("/eric/socket-stream/drop-pending", test_socket_stream_drop_pending);
  g_test_add_func ("/eric/socket-stream/context", test_socket_stream_context);
  g_test_add_func ("/eric/socket-stream/many", test_socket_stream_many);
  return g_test_run ();
}
