/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define STUCK_TYPE_ADDRESS (stuck_address_get_type ())

/* An address that nobody gets to: who tries waits until it is cancelled. */
G_DECLARE_FINAL_TYPE (StuckAddress, stuck_address, STUCK, ADDRESS, GObject)

StuckAddress *stuck_address_new     (void);

/* Until so many have tried, and so many of these have been cancelled. */
void          stuck_address_wait    (StuckAddress *self,
                                     guint         n_tried,
                                     guint         n_cancelled);

/* Who is cancelled in between does not come back before the second. */
void          stuck_address_hold    (StuckAddress *self);
void          stuck_address_release (StuckAddress *self);

G_END_DECLS
