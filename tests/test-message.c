/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include <eric-sse.h>

#include "eric-message-private.h"
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
  message = eric_message_new_from_data (value, (const guint8 *) "a", 1, &error);
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

/* At the top, null and no payload are one; the text of JSON is that JSON. */
static void
test_message_nothing (void)
{
  g_autoptr (EricMessage) json = eric_message_new_from_json (NULL, " null ", -1, NULL);
  g_autoptr (EricMessage) maybe = eric_message_new (NULL, g_variant_new_parsed ("@ms nothing"), NULL);

  g_assert_null (eric_message_get_payload (json));
  g_assert_cmpstr (eric_message_get_text (json), ==, "null");
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
assert_data (EricMessage *message,
             const char  *data,
             gsize        length)
{
  gsize read_length;
  const guint8 *read = eric_message_get_data (message, &read_length);

  g_assert_cmpmem (read, read_length, data, length);
}

/* What a C string cannot hold is U+FFFD there. */
static void
test_message_new_from_data (void)
{
  static const struct { const char *data; gsize length; const char *text; } table[] = {
    { "", 0, "" },
    { "a\r\nb\n", 5, "a\r\nb\n" },
    { "abc", 2, "ab" },
    { "\0", 1, "\357\277\275" },
    { "a\0b", 3, "a\357\277\275b" },
    { "\0\0a\0", 4, "\357\277\275\357\277\275a\357\277\275" },
    { "\303\251\0", 3, "\303\251\357\277\275" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EricMessage) message =
        eric_message_new_from_data ("t", (const guint8 *) table[i].data, table[i].length, &error);
      const char *text;

      g_assert_no_error (error);
      g_assert_cmpstr (eric_message_get_event_type (message), ==, "t");
      g_assert_null (eric_message_get_id (message));
      assert_data (message, table[i].data, table[i].length);
      text = eric_message_get_text (message);
      g_assert_cmpstr (text, ==, table[i].text);
      g_assert_true (eric_message_get_text (message) == text);
      g_assert_cmpstr (g_variant_get_type_string (eric_message_get_payload (message)), ==, "s");
      g_assert_cmpstr (g_variant_get_string (eric_message_get_payload (message), NULL), ==, table[i].text);
      g_assert_false (g_variant_is_floating (eric_message_get_payload (message)));
      assert_data (message, table[i].data, table[i].length);
    }
}

static void
test_message_new_from_data_edges (void)
{
  static const char *const broken[] = { "\377", "\303", "a\355\240\200" };
  g_autoptr (EricMessage) none = eric_message_new_from_data ("", NULL, 0, NULL);
  GError *error = NULL;
  EricMessage *bad;

  g_assert_cmpstr (eric_message_get_event_type (none), ==, "message");
  assert_data (none, "", 0);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      bad = eric_message_new_from_data (NULL, (const guint8 *) broken[i], strlen (broken[i]), &error);
      assert_refused (bad, g_steal_pointer (&error), "The text of a message must be UTF-8");
    }
  bad = eric_message_new_from_data (NULL, (const guint8 *) "\0\303\0", 3, &error);
  assert_refused (bad, g_steal_pointer (&error), "The text of a message must be UTF-8");
}

static void
test_message_get_data (void)
{
  g_autoptr (EricMessage) none = eric_message_new (NULL, NULL, NULL);
  g_autoptr (EricMessage) string = eric_message_new (NULL, g_variant_new_string ("a\nb"), NULL);
  g_autoptr (EricMessage) object = eric_message_new (NULL, g_variant_new_parsed ("{'a': 1}"), NULL);
  g_autoptr (EricMessage) text = eric_message_new_from_text (NULL, "a", NULL);
  gsize length;

  assert_data (none, "", 0);
  assert_data (string, "a\nb", 3);
  assert_data (object, "{\"a\":1}", 7);
  assert_data (text, "a", 1);
  g_assert_true ((const char *) eric_message_get_data (object, &length) == eric_message_get_text (object));
}

/* Takes over the message. */
static void
assert_parsed (EricMessage *message,
               const char  *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = eric_message_parse_json (message, &error);
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  g_assert_false (g_variant_is_floating (value));
  printed = g_variant_print (value, TRUE);
  g_assert_cmpstr (printed, ==, expected);
  g_object_unref (message);
}

static void
test_message_parse_json (void)
{
  static const char *const bad[] = { "", "{", "no JSON", "1 2" };
  g_autoptr (GVariant) payload = g_variant_ref_sink (g_variant_new_parsed ("[<1>]"));
  g_autoptr (EricMessage) nul = eric_message_new_from_data (NULL, (const guint8 *) "1\0", 2, NULL);
  GError *error = NULL;

  assert_parsed (eric_message_new_from_text (NULL, " [1, \"x\"] ", NULL), "[<int64 1>, <'x'>]");
  assert_parsed (eric_message_new_from_text (NULL, "\"x\"", NULL), "'x'");
  assert_parsed (eric_message_new_from_text (NULL, "null", NULL), "@mv nothing");
  assert_parsed (eric_message_new (NULL, g_variant_new_string ("{\"a\": true}"), NULL), "{'a': <true>}");
  assert_parsed (eric_message_new (NULL, payload, NULL), "[<int64 1>]");
  assert_parsed (eric_message_new (NULL, g_variant_new_double (2), NULL), "2.0");
  assert_parsed (eric_message_new_from_json (NULL, "\"5\"", -1, NULL), "'5'");
  assert_parsed (eric_message_new_from_json (NULL, "\"x\"", -1, NULL), "'x'");
  assert_parsed (eric_message_new_from_json (NULL, "null", -1, NULL), "@mv nothing");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, bad[i], NULL);

      g_assert_null (eric_message_parse_json (message, &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_clear_error (&error);
      g_assert_cmpstr (eric_message_get_text (message), ==, bad[i]);
    }
  g_assert_null (eric_message_parse_json (nul, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_clear_error (&error);
}

static void
test_message_copy_of_text (void)
{
  EricMessage *message = eric_message_new_from_data ("t", (const guint8 *) "a\0b", 3, NULL);
  EricMessage *copy = eric_message_copy_with_id (message, "new", NULL);
  EricMessage *again;
  gsize length;

  g_assert_true (eric_message_get_data (copy, &length) == eric_message_get_data (message, &length));
  g_assert_cmpstr (eric_message_get_id (copy), ==, "new");
  g_assert_cmpstr (eric_message_get_event_type (copy), ==, "t");
  test_finalize (message);
  assert_data (copy, "a\0b", 3);
  g_assert_cmpstr (eric_message_get_text (copy), ==, "a\357\277\275b");
  again = eric_message_copy_with_id (copy, NULL, NULL);
  test_finalize (copy);
  g_assert_cmpstr (eric_message_get_text (again), ==, "a\357\277\275b");
  g_assert_cmpstr (g_variant_get_type_string (eric_message_get_payload (again)), ==, "s");
  test_finalize (again);
}

/* A copy differs in its id alone, and so has the text as it came. */
static void
test_message_copy_of_received_json (void)
{
  const char *json = "{ \"a\" : 1.50 }";
  EricMessage *message = _eric_message_new_received_json (json, strlen (json), NULL);
  EricMessage *copy = eric_message_copy_with_id (message, "1", NULL);

  g_assert_cmpstr (eric_message_get_text (message), ==, json);
  g_assert_true (eric_message_get_text (copy) == eric_message_get_text (message));
  test_finalize (message);
  g_assert_cmpstr (eric_message_get_text (copy), ==, json);
  g_assert_cmpstr (g_variant_get_type_string (eric_message_get_payload (copy)), ==, "a{sv}");
  test_finalize (copy);
}

static void
assert_json (EricMessage *message,
             const char  *expected)
{
  g_autoptr (EricMessage) taken = message;
  g_autofree char *json = eric_message_to_json (taken);

  g_assert_cmpstr (json, ==, expected);
}

static void
test_message_to_json (void)
{
  assert_json (eric_message_new (NULL, NULL, NULL), "null");
  assert_json (eric_message_new_from_json (NULL, "null", -1, NULL), "null");
  assert_json (eric_message_new_from_json (NULL, " [1, 2.0]", -1, NULL), "[1, 2.0]");
  assert_json (eric_message_new_from_json (NULL, "[1,\r\n\"\\n\"]\n", -1, NULL), "[1,  \"\\n\"]");
  assert_json (eric_message_new_from_json (NULL, "\"a\"", -1, NULL), "\"a\"");
  assert_json (eric_message_new_from_text (NULL, "5", NULL), "\"5\"");
  assert_json (eric_message_new_from_text (NULL, "", NULL), "\"\"");
  assert_json (eric_message_new (NULL, g_variant_new_string ("ä\n\"\\"), NULL), "\"ä\\n\\\"\\\\\"");
  assert_json (eric_message_new_from_data (NULL, (const guint8 *) "a\0b\0", 4, NULL), "\"a\\u0000b\\u0000\"");
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
  g_assert_cmpstr (eric_message_get_text (message), ==, "{ \"a\" : [ 1 , 2.0 ] }");
  g_assert_cmpstr (eric_message_get_text (string), ==, "\"a\\nb\"");
  g_assert_cmpstr (g_variant_get_string (eric_message_get_payload (string), NULL), ==, "a\nb");
  g_assert_cmpstr (eric_message_get_text (part), ==, "12");

  bad = eric_message_new_from_json (NULL, "[1,\n2", -1, &error);
  assert_refused (bad, g_steal_pointer (&error),
                  "Malformed JSON at line 2, column 2: expected a comma or a closing bracket");
  bad = eric_message_new_from_json (NULL, "123\0", 4, &error);
  assert_refused (bad, g_steal_pointer (&error),
                  "Malformed JSON at line 1, column 4: the text is not UTF-8");
  bad = eric_message_new_from_json ("a\nb", "1", -1, &error);
  assert_refused (bad, g_steal_pointer (&error), "The type of a message cannot contain a line break");
}

/* What comes in goes out, whatever a variant can hold; and is refused to who asks for
 * that value alone. */
static void
test_message_documents (void)
{
  static const struct { const char *json, *payload, *error; } table[] = {
    { "{\"id\":18446744073709551615}", NULL, "Malformed JSON at line 1, column 7: the number is out of range" },
    { "[123456789012345678901234567890, 1]", NULL, "Malformed JSON at line 1, column 2: the number is out of range" },
    { "1e400", NULL, "Malformed JSON at line 1, column 1: the number is out of range" },
    { "{\"rate\":0.12345678901234567890123}", "{'rate': <0.12345678901234568>}", NULL },
    { "100.00", "100.0", NULL },
    { "\"42\"", "'42'", NULL },
    { "\"\\ud83d\"", "'\357\277\275'", NULL },
    { "\"a\\u0000b\"", "'a\357\277\275b'", NULL },
    { "null", NULL, NULL },
    { "[ {\"z\": null} ]", "[<{'z': <@mv nothing>}>]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EricMessage) message = eric_message_new_from_json ("t", table[i].json, -1, &error);
      g_autoptr (EricMessage) copy = eric_message_copy_with_id (message, "7", NULL);
      g_autoptr (GVariant) value = NULL;
      g_autofree char *json = eric_message_to_json (copy);
      g_autofree char *payload = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (eric_message_get_text (message), ==, table[i].json);
      g_assert_cmpstr (eric_message_get_text (copy), ==, table[i].json);
      g_assert_cmpstr (json, ==, table[i].json);
      value = eric_message_parse_json (copy, &error);
      g_assert_cmpstr (error != NULL ? error->message : NULL, ==, table[i].error);
      if (eric_message_get_payload (copy) != NULL)
        payload = g_variant_print (eric_message_get_payload (copy), TRUE);
      g_assert_cmpstr (payload, ==, table[i].payload);
    }
}

#define N_TEXT_THREADS  8
#define N_TEXT_MESSAGES 300

typedef gconstpointer (*Getter) (EricMessage *message);

static int n_waiting;   /* (atomic): threads that have not come to the start yet */

typedef struct
{
  GPtrArray *messages;
  Getter     getter;
} Threads;

static gconstpointer
get_payload (EricMessage *message)
{
  return eric_message_get_payload (message);
}

static gconstpointer
get_text (EricMessage *message)
{
  return eric_message_get_text (message);
}

static gpointer
get_thread (gpointer data)
{
  Threads *shared = data;
  gconstpointer *results = g_new0 (gconstpointer, shared->messages->len);

  g_atomic_int_add (&n_waiting, -1);
  while (g_atomic_int_get (&n_waiting) > 0)
    g_thread_yield ();
  for (guint i = 0; i < shared->messages->len; i++)
    results[i] = shared->getter (shared->messages->pdata[i]);
  return results;
}

/* What is made on first use is made once, whoever comes first. */
static void
assert_same_in_threads (GPtrArray *messages,
                        Getter     getter)
{
  Threads shared = { messages, getter };
  GThread *threads[N_TEXT_THREADS];

  g_atomic_int_set (&n_waiting, N_TEXT_THREADS);
  for (guint i = 0; i < N_TEXT_THREADS; i++)
    threads[i] = g_thread_new ("get", get_thread, &shared);
  for (guint i = 0; i < N_TEXT_THREADS; i++)
    {
      g_autofree gconstpointer *results = g_thread_join (threads[i]);

      for (guint j = 0; j < messages->len; j++)
        g_assert_true (results[j] == getter (messages->pdata[j]));
    }
}

static void
test_message_text_threads (void)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < N_TEXT_MESSAGES; i++)
    g_ptr_array_add (messages, eric_message_new (NULL, g_variant_new ("(iii)", i, i, i), NULL));
  assert_same_in_threads (messages, get_text);
  for (int i = 0; i < N_TEXT_MESSAGES; i++)
    {
      g_autofree char *expected = g_strdup_printf ("[%d,%d,%d]", i, i, i);

      g_assert_cmpstr (eric_message_get_text (messages->pdata[i]), ==, expected);
    }
}

static void
test_message_payload_threads (void)
{
  g_autoptr (GPtrArray) plain = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) with_nul = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < N_TEXT_MESSAGES; i++)
    {
      g_ptr_array_add (plain, eric_message_new_from_text (NULL, "text", NULL));
      g_ptr_array_add (with_nul, eric_message_new_from_data (NULL, (const guint8 *) "a\0b", 3, NULL));
    }
  assert_same_in_threads (plain, get_payload);
  assert_same_in_threads (with_nul, get_text);
  for (int i = 0; i < N_TEXT_MESSAGES; i++)
    {
      g_assert_cmpstr (g_variant_get_string (eric_message_get_payload (plain->pdata[i]), NULL), ==, "text");
      g_assert_cmpstr (eric_message_get_text (with_nul->pdata[i]), ==, "a\357\277\275b");
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
  g_test_add_func ("/eric/message/new-from-data", test_message_new_from_data);
  g_test_add_func ("/eric/message/new-from-data-edges", test_message_new_from_data_edges);
  g_test_add_func ("/eric/message/get-data", test_message_get_data);
  g_test_add_func ("/eric/message/parse-json", test_message_parse_json);
  g_test_add_func ("/eric/message/copy-of-text", test_message_copy_of_text);
  g_test_add_func ("/eric/message/copy-of-received-json", test_message_copy_of_received_json);
  g_test_add_func ("/eric/message/to-json", test_message_to_json);
  g_test_add_func ("/eric/message/documents", test_message_documents);
  g_test_add_func ("/eric/message/new-from-json", test_message_new_from_json);
  g_test_add_func ("/eric/message/text-threads", test_message_text_threads);
  g_test_add_func ("/eric/message/payload-threads", test_message_payload_threads);
  return g_test_run ();
}
