/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-message.h"

G_BEGIN_DECLS

typedef enum
{
  ERIC_MESSAGE_OF_PAYLOAD,
  ERIC_MESSAGE_OF_TEXT,      /* the payload is that string */
  ERIC_MESSAGE_OF_JSON,      /* the payload is that value; where it is a nothing, see below */
} EricMessageOrigin;

struct _EricMessage
{
  GObject   parent_instance;

  /* All strings are GRefString, shared with copies and within a stream. */
  char     *event_type;   /* (owned) (nullable): NULL for the default */
  char     *id;           /* (owned) (nullable) */
  char     *sender_id;    /* (owned) (nullable) */

  /* A message is made from one of these. The other is made on first use, except
   * that a string payload is its own text. A payload made from JSON that is null, or
   * that a variant cannot hold, is a nothing here, and is given as NULL. */
  EricMessageOrigin  origin;
  GVariant          *payload;   /* (owned) (nullable) (atomic): JSON-shaped */
  char              *text;      /* (owned) (nullable) (atomic): may contain NUL */
};

/* For who reads many messages and knows them to be right: nothing is checked.
 * Type and id are GRefString, which the message shares; the data is UTF-8. The JSON is
 * what a server sends: numbers that are not finite pass. */
EricMessage *_eric_message_new_received      (char         *event_type,
                                              const char   *data,
                                              gsize         length,
                                              char         *id);
EricMessage *_eric_message_new_received_json (const char   *json,
                                              gsize         length,
                                              GError      **error);

/* Of a value within JSON, which is NULL where a variant cannot hold it, and the text that
 * it was read from, which is NULL where there is none. A string is its own text. */
EricMessage *_eric_message_new_parsed        (const char   *event_type,
                                              GVariant     *value,
                                              const char   *json,
                                              gsize         length,
                                              GError      **error);

/* The JSON that the payload is, on one line. */
void         _eric_message_append_json       (GString      *out,
                                              EricMessage  *self);

/* As eric_message_parse_json () does, for who reads what others write: what a variant
 * cannot hold is null. */
GVariant    *_eric_message_parse_lenient     (EricMessage  *self,
                                              GError      **error);

/* FALSE where there is JSON that the payload cannot hold. */
gboolean     _eric_message_is_held           (EricMessage  *self);

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
