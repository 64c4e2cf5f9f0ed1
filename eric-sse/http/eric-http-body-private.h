/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "eric-types.h"

G_BEGIN_DECLS

/* Content codings (RFC 9110, section 8.4.1) of a body that is published. */
typedef enum
{
  ERIC_HTTP_CODING_NONE,
  ERIC_HTTP_CODING_GZIP,
  ERIC_HTTP_CODING_UNKNOWN,
} EricHttpCoding;

EricHttpCoding     _eric_http_get_coding      (SoupServerMessage   *message);
/* Answers 415, with what is known. */
void               _eric_http_refuse_coding   (SoupServerMessage   *message);

/* Takes gzip off, of one member or several, as it comes and bounded by the buffer. */
typedef struct
{
  GConverter *converter;   /* (owned) (nullable) */
  gboolean    inside;      /* of a member, whose end is still to come */
} EricHttpInflater;

typedef enum
{
  ERIC_HTTP_INFLATE_MORE,      /* all bytes are used up */
  ERIC_HTTP_INFLATE_DATA,      /* the buffer has some */
  ERIC_HTTP_INFLATE_MALFORMED,
} EricHttpInflateStep;

EricHttpInflateStep _eric_http_inflater_next  (EricHttpInflater    *inflater,
                                               const char         **bytes,
                                               gsize               *length,
                                               char                *buffer,
                                               gsize                size,
                                               gsize               *n_written);
void                _eric_http_inflater_clear (EricHttpInflater    *inflater);

/* The messages of a body that has come. FALSE where the request was answered. */
gboolean            _eric_http_read_messages  (EricSseServer       *self,
                                               SoupServerMessage   *message,
                                               const char          *event_type,
                                               const char          *id,
                                               GPtrArray           *messages);

G_END_DECLS
