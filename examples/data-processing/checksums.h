/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

/* An EricProcessFunc: from a message with the URI of a file to one with its checksum. */
EricMessage *checksum_file  (EricMessage   *message,
                             GCancellable  *cancellable,
                             gpointer       user_data,
                             GError       **error);

/* Sends a message with its URI for each file below the folder. */
void         send_files     (EricChannel   *channel,
                             GFile         *folder,
                             GCancellable  *cancellable);
