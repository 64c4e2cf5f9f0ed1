/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-json-private.h"
#include "eric-socket-verbs-private.h"
#include "test-util.h"

static void
test_socket_verbs_print (void)
{
  g_autoptr (EricMessage) bare = eric_message_new ("tick", NULL, NULL);
  g_autoptr (EricMessage) text = eric_message_new_from_text (NULL, "a\n\"b\" \303\251", NULL);
  g_autoptr (EricMessage) nul = eric_message_new_from_data ("t\"", (const guint8 *) "a\0b", 3, NULL);
  g_autoptr (EricMessage) json = eric_message_new_from_json ("j", "{\"a\": [1, 2.0, null]}", -1, NULL);
  const struct { const char *verb, *channel, *listener; EricMessage *message; const char *line; } samples[] = {
    { "c", NULL, NULL, NULL, "{\"v\":\"c\"}\n" },
    { "r", "news", NULL, NULL, "{\"v\":\"r\",\"c\":\"news\"}\n" },
    { "rl", "a\"b", "c\\d\n", NULL, "{\"v\":\"rl\",\"c\":\"a\\\"b\",\"r\":\"c\\\\d\\n\"}\n" },
    { "rc", "", "", NULL, "{\"v\":\"rc\",\"c\":\"\",\"r\":\"\"}\n" },
    { "b", "c", NULL, bare, "{\"v\":\"b\",\"c\":\"c\",\"t\":\"tick\"}\n" },
    { "b", "c", NULL, text, "{\"v\":\"b\",\"c\":\"c\",\"t\":\"message\",\"p\":\"a\\n\\\"b\\\" \303\251\"}\n" },
    { "b", "c", NULL, nul, "{\"v\":\"b\",\"c\":\"c\",\"t\":\"t\\\"\",\"p\":\"a\\u0000b\"}\n" },
    { "d", "c", "l", json, "{\"v\":\"d\",\"c\":\"c\",\"r\":\"l\",\"t\":\"j\",\"p\":{\"a\": [1, 2.0, null]}}\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) line = eric_socket_verbs_print (samples[i].verb, samples[i].channel,
                                                          samples[i].listener, samples[i].message, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (line->str, ==, samples[i].line);
      g_assert_cmpuint (strlen (line->str), ==, line->len);
    }
}

static void
test_socket_verbs_not_utf8 (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (eric_socket_verbs_print ("r", "\377", NULL, NULL, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, "The id of a channel must be UTF-8");
  g_clear_error (&error);
  g_assert_null (eric_socket_verbs_print ("l", "c", "\377", NULL, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, "The id of a listener must be UTF-8");
}

static const struct { const char *request; const char *line; } requests[] = {
  { "@a{sv} {}", "{}\n" },
  { "{'v': <'c'>}", "{\"v\":\"c\"}\n" },
  { "{'v': <'b'>, 'c': <'x'>, 'p': <{'a': <[1, 2]>}>}", "{\"v\":\"b\",\"c\":\"x\",\"p\":{\"a\":[1,2]}}\n" },
  { "{'v': 'rl', 'r': 'l\\n'}", "{\"v\":\"rl\",\"r\":\"l\\n\"}\n" },
  { "{'n': 7}", "{\"n\":7}\n" },
  { "{'v': <7>, 'n': <@mv nothing>}", "{\"v\":7,\"n\":null}\n" },
  { "{'w': <'l'>, 'l': <'w'>, 'v': <'lw'>}", "{\"w\":\"l\",\"l\":\"w\",\"v\":\"lw\"}\n" },
};

static void
test_socket_verbs_request (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) request = g_variant_new_parsed (requests[i].request);
      g_autoptr (GString) line = eric_socket_verbs_print_request (request, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (line->str, ==, requests[i].line);
    }
}

static void
test_socket_verbs_request_refused (void)
{
  const struct { const char *request; GQuark domain; int code; } refused[] = {
    { "'v'", ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT },
    { "['v']", ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT },
    { "{1: 'v'}", ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT },
    { "{'v': <handle 1>}", ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT },
    { "{'v': <'l'>}", G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED },
    { "{'v': 'w'}", G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED },
    { "{'v': <'b'>, 'v': <<'w'>>}", G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED },
    { "{'v': <'w'>, 'v': <'b'>}", G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) request = g_variant_new_parsed (refused[i].request);

      g_assert_null (eric_socket_verbs_print_request (request, &error));
      g_assert_error (error, refused[i].domain, refused[i].code);
    }
}

static gboolean
can_print_nested (guint depth)
{
  GVariant *value = g_variant_new_int64 (1);
  g_autoptr (GVariant) request = NULL;
  g_autoptr (GString) line = NULL;

  for (guint i = 0; i < depth; i++)
    {
      GVariant *child = g_variant_new_variant (value);

      value = g_variant_new_array (G_VARIANT_TYPE_VARIANT, &child, 1);
    }
  request = g_variant_ref_sink (g_variant_new_parsed ("{'p': %v}", value));
  line = eric_socket_verbs_print_request (request, NULL);
  return line != NULL;
}

/* A payload may be as deep as that of a message. */
static void
test_socket_verbs_request_depth (void)
{
  g_assert_true (can_print_nested (ERIC_JSON_MAX_DEPTH));
  g_assert_false (can_print_nested (ERIC_JSON_MAX_DEPTH + 1));
}

static void
test_socket_verbs_ack (void)
{
  const char *const others[] = { "", "ac", "ackn", "Ack", " ack" };
  g_autofree char *many = g_strnfill (1000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_socket_verbs_check_ack ("ack", &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_clear_error (&error);
      g_assert_false (eric_socket_verbs_check_ack (others[i], &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE);
    }
  g_clear_error (&error);
  g_assert_false (eric_socket_verbs_check_ack (many, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-verbs/print", test_socket_verbs_print);
  g_test_add_func ("/eric/socket-verbs/not-utf8", test_socket_verbs_not_utf8);
  g_test_add_func ("/eric/socket-verbs/request", test_socket_verbs_request);
  g_test_add_func ("/eric/socket-verbs/request-refused", test_socket_verbs_request_refused);
  g_test_add_func ("/eric/socket-verbs/request-depth", test_socket_verbs_request_depth);
  g_test_add_func ("/eric/socket-verbs/ack", test_socket_verbs_ack);
  return g_test_run ();
}
