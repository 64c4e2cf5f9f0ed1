/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells ThreadSanitizer what reads and what writes a container of GLib, for the same reason and in
 * the same way as tsan-glib.c: that of two threads which use one without a lock, one is reported.
 */

#include "tsan-glib.h"

void __tsan_read_range (void *address, unsigned long size);
void __tsan_write_range (void *address, unsigned long size);

/* The tables that GObject makes as it is loaded are under a lock of its own, of which tsan-glib.c
 * tells nothing. */
#define MAX_LOAD_TABLES 16
static gpointer load_tables[MAX_LOAD_TABLES];
static gboolean loaded;

static void
keep_load_table (gpointer table)
{
  guint i = 0;

  if (loaded)
    return;
  while (i < MAX_LOAD_TABLES && load_tables[i] != NULL)
    i++;
  if (i == MAX_LOAD_TABLES)
    g_error ("More than %d tables are made before this program begins", MAX_LOAD_TABLES);
  load_tables[i] = table;
}

/* After the constructors of the libraries that this one needs, GObject's among them. */
__attribute__ ((constructor)) static void
end_load (void)
{
  loaded = TRUE;
}

static gboolean
is_told (gpointer container)
{
  for (guint i = 0; i < MAX_LOAD_TABLES && load_tables[i] != NULL; i++)
    if (load_tables[i] == container)
      return FALSE;
  return container != NULL;
}

GHashTable *
g_hash_table_new (GHashFunc  hash,
                  GEqualFunc equal)
{
  GHashTable *table;

  NEXT (g_hash_table_new)
  table = next (hash, equal);
  keep_load_table (table);
  return table;
}

GHashTable *
g_hash_table_new_full (GHashFunc      hash,
                       GEqualFunc     equal,
                       GDestroyNotify free_key,
                       GDestroyNotify free_value)
{
  GHashTable *table;

  NEXT (g_hash_table_new_full)
  table = next (hash, equal, free_key, free_value);
  keep_load_table (table);
  return table;
}

static void
read_container (gpointer container)
{
  if (is_told (container))
    __tsan_read_range (container, sizeof (gpointer));
}

static void
write_container (gpointer container)
{
  if (is_told (container))
    __tsan_write_range (container, sizeof (gpointer));
}

/* The table of an iterator is its first field. */
#define TABLE(iter) (*(gpointer *) (iter))

#define ACCESS(access, container, type, name, parameters, arguments)              \
  type                                                                            \
  name parameters                                                                 \
  {                                                                               \
    NEXT (name)                                                                   \
    access##_container ((gpointer) (container));                                  \
    return next arguments;                                                        \
  }

#define READ(type, name, parameters, arguments) ACCESS (read, self, type, name, parameters, arguments)
#define WRITE(type, name, parameters, arguments) ACCESS (write, self, type, name, parameters, arguments)

WRITE (gboolean, g_hash_table_add, (GHashTable *self, gpointer key), (self, key))
WRITE (gboolean, g_hash_table_insert, (GHashTable *self, gpointer key, gpointer value), (self, key, value))
WRITE (gboolean, g_hash_table_replace, (GHashTable *self, gpointer key, gpointer value), (self, key, value))
WRITE (gboolean, g_hash_table_remove, (GHashTable *self, gconstpointer key), (self, key))
WRITE (void, g_hash_table_remove_all, (GHashTable *self), (self))
WRITE (gboolean, g_hash_table_steal, (GHashTable *self, gconstpointer key), (self, key))
WRITE (gboolean, g_hash_table_steal_extended,
       (GHashTable *self, gconstpointer key, gpointer *stolen_key, gpointer *stolen_value),
       (self, key, stolen_key, stolen_value))
READ (gpointer, g_hash_table_lookup, (GHashTable *self, gconstpointer key), (self, key))
READ (gboolean, g_hash_table_contains, (GHashTable *self, gconstpointer key), (self, key))
READ (guint, g_hash_table_size, (GHashTable *self), (self))
READ (GList *, g_hash_table_get_keys, (GHashTable *self), (self))
READ (GList *, g_hash_table_get_values, (GHashTable *self), (self))
READ (gpointer *, g_hash_table_get_keys_as_array, (GHashTable *self, guint *length), (self, length))
READ (void, g_hash_table_iter_init, (GHashTableIter *iter, GHashTable *self), (iter, self))
ACCESS (read, TABLE (iter), gboolean, g_hash_table_iter_next,
        (GHashTableIter *iter, gpointer *key, gpointer *value), (iter, key, value))
ACCESS (write, TABLE (iter), void, g_hash_table_iter_remove, (GHashTableIter *iter), (iter))
ACCESS (write, TABLE (iter), void, g_hash_table_iter_steal, (GHashTableIter *iter), (iter))

WRITE (void, g_queue_push_head, (GQueue *self, gpointer item), (self, item))
WRITE (void, g_queue_push_tail, (GQueue *self, gpointer item), (self, item))
WRITE (void, g_queue_push_head_link, (GQueue *self, GList *link), (self, link))
WRITE (void, g_queue_push_tail_link, (GQueue *self, GList *link), (self, link))
WRITE (void, g_queue_insert_after_link, (GQueue *self, GList *sibling, GList *link), (self, sibling, link))
WRITE (gpointer, g_queue_pop_head, (GQueue *self), (self))
WRITE (gpointer, g_queue_pop_tail, (GQueue *self), (self))
WRITE (GList *, g_queue_pop_head_link, (GQueue *self), (self))
WRITE (GList *, g_queue_pop_tail_link, (GQueue *self), (self))
WRITE (void, g_queue_unlink, (GQueue *self, GList *link), (self, link))
WRITE (void, g_queue_delete_link, (GQueue *self, GList *link), (self, link))
WRITE (gboolean, g_queue_remove, (GQueue *self, gconstpointer item), (self, item))
WRITE (void, g_queue_clear, (GQueue *self), (self))
WRITE (void, g_queue_clear_full, (GQueue *self, GDestroyNotify free_func), (self, free_func))
READ (gpointer, g_queue_peek_head, (GQueue *self), (self))
READ (gpointer, g_queue_peek_tail, (GQueue *self), (self))

WRITE (void, g_ptr_array_add, (GPtrArray *self, gpointer item), (self, item))
WRITE (void, g_ptr_array_insert, (GPtrArray *self, gint index, gpointer item), (self, index, item))
WRITE (void, g_ptr_array_set_size, (GPtrArray *self, gint size), (self, size))
WRITE (gboolean, g_ptr_array_remove, (GPtrArray *self, gpointer item), (self, item))
WRITE (gboolean, g_ptr_array_remove_fast, (GPtrArray *self, gpointer item), (self, item))
WRITE (gpointer, g_ptr_array_remove_index, (GPtrArray *self, guint index), (self, index))
WRITE (gpointer, g_ptr_array_steal_index, (GPtrArray *self, guint index), (self, index))

WRITE (GArray *, g_array_append_vals, (GArray *self, gconstpointer items, guint n), (self, items, n))
WRITE (GArray *, g_array_set_size, (GArray *self, guint size), (self, size))
WRITE (GByteArray *, g_byte_array_append, (GByteArray *self, const guint8 *bytes, guint n), (self, bytes, n))
WRITE (GByteArray *, g_byte_array_set_size, (GByteArray *self, guint size), (self, size))

WRITE (GString *, g_string_append, (GString *self, const gchar *text), (self, text))
WRITE (GString *, g_string_append_len, (GString *self, const gchar *text, gssize length), (self, text, length))
WRITE (GString *, g_string_truncate, (GString *self, gsize length), (self, length))
WRITE (GString *, g_string_set_size, (GString *self, gsize length), (self, length))
