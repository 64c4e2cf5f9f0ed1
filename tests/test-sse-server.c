/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

/* More than the sockets between server and client hold. */
#define FLOOD_TEXT      (64 * 1024)
#define FLOOD_MESSAGES  200

#define LAST_CHUNK "0\r\n\r\n"

/* What the application's own handler serves. */
typedef struct
{
  HttpFixture       *fixture;
  EricSseChannel    *channel;      /* (owned) */
  EricListener      *listener;     /* (owned) (nullable) */
  EricSseSubscriber *subscriber;   /* (owned) (nullable): the last one */
  GError            *error;        /* (owned) (nullable) */
  guint              n_requests;
} Own;

static void
own_cb (SoupServer        *soup_server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  Own *own = user_data;

  g_clear_pointer (&own->subscriber, eric_sse_subscriber_unref);
  g_clear_error (&own->error);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "X-Own", "yes");
  if (own->listener != NULL)
    own->subscriber = eric_sse_server_serve_listener (own->fixture->server, message, own->channel,
                                                      own->listener, &own->error);
  else
    own->subscriber = eric_sse_server_serve (own->fixture->server, message, own->channel, &own->error);
  own->n_requests++;
}

static void
own_init (Own         *own,
          HttpFixture *fixture,
          gboolean     with_listener)
{
  *own = (Own) { .fixture = fixture, .channel = eric_sse_channel_new ("own") };
  if (with_listener)
    own->listener = eric_channel_add_listener (ERIC_CHANNEL (own->channel), NULL);
  soup_server_add_handler (fixture->soup_server, "/own", own_cb, own, NULL);
}

static void
own_clear (Own *own)
{
  soup_server_remove_handler (own->fixture->soup_server, "/own");
  g_clear_object (&own->listener);
  g_clear_object (&own->channel);
  g_clear_pointer (&own->subscriber, eric_sse_subscriber_unref);
  g_clear_error (&own->error);
}

static void
test_sse_server_properties (void)
{
  g_autoptr (SoupServer) soup_server = soup_server_new (NULL, NULL);
  g_autoptr (SoupServer) told_soup_server = NULL;
  g_autoptr (EricChannelContainer) channels = NULL;
  EricSseServer *server = eric_sse_server_new (soup_server, NULL);
  const char * const origins[] = { "https://example.org", NULL };
  guint keepalive, stall_timeout, max_subscribers, n_subscribers;
  EricSlowConsumer slow_consumer;
  gboolean allow_publish;
  g_auto (GStrv) told_origins = NULL;
  guint64 max_body;

  g_object_get (server, "soup-server", &told_soup_server, "channels", &channels, "keepalive", &keepalive,
                "stall-timeout", &stall_timeout, "max-subscribers", &max_subscribers, "max-body", &max_body,
                "slow-consumer", &slow_consumer, "allow-publish", &allow_publish,
                "allowed-origins", &told_origins, "n-subscribers", &n_subscribers, NULL);
  g_assert_true (told_soup_server == soup_server);
  g_assert_true (channels == eric_sse_server_get_channels (server));
  g_assert_true (eric_channel_container_get_channel_type (channels) == ERIC_TYPE_SSE_CHANNEL);
  g_assert_cmpuint (keepalive, ==, 15000);
  g_assert_cmpuint (stall_timeout, ==, 60000);
  g_assert_cmpuint (max_subscribers, ==, 0);
  g_assert_cmpuint (max_body, ==, 1024 * 1024);
  g_assert_cmpint (slow_consumer, ==, ERIC_SLOW_CONSUMER_DISCONNECT);
  g_assert_false (allow_publish);
  g_assert_null (told_origins);
  g_assert_cmpuint (n_subscribers, ==, 0);
  g_assert_null (eric_sse_server_get_listen_address (server));

  g_object_set (server, "keepalive", 1, "stall-timeout", 2, "max-subscribers", 3, "max-body", G_GUINT64_CONSTANT (4),
                "slow-consumer", ERIC_SLOW_CONSUMER_SKIP, "allow-publish", TRUE, "allowed-origins", origins, NULL);
  g_assert_cmpuint (eric_sse_server_get_keepalive (server), ==, 1);
  g_assert_cmpuint (eric_sse_server_get_stall_timeout (server), ==, 2);
  g_assert_cmpuint (eric_sse_server_get_max_subscribers (server), ==, 3);
  g_assert_cmpuint (eric_sse_server_get_max_body (server), ==, 4);
  g_assert_cmpint (eric_sse_server_get_slow_consumer (server), ==, ERIC_SLOW_CONSUMER_SKIP);
  g_assert_true (eric_sse_server_get_allow_publish (server));
  g_assert_cmpstrv (eric_sse_server_get_allowed_origins (server), origins);
  test_finalize (server);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
test_sse_server_notify (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  guint n = 0;

  g_signal_connect (fixture->server, "notify", G_CALLBACK (notify_cb), &n);
  eric_sse_server_set_keepalive (fixture->server, ERIC_SSE_SERVER_DEFAULT_KEEPALIVE);
  eric_sse_server_set_max_body (fixture->server, ERIC_SSE_SERVER_DEFAULT_MAX_BODY);
  eric_sse_server_set_allow_publish (fixture->server, FALSE);
  g_assert_cmpuint (n, ==, 0);
  eric_sse_server_set_keepalive (fixture->server, 7);
  eric_sse_server_set_allow_publish (fixture->server, 5);
  eric_sse_server_set_allow_publish (fixture->server, 6);
  g_assert_cmpuint (n, ==, 2);
}

static void
test_sse_server_mount_refuse (void)
{
  g_autoptr (EricSseServer) server = g_object_new (ERIC_TYPE_SSE_SERVER, NULL);
  const char * const paths[] = { "", "/", "events", "/events/", "http://127.0.0.1/events" };

  g_assert_true (SOUP_IS_SERVER (eric_sse_server_get_soup_server (server)));
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (eric_sse_server_mount (server, paths[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  g_assert_true (eric_sse_server_mount (server, "/events", NULL));
}

/* One that was given nothing has what it needs. */
static void
test_sse_server_bare (void)
{
  g_autoptr (EricSseServer) server = eric_sse_server_new (NULL, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (EricChannel) news = eric_channel_container_add (eric_sse_server_get_channels (server), "news", NULL);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = NULL;
  GSocketAddress *bound;
  g_autofree char *uri = NULL;
  g_autoptr (GAsyncResult) answer = NULL;

  g_assert_true (eric_sse_server_mount (server, "/events", NULL));
  g_assert_true (eric_sse_server_listen (server, address, NULL));
  bound = eric_sse_server_get_listen_address (server);
  uri = g_strdup_printf ("http://127.0.0.1:%u/events/news",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  message = soup_message_new ("HEAD", uri);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, test_keep_result, &answer);
  test_wait_until (answer != NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, SOUP_STATUS_OK);
}

static void
test_sse_server_mount (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) first = NULL;
  g_autoptr (HttpClient) second = NULL;
  g_autoptr (HttpClient) none = NULL;
  g_autoptr (GPtrArray) subscribers = NULL;

  g_assert_true (eric_sse_server_mount (fixture->server, "/more/paths", NULL));
  first = http_client_open (fixture, "/events/news");
  second = http_client_open (fixture, "/more/paths/news");
  http_broadcast (fixture->news, "to all");
  http_client_wait_events (first, 1);
  http_client_wait_events (second, 1);
  g_assert_cmpstr (http_response_event (first->response, 0)->data->str, ==, "to all");
  g_assert_cmpstr (http_response_event (second->response, 0)->data->str, ==, "to all");

  none = http_client_ask (fixture, "GET /more/news HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (none->response->status, ==, 404);
  g_assert_cmpuint (eric_sse_server_get_n_subscribers (fixture->server), ==, 2);
  subscribers = eric_sse_server_get_subscribers (fixture->server);
  g_assert_cmpuint (subscribers->len, ==, 2);
}

static void
test_sse_server_serve (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) head = NULL;
  g_autoptr (HttpClient) refused = NULL;
  g_autofree char *header = NULL;
  Own own;

  own_init (&own, fixture, FALSE);
  client = http_client_open (fixture, "/own");
  header = http_response_dup_header (client->response, "X-Own");
  g_assert_cmpstr (header, ==, "yes");
  g_assert_no_error (own.error);
  g_assert_cmpuint (eric_sse_subscriber_get_id (own.subscriber), >, 0);
  g_assert_cmpuint (fixture->joined->len, ==, 1);
  g_assert_true (fixture->joined->pdata[0] == own.subscriber);
  http_broadcast (own.channel, "hello");
  http_client_wait_events (client, 1);

  head = http_client_ask (fixture, "HEAD /own HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (head->response->status, ==, 200);
  g_assert_null (own.subscriber);
  g_assert_no_error (own.error);

  eric_sse_server_set_max_subscribers (fixture->server, 1);
  refused = http_client_ask (fixture, "GET /own HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (refused->response->status, ==, 503);
  g_assert_null (own.subscriber);
  g_assert_error (own.error, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED);
  own_clear (&own);
}

static void
dispatch (Own        *own,
          const char *text)
{
  g_autoptr (EricMessage) message = eric_message_new_from_text ("direct", text, NULL);

  g_assert_true (eric_channel_dispatch (ERIC_CHANNEL (own->channel), eric_listener_get_id (own->listener),
                                        message, NULL));
}

static void
test_sse_server_listener (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) next = NULL;
  const char *events[] = { "a", "b", "c", "d" };
  Own own;

  own_init (&own, fixture, TRUE);
  client = http_client_open (fixture, "/own");
  g_assert_cmpstr (eric_sse_subscriber_get_listener_id (own.subscriber), ==, eric_listener_get_id (own.listener));
  g_assert_true (eric_listener_get_running (own.listener));
  dispatch (&own, "a");
  http_broadcast (own.channel, "b");
  dispatch (&own, "c");
  http_broadcast (own.channel, "d");
  http_client_wait_events (client, 4);
  for (guint i = 0; i < 4; i++)
    {
      HttpEvent *event = http_response_event (client->response, i);

      g_assert_cmpstr (event->data->str, ==, events[i]);
      g_assert_cmpstr (event->type, ==, i % 2 == 0 ? "direct" : "message");
    }

  http_client_close (client);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_PEER);
  g_assert_false (eric_listener_get_running (own.listener));
  for (guint i = 0; i < 1000; i++)
    dispatch (&own, "kept");
  g_assert_cmpuint (eric_listener_get_pending (own.listener), ==, 1000);
  next = http_client_open (fixture, "/own");
  http_client_wait_events (next, 1000);
  g_assert_true (eric_listener_get_running (own.listener));
  eric_channel_close (ERIC_CHANNEL (own.channel));
  http_client_wait_eof (next);
  g_assert_cmpuint (next->response->events->len, ==, 1001);
  g_assert_cmpstr (http_response_event (next->response, 1000)->type, ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_true (g_str_has_suffix (next->response->raw->str, LAST_CHUNK));
  own_clear (&own);
}

/* The stream of a listener that is stopped ends. */
static void
test_sse_server_listener_stop (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  Own own;

  own_init (&own, fixture, TRUE);
  client = http_client_open (fixture, "/own");
  eric_listener_stop (own.listener);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_FINISHED);
  http_client_wait_eof (client);
  g_assert_true (client->response->last_chunk);
  own_clear (&own);
}

static void
test_sse_server_signals (gconstpointer data)
{
  void (* const leave) (HttpClient *client) = data;
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_new (fixture);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", client->port);
  gint64 before = g_get_real_time ();
  EricSseSubscriber *subscriber;
  gint64 since;

  eric_sse_server_set_keepalive (fixture->server, 0);
  http_client_send (client, "GET /events/news HTTP/1.1\r\nHost: a\r\nUser-Agent: test/1\r\n\r\n", -1);
  http_client_wait_ready (client);
  g_assert_cmpuint (fixture->joined->len, ==, 1);
  subscriber = fixture->joined->pdata[0];
  g_assert_cmpstr (eric_sse_subscriber_get_channel_ids (subscriber)[0], ==, "news");
  g_assert_null (eric_sse_subscriber_get_channel_ids (subscriber)[1]);
  g_assert_null (eric_sse_subscriber_get_listener_id (subscriber));
  g_assert_cmpstr (eric_sse_subscriber_get_remote_address (subscriber), ==, address);
  g_assert_cmpstr (eric_sse_subscriber_get_user_agent (subscriber), ==, "test/1");
  g_assert_cmpint (eric_sse_subscriber_get_since (subscriber), >=, before);

  /* Nothing is sent, so what tells is the socket. */
  test_settle ();
  since = g_get_monotonic_time ();
  leave (client);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_PEER);
  g_assert_cmpint (g_get_monotonic_time () - since, <, G_TIME_SPAN_SECOND);
  g_assert_true (fixture->left->pdata[0] == subscriber);
}

static void
test_sse_server_disconnect (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) other = http_client_open (fixture, "/events/news");
  guint64 id = eric_sse_subscriber_get_id (fixture->joined->pdata[0]);

  g_assert_false (eric_sse_server_disconnect_subscriber (fixture->server, 123456));
  http_broadcast (fixture->news, "on its way");
  g_assert_true (eric_sse_server_disconnect_subscriber (fixture->server, id));
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_REQUESTED);
  g_assert_true (fixture->left->pdata[0] == fixture->joined->pdata[0]);
  g_assert_false (eric_sse_server_disconnect_subscriber (fixture->server, id));
  http_client_wait_eof (client);
  g_assert_true (g_str_has_suffix (client->response->raw->str, LAST_CHUNK));
  http_client_wait_events (other, 1);
  g_assert_false (other->eof);
  g_assert_cmpuint (client->response->events->len, ==, 1);
}

static void
test_sse_server_channel_close (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) late = NULL;

  http_broadcast (fixture->news, "last words");
  eric_channel_close (ERIC_CHANNEL (fixture->news));
  http_client_wait_eof (client);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_FINISHED);
  g_assert_cmpuint (client->response->events->len, ==, 2);
  g_assert_cmpstr (http_response_event (client->response, 0)->data->str, ==, "last words");
  g_assert_cmpstr (http_response_event (client->response, 1)->type, ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_true (g_str_has_suffix (client->response->raw->str, "\n\n\r\n" LAST_CHUNK));
  g_assert_cmpint (client->error, ==, 0);

  /* Who comes then has a stream that ends at once. */
  late = http_client_open (fixture, "/events/news");
  http_client_wait_eof (late);
  g_assert_true (late->response->last_chunk);
}

/* The log of a channel that nobody holds any more gets no further message. */
static void
test_sse_server_channel_dropped (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  Own own;

  own_init (&own, fixture, FALSE);
  client = http_client_open (fixture, "/own");
  http_broadcast (own.channel, "one");
  test_finalize (own.channel);
  http_client_wait_eof (client);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_FINISHED);
  g_assert_cmpuint (client->response->events->len, ==, 1);
  g_assert_true (client->response->last_chunk);
  own_clear (&own);
}

static void
test_sse_server_max_subscribers (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) first = NULL;
  g_autoptr (HttpClient) second = NULL;
  g_autoptr (HttpClient) third = NULL;
  g_autoptr (HttpClient) fourth = NULL;
  g_autofree char *retry_after = NULL;

  eric_sse_server_set_max_subscribers (fixture->server, 2);
  first = http_client_open (fixture, "/events/news");
  second = http_client_open (fixture, "/events/news");
  third = http_client_ask (fixture, "GET /events/news HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (third->response->status, ==, 503);
  retry_after = http_response_dup_header (third->response, "Retry-After");
  g_assert_cmpuint (g_ascii_strtoull (retry_after, NULL, 10), >, 0);
  g_assert_cmpuint (fixture->joined->len, ==, 2);

  http_client_close (first);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_PEER);
  fourth = http_client_open (fixture, "/events/news");
  g_assert_cmpuint (eric_sse_server_get_n_subscribers (fixture->server), ==, 2);
}

static void
test_sse_server_keepalive (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  gint64 since;

  eric_sse_server_set_keepalive (fixture->server, 50);
  client = http_client_open (fixture, "/events/news");
  g_assert_cmpstr (http_response_comment (client->response, 0), ==, "ok");
  since = g_get_monotonic_time ();
  test_wait_until (client->response->comments->len == 5);
  g_assert_cmpint (g_get_monotonic_time () - since, >=, 3 * 50 * G_TIME_SPAN_MILLISECOND);
  for (guint i = 1; i < 5; i++)
    g_assert_cmpstr (http_response_comment (client->response, i), ==, "");
  g_assert_cmpuint (client->response->events->len, ==, 0);
}

/* Several times as much as the sockets take, to who does not read. */
static void
flood (EricSseChannel *channel)
{
  g_autofree char *text = http_make_text (FLOOD_TEXT);

  for (guint i = 0; i < FLOOD_MESSAGES; i++)
    http_broadcast (channel, text);
}

static void
set_backlog (EricSseChannel *channel,
             guint64         bytes)
{
  eric_sse_channel_set_history_bytes (channel, FLOOD_TEXT);
  eric_sse_channel_set_backlog_size (channel, 100000);
  eric_sse_channel_set_backlog_bytes (channel, bytes);
}

/* A stream of the news to somebody who does not read. */
static HttpClient *
open_deaf (HttpFixture *fixture)
{
  HttpClient *client = http_client_new_small (fixture);

  http_client_send (client, "GET /events/news HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  http_client_wait_ready (client);
  http_client_pause (client);
  return client;
}

static void
test_sse_server_drain (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) waiting = http_client_new (fixture);
  g_autoptr (HttpClient) refused = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *retry_after = NULL;
  guint retry;

  http_client_send (waiting, "GET /events/news HTTP/1.1\r\n", -1);
  test_settle ();
  http_broadcast (fixture->news, "on its way");
  eric_sse_server_drain_async (fixture->server, 5000, NULL, test_keep_result, &result);
  eric_sse_server_drain_async (fixture->server, 5000, NULL, test_keep_result, &again);
  test_wait_until (result != NULL && again != NULL);
  g_assert_true (eric_sse_server_drain_finish (fixture->server, result, &error));
  g_assert_no_error (error);
  g_assert_false (eric_sse_server_drain_finish (fixture->server, again, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_DRAINED);

  http_client_wait_eof (client);
  g_assert_cmpint (client->error, ==, 0);
  g_assert_true (g_str_has_suffix (client->response->raw->str, "\n\n\r\n" LAST_CHUNK));
  g_assert_cmpuint (client->response->retries->len, ==, 2);
  retry = g_array_index (client->response->retries, guint, 1);
  g_assert_cmpuint (retry, >=, ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT);
  g_assert_cmpuint (retry, <=, 3 * ERIC_SSE_CHANNEL_DEFAULT_RETRY_TIMEOUT);

  refused = http_client_new (fixture);
  g_assert_cmpint (refused->error, ==, ECONNREFUSED);
  http_client_send (waiting, "Host: a\r\n\r\n", -1);
  http_client_wait_eof (waiting);
  g_assert_cmpuint (waiting->response->status, ==, 503);
  retry_after = http_response_dup_header (waiting->response, "Retry-After");
  g_assert_nonnull (retry_after);
  g_assert_cmpuint (client->response->events->len, ==, 1);
}

static void
test_sse_server_drain_nobody (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  eric_sse_server_drain_async (fixture->server, 5000, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (eric_sse_server_drain_finish (fixture->server, result, &error));
  g_assert_no_error (error);
}

static void
test_sse_server_drain_timeout (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_backlog (fixture->news, G_MAXUINT64);
  client = open_deaf (fixture);
  flood (fixture->news);
  eric_sse_server_drain_async (fixture->server, 50, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_false (eric_sse_server_drain_finish (fixture->server, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_DRAINED);
}

/* Who reads slowly gets everything that was sent before the end. */
static void
test_sse_server_drain_slow (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  set_backlog (fixture->news, G_MAXUINT64);
  client = open_deaf (fixture);
  flood (fixture->news);
  eric_sse_server_drain_async (fixture->server, 20000, NULL, test_keep_result, &result);
  test_settle ();
  http_client_resume (client);
  test_wait_until (result != NULL);
  g_assert_true (eric_sse_server_drain_finish (fixture->server, result, &error));
  http_client_wait_eof (client);
  g_assert_true (client->response->last_chunk);
  g_assert_cmpuint (client->response->retries->len, ==, 2);
  g_assert_cmpuint (client->response->events->len, ==, FLOOD_MESSAGES);
}

/* The same, but each message only when @fast has the one before. */
static void
flood_in_step (HttpFixture *fixture,
               HttpClient  *fast)
{
  g_autofree char *text = http_make_text (FLOOD_TEXT);

  for (guint i = 0; i < FLOOD_MESSAGES; i++)
    {
      http_broadcast (fixture->news, text);
      http_client_wait_events (fast, i + 1);
    }
}

static void
test_sse_server_slow_disconnect (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) fast = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) slow = NULL;

  set_backlog (fixture->news, 4 * FLOOD_TEXT);
  slow = open_deaf (fixture);
  flood_in_step (fixture, fast);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_SLOW);
  g_assert_true (fixture->left->pdata[0] == fixture->joined->pdata[1]);
  g_assert_cmpuint (fast->response->events->len, ==, FLOOD_MESSAGES);
  g_assert_false (fast->eof);
  http_client_resume (slow);
  http_client_wait_eof (slow);
  g_assert_false (slow->response->last_chunk);
}

static void
test_sse_server_slow_skip (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) fast = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) slow = NULL;
  GPtrArray *events;

  eric_sse_server_set_slow_consumer (fixture->server, ERIC_SLOW_CONSUMER_SKIP);
  set_backlog (fixture->news, 4 * FLOOD_TEXT);
  slow = open_deaf (fixture);
  flood_in_step (fixture, fast);
  http_broadcast (fixture->news, "the newest");
  http_client_resume (slow);
  events = slow->response->events;
  test_wait_until (events->len > 0 &&
                   g_str_equal (((HttpEvent *) events->pdata[events->len - 1])->data->str, "the newest"));

  /* One gap, or several: the sockets may take a little more meanwhile. */
  g_assert_cmpuint (slow->response->comments->len, >=, 2);
  for (guint i = 1; i < slow->response->comments->len; i++)
    g_assert_cmpstr (http_response_comment (slow->response, i), ==, "gap slow");
  g_assert_cmpuint (events->len, <, FLOOD_MESSAGES);
  for (guint i = 0; i + 1 < events->len; i++)
    g_assert_cmpuint (http_response_event (slow->response, i)->data->len, ==, FLOOD_TEXT);
  g_assert_cmpstr (http_response_event (slow->response, events->len - 2)->id, ==,
                   http_response_event (fast->response, FLOOD_MESSAGES - 1)->id);
  http_client_wait_events (fast, FLOOD_MESSAGES + 1);
  g_assert_cmpuint (fixture->left->len, ==, 0);
}

static void
test_sse_server_stall_timeout (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) reader = NULL;
  g_autoptr (HttpClient) deaf = NULL;

  eric_sse_server_set_stall_timeout (fixture->server, 200);
  set_backlog (fixture->news, G_MAXUINT64);
  reader = http_client_open (fixture, "/events/news");
  deaf = open_deaf (fixture);
  flood_in_step (fixture, reader);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_SLOW);
  g_assert_true (fixture->left->pdata[0] == fixture->joined->pdata[1]);
  g_assert_false (reader->eof);
}

static void
test_sse_server_check (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 before = g_get_monotonic_time (), latency;

  eric_sse_server_check_async (fixture->server, NULL, test_keep_result, &result);
  g_cancellable_cancel (cancellable);
  eric_sse_server_check_async (fixture->server, cancellable, test_keep_result, &cancelled);
  test_wait_until (result != NULL && cancelled != NULL);
  latency = eric_sse_server_check_finish (fixture->server, result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (latency, >, 0);
  g_assert_cmpint (latency, <=, g_get_monotonic_time () - before);
  g_assert_cmpint (eric_sse_server_check_finish (fixture->server, cancelled, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->joined->len + fixture->left->len, ==, 0);
}

static void
test_sse_server_dropped (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) plain = http_client_open (fixture, "/events/news");
  g_autoptr (HttpClient) deaf = NULL;
  g_autoptr (HttpClient) half = http_client_new (fixture);
  g_autoptr (HttpClient) listening = NULL;
  Own own;

  own_init (&own, fixture, TRUE);
  listening = http_client_open (fixture, "/own");
  set_backlog (fixture->news, G_MAXUINT64);
  deaf = open_deaf (fixture);
  http_client_send (half, "GET /events/ne", -1);
  test_settle ();
  flood (fixture->news);
  own_clear (&own);
  http_fixture_drop_server (fixture);
  http_client_wait_eof (plain);
  http_client_wait_eof (listening);
  http_client_resume (deaf);
  http_client_wait_eof (deaf);

  /* The path is no longer served, and the SoupServer still works. */
  http_client_send (half, "ws HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  http_client_wait_eof (half);
  g_assert_cmpuint (half->response->status, ==, 404);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-server/properties", test_sse_server_properties);
  g_test_add_func ("/eric/sse-server/notify", test_sse_server_notify);
  g_test_add_func ("/eric/sse-server/bare", test_sse_server_bare);
  g_test_add_func ("/eric/sse-server/mount", test_sse_server_mount);
  g_test_add_func ("/eric/sse-server/mount/refuse", test_sse_server_mount_refuse);
  g_test_add_func ("/eric/sse-server/serve", test_sse_server_serve);
  g_test_add_func ("/eric/sse-server/listener", test_sse_server_listener);
  g_test_add_func ("/eric/sse-server/listener-stop", test_sse_server_listener_stop);
  g_test_add_data_func ("/eric/sse-server/signals/close", http_client_close, test_sse_server_signals);
  g_test_add_data_func ("/eric/sse-server/signals/reset", http_client_reset, test_sse_server_signals);
  g_test_add_data_func ("/eric/sse-server/signals/half-close", http_client_shut, test_sse_server_signals);
  g_test_add_func ("/eric/sse-server/disconnect", test_sse_server_disconnect);
  g_test_add_func ("/eric/sse-server/channel-close", test_sse_server_channel_close);
  g_test_add_func ("/eric/sse-server/channel-dropped", test_sse_server_channel_dropped);
  g_test_add_func ("/eric/sse-server/max-subscribers", test_sse_server_max_subscribers);
  g_test_add_func ("/eric/sse-server/keepalive", test_sse_server_keepalive);
  g_test_add_func ("/eric/sse-server/drain", test_sse_server_drain);
  g_test_add_func ("/eric/sse-server/drain-nobody", test_sse_server_drain_nobody);
  g_test_add_func ("/eric/sse-server/drain-timeout", test_sse_server_drain_timeout);
  g_test_add_func ("/eric/sse-server/drain-slow", test_sse_server_drain_slow);
  g_test_add_func ("/eric/sse-server/slow-disconnect", test_sse_server_slow_disconnect);
  g_test_add_func ("/eric/sse-server/slow-skip", test_sse_server_slow_skip);
  g_test_add_func ("/eric/sse-server/stall-timeout", test_sse_server_stall_timeout);
  g_test_add_func ("/eric/sse-server/check", test_sse_server_check);
  g_test_add_func ("/eric/sse-server/dropped", test_sse_server_dropped);
  return g_test_run ();
}
