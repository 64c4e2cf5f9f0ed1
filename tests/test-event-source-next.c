/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* Messages that are asked for, one by one or in batches. */

static void
assert_next (SourceFixture *fixture,
             const char    *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = source_next (fixture->source, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (message != NULL ? eric_message_get_text (message) : NULL, ==, text);
}

static void
test_event_source_next_one (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();

  scripted_server_answer (fixture->server, SCRIPTED_STREAM "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n", SCRIPTED_STAY);
  assert_next (fixture, "1");
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "1");
  assert_next (fixture, "2");
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "2");
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n");
}

static void
test_event_source_next_waiting (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (GAsyncResult) first = NULL, second = NULL, third = NULL;
  ScriptedPeer *peer = source_fixture_open (fixture);
  g_autoptr (EricMessage) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;

  eric_event_source_next_async (fixture->source, G_PRIORITY_DEFAULT, NULL, test_keep_result, &first);
  eric_event_source_next_async (fixture->source, G_PRIORITY_DEFAULT, NULL, test_keep_result, &second);
  eric_event_source_next_async (fixture->source, G_PRIORITY_DEFAULT, NULL, test_keep_result, &third);
  test_settle ();
  g_assert_null (first);
  scripted_peer_send (peer, "data: 1\n\ndata: 2\n\n");
  test_wait_until (second != NULL);
  g_assert_null (third);
  a = eric_event_source_next_finish (fixture->source, first, &error);
  g_assert_cmpstr (eric_message_get_text (a), ==, "1");
  b = eric_event_source_next_finish (fixture->source, second, &error);
  g_assert_cmpstr (eric_message_get_text (b), ==, "2");

  /* Closed: who waits is told, without an error. */
  eric_event_source_close (fixture->source);
  test_wait_until (third != NULL);
  g_assert_null (eric_event_source_next_finish (fixture->source, third, &error));
  g_assert_no_error (error);
  assert_next (fixture, NULL);
}

static GPtrArray *
next_batch (SourceFixture *fixture,
            guint          max_messages)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *batch;

  eric_event_source_next_batch_async (fixture->source, max_messages, G_PRIORITY_DEFAULT, NULL,
                                      test_keep_result, &result);
  test_wait_until (result != NULL);
  batch = eric_event_source_next_batch_finish (fixture->source, result, &error);
  g_assert_no_error (error);
  return batch;
}

static void
test_event_source_next_batch (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (GPtrArray) first = NULL, second = NULL;
  ScriptedPeer *peer = source_fixture_open (fixture);

  eric_event_source_set_finite (fixture->source, TRUE);
  scripted_peer_send (peer, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\nid: 4\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "");
  first = next_batch (fixture, 2);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "2");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  second = next_batch (fixture, 10);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "4");
  g_assert_null (next_batch (fixture, 10));
  assert_next (fixture, NULL);
}

static void
test_event_source_next_error (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (GError) error = NULL;

  eric_event_source_set_policy (fixture->source, ERIC_RECONNECT_POLICY_NEVER);
  scripted_server_answer (fixture->server, SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n9\r\nda", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  test_wait_until (eric_event_source_get_error (fixture->source) != NULL);
  assert_next (fixture, "1");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_null (source_next (fixture->source, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
      g_clear_error (&error);
    }
}

static void
test_event_source_next_cancel (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ScriptedPeer *peer = source_fixture_open (fixture);

  eric_event_source_next_async (fixture->source, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &result);
  g_cancellable_cancel (cancellable);
  test_wait_until (result != NULL);
  g_assert_null (eric_event_source_next_finish (fixture->source, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (eric_event_source_get_ready_state (fixture->source), ==, ERIC_READY_STATE_OPEN);
  scripted_peer_send (peer, "data: 1\n\n");
  assert_next (fixture, "1");
}

/* What was not asked for comes again when it is started anew. */
static void
test_event_source_next_close (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autofree char *id = NULL;
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_send (peer, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  assert_next (fixture, "1");
  eric_event_source_close (fixture->source);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "1");
  assert_next (fixture, NULL);
  peer = source_fixture_open (fixture);
  id = scripted_peer_dup_header (peer, "Last-Event-ID");
  g_assert_cmpstr (id, ==, "1");
  scripted_peer_send (peer, "id: 2\ndata: 2\n\n");
  assert_next (fixture, "2");
}

/* The same where it has failed, and nobody closed it. */
static void
test_event_source_next_failed (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autofree char *id = NULL;
  ScriptedPeer *peer;

  eric_event_source_set_policy (fixture->source, ERIC_RECONNECT_POLICY_NEVER);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  assert_next (fixture, "1");
  scripted_peer_reset (peer);
  source_fixture_assert (fixture, "= closed\nerror g-io-error-quark 44\nclosed\n");
  peer = source_fixture_open (fixture);
  id = scripted_peer_dup_header (peer, "Last-Event-ID");
  g_assert_cmpstr (id, ==, "1");
}

/* A connection that is lost in between does not lose what waits. */
static void
test_event_source_next_reconnect (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autofree char *id = NULL;
  ScriptedPeer *peer = source_fixture_open (fixture);

  scripted_peer_send (peer, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 44\n");
  source_fixture_pass (fixture, 3300);
  peer = scripted_server_wait (fixture->server, 1);
  id = scripted_peer_dup_header (peer, "Last-Event-ID");
  g_assert_cmpstr (id, ==, "2");
  scripted_peer_send (peer, SCRIPTED_STREAM "id: 3\ndata: 3\n\n");
  assert_next (fixture, "1");
  assert_next (fixture, "2");
  assert_next (fixture, "3");
}

/* Sends much, and gives how much of it the source and the sockets took. */
static guint64
flood (ScriptedPeer *peer,
       guint         n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint64 before;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "id: %u\ndata: %0500u\n\n", i, i);
  scripted_peer_send (peer, text->str);
  do
    {
      before = peer->n_sent;
      test_settle ();
    }
  while (peer->n_sent > before);
  return peer->n_sent;
}

static void
test_event_source_next_pressure (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  EricEventSourcePrivate *priv = _eric_event_source_get_private (fixture->source);
  const guint n = 100 * 1000;
  guint64 sent;
  ScriptedPeer *peer;

  eric_event_source_set_max_pending (fixture->source, 100);
  eric_event_source_set_inactivity_timeout (fixture->source, 1000);
  peer = source_fixture_open (fixture);
  flood (peer, n);
  test_wait_until (priv->n_queued >= 100);
  sent = peer->n_sent;
  g_assert_cmpuint (sent, <, 25 * 1000 * 1000);
  g_assert_cmpuint (priv->n_queued, <, 200);
  /* The server is not silent, it is not listened to. */
  source_fixture_assert_delay (fixture, -1);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EricMessage) message = source_next (fixture->source, NULL);

      g_assert_cmpuint (g_ascii_strtoull (eric_message_get_id (message), NULL, 10), ==, i);
      g_assert_cmpuint (priv->n_queued, <, 200);
    }
  source_fixture_assert_delay (fixture, 1000);
  scripted_peer_send (peer, "data: end\n\n");
  assert_next (fixture, "end");
  source_fixture_assert (fixture, "");
}

/* Reads on when half are taken, not before. */
static void
test_event_source_next_half (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  ScriptedPeer *peer;

  eric_event_source_set_max_pending (fixture->source, 4);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  scripted_peer_send (peer, ":more\n\n");
  test_settle ();
  assert_next (fixture, "1");
  test_settle ();
  source_fixture_assert (fixture, "");
  assert_next (fixture, "2");
  source_fixture_assert (fixture, ":more\n");
}

/* A handler takes what comes; who waits gets one of them, too. */
static void
test_event_source_next_both (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  EricEventSourcePrivate *priv = _eric_event_source_get_private (fixture->source);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (EricMessage) message = NULL;
  ScriptedPeer *peer;

  eric_event_source_set_max_pending (fixture->source, 2);
  peer = source_fixture_open (fixture);
  eric_event_source_next_async (fixture->source, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  scripted_peer_send (peer, "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n");
  source_fixture_assert (fixture, "message 1 #1\nmessage 2 #2\nmessage 3 #3\n");
  test_wait_until (result != NULL);
  message = eric_event_source_next_finish (fixture->source, result, NULL);
  g_assert_cmpstr (eric_message_get_text (message), ==, "1");
  g_assert_cmpuint (priv->n_queued, ==, 0);
  g_assert_cmpstr (eric_event_source_get_last_event_id (fixture->source), ==, "3");
  scripted_peer_send (peer, "data: 4\n\n");
  source_fixture_assert (fixture, "message 4 #3\n");
}

/* A nested main loop, within a handler, takes what waits. */
static void
nested_cb (EricEventSource *source,
           const char      *text,
           SourceFixture   *fixture)
{
  g_autoptr (EricMessage) message = NULL;

  if (!g_str_equal (text, "take"))
    return;
  message = source_next (source, NULL);
  g_string_append_printf (fixture->log, "took %s\n", eric_message_get_text (message));
  test_settle ();
}

static void
test_event_source_next_nested (void)
{
  const char *first = "data: 1\n\n:take\ndata: 2\n\n:take\n:\ndata: 3\n\n";
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  ScriptedPeer *peer;

  eric_event_source_set_max_pending (fixture->source, 1);
  g_signal_connect (fixture->source, "comment", G_CALLBACK (nested_cb), fixture);
  peer = source_fixture_open (fixture);
  scripted_peer_drip (peer, strlen (first));
  scripted_peer_send (peer, first);
  scripted_peer_send (peer, ":xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
  source_fixture_assert (fixture, ":take\ntook 1\n:take\ntook 2\n:\n");
  assert_next (fixture, "3");
  source_fixture_assert (fixture, ":xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
}

#define add(name, func) g_test_add_func ("/eric/event-source-next/" name, test_event_source_next_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("one", one);
  add ("waiting", waiting);
  add ("batch", batch);
  add ("error", error);
  add ("cancel", cancel);
  add ("close", close);
  add ("failed", failed);
  add ("reconnect", reconnect);
  add ("pressure", pressure);
  add ("half", half);
  add ("both", both);
  add ("nested", nested);
  return g_test_run ();
}
