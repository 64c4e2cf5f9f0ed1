/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * EricTokenKind:
 * @ERIC_TOKEN_KIND_TEXT: a piece of the answer
 * @ERIC_TOKEN_KIND_REASONING: a piece of what the model thinks before it answers
 * @ERIC_TOKEN_KIND_TOOL_CALL: the model asks for a tool to be called
 *
 * What a token is. Later versions may add values: leave out what is unknown.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_TOKEN_KIND_TEXT,
  ERIC_TOKEN_KIND_REASONING,
  ERIC_TOKEN_KIND_TOOL_CALL,
} EricTokenKind;

#define ERIC_TYPE_TOKEN (eric_token_get_type ())

/**
 * EricToken:
 * @kind: what it is
 * @text: the piece of text, in UTF-8; of a tool call its arguments, an object in JSON,
 *   as the model wrote it, which need not be what the tool wants
 * @name: (nullable): the name of the tool, where it is a tool call
 * @id: (nullable): the id of the call, where it is a tool call and the service gave one
 *
 * Something that a language model has said, as [class@TokenReader] reads it. It is
 * only to be read.
 *
 * A token can be used from any thread, by one at a time.
 *
 * Since: 0.1
 */
struct _EricToken
{
  EricTokenKind  kind;
  char          *text;
  char          *name;
  char          *id;
};

ERIC_AVAILABLE_IN_ALL
GType      eric_token_get_type (void) G_GNUC_CONST;
ERIC_AVAILABLE_IN_ALL
EricToken *eric_token_copy     (const EricToken *self);
ERIC_AVAILABLE_IN_ALL
void       eric_token_free     (EricToken       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricToken, eric_token_free)

G_END_DECLS
