/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "eric-error.h"
#include "eric-json-private.h"

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  GString    *scratch;   /* (owned): the string being unescaped */
  guint       depth;
} Parser;

static GVariant *parse_value   (Parser    *p,
                                GError   **error);
static GVariant *normalize     (GVariant  *value,
                                guint      depth,
                                GError   **error);

/* Position is told as editors count it: line and column from 1. */
static gpointer
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
  return NULL;
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

static GVariant *
parse_number (Parser  *p,
              GError **error)
{
  const char *from = p->at;
  gboolean real = FALSE;
  g_autofree char *number = NULL;

  take (p, '-');
  if (!take (p, '0') && take_digits (p) == 0)
    return fail (p, error, "a number needs a digit here");
  if (p->at < p->end && g_ascii_isdigit (*p->at))
    return fail (p, error, "a number cannot begin with 0");
  if (take (p, '.'))
    {
      real = TRUE;
      if (take_digits (p) == 0)
        return fail (p, error, "a fraction needs a digit here");
    }
  if (take (p, 'e') || take (p, 'E'))
    {
      real = TRUE;
      if (!take (p, '+'))
        take (p, '-');
      if (take_digits (p) == 0)
        return fail (p, error, "an exponent needs a digit here");
    }

  number = g_strndup (from, p->at - from);
  errno = 0;
  if (real)
    {
      double value = g_ascii_strtod (number, NULL);

      if (isfinite (value))
        return g_variant_new_double (value);
    }
  else
    {
      gint64 value = g_ascii_strtoll (number, NULL, 10);

      if (errno == 0)
        return g_variant_new_int64 (value);
    }
  p->at = from;
  return fail (p, error, "the number is out of range");
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

static gboolean
parse_unicode_escape (Parser  *p,
                      GError **error)
{
  gunichar c, low;

  if (!take_hex4 (p, &c))
    return fail (p, error, "\\u needs four hexadecimal digits") != NULL;
  if (c == 0)
    return fail (p, error, "a string cannot contain \\u0000") != NULL;
  if (c >= 0xd800 && c <= 0xdfff)
    {
      if (c >= 0xdc00 || !take_word (p, "\\u") || !take_hex4 (p, &low) ||
          low < 0xdc00 || low > 0xdfff)
        return fail (p, error, "half of a surrogate pair") != NULL;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
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
    return fail (p, error, "unknown escape in a string") != NULL;
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
    return fail (p, error, "expected a string") != NULL;

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
        return fail (p, error, "the string is not closed") != NULL;
      else
        return fail (p, error, "a control character in a string must be escaped") != NULL;
    }
}

/* Behind the opening brace. */
static gboolean
parse_members (Parser             *p,
               EricJsonMemberFunc  func,
               gpointer            user_data,
               GError            **error)
{
  skip_space (p);
  if (take (p, '}'))
    return TRUE;
  for (;;)
    {
      g_autofree char *key = NULL;
      g_autoptr (GVariant) value = NULL;
      const char *text;

      skip_space (p);
      if (!parse_string (p, error))
        return FALSE;
      key = g_strndup (p->scratch->str, p->scratch->len);
      skip_space (p);
      if (!take (p, ':'))
        return fail (p, error, "expected a colon") != NULL;
      skip_space (p);
      text = p->at;
      if (!(value = parse_value (p, error)))
        return FALSE;
      g_variant_ref_sink (value);
      if (!func (key, value, text, p->at - text, user_data, error))
        return FALSE;
      skip_space (p);
      if (take (p, '}'))
        return TRUE;
      if (!take (p, ','))
        return fail (p, error, "expected a comma or a closing brace") != NULL;
    }
}

static gboolean
add_member (const char  *key,
            GVariant    *value,
            const char  *text,
            gsize        length,
            gpointer     user_data,
            GError     **error)
{
  g_variant_builder_add (user_data, "{sv}", key, value);
  return TRUE;
}

static GVariant *
parse_object (Parser  *p,
              GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  return parse_members (p, add_member, &builder, error) ? g_variant_builder_end (&builder) : NULL;
}

static GVariant *
parse_array (Parser  *p,
             GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  skip_space (p);
  if (take (p, ']'))
    return g_variant_builder_end (&builder);
  for (;;)
    {
      GVariant *value;

      if (!(value = parse_value (p, error)))
        return NULL;
      g_variant_builder_add (&builder, "v", value);
      skip_space (p);
      if (take (p, ']'))
        return g_variant_builder_end (&builder);
      if (!take (p, ','))
        return fail (p, error, "expected a comma or a closing bracket");
    }
}

static GVariant *
parse_container (Parser  *p,
                 GError **error)
{
  GVariant *value;

  if (p->depth == ERIC_JSON_MAX_DEPTH)
    return fail (p, error, "too many levels of nesting");
  p->depth++;
  value = *p->at++ == '{' ? parse_object (p, error) : parse_array (p, error);
  p->depth--;
  return value;
}

/* Returns a floating reference. null is a nothing of type "mv". */
static GVariant *
parse_value (Parser  *p,
             GError **error)
{
  skip_space (p);
  if (p->at >= p->end)
    return fail (p, error, "the text ends where a value should be");

  switch (*p->at)
    {
    case '{':
    case '[':
      return parse_container (p, error);
    case '"':
      return parse_string (p, error) ? g_variant_new_string (p->scratch->str) : NULL;
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9':
      return parse_number (p, error);
    default:
      if (take_word (p, "true"))
        return g_variant_new_boolean (TRUE);
      if (take_word (p, "false"))
        return g_variant_new_boolean (FALSE);
      if (take_word (p, "null"))
        return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
      return fail (p, error, "expected a value");
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
    return fail (p, error, "the text is not UTF-8") != NULL;
  p->at = text;
  return TRUE;
}

static gboolean
is_at_end (Parser  *p,
           GError **error)
{
  skip_space (p);
  return p->at == p->end || fail (p, error, "expected the end of the text") != NULL;
}

/* Returns a full reference: one value and nothing behind it but white space. */
GVariant *
eric_json_parse (const char  *text,
                 gssize       length,
                 GError     **error)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  g_autoptr (GVariant) value = NULL;
  Parser parser;

  if (!parser_init (&parser, text, length, scratch, error) || !(value = parse_value (&parser, error)))
    return NULL;
  g_variant_ref_sink (value);
  return is_at_end (&parser, error) ? g_steal_pointer (&value) : NULL;
}

/* Calls a function with each member of an object, in their order and before it is known
 * whether what follows is well-formed, until it returns FALSE. That is much faster than
 * to make a variant of all of them, and each value may be as deep as one alone. */
gboolean
eric_json_parse_members (const char          *text,
                         gssize               length,
                         EricJsonMemberFunc   func,
                         gpointer             user_data,
                         GError             **error)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  Parser parser;

  if (!parser_init (&parser, text, length, scratch, error))
    return FALSE;
  skip_space (&parser);
  if (!take (&parser, '{'))
    return fail (&parser, error, "expected an object") != NULL;
  return parse_members (&parser, func, user_data, error) && is_at_end (&parser, error);
}

/* Appends the text, which must be UTF-8 and may contain NUL, with its quotation marks. */
void
eric_json_append_text (GString    *out,
                       const char *text,
                       gsize       length)
{
  const char *end = text + length;

  g_string_append_c (out, '"');
  for (const char *c = text; c < end; c++)
    {
      const char *from = c;

      while (c < end && (guchar) *c >= 0x20 && *c != '"' && *c != '\\')
        c++;
      g_string_append_len (out, from, c - from);
      if (c == end)
        break;
      switch (*c)
        {
        case '"':  g_string_append (out, "\\\""); break;
        case '\\': g_string_append (out, "\\\\"); break;
        case '\n': g_string_append (out, "\\n");  break;
        case '\r': g_string_append (out, "\\r");  break;
        case '\t': g_string_append (out, "\\t");  break;
        default:   g_string_append_printf (out, "\\u%04x", (guchar) *c);
        }
    }
  g_string_append_c (out, '"');
}

void
eric_json_append_string (GString    *out,
                         const char *text)
{
  eric_json_append_text (out, text, strlen (text));
}

/* The shortest of the three usual precisions that reads back as the same
 * number, and always with a mark of a real, so that the type survives. */
static void
print_double (GString *out,
              double   value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (out, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (out, ".0");
}

static void
print_children (GString  *out,
                GVariant *value,
                gboolean  object)
{
  GVariantIter iter;
  GVariant *child;
  const char *key;
  gboolean first = TRUE;

  g_string_append_c (out, object ? '{' : '[');
  g_variant_iter_init (&iter, value);
  while (object ? g_variant_iter_next (&iter, "{&sv}", &key, &child)
                : g_variant_iter_next (&iter, "v", &child))
    {
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      if (object)
        {
          eric_json_append_string (out, key);
          g_string_append_c (out, ':');
        }
      eric_json_append (out, child);
      g_variant_unref (child);
    }
  g_string_append_c (out, object ? '}' : ']');
}

/* @value must be normal, see below. Nothing in the text needs a second line. */
void
eric_json_append (GString  *out,
                  GVariant *value)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      g_string_append (out, g_variant_get_boolean (value) ? "true" : "false");
      break;
    case G_VARIANT_CLASS_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, g_variant_get_int64 (value));
      break;
    case G_VARIANT_CLASS_DOUBLE:
      print_double (out, g_variant_get_double (value));
      break;
    case G_VARIANT_CLASS_STRING:
      eric_json_append_string (out, g_variant_get_string (value, NULL));
      break;
    case G_VARIANT_CLASS_MAYBE:
      g_string_append (out, "null");
      break;
    case G_VARIANT_CLASS_ARRAY:
      print_children (out, value, g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* As eric_json_append () does. */
char *
eric_json_print (GVariant *value)
{
  g_autoptr (GString) out = g_string_new (NULL);

  eric_json_append (out, value);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Takes over @child. */
static gboolean
add_normal (GVariantBuilder *builder,
            const char      *key,
            GVariant        *child,
            guint            depth,
            GError         **error)
{
  g_autoptr (GVariant) given = child;
  g_autoptr (GVariant) normal = normalize (given, depth + 1, error);

  if (normal == NULL)
    return FALSE;
  if (key != NULL)
    g_variant_builder_add (builder, "{sv}", key, normal);
  else
    g_variant_builder_add (builder, "v", normal);
  return TRUE;
}

static GVariant *
normalize_children (GVariant  *value,
                    guint      depth,
                    GError   **error)
{
  gboolean object = g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}"));
  g_auto (GVariantBuilder) builder =
    G_VARIANT_BUILDER_INIT (object ? G_VARIANT_TYPE_VARDICT : G_VARIANT_TYPE ("av"));
  gsize n = g_variant_n_children (value);

  if (depth > ERIC_JSON_MAX_DEPTH)
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                   "The payload is nested deeper than %d levels", ERIC_JSON_MAX_DEPTH);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (object)
        {
          g_autoptr (GVariant) key = g_variant_get_child_value (child, 0);

          if (!add_normal (&builder, g_variant_get_string (key, NULL),
                           g_variant_get_child_value (child, 1), depth, error))
            return NULL;
        }
      else if (!add_normal (&builder, NULL, g_steal_pointer (&child), depth, error))
        return NULL;
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static GVariant *
normalize_maybe (GVariant  *value,
                 guint      depth,
                 GError   **error)
{
  g_autoptr (GVariant) inner = g_variant_get_maybe (value);

  if (inner != NULL)
    return normalize (inner, depth, error);
  return g_variant_ref_sink (g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL));
}

static GVariant *
refuse (GVariant  *value,
        GError   **error)
{
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
               "A payload cannot hold a value of type “%s” that JSON has no form for",
               g_variant_get_type_string (value));
  return NULL;
}

static GVariant *
from_int64 (gint64 value)
{
  return g_variant_ref_sink (g_variant_new_int64 (value));
}

/* @depth is the level a container at this place would have, counted from 1. */
static GVariant *
normalize (GVariant  *value,
           guint      depth,
           GError   **error)
{
  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
    case G_VARIANT_CLASS_INT64:
    case G_VARIANT_CLASS_STRING:
      return g_variant_ref (value);
    case G_VARIANT_CLASS_DOUBLE:
      return isfinite (g_variant_get_double (value)) ? g_variant_ref (value) : refuse (value, error);
    case G_VARIANT_CLASS_BYTE:
      return from_int64 (g_variant_get_byte (value));
    case G_VARIANT_CLASS_INT16:
      return from_int64 (g_variant_get_int16 (value));
    case G_VARIANT_CLASS_UINT16:
      return from_int64 (g_variant_get_uint16 (value));
    case G_VARIANT_CLASS_INT32:
      return from_int64 (g_variant_get_int32 (value));
    case G_VARIANT_CLASS_UINT32:
      return from_int64 (g_variant_get_uint32 (value));
    case G_VARIANT_CLASS_UINT64:
      return g_variant_get_uint64 (value) <= G_MAXINT64 ? from_int64 (g_variant_get_uint64 (value))
                                                        : refuse (value, error);
    case G_VARIANT_CLASS_OBJECT_PATH:
    case G_VARIANT_CLASS_SIGNATURE:
      return g_variant_ref_sink (g_variant_new_string (g_variant_get_string (value, NULL)));
    case G_VARIANT_CLASS_VARIANT:
      {
        g_autoptr (GVariant) inner = g_variant_get_variant (value);

        return normalize (inner, depth, error);
      }
    case G_VARIANT_CLASS_MAYBE:
      return normalize_maybe (value, depth, error);
    case G_VARIANT_CLASS_ARRAY:
      if (g_variant_type_is_subtype_of (g_variant_get_type (value), G_VARIANT_TYPE ("a{?*}")) &&
          !g_variant_is_of_type (value, G_VARIANT_TYPE ("a{s*}")))
        return refuse (value, error);
      return normalize_children (value, depth, error);
    case G_VARIANT_CLASS_TUPLE:
      return normalize_children (value, depth, error);
    default:
      return refuse (value, error);
    }
}

/* Brings a variant of any type to the types that JSON has, b, x, d, s, av,
 * a{sv} and a nothing of mv, or says why it cannot. Returns a full reference. */
GVariant *
eric_json_normalize (GVariant  *value,
                     GError   **error)
{
  return normalize (value, 1, error);
}
