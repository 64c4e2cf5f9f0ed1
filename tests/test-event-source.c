/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* States, signals and properties, and bytes that come in strange ways. */

static void
test_event_source_states (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  EricEventSource *source = fixture->source;
  g_autofree char *uri = scripted_server_make_uri (fixture->server, "/stream");
  ScriptedPeer *peer;

  g_assert_cmpint (eric_event_source_get_ready_state (source), ==, ERIC_READY_STATE_CLOSED);
  g_assert_cmpstr (eric_event_source_get_uri (source), ==, uri);
  g_assert_cmpstr (eric_event_source_get_last_event_id (source), ==, "");
  g_assert_null (eric_event_source_get_http_message (source));

  eric_event_source_start (source);
  source_fixture_assert (fixture, "= connecting\n");
  eric_event_source_start (source);
  peer = scripted_server_wait (fixture->server, 0);
  source_fixture_assert (fixture, "");
  scripted_peer_send (peer, SCRIPTED_STREAM);
  source_fixture_assert (fixture, "= open\nopen\n");
  g_assert_cmpuint (soup_message_get_status (eric_event_source_get_http_message (source)), ==, 200);

  scripted_peer_send (peer, "id: 7\nevent: update\ndata: one\n\n: hello\n\n: gap history\n\ndata: two\n\n");
  source_fixture_assert (fixture, "update one #7\n:hello\n:gap history\ngap history\nmessage two #7\n");
  g_assert_cmpstr (eric_event_source_get_last_event_id (source), ==, "7");
  g_assert_null (eric_event_source_get_error (source));

  eric_event_source_close (source);
  source_fixture_assert (fixture, "= closed\nclosed\n");
  scripted_peer_wait_gone (peer);
  eric_event_source_close (source);
  test_settle ();
  source_fixture_assert (fixture, "");
  g_assert_null (eric_event_source_get_error (source));
  g_assert_cmpuint (fixture->server->peers->len, ==, 1);
}

static void
count_cb (EricEventSource *source,
          EricMessage     *message,
          guint           *n)
{
  ++*n;
}

static void
test_event_source_detail (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  guint n_updates = 0;
  ScriptedPeer *peer;

  g_signal_connect (fixture->source, "message::update", G_CALLBACK (count_cb), &n_updates);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "event: update\ndata: 1\n\ndata: 2\n\nevent: never-seen\ndata: 3\n\n"
                            "event: update\ndata: 4\n\n:\n\n");
  source_fixture_assert (fixture, ":\n");
  g_assert_cmpuint (n_updates, ==, 2);
  g_assert_cmpuint (g_quark_try_string ("never-seen"), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/event-source/states", test_event_source_states);
  g_test_add_func ("/eric/event-source/detail", test_event_source_detail);
  return g_test_run ();
}
