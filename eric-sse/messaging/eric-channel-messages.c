/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel-private.h"
#include "eric-error.h"
#include "eric-listener-private.h"
#include "eric-message-stream-private.h"
#include "eric-message.h"

/* What goes through a channel: into the queues of listeners, and out of them. */

/* What pushes left to do for when the lock is gone: for each listener one entry,
 * or none at all, which costs nothing. */
typedef struct
{
  GPtrArray *stopped;   /* (owned) (nullable) of (owned) EricListener */
  GPtrArray *held;      /* (owned) (nullable) of (owned) EricListener */
} Aftermath;

static void
put_off (GPtrArray    **listeners,
         EricListener  *listener)
{
  if (*listeners == NULL)
    *listeners = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (*listeners, g_object_ref (listener));
}

static void
settle (GPtrArray *listeners,
        void     (*func) (EricListener *listener))
{
  if (listeners == NULL)
    return;
  for (guint i = 0; i < listeners->len; i++)
    func (listeners->pdata[i]);
  g_ptr_array_unref (listeners);
}

static void
settle_aftermath (Aftermath *aftermath)
{
  settle (aftermath->stopped, _eric_listener_announce_stop);
  settle (aftermath->held, _eric_listener_wait_for_room);
}

static gboolean
push_locked (EricListener *listener,
             EricMessage  *message,
             Aftermath    *aftermath)
{
  EricPush result = _eric_listener_push (listener, message);

  if (result == ERIC_PUSH_STOPPED)
    put_off (&aftermath->stopped, listener);
  else if (result == ERIC_PUSH_HELD)
    put_off (&aftermath->held, listener);
  return result != ERIC_PUSH_REJECTED;
}

static gboolean
check_message (EricChannel  *self,
               EricMessage  *message,
               GError      **error)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);

  return priv->check == NULL || priv->check (self, message, error);
}

/**
 * eric_channel_dispatch:
 * @self: a channel
 * @listener_id: the id of a listener
 * @message: (transfer none): the message
 * @error: return location for an error, or %NULL
 *
 * Sends a message to one listener.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where there is none with that id, with
 * %ERIC_ERROR_INVALID_CHANNEL where the channel is closed, with
 * %ERIC_ERROR_QUEUE_FULL where the listener rejects for want of room, and with
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where an [class@SseChannel] cannot take the id of
 * the message.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the message was sent
 *
 * Since: 0.1
 */
gboolean
eric_channel_dispatch (EricChannel  *self,
                       const char   *listener_id,
                       EricMessage  *message,
                       GError      **error)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  Aftermath aftermath = { 0 };
  EricListener *listener;
  gboolean sent = FALSE;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (listener_id != NULL, FALSE);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), FALSE);

  if (!check_message (self, message, error))
    return FALSE;
  g_mutex_lock (&priv->lock);
  if (_eric_channel_check_open_locked (self, error))
    {
      listener = g_hash_table_lookup (priv->listeners, listener_id);
      if (listener != NULL)
        {
          g_autoptr (EricMessage) admitted = priv->admit (self, message, listener_id);

          sent = push_locked (listener, admitted, &aftermath);
          if (!sent)
            g_set_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL,
                         "The queue of listener “%s” is full", listener_id);
        }
      else
        _eric_channel_set_unknown_listener (self, listener_id, error);
    }
  g_mutex_unlock (&priv->lock);

  settle_aftermath (&aftermath);
  return sent;
}

/* Returns how many listeners had no room. */
static guint
push_to_all_locked (EricChannel  *self,
                    EricMessage  *message,
                    Aftermath    *aftermath)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  GHashTableIter iter;
  gpointer listener;
  guint rejected = 0;

  g_hash_table_iter_init (&iter, priv->listeners);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    if (!push_locked (listener, message, aftermath))
      rejected++;
  return rejected;
}

/**
 * eric_channel_broadcast:
 * @self: a channel
 * @message: (transfer none): the message
 * @error: return location for an error, or %NULL
 *
 * Sends a message to all listeners. A channel without listeners takes it, too.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is closed, with
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where an [class@SseChannel] cannot take the id of
 * the message, and with %ERIC_ERROR_QUEUE_FULL where listeners reject for want of room;
 * all others have the message then.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if every listener has the message
 *
 * Since: 0.1
 */
gboolean
eric_channel_broadcast (EricChannel  *self,
                        EricMessage  *message,
                        GError      **error)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  Aftermath aftermath = { 0 };
  guint rejected = 0, n_listeners = 0;
  gboolean open;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), FALSE);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), FALSE);

  if (!check_message (self, message, error))
    return FALSE;
  g_mutex_lock (&priv->lock);
  open = _eric_channel_check_open_locked (self, error);
  if (open)
    {
      g_autoptr (EricMessage) admitted = priv->admit (self, message, NULL);

      n_listeners = g_hash_table_size (priv->listeners);
      rejected = push_to_all_locked (self, admitted, &aftermath);
    }
  g_mutex_unlock (&priv->lock);

  settle_aftermath (&aftermath);
  if (rejected > 0)
    g_set_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL,
                 "The queues of %u of %u listeners are full", rejected, n_listeners);
  return open && rejected == 0;
}

static gboolean
check_room_locked (EricChannel  *self,
                   guint         n_messages,
                   GError      **error)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  GHashTableIter iter;
  gpointer listener;
  guint full = 0;

  g_hash_table_iter_init (&iter, priv->listeners);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    full += _eric_listener_would_reject (listener, n_messages);
  if (full == 0)
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL,
               "The queues of %u of %u listeners have no room for it",
               full, g_hash_table_size (priv->listeners));
  return FALSE;
}

/* There was room for it. Who takes it meanwhile without asking the channel does not
 * make the message one that some have and others do not. */
static void
push_for_sure_locked (EricChannel *self,
                      EricMessage *message,
                      Aftermath   *aftermath)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  GHashTableIter iter;
  gpointer listener;

  g_hash_table_iter_init (&iter, priv->listeners);
  while (g_hash_table_iter_next (&iter, NULL, &listener))
    if (!push_locked (listener, message, aftermath))
      _eric_listener_push_last (listener, message);
}

gboolean
_eric_channel_broadcast_all (EricChannel          *self,
                             EricMessage * const  *messages,
                             guint                 n_messages,
                             GError              **error)
{
  EricChannelPrivate *priv = _eric_channel_get_private (self);
  Aftermath aftermath = { 0 };
  gboolean may;

  for (guint i = 0; i < n_messages; i++)
    if (!check_message (self, messages[i], error))
      return FALSE;
  g_mutex_lock (&priv->lock);
  may = _eric_channel_check_open_locked (self, error) && check_room_locked (self, n_messages, error);
  for (guint i = 0; may && i < n_messages; i++)
    {
      g_autoptr (EricMessage) admitted = priv->admit (self, messages[i], NULL);

      push_for_sure_locked (self, admitted, &aftermath);
    }
  g_mutex_unlock (&priv->lock);

  settle_aftermath (&aftermath);
  return may;
}

/**
 * eric_channel_deliver_next:
 * @self: a channel
 * @listener_id: the id of a listener
 * @error: return location for an error, or %NULL
 *
 * Takes the next message of a listener, as [method@Listener.deliver_next] does.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where there is none with that id, and
 * with %ERIC_ERROR_NO_MESSAGES where no message waits or the listener is stopped.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 0.1
 */
EricMessage *
eric_channel_deliver_next (EricChannel  *self,
                           const char   *listener_id,
                           GError      **error)
{
  g_autoptr (EricListener) listener = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);
  g_return_val_if_fail (listener_id != NULL, NULL);

  listener = eric_channel_get_listener (self, listener_id, error);
  return listener != NULL ? eric_listener_deliver_next (listener, error) : NULL;
}

/**
 * eric_channel_deliver_batch:
 * @self: a channel
 * @listener_id: the id of a listener
 * @max_messages: how many to take at the most, at least 1
 * @error: return location for an error, or %NULL
 *
 * Takes what waits for a listener, as [method@Listener.deliver_batch] does.
 *
 * Fails with %ERIC_ERROR_INVALID_LISTENER where there is none with that id, and
 * with %ERIC_ERROR_NO_MESSAGES where no message waits or the listener is stopped.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer container) (element-type EricMessage): the messages, at least one
 *
 * Since: 0.1
 */
GPtrArray *
eric_channel_deliver_batch (EricChannel  *self,
                            const char   *listener_id,
                            guint         max_messages,
                            GError      **error)
{
  g_autoptr (EricListener) listener = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);
  g_return_val_if_fail (listener_id != NULL, NULL);

  listener = eric_channel_get_listener (self, listener_id, error);
  return listener != NULL ? eric_listener_deliver_batch (listener, max_messages, error) : NULL;
}

/**
 * eric_channel_message_stream:
 * @self: a channel
 * @listener: (transfer none): a listener of the channel
 *
 * Reads the messages of a listener as they come. The stream ends when the
 * listener stops: start it first. Where the listener is not registered, or the
 * channel is closed and nothing waits, the stream consists of one message of type
 * %ERIC_MESSAGE_TYPE_CLOSED.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
EricMessageStream *
eric_channel_message_stream (EricChannel  *self,
                             EricListener *listener)
{
  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);
  g_return_val_if_fail (ERIC_IS_LISTENER (listener), NULL);

  return _eric_message_stream_new (self, listener, FALSE);
}

/**
 * eric_channel_watch:
 * @self: a channel
 * @error: return location for an error, or %NULL
 *
 * Adds a listener, starts it, and reads its messages as they come. The listener
 * is removed when the stream is closed or dropped.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the channel is closed.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the stream
 *
 * Since: 0.1
 */
EricMessageStream *
eric_channel_watch (EricChannel  *self,
                    GError      **error)
{
  g_autoptr (EricChannel) alive = NULL;
  g_autoptr (EricListener) listener = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL (self), NULL);

  alive = g_object_ref (self);   /* whom it calls may drop the last reference */
  listener = eric_channel_add_listener (self, error);
  if (listener == NULL)
    return NULL;
  eric_listener_start (listener);
  return _eric_message_stream_new (self, listener, TRUE);
}
