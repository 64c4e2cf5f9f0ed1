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
} EricOutcome;

EricVerdict eric_source_reconnect_judge      (EricReconnectPolicy  policy,
                                              const EricOutcome   *outcome);

/* In milliseconds. */
guint       eric_source_reconnect_get_delay  (EricReconnectPolicy  policy,
                                              guint                retry_delay,
                                              guint                max_retry_delay,
                                              guint                n_failures,
                                              double               draw);
guint       eric_source_reconnect_read_after (const char          *retry_after,
                                              gint64               now);

G_END_DECLS
