/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-frame-log-private.h"

#include "eric-message.h"
#include "eric-sse-encoder-private.h"

/* What stands around the payload of a chunk: up to 16 hexadecimal digits and two
 * line ends. */
#define CHUNK_HEAD_SIZE 20
#define CHUNK_TAIL      "\r\n"

typedef struct
{
  guint64      number;
  gint64       time;         /* monotonic, microseconds */
  EricMessage *message;      /* (owned) */
  GBytes      *frame;        /* (owned): the message as a chunk */
  gsize        length;       /* of the whole frame */
  gsize        head;         /* of the chunk's head: the payload begins there */
  gboolean     own_id;       /* the application gave the id */
} Entry;

struct _EricFrameLog
{
  gatomicrefcount  refs;
  GMutex           lock;         /* of everything below */
  Entry           *ring;         /* (owned): entry i is at i % size */
  guint64          size;         /* a power of two */
  guint64          first;        /* index of the oldest entry that is kept */
  guint64          history;      /* index of the oldest entry that is history */
  guint64          end;          /* index that the next entry gets */
  guint64          bytes;        /* of all frames kept */
  guint64          history_bytes;
  guint64          forgotten;    /* number of the newest message that is not history */
  GHashTable      *own_ids;      /* (owned): id in a kept message -> its index */
  EricFrameLimits  history_limits;
  EricFrameLimits  backlog_limits;
  GQueue           readers;      /* of EricFrameReader, by their links */
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
  char head[CHUNK_HEAD_SIZE];
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
    g_byte_array_append (out, (const guint8 *) CHUNK_TAIL, strlen (CHUNK_TAIL));
}

void
eric_span_init (EricSpan *span)
{
  span->first = 0;
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

  g_atomic_ref_count_init (&log->refs);
  g_mutex_init (&log->lock);
  log->forgotten = eric_frame_number_current ();
  log->own_ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_queue_init (&log->readers);
  return log;
}

EricFrameLog *
eric_frame_log_ref (EricFrameLog *log)
{
  g_atomic_ref_count_inc (&log->refs);
  return log;
}

static Entry *
entry_at (EricFrameLog *log,
          guint64       index)
{
  return &log->ring[index & (log->size - 1)];
}

static void
drop_first_locked (EricFrameLog *log)
{
  Entry *entry = entry_at (log, log->first);
  gpointer known_at;

  log->bytes -= entry->length;
  if (entry->own_id &&
      g_hash_table_lookup_extended (log->own_ids, eric_message_get_id (entry->message), NULL, &known_at) &&
      known_at == GSIZE_TO_POINTER (log->first))
    g_hash_table_remove (log->own_ids, eric_message_get_id (entry->message));
  g_clear_object (&entry->message);
  g_clear_pointer (&entry->frame, g_bytes_unref);
  log->first++;
}

void
eric_frame_log_unref (EricFrameLog *log)
{
  if (!g_atomic_ref_count_dec (&log->refs))
    return;

  g_assert (log->readers.length == 0);
  while (log->first < log->end)
    drop_first_locked (log);
  g_free (log->ring);
  g_hash_table_unref (log->own_ids);
  g_mutex_clear (&log->lock);
  g_free (log);
}

static gboolean
history_is_over_limit (EricFrameLog *log)
{
  const EricFrameLimits *limits = &log->history_limits;

  if (log->history == log->end)
    return FALSE;
  return log->end - log->history > limits->max_messages ||
         log->history_bytes > limits->max_bytes ||
         (limits->max_age > 0 &&
          entry_at (log, log->history)->time + limits->max_age * G_TIME_SPAN_SECOND < g_get_monotonic_time ());
}

static guint64
get_done_locked (EricFrameLog *log)
{
  guint64 done = log->end;

  for (GList *l = log->readers.head; l != NULL; l = l->next)
    done = MIN (done, ((EricFrameReader *) l->data)->done);
  return done;
}

static void
trim_locked (EricFrameLog *log)
{
  guint64 done;

  while (history_is_over_limit (log))
    {
      log->history_bytes -= entry_at (log, log->history)->length;
      log->forgotten = entry_at (log, log->history)->number;
      log->history++;
    }

  /* One message may be larger than all the bytes there are for a backlog: the oldest
   * is not counted in, so that its readers have a chance to read it. */
  done = get_done_locked (log);
  while (log->first < log->history &&
         (log->first < done ||
          (log->first + 1 < log->end &&
           (log->end - log->first > log->backlog_limits.max_messages ||
            log->bytes - entry_at (log, log->first)->length > log->backlog_limits.max_bytes))))
    drop_first_locked (log);
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
make_room_locked (EricFrameLog *log)
{
  guint64 size = MAX (16, log->size * 2);
  Entry *ring;

  if (log->end - log->first < log->size)
    return;
  ring = g_new0 (Entry, size);
  for (guint64 i = log->first; i < log->end; i++)
    ring[i & (size - 1)] = *entry_at (log, i);
  g_free (log->ring);
  log->ring = ring;
  log->size = size;
}

static void
encode (Entry *entry)
{
  g_autoptr (GString) payload = g_string_sized_new (256);
  GByteArray *frame;

  _eric_sse_append_message (payload, entry->message);
  frame = g_byte_array_sized_new (payload->len + CHUNK_HEAD_SIZE + strlen (CHUNK_TAIL));
  eric_frame_write (frame, ERIC_FRAMING_CHUNKED, payload->str, payload->len);
  entry->head = frame->len - payload->len - strlen (CHUNK_TAIL);
  entry->length = frame->len;
  entry->frame = g_byte_array_free_to_bytes (frame);
}

static void
wake_readers_locked (EricFrameLog *log)
{
  for (GList *l = log->readers.head; l != NULL; l = l->next)
    ((EricFrameReader *) l->data)->wake (l->data);
}

/* The message has its id already. Numbers must rise from call to call. */
void
eric_frame_log_append (EricFrameLog *log,
                       EricMessage  *message,
                       guint64       number,
                       gboolean      own_id)
{
  Entry *entry;

  g_mutex_lock (&log->lock);
  make_room_locked (log);
  entry = entry_at (log, log->end);
  *entry = (Entry) {
    .number = number,
    .time = g_get_monotonic_time (),
    .message = g_object_ref (message),
    .own_id = own_id,
  };
  encode (entry);
  if (own_id)
    g_hash_table_replace (log->own_ids, (gpointer) eric_message_get_id (message),
                          GSIZE_TO_POINTER (log->end));
  log->end++;
  log->bytes += entry->length;
  log->history_bytes += entry->length;
  trim_locked (log);
  wake_readers_locked (log);
  g_mutex_unlock (&log->lock);
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
  *first = log->first;
  *end = log->end;
  *closed = log->closed;
  g_mutex_unlock (&log->lock);
}

/* The index that the next message will get: how many there were. */
guint64
eric_frame_log_get_end (EricFrameLog *log)
{
  guint64 end;

  g_mutex_lock (&log->lock);
  end = log->end;
  g_mutex_unlock (&log->lock);
  return end;
}

guint
eric_frame_log_get_history_length (EricFrameLog *log)
{
  guint length;

  g_mutex_lock (&log->lock);
  trim_locked (log);
  length = log->end - log->history;
  g_mutex_unlock (&log->lock);
  return length;
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
  high = log->end;
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

/* Likewise, but adds the messages themselves to the array. */
gboolean
eric_frame_log_replay (EricFrameLog *log,
                       guint64       number,
                       GPtrArray    *messages)
{
  gboolean continues;
  guint64 index;

  g_mutex_lock (&log->lock);
  continues = locate_locked (log, number, &index);
  for (guint64 i = index; i < log->end; i++)
    g_ptr_array_add (messages, g_object_ref (entry_at (log, i)->message));
  g_mutex_unlock (&log->lock);
  return continues;
}

/* From now on, what is appended is kept for the reader. */
void
eric_frame_log_attach (EricFrameLog    *log,
                       EricFrameReader *reader)
{
  g_mutex_lock (&log->lock);
  reader->done = log->end;
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
get_part (const Entry *entry,
          EricFraming  framing,
          gsize       *offset,
          gsize       *length)
{
  gboolean chunked = framing == ERIC_FRAMING_CHUNKED;

  *offset = chunked ? 0 : entry->head;
  *length = chunked ? entry->length : entry->length - entry->head - strlen (CHUNK_TAIL);
}

static void
copy_entry (const Entry *entry,
            EricFraming  framing,
            EricSpan    *span)
{
  EricSpanFrame frame = { .number = entry->number };
  const guint8 *data = g_bytes_get_data (entry->frame, NULL);
  gsize offset, length;

  get_part (entry, framing, &offset, &length);
  g_byte_array_append (span->bytes, data + offset, length);
  frame.end = span->bytes->len;
  g_array_append_val (span->frames, frame);
}

/* Copies the frames from an index on into the span, whose former content is
 * lost: at least one if there is one, and no more than fit into @max_bytes.
 * FALSE if the index is no longer in the log: it is set to the oldest that is. */
gboolean
eric_frame_log_copy (EricFrameLog *log,
                     guint64      *index,
                     guint64       up_to_number,
                     gsize         max_bytes,
                     EricFraming   framing,
                     EricSpan     *span)
{
  gboolean kept;

  g_byte_array_set_size (span->bytes, 0);
  g_array_set_size (span->frames, 0);

  g_mutex_lock (&log->lock);
  kept = *index >= log->first;
  if (kept)
    {
      span->first = *index;
      for (guint64 i = *index; i < log->end; i++)
        {
          const Entry *entry = entry_at (log, i);

          if (entry->number > up_to_number ||
              (span->frames->len > 0 && span->bytes->len + entry->length > max_bytes))
            break;
          copy_entry (entry, framing, span);
        }
    }
  else
    *index = log->first;
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
  if (index >= log->first && index < log->end)
    {
      const Entry *entry = entry_at (log, index);
      gsize offset, length;

      get_part (entry, framing, &offset, &length);
      frame = g_bytes_new_from_bytes (entry->frame, offset, length);
    }
  g_mutex_unlock (&log->lock);
  return frame;
}
