/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-message.h"

G_BEGIN_DECLS

struct _EricMessage
{
  GObject   parent_instance;

  /* All strings are GRefString, shared with copies and within a stream. */
  char     *event_type;   /* (owned) (nullable): NULL for the default */
  char     *id;           /* (owned) (nullable) */
  char     *sender_id;    /* (owned) (nullable) */

  /* A message is made from one of these. The other is made on first use, except
   * that a string payload is its own text. */
  GVariant *payload;      /* (owned) (nullable) (atomic): JSON-shaped */
  char     *text;         /* (owned) (nullable) (atomic): may contain NUL */
  gboolean  is_text;      /* made from text, so the payload is that string */
  gboolean  is_json;      /* made from JSON, so the payload is that value */
};

/* For who reads many messages and knows them to be right: nothing is checked.
 * Type and id are GRefString, which the message shares; the data is UTF-8. */
EricMessage *_eric_message_new_received      (char         *event_type,
                                              const char   *data,
                                              gsize         length,
                                              char         *id);
EricMessage *_eric_message_new_received_json (const char   *json,
                                              gsize         length,
                                              GError      **error);

/* The payload, which may be NULL, was read from the text, which stays as it came. */
EricMessage *_eric_message_new_parsed        (const char   *event_type,
                                              GVariant     *payload,
                                              const char   *json,
                                              gsize         length,
                                              GError      **error);

/* Whether it can be the type or the id of a message; NULL can. */
gboolean     _eric_message_check_field       (const char   *what,
                                              const char   *value,
                                              GError      **error);

/* Whether it is of the type ERIC_MESSAGE_TYPE_CLOSED. Asked for each push: without any
 * check of types, which took a fifth of the time of a broadcast. */
gboolean     _eric_message_is_closed         (EricMessage  *self);

/* The text with its length: valid as long as the message. */
const char  *_eric_message_get_text          (EricMessage  *self,
                                              gsize        *length);

G_END_DECLS
