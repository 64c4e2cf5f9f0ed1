/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-token.h"

/* Copied, not counted: it is a few bytes, and bindings may make an empty one. */
G_DEFINE_BOXED_TYPE (EricToken, eric_token, eric_token_copy, eric_token_free)

/**
 * eric_token_copy:
 * @self: a token
 *
 * Copies a token.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the copy, for [method@Token.free]
 *
 * Since: 0.1
 */
EricToken *
eric_token_copy (const EricToken *self)
{
  EricToken *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (EricToken, 1);
  copy->kind = self->kind;
  copy->text = g_strdup (self->text);
  copy->name = g_strdup (self->name);
  copy->id = g_strdup (self->id);
  return copy;
}

/**
 * eric_token_free:
 * @self: (transfer full): a token
 *
 * Frees a token.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_token_free (EricToken *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->text);
  g_free (self->name);
  g_free (self->id);
  g_free (self);
}
