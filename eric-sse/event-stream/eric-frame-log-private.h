/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-frame-budget-private.h"
#include "eric-frame-id-private.h"
#include "eric-types.h"

G_BEGIN_DECLS

/* The frame log of a channel: what was broadcast, in order, each message encoded
 * once. It is the history that a client which comes back is served from, and the
 * queue that all subscribers share: a subscriber is a cursor into it.
 *
 * A place in the log is an index: it counts the channel's broadcasts from 0. A
 * message also has a number from a counter that all channels of the process
 * share, so that messages of several channels have an order; its id is that
 * number unless the application gave one.
 *
 * Kept is what the history limits allow, and beyond that what a reader has not
 * reached yet, up to the backlog limits. All functions are safe from any thread. */

typedef struct _EricFrameLog EricFrameLog;

typedef enum
{
  ERIC_FRAMING_CHUNKED,   /* each frame is a chunk of HTTP/1.1, RFC 9112 section 7.1 */
  ERIC_FRAMING_PLAIN,
  ERIC_N_FRAMINGS
} EricFraming;

typedef struct
{
  guint   max_messages;
  guint   max_age;        /* seconds, 0 for any */
  guint64 max_bytes;
} EricFrameLimits;

/* Some frames of the log, one behind the other in one piece of memory. */
typedef struct
{
  guint64     first;     /* index of the first frame */
  GByteArray *bytes;     /* (owned) */
  GArray     *frames;    /* (owned) of EricSpanFrame */
  guint64     large;     /* number of the frame behind them, if it is too large for
                          * being copied; 0 if not */
} EricSpan;

typedef struct
{
  gsize   end;           /* where the frame ends in the bytes of the span */
  guint64 number;
} EricSpanFrame;

/* Who reads along. Embedded in the reader's struct. */
typedef struct _EricFrameReader EricFrameReader;
struct _EricFrameReader
{
  void    (*wake) (EricFrameReader *reader);   /* called with the log's lock held:
                                                * only to pass the news on */
  guint64   done;       /* (lock log): frames before this index are not needed */
  GList     link;       /* (lock log) */
};

EricFrameLog *eric_frame_log_new         (void);
EricFrameLog *eric_frame_log_ref         (EricFrameLog          *log);
void          eric_frame_log_unref       (EricFrameLog          *log);
void          eric_frame_log_set_history (EricFrameLog          *log,
                                          const EricFrameLimits *limits);
void          eric_frame_log_set_backlog (EricFrameLog          *log,
                                          const EricFrameLimits *limits);
void          eric_frame_log_set_budget  (EricFrameLog          *log,
                                          EricFrameBudget       *budget);
void          eric_frame_log_append      (EricFrameLog          *log,
                                          EricMessage           *message,
                                          guint64                number,
                                          gboolean               own_id);
EricMessage  *eric_frame_log_admit       (EricFrameLog          *log,
                                          EricMessage           *message);
EricMessage  *eric_frame_identify        (EricMessage           *message,
                                          guint64                number);
void          eric_frame_log_close       (EricFrameLog          *log);
void          eric_frame_log_look        (EricFrameLog          *log,
                                          guint64               *first,
                                          guint64               *end,
                                          gboolean              *closed);
guint64       eric_frame_log_get_end     (EricFrameLog          *log);
guint         eric_frame_log_get_history_length
                                         (EricFrameLog          *log);
void          eric_frame_log_add_publisher
                                         (EricFrameLog          *log);
void          eric_frame_log_remove_publisher
                                         (EricFrameLog          *log);
gboolean      eric_frame_log_is_idle     (EricFrameLog          *log);
gboolean      eric_frame_logs_find_id    (EricFrameLog * const  *logs,
                                          guint                  n_logs,
                                          const char            *id,
                                          guint64               *number);
gboolean      eric_frame_log_locate      (EricFrameLog          *log,
                                          guint64                number,
                                          EricFrameReader       *reader,
                                          guint64               *index,
                                          guint64               *before);
guint64       eric_frame_log_locate_live
                                         (EricFrameLog          *log,
                                          guint64                number);
gboolean      eric_frame_log_replay      (EricFrameLog          *log,
                                          guint64                number,
                                          GPtrArray             *messages);

void          eric_frame_log_attach      (EricFrameLog          *log,
                                          EricFrameReader       *reader);
void          eric_frame_log_detach      (EricFrameLog          *log,
                                          EricFrameReader       *reader);
void          eric_frame_log_set_done    (EricFrameLog          *log,
                                          EricFrameReader       *reader,
                                          guint64                index);
gboolean      eric_frame_log_copy        (EricFrameLog          *log,
                                          guint64               *index,
                                          guint64                up_to_number,
                                          gsize                  max_bytes,
                                          gsize                  max_frame,
                                          EricFraming            framing,
                                          EricSpan              *span);
GBytes       *eric_frame_log_get_frame   (EricFrameLog          *log,
                                          guint64                index,
                                          EricFraming            framing);

void          eric_span_init             (EricSpan              *span);
void          eric_span_clear            (EricSpan              *span);
void          eric_frame_write           (GByteArray            *out,
                                          EricFraming            framing,
                                          const char            *payload,
                                          gsize                  length);

G_END_DECLS
