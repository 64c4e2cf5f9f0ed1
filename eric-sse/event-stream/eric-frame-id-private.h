/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers of messages, and ids that stand for them.
 *
 * Numbers rise over all channels of the process. They begin at the time of day, in units of
 * 16 microseconds, so that those of a process that is started later are higher: as far as
 * the clock is right, and no more than 62,500 messages a second were sent since then.
 *
 * An id is a number and, in its lowest 16 bits, a tag that each process draws at random, as
 * one decimal number that a gint64 can hold. So an id of another process is told from one
 * of this process also where their clocks began at the same time. */

/* Digits of a guint64, and NUL. */
#define ERIC_FRAME_ID_SIZE 21

/* Stands for an id before the first: everything that is kept is replayed. */
#define ERIC_FRAME_ID_EARLIEST "earliest"

guint64  eric_frame_number_next    (void);
guint64  eric_frame_number_current (void);
/* What no message has: that of the start. */
guint64  eric_frame_number_first   (void);

void     eric_frame_id_print       (char         id[ERIC_FRAME_ID_SIZE],
                                    guint64      number);

/* FALSE for an id that is none of this process, nor of one before it. That of one before
 * is 0, which is before everything. */
gboolean eric_frame_id_read        (const char  *id,
                                    guint64     *number);

/* Whether the application may give it to a message. */
gboolean eric_frame_id_check       (const char  *id,
                                    GError     **error);

/* Ids that the application gave to messages which are gone, by a number of the log. Where
 * one is given again, a client that comes back with it may have either message. So many are
 * remembered in the process, at least; of older ones nothing is known. */
#define ERIC_FRAME_ID_N_RETIRED 65536

void     eric_frame_id_retire      (guint        log,
                                    const char  *id);
gboolean eric_frame_id_is_retired  (guint        log,
                                    const char  *id);

G_END_DECLS
