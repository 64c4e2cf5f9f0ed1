/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

G_BEGIN_DECLS

/* A model that is made of what items-changed of a list tells alone. With each signal
 * it is compared with the list, and the range with what changed. */
typedef struct
{
  EricMessageList *list;         /* (owned) */
  GPtrArray       *items;        /* (owned) of (owned) EricMessage */
  guint            n_signals;
  guint            n_notified;   /* of n-items */
  guint            position;     /* of the last signal, as are the next two */
  guint            n_removed;
  guint            n_added;
} Mirror;

/* Of a list with a frame in each turn of the main loop. */
void         mirror_init          (Mirror          *mirror,
                                   guint            max_items,
                                   gboolean         newest_first);

/* With ids as keys. */
void         mirror_init_keyed    (Mirror          *mirror,
                                   guint            max_items,
                                   gboolean         newest_first);

/* Fails the test if anything keeps the list, or one of the messages below. */
void         mirror_clear         (Mirror          *mirror);

/* One turn of the main loop, with one frame at the most. */
void         mirror_turn          (Mirror          *mirror);

/* One turn with exactly one frame, and it is this one. */
void         mirror_assert_frame  (Mirror          *mirror,
                                   guint            position,
                                   guint            n_removed,
                                   guint            n_added);
void         mirror_assert_quiet  (Mirror          *mirror);

/* Messages whose text says how many were made before. */
extern guint messages_alive;
extern guint messages_made;
EricMessage *numbered_message_new (const char      *event_type,
                                   const char      *id);
guint        numbered_message_get (EricMessage     *message);

/* Appends a new one, and gives its number. */
guint        list_add             (EricMessageList *list,
                                   const char      *event_type,
                                   const char      *id);
void         list_add_n           (EricMessageList *list,
                                   guint            n);
guint        list_get_n_items     (EricMessageList *list);
guint        list_number_at       (EricMessageList *list,
                                   guint            position);

/* An EricMessageKeyFunc. */
char        *list_id_key          (EricMessage     *message,
                                   gpointer         user_data);

G_END_DECLS
