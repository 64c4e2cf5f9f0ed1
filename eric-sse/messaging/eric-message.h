/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_MESSAGE_TYPE_CLOSED:
 *
 * The type of the message that ends a stream: its channel was closed, or its
 * listener was removed.
 *
 * Since: 0.1
 */
#define ERIC_MESSAGE_TYPE_CLOSED "_eric_channel_closed"

/**
 * ERIC_MESSAGE_TYPE_EOF:
 *
 * The type of the message by which a producer says that its input is at an end.
 *
 * Since: 0.1
 */
#define ERIC_MESSAGE_TYPE_EOF "_eric_channel_eof"

/**
 * ERIC_MESSAGE_TYPE_ERROR:
 *
 * The type of the message that reports a failure in processing.
 *
 * Since: 0.1
 */
#define ERIC_MESSAGE_TYPE_ERROR "_eric_error"

#define ERIC_TYPE_MESSAGE (eric_message_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (EricMessage, eric_message, ERIC, MESSAGE, GObject)

ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_new            (const char   *event_type,
                                           GVariant     *payload,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_new_full       (const char   *event_type,
                                           GVariant     *payload,
                                           const char   *id,
                                           const char   *sender_id,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_new_from_text  (const char   *event_type,
                                           const char   *text,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_new_from_data  (const char   *event_type,
                                           const guint8 *data,
                                           gsize         length,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_new_from_json  (const char   *event_type,
                                           const char   *json,
                                           gssize        length,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
EricMessage  *eric_message_copy_with_id   (EricMessage  *self,
                                           const char   *id,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
const char   *eric_message_get_event_type (EricMessage  *self);
ERIC_AVAILABLE_IN_ALL
GVariant     *eric_message_get_payload    (EricMessage  *self);
ERIC_AVAILABLE_IN_ALL
const char   *eric_message_get_text       (EricMessage  *self);
ERIC_AVAILABLE_IN_ALL
const guint8 *eric_message_get_data       (EricMessage  *self,
                                           gsize        *length);
ERIC_AVAILABLE_IN_ALL
char         *eric_message_to_json        (EricMessage  *self);
ERIC_AVAILABLE_IN_ALL
GVariant     *eric_message_parse_json     (EricMessage  *self,
                                           GError      **error);
ERIC_AVAILABLE_IN_ALL
const char   *eric_message_get_id         (EricMessage  *self);
ERIC_AVAILABLE_IN_ALL
const char   *eric_message_get_sender_id  (EricMessage  *self);

G_END_DECLS
