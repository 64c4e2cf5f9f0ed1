/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-answer-private.h"

#include "eric-json-private.h"
#include "eric-token-members-private.h"

/* Errors, which services have in the middle of a stream and instead of one: what went
 * wrong, in words, is in one of these members, */
static const char * const words[] = {
  "message", "msg", "error_msg", "status_msg", "error_message", "error_description", "detail", "details",
};
/* and a code in one of these, which says whether it went wrong at all. */
static const char * const codes[] = {
  "error", "error_code", "errorCode", "code", "status_code", "statusCode", "status",
};
/* Objects that some services put errors into. */
static const char * const holders[] = { "base_resp", "x_groq" };

/* (transfer none) (nullable) */
static const char *
get_words (GVariant *object)
{
  const char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (words) && text == NULL; i++)
    text = eric_token_get_string (object, words[i]);
  return text;
}

/* A code is a number, as in HTTP or of the service's own, or a word. That of an error is
 * any but 0; a status in words is of something that goes on. */
static gboolean
is_bad_code (GVariant   *object,
             const char *key)
{
  const char *text = eric_token_get_string (object, key);
  gint64 code = 0;

  if (text != NULL && text[strspn (text, "0123456789")] != '\0')
    return !g_str_equal (key, "status") && g_ascii_strcasecmp (text, "ok") != 0 &&
           g_ascii_strcasecmp (text, "success") != 0;
  if (text != NULL)
    code = g_ascii_strtoll (text, NULL, 10);
  else
    eric_token_get_number (object, key, &code);
  return code < 0 || code >= 300 || (code > 0 && g_str_has_prefix (key, "error"));
}

static gboolean
has_bad_code (GVariant *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (is_bad_code (object, codes[i]))
      return TRUE;
  return FALSE;
}

/* An event of a type like "error", "response.error" or "stream_error" is one. */
static gboolean
has_error_type (GVariant *object)
{
  const char *type = eric_token_get_string (object, "type");

  return (type != NULL && g_str_has_suffix (type, "error")) ||
         g_strcmp0 (eric_token_get_string (object, "object"), "error") == 0;
}

/* (transfer full) (nullable): what a member that is named for an error says. It is a
 * string, an object with words or with another in it, or a list of them. Some services
 * have one that is empty where there is no error. */
static char *
dup_error_value (GVariant *value)
{
  g_autoptr (GVariant) inner = NULL;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return *g_variant_get_string (value, NULL) != '\0' ? g_variant_dup_string (value, NULL) : NULL;
  if (!g_variant_is_container (value) || g_variant_n_children (value) == 0 ||
      g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
    return NULL;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    inner = eric_token_get_element (value, 0);
  else if (get_words (value) != NULL)
    return g_strdup (get_words (value));
  else
    inner = eric_token_get_value (value, "error");
  return inner != NULL && g_variant_is_container (inner) ? dup_error_value (inner) : eric_json_print (value);
}

static char *
dup_member_error (GVariant   *object,
                  const char *key)
{
  g_autoptr (GVariant) value = eric_token_get_value (object, key);

  return value != NULL ? dup_error_value (value) : NULL;
}

/* (transfer full) (nullable): of Bedrock, {"throttlingException":{"message":…}}. */
static char *
dup_exception (GVariant *object)
{
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, object);
  while (g_variant_iter_next (&iter, "{&sv}", &key, NULL))
    if (g_str_has_suffix (key, "Exception"))
      return dup_member_error (object, key);
  return NULL;
}

/* (transfer full) (nullable): what an object says of an error, NULL where it is none. */
char *
eric_token_errors_read (GVariant *object)
{
  char *text = NULL;

  if (object == NULL || !g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT))
    return NULL;
  text = dup_member_error (object, "error");
  if (text == NULL)
    text = dup_member_error (object, "errors");
  if (text == NULL)
    text = dup_exception (object);
  if (text == NULL && get_words (object) != NULL &&
      (has_bad_code (object) || has_error_type (object) || eric_token_get_boolean (object, "error")))
    text = g_strdup (get_words (object));
  /* What servers on FastAPI say of an exception has nothing beside. */
  if (text == NULL && g_variant_n_children (object) == 1)
    text = g_strdup (eric_token_get_string (object, "detail"));
  for (gsize i = 0; i < G_N_ELEMENTS (holders) && text == NULL; i++)
    {
      g_autoptr (GVariant) holder = eric_token_get_object (object, holders[i]);

      text = eric_token_errors_read (holder);
    }
  return text;
}

/* (transfer full) (nullable): what an error says, which @value is. */
char *
eric_token_errors_explain (GVariant *value)
{
  char *text;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")) && g_variant_n_children (value) == 1)
    {
      g_autoptr (GVariant) only = eric_token_get_element (value, 0);

      return g_variant_is_of_type (only, G_VARIANT_TYPE_VARDICT) ? eric_token_errors_explain (only) : NULL;
    }
  text = eric_token_errors_read (value);
  if (text == NULL)
    text = g_strdup (get_words (value));
  return text;
}
