/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

#define ERIC_TYPE_CHANNEL_CONTAINER (eric_channel_container_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricChannelContainer, eric_channel_container, ERIC, CHANNEL_CONTAINER, GObject)

ERIC_AVAILABLE_IN_ALL
EricChannelContainer  *eric_channel_container_new          (GType                  channel_type);
ERIC_AVAILABLE_IN_ALL
GType                  eric_channel_container_get_channel_type
                                                           (EricChannelContainer  *self);
ERIC_AVAILABLE_IN_ALL
EricChannel           *eric_channel_container_add          (EricChannelContainer  *self,
                                                            const char            *channel_id,
                                                            GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean               eric_channel_container_register     (EricChannelContainer  *self,
                                                            EricChannel           *channel,
                                                            GError               **error);
ERIC_AVAILABLE_IN_ALL
EricChannel           *eric_channel_container_get          (EricChannelContainer  *self,
                                                            const char            *channel_id,
                                                            GError               **error);
ERIC_AVAILABLE_IN_ALL
gboolean               eric_channel_container_remove       (EricChannelContainer  *self,
                                                            const char            *channel_id,
                                                            GError               **error);
ERIC_AVAILABLE_IN_ALL
char                 **eric_channel_container_get_ids      (EricChannelContainer  *self);
ERIC_AVAILABLE_IN_ALL
guint                  eric_channel_container_get_size     (EricChannelContainer  *self);

G_END_DECLS
