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
bump_cb (guint *n)
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

/* However the bytes come. */
static void
test_event_source_drip (void)
{
  const char *stream = "\xef\xbb\xbf: hello\r\n\r\nid: 1\r\nevent: \xc3\xa4\r\ndata: \xe2\x82\xac\r\n"
                       "data: \xf0\x9f\x98\x80\r\n\r\nretry: 77\n\ndata: \xff\n\ndata:a\rdata: b\r\r:end\n";

  for (guint at_once = 1; at_once < 8; at_once++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      ScriptedPeer *peer;

      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_drip (peer, at_once);
      scripted_peer_send (peer, SCRIPTED_STREAM);
      scripted_peer_send (peer, stream);
      source_fixture_assert (fixture, "= connecting\n= open\nopen\n:hello\n"
                                      "\xc3\xa4 \xe2\x82\xac\n\xf0\x9f\x98\x80 #1\n"
                                      "message \xef\xbf\xbd #1\nmessage a\nb #1\n:end\n");
      g_assert_cmpuint (eric_event_source_get_retry_delay (fixture->source), ==, 77);
    }
}

static GBytes *
compress (GConverter *compressor,
          const char *text)
{
  char buffer[1024];
  gsize n_read, n_written;
  g_autoptr (GError) error = NULL;

  g_converter_convert (compressor, text, strlen (text), buffer, sizeof buffer, G_CONVERTER_FLUSH,
                       &n_read, &n_written, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_read, ==, strlen (text));
  return g_bytes_new (buffer, n_written);
}

/* What the server flushes is there, before anything else comes. */
static void
test_event_source_gzip (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autofree char *accepted = NULL;
  ScriptedPeer *peer;

  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, 0);
  accepted = scripted_peer_dup_header (peer, "Accept-Encoding");
  g_assert_nonnull (strstr (accepted, "gzip"));
  scripted_peer_send (peer, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n");
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *event = g_strdup_printf ("id: %u\ndata: text\n\n", i);
      g_autofree char *expected = g_strdup_printf ("message text #%u\n", i);
      g_autoptr (GBytes) bytes = compress (G_CONVERTER (compressor), event);

      scripted_peer_send_chunk (peer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      source_fixture_assert (fixture, expected);
    }
  eric_event_source_close (fixture->source);
  scripted_peer_wait_gone (peer);
}

/* Every byte matters to the watchdog, not only whole lines. */
static void
test_event_source_slow (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  EricEventSourcePrivate *priv = _eric_event_source_get_private (fixture->source);
  const char *text = "data: slow\n\n";
  ScriptedPeer *peer;

  eric_event_source_set_inactivity_timeout (fixture->source, 2000);
  peer = source_fixture_open (fixture);
  for (const char *c = text; *c != '\0'; c++)
    {
      gint64 last_byte = priv->watchdog.last_byte;

      source_fixture_pass (fixture, 1500);
      scripted_peer_send_bytes (peer, c, 1);
      test_wait_until (priv->watchdog.last_byte > last_byte);
    }
  source_fixture_assert (fixture, "message slow\n");
  g_assert_cmpuint (fixture->server->peers->len, ==, 1);
}

static void
test_event_source_properties (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  EricEventSource *source = fixture->source;
  guint n = 0;

  g_assert_cmpuint (eric_event_source_get_retry_delay (source), ==, ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY);
  g_assert_cmpuint (eric_event_source_get_max_retry_delay (source), ==,
                    ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY);
  g_assert_cmpint (eric_event_source_get_inactivity_timeout (source), ==, -1);
  g_assert_cmpuint (eric_event_source_get_max_pending (source), ==, ERIC_EVENT_SOURCE_DEFAULT_MAX_PENDING);
  g_signal_connect_swapped (source, "notify", G_CALLBACK (bump_cb), &n);
  for (guint i = 0; i < 2; i++)
    g_object_set (source, "policy", ERIC_RECONNECT_POLICY_STANDARD, "idempotent", TRUE, "retry-delay", 1,
                  "max-retry-delay", 2, "inactivity-timeout", 3, "finite", TRUE, "end-marker", "x",
                  "max-pending", 4, "max-event-size", G_GUINT64_CONSTANT (5), NULL);
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpint (eric_event_source_get_policy (source), ==, ERIC_RECONNECT_POLICY_STANDARD);
  g_assert_true (eric_event_source_get_idempotent (source));
  g_assert_cmpuint (eric_event_source_get_retry_delay (source), ==, 1);
  g_assert_cmpuint (eric_event_source_get_max_retry_delay (source), ==, 2);
  g_assert_cmpint (eric_event_source_get_inactivity_timeout (source), ==, 3);
  g_assert_true (eric_event_source_get_finite (source));
  g_assert_cmpstr (eric_event_source_get_end_marker (source), ==, "x");
  g_assert_cmpuint (eric_event_source_get_max_pending (source), ==, 4);
  g_assert_cmpuint (eric_event_source_get_max_event_size (source), ==, 5);
}

/* Of data as long as is allowed, and by one longer. */
static void
test_event_source_size (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_max_event_size (fixture->source, 5);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: 12345\n\ndata: 12\ndata: 34\n\ndata: 123456\n\n");
  source_fixture_assert (fixture, "message 12345\nmessage 12\n34\n= closed\nerror eric-error-quark 6\nclosed\n");
  scripted_peer_wait_gone (peer);

  /* What failed is over. */
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "data: 1\n\n");
  source_fixture_assert (fixture, "message 1\n");
}

/* Data as long as is allowed is read, whatever is around it; a byte more is not. */
static void
test_event_source_size_exact (void)
{
  const gsize limits[] = { ERIC_SSE_PARSER_DEFAULT_MAX_SIZE, 100000, 300 };

  for (guint i = 0; i < 4 * G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
      const gsize limit = limits[i / 4], more = i % 2;
      gboolean json = i % 4 >= 2;
      g_autofree char *data = g_strnfill (limit + more, '1');
      g_autoptr (EricMessage) message = NULL;
      g_autoptr (GError) error = NULL;
      ScriptedPeer *peer;

      if (limit != ERIC_SSE_PARSER_DEFAULT_MAX_SIZE)
        eric_event_source_set_max_event_size (fixture->source, limit);
      if (json)
        {
          data[0] = data[limit + more - 1] = '"';
          scripted_server_answer (fixture->server, "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n",
                                  SCRIPTED_STAY);
          eric_event_source_start (fixture->source);
          peer = scripted_server_wait (fixture->server, 0);
        }
      else
        peer = source_fixture_open (fixture);
      scripted_peer_send (peer, "\357\273\277");
      scripted_peer_send (peer, json ? "" : "data: ");
      scripted_peer_send (peer, data);
      scripted_peer_send (peer, json ? " \r\n" : "\r\n\r\n");
      message = source_next (fixture->source, &error);
      if (more)
        g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
      else
        {
          g_assert_no_error (error);
          g_assert_cmpuint (strlen (eric_message_get_text (message)), ==, limit);
        }
    }
}

/* What is no data may be longer than that. */
static void
test_event_source_size_small (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  ScriptedPeer *peer;

  eric_event_source_set_max_event_size (fixture->source, 3);
  peer = source_fixture_open (fixture);
  scripted_peer_send (peer, "event: a-rather-long-type\nid: a-rather-long-id\ndata: \377\n\n");
  source_fixture_assert (fixture, "a-rather-long-type \357\277\275 #a-rather-long-id\n");
}

static GBytes *
compress_member (GZlibCompressorFormat  format,
          const char            *text)
{
  g_autoptr (GConverter) compressor = G_CONVERTER (g_zlib_compressor_new (format, -1));
  char buffer[1024];
  gsize n_read, n_written;

  g_assert_cmpint (g_converter_convert (compressor, text, strlen (text), buffer, sizeof buffer,
                                        G_CONVERTER_INPUT_AT_END, &n_read, &n_written, NULL), ==,
                   G_CONVERTER_FINISHED);
  return g_bytes_new (buffer, n_written);
}

/* A member for each event, cut anywhere, each read as soon as it is there. */
static void
test_event_source_members (void)
{
  const struct { const char *coding; GZlibCompressorFormat format; guint n; } cases[] = {
    { "gzip", G_ZLIB_COMPRESSOR_FORMAT_GZIP, 3 }, { "X-GZip, identity", G_ZLIB_COMPRESSOR_FORMAT_GZIP, 3 },
    { "deflate", G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 3 }, { "deflate", G_ZLIB_COMPRESSOR_FORMAT_RAW, 1 },
  };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autoptr (GBytes) member = compress_member (cases[i / 2].format, "data: 1\n\n");
      g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                               "Content-Encoding: %s\r\n\r\n", cases[i / 2].coding);
      ScriptedPeer *peer;

      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_send (peer, head);
      source_fixture_assert (fixture, "= connecting\n= open\nopen\n");
      if (i % 2 == 1)
        scripted_peer_drip (peer, 1);
      for (guint j = 0; j < cases[i / 2].n; j++)
        {
          scripted_peer_send_bytes (peer, g_bytes_get_data (member, NULL), g_bytes_get_size (member));
          source_fixture_assert (fixture, "message 1\n");
        }
      scripted_peer_send_bytes (peer, "\0\0\0", 3);
      scripted_peer_close (peer);
      source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 44\n");
    }
}

/* Of compressed chunks, too, the last one alone is the end. */
static void
test_event_source_members_cut (void)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autoptr (GBytes) member = compress_member (G_ZLIB_COMPRESSOR_FORMAT_GZIP, "data: 1\n\n");
      ScriptedPeer *peer;

      eric_event_source_set_finite (fixture->source, TRUE);
      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_send (peer, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
      scripted_peer_send_chunk (peer, g_bytes_get_data (member, NULL), g_bytes_get_size (member));
      source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n");
      if (i == 0)
        scripted_peer_send (peer, "0\r\n\r\n");
      scripted_peer_close (peer);
      source_fixture_assert (fixture, i == 0 ? "= closed\nclosed\n" : "= connecting\nerror g-io-error-quark 34\n");
    }
}

/* “data: 1” and two line feeds, in Brotli. */
static const char brotli[] = "\x0b\x04\x80" "data: 1\n\n\x03";

#define BROTLI_STREAM \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: br\r\nContent-Length: 13\r\n\r\n"

static gboolean
password_cb (SoupMessage *request,
             SoupAuth    *auth)
{
  soup_auth_authenticate (auth, "user", "password");
  return TRUE;
}

static void
before_password_cb (EricEventSource *source,
                    SoupMessage     *request)
{
  g_signal_connect (request, "authenticate", G_CALLBACK (password_cb), NULL);
}

/* How what comes before the stream is compressed says nothing of the stream. */
static void
test_event_source_coding_before (void)
{
  const char * const before[] = {
    "", "HTTP/1.1 302 X\r\nLocation: /else\r\n", "HTTP/1.1 307 X\r\nLocation: /else\r\n",
    "HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=\"a\"\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autoptr (SourceFixture) fixture = source_fixture_new ();
      g_autoptr (GBytes) member = compress_member (G_ZLIB_COMPRESSOR_FORMAT_GZIP, "elsewhere");
      ScriptedPeer *peer;

      g_signal_connect (fixture->source, "before-connect", G_CALLBACK (before_password_cb), NULL);
      eric_event_source_set_finite (fixture->source, TRUE);
      eric_event_source_start (fixture->source);
      peer = scripted_server_wait (fixture->server, 0);
      if (i > 0)
        {
          scripted_peer_send (peer, before[i]);
          scripted_peer_send (peer, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
          scripted_peer_send_chunk (peer, g_bytes_get_data (member, NULL), g_bytes_get_size (member));
          scripted_peer_send (peer, "0\r\n\r\n");
          scripted_peer_close (peer);
          peer = scripted_server_wait (fixture->server, 1);
        }
      scripted_peer_send (peer, BROTLI_STREAM);
      scripted_peer_send_bytes (peer, brotli, sizeof brotli - 1);
      test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_CLOSED);
      if (i == 0 && eric_event_source_get_error (fixture->source) != NULL)
        {
          g_test_skip ("libsoup was built without Brotli");
          return;
        }
      source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n= closed\nclosed\n");
    }
}

static void
test_event_source_coding (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();

  scripted_server_answer (fixture->server, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "Content-Encoding: zstd\r\n\r\ndata: 1\n\n", SCRIPTED_CLOSE);
  eric_event_source_start (fixture->source);
  source_fixture_assert (fixture, "= connecting\n= closed\nerror eric-error-quark 7\nclosed\n");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/event-source/states", test_event_source_states);
  g_test_add_func ("/eric/event-source/detail", test_event_source_detail);
  g_test_add_func ("/eric/event-source/drip", test_event_source_drip);
  g_test_add_func ("/eric/event-source/gzip", test_event_source_gzip);
  g_test_add_func ("/eric/event-source/slow", test_event_source_slow);
  g_test_add_func ("/eric/event-source/properties", test_event_source_properties);
  g_test_add_func ("/eric/event-source/size", test_event_source_size);
  g_test_add_func ("/eric/event-source/size/exact", test_event_source_size_exact);
  g_test_add_func ("/eric/event-source/size/small", test_event_source_size_small);
  g_test_add_func ("/eric/event-source/members", test_event_source_members);
  g_test_add_func ("/eric/event-source/members/cut", test_event_source_members_cut);
  g_test_add_func ("/eric/event-source/coding", test_event_source_coding);
  g_test_add_func ("/eric/event-source/coding/before", test_event_source_coding_before);
  return g_test_run ();
}
