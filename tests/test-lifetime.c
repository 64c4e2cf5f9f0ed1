/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

/* The last reference to a server, dropped inside each of its signals and callbacks, while
 * libsoup or the server itself goes on with what it does; and the main context turned there. */

typedef struct
{
  HttpFixture *fixture;
  gboolean     with_soup_server;   /* its last reference, too */
  gboolean     dispose;            /* and not the last reference */
  gboolean     turn;               /* nor that: other sources have their turn meanwhile */
  guint        n_called;
} Drop;

typedef struct
{
  const char *name;
  void      (*run) (Drop *drop);
} DropRow;

static void
drop_now (Drop *drop)
{
  HttpFixture *fixture = drop->fixture;

  drop->n_called++;
  if (drop->turn)
    {
      test_settle ();
      return;
    }
  if (fixture->server == NULL)
    return;
  if (drop->dispose)
    {
      g_object_run_dispose (G_OBJECT (fixture->server));
      return;
    }
  g_clear_object (&fixture->server);
  if (drop->with_soup_server)
    g_clear_object (&fixture->soup_server);
}

static EricSseChannel *
requested_cb (EricSseServer *server,
              const char    *channel_id,
              Drop          *drop)
{
  drop_now (drop);
  return eric_sse_channel_new (channel_id);
}

/* The connection ends in one way or another, and nothing is left. */
static void
wait_for_end (Drop       *drop,
              HttpClient *client)
{
  if (drop->turn)
    test_wait_until (drop->n_called > 0);
  else
    test_wait_until (client->eof);
}

static HttpClient *
ask (Drop       *drop,
     const char *request)
{
  HttpClient *client = http_client_new (drop->fixture);

  g_assert_true (http_client_send (client, request, -1));
  wait_for_end (drop, client);
  return client;
}

static HttpClient *
get (Drop       *drop,
     const char *target)
{
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);

  return ask (drop, request);
}

static void
drop_when_requested (Drop *drop)
{
  g_autoptr (HttpClient) client = NULL;

  g_signal_connect (drop->fixture->server, "channel-requested", G_CALLBACK (requested_cb), drop);
  client = get (drop, "/events/new?topic=newer");
}

static void
drop_when_publishing (Drop *drop)
{
  g_autoptr (HttpClient) client = NULL;

  eric_sse_server_set_allow_publish (drop->fixture->server, TRUE);
  g_signal_connect (drop->fixture->server, "channel-requested", G_CALLBACK (requested_cb), drop);
  client = ask (drop, "POST /events/new HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
}

static void
feed_lines (Drop *drop)
{
  g_autoptr (HttpClient) client = NULL;

  eric_sse_server_set_allow_publish (drop->fixture->server, TRUE);
  client = ask (drop,
                "POST /events/new HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                "Content-Type: application/x-ndjson\r\n\r\n4\r\n1\n2\n\r\n0\r\n\r\n");
}

static void
drop_when_fed (Drop *drop)
{
  g_signal_connect (drop->fixture->server, "channel-requested", G_CALLBACK (requested_cb), drop);
  feed_lines (drop);
}

static void
drop_when_subscribed (Drop *drop)
{
  g_autoptr (HttpClient) client = NULL;

  g_signal_connect_swapped (drop->fixture->server, "subscribed", G_CALLBACK (drop_now), drop);
  client = get (drop, "/events/news");
}

/* Each of the two is asked for on its own before. */
static void
drop_when_subscribed_to_two (Drop *drop)
{
  g_autoptr (EricChannel) other = NULL;
  g_autoptr (HttpClient) client = NULL;

  other = eric_channel_container_add (eric_sse_server_get_channels (drop->fixture->server), "other", NULL);
  g_signal_connect_swapped (drop->fixture->server, "subscribed", G_CALLBACK (drop_now), drop);
  client = get (drop, "/events/news?topic=other");
}

static void
drop_when_unsubscribed (Drop *drop)
{
  g_autoptr (HttpClient) client = http_client_open (drop->fixture, "/events/news");
  g_autoptr (HttpClient) other = http_client_open (drop->fixture, "/events/news");

  test_wait_until (drop->fixture->joined->len == 2);
  g_signal_connect_swapped (drop->fixture->server, "unsubscribed", G_CALLBACK (drop_now), drop);
  http_client_close (client);
  http_client_close (other);
  test_wait_until (drop->n_called > 0);
}

static void
drop_when_notified (Drop *drop)
{
  EricSseServer *server = drop->fixture->server;
  const char * const origins[] = { "*", NULL };

  g_signal_connect_swapped (server, "notify", G_CALLBACK (drop_now), drop);
  eric_sse_server_set_keepalive (server, 1);
  if (drop->fixture->server == NULL)
    return;
  eric_sse_server_set_stall_timeout (server, 1);
  eric_sse_server_set_max_subscribers (server, 1);
  eric_sse_server_set_max_body (server, 1);
  eric_sse_server_set_slow_consumer (server, ERIC_SLOW_CONSUMER_SKIP);
  eric_sse_server_set_allow_publish (server, TRUE);
  eric_sse_server_set_allowed_origins (server, origins);
}

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  drop_now (user_data);
}

static void
drop_when_drained (Drop *drop)
{
  g_autoptr (HttpClient) client = http_client_open (drop->fixture, "/events/news");

  test_wait_until (drop->fixture->joined->len == 1);
  eric_sse_server_drain_async (drop->fixture->server, 10000, NULL, done_cb, drop);
  wait_for_end (drop, client);
  test_wait_until (drop->n_called > 0);
}

static void
drop_when_checked (Drop *drop)
{
  eric_sse_server_check_async (drop->fixture->server, NULL, done_cb, drop);
  test_wait_until (drop->n_called > 0);
}

static void
message_cb (EricListener *listener,
            EricMessage  *message,
            Drop         *drop)
{
  drop_now (drop);
}

static void
own_cb (SoupServer        *soup_server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  Drop *drop = user_data;
  g_autoptr (EricListener) listener = eric_channel_add_listener (ERIC_CHANNEL (drop->fixture->news), NULL);
  g_autoptr (EricSseSubscriber) subscriber = NULL;

  g_signal_connect (listener, "message", G_CALLBACK (message_cb), drop);
  http_broadcast (drop->fixture->news, "x");
  subscriber = eric_sse_server_serve_listener (drop->fixture->server, message, drop->fixture->news,
                                               listener, NULL);
}

/* While a message is on its way from a listener to its subscriber. */
static void
drop_when_pumping (Drop *drop)
{
  g_autoptr (HttpClient) client = NULL;

  soup_server_add_handler (drop->fixture->soup_server, "/own", own_cb, drop, NULL);
  client = get (drop, "/own");
}

static const DropRow rows[] = {
  { "channel-requested", drop_when_requested },
  { "channel-requested/publish", drop_when_publishing },
  { "channel-requested/feed", drop_when_fed },
  { "subscribed", drop_when_subscribed },
  { "subscribed/two", drop_when_subscribed_to_two },
  { "unsubscribed", drop_when_unsubscribed },
  { "notify", drop_when_notified },
  { "drain", drop_when_drained },
  { "check", drop_when_checked },
  { "message", drop_when_pumping },
};

static void
run_row (const DropRow *row,
         gboolean       with_soup_server,
         gboolean       dispose,
         gboolean       turn)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  Drop drop = { fixture, with_soup_server, dispose, turn, 0 };

  row->run (&drop);
  g_assert_cmpuint (drop.n_called, >, 0);
  test_settle ();
}

static void
test_lifetime_server (gconstpointer data)
{
  run_row (data, FALSE, FALSE, FALSE);
  run_row (data, TRUE, FALSE, FALSE);
  run_row (data, FALSE, TRUE, FALSE);
  run_row (data, FALSE, FALSE, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/eric/lifetime/server/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_lifetime_server);
    }

  return g_test_run ();
}
