/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-message.h"

G_BEGIN_DECLS

/* What has to be kept of a message besides its strings, for an equal one to be made
 * of them again. */
typedef enum
{
  ERIC_MESSAGE_KEPT_TEXT,      /* made from text */
  ERIC_MESSAGE_KEPT_JSON,      /* the text is the payload as JSON */
  ERIC_MESSAGE_KEPT_STRING,    /* the text is the payload, a string */
  ERIC_MESSAGE_KEPT_NOTHING,   /* there is no payload */
} EricMessageKept;

EricMessageKept  _eric_message_get_kept (EricMessage     *self);

/* @event_type, @id and @sender_id are nullable. */
EricMessage     *_eric_message_new_kept (EricMessageKept  kept,
                                         const char      *event_type,
                                         const char      *id,
                                         const char      *sender_id,
                                         const char      *text,
                                         gsize            length);

G_END_DECLS
