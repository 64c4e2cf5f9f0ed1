/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message.h"
#include "eric-socket-request-private.h"

static const char *
verb_name (EricSocketVerb verb)
{
  switch (verb)
    {
    case ERIC_SOCKET_DISPATCH:        return "dispatch";
    case ERIC_SOCKET_BROADCAST:       return "broadcast";
    case ERIC_SOCKET_CREATE_CHANNEL:  return "create-channel";
    case ERIC_SOCKET_ADD_LISTENER:    return "add-listener";
    case ERIC_SOCKET_LISTEN:          return "listen";
    case ERIC_SOCKET_WATCH:           return "watch";
    case ERIC_SOCKET_REMOVE_LISTENER: return "remove-listener";
    case ERIC_SOCKET_REMOVE_CHANNEL:  return "remove-channel";
    default:                          g_assert_not_reached ();
    }
}

/* The request in one line, or the error; from memory that ends with the text. */
static char *
show (const char *text,
      gsize       length)
{
  g_autofree char *bytes = g_memdup2 (text, length);
  g_auto (EricSocketRequest) request = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = NULL;

  if (!eric_socket_request_parse (&request, bytes, length, &error))
    {
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_null (request.channel_id);
      g_assert_null (request.listener_id);
      g_assert_null (request.message);
      return g_strdup (error->message);
    }
  g_assert_no_error (error);
  out = g_string_new (verb_name (request.verb));
  if (request.channel_id != NULL)
    g_string_append_printf (out, " c=%s", request.channel_id);
  if (request.listener_id != NULL)
    g_string_append_printf (out, " r=%s", request.listener_id);
  if (request.message != NULL)
    {
      GVariant *payload = eric_message_get_payload (request.message);

      g_string_append_printf (out, " t=%s", eric_message_get_event_type (request.message));
      if (payload != NULL)
        {
          g_string_append (out, " p=");
          eric_json_append (out, payload);
        }
      else if (*eric_message_get_text (request.message) != '\0')
        g_string_append_printf (out, " text=%s", eric_message_get_text (request.message));
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

typedef struct
{
  const char *text;
  const char *shown;
} Sample;

static void
assert_samples (const Sample *samples,
                gsize         n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *shown = show (samples[i].text, strlen (samples[i].text));

      if (g_strcmp0 (shown, samples[i].shown) != 0)
        g_test_message ("the text is %s", samples[i].text);
      g_assert_cmpstr (shown, ==, samples[i].shown);
    }
}

/* As examples/ and clients.py of the Python package send them. */
static const Sample verbs[] = {
  { "{\"c\": \"1\", \"v\": \"d\", \"t\": \"x\", \"p\": \"hello\", \"r\": \"2\"}", "dispatch c=1 r=2 t=x p=\"hello\"" },
  { "{\"c\": \"1\", \"v\": \"b\", \"t\": \"x\", \"p\": null, \"r\": \"\"}", "broadcast c=1 r= t=x" },
  { "{\"c\": \"1\", \"v\": \"b\", \"t\": \"x\"}", "broadcast c=1 t=x" },
  { "{\"v\": \"c\"}", "create-channel" },
  { "{\"v\": \"c\", \"c\": null}", "create-channel" },
  { "{\"v\": \"c\", \"r\": \"2\"}", "create-channel r=2" },
  { "{\"v\": \"c\", \"c\": \"1\"}", "add-listener c=1" },
  { "{\"v\": \"c\", \"c\": \"\"}", "add-listener c=" },
  { "{\"v\": \"r\", \"c\": \"1\"}", "add-listener c=1" },
  { "{\"v\": \"l\", \"c\": \"1\", \"r\": \"2\"}", "listen c=1 r=2" },
  { "{\"v\": \"w\", \"c\": \"1\", \"r\": \"2\"}", "listen c=1 r=2" },
  { "{\"v\": \"w\", \"c\": \"1\"}", "watch c=1" },
  { "{\"v\": \"w\", \"c\": \"1\", \"r\": null}", "watch c=1" },
  { "{\"v\": \"rl\", \"c\": \"1\", \"r\": \"2\"}", "remove-listener c=1 r=2" },
  { "{\"v\": \"rc\", \"c\": \"1\"}", "remove-channel c=1" },
};

static void
test_socket_request_verbs (void)
{
  assert_samples (verbs, G_N_ELEMENTS (verbs));
}

#define MISSING(key) "The key “" key "” is missing"

/* Null is as good as none. */
static const Sample missing[] = {
  { "{}", MISSING ("v") },
  { "{\"c\": \"1\", \"t\": \"x\"}", MISSING ("v") },
  { "{\"v\": null, \"c\": \"1\"}", MISSING ("v") },
  { "{\"v\": \"d\", \"r\": \"2\", \"t\": \"x\"}", MISSING ("c") },
  { "{\"v\": \"d\", \"c\": \"1\", \"t\": \"x\"}", MISSING ("r") },
  { "{\"v\": \"d\", \"c\": \"1\", \"r\": \"2\"}", MISSING ("t") },
  { "{\"v\": \"d\", \"c\": null, \"r\": \"2\", \"t\": \"x\"}", MISSING ("c") },
  { "{\"v\": \"d\", \"c\": \"1\", \"r\": null, \"t\": \"x\"}", MISSING ("r") },
  { "{\"v\": \"b\", \"t\": \"x\"}", MISSING ("c") },
  { "{\"v\": \"b\", \"c\": \"1\"}", MISSING ("t") },
  { "{\"v\": \"b\", \"c\": \"1\", \"t\": null}", MISSING ("t") },
  { "{\"v\": \"r\"}", MISSING ("c") },
  { "{\"v\": \"l\", \"r\": \"2\"}", MISSING ("c") },
  { "{\"v\": \"l\", \"c\": \"1\"}", MISSING ("r") },
  { "{\"v\": \"w\"}", MISSING ("c") },
  { "{\"v\": \"w\", \"r\": \"2\"}", MISSING ("c") },
  { "{\"v\": \"rl\", \"r\": \"2\"}", MISSING ("c") },
  { "{\"v\": \"rl\", \"c\": \"1\"}", MISSING ("r") },
  { "{\"v\": \"rc\"}", MISSING ("c") },
  { "{\"v\": \"\"}", "There is no verb “”" },
  { "{\"v\": \"x\", \"c\": \"1\"}", "There is no verb “x”" },
  { "{\"v\": \"B\", \"c\": \"1\", \"t\": \"x\"}", "There is no verb “B”" },
  { "{\"v\": \"b \", \"c\": \"1\", \"t\": \"x\"}", "There is no verb “b ”" },
  { "{\"v\": \"rcl\", \"c\": \"1\"}", "There is no verb “rcl”" },
};

static void
test_socket_request_missing (void)
{
  assert_samples (missing, G_N_ELEMENTS (missing));
}

static void
test_socket_request_wrong_types (void)
{
  static const char * const values[] = { "1", "0", "-1.5", "true", "false", "[]", "[\"b\"]", "{}", "{\"a\": \"b\"}" };

  for (const char *key = "cvtr"; *key != '\0'; key++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      {
        g_autoptr (GString) text = g_string_new ("{");
        g_autofree char *expected = g_strdup_printf ("The value of “%c” is no string", *key);
        g_autofree char *shown = NULL;

        for (const char *other = "cvtr"; *other != '\0'; other++)
          g_string_append_printf (text, "%s\"%c\": %s", other[0] == 'c' ? "" : ", ", *other,
                                  other[0] == *key ? values[i] : "\"d\"");
        g_string_append_c (text, '}');
        shown = show (text->str, text->len);
        g_assert_cmpstr (shown, ==, expected);
      }
}

static const Sample payloads[] = {
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":\"\"}", "broadcast c=1 t=x p=\"\"" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":0}", "broadcast c=1 t=x p=0" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":0,\"p\":null}", "broadcast c=1 t=x" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":-1.5}", "broadcast c=1 t=x p=-1.5" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":true}", "broadcast c=1 t=x p=true" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":[]}", "broadcast c=1 t=x p=[]" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":{}}", "broadcast c=1 t=x p={}" },
  { "{\"p\":{\"c\":\"2\",\"v\":[1,null]},\"v\":\"b\",\"c\":\"1\",\"t\":\"x\"}",
    "broadcast c=1 t=x p={\"c\":\"2\",\"v\":[1,null]}" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":9223372036854775807}", "broadcast c=1 t=x p=9223372036854775807" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":9223372036854775808}", "broadcast c=1 t=x text=9223372036854775808" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":-9223372036854775809}", "broadcast c=1 t=x text=-9223372036854775809" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":1e400}", "broadcast c=1 t=x text=1e400" },
  /* The type of a message has no end of line, and may be empty. */
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"\"}", "broadcast c=1 t=message" },
  { "{\"v\":\"b\",\"c\":\"\\u00e9\\ud83d\\ude00\",\"t\":\"\\u00fc\"}", "broadcast c=é😀 t=ü" },
  { "{\"v\":\"b\",\"c\":\"a\\nb\",\"t\":\"x\"}", "broadcast c=a\nb t=x" },
};

static void
test_socket_request_payloads (void)
{
  assert_samples (payloads, G_N_ELEMENTS (payloads));
}

/* Keys that are not known are nobody's, and of several with one name the last counts. */
static const Sample keys[] = {
  { "{\"v\":\"rc\",\"c\":\"1\",\"x\":5,\"cc\":7,\"\":[],\"P\":1e3,\"C\":{}}", "remove-channel c=1" },
  { "{\"v\":\"b\",\"v\":\"rc\",\"c\":\"1\",\"c\":\"2\"}", "remove-channel c=2" },
  { "{\"v\":\"w\",\"c\":\"1\",\"r\":\"2\",\"r\":null}", "watch c=1" },
  { "{\"v\":\"w\",\"c\":\"1\",\"r\":null,\"r\":\"2\"}", "listen c=1 r=2" },
  { "{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"t\":\"y\",\"p\":1,\"p\":[2]}", "broadcast c=1 t=y p=[2]" },
  { "{\"c\":\"1\",\"v\":\"rc\",\"c\":null}", "The key “c” is missing" },
  { "{\"\\u0076\":\"rc\",\"\\u0063\":\"1\"}", "remove-channel c=1" },
};

static void
test_socket_request_keys (void)
{
  assert_samples (keys, G_N_ELEMENTS (keys));
}

#define TEXT(text) text, sizeof text - 1
#define GOOD "{\"v\":\"rc\",\"c\":\"1\"}"

static const struct { const char *text; gsize length; } malformed[] = {
  { TEXT ("") },
  { TEXT (" ") },
  { TEXT ("x") },
  { TEXT ("null") },
  { TEXT ("1") },
  { TEXT ("\"rc\"") },
  { TEXT ("[]") },
  { TEXT ("[" GOOD "]") },
  { TEXT ("{") },
  { TEXT ("}") },
  { TEXT ("{\"v\"}") },
  { TEXT ("{\"v\":}") },
  { TEXT ("{\"v\":\"rc\",}") },
  { TEXT ("{\"v\":\"rc\" \"c\":\"1\"}") },
  { TEXT ("{v:\"rc\"}") },
  { TEXT ("{'v':'rc'}") },
  { TEXT ("{1:\"rc\"}") },
  { TEXT (GOOD "x") },
  { TEXT (GOOD GOOD) },
  { TEXT (GOOD ",") },
  { TEXT (GOOD "\0") },
  { TEXT ("\0" GOOD) },
  { TEXT ("\xef\xbb\xbf" GOOD) },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\0\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\\u0000\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\\ud800\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\\x\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\t\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\377\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\303\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"\355\240\200\"}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"1\",\"x\":01}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"1\",\"x\":NaN}") },
  { TEXT ("{\"v\":\"rc\",\"c\":\"1\",\"x\":tru}") },
  { TEXT ("{\"v\":\"b\",\"c\":\"1\",\"t\":\"a\\nb\"}") },
  { TEXT ("{\"v\":\"b\",\"c\":\"1\",\"t\":\"a\\rb\"}") },
};

static void
test_socket_request_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *bytes = g_memdup2 (malformed[i].text, malformed[i].length);
      g_auto (EricSocketRequest) request = { 0 };
      g_autoptr (GError) error = NULL;

      g_test_message ("text %u", i);
      g_assert_false (eric_socket_request_parse (&request, bytes, malformed[i].length, &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
      g_assert_false (eric_socket_request_parse (&request, bytes, malformed[i].length, NULL));
    }
}

/* Each beginning of a request is refused, and white space around one is not. */
static void
test_socket_request_cut (void)
{
  static const char text[] = "{\"v\":\"b\",\"c\":\"\\u00e91\",\"t\":\"x\",\"p\":[{\"a\":-1.5e3},null,true,\"\303\251\"]}";
  g_autofree char *spaced = g_strdup_printf (" \t\r\n%s\r\n \t", text);
  g_autofree char *shown = show (spaced, strlen (spaced));

  g_assert_cmpstr (shown, ==, "broadcast c=é1 t=x p=[{\"a\":-1500.0},null,true,\"é\"]");
  for (gsize length = 0; length < sizeof text - 1; length++)
    {
      g_autofree char *cut = show (text, length);

      g_assert_true (g_str_has_prefix (cut, "Malformed JSON at line 1, column "));
    }
}

static char *
make_deep (guint depth)
{
  g_autoptr (GString) text = g_string_new ("{\"v\":\"b\",\"c\":\"1\",\"t\":\"x\",\"p\":");

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_socket_request_depth (void)
{
  static const guint too_deep[] = { ERIC_JSON_MAX_NESTING + 1, 1000, 100000 };
  g_autofree char *held = make_deep (ERIC_JSON_MAX_DEPTH);
  g_autofree char *deepest = make_deep (ERIC_JSON_MAX_NESTING);
  g_autofree char *shown_held = show (held, strlen (held));
  g_autofree char *shown = show (deepest, strlen (deepest));

  g_assert_true (g_str_has_prefix (shown_held, "broadcast c=1 t=x p=[[["));
  g_assert_true (g_str_has_prefix (shown, "broadcast c=1 t=x text=[[["));
  for (guint i = 0; i < G_N_ELEMENTS (too_deep); i++)
    {
      g_autofree char *text = make_deep (too_deep[i]);
      g_autofree char *error = show (text, strlen (text));

      g_assert_true (g_str_has_suffix (error, "too many levels of nesting"));
    }
}

static void
test_socket_request_clear (void)
{
  EricSocketRequest request = { 0 };

  eric_socket_request_clear (&request);
  g_assert_true (eric_socket_request_parse (&request, verbs[0].text, strlen (verbs[0].text), NULL));
  eric_socket_request_clear (&request);
  g_assert_null (request.channel_id);
  g_assert_null (request.listener_id);
  g_assert_null (request.message);
  eric_socket_request_clear (&request);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-request/verbs", test_socket_request_verbs);
  g_test_add_func ("/eric/socket-request/missing", test_socket_request_missing);
  g_test_add_func ("/eric/socket-request/wrong-types", test_socket_request_wrong_types);
  g_test_add_func ("/eric/socket-request/payloads", test_socket_request_payloads);
  g_test_add_func ("/eric/socket-request/keys", test_socket_request_keys);
  g_test_add_func ("/eric/socket-request/malformed", test_socket_request_malformed);
  g_test_add_func ("/eric/socket-request/cut", test_socket_request_cut);
  g_test_add_func ("/eric/socket-request/depth", test_socket_request_depth);
  g_test_add_func ("/eric/socket-request/clear", test_socket_request_clear);
  return g_test_run ();
}
