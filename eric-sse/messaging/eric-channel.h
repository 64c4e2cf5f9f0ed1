/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

#define ERIC_TYPE_CHANNEL (eric_channel_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricChannel, eric_channel, ERIC, CHANNEL, GObject)

/**
 * EricChannelClass:
 * @parent_class: the parent class
 * @create_listener: makes the listener that [method@Channel.add_listener]
 *   registers; the default makes an [class@Listener]
 * @adapt: turns a message into what [class@MessageStream] hands out; the default
 *   hands it out as it is. Called in the thread that reads the stream
 *
 * The class of [class@Channel].
 *
 * Since: 0.1
 */
struct _EricChannelClass
{
  GObjectClass parent_class;

  /**
   * EricChannelClass::create_listener:
   * @self: the channel
   *
   * Makes the listener that [method@Channel.add_listener] registers.
   *
   * Returns: (transfer full): the listener
   *
   * Since: 0.1
   */
  EricListener * (*create_listener) (EricChannel *self);

  /**
   * EricChannelClass::adapt:
   * @self: the channel
   * @message: a message that is read
   *
   * Turns a message into what [class@MessageStream] hands out. Where it gives %NULL,
   * a message of type %ERIC_MESSAGE_TYPE_ERROR is handed out that says so.
   *
   * Returns: (transfer full) (nullable): what is handed out, or %NULL where it failed
   *
   * Since: 0.1
   */
  EricMessage  * (*adapt)           (EricChannel *self,
                                     EricMessage *message);

  /*< private >*/
  gpointer padding[8];
};

ERIC_AVAILABLE_IN_ALL
const char        *eric_channel_get_id            (EricChannel   *self);
ERIC_AVAILABLE_IN_ALL
guint              eric_channel_get_stream_delay  (EricChannel   *self);
ERIC_AVAILABLE_IN_ALL
void               eric_channel_set_stream_delay  (EricChannel   *self,
                                                   guint          stream_delay);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_channel_get_closed        (EricChannel   *self);
ERIC_AVAILABLE_IN_ALL
EricListener      *eric_channel_add_listener      (EricChannel   *self,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_channel_register_listener (EricChannel   *self,
                                                   EricListener  *listener,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_channel_remove_listener   (EricChannel   *self,
                                                   const char    *listener_id,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
EricListener      *eric_channel_get_listener      (EricChannel   *self,
                                                   const char    *listener_id,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
char             **eric_channel_get_listener_ids  (EricChannel   *self);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_channel_dispatch          (EricChannel   *self,
                                                   const char    *listener_id,
                                                   EricMessage   *message,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
gboolean           eric_channel_broadcast         (EricChannel   *self,
                                                   EricMessage   *message,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
EricMessage       *eric_channel_deliver_next      (EricChannel   *self,
                                                   const char    *listener_id,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
GPtrArray         *eric_channel_deliver_batch     (EricChannel   *self,
                                                   const char    *listener_id,
                                                   guint          max_messages,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
EricMessageStream *eric_channel_message_stream    (EricChannel   *self,
                                                   EricListener  *listener);
ERIC_AVAILABLE_IN_ALL
EricMessageStream *eric_channel_watch             (EricChannel   *self,
                                                   GError       **error);
ERIC_AVAILABLE_IN_ALL
void               eric_channel_close             (EricChannel   *self);

G_END_DECLS
