/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The task of @result if it is one of @source that began with @source_tag, and nobody has
 * had its outcome yet; otherwise %NULL, and %G_IO_ERROR_INVALID_ARGUMENT. What tasks of
 * several calls give is of different kinds: no finish function propagates without this. */
GTask *eric_finish_task (GAsyncResult  *result,
                         gpointer       source,
                         gpointer       source_tag,
                         GError       **error);

G_END_DECLS
