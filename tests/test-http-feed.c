/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-http-chunks-private.h"
#include "http-util.h"
#include "test-util.h"

#define KIB   1024
#define FEED  "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
#define END   "0\r\n\r\n"

/* A server that may be published to, and who listens to the news. */
typedef struct
{
  HttpFixture  *fixture;    /* (owned) */
  EricListener *listener;   /* (owned) */
} Desk;

static void
desk_init (Desk *desk)
{
  desk->fixture = http_fixture_new ();
  eric_sse_server_set_allow_publish (desk->fixture->server, TRUE);
  desk->listener = eric_channel_add_listener (ERIC_CHANNEL (desk->fixture->news), NULL);
  eric_listener_start (desk->listener);
}

static void
desk_clear (Desk *desk)
{
  g_clear_object (&desk->listener);
  http_fixture_free (desk->fixture);
}

/* (transfer full): has sent its headers */
static HttpClient *
open_feed (Desk       *desk,
           const char *target,
           const char *headers)
{
  HttpClient *client = http_client_new (desk->fixture);
  g_autofree char *head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\n%s" FEED "\r\n",
                                           target, headers);

  g_assert_true (http_client_send (client, head, -1));
  return client;
}

static void
send_chunk (HttpClient *client,
            const char *text)
{
  g_autofree char *chunk = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n%s\r\n", strlen (text), text);

  http_client_send (client, chunk, -1);
}

static void
assert_next (Desk       *desk,
             const char *type,
             const char *text)
{
  g_autoptr (EricMessage) message = NULL;

  test_wait_until (eric_listener_get_pending (desk->listener) > 0);
  message = eric_listener_deliver_next (desk->listener, NULL);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, type);
  g_assert_cmpstr (eric_message_get_text (message), ==, text);
  g_assert_nonnull (eric_message_get_id (message));
}

static void
assert_none (Desk *desk)
{
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (desk->listener), ==, 0);
}

static void
assert_answer (HttpClient *client,
               guint       status,
               const char *text)
{
  g_autofree char *length = NULL;
  g_autofree char *number = NULL;

  http_client_wait_eof (client);
  g_assert_cmpuint (client->response->status, ==, status);
  if (text != NULL)
    g_assert_cmpstr (client->response->body->str, ==, text);
  length = http_response_dup_header (client->response, "Content-Length");
  number = g_strdup_printf ("%" G_GSIZE_FORMAT, client->response->body->len);
  g_assert_cmpstr (length, ==, number);
}

static void
test_http_feed_live (void)
{
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  client = open_feed (&desk, "/events/n%65ws?event=price&other=1", "");
  send_chunk (client, "{\"a\":1}\n[2");
  assert_next (&desk, "price", "{\"a\":1}");
  assert_none (&desk);
  send_chunk (client, "]\r\n\n\r\n\"three\"\n4");
  assert_next (&desk, "price", "[2]");
  assert_next (&desk, "price", "\"three\"");
  assert_none (&desk);
  g_assert_cmpuint (client->response->status, ==, 0);
  http_client_send (client, END, -1);
  assert_next (&desk, "price", "4");
  assert_answer (client, 202, "");
  g_assert_cmpint (client->error, ==, 0);
  desk_clear (&desk);
}

/* Lines of text, which need not be JSON. */
static void
test_http_feed_text (void)
{
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  client = http_client_new (desk.fixture);
  http_client_send (client, "POST /events/news?split=lines HTTP/1.1\r\nHost: localhost\r\n"
                            "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n", -1);
  send_chunk (client, "{one\r\n\n\"two\"\nthr");
  assert_next (&desk, "message", "{one");
  assert_next (&desk, "message", "\"two\"");
  assert_none (&desk);
  send_chunk (client, "ee\n\xff\n");
  assert_next (&desk, "message", "three");
  assert_answer (client, 400, "Line 5: Text must be UTF-8 without NUL, which it is not at byte 0; published before: 3\n");
  desk_clear (&desk);
}

static void
test_http_feed_empty (void)
{
  g_autoptr (HttpClient) nothing = NULL;
  g_autoptr (HttpClient) blank = NULL;
  Desk desk;

  desk_init (&desk);
  nothing = open_feed (&desk, "/events/news", "");
  http_client_send (nothing, END, -1);
  assert_answer (nothing, 202, "");
  blank = open_feed (&desk, "/events/news", "");
  http_client_send (blank, "2\r\n\n\r\r\n0\r\nTrailer: x\r\n\r\n", -1);
  assert_answer (blank, 202, "");
  assert_none (&desk);
  desk_clear (&desk);
}

/* However the bytes come in, also with the headers, the lines are the same. */
static void
test_http_feed_split (void)
{
  static const char request[] = "POST /events/news HTTP/1.1\r\nHost: a\r\n" FEED "\r\n"
                                "5;x=\"y\"\r\n\"a\"\n[\r\n8\r\n1,2]\r\n\"\xc3\r\n"
                                "00C\r\n\xa9\"\n\n{\"b\":0}\n\r\n" END;
  const char *body = strstr (request, "\r\n\r\n");
  Desk desk;

  desk_init (&desk);
  for (const char *cut = body; *cut != '\0'; cut++)
    {
      g_autoptr (HttpClient) client = http_client_new (desk.fixture);

      http_client_send (client, request, cut - request);
      test_settle ();
      http_client_send (client, cut, -1);
      assert_answer (client, 202, "");
      assert_next (&desk, "message", "\"a\"");
      assert_next (&desk, "message", "[1,2]");
      assert_next (&desk, "message", "\"é\"");
      assert_next (&desk, "message", "{\"b\":0}");
      assert_none (&desk);
    }
  desk_clear (&desk);
}

static void
test_http_feed_malformed (void)
{
  static const struct
  {
    const char *body;
    const char *text;
    guint       published;
  } cases[] = {
    { "9\r\n1\n\n2\nno\n4\r\n",
      "Line 4: Malformed JSON at line 1, column 1: expected a value; published before: 2\n", 2 },
    { "3\r\n\"\xff\"\r\n1\r\n\n\r\n", NULL, 0 },
    { "2\r\n1\n\r\n2\r\n\v\n\r\n", NULL, 1 },
    { "2\r\n1\nX\r\n", "The body is not in chunks as HTTP has them; published before: 1\n", 1 },
    { "x\r\n", "The body is not in chunks as HTTP has them; published before: 0\n", 0 },
    { "2\n1\n\r\n", "The body is not in chunks as HTTP has them; published before: 0\n", 0 },
    { "-2\r\n1\n\r\n", "The body is not in chunks as HTTP has them; published before: 0\n", 0 },
    { "2\r\n{]\r\n" END, NULL, 0 },
  };
  Desk desk;

  desk_init (&desk);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HttpClient) client = open_feed (&desk, "/events/news", "");

      g_test_message ("case %u", i);
      http_client_send (client, cases[i].body, -1);
      assert_answer (client, 400, cases[i].text);
      g_assert_cmpuint (eric_listener_get_pending (desk.listener), ==, cases[i].published);
      while (eric_listener_get_pending (desk.listener) > 0)
        g_object_unref (eric_listener_deliver_next (desk.listener, NULL));
      /* Nothing behind it is published, though it is taken for a while. */
      http_client_send (client, "2\r\n7\n\r\n", -1);
      assert_none (&desk);
    }
  desk_clear (&desk);
}

static void
test_http_feed_max_line (void)
{
  g_autofree char *text = http_make_text (KIB);
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) split = NULL;
  Desk desk;

  text[0] = text[KIB - 1] = '"';
  desk_init (&desk);
  eric_sse_server_set_max_body (desk.fixture->server, KIB);
  client = open_feed (&desk, "/events/news", "");
  for (guint i = 0; i < 4; i++)
    {
      send_chunk (client, text);
      if (i == 3)
        send_chunk (client, "\r");
      send_chunk (client, i % 2 == 0 ? "\r\n" : "\n");
      assert_next (&desk, "message", text);
    }
  /* Is refused when it is too long, and not when it ends. */
  send_chunk (client, text);
  send_chunk (client, " ");
  assert_answer (client, 413, "Line 5: It is longer than 1024 bytes; published before: 4\n");

  split = open_feed (&desk, "/events/news", "");
  send_chunk (split, text);
  send_chunk (split, "\r");
  assert_none (&desk);
  g_assert_cmpuint (split->response->status, ==, 0);
  send_chunk (split, "\r");
  assert_answer (split, 413, "Line 1: It is longer than 1024 bytes; published before: 0\n");
  assert_none (&desk);
  desk_clear (&desk);
}

/* Who goes has said what is complete; at the end of a chunk, too. */
static void
test_http_feed_broken_off (void)
{
  Desk desk;

  desk_init (&desk);
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (HttpClient) client = open_feed (&desk, "/events/news", "");

      http_client_send (client, i % 2 == 0 ? "4\r\n1\n23\r\n" : "8\r\n1\n23", -1);
      assert_next (&desk, "message", "1");
      if (i < 2)
        http_client_reset (client);
      else if (i < 4)
        http_client_close (client);
      else
        {
          http_client_shut (client);
          http_client_wait_eof (client);
          g_assert_cmpuint (client->response->status, ==, 0);
        }
      assert_none (&desk);
    }
  desk_clear (&desk);
}

/* Sends for ever, until the server has enough of it. */
static void
assert_refused_early (Desk       *desk,
                      const char *target,
                      const char *headers,
                      guint       status)
{
  g_autoptr (HttpClient) quiet = open_feed (desk, target, headers);
  g_autoptr (HttpClient) talker = open_feed (desk, target, headers);
  g_autoptr (HttpClient) eager = NULL;
  g_autofree char *text = http_make_text (64 * KIB);
  guint64 sent = 0;

  g_test_message ("%s", target);
  assert_answer (quiet, status, NULL);
  g_assert_cmpuint (quiet->response->body->len, >, 0);

  assert_answer (talker, status, quiet->response->body->str);
  while (http_client_send (talker, text, 64 * KIB))
    sent += 64 * KIB;
  g_assert_cmpuint (sent, <, 64 * KIB * KIB);

  /* What was sent before the answer is taken, or the answer could be lost with it. */
  eager = open_feed (desk, target, headers);
  g_assert_true (http_client_send (eager, text, 64 * KIB));
  assert_answer (eager, status, quiet->response->body->str);
  g_assert_cmpint (eager->error, ==, 0);
  assert_none (desk);
}

static void
test_http_feed_refused (void)
{
  g_autoptr (EricChannel) own = NULL;
  g_autofree char *allow = NULL;
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  own = eric_channel_container_add (desk.fixture->channels, "_eric_own", NULL);
  assert_refused_early (&desk, "/events/unknown", "", 404);
  assert_refused_early (&desk, "/events/", "", 404);
  assert_refused_early (&desk, "/events/%FF", "", 400);
  assert_refused_early (&desk, "/events/_eric_own", "", 403);
  assert_refused_early (&desk, "/events/news?event=_eric_error", "", 403);
  assert_refused_early (&desk, "/events/news?event=a%0Ab", "", 400);
  assert_refused_early (&desk, "/events/news?event=%FF", "", 400);
  assert_refused_early (&desk, "/events/news?id=x", "", 400);
  assert_refused_early (&desk, "/events/news", "Origin: https://evil.example\r\n", 403);
  assert_refused_early (&desk, "/events/unknown", "Expect: 100-continue\r\n", 404);
  eric_sse_server_set_allow_publish (desk.fixture->server, FALSE);
  assert_refused_early (&desk, "/events/news", "", 405);
  client = open_feed (&desk, "/events/news", "");
  assert_answer (client, 405, NULL);
  allow = http_response_dup_header (client->response, "Allow");
  g_assert_cmpstr (allow, ==, "GET, HEAD, OPTIONS");
  desk_clear (&desk);
}

static void
test_http_feed_origin (void)
{
  const char * const origins[] = { "https://friend.example", NULL };
  g_autoptr (HttpClient) client = NULL;
  g_autofree char *allowed = NULL;
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_allowed_origins (desk.fixture->server, origins);
  client = open_feed (&desk, "/events/news", "Origin: https://friend.example\r\n");
  send_chunk (client, "1\n");
  assert_next (&desk, "message", "1");
  http_client_send (client, END, -1);
  assert_answer (client, 202, "");
  allowed = http_response_dup_header (client->response, "Access-Control-Allow-Origin");
  g_assert_cmpstr (allowed, ==, "https://friend.example");
  desk_clear (&desk);
}

static void
test_http_feed_expect (void)
{
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  client = open_feed (&desk, "/events/news", "Expect: 100-continue\r\n");
  test_wait_until (client->response->status == 100);
  send_chunk (client, "1\n");
  assert_next (&desk, "message", "1");
  http_client_send (client, END, -1);
  http_client_wait_eof (client);
  g_assert_nonnull (strstr (client->response->raw->str, "HTTP/1.1 202 Accepted\r\n"));
  desk_clear (&desk);
}

static void
send_bytes (HttpClient   *client,
            const guint8 *bytes,
            gsize         length)
{
  g_autofree char *size = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n", length);

  http_client_send (client, size, -1);
  http_client_send (client, (const char *) bytes, length);
  http_client_send (client, "\r\n", 2);
}

#define GZIP "Content-Encoding: gzip\r\n"

static void
test_http_feed_gzip (void)
{
  g_autofree char *longest = http_make_text (KIB + 1);
  g_autoptr (GByteArray) lines = http_gzip ("1\n[2]\n", -1);
  g_autoptr (GByteArray) more = http_gzip ("3", -1);
  g_autoptr (GByteArray) too_long = http_gzip (longest, -1);
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) cut = NULL;
  g_autoptr (HttpClient) big = NULL;
  g_autoptr (HttpClient) noise = NULL;
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_max_body (desk.fixture->server, KIB);
  client = open_feed (&desk, "/events/news", GZIP);
  for (guint i = 0; i < lines->len; i++)
    send_bytes (client, lines->data + i, 1);
  assert_next (&desk, "message", "1");
  assert_next (&desk, "message", "[2]");
  send_bytes (client, more->data, more->len);
  http_client_send (client, END, -1);
  assert_answer (client, 202, "");
  assert_next (&desk, "message", "3");

  cut = open_feed (&desk, "/events/news", GZIP);
  send_bytes (cut, lines->data, lines->len - 1);
  http_client_send (cut, END, -1);
  assert_answer (cut, 400, "The body is not all of a gzip stream; published before: 2\n");
  assert_next (&desk, "message", "1");
  assert_next (&desk, "message", "[2]");
  big = open_feed (&desk, "/events/news", GZIP);
  send_bytes (big, too_long->data, too_long->len);
  assert_answer (big, 413, "Line 1: It is longer than 1024 bytes; published before: 0\n");
  noise = open_feed (&desk, "/events/news", GZIP);
  send_chunk (noise, "1\n2\n");
  assert_answer (noise, 400, "The body is not gzip; published before: 0\n");
  assert_none (&desk);
  desk_clear (&desk);
}

/* The channel cannot take more in the middle. */
static void
test_http_feed_cannot (void)
{
  g_autoptr (HttpClient) full = NULL;
  g_autoptr (HttpClient) closed = NULL;
  g_autofree char *retry_after = NULL;
  Desk desk;

  desk_init (&desk);
  eric_listener_set_capacity (desk.listener, 2);
  eric_listener_set_overflow (desk.listener, ERIC_OVERFLOW_REJECT);
  full = open_feed (&desk, "/events/news", "");
  send_chunk (full, "1\n2\n3\n4\n");
  http_client_wait_eof (full);
  g_assert_cmpuint (full->response->status, ==, 503);
  g_assert_true (g_str_has_prefix (full->response->body->str, "Line 3: "));
  g_assert_true (g_str_has_suffix (full->response->body->str, "; published before: 2\n"));
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk.fixture->news), ==, 2);
  retry_after = http_response_dup_header (full->response, "Retry-After");
  g_assert_nonnull (retry_after);
  assert_next (&desk, "message", "1");
  assert_next (&desk, "message", "2");

  closed = open_feed (&desk, "/events/news", "");
  send_chunk (closed, "5\n");
  assert_next (&desk, "message", "5");
  eric_channel_close (ERIC_CHANNEL (desk.fixture->news));
  send_chunk (closed, "6\n");
  assert_answer (closed, 410, NULL);
  desk_clear (&desk);
}

static void
test_http_feed_max_subscribers (void)
{
  g_autoptr (HttpClient) first = NULL;
  g_autoptr (HttpClient) second = NULL;
  g_autoptr (HttpClient) third = NULL;
  g_autoptr (HttpClient) stream = NULL;
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_max_subscribers (desk.fixture->server, 1);
  first = open_feed (&desk, "/events/news", "");
  send_chunk (first, "1\n");
  assert_next (&desk, "message", "1");
  second = open_feed (&desk, "/events/news", "");
  assert_answer (second, 503, "The server has as many streams as it may have\n");
  http_client_close (second);
  stream = http_client_ask (desk.fixture, "GET /events/news HTTP/1.1\r\nHost: a\r\n\r\n");
  g_assert_cmpuint (stream->response->status, ==, 503);
  http_client_send (first, END, -1);
  assert_answer (first, 202, "");
  test_settle ();
  third = open_feed (&desk, "/events/news", "");
  http_client_send (third, END, -1);
  assert_answer (third, 202, "");
  desk_clear (&desk);
}

static void
test_http_feed_drain (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HttpClient) client = NULL;
  g_autoptr (HttpClient) stubborn = NULL;
  Desk desk;

  desk_init (&desk);
  client = open_feed (&desk, "/events/news", "");
  send_chunk (client, "1\n2");
  assert_next (&desk, "message", "1");
  stubborn = open_feed (&desk, "/events/news", "");
  send_chunk (stubborn, "3\n");
  assert_next (&desk, "message", "3");
  eric_sse_server_drain_async (desk.fixture->server, 60000, NULL, test_keep_result, &result);
  g_assert_null (result);
  assert_answer (client, 503, "The server is shutting down; published before: 1\n");
  http_client_close (client);
  /* Who does not go is not waited for. */
  test_wait_until (result != NULL);
  g_assert_true (eric_sse_server_drain_finish (desk.fixture->server, result, &error));
  g_assert_no_error (error);
  assert_answer (stubborn, 503, NULL);
  assert_none (&desk);
  g_clear_object (&result);
  desk_clear (&desk);
}

static void
test_http_feed_drain_deadline (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  client = open_feed (&desk, "/events/news", "");
  send_chunk (client, "1\n");
  assert_next (&desk, "message", "1");
  eric_sse_server_drain_async (desk.fixture->server, 1, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  g_assert_true (eric_sse_server_drain_finish (desk.fixture->server, result, &error));
  http_client_wait_eof (client);
  g_clear_object (&result);
  desk_clear (&desk);
}

/* The server goes while it reads a feed, and leaves nothing open. */
static void
test_http_feed_dropped (void)
{
  g_autoptr (HttpClient) client = NULL;
  guint fds = http_count_fds ();
  Desk desk;

  desk_init (&desk);
  client = open_feed (&desk, "/events/news", "");
  send_chunk (client, "1\n2");
  assert_next (&desk, "message", "1");
  http_fixture_drop_server (desk.fixture);
  http_client_wait_eof (client);
  g_assert_cmpuint (client->response->status, ==, 0);
  http_client_close (client);
  desk_clear (&desk);
  g_assert_cmpuint (http_count_fds (), ==, fds);
}

static void
test_http_feed_many (void)
{
  enum { N = 20000 };
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  eric_listener_set_capacity (desk.listener, N);
  client = open_feed (&desk, "/events/news", "");
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *line = g_strdup_printf ("%u\n", i);

      send_chunk (client, line);
    }
  http_client_send (client, END, -1);
  assert_answer (client, 202, "");
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      assert_next (&desk, "message", text);
    }
  desk_clear (&desk);
}

/* (transfer full) (nullable): the body, where it is complete; what is left of the
 * bytes is told */
static char *
dechunk (const char *bytes,
         gsize       length,
         gsize       at_once,
         gsize      *left)
{
  g_autoptr (GString) body = g_string_new (NULL);
  EricHttpChunks chunks = { 0 };

  while (length > 0)
    {
      gsize given = MIN (at_once, length), rest = given;
      const char *payload;
      gsize n;
      EricHttpChunksStep step;

      while ((step = eric_http_chunks_next (&chunks, &bytes, &rest, &payload, &n)) == ERIC_HTTP_CHUNKS_PAYLOAD)
        g_string_append_len (body, payload, n);
      length -= given - rest;
      *left = length;
      if (step == ERIC_HTTP_CHUNKS_END)
        return g_strdup (body->str);
      if (step == ERIC_HTTP_CHUNKS_MALFORMED)
        return NULL;
    }
  return NULL;
}

static void
test_http_feed_chunks (void)
{
  static const struct
  {
    const char *bytes;
    const char *body;    /* NULL for malformed or incomplete */
    gsize       left;
  } cases[] = {
    { "0\r\n\r\n", "", 0 },
    { "000\r\n\r\nGET", "", 3 },
    { "3\r\nabc\r\n0\r\n\r\n", "abc", 0 },
    { "3;a=b;c=\"d\"\r\nabc\r\n0 \r\nA: b\r\nC: d\r\n\r\n", "abc", 0 },
    { "A\r\n0123456789\r\nb\r\n\r\n0\r\n\r\n\r\n\r\n\r\n0\r\n\r\n", "0123456789\r\n0\r\n\r\n\r\n\r\n", 0 },
    { "000000000000001\r\na\r\n0\r\n\r\n", "a", 0 },
    { "0000000000000001\r\na\r\n0\r\n\r\n", NULL, 0 },
    { "\r\n", NULL, 0 },
    { ";\r\n", NULL, 0 },
    { "0x1\r\na\r\n0\r\n\r\n", NULL, 0 },
    { "+1\r\na\r\n0\r\n\r\n", NULL, 0 },
    { " 1\r\na\r\n0\r\n\r\n", NULL, 0 },
    { "1\na\r\n0\r\n\r\n", NULL, 0 },
    { "1\ra\r\n0\r\n\r\n", NULL, 0 },
    { "1\r\nab\r\n0\r\n\r\n", NULL, 0 },
    { "1\r\na\n0\r\n\r\n", NULL, 0 },
    { "1\r\na\r\n0\r\n\n", NULL, 0 },
    { "1\r\na\r\n0\r\nA: b\n\r\n", NULL, 0 },
    { "1\r\na\r\n", NULL, 0 },
    { "1\r\na\r\n0\r\n\r", NULL, 0 },
    { "1;\x1b\r\na\r\n0\r\n\r\n", NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize at_once = 1; at_once <= strlen (cases[i].bytes); at_once++)
      {
        gsize left = 0;
        g_autofree char *body = dechunk (cases[i].bytes, strlen (cases[i].bytes), at_once, &left);

        g_test_message ("case %u, %" G_GSIZE_FORMAT " at once", i, at_once);
        g_assert_cmpstr (body, ==, cases[i].body);
        if (body != NULL)
          g_assert_cmpuint (left, ==, cases[i].left);
      }
}

/* What means nothing has a bound, in each place where it may be. */
static void
test_http_feed_chunks_extra (void)
{
  for (guint i = 0; i < 2; i++)
    for (guint beyond = 0; beyond < 2; beyond++)
      {
        g_autofree char *extra = http_make_text (8192 + beyond);
        g_autofree char *bytes = i == 0 ? g_strdup_printf ("1;%s\r\na\r\n0\r\n\r\n", extra)
                                        : g_strdup_printf ("1\r\na\r\n0\r\nx:%s\r\n\r\n", extra + 1);
        gsize left;
        g_autofree char *body = dechunk (bytes, strlen (bytes), 1000, &left);

        g_assert_cmpstr (body, ==, beyond ? NULL : "a");
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-feed/chunks", test_http_feed_chunks);
  g_test_add_func ("/eric/http-feed/chunks-extra", test_http_feed_chunks_extra);
  g_test_add_func ("/eric/http-feed/live", test_http_feed_live);
  g_test_add_func ("/eric/http-feed/text", test_http_feed_text);
  g_test_add_func ("/eric/http-feed/empty", test_http_feed_empty);
  g_test_add_func ("/eric/http-feed/split", test_http_feed_split);
  g_test_add_func ("/eric/http-feed/malformed", test_http_feed_malformed);
  g_test_add_func ("/eric/http-feed/max-line", test_http_feed_max_line);
  g_test_add_func ("/eric/http-feed/broken-off", test_http_feed_broken_off);
  g_test_add_func ("/eric/http-feed/refused", test_http_feed_refused);
  g_test_add_func ("/eric/http-feed/origin", test_http_feed_origin);
  g_test_add_func ("/eric/http-feed/expect", test_http_feed_expect);
  g_test_add_func ("/eric/http-feed/gzip", test_http_feed_gzip);
  g_test_add_func ("/eric/http-feed/cannot", test_http_feed_cannot);
  g_test_add_func ("/eric/http-feed/max-subscribers", test_http_feed_max_subscribers);
  g_test_add_func ("/eric/http-feed/drain", test_http_feed_drain);
  g_test_add_func ("/eric/http-feed/drain-deadline", test_http_feed_drain_deadline);
  g_test_add_func ("/eric/http-feed/dropped", test_http_feed_dropped);
  g_test_add_func ("/eric/http-feed/many", test_http_feed_many);
  return g_test_run ();
}
