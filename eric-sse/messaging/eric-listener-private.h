/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-listener.h"

G_BEGIN_DECLS

typedef enum
{
  ERIC_PUSH_QUEUED,
  ERIC_PUSH_DROPPED,    /* an older message or this one was lost, and counted */
  ERIC_PUSH_REJECTED,
  ERIC_PUSH_STOPPED,    /* the caller must call _eric_listener_announce_stop () */
} EricPush;

/* Neither calls out to user code, so a lock may be held. */
EricPush _eric_listener_push          (EricListener *self,
                                       EricMessage  *message);
void     _eric_listener_push_last     (EricListener *self,
                                       EricMessage  *message);

void     _eric_listener_announce_stop (EricListener *self);

G_END_DECLS
