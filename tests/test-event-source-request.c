/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* What is sent, where to, and through what. */

static void
assert_header (ScriptedPeer *peer,
               const char   *name,
               const char   *expected)
{
  g_autofree char *value = scripted_peer_dup_header (peer, name);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_event_source_request_get (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  g_assert_cmpstr (peer->method, ==, "GET");
  g_assert_cmpstr (peer->target, ==, "/stream");
  assert_header (peer, "Accept", "text/event-stream");
  assert_header (peer, "Cache-Control", "no-cache");
  assert_header (peer, "Last-Event-ID", NULL);
  assert_header (peer, "User-Agent", "eric-sse/" ERIC_PACKAGE_VERSION);
}

static void
test_event_source_request_headers (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  EricEventSource *source = fixture->source;
  g_autoptr (GError) error = NULL;
  const char * const bad[][2] = {
    { "", "x" }, { "a b", "x" }, { "a:", "x" }, { "a", "x\r\nb: c" }, { "a", "x\n" }, { "ä", "x" },
  };
  ScriptedPeer *peer;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (eric_event_source_set_header (source, bad[i][0], bad[i][1], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_true (eric_event_source_set_header (source, "X-Gone", "1", &error));
  g_assert_true (eric_event_source_set_header (source, "x-gone", NULL, &error));
  g_assert_true (eric_event_source_set_header (source, "Last-Event-ID", "old", &error));
  g_assert_true (eric_event_source_set_header (source, "Accept", "text/event-stream, */*", &error));
  g_assert_true (eric_event_source_set_header (source, "Authorization", "Bearer 1", &error));
  g_assert_true (eric_event_source_set_header (source, "Authorization", "Bearer 2", &error));
  g_assert_true (eric_event_source_set_last_event_id (source, "älter", &error));
  g_assert_false (eric_event_source_set_last_event_id (source, "a\nb", &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (eric_event_source_get_last_event_id (source), ==, "älter");

  peer = source_fixture_open (fixture);
  assert_header (peer, "X-Gone", NULL);
  assert_header (peer, "Accept", "text/event-stream, */*");
  assert_header (peer, "Authorization", "Bearer 2");
  assert_header (peer, "Last-Event-ID", "älter");
}

static void
test_event_source_request_uris (void)
{
  const char * const bad[] = { "", "no uri", "/stream", "ftp://127.0.0.1/", "http://", "http:///x", "file:///x" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autoptr (EricEventSource) source = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_null (eric_event_source_new (bad[i], &error));
      g_assert_true (error != NULL && error->domain == G_URI_ERROR);
      g_object_unref (fixture->source);
      source_fixture_watch (fixture, g_object_new (ERIC_TYPE_EVENT_SOURCE, "uri", bad[i], NULL));
      eric_event_source_start (fixture->source);
      g_assert_true (g_str_has_suffix (fixture->log->str, "closed\n"));
      g_assert_true (eric_event_source_get_error (fixture->source)->domain == G_URI_ERROR);
      g_assert_null (source_next (fixture->source, NULL));
    }
}

static void
test_event_source_request_template (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autofree char *uri = scripted_server_make_uri (fixture->server, "/chat?x=%20y");
  g_autoptr (SoupMessage) model = soup_message_new ("POST", uri);
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"a\":1}", 7);
  SoupMessageHeaders *headers = soup_message_get_request_headers (model);
  g_autoptr (GError) error = NULL;
  ScriptedPeer *peer;

  soup_message_headers_append (headers, "X-Two", "1");
  soup_message_headers_append (headers, "X-Two", "2");
  soup_message_headers_append (headers, "Content-Type", "application/json; charset=utf-8");
  g_object_unref (fixture->source);
  source_fixture_watch (fixture, eric_event_source_new_for_message (model, body, &error));
  g_assert_no_error (error);
  eric_event_source_set_idempotent (fixture->source, TRUE);
  for (guint i = 0; i < 3; i++)
    {
      if (i == 0)
        peer = source_fixture_open (fixture);
      else
        {
          scripted_peer_close (peer);
          test_wait_until (eric_source_clock_get_next (fixture->clock) > 0);
          source_fixture_pass (fixture, 10000);
          peer = scripted_server_wait (fixture->server, i);
        }
      g_assert_cmpstr (peer->method, ==, "POST");
      g_assert_cmpstr (peer->target, ==, "/chat?x=%20y");
      g_assert_cmpstr (scripted_peer_get_body (peer), ==, "{\"a\":1}");
      assert_header (peer, "X-Two", "1, 2");
      assert_header (peer, "Content-Type", "application/json; charset=utf-8");
      assert_header (peer, "Content-Length", "7");
      assert_header (peer, "Accept", "text/event-stream");
    }
}

/* A body within the message is gone once it is sent. */
static void
test_event_source_request_body (void)
{
  g_autoptr (SoupMessage) whole = soup_message_new ("POST", "http://127.0.0.1/");
  g_autoptr (SoupMessage) chunked = soup_message_new ("POST", "http://127.0.0.1/");
  g_autoptr (GInputStream) stream = g_memory_input_stream_new ();
  g_autoptr (GBytes) body = g_bytes_new_static ("x", 1);
  g_autoptr (EricEventSource) source = NULL;
  g_autoptr (GError) error = NULL;

  soup_message_set_request_body_from_bytes (whole, "text/plain", body);
  g_assert_null (eric_event_source_new_for_message (whole, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  soup_message_set_request_body (chunked, "text/plain", stream, -1);
  g_assert_null (eric_event_source_new_for_message (chunked, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  source = eric_event_source_new_for_message (whole, body, &error);
  g_assert_no_error (error);
}

/* What a message that was made by its properties lacks, and what libsoup would send as it is. */
static void
test_event_source_request_incomplete (void)
{
  const char * const methods[] = { NULL, "", "GE T", "G\303\211T", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" };
  g_autoptr (GUri) uri = g_uri_parse ("http://127.0.0.1/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (SoupMessage) nowhere = g_object_new (SOUP_TYPE_MESSAGE, "method", "GET", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_event_source_new_for_message (nowhere, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (SoupMessage) model = g_object_new (SOUP_TYPE_MESSAGE, "method", methods[i], "uri", uri, NULL);

      g_assert_null (eric_event_source_new_for_message (model, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
}

static void
token_cb (EricEventSource *source,
          SoupMessage     *request,
          guint           *n)
{
  g_autofree char *token = g_strdup_printf ("Bearer %u", ++*n);

  soup_message_headers_replace (soup_message_get_request_headers (request), "Authorization", token);
}

static void
test_event_source_request_before (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  guint n = 0;
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "before-connect", G_CALLBACK (token_cb), &n);
  peer = source_fixture_open (fixture);
  assert_header (peer, "Authorization", "Bearer 1");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 44\n");
  source_fixture_pass (fixture, 1500);
  assert_header (scripted_server_wait (fixture->server, 1), "Authorization", "Bearer 2");
}

typedef struct
{
  const char *method;
  guint       status;
  const char *method_after;
} Redirect;

static const Redirect redirects[] = {
  { "GET", 301, "GET" }, { "GET", 302, "GET" }, { "GET", 303, "GET" }, { "GET", 307, "GET" }, { "GET", 308, "GET" },
  { "POST", 303, "GET" }, { "POST", 307, "POST" }, { "POST", 308, "POST" }, { "POST", 301, "GET" },
  { "POST", 302, "GET" },
};

static void
answer_redirect (ScriptedServer *server,
                 guint           status,
                 const char     *location)
{
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 %u Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n"
                                             "Connection: close\r\n\r\n", status, location);

  scripted_server_answer (server, answer, SCRIPTED_CLOSE);
}

static void
test_event_source_request_redirect (gconstpointer data)
{
  const Redirect *redirect = data;
  g_autoptr (SourceFixture) fixture =
    source_fixture_new_for (redirect->method, g_str_equal (redirect->method, "POST") ? "body" : NULL);
  g_autofree char *uri = scripted_server_make_uri (fixture->server, "/stream");
  ScriptedPeer *peer;

  eric_event_source_set_idempotent (fixture->source, TRUE);
  eric_event_source_set_header (fixture->source, "Authorization", "Bearer 1", NULL);
  answer_redirect (fixture->server, redirect->status, "/else?where");
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "id: 1\ndata: 1\n\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1 #1\n"
                                  "= connecting\nerror g-io-error-quark 44\n");
  peer = fixture->server->peers->pdata[1];
  g_assert_cmpstr (peer->target, ==, "/else?where");
  g_assert_cmpstr (peer->method, ==, redirect->method_after);
  g_assert_cmpstr (scripted_peer_get_body (peer), ==,
                   g_str_equal (redirect->method_after, "POST") ? "body" : "");
  assert_header (peer, "Authorization", "Bearer 1");
  assert_header (peer, "Accept", "text/event-stream");
  g_assert_cmpstr (eric_event_source_get_uri (fixture->source), ==, uri);

  /* To where it was first. */
  source_fixture_pass (fixture, 3300);
  peer = scripted_server_wait (fixture->server, 2);
  g_assert_cmpstr (peer->target, ==, "/stream");
  g_assert_cmpstr (peer->method, ==, redirect->method);
  assert_header (peer, "Last-Event-ID", "1");
}

/* Another port is another origin. */
static void
test_event_source_request_strip (gconstpointer data)
{
  const Redirect *redirect = data;
  g_autoptr (ScriptedServer) other = scripted_server_new ();
  g_autoptr (SourceFixture) fixture = source_fixture_new_for (redirect->method, NULL);
  g_autofree char *uri = scripted_server_make_uri (other, "/");
  guint n = 0;
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "before-connect", G_CALLBACK (token_cb), &n);
  eric_event_source_set_header (fixture->source, "Cookie", "a=b", NULL);
  eric_event_source_set_header (fixture->source, "Proxy-Authorization", "Basic x", NULL);
  eric_event_source_set_header (fixture->source, "x-api-key", "key", NULL);
  eric_event_source_set_header (fixture->source, "api-key", "key", NULL);
  eric_event_source_set_header (fixture->source, "X-Else", "perhaps a key", NULL);
  eric_event_source_set_header (fixture->source, "Accept-Language", "de", NULL);
  eric_event_source_set_last_event_id (fixture->source, "7", NULL);
  answer_redirect (fixture->server, redirect->status, uri);
  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, 0);
  assert_header (peer, "Authorization", "Bearer 1");
  assert_header (peer, "Cookie", "a=b");
  assert_header (peer, "X-Api-Key", "key");
  assert_header (peer, "Api-Key", "key");
  peer = scripted_server_wait (other, 0);
  assert_header (peer, "Authorization", NULL);
  assert_header (peer, "Proxy-Authorization", NULL);
  assert_header (peer, "Cookie", NULL);
  assert_header (peer, "X-Api-Key", NULL);
  assert_header (peer, "Api-Key", NULL);
  assert_header (peer, "X-Else", NULL);
  assert_header (peer, "Accept", "text/event-stream");
  assert_header (peer, "Accept-Language", "de");
  assert_header (peer, "Last-Event-ID", "7");
  scripted_peer_send (peer, SCRIPTED_STREAM);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n");
}

static void
again_func (ScriptedPeer *peer,
            gpointer      user_data)
{
  scripted_peer_send (peer, user_data);
  scripted_peer_close (peer);
}

static void
test_event_source_request_loop (gconstpointer data)
{
  const Redirect *redirect = data;
  g_autoptr (SourceFixture) fixture = source_fixture_new_for (redirect->method, NULL);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 %u Again\r\nLocation: /\r\nContent-Length: 0\r\n"
                                             "Connection: close\r\n\r\n", redirect->status);

  scripted_server_set_func (fixture->server, again_func, answer);
  eric_event_source_start (fixture->source);
  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
  g_assert_error (eric_event_source_get_error (fixture->source), SOUP_SESSION_ERROR,
                  SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS);
  g_assert_cmpuint (fixture->server->peers->len, <=, ERIC_EVENT_SOURCE_MAX_REDIRECTS + 1);
}

static void
test_event_source_request_astray (void)
{
  const char * const locations[] = { "", "ftp://127.0.0.1/", "http://[", "http:///" };

  for (guint i = 0; i < G_N_ELEMENTS (locations); i++)
    for (guint j = 0; j < 2; j++)
      {
        g_autoptr (SourceFixture) fixture = source_fixture_new_for (j == 0 ? "POST" : "GET", NULL);

        answer_redirect (fixture->server, 307, locations[i]);
        eric_event_source_start (fixture->source);
        g_test_message ("%s", locations[i]);
        test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
        g_assert_nonnull (eric_event_source_get_error (fixture->source));
        source_fixture_assert_delay (fixture, -1);
      }
}

/* The template says not to follow. */
static void
test_event_source_request_flags (void)
{
  const char * const methods[] = { "GET", "POST" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autofree char *uri = scripted_server_make_uri (fixture->server, "/stream");
      g_autoptr (SoupMessage) model = soup_message_new (methods[i], uri);

      soup_message_add_flags (model, SOUP_MESSAGE_NO_REDIRECT);
      g_object_unref (fixture->source);
      source_fixture_watch (fixture, eric_event_source_new_for_message (model, NULL, NULL));
      answer_redirect (fixture->server, 307, "/else");
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n= closed\nerror eric-error-quark 7\nclosed\n");
    }
}

/* Each attempt has all the redirects that one may have. */
static void
test_event_source_request_often (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", NULL);

  eric_event_source_set_idempotent (fixture->source, TRUE);
  eric_event_source_start (fixture->source);
  for (guint i = 0; i < ERIC_EVENT_SOURCE_MAX_REDIRECTS + 5; i++)
    {
      answer_redirect (fixture->server, 307, "/else");
      scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_CLOSE);
      test_wait_until (eric_source_clock_get_next (fixture->clock) > 0);
      g_assert_cmpuint (fixture->server->peers->len, ==, 2 * i + 2);
      source_fixture_pass (fixture, 100000);
    }
}

static void
test_event_source_request_proxy (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autofree char *proxy = scripted_server_make_uri (fixture->server, "");
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (proxy, NULL);
  g_autoptr (SoupSession) session = soup_session_new ();
  ScriptedPeer *peer;

  soup_session_set_proxy_resolver (session, resolver);
  g_object_unref (fixture->source);
  source_fixture_watch (fixture, eric_event_source_new ("http://192.0.2.1/stream", NULL));
  eric_event_source_set_session (fixture->source, session);
  peer = source_fixture_open (fixture);
  g_assert_cmpstr (peer->target, ==, "http://192.0.2.1/stream");
  scripted_peer_send (peer, "data: 1\n\n");
  source_fixture_assert (fixture, "message 1\n");
  eric_event_source_close (fixture->source);
  scripted_peer_wait_gone (peer);
}

static void
add_redirects (const char    *name,
               GTestDataFunc  func)
{
  for (guint i = 0; i < G_N_ELEMENTS (redirects); i++)
    {
      g_autofree char *path = g_strdup_printf ("/eric/event-source-request/%s/%s-%u", name,
                                               redirects[i].method, redirects[i].status);

      g_test_add_data_func (path, &redirects[i], func);
    }
}

#define add(name, func) g_test_add_func ("/eric/event-source-request/" name, test_event_source_request_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("get", get);
  add ("headers", headers);
  add ("uris", uris);
  add ("template", template);
  add ("body", body);
  add ("incomplete", incomplete);
  add ("before", before);
  add_redirects ("redirect", test_event_source_request_redirect);
  add_redirects ("strip", test_event_source_request_strip);
  add_redirects ("loop", test_event_source_request_loop);
  add ("astray", astray);
  add ("flags", flags);
  add ("often", often);
  add ("proxy", proxy);
  return g_test_run ();
}
