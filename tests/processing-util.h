/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* What tests of EricDataProcessingChannel do again and again. */

/* Messages with numbers, from @first on. */
void                    processing_broadcast      (EricDataProcessingChannel *channel,
                                                   const char                *event_type,
                                                   int                        first,
                                                   int                        n);
EricThreadPoolListener *processing_add            (EricDataProcessingChannel *channel,
                                                   guint                      max_workers,
                                                   EricProcessFunc            func,
                                                   gpointer                   user_data);
EricMessageStream      *processing_begin          (EricDataProcessingChannel *channel,
                                                   EricThreadPoolListener    *listener,
                                                   EricResultOrder            order);
void                    processing_assert_refused (EricDataProcessingChannel *channel,
                                                   EricThreadPoolListener    *listener,
                                                   GQuark                     domain,
                                                   int                        code);

/* NULL at the end. */
EricMessage            *processing_next           (EricMessageStream         *stream);
void                    processing_assert_next    (EricMessageStream         *stream,
                                                   gint64                     number);

/* The farewell, then the end. */
void                    processing_assert_ends    (EricMessageStream         *stream);

/* How many results there are until the end. */
guint                   processing_read_all       (EricMessageStream         *stream);

G_END_DECLS
