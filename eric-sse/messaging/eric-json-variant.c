/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <math.h>
#include <string.h>

#include "eric-error.h"
#include "eric-json-private.h"

/* Variants as JSON, and any variant as one that JSON has a form for. */

static GVariant *normalize (GVariant  *value,
                            guint      depth,
                            GError   **error);

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
