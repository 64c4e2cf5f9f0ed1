/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Tells ThreadSanitizer how GLib synchronizes. GLib itself is not instrumented: its GMutex and
 * GCond are futexes, and its reference counts, queues and main contexts are atomics and locks of
 * its own, so that all that they protect would be reported. The functions here are linked into each
 * test of a build with -Db_sanitize=thread and stand before those of GLib: each says what it
 * acquires and releases, and calls the function of the same name in GLib.
 *
 * What GLib calls within itself does not come by here: tsan.supp takes that out of the reports.
 * Threads need nothing, because GLib makes them with pthread_create(), which ThreadSanitizer knows.
 *
 * The functions say as little as is true: what would order more than GLib does would hide races.
 */

#include "tsan-glib.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>
#include <sanitizer/tsan_interface.h>

static void
acquire (gpointer address)
{
  if (address != NULL)
    __tsan_acquire (address);
}

static void
release (gpointer address)
{
  if (address != NULL)
    __tsan_release (address);
}

static gpointer
context_or_default (GMainContext *context)
{
  return context != NULL ? context : g_main_context_default ();
}

/* Locks and GCond
 *
 * GObject takes locks of its own for each signal and each type, which order threads that have nothing
 * else in common: what is a race without them would be hidden, and is one that a program meets. They
 * are variables of its library. */

static gsize gobject_start, gobject_end;

static int
find_gobject (struct dl_phdr_info *info,
              size_t               size,
              void                *data)
{
  if (strstr (info->dlpi_name, "/libgobject-2.0.so") == NULL)
    return 0;

  gobject_start = info->dlpi_addr;
  for (guint i = 0; i < info->dlpi_phnum; i++)
    gobject_end = MAX (gobject_end, gobject_start + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz);
  return 1;
}

__attribute__ ((constructor)) static void
require_gobject (void)
{
  if (dl_iterate_phdr (find_gobject, NULL) == 0)
    g_error ("There is no libgobject-2.0.so in this program");
}

static gboolean
is_of_gobject (gpointer lock)
{
  return (gsize) lock >= gobject_start && (gsize) lock < gobject_end;
}

#define LOCK(type, name, flags)                                                   \
  void                                                                            \
  name (type *self)                                                               \
  {                                                                               \
    NEXT (name)                                                                   \
    if (is_of_gobject (self))                                                     \
      {                                                                           \
        next (self);                                                              \
        return;                                                                   \
      }                                                                           \
                                                                                  \
    __tsan_mutex_pre_lock (self, flags);                                          \
    next (self);                                                                  \
    __tsan_mutex_post_lock (self, flags, 0);                                      \
  }

#define TRYLOCK(type, name, flags)                                                \
  gboolean                                                                        \
  name (type *self)                                                               \
  {                                                                               \
    gboolean locked;                                                              \
                                                                                  \
    NEXT (name)                                                                   \
    __tsan_mutex_pre_lock (self, (flags) | __tsan_mutex_try_lock);                \
    locked = next (self);                                                         \
    __tsan_mutex_post_lock (self,                                                 \
                            (flags) | __tsan_mutex_try_lock |                     \
                              (locked ? 0 : __tsan_mutex_try_lock_failed),        \
                            0);                                                   \
    return locked;                                                                \
  }

#define UNLOCK(type, name, flags)                                                 \
  void                                                                            \
  name (type *self)                                                               \
  {                                                                               \
    NEXT (name)                                                                   \
    if (is_of_gobject (self))                                                     \
      {                                                                           \
        next (self);                                                              \
        return;                                                                   \
      }                                                                           \
                                                                                  \
    __tsan_mutex_pre_unlock (self, flags);                                        \
    next (self);                                                                  \
    __tsan_mutex_post_unlock (self, flags);                                       \
  }

#define CLEAR(type, name)                                                         \
  void                                                                            \
  name (type *self)                                                               \
  {                                                                               \
    NEXT (name)                                                                   \
    __tsan_mutex_destroy (self, 0);                                               \
    next (self);                                                                  \
  }

LOCK (GMutex, g_mutex_lock, 0)
TRYLOCK (GMutex, g_mutex_trylock, 0)
UNLOCK (GMutex, g_mutex_unlock, 0)
CLEAR (GMutex, g_mutex_clear)

LOCK (GRecMutex, g_rec_mutex_lock, __tsan_mutex_write_reentrant)
TRYLOCK (GRecMutex, g_rec_mutex_trylock, __tsan_mutex_write_reentrant)
UNLOCK (GRecMutex, g_rec_mutex_unlock, 0)
CLEAR (GRecMutex, g_rec_mutex_clear)

LOCK (GRWLock, g_rw_lock_writer_lock, 0)
TRYLOCK (GRWLock, g_rw_lock_writer_trylock, 0)
UNLOCK (GRWLock, g_rw_lock_writer_unlock, 0)
LOCK (GRWLock, g_rw_lock_reader_lock, __tsan_mutex_read_lock)
TRYLOCK (GRWLock, g_rw_lock_reader_trylock, __tsan_mutex_read_lock)
UNLOCK (GRWLock, g_rw_lock_reader_unlock, __tsan_mutex_read_lock)
CLEAR (GRWLock, g_rw_lock_clear)

/* What is waited for in between is ordered by the mutex alone. */
static void
before_wait (gpointer mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
}

static void
after_wait (gpointer mutex)
{
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

void
g_cond_wait (GCond  *cond,
             GMutex *mutex)
{
  NEXT (g_cond_wait)
  before_wait (mutex);
  next (cond, mutex);
  after_wait (mutex);
}

gboolean
g_cond_wait_until (GCond  *cond,
                   GMutex *mutex,
                   gint64  end_time)
{
  gboolean signalled;

  NEXT (g_cond_wait_until)
  before_wait (mutex);
  signalled = next (cond, mutex, end_time);
  after_wait (mutex);
  return signalled;
}

/* Memory: what GLib frees within itself is taken out of the reports, what others free is not. */

__attribute__ ((constructor)) static void
require_malloc (void)
{
  if (g_strcmp0 (g_getenv ("G_SLICE"), "always-malloc") != 0)
    g_error ("Set G_SLICE=always-malloc in the environment");
}

void
(g_free) (gpointer memory)
{
  free (memory);
}

void
g_slice_free1 (gsize    size,
               gpointer memory)
{
  free (memory);
}

/* What is made once: g_once_init_enter() of glib.h reads the location atomically. */

gboolean
(g_once_init_enter) (volatile void *location)
{
  gboolean first;

  NEXT (g_once_init_enter)
  first = next (location);
  if (!first)
    acquire ((gpointer) location);
  return first;
}

void
(g_once_init_leave) (volatile void *location,
                     gsize          result)
{
  NEXT (g_once_init_leave)
  release ((gpointer) location);
  next (location, result);
}

/* Reference counts: whoever lets go of the last reference sees what all others did before theirs. */

/* Another thread may let go between what is said here and what GLib does, so that a reference which
 * is not the last one is let go of here. No toggle reference is told, which bindings alone have. */
void
g_object_unref (gpointer object)
{
  gint count = g_atomic_int_get (&((GObject *) object)->ref_count);

  NEXT (g_object_unref)
  release (object);
  while (count > 1)
    if (__atomic_compare_exchange_n (&((GObject *) object)->ref_count, (guint *) &count, (guint) count - 1, FALSE,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      return;
  acquire (object);
  next (object);
}

#define COUNTED(type, name)                                                       \
  void                                                                            \
  name (type *self)                                                               \
  {                                                                               \
    NEXT (name)                                                                   \
    release ((gpointer) self);                                                    \
    acquire ((gpointer) self);                                                    \
    next (self);                                                                  \
  }

COUNTED (GArray, g_array_unref)
COUNTED (GAsyncQueue, g_async_queue_unref)
COUNTED (GBytes, g_bytes_unref)
COUNTED (GByteArray, g_byte_array_unref)
COUNTED (GClosure, g_closure_unref)
COUNTED (GHashTable, g_hash_table_unref)
COUNTED (GMainContext, g_main_context_unref)
COUNTED (GMainLoop, g_main_loop_unref)
COUNTED (GPtrArray, g_ptr_array_unref)
COUNTED (GSource, g_source_unref)
COUNTED (GVariant, g_variant_unref)
COUNTED (void, g_atomic_rc_box_release)
COUNTED (char, g_ref_string_release)

static __thread GDestroyNotify box_clear;

static void
clear_box (gpointer box)
{
  acquire (box);
  box_clear (box);
}

void
g_atomic_rc_box_release_full (gpointer       box,
                              GDestroyNotify clear)
{
  GDestroyNotify outer = box_clear;

  NEXT (g_atomic_rc_box_release_full)
  release (box);
  box_clear = clear;
  next (box, clear != NULL ? clear_box : NULL);
  box_clear = outer;
}

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  release (count);
  if (!g_atomic_int_dec_and_test (count))
    return FALSE;
  acquire (count);
  return TRUE;
}

gboolean
(g_atomic_ref_count_compare) (gatomicrefcount *count,
                              gint             value)
{
  gboolean equal;

  NEXT (g_atomic_ref_count_compare)
  equal = next (count, value);
  acquire (count);
  return equal;
}

gpointer
g_bytes_unref_to_data (GBytes *bytes,
                       gsize  *size)
{
  NEXT (g_bytes_unref_to_data)
  release (bytes);
  acquire (bytes);
  return next (bytes, size);
}

/* GAsyncQueue */

LOCK (GAsyncQueue, g_async_queue_lock, 0)
UNLOCK (GAsyncQueue, g_async_queue_unlock, 0)

gpointer
g_async_queue_pop_unlocked (GAsyncQueue *queue)
{
  gpointer item;

  NEXT (g_async_queue_pop_unlocked)
  before_wait (queue);
  item = next (queue);
  after_wait (queue);
  return item;
}

void
g_async_queue_push (GAsyncQueue *queue,
                    gpointer     item)
{
  NEXT (g_async_queue_push)
  release (queue);
  next (queue, item);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  gpointer item;

  NEXT (g_async_queue_pop)
  item = next (queue);
  acquire (queue);
  return item;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  gpointer item;

  NEXT (g_async_queue_try_pop)
  item = next (queue);
  acquire (queue);
  return item;
}

gpointer
g_async_queue_timeout_pop (GAsyncQueue *queue,
                           guint64      timeout)
{
  gpointer item;

  NEXT (g_async_queue_timeout_pop)
  item = next (queue, timeout);
  acquire (queue);
  return item;
}

/* GThreadPool: a function before the one of the pool, which GTask has, too. */

typedef struct
{
  GFunc func;
  gpointer user_data;
} PoolFunc;

static void
run_in_pool (gpointer item,
             gpointer user_data)
{
  PoolFunc *pool_func = user_data;

  acquire (pool_func);
  pool_func->func (item, pool_func->user_data);
  release (pool_func);
}

/* The last thread of a pool can come after g_thread_pool_free(), so that this is never freed. */
static PoolFunc *
pool_func_new (GFunc    func,
               gpointer user_data)
{
  PoolFunc *pool_func = g_new (PoolFunc, 1);

  pool_func->func = func;
  pool_func->user_data = user_data;
  release (pool_func);
  return pool_func;
}

GThreadPool *
g_thread_pool_new (GFunc     func,
                   gpointer  user_data,
                   gint      max_threads,
                   gboolean  exclusive,
                   GError  **error)
{
  NEXT (g_thread_pool_new)
  return next (run_in_pool, pool_func_new (func, user_data), max_threads, exclusive, error);
}

GThreadPool *
g_thread_pool_new_full (GFunc            func,
                        gpointer         user_data,
                        GDestroyNotify   item_free_func,
                        gint             max_threads,
                        gboolean         exclusive,
                        GError         **error)
{
  NEXT (g_thread_pool_new_full)
  return next (run_in_pool, pool_func_new (func, user_data), item_free_func, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool  *pool,
                    gpointer      item,
                    GError      **error)
{
  NEXT (g_thread_pool_push)
  release (pool->user_data);
  return next (pool, item, error);
}

void
g_thread_pool_free (GThreadPool *pool,
                    gboolean     immediate,
                    gboolean     wait)
{
  gpointer pool_func = pool->user_data;

  NEXT (g_thread_pool_free)
  next (pool, immediate, wait);
  if (wait)
    acquire (pool_func);
}

/* GSource: what was done before it was attached, changed or destroyed is seen where its functions
 * run, and what they did is seen by whoever destroys it. */

static void
enter_source (GSource *source)
{
  acquire (source);
  acquire (source->context);
}

static void
leave_source (GSource *source)
{
  release (source);
  release (source->context);
}

typedef struct
{
  GSourceFuncs funcs;
  const GSourceFuncs *next;
} Funcs;

static gboolean
source_prepare (GSource *source,
                gint    *timeout)
{
  const GSourceFuncs *next = ((Funcs *) source->source_funcs)->next;
  gboolean ready;

  enter_source (source);
  ready = next->prepare (source, timeout);
  leave_source (source);
  return ready;
}

static gboolean
source_check (GSource *source)
{
  const GSourceFuncs *next = ((Funcs *) source->source_funcs)->next;
  gboolean ready;

  enter_source (source);
  ready = next->check (source);
  leave_source (source);
  return ready;
}

static gboolean
source_dispatch (GSource     *source,
                 GSourceFunc  callback,
                 gpointer     user_data)
{
  const GSourceFuncs *next = ((Funcs *) source->source_funcs)->next;
  gboolean keep;

  enter_source (source);
  keep = next->dispatch (source, callback, user_data);
  leave_source (source);
  return keep;
}

static void
source_finalize (GSource *source)
{
  const GSourceFuncs *next = ((Funcs *) source->source_funcs)->next;

  acquire (source);
  next->finalize (source);
}

GSource *
g_source_new (GSourceFuncs *funcs,
              guint         size)
{
  Funcs *wrapped = g_new0 (Funcs, 1); /* A source may outlive all that could free it. */

  NEXT (g_source_new)
  wrapped->funcs = *funcs;
  wrapped->next = funcs;
  wrapped->funcs.prepare = funcs->prepare != NULL ? source_prepare : NULL;
  wrapped->funcs.check = funcs->check != NULL ? source_check : NULL;
  wrapped->funcs.dispatch = source_dispatch;
  wrapped->funcs.finalize = funcs->finalize != NULL ? source_finalize : NULL;
  return next (&wrapped->funcs, size);
}

/* Sources of GLib's own are made within it, but their functions can be set. */
#define OF_GLIB(name)                                                             \
  static gboolean (*name##_next) (GSource *, GSourceFunc, gpointer);              \
                                                                                  \
  static gboolean                                                                 \
  name##_dispatch (GSource     *source,                                           \
                   GSourceFunc  callback,                                         \
                   gpointer     user_data)                                        \
  {                                                                               \
    gboolean keep;                                                                \
                                                                                  \
    enter_source (source);                                                        \
    keep = name##_next (source, callback, user_data);                             \
    leave_source (source);                                                        \
    return keep;                                                                  \
  }                                                                               \
                                                                                  \
  __attribute__ ((constructor)) static void                                       \
  name##_wrap (void)                                                              \
  {                                                                               \
    name##_next = name.dispatch;                                                  \
    name.dispatch = name##_dispatch;                                              \
  }

OF_GLIB (g_idle_funcs)
OF_GLIB (g_timeout_funcs)
OF_GLIB (g_unix_fd_source_funcs)
OF_GLIB (g_unix_signal_funcs)

guint
g_source_attach (GSource      *source,
                 GMainContext *context)
{
  NEXT (g_source_attach)
  release (source);
  return next (source, context);
}

void
g_source_destroy (GSource *source)
{
  NEXT (g_source_destroy)
  release (source);
  acquire (source);
  next (source);
}

void
g_source_set_ready_time (GSource *source,
                         gint64   ready_time)
{
  NEXT (g_source_set_ready_time)
  release (source);
  next (source, ready_time);
}

guint
g_idle_add_full (gint           priority,
                 GSourceFunc    func,
                 gpointer       user_data,
                 GDestroyNotify notify)
{
  NEXT (g_idle_add_full)
  release (g_main_context_default ());
  return next (priority, func, user_data, notify);
}

guint
g_idle_add (GSourceFunc func,
            gpointer    user_data)
{
  return g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, func, user_data, NULL);
}

/* GMainContext and GMainLoop */

void
g_main_context_invoke_full (GMainContext   *context,
                            gint            priority,
                            GSourceFunc     func,
                            gpointer        user_data,
                            GDestroyNotify  notify)
{
  NEXT (g_main_context_invoke_full)
  release (context_or_default (context));
  next (context, priority, func, user_data, notify);
}

void
g_main_context_invoke (GMainContext *context,
                       GSourceFunc   func,
                       gpointer      user_data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, func, user_data, NULL);
}

void
g_main_context_wakeup (GMainContext *context)
{
  NEXT (g_main_context_wakeup)
  release (context_or_default (context));
  next (context);
}

gboolean
g_main_context_iteration (GMainContext *context,
                          gboolean      may_block)
{
  gboolean dispatched;

  NEXT (g_main_context_iteration)
  context = context_or_default (context);
  acquire (context);
  dispatched = next (context, may_block);
  release (context);
  return dispatched;
}

gboolean
g_main_context_acquire (GMainContext *context)
{
  gboolean acquired;

  NEXT (g_main_context_acquire)
  acquired = next (context);
  if (acquired)
    acquire (context_or_default (context));
  return acquired;
}

void
g_main_context_release (GMainContext *context)
{
  NEXT (g_main_context_release)
  release (context_or_default (context));
  next (context);
}

void
g_main_loop_run (GMainLoop *loop)
{
  GMainContext *context = g_main_loop_get_context (loop);

  NEXT (g_main_loop_run)
  acquire (context);
  next (loop);
  acquire (loop);
  release (context);
}

void
g_main_loop_quit (GMainLoop *loop)
{
  NEXT (g_main_loop_quit)
  release (loop);
  next (loop);
}
