/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-frame-log-private.h"

#include "eric-frame-store-private.h"
#include "eric-message.h"

/* What a table of ids takes for one of them, besides its bytes. */
#define OWN_ID_SIZE 96

/* Where an id of the application's own is. */
typedef struct
{
  guint64  first;   /* index of the oldest message that has it, while it is kept */
  guint64  last;    /* index of the newest */
  gboolean lost;    /* an older one may be no longer kept: the id names no place */
} OwnId;

struct _EricFrameLog
{
  int              refs;         /* (atomic) */
  guint            serial;       /* of no other log */
  GMutex           lock;         /* of everything below */
  EricFrameStore   store;        /* the entries that are kept */
  guint64          history;      /* index of the oldest entry that is history */
  guint64          bytes;        /* of all entries kept */
  guint64          history_bytes;
  guint64          forgotten;    /* number of the newest message that is not history */
  GHashTable      *own_ids;      /* (owned): id in a kept message -> OwnId */
  EricFrameLimits  history_limits;
  EricFrameLimits  backlog_limits;
  GQueue           readers;      /* of EricFrameReader, by their links */
  guint            n_publishers; /* who may go on for long */
  EricFrameBudget *budget;       /* (owned) (nullable), set once */
  EricFramePlace   place;        /* in the budget's rows */
  gboolean         closed;
};

static guint last_serial;      /* (atomic) */

/* Number of the newest message that was in a log which is gone, or closed: who had it may
 * come to another log of the same channel. */
static guint64 newest_gone;   /* (atomic) */

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
  log->serial = __atomic_add_fetch (&last_serial, 1, __ATOMIC_SEQ_CST);
  g_mutex_init (&log->lock);
  log->forgotten = MAX (eric_frame_number_first (), __atomic_load_n (&newest_gone, __ATOMIC_SEQ_CST));
  eric_frame_store_init (&log->store);
  log->own_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
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
  OwnId *own = g_hash_table_lookup (log->own_ids, id);

  if (own->last > log->store.first)
    {
      own->lost = TRUE;
      return;
    }
  eric_frame_id_retire (log->serial, id);
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

static void
note_gone (EricFrameLog *log)
{
  guint64 number = log->store.first < log->store.end ? entry_at (log, log->store.end - 1)->number
                                                     : log->forgotten;
  guint64 newest = __atomic_load_n (&newest_gone, __ATOMIC_SEQ_CST);

  while (log->store.end > 0 && number > newest &&
         !__atomic_compare_exchange_n (&newest_gone, &newest, number, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    ;
}

void
eric_frame_log_unref (EricFrameLog *log)
{
  if (!g_atomic_int_dec_and_test (&log->refs))
    return;

  g_assert (log->readers.length == 0);
  note_gone (log);
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
  OwnId *own = g_hash_table_lookup (log->own_ids, id);

  if (own == NULL)
    {
      own = g_new0 (OwnId, 1);
      own->first = index;
      own->lost = eric_frame_id_is_retired (log->serial, id);
      g_hash_table_insert (log->own_ids, g_strdup (id), own);
      eric_frame_budget_add (log->budget, get_own_id_size (id));
    }
  own->last = index;
}

static void
append_locked (EricFrameLog *log,
               EricMessage  *message,
               guint64       number,
               gboolean      own_id)
{
  const EricFrameEntry *entry;

  if (own_id)
    learn_id_locked (log, eric_message_get_id (message), log->store.end);
  entry = eric_frame_store_append (&log->store, message, number, g_get_monotonic_time (), own_id);
  log->bytes += eric_frame_entry_get_size (entry);
  log->history_bytes += eric_frame_entry_get_size (entry);
  trim_locked (log);
  wake_readers_locked (log);
}

static void
unlock_appended (EricFrameLog *log)
{
  gboolean has_budget = log->budget != NULL;

  g_mutex_unlock (&log->lock);
  if (has_budget)
    keep_to_budget (log);
}

/* The message has its id already. Numbers must rise from call to call. */
void
eric_frame_log_append (EricFrameLog *log,
                       EricMessage  *message,
                       guint64       number,
                       gboolean      own_id)
{
  g_mutex_lock (&log->lock);
  append_locked (log, message, number, own_id);
  unlock_appended (log);
}

/* Appends the message with its own id, or with one that is made of the next number, and
 * returns it as it is in the log. The number is drawn under the lock, so that what has one
 * up to eric_frame_number_current () is there when the log is looked at after that. */
EricMessage *
eric_frame_log_admit (EricFrameLog *log,
                      EricMessage  *message)
{
  gboolean own_id = eric_message_get_id (message) != NULL;
  EricMessage *admitted;
  guint64 number;

  g_mutex_lock (&log->lock);
  number = eric_frame_number_next ();
  admitted = own_id ? g_object_ref (message) : eric_frame_identify (message, number);
  append_locked (log, admitted, number, own_id);
  unlock_appended (log);
  return admitted;
}

/* Returns: (transfer full): a copy that has the id of a number */
EricMessage *
eric_frame_identify (EricMessage *message,
                     guint64      number)
{
  char id[ERIC_FRAME_ID_SIZE];

  eric_frame_id_print (id, number);
  return eric_message_copy_with_id (message, id, NULL);
}

/* Nothing more will be appended. */
void
eric_frame_log_close (EricFrameLog *log)
{
  g_mutex_lock (&log->lock);
  note_gone (log);
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

/* What number an id of the application's own stands for: that of the oldest message with
 * it, so that nothing is skipped. FALSE where there is none; @lost where one may have
 * been before those that are kept. */
static gboolean
find_own_id (EricFrameLog *log,
             const char   *id,
             guint64      *number,
             gboolean     *lost)
{
  OwnId *own;
  gboolean found;

  g_mutex_lock (&log->lock);
  own = g_hash_table_lookup (log->own_ids, id);
  found = own != NULL && !own->lost;
  if (found)
    *number = entry_at (log, own->first)->number;
  else if (own != NULL)
    *lost = TRUE;
  g_mutex_unlock (&log->lock);
  return found;
}

/* What number a message id stands for, in logs that are read together: the lowest that it
 * can stand for. FALSE for an id that names no place: none of this process, nor given by
 * the application to a message that is kept, or given again to later messages. */
gboolean
eric_frame_logs_find_id (EricFrameLog * const *logs,
                         guint                 n_logs,
                         const char           *id,
                         guint64              *number)
{
  gboolean found = FALSE, lost = FALSE;
  guint64 given;

  for (guint i = 0; i < n_logs; i++)
    if (find_own_id (logs[i], id, &given, &lost))
      {
        *number = found ? MIN (*number, given) : given;
        found = TRUE;
      }
  if (eric_frame_id_read (id, &given) && (given > 0 || !found))
    {
      *number = found ? MIN (*number, given) : given;
      found = TRUE;
    }
  return found && !lost;
}

/* The index of the first entry from @low on that is behind a number. */
static guint64
find_behind_locked (EricFrameLog *log,
                    guint64       low,
                    guint64       number)
{
  guint64 high = log->store.end;

  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;

      if (entry_at (log, middle)->number <= number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Where the history goes on behind a number. FALSE if something between is no
 * longer, or was never, in it: @index is the oldest that is, then. */
static gboolean
locate_locked (EricFrameLog *log,
               guint64       number,
               guint64      *index)
{
  trim_locked (log);
  *index = find_behind_locked (log, log->history, number);
  return number >= log->forgotten;
}

/* What comes behind a number, history or not: for a reader that was there, when the number
 * was the current one, so that all of it is kept. */
guint64
eric_frame_log_locate_live (EricFrameLog *log,
                            guint64       number)
{
  guint64 index;

  g_mutex_lock (&log->lock);
  index = find_behind_locked (log, log->store.first, number);
  g_mutex_unlock (&log->lock);
  return index;
}

/* As above; number 0 is before everything. What is there is kept for the reader. Lowers
 * @before to the number in front of the first of it. */
gboolean
eric_frame_log_locate (EricFrameLog    *log,
                       guint64          number,
                       EricFrameReader *reader,
                       guint64         *index,
                       guint64         *before)
{
  gboolean continues;

  g_mutex_lock (&log->lock);
  continues = locate_locked (log, number, index);
  if (*index < log->store.end)
    *before = MIN (*before, entry_at (log, *index)->number - 1);
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
