/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS:
 *
 * How many messages a list keeps unless told otherwise.
 *
 * Since: 0.1
 */
#define ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS 1000

/**
 * ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL:
 *
 * How long a list waits between two changes unless told otherwise, in
 * milliseconds: 60 in a second.
 *
 * Since: 0.1
 */
#define ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL 16

/**
 * EricMessageKeyFunc:
 * @message: a message that comes into a list
 * @user_data: the data that came with the function
 *
 * Tells which message is the successor of which, for
 * [method@MessageList.set_key_func].
 *
 * Returns: (transfer full) (nullable): the key of @message among those of its
 *   type, or %NULL if it replaces none and is replaced by none
 *
 * Since: 0.1
 */
typedef char * (*EricMessageKeyFunc) (EricMessage *message,
                                      gpointer     user_data);

#define ERIC_TYPE_MESSAGE_LIST (eric_message_list_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricMessageList, eric_message_list, ERIC, MESSAGE_LIST, GObject)

ERIC_AVAILABLE_IN_ALL
EricMessageList *eric_message_list_new                (guint               max_items);
ERIC_AVAILABLE_IN_ALL
guint            eric_message_list_get_max_items      (EricMessageList    *self);
ERIC_AVAILABLE_IN_ALL
gboolean         eric_message_list_get_newest_first   (EricMessageList    *self);
ERIC_AVAILABLE_IN_ALL
guint            eric_message_list_get_frame_interval (EricMessageList    *self);
ERIC_AVAILABLE_IN_ALL
void             eric_message_list_set_frame_interval (EricMessageList    *self,
                                                       guint               frame_interval);
ERIC_AVAILABLE_IN_ALL
void             eric_message_list_set_key_func       (EricMessageList    *self,
                                                       EricMessageKeyFunc  func,
                                                       gpointer            user_data,
                                                       GDestroyNotify      notify);
ERIC_AVAILABLE_IN_ALL
void             eric_message_list_append             (EricMessageList    *self,
                                                       EricMessage        *message);
ERIC_AVAILABLE_IN_ALL
void             eric_message_list_clear              (EricMessageList    *self);
ERIC_AVAILABLE_IN_ALL
void             eric_message_list_follow             (EricMessageList    *self,
                                                       EricListener       *listener);

G_END_DECLS
