/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#include <eric-sse.h>

#include "line-server.h"
#include "stuck-address.h"
#include "test-util.h"

/* Every call, in both ways */

typedef enum
{
  CREATE_CHANNEL,
  REGISTER,
  BROADCAST,
  DISPATCH,
  REMOVE_LISTENER,
  REMOVE_CHANNEL,
  SEND_PAYLOAD,
  N_CALLS
} Call;

static const struct { const char *line; gboolean gives_text; } calls[] = {
  [CREATE_CHANNEL]  = { "{\"v\":\"c\"}", TRUE },
  [REGISTER]        = { "{\"v\":\"r\",\"c\":\"news\"}", TRUE },
  [BROADCAST]       = { "{\"v\":\"b\",\"c\":\"news\",\"t\":\"tick\",\"p\":\"one\"}", FALSE },
  [DISPATCH]        = { "{\"v\":\"d\",\"c\":\"news\",\"r\":\"me\",\"t\":\"tick\",\"p\":\"one\"}", FALSE },
  [REMOVE_LISTENER] = { "{\"v\":\"rl\",\"c\":\"news\",\"r\":\"me\"}", FALSE },
  [REMOVE_CHANNEL]  = { "{\"v\":\"rc\",\"c\":\"news\"}", FALSE },
  [SEND_PAYLOAD]    = { "{\"v\":\"x\",\"n\":[1]}", TRUE },
};

static EricMessage *
make_message (void)
{
  return eric_message_new_full ("tick", g_variant_new_string ("one"), "its-id", "its-sender", NULL);
}

static char *
make_ack (gboolean acknowledged)
{
  return acknowledged ? g_strdup ("TRUE") : NULL;
}

/* The text, or what stands for TRUE. */
static char *
call_sync (EricSocketClient  *client,
           Call               call,
           GCancellable      *cancellable,
           GError           **error)
{
  g_autoptr (EricMessage) message = make_message ();

  switch (call)
    {
    case CREATE_CHANNEL:
      return eric_socket_client_create_channel (client, cancellable, error);
    case REGISTER:
      return eric_socket_client_register (client, "news", cancellable, error);
    case BROADCAST:
      return make_ack (eric_socket_client_broadcast (client, "news", message, cancellable, error));
    case DISPATCH:
      return make_ack (eric_socket_client_dispatch (client, "news", "me", message, cancellable, error));
    case REMOVE_LISTENER:
      return make_ack (eric_socket_client_remove_listener (client, "news", "me", cancellable, error));
    case REMOVE_CHANNEL:
      return make_ack (eric_socket_client_remove_channel (client, "news", cancellable, error));
    case SEND_PAYLOAD:
      return eric_socket_client_send_payload (client, g_variant_new_parsed ("{'v': <'x'>, 'n': <[1]>}"),
                                              cancellable, error);
    case N_CALLS:
    default:
      g_assert_not_reached ();
    }
}

static void
call_async (EricSocketClient *client,
            Call              call,
            GCancellable     *cancellable,
            GAsyncResult    **result)
{
  const int priority = G_PRIORITY_DEFAULT;
  const GAsyncReadyCallback cb = test_keep_result;
  g_autoptr (EricMessage) message = make_message ();

  switch (call)
    {
    case CREATE_CHANNEL:
      eric_socket_client_create_channel_async (client, priority, cancellable, cb, result);
      break;
    case REGISTER:
      eric_socket_client_register_async (client, "news", priority, cancellable, cb, result);
      break;
    case BROADCAST:
      eric_socket_client_broadcast_async (client, "news", message, priority, cancellable, cb, result);
      break;
    case DISPATCH:
      eric_socket_client_dispatch_async (client, "news", "me", message, priority, cancellable, cb, result);
      break;
    case REMOVE_LISTENER:
      eric_socket_client_remove_listener_async (client, "news", "me", priority, cancellable, cb, result);
      break;
    case REMOVE_CHANNEL:
      eric_socket_client_remove_channel_async (client, "news", priority, cancellable, cb, result);
      break;
    case SEND_PAYLOAD:
      eric_socket_client_send_payload_async (client, g_variant_new_parsed ("{'v': <'x'>, 'n': <[1]>}"),
                                             priority, cancellable, cb, result);
      break;
    case N_CALLS:
    default:
      g_assert_not_reached ();
    }
}

static char *
call_finish (EricSocketClient  *client,
             Call               call,
             GAsyncResult      *result,
             GError           **error)
{
  switch (call)
    {
    case CREATE_CHANNEL:
      return eric_socket_client_create_channel_finish (client, result, error);
    case REGISTER:
      return eric_socket_client_register_finish (client, result, error);
    case BROADCAST:
      return make_ack (eric_socket_client_broadcast_finish (client, result, error));
    case DISPATCH:
      return make_ack (eric_socket_client_dispatch_finish (client, result, error));
    case REMOVE_LISTENER:
      return make_ack (eric_socket_client_remove_listener_finish (client, result, error));
    case REMOVE_CHANNEL:
      return make_ack (eric_socket_client_remove_channel_finish (client, result, error));
    case SEND_PAYLOAD:
      return eric_socket_client_send_payload_finish (client, result, error);
    case N_CALLS:
    default:
      g_assert_not_reached ();
    }
}

static char *
call_and_wait (EricSocketClient  *client,
               Call               call,
               GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  call_async (client, call, NULL, &result);
  test_wait_until (result != NULL);
  return call_finish (client, call, result, error);
}

typedef struct
{
  const char *line;
  const char *answer;
} Expected;

static char *
answer_cb (const char *line,
           gpointer    user_data)
{
  const Expected *expected = user_data;

  g_assert_cmpstr (line, ==, expected->line);
  return g_strdup (expected->answer);
}

/* Gets the result, or the error that stands for it. */
typedef char *(*CallFunc) (EricSocketClient  *client,
                           Call               call,
                           GError           **error);

static char *
call_and_block (EricSocketClient  *client,
                Call               call,
                GError           **error)
{
  return call_sync (client, call, NULL, error);
}

static const CallFunc ways[] = { call_and_block, call_and_wait };

static void
test_socket_client_answers (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected;
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = eric_socket_client_new (peer->path);

  for (Call call = 0; call < N_CALLS; call++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *text = NULL;

        expected = (Expected) { calls[call].line, calls[call].gives_text ? "some-id" : "ack" };
        text = ways[way] (client, call, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (text, ==, calls[call].gives_text ? "some-id" : "TRUE");
      }
  test_finalize (client);
}

static void
test_socket_client_exceptions (void)
{
  static const struct { const char *answer; gboolean own_domain; int code; const char *message; } answers[] = {
    { "InvalidChannelException('No channel with id 2')", TRUE, ERIC_ERROR_INVALID_CHANNEL,
      "No channel with id 2" },
    { "InvalidListenerException('x')", TRUE, ERIC_ERROR_INVALID_LISTENER, "x" },
    { "QueueFullException(\"it's full\")", TRUE, ERIC_ERROR_QUEUE_FULL, "it's full" },
    { "LimitReachedException('x')", TRUE, ERIC_ERROR_LIMIT_REACHED, "x" },
    { "InvalidMessageFormat('x')", TRUE, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "x" },
    { "EricException('x')", FALSE, G_IO_ERROR_FAILED, "x" },
    { "KeyError('x')", FALSE, G_IO_ERROR_FAILED, "KeyError('x')" },
  };
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected;
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = eric_socket_client_new (peer->path);

  for (Call call = 0; call < N_CALLS; call++)
    for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
      {
        const GQuark domain = answers[i].own_domain ? ERIC_ERROR : G_IO_ERROR;
        g_autoptr (GError) error = NULL;

        expected = (Expected) { calls[call].line, answers[i].answer };
        g_assert_null (ways[i % 2] (client, call, &error));
        g_assert_error (error, domain, answers[i].code);
        g_assert_cmpstr (error->message, ==, answers[i].message);
      }
  test_finalize (client);
}

/* What is neither: an empty line is no id, and an id no acknowledgement. */
static void
test_socket_client_unexpected (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected;
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = eric_socket_client_new (peer->path);

  for (Call call = 0; call < SEND_PAYLOAD; call++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autoptr (GError) error = NULL;

        expected = (Expected) { calls[call].line, calls[call].gives_text ? "" : "some-id" };
        g_assert_null (ways[way] (client, call, &error));
        g_assert_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE);
      }
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      g_autofree char *answer = NULL;

      expected = (Expected) { calls[SEND_PAYLOAD].line, "" };
      answer = ways[way] (client, SEND_PAYLOAD, NULL);
      g_assert_cmpstr (answer, ==, "");
    }
  test_finalize (client);
}

/* Nothing listens there. */
static void
test_socket_client_no_server (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);

  line_server_stop (peer);
  for (Call call = 0; call < N_CALLS; call++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_autoptr (GError) error = NULL;

        g_assert_null (ways[way] (client, call, &error));
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
        g_assert_nonnull (strstr (error->message, peer->path));
      }
  test_finalize (client);
}

static void
test_socket_client_cancelled (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  for (Call call = 0; call < N_CALLS; call++)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (call_sync (client, call, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
      call_async (client, call, cancellable, &result);
      test_wait_until (result != NULL);
      g_assert_null (call_finish (client, call, result, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  g_assert_false (line_server_is_called (peer));
  test_finalize (client);
}

static void
test_socket_client_closed (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GAsyncResult) pending = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  call_async (client, CREATE_CHANNEL, NULL, &pending);
  fd = line_server_accept (peer);
  line_server_exchange (fd, calls[CREATE_CHANNEL].line, "");
  eric_socket_client_close (client);
  eric_socket_client_close (client);
  test_wait_until (pending != NULL);
  g_assert_null (eric_socket_client_create_channel_finish (client, pending, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_object (&pending);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);

  for (Call call = 0; call < N_CALLS; call++)
    for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
      {
        g_clear_error (&error);
        g_assert_null (ways[way] (client, call, &error));
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
      }
  g_clear_error (&error);
  g_assert_null (eric_socket_client_stream (client, "news", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  test_finalize (client);
}

/* Calls keep it alive. */
static void
test_socket_client_dropped (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  EricSocketClient *alive = client;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *id = NULL;
  int fd;

  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *) &alive);
  call_async (client, CREATE_CHANNEL, NULL, &result);
  g_object_unref (client);
  fd = line_server_accept (peer);
  g_assert_nonnull (alive);
  line_server_exchange (fd, calls[CREATE_CHANNEL].line, "id\n");
  test_wait_until (result != NULL);
  id = eric_socket_client_create_channel_finish (client, result, NULL);
  g_assert_cmpstr (id, ==, "id");
  g_clear_object (&result);
  g_assert_null (alive);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
}

/* Not by what has come to its end. */
static void
test_socket_client_dropped_later (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected = { calls[BROADCAST].line, "ack" };
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  eric_socket_client_set_timeout (client, 60 * 1000);
  call_async (client, BROADCAST, cancellable, &result);
  test_wait_until (result != NULL);
  g_assert_true (eric_socket_client_broadcast_finish (client, result, NULL));
  g_clear_object (&result);
  test_finalize (client);
}

/* Nor by an answer that nobody waits for. */
static void
test_socket_client_dropped_abandoned (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  int fd;

  call_async (client, BROADCAST, cancellable, &result);
  fd = line_server_accept (peer);
  line_server_exchange (fd, calls[BROADCAST].line, "");
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_clear_object (&result);
  test_finalize (client);
  g_assert_null (line_server_read (fd));
  line_server_close (fd);
}

/* A client that is dropped where its call ends, by a callback: in its own context. */
static void
dropped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_socket_client_broadcast_finish (ERIC_SOCKET_CLIENT (source), result, &error));
  g_assert_no_error (error);
}

static void
freed_cb (gpointer  user_data,
          GObject  *where)
{
  GThread **thread = user_data;

  *thread = g_thread_self ();
}

static void
test_socket_client_dropped_in_context (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected = { calls[BROADCAST].line, "ack" };
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);

  for (guint i = 0; i < 200; i++)
    {
      EricSocketClient *client = eric_socket_client_new (peer->path);
      g_autoptr (EricMessage) message = make_message ();
      GThread *thread = NULL;

      g_object_weak_ref (G_OBJECT (client), freed_cb, &thread);
      eric_socket_client_broadcast_async (client, "news", message, G_PRIORITY_DEFAULT, NULL, dropped_cb, NULL);
      g_object_unref (client);
      test_wait_until (thread != NULL);
      g_assert_true (thread == g_thread_self ());
    }
}

/* What cannot be sent */

static void
assert_refused (EricSocketClient *client,
                GVariant         *payload,
                GQuark            domain,
                int               code)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (payload);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_socket_client_send_payload (client, owned, NULL, &error));
  g_assert_error (error, domain, code);
  g_clear_error (&error);
  eric_socket_client_send_payload_async (client, owned, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_null (eric_socket_client_send_payload_finish (client, result, &error));
  g_assert_error (error, domain, code);
}

static void
test_socket_client_refused (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (GError) error = NULL;

  assert_refused (client, g_variant_new_string ("c"), ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  assert_refused (client, g_variant_new_parsed ("{'v': <handle 1>}"), ERIC_ERROR,
                  ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  assert_refused (client, g_variant_new_parsed ("{'v': <'w'>}"), G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_null (eric_socket_client_register (client, "\377", NULL, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);
  g_assert_null (eric_socket_client_stream (client, "c", "\377", NULL, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_false (line_server_is_called (peer));
  test_finalize (client);
}

/* Properties */

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
test_socket_client_properties (void)
{
  EricSocketClient *client = eric_socket_client_new ("/somewhere");
  g_autofree char *path = NULL;
  g_autoptr (GSocketConnectable) address = NULL;
  guint timeout, n_notified = 0;
  guint64 max_line;

  g_object_get (client, "path", &path, "address", &address, "timeout", &timeout, "max-line", &max_line, NULL);
  g_assert_cmpstr (path, ==, "/somewhere");
  g_assert_cmpstr (eric_socket_client_get_path (client), ==, path);
  g_assert_cmpstr (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)), ==, path);
  g_assert_true (eric_socket_client_get_address (client) == address);
  g_assert_cmpuint (timeout, ==, 0);
  g_assert_cmpuint (max_line, ==, ERIC_SOCKET_CLIENT_DEFAULT_MAX_LINE);

  g_signal_connect (client, "notify", G_CALLBACK (count_cb), &n_notified);
  g_object_set (client, "timeout", 5, "max-line", G_GUINT64_CONSTANT (7), NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  eric_socket_client_set_timeout (client, 5);
  eric_socket_client_set_max_line (client, 7);
  g_assert_cmpuint (n_notified, ==, 2);
  g_assert_cmpuint (eric_socket_client_get_timeout (client), ==, 5);
  g_assert_cmpuint (eric_socket_client_get_max_line (client), ==, 7);
  test_finalize (client);

  client = eric_socket_client_new_for_address (address);
  g_assert_null (eric_socket_client_get_path (client));
  g_assert_true (eric_socket_client_get_address (client) == address);
  test_finalize (client);
}

/* They hold for the requests. */
static void
test_socket_client_limits (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected = { calls[CREATE_CHANNEL].line, "12345" };
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = g_object_new (ERIC_TYPE_SOCKET_CLIENT, "path", peer->path,
                                           "max-line", G_GUINT64_CONSTANT (4), NULL);
  g_autoptr (StuckAddress) stuck = stuck_address_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_assert_null (eric_socket_client_create_channel (client, NULL, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  g_clear_error (&error);
  eric_socket_client_set_max_line (client, 5);
  id = eric_socket_client_create_channel (client, NULL, &error);
  g_assert_cmpstr (id, ==, "12345");
  test_finalize (client);

  client = eric_socket_client_new_for_address (G_SOCKET_CONNECTABLE (stuck));
  eric_socket_client_set_timeout (client, 20);
  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      g_assert_null (ways[way] (client, CREATE_CHANNEL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      g_clear_error (&error);
    }
  test_finalize (client);
}

/* One more byte, and GIO would connect to another socket. */
static void
test_socket_client_long_path (void)
{
  const gsize longest = sizeof (((struct sockaddr_un *) NULL)->sun_path) - 1;

  for (gsize length = longest; length <= longest + 1; length++)
    {
      const int code = length == longest ? G_IO_ERROR_NOT_FOUND : G_IO_ERROR_FILENAME_TOO_LONG;
      g_autofree char *path = g_strnfill (length, 'x');
      EricSocketClient *client = eric_socket_client_new (path);
      g_autoptr (GError) error = NULL;

      g_assert_null (eric_socket_client_create_channel (client, NULL, &error));
      g_assert_error (error, G_IO_ERROR, code);
      g_clear_error (&error);
      g_assert_null (eric_socket_client_stream (client, "c", NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, code);
      g_assert_cmpstr (eric_socket_client_get_path (client), ==, path);
      g_assert_true ((eric_socket_client_get_address (client) == NULL) == (length > longest));
      eric_socket_client_set_max_line (client, 1);
      test_finalize (client);
    }
}

static void
test_socket_client_no_address (void)
{
  EricSocketClient *client = g_object_new (ERIC_TYPE_SOCKET_CLIENT, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_socket_client_create_channel (client, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  test_finalize (client);
}

/* Thousands in flight */

#define N_MANY 20000

static void
counted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_socket_client_broadcast_finish (ERIC_SOCKET_CLIENT (source), result, &error));
  g_assert_no_error (error);
  ++*(guint *) user_data;
}

static void
test_socket_client_many (void)
{
  g_autoptr (LineServer) peer = line_server_new ();
  Expected expected = { calls[BROADCAST].line, "ack" };
  g_autoptr (SocketService) service = socket_service_new (peer, answer_cb, &expected);
  EricSocketClient *client = eric_socket_client_new (peer->path);
  g_autoptr (EricMessage) message = make_message ();
  guint n = 0;

  for (guint i = 0; i < N_MANY; i++)
    eric_socket_client_broadcast_async (client, "news", message, G_PRIORITY_DEFAULT, NULL, counted_cb, &n);
  test_wait_until (n == N_MANY);
  test_finalize (client);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-client/answers", test_socket_client_answers);
  g_test_add_func ("/eric/socket-client/exceptions", test_socket_client_exceptions);
  g_test_add_func ("/eric/socket-client/unexpected", test_socket_client_unexpected);
  g_test_add_func ("/eric/socket-client/no-server", test_socket_client_no_server);
  g_test_add_func ("/eric/socket-client/cancelled", test_socket_client_cancelled);
  g_test_add_func ("/eric/socket-client/closed", test_socket_client_closed);
  g_test_add_func ("/eric/socket-client/dropped", test_socket_client_dropped);
  g_test_add_func ("/eric/socket-client/dropped-later", test_socket_client_dropped_later);
  g_test_add_func ("/eric/socket-client/dropped-abandoned", test_socket_client_dropped_abandoned);
  g_test_add_func ("/eric/socket-client/dropped-in-context", test_socket_client_dropped_in_context);
  g_test_add_func ("/eric/socket-client/refused", test_socket_client_refused);
  g_test_add_func ("/eric/socket-client/properties", test_socket_client_properties);
  g_test_add_func ("/eric/socket-client/limits", test_socket_client_limits);
  g_test_add_func ("/eric/socket-client/long-path", test_socket_client_long_path);
  g_test_add_func ("/eric/socket-client/no-address", test_socket_client_no_address);
  g_test_add_func ("/eric/socket-client/many", test_socket_client_many);
  return g_test_run ();
}
