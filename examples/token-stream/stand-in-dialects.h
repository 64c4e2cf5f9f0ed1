/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* How a service answers. In all of the texts, ' stands for ". */
typedef struct
{
  const char         *path;
  const char         *key_header;
  const char         *content_type;
  const char * const *answer;        /* the pieces of a stream that says something */
  const char * const *tool_call;     /* of one that asks for a tool to be called */
  const char         *failure;       /* the piece that ends a stream in its middle */
  const char         *wrong_key;     /* the body of a 401 */
  const char         *busy;          /* of a 429 */
  const char         *no_model;      /* of a 404 */
} Dialect;

extern const Dialect dialects[];
extern const guint   n_dialects;
