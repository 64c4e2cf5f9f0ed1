/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/* What a message is known by: its type, LF, and what the application calls it. A
 * type has no LF, so two that differ give texts that differ. */
typedef struct
{
  guint64 number;   /* of the slot that has the message */
  char    text[];
} EricMessageKey;

typedef struct
{
  EricMessage    *message;       /* (owned) */
  EricMessage    *replacement;   /* (owned) (nullable): takes its place in the next frame */
  EricMessageKey *key;           /* (nullable): the table of keys owns it */
} EricMessageSlot;

/* Slots with rising numbers: put in at one end, taken out at the other, both
 * without moving any. All zero is an empty ring. */
typedef struct
{
  EricMessageSlot *slots;      /* (owned) */
  guint            capacity;   /* 0 or a power of two */
  guint            head;       /* where the oldest is */
  guint            length;
  guint64          first;      /* the number of the oldest, or of the next one to come */
} EricMessageRing;

/* The slot stays where it is until the next push. */
EricMessageSlot *_eric_message_ring_peek    (EricMessageRing *ring,
                                             guint            index);
void             _eric_message_ring_push    (EricMessageRing *ring,
                                             EricMessageSlot  slot);
EricMessageSlot  _eric_message_ring_pop     (EricMessageRing *ring);

/* Gives the memory of an empty ring back. */
void             _eric_message_ring_release (EricMessageRing *ring);

G_END_DECLS
