/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is in an object of JSON. Each gives nothing where @object is NULL or no object,
 * and where the member is missing or of another type than expected: services add and
 * change fields as they like. An empty string is none. */

GVariant   *eric_token_get_value     (GVariant    *object,
                                      const char  *key);
GVariant   *eric_token_get_object    (GVariant    *object,
                                      const char  *key);
GVariant   *eric_token_get_array     (GVariant    *object,
                                      const char  *key);
const char *eric_token_get_string    (GVariant    *object,
                                      const char  *key);
gboolean    eric_token_get_boolean   (GVariant    *object,
                                      const char  *key);
gboolean    eric_token_get_number    (GVariant    *object,
                                      const char  *key,
                                      gint64      *number);
void        eric_token_get_count     (GVariant    *object,
                                      const char  *key,
                                      guint64     *count);
GVariant   *eric_token_get_element   (GVariant    *array,
                                      gsize        i);
char       *eric_token_dup_id        (GVariant    *object,
                                      const char  *key);
char       *eric_token_dup_key       (GVariant    *object,
                                      const char  *key);
char       *eric_token_dup_arguments (GVariant    *object,
                                      const char  *key);

/* eric-token-raw.c */
char       *eric_token_keep_arguments (const char   *text);

G_END_DECLS
