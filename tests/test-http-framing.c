/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include <eric-sse.h>

#include "eric-http-connection-private.h"
#include "http-cases.h"
#include "http-util.h"
#include "test-util.h"

#define NEXT "GET /next HTTP/1.1\r\nHost: x\r\n\r\n"

static HttpFixture *
fixture_new (void)
{
  HttpFixture *fixture = http_fixture_new ();

  eric_sse_server_set_allow_publish (fixture->server, TRUE);
  return fixture;
}

static guint
count (HttpClient *client,
       const char *text)
{
  const char *at = client->response->raw->str;
  guint n = 0;

  while ((at = strstr (at, text)) != NULL)
    {
      at += strlen (text);
      n++;
    }
  return n;
}

/* All that the server has to say to a client that says nothing more. */
static HttpClient *
say (HttpFixture *fixture,
     const char  *bytes,
     gsize        length)
{
  HttpClient *client = http_client_new (fixture);

  http_client_send (client, bytes, length);
  http_client_shut (client);
  http_client_wait_closed (client);
  g_assert_cmpint (client->error, ==, 0);
  return client;
}

/* The case, and a request behind it, which is answered only where the connection
 * is kept. */
static void
test_cases (void)
{
  for (guint i = 0; i < n_http_cases; i++)
    {
      const HttpCase *one = &http_cases[i];
      g_autoptr (HttpFixture) fixture = fixture_new ();
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (HttpClient) client = NULL;
      g_autofree char *connection = NULL;

      g_test_message ("%s", one->name);
      g_byte_array_append (bytes, (const guint8 *) one->bytes, one->length);
      if (one->kept)
        g_byte_array_append (bytes, (const guint8 *) NEXT, strlen (NEXT));
      client = say (fixture, (const char *) bytes->data, bytes->len);
      g_assert_cmpuint (client->response->status, ==, one->status);
      g_assert_cmpuint (count (client, "\r\nDate: "), ==, one->kept ? 2 : 1);
      connection = http_response_dup_header (client->response, "Connection");
      if (one->kept)
        g_assert_cmpstr (connection, !=, "close");
      else
        g_assert_cmpstr (connection, ==, "close");
      g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, one->published);
    }
}

/* What is behind a refused request is none, whatever it looks like. */
static void
test_nothing_behind (void)
{
  static const char hidden[] = "POST /events/news HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";

  for (guint i = 0; i < n_http_cases; i++)
    {
      const HttpCase *one = &http_cases[i];
      g_autoptr (HttpFixture) fixture = fixture_new ();
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (HttpClient) client = NULL;

      if (one->refusal == 0)
        continue;
      g_test_message ("%s", one->name);
      g_byte_array_append (bytes, (const guint8 *) one->bytes, one->length);
      g_byte_array_append (bytes, (const guint8 *) hidden, strlen (hidden));
      client = say (fixture, (const char *) bytes->data, bytes->len);
      g_assert_cmpuint (client->response->status, ==, one->refusal);
      g_assert_cmpuint (count (client, "\r\nDate: "), ==, 1);
      g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 0);
    }
}

/* Sent ahead, and answered one after the other, each with its own. */
static void
test_pipelined (void)
{
  static const char text[] =
    "POST /events/news HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    "GET /missing HTTP/1.1\r\nHost: x\r\n\r\n"
    "HEAD /events/news HTTP/1.1\r\nHost: x\r\n\r\n"
    "POST /events/news HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
    "OPTIONS /events/news HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  static const char * const order[] = { " 202 ", " 404 ", " 200 ", " 202 ", " 204 " };
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) client = http_client_new (fixture);
  const char *at;

  http_client_send (client, text, -1);
  http_client_wait_closed (client);
  at = client->response->raw->str;
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_assert_true (g_str_has_prefix (at, "HTTP/1.1 "));
      g_assert_true (g_str_has_prefix (at + strlen ("HTTP/1.1"), order[i]));
      at = i + 1 < G_N_ELEMENTS (order) ? strstr (at + 1, "HTTP/1.1 ") : at;
      g_assert_nonnull (at);
    }
  g_assert_cmpuint (count (client, "Connection: close\r\n"), ==, 1);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 2);
}

/* As many as one connection may have, and one more. */
static void
test_max_requests (void)
{
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (HttpClient) client = NULL;

  for (guint i = 0; i < ERIC_HTTP_MAX_REQUESTS + 1; i++)
    g_string_append (text, NEXT);
  client = say (fixture, text->str, text->len);
  g_assert_cmpuint (count (client, "HTTP/1.1 404 "), ==, ERIC_HTTP_MAX_REQUESTS);
  g_assert_cmpuint (count (client, "Connection: close\r\n"), ==, 1);
}

/* A HEAD of a stream has no length; one of nothing has that of a GET. */
static void
test_head (void)
{
  static const char text[] = "HEAD /events/news HTTP/1.1\r\nHost: x\r\n\r\n";
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) client = say (fixture, text, strlen (text));
  g_autofree char *length = http_response_dup_header (client->response, "Content-Length");

  g_assert_cmpuint (client->response->status, ==, 200);
  g_assert_null (length);
}

/* Who waits for it is told to go on, who speaks HTTP/1.0 is not. */
static void
test_continue (void)
{
  static const char new[] = "POST /events/news HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                            "Expect: 100-continue\r\n\r\nhello";
  static const char old[] = "POST /events/news HTTP/1.0\r\nContent-Length: 5\r\n"
                            "Expect: 100-continue\r\n\r\nhello";
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) first = say (fixture, new, strlen (new));
  g_autoptr (HttpClient) second = say (fixture, old, strlen (old));

  g_assert_cmpuint (count (first, "HTTP/1.1 100 Continue\r\n"), ==, 1);
  g_assert_cmpuint (count (first, "HTTP/1.1 202 "), ==, 1);
  g_assert_cmpuint (count (second, " 100 "), ==, 0);
  g_assert_cmpuint (count (second, "HTTP/1.0 202 "), ==, 1);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 2);
}

static void
answer_chunked (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "one", 3);
  soup_message_body_append (body, SOUP_MEMORY_STATIC, "two", 3);
  soup_message_body_complete (body);
}

static void
own_cb (SoupServer        *soup_server,
        SoupServerMessage *message,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  if (g_str_equal (path, "/own/chunked"))
    answer_chunked (message);
  else if (g_str_equal (path, "/own/eof"))
    {
      answer_chunked (message);
      soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_EOF);
    }
  else
    {
      g_autofree char *text = http_make_text (1024 * 1024);

      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, text, strlen (text));
    }
}

/* The application's own handlers: in chunks, long, and without an end. */
static void
test_own_handlers (void)
{
  static const char chunked[] = NEXT "GET /own/chunked HTTP/1.1\r\nHost: x\r\n\r\n" NEXT;
  static const char old[] = "GET /own/chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  static const char large[] = "GET /own/large HTTP/1.1\r\nHost: x\r\n\r\n" NEXT;
  static const char eof[] = "GET /own/eof HTTP/1.1\r\nHost: x\r\n\r\n" NEXT;
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) first = NULL, second = NULL, third = NULL, fourth = NULL;

  soup_server_add_handler (fixture->soup_server, "/own", own_cb, NULL, NULL);
  first = say (fixture, chunked, strlen (chunked));
  g_assert_nonnull (strstr (first->response->raw->str, "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 404 "));
  second = say (fixture, old, strlen (old));
  g_assert_nonnull (strstr (second->response->raw->str, "Connection: close\r\n"));
  g_assert_true (g_str_has_suffix (second->response->raw->str, "\r\n\r\nonetwo"));
  third = say (fixture, large, strlen (large));
  g_assert_cmpuint (third->response->raw->len, >, 1024 * 1024);
  g_assert_cmpuint (count (third, "HTTP/1.1 404 "), ==, 1);
  fourth = say (fixture, eof, strlen (eof));
  g_assert_nonnull (strstr (fourth->response->raw->str, "Connection: close\r\n"));
  g_assert_true (g_str_has_suffix (fourth->response->raw->str, "\r\n\r\nonetwo"));
}

/* Who goes on sending still gets the answer, and the end. */
static void
test_still_sending (void)
{
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) client = http_client_new (fixture);
  g_autofree char *more = http_make_text (200 * 1024);

  http_client_send (client, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", -1);
  http_client_send (client, more, -1);
  while (client->response->head == 0)
    g_main_context_iteration (NULL, TRUE);
  http_client_send (client, more, -1);
  http_client_wait_closed (client);
  g_assert_cmpint (client->error, ==, 0);
  g_assert_cmpuint (client->response->status, ==, 400);
}

typedef struct
{
  gboolean done;
  gboolean ended_well;
} Drain;

static void
drained_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Drain *drain = user_data;

  drain->ended_well = eric_sse_server_drain_finish (ERIC_SSE_SERVER (source), result, NULL);
  drain->done = TRUE;
}

#define HALF "POST /events/news HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"

/* Idle ones are closed, and a request under way is answered: that nobody could be
 * sure of what it publishes. */
static void
test_drain (void)
{
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) idle = http_client_new (fixture);
  g_autoptr (HttpClient) busy = http_client_new (fixture);
  g_autofree char *retry_after = NULL;
  Drain drain = { 0 };

  http_client_send (idle, NEXT, -1);
  http_client_send (busy, NEXT HALF, -1);
  while (idle->response->head == 0 || busy->response->head == 0)
    g_main_context_iteration (NULL, TRUE);
  eric_sse_server_drain_async (fixture->server, 30000, NULL, drained_cb, &drain);
  http_client_wait_closed (idle);
  g_assert_false (drain.done);
  http_client_send (busy, "lo", -1);
  http_client_wait_closed (busy);
  while (!drain.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (drain.ended_well);
  g_assert_cmpuint (count (idle, "HTTP/1.1 "), ==, 1);
  g_assert_cmpuint (count (busy, "HTTP/1.1 503 "), ==, 1);
  g_assert_cmpuint (count (busy, "Retry-After: 5\r\n"), ==, 1);
  g_assert_cmpuint (count (busy, "Connection: close\r\n"), ==, 1);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (fixture->news), ==, 0);
}

/* One that is never completed is answered when the time is up. */
static void
test_drain_timeout (void)
{
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) busy = http_client_new (fixture);
  Drain drain = { 0 };

  http_client_send (busy, NEXT HALF, -1);
  while (busy->response->head == 0)
    g_main_context_iteration (NULL, TRUE);
  eric_sse_server_drain_async (fixture->server, 1, NULL, drained_cb, &drain);
  http_client_wait_closed (busy);
  while (!drain.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count (busy, "HTTP/1.1 503 "), ==, 1);
}

/* The server goes while connections are kept, and while one is being served. */
static void
test_dropped (void)
{
  g_autoptr (HttpFixture) fixture = fixture_new ();
  g_autoptr (HttpClient) idle = http_client_new (fixture);
  g_autoptr (HttpClient) busy = http_client_new (fixture);

  http_client_send (idle, NEXT, -1);
  http_client_send (busy, NEXT HALF, -1);
  while (idle->response->head == 0 || busy->response->head == 0)
    g_main_context_iteration (NULL, TRUE);
  http_fixture_drop_server (fixture);
  http_client_wait_closed (idle);
  http_client_send (busy, "lo", -1);
  http_client_wait_closed (busy);
  g_assert_cmpuint (count (busy, "HTTP/1.1 404 "), ==, 2);
  g_assert_cmpuint (count (busy, "Connection: close\r\n"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/eric/http-framing/cases", test_cases);
  g_test_add_func ("/eric/http-framing/nothing-behind", test_nothing_behind);
  g_test_add_func ("/eric/http-framing/pipelined", test_pipelined);
  g_test_add_func ("/eric/http-framing/max-requests", test_max_requests);
  g_test_add_func ("/eric/http-framing/head", test_head);
  g_test_add_func ("/eric/http-framing/continue", test_continue);
  g_test_add_func ("/eric/http-framing/own-handlers", test_own_handlers);
  g_test_add_func ("/eric/http-framing/still-sending", test_still_sending);
  g_test_add_func ("/eric/http-framing/drain", test_drain);
  g_test_add_func ("/eric/http-framing/drain-timeout", test_drain_timeout);
  g_test_add_func ("/eric/http-framing/dropped", test_dropped);

  return g_test_run ();
}
