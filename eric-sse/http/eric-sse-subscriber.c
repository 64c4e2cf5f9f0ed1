/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-subscriber.h"

#include "eric-sse-subscriber-private.h"

/**
 * EricSseSubscriber:
 *
 * Who is connected to an [class@SseServer].
 *
 * It describes a connection and never changes. It is a small struct and no
 * object, since a server has many thousands of them; the strings that repeat are
 * shared.
 *
 * It is safe to use it from any thread.
 *
 * Since: 0.1
 */
struct _EricSseSubscriber
{
  guint64   id;
  gint64    since;            /* wall-clock microseconds */
  char    **channel_ids;      /* (owned): NULL-terminated, of interned GRefStrings */
  char     *listener_id;      /* (owned) (nullable) */
  char     *remote_address;   /* (owned) */
  char     *user_agent;       /* (owned) (nullable): interned GRefString */
};

G_DEFINE_BOXED_TYPE (EricSseSubscriber, eric_sse_subscriber,
                     eric_sse_subscriber_ref, eric_sse_subscriber_unref)

static void
eric_sse_subscriber_clear (gpointer data)
{
  EricSseSubscriber *self = data;

  for (char **id = self->channel_ids; *id != NULL; id++)
    g_ref_string_release (*id);
  g_free (self->channel_ids);
  g_free (self->listener_id);
  g_free (self->remote_address);
  g_clear_pointer (&self->user_agent, g_ref_string_release);
}

EricSseSubscriber *
_eric_sse_subscriber_new (guint64             id,
                          const char * const *channel_ids,
                          const char         *listener_id,
                          const char         *remote_address,
                          const char         *user_agent)
{
  EricSseSubscriber *self = g_atomic_rc_box_new0 (EricSseSubscriber);
  guint n_channels = g_strv_length ((char **) channel_ids);

  self->id = id;
  self->since = g_get_real_time ();
  self->channel_ids = g_new0 (char *, n_channels + 1);
  for (guint i = 0; i < n_channels; i++)
    self->channel_ids[i] = g_ref_string_new_intern (channel_ids[i]);
  self->listener_id = g_strdup (listener_id);
  self->remote_address = g_strdup (remote_address);
  self->user_agent = user_agent != NULL ? g_ref_string_new_intern (user_agent) : NULL;
  return self;
}

/**
 * eric_sse_subscriber_ref:
 * @self: a subscriber
 *
 * Takes a reference.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
EricSseSubscriber *
eric_sse_subscriber_ref (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * eric_sse_subscriber_unref:
 * @self: (transfer full): a subscriber
 *
 * Gives a reference back. The connection does not depend on it.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_sse_subscriber_unref (EricSseSubscriber *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, eric_sse_subscriber_clear);
}

/**
 * eric_sse_subscriber_get_id:
 * @self: a subscriber
 *
 * Gets the number by which the server knows the subscriber.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the id, which is not given again
 *
 * Since: 0.1
 */
guint64
eric_sse_subscriber_get_id (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

/**
 * eric_sse_subscriber_get_channel_ids:
 * @self: a subscriber
 *
 * Gets the channels that it reads.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the ids, valid as long as
 *   @self
 *
 * Since: 0.1
 */
const char * const *
eric_sse_subscriber_get_channel_ids (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->channel_ids;
}

/**
 * eric_sse_subscriber_get_listener_id:
 * @self: a subscriber
 *
 * Gets the listener whose messages it reads, if it does not read broadcasts.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (nullable): the id of the listener, or %NULL
 *
 * Since: 0.1
 */
const char *
eric_sse_subscriber_get_listener_id (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->listener_id;
}

/**
 * eric_sse_subscriber_get_remote_address:
 * @self: a subscriber
 *
 * Gets where it connects from.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: address and port, such as `127.0.0.1:50000` or `[::1]:50000`
 *
 * Since: 0.1
 */
const char *
eric_sse_subscriber_get_remote_address (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->remote_address;
}

/**
 * eric_sse_subscriber_get_user_agent:
 * @self: a subscriber
 *
 * Gets what the client says of itself.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (nullable): the User-Agent header of its request, or %NULL
 *
 * Since: 0.1
 */
const char *
eric_sse_subscriber_get_user_agent (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->user_agent;
}

/**
 * eric_sse_subscriber_get_since:
 * @self: a subscriber
 *
 * Gets when it connected.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in microseconds since 1970, UTC
 *
 * Since: 0.1
 */
gint64
eric_sse_subscriber_get_since (EricSseSubscriber *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->since;
}
