/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-token.h"

G_BEGIN_DECLS

EricToken *_eric_token_new (EricTokenKind  kind,
                            const char    *text,
                            const char    *name,
                            const char    *id);

G_END_DECLS
