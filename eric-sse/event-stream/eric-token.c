/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-enum-types.h"
#include "eric-token-private.h"

/**
 * EricToken:
 *
 * Something that a language model has said, as [method@TokenReader.read] gives it: a
 * piece of text, or the call of a tool.
 *
 * A token never changes. It is safe to use from any thread.
 *
 * Since: 0.1
 */
struct _EricToken
{
  GObject        parent_instance;

  EricTokenKind  kind;
  char          *text;   /* (owned) */
  char          *name;   /* (owned) (nullable) */
  char          *id;     /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (EricToken, eric_token, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_KIND,
  PROP_TEXT,
  PROP_NAME,
  PROP_ID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
eric_token_finalize (GObject *object)
{
  EricToken *self = ERIC_TOKEN (object);

  g_free (self->text);
  g_free (self->name);
  g_free (self->id);

  G_OBJECT_CLASS (eric_token_parent_class)->finalize (object);
}

static void
eric_token_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  EricToken *self = ERIC_TOKEN (object);

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, eric_token_get_kind (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, eric_token_get_text (self));
      break;
    case PROP_NAME:
      g_value_set_string (value, eric_token_get_name (self));
      break;
    case PROP_ID:
      g_value_set_string (value, eric_token_get_id (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_token_class_init (EricTokenClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = eric_token_finalize;
  object_class->get_property = eric_token_get_property;

  /**
   * EricToken:kind: (getter get_kind)
   *
   * What the token is.
   *
   * Since: 0.1
   */
  properties[PROP_KIND] =
    g_param_spec_enum ("kind", NULL, NULL, ERIC_TYPE_TOKEN_KIND, ERIC_TOKEN_KIND_TEXT, readable);

  /**
   * EricToken:text: (getter get_text)
   *
   * The piece of text. Of a tool call, its arguments in JSON, most often an object:
   * the model wrote them, and they need not be what the tool wants.
   *
   * Since: 0.1
   */
  properties[PROP_TEXT] =
    g_param_spec_string ("text", NULL, NULL, "", readable);

  /**
   * EricToken:name: (getter get_name)
   *
   * Of a tool call, the name of the tool.
   *
   * Since: 0.1
   */
  properties[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL, readable);

  /**
   * EricToken:id: (getter get_id)
   *
   * Of a tool call, its id, by which the service wants to have the result.
   *
   * Since: 0.1
   */
  properties[PROP_ID] =
    g_param_spec_string ("id", NULL, NULL, NULL, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_token_init (EricToken *self)
{
}

EricToken *
_eric_token_new (EricTokenKind  kind,
                 const char    *text,
                 const char    *name,
                 const char    *id)
{
  EricToken *self = g_object_new (ERIC_TYPE_TOKEN, NULL);

  self->kind = kind;
  self->text = g_strdup (text);
  self->name = g_strdup (name);
  self->id = g_strdup (id);
  return self;
}

/**
 * eric_token_get_kind: (get-property kind)
 * @self: a token
 *
 * Gets what the token is.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the kind
 *
 * Since: 0.1
 */
EricTokenKind
eric_token_get_kind (EricToken *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN (self), ERIC_TOKEN_KIND_TEXT);

  return self->kind;
}

/**
 * eric_token_get_text: (get-property text)
 * @self: a token
 *
 * Gets the piece of text, or the arguments of the tool call in JSON.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none): the text in UTF-8, valid as long as @self
 *
 * Since: 0.1
 */
const char *
eric_token_get_text (EricToken *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN (self), NULL);

  return self->text != NULL ? self->text : "";
}

/**
 * eric_token_get_name: (get-property name)
 * @self: a token
 *
 * Gets the name of the tool that is to be called.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL where the token is no tool
 *   call, or the service left it out
 *
 * Since: 0.1
 */
const char *
eric_token_get_name (EricToken *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN (self), NULL);

  return self->name;
}

/**
 * eric_token_get_id: (get-property id)
 * @self: a token
 *
 * Gets the id of the tool call.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL where the token is no tool
 *   call, or the service gave it none
 *
 * Since: 0.1
 */
const char *
eric_token_get_id (EricToken *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN (self), NULL);

  return self->id;
}
