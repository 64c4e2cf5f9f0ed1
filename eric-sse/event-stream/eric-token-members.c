/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token-members-private.h"

#include "eric-json-private.h"

/* (transfer full) (nullable) */
static GVariant *
get_member (GVariant           *object,
            const char         *key,
            const GVariantType *type)
{
  if (object == NULL || !g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT))
    return NULL;
  return g_variant_lookup_value (object, key, type);
}

/* (transfer full) (nullable): of any type. */
GVariant *
eric_token_get_value (GVariant   *object,
                      const char *key)
{
  return get_member (object, key, NULL);
}

/* (transfer full) (nullable) */
GVariant *
eric_token_get_object (GVariant   *object,
                       const char *key)
{
  return get_member (object, key, G_VARIANT_TYPE_VARDICT);
}

/* (transfer full) (nullable) */
GVariant *
eric_token_get_array (GVariant   *object,
                      const char *key)
{
  return get_member (object, key, G_VARIANT_TYPE ("av"));
}

/* (transfer none) (nullable): valid as long as @object */
const char *
eric_token_get_string (GVariant   *object,
                       const char *key)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_STRING);
  const char *text = value != NULL ? g_variant_get_string (value, NULL) : "";

  return *text != '\0' ? text : NULL;
}

gboolean
eric_token_get_boolean (GVariant   *object,
                        const char *key)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_BOOLEAN);

  return value != NULL && g_variant_get_boolean (value);
}

/* Leaves @number as it is where there is none. */
gboolean
eric_token_get_number (GVariant   *object,
                       const char *key,
                       gint64     *number)
{
  g_autoptr (GVariant) value = get_member (object, key, G_VARIANT_TYPE_INT64);

  if (value != NULL)
    *number = g_variant_get_int64 (value);
  return value != NULL;
}

/* Who does not know a count yet, or no more, says 0. */
void
eric_token_get_count (GVariant   *object,
                      const char *key,
                      guint64    *count)
{
  gint64 number = 0;

  if (eric_token_get_number (object, key, &number) && number > 0)
    *count = number;
}

/* (transfer full) (nullable): what is in an array at this place. */
GVariant *
eric_token_get_element (GVariant *array,
                        gsize     i)
{
  g_autoptr (GVariant) boxed = g_variant_get_child_value (array, i);

  return g_variant_get_variant (boxed);
}

/* (transfer full) (nullable): ids are strings, or numbers. */
char *
eric_token_dup_id (GVariant   *object,
                   const char *key)
{
  gint64 number;

  if (eric_token_get_number (object, key, &number))
    return g_strdup_printf ("%" G_GINT64_FORMAT, number);
  return g_strdup (eric_token_get_string (object, key));
}

/* (transfer full) (nullable): what tells pieces of different calls apart, of any type. */
char *
eric_token_dup_key (GVariant   *object,
                    const char *key)
{
  g_autoptr (GVariant) value = get_member (object, key, NULL);

  if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return NULL;
  return g_variant_print (value, FALSE);
}

/* (transfer full) (nullable): arguments, as JSON. They are an object, or one in a
 * string. */
char *
eric_token_dup_arguments (GVariant   *object,
                          const char *key)
{
  g_autoptr (GVariant) value = eric_token_get_object (object, key);

  if (value != NULL)
    return eric_json_print (value);
  return g_strdup (eric_token_get_string (object, key));
}
