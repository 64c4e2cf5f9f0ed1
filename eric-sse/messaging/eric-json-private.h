/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/* JSON text (RFC 8259) to and from the variants a message may carry.
 *
 * This is our own code, and not json-glib, for one reason: json-glib 1.6, which
 * is what the platform floor ships, reads 9223372036854775808 as a negative
 * number, 1e400 as infinity, 010 as 8, cuts a string at \u0000, and has no bound
 * on nesting. A document must come out as it went in, and a value that a variant
 * cannot hold must be told from one that it can. */

/* Objects and arrays within each other. Above this, GVariant's own limit on
 * nesting (128, of which an object takes three) would come near. */
#define ERIC_JSON_MAX_DEPTH 32

/* The same in text that is only checked: it is read by recursion. */
#define ERIC_JSON_MAX_NESTING 512

/* @text is what the value was read from; @value is NULL where a variant cannot hold it;
 * @exact is FALSE then, and where U+FFFD stands for something in a string. FALSE, with an
 * error, reads no further. */
typedef gboolean (*EricJsonMemberFunc) (const char  *key,
                                        GVariant    *value,
                                        gboolean     exact,
                                        const char  *text,
                                        gsize        length,
                                        gpointer     user_data,
                                        GError     **error);

gboolean  eric_json_check         (const char          *text,
                                   gssize               length,
                                   gboolean             lenient,
                                   GError             **error);
GVariant *eric_json_parse         (const char          *text,
                                   gssize               length,
                                   GError             **error);
GVariant *eric_json_parse_lenient (const char          *text,
                                   gssize               length,
                                   GError             **error);
gboolean  eric_json_parse_members (const char          *text,
                                   gssize               length,
                                   gboolean             lenient,
                                   EricJsonMemberFunc   func,
                                   gpointer             user_data,
                                   GError             **error);
char     *eric_json_print         (GVariant            *value);
void      eric_json_append        (GString             *out,
                                   GVariant            *value);
void      eric_json_append_string (GString             *out,
                                   const char          *text);
void      eric_json_append_text   (GString             *out,
                                   const char          *text,
                                   gsize                length);
GVariant *eric_json_normalize     (GVariant            *value,
                                   GError             **error);

G_END_DECLS
