/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <eric-sse.h>
#include <gio/gunixsocketaddress.h>

#include "http-util.h"
#include "test-util.h"

#define STREAM "GET /events/news HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST   "POST /events/news HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\ntext"

static void
test_http_listener_in_use (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", fixture->port);
  g_autoptr (SoupServer) soup_server = soup_server_new (NULL, NULL);
  EricSseServer *other = eric_sse_server_new (soup_server, NULL);
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (eric_sse_server_listen (other, address, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_null (eric_sse_server_get_listen_address (other));
  test_finalize (other);
  client = http_client_open (fixture, "/events/news");
}

static void
test_http_listener_not_supported (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new ("/tmp/eric-test.sock");
  g_autoptr (GError) error = NULL;
  guint n_fds = http_count_fds ();

  g_assert_false (eric_sse_server_listen (fixture->server, address, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (http_count_fds (), ==, n_fds);
}

/* A second address, of the other family. */
static void
test_http_listener_ipv6 (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("::1", 0);
  g_autoptr (GSocketClient) socket_client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = NULL;
  GSocketAddress *bound;
  g_autoptr (GSocketAddress) local = NULL;

  if (!eric_sse_server_listen (fixture->server, address, &error))
    {
      g_test_skip (error->message);
      return;
    }
  bound = eric_sse_server_get_listen_address (fixture->server);
  g_assert_cmpint (g_socket_address_get_family (bound), ==, G_SOCKET_FAMILY_IPV6);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)), >, 0);

  connection = g_socket_client_connect (socket_client, G_SOCKET_CONNECTABLE (bound), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             STREAM, strlen (STREAM), NULL, NULL, &error);
  g_assert_no_error (error);
  test_wait_until (fixture->joined->len == 1);
  local = g_socket_connection_get_local_address (connection, NULL);
  expected = g_strdup_printf ("[::1]:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)));
  g_assert_cmpstr (eric_sse_subscriber_get_remote_address (fixture->joined->pdata[0]), ==, expected);
  client = http_client_open (fixture, "/events/news");
}

/* All of these are connected before the server has a turn. */
static void
test_http_listener_backlog (void)
{
  enum { N = 300 };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) http_client_free);

  for (guint i = 0; i < N; i++)
    {
      HttpClient *client = http_client_new (fixture);

      g_assert_cmpint (client->error, ==, 0);
      g_ptr_array_add (clients, client);
      g_assert_true (http_client_send (client, STREAM, -1));
    }
  g_assert_cmpuint (fixture->joined->len, ==, 0);
  for (guint i = 0; i < N; i++)
    http_client_wait_ready (clients->pdata[i]);
  g_assert_cmpuint (eric_sse_server_get_n_subscribers (fixture->server), ==, N);
}

static void
count_message_cb (const char     *domain,
                  GLogLevelFlags  level,
                  const char     *message,
                  gpointer        user_data)
{
  g_assert_true (g_str_has_prefix (message, "Cannot accept a connection"));
  ++*(guint *) user_data;
}

static void
set_descriptor_limit (rlim_t limit)
{
  struct rlimit limits;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limits));
  limits.rlim_cur = MIN (limit, limits.rlim_max);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limits));
}

/* The limit is told of, not tried again and again, and does no lasting harm. */
static void
test_http_listener_no_descriptors (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) before = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) first = http_client_new (fixture);
  g_autoptr (HttpClient) second = http_client_new (fixture);
  struct rlimit limits;
  gint64 since;
  guint handler, n_messages = 0;
  int next;

  handler = g_log_set_handler ("Eric", G_LOG_LEVEL_MESSAGE, count_message_cb, &n_messages);
  getrlimit (RLIMIT_NOFILE, &limits);
  http_client_send (first, STREAM, -1);
  http_client_send (second, STREAM, -1);
  next = fcntl (first->fd, F_DUPFD_CLOEXEC, 0);
  close (next);
  set_descriptor_limit (next);

  test_wait_until (n_messages == 1);
  since = g_get_monotonic_time ();
  test_wait_until (n_messages == 3);
  g_assert_cmpint (g_get_monotonic_time () - since, >, 50 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (fixture->joined->len, ==, 1);
  http_broadcast (fixture->news, "still there");
  http_client_wait_events (before, 1);

  set_descriptor_limit (limits.rlim_cur);
  http_client_wait_ready (first);
  http_client_wait_ready (second);
  g_assert_cmpuint (fixture->joined->len, ==, 3);
  g_log_remove_handler ("Eric", handler);
}

/* Gone before the server looks: with and without a request, by FIN and by RST. */
static void
test_http_listener_gone_early (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  guint n_fds = http_count_fds ();

  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (HttpClient) gone = http_client_new (fixture);

      if (i % 2 == 0)
        http_client_send (gone, i % 4 == 0 ? STREAM : POST, -1);
      if (i < 20)
        http_client_reset (gone);
      else
        http_client_close (gone);
    }
  client = http_client_open (fixture, "/events/news");
  test_wait_until (eric_sse_server_get_n_subscribers (fixture->server) == 1);
  g_assert_cmpuint (fixture->left->len, ==, fixture->joined->len - 1);
  http_client_close (client);
  test_wait_until (eric_sse_server_get_n_subscribers (fixture->server) == 0);
  test_settle ();
  g_assert_cmpuint (http_count_fds (), ==, n_fds);
}

typedef struct
{
  const char *request;   /* (nullable) */
  guint       status;    /* to wait for, 0 for none */
} Kind;

static const Kind kinds[] = {
  { NULL, 0 },
  { "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n", 404 },
  { POST, 202 },
  { STREAM, 200 },
  { "GET /events/news HTTP/1.1\r\nHos", 0 },
  { "POST /events/news HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nte", 0 },
};

static void
test_http_listener_no_leak (gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  guint n_fds;

  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  n_fds = http_count_fds ();
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (HttpClient) client = http_client_new (fixture);

      g_assert_cmpint (client->error, ==, 0);
      if (kind->request != NULL)
        g_assert_true (http_client_send (client, kind->request, -1));
      if (kind->status != 0)
        {
          test_wait_until (client->response->status != 0 || client->eof);
          g_assert_cmpuint (client->response->status, ==, kind->status);
        }
      else if (i % 2 == 0)
        test_settle ();
    }
  test_settle ();
  test_wait_until (eric_sse_server_get_n_subscribers (fixture->server) == 0);
  g_assert_cmpuint (http_count_fds (), ==, n_fds);
}

#define UPGRADE                                                    \
  "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"  \
  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"              \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* Texts, masked with nothing as those of clients are, or not. */
#define MASKED(text) "\x81\x82\0\0\0\0" text
#define PLAIN(text)  "\x81\x02" text

static void
message_cb (SoupWebsocketConnection *connection,
            int                      type,
            GBytes                  *message,
            gpointer                 user_data)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message));

  soup_websocket_connection_send_text (connection, text);
}

static void
upgraded_cb (SoupServer              *soup_server,
             SoupServerMessage       *message,
             const char              *path,
             SoupWebsocketConnection *connection,
             gpointer                 user_data)
{
  SoupWebsocketConnection **kept = user_data;

  *kept = g_object_ref (connection);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), NULL);
}

static gboolean
has_raw (HttpClient *client,
         const char *bytes,
         gsize       length)
{
  GString *raw = client->response->raw;

  return memmem (raw->str, raw->len, bytes, length) != NULL;
}

/* A WebSocket of the program: what its client says behind the upgrade gets there,
 * also what was sent along with it, and its end. */
static void
test_http_listener_websocket (void)
{
  const char along[] = UPGRADE MASKED ("ab");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (HttpFixture) fixture = http_fixture_new ();
      g_autoptr (SoupWebsocketConnection) connection = NULL;
      g_autoptr (HttpClient) client = http_client_new (fixture);

      soup_server_add_websocket_handler (fixture->soup_server, "/chat", NULL, NULL, upgraded_cb, &connection, NULL);
      http_client_send (client, along, i == 0 ? strlen (UPGRADE) : sizeof along - 1);
      test_wait_until (has_raw (client, "HTTP/1.1 101 ", 13) && connection != NULL);
      if (i == 0)
        http_client_send (client, MASKED ("ab"), 8);
      test_wait_until (has_raw (client, PLAIN ("ab"), 4));
      http_client_send (client, MASKED ("cd"), 8);
      test_wait_until (has_raw (client, PLAIN ("cd"), 4));
      http_client_shut (client);
      test_wait_until (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED);
    }
}

int
main (int    argc,
      char **argv)
{
  const char *names[] = { "connect", "get", "post", "stream", "half-request", "half-body" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-listener/in-use", test_http_listener_in_use);
  g_test_add_func ("/eric/http-listener/not-supported", test_http_listener_not_supported);
  g_test_add_func ("/eric/http-listener/ipv6", test_http_listener_ipv6);
  g_test_add_func ("/eric/http-listener/backlog", test_http_listener_backlog);
  g_test_add_func ("/eric/http-listener/no-descriptors", test_http_listener_no_descriptors);
  g_test_add_func ("/eric/http-listener/gone-early", test_http_listener_gone_early);
  g_test_add_func ("/eric/http-listener/websocket", test_http_listener_websocket);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strconcat ("/eric/http-listener/no-leak/", names[i], NULL);

      g_test_add_data_func (path, &kinds[i], test_http_listener_no_leak);
    }
  return g_test_run ();
}
