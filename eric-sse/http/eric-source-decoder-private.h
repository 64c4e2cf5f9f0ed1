/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* How the body of a response was compressed (RFC 9110, section 8.4). libsoup reads a
 * body of several gzip members (RFC 1952, section 2.2) no further than the first, and
 * gives what it does not know as it is: gzip and deflate are read here, and br by
 * libsoup where it can. */

/* When the headers are there: what is read here is not read by libsoup. */
void          eric_source_decoder_claim (SoupMessage   *message);

/* (transfer full): the body as it was. */
GInputStream *eric_source_decoder_wrap  (SoupMessage   *message,
                                         GInputStream  *body);

/* The body is that which libsoup gave. */
gboolean      eric_source_decoder_check (SoupMessage   *message,
                                         GInputStream  *body,
                                         GError       **error);

G_END_DECLS
