/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* Answers that are no stream, and what they say. */

#define REFUSED "= closed\nerror eric-error-quark 7\nclosed\n"
#define LIMIT   ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE

static void
assert_body (SourceFixture *fixture,
             const char    *expected)
{
  GBytes *body = eric_event_source_get_error_body (fixture->source);

  if (expected == NULL)
    g_assert_null (body);
  else
    g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), expected, strlen (expected));
}

/* A timer of the source is there: its only one is that of the body. */
static void
wait_for_body (SourceFixture *fixture)
{
  test_wait_until (eric_source_clock_get_next (fixture->clock) >= 0);
  source_fixture_assert_delay (fixture, ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT);
}

static void
test_event_source_refuse_body (void)
{
  const struct { const char *answer; ScriptedEnd end; const char *body; } cases[] = {
    { "HTTP/1.1 401 No\r\nContent-Length: 7\r\n\r\n{\"a\":1}", SCRIPTED_STAY, "{\"a\":1}" },
    { "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n", SCRIPTED_STAY, "no!" },
    { "HTTP/1.1 404 No\r\nConnection: close\r\n\r\nfür", SCRIPTED_CLOSE, "für" },
    { "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", SCRIPTED_STAY, "{}" },
    { "HTTP/1.1 400 No\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: 1\n\n", SCRIPTED_STAY,
      "data: 1\n\n" },
    { "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", SCRIPTED_STAY, NULL },
    /* Cut off: that it was refused is what matters. */
    { "HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nhalf", SCRIPTED_CLOSE, "half" },
    { "HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\nno chunk", SCRIPTED_CLOSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", "{}");

      g_test_message ("%s", cases[i].answer);
      assert_body (fixture, NULL);
      scripted_server_answer (fixture->server, cases[i].answer, cases[i].end);
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n" REFUSED);
      assert_body (fixture, cases[i].body);
      source_fixture_assert_delay (fixture, -1);
    }
}

static void
test_event_source_refuse_no_content (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  scripted_server_answer (fixture->server, "HTTP/1.1 204 Done\r\n\r\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nclosed\n");
  assert_body (fixture, NULL);
  g_assert_null (eric_event_source_get_error (fixture->source));
}

/* At the limit it is whole; beyond it, it is cut, and not waited for. */
static void
test_event_source_refuse_limit (void)
{
  const struct { gsize sent; gsize announced; } cases[] = {
    { LIMIT - 1, LIMIT - 1 }, { LIMIT, LIMIT }, { LIMIT + 1, LIMIT + 1 }, { LIMIT, 100 * LIMIT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autofree char *head = g_strdup_printf ("HTTP/1.1 400 No\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                                               cases[i].announced);
      g_autofree char *body = g_strnfill (cases[i].sent, 'x');
      g_autofree char *answer = g_strconcat (head, body, NULL);
      GBytes *kept;

      scripted_server_answer (fixture->server, answer, SCRIPTED_STAY);
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n" REFUSED);
      kept = eric_event_source_get_error_body (fixture->source);
      g_assert_cmpmem (g_bytes_get_data (kept, NULL), g_bytes_get_size (kept), body, MIN (cases[i].sent, LIMIT));
      if (cases[i].announced > LIMIT)
        scripted_peer_wait_gone (fixture->server->peers->pdata[0]);
    }
}

static void
test_event_source_refuse_timeout (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  scripted_server_answer (fixture->server, "HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nhalf", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  wait_for_body (fixture);
  test_wait_until (_eric_event_source_get_private (fixture->source)->refusal_body->len == 4);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT - 1);
  test_settle ();
  source_fixture_assert (fixture, "= connecting\n");
  source_fixture_pass (fixture, 1);
  source_fixture_assert (fixture, REFUSED);
  assert_body (fixture, "half");
  scripted_peer_wait_gone (fixture->server->peers->pdata[0]);
}

static gboolean
decide_cb (EricEventSource *source,
           SoupMessage     *request,
           const GError    *error,
           gboolean         proposed,
           SourceFixture   *fixture)
{
  g_assert_false (proposed);
  assert_body (fixture, "later");
  g_string_append (fixture->log, "decide\n");
  return TRUE;
}

/* Who decides can read it; it is gone when there is a stream. */
static void
test_event_source_refuse_decide (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", "{}");
  g_autoptr (GBytes) body = NULL;
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "decide-reconnect", G_CALLBACK (decide_cb), fixture);
  scripted_server_answer (fixture->server, "HTTP/1.1 529 Busy\r\nContent-Length: 5\r\n\r\nlater", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\ndecide\nerror eric-error-quark 7\n");
  g_object_get (fixture->source, "error-body", &body, NULL);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "later", 5);

  source_fixture_pass (fixture, 10000);
  peer = scripted_server_wait (fixture->server, 1);
  assert_body (fixture, NULL);
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 1\n\n");
  source_fixture_assert (fixture, "= open\nopen\nmessage 1\n");
  assert_body (fixture, NULL);
}

/* libsoup keeps a connection whose answer was read to its end. There is room for two to
 * a server, and the next request wants one of its own. */
static void
test_event_source_refuse_again (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  for (guint i = 0; i < 5; i++)
    scripted_server_answer (fixture->server, "HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nlater", SCRIPTED_STAY);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\nerror eric-error-quark 7\n");
  for (guint i = 0; i < 4; i++)
    {
      source_fixture_pass (fixture, ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY);
      source_fixture_assert (fixture, "error eric-error-quark 7\n");
    }
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY);
  source_fixture_assert (fixture, "= open\nopen\nmessage 1\n");
}

static void
test_event_source_refuse_close (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  scripted_server_answer (fixture->server, "HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nhalf", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  wait_for_body (fixture);
  eric_event_source_close (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nclosed\n");
  source_fixture_assert_delay (fixture, -1);
  g_assert_null (eric_event_source_get_error (fixture->source));
  assert_body (fixture, NULL);
  scripted_peer_wait_gone (fixture->server->peers->pdata[0]);
}

static void
test_event_source_refuse_drop (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  scripted_server_answer (fixture->server, "HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\nhalf", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  wait_for_body (fixture);
  source_fixture_drop_source (fixture);
  source_fixture_assert_delay (fixture, -1);
  scripted_peer_wait_gone (fixture->server->peers->pdata[0]);
}

static void
before_id_cb (EricEventSource *source,
              SoupMessage     *request)
{
  soup_message_headers_replace (soup_message_get_request_headers (request), "Last-Event-ID", "old");
}

static void
assert_last_event_id (ScriptedPeer *peer,
                      const char   *expected)
{
  g_autofree char *id = scripted_peer_dup_header (peer, "Last-Event-ID");

  g_assert_cmpstr (id, ==, expected);
}

/* Whoever put it there: an id that was refused is left out, and a server that goes on
 * refusing has the last word. */
static void
test_event_source_refuse_own_id (void)
{
  const char refusal[] = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n";

  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      gboolean goes_on = i % 2 == 1;

      if (i / 2 == 0)
        eric_event_source_set_header (fixture->source, "last-event-id", "old", NULL);
      else if (i / 2 == 1)
        g_signal_connect (fixture->source, "before-connect", G_CALLBACK (before_id_cb), NULL);
      else
        eric_event_source_set_last_event_id (fixture->source, "old", NULL);
      scripted_server_answer (fixture->server, refusal, SCRIPTED_CLOSE);
      scripted_server_answer (fixture->server, goes_on ? refusal : SCRIPTED_STREAM "id: new\ndata: 1\n\n", SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      assert_last_event_id (scripted_server_wait (fixture->server, 0), "old");
      source_fixture_assert (fixture, "= connecting\nerror eric-error-quark 7\n");
      source_fixture_assert_delay (fixture, 1500);
      source_fixture_pass (fixture, 1500);
      assert_last_event_id (scripted_server_wait (fixture->server, 1), NULL);
      if (goes_on)
        {
          source_fixture_assert (fixture, REFUSED);
          continue;
        }
      source_fixture_assert (fixture, "= open\nopen\ngap refused-id\nmessage 1 #new\n"
                                      "= connecting\nerror g-io-error-quark 44\n");
    }
}

#define add(name, func) g_test_add_func ("/eric/event-source-refuse/" name, test_event_source_refuse_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("body", body);
  add ("no-content", no_content);
  add ("limit", limit);
  add ("timeout", timeout);
  add ("decide", decide);
  add ("again", again);
  add ("close", close);
  add ("drop", drop);
  add ("own-id", own_id);
  return g_test_run ();
}
