/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

/* How services want to be asked. */
typedef struct
{
  const char *name;
  const char *uri;            /* by default */
  const char *model;          /* by default */
  const char *key_variable;   /* of the environment */
  const char *key_header;
  const char *key_prefix;
} ChatDialect;

const ChatDialect *chat_dialect_find   (const char         *name);
EricEventSource   *chat_request_new    (const ChatDialect  *dialect,
                                        const char         *uri,
                                        const char         *model,
                                        const char         *prompt,
                                        GError            **error);
