/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes the chunks off a body as it comes (RFC 9112, section 7.1).
 *
 * libsoup 3.2 does this, too, but cannot say whether a body has ended or its
 * client has left: that is the same to it at the end of a chunk. */

typedef enum
{
  ERIC_HTTP_CHUNKS_MORE,       /* all bytes are used up */
  ERIC_HTTP_CHUNKS_PAYLOAD,    /* there is a piece of the body */
  ERIC_HTTP_CHUNKS_END,        /* the body is complete */
  ERIC_HTTP_CHUNKS_MALFORMED,
} EricHttpChunksStep;

/* All zero at the beginning. */
typedef struct
{
  guint   state;
  guint   n_digits;   /* of the size of this chunk */
  guint64 left;       /* bytes of this chunk */
  gsize   extra;      /* bytes that only had to be skipped */
} EricHttpChunks;

EricHttpChunksStep eric_http_chunks_next (EricHttpChunks  *chunks,
                                          const char     **bytes,
                                          gsize           *length,
                                          const char     **payload,
                                          gsize           *payload_length);

G_END_DECLS
