/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>
#include <string.h>

#include "test-util.h"

static void
assert_bytes (GBytes     *bytes,
              const char *expected)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, strlen (expected));
  g_bytes_unref (bytes);
}

static void
test_sse_encoder_message (void)
{
  static const struct { const char *type; const char *id; const char *text; const char *wire; } table[] = {
    { NULL, NULL, "hello", "data: hello\n\n" },
    { "message", NULL, "hello", "data: hello\n\n" },
    { "tick", NULL, "1", "event: tick\ndata: 1\n\n" },
    { "tick", "7", "1", "id: 7\nevent: tick\ndata: 1\n\n" },
    { NULL, "", "1", "id: \ndata: 1\n\n" },
    { NULL, NULL, "", "data: \n\n" },
    { NULL, NULL, "a\nb", "data: a\ndata: b\n\n" },
    { NULL, NULL, "a\r\nb", "data: a\ndata: b\n\n" },
    { NULL, NULL, "a\rb", "data: a\ndata: b\n\n" },
    { NULL, NULL, "a\n\rb", "data: a\ndata: \ndata: b\n\n" },
    { NULL, NULL, "a\n", "data: a\ndata: \n\n" },
    { NULL, NULL, "\n\n", "data: \ndata: \ndata: \n\n" },
    { NULL, NULL, "  two spaces", "data:   two spaces\n\n" },
    { NULL, NULL, ": no comment", "data: : no comment\n\n" },
    { NULL, NULL, "x\nid: 9\n\nevent: y", "data: x\ndata: id: 9\ndata: \ndata: event: y\n\n" },
    { "é", "ü", "ß", "id: ü\nevent: é\ndata: ß\n\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (EricMessage) message =
        eric_message_new_full (table[i].type, g_variant_new_string (table[i].text), table[i].id, NULL, NULL);

      assert_bytes (eric_sse_encode_message (message), table[i].wire);
    }
}

static void
test_sse_encoder_payload (void)
{
  g_autoptr (EricMessage) none = eric_message_new ("ping", NULL, NULL);
  g_autoptr (EricMessage) object = eric_message_new_from_json (NULL, "{\"a\": [1, null, \"x\\ny\"]}", -1, NULL);

  assert_bytes (eric_sse_encode_message (none), "event: ping\ndata: \n\n");
  assert_bytes (eric_sse_encode_message (object), "data: {\"a\": [1, null, \"x\\ny\"]}\n\n");
}

/* NUL is data as any other. */
static void
test_sse_encoder_nul (void)
{
  static const char data[] = "\0a\n\0\r\nb\0";
  static const char wire[] = "data: \0a\ndata: \0\ndata: b\0\n\n";
  g_autoptr (EricMessage) message =
    eric_message_new_from_data (NULL, (const guint8 *) data, sizeof data - 1, NULL);
  g_autoptr (GBytes) bytes = eric_sse_encode_message (message);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), wire, sizeof wire - 1);
}

/* Many lines, which none but CR ends. */
static void
test_sse_encoder_large (void)
{
  const guint n_lines = 1024 * 1024;
  g_autofree char *text = g_strnfill (n_lines - 1, '\r');
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, text, NULL);
  g_autoptr (GBytes) bytes = eric_sse_encode_message (message);
  const char *wire = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, n_lines * strlen ("data: \n") + 1);
  for (guint i = 0; i < n_lines; i++)
    g_assert_true (memcmp (wire + i * strlen ("data: \n"), "data: \n", strlen ("data: \n")) == 0);
  g_assert_cmpint (wire[g_bytes_get_size (bytes) - 1], ==, '\n');
}

static void
test_sse_encoder_comment (void)
{
  assert_bytes (eric_sse_encode_comment (""), ":\n\n");
  assert_bytes (eric_sse_encode_comment ("alive"), ": alive\n\n");
  assert_bytes (eric_sse_encode_comment ("a\ndata: b\r\rc"), ": a\n: data: b\n: \n: c\n\n");
}

static void
test_sse_encoder_retry (void)
{
  assert_bytes (eric_sse_encode_retry (0), "retry: 0\n\n");
  assert_bytes (eric_sse_encode_retry (G_MAXUINT), "retry: 4294967295\n\n");
}

/* A reader of the strictest kind: anything but one event of data lines fails. */
static char *
decode (GBytes *bytes)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) data = g_string_new (NULL);
  guint n;

  g_assert_null (strchr (text, '\r'));
  g_assert_true (g_str_has_suffix (text, "\n\n"));
  text[strlen (text) - 2] = '\0';
  lines = g_strsplit (text, "\n", -1);
  for (n = 0; lines[n] != NULL; n++)
    {
      g_assert_true (g_str_has_prefix (lines[n], "data: "));
      g_string_append_printf (data, "%s%s", n > 0 ? "\n" : "", lines[n] + strlen ("data: "));
    }
  return g_string_free (g_steal_pointer (&data), FALSE);
}

static void
test_sse_encoder_injection (void)
{
  static const char alphabet[] = "\r\n\r\n: aid";

  for (guint round = 0; round < 5000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (EricMessage) message = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *decoded = NULL;
      gint length = g_test_rand_int_range (0, 20);

      for (gint i = 0; i < length; i++)
        g_string_append_c (text, alphabet[g_test_rand_int_range (0, strlen (alphabet))]);
      message = eric_message_new_from_text (NULL, text->str, NULL);
      bytes = eric_sse_encode_message (message);
      decoded = decode (bytes);

      g_string_replace (text, "\r\n", "\n", 0);
      g_string_replace (text, "\r", "\n", 0);
      g_assert_cmpstr (decoded, ==, text->str);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/sse-encoder/message", test_sse_encoder_message);
  g_test_add_func ("/eric/sse-encoder/payload", test_sse_encoder_payload);
  g_test_add_func ("/eric/sse-encoder/nul", test_sse_encoder_nul);
  g_test_add_func ("/eric/sse-encoder/large", test_sse_encoder_large);
  g_test_add_func ("/eric/sse-encoder/comment", test_sse_encoder_comment);
  g_test_add_func ("/eric/sse-encoder/retry", test_sse_encoder_retry);
  g_test_add_func ("/eric/sse-encoder/injection", test_sse_encoder_injection);
  return g_test_run ();
}
