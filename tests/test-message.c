/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include <eric-sse.h>

#include "test-util.h"

static void
test_message_defaults (void)
{
  g_autoptr (GError) error = NULL;
  EricMessage *message = eric_message_new (NULL, NULL, &error);
  g_autoptr (EricMessage) empty_type = eric_message_new ("", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "message");
  g_assert_null (eric_message_get_payload (message));
  g_assert_cmpstr (eric_message_get_text (message), ==, "");
  g_assert_null (eric_message_get_id (message));
  g_assert_null (eric_message_get_sender_id (message));
  g_assert_cmpstr (eric_message_get_event_type (empty_type), ==, "message");
  test_finalize (message);
}

static void
test_message_full (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message =
    eric_message_new_full ("price: é", g_variant_new_string ("5"), "id 7", "me\n", &error);
  g_autoptr (EricMessage) empty_id = eric_message_new_full (NULL, NULL, "", "", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "price: é");
  g_assert_cmpstr (eric_message_get_text (message), ==, "5");
  g_assert_cmpstr (eric_message_get_id (message), ==, "id 7");
  g_assert_cmpstr (eric_message_get_sender_id (message), ==, "me\n");
  g_assert_cmpstr (eric_message_get_id (empty_id), ==, "");
  g_assert_cmpstr (eric_message_get_sender_id (empty_id), ==, "");
}

/* Takes over the message, which must be none, and the error. */
static void
assert_refused (EricMessage *message,
                GError      *error,
                const char  *expected)
{
  g_assert_null (message);
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, expected);
  g_error_free (error);
}

static void
assert_field_refused (const char *value,
                      const char *problem)
{
  g_autofree char *bad_type = g_strdup_printf ("The type of a message %s", problem);
  g_autofree char *bad_id = g_strdup_printf ("The id of a message %s", problem);
  g_autoptr (EricMessage) good = eric_message_new (NULL, NULL, NULL);
  GError *error = NULL;
  EricMessage *message;

  message = eric_message_new (value, g_variant_new_int32 (1), &error);
  assert_refused (message, g_steal_pointer (&error), bad_type);
  message = eric_message_new_full (value, NULL, NULL, NULL, &error);
  assert_refused (message, g_steal_pointer (&error), bad_type);
  message = eric_message_new_from_text (value, "a", &error);
  assert_refused (message, g_steal_pointer (&error), bad_type);
  message = eric_message_new_from_json (value, "1", -1, &error);
  assert_refused (message, g_steal_pointer (&error), bad_type);
  message = eric_message_new_full (NULL, NULL, value, NULL, &error);
  assert_refused (message, g_steal_pointer (&error), bad_id);
  message = eric_message_copy_with_id (good, value, &error);
  assert_refused (message, g_steal_pointer (&error), bad_id);
  g_assert_null (eric_message_new (value, NULL, NULL));
}

static void
test_message_fields_refused (void)
{
  static const char *const breaks[] = { "a\nb", "a\rb", "\n", "\r", "a\r\n", "a\n\ndata: x" };
  static const char *const broken[] = { "\xff", "a\xc3", "\xed\xa0\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (breaks); i++)
    assert_field_refused (breaks[i], "cannot contain a line break");
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    assert_field_refused (broken[i], "must be UTF-8");
}

static void
test_message_payload_refused (void)
{
  GError *error = NULL;
  EricMessage *message = eric_message_new (NULL, g_variant_new_double (NAN), &error);

  g_assert_null (message);
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);

  message = eric_message_new (NULL, g_variant_new_uint64 (G_MAXUINT64), &error);
  g_assert_null (message);
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);

  message = eric_message_new (NULL, g_variant_new_parsed ("{1: 2}"), &error);
  g_assert_null (message);
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);
}

static void
test_message_text (void)
{
  static const struct { const char *payload; const char *type; const char *text; } table[] = {
    { "'plain'", "s", "plain" },
    { "''", "s", "" },
    { "'a\\nb\\r\\n\"'", "s", "a\nb\r\n\"" },
    { "true", "b", "true" },
    { "5", "x", "5" },
    { "byte 5", "x", "5" },
    { "2.0", "d", "2.0" },
    { "['a\\nb', '\"']", "av", "[\"a\\nb\",\"\\\"\"]" },
    { "(1, 'é')", "av", "[1,\"é\"]" },
    { "{'a': 'b'}", "a{sv}", "{\"a\":\"b\"}" },
    { "{'a': <@mi nothing>}", "a{sv}", "{\"a\":null}" },
    { "<'boxed'>", "s", "boxed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) payload = g_variant_parse (NULL, table[i].payload, NULL, NULL, &error);
      g_autoptr (EricMessage) message = NULL;
      const char *text;

      g_assert_no_error (error);
      message = eric_message_new (NULL, payload, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (g_variant_get_type_string (eric_message_get_payload (message)), ==, table[i].type);
      text = eric_message_get_text (message);
      g_assert_cmpstr (text, ==, table[i].text);
      g_assert_true (eric_message_get_text (message) == text);
    }
}

/* At the top, null and no payload are one. */
static void
test_message_nothing (void)
{
  g_autoptr (EricMessage) json = eric_message_new_from_json (NULL, " null ", -1, NULL);
  g_autoptr (EricMessage) maybe = eric_message_new (NULL, g_variant_new_parsed ("@ms nothing"), NULL);

  g_assert_null (eric_message_get_payload (json));
  g_assert_cmpstr (eric_message_get_text (json), ==, "");
  g_assert_null (eric_message_get_payload (maybe));
  g_assert_cmpstr (eric_message_get_text (maybe), ==, "");
}

static void
test_message_payload_reference (void)
{
  g_autoptr (GVariant) payload = g_variant_ref_sink (g_variant_new_string ("kept"));
  EricMessage *message = eric_message_new (NULL, payload, NULL);

  g_assert_false (g_variant_is_floating (eric_message_get_payload (message)));
  test_finalize (message);
  g_assert_cmpstr (g_variant_get_string (payload, NULL), ==, "kept");
}

static void
test_message_copy_with_id (void)
{
  g_autoptr (GError) error = NULL;
  EricMessage *message =
    eric_message_new_full ("t", g_variant_new_parsed ("[1, 2]"), "old", "me", &error);
  EricMessage *copy = eric_message_copy_with_id (message, "new", &error);
  EricMessage *bare = eric_message_copy_with_id (copy, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (copy != message);
  g_assert_cmpstr (eric_message_get_id (message), ==, "old");
  g_assert_cmpstr (eric_message_get_id (copy), ==, "new");
  g_assert_null (eric_message_get_id (bare));
  test_finalize (message);
  test_finalize (copy);
  g_assert_cmpstr (eric_message_get_event_type (bare), ==, "t");
  g_assert_cmpstr (eric_message_get_text (bare), ==, "[1,2]");
  g_assert_cmpstr (eric_message_get_sender_id (bare), ==, "me");
  test_finalize (bare);

  message = eric_message_new (NULL, NULL, NULL);
  copy = eric_message_copy_with_id (message, "1", NULL);
  g_assert_null (eric_message_get_payload (copy));
  g_assert_cmpstr (eric_message_get_event_type (copy), ==, "message");
  g_assert_null (eric_message_get_sender_id (copy));
  test_finalize (copy);
  test_finalize (message);
}

static void
test_message_properties (void)
{
  static const char *const names[] = { "event-type", "payload", "text", "id", "sender-id" };
  g_autoptr (EricMessage) message =
    eric_message_new_full ("t", g_variant_new_parsed ("[1]"), "7", "me", NULL);
  g_autofree char *event_type = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  g_autofree char *sender_id = NULL;
  g_autoptr (GVariant) payload = NULL;

  g_object_get (message,
                "event-type", &event_type,
                "payload", &payload,
                "text", &text,
                "id", &id,
                "sender-id", &sender_id,
                NULL);
  g_assert_cmpstr (event_type, ==, "t");
  g_assert_true (payload == eric_message_get_payload (message));
  g_assert_cmpstr (text, ==, "[1]");
  g_assert_cmpstr (id, ==, "7");
  g_assert_cmpstr (sender_id, ==, "me");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (message), names[i]);

      g_assert_nonnull (pspec);
      g_assert_cmpint (pspec->flags & (G_PARAM_READABLE | G_PARAM_WRITABLE), ==, G_PARAM_READABLE);
    }
}

static void
test_message_new_from_text (void)
{
  GError *error = NULL;
  EricMessage *bad;
  g_autoptr (EricMessage) message = eric_message_new_from_text ("t", "a\r\nb\n", &error);
  g_autoptr (EricMessage) json = eric_message_new_from_text (NULL, "{\"a\":1}", &error);
  g_autoptr (EricMessage) empty = eric_message_new_from_text (NULL, "", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "t");
  g_assert_cmpstr (eric_message_get_text (message), ==, "a\r\nb\n");
  g_assert_cmpstr (g_variant_get_type_string (eric_message_get_payload (json)), ==, "s");
  g_assert_cmpstr (eric_message_get_text (json), ==, "{\"a\":1}");
  g_assert_nonnull (eric_message_get_payload (empty));
  g_assert_cmpstr (eric_message_get_text (empty), ==, "");

  bad = eric_message_new_from_text (NULL, "a\xff", &error);
  assert_refused (bad, error, "The text of a message must be UTF-8");
}

static void
test_message_new_from_json (void)
{
  GError *error = NULL;
  EricMessage *bad;
  g_autoptr (EricMessage) message =
    eric_message_new_from_json ("t", " { \"a\" : [ 1 , 2.0 ] }", -1, &error);
  g_autoptr (EricMessage) string = eric_message_new_from_json (NULL, "\"a\\nb\"", -1, &error);
  g_autoptr (EricMessage) part = eric_message_new_from_json (NULL, "123", 2, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, "t");
  g_assert_cmpstr (eric_message_get_text (message), ==, "{\"a\":[1,2.0]}");
  g_assert_cmpstr (eric_message_get_text (string), ==, "a\nb");
  g_assert_cmpstr (eric_message_get_text (part), ==, "12");

  bad = eric_message_new_from_json (NULL, "[1,\n2", -1, &error);
  assert_refused (bad, g_steal_pointer (&error),
                  "Malformed JSON at line 2, column 2: expected a comma or a closing bracket");
  bad = eric_message_new_from_json (NULL, "9223372036854775808", -1, &error);
  assert_refused (bad, g_steal_pointer (&error),
                  "Malformed JSON at line 1, column 1: the number is out of range");
}

#define N_TEXT_THREADS  8
#define N_TEXT_MESSAGES 300

static int n_waiting;   /* (atomic): threads that have not come to the start yet */

static gpointer
get_texts_thread (gpointer data)
{
  GPtrArray *messages = data;
  const char **texts = g_new0 (const char *, messages->len);

  g_atomic_int_add (&n_waiting, -1);
  while (g_atomic_int_get (&n_waiting) > 0)
    g_thread_yield ();
  for (guint i = 0; i < messages->len; i++)
    texts[i] = eric_message_get_text (messages->pdata[i]);
  return texts;
}

static void
test_message_text_threads (void)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  GThread *threads[N_TEXT_THREADS];

  for (int i = 0; i < N_TEXT_MESSAGES; i++)
    g_ptr_array_add (messages, eric_message_new (NULL, g_variant_new ("(iii)", i, i, i), NULL));
  g_atomic_int_set (&n_waiting, N_TEXT_THREADS);
  for (guint i = 0; i < N_TEXT_THREADS; i++)
    threads[i] = g_thread_new ("get-texts", get_texts_thread, messages);

  for (guint i = 0; i < N_TEXT_THREADS; i++)
    {
      g_autofree const char **texts = g_thread_join (threads[i]);

      for (guint j = 0; j < N_TEXT_MESSAGES; j++)
        {
          g_autofree char *expected = g_strdup_printf ("[%u,%u,%u]", j, j, j);

          g_assert_true (texts[j] == eric_message_get_text (messages->pdata[j]));
          g_assert_cmpstr (texts[j], ==, expected);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/message/defaults", test_message_defaults);
  g_test_add_func ("/eric/message/full", test_message_full);
  g_test_add_func ("/eric/message/fields-refused", test_message_fields_refused);
  g_test_add_func ("/eric/message/payload-refused", test_message_payload_refused);
  g_test_add_func ("/eric/message/text", test_message_text);
  g_test_add_func ("/eric/message/nothing", test_message_nothing);
  g_test_add_func ("/eric/message/payload-reference", test_message_payload_reference);
  g_test_add_func ("/eric/message/copy-with-id", test_message_copy_with_id);
  g_test_add_func ("/eric/message/properties", test_message_properties);
  g_test_add_func ("/eric/message/new-from-text", test_message_new_from_text);
  g_test_add_func ("/eric/message/new-from-json", test_message_new_from_json);
  g_test_add_func ("/eric/message/text-threads", test_message_text_threads);
  return g_test_run ();
}
