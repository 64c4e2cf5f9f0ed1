/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "source-util.h"
#include "test-util.h"

/* A connection that is lost: what is waited for, and what is asked for then. */

#define OPENED "= open\nopen\n"
#define LOST   "= connecting\nerror g-io-error-quark 44\n"

/* Has the time pass that is left, and waits for the request that follows. */
static ScriptedPeer *
pass_and_wait (SourceFixture *fixture,
               guint          milliseconds)
{
  guint n = fixture->server->peers->len;

  source_fixture_assert_delay (fixture, milliseconds);
  source_fixture_pass (fixture, milliseconds - 1);
  test_settle ();
  g_assert_cmpuint (fixture->server->peers->len, ==, n);
  source_fixture_pass (fixture, 1);
  return scripted_server_wait (fixture->server, n);
}

static void
assert_last_event_id (ScriptedPeer *peer,
                      const char   *expected)
{
  g_autofree char *id = scripted_peer_dup_header (peer, "Last-Event-ID");

  g_assert_cmpstr (id, ==, expected);
}

static void
test_event_source_reconnect_end (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  assert_last_event_id (peer, NULL);
  scripted_peer_send (peer, "id: 4\ndata: 1\n\nid: 5\ndata: cut");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "message 1 #4\n" LOST);
  peer = pass_and_wait (fixture, 3300);
  assert_last_event_id (peer, "4");
  g_assert_cmpstr (peer->target, ==, "/stream");
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 2\n\nid\ndata: 3\n\n");
  source_fixture_assert (fixture, OPENED "message 2 #4\nmessage 3\n");
  g_assert_null (eric_event_source_get_error (fixture->source));
  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  peer = pass_and_wait (fixture, 3300);
  assert_last_event_id (peer, NULL);
}

/* Whatever way it is cut, what was whole is kept, and what was not comes again. */
static void
test_event_source_reconnect_cut (void)
{
  const char * const cuts[] = {
    "id: 2\ndata: b", "id: 2\ndata: b\n", "id: 2\ndata: \xc3", "id: 2\r", "i", "\xef\xbb", ":", "event: x\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer = source_fixture_open (fixture);

      scripted_peer_send (peer, "id: 1\ndata: a\n\n");
      scripted_peer_send (peer, cuts[i]);
      source_fixture_assert (fixture, "message a #1\n");
      test_settle ();
      if (i % 2 == 0)
        scripted_peer_close (peer);
      else
        scripted_peer_reset (peer);
      source_fixture_assert (fixture, LOST);
      peer = pass_and_wait (fixture, 3300);
      assert_last_event_id (peer, "1");
      scripted_peer_send (peer, SCRIPTED_STREAM "\xef\xbb\xbfid: 2\ndata: b\xc3\xa4\n\n");
      source_fixture_assert (fixture, OPENED "message b\xc3\xa4 #2\n");
    }
}

static void
test_event_source_reconnect_chunked_cut (void)
{
  const char * const cuts[] = { "", "9", "9\r\ndata", "9\r\ndata: b\n\n", "zz\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer;

      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_send (peer, SCRIPTED_CHUNKED "9\r\ndata: a\n\n\r\n");
      source_fixture_assert (fixture, "= connecting\n" OPENED "message a\n");
      scripted_peer_send (peer, cuts[i]);
      scripted_peer_close (peer);
      test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CONNECTING);
      source_fixture_assert_delay (fixture, 3300);
    }
}

static void
test_event_source_reconnect_backoff (void)
{
  const guint delays[] = { 100, 100, 200, 400, 500, 500 };
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_retry_delay (fixture->source, 100);
  eric_event_source_set_max_retry_delay (fixture->source, 1000);
  scripted_server_stop (fixture->server);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 39\n");
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      source_fixture_assert_delay (fixture, delays[i]);
      source_fixture_pass (fixture, delays[i]);
      source_fixture_assert (fixture, "error g-io-error-quark 39\n");
    }
  eric_source_clock_set_draw (fixture->clock, 0.999);
  source_fixture_pass (fixture, 500);
  source_fixture_assert (fixture, "error g-io-error-quark 39\n");
  source_fixture_assert_delay (fixture, 999);
  eric_source_clock_set_draw (fixture->clock, 0);
  source_fixture_pass (fixture, 999);
  source_fixture_assert (fixture, "error g-io-error-quark 39\n");
  source_fixture_assert_delay (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);

  scripted_server_listen (fixture->server);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_STAY);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  source_fixture_assert (fixture, OPENED "message 1\n");
}

/* Only a connection that was stable begins anew. */
static void
test_event_source_reconnect_stable (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  peer = pass_and_wait (fixture, 1500);

  /* Opened, but nothing came: comments do not count. */
  scripted_peer_send (peer, SCRIPTED_STREAM ":\n\nretry: 1000\n");
  source_fixture_assert (fixture, OPENED ":\n");
  test_settle ();
  source_fixture_pass (fixture, 9999);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  g_assert_cmpuint (eric_event_source_get_retry_delay (fixture->source), ==, 1000);
  peer = pass_and_wait (fixture, 1000);

  /* So long that it was. */
  scripted_peer_send (peer, SCRIPTED_STREAM);
  source_fixture_assert (fixture, OPENED);
  source_fixture_pass (fixture, 10000);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  peer = pass_and_wait (fixture, 1100);
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "error g-io-error-quark 44\n");
  peer = pass_and_wait (fixture, 500);

  /* A message is success. */
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 1\n\n");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, OPENED "message 1\n" LOST);
  peer = pass_and_wait (fixture, 1100);

  /* That of the connection before is none of this one. */
  scripted_peer_send (peer, SCRIPTED_STREAM);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, OPENED LOST);
  source_fixture_assert_delay (fixture, 500);
}

static void
test_event_source_reconnect_status (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  scripted_server_answer (fixture->server, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", SCRIPTED_STAY);
  scripted_server_answer (fixture->server, "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\nno!",
                          SCRIPTED_STAY);
  scripted_server_answer (fixture->server, "HTTP/1.1 502 Oh\r\nRetry-After: 86400\r\nContent-Length: 9\r\n\r\n",
                          SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\nerror eric-error-quark 7\n");
  pass_and_wait (fixture, 1500);
  source_fixture_assert (fixture, "error eric-error-quark 7\n");
  g_assert_cmpuint (soup_message_get_status (eric_event_source_get_http_message (fixture->source)), ==, 429);
  pass_and_wait (fixture, 7000 + 3000);
  source_fixture_assert (fixture, "error eric-error-quark 7\n");
  peer = pass_and_wait (fixture, ERIC_EVENT_SOURCE_MAX_RETRY_AFTER + 6000);
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 1\n\n");
  source_fixture_assert (fixture, OPENED "message 1\n");
}

static void
assert_final (EricReconnectPolicy  policy,
              const char          *answer,
              const char          *log)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_policy (fixture->source, policy);
  scripted_server_answer (fixture->server, answer, SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  /* Some of the bodies never end. */
  test_wait_until (eric_source_clock_get_next (fixture->clock) >= 0 ||
                   eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT);
  source_fixture_assert (fixture, log);
  source_fixture_assert_delay (fixture, -1);
}

#define FAILED "= connecting\n= closed\nerror eric-error-quark 7\nclosed\n"

static void
test_event_source_reconnect_final (void)
{
  const char * const answers[] = {
    "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>",
    "HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream-no\r\n\r\ndata: 1\n\n",
    "HTTP/1.1 206 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
  };

  for (int policy = ERIC_RECONNECT_POLICY_RESILIENT; policy <= ERIC_RECONNECT_POLICY_NEVER; policy++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
        assert_final (policy, answers[i], FAILED);
      assert_final (policy, "HTTP/1.1 204 Done\r\n\r\n", "= connecting\n= closed\nclosed\n");
    }
  assert_final (ERIC_RECONNECT_POLICY_STANDARD, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", FAILED);
  assert_final (ERIC_RECONNECT_POLICY_NEVER, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", FAILED);
}

/* A server that takes the request and says nothing at all is asked once each time. */
static void
test_event_source_reconnect_silent (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  const guint delays[] = { 1500, 3000, 6000 };
  ScriptedPeer *peer;

  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, 0);
  source_fixture_assert (fixture, "= connecting\n");
  for (guint i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      scripted_peer_close (peer);
      source_fixture_assert (fixture, "error g-io-error-quark 34\n");
      peer = pass_and_wait (fixture, delays[i]);
    }
}

static void
test_event_source_reconnect_never (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_policy (fixture->source, ERIC_RECONNECT_POLICY_NEVER);
  peer = source_fixture_open (fixture);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  peer = source_fixture_open (fixture);
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "= closed\nerror g-io-error-quark 44\nclosed\n");
  g_assert_error (eric_event_source_get_error (fixture->source), G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

typedef struct
{
  gboolean answer;
  gboolean proposed;
  guint    status;
  guint    n_calls;
} Decision;

static gboolean
decide_cb (EricEventSource *source,
           SoupMessage     *request,
           const GError    *error,
           gboolean         proposed,
           Decision        *decision)
{
  g_assert_nonnull (error);
  decision->n_calls++;
  decision->proposed = proposed;
  decision->status = soup_message_get_status (request);
  return decision->answer;
}

static void
test_event_source_reconnect_decide (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  Decision decision = { .answer = TRUE };
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "decide-reconnect", G_CALLBACK (decide_cb), &decision);
  scripted_server_answer (fixture->server, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\nerror eric-error-quark 7\n");
  g_assert_false (decision.proposed);
  g_assert_cmpuint (decision.status, ==, 500);
  peer = pass_and_wait (fixture, 1500);
  scripted_peer_send (peer, SCRIPTED_STREAM);
  source_fixture_assert (fixture, OPENED);
  decision.answer = FALSE;
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= closed\nerror g-io-error-quark 44\nclosed\n");
  g_assert_true (decision.proposed);
  g_assert_cmpuint (decision.n_calls, ==, 2);

  /* A server that wants no more of it is not asked about. */
  scripted_server_answer (fixture->server, "HTTP/1.1 204 Done\r\n\r\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nclosed\n");
  g_assert_cmpuint (decision.n_calls, ==, 2);
}

static void
test_event_source_reconnect_post (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", "{}");
  ScriptedPeer *peer;

  /* Never sent: it may be tried again. */
  scripted_server_stop (fixture->server);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 39\n");
  scripted_server_listen (fixture->server);
  peer = pass_and_wait (fixture, 1500);
  g_assert_cmpstr (scripted_peer_get_body (peer), ==, "{}");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= closed\nerror g-io-error-quark 34\nclosed\n");
  source_fixture_assert_delay (fixture, -1);
  test_settle ();
  g_assert_cmpuint (fixture->server->peers->len, ==, 1);

  eric_event_source_set_idempotent (fixture->source, TRUE);
  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, 1);
  scripted_peer_send (peer, SCRIPTED_STREAM);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= connecting\n" OPENED LOST);
  peer = pass_and_wait (fixture, 1500);
  g_assert_cmpstr (scripted_peer_get_body (peer), ==, "{}");
}

static void
test_event_source_reconnect_watchdog (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_inactivity_timeout (fixture->source, 5000);
  peer = source_fixture_open (fixture);
  source_fixture_assert_delay (fixture, 5000);
  source_fixture_pass (fixture, 4000);
  scripted_peer_send (peer, ":a\n");
  source_fixture_assert (fixture, ":a\n");
  source_fixture_pass (fixture, 4000);
  test_settle ();
  source_fixture_assert (fixture, "");
  source_fixture_assert_delay (fixture, 1000);
  source_fixture_pass (fixture, 1000);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 24\n");
  scripted_peer_wait_gone (peer);

  /* A server that accepts and does not answer. */
  peer = pass_and_wait (fixture, 1500);
  source_fixture_pass (fixture, 5000);
  source_fixture_assert (fixture, "error g-io-error-quark 24\n");
  scripted_peer_wait_gone (peer);
}

static void
test_event_source_reconnect_learnt (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  for (guint i = 0; i < 2; i++)
    {
      source_fixture_assert_delay (fixture, -1);
      source_fixture_pass (fixture, 20000);
      scripted_peer_send (peer, ":\n\n");
      source_fixture_assert (fixture, ":\n");
    }
  source_fixture_assert_delay (fixture, 50000);
  source_fixture_pass (fixture, 50000);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 24\n");
  scripted_peer_wait_gone (peer);
}

static void
count_cb (EricEventSource *source,
          SoupMessage     *request,
          guint           *n)
{
  ++*n;
}

static void
test_event_source_reconnect_offline (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);
  guint n_attempts = 0;

  g_signal_connect (fixture->source, "before-connect", G_CALLBACK (count_cb), &n_attempts);
  source_monitor_set_available (fixture->monitor, FALSE);
  test_settle ();
  source_fixture_assert (fixture, "");
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, LOST);

  /* It is a hint: the server may be in the same room. */
  source_fixture_assert_delay (fixture, 1500);
  source_fixture_pass (fixture, 1500);
  peer = scripted_server_wait (fixture->server, 1);
  g_assert_cmpuint (n_attempts, ==, 1);
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "error g-io-error-quark 44\n");
  source_monitor_set_available (fixture->monitor, FALSE);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  test_settle ();
  g_assert_cmpuint (n_attempts, ==, 1);

  source_monitor_set_available (fixture->monitor, TRUE);
  peer = scripted_server_wait (fixture->server, 2);
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 1\n\n");
  source_fixture_assert (fixture, OPENED "message 1\n");

  /* That it is still there changes nothing. */
  source_monitor_set_available (fixture->monitor, TRUE);
  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  source_monitor_set_available (fixture->monitor, TRUE);
  test_settle ();
  source_fixture_assert_delay (fixture, 3300);
  g_assert_cmpuint (fixture->server->peers->len, ==, 3);
}

/* The network was gone for a part of the time that is waited. */
static void
test_event_source_reconnect_back (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_reset (peer);
  source_fixture_assert (fixture, LOST);
  source_fixture_assert_delay (fixture, 1500);
  source_monitor_set_available (fixture->monitor, FALSE);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  test_settle ();
  g_assert_cmpuint (fixture->server->peers->len, ==, 1);
  source_monitor_set_available (fixture->monitor, TRUE);
  peer = scripted_server_wait (fixture->server, 1);
  source_fixture_assert_delay (fixture, -1);

  /* It was gone before that. */
  source_monitor_set_available (fixture->monitor, FALSE);
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "error g-io-error-quark 44\n");
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  source_monitor_set_available (fixture->monitor, TRUE);
  peer = scripted_server_wait (fixture->server, 2);
  source_fixture_assert_delay (fixture, -1);
  source_fixture_assert (fixture, "");

  eric_event_source_close (fixture->source);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  source_monitor_set_available (fixture->monitor, FALSE);
  source_monitor_set_available (fixture->monitor, TRUE);
  test_settle ();
  source_fixture_assert (fixture, "");
}

static void
test_event_source_reconnect_sleep (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer = source_fixture_open (fixture);

  eric_source_clock_sleep (fixture->clock, ERIC_SOURCE_MIN_SLEEP - 1);
  test_settle ();
  source_fixture_assert (fixture, "");
  eric_source_clock_sleep (fixture->clock, ERIC_SOURCE_MIN_SLEEP);
  source_fixture_assert (fixture, LOST);
  scripted_peer_wait_gone (peer);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  peer = scripted_server_wait (fixture->server, 1);
  source_fixture_assert_delay (fixture, -1);
  scripted_peer_send (peer, SCRIPTED_STREAM);
  source_fixture_assert (fixture, OPENED);

  /* While it waits. */
  scripted_peer_close (peer);
  source_fixture_assert (fixture, LOST);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  eric_source_clock_sleep (fixture->clock, G_TIME_SPAN_HOUR);
  scripted_server_wait (fixture->server, 2);
  source_fixture_assert_delay (fixture, -1);
}

/* What may not be repeated is not cut off. */
static void
test_event_source_reconnect_sleep_post (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", "{}");
  ScriptedPeer *peer = source_fixture_open (fixture);

  eric_source_clock_sleep (fixture->clock, G_TIME_SPAN_HOUR);
  test_settle ();
  scripted_peer_send (peer, "data: 1\n\n");
  source_fixture_assert (fixture, "message 1\n");
}

static void
test_event_source_reconnect_large (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autofree char *block = g_strnfill (64 * 1024, 'x');
  ScriptedPeer *peer;

  eric_event_source_set_max_event_size (fixture->source, 1024 * 1024);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: ");
  for (guint i = 0; i < 1600; i++)
    scripted_peer_send_bytes (peer, block, 64 * 1024);
  source_fixture_assert (fixture, "= closed\nerror eric-error-quark 6\nclosed\n");
  scripted_peer_wait_gone (peer);
  g_assert_cmpuint (peer->n_sent, <, 32 * 1024 * 1024);
}

/* A handler that turns the main context until another connection is there. */
static void
nested_cb (EricEventSource *source,
           EricMessage     *message,
           SourceFixture   *fixture)
{
  if (!g_str_equal (eric_message_get_text (message), "1"))
    return;
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  eric_source_clock_sleep (fixture->clock, G_TIME_SPAN_HOUR);
  scripted_server_wait (fixture->server, 1);
  test_wait_until (g_str_equal (eric_event_source_get_last_event_id (source), "3"));
}

static void
test_event_source_reconnect_nested (gconstpointer data)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  g_signal_connect (fixture->source, "message", G_CALLBACK (nested_cb), fixture);
  scripted_server_answer (fixture->server, data, SCRIPTED_STAY);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "id: 3\ndata: 3\n\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n" OPENED "message 1 #1\n" LOST OPENED "message 3 #3\n");
  test_settle ();
  scripted_peer_send (fixture->server->peers->pdata[1], "data: 4\n\n");
  source_fixture_assert (fixture, "message 4 #3\n");
  g_assert_cmpint (eric_event_source_get_ready_state (fixture->source), ==, ERIC_READY_STATE_OPEN);
}

/* The last line of a body that has ended brings the handler that does so. */
static void
test_event_source_reconnect_nested_last (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  g_signal_connect (fixture->source, "message", G_CALLBACK (nested_cb), fixture);
  scripted_server_answer (fixture->server, "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n1",
                          SCRIPTED_CLOSE);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "id: 3\ndata: 3\n\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n" OPENED "message 1\n" LOST OPENED "message 3 #3\n");
  test_settle ();
  source_fixture_assert (fixture, "");
}

static void
start_cb (EricEventSource *source)
{
  eric_event_source_start (source);
}

/* Started anew in the handler of its failure, it is not closed. */
static void
test_event_source_reconnect_anew (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  g_signal_connect (fixture->source, "error", G_CALLBACK (start_cb), NULL);
  scripted_server_answer (fixture->server, "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", SCRIPTED_CLOSE);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM, SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nerror eric-error-quark 7\n= connecting\n" OPENED);
}

/* What a window with a countdown and a button does. */
static void
test_event_source_reconnect_now (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  g_assert_cmpint (eric_event_source_get_retry_time (fixture->source), ==, -1);
  eric_event_source_retry_now (fixture->source);
  test_settle ();
  source_fixture_assert (fixture, "");

  peer = source_fixture_open (fixture);
  eric_event_source_retry_now (fixture->source);
  g_assert_cmpint (eric_event_source_get_retry_time (fixture->source), ==, -1);
  source_fixture_pass (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
  scripted_peer_send (peer, "id: 1\ndata: 1\n\n");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "message 1 #1\n" LOST);
  g_assert_cmpint (eric_event_source_get_retry_time (fixture->source), ==,
                   eric_source_clock_get_time (fixture->clock) + 3300 * G_TIME_SPAN_MILLISECOND);
  eric_event_source_retry_now (fixture->source);
  g_assert_cmpint (eric_event_source_get_retry_time (fixture->source), ==, -1);
  source_fixture_assert_delay (fixture, -1);
  peer = scripted_server_wait (fixture->server, 1);
  assert_last_event_id (peer, "1");
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "error g-io-error-quark 44\n");
  source_fixture_assert_delay (fixture, 1500);
}

static void
again_func (ScriptedPeer *peer,
            gpointer      answer)
{
  scripted_peer_send (peer, answer);
  scripted_peer_close (peer);
}

/* Each connection is a success, the server wants the next one at once, and so does the
 * application. */
static void
test_event_source_reconnect_storm (void)
{
  const EricReconnectPolicy policies[] = { ERIC_RECONNECT_POLICY_RESILIENT, ERIC_RECONNECT_POLICY_STANDARD };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (policies); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();

      eric_event_source_set_policy (fixture->source, policies[i / 2]);
      eric_source_clock_set_draw (fixture->clock, 0);
      if (i % 2 == 1)
        g_signal_connect (fixture->source, "error", G_CALLBACK (eric_event_source_retry_now), NULL);
      scripted_server_set_func (fixture->server, again_func, (gpointer) SCRIPTED_STREAM "retry: 0\ndata: 1\n\n");
      eric_event_source_start (fixture->source);
      for (guint j = 1; j < 20; j++)
        {
          scripted_server_wait (fixture->server, j - 1);
          test_wait_until (eric_source_clock_get_next (fixture->clock) >= 0);
          pass_and_wait (fixture, ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
        }
    }
}

/* Each redirect is a request, too. */
static void
test_event_source_reconnect_storm_redirect (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_retry_delay (fixture->source, 0);
  for (guint i = 0; i < 4; i++)
    scripted_server_answer (fixture->server, "HTTP/1.1 302 No\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n",
                            SCRIPTED_CLOSE);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n" OPENED "message 1\n" LOST);
  source_fixture_assert_delay (fixture, 5 * ERIC_EVENT_SOURCE_MIN_RETRY_DELAY);
}

/* A request is refused for the id in it: the next one has none, and what is missing is
 * told. The same id is not tried again. */
static void
test_event_source_reconnect_refused_id (void)
{
  const char * const answers[] = {
    "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 431 No\r\nContent-Length: 0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer = source_fixture_open (fixture);

      scripted_peer_send (peer, "id: a\001b\ndata: 1\n\n");
      scripted_peer_close (peer);
      source_fixture_assert (fixture, "message 1 #a\001b\n" LOST);
      scripted_server_answer (fixture->server, answers[i], SCRIPTED_CLOSE);
      peer = pass_and_wait (fixture, 3300);
      assert_last_event_id (peer, "a\001b");
      source_fixture_assert (fixture, "error eric-error-quark 7\n");
      peer = pass_and_wait (fixture, 1500);
      assert_last_event_id (peer, NULL);
      scripted_peer_send (peer, SCRIPTED_STREAM "data: 2\n\nid: a\001b\ndata: 3\n\n");
      scripted_peer_close (peer);
      source_fixture_assert (fixture, OPENED "gap refused-id\nmessage 2\nmessage 3 #a\001b\n" LOST);
      peer = pass_and_wait (fixture, 3300);
      assert_last_event_id (peer, NULL);
      scripted_peer_send (peer, SCRIPTED_STREAM "id: c\ndata: 4\n\n");
      scripted_peer_close (peer);
      source_fixture_assert (fixture, OPENED "gap refused-id\nmessage 4 #c\n" LOST);
      assert_last_event_id (pass_and_wait (fixture, 3300), "c");
    }
}

#define add(name, func) g_test_add_func ("/eric/event-source-reconnect/" name, test_event_source_reconnect_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("end", end);
  add ("cut", cut);
  add ("chunked-cut", chunked_cut);
  add ("backoff", backoff);
  add ("stable", stable);
  add ("status", status);
  add ("final", final);
  add ("silent", silent);
  add ("never", never);
  add ("decide", decide);
  add ("post", post);
  add ("watchdog", watchdog);
  add ("learnt", learnt);
  add ("offline", offline);
  add ("back", back);
  add ("sleep", sleep);
  add ("sleep/post", sleep_post);
  add ("large", large);
  add ("anew", anew);
  add ("now", now);
  add ("storm", storm);
  add ("storm-redirect", storm_redirect);
  add ("refused-id", refused_id);
  add ("nested/last", nested_last);
  g_test_add_data_func ("/eric/event-source-reconnect/nested/rest",
                        SCRIPTED_STREAM "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n",
                        test_event_source_reconnect_nested);
  g_test_add_data_func ("/eric/event-source-reconnect/nested/end",
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        "Content-Length: 15\r\n\r\nid: 1\ndata: 1\n\n",
                        test_event_source_reconnect_nested);
  return g_test_run ();
}
