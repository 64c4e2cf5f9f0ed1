/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-token.h"

G_BEGIN_DECLS

/**
 * ERIC_TOKEN_READER_MAX_CALLS:
 *
 * How many calls of tools may be under way in one answer, their arguments not yet
 * complete.
 *
 * Since: 0.1
 */
#define ERIC_TOKEN_READER_MAX_CALLS 128

/**
 * ERIC_TOKEN_READER_MAX_ARGUMENTS:
 *
 * How long the arguments of a call of a tool that come in pieces may be, in bytes.
 *
 * Since: 0.1
 */
#define ERIC_TOKEN_READER_MAX_ARGUMENTS (1024 * 1024)

#define ERIC_TYPE_TOKEN_READER (eric_token_reader_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricTokenReader, eric_token_reader, ERIC, TOKEN_READER, GObject)

ERIC_AVAILABLE_IN_ALL
EricTokenReader *eric_token_reader_new               (void);
ERIC_AVAILABLE_IN_ALL
GPtrArray       *eric_token_reader_read              (EricTokenReader *self,
                                                      EricMessage     *message);
ERIC_AVAILABLE_IN_ALL
gboolean         eric_token_reader_is_done           (EricTokenReader *self);
ERIC_AVAILABLE_IN_ALL
const char      *eric_token_reader_get_finish_reason (EricTokenReader *self);
ERIC_AVAILABLE_IN_ALL
const GError    *eric_token_reader_get_error         (EricTokenReader *self);
ERIC_AVAILABLE_IN_ALL
guint64          eric_token_reader_get_input_tokens  (EricTokenReader *self);
ERIC_AVAILABLE_IN_ALL
guint64          eric_token_reader_get_output_tokens (EricTokenReader *self);
ERIC_AVAILABLE_IN_ALL
char            *eric_token_reader_explain           (GBytes          *body);

G_END_DECLS
