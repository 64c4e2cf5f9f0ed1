/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "pool-util.h"

/* Generous: nothing waits that long but a test that fails. */
#define DEADLINE (50 * G_TIME_SPAN_SECOND)

PoolGate *
pool_gate_new (void)
{
  PoolGate *gate = g_new0 (PoolGate, 1);

  g_mutex_init (&gate->lock);
  g_cond_init (&gate->changed);
  gate->order = g_array_new (FALSE, FALSE, sizeof (gint64));
  return gate;
}

void
pool_gate_free (PoolGate *gate)
{
  g_array_unref (gate->order);
  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->changed);
  g_free (gate);
}

void
pool_gate_open (PoolGate *gate,
                guint     permits)
{
  g_mutex_lock (&gate->lock);
  gate->permits = permits == G_MAXUINT ? permits : gate->permits + permits;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

static void
wait_until_locked (PoolGate *gate,
                   guint    *counter,
                   guint     n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (*counter < n)
    if (!g_cond_wait_until (&gate->changed, &gate->lock, deadline))
      g_error ("%u tasks were waited for, and %u came", n, *counter);
}

void
pool_gate_wait_entered (PoolGate *gate,
                        guint     n)
{
  g_mutex_lock (&gate->lock);
  wait_until_locked (gate, &gate->entered, n);
  g_mutex_unlock (&gate->lock);
}

gboolean
pool_gate_has_entered (PoolGate *gate,
                       guint     n)
{
  gboolean entered;

  g_mutex_lock (&gate->lock);
  entered = gate->entered >= n;
  g_mutex_unlock (&gate->lock);
  return entered;
}

void
pool_gate_wait_left (PoolGate *gate,
                     guint     n)
{
  g_mutex_lock (&gate->lock);
  wait_until_locked (gate, &gate->left, n);
  g_mutex_unlock (&gate->lock);
}

void
pool_gate_forget_most (PoolGate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->most = 0;
  g_mutex_unlock (&gate->lock);
}

gint64
pool_gate_get (PoolGate *gate,
               guint     n)
{
  gint64 number;

  g_mutex_lock (&gate->lock);
  g_assert_cmpuint (n, <, gate->order->len);
  number = g_array_index (gate->order, gint64, n);
  g_mutex_unlock (&gate->lock);
  return number;
}

EricMessage *
pool_gate_pass (EricMessage   *message,
                GCancellable  *cancellable,
                gpointer       user_data,
                GError       **error)
{
  const char *event_type = eric_message_get_event_type (message);
  gint64 number = pool_get_number (message);
  PoolGate *gate = user_data;

  g_mutex_lock (&gate->lock);
  g_array_append_val (gate->order, number);
  gate->entered++;
  gate->most = MAX (gate->most, gate->entered - gate->left);
  g_cond_broadcast (&gate->changed);
  wait_until_locked (gate, &gate->permits, 1);
  if (gate->permits != G_MAXUINT)
    gate->permits--;
  gate->left++;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (g_str_equal (event_type, "answer"))
    return pool_new_message (event_type, -number);
  if (!g_str_equal (event_type, "fail"))
    return g_object_ref (message);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "No luck with %d", (int) number);
  return NULL;
}

EricMessage *
pool_new_message (const char *event_type,
                  gint64      number)
{
  return eric_message_new (event_type, g_variant_new_int64 (number), NULL);
}

gint64
pool_get_number (EricMessage *message)
{
  return g_variant_get_int64 (eric_message_get_payload (message));
}

void
pool_push (EricListener *listener,
           const char   *event_type,
           gint64        number)
{
  g_autoptr (EricMessage) message = pool_new_message (event_type, number);
  g_autoptr (GError) error = NULL;

  eric_listener_push (listener, message, &error);
  g_assert_no_error (error);
}

void
pool_push_end (EricListener *listener)
{
  g_autoptr (EricMessage) message = eric_message_new (ERIC_MESSAGE_TYPE_CLOSED, NULL, NULL);

  eric_listener_push (listener, message, NULL);
}

void
pool_wait (EricListener *listener)
{
  g_autoptr (GError) error = NULL;

  eric_thread_pool_listener_wait (ERIC_THREAD_POOL_LISTENER (listener), NULL, &error);
  g_assert_no_error (error);
}

void
pool_drain (EricListener *listener)
{
  pool_push_end (listener);
  pool_wait (listener);
}

void
pool_tell_gone (gpointer  queue,
                GObject  *where_the_object_was)
{
  g_async_queue_push (queue, queue);
}
