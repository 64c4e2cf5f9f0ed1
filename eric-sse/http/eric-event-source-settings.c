/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source-private.h"

/* The settings of an event source. */

/**
 * eric_event_source_get_session: (get-property session)
 * @self: an event source
 *
 * Gets the session that connects.
 *
 * Returns: (transfer none) (nullable): the session, or %NULL where there is none yet
 *
 * Since: 0.1
 */
SoupSession *
eric_event_source_get_session (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return _eric_event_source_get_private (self)->session;
}

/**
 * eric_event_source_set_session: (set-property session)
 * @self: an event source
 * @session: (nullable): the session, or %NULL to have one made
 *
 * Sets the session that connects.
 *
 * Since: 0.1
 */
void
eric_event_source_set_session (EricEventSource *self,
                               SoupSession     *session)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (session == NULL || SOUP_IS_SESSION (session));

  if (g_set_object (&priv->session, session))
    g_object_notify (G_OBJECT (self), "session");
}

/**
 * eric_event_source_get_policy: (get-property policy)
 * @self: an event source
 *
 * Gets when the source connects again.
 *
 * Returns: the policy
 *
 * Since: 0.1
 */
EricReconnectPolicy
eric_event_source_get_policy (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), ERIC_RECONNECT_POLICY_RESILIENT);

  return _eric_event_source_get_private (self)->policy;
}

/**
 * eric_event_source_set_policy: (set-property policy)
 * @self: an event source
 * @policy: the policy
 *
 * Sets when the source connects again.
 *
 * Since: 0.1
 */
void
eric_event_source_set_policy (EricEventSource     *self,
                              EricReconnectPolicy  policy)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->policy == policy)
    return;
  priv->policy = policy;
  g_object_notify (G_OBJECT (self), "policy");
}

/**
 * eric_event_source_get_idempotent: (get-property idempotent)
 * @self: an event source
 *
 * Tells whether the request may be sent again whatever its method.
 *
 * Returns: %TRUE if it may
 *
 * Since: 0.1
 */
gboolean
eric_event_source_get_idempotent (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), FALSE);

  return _eric_event_source_get_private (self)->idempotent;
}

/**
 * eric_event_source_set_idempotent: (set-property idempotent)
 * @self: an event source
 * @idempotent: whether it may
 *
 * Sets whether the request may be sent again whatever its method.
 *
 * Since: 0.1
 */
void
eric_event_source_set_idempotent (EricEventSource *self,
                                  gboolean         idempotent)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  idempotent = !!idempotent;
  if (priv->idempotent == idempotent)
    return;
  priv->idempotent = idempotent;
  g_object_notify (G_OBJECT (self), "idempotent");
}

/**
 * eric_event_source_get_retry_delay: (get-property retry-delay)
 * @self: an event source
 *
 * Gets how long the source waits before it connects again.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_event_source_get_retry_delay (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), 0);

  return _eric_event_source_get_private (self)->retry_delay;
}

/**
 * eric_event_source_set_retry_delay: (set-property retry-delay)
 * @self: an event source
 * @retry_delay: the time in milliseconds
 *
 * Sets how long the source waits before it connects again.
 *
 * Since: 0.1
 */
void
eric_event_source_set_retry_delay (EricEventSource *self,
                                   guint            retry_delay)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->retry_delay == retry_delay)
    return;
  priv->retry_delay = retry_delay;
  g_object_notify (G_OBJECT (self), "retry-delay");
}

/**
 * eric_event_source_get_max_retry_delay: (get-property max-retry-delay)
 * @self: an event source
 *
 * Gets what the bound of the waiting time grows to.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_event_source_get_max_retry_delay (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), 0);

  return _eric_event_source_get_private (self)->max_retry_delay;
}

/**
 * eric_event_source_set_max_retry_delay: (set-property max-retry-delay)
 * @self: an event source
 * @max_retry_delay: the time in milliseconds
 *
 * Sets what the bound of the waiting time grows to.
 *
 * Since: 0.1
 */
void
eric_event_source_set_max_retry_delay (EricEventSource *self,
                                       guint            max_retry_delay)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->max_retry_delay == max_retry_delay)
    return;
  priv->max_retry_delay = max_retry_delay;
  g_object_notify (G_OBJECT (self), "max-retry-delay");
}

/**
 * eric_event_source_get_inactivity_timeout: (get-property inactivity-timeout)
 * @self: an event source
 *
 * Gets after which silence the connection is given up.
 *
 * Returns: the time in milliseconds, 0 for never, -1 if it is learnt
 *
 * Since: 0.1
 */
int
eric_event_source_get_inactivity_timeout (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), 0);

  return _eric_event_source_get_private (self)->inactivity_timeout;
}

/**
 * eric_event_source_set_inactivity_timeout: (set-property inactivity-timeout)
 * @self: an event source
 * @inactivity_timeout: the time in milliseconds, 0 for never, -1 to learn it
 *
 * Sets after which silence the connection is given up.
 *
 * Since: 0.1
 */
void
eric_event_source_set_inactivity_timeout (EricEventSource *self,
                                          int              inactivity_timeout)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (inactivity_timeout >= -1);

  if (priv->inactivity_timeout == inactivity_timeout)
    return;
  priv->inactivity_timeout = inactivity_timeout;
  eric_source_watchdog_set_timeout (&priv->watchdog, inactivity_timeout);
  g_object_notify (G_OBJECT (self), "inactivity-timeout");
}

/**
 * eric_event_source_get_finite: (get-property finite)
 * @self: an event source
 *
 * Tells whether the stream has an end.
 *
 * Returns: %TRUE if it has
 *
 * Since: 0.1
 */
gboolean
eric_event_source_get_finite (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), FALSE);

  return _eric_event_source_get_private (self)->finite;
}

/**
 * eric_event_source_set_finite: (set-property finite)
 * @self: an event source
 * @finite: whether it has
 *
 * Sets whether the stream has an end.
 *
 * Since: 0.1
 */
void
eric_event_source_set_finite (EricEventSource *self,
                              gboolean         finite)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  finite = !!finite;
  if (priv->finite == finite)
    return;
  priv->finite = finite;
  g_object_notify (G_OBJECT (self), "finite");
}

/**
 * eric_event_source_get_end_marker: (get-property end-marker)
 * @self: an event source
 *
 * Gets the data that ends the stream.
 *
 * Returns: (transfer none) (nullable): the data, or %NULL
 *
 * Since: 0.1
 */
const char *
eric_event_source_get_end_marker (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return _eric_event_source_get_private (self)->end_marker;
}

/**
 * eric_event_source_set_end_marker: (set-property end-marker)
 * @self: an event source
 * @end_marker: (nullable): the data, or %NULL
 *
 * Sets the data that ends the stream.
 *
 * Since: 0.1
 */
void
eric_event_source_set_end_marker (EricEventSource *self,
                                  const char      *end_marker)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (g_strcmp0 (priv->end_marker, end_marker) == 0)
    return;
  g_free (priv->end_marker);
  priv->end_marker = g_strdup (end_marker);
  g_object_notify (G_OBJECT (self), "end-marker");
}

/**
 * eric_event_source_get_max_pending: (get-property max-pending)
 * @self: an event source
 *
 * Gets how many messages wait before the server has to.
 *
 * Returns: the number of messages
 *
 * Since: 0.1
 */
guint
eric_event_source_get_max_pending (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), 0);

  return _eric_event_source_get_private (self)->max_pending;
}

/**
 * eric_event_source_set_max_pending: (set-property max-pending)
 * @self: an event source
 * @max_pending: the number of messages, at least 1
 *
 * Sets how many messages wait before the server has to.
 *
 * Since: 0.1
 */
void
eric_event_source_set_max_pending (EricEventSource *self,
                                   guint            max_pending)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (max_pending > 0);

  if (priv->max_pending == max_pending)
    return;
  priv->max_pending = max_pending;
  g_object_notify (G_OBJECT (self), "max-pending");
}

/**
 * eric_event_source_get_max_event_size: (get-property max-event-size)
 * @self: an event source
 *
 * Gets how long the data of an event may be.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
eric_event_source_get_max_event_size (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), 0);

  return _eric_event_source_get_private (self)->reader->max_event_size;
}

/**
 * eric_event_source_set_max_event_size: (set-property max-event-size)
 * @self: an event source
 * @max_event_size: the length in bytes
 *
 * Sets how long the data of an event may be.
 *
 * Since: 0.1
 */
void
eric_event_source_set_max_event_size (EricEventSource *self,
                                      gsize            max_event_size)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->reader->max_event_size == max_event_size)
    return;
  _eric_event_source_limit_reader (self, max_event_size);
  g_object_notify (G_OBJECT (self), "max-event-size");
}

/**
 * eric_event_source_set_end_func:
 * @self: an event source
 * @func: (nullable) (scope notified): the function, or %NULL for none
 * @user_data: data for @func
 * @destroy: (nullable): called with @user_data when the source needs it no more
 *
 * Has a function look at each message, once it is delivered: the first one for
 * which it gives %TRUE ends the stream, without an error. It may set another one,
 * which looks at the next message.
 *
 * Since: 0.1
 */
void
eric_event_source_set_end_func (EricEventSource *self,
                                EricEndFunc      func,
                                gpointer         user_data,
                                GDestroyNotify   destroy)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricFunction) before = NULL;

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  before = g_steal_pointer (&priv->end_function);
  priv->end_function = eric_function_new (G_CALLBACK (func), user_data, destroy);
}

/**
 * eric_event_source_set_header:
 * @self: an event source
 * @name: the name of a header
 * @value: (nullable): its value, or %NULL to leave it out
 *
 * Sets a header of the requests, from the next connection on: `Authorization`,
 * for instance. It is not sent on where the server redirects to another origin, unless
 * it is one of those known to be no keys: `Accept` and the headers that begin so,
 * `Cache-Control`, those of the body, `Last-Event-ID`, `Pragma` and `User-Agent`.
 *
 * For a token that has to be fresh, see [signal@EventSource::before-connect].
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT where @name is no name of a header, or
 * @value contains a line break.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_event_source_set_header (EricEventSource  *self,
                              const char       *name,
                              const char       *value,
                              GError          **error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (!eric_source_request_check_header (name, value, error))
    return FALSE;
  if (priv->request == NULL)
    return TRUE;
  if (value != NULL)
    soup_message_headers_replace (priv->request->headers, name, value);
  else
    soup_message_headers_remove (priv->request->headers, name);
  return TRUE;
}
