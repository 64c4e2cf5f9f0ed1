/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "eric-types.h"

G_BEGIN_DECLS

/* The query of a request, in the form that HTML forms have it: pairs behind `&`, a
 * plus for a space, the rest percent-encoded UTF-8. A name without a value has the
 * empty one. GLib's own reader stops at the first pair it does not like. */

void      eric_http_query_watch       (void);
char     *eric_http_query_dup_path    (SoupServerMessage  *message);
gboolean  eric_http_query_is_valid    (SoupServerMessage  *message);
char     *eric_http_query_dup         (SoupServerMessage  *message,
                                       const char         *name);
char    **eric_http_query_dup_all     (SoupServerMessage  *message,
                                       const char         *name);
char     *eric_http_query_dup_without (SoupServerMessage  *message,
                                       const char * const *names);

G_END_DECLS
