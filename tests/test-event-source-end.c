/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* Streams that come to an end. */

#define ENDED "= closed\nclosed\n"

static void
assert_ended (SourceFixture *fixture)
{
  g_assert_null (eric_event_source_get_error (fixture->source));
  source_fixture_assert_delay (fixture, -1);
  test_settle ();
  source_fixture_assert (fixture, "");
}

static void
test_event_source_end_finite (void)
{
  const char * const answers[] = {
    SCRIPTED_STREAM "data: 1\n\ndata: cut",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n0\r\n\r\n",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n000;x=y\r\nX: y\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: 1\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new_for ("POST", "{}");

      eric_event_source_set_finite (fixture->source, TRUE);
      scripted_server_answer (fixture->server, answers[i], i == 0 ? SCRIPTED_CLOSE : SCRIPTED_STAY);
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n" ENDED);
      assert_ended (fixture);
      g_assert_cmpuint (fixture->server->peers->len, ==, 1);
    }
}

/* Cut off is not ended, wherever it is: only the last chunk is the end of chunks. */
static void
test_event_source_end_cut (void)
{
  const char * const answers[] = {
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n9\r\nda",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n9",
    SCRIPTED_CHUNKED "9\r\ndata: 1\n\n\r\n0",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 20\r\n\r\ndata: 1\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();

      eric_event_source_set_finite (fixture->source, TRUE);
      scripted_server_answer (fixture->server, answers[i], SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n"
                                      "= connecting\nerror g-io-error-quark 34\n");
      source_fixture_assert_delay (fixture, 3300);
    }
}

static void
test_event_source_end_marker (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_end_marker (fixture->source, "[DONE]");
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: [DONE] \n\ndata: [DONE\n\ndata: [DONE]\ndata\n\n"
                            "data: [DONE]\n\ndata: never\n\n:never\n");
  source_fixture_assert (fixture, "message [DONE] \nmessage [DONE\nmessage [DONE]\n\n" ENDED);
  scripted_peer_wait_gone (peer);
  assert_ended (fixture);
  g_assert_null (source_next (fixture->source, NULL));
}

static void
test_event_source_end_marker_cleared (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_end_marker (fixture->source, "[DONE]");
  eric_event_source_set_end_marker (fixture->source, NULL);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: [DONE]\n\n");
  source_fixture_assert (fixture, "message [DONE]\n");
}

static gboolean
is_last (EricMessage *message,
         gpointer     user_data)
{
  return g_str_equal (eric_message_get_event_type (message), user_data);
}

static void
count_cb (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_event_source_end_func (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autofree char *type = g_strdup ("stop");
  ScriptedPeer *peer;

  eric_event_source_set_end_func (fixture->source, is_last, type, NULL);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: 1\n\nevent: stop\ndata: 2\n\ndata: 3\n\n");
  source_fixture_assert (fixture, "message 1\nstop 2\n" ENDED);
  scripted_peer_wait_gone (peer);
  assert_ended (fixture);
}

/* Who asks gets the last one, too. */
static void
test_event_source_end_func_next (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (EricMessage) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;

  eric_event_source_set_end_func (fixture->source, is_last, (gpointer) "stop", NULL);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\nevent: stop\ndata: 2\n\ndata: 3\n\n",
                          SCRIPTED_STAY);
  first = source_next (fixture->source, &error);
  second = source_next (fixture->source, &error);
  g_assert_cmpstr (eric_message_get_text (second), ==, "2");
  g_assert_null (source_next (fixture->source, &error));
  g_assert_no_error (error);
}

static void
test_event_source_end_func_destroy (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  guint n_first = 0, n_second = 0;

  eric_event_source_set_end_func (fixture->source, is_last, &n_first, count_cb);
  eric_event_source_set_end_func (fixture->source, is_last, &n_second, count_cb);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (n_second, ==, 0);
  source_fixture_drop_source (fixture);
  g_assert_cmpuint (n_first, ==, 1);
  g_assert_cmpuint (n_second, ==, 1);
}

typedef struct
{
  EricEventSource *source;
  guint            n_destroyed;
} Replacing;

static void
destroy_replacing (gpointer user_data)
{
  ((Replacing *) user_data)->n_destroyed++;
}

static gboolean
replace_and_stay (EricMessage *message,
                  gpointer     user_data)
{
  Replacing *replacing = user_data;

  eric_event_source_set_end_func (replacing->source, is_last, (gpointer) "stop", NULL);
  g_assert_cmpuint (replacing->n_destroyed, ==, 0);
  return FALSE;
}

/* The function may put another in its place; its data live until it returns. */
static void
test_event_source_end_func_replaced (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  Replacing replacing = { fixture->source };

  eric_event_source_set_end_func (fixture->source, replace_and_stay, &replacing, destroy_replacing);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "event: stop\ndata: 1\n\nevent: stop\ndata: 2\n\n",
                          SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nstop 1\nstop 2\n" ENDED);
  g_assert_cmpuint (replacing.n_destroyed, ==, 1);
  assert_ended (fixture);
}

static gboolean
close_and_end (EricMessage *message,
               gpointer     user_data)
{
  eric_event_source_close (user_data);
  return TRUE;
}

static void
test_event_source_end_func_close (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_end_func (fixture->source, close_and_end, fixture->source, NULL);
  scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\ndata: 2\n\n", SCRIPTED_STAY);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n" ENDED);
  assert_ended (fixture);
}

/* An end is none for ever. */
static void
test_event_source_end_again (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_end_marker (fixture->source, "[DONE]");
  for (guint i = 0; i < 3; i++)
    {
      scripted_server_answer (fixture->server, SCRIPTED_STREAM "data: 1\n\ndata: [DONE]\n\n", SCRIPTED_STAY);
      eric_event_source_start (fixture->source);
      source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n" ENDED);
    }
  assert_ended (fixture);
}

#define JSON_LINES "HTTP/1.1 200 OK\r\nContent-Type: Application/X-NDJSON; charset=utf-8\r\n\r\n"

static void
test_event_source_end_ndjson (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_finite (fixture->source, TRUE);
  scripted_server_answer (fixture->server, JSON_LINES "{\"a\":1}\n\n[2]\r\n\"last\"", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage {\"a\":1}\nmessage [2]\n"
                                  "message \"last\"\n" ENDED);
  assert_ended (fixture);
}

static void
test_event_source_end_ndjson_bad (void)
{
  const char * const bodies[] = { "1\n{\n2\n", "1\n{" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autofree char *answer = g_strconcat (JSON_LINES, bodies[i], NULL);

      eric_event_source_set_finite (fixture->source, TRUE);
      scripted_server_answer (fixture->server, answer, SCRIPTED_CLOSE);
      eric_event_source_start (fixture->source);
      test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
      g_assert_error (eric_event_source_get_error (fixture->source), ERIC_ERROR,
                      ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_nonnull (strstr (eric_event_source_get_error (fixture->source)->message, "Line 2"));
      g_assert_nonnull (strstr (fixture->log->str, "message 1\n= closed\n"));
      g_assert_true (g_str_has_suffix (fixture->log->str, "closed\n"));
    }
}

/* The standard knows no such thing. */
static void
test_event_source_end_ndjson_standard (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  eric_event_source_set_policy (fixture->source, ERIC_RECONNECT_POLICY_STANDARD);
  scripted_server_answer (fixture->server, JSON_LINES "1\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nerror eric-error-quark 7\nclosed\n");
}

#define add(name, func) g_test_add_func ("/eric/event-source-end/" name, test_event_source_end_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("finite", finite);
  add ("cut", cut);
  add ("marker", marker);
  add ("marker/cleared", marker_cleared);
  add ("func", func);
  add ("func/next", func_next);
  add ("func/destroy", func_destroy);
  add ("func/replaced", func_replaced);
  add ("func/close", func_close);
  add ("again", again);
  add ("ndjson", ndjson);
  add ("ndjson/bad", ndjson_bad);
  add ("ndjson/standard", ndjson_standard);
  return g_test_run ();
}
