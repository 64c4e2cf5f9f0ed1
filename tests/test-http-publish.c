/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

#define KIB   1024
#define JSON  "Content-Type: application/json\r\n"
#define LINES "Content-Type: application/x-ndjson\r\n"

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

/* (transfer full): the answer to a body of known length */
static HttpClient *
publish (Desk       *desk,
         const char *target,
         const char *headers,
         const char *body,
         gssize      length)
{
  HttpClient *client = http_client_new (desk->fixture);
  gsize size = length < 0 ? strlen (body) : (gsize) length;
  g_autofree char *head = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %"
                                           G_GSIZE_FORMAT "\r\n\r\n", target, headers, size);

  http_client_send (client, head, -1);
  http_client_send (client, body, size);
  http_client_wait_eof (client);
  return client;
}

/* Nothing was published, and the client is told why. */
static void
assert_refused (Desk       *desk,
                const char *target,
                const char *headers,
                const char *body,
                guint       status,
                const char *text)
{
  g_autoptr (HttpClient) client = publish (desk, target, headers, body, -1);

  g_test_message ("%s", target);
  g_assert_cmpuint (client->response->status, ==, status);
  if (text != NULL)
    g_assert_cmpstr (client->response->body->str, ==, text);
  else
    g_assert_cmpuint (client->response->body->len, >, 0);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk->fixture->news), ==, 0);
  g_assert_cmpuint (eric_listener_get_pending (desk->listener), ==, 0);
}

static void
assert_accepted (Desk       *desk,
                 const char *target,
                 const char *headers,
                 const char *body)
{
  g_autoptr (HttpClient) client = publish (desk, target, headers, body, -1);

  g_assert_cmpuint (client->response->status, ==, 202);
}

/* (transfer full): the next message */
static EricMessage *
take (Desk *desk)
{
  g_autoptr (GError) error = NULL;
  EricMessage *message = eric_listener_deliver_next (desk->listener, &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_next (Desk       *desk,
             const char *type,
             const char *text)
{
  g_autoptr (EricMessage) message = take (desk);

  g_assert_cmpstr (eric_message_get_event_type (message), ==, type);
  g_assert_cmpstr (eric_message_get_text (message), ==, text);
  g_assert_nonnull (eric_message_get_id (message));
}

static void
test_http_publish_text (void)
{
  Desk desk;
  g_autoptr (HttpClient) client = NULL;

  desk_init (&desk);
  client = http_client_open (desk.fixture, "/events/news");
  assert_accepted (&desk, "/events/news", "", "first é\nsecond");
  assert_accepted (&desk, "/events/news", "Content-Type: text/plain\r\n", "{\"a\": 1}");
  assert_accepted (&desk, "/events/news", "Content-Type: application/x-www-form-urlencoded\r\n", "a=b");
  assert_accepted (&desk, "/events/news", "", "");
  http_client_wait_events (client, 4);
  g_assert_cmpstr (http_response_event (client->response, 0)->data->str, ==, "first é\nsecond");
  assert_next (&desk, "message", "first é\nsecond");
  assert_next (&desk, "message", "{\"a\": 1}");
  assert_next (&desk, "message", "a=b");
  assert_next (&desk, "message", "");
  desk_clear (&desk);
}

static void
test_http_publish_json (void)
{
  g_autoptr (EricMessage) object = NULL;
  g_autoptr (EricMessage) number = NULL;
  g_autoptr (GVariant) value = NULL;
  Desk desk;

  desk_init (&desk);
  assert_accepted (&desk, "/events/news?event=price&id=7", JSON, " {\"bid\": 9223372036854775807, \"x\": [true]} ");
  assert_accepted (&desk, "/events/news", "Content-Type: Application/JSON; charset=utf-8\r\n", "5");
  object = take (&desk);
  g_assert_true (g_variant_is_of_type (eric_message_get_payload (object), G_VARIANT_TYPE_VARDICT));
  value = g_variant_lookup_value (eric_message_get_payload (object), "bid", G_VARIANT_TYPE_INT64);
  g_assert_nonnull (value);
  g_assert_cmpint (g_variant_get_int64 (value), ==, G_MAXINT64);
  g_assert_cmpstr (eric_message_get_event_type (object), ==, "price");
  g_assert_cmpstr (eric_message_get_id (object), ==, "7");
  number = take (&desk);
  g_assert_true (g_variant_is_of_type (eric_message_get_payload (number), G_VARIANT_TYPE_INT64));
  desk_clear (&desk);
}

static void
test_http_publish_lines (void)
{
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news", LINES, "{\"a\":1}\n[2]\nthree\n", 400,
                  "Message 3: Malformed JSON at line 1, column 1: expected a value\n");
  assert_refused (&desk, "/events/news?id=x", LINES, "1\n2\n", 400, NULL);
  assert_accepted (&desk, "/events/news?event=n", LINES, "{\"a\":1}\r\n\n\n\"two\"\n3");
  assert_next (&desk, "n", "{\"a\":1}");
  assert_next (&desk, "n", "\"two\"");
  assert_next (&desk, "n", "3");
  assert_accepted (&desk, "/events/news?id=x", LINES, "4\n\n");
  assert_next (&desk, "message", "4");
  assert_accepted (&desk, "/events/news", LINES, "");
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk.fixture->news), ==, 4);
  desk_clear (&desk);
}

/* What the publisher wrote is what subscribers get. */
static void
test_http_publish_documents (void)
{
  static const char *const documents[] = {
    "{\"id\":18446744073709551615}", "{\"id\":123456789012345678901234567890}",
    "{\"rate\":0.12345678901234567890123}", "{\"v\":1e400}", "{\"price\":100.00}", "\"42\"", "\"\\ud83d\\u0000\"",
    "null", "true", "17", "{ \"z\" : 1,\n \"a\" : [] }",
  };
  g_autoptr (HttpClient) client = NULL;
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news", JSON, "{\"v\":NaN}", 400,
                  "Malformed JSON at line 1, column 6: expected a value\n");
  client = http_client_open (desk.fixture, "/events/news");
  http_client_wait_ready (client);
  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      assert_accepted (&desk, "/events/news", JSON, documents[i]);
      assert_next (&desk, "message", documents[i]);
      http_client_wait_events (client, i + 1);
      g_assert_cmpstr (http_response_event (client->response, i)->data->str, ==, documents[i]);
    }
  desk_clear (&desk);
}

static void
test_http_publish_split (void)
{
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news?split=words", "", "a\nb", 400, "?split= takes “lines”\n");
  assert_refused (&desk, "/events/news?split=lines", "", "a\nb\xff", 400,
                  "Message 2: Text must be UTF-8 without NUL, which it is not at byte 1\n");
  assert_accepted (&desk, "/events/news?split=lines&event=n", "", "one\r\n\n{\"a\":\n\"three\"");
  assert_next (&desk, "n", "one");
  assert_next (&desk, "n", "{\"a\":");
  assert_next (&desk, "n", "\"three\"");
  assert_accepted (&desk, "/events/news?split=lines", JSON, "[1,\n2]");
  assert_next (&desk, "message", "[1,\n2]");
  desk_clear (&desk);
}

static void
test_http_publish_query (void)
{
  g_autoptr (EricMessage) message = NULL;
  Desk desk;

  desk_init (&desk);
  assert_accepted (&desk, "/events/n%65ws?event=a%20b+c&other=1&id=%C3%A9", "", "text");
  message = take (&desk);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "a b c");
  g_assert_cmpstr (eric_message_get_id (message), ==, "é");
  desk_clear (&desk);
}

static void
test_http_publish_malformed (void)
{
  g_autoptr (HttpClient) nul = NULL;
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news", "", "abc\xff", 400,
                  "Text must be UTF-8 without NUL, which it is not at byte 3\n");
  nul = publish (&desk, "/events/news", "", "ab\0c", 4);
  g_assert_cmpuint (nul->response->status, ==, 400);
  g_assert_cmpstr (nul->response->body->str, ==,
                   "Text must be UTF-8 without NUL, which it is not at byte 2\n");
  assert_refused (&desk, "/events/news", JSON, "{\"a\":\n  nope}", 400,
                  "Malformed JSON at line 2, column 3: expected a value\n");
  assert_refused (&desk, "/events/news", JSON, "", 400, NULL);
  assert_refused (&desk, "/events/news", JSON, "\"\xff\"", 400, NULL);
  assert_refused (&desk, "/events/news", JSON, "{} {}", 400, NULL);
  assert_refused (&desk, "/events/news?event=a%0Ab", "", "text", 400, NULL);
  assert_refused (&desk, "/events/news?event=a%0Db", "", "text", 400, NULL);
  assert_refused (&desk, "/events/news?id=%0A", "", "text", 400, NULL);
  assert_refused (&desk, "/events/news?id=a%0D%0Adata:%20b", JSON, "1", 400, NULL);
  assert_refused (&desk, "/events/news?event=a%0Db", LINES, "1\n2", 400, NULL);
  assert_refused (&desk, "/events/%FF", "", "text", 400, NULL);
  assert_refused (&desk, "/events/unknown", "", "text", 404, "There is no channel “unknown”\n");
  assert_refused (&desk, "/events/", "", "text", 404, NULL);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk.fixture->news), ==, 0);
  desk_clear (&desk);
}

/* What cannot be read must not be taken for what is not there. */
static void
test_http_publish_malformed_query (void)
{
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news?event=%FF", "", "text", 400, NULL);
  assert_refused (&desk, "/events/news?event=a%00b", "", "text", 400, NULL);
  assert_refused (&desk, "/events/news?id=%FF", "", "text", 400, NULL);
  desk_clear (&desk);
}

static void
test_http_publish_reserved (void)
{
  g_autoptr (EricChannel) own = NULL;
  Desk desk;

  desk_init (&desk);
  own = eric_channel_container_add (desk.fixture->channels, "_eric_serve", NULL);
  assert_refused (&desk, "/events/_eric_serve", "", "text", 403, NULL);
  assert_refused (&desk, "/events/%5feric_serve", "", "text", 403, NULL);
  assert_refused (&desk, "/events/news?event=_eric_channel_closed", "", "text", 403, NULL);
  assert_refused (&desk, "/events/news?event=_eric", LINES, "1\n2", 403, NULL);
  assert_refused (&desk, "/events/news?event=%5Feric_error", JSON, "1", 403, NULL);
  assert_refused (&desk, "/events/news?event=_eric_error&event=a", JSON, "1", 403, NULL);
  assert_refused (&desk, "/events/news?%65vent=_eric_error", JSON, "1", 403, NULL);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (ERIC_SSE_CHANNEL (own)), ==, 0);

  /* The first one counts, for all purposes. */
  assert_accepted (&desk, "/events/news?event=a&event=_eric_error", "", "text");
  assert_next (&desk, "a", "text");
  desk_clear (&desk);
}

static void
test_http_publish_origin (void)
{
  const char * const origins[] = { "https://friend.example", NULL };
  Desk desk;

  desk_init (&desk);
  assert_refused (&desk, "/events/news", "Origin: https://evil.example\r\n", "text", 403, NULL);
  assert_refused (&desk, "/events/news", "Origin: null\r\n", "text", 403, NULL);
  assert_refused (&desk, "/events/news", "Origin: http://localhost:81\r\n", "text", 403, NULL);
  assert_refused (&desk, "/events/news", "Origin: https://friend.example\r\n", "text", 403, NULL);
  eric_sse_server_set_allowed_origins (desk.fixture->server, origins);
  assert_refused (&desk, "/events/news", "Origin: https://evil.example\r\n", "text", 403, NULL);
  assert_accepted (&desk, "/events/news", "Origin: https://friend.example\r\n", "listed");
  assert_accepted (&desk, "/events/news", "Origin: http://localhost\r\n", "same");
  assert_next (&desk, "message", "listed");
  assert_next (&desk, "message", "same");
  desk_clear (&desk);
}

static void
test_http_publish_cannot (void)
{
  g_autoptr (HttpClient) full = NULL;
  g_autoptr (HttpClient) closed = NULL;
  g_autofree char *retry_after = NULL;
  Desk desk;

  desk_init (&desk);
  eric_listener_set_capacity (desk.listener, 1);
  eric_listener_set_overflow (desk.listener, ERIC_OVERFLOW_REJECT);
  assert_accepted (&desk, "/events/news", "", "fits");
  full = publish (&desk, "/events/news", "", "does not", -1);
  g_assert_cmpuint (full->response->status, ==, 503);
  retry_after = http_response_dup_header (full->response, "Retry-After");
  g_assert_nonnull (retry_after);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk.fixture->news), ==, 1);

  eric_channel_close (ERIC_CHANNEL (desk.fixture->news));
  closed = publish (&desk, "/events/news", "", "text", -1);
  g_assert_cmpuint (closed->response->status, ==, 410);
  desk_clear (&desk);
}

static void
assert_gzip (Desk       *desk,
             const char *headers,
             GByteArray *body,
             guint       status)
{
  g_autofree char *all = g_strconcat ("Content-Encoding: gzip\r\n", headers, NULL);
  g_autoptr (HttpClient) client = publish (desk, "/events/news", all, (const char *) body->data, body->len);

  g_assert_cmpuint (client->response->status, ==, status);
}

static void
test_http_publish_gzip (void)
{
  g_autoptr (GByteArray) text = http_gzip ("hello", -1);
  g_autoptr (GByteArray) more = http_gzip (" again", -1);
  g_autoptr (GByteArray) lines = http_gzip ("1\n2\n", -1);
  g_autoptr (GByteArray) nothing = http_gzip ("", -1);
  g_autofree char *longest = http_make_text (KIB + 1);
  g_autoptr (GByteArray) fits = http_gzip (longest, KIB);
  g_autoptr (GByteArray) too_long = http_gzip (longest, KIB + 1);
  g_autofree char *zeros = g_malloc0 (16 * KIB * KIB);
  g_autoptr (GByteArray) bomb = http_gzip (zeros, 16 * KIB * KIB);
  g_autofree char *kept = g_strndup (longest, KIB);
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_max_body (desk.fixture->server, KIB);
  assert_gzip (&desk, "", text, 202);
  assert_next (&desk, "message", "hello");
  assert_gzip (&desk, LINES, lines, 202);
  assert_next (&desk, "message", "1");
  assert_next (&desk, "message", "2");
  assert_gzip (&desk, "", nothing, 202);
  assert_next (&desk, "message", "");
  g_byte_array_append (text, more->data, more->len);
  assert_gzip (&desk, "", text, 202);
  assert_next (&desk, "message", "hello again");
  assert_gzip (&desk, "", fits, 202);
  assert_next (&desk, "message", kept);

  assert_gzip (&desk, "", too_long, 413);
  eric_sse_server_set_max_body (desk.fixture->server, 64 * KIB);
  g_assert_cmpuint (bomb->len, <, 64 * KIB);
  assert_gzip (&desk, "", bomb, 413);
  g_byte_array_append (text, (const guint8 *) "junk", 4);
  assert_gzip (&desk, "", text, 400);
  for (guint length = 1; length < fits->len; length++)
    {
      g_autoptr (GByteArray) cut = g_byte_array_new ();

      g_byte_array_append (cut, fits->data, length);
      assert_gzip (&desk, "", cut, 400);
    }
  g_assert_cmpuint (eric_listener_get_pending (desk.listener), ==, 0);
  desk_clear (&desk);
}

/* What is not known is not taken for text. */
static void
test_http_publish_codings (void)
{
  const char *known[] = { "identity", "Identity", "GZIP", "x-gzip" };
  const char *unknown[] = { "br", "deflate", "zstd", "gzip, gzip", "gzip, br", "compress", "gzip;q=1" };
  g_autoptr (GByteArray) body = http_gzip ("hello", -1);
  Desk desk;

  desk_init (&desk);
  for (guint i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autofree char *headers = g_strdup_printf ("Content-Encoding: %s\r\n", unknown[i]);
      g_autoptr (HttpClient) client = publish (&desk, "/events/news", headers, "x", 1);
      g_autofree char *accepted = http_response_dup_header (client->response, "Accept-Encoding");

      g_assert_cmpuint (client->response->status, ==, 415);
      g_assert_cmpstr (accepted, ==, "gzip");
    }
  g_assert_cmpuint (eric_listener_get_pending (desk.listener), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autofree char *headers = g_strdup_printf ("Content-Encoding: %s\r\n", known[i]);
      g_autoptr (HttpClient) client = i < 2 ? publish (&desk, "/events/news", headers, "hello", -1)
        : publish (&desk, "/events/news", headers, (const char *) body->data, body->len);

      g_assert_cmpuint (client->response->status, ==, 202);
      assert_next (&desk, "message", "hello");
    }
  desk_clear (&desk);
}

/* What a listener of the program rejects was not published to others either: who is
 * refused may send it again. */
static void
test_http_publish_rejected (void)
{
  const EricOverflow overflows[] = { ERIC_OVERFLOW_REJECT, ERIC_OVERFLOW_BLOCK };

  for (guint i = 0; i < G_N_ELEMENTS (overflows); i++)
    {
      g_autoptr (EricListener) full = NULL;
      g_autoptr (HttpClient) stream = NULL;
      Desk desk;

      desk_init (&desk);
      full = eric_channel_add_listener (ERIC_CHANNEL (desk.fixture->news), NULL);
      eric_listener_set_capacity (full, 2);
      eric_listener_set_overflow (full, overflows[i]);
      stream = http_client_open (desk.fixture, "/events/news");
      assert_refused (&desk, "/events/news", LINES, "1\n2\n3\n", 503,
                      "The queues of 1 of 2 listeners have no room for it\n");
      assert_accepted (&desk, "/events/news", LINES, "1\n2\n");
      assert_next (&desk, "message", "1");
      assert_next (&desk, "message", "2");
      http_client_wait_events (stream, 2);
      g_assert_cmpuint (eric_listener_get_pending (full), ==, 2);
      desk_clear (&desk);
    }
}

static EricSseChannel *
requested_cb (EricSseServer *server,
              const char    *channel_id,
              guint         *n)
{
  ++*n;
  return ERIC_SSE_CHANNEL (eric_channel_container_add (eric_sse_server_get_channels (server), channel_id, NULL));
}

static void
test_http_publish_channel_requested (void)
{
  g_autoptr (EricChannel) made = NULL;
  g_autoptr (HttpClient) refused = NULL;
  guint n = 0;
  Desk desk;

  desk_init (&desk);
  g_signal_connect (desk.fixture->server, "channel-requested", G_CALLBACK (requested_cb), &n);
  refused = publish (&desk, "/events/new", JSON, "no json", -1);
  g_assert_cmpuint (refused->response->status, ==, 400);
  g_assert_cmpuint (n, ==, 0);
  assert_accepted (&desk, "/events/new", "", "one");
  assert_accepted (&desk, "/events/new", "", "two");
  g_assert_cmpuint (n, ==, 1);
  made = eric_channel_container_get (desk.fixture->channels, "new", NULL);
  g_assert_nonnull (made);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (ERIC_SSE_CHANNEL (made)), ==, 2);
  desk_clear (&desk);
}

static void
request_read_cb (SoupServer        *soup_server,
                 SoupServerMessage *message,
                 gsize             *kept)
{
  *kept = soup_server_message_get_request_body (message)->length;
}

/* (transfer full): the answer to a body in chunks of a KiB */
static HttpClient *
publish_chunked (Desk  *desk,
                 gsize  size)
{
  HttpClient *client = http_client_new (desk->fixture);
  g_autofree char *text = http_make_text (KIB);

  http_client_send (client, "POST /events/news HTTP/1.1\r\nHost: localhost\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n", -1);
  for (gsize sent = 0; sent < size; sent += KIB)
    {
      gsize n = MIN (KIB, size - sent);
      g_autofree char *chunk = g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n%.*s\r\n", n, (int) n, text);

      http_client_send (client, chunk, -1);
    }
  http_client_send (client, "0\r\n\r\n", -1);
  http_client_wait_eof (client);
  return client;
}

static void
test_http_publish_max_body (void)
{
  g_autofree char *text = http_make_text (KIB + 1);
  g_autoptr (HttpClient) fits = NULL;
  g_autoptr (HttpClient) fits_chunked = NULL;
  g_autoptr (HttpClient) beyond = NULL;
  g_autoptr (HttpClient) beyond_chunked = NULL;
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_max_body (desk.fixture->server, KIB);
  fits = publish (&desk, "/events/news", "", text, KIB);
  g_assert_cmpuint (fits->response->status, ==, 202);
  fits_chunked = publish_chunked (&desk, KIB);
  g_assert_cmpuint (fits_chunked->response->status, ==, 202);
  text[KIB] = '\0';
  assert_next (&desk, "message", text);
  assert_next (&desk, "message", text);

  text[KIB] = 'x';
  beyond = publish (&desk, "/events/news", "", text, KIB + 1);
  g_assert_cmpuint (beyond->response->status, ==, 413);
  beyond_chunked = publish_chunked (&desk, KIB + 1);
  g_assert_cmpuint (beyond_chunked->response->status, ==, 413);
  g_assert_cmpuint (eric_sse_channel_get_n_messages (desk.fixture->news), ==, 2);
  desk_clear (&desk);
}

/* Whatever is refused, and however its length is told, is not kept. */
static void
test_http_publish_huge (gconstpointer data)
{
  const char *how = data;
  g_autofree char *text = http_make_text (8 * KIB * KIB);
  g_autoptr (HttpClient) client = NULL;
  gsize kept = G_MAXSIZE;
  Desk desk;

  desk_init (&desk);
  eric_sse_server_set_max_body (desk.fixture->server, KIB);
  g_signal_connect (desk.fixture->soup_server, "request-read", G_CALLBACK (request_read_cb), &kept);
  if (g_str_equal (how, "not-allowed"))
    eric_sse_server_set_allow_publish (desk.fixture->server, FALSE);
  if (g_str_equal (how, "chunked"))
    client = publish_chunked (&desk, 8 * KIB * KIB);
  else
    client = publish (&desk, "/events/news", "", text, -1);
  g_assert_cmpuint (client->response->status, ==, g_str_equal (how, "not-allowed") ? 405 : 413);
  g_assert_true (kept == G_MAXSIZE || kept <= KIB);
  desk_clear (&desk);
}

/* Who asks first need not send the body. */
static void
test_http_publish_expect (void)
{
  g_autoptr (HttpClient) refused = NULL;
  g_autoptr (HttpClient) accepted = NULL;
  Desk desk;

  desk_init (&desk);
  refused = http_client_ask (desk.fixture, "POST /events/news HTTP/1.1\r\nHost: a\r\n"
                                           "Expect: 100-continue\r\nContent-Length: 10000000\r\n\r\n");
  g_assert_cmpuint (refused->response->status, ==, 413);
  accepted = http_client_new (desk.fixture);
  http_client_send (accepted, "POST /events/news HTTP/1.1\r\nHost: a\r\n"
                              "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", -1);
  test_wait_until (accepted->response->status == 100);
  http_client_send (accepted, "text", -1);
  http_client_wait_eof (accepted);
  assert_next (&desk, "message", "text");
  desk_clear (&desk);
}

/* Who goes before the end of its body has said nothing. */
static void
test_http_publish_broken_off (void)
{
  Desk desk;

  desk_init (&desk);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (HttpClient) client = http_client_new (desk.fixture);

      http_client_send (client, "POST /events/news HTTP/1.1\r\nHost: a\r\n", -1);
      http_client_send (client, i % 2 == 0 ? "Content-Length: 10\r\n\r\nabc"
                                           : "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n8\r\nd", -1);
      test_settle ();
      if (i < 2)
        http_client_reset (client);
      else
        http_client_close (client);
      test_settle ();
    }
  assert_refused (&desk, "/events/unknown", "", "", 404, NULL);
  desk_clear (&desk);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-publish/text", test_http_publish_text);
  g_test_add_func ("/eric/http-publish/json", test_http_publish_json);
  g_test_add_func ("/eric/http-publish/lines", test_http_publish_lines);
  g_test_add_func ("/eric/http-publish/documents", test_http_publish_documents);
  g_test_add_func ("/eric/http-publish/split", test_http_publish_split);
  g_test_add_func ("/eric/http-publish/query", test_http_publish_query);
  g_test_add_func ("/eric/http-publish/malformed", test_http_publish_malformed);
  g_test_add_func ("/eric/http-publish/reserved", test_http_publish_reserved);
  g_test_add_func ("/eric/http-publish/origin", test_http_publish_origin);
  g_test_add_func ("/eric/http-publish/cannot", test_http_publish_cannot);
  g_test_add_func ("/eric/http-publish/gzip", test_http_publish_gzip);
  g_test_add_func ("/eric/http-publish/codings", test_http_publish_codings);
  g_test_add_func ("/eric/http-publish/rejected", test_http_publish_rejected);
  g_test_add_func ("/eric/http-publish/channel-requested", test_http_publish_channel_requested);
  g_test_add_func ("/eric/http-publish/max-body", test_http_publish_max_body);
  g_test_add_data_func ("/eric/http-publish/huge/chunked", "chunked", test_http_publish_huge);
  g_test_add_func ("/eric/http-publish/expect", test_http_publish_expect);
  g_test_add_func ("/eric/http-publish/broken-off", test_http_publish_broken_off);
  g_test_add_func ("/eric/http-publish/malformed-query", test_http_publish_malformed_query);
  g_test_add_data_func ("/eric/http-publish/huge/known-length", "known-length", test_http_publish_huge);
  g_test_add_data_func ("/eric/http-publish/huge/not-allowed", "not-allowed", test_http_publish_huge);
  return g_test_run ();
}
