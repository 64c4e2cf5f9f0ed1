/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <gio/gio.h>

#include "eric-context-bridge.h"

/**
 * EricContextBridge:
 *
 * A main context as one file descriptor, for an event loop that is not GLib's.
 *
 * GLib calls back from a [struct@GLib.MainContext], which usually a
 * [struct@GLib.MainLoop] iterates. Where another loop has the thread, such as
 * that of libuv, of Qt or of Python's asyncio, a bridge lets it do so:
 *
 * 1. Whenever the loop is about to wait, it calls [method@ContextBridge.prepare],
 *    and waits no longer than that says.
 * 2. It waits for the descriptor of [method@ContextBridge.get_fd] to become
 *    readable, beside all that it waits for anyway.
 * 3. When that is so, or the time is over, it calls [method@ContextBridge.dispatch].
 *
 * ```c
 * g_autoptr (EricContextBridge) bridge = eric_context_bridge_new (NULL, NULL);
 * GPollFD wait_for = { eric_context_bridge_get_fd (bridge), G_IO_IN, 0 };
 *
 * while (TRUE)
 *   {
 *     int timeout = eric_context_bridge_prepare (bridge);
 *
 *     g_poll (&wait_for, 1, timeout);
 *     eric_context_bridge_dispatch (bridge);
 *   }
 * ```
 *
 * A source that is attached in the thread of the bridge does not wake the loop:
 * that is why it has to prepare each time it waits. What happens in other threads
 * wakes it.
 *
 * A bridge owns its context until it is closed: no other thread can iterate it
 * meanwhile. The thread itself can, as in a nested main loop.
 *
 * All of it is used in the thread that made it.
 *
 * Since: 0.1
 */
struct _EricContextBridge
{
  GObject       parent_instance;

  GMainContext *context;     /* (owned) */
  GThread      *thread;      /* who made it, and owns the context */
  int           fd;          /* epoll set that holds the other one, and so never changes */
  int           inner_fd;    /* epoll set of what the context waits for */
  GPollFD      *fds;         /* (owned): what the context waits for */
  int           n_fds;
  int           n_allocated;
  int           priority;    /* the highest among what is ready */
  gboolean      prepared;
  gboolean      closed;
  GError       *error;       /* (owned) (nullable): why it was closed from the first */
};

G_DEFINE_FINAL_TYPE (EricContextBridge, eric_context_bridge, G_TYPE_OBJECT)

#define INITIAL_N_FDS 16

enum
{
  PROP_0,
  PROP_CONTEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* A context can be let go of by its owner alone. */
static void
let_go (EricContextBridge *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  if (self->inner_fd >= 0)
    close (self->inner_fd);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = self->inner_fd = -1;
  if (self->context != NULL && self->thread == g_thread_self ())
    g_main_context_release (self->context);
}

static void
eric_context_bridge_finalize (GObject *object)
{
  EricContextBridge *self = ERIC_CONTEXT_BRIDGE (object);

  let_go (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->fds, g_free);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (eric_context_bridge_parent_class)->finalize (object);
}

/* Makes the inner set, and puts it into the outer one. */
static gboolean
renew_inner_set (EricContextBridge *self)
{
  struct epoll_event event = { .events = EPOLLIN };

  if (self->inner_fd >= 0)
    close (self->inner_fd);
  self->inner_fd = epoll_create1 (EPOLL_CLOEXEC);
  return self->inner_fd >= 0 && epoll_ctl (self->fd, EPOLL_CTL_ADD, self->inner_fd, &event) == 0;
}

/* What cannot be had closes it. */
static void
eric_context_bridge_constructed (GObject *object)
{
  EricContextBridge *self = ERIC_CONTEXT_BRIDGE (object);
  int errsv;

  G_OBJECT_CLASS (eric_context_bridge_parent_class)->constructed (object);

  if (self->context == NULL)
    self->context = g_main_context_ref_thread_default ();
  if (!g_main_context_acquire (self->context))
    {
      self->closed = TRUE;
      self->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY,
                                         "The main context is iterated in another thread");
      return;
    }
  self->fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->fd >= 0 && renew_inner_set (self))
    return;
  errsv = errno;
  let_go (self);
  self->error = g_error_new (G_IO_ERROR, g_io_error_from_errno (errsv),
                             "The main context gets no descriptor: %s", g_strerror (errsv));
}

static void
eric_context_bridge_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  EricContextBridge *self = ERIC_CONTEXT_BRIDGE (object);

  switch (prop_id)
    {
    case PROP_CONTEXT:
      self->context = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_context_bridge_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  EricContextBridge *self = ERIC_CONTEXT_BRIDGE (object);

  switch (prop_id)
    {
    case PROP_CONTEXT:
      g_value_set_boxed (value, self->context);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_context_bridge_class_init (EricContextBridgeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_context_bridge_constructed;
  object_class->finalize = eric_context_bridge_finalize;
  object_class->set_property = eric_context_bridge_set_property;
  object_class->get_property = eric_context_bridge_get_property;

  /**
   * EricContextBridge:context: (getter get_context)
   *
   * The main context; where none is given, the thread-default one of the thread that
   * makes the bridge. A bridge that is made without [ctor@ContextBridge.new] is closed
   * from the first where that would fail.
   *
   * Since: 0.1
   */
  properties[PROP_CONTEXT] =
    g_param_spec_boxed ("context", NULL, NULL, G_TYPE_MAIN_CONTEXT,
                        (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_context_bridge_init (EricContextBridge *self)
{
  self->fd = -1;
  self->inner_fd = -1;
  self->thread = g_thread_self ();
  self->n_allocated = INITIAL_N_FDS;
  self->fds = g_new (GPollFD, self->n_allocated);
}

/**
 * eric_context_bridge_new:
 * @context: (nullable): a main context; %NULL for the thread-default one of the
 *   calling thread
 * @error: return location for an error, or %NULL
 *
 * Makes a bridge to a main context, which the calling thread owns from now on.
 *
 * Fails with %G_IO_ERROR_BUSY where another thread owns @context: then it is
 * iterated there, and no bridge is needed. Fails with another error of that domain
 * where the system has no descriptor left.
 *
 * Returns: (transfer full): the bridge
 *
 * Since: 0.1
 */
EricContextBridge *
eric_context_bridge_new (GMainContext  *context,
                         GError       **error)
{
  g_autoptr (EricContextBridge) self = g_object_new (ERIC_TYPE_CONTEXT_BRIDGE, "context", context, NULL);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * eric_context_bridge_get_context: (get-property context)
 * @self: a bridge
 *
 * Gets the main context.
 *
 * Returns: (transfer none): the main context
 *
 * Since: 0.1
 */
GMainContext *
eric_context_bridge_get_context (EricContextBridge *self)
{
  g_return_val_if_fail (ERIC_IS_CONTEXT_BRIDGE (self), NULL);

  return self->context;
}

/**
 * eric_context_bridge_get_fd:
 * @self: a bridge
 *
 * Gets the descriptor that becomes readable when [method@ContextBridge.dispatch]
 * has something to do. It is the same as long as the bridge is not closed; nothing
 * is to be read from it.
 *
 * Returns: the descriptor, -1 where the bridge is closed
 *
 * Since: 0.1
 */
int
eric_context_bridge_get_fd (EricContextBridge *self)
{
  g_return_val_if_fail (ERIC_IS_CONTEXT_BRIDGE (self), -1);

  return self->fd;
}

static guint32
to_epoll (gushort events)
{
  return ((events & G_IO_IN ? EPOLLIN : 0) | (events & G_IO_OUT ? EPOLLOUT : 0) |
          (events & G_IO_PRI ? EPOLLPRI : 0));
}

/* Puts a descriptor into the set as it is wanted now. What the set holds of a number may
 * be of a file that was closed since. FALSE where it is always ready, as a plain file. */
static gboolean
watch (EricContextBridge *self,
       int                fd,
       gushort            events)
{
  struct epoll_event event = { .events = to_epoll (events), .data = { .fd = fd } };

  if (epoll_ctl (self->inner_fd, EPOLL_CTL_MOD, fd, &event) == 0)
    return TRUE;
  return errno == ENOENT && epoll_ctl (self->inner_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Brings the set from what the context waited for to what it waits for. FALSE where
 * something is ready that the set cannot tell of. The context has descriptors in the
 * order of their numbers; were it otherwise, some would be taken out and put in again. */
static gboolean
mirror (EricContextBridge *self,
        const GPollFD     *former,
        int                n_former)
{
  gboolean whole = TRUE;

  for (int i = 0, j = 0; i < n_former; i++)
    {
      while (j < self->n_fds && self->fds[j].fd < former[i].fd)
        j++;
      if (j == self->n_fds || self->fds[j].fd != former[i].fd)
        epoll_ctl (self->inner_fd, EPOLL_CTL_DEL, former[i].fd, NULL);
    }
  for (int i = 0; i < self->n_fds; i++)
    {
      gushort events = self->fds[i].events;

      while (i + 1 < self->n_fds && self->fds[i + 1].fd == self->fds[i].fd)
        events |= self->fds[++i].events;
      whole &= watch (self, self->fds[i].fd, events);
    }
  return whole;
}

/**
 * eric_context_bridge_prepare:
 * @self: a bridge
 *
 * Tells what the main context waits for. To be called each time before the loop
 * waits.
 *
 * Returns: how long the loop may wait at the most, in milliseconds: 0 where there is
 *   something to do already, -1 where only the descriptor tells
 *
 * Since: 0.1
 */
int
eric_context_bridge_prepare (EricContextBridge *self)
{
  g_autofree GPollFD *former = NULL;
  int n_former, n_fds, timeout;
  gboolean ready;

  g_return_val_if_fail (ERIC_IS_CONTEXT_BRIDGE (self), -1);
  g_return_val_if_fail (self->thread == g_thread_self (), -1);

  if (self->closed)
    return -1;

  n_former = self->n_fds;
  former = g_memdup2 (self->fds, n_former * sizeof (GPollFD));
  ready = g_main_context_prepare (self->context, &self->priority);
  while ((n_fds = g_main_context_query (self->context, self->priority, &timeout,
                                        self->fds, self->n_allocated)) > self->n_allocated)
    {
      self->n_allocated = n_fds;
      self->fds = g_renew (GPollFD, self->fds, n_fds);
    }
  self->n_fds = n_fds;
  self->prepared = TRUE;

  if (!mirror (self, former, n_former) || ready)
    return 0;
  return timeout;
}

/* Whether the set calls something ready that the context does not know of: a descriptor
 * that was closed while a copy of it is still open cannot be taken out of the set. */
static gboolean
is_stale (EricContextBridge *self)
{
  struct epoll_event event;

  return epoll_wait (self->inner_fd, &event, 1, 0) > 0;
}

/**
 * eric_context_bridge_dispatch:
 * @self: a bridge
 *
 * Calls what is ready in the main context: one turn of it, as
 * [method@GLib.MainContext.iteration] does without waiting. Does nothing where
 * [method@ContextBridge.prepare] was not called since the last time.
 *
 * Returns: %TRUE if something was called
 *
 * Since: 0.1
 */
gboolean
eric_context_bridge_dispatch (EricContextBridge *self)
{
  g_autoptr (EricContextBridge) alive = NULL;
  int n_ready;

  g_return_val_if_fail (ERIC_IS_CONTEXT_BRIDGE (self), FALSE);
  g_return_val_if_fail (self->thread == g_thread_self (), FALSE);

  if (self->closed || !self->prepared)
    return FALSE;

  self->prepared = FALSE;
  n_ready = g_poll (self->fds, self->n_fds, 0);
  if (g_main_context_check (self->context, self->priority, self->fds, self->n_fds))
    {
      alive = g_object_ref (self);
      g_main_context_dispatch (self->context);
      return TRUE;
    }
  if (n_ready == 0 && is_stale (self))
    {
      self->n_fds = 0;
      renew_inner_set (self);
    }
  return FALSE;
}

/**
 * eric_context_bridge_close:
 * @self: a bridge
 *
 * Lets go of the main context, which another thread can iterate from now on. Does
 * nothing the second time. Dropping the last reference does the same in the thread
 * that made it; in another one, the main context stays with that thread.
 *
 * The loop must not wait for the descriptor any more: it is closed.
 *
 * Since: 0.1
 */
void
eric_context_bridge_close (EricContextBridge *self)
{
  g_return_if_fail (ERIC_IS_CONTEXT_BRIDGE (self));
  g_return_if_fail (self->thread == g_thread_self ());

  let_go (self);
}
