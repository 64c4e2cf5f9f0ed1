/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

#define HOST "Host: localhost\r\n"

#define TEXT_16  "abcdefghijklmnop"
#define TEXT_256 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 \
                 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16 TEXT_16

/* Bytes in, and what must be in the head of the response. */
typedef struct
{
  const char *request;
  guint       status;
  const char *headers;   /* lines: "Name: value", or "!Name" for one that must not be there */
} Wire;

static const Wire wires[] = {
  { "GET /events/news HTTP/1.1\r\n" HOST "\r\n", 200,
    "Content-Type: text/event-stream\nTransfer-Encoding: chunked\n!Content-Length\nConnection: close" },
  { "GET /events/news HTTP/1.0\r\n\r\n", 200,
    "Content-Type: text/event-stream\n!Transfer-Encoding\n!Content-Length\nConnection: close" },
  { "GET /events/news?a=%zz HTTP/1.1\r\n" HOST "\r\n", 400, "" },
  { "GET /events/%6eews HTTP/1.1\r\n" HOST "\r\n", 200, "Content-Type: text/event-stream" },
  { "GET http://localhost/events/news HTTP/1.1\r\n" HOST "\r\n", 200, "Content-Type: text/event-stream" },
  { "HEAD /events/news HTTP/1.1\r\n" HOST "\r\n", 200,
    "Content-Type: text/event-stream\nCache-Control: no-cache, no-transform\nX-Accel-Buffering: no" },
  { "HEAD /events/unknown HTTP/1.1\r\n" HOST "\r\n", 404, "" },
  { "POST /events/news HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 405, "Allow: GET, HEAD, OPTIONS" },
  { "DELETE /events/news HTTP/1.1\r\n" HOST "\r\n", 405, "Allow: GET, HEAD, OPTIONS" },
  { "PUT /events/news HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 405, "Allow: GET, HEAD, OPTIONS" },
  { "PUT /events/news HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 405,
    "Allow: GET, HEAD, OPTIONS" },
  { "BREW /events/news HTTP/1.1\r\n" HOST "\r\n", 405, "Allow: GET, HEAD, OPTIONS" },
  { "OPTIONS /events/news HTTP/1.1\r\n" HOST "\r\n", 204,
    "Allow: GET, HEAD, OPTIONS\n!Access-Control-Allow-Origin\n!Content-Type" },
  { "GET /events/unknown HTTP/1.1\r\n" HOST "\r\n", 404, "Content-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff" },
  { "GET /events/ HTTP/1.1\r\n" HOST "\r\n", 404, "!Transfer-Encoding" },
  { "GET /events HTTP/1.1\r\n" HOST "\r\n", 404, "!Transfer-Encoding" },
  { "GET /eventsnews HTTP/1.1\r\n" HOST "\r\n", 404, "" },
  { "GET /events/" TEXT_256 " HTTP/1.1\r\n" HOST "\r\n", 404, "" },
  { "GET /events/" TEXT_256 "x HTTP/1.1\r\n" HOST "\r\n", 400, "Content-Type: text/plain; charset=utf-8" },
  { "GET /events/ne%00ws HTTP/1.1\r\n" HOST "\r\n", 400, "" },
  { "GET /events/%FF HTTP/1.1\r\n" HOST "\r\n", 400, "" },
  { "GET /events/news%0d%0aX-Evil:%20yes HTTP/1.1\r\n" HOST "\r\n", 404, "!X-Evil" },
  { "GET /events/news?topic= HTTP/1.1\r\n" HOST "\r\n", 400, "" },
  { "GET /events/news?topic=unknown HTTP/1.1\r\n" HOST "\r\n", 404, "" },
  { "GET /events/news?topic=" TEXT_256 "x HTTP/1.1\r\n" HOST "\r\n", 400, "" },
  { "GET /events/../events/news HTTP/1.1\r\n" HOST "\r\n", 200, "" },
  { "GET /events/news HTTP/1.1\r\n" HOST "Last-Event-ID: \xff\xfe\r\n\r\n", 200, "" },
  { "GET /events/news HTTP/1.1\r\n" HOST "Origin: \xff://\r\n\r\n", 200, "!Access-Control-Allow-Origin" },
  { "GET /events/news HTTP/1.1\r\n" HOST "User-Agent: \xff\r\n\r\n", 200, "" },
  { "GET /events/news HTTP/1.1\r\n\r\n", 400, "" },
  { "GET /events/news\r\n\r\n", 400, "" },
  { "\x16\x03\x01\x02\x01\xfc\x03\x03 TLS\r\n\r\n", 400, "" },
  { "\r\n\r\n\r\n\r\n", 400, "" },
};

static void
assert_headers (HttpResponse *response,
                const char   *expected)
{
  g_auto (GStrv) lines = g_strsplit (expected, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) parts = g_strsplit (**line == '!' ? *line + 1 : *line, ": ", 2);
      g_autofree char *value = http_response_dup_header (response, parts[0]);

      g_assert_cmpstr (value, ==, parts[1]);
    }
}

static void
test_http_stream_wire (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  for (guint i = 0; i < G_N_ELEMENTS (wires); i++)
    {
      g_autoptr (HttpClient) client = http_client_new (fixture);
      HttpResponse *response = client->response;

      g_autofree char *escaped = g_strescape (wires[i].request, NULL);

      g_test_message ("%.80s", escaped);
      http_client_send (client, wires[i].request, -1);
      test_wait_until (response->retries->len > 0 || http_client_is_over (client));
      g_assert_cmpuint (response->status, ==, wires[i].status);
      if (*wires[i].headers != '\0')
        assert_headers (response, wires[i].headers);
      if (g_str_has_prefix (wires[i].request, "HEAD"))
        g_assert_cmpuint (response->raw->len, ==, response->head);
    }
}

/* HTTP/1.0 has no Host header, without which libsoup does not tell the query. */
static void
test_http_stream_no_host (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_new (fixture);

  http_broadcast (fixture->news, "old");
  http_client_send (client, "GET /events/news?x&lastEventId=earliest HTTP/1.0\r\n\r\n", -1);
  http_client_wait_events (client, 1);
  g_assert_cmpstr (http_response_event (client->response, 0)->data->str, ==, "old");
}

/* Nothing is sent but what is listed. */
static void
test_http_stream_headers (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  const char * const names[] = { "Cache-Control", "Connection", "Content-Type", "Date", "Transfer-Encoding",
                                 "X-Accel-Buffering", "X-Content-Type-Options" };
  g_autofree char *head = g_strndup (client->response->raw->str, client->response->head - 4);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  g_autofree char *date = http_response_dup_header (client->response, "Date");
  g_autoptr (GDateTime) parsed = soup_date_time_new_from_http_string (date);

  g_assert_cmpstr (lines[0], ==, "HTTP/1.1 200 OK");
  g_assert_cmpuint (g_strv_length (lines), ==, 1 + G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = http_response_dup_header (client->response, names[i]);

      g_assert_nonnull (value);
    }
  g_assert_nonnull (parsed);
  assert_headers (client->response,
                  "Content-Type: text/event-stream\nCache-Control: no-cache, no-transform\n"
                  "X-Accel-Buffering: no\nX-Content-Type-Options: nosniff\nConnection: close");
}

/* An id behind the words, and nothing behind that. */
static void
assert_greeting (const char *text,
                 const char *words)
{
  const char *id = text + strlen (words);

  g_assert_true (g_str_has_prefix (text, words));
  g_assert_cmpuint (strcspn (id, "\n"), >, 0);
  g_assert_cmpstr (id + strcspn (id, "\n"), ==, "\n\n");
}

/* What is said at once, and to a client of HTTP/1.0 also what is said at the end:
 * nothing, as the connection says it. */
static void
test_http_stream_first_words (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) old = http_client_new (fixture);

  eric_sse_channel_set_retry_timeout (fixture->news, 1234);
  client = http_client_open (fixture, "/events/news");
  assert_greeting (client->response->body->str, ": ok\n\nretry: 1234\n\nid: ");
  g_assert_cmpuint (g_array_index (client->response->retries, guint, 0), ==, 1234);
  http_client_send (old, "GET /events/news HTTP/1.0\r\n\r\n", -1);
  http_client_wait_ready (old);
  g_assert_true (g_str_has_prefix (old->response->raw->str, "HTTP/1.0 200 OK\r\n"));
  eric_channel_close (ERIC_CHANNEL (fixture->news));
  http_client_wait_eof (old);
  g_assert_true (g_str_has_prefix (old->response->body->str, ": ok\n\nretry: 1234\n\nid: "));
  g_assert_true (g_str_has_suffix (old->response->body->str, "\nevent: _eric_channel_closed\ndata: \n\n"));
}

static EricSseChannel *
requested_cb (EricSseServer *server,
              const char    *channel_id,
              guint         *n)
{
  ++*n;
  return g_str_equal (channel_id, "made") ? eric_sse_channel_new (channel_id) : NULL;
}

static void
test_http_stream_channel_requested (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) head = NULL;
  g_autoptr (HttpClient) none = NULL;
  g_autoptr (HttpClient) made = NULL;
  guint n = 0;

  g_signal_connect (fixture->server, "channel-requested", G_CALLBACK (requested_cb), &n);
  head = http_client_ask (fixture, "HEAD /events/made HTTP/1.1\r\n" HOST "\r\n");
  g_assert_cmpuint (head->response->status, ==, 404);
  g_assert_cmpuint (n, ==, 0);
  none = http_client_ask (fixture, "GET /events/other HTTP/1.1\r\n" HOST "\r\n");
  g_assert_cmpuint (none->response->status, ==, 404);
  g_assert_cmpuint (n, ==, 1);

  /* Nobody kept the channel. */
  made = http_client_open (fixture, "/events/made");
  g_assert_cmpuint (n, ==, 2);
  http_client_wait_eof (made);
  g_assert_true (made->response->last_chunk);
  g_assert_cmpuint (eric_channel_container_get_size (fixture->channels), ==, 1);
}

static void
test_http_stream_byte_by_byte (void)
{
  const char *request = "GET /events/news HTTP/1.1\r\n" HOST "\r\n";
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_new (fixture);

  for (gsize i = 0; i < strlen (request); i++)
    {
      g_assert_true (http_client_send (client, request + i, 1));
      test_settle ();
    }
  http_client_wait_ready (client);
  http_broadcast (fixture->news, "hello");
  http_client_wait_events (client, 1);
}

/* Who goes in the middle of a request, at each of its bytes. */
static void
test_http_stream_broken_off (void)
{
  const char *request = "GET /events/news HTTP/1.1\r\n" HOST "\r\n";
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  for (gsize i = 0; i <= strlen (request); i++)
    for (guint how = 0; how < 3; how++)
      {
        g_autoptr (HttpClient) client = http_client_new (fixture);

        http_client_send (client, request, i);
        if (how > 0)
          test_settle ();
        if (how < 2)
          http_client_reset (client);
        else
          http_client_close (client);
        test_settle ();
      }
  test_wait_until (eric_sse_server_get_n_subscribers (fixture->server) == 0);
  g_assert_cmpuint (fixture->joined->len, <=, 3);
  g_assert_cmpuint (fixture->joined->len, >=, 1);
}

/* (transfer full): a stream with an id in the header, or in the query */
static HttpClient *
resume (HttpFixture *fixture,
        const char  *target,
        const char  *id,
        gboolean     by_header)
{
  g_autofree char *request = NULL;
  HttpClient *client = http_client_new (fixture);

  if (by_header)
    request = g_strdup_printf ("GET %s HTTP/1.1\r\n" HOST "Last-Event-ID: %s\r\n\r\n", target, id);
  else
    request = g_strdup_printf ("GET %s%slastEventId=%s HTTP/1.1\r\n" HOST "\r\n", target,
                               strchr (target, '?') != NULL ? "&" : "?", id);
  g_assert_true (http_client_send (client, request, -1));
  http_client_wait_ready (client);
  return client;
}

/* What the stream said before anything new, after which it has "new". */
static void
assert_replayed (HttpFixture *fixture,
                 HttpClient  *client,
                 const char  *comment,
                 const char  *texts)
{
  g_autoptr (GString) got = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (texts, " ", -1);

  http_broadcast (fixture->news, "new");
  http_client_wait_events (client, g_strv_length (words) - 1);
  test_settle ();
  g_assert_cmpstr (http_response_comment (client->response, 0), ==, comment);
  for (guint i = 0; i < client->response->events->len; i++)
    g_string_append_printf (got, "%s ", http_response_event (client->response, i)->data->str);
  g_assert_cmpstr (got->str, ==, texts);
}

static void
test_http_stream_resume (gconstpointer data)
{
  gboolean by_header = GPOINTER_TO_INT (data);
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) reader = http_client_open (fixture, "/events/news");
  g_autoptr (EricMessage) named = eric_message_new_full (NULL, g_variant_new_string ("3"), "mine", NULL, NULL);
  const char *first, *second;
  HttpClient *client;

  eric_sse_channel_set_history_size (fixture->news, 4);
  http_broadcast (fixture->news, "0");
  http_broadcast (fixture->news, "1");
  http_broadcast (fixture->news, "2");
  eric_channel_broadcast (ERIC_CHANNEL (fixture->news), named, NULL);
  http_client_wait_events (reader, 4);
  first = http_response_event (reader->response, 0)->id;
  second = http_response_event (reader->response, 1)->id;

  client = resume (fixture, "/events/news", second, by_header);
  assert_replayed (fixture, client, "ok", "2 3 new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", first, by_header);
  assert_replayed (fixture, client, "ok", "1 2 3 new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", "mine", by_header);
  assert_replayed (fixture, client, "ok", "new new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", first, by_header);
  assert_replayed (fixture, client, "gap history", "3 new new new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", "no-such-id", by_header);
  assert_replayed (fixture, client, "gap unknown-id", "new new new new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", "9000000000000000", by_header);
  assert_replayed (fixture, client, "gap unknown-id", "new new new new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", "earliest", by_header);
  assert_replayed (fixture, client, "ok", "new new new new new ");
  http_client_free (client);
  client = resume (fixture, "/events/news", "", by_header);
  assert_replayed (fixture, client, "ok", "new ");
  http_client_free (client);
}

/* The header comes from the browser, which knows more than the page did. */
static void
test_http_stream_resume_both (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = NULL;

  http_broadcast (fixture->news, "0");
  client = resume (fixture, "/events/news?lastEventId=unknown", "earliest", TRUE);
  assert_replayed (fixture, client, "ok", "0 new ");
}

static void
broadcast_more_cb (EricSseServer     *server,
                   EricSseSubscriber *subscriber,
                   EricSseChannel    *channel)
{
  for (guint i = 0; i < 8; i++)
    http_broadcast (channel, "new");
}

/* What is to be replayed is not lost to what comes at that very moment. */
static void
test_http_stream_resume_busy (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();

  eric_sse_channel_set_history_size (fixture->news, 4);
  g_signal_connect (fixture->server, "subscribed", G_CALLBACK (broadcast_more_cb), fixture->news);
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (HttpClient) client = NULL;

      for (guint n = 0; n < 4; n++)
        http_broadcast (fixture->news, "old");
      client = resume (fixture, "/events/news", "earliest", TRUE);
      http_client_wait_events (client, 12);
      g_assert_cmpstr (http_response_event (client->response, 0)->data->str, ==, "old");
      g_assert_cmpstr (http_response_event (client->response, 11)->data->str, ==, "new");
    }
}

static void
test_http_stream_topics (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (EricSseChannel) sport =
    ERIC_SSE_CHANNEL (eric_channel_container_add (fixture->channels, "sp rt", NULL));
  g_autoptr (HttpClient) both = http_client_open (fixture, "/events/news?topic=sp+rt&x=y&topic=news&topic=sp%20rt");
  g_autoptr (HttpClient) resumed = NULL;
  guint64 last = 0;

  g_assert_cmpuint (g_strv_length ((char **) eric_sse_subscriber_get_channel_ids (fixture->joined->pdata[0])), ==, 2);
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      http_broadcast (i % 3 == 0 ? sport : fixture->news, text);
    }
  http_client_wait_events (both, 100);
  for (guint i = 0; i < 100; i++)
    {
      HttpEvent *event = http_response_event (both->response, i);
      guint64 number = g_ascii_strtoull (event->id, NULL, 10);

      g_assert_cmpuint (g_ascii_strtoull (event->data->str, NULL, 10), ==, i);
      g_assert_cmpuint (number, >, last);
      last = number;
    }

  resumed = resume (fixture, "/events/news?topic=sp%20rt", http_response_event (both->response, 41)->id, TRUE);
  http_client_wait_events (resumed, 58);
  for (guint i = 0; i < 58; i++)
    g_assert_cmpstr (http_response_event (resumed->response, i)->id, ==,
                     http_response_event (both->response, 42 + i)->id);
  g_assert_cmpstr (http_response_comment (resumed->response, 0), ==, "ok");

  /* The stream goes on with what is left, and ends with the last of them. */
  eric_channel_close (ERIC_CHANNEL (sport));
  http_broadcast (fixture->news, "alone");
  http_client_wait_events (resumed, 60);
  g_assert_cmpstr (http_response_event (resumed->response, 59)->data->str, ==, "alone");
  g_assert_false (resumed->eof);
  eric_channel_close (ERIC_CHANNEL (fixture->news));
  http_client_wait_eof (resumed);
  g_assert_true (resumed->response->last_chunk);
}

static void
test_http_stream_max_topics (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GString) target = g_string_new ("/events/news?topic=news");
  g_autoptr (HttpClient) full = NULL;
  g_autoptr (HttpClient) refused = NULL;
  g_autofree char *request = NULL;

  for (guint i = 1; i <= ERIC_SSE_SERVER_MAX_TOPICS; i++)
    {
      g_autofree char *id = g_strdup_printf ("topic-%u", i);
      g_autoptr (EricChannel) channel = eric_channel_container_add (fixture->channels, id, NULL);

      if (i == ERIC_SSE_SERVER_MAX_TOPICS)
        full = http_client_open (fixture, target->str);
      g_string_append_printf (target, "&topic=%s", id);
    }
  http_broadcast (fixture->news, "to all");
  http_client_wait_events (full, 1);
  request = g_strdup_printf ("GET %s HTTP/1.1\r\n" HOST "\r\n", target->str);
  refused = http_client_ask (fixture, request);
  g_assert_cmpuint (refused->response->status, ==, 400);
}

/* What cannot be read of a query, or only in part, is not left out in silence. */
static void
test_http_stream_malformed_query (void)
{
  const char * const queries[] = { "topic=%FF", "topic=a%00b", "topic", "123&topic=more", "123&lastEventId=earliest" };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (EricChannel) more = eric_channel_container_add (fixture->channels, "more", NULL);

  http_broadcast (ERIC_SSE_CHANNEL (more), "for who joins");
  http_broadcast (fixture->news, "for who comes back");
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (HttpClient) client = http_client_new (fixture);
      g_autofree char *request = g_strdup_printf ("GET /events/news?%s HTTP/1.1\r\n" HOST "\r\n", queries[i]);

      g_test_message ("%s", queries[i]);
      http_client_send (client, request, -1);
      test_wait_until (client->response->retries->len > 0 || http_client_is_over (client));
      if (client->response->status == 400)
        continue;
      g_assert_cmpuint (client->response->status, ==, 200);
      http_broadcast (ERIC_SSE_CHANNEL (more), "more");
      http_broadcast (fixture->news, "new");
      http_client_wait_events (client, 1);
      g_assert_cmpstr (http_response_event (client->response, 0)->data->str, !=, "new");
    }
}

/* A client has nothing to say on a stream; a little of it is ignored. */
static void
test_http_stream_talkative (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autofree char *text = http_make_text (64 * 1024);

  g_assert_true (http_client_send (client, text, 64 * 1024));
  http_broadcast (fixture->news, "still there");
  http_client_wait_events (client, 1);
  g_assert_cmpuint (fixture->left->len, ==, 0);
  http_client_send (client, text, 1);
  http_fixture_assert_left (fixture, 1, ERIC_SSE_DISCONNECT_PEER);
  http_client_wait_eof (client);
}

static const struct
{
  const char *origin;
  const char *method;
  const char *headers;
} cors[] = {
  { "https://a.example", "GET",
    "Access-Control-Allow-Origin: https://a.example\nAccess-Control-Allow-Credentials: true\nVary: Origin" },
  { "https://a.example", "HEAD", "Access-Control-Allow-Origin: https://a.example\nVary: Origin" },
  { "https://a.example", "OPTIONS",
    "Access-Control-Allow-Origin: https://a.example\nAccess-Control-Allow-Credentials: true\nVary: Origin\n"
    "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\n"
    "Access-Control-Allow-Headers: Authorization, Content-Type, Last-Event-ID\nAccess-Control-Max-Age: 86400" },
  { "https://b.example", "GET", "!Access-Control-Allow-Origin\n!Access-Control-Allow-Credentials\nVary: Origin" },
  { "https://b.example", "OPTIONS", "!Access-Control-Allow-Origin\n!Access-Control-Allow-Methods\nVary: Origin" },
  { "http://localhost", "GET", "!Access-Control-Allow-Origin\nVary: Origin" },
  { "null", "GET", "!Access-Control-Allow-Origin\nVary: Origin" },
};

static void
ask_from (HttpFixture *fixture,
          const char  *origin,
          const char  *method,
          const char  *headers)
{
  g_autoptr (HttpClient) client = http_client_new (fixture);
  g_autofree char *request =
    g_strdup_printf ("%s /events/news HTTP/1.1\r\n" HOST "Origin: %s\r\n\r\n", method, origin);

  g_test_message ("%s from %s", method, origin);
  http_client_send (client, request, -1);
  test_wait_until (client->response->retries->len > 0 || http_client_is_over (client));
  g_assert_cmpuint (client->response->status, ==, g_str_equal (method, "OPTIONS") ? 204 : 200);
  assert_headers (client->response, headers);
}

static void
test_http_stream_cors (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  const char * const listed[] = { "https://x.example", "https://a.example", NULL };
  const char * const all[] = { "https://a.example", "*", NULL };

  ask_from (fixture, "https://a.example", "GET", "!Access-Control-Allow-Origin\n!Vary");
  eric_sse_server_set_allowed_origins (fixture->server, listed);
  for (guint i = 0; i < G_N_ELEMENTS (cors); i++)
    ask_from (fixture, cors[i].origin, cors[i].method, cors[i].headers);
  eric_sse_server_set_allowed_origins (fixture->server, all);
  ask_from (fixture, "https://b.example", "GET",
            "Access-Control-Allow-Origin: *\n!Access-Control-Allow-Credentials\nVary: Origin");
  ask_from (fixture, "https://a.example", "GET",
            "Access-Control-Allow-Origin: https://a.example\nAccess-Control-Allow-Credentials: true");
}

static void
test_http_stream_crowd (void)
{
  enum { N = 500 };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) http_client_free);
  g_autoptr (HttpClient) stays = http_client_open (fixture, "/events/news");

  for (guint i = 0; i < N; i++)
    {
      g_ptr_array_add (clients, http_client_new (fixture));
      http_client_send (clients->pdata[i], "GET /events/news HTTP/1.1\r\nHost: a\r\n\r\n", -1);
    }
  test_wait_until (fixture->joined->len == N + 1);
  http_broadcast (fixture->news, "to all");
  for (guint i = 0; i < N; i++)
    http_client_wait_events (clients->pdata[i], 1);

  for (guint i = 0; i < N; i += 2)
    http_client_reset (clients->pdata[i]);
  http_broadcast (fixture->news, "to who is left");
  g_ptr_array_set_size (clients, 0);
  http_fixture_assert_left (fixture, N, ERIC_SSE_DISCONNECT_PEER);
  http_client_wait_events (stays, 2);
  g_assert_cmpuint (eric_sse_server_get_n_subscribers (fixture->server), ==, 1);
}

#define MANY 5000

static gpointer
broadcast_many (gpointer data)
{
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      http_broadcast (data, text);
    }
  return NULL;
}

static void
assert_has_many (HttpClient *client)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  http_client_wait_events (client, MANY);
  test_settle ();
  g_assert_cmpuint (client->response->events->len, ==, MANY);
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);
      HttpEvent *event = http_response_event (client->response, i);

      g_assert_cmpstr (event->data->str, ==, text);
      g_assert_true (g_hash_table_add (ids, event->id));
    }
}

/* Readers of several speeds and framings, and messages from another thread. */
static void
test_http_stream_many (void)
{
  const gsize speeds[] = { 65536, 5000, 1700, 1001 };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) http_client_free);
  g_autoptr (HttpClient) old = http_client_new (fixture);
  GThread *thread;

  eric_sse_channel_set_backlog_size (fixture->news, MANY);
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    {
      HttpClient *client = http_client_open (fixture, "/events/news");

      client->at_once = speeds[i];
      g_ptr_array_add (clients, client);
    }
  http_client_send (old, "GET /events/news HTTP/1.0\r\n\r\n", -1);
  http_client_wait_ready (old);
  thread = g_thread_new ("broadcast", broadcast_many, fixture->news);
  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    assert_has_many (clients->pdata[i]);
  assert_has_many (old);
  g_thread_join (thread);
  g_assert_cmpuint (fixture->left->len, ==, 0);
}

static void
test_http_stream_large (void)
{
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) client = http_client_open (fixture, "/events/news");
  g_autoptr (EricChannel) more = eric_channel_container_add (fixture->channels, "more", NULL);
  g_autoptr (HttpClient) joined = http_client_open (fixture, "/events/news?topic=more");
  g_autofree char *text = http_make_text (5 * 1024 * 1024);
  HttpEvent *event;

  eric_sse_channel_set_backlog_bytes (fixture->news, 64 * 1024 * 1024);
  http_broadcast (fixture->news, "before");
  http_broadcast (fixture->news, text);
  http_broadcast (fixture->news, "after");
  http_client_wait_events (client, 3);
  event = http_response_event (client->response, 1);
  g_assert_cmpmem (event->data->str, event->data->len, text, strlen (text));
  g_assert_cmpstr (http_response_event (client->response, 2)->data->str, ==, "after");
  http_client_wait_events (joined, 3);
  event = http_response_event (joined->response, 1);
  g_assert_cmpmem (event->data->str, event->data->len, text, strlen (text));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-stream/wire", test_http_stream_wire);
  g_test_add_func ("/eric/http-stream/no-host", test_http_stream_no_host);
  g_test_add_func ("/eric/http-stream/headers", test_http_stream_headers);
  g_test_add_func ("/eric/http-stream/first-words", test_http_stream_first_words);
  g_test_add_func ("/eric/http-stream/channel-requested", test_http_stream_channel_requested);
  g_test_add_func ("/eric/http-stream/byte-by-byte", test_http_stream_byte_by_byte);
  g_test_add_func ("/eric/http-stream/broken-off", test_http_stream_broken_off);
  g_test_add_data_func ("/eric/http-stream/resume-by-header", GINT_TO_POINTER (TRUE), test_http_stream_resume);
  g_test_add_data_func ("/eric/http-stream/resume-by-query", GINT_TO_POINTER (FALSE), test_http_stream_resume);
  g_test_add_func ("/eric/http-stream/resume-both", test_http_stream_resume_both);
  g_test_add_func ("/eric/http-stream/topics", test_http_stream_topics);
  g_test_add_func ("/eric/http-stream/max-topics", test_http_stream_max_topics);
  g_test_add_func ("/eric/http-stream/talkative", test_http_stream_talkative);
  g_test_add_func ("/eric/http-stream/cors", test_http_stream_cors);
  g_test_add_func ("/eric/http-stream/crowd", test_http_stream_crowd);
  g_test_add_func ("/eric/http-stream/many", test_http_stream_many);
  g_test_add_func ("/eric/http-stream/large", test_http_stream_large);
  g_test_add_func ("/eric/http-stream/resume-busy", test_http_stream_resume_busy);
  g_test_add_func ("/eric/http-stream/malformed-query", test_http_stream_malformed_query);
  return g_test_run ();
}
