/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-server-private.h"

/* What applications set. */

/**
 * eric_sse_server_get_keepalive: (get-property keepalive)
 * @self: a server
 *
 * Gets after how much silence a comment is sent.
 *
 * Returns: the time in milliseconds, 0 for never
 *
 * Since: 0.1
 */
guint
eric_sse_server_get_keepalive (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->keepalive;
}

/**
 * eric_sse_server_set_keepalive: (set-property keepalive)
 * @self: a server
 * @keepalive: the time in milliseconds, 0 for never
 *
 * Sets after how much silence a comment is sent, so that neither proxies nor
 * clients take the connection for dead. Holds for all subscribers at once.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_keepalive (EricSseServer *self,
                               guint          keepalive)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (keepalive <= G_MAXINT);

  if (self->keepalive == keepalive)
    return;
  self->keepalive = keepalive;
  eric_hub_set_keepalive (self->hub, keepalive);
  g_object_notify (G_OBJECT (self), "keepalive");
}

/**
 * eric_sse_server_get_stall_timeout: (get-property stall-timeout)
 * @self: a server
 *
 * Gets how long a subscriber may take nothing.
 *
 * Returns: the time in milliseconds, 0 for no limit
 *
 * Since: 0.1
 */
guint
eric_sse_server_get_stall_timeout (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->stall_timeout;
}

/**
 * eric_sse_server_set_stall_timeout: (set-property stall-timeout)
 * @self: a server
 * @stall_timeout: the time in milliseconds, 0 for no limit
 *
 * Sets how long a subscriber may take nothing of what waits for it before it is
 * disconnected.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_stall_timeout (EricSseServer *self,
                                   guint          stall_timeout)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (stall_timeout <= G_MAXINT);

  if (self->stall_timeout == stall_timeout)
    return;
  self->stall_timeout = stall_timeout;
  eric_hub_set_stall_timeout (self->hub, stall_timeout);
  g_object_notify (G_OBJECT (self), "stall-timeout");
}

/**
 * eric_sse_server_get_max_subscribers: (get-property max-subscribers)
 * @self: a server
 *
 * Gets how many subscribers there may be.
 *
 * Returns: the number of subscribers, 0 for no limit
 *
 * Since: 0.1
 */
guint
eric_sse_server_get_max_subscribers (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->max_subscribers;
}

/**
 * eric_sse_server_set_max_subscribers: (set-property max-subscribers)
 * @self: a server
 * @max_subscribers: the number of subscribers, 0 for no limit
 *
 * Sets how many subscribers there may be at once. Those that are there stay.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_max_subscribers (EricSseServer *self,
                                     guint          max_subscribers)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (self->max_subscribers == max_subscribers)
    return;
  self->max_subscribers = max_subscribers;
  g_object_notify (G_OBJECT (self), "max-subscribers");
}

/**
 * eric_sse_server_get_max_body: (get-property max-body)
 * @self: a server
 *
 * Gets how long the body of a request may be.
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
eric_sse_server_get_max_body (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->max_body;
}

/**
 * eric_sse_server_set_max_body: (set-property max-body)
 * @self: a server
 * @max_body: the length in bytes
 *
 * Sets how long the body of a request may be.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_max_body (EricSseServer *self,
                              gsize          max_body)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (self->max_body == max_body)
    return;
  self->max_body = max_body;
  eric_frame_budget_set_max_message (self->budget, max_body);
  _eric_sse_server_adopt_all (self);
  g_object_notify (G_OBJECT (self), "max-body");
}

/**
 * eric_sse_server_get_max_memory: (get-property max-memory)
 * @self: a server
 *
 * Gets how much memory the messages may take that all channels keep together.
 *
 * Returns: the number of bytes
 *
 * Since: 0.1
 */
guint64
eric_sse_server_get_max_memory (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->max_memory;
}

/**
 * eric_sse_server_set_max_memory: (set-property max-memory)
 * @self: a server
 * @max_memory: the number of bytes
 *
 * Sets how much memory the messages may take that all channels keep together. What is
 * too much now goes with the next message.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_max_memory (EricSseServer *self,
                                guint64        max_memory)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (self->max_memory == max_memory)
    return;
  self->max_memory = max_memory;
  eric_frame_budget_set_max (self->budget, max_memory);
  g_object_notify (G_OBJECT (self), "max-memory");
}

/**
 * eric_sse_server_get_slow_consumer: (get-property slow-consumer)
 * @self: a server
 *
 * Gets what happens to a subscriber that lags behind too far.
 *
 * Returns: the policy
 *
 * Since: 0.1
 */
EricSlowConsumer
eric_sse_server_get_slow_consumer (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return self->slow_consumer;
}

/**
 * eric_sse_server_set_slow_consumer: (set-property slow-consumer)
 * @self: a server
 * @slow_consumer: the policy
 *
 * Sets what happens to a subscriber that lags behind too far.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_slow_consumer (EricSseServer    *self,
                                   EricSlowConsumer  slow_consumer)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (self->slow_consumer == slow_consumer)
    return;
  self->slow_consumer = slow_consumer;
  eric_hub_set_slow_consumer (self->hub, slow_consumer);
  g_object_notify (G_OBJECT (self), "slow-consumer");
}

/**
 * eric_sse_server_get_allow_publish: (get-property allow-publish)
 * @self: a server
 *
 * Tells whether clients may publish by POST on a mounted path.
 *
 * Returns: %TRUE if they may
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_get_allow_publish (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);

  return self->allow_publish;
}

/**
 * eric_sse_server_set_allow_publish: (set-property allow-publish)
 * @self: a server
 * @allow_publish: %TRUE if they may
 *
 * Sets whether clients may publish by POST on a mounted path.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_allow_publish (EricSseServer *self,
                                   gboolean       allow_publish)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (!self->allow_publish == !allow_publish)
    return;
  self->allow_publish = !!allow_publish;
  g_object_notify (G_OBJECT (self), "allow-publish");
}

/**
 * eric_sse_server_get_allowed_origins: (get-property allowed-origins)
 * @self: a server
 *
 * Gets from which origins pages may read and publish.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the origins, or
 *   %NULL for none but the server itself
 *
 * Since: 0.1
 */
const char * const *
eric_sse_server_get_allowed_origins (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  return (const char * const *) self->allowed_origins;
}

/**
 * eric_sse_server_set_allowed_origins: (set-property allowed-origins)
 * @self: a server
 * @allowed_origins: (nullable) (array zero-terminated=1): origins such as
 *   `https://example.org`, or `*` for all; %NULL for none but the server itself
 *
 * Sets from which origins pages may read and publish: the WHATWG Fetch standard,
 * section 3.2. A page of another origin that publishes is answered 403. Where the
 * head of a request is too long, so that its origin is not read, and there is more than one
 * that is allowed, every page may read that.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_allowed_origins (EricSseServer      *self,
                                     const char * const *allowed_origins)
{
  g_auto (GStrv) old = NULL;

  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  old = g_steal_pointer (&self->allowed_origins);
  self->allowed_origins = g_strdupv ((char **) allowed_origins);
  g_object_notify (G_OBJECT (self), "allowed-origins");
}

/**
 * eric_sse_server_get_trust_forwarded: (get-property trust-forwarded)
 * @self: a server
 *
 * Tells whether a proxy says which address a page has asked.
 *
 * Returns: %TRUE if it does
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_get_trust_forwarded (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);

  return self->trust_forwarded;
}

/**
 * eric_sse_server_set_trust_forwarded: (set-property trust-forwarded)
 * @self: a server
 * @trust_forwarded: %TRUE if it does
 *
 * Sets whether a proxy says which address a page has asked. It is to be set only where
 * each request comes through a proxy that sets or removes these headers: `Forwarded`
 * (RFC 7239, its `host` and `proto`), or else `X-Forwarded-Host` and `X-Forwarded-Proto`.
 * Of a list, the last element counts, which the nearest proxy has written.
 *
 * A page may publish where its origin is that of the server. Without this, the server
 * knows its own from the header `Host`, and from `Sec-Fetch-Site`, which browsers send over
 * TLS and to this machine, and which no page can write.
 *
 * Since: 0.1
 */
void
eric_sse_server_set_trust_forwarded (EricSseServer *self,
                                     gboolean       trust_forwarded)
{
  g_return_if_fail (ERIC_IS_SSE_SERVER (self));

  if (!self->trust_forwarded == !trust_forwarded)
    return;
  self->trust_forwarded = !!trust_forwarded;
  g_object_notify (G_OBJECT (self), "trust-forwarded");
}
