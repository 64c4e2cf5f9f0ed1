/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-frame-store-private.h"

#include "eric-message-kept-private.h"
#include "eric-message-private.h"
#include "eric-sse-encoder-private.h"

/* A block is one piece of memory: frames from its beginning on, entries from its end
 * down, and what is free between them. A block's frames stay where they are for as
 * long as somebody else has a reference. */
struct _EricFrameBlock
{
  gatomicrefcount  refs;
  EricFrameBudget *budget;   /* (owned) (nullable) */
  guint64          first;    /* index of the first entry */
  guint            n;        /* entries */
  gsize            used;     /* bytes of frames */
  gsize            size;     /* bytes of frames, entries and what is free */
  guint8           bytes[] __attribute__ ((aligned (8)));
};

/* What the allocator takes besides. */
#define BLOCK_OVERHEAD (sizeof (EricFrameBlock) + 2 * sizeof (gsize))

static EricFrameEntry *
get_entry (EricFrameBlock *block,
           guint           n)
{
  return (EricFrameEntry *) (block->bytes + block->size) - 1 - n;
}

static gsize
get_free (EricFrameBlock *block)
{
  return block->size - block->used - block->n * sizeof (EricFrameEntry);
}

/* The entries at the end have to be aligned. */
static gsize
round_up (gsize size)
{
  return (size + 7) & ~(gsize) 7;
}

static EricFrameBlock *
block_new (EricFrameBudget *budget,
           guint64          first,
           gsize            size)
{
  EricFrameBlock *block = g_malloc (sizeof (EricFrameBlock) + size);

  *block = (EricFrameBlock) { .first = first, .size = size };
  g_atomic_ref_count_init (&block->refs);
  if (budget != NULL)
    block->budget = eric_frame_budget_ref (budget);
  eric_frame_budget_add (budget, BLOCK_OVERHEAD + size);
  return block;
}

static EricFrameBlock *
block_ref (EricFrameBlock *block)
{
  g_atomic_ref_count_inc (&block->refs);
  return block;
}

static void
block_unref (gpointer data)
{
  EricFrameBlock *block = data;

  if (block == NULL || !g_atomic_ref_count_dec (&block->refs))
    return;
  eric_frame_budget_remove (block->budget, BLOCK_OVERHEAD + block->size);
  g_clear_pointer (&block->budget, eric_frame_budget_unref);
  g_free (block);
}

void
eric_frame_store_init (EricFrameStore *store)
{
  *store = (EricFrameStore) { .blocks = g_ptr_array_new_with_free_func (block_unref) };
}

void
eric_frame_store_clear (EricFrameStore *store)
{
  g_clear_pointer (&store->blocks, g_ptr_array_unref);
  g_clear_pointer (&store->budget, eric_frame_budget_unref);
}

/* Only once. */
void
eric_frame_store_set_budget (EricFrameStore  *store,
                             EricFrameBudget *budget)
{
  store->budget = eric_frame_budget_ref (budget);
  for (guint i = store->n_gone; i < store->blocks->len; i++)
    {
      EricFrameBlock *block = store->blocks->pdata[i];

      block->budget = eric_frame_budget_ref (budget);
      eric_frame_budget_add (budget, BLOCK_OVERHEAD + block->size);
    }
}

static EricFrameBlock *
get_last (EricFrameStore *store)
{
  return store->blocks->len > store->n_gone ? store->blocks->pdata[store->blocks->len - 1] : NULL;
}

/* What is free at the end of the last block is given back, unless somebody is just
 * sending from it. */
static void
close_last (EricFrameStore *store)
{
  EricFrameBlock *block = get_last (store);
  gsize free = block != NULL ? get_free (block) & ~(gsize) 7 : 0;

  if (free == 0 || !g_atomic_ref_count_compare (&block->refs, 1))
    return;
  memmove (block->bytes + block->size - free - block->n * sizeof (EricFrameEntry),
           get_entry (block, block->n - 1), block->n * sizeof (EricFrameEntry));
  block->size -= free;
  store->size -= free;
  eric_frame_budget_remove (block->budget, free);
  store->blocks->pdata[store->blocks->len - 1] =
    g_realloc (block, sizeof (EricFrameBlock) + block->size);
}

/* The block for an entry of so many bytes. Blocks grow with what the store has, so
 * that a small one does not take more than it keeps. */
static EricFrameBlock *
make_room (EricFrameStore *store,
           gsize           bytes)
{
  gsize needed = round_up (bytes) + sizeof (EricFrameEntry);
  EricFrameBlock *block = get_last (store);
  gsize size = CLAMP (round_up (store->size / 4), ERIC_FRAME_BLOCK_MIN, ERIC_FRAME_BLOCK_MAX);

  if (block != NULL && needed <= get_free (block))
    return block;
  close_last (store);
  block = block_new (store->budget, store->end, MAX (size, needed));
  store->size += BLOCK_OVERHEAD + block->size;
  g_ptr_array_add (store->blocks, block);
  return block;
}

/* The frame has line ends of its own, whatever those of the text are. */
static void
write_extra (guint8      *out,
             const char  *sender,
             const char  *text,
             gsize        length,
             gboolean     raw)
{
  if (sender != NULL)
    {
      memcpy (out, sender, strlen (sender) + 1);
      out += strlen (sender) + 1;
    }
  if (raw)
    memcpy (out, text, length);
}

const EricFrameEntry *
eric_frame_store_append (EricFrameStore *store,
                         EricMessage    *message,
                         guint64         number,
                         gint64          time,
                         gboolean        own_id)
{
  char head[ERIC_FRAME_HEAD_SIZE];
  gsize payload = _eric_sse_measure_message (message);
  const char *sender = eric_message_get_sender_id (message);
  gsize length;
  const char *text = _eric_message_get_text (message, &length);
  gboolean raw = memchr (text, '\r', length) != NULL;
  EricFrameEntry entry = {
    .number = number,
    .time = time,
    .extra = (sender != NULL ? strlen (sender) + 1 : 0) + (raw ? length : 0),
    .head = g_snprintf (head, sizeof head, "%" G_GSIZE_MODIFIER "x\r\n", payload),
    .kept = _eric_message_get_kept (message),
    .own_id = own_id,
    .sender = sender != NULL,
    .raw = raw,
  };
  EricFrameBlock *block;
  guint8 *out;

  entry.length = entry.head + payload + ERIC_FRAME_TAIL_SIZE;
  block = make_room (store, entry.length + entry.extra);
  entry.start = block->used;
  out = block->bytes + block->used;
  memcpy (out, head, entry.head);
  _eric_sse_write_message ((char *) out + entry.head, message);
  memcpy (out + entry.head + payload, ERIC_FRAME_TAIL, ERIC_FRAME_TAIL_SIZE);
  write_extra (out + entry.length, sender, text, length, raw);
  block->used += entry.length + entry.extra;
  *get_entry (block, block->n) = entry;
  store->end++;
  return get_entry (block, block->n++);
}

static guint
find_block (EricFrameStore *store,
            guint64         index)
{
  guint low = store->n_gone, high = store->blocks->len - 1;

  if (((EricFrameBlock *) store->blocks->pdata[high])->first <= index)
    return high;
  while (low + 1 < high)
    {
      guint middle = low + (high - low) / 2;

      if (((EricFrameBlock *) store->blocks->pdata[middle])->first <= index)
        low = middle;
      else
        high = middle;
    }
  return low;
}

const EricFrameEntry *
eric_frame_store_get (EricFrameStore  *store,
                      guint64          index,
                      const guint8   **bytes)
{
  EricFrameBlock *block = store->blocks->pdata[find_block (store, index)];
  const EricFrameEntry *entry = get_entry (block, index - block->first);

  if (bytes != NULL)
    *bytes = block->bytes + entry->start;
  return entry;
}

/* The row of blocks is moved up when half of it is gone. */
static void
drop_block (EricFrameStore *store)
{
  EricFrameBlock *block = store->blocks->pdata[store->n_gone];

  store->size -= BLOCK_OVERHEAD + block->size;
  block_unref (block);
  store->blocks->pdata[store->n_gone++] = NULL;
  if (2 * store->n_gone >= store->blocks->len)
    {
      g_ptr_array_remove_range (store->blocks, 0, store->n_gone);
      store->n_gone = 0;
    }
}

void
eric_frame_store_drop_first (EricFrameStore *store)
{
  store->first++;
  if (eric_frame_store_count_first (store) == 0)
    drop_block (store);
}

guint
eric_frame_store_count_first (EricFrameStore *store)
{
  EricFrameBlock *block = store->blocks->pdata[store->n_gone];

  return block->first + block->n - store->first;
}

GBytes *
eric_frame_store_share (EricFrameStore *store,
                        guint64         index,
                        gsize           offset,
                        gsize           length)
{
  EricFrameBlock *block = store->blocks->pdata[find_block (store, index)];
  const EricFrameEntry *entry = get_entry (block, index - block->first);

  return g_bytes_new_with_free_func (block->bytes + entry->start + offset, length,
                                     block_unref, block_ref (block));
}

GPtrArray *
eric_frame_store_hold (EricFrameStore *store,
                       guint64         index)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (block_unref);

  if (index < store->end)
    for (guint i = find_block (store, index); i < store->blocks->len; i++)
      g_ptr_array_add (blocks, block_ref (store->blocks->pdata[i]));
  return blocks;
}

/* Reads the line that begins with the prefix, and moves on behind it.
 * (transfer full) (nullable) */
static char *
read_field (const char **at,
            const char  *prefix)
{
  gsize length = strlen (prefix);
  const char *value = *at + length;
  const char *stop;

  if (strncmp (*at, prefix, length) != 0)
    return NULL;
  stop = strchr (value, '\n');
  *at = stop + 1;
  return g_strndup (value, stop - value);
}

/* What is left of the payload are the lines of the text, and an empty one. */
static GString *
read_text (const char *at,
           const char *end)
{
  GString *text = g_string_sized_new (end - at);

  for (const char *first = at, *last = end - 1; at < last; )
    {
      const char *line = at + strlen (ERIC_SSE_DATA_PREFIX);
      const char *stop = memchr (line, '\n', end - line);

      if (at > first)
        g_string_append_c (text, '\n');
      g_string_append_len (text, line, stop - line);
      at = stop + 1;
    }
  return text;
}

static EricMessage *
read_entry (const EricFrameEntry *entry,
            const guint8         *bytes)
{
  const char *at = (const char *) bytes + entry->head;
  const char *end = (const char *) bytes + entry->length - ERIC_FRAME_TAIL_SIZE;
  const char *sender = entry->sender ? (const char *) bytes + entry->length : NULL;
  gsize sender_size = sender != NULL ? strlen (sender) + 1 : 0;
  g_autofree char *id = read_field (&at, ERIC_SSE_ID_PREFIX);
  g_autofree char *event_type = read_field (&at, ERIC_SSE_EVENT_PREFIX);
  g_autoptr (GString) text = NULL;

  if (entry->raw)
    return _eric_message_new_kept (entry->kept, event_type, id, sender,
                                   (const char *) bytes + entry->length + sender_size,
                                   entry->extra - sender_size);
  text = read_text (at, end);
  return _eric_message_new_kept (entry->kept, event_type, id, sender, text->str, text->len);
}

void
eric_frame_blocks_read (GPtrArray *blocks,
                        guint64    from,
                        guint64    to,
                        GPtrArray *messages)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      EricFrameBlock *block = blocks->pdata[i];
      guint64 end = i + 1 < blocks->len ? ((EricFrameBlock *) blocks->pdata[i + 1])->first : to;

      for (guint64 index = MAX (from, block->first); index < end; index++)
        {
          const EricFrameEntry *entry = get_entry (block, index - block->first);

          g_ptr_array_add (messages, read_entry (entry, block->bytes + entry->start));
        }
    }
}

char *
eric_frame_entry_dup_id (const EricFrameEntry *entry,
                         const guint8         *bytes)
{
  const char *at = (const char *) bytes + entry->head;

  return read_field (&at, ERIC_SSE_ID_PREFIX);
}

gsize
eric_frame_entry_get_size (const EricFrameEntry *entry)
{
  return sizeof *entry + entry->length + entry->extra;
}
