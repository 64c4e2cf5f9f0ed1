/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "http-util.h"
#include "test-util.h"

/* Requests for a part of an answer. */

/* (transfer full): the answer */
static HttpClient *
ask (HttpFixture *fixture,
     const char  *path,
     const char  *range)
{
  g_autofree char *request =
    g_strdup_printf ("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: %s\r\n\r\n", path, range);
  HttpClient *client = http_client_new (fixture);

  g_test_message ("%s %s", path, range);
  http_client_send (client, request, -1);
  http_client_wait_eof (client);
  return client;
}

static gboolean
unpause_cb (gpointer user_data)
{
  soup_server_message_unpause (user_data);
  return G_SOURCE_REMOVE;
}

/* Answers with a text of ten bytes, early, at once, or later, as the path says; "/own", with a range of its own. */
static void
ten_bytes_cb (SoupServer        *soup_server,
              SoupServerMessage *message,
              const char        *path,
              GHashTable        *query,
              gpointer           user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gboolean own = g_str_equal (path, "/own") && soup_message_headers_get_one (headers, "Range") != NULL;

  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, own ? "789" : "0123456789",
                                    own ? 3 : 10);
  soup_server_message_set_status (message, own ? 206 : 200, NULL);
  if (!g_str_equal (path, "/later"))
    return;
  soup_server_message_pause (message);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, unpause_cb, g_object_ref (message), g_object_unref);
}

/* libsoup cuts what a handler answers, and reads behind its end: CVE-2026-2443. */
static void
test_http_ranges_of_handlers (void)
{
  static const struct
  {
    const char *range;
    guint       status;
    const char *body;
  } asked[] = {
    { "bytes=3-", 206, "3456789" },
    { "bytes=9-", 206, "9" },
    { "bytes=10-", 416, "" },
    { "bytes=999999999999999999-", 416, "" },
    { "bytes=1000000000000000000-", 200, "0123456789" },
    { "bytes=9223372036854775808-", 200, "0123456789" },
    { "bytes=18446744073709551615-", 200, "0123456789" },
    { "bytes=0-9", 200, "0123456789" },
    { "bytes=0-10", 200, "0123456789" },
    { "bytes=5-99999", 200, "0123456789" },
    { "bytes=-11", 200, "0123456789" },
    { "bytes=-9223372036854775808", 200, "0123456789" },
    { "bytes=0-,0-,0-,0-,0-", 200, "0123456789" },
    { "bytes=0-\r\nRange: bytes=-11", 200, "0123456789" },
    { "Bytes=1-99,3-4", 200, "0123456789" },
    { "bytes=-", 200, "0123456789" },
  };
  const char *paths[] = { "/now", "/early", "/later" };
  g_autoptr (HttpFixture) fixture = http_fixture_new ();
  g_autoptr (HttpClient) own = NULL;

  soup_server_add_handler (fixture->soup_server, NULL, ten_bytes_cb, NULL, NULL);
  soup_server_add_early_handler (fixture->soup_server, "/early", ten_bytes_cb, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    for (guint j = 0; j < G_N_ELEMENTS (paths); j++)
      {
        g_autoptr (HttpClient) client = ask (fixture, paths[j], asked[i].range);

        g_assert_cmpuint (client->response->status, ==, asked[i].status);
        g_assert_cmpstr (client->response->body->str, ==, asked[i].body);
      }
  own = ask (fixture, "/own", "bytes=-3");
  g_assert_cmpuint (own->response->status, ==, 206);
  g_assert_cmpstr (own->response->body->str, ==, "789");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/http-ranges/of-handlers", test_http_ranges_of_handlers);
  return g_test_run ();
}
