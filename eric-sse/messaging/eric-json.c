/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "eric-error.h"
#include "eric-json-private.h"

/* JSON text to variants. */

#define REPLACEMENT 0xfffd

#define NOT_FINITE "the number is not finite"
#define TOO_DEEP   "too many levels of nesting"

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  GString    *scratch;   /* (owned): the string being unescaped */
  guint       depth;
  gboolean    lenient;   /* takes the numbers that JavaScript and Python have besides */
  const char *unheld;    /* (nullable): why a variant cannot hold the value that was read */
  const char *unheld_at;
  gboolean    replaced;  /* U+FFFD stands for something */
} Parser;

/* Where @value is NULL, the text is only checked. */
static gboolean parse_value (Parser    *p,
                             GVariant **value,
                             GError   **error);

/* Position is told as editors count it: line and column from 1. */
static gboolean
fail (Parser      *p,
      GError     **error,
      const char  *what)
{
  guint line = 1;
  const char *line_start = p->start;

  for (const char *c = p->start; c < p->at; c++)
    if (*c == '\n')
      {
        line++;
        line_start = c + 1;
      }

  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
               "Malformed JSON at line %u, column %u: %s",
               line, (guint) (g_utf8_strlen (line_start, p->at - line_start) + 1), what);
  return FALSE;
}

/* The text is JSON, but of a value that a variant cannot hold: a nothing stands for it. */
static void
hold_nothing (Parser      *p,
              GVariant   **value,
              const char  *at,
              const char  *why)
{
  if (value == NULL)
    return;
  if (p->unheld == NULL)
    {
      p->unheld = why;
      p->unheld_at = at;
    }
  *value = g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
}

static gboolean
is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void
skip_space (Parser *p)
{
  while (p->at < p->end && is_space (*p->at))
    p->at++;
}

static gboolean
take (Parser *p,
      char    c)
{
  if (p->at >= p->end || *p->at != c)
    return FALSE;
  p->at++;
  return TRUE;
}

static gboolean
take_word (Parser     *p,
           const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (p->end - p->at) < length || memcmp (p->at, word, length) != 0)
    return FALSE;
  p->at += length;
  return TRUE;
}

static guint
take_digits (Parser *p)
{
  const char *from = p->at;

  while (p->at < p->end && g_ascii_isdigit (*p->at))
    p->at++;
  return p->at - from;
}

/* Whether it is a number of JSON, and whether it has a fraction or an exponent. */
static gboolean
take_number (Parser    *p,
             gboolean  *real,
             GError   **error)
{
  *real = FALSE;
  if (!take (p, '0') && take_digits (p) == 0)
    return fail (p, error, "a number needs a digit here");
  if (p->at < p->end && g_ascii_isdigit (*p->at))
    return fail (p, error, "a number cannot begin with 0");
  if (take (p, '.'))
    {
      *real = TRUE;
      if (take_digits (p) == 0)
        return fail (p, error, "a fraction needs a digit here");
    }
  if (take (p, 'e') || take (p, 'E'))
    {
      *real = TRUE;
      if (!take (p, '+'))
        take (p, '-');
      if (take_digits (p) == 0)
        return fail (p, error, "an exponent needs a digit here");
    }
  return TRUE;
}

/* Returns a floating reference, or NULL where the number is out of range. */
static GVariant *
new_number (const char *from,
            gsize       length,
            gboolean    real)
{
  g_autofree char *number = g_strndup (from, length);

  if (real)
    {
      double value = g_ascii_strtod (number, NULL);

      return isfinite (value) ? g_variant_new_double (value) : NULL;
    }
  else
    {
      gint64 value;

      errno = 0;
      value = g_ascii_strtoll (number, NULL, 10);
      return errno == 0 ? g_variant_new_int64 (value) : NULL;
    }
}

static gboolean
parse_number (Parser    *p,
              GVariant **value,
              GError   **error)
{
  const char *from = p->at;
  gboolean real;

  if (take (p, '-') && p->lenient && take_word (p, "Infinity"))
    {
      hold_nothing (p, value, from, NOT_FINITE);
      return TRUE;
    }
  if (!take_number (p, &real, error))
    return FALSE;
  if (value != NULL && !(*value = new_number (from, p->at - from, real)))
    hold_nothing (p, value, from, "the number is out of range");
  return TRUE;
}

static gboolean
take_hex4 (Parser   *p,
           gunichar *out)
{
  *out = 0;
  if (p->end - p->at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p->at[i]);

      if (digit < 0)
        return FALSE;
      *out = *out << 4 | (gunichar) digit;
    }
  p->at += 4;
  return TRUE;
}

/* RFC 8259, section 8.2: the grammar has half of a surrogate pair and NUL, which the
 * strings of variants cannot hold. U+FFFD stands for them. */
static gboolean
parse_unicode_escape (Parser  *p,
                      GError **error)
{
  gunichar c, low;

  if (!take_hex4 (p, &c))
    return fail (p, error, "\\u needs four hexadecimal digits");
  if (c >= 0xd800 && c < 0xdc00)
    {
      const char *behind = p->at;

      if (take_word (p, "\\u") && take_hex4 (p, &low) && low >= 0xdc00 && low <= 0xdfff)
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
      else
        p->at = behind;
    }
  if (c == 0 || (c >= 0xd800 && c <= 0xdfff))
    {
      c = REPLACEMENT;
      p->replaced = TRUE;
    }
  g_string_append_unichar (p->scratch, c);
  return TRUE;
}

static gboolean
parse_escape (Parser  *p,
              GError **error)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *name;

  if (take (p, 'u'))
    return parse_unicode_escape (p, error);
  if (p->at >= p->end || *p->at == '\0' || !(name = strchr (names, *p->at)))
    return fail (p, error, "unknown escape in a string");
  g_string_append_c (p->scratch, values[name - names]);
  p->at++;
  return TRUE;
}

/* Leaves the string in p->scratch. */
static gboolean
parse_string (Parser  *p,
              GError **error)
{
  if (!take (p, '"'))
    return fail (p, error, "expected a string");

  g_string_truncate (p->scratch, 0);
  for (;;)
    {
      const char *from = p->at;

      while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (guchar) *p->at >= 0x20)
        p->at++;
      g_string_append_len (p->scratch, from, p->at - from);

      if (take (p, '"'))
        return TRUE;
      if (take (p, '\\'))
        {
          if (!parse_escape (p, error))
            return FALSE;
        }
      else if (p->at >= p->end)
        return fail (p, error, "the string is not closed");
      else
        return fail (p, error, "a control character in a string must be escaped");
    }
}

/* What is done with a member of an object. */
typedef struct
{
  EricJsonMemberFunc  func;        /* (nullable): NULL where the text is only checked */
  gpointer            user_data;
} Members;

/* Each member of the outermost object is a value of its own. */
static gboolean
give_member (Parser         *p,
             const Members  *members,
             const char     *key,
             GVariant       *value,
             const char     *text,
             GError        **error)
{
  gboolean held = p->unheld == NULL;
  gboolean exact = held && !p->replaced;

  if (p->depth == 0)
    {
      p->unheld = NULL;
      p->replaced = FALSE;
    }
  return members->func (key, held || p->depth > 0 ? value : NULL, exact, text, p->at - text,
                        members->user_data, error);
}

static gboolean
parse_member (Parser         *p,
              const Members  *members,
              GError        **error)
{
  g_autofree char *key = NULL;
  g_autoptr (GVariant) value = NULL;
  const char *text;

  if (!parse_string (p, error))
    return FALSE;
  if (members->func != NULL)
    key = g_strndup (p->scratch->str, p->scratch->len);
  skip_space (p);
  if (!take (p, ':'))
    return fail (p, error, "expected a colon");
  skip_space (p);
  text = p->at;
  if (!parse_value (p, members->func != NULL ? &value : NULL, error))
    return FALSE;
  if (members->func == NULL)
    return TRUE;
  g_variant_ref_sink (value);
  return give_member (p, members, key, value, text, error);
}

/* Behind the opening brace. */
static gboolean
parse_members (Parser         *p,
               const Members  *members,
               GError        **error)
{
  skip_space (p);
  if (take (p, '}'))
    return TRUE;
  for (;;)
    {
      skip_space (p);
      if (!parse_member (p, members, error))
        return FALSE;
      skip_space (p);
      if (take (p, '}'))
        return TRUE;
      if (!take (p, ','))
        return fail (p, error, "expected a comma or a closing brace");
    }
}

static gboolean
add_member (const char  *key,
            GVariant    *value,
            gboolean     exact,
            const char  *text,
            gsize        length,
            gpointer     user_data,
            GError     **error)
{
  g_variant_builder_add (user_data, "{sv}", key, value);
  return TRUE;
}

static gboolean
parse_object (Parser    *p,
              GVariant **value,
              GError   **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const Members members = { value != NULL ? add_member : NULL, &builder };

  if (!parse_members (p, &members, error))
    return FALSE;
  if (value != NULL)
    *value = g_variant_builder_end (&builder);
  return TRUE;
}

/* Behind the opening bracket. */
static gboolean
parse_elements (Parser           *p,
                GVariantBuilder  *builder,
                GError          **error)
{
  skip_space (p);
  if (take (p, ']'))
    return TRUE;
  for (;;)
    {
      GVariant *value;

      if (!parse_value (p, builder != NULL ? &value : NULL, error))
        return FALSE;
      if (builder != NULL)
        g_variant_builder_add (builder, "v", value);
      skip_space (p);
      if (take (p, ']'))
        return TRUE;
      if (!take (p, ','))
        return fail (p, error, "expected a comma or a closing bracket");
    }
}

static gboolean
parse_array (Parser    *p,
             GVariant **value,
             GError   **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  if (!parse_elements (p, value != NULL ? &builder : NULL, error))
    return FALSE;
  if (value != NULL)
    *value = g_variant_builder_end (&builder);
  return TRUE;
}

static gboolean
parse_container (Parser    *p,
                 GVariant **value,
                 GError   **error)
{
  const char *from = p->at;
  gboolean held = p->depth < ERIC_JSON_MAX_DEPTH;
  GVariant **inner = held ? value : NULL;
  gboolean parsed;

  if (p->depth == ERIC_JSON_MAX_NESTING)
    return fail (p, error, TOO_DEEP);
  p->depth++;
  parsed = *p->at++ == '{' ? parse_object (p, inner, error) : parse_array (p, inner, error);
  p->depth--;
  if (parsed && !held)
    hold_nothing (p, value, from, TOO_DEEP);
  return parsed;
}

/* The words are of JSON, and of those who write numbers that JSON has not. */
static gboolean
parse_word (Parser    *p,
            GVariant **value,
            GError   **error)
{
  const char *from = p->at;
  gboolean truth = take_word (p, "true");

  if (truth || take_word (p, "false"))
    {
      if (value != NULL)
        *value = g_variant_new_boolean (truth);
    }
  else if (take_word (p, "null"))
    {
      if (value != NULL)
        *value = g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    }
  else if (p->lenient && (take_word (p, "NaN") || take_word (p, "Infinity")))
    hold_nothing (p, value, from, NOT_FINITE);
  else
    return fail (p, error, "expected a value");
  return TRUE;
}

/* Gives a floating reference. null is a nothing of type "mv". */
static gboolean
parse_value (Parser    *p,
             GVariant **value,
             GError   **error)
{
  skip_space (p);
  if (p->at >= p->end)
    return fail (p, error, "the text ends where a value should be");

  switch (*p->at)
    {
    case '{':
    case '[':
      return parse_container (p, value, error);
    case '"':
      if (!parse_string (p, error))
        return FALSE;
      if (value != NULL)
        *value = g_variant_new_string (p->scratch->str);
      return TRUE;
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
      return parse_number (p, value, error);
    default:
      return parse_word (p, value, error);
    }
}

/* Whether there is a text to read. */
static gboolean
parser_init (Parser      *p,
             const char  *text,
             gssize       length,
             GString     *scratch,
             GError     **error)
{
  *p = (Parser) { .start = text, .at = text, .scratch = scratch };
  p->end = text + (length < 0 ? (gssize) strlen (text) : length);
  if (!g_utf8_validate_len (text, p->end - text, &p->at))
    return fail (p, error, "the text is not UTF-8");
  p->at = text;
  return TRUE;
}

static gboolean
is_at_end (Parser  *p,
           GError **error)
{
  skip_space (p);
  return p->at == p->end || fail (p, error, "expected the end of the text");
}

/* One value and nothing behind it but white space. Fails where it is not JSON. */
gboolean
eric_json_check (const char  *text,
                 gssize       length,
                 gboolean     lenient,
                 GError     **error)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  Parser parser;

  if (!parser_init (&parser, text, length, scratch, error))
    return FALSE;
  parser.lenient = lenient;
  return parse_value (&parser, NULL, error) && is_at_end (&parser, error);
}

static GVariant *
parse (const char  *text,
       gssize       length,
       gboolean     lenient,
       GError     **error)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  g_autoptr (GVariant) value = NULL;
  Parser parser;

  if (!parser_init (&parser, text, length, scratch, error))
    return NULL;
  parser.lenient = lenient;
  if (!parse_value (&parser, &value, error))
    return NULL;
  g_variant_ref_sink (value);
  if (!is_at_end (&parser, error))
    return NULL;
  if (parser.unheld != NULL && !lenient)
    {
      parser.at = parser.unheld_at;
      fail (&parser, error, parser.unheld);
      return NULL;
    }
  return g_steal_pointer (&value);
}

/* Returns a full reference. Fails where the text is not JSON, or the value is one that
 * a variant cannot hold. */
GVariant *
eric_json_parse (const char  *text,
                 gssize       length,
                 GError     **error)
{
  return parse (text, length, FALSE, error);
}

/* Likewise, for who reads what others write: what a variant cannot hold is null, and
 * numbers that are not finite are such. */
GVariant *
eric_json_parse_lenient (const char  *text,
                         gssize       length,
                         GError     **error)
{
  return parse (text, length, TRUE, error);
}

/* Calls a function with each member of an object, in their order and before it is known
 * whether what follows is well-formed, until it returns FALSE. That is much faster than
 * to make a variant of all of them, and each value may be as deep as one alone. */
gboolean
eric_json_parse_members (const char          *text,
                         gssize               length,
                         gboolean             lenient,
                         EricJsonMemberFunc   func,
                         gpointer             user_data,
                         GError             **error)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  const Members members = { func, user_data };
  Parser parser;

  if (!parser_init (&parser, text, length, scratch, error))
    return FALSE;
  parser.lenient = lenient;
  skip_space (&parser);
  if (!take (&parser, '{'))
    return fail (&parser, error, "expected an object");
  return parse_members (&parser, &members, error) && is_at_end (&parser, error);
}
