/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What ThreadSanitizer is told of GLib: a race is reported, and what GLib orders is none. Each case
 * is two threads, of which one writes before it hands on, and the other writes when it was handed
 * something. What they write is reported where the case says so, and the program lives on. */

#include <gio/gio.h>

static guint n_reports;

/* Of ThreadSanitizer: it calls these. */
void        __tsan_on_report (void *report);
const char *__tsan_default_options (void);

void
__tsan_on_report (void *report)
{
  g_atomic_int_inc (&n_reports);
}

const char *
__tsan_default_options (void)
{
  return "exitcode=0:suppress_equal_stacks=0:suppress_equal_addresses=0";
}

typedef struct
{
  gpointer      written;    /* what is to be protected: a plain field */
  GHashTable   *table;      /* the same, a container */
  GMutex        mutex;
  GAsyncQueue  *queue;
  GObject      *object;
  GThreadPool  *pool;
  GMainContext *context;
  int           handed;     /* (atomic) relaxed, which orders nothing */
} Case;

typedef void (*Step) (Case *self);

static void
write_field (Case *self)
{
  self->written = self;
}

static void
write_table (Case *self)
{
  g_hash_table_add (self->table, self);
}

/* Tells the other thread that it is its turn, by what orders nothing. */
static void
hand_over (Case *self)
{
  __atomic_store_n (&self->handed, TRUE, __ATOMIC_RELAXED);
}

static void
wait_for_turn (Case *self)
{
  while (!__atomic_load_n (&self->handed, __ATOMIC_RELAXED))
    g_thread_yield ();
}

static gpointer
first_field (gpointer data)
{
  write_field (data);
  hand_over (data);
  return NULL;
}

static gpointer
first_table (gpointer data)
{
  write_table (data);
  hand_over (data);
  return NULL;
}

static gpointer
first_locked (gpointer data)
{
  Case *self = data;

  g_mutex_lock (&self->mutex);
  write_field (self);
  write_table (self);
  g_mutex_unlock (&self->mutex);
  hand_over (self);
  return NULL;
}

static gpointer
first_signal (gpointer data)
{
  Case *self = data;

  write_field (self);
  g_signal_emit_by_name (self->object, "cancelled");
  hand_over (self);
  return NULL;
}

static gpointer
first_queue (gpointer data)
{
  Case *self = data;

  write_field (self);
  write_table (self);
  g_async_queue_push (self->queue, self);
  return NULL;
}

static gpointer
first_unref (gpointer data)
{
  Case *self = data;

  write_field (self);
  g_object_unref (self->object);
  hand_over (self);
  return NULL;
}

static void
second_plain (Case *self)
{
  wait_for_turn (self);
  write_field (self);
}

static void
second_table (Case *self)
{
  wait_for_turn (self);
  write_table (self);
}

static void
second_locked (Case *self)
{
  wait_for_turn (self);
  g_mutex_lock (&self->mutex);
  write_field (self);
  write_table (self);
  g_mutex_unlock (&self->mutex);
}

static void
second_signal (Case *self)
{
  wait_for_turn (self);
  g_signal_emit_by_name (self->object, "cancelled");
  write_field (self);
}

static void
second_queue (Case *self)
{
  g_assert_true (g_async_queue_pop (self->queue) == self);
  write_field (self);
  write_table (self);
}

/* The last reference: what the object refers to goes with it. */
static void
second_unref (Case *self)
{
  wait_for_turn (self);
  g_object_set_data_full (self->object, "case", self, (GDestroyNotify) write_field);
  g_object_unref (self->object);
}

static gboolean
source_cb (gpointer data)
{
  write_field (data);
  write_table (data);
  hand_over (data);
  return G_SOURCE_REMOVE;
}

static gpointer
first_source (gpointer data)
{
  Case *self = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  write_field (self);
  write_table (self);
  g_source_set_callback (source, source_cb, self, NULL);
  g_source_attach (source, self->context);
  return NULL;
}

static gpointer
first_invoke (gpointer data)
{
  Case *self = data;

  write_field (self);
  write_table (self);
  g_main_context_invoke (self->context, source_cb, self);
  return NULL;
}

static void
second_context (Case *self)
{
  while (!__atomic_load_n (&self->handed, __ATOMIC_RELAXED))
    g_main_context_iteration (self->context, TRUE);
}

static void
run_in_pool (gpointer data,
             gpointer user_data)
{
  write_field (data);
  write_table (data);
}

static gpointer
first_pool (gpointer data)
{
  Case *self = data;

  write_field (self);
  write_table (self);
  g_thread_pool_push (self->pool, self, NULL);
  hand_over (self);
  return NULL;
}

static void
second_pool (Case *self)
{
  wait_for_turn (self);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  write_field (self);
  write_table (self);
}

typedef struct
{
  const char *name;
  GThreadFunc first;
  Step        second;
  gboolean    races;
} Row;

static const Row rows[] = {
  { "field", first_field, second_plain, TRUE },
  { "container", first_table, second_table, TRUE },
  { "one-locks", first_locked, second_plain, TRUE },
  { "signal", first_signal, second_signal, TRUE },
  { "mutex", first_locked, second_locked, FALSE },
  { "queue", first_queue, second_queue, FALSE },
  { "last-reference", first_unref, second_unref, FALSE },
  { "source", first_source, second_context, FALSE },
  { "invoke", first_invoke, second_context, FALSE },
  { "pool", first_pool, second_pool, FALSE },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  Case self = { 0 };
  GThread *thread;
  guint before = g_atomic_int_get (&n_reports);

  g_mutex_init (&self.mutex);
  self.table = g_hash_table_new (NULL, NULL);
  self.queue = g_async_queue_new ();
  self.object = G_OBJECT (g_cancellable_new ());
  self.context = g_main_context_new ();
  self.pool = g_thread_pool_new (run_in_pool, NULL, 1, FALSE, NULL);
  g_object_ref (self.object);

  thread = g_thread_new (row->name, row->first, &self);
  row->second (&self);
  g_thread_join (thread);
  if (row->races)
    g_assert_cmpuint (g_atomic_int_get (&n_reports), >, before);
  else
    g_assert_cmpuint (g_atomic_int_get (&n_reports), ==, before);

  if (row->first != first_unref)
    {
      g_object_unref (self.object);
      g_object_unref (self.object);
    }
  if (row->first != first_pool)
    g_thread_pool_free (self.pool, FALSE, TRUE);
  g_main_context_unref (self.context);
  g_async_queue_unref (self.queue);
  g_hash_table_unref (self.table);
  g_mutex_clear (&self.mutex);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/eric/tsan-glib/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}
