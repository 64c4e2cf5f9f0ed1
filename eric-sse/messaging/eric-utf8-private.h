/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* U+FFFD, in UTF-8. */
#define ERIC_REPLACEMENT_CHARACTER "\357\277\275"

gboolean eric_utf8_is_ascii      (const char *text,
                                  gsize       length);
gboolean eric_utf8_is_valid      (const char *text,
                                  gsize       length);
void     eric_utf8_decode        (GString    *out,
                                  const char *text,
                                  gsize       length);
void     eric_utf8_decode_string (GString    *out,
                                  const char *text,
                                  gsize       length);

G_END_DECLS
