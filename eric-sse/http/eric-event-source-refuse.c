/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source-private.h"

/* Answers that are no stream. Their bodies most often say why, so they are read; but
 * they may be anything: there is a bound on how much is kept, and on how long it may
 * take. */

static gboolean
late_cb (gpointer user_data)
{
  _eric_event_source_refused (user_data);
  return G_SOURCE_REMOVE;
}

/* Takes over @error, the reason for which the connection is lost once the body of the
 * answer is read. */
void
_eric_event_source_refuse (EricEventSource *self,
                           GError          *error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  gint64 duration = ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT * G_TIME_SPAN_MILLISECOND;

  priv->refusal = error;
  priv->refusal_body = g_byte_array_new ();
  priv->refusal_timer = eric_source_clock_timer_new (priv->clock, duration);
  g_source_set_static_name (priv->refusal_timer, "EricEventSource error body");
  g_source_set_callback (priv->refusal_timer, late_cb, self, NULL);
  g_source_attach (priv->refusal_timer, priv->context);
}

/* FALSE when it is enough. */
gboolean
_eric_event_source_refuse_more (EricEventSource *self,
                                const char      *data,
                                gsize            length)
{
  GByteArray *body = _eric_event_source_get_private (self)->refusal_body;
  gsize room = ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE - body->len;

  g_byte_array_append (body, (const guint8 *) data, MIN (length, room));
  return body->len < ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE;
}

/* (transfer full) (nullable): why the answer is refused, where it is: it is read no
 * further. */
GError *
_eric_event_source_end_refusal (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (GError) error = g_steal_pointer (&priv->refusal);
  g_autoptr (GByteArray) body = g_steal_pointer (&priv->refusal_body);

  if (error == NULL)
    return NULL;
  _eric_event_source_drop_refusal (self);
  g_clear_pointer (&priv->error_body, g_bytes_unref);
  if (body->len > 0)
    priv->error_body = g_byte_array_free_to_bytes (g_steal_pointer (&body));
  return g_steal_pointer (&error);
}

void
_eric_event_source_drop_refusal (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (priv->refusal_timer != NULL)
    g_source_destroy (priv->refusal_timer);
  g_clear_pointer (&priv->refusal_timer, g_source_unref);
  g_clear_pointer (&priv->refusal_body, g_byte_array_unref);
  g_clear_error (&priv->refusal);
}

/**
 * eric_event_source_get_error_body: (get-property error-body)
 * @self: an event source
 *
 * Gets what the server said instead of a stream: see [property@EventSource:error-body].
 *
 * Returns: (transfer none) (nullable): the bytes, or %NULL where it said nothing
 *
 * Since: 0.1
 */
GBytes *
eric_event_source_get_error_body (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return _eric_event_source_get_private (self)->error_body;
}
