/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <malloc.h>
#include <string.h>

#include <eric-sse.h>
#include <glib/gstdio.h>

#include "http-util.h"
#include "test-util.h"

/* The listening socket is libsoup's here, which leaks GSockets before 3.4: what it
 * holds is not looked at. */

#define FLOOD_TEXT      (64 * 1024)
#define FLOOD_MESSAGES  200

static GTlsCertificate *certificate;   /* (owned) (nullable) */

/* Makes a certificate for the time of the test; NULL where that is not possible. */
static GTlsCertificate *
make_certificate (void)
{
  g_autofree char *openssl = g_find_program_in_path ("openssl");
  g_autofree char *dir = g_dir_make_tmp ("eric-tls-XXXXXX", NULL);
  g_autofree char *cert = g_build_filename (dir, "cert.pem", NULL);
  g_autofree char *key = g_build_filename (dir, "key.pem", NULL);
  g_autoptr (GSubprocess) process = NULL;
  GTlsCertificate *made = NULL;

  if (openssl != NULL && g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, openssl, "req", "-x509",
                                "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                "-subj", "/CN=localhost", "-days", "2",
                                "-keyout", key, "-out", cert, NULL);
  if (process != NULL && g_subprocess_wait_check (process, NULL, NULL))
    made = g_tls_certificate_new_from_files (cert, key, NULL);
  g_unlink (cert);
  g_unlink (key);
  g_rmdir (dir);
  return made;
}

typedef struct
{
  HttpFixture    *fixture;   /* (owned) */
  GSocketAddress *address;   /* (owned): of the TLS socket */
} Site;

static GSocketAddress *
listen_with_libsoup (HttpFixture *fixture)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  GSocketAddress *bound;
  GSList *uris;

  soup_server_listen (fixture->soup_server, address, SOUP_SERVER_LISTEN_HTTPS, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->soup_server);
  bound = g_inet_socket_address_new_from_string ("127.0.0.1", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return bound;
}

/* The fixture listens already: what it is asked from here on is asked over TLS. */
static gboolean
site_init (Site *site)
{
  if (certificate == NULL)
    {
      g_test_skip ("openssl or a TLS backend of GIO is missing");
      return FALSE;
    }
  site->fixture = http_fixture_new ();
  soup_server_set_tls_certificate (site->fixture->soup_server, certificate);
  site->address = g_object_ref (eric_sse_server_get_listen_address (site->fixture->server));
  return TRUE;
}

static void
site_clear (Site *site)
{
  g_object_unref (site->address);
  http_fixture_free (site->fixture);
}

typedef struct
{
  GSocketConnection *connection;   /* (owned) (nullable) */
  HttpResponse      *response;     /* (owned) */
  GCancellable      *cancellable;  /* (owned) */
  gboolean           reading;      /* a read is under way */
  gboolean           paused;
  gboolean           eof;
  char               buffer[65536];
} Client;

static void read_on (Client *client);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Client *client = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  client->reading = FALSE;
  if (n > 0)
    http_response_feed (client->response, client->buffer, n);
  else
    client->eof = TRUE;
  read_on (client);
}

static void
read_on (Client *client)
{
  if (client->paused || client->eof || client->reading)
    return;
  client->reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (client->connection)),
                             client->buffer, sizeof client->buffer, G_PRIORITY_DEFAULT,
                             client->cancellable, read_cb, client);
}

static gboolean
accept_cb (GTlsConnection       *connection,
           GTlsCertificate      *peer,
           GTlsCertificateFlags  errors,
           gpointer              user_data)
{
  return TRUE;
}

static void
event_cb (GSocketClient      *socket_client,
          GSocketClientEvent  event,
          GSocketConnectable *connectable,
          GIOStream          *connection,
          gpointer            user_data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (connection, "accept-certificate", G_CALLBACK (accept_cb), NULL);
}

static GSocketConnection *
connect_to (Site *site)
{
  g_autoptr (GSocketClient) socket_client = g_socket_client_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_enable_proxy (socket_client, FALSE);
  g_socket_client_set_tls (socket_client, TRUE);
  g_signal_connect (socket_client, "event", G_CALLBACK (event_cb), NULL);
  g_socket_client_connect_async (socket_client, G_SOCKET_CONNECTABLE (site->address), NULL,
                                 test_keep_result, &result);
  test_wait_until (result != NULL);
  connection = g_socket_client_connect_finish (socket_client, result, &error);
  g_assert_no_error (error);
  return connection;
}

static void
client_send (Client     *client,
             const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (client->connection)),
                             text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

static Client *
client_new (Site       *site,
            const char *request)
{
  Client *client = g_new0 (Client, 1);

  client->connection = connect_to (site);
  client->response = http_response_new ();
  client->cancellable = g_cancellable_new ();
  client_send (client, request);
  read_on (client);
  return client;
}

static Client *
client_open (Site       *site,
             const char *request)
{
  Client *client = client_new (site, request);

  test_wait_until (client->response->retries->len > 0 || client->eof);
  g_assert_cmpuint (client->response->status, ==, 200);
  return client;
}

#define STREAM "GET /events/news HTTP/1.1\r\nHost: localhost\r\n\r\n"

static void
client_pause (Client *client)
{
  client->paused = TRUE;
  g_cancellable_cancel (client->cancellable);
  test_wait_until (!client->reading);
  g_cancellable_reset (client->cancellable);
  client->eof = FALSE;
}

static void
client_resume (Client *client)
{
  client->paused = FALSE;
  read_on (client);
}

static void
client_wait_events (Client *client,
                    guint   n)
{
  test_wait_until (client->response->events->len >= n || client->eof);
  g_assert_cmpuint (client->response->events->len, >=, n);
}

/* In the middle of the connection, without a farewell in TLS. */
static void
client_cut (Client *client)
{
  g_autoptr (GIOStream) base = NULL;

  client_pause (client);
  g_object_get (g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (client->connection)),
                "base-io-stream", &base, NULL);
  g_socket_close (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), NULL);
}

static void
client_close (Client *client)
{
  client_pause (client);
  g_io_stream_close (G_IO_STREAM (client->connection), NULL, NULL);
}

static void
client_free (Client *client)
{
  client_cut (client);
  g_object_unref (client->connection);
  g_object_unref (client->cancellable);
  http_response_free (client->response);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static void
test_sse_server_tls_stream (void)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (Client) old = NULL;
  g_autofree char *type = NULL;
  EricSseSubscriber *subscriber;
  Site site;

  if (!site_init (&site))
    return;
  client = client_open (&site, STREAM);
  old = client_open (&site, "GET /events/news HTTP/1.0\r\n\r\n");
  type = http_response_dup_header (client->response, "Content-Type");
  g_assert_cmpstr (type, ==, "text/event-stream");
  g_assert_cmpstr (http_response_comment (client->response, 0), ==, "ok");
  g_assert_cmpuint (site.fixture->joined->len, ==, 2);
  subscriber = site.fixture->joined->pdata[0];
  g_assert_true (g_str_has_prefix (eric_sse_subscriber_get_remote_address (subscriber), "127.0.0.1:"));

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      http_broadcast (site.fixture->news, text);
    }
  client_wait_events (client, 1000);
  client_wait_events (old, 1000);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      g_assert_cmpstr (http_response_event (client->response, i)->data->str, ==, text);
      g_assert_cmpstr (http_response_event (old->response, i)->data->str, ==, text);
    }
  g_clear_pointer (&client, client_free);
  g_clear_pointer (&old, client_free);
  site_clear (&site);
}

static void
test_sse_server_tls_large (void)
{
  g_autofree char *text = http_make_text (1024 * 1024);
  g_autoptr (Client) client = NULL;
  HttpEvent *event;
  Site site;

  if (!site_init (&site))
    return;
  client = client_open (&site, STREAM);
  http_broadcast (site.fixture->news, text);
  http_broadcast (site.fixture->news, "after");
  client_wait_events (client, 2);
  event = http_response_event (client->response, 0);
  g_assert_cmpmem (event->data->str, event->data->len, text, strlen (text));
  g_assert_cmpstr (http_response_event (client->response, 1)->data->str, ==, "after");
  g_clear_pointer (&client, client_free);
  site_clear (&site);
}

static void
flood (EricSseChannel *channel)
{
  g_autofree char *text = http_make_text (FLOOD_TEXT);

  eric_sse_channel_set_backlog_bytes (channel, G_MAXUINT64);
  for (guint i = 0; i < FLOOD_MESSAGES; i++)
    http_broadcast (channel, text);
}

/* Somebody who does not read for a while, then does, beside somebody who does. */
static void
test_sse_server_tls_slow (void)
{
  g_autofree char *text = http_make_text (FLOOD_TEXT);
  g_autoptr (Client) slow = NULL;
  g_autoptr (Client) fast = NULL;
  Site site;

  if (!site_init (&site))
    return;
  slow = client_open (&site, STREAM);
  fast = client_open (&site, STREAM);
  client_pause (slow);
  flood (site.fixture->news);
  client_wait_events (fast, FLOOD_MESSAGES);
  g_assert_cmpuint (slow->response->events->len, ==, 0);
  client_resume (slow);
  client_wait_events (slow, FLOOD_MESSAGES);
  for (guint i = 0; i < FLOOD_MESSAGES; i++)
    g_assert_cmpstr (http_response_event (slow->response, i)->data->str, ==, text);
  g_assert_cmpuint (site.fixture->left->len, ==, 0);
  g_clear_pointer (&slow, client_free);
  g_clear_pointer (&fast, client_free);
  site_clear (&site);
}

#ifdef __SANITIZE_THREAD__
#define LARGE_TEXT (1024 * 1024) /* 8 MiB take minutes */
#else
#define LARGE_TEXT (8 * 1024 * 1024)
#endif
#define N_DEAF     8

/* Bytes that are allocated in this process; always 0 under a sanitizer. */
static gsize
get_allocated (void)
{
  struct mallinfo2 info = mallinfo2 ();

  return info.uordblks + info.hblkhd;
}

/* What many do not read is there once, whatever the size. */
static void
test_sse_server_tls_share (void)
{
  g_autoptr (GPtrArray) fast = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  Client *deaf[N_DEAF];
  g_autofree char *text = NULL;
  gsize before;
  Site site;

  if (!site_init (&site))
    return;
  /* One on each thread of the hub: who came last is sent to first, so that all have
   * their part of the text when these have it. */
  for (guint i = 0; i < g_get_num_processors (); i++)
    g_ptr_array_add (fast, client_open (&site, STREAM));
  for (guint i = 0; i < N_DEAF; i++)
    {
      deaf[i] = client_open (&site, STREAM);
      client_pause (deaf[i]);
    }
  text = http_make_text (LARGE_TEXT);
  before = get_allocated ();
  http_broadcast (site.fixture->news, text);
  for (guint i = 0; i < fast->len; i++)
    client_wait_events (fast->pdata[i], 1);
  g_ptr_array_set_size (fast, 0);
  g_assert_cmpuint (get_allocated (), <, before + 3 * LARGE_TEXT);
  for (guint i = 0; i < N_DEAF; i++)
    {
      g_assert_cmpuint (deaf[i]->response->events->len, ==, 0);
      client_resume (deaf[i]);
      client_wait_events (deaf[i], 1);
      g_assert_cmpuint (http_response_event (deaf[i]->response, 0)->data->len, ==, LARGE_TEXT);
      client_free (deaf[i]);
    }
  site_clear (&site);
}

static void
test_sse_server_tls_leave (gconstpointer data)
{
  void (* const leave) (Client *client) = data;
  g_autoptr (Client) client = NULL;
  gint64 since;
  Site site;

  if (!site_init (&site))
    return;
  eric_sse_server_set_keepalive (site.fixture->server, 0);
  client = client_open (&site, STREAM);
  since = g_get_monotonic_time ();
  leave (client);
  http_fixture_assert_left (site.fixture, 1, ERIC_SSE_DISCONNECT_PEER);
  g_assert_cmpint (g_get_monotonic_time () - since, <, G_TIME_SPAN_SECOND);
  g_clear_pointer (&client, client_free);
  site_clear (&site);
}

static void
test_sse_server_tls_drain (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Client) client = NULL;
  Site site;

  if (!site_init (&site))
    return;
  client = client_open (&site, STREAM);
  http_broadcast (site.fixture->news, "on its way");
  eric_sse_server_drain_async (site.fixture->server, 5000, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (eric_sse_server_drain_finish (site.fixture->server, result, &error));
  g_assert_no_error (error);
  http_fixture_assert_left (site.fixture, 1, ERIC_SSE_DISCONNECT_DRAINED);
  test_wait_until (client->eof);
  g_assert_true (client->response->last_chunk);
  g_assert_cmpuint (client->response->retries->len, ==, 2);
  g_assert_cmpuint (client->response->events->len, ==, 1);
  g_clear_object (&result);
  g_clear_pointer (&client, client_free);
  site_clear (&site);
}

/* Nobody waits for a client that does not read. */
static void
test_sse_server_tls_dropped (void)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (Client) deaf = NULL;
  Site site;

  if (!site_init (&site))
    return;
  client = client_open (&site, STREAM);
  deaf = client_open (&site, STREAM);
  client_pause (deaf);
  flood (site.fixture->news);
  client_wait_events (client, FLOOD_MESSAGES);
  http_fixture_drop_server (site.fixture);
  test_wait_until (client->eof);
  client_resume (deaf);
  test_wait_until (deaf->eof);
  g_assert_cmpuint (deaf->response->events->len, <, FLOOD_MESSAGES);
  g_clear_pointer (&client, client_free);
  g_clear_pointer (&deaf, client_free);
  site_clear (&site);
}

#define FEED "POST /events/%s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" \
             "Content-Type: application/x-ndjson\r\n\r\n"

static void
test_sse_server_tls_feed (void)
{
  g_autofree char *request = g_strdup_printf (FEED "5\r\n1\n\"2\"\r\n", "news");
  g_autofree char *refused_request = g_strdup_printf (FEED, "unknown");
  g_autoptr (Client) reader = NULL;
  g_autoptr (Client) client = NULL;
  g_autoptr (Client) refused = NULL;
  Site site;

  if (!site_init (&site))
    return;
  eric_sse_server_set_allow_publish (site.fixture->server, TRUE);
  reader = client_open (&site, STREAM);
  client = client_new (&site, request);
  client_wait_events (reader, 1);
  client_send (client, "1\r\n\n\r\n");
  client_wait_events (reader, 2);
  client_send (client, "2\r\n\n3\r\n0\r\n\r\n");
  client_wait_events (reader, 3);
  g_assert_cmpstr (http_response_event (reader->response, 2)->data->str, ==, "3");
  test_wait_until (client->eof);
  g_assert_cmpuint (client->response->status, ==, 202);

  refused = client_new (&site, refused_request);
  test_wait_until (refused->eof);
  g_assert_cmpuint (refused->response->status, ==, 404);
  g_assert_cmpstr (refused->response->body->str, ==, "There is no channel “unknown”\n");
  site_clear (&site);
}

/* Where the application has libsoup listen. */
static void
test_sse_server_tls_libsoup (void)
{
  g_autoptr (Client) client = NULL;
  Site site;

  if (!site_init (&site))
    return;
  g_clear_object (&site.address);
  site.address = listen_with_libsoup (site.fixture);
  client = client_open (&site, STREAM);
  http_broadcast (site.fixture->news, "over TLS");
  client_wait_events (client, 1);
  g_assert_cmpstr (http_response_event (client->response, 0)->data->str, ==, "over TLS");
  g_clear_pointer (&client, client_free);
  site_clear (&site);
}

/* Connections over TLS are kept, too. */
static void
test_sse_server_tls_kept (void)
{
  static const char next[] = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n";
  static const char last[] = "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  g_autoptr (Client) client = NULL;
  const char *raw;
  Site site;

  if (!site_init (&site))
    return;
  client = client_new (&site, next);
  test_wait_until (strstr (client->response->raw->str, "\r\n\r\n") != NULL);
  client_send (client, last);
  test_wait_until (client->eof);
  raw = client->response->raw->str;
  g_assert_nonnull (strstr (raw + 1, "HTTP/1.1 404 "));
  g_assert_nonnull (strstr (raw, "Connection: close\r\n"));
  g_clear_pointer (&client, client_free);
  site_clear (&site);
}

static char *
get_subject (Client *client)
{
  GTlsCertificate *peer = g_tls_connection_get_peer_certificate (
    G_TLS_CONNECTION (g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (client->connection))));
  char *pem;

  g_object_get (peer, "certificate-pem", &pem, NULL);
  return pem;
}

/* A certificate that is set later, or taken away, is that of the next connection;
 * who does not speak TLS is none. */
static void
test_sse_server_tls_replaced (void)
{
  g_autoptr (GTlsCertificate) other = make_certificate ();
  g_autoptr (Client) first = NULL, second = NULL;
  g_autoptr (HttpClient) mistaken = NULL, plain = NULL;
  g_autofree char *before = NULL, *after = NULL;
  Site site;

  if (!site_init (&site))
    return;
  first = client_open (&site, STREAM);
  soup_server_set_tls_certificate (site.fixture->soup_server, other);
  second = client_open (&site, STREAM);
  before = get_subject (first);
  after = get_subject (second);
  g_assert_cmpstr (before, !=, after);

  mistaken = http_client_new (site.fixture);
  http_client_send (mistaken, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", -1);
  http_client_wait_closed (mistaken);
  g_assert_cmpuint (mistaken->response->status, ==, 0);

  soup_server_set_tls_certificate (site.fixture->soup_server, NULL);
  plain = http_client_open (site.fixture, "/events/news");
  g_assert_cmpuint (plain->response->status, ==, 200);
  g_clear_pointer (&first, client_free);
  g_clear_pointer (&second, client_free);
  site_clear (&site);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  certificate = make_certificate ();
  g_test_add_func ("/eric/sse-server-tls/stream", test_sse_server_tls_stream);
  g_test_add_func ("/eric/sse-server-tls/libsoup", test_sse_server_tls_libsoup);
  g_test_add_func ("/eric/sse-server-tls/kept", test_sse_server_tls_kept);
  g_test_add_func ("/eric/sse-server-tls/replaced", test_sse_server_tls_replaced);
  g_test_add_func ("/eric/sse-server-tls/large", test_sse_server_tls_large);
  g_test_add_func ("/eric/sse-server-tls/share", test_sse_server_tls_share);
  g_test_add_func ("/eric/sse-server-tls/slow", test_sse_server_tls_slow);
  g_test_add_data_func ("/eric/sse-server-tls/leave/close", client_close, test_sse_server_tls_leave);
  g_test_add_data_func ("/eric/sse-server-tls/leave/cut", client_cut, test_sse_server_tls_leave);
  g_test_add_func ("/eric/sse-server-tls/drain", test_sse_server_tls_drain);
  g_test_add_func ("/eric/sse-server-tls/dropped", test_sse_server_tls_dropped);
  g_test_add_func ("/eric/sse-server-tls/feed", test_sse_server_tls_feed);
  status = g_test_run ();
  g_clear_object (&certificate);
  return status;
}
