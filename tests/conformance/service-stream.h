/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* An event source that was asked for over HTTP, and that tells over HTTP what it
 * sees. Parameters and commands are JSON objects, of type a{sv}. */
typedef struct _ServiceStream ServiceStream;

ServiceStream *service_stream_new     (GVariant       *parameters,
                                       SoupSession    *session,
                                       GError        **error);
gboolean       service_stream_command (ServiceStream  *self,
                                       GVariant       *command,
                                       GError        **error);
void           service_stream_free    (ServiceStream  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServiceStream, service_stream_free)

G_END_DECLS
