/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A request, byte for byte, and what becomes of it where the channel "news" is
 * mounted on /events and may be published to. */
typedef struct
{
  const char *name;
  const char *bytes;
  gsize       length;
  guint       refusal;     /* what the head is refused with, 0 for a good one */
  guint       status;      /* of the answer, 0 where the connection just ends */
  gboolean    kept;        /* the connection */
  guint       published;   /* messages */
} HttpCase;

extern const HttpCase http_cases[];
extern const guint    n_http_cases;

G_END_DECLS
