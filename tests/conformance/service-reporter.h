/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* What a client sees, told to who had it made: each thing in a POST of its own to
 * URL/1, URL/2 and so on, one after the other. */
typedef struct _ServiceReporter ServiceReporter;

ServiceReporter *service_reporter_new         (SoupSession      *session,
                                               const char       *url,
                                               GError          **error);
void             service_reporter_close       (ServiceReporter  *self);
void             service_reporter_add_event   (ServiceReporter  *self,
                                               EricMessage      *message);
void             service_reporter_add_comment (ServiceReporter  *self,
                                               const char       *text);
void             service_reporter_add_error   (ServiceReporter  *self,
                                               const char       *text);

G_END_DECLS
