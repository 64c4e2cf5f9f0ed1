/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "stuck-address.h"

/* As in test-util.c, in seconds. */
#define DEADLINE 50

struct _StuckAddress
{
  GObject  parent_instance;

  GMutex   lock;
  GCond    changed;
  guint    n_tried;       /* (lock) */
  guint    n_cancelled;   /* (lock) */
  gboolean held;          /* (lock) */
};

#define STUCK_TYPE_ENUMERATOR (stuck_enumerator_get_type ())
G_DECLARE_FINAL_TYPE (StuckEnumerator, stuck_enumerator, STUCK, ENUMERATOR, GSocketAddressEnumerator)

struct _StuckEnumerator
{
  GSocketAddressEnumerator  parent_instance;
  StuckAddress             *address;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (StuckEnumerator, stuck_enumerator, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static GSocketAddress *
stuck_enumerator_next (GSocketAddressEnumerator  *enumerator,
                       GCancellable              *cancellable,
                       GError                   **error)
{
  StuckAddress *address = STUCK_ENUMERATOR (enumerator)->address;
  GPollFD polled;

  g_mutex_lock (&address->lock);
  address->n_tried++;
  g_cond_broadcast (&address->changed);
  g_mutex_unlock (&address->lock);

  g_assert_true (g_cancellable_make_pollfd (cancellable, &polled));
  g_assert_cmpint (g_poll (&polled, 1, DEADLINE * 1000), ==, 1);
  g_cancellable_release_fd (cancellable);

  g_mutex_lock (&address->lock);
  while (address->held)
    g_cond_wait (&address->changed, &address->lock);
  address->n_cancelled++;
  g_cond_broadcast (&address->changed);
  g_mutex_unlock (&address->lock);
  g_assert_true (g_cancellable_set_error_if_cancelled (cancellable, error));
  return NULL;
}

static void
stuck_enumerator_finalize (GObject *object)
{
  g_object_unref (STUCK_ENUMERATOR (object)->address);

  G_OBJECT_CLASS (stuck_enumerator_parent_class)->finalize (object);
}

static void
stuck_enumerator_class_init (StuckEnumeratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stuck_enumerator_finalize;
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass)->next = stuck_enumerator_next;
}

static void
stuck_enumerator_init (StuckEnumerator *self)
{
}

static GSocketAddressEnumerator *
stuck_address_enumerate (GSocketConnectable *connectable)
{
  StuckEnumerator *enumerator = g_object_new (STUCK_TYPE_ENUMERATOR, NULL);

  enumerator->address = g_object_ref (STUCK_ADDRESS (connectable));
  return G_SOCKET_ADDRESS_ENUMERATOR (enumerator);
}

static char *
stuck_address_to_string (GSocketConnectable *connectable)
{
  return g_strdup ("nowhere");
}

static void
stuck_address_connectable_init (GSocketConnectableIface *iface)
{
  iface->enumerate = stuck_address_enumerate;
  iface->to_string = stuck_address_to_string;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (StuckAddress, stuck_address, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE,
                                                      stuck_address_connectable_init))

static void
stuck_address_finalize (GObject *object)
{
  StuckAddress *self = STUCK_ADDRESS (object);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);

  G_OBJECT_CLASS (stuck_address_parent_class)->finalize (object);
}

static void
stuck_address_class_init (StuckAddressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = stuck_address_finalize;
}

static void
stuck_address_init (StuckAddress *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

StuckAddress *
stuck_address_new (void)
{
  return g_object_new (STUCK_TYPE_ADDRESS, NULL);
}

void
stuck_address_wait (StuckAddress *self,
                    guint         n_tried,
                    guint         n_cancelled)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->lock);
  while (self->n_tried < n_tried || self->n_cancelled < n_cancelled)
    g_assert_true (g_cond_wait_until (&self->changed, &self->lock, deadline));
  g_assert_cmpuint (self->n_tried, ==, n_tried);
  g_assert_cmpuint (self->n_cancelled, ==, n_cancelled);
  g_mutex_unlock (&self->lock);
}

void
stuck_address_hold (StuckAddress *self)
{
  g_mutex_lock (&self->lock);
  self->held = TRUE;
  g_mutex_unlock (&self->lock);
}

void
stuck_address_release (StuckAddress *self)
{
  g_mutex_lock (&self->lock);
  self->held = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}
