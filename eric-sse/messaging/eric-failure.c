/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-failure-private.h"

#include "eric-message-private.h"

static EricMessage *
new_failure (EricMessage *message,
             const char  *reason,
             GVariant    *payload)
{
  const char *id = eric_message_get_id (message);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "reason", "s", reason);
  g_variant_dict_insert (&dict, "event", "s", eric_message_get_event_type (message));
  if (id != NULL)
    g_variant_dict_insert (&dict, "id", "s", id);
  if (payload != NULL)
    g_variant_dict_insert_value (&dict, "data", payload);
  return eric_message_new (ERIC_MESSAGE_TYPE_ERROR, g_variant_dict_end (&dict), NULL);
}

/* A payload that is nested as deep as may be does not fit into another one, and what a
 * variant cannot hold not into any: then its JSON does. */
EricMessage *
_eric_failure_new (EricMessage *message,
                   const char  *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  EricMessage *failure = NULL;

  if (_eric_message_is_held (message))
    failure = new_failure (message, valid, eric_message_get_payload (message));
  if (failure != NULL)
    return failure;
  return new_failure (message, valid, g_variant_new_string (eric_message_get_text (message)));
}
