/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-frame-budget-private.h"
#include "eric-types.h"

G_BEGIN_DECLS

/* The messages of a frame log, as bytes: each is the frame that goes out, as a chunk,
 * and behind it what the frame does not tell. They lie one behind the other in blocks,
 * which are freed when nobody needs any frame in them. The lock is the log's. */

typedef struct
{
  guint64 number;
  gint64  time;         /* monotonic, microseconds */
  gsize   length;       /* of the frame */
  gsize   extra;        /* of what is behind it */
  guint32 start;        /* where the frame begins in its block */
  guint8  head;         /* length of the chunk's head: the payload begins there */
  guint8  kept;         /* EricMessageKept */
  guint8  own_id : 1;   /* the application gave the id */
  guint8  sender : 1;   /* behind the frame: the sender, with a NUL */
  guint8  raw : 1;      /* behind that: the text, which the frame has with other line ends */
} EricFrameEntry;

typedef struct _EricFrameBlock EricFrameBlock;

typedef struct
{
  GPtrArray       *blocks;    /* (owned) of (owned) EricFrameBlock; NULL where one was */
  guint            n_gone;    /* so many at the beginning */
  guint64          first;     /* index of the oldest entry */
  guint64          end;       /* index that the next entry gets */
  gsize            size;      /* of all blocks, in bytes */
  EricFrameBudget *budget;    /* (owned) (nullable) */
} EricFrameStore;

/* The chunk's end, which is behind each payload. */
#define ERIC_FRAME_TAIL      "\r\n"
#define ERIC_FRAME_TAIL_SIZE 2
/* Its head: up to 16 hexadecimal digits and a line end. */
#define ERIC_FRAME_HEAD_SIZE 20

/* What a block may have, and the smallest: a frame that is larger has one of its own. */
#define ERIC_FRAME_BLOCK_MAX (64 * 1024)
#define ERIC_FRAME_BLOCK_MIN 512

void                  eric_frame_store_init       (EricFrameStore        *store);
void                  eric_frame_store_clear      (EricFrameStore        *store);
void                  eric_frame_store_set_budget (EricFrameStore        *store,
                                                   EricFrameBudget       *budget);
const EricFrameEntry *eric_frame_store_append     (EricFrameStore        *store,
                                                   EricMessage           *message,
                                                   guint64                number,
                                                   gint64                 time,
                                                   gboolean               own_id);
/* Valid until something is appended or dropped. @bytes is nullable: where the
 * frame begins. */
const EricFrameEntry *eric_frame_store_get        (EricFrameStore        *store,
                                                   guint64                index,
                                                   const guint8         **bytes);
void                  eric_frame_store_drop_first (EricFrameStore        *store);
/* How many entries are in the oldest block: what has to go for it to be freed. */
guint                 eric_frame_store_count_first
                                                  (EricFrameStore        *store);
/* The frame, or a part of it, which is shared. */
GBytes               *eric_frame_store_share      (EricFrameStore        *store,
                                                   guint64                index,
                                                   gsize                  offset,
                                                   gsize                  length);
/* Blocks, for eric_frame_blocks_read () without the lock. */
GPtrArray            *eric_frame_store_hold       (EricFrameStore        *store,
                                                   guint64                index);
void                  eric_frame_blocks_read      (GPtrArray             *blocks,
                                                   guint64                from,
                                                   guint64                to,
                                                   GPtrArray             *messages);
/* (transfer full): the id in a frame */
char                 *eric_frame_entry_dup_id     (const EricFrameEntry  *entry,
                                                   const guint8          *bytes);
/* What an entry takes, without the share of the block's end. */
gsize                 eric_frame_entry_get_size   (const EricFrameEntry  *entry);

G_END_DECLS
