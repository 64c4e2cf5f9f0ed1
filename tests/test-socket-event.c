/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-socket-event-private.h"
#include "test-util.h"

/* What is not said: the time stays as it is. */
#define UNSAID 77

static EricMessage *
parse (const char  *line,
       guint       *retry_delay,
       GError     **error)
{
  g_autofree char *copy = g_memdup2 (line, strlen (line));

  *retry_delay = UNSAID;
  return eric_socket_event_parse (copy, strlen (line), retry_delay, error);
}

static const struct { const char *line, *type, *id, *payload; guint retry_delay; } samples[] = {
  { "{\"event\":\"tick\",\"data\":\"a\"}", "tick", NULL, "'a'", UNSAID },
  { "{\"event\": \"tick\", \"retry\": 5000, \"data\": {\"n\": 1}, \"id\": \"i-1\"}",
    "tick", "i-1", "{'n': <int64 1>}", 5000 },
  { "{\"event\":\"\"}", "message", NULL, NULL, UNSAID },
  { "{\"event\":\"e\",\"data\":null,\"id\":null,\"retry\":null}", "e", NULL, NULL, UNSAID },
  { "{\"event\":\"e\",\"data\":[true],\"id\":\"\",\"other\":[[]]}", "e", "", "[<true>]", UNSAID },
  { "{\"event\":\"e\",\"retry\":0}", "e", NULL, NULL, 0 },
  { "{\"event\":\"e\",\"retry\":-1}", "e", NULL, NULL, 0 },
  { "{\"event\":\"e\",\"retry\":4294967295}", "e", NULL, NULL, G_MAXUINT },
  { "{\"event\":\"e\",\"retry\":4294967296}", "e", NULL, NULL, G_MAXUINT },
  /* The last one counts. */
  { "{\"event\":\"a\",\"id\":\"1\",\"data\":1,\"retry\":1,\"event\":\"b\",\"id\":\"2\",\"data\":2.5,\"retry\":2}",
    "b", "2", "2.5", 2 },
  { "{\"event\":\"a\",\"data\":1,\"data\":null}", "a", NULL, NULL, UNSAID },
};

static void
test_socket_event_samples (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GError) error = NULL;
      guint retry_delay;
      g_autoptr (EricMessage) message = parse (samples[i].line, &retry_delay, &error);
      g_autofree char *payload = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (eric_message_get_event_type (message), ==, samples[i].type);
      g_assert_cmpstr (eric_message_get_id (message), ==, samples[i].id);
      g_assert_null (eric_message_get_sender_id (message));
      if (eric_message_get_payload (message) != NULL)
        payload = g_variant_print (eric_message_get_payload (message), TRUE);
      g_assert_cmpstr (payload, ==, samples[i].payload);
      g_assert_cmpuint (retry_delay, ==, samples[i].retry_delay);
    }
}

static const struct { const char *line, *error; } malformed[] = {
  { "ack", "Malformed JSON at line 1, column 1: expected an object" },
  { "[]", "Malformed JSON at line 1, column 1: expected an object" },
  { "{\"event\":\"a\"", "Malformed JSON at line 1, column 13: expected a comma or a closing brace" },
  { "{\"event\":\"a\"}x", "Malformed JSON at line 1, column 14: expected the end of the text" },
  { "{}", "“event” is missing" },
  { "{\"data\":1}", "“event” is missing" },
  { "{\"event\":null}", "“event” is missing" },
  { "{\"event\":1}", "“event” must be a string" },
  { "{\"event\":\"a\",\"id\":1}", "“id” must be a string" },
  { "{\"event\":\"a\",\"retry\":\"1\"}", "“retry” must be an integer" },
  { "{\"event\":\"a\",\"retry\":1.0,\"retry\":1}", "“retry” must be an integer" },
};

static void
test_socket_event_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GError) error = NULL;
      guint retry_delay;

      g_assert_null (parse (malformed[i].line, &retry_delay, &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_cmpstr (error->message, ==, malformed[i].error);
      g_assert_cmpuint (retry_delay, ==, UNSAID);
    }
}

/* One odd value ends nothing: the text has it, and only who asks for it is refused. */
static void
test_socket_event_odd_values (void)
{
  static const struct { const char *data, *text, *payload; } odd[] = {
    { "\"\\u0000a\"", "\357\277\275a", "'\357\277\275a'" },
    { "\"\\ud83d\"", "\357\277\275", "'\357\277\275'" },
    { "NaN", "NaN", NULL },
    { "{\"a\":-Infinity}", "{\"a\":-Infinity}", NULL },
    { "123456789012345678901234567890", "123456789012345678901234567890", NULL },
    { "[1e400]", "[1e400]", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autofree char *line = g_strdup_printf ("{\"event\":\"a\",\"data\":%s,\"retry\":1e400}", odd[i].data);
      g_autoptr (GError) error = NULL;
      g_autoptr (EricMessage) message = NULL;
      g_autofree char *payload = NULL;
      guint retry_delay;

      message = parse (line, &retry_delay, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (retry_delay, ==, UNSAID);
      g_assert_cmpstr (eric_message_get_text (message), ==, odd[i].text);
      if (eric_message_get_payload (message) != NULL)
        payload = g_variant_print (eric_message_get_payload (message), TRUE);
      else
        {
          g_assert_null (eric_message_parse_json (message, &error));
          g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
        }
      g_assert_cmpstr (payload, ==, odd[i].payload);
    }
}

/* What a message cannot have. */
static void
test_socket_event_refused (void)
{
  const char *const lines[] = {
    "{\"event\":\"a\\nb\",\"retry\":1}", "{\"event\":\"a\",\"id\":\"\\r\",\"retry\":1}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;
      guint retry_delay;

      g_assert_null (parse (lines[i], &retry_delay, &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_cmpuint (retry_delay, ==, UNSAID);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-event/samples", test_socket_event_samples);
  g_test_add_func ("/eric/socket-event/malformed", test_socket_event_malformed);
  g_test_add_func ("/eric/socket-event/odd-values", test_socket_event_odd_values);
  g_test_add_func ("/eric/socket-event/refused", test_socket_event_refused);
  return g_test_run ();
}
