/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-http-chunks-private.h"

G_BEGIN_DECLS

/* How long a connection is kept for the next request, in seconds: as long as those of
 * other servers, so that it is not lost to who reads an answer to the end of the
 * connection. Clients that keep theirs longer are told. */
#define ERIC_HTTP_IDLE_TIMEOUT 4

/* What libsoup writes as the response to one request, on its way to the client.
 * It is seen where the response ends; its head says whether the connection is
 * kept, which libsoup 3.2 does not know. */

typedef enum
{
  ERIC_HTTP_REPLY_HEAD,
  ERIC_HTTP_REPLY_LENGTH,    /* a body of known length */
  ERIC_HTTP_REPLY_CHUNKED,
  ERIC_HTTP_REPLY_EOF,       /* up to the end of the connection */
  ERIC_HTTP_REPLY_DONE,
  ERIC_HTTP_REPLY_TUNNEL,    /* no HTTP any more */
} EricHttpReplyState;

typedef struct
{
  EricHttpReplyState  state;
  guint               minor;      /* of the version that the client speaks */
  gboolean            is_head;    /* the response to a HEAD request */
  gboolean            keeps;      /* the connection: as far as is known, then as was said */
  gboolean            begun;      /* some of the response, not only an interim one */
  GByteArray         *head;       /* (owned): as far as it is there */
  guint64             left;       /* of a body of known length, in bytes */
  EricHttpChunks      chunks;
} EricHttpReply;

void eric_http_reply_init   (EricHttpReply *reply,
                             guint          minor,
                             gboolean       is_head);
void eric_http_reply_clear  (EricHttpReply *reply);
void eric_http_reply_take   (EricHttpReply *reply,
                             const char    *bytes,
                             gsize          length,
                             GByteArray    *output);

G_END_DECLS
