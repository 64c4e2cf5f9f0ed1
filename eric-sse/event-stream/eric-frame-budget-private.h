/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The memory that frames may take in all logs together, in bytes as they are
 * allocated: until the last one who sends a frame is done with it.
 *
 * Logs stand in rows by the size of what they keep, in powers of two. What is too
 * much is taken from the largest, in turns: none of them can take from the others
 * more than half of what it has itself. All functions are safe from any thread. */

typedef struct _EricFrameBudget EricFrameBudget;

/* How many of the largest messages there is room for, whatever the limit. */
#define ERIC_FRAME_BUDGET_MESSAGES 4

/* Where a log stands. Embedded in it. */
typedef struct
{
  GList link;    /* (lock budget): its data is the log */
  guint row;     /* (lock budget): 0 for none */
} EricFramePlace;

EricFrameBudget *eric_frame_budget_new     (void);
EricFrameBudget *eric_frame_budget_ref     (EricFrameBudget  *budget);
void             eric_frame_budget_unref   (EricFrameBudget  *budget);
/* In bytes; there is room for some messages of the largest size in any case. */
void             eric_frame_budget_set_max (EricFrameBudget  *budget,
                                            guint64           max);
/* The largest message that can be published, in bytes. */
void             eric_frame_budget_set_max_message
                                           (EricFrameBudget  *budget,
                                            gsize             max_message);
gsize            eric_frame_budget_get_max_message
                                           (EricFrameBudget  *budget);
guint64          eric_frame_budget_get_used
                                           (EricFrameBudget  *budget);
gboolean         eric_frame_budget_is_over (EricFrameBudget  *budget);

/* @budget is nullable in these, for who has none. */
void             eric_frame_budget_add     (EricFrameBudget  *budget,
                                            gsize             bytes);
void             eric_frame_budget_remove  (EricFrameBudget  *budget,
                                            gsize             bytes);
void             eric_frame_budget_place   (EricFrameBudget  *budget,
                                            EricFramePlace   *place,
                                            gpointer          log,
                                            gsize             kept);
/* Who is to give something up, and goes to the end of its row; @ref returns FALSE
 * for one that is just being freed. @except is nullable. (transfer full) (nullable) */
gpointer         eric_frame_budget_pick    (EricFrameBudget  *budget,
                                            gpointer          except,
                                            gboolean        (*ref) (gpointer log));

G_END_DECLS
