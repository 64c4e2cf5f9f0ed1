/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "eric-types.h"

G_BEGIN_DECLS

/* Whether who sends a request might have asked for another path, too.
 *
 * What protects a path is the SoupServer's: its auth domains, the handlers of the
 * program, early or not. None of that can be asked. So a request of our own is made with
 * the headers and addresses of that of the client, without a socket, and goes the way
 * that one of the client would go. Where it ends in a mounted path, or in a handler that
 * would stream a channel, the client may have the channel; in all other cases it may not. */

/* A channel that is asked for. */
typedef struct
{
  char           *channel_id;   /* (owned) */
  EricSseChannel *channel;      /* (owned) (nullable): NULL for that of the container */
} EricHttpSeat;

EricHttpSeat *_eric_http_seat_new          (const char        *channel_id);
void          _eric_http_seat_free         (EricHttpSeat      *seat);

typedef struct _EricHttpProbe EricHttpProbe;

/* The message was paused, and goes on after this, unless its connection was taken.
 * @refused is the seat that the client may not have, NULL if it may have all. */
typedef void (*EricHttpProbeFunc)          (EricSseServer      *self,
                                            SoupServerMessage  *message,
                                            GPtrArray          *seats,
                                            const EricHttpSeat *refused,
                                            guint               status,
                                            const char         *challenge);

void          _eric_http_probe_start       (EricSseServer      *self,
                                            SoupServerMessage  *message,
                                            const char         *method,
                                            const char         *mount,
                                            GPtrArray          *seats,
                                            guint               first,
                                            EricHttpProbeFunc   func);
void          _eric_http_probe_free        (EricHttpProbe      *probe);
/* Answers all that are under way: the server ends. */
void          _eric_http_probes_end        (EricSseServer      *self);

/* For each message that begins. */
void          _eric_http_probe_watch       (SoupServerMessage  *message);
/* Whether the message is one of ours. */
gboolean      _eric_http_probe_is          (SoupServerMessage  *message);
/* From the handler that has it: FALSE if it is one of a client. Otherwise it is answered. */
gboolean      _eric_http_probe_grant       (EricSseServer      *self,
                                            SoupServerMessage  *message,
                                            const char         *channel_id,
                                            EricSseChannel     *channel);

G_END_DECLS
