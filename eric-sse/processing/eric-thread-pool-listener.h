/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-listener.h"
#include "eric-message-list.h"

G_BEGIN_DECLS

/**
 * ERIC_THREAD_POOL_LISTENER_DEFAULT_RETRY_DELAY:
 *
 * The time between a failure and the next try unless told otherwise, in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_THREAD_POOL_LISTENER_DEFAULT_RETRY_DELAY 1000

/**
 * EricTaskOrder:
 * @ERIC_TASK_ORDER_NONE: a message may overtake any other
 * @ERIC_TASK_ORDER_BY_TYPE: messages of one type are processed one after the other,
 *   in their order, while those of other types run beside them
 * @ERIC_TASK_ORDER_BY_KEY: the same with the key that a function tells; messages
 *   without a key may overtake any other
 *
 * Which messages an [class@ThreadPoolListener] processes one after the other.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_TASK_ORDER_NONE,
  ERIC_TASK_ORDER_BY_TYPE,
  ERIC_TASK_ORDER_BY_KEY,
} EricTaskOrder;

/**
 * EricResultOrder:
 * @ERIC_RESULT_ORDER_COMPLETION: as they complete
 * @ERIC_RESULT_ORDER_INPUT: as the messages came: a result waits for those before it
 *
 * In which order results come out.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_RESULT_ORDER_COMPLETION,
  ERIC_RESULT_ORDER_INPUT,
} EricResultOrder;

/**
 * EricProcessFunc:
 * @message: the message to process
 * @cancellable: (not nullable): cancelled when the task is to end early
 * @user_data: the data that came with the function
 * @error: return location for an error
 *
 * Processes a message. It is called in a thread of its own, and in several at once.
 *
 * A function that has nothing to say returns a reference on @message. One that returns
 * %NULL has failed, also where it did not set @error: a binding may have no better way to
 * tell that an exception was thrown.
 *
 * Returns: (transfer full) (nullable): the result, or %NULL where it failed
 *
 * Since: 0.1
 */
typedef EricMessage * (*EricProcessFunc) (EricMessage   *message,
                                          GCancellable  *cancellable,
                                          gpointer       user_data,
                                          GError       **error);

#define ERIC_TYPE_THREAD_POOL_LISTENER (eric_thread_pool_listener_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricThreadPoolListener, eric_thread_pool_listener,
                          ERIC, THREAD_POOL_LISTENER, EricListener)

/**
 * EricThreadPoolListenerClass:
 * @parent_class: the parent class
 * @process: processes a message; the default calls the function that the listener
 *   was made with. Called in a thread of its own, and in several at once
 *
 * The class of [class@ThreadPoolListener].
 *
 * Since: 0.1
 */
struct _EricThreadPoolListenerClass
{
  EricListenerClass parent_class;

  /**
   * EricThreadPoolListenerClass::process:
   * @self: the listener
   * @message: the message to process
   * @cancellable: (not nullable): cancelled when the task is to end early
   * @error: return location for an error
   *
   * Processes a message, as [callback@ProcessFunc] does.
   *
   * Returns: (transfer full) (nullable): the result, or %NULL where it failed
   *
   * Since: 0.1
   */
  EricMessage * (*process) (EricThreadPoolListener  *self,
                            EricMessage             *message,
                            GCancellable            *cancellable,
                            GError                 **error);

  /*< private >*/
  gpointer padding[8];
};

ERIC_AVAILABLE_IN_ALL
EricListener   *eric_thread_pool_listener_new              (guint                    max_workers,
                                                            EricProcessFunc          func,
                                                            gpointer                 user_data,
                                                            GDestroyNotify           notify);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_max_workers  (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_max_workers  (EricThreadPoolListener  *self,
                                                            guint                    max_workers);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_max_pending  (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_max_pending  (EricThreadPoolListener  *self,
                                                            guint                    max_pending);
ERIC_AVAILABLE_IN_ALL
EricTaskOrder   eric_thread_pool_listener_get_task_order   (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_task_order   (EricThreadPoolListener  *self,
                                                            EricTaskOrder            task_order);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_key_func     (EricThreadPoolListener  *self,
                                                            EricMessageKeyFunc       func,
                                                            gpointer                 user_data,
                                                            GDestroyNotify           notify);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_max_retries  (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_max_retries  (EricThreadPoolListener  *self,
                                                            guint                    max_retries);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_retry_delay  (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_retry_delay  (EricThreadPoolListener  *self,
                                                            guint                    retry_delay);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_time_limit   (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_time_limit   (EricThreadPoolListener  *self,
                                                            guint                    time_limit);
ERIC_AVAILABLE_IN_ALL
EricListener   *eric_thread_pool_listener_dup_dead_letters (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_dead_letters (EricThreadPoolListener  *self,
                                                            EricListener            *dead_letters);
ERIC_AVAILABLE_IN_ALL
EricListener   *eric_thread_pool_listener_dup_results      (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_results      (EricThreadPoolListener  *self,
                                                            EricListener            *results);
ERIC_AVAILABLE_IN_ALL
EricResultOrder eric_thread_pool_listener_get_result_order (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_set_result_order (EricThreadPoolListener  *self,
                                                            EricResultOrder          result_order);
ERIC_AVAILABLE_IN_ALL
GCancellable   *eric_thread_pool_listener_get_cancellable  (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
guint           eric_thread_pool_listener_get_n_active       (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
guint64         eric_thread_pool_listener_get_n_done         (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
guint64         eric_thread_pool_listener_get_n_failed       (EricThreadPoolListener  *self);
ERIC_AVAILABLE_IN_ALL
gboolean        eric_thread_pool_listener_wait             (EricThreadPoolListener  *self,
                                                            GCancellable            *cancellable,
                                                            GError                 **error);
ERIC_AVAILABLE_IN_ALL
void            eric_thread_pool_listener_wait_async       (EricThreadPoolListener  *self,
                                                            int                      io_priority,
                                                            GCancellable            *cancellable,
                                                            GAsyncReadyCallback      callback,
                                                            gpointer                 user_data);
ERIC_AVAILABLE_IN_ALL
gboolean        eric_thread_pool_listener_wait_finish      (EricThreadPoolListener  *self,
                                                            GAsyncResult            *result,
                                                            GError                 **error);

G_END_DECLS
