/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-frame-log-private.h"

#include "eric-frame-store-private.h"
#include "eric-message.h"

/* What a table of ids takes for one of them, besides its bytes. */
#define OWN_ID_SIZE 64

struct _EricFrameLog
{
  int              refs;         /* (atomic) */
  GMutex           lock;         /* of everything below */
  EricFrameStore   store;        /* the entries that are kept */
  guint64          history;      /* index of the oldest entry that is history */
  guint64          bytes;        /* of all entries kept */
  guint64          history_bytes;
  guint64          forgotten;    /* number of the newest message that is not history */
  GHashTable      *own_ids;      /* (owned): (owned) id in a kept message -> its index */
  EricFrameLimits  history_limits;
  EricFrameLimits  backlog_limits;
  GQueue           readers;      /* of EricFrameReader, by their links */
  guint            n_publishers; /* who may go on for long */
  EricFrameBudget *budget;       /* (owned) (nullable), set once */
  EricFramePlace   place;        /* in the budget's rows */
  gboolean         closed;
};

/* Numbers begin at the time of day in microseconds, so that those of a process
 * started later are higher: an id from before a restart is known to be old. They
 * stay below 2^53, what a JavaScript number holds, until the year 2255. */
static guint64 last_number;   /* (atomic) */

static void
start_numbers (void)
{
  static gsize started = 0;

  if (g_once_init_enter (&started))
    {
      __atomic_store_n (&last_number, (guint64) g_get_real_time (), __ATOMIC_SEQ_CST);
      g_once_init_leave (&started, 1);
    }
}

guint64
eric_frame_number_next (void)
{
  start_numbers ();
  return __atomic_add_fetch (&last_number, 1, __ATOMIC_SEQ_CST);
}

guint64
eric_frame_number_current (void)
{
  start_numbers ();
  return __atomic_load_n (&last_number, __ATOMIC_SEQ_CST);
}

static void
append_head (GByteArray *out,
             gsize       length)
{
  char head[ERIC_FRAME_HEAD_SIZE];
  int n = g_snprintf (head, sizeof head, "%" G_GSIZE_MODIFIER "x\r\n", length);

  g_byte_array_append (out, (const guint8 *) head, n);
}

/* Frames some payload that is not in a log, such as a comment. */
void
eric_frame_write (GByteArray  *out,
                  EricFraming  framing,
                  const char  *payload,
                  gsize        length)
{
  if (framing == ERIC_FRAMING_CHUNKED)
    append_head (out, length);
  g_byte_array_append (out, (const guint8 *) payload, length);
  if (framing == ERIC_FRAMING_CHUNKED)
    g_byte_array_append (out, (const guint8 *) ERIC_FRAME_TAIL, ERIC_FRAME_TAIL_SIZE);
}

void
eric_span_init (EricSpan *span)
{
  span->first = 0;
  span->large = 0;
  span->bytes = g_byte_array_new ();
  span->frames = g_array_new (FALSE, FALSE, sizeof (EricSpanFrame));
}

void
eric_span_clear (EricSpan *span)
{
  g_clear_pointer (&span->bytes, g_byte_array_unref);
  g_clear_pointer (&span->frames, g_array_unref);
}

EricFrameLog *
eric_frame_log_new (void)
{
  EricFrameLog *log = g_new0 (EricFrameLog, 1);

  log->refs = 1;
  g_mutex_init (&log->lock);
  log->forgotten = eric_frame_number_current ();
  eric_frame_store_init (&log->store);
  log->own_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&log->readers);
  return log;
}

EricFrameLog *
eric_frame_log_ref (EricFrameLog *log)
{
  g_atomic_int_inc (&log->refs);
  return log;
}

static const EricFrameEntry *
entry_at (EricFrameLog *log,
          guint64       index)
{
  return eric_frame_store_get (&log->store, index, NULL);
}

static gsize
get_own_id_size (const char *id)
{
  return OWN_ID_SIZE + strlen (id);
}

static void
forget_id_locked (EricFrameLog         *log,
                  const EricFrameEntry *entry,
                  const guint8         *bytes)
{
  g_autofree char *id = eric_frame_entry_dup_id (entry, bytes);
  gpointer known_at;

  if (!g_hash_table_lookup_extended (log->own_ids, id, NULL, &known_at) ||
      known_at != GSIZE_TO_POINTER (log->store.first))
    return;
  eric_frame_budget_remove (log->budget, get_own_id_size (id));
  g_hash_table_remove (log->own_ids, id);
}

static void
drop_first_locked (EricFrameLog *log)
{
  const guint8 *bytes;
  const EricFrameEntry *entry = eric_frame_store_get (&log->store, log->store.first, &bytes);

  log->bytes -= eric_frame_entry_get_size (entry);
  if (entry->own_id)
    forget_id_locked (log, entry, bytes);
  eric_frame_store_drop_first (&log->store);
}

void
eric_frame_log_unref (EricFrameLog *log)
{
  if (!g_atomic_int_dec_and_test (&log->refs))
    return;

  g_assert (log->readers.length == 0);
  while (log->store.first < log->store.end)
    drop_first_locked (log);
  eric_frame_budget_place (log->budget, &log->place, log, 0);
  eric_frame_store_clear (&log->store);
  g_clear_pointer (&log->budget, eric_frame_budget_unref);
  g_hash_table_unref (log->own_ids);
  g_mutex_clear (&log->lock);
  g_free (log);
}

/* FALSE where the last reference is just being given up. */
static gboolean
ref_living (gpointer data)
{
  EricFrameLog *log = data;
  int refs = g_atomic_int_get (&log->refs);

  while (refs > 0)
    {
      if (g_atomic_int_compare_and_exchange (&log->refs, refs, refs + 1))
        return TRUE;
      refs = g_atomic_int_get (&log->refs);
    }
  return FALSE;
}

static gboolean
history_is_over_limit (EricFrameLog *log)
{
  const EricFrameLimits *limits = &log->history_limits;

  if (log->history == log->store.end)
    return FALSE;
  return log->store.end - log->history > limits->max_messages ||
         log->history_bytes > limits->max_bytes ||
         (limits->max_age > 0 &&
          entry_at (log, log->history)->time + limits->max_age * G_TIME_SPAN_SECOND < g_get_monotonic_time ());
}

static guint64
get_done_locked (EricFrameLog *log)
{
  guint64 done = log->store.end;

  for (GList *l = log->readers.head; l != NULL; l = l->next)
    done = MIN (done, ((EricFrameReader *) l->data)->done);
  return done;
}

/* The oldest entry of the history is no longer of it. */
static void
forget_first_locked (EricFrameLog *log)
{
  const EricFrameEntry *entry = entry_at (log, log->history);

  log->history_bytes -= eric_frame_entry_get_size (entry);
  log->forgotten = entry->number;
  log->history++;
}

/* What is kept for readers alone, and is no history: who is given all of the history is
 * not slow because one more message came meanwhile.
 *
 * One message may be larger than all the bytes there are for a backlog: the oldest is
 * not counted in, so that its readers have a chance to read it, nor is the newest, for
 * those that only have the one before it to read. */
static gboolean
backlog_is_over_limit (EricFrameLog *log)
{
  const EricFrameLimits *limits = &log->backlog_limits;
  guint64 n = log->history - log->store.first;
  guint64 bytes;

  if (n < 2)
    return FALSE;
  if (n > limits->max_messages)
    return TRUE;
  bytes = log->bytes - log->history_bytes - eric_frame_entry_get_size (entry_at (log, log->store.first));
  if (log->history == log->store.end)
    bytes -= eric_frame_entry_get_size (entry_at (log, log->store.end - 1));
  return bytes > limits->max_bytes;
}

static void
trim_locked (EricFrameLog *log)
{
  guint64 done;

  while (history_is_over_limit (log))
    forget_first_locked (log);

  done = get_done_locked (log);
  while (log->store.first < log->history &&
         (log->store.first < done || backlog_is_over_limit (log)))
    drop_first_locked (log);
  eric_frame_budget_place (log->budget, &log->place, log, log->store.size);
}

static void
set_limits (EricFrameLog          *log,
            EricFrameLimits       *which,
            const EricFrameLimits *limits)
{
  g_mutex_lock (&log->lock);
  *which = *limits;
  trim_locked (log);
  g_mutex_unlock (&log->lock);
}

void
eric_frame_log_set_history (EricFrameLog          *log,
                            const EricFrameLimits *limits)
{
  set_limits (log, &log->history_limits, limits);
}

/* max_age has no meaning here. */
void
eric_frame_log_set_backlog (EricFrameLog          *log,
                            const EricFrameLimits *limits)
{
  set_limits (log, &log->backlog_limits, limits);
}

static void
wake_readers_locked (EricFrameLog *log)
{
  for (GList *l = log->readers.head; l != NULL; l = l->next)
    ((EricFrameReader *) l->data)->wake (l->data);
}

/* Gives up the oldest block. Of the last message, only where it is not the one that
 * was just added: it would never be delivered. */
static gboolean
give_up (EricFrameLog *log,
         gboolean      keep_last)
{
  guint n = 0;

  g_mutex_lock (&log->lock);
  if (log->store.first < log->store.end)
    n = eric_frame_store_count_first (&log->store);
  if (n > 0 && keep_last && log->store.first + n == log->store.end)
    n--;
  for (guint i = 0; i < n; i++)
    {
      if (log->history == log->store.first)
        forget_first_locked (log);
      drop_first_locked (log);
    }
  eric_frame_budget_place (log->budget, &log->place, log, log->store.size);
  if (n > 0)
    wake_readers_locked (log);
  g_mutex_unlock (&log->lock);
  return n > 0;
}

/* Without the lock: all give up as much as is too much, the largest first. */
static void
keep_to_budget (EricFrameLog *log)
{
  EricFrameLog *except = NULL;

  while (eric_frame_budget_is_over (log->budget))
    {
      EricFrameLog *other = eric_frame_budget_pick (log->budget, except, ref_living);

      if (other == NULL)
        return;
      if (!give_up (other, other == log) && other == log)
        except = log;
      eric_frame_log_unref (other);
    }
}

/* From now on the log's memory is counted in the budget. The first budget stays. */
void
eric_frame_log_set_budget (EricFrameLog    *log,
                           EricFrameBudget *budget)
{
  GHashTableIter iter;
  gpointer id;
  gboolean given = FALSE;

  g_mutex_lock (&log->lock);
  if (log->budget == NULL)
    {
      log->budget = eric_frame_budget_ref (budget);
      eric_frame_store_set_budget (&log->store, budget);
      g_hash_table_iter_init (&iter, log->own_ids);
      while (g_hash_table_iter_next (&iter, &id, NULL))
        eric_frame_budget_add (budget, get_own_id_size (id));
      eric_frame_budget_place (budget, &log->place, log, log->store.size);
      given = TRUE;
    }
  g_mutex_unlock (&log->lock);
  if (given)
    keep_to_budget (log);
}

static void
learn_id_locked (EricFrameLog *log,
                 const char   *id,
                 guint64       index)
{
  if (g_hash_table_replace (log->own_ids, g_strdup (id), GSIZE_TO_POINTER (index)))
    eric_frame_budget_add (log->budget, get_own_id_size (id));
}

/* The message has its id already. Numbers must rise from call to call. */
void
eric_frame_log_append (EricFrameLog *log,
                       EricMessage  *message,
                       guint64       number,
                       gboolean      own_id)
{
  const EricFrameEntry *entry;
  gboolean has_budget;

  g_mutex_lock (&log->lock);
  if (own_id)
    learn_id_locked (log, eric_message_get_id (message), log->store.end);
  entry = eric_frame_store_append (&log->store, message, number, g_get_monotonic_time (), own_id);
  log->bytes += eric_frame_entry_get_size (entry);
  log->history_bytes += eric_frame_entry_get_size (entry);
  trim_locked (log);
  wake_readers_locked (log);
  has_budget = log->budget != NULL;
  g_mutex_unlock (&log->lock);
  if (has_budget)
    keep_to_budget (log);
}

/* Nothing more will be appended. */
void
eric_frame_log_close (EricFrameLog *log)
{
  g_mutex_lock (&log->lock);
  log->closed = TRUE;
  wake_readers_locked (log);
  g_mutex_unlock (&log->lock);
}

/* What is kept, as indices of its first and behind its last, and whether nothing
 * more will come. */
void
eric_frame_log_look (EricFrameLog *log,
                     guint64      *first,
                     guint64      *end,
                     gboolean     *closed)
{
  g_mutex_lock (&log->lock);
  *first = log->store.first;
  *end = log->store.end;
  *closed = log->closed;
  g_mutex_unlock (&log->lock);
}

/* The index that the next message will get: how many there were. */
guint64
eric_frame_log_get_end (EricFrameLog *log)
{
  guint64 end;

  g_mutex_lock (&log->lock);
  end = log->store.end;
  g_mutex_unlock (&log->lock);
  return end;
}

guint
eric_frame_log_get_history_length (EricFrameLog *log)
{
  guint length;

  g_mutex_lock (&log->lock);
  trim_locked (log);
  length = log->store.end - log->history;
  g_mutex_unlock (&log->lock);
  return length;
}

/* Somebody is publishing for as long as they like. */
void
eric_frame_log_add_publisher (EricFrameLog *log)
{
  g_mutex_lock (&log->lock);
  log->n_publishers++;
  g_mutex_unlock (&log->lock);
}

void
eric_frame_log_remove_publisher (EricFrameLog *log)
{
  g_mutex_lock (&log->lock);
  log->n_publishers--;
  g_mutex_unlock (&log->lock);
}

/* Nobody reads or publishes, and nothing is kept for who comes. */
gboolean
eric_frame_log_is_idle (EricFrameLog *log)
{
  gboolean idle;

  g_mutex_lock (&log->lock);
  trim_locked (log);
  idle = log->readers.length == 0 && log->n_publishers == 0 && log->history == log->store.end;
  g_mutex_unlock (&log->lock);
  return idle;
}

/* What number a message id stands for. FALSE for an id that this process cannot
 * know anything about: no number, not given by the application to a message that
 * is kept, or from the future. */
gboolean
eric_frame_log_find_id (EricFrameLog *log,
                        const char   *id,
                        guint64      *number)
{
  gpointer known_at;
  gboolean found;

  g_mutex_lock (&log->lock);
  found = g_hash_table_lookup_extended (log->own_ids, id, NULL, &known_at);
  if (found)
    *number = entry_at (log, GPOINTER_TO_SIZE (known_at))->number;
  g_mutex_unlock (&log->lock);

  return found ||
         (g_ascii_string_to_unsigned (id, 10, 0, G_MAXUINT64, number, NULL) &&
          *number <= eric_frame_number_current ());
}

/* Where the history goes on behind a number. FALSE if something between is no
 * longer, or was never, in it: @index is the oldest that is, then. */
static gboolean
locate_locked (EricFrameLog *log,
               guint64       number,
               guint64      *index)
{
  guint64 low, high;

  trim_locked (log);
  low = log->history;
  high = log->store.end;
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;

      if (entry_at (log, middle)->number <= number)
        low = middle + 1;
      else
        high = middle;
    }
  *index = low;
  return number >= log->forgotten;
}

/* As above; number 0 is before everything. What is there is kept for the reader. */
gboolean
eric_frame_log_locate (EricFrameLog    *log,
                       guint64          number,
                       EricFrameReader *reader,
                       guint64         *index)
{
  gboolean continues;

  g_mutex_lock (&log->lock);
  continues = locate_locked (log, number, index);
  reader->done = MIN (reader->done, *index);
  g_mutex_unlock (&log->lock);
  return continues;
}

/* Likewise, but adds to the array messages that equal those that were appended. */
gboolean
eric_frame_log_replay (EricFrameLog *log,
                       guint64       number,
                       GPtrArray    *messages)
{
  g_autoptr (GPtrArray) blocks = NULL;
  gboolean continues;
  guint64 index, end;

  g_mutex_lock (&log->lock);
  continues = locate_locked (log, number, &index);
  end = log->store.end;
  blocks = eric_frame_store_hold (&log->store, index);
  g_mutex_unlock (&log->lock);
  eric_frame_blocks_read (blocks, index, end, messages);
  return continues;
}

/* From now on, what is appended is kept for the reader. */
void
eric_frame_log_attach (EricFrameLog    *log,
                       EricFrameReader *reader)
{
  g_mutex_lock (&log->lock);
  reader->done = log->store.end;
  reader->link.data = reader;
  g_queue_push_tail_link (&log->readers, &reader->link);
  g_mutex_unlock (&log->lock);
}

void
eric_frame_log_detach (EricFrameLog    *log,
                       EricFrameReader *reader)
{
  g_mutex_lock (&log->lock);
  g_queue_unlink (&log->readers, &reader->link);
  trim_locked (log);
  g_mutex_unlock (&log->lock);
}

/* The reader needs nothing from before an index any more. */
void
eric_frame_log_set_done (EricFrameLog    *log,
                         EricFrameReader *reader,
                         guint64          index)
{
  g_mutex_lock (&log->lock);
  reader->done = index;
  trim_locked (log);
  g_mutex_unlock (&log->lock);
}

/* Which part of an entry's frame goes out. */
static void
get_part (const EricFrameEntry *entry,
          EricFraming           framing,
          gsize                *offset,
          gsize                *length)
{
  gboolean chunked = framing == ERIC_FRAMING_CHUNKED;

  *offset = chunked ? 0 : entry->head;
  *length = chunked ? entry->length : entry->length - entry->head - ERIC_FRAME_TAIL_SIZE;
}

static void
copy_entry (const EricFrameEntry *entry,
            const guint8         *bytes,
            EricFraming           framing,
            EricSpan             *span)
{
  EricSpanFrame frame = { .number = entry->number };
  gsize offset, length;

  get_part (entry, framing, &offset, &length);
  g_byte_array_append (span->bytes, bytes + offset, length);
  frame.end = span->bytes->len;
  g_array_append_val (span->frames, frame);
}

/* Copies the frames from an index on into the span, whose former content is lost:
 * at least one if there is one, no more than fit into @max_bytes, and none that is
 * longer than @max_frame: that is to be shared. FALSE if the index is no longer in the
 * log: it is set to the oldest that is. */
gboolean
eric_frame_log_copy (EricFrameLog *log,
                     guint64      *index,
                     guint64       up_to_number,
                     gsize         max_bytes,
                     gsize         max_frame,
                     EricFraming   framing,
                     EricSpan     *span)
{
  gboolean kept;

  g_byte_array_set_size (span->bytes, 0);
  g_array_set_size (span->frames, 0);
  span->large = 0;

  g_mutex_lock (&log->lock);
  kept = *index >= log->store.first;
  if (kept)
    {
      span->first = *index;
      for (guint64 i = *index; i < log->store.end && span->large == 0; i++)
        {
          const guint8 *bytes;
          const EricFrameEntry *entry = eric_frame_store_get (&log->store, i, &bytes);

          if (entry->number > up_to_number ||
              (span->frames->len > 0 && span->bytes->len + entry->length > max_bytes))
            break;
          if (entry->length > max_frame)
            span->large = entry->number;
          else
            copy_entry (entry, bytes, framing, span);
        }
    }
  else
    *index = log->store.first;
  g_mutex_unlock (&log->lock);
  return kept;
}

/* Returns: (transfer full) (nullable): a single frame, which is shared and not
 * copied; NULL if it is no longer in the log */
GBytes *
eric_frame_log_get_frame (EricFrameLog *log,
                          guint64       index,
                          EricFraming   framing)
{
  GBytes *frame = NULL;

  g_mutex_lock (&log->lock);
  if (index >= log->store.first && index < log->store.end)
    {
      gsize offset, length;

      get_part (entry_at (log, index), framing, &offset, &length);
      frame = eric_frame_store_share (&log->store, index, offset, length);
    }
  g_mutex_unlock (&log->lock);
  return frame;
}
