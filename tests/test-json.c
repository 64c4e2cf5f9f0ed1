/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <eric-sse.h>

#include "eric-json-private.h"

typedef struct
{
  const char *text;
  const char *type;
  const char *printed;   /* NULL for the same */
} Valid;

static const Valid valid[] = {
  { "null", "mv", NULL },
  { "true", "b", NULL },
  { "false", "b", NULL },
  { "0", "x", NULL },
  { "-1", "x", NULL },
  { "9223372036854775807", "x", NULL },
  { "-9223372036854775808", "x", NULL },
  { "0.0", "d", NULL },
  { "-0.0", "d", NULL },
  { "0.1", "d", NULL },
  { "1.5", "d", NULL },
  { "1.500", "d", "1.5" },
  { "1e3", "d", "1000.0" },
  { "1E+3", "d", "1000.0" },
  { "25e-1", "d", "2.5" },
  { "-0e0", "d", "-0.0" },
  { "1e308", "d", "1e+308" },
  { "-1e308", "d", "-1e+308" },
  { "10000000000000000000.0", "d", "1e+19" },
  { "\"\"", "s", NULL },
  { "\"a b\"", "s", NULL },
  { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s", "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\"" },
  { "\"\\u0001\\u001f\\u0020\\u007f\"", "s", "\"\\u0001\\u001f \x7f\"" },
  { "\"\\u00e9\\u00E9\xc3\xa9\"", "s", "\"\xc3\xa9\xc3\xa9\xc3\xa9\"" },
  { "\"\\ud83d\\ude00\"", "s", "\"\xf0\x9f\x98\x80\"" },
  { "\"\\uD800\\uDC00\\uDBFF\\uDFFF\"", "s", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"" },
  { "\"\xe2\x80\xa8\"", "s", NULL },
  { "\"\\u0000\"", "s", "\"\xef\xbf\xbd\"" },
  { "{\"a\\u0000\":1}", "a{sv}", "{\"a\xef\xbf\xbd\":1}" },
  { "\"\\ud83d\"", "s", "\"\xef\xbf\xbd\"" },
  { "\"\\ude00\"", "s", "\"\xef\xbf\xbd\"" },
  { "\"\\ude00\\ud83d\"", "s", "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
  { "\"\\ud83dx\"", "s", "\"\xef\xbf\xbdx\"" },
  { "\"\\ud83d\\n\"", "s", "\"\xef\xbf\xbd\\n\"" },
  { "\"\\ud83d\\u0041\"", "s", "\"\xef\xbf\xbd" "A\"" },
  { "\"\\ud83d\\ud83d\\ude00\"", "s", "\"\xef\xbf\xbd\xf0\x9f\x98\x80\"" },
  { "\"\\\\u0000\"", "s", NULL },
  { "[]", "av", NULL },
  { " [ ] ", "av", "[]" },
  { "[1,\"a\",null,true,[],{}]", "av", NULL },
  { "[[[1.0]]]", "av", NULL },
  { "{}", "a{sv}", NULL },
  { "\t{\r\n}\n", "a{sv}", "{}" },
  { "{\"\":\"\"}", "a{sv}", NULL },
  { " { \"a\" : [ 1 , 2 ] , \"b\" : { } } ", "a{sv}", "{\"a\":[1,2],\"b\":{}}" },
  { "{\"b\":1,\"a\":2}", "a{sv}", NULL },
  { "{\"k\":1,\"k\":2,\"k\":1}", "a{sv}", NULL },
  { "{\"\\n\\\"\":null}", "a{sv}", NULL },
};

static void
test_json_valid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      const char *expected = valid[i].printed != NULL ? valid[i].printed : valid[i].text;
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = eric_json_parse (valid[i].text, -1, &error);
      g_autoptr (GVariant) again = NULL;
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      g_assert_nonnull (value);
      g_assert_false (g_variant_is_floating (value));
      g_assert_cmpstr (g_variant_get_type_string (value), ==, valid[i].type);
      printed = eric_json_print (value);
      g_assert_cmpstr (printed, ==, expected);
      again = eric_json_parse (printed, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpvariant (value, again);
    }
}

typedef struct
{
  const char *text;
  guint       line;
  guint       column;
  const char *what;
} Malformed;

static const Malformed malformed[] = {
  { "", 1, 1, "the text ends where a value should be" },
  { "  ", 1, 3, "the text ends where a value should be" },
  { "\n\r\n ", 3, 2, "the text ends where a value should be" },
  { "[", 1, 2, "the text ends where a value should be" },
  { "{\"a\":", 1, 6, "the text ends where a value should be" },
  { "tru", 1, 1, "expected a value" },
  { "True", 1, 1, "expected a value" },
  { "NaN", 1, 1, "expected a value" },
  { "Infinity", 1, 1, "expected a value" },
  { "'a'", 1, 1, "expected a value" },
  { "// c\n1", 1, 1, "expected a value" },
  { "+1", 1, 1, "expected a value" },
  { ".5", 1, 1, "expected a value" },
  { "]", 1, 1, "expected a value" },
  { "\xef\xbb\xbf" "1", 1, 1, "expected a value" },
  { "[1,]", 1, 4, "expected a value" },
  { "[,1]", 1, 2, "expected a value" },
  { "{\"a\":}", 1, 6, "expected a value" },
  { "\v1", 1, 1, "expected a value" },
  { "01", 1, 2, "a number cannot begin with 0" },
  { "-012", 1, 3, "a number cannot begin with 0" },
  { "-", 1, 2, "a number needs a digit here" },
  { "-Infinity", 1, 2, "a number needs a digit here" },
  { "1.", 1, 3, "a fraction needs a digit here" },
  { "1.e1", 1, 3, "a fraction needs a digit here" },
  { "1e", 1, 3, "an exponent needs a digit here" },
  { "1e+", 1, 4, "an exponent needs a digit here" },
  { "1e+-1", 1, 4, "an exponent needs a digit here" },
  { "9223372036854775808", 1, 1, "the number is out of range" },
  { "-9223372036854775809", 1, 1, "the number is out of range" },
  { "100000000000000000000000", 1, 1, "the number is out of range" },
  { "[1,\n 1e400]", 2, 2, "the number is out of range" },
  { "-1e400", 1, 1, "the number is out of range" },
  { "1 2", 1, 3, "expected the end of the text" },
  { "{}\n}", 2, 1, "expected the end of the text" },
  { "truex", 1, 5, "expected the end of the text" },
  { "0x10", 1, 2, "expected the end of the text" },
  { "[1", 1, 3, "expected a comma or a closing bracket" },
  { "[1 2]", 1, 4, "expected a comma or a closing bracket" },
  { "[1}", 1, 3, "expected a comma or a closing bracket" },
  { "[\n \"\xc3\xa9\" x]", 2, 6, "expected a comma or a closing bracket" },
  { "{", 1, 2, "expected a string" },
  { "{a:1}", 1, 2, "expected a string" },
  { "{1:1}", 1, 2, "expected a string" },
  { "{\"a\":1,}", 1, 8, "expected a string" },
  { "{\"a\" 1}", 1, 6, "expected a colon" },
  { "{\"a\"", 1, 5, "expected a colon" },
  { "{\"a\":1", 1, 7, "expected a comma or a closing brace" },
  { "{\"a\":1]", 1, 7, "expected a comma or a closing brace" },
  { "\"a", 1, 3, "the string is not closed" },
  { "[\"a]", 1, 5, "the string is not closed" },
  { "\"a\\", 1, 4, "unknown escape in a string" },
  { "\"\\x\"", 1, 3, "unknown escape in a string" },
  { "\"\\'\"", 1, 3, "unknown escape in a string" },
  { "\"a\nb\"", 1, 3, "a control character in a string must be escaped" },
  { "\"\t\"", 1, 2, "a control character in a string must be escaped" },
  { "\"\x1f\"", 1, 2, "a control character in a string must be escaped" },
  { "{\"\x01\":1}", 1, 3, "a control character in a string must be escaped" },
  { "\"\\u12\"", 1, 4, "\\u needs four hexadecimal digits" },
  { "\"\\u12g4\"", 1, 4, "\\u needs four hexadecimal digits" },
  { "\"\\u+123\"", 1, 4, "\\u needs four hexadecimal digits" },
  { "\"\xff\"", 1, 2, "the text is not UTF-8" },
  { "\"\xc3", 1, 2, "the text is not UTF-8" },
  { "\"\xed\xa0\x80\"", 1, 2, "the text is not UTF-8" },
  { "\"\xc0\x80\"", 1, 2, "the text is not UTF-8" },
  { "[\n\"\xc3\xa9\xfe\"]", 2, 3, "the text is not UTF-8" },
};

static void
assert_malformed (const char *text,
                  gssize      length,
                  guint       line,
                  guint       column,
                  const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
    g_strdup_printf ("Malformed JSON at line %u, column %u: %s", line, column, what);

  g_assert_null (eric_json_parse (text, length, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_json_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      const Malformed *m = &malformed[i];

      assert_malformed (m->text, -1, m->line, m->column, m->what);
      assert_malformed (m->text, strlen (m->text), m->line, m->column, m->what);
      g_assert_null (eric_json_parse (m->text, -1, NULL));
    }
}

static void
test_json_length (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) number = eric_json_parse ("12345", 2, &error);
  g_autoptr (GVariant) word = eric_json_parse ("truefalse", 4, &error);
  g_autoptr (GVariant) string = eric_json_parse ("\"a\"\xff", 3, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_variant_get_int64 (number), ==, 12);
  g_assert_true (g_variant_get_boolean (word));
  g_assert_cmpstr (g_variant_get_string (string, NULL), ==, "a");

  assert_malformed ("1", 0, 1, 1, "the text ends where a value should be");
  assert_malformed ("true", 3, 1, 1, "expected a value");
  assert_malformed ("1.5", 2, 1, 3, "a fraction needs a digit here");
  assert_malformed ("\"\\u0041\"", 6, 1, 4, "\\u needs four hexadecimal digits");
  assert_malformed ("\"ab\"", 3, 1, 4, "the string is not closed");
  assert_malformed ("1\0", 2, 1, 2, "the text is not UTF-8");
  assert_malformed ("\0", 1, 1, 1, "the text is not UTF-8");
  assert_malformed ("\"a\0b\"", 5, 1, 3, "the text is not UTF-8");
}

static char *
nest (const char *open,
      const char *inner,
      const char *close,
      guint       levels)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < levels; i++)
    g_string_append (text, open);
  g_string_append (text, inner);
  for (guint i = 0; i < levels; i++)
    g_string_append (text, close);
  return g_string_free (text, FALSE);
}

/* What is at the limit must survive being serialized, too. */
static void
assert_nests (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = eric_json_parse (text, -1, &error);
  g_autoptr (GVariant) normal = NULL;
  g_autoptr (GVariant) copy = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  normal = eric_json_normalize (value, &error);
  g_assert_no_error (error);
  bytes = g_variant_get_data_as_bytes (normal);
  copy = g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (normal), bytes, FALSE));
  g_assert_true (g_variant_is_normal_form (copy));
  printed = eric_json_print (copy);
  g_assert_cmpstr (printed, ==, text);
}

static void
test_json_depth (void)
{
  g_autofree char *arrays = nest ("[", "1", "]", ERIC_JSON_MAX_DEPTH);
  g_autofree char *objects = nest ("{\"a\":", "1", "}", ERIC_JSON_MAX_DEPTH);
  g_autofree char *arrays_over = nest ("[", "1", "]", ERIC_JSON_MAX_DEPTH + 1);
  g_autofree char *objects_over = nest ("{\"a\":", "1", "}", ERIC_JSON_MAX_DEPTH + 1);
  g_autofree char *very_deep = nest ("[", "", "]", 100000);
  g_autofree char *wide = nest ("", "[[],[[]],[],{},[],[{}]]", "", 1);

  assert_nests (arrays);
  assert_nests (objects);
  assert_nests (wide);
  assert_malformed (arrays_over, -1, 1, ERIC_JSON_MAX_DEPTH + 1, "too many levels of nesting");
  assert_malformed (objects_over, -1, 1, ERIC_JSON_MAX_DEPTH * 5 + 1, "too many levels of nesting");
  assert_malformed (very_deep, -1, 1, ERIC_JSON_MAX_NESTING + 1, "too many levels of nesting");
}

static gboolean
print_member_cb (const char  *key,
                 GVariant    *value,
                 gboolean     exact,
                 const char  *text,
                 gsize        length,
                 gpointer     user_data,
                 GError     **error)
{
  GString *out = user_data;

  if (value == NULL)
    {
      g_string_append_printf (out, "%s is not held;", key);
      return TRUE;
    }
  g_string_append_printf (out, exact ? "%s=" : "%s~", key);
  eric_json_append (out, value);
  g_string_append_c (out, ';');
  if (!g_str_equal (key, "stop"))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "stop");
  return FALSE;
}

static void
assert_members (const char *text,
                gboolean    lenient,
                const char *expected,
                GQuark      domain,
                const char *message)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_memdup2 (text, strlen (text));
  gboolean parsed = eric_json_parse_members (copy, strlen (text), lenient, print_member_cb, out, &error);

  g_assert_cmpstr (out->str, ==, expected);
  g_assert_cmpint (parsed, ==, message == NULL);
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, message);
  g_assert_true (error == NULL || error->domain == domain);
}

static void
test_json_members (void)
{
  const struct { const char *text; const char *members; const char *message; } samples[] = {
    { "{}", "", NULL },
    { " { } \n", "", NULL },
    { "{\"a\":1,\"b\":{\"c\":[2]},\"a\":null}", "a=1;b={\"c\":[2]};a=null;", NULL },
    { "{\"\\u00e9\":\"\\n\"}", "\303\251=\"\\n\";", NULL },
    { "{\"a\":1e400,\"b\":2,\"c\":[99999999999999999999],\"d\":{\"e\":[3]}}",
      "a is not held;b=2;c is not held;d={\"e\":[3]};", NULL },
    { "{\"a\":\"\\u0000\",\"b\":[\"\\ud800\"],\"c\":\"\"}", "a~\"\357\277\275\";b~[\"\357\277\275\"];c=\"\";", NULL },
    { "", "", "Malformed JSON at line 1, column 1: expected an object" },
    { " [{}]", "", "Malformed JSON at line 1, column 2: expected an object" },
    { "{\"a\":1}}", "a=1;", "Malformed JSON at line 1, column 8: expected the end of the text" },
    { "{\"a\":1,}", "a=1;", "Malformed JSON at line 1, column 8: expected a string" },
    { "{\"a\":1,\"b\":x", "a=1;", "Malformed JSON at line 1, column 12: expected a value" },
    { "{\"a\":1 2", "a=1;", "Malformed JSON at line 1, column 8: expected a comma or a closing brace" },
    { "{\"a\" 1", "", "Malformed JSON at line 1, column 6: expected a colon" },
    { "{\"a\":1,\"\377\":1}", "", "Malformed JSON at line 1, column 9: the text is not UTF-8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_members (samples[i].text, FALSE, samples[i].members, ERIC_ERROR, samples[i].message);
  assert_members ("{\"a\":1,\"stop\":2,\"b\"", FALSE, "a=1;stop=2;", G_IO_ERROR, "stop");
}

/* What Python writes and JSON does not have. */
static void
test_json_members_lenient (void)
{
  assert_members ("{\"a\":NaN,\"b\":2,\"c\":[-Infinity],\"d\":3}", TRUE, "a is not held;b=2;c is not held;d=3;", 0, NULL);
  assert_members ("{\"a\":1,\"b\":NaN}", FALSE, "a=1;", ERIC_ERROR,
                  "Malformed JSON at line 1, column 12: expected a value");
}

/* What may be a payload may be one within an object, too. */
static void
test_json_members_depth (void)
{
  g_autofree char *inner = nest ("[", "1", "]", ERIC_JSON_MAX_DEPTH);
  g_autofree char *over = nest ("[", "1", "]", ERIC_JSON_MAX_DEPTH + 1);
  g_autofree char *text = g_strdup_printf ("{\"p\":%s}", inner);
  g_autofree char *text_over = g_strdup_printf ("{\"p\":%s}", over);
  g_autofree char *expected = g_strdup_printf ("p=%s;", inner);

  assert_members (text, FALSE, expected, 0, NULL);
  assert_members (text_over, FALSE, "p is not held;", 0, NULL);
}

/* The text is JSON, whatever a variant could hold of it. */
static void
test_json_check (void)
{
  static const char *const documents[] = {
    "18446744073709551615", "-1e400", "[123456789012345678901234567890]", "\"\\u0000\"", "\"\\ud83d\"",
    "{\"a\\u0000\":1}", " null ", "{\"k\":1,\"k\":2}",
  };
  static const char *const lenient[] = { "NaN", "[Infinity, -Infinity]", "{\"a\":NaN}" };
  static const char *const never[] = { "nan", "-NaN", "+Infinity", "Infinit", "-Infinit", "", "1 2", "-" };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_assert_true (eric_json_check (documents[i], -1, FALSE, &error));
      g_assert_no_error (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    if (!g_str_equal (malformed[i].what, "the number is out of range"))
      {
        g_assert_false (eric_json_check (malformed[i].text, -1, FALSE, &error));
        g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
        g_clear_error (&error);
      }
  for (guint i = 0; i < G_N_ELEMENTS (lenient); i++)
    {
      g_assert_true (eric_json_check (lenient[i], -1, TRUE, NULL));
      g_assert_false (eric_json_check (lenient[i], -1, FALSE, NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    g_assert_false (eric_json_check (never[i], -1, TRUE, NULL));
}

static void
test_json_check_nesting (void)
{
  g_autofree char *deep = nest ("[{\"a\":", "1", "}]", ERIC_JSON_MAX_NESTING / 2);
  g_autofree char *over = nest ("[", "1", "]", ERIC_JSON_MAX_NESTING + 1);
  g_autoptr (GVariant) value = NULL;

  g_assert_true (eric_json_check (deep, -1, FALSE, NULL));
  g_assert_false (eric_json_check (over, -1, FALSE, NULL));
  g_assert_null (eric_json_parse (deep, -1, NULL));
  value = eric_json_parse_lenient (deep, -1, NULL);
  g_assert_nonnull (value);
}

static void
test_json_lenient (void)
{
  const char *text = "[1,1e400,{\"a\":99999999999999999999,\"b\":\"x\"},NaN,-Infinity,[2]]";
  g_autoptr (GVariant) value = eric_json_parse_lenient (text, -1, NULL);
  g_autofree char *printed = eric_json_print (value);

  g_assert_cmpstr (printed, ==, "[1,null,{\"a\":null,\"b\":\"x\"},null,null,[2]]");
  assert_malformed (text, -1, 1, 45, "expected a value");
}

static void
test_json_append (void)
{
  g_autoptr (GString) out = g_string_new ("<");
  g_autoptr (GVariant) value = eric_json_parse ("[1,\"a\"]", -1, NULL);

  eric_json_append_string (out, "\"\n\303\251");
  eric_json_append (out, value);
  g_assert_cmpstr (out->str, ==, "<\"\\\"\\n\303\251\"[1,\"a\"]");
}

static void
test_json_siblings (void)
{
  GString *text = g_string_new ("[[]");
  g_autoptr (GVariant) value = NULL;

  for (guint i = 0; i < 4 * ERIC_JSON_MAX_DEPTH; i++)
    g_string_append (text, ",[{}]");
  g_string_append_c (text, ']');
  value = eric_json_parse (text->str, text->len, NULL);
  g_assert_nonnull (value);
  g_assert_cmpuint (g_variant_n_children (value), ==, 4 * ERIC_JSON_MAX_DEPTH + 1);
  g_string_free (text, TRUE);
}

static void
test_json_duplicates (void)
{
  g_autoptr (GVariant) value = eric_json_parse ("{\"k\":1,\"k\":\"b\",\"k\":1}", -1, NULL);
  g_autoptr (GVariant) normal = eric_json_normalize (value, NULL);
  g_autofree char *printed = eric_json_print (normal);

  g_assert_cmpuint (g_variant_n_children (value), ==, 3);
  g_assert_cmpstr (printed, ==, "{\"k\":1,\"k\":\"b\",\"k\":1}");
}

static char *
print_double (double number)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_double (number));

  return eric_json_print (value);
}

static void
test_json_doubles_shortest (void)
{
  static const struct { double number; const char *text; } table[] = {
    { 0.1, "0.1" },
    { 1.0, "1.0" },
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 100.0, "100.0" },
    { -2.5, "-2.5" },
    { 1e300, "1e+300" },
    { 1e-7, "1e-07" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1.0 / 3.0, "0.3333333333333333" },
    { 123456789012345680.0, "1.2345678901234568e+17" },
    { DBL_MAX, "1.7976931348623157e+308" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *text = print_double (table[i].number);

      g_assert_cmpstr (text, ==, table[i].text);
    }
}

static void
assert_double_survives (double number)
{
  g_autofree char *text = print_double (number);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = eric_json_parse (text, -1, &error);
  double back;

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (value), ==, "d");
  back = g_variant_get_double (value);
  g_assert_cmpmem (&number, sizeof number, &back, sizeof back);
}

static void
test_json_doubles_round_trip (void)
{
  assert_double_survives (DBL_MIN);
  assert_double_survives (-DBL_MAX);
  assert_double_survives (4.9406564584124654e-324);
  assert_double_survives (-0.0);

  for (guint i = 0; i < 4000; i++)
    {
      guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
      double number;

      memcpy (&number, &bits, sizeof number);
      if (isfinite (number))
        assert_double_survives (number);
      assert_double_survives (g_test_rand_double_range (-1e6, 1e6));
    }
}

static const Valid normalized[] = {
  { "true", "b", "true" },
  { "byte 0xff", "x", "255" },
  { "int16 -32768", "x", "-32768" },
  { "uint16 65535", "x", "65535" },
  { "int32 -2147483648", "x", "-2147483648" },
  { "uint32 4294967295", "x", "4294967295" },
  { "int64 -9223372036854775808", "x", "-9223372036854775808" },
  { "uint64 9223372036854775807", "x", "9223372036854775807" },
  { "1.5", "d", "1.5" },
  { "'a'", "s", "\"a\"" },
  { "objectpath '/a/b'", "s", "\"/a/b\"" },
  { "signature 'a{sv}'", "s", "\"a{sv}\"" },
  { "['a', 'b']", "av", "[\"a\",\"b\"]" },
  { "@as []", "av", "[]" },
  { "[byte 1, 2]", "av", "[1,2]" },
  { "b'ab'", "av", "[97,98,0]" },
  { "[[1], [], [2, 3]]", "av", "[[1],[],[2,3]]" },
  { "[<1>, <'a'>, <<1.0>>]", "av", "[1,\"a\",1.0]" },
  { "()", "av", "[]" },
  { "(uint16 1, 'x', (true,), {'k': byte 1})", "av", "[1,\"x\",[true],{\"k\":1}]" },
  { "{'k': 'v', 'l': 'w'}", "a{sv}", "{\"k\":\"v\",\"l\":\"w\"}" },
  { "@a{ss} {}", "a{sv}", "{}" },
  { "{'k': <{'l': <[1.5]>}>}", "a{sv}", "{\"k\":{\"l\":[1.5]}}" },
  { "{'k': ['v']}", "a{sv}", "{\"k\":[\"v\"]}" },
  { "{'k': @mi nothing, 'l': 2}", "a{sv}", "{\"k\":null,\"l\":2}" },
  { "<<<uint32 5>>>", "x", "5" },
  { "<@mi nothing>", "mv", "null" },
  { "@mi 5", "x", "5" },
  { "@mi nothing", "mv", "null" },
  { "@mmi just nothing", "mv", "null" },
  { "@ms 'a'", "s", "\"a\"" },
  { "[@ms 'a', nothing]", "av", "[\"a\",null]" },
};

static gboolean
has_json_shape (GVariant *value)
{
  static const char *const types[] = { "b", "x", "d", "s", "av", "a{sv}", "mv", NULL };
  GVariantIter iter;
  GVariant *child;
  gboolean good = g_strv_contains (types, g_variant_get_type_string (value));

  if (!g_variant_is_container (value))
    return good;
  g_variant_iter_init (&iter, value);
  while (good && (child = g_variant_iter_next_value (&iter)))
    {
      g_autoptr (GVariant) boxed = g_variant_is_of_type (child, G_VARIANT_TYPE_DICT_ENTRY)
                                     ? g_variant_get_child_value (child, 1)
                                     : g_variant_ref (child);
      g_autoptr (GVariant) inner = g_variant_get_variant (boxed);

      good = has_json_shape (inner);
      g_variant_unref (child);
    }
  return good;
}

static void
test_json_normalize (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (normalized); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = g_variant_parse (NULL, normalized[i].text, NULL, NULL, &error);
      g_autoptr (GVariant) normal = NULL;
      g_autofree char *printed = NULL;

      g_assert_no_error (error);
      normal = eric_json_normalize (value, &error);
      g_assert_no_error (error);
      g_assert_false (g_variant_is_floating (normal));
      g_assert_cmpstr (g_variant_get_type_string (normal), ==, normalized[i].type);
      g_assert_true (has_json_shape (normal));
      printed = eric_json_print (normal);
      g_assert_cmpstr (printed, ==, normalized[i].printed);
    }
}

/* Takes over a floating reference. */
static void
assert_refused (GVariant   *value,
                const char *type)
{
  g_autoptr (GVariant) given = g_variant_ref_sink (value);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected =
    g_strdup_printf ("A payload cannot hold a value of type “%s” that JSON has no form for", type);

  g_assert_null (eric_json_normalize (given, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_json_normalize_refused (void)
{
  assert_refused (g_variant_new_double (NAN), "d");
  assert_refused (g_variant_new_double (INFINITY), "d");
  assert_refused (g_variant_new_double (-INFINITY), "d");
  assert_refused (g_variant_new ("(id)", 1, NAN), "d");
  assert_refused (g_variant_new_parsed ("{'a': <[%d]>}", INFINITY), "d");
  assert_refused (g_variant_new_uint64 ((guint64) G_MAXINT64 + 1), "t");
  assert_refused (g_variant_new_uint64 (G_MAXUINT64), "t");
  assert_refused (g_variant_new_parsed ("[<uint64 9223372036854775808>]"), "t");
  assert_refused (g_variant_new_handle (0), "h");
  assert_refused (g_variant_new_parsed ("[handle 1]"), "h");
  assert_refused (g_variant_new_parsed ("{'a': <handle 1>}"), "h");
  assert_refused (g_variant_new_parsed ("@mh 1"), "h");
  assert_refused (g_variant_new_parsed ("{1: 'a'}"), "a{is}");
  assert_refused (g_variant_new_parsed ("@a{is} {}"), "a{is}");
  assert_refused (g_variant_new_parsed ("{true: <1>}"), "a{bv}");
  assert_refused (g_variant_new_parsed ("({objectpath '/a': 1},)"), "a{oi}");
}

static GVariant *
nest_variants (guint levels)
{
  GVariant *value = g_variant_new_int64 (1);

  for (guint i = 0; i < levels; i++)
    {
      GVariant *boxed = g_variant_new_variant (value);

      value = i % 2 == 0 ? g_variant_new_array (NULL, &boxed, 1) : g_variant_new_tuple (&boxed, 1);
    }
  return g_variant_ref_sink (value);
}

static void
test_json_normalize_depth (void)
{
  g_autoptr (GVariant) at_limit = nest_variants (ERIC_JSON_MAX_DEPTH);
  g_autoptr (GVariant) over = nest_variants (ERIC_JSON_MAX_DEPTH + 1);
  g_autoptr (GVariant) normal = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *printed = NULL;
  g_autofree char *expected = nest ("[", "1", "]", ERIC_JSON_MAX_DEPTH);

  normal = eric_json_normalize (at_limit, &error);
  g_assert_no_error (error);
  printed = eric_json_print (normal);
  g_assert_cmpstr (printed, ==, expected);

  g_assert_null (eric_json_normalize (over, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT);
  g_assert_cmpstr (error->message, ==, "The payload is nested deeper than 32 levels");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/json/valid", test_json_valid);
  g_test_add_func ("/eric/json/malformed", test_json_malformed);
  g_test_add_func ("/eric/json/length", test_json_length);
  g_test_add_func ("/eric/json/depth", test_json_depth);
  g_test_add_func ("/eric/json/check", test_json_check);
  g_test_add_func ("/eric/json/check-nesting", test_json_check_nesting);
  g_test_add_func ("/eric/json/lenient", test_json_lenient);
  g_test_add_func ("/eric/json/members-lenient", test_json_members_lenient);
  g_test_add_func ("/eric/json/members", test_json_members);
  g_test_add_func ("/eric/json/members-depth", test_json_members_depth);
  g_test_add_func ("/eric/json/append", test_json_append);
  g_test_add_func ("/eric/json/siblings", test_json_siblings);
  g_test_add_func ("/eric/json/duplicates", test_json_duplicates);
  g_test_add_func ("/eric/json/doubles-shortest", test_json_doubles_shortest);
  g_test_add_func ("/eric/json/doubles-round-trip", test_json_doubles_round_trip);
  g_test_add_func ("/eric/json/normalize", test_json_normalize);
  g_test_add_func ("/eric/json/normalize-refused", test_json_normalize_refused);
  g_test_add_func ("/eric/json/normalize-depth", test_json_normalize_depth);
  return g_test_run ();
}
