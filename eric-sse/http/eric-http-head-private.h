/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads the head of a request, as RFC 9112 has it and no other way: what one
 * reader takes for the end of a request, and another does not, is a way to hide a
 * request from a proxy. libsoup 3.2 is given a head only when it has passed here. */

/* The request line, in bytes without its CRLF. ERIC_SSE_SERVER_MAX_TOPICS ids of
 * the greatest length fit, percent-encoded. */
#define ERIC_HTTP_MAX_REQUEST_LINE (56 * 1024)

/* The whole head, in bytes. libsoup takes 100 KiB. */
#define ERIC_HTTP_MAX_HEAD         (64 * 1024)

/* Empty lines before the request line, which some clients send behind a body. */
#define ERIC_HTTP_MAX_EMPTY_LINES  3

typedef enum
{
  ERIC_HTTP_HEAD_MORE,      /* it is not complete */
  ERIC_HTTP_HEAD_DONE,
  ERIC_HTTP_HEAD_REFUSED,   /* there is a status, and a sentence */
} EricHttpHeadStep;

typedef enum
{
  ERIC_HTTP_BODY_NONE,
  ERIC_HTTP_BODY_LENGTH,
  ERIC_HTTP_BODY_CHUNKED,
} EricHttpBody;

/* All zero at the beginning. The offsets are into the bytes of the head. */
typedef struct
{
  gsize         searched;        /* bytes in which its end is not */
  gsize         start;           /* of the request line, behind empty lines */
  gsize         length;          /* of all, to the end of the empty line */

  guint         status;          /* of a refusal */
  const char   *sentence;        /* (unowned): of a refusal */

  guint         minor;           /* HTTP/1.0 or 1.1; later ones are taken for 1.1 */
  gsize         version;         /* where its last digit is */
  gboolean      is_head;         /* a HEAD request */
  gboolean      keeps;           /* the client wants the connection kept */
  EricHttpBody  body;
  guint64       content_length;
  gsize         expect;          /* where the field Expect begins, 0 for none */
  gsize         expect_length;   /* with its CRLF */

  guint         n_hosts;
  gboolean      has_length;
  gboolean      has_coding;
  gboolean      says_close;
  gboolean      says_keep_alive;
} EricHttpHead;

EricHttpHeadStep eric_http_head_read       (EricHttpHead *head,
                                            const char   *bytes,
                                            gsize         length);

/* Returns: (transfer full) (nullable): the value of the field in what there is of a head,
 *   which may be malformed or not complete */
char            *eric_http_head_dup_field  (const char   *bytes,
                                            gsize         length,
                                            const char   *name);

/* Whether it can be the name of a field, or a method. */
gboolean         eric_http_is_token  (const char   *bytes,
                                      gsize         length);

G_END_DECLS
