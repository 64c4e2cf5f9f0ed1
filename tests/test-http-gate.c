/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

/* The limits of a mounted path beside what a program has there, and what protects a
 * channel. */

#define MAX_BODY 10
#define USER     "Authorization: Basic dTpw\r\n"   /* u:p */
#define FEED     "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
#define ORIGIN   "https://a.example"

static gboolean
is_user_cb (SoupAuthDomain    *domain,
            SoupServerMessage *message,
            const char        *user,
            const char        *password,
            gpointer           user_data)
{
  return g_str_equal (user, "u") && g_str_equal (password, "p");
}

static void
protect (HttpFixture *fixture,
         const char  *path)
{
  g_autoptr (SoupAuthDomain) domain = soup_auth_domain_basic_new ("realm", "r", NULL);

  soup_auth_domain_add_path (domain, path);
  soup_auth_domain_basic_set_auth_callback (domain, is_user_cb, NULL, NULL);
  soup_server_add_auth_domain (fixture->soup_server, domain);
}

/* Refuses without the header that it wants. */
static void
guard_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_one (headers, "Cookie") == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
}

static void
count_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  ++*(guint *) user_data;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

/* (transfer full): the answer, or the beginning of a stream */
static HttpClient *
ask (HttpFixture *fixture,
     const char  *method,
     const char  *target,
     const char  *headers,
     const char  *body)
{
  HttpClient *client = http_client_new (fixture);
  g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n%s",
                                              method, target, headers, body);

  g_test_message ("%s %.100s", method, target);
  http_client_send (client, request, -1);
  test_wait_until (client->response->retries->len > 0 || http_client_is_over (client));
  return client;
}

static void
assert_status (HttpFixture *fixture,
               const char  *method,
               const char  *target,
               const char  *headers,
               const char  *body,
               guint        status)
{
  g_autoptr (HttpClient) client = ask (fixture, method, target, headers, body);

  g_assert_cmpuint (client->response->status, ==, status);
}

/* Whatever else is there: each rule, for who may do everything. */
static void
assert_limits (HttpFixture *fixture)
{
  const char *headers = USER "Cookie: yes\r\n";
  const char *feed = USER "Cookie: yes\r\n" FEED;
  g_autofree char *fits = g_strconcat (headers, "Content-Length: 10\r\n", NULL);
  g_autofree char *length = g_strconcat (headers, "Content-Length: 11\r\n", NULL);
  g_autofree char *chunked = g_strconcat (headers, "Transfer-Encoding: chunked\r\n", NULL);
  g_autofree char *foreign = g_strconcat (fits, "Origin: https://evil.example\r\n", NULL);

  eric_sse_server_set_max_body (fixture->server, MAX_BODY);
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  assert_status (fixture, "POST", "/events/news", length, "01234567890", 413);
  assert_status (fixture, "POST", "/events/news", chunked, "b\r\n01234567890\r\n0\r\n\r\n", 413);
  assert_status (fixture, "POST", "/events/news", feed, "d\r\n\"0123456789\"\n\r\n0\r\n\r\n", 413);
  assert_status (fixture, "POST", "/events/_eric_x", fits, "0123456789", 403);
  assert_status (fixture, "POST", "/events/news?event=_eric_x", fits, "0123456789", 403);
  assert_status (fixture, "POST", "/events/news", foreign, "0123456789", 403);
  assert_status (fixture, "DELETE", "/events/news", headers, "", 405);
  eric_sse_server_set_allow_publish (fixture->server, FALSE);
  assert_status (fixture, "POST", "/events/news", fits, "0123456789", 405);
  assert_status (fixture, "POST", "/events/news", feed, "", 405);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 0);
}

/* libsoup calls no early handlers for a user whom a domain accepts. */
static void
test_http_gate_auth_domain (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) live = NULL;

  protect (fixture, "/events");
  assert_limits (fixture);
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  assert_status (fixture, "POST", "/events/news", USER "Content-Length: 10\r\n", "0123456789", 202);
  assert_status (fixture, "POST", "/events/news", "Content-Length: 10\r\n", "0123456789", 401);
  assert_status (fixture, "GET", "/events/news", USER, "", 200);
  assert_status (fixture, "GET", "/events/news", "", "", 401);
  /* Neither waits for the end of what comes. */
  assert_status (fixture, "POST", "/events/news", FEED, "2\r\n1\n\r\n", 401);
  live = http_client_new (fixture);
  http_client_send (live, "POST /events/news HTTP/1.1\r\nHost: a\r\n" USER FEED "\r\n2\r\n1\n\r\n", -1);
  test_wait_until (eric_sse_channel_get_n_messages (fixture->news) == 2);
}

/* Handlers of the program, on the path and below it, from before and from after. */
static void
test_http_gate_handlers (void)
{
  const char *paths[] = { "/events", "/events/news" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (HttpFixture) early = http_fixture_new ();
      g_autoptr (HttpFixture) normal = http_fixture_new ();
      g_autoptr (HttpFixture) before = http_fixture_new ();
      guint n = 0, n_before = 0;

      soup_server_add_early_handler (early->soup_server, paths[i], guard_cb, NULL, NULL);
      assert_limits (early);
      assert_status (early, "POST", "/events/news", "Content-Length: 1\r\n", "0", 403);

      soup_server_add_handler (normal->soup_server, paths[i], count_cb, &n, NULL);
      assert_limits (normal);
      g_assert_cmpuint (n, ==, 1);   /* the feed is theirs */

      soup_server_add_handler (before->soup_server, "/late/news", count_cb, &n_before, NULL);
      soup_server_add_early_handler (before->soup_server, "/late", guard_cb, NULL, NULL);
      eric_sse_server_mount (before->server, "/late", NULL);
      assert_status (before, "DELETE", "/late/news", "Cookie: yes\r\n", "", 405);
      assert_status (before, "GET", "/late/news", "", "", 200);
      g_assert_cmpuint (n_before, ==, 1);
      assert_status (before, "GET", "/late/other", "", "", 403);
      assert_status (before, "GET", "/late/other", "Cookie: yes\r\n", "", 404);
    }
}

/* A feed goes to who has the path. */
static void
test_http_gate_feed_of_others (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  guint n = 0;

  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  soup_server_add_handler (fixture->soup_server, "/events/news", count_cb, &n, NULL);
  assert_status (fixture, "POST", "/events/news", FEED, "2\r\n1\n\r\n0\r\n\r\n", 200);
  g_assert_cmpuint (n, ==, 2);   /* and once to ask for that */
  g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 0);
}

static void
own_cb (SoupServer        *soup_server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  HttpFixture *fixture = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (EricChannel) own = eric_channel_container_get (fixture->channels, "secret", NULL);
  g_autoptr (EricSseSubscriber) subscriber = NULL;

  if (soup_message_headers_get_one (headers, "Cookie") == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  else
    subscriber = eric_sse_server_serve (fixture->server, message, ERIC_SSE_CHANNEL (own), NULL);
}

typedef enum
{
  BY_DOMAIN,
  BY_EARLY_HANDLER,
  BY_HANDLER,
} Protection;

static void
test_http_gate_topic (gconstpointer data)
{
  static const struct
  {
    const char *target;
    guint       status;
  } asked[] = {
    { "/events/secret", 0 },
    { "/events/news?topic=secret", 0 },
    { "/events/news?topic=news&topic=secret", 0 },
    { "/events/news?topic=%73ecret", 0 },
    { "/events/%73ecret", 0 },
    { "/events/news?topic=secret?", 0 },
    { "/events/news?topic=./secret", 0 },
    { "/events/news?topic=x/../secret", 0 },
    { "/events/news?topic=../events/secret", 0 },
    { "/events//secret", 404 },
    { "/events/news?topic=/secret", 404 },
  };
  Protection protection = GPOINTER_TO_UINT (data);
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (EricChannel) secret = eric_channel_container_add (fixture->channels, "secret", NULL);
  g_autoptr (EricChannel) open = eric_channel_container_add (fixture->channels, "open", NULL);
  g_autoptr (HttpClient) allowed = NULL;
  g_autoptr (HttpClient) joined = NULL;
  g_autoptr (HttpClient) refused = NULL;
  g_autofree char *challenge = NULL;

  if (protection == BY_DOMAIN)
    protect (fixture, "/events/secret");
  else if (protection == BY_EARLY_HANDLER)
    soup_server_add_early_handler (fixture->soup_server, "/events/secret", guard_cb, NULL, NULL);
  else
    soup_server_add_handler (fixture->soup_server, "/events/secret", own_cb, fixture, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      guint status = asked[i].status != 0 ? asked[i].status : protection == BY_EARLY_HANDLER ? 403 : 401;

      assert_status (fixture, "GET", asked[i].target, "", "", status);
      assert_status (fixture, "HEAD", asked[i].target, "", "", status);
    }
  refused = ask (fixture, "GET", "/events/news?topic=secret", "", "");
  challenge = http_response_dup_header (refused->response, "WWW-Authenticate");
  g_assert_true ((challenge != NULL) == (protection == BY_DOMAIN));
  g_assert_cmpuint (fixture->joined->len, ==, 0);

  joined = ask (fixture, "GET", "/events/news?topic=open", "", "");
  g_assert_cmpuint (joined->response->status, ==, 200);
  /* An early handler alone takes the path from the mount: libsoup calls nobody else. */
  if (protection == BY_EARLY_HANDLER)
    return;
  allowed = ask (fixture, "GET", "/events/news?topic=secret&topic=open", USER "Cookie: yes\r\n", "");
  g_assert_cmpuint (allowed->response->status, ==, 200);
  http_broadcast (ERIC_SSE_CHANNEL (secret), "for some");
  http_client_wait_events (allowed, 1);
  http_broadcast (ERIC_SSE_CHANNEL (open), "for all");
  http_client_wait_events (joined, 1);
  http_client_wait_events (allowed, 2);
  g_assert_cmpuint (joined->response->events->len, ==, 1);
}

static void
token_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  const char *token = query != NULL ? g_hash_table_lookup (query, "token") : NULL;

  if (g_str_has_suffix (path, "/secret") && g_strcmp0 (token, "a b") != 0)
    soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
  if (query != NULL && g_hash_table_contains (query, "topic") && g_str_has_suffix (path, "/secret"))
    soup_server_message_set_status (message, SOUP_STATUS_CONFLICT, NULL);
}

/* EventSource has no headers: what a page may read, it often says in the query. */
static void
test_http_gate_topic_query (void)
{
  static const struct
  {
    const char *target;
    guint       status;
  } asked[] = {
    { "/events/secret", 403 },
    { "/events/secret?", 403 },
    { "/events/secret?token=b", 403 },
    { "/events/secret?token=a+b", 200 },
    { "/events/news?topic=secret", 403 },
    { "/events/news?topic=secret&token=b", 403 },
    { "/events/news?topic=secret&token=a+b", 200 },
    { "/events/news?token=a%20b&topic=secret&topic=news", 200 },
    { "/events/news?lastEventId=earliest&topic=secret&x&token=a%20b&", 200 },
    { "/events/news?topic=secret%3Ftoken=a+b", 404 },
    { "/events/news?topic=secret%26token=a+b", 404 },
  };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (EricChannel) secret = eric_channel_container_add (fixture->channels, "secret", NULL);
  g_autoptr (HttpClient) live = NULL;

  soup_server_add_early_handler (fixture->soup_server, "/events", token_cb, NULL, NULL);
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autoptr (HttpClient) old = http_client_new (fixture);
      g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.0\r\n\r\n", asked[i].target);

      assert_status (fixture, "GET", asked[i].target, "", "", asked[i].status);
      http_client_send (old, request, -1);
      test_wait_until (old->response->retries->len > 0 || http_client_is_over (old));
      g_assert_cmpuint (old->response->status, ==, asked[i].status);
    }

  /* A feed is one there, too: its line comes before its end. */
  live = http_client_new (fixture);
  http_client_send (live, "POST /events/secret?token=a+b HTTP/1.1\r\nHost: a\r\n" FEED "\r\n2\r\n1\n\r\n", -1);
  test_wait_until (eric_sse_channel_get_n_messages (ERIC_SSE_CHANNEL (secret)) == 1);
}

static void
listener_cb (SoupServer        *soup_server,
             SoupServerMessage *message,
             const char        *path,
             GHashTable        *query,
             gpointer           user_data)
{
  HttpFixture *fixture = user_data;
  g_autoptr (EricListener) listener = eric_channel_add_listener (ERIC_CHANNEL (fixture->news), NULL);
  g_autoptr (EricSseSubscriber) subscriber =
    eric_sse_server_serve_listener (fixture->server, message, fixture->news, listener, NULL);
}

static void
pause_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  SoupServerMessage **paused = user_data;

  soup_server_message_pause (message);
  g_set_object (paused, message);
}

/* What the program answers slowly, at length, or as somebody else's. */
static void
test_http_gate_topic_answers (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (SoupServerMessage) paused = NULL;
  g_autoptr (HttpClient) waits = NULL;
  g_autoptr (HttpClient) left = NULL;
  guint n = 0;

  soup_server_add_handler (fixture->soup_server, "/events/page", count_cb, &n, NULL);
  soup_server_add_handler (fixture->soup_server, "/events/own", listener_cb, fixture, NULL);
  soup_server_add_handler (fixture->soup_server, "/events/slow", pause_cb, &paused, NULL);
  assert_status (fixture, "GET", "/events/news?topic=page", "", "", 403);
  g_assert_cmpuint (n, ==, 1);
  assert_status (fixture, "GET", "/events/news?topic=own", "", "", 404);
  g_assert_cmpuint (fixture->joined->len, ==, 0);

  waits = http_client_new (fixture);
  http_client_send (waits, "GET /events/news?topic=slow HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  test_wait_until (paused != NULL);
  soup_server_message_set_status (paused, SOUP_STATUS_BAD_GATEWAY, NULL);
  soup_server_message_unpause (paused);
  http_client_wait_eof (waits);
  g_assert_cmpuint (waits->response->status, ==, 502);

  /* The server goes while the program thinks. */
  g_clear_object (&paused);
  left = http_client_new (fixture);
  http_client_send (left, "GET /events/news?topic=slow HTTP/1.1\r\nHost: a\r\n\r\n", -1);
  test_wait_until (paused != NULL);
  http_fixture_drop_server (fixture);
  http_client_wait_eof (left);
  g_assert_cmpuint (left->response->status, ==, 503);
  soup_server_message_set_status (paused, SOUP_STATUS_OK, NULL);
  soup_server_message_unpause (paused);
  test_settle ();
}

static EricSseChannel *
requested_cb (EricSseServer *server,
              const char    *channel_id,
              guint         *n)
{
  ++*n;
  if (!g_str_has_prefix (channel_id, "room-"))
    return NULL;
  return ERIC_SSE_CHANNEL (eric_channel_container_add (eric_sse_server_get_channels (server), channel_id, NULL));
}

static gboolean
queried_cb (EricSseServer *server,
            const char    *channel_id,
            gpointer       user_data)
{
  return g_str_has_prefix (channel_id, "room-");
}

/* What is refused leaves no channel, and nobody is asked for one. */
static void
test_http_gate_leaves_nothing (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) stays = NULL;
  guint n = 0;

  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (requested_cb), &n);
  protect (fixture, "/events/room-secret");
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  assert_status (fixture, "GET", "/events/room-1?topic=%FF", "", "", 400);
  assert_status (fixture, "GET", "/events/room-1?topic=", "", "", 400);
  assert_status (fixture, "GET", "/events/room-1?topic=room-secret", "", "", 401);
  assert_status (fixture, "HEAD", "/events/room-1", "", "", 404);
  assert_status (fixture, "POST", "/events/room-1", "Content-Length: 1\r\nOrigin: http://x.example\r\n", "x", 403);
  assert_status (fixture, "POST", "/events/room-1", "Content-Length: 1\r\nContent-Encoding: br\r\n", "x", 415);
  assert_status (fixture, "POST", "/events/room-1", FEED "Content-Encoding: br\r\n", "", 415);
  g_signal_connect (fixture->server, "channel-queried", G_CALLBACK (queried_cb), NULL);
  assert_status (fixture, "HEAD", "/events/room-1", "", "", 200);
  assert_status (fixture, "HEAD", "/events/other", "", "", 404);
  stays = ask (fixture, "GET", "/events/news", "", "");
  eric_sse_server_set_max_subscribers (fixture->server, 1);
  assert_status (fixture, "GET", "/events/room-1", "", "", 503);
  assert_status (fixture, "GET", "/events/room-1?topic=room-2", "", "", 503);
  assert_status (fixture, "HEAD", "/events/news", "", "", 503);
  assert_status (fixture, "POST", "/events/room-1", FEED, "", 503);
  eric_sse_server_set_max_subscribers (fixture->server, 0);
  g_assert_cmpuint (n, ==, 0);

  /* All or none. */
  assert_status (fixture, "GET", "/events/room-1?topic=other", "", "", 404);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (eric_channel_container_get_size (fixture->channels), ==, 1);
  assert_status (fixture, "GET", "/events/room-1?topic=room-2", "", "", 200);
  g_assert_cmpuint (eric_channel_container_get_size (fixture->channels), ==, 3);
}

static EricSseChannel *
answered_cb (EricSseServer *server,
             const char    *channel_id,
             gpointer       user_data)
{
  soup_server_message_set_status (eric_sse_server_get_current_message (server), SOUP_STATUS_GONE, NULL);
  return NULL;
}

/* Whoever makes no channel says why. */
static void
test_http_gate_answered_by_handler (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (answered_cb), NULL);
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  assert_status (fixture, "GET", "/events/other", "", "", SOUP_STATUS_GONE);
  assert_status (fixture, "GET", "/events/news?topic=other", "", "", SOUP_STATUS_GONE);
  assert_status (fixture, "POST", "/events/other", "Content-Length: 1\r\n", "x", SOUP_STATUS_GONE);
  assert_status (fixture, "POST", "/events/other", FEED, "", SOUP_STATUS_GONE);
  assert_status (fixture, "HEAD", "/events/other", "", "", 404);
}

static void
assert_header (HttpClient *client,
               const char *name,
               const char *value)
{
  g_autofree char *found = http_response_dup_header (client->response, name);

  g_assert_cmpstr (found, ==, value);
}

/* A page may read why it was refused. */
static void
test_http_gate_cors_of_errors (void)
{
  static const struct
  {
    const char *method;
    const char *target;
    const char *headers;
    const char *body;
    guint       status;
  } asked[] = {
    { "PUT", "/events/news", "", "", 405 },
    { "POST", "/events/news", "Content-Length: 11\r\n", "01234567890", 413 },
    { "POST", "/events/news", "Content-Length: 1\r\n", "\xff", 400 },
    { "POST", "/events/news", "Content-Encoding: br\r\nContent-Length: 1\r\n", "x", 415 },
    { "POST", "/events/_eric", "Content-Length: 1\r\n", "x", 403 },
    { "POST", "/events/news?id=a", FEED, "", 400 },
    { "GET", "/events/absent", "", "", 404 },
    { "GET", "/events/", "", "", 404 },
    { "GET", "/events/secret", "", "", 401 },
    { "GET", "/events/news?topic=secret", "", "", 401 },
    { "HEAD", "/events/news", "", "", 200 },
    { "GET", "/events/news", "", "", 200 },
    { "GET", "/events/page", "", "", 200 },
  };
  const char * const listed[] = { ORIGIN, NULL };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  guint n = 0;

  protect (fixture, "/events/secret");
  soup_server_add_handler (fixture->soup_server, "/events/page", count_cb, &n, NULL);
  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  eric_sse_server_set_max_body (fixture->server, MAX_BODY);
  eric_sse_server_set_allowed_origins (fixture->server, listed);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *headers = g_strconcat (asked[i].headers, "Origin: " ORIGIN "\r\n", NULL);
      g_autoptr (HttpClient) client = ask (fixture, asked[i].method, asked[i].target, headers, asked[i].body);

      g_assert_cmpuint (client->response->status, ==, asked[i].status);
      assert_header (client, "Access-Control-Allow-Origin", ORIGIN);
      assert_header (client, "Access-Control-Allow-Credentials", "true");
      assert_header (client, "Access-Control-Expose-Headers",
                     "Accept-Encoding, Allow, Retry-After, WWW-Authenticate");
      assert_header (client, "Vary", "Origin");
    }
}

/* What libsoup has no part in: a page reads that, too. */
static void
test_http_gate_cors_of_framing (void)
{
  const char * const one[] = { ORIGIN, NULL };
  const char * const two[] = { ORIGIN, "https://b.example", NULL };
  const char * const any[] = { "*", NULL };
  const char * const none[] = { NULL };
  const char * const wild[] = { ORIGIN, "*", NULL };
  g_autofree char *filler = http_make_text (70000);
  g_autofree char *target = g_strconcat ("/events/", filler, NULL);
  g_autofree char *huge = http_make_text (1 << 20);
  g_autofree char *longest = g_strconcat ("/", huge, NULL);
  g_autofree char *behind = g_strdup_printf ("Origin: " ORIGIN "\r\nX: %s\r\n", filler);
  g_autofree char *before = g_strdup_printf ("X: %s\r\nOrigin: " ORIGIN "\r\n", filler);
  const struct
  {
    const char * const *allowed;
    const char *target;
    const char *headers;
    const char *body;
    guint       status;
    const char *value;
  } asked[] = {
    { one, "/events/%zz", "Origin: " ORIGIN "\r\n", "", 400, ORIGIN },
    { one, "/events/news", "Origin: " ORIGIN "\r\nContent-Length: x\r\n", "", 400, ORIGIN },
    { one, "/events/news", "Content-Length: x\r\norigin:  " ORIGIN " \r\n", "", 400, ORIGIN },
    { one, "/events/news", "Content-Length: x\r\n\r\nOrigin: " ORIGIN "\r\n", "", 400, NULL },
    { one, "/events/news", "Content-Length: x\r\nOrigin: https://b.example\r\n", "", 400, NULL },
    { one, "/events/news", "Content-Length: x\r\n", "", 400, NULL },
    { any, "/events/news", "Content-Length: x\r\n", "", 400, NULL },
    { any, "/events/news", "Content-Length: x\r\nOrigin: *\r\n", "", 400, "*" },
    { one, "/events/news", "Content-Length: x\r\nOrigin: *\r\n", "", 400, NULL },
    { any, "/events/news", "Content-Length: x\r\nOrigin: https://b.example\r\n", "", 400, "*" },
    { wild, "/events/news", "Content-Length: x\r\nOrigin: " ORIGIN "\r\n", "", 400, ORIGIN },
    { wild, "/events/news", "Content-Length: x\r\nOrigin: https://b.example\r\n", "", 400, "*" },
    { one, "/events/news", "Transfer-Encoding: gzip\r\nOrigin: " ORIGIN "\r\n", "", 501, ORIGIN },
    { one, "/events/news", "Expect: more\r\nOrigin: " ORIGIN "\r\n", "", 417, ORIGIN },
    { one, "/events/news", "Transfer-Encoding: chunked\r\nOrigin: " ORIGIN "\r\n", "x\r\n", 400, ORIGIN },
    { two, "/events/news", behind, "", 431, ORIGIN },
    { two, "/events/news", before, "", 431, "*" },
    { one, "/events/news", before, "", 431, ORIGIN },
    { any, "/events/news", before, "", 431, "*" },
    { one, target, "Origin: " ORIGIN "\r\n", "", 414, ORIGIN },
    { two, target, "Origin: " ORIGIN "\r\n", "", 414, "*" },
    { one, longest, "Origin: " ORIGIN "\r\n", "", 414, ORIGIN },
    { none, target, "Origin: " ORIGIN "\r\n", "", 414, NULL },
    { NULL, target, "Origin: " ORIGIN "\r\n", "", 414, NULL },
  };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autoptr (HttpClient) client = NULL;
      gboolean listed = asked[i].value != NULL && !g_str_equal (asked[i].value, "*");

      eric_sse_server_set_allowed_origins (fixture->server, asked[i].allowed);
      client = ask (fixture, "POST", asked[i].target, asked[i].headers, asked[i].body);
      g_assert_cmpuint (client->response->status, ==, asked[i].status);
      assert_header (client, "Access-Control-Allow-Origin", asked[i].value);
      assert_header (client, "Access-Control-Allow-Credentials", listed ? "true" : NULL);
      assert_header (client, "Vary", asked[i].allowed != NULL ? "Origin" : NULL);
    }
}

#define PREFLIGHT "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-a,cache-control\r\n"

static void
test_http_gate_preflight (void)
{
  const char * const listed[] = { ORIGIN, NULL };
  const char * const any[] = { "*", NULL };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) granted = NULL;
  g_autoptr (HttpClient) local = NULL;
  g_autoptr (HttpClient) foreign = NULL;
  g_autoptr (HttpClient) early = NULL;
  g_autoptr (HttpClient) wild = NULL;

  protect (fixture, "/events/news");
  soup_server_add_early_handler (fixture->soup_server, "/events/kept", guard_cb, NULL, NULL);
  eric_sse_server_set_allowed_origins (fixture->server, listed);
  granted = ask (fixture, "OPTIONS", "/events/news", PREFLIGHT "Origin: " ORIGIN "\r\n", "");
  g_assert_cmpuint (granted->response->status, ==, 204);
  assert_header (granted, "Access-Control-Allow-Headers",
                 "Authorization, Content-Type, Last-Event-ID, x-a,cache-control");
  assert_header (granted, "Access-Control-Max-Age", "86400");
  assert_header (granted, "WWW-Authenticate", NULL);
  assert_header (granted, "Access-Control-Allow-Private-Network", NULL);
  g_assert_nonnull (strstr (granted->response->raw->str,
                            "Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n"));
  local = ask (fixture, "OPTIONS", "/events/other",
               PREFLIGHT "Access-Control-Request-Private-Network: true\r\nOrigin: " ORIGIN "\r\n", "");
  assert_header (local, "Access-Control-Allow-Private-Network", "true");

  /* What is no preflight, or not theirs, stays refused. */
  assert_status (fixture, "OPTIONS", "/events/news", "Origin: " ORIGIN "\r\n", "", 401);
  foreign = ask (fixture, "OPTIONS", "/events/news", PREFLIGHT "Origin: https://b.example\r\n", "");
  g_assert_cmpuint (foreign->response->status, ==, 401);
  assert_header (foreign, "Access-Control-Allow-Headers", NULL);
  early = ask (fixture, "OPTIONS", "/events/kept", PREFLIGHT "Origin: " ORIGIN "\r\n", "");
  g_assert_cmpuint (early->response->status, ==, 403);

  eric_sse_server_set_allowed_origins (fixture->server, any);
  wild = ask (fixture, "OPTIONS", "/events/other",
              PREFLIGHT "Access-Control-Request-Private-Network: true\r\nOrigin: https://b.example\r\n", "");
  assert_header (wild, "Access-Control-Allow-Origin", "*");
  assert_header (wild, "Access-Control-Allow-Headers",
                 "Authorization, Content-Type, Last-Event-ID, x-a,cache-control");
  assert_header (wild, "Access-Control-Allow-Private-Network", NULL);
}

/* The page of the server itself, whose proxy has another name for it. */
static void
test_http_gate_forwarded (void)
{
  static const struct
  {
    const char *headers;
    gboolean    believed;   /* where a proxy is trusted */
    gboolean    always;
  } asked[] = {
    { "Origin: http://localhost\r\n", TRUE, TRUE },
    { "Origin: http://localhost:80\r\n", TRUE, TRUE },
    { "Origin: https://localhost:443\r\n", TRUE, TRUE },
    { "Origin: http://localhost:443\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nSec-Fetch-Site: same-origin\r\n", TRUE, TRUE },
    { "Origin: " ORIGIN "\r\nSec-Fetch-Site: same-site\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nSec-Fetch-Site: cross-site\r\n", FALSE, FALSE },
    { "Origin: null\r\nSec-Fetch-Site: cross-site\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nX-Forwarded-Host: a.example\r\n", TRUE, FALSE },
    { "Origin: " ORIGIN "\r\nX-Forwarded-Host: a.example:443\r\nX-Forwarded-Proto: https\r\n", TRUE, FALSE },
    { "Origin: " ORIGIN "\r\nX-Forwarded-Host: a.example\r\nX-Forwarded-Proto: http\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nX-Forwarded-Host: a.example, b.example\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nX-Forwarded-Host: b.example\r\nX-Forwarded-Host: a.example\r\n", TRUE, FALSE },
    { "Origin: " ORIGIN "\r\nForwarded: for=1.2.3.4;host=a.example;proto=https\r\n", TRUE, FALSE },
    { "Origin: " ORIGIN "\r\nForwarded: for=_x;Host=\"a.example\"\r\n", TRUE, FALSE },
    { "Origin: " ORIGIN "\r\nForwarded: host=a.example, host=b.example\r\n", FALSE, FALSE },
    { "Origin: " ORIGIN "\r\nForwarded: host=b.example\r\nX-Forwarded-Host: a.example\r\n", FALSE, FALSE },
    { "Origin: http://localhost\r\nX-Forwarded-Host: a.example\r\n", FALSE, TRUE },
  };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  for (guint trusted = 0; trusted < 2; trusted++)
    {
      g_assert_cmpint (eric_sse_server_get_trust_forwarded (fixture->server), ==, trusted);
      for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
        {
          g_autofree char *headers = g_strconcat (asked[i].headers, "Content-Length: 1\r\n", NULL);
          gboolean own = trusted ? asked[i].believed : asked[i].always;

          g_test_message ("%s", asked[i].headers);
          assert_status (fixture, "POST", "/events/news", headers, "x", own ? 202 : 403);
        }
      eric_sse_server_set_trust_forwarded (fixture->server, TRUE);
    }
}

/* What is escaped in a name is of the name. */
static void
test_http_gate_names (void)
{
  static const struct
  {
    const char *target;
    guint       status;
  } old[] = {
    { "/events/a%3Fb=c", 200 },
    { "/events/a%3Fb=c?x=%3F", 200 },
    { "/events/a?b=c", 404 },
    { "/events/news%3Fb=c", 404 },
    { "/events/news?topic=a%3Fb=c", 200 },
    { "/events/a%2Fb", 200 },
    { "/events/a%00", 400 },
  };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (EricChannel) mark = eric_channel_container_add (fixture->channels, "a?b=c", NULL);
  g_autoptr (EricChannel) slash = eric_channel_container_add (fixture->channels, "a/b", NULL);

  assert_status (fixture, "GET", "/events/a%3Fb=c", "", "", 200);
  assert_status (fixture, "GET", "/events/a?b=c", "", "", 404);
  assert_status (fixture, "GET", "/events/a%2Fb", "", "", 200);
  assert_status (fixture, "GET", "/events/a/b", "", "", 200);
  assert_status (fixture, "GET", "/events/a%00", "", "", 400);
  assert_status (fixture, "GET", "/events/news?topic=a%3Fb=c&topic=a/b", "", "", 200);
  assert_status (fixture, "GET", "/events/news?topic=a%00", "", "", 400);
  /* HTTP/1.0 has no Host header, without which libsoup leaves the query in the path. */
  for (guint i = 0; i < G_N_ELEMENTS (old); i++)
    {
      g_autoptr (HttpClient) client = http_client_new (fixture);
      g_autofree char *request = g_strdup_printf ("HEAD %s HTTP/1.0\r\n\r\n", old[i].target);

      http_client_send (client, request, -1);
      http_client_wait_eof (client);
      g_assert_cmpuint (client->response->status, ==, old[i].status);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-gate/auth-domain", test_http_gate_auth_domain);
  g_test_add_func ("/eric/http-gate/handlers", test_http_gate_handlers);
  g_test_add_func ("/eric/http-gate/feed-of-others", test_http_gate_feed_of_others);
  g_test_add_data_func ("/eric/http-gate/topic/domain", GUINT_TO_POINTER (BY_DOMAIN), test_http_gate_topic);
  g_test_add_data_func ("/eric/http-gate/topic/early-handler", GUINT_TO_POINTER (BY_EARLY_HANDLER),
                        test_http_gate_topic);
  g_test_add_data_func ("/eric/http-gate/topic/handler", GUINT_TO_POINTER (BY_HANDLER), test_http_gate_topic);
  g_test_add_func ("/eric/http-gate/topic-query", test_http_gate_topic_query);
  g_test_add_func ("/eric/http-gate/topic-answers", test_http_gate_topic_answers);
  g_test_add_func ("/eric/http-gate/leaves-nothing", test_http_gate_leaves_nothing);
  g_test_add_func ("/eric/http-gate/answered-by-handler", test_http_gate_answered_by_handler);
  g_test_add_func ("/eric/http-gate/cors-of-errors", test_http_gate_cors_of_errors);
  g_test_add_func ("/eric/http-gate/cors-of-framing", test_http_gate_cors_of_framing);
  g_test_add_func ("/eric/http-gate/preflight", test_http_gate_preflight);
  g_test_add_func ("/eric/http-gate/forwarded", test_http_gate_forwarded);
  g_test_add_func ("/eric/http-gate/names", test_http_gate_names);
  return g_test_run ();
}
