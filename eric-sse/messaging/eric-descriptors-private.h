/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whether the process can open @n descriptors more, before calls that take one and, instead
 * of failing, end the program where there is none: GLib does so for the wake-up of a main
 * context, also of its own, which the first GTask makes. */
gboolean eric_descriptors_check (guint    n,
                                 GError **error);

G_END_DECLS
