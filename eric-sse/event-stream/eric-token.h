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

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricToken, eric_token, ERIC, TOKEN, GObject)

ERIC_AVAILABLE_IN_ALL
EricTokenKind  eric_token_get_kind (EricToken *self);
ERIC_AVAILABLE_IN_ALL
const char    *eric_token_get_text (EricToken *self);
ERIC_AVAILABLE_IN_ALL
const char    *eric_token_get_name (EricToken *self);
ERIC_AVAILABLE_IN_ALL
const char    *eric_token_get_id   (EricToken *self);

G_END_DECLS
