/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-event-source.h"

G_BEGIN_DECLS

/* What becomes of an event source that has no connection any more, and when. */
typedef enum
{
  ERIC_VERDICT_RETRY,
  ERIC_VERDICT_END,
  ERIC_VERDICT_FAIL,
} EricVerdict;

typedef struct
{
  const GError *error;        /* (nullable): NULL if the body came to its end */
  guint         status;       /* of the response, 0 where none came */
  gboolean      finite;       /* a body that is at its end is the end */
  gboolean      repeatable;   /* the request may be sent, once more or at all */
  gboolean      had_stream;   /* there was a stream since the source was started */
  gboolean      had_id;       /* the request had the id of the last event */
} EricOutcome;

EricVerdict eric_source_reconnect_judge      (EricReconnectPolicy  policy,
                                              const EricOutcome   *outcome);

/* Whether the answer may be there for nothing but the id in the request. */
gboolean    eric_source_reconnect_blames_id  (const EricOutcome   *outcome);

/* (transfer full) (nullable): the type without its parameters, in lower case, of all
 * headers Content-Type together: Fetch, “extract a MIME type”. */
char       *eric_source_reconnect_extract_type (const char       *header);

/* In milliseconds. The number of failures in a row is 0 behind a stream that worked. */
guint       eric_source_reconnect_get_delay  (EricReconnectPolicy  policy,
                                              guint                retry_delay,
                                              guint                max_retry_delay,
                                              guint                n_failures,
                                              double               draw);
guint       eric_source_reconnect_read_after (const char          *retry_after,
                                              gint64               now);

G_END_DECLS
