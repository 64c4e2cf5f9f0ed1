/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "eric-error.h"
#include "eric-socket-errors-private.h"
#include "test-util.h"

#define FFFD "\357\277\275"

static char *
print (GQuark      domain,
       int         code,
       const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, message);
  GString *out = g_string_new (NULL);

  eric_socket_errors_print (out, error);
  return g_string_free (out, FALSE);
}

/* From memory that ends with the line, so that a step beyond it is seen. */
static GError *
parse (const char *line,
       gsize       length)
{
  g_autofree char *copy = g_memdup2 (line, length);

  return eric_socket_errors_parse (copy, length);
}

static const struct { EricError code; const char *name; } names[] = {
  { ERIC_ERROR_INVALID_CHANNEL,        "InvalidChannelException" },
  { ERIC_ERROR_INVALID_LISTENER,       "InvalidListenerException" },
  { ERIC_ERROR_INVALID_MESSAGE_FORMAT, "InvalidMessageFormat" },
  { ERIC_ERROR_NO_MESSAGES,            "NoMessagesException" },
  { ERIC_ERROR_QUEUE_FULL,             "QueueFullException" },
  { ERIC_ERROR_LIMIT_REACHED,          "LimitReachedException" },
  { ERIC_ERROR_TOO_LARGE,              "TooLargeException" },
};

static void
test_socket_errors_names (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = print (ERIC_ERROR, names[i].code, "why");
      g_autofree char *expected = g_strdup_printf ("%s('why')", names[i].name);
      g_autoptr (GError) error = parse (line, strlen (line));

      g_assert_cmpstr (line, ==, expected);
      g_assert_error (error, ERIC_ERROR, (int) names[i].code);
      g_assert_cmpstr (error->message, ==, "why");
    }
}

/* What has no name of its own. */
static void
test_socket_errors_others (void)
{
  const struct { GQuark domain; int code; } others[] = {
    { ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE },
    { ERIC_ERROR, 1000 },
    { G_IO_ERROR, G_IO_ERROR_FAILED },
    { G_IO_ERROR, ERIC_ERROR_INVALID_LISTENER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *line = print (others[i].domain, others[i].code, "it's");
      g_autoptr (GError) error = parse (line, strlen (line));

      g_assert_cmpstr (line, ==, "EricException(\"it's\")");
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, "it's");
    }
}

/* What repr () of Python 3.11 gives for each. */
static const struct { const char *text; const char *repr; } reprs[] = {
  { "", "''" },
  { "No channel with id 2", "'No channel with id 2'" },
  { "it's", "\"it's\"" },
  { "\"quoted\"", "'\"quoted\"'" },
  { "it's \"quoted\"", "'it\\'s \"quoted\"'" },
  { "a\\b", "'a\\\\b'" },
  { "\\'", "\"\\\\'\"" },
  { "\r\n\t", "'\\r\\n\\t'" },
  { "\001\a\b\f\033\037 ~\177", "'\\x01\\x07\\x08\\x0c\\x1b\\x1f ~\\x7f'" },
  { "caf\303\251 \360\237\230\200", "'caf\303\251 \360\237\230\200'" },
  { "\302\200\302\205\302\237", "'\\x80\\x85\\x9f'" },
  { "\302\240\302\241\302\255", "'\\xa0\302\241\\xad'" },
  { "\342\200\213\342\200\250\342\200\251\343\200\200\356\200\200\357\273\277\357\277\277",
    "'\\u200b\\u2028\\u2029\\u3000\\ue000\\ufeff\\uffff'" },
  { "\363\240\200\201\364\217\277\277", "'\\U000e0001\\U0010ffff'" },
  { "{\"c\": 1}", "'{\"c\": 1}'" },
  { ") and (", "') and ('" },
};

static void
test_socket_errors_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (reprs); i++)
    {
      g_autofree char *line = print (ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL, reprs[i].text);
      g_autofree char *expected = g_strdup_printf ("InvalidChannelException(%s)", reprs[i].repr);
      g_autoptr (GError) error = parse (expected, strlen (expected));

      g_assert_cmpstr (line, ==, expected);
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL);
      g_assert_cmpstr (error->message, ==, reprs[i].text);
    }
}

static void
test_socket_errors_not_utf8 (void)
{
  g_autofree char *line = print (ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "a\377b\303");
  const char bytes[] = "TooLargeException('a\0\377b\303')";
  g_autoptr (GError) error = parse (bytes, sizeof bytes - 1);

  g_assert_cmpstr (line, ==, "TooLargeException('a" FFFD "b" FFFD "')");
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
  g_assert_cmpstr (error->message, ==, "a" FFFD FFFD "b" FFFD);
}

/* What repr () never prints, or prints of what a C string cannot hold. */
static const struct { const char *line; const char *message; } odd[] = {
  { "NoMessagesException()", "NoMessagesException()" },
  { "NoMessagesException('a', 'b')", "NoMessagesException('a', 'b')" },
  { "NoMessagesException('a',)", "NoMessagesException('a',)" },
  { "NoMessagesException(7)", "NoMessagesException(7)" },
  { "NoMessagesException('a)", "NoMessagesException('a)" },
  { "NoMessagesException('a\")", "NoMessagesException('a\")" },
  { "NoMessagesException('a\\')", "NoMessagesException('a\\')" },
  { "NoMessagesException('a'))", "NoMessagesException('a'))" },
  { "NoMessagesException(')", "NoMessagesException(')" },
  { "NoMessagesException(\\)", "NoMessagesException(\\)" },
  { "NoMessagesException('\\q')", "NoMessagesException('\\q')" },
  { "NoMessagesException('\\x4')", "NoMessagesException('\\x4')" },
  { "NoMessagesException('\\u12')", "NoMessagesException('\\u12')" },
  { "NoMessagesException('\\U00110000')", "NoMessagesException('\\U00110000')" },
  { "NoMessagesException('\\Uffffffff')", "NoMessagesException('\\Uffffffff')" },
  { "NoMessagesException('\\x00\\ud83d\\udE00\\uffff')",
    FFFD FFFD FFFD "\357\277\277" },
  { "NoMessagesException('\\U0001F600\\'\\\"')", "\360\237\230\200'\"" },
};

static void
test_socket_errors_odd (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (GError) error = parse (odd[i].line, strlen (odd[i].line));

      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES);
      g_assert_cmpstr (error->message, ==, odd[i].message);
    }
}

static void
test_socket_errors_unknown_name (void)
{
  const char *const lines[] = {
    "KeyError('a')", "asyncio.exceptions.IncompleteReadError('a')", "Exception()", "_a1(2)",
    "NoMessagesExceptio('a')", "NoMessagesException2('a')", "invalidMessageFormat('a')",
    "EricExceptions('a')", "EricException(1)", "EricException()",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = parse (lines[i], strlen (lines[i]));

      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, lines[i]);
    }
}

static void
test_socket_errors_none (void)
{
  const char *const lines[] = {
    "", "ack", "0b8ec5b2-4e1c-4d9c-9e0f-5f0ad4a2e4a1", ")", "()", "('a')", "a)", "A('a') ", "A('a'",
    " A('a')", "1A('a')", "A B('a')", "{\"a\": \"b(c)\"}", "\"A('a')\"", "\303\251(1)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    g_assert_null (parse (lines[i], strlen (lines[i])));
}

/* Every short text comes back, and nothing in a line needs a second one. */
static void
test_socket_errors_round_trip (void)
{
  static const char *const parts[] = {
    "'", "\"", "\\", "\n", "\r", "x", "41", "u", "(", ")", "\302\240", "\303\251", "\360\237\230\200", "\177",
  };

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *line = NULL;
      g_autoptr (GError) error = NULL;

      for (gint n = g_test_rand_int_range (0, 8); n > 0; n--)
        g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      line = print (ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER, text->str);
      g_assert_null (strpbrk (line, "\r\n"));
      error = parse (line, strlen (line));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_LISTENER);
      g_assert_cmpstr (error->message, ==, text->str);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-errors/names", test_socket_errors_names);
  g_test_add_func ("/eric/socket-errors/others", test_socket_errors_others);
  g_test_add_func ("/eric/socket-errors/text", test_socket_errors_text);
  g_test_add_func ("/eric/socket-errors/not-utf8", test_socket_errors_not_utf8);
  g_test_add_func ("/eric/socket-errors/odd", test_socket_errors_odd);
  g_test_add_func ("/eric/socket-errors/unknown-name", test_socket_errors_unknown_name);
  g_test_add_func ("/eric/socket-errors/none", test_socket_errors_none);
  g_test_add_func ("/eric/socket-errors/round-trip", test_socket_errors_round_trip);
  return g_test_run ();
}
