/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * EricOverflow:
 * @ERIC_OVERFLOW_DROP_OLDEST: the oldest waiting message makes room
 * @ERIC_OVERFLOW_DROP_NEWEST: the message that does not fit is dropped
 * @ERIC_OVERFLOW_REJECT: whoever sends is told %ERIC_ERROR_QUEUE_FULL
 * @ERIC_OVERFLOW_STOP: the listener stops; what waits stays in its queue
 * @ERIC_OVERFLOW_BLOCK: whoever sends waits until there is room, as long as the
 *   listener runs; where it does not, they are told %ERIC_ERROR_QUEUE_FULL. Never
 *   for a listener whose messages are taken in the thread that sends them
 *
 * What a listener does with a message that its queue has no room for. Every
 * message that is lost is counted in [property@Listener:dropped].
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_OVERFLOW_DROP_OLDEST,
  ERIC_OVERFLOW_DROP_NEWEST,
  ERIC_OVERFLOW_REJECT,
  ERIC_OVERFLOW_STOP,
  ERIC_OVERFLOW_BLOCK,
} EricOverflow;

#define ERIC_TYPE_LISTENER (eric_listener_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricListener, eric_listener, ERIC, LISTENER, GObject)

/**
 * EricListenerClass:
 * @parent_class: the parent class
 * @on_message: called with each message as it is delivered, in the thread that
 *   takes it; the default does nothing
 *
 * The class of [class@Listener].
 *
 * Since: 0.1
 */
struct _EricListenerClass
{
  GObjectClass parent_class;

  /**
   * EricListenerClass::on_message:
   * @self: the listener
   * @message: the message
   *
   * Called with each message as it is delivered, in the thread that takes it.
   *
   * Since: 0.1
   */
  void (*on_message) (EricListener *self,
                      EricMessage  *message);

  /*< private >*/
  gpointer padding[8];
};

ERIC_AVAILABLE_IN_ALL
EricListener *eric_listener_new               (void);
ERIC_AVAILABLE_IN_ALL
EricListener *eric_listener_new_with_id       (const char           *id);
ERIC_AVAILABLE_IN_ALL
const char   *eric_listener_get_id            (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_start             (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_stop              (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
gboolean      eric_listener_get_running       (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
guint         eric_listener_get_capacity      (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_set_capacity      (EricListener         *self,
                                               guint                 capacity);
ERIC_AVAILABLE_IN_ALL
EricOverflow  eric_listener_get_overflow      (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_set_overflow      (EricListener         *self,
                                               EricOverflow          overflow);
ERIC_AVAILABLE_IN_ALL
guint         eric_listener_get_pending       (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
guint64       eric_listener_get_dropped       (EricListener         *self);
ERIC_AVAILABLE_IN_ALL
gboolean      eric_listener_push              (EricListener         *self,
                                               EricMessage          *message,
                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_listener_deliver_next      (EricListener         *self,
                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
GPtrArray    *eric_listener_deliver_batch     (EricListener         *self,
                                               guint                 max_messages,
                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_next_async        (EricListener         *self,
                                               int                   io_priority,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_listener_next_finish       (EricListener         *self,
                                               GAsyncResult         *result,
                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_next_batch_async  (EricListener         *self,
                                               guint                 max_messages,
                                               int                   io_priority,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
GPtrArray    *eric_listener_next_batch_finish (EricListener         *self,
                                               GAsyncResult         *result,
                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void          eric_listener_ready_async       (EricListener         *self,
                                               int                   io_priority,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
gboolean      eric_listener_ready_finish      (EricListener         *self,
                                               GAsyncResult         *result,
                                               GError              **error);

G_END_DECLS
