/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-message-ring-private.h"

#define MIN_CAPACITY 16

/* What is wrapped round the old end goes behind it. */
static void
grow (EricMessageRing *ring)
{
  guint old = ring->capacity;

  g_assert (old <= G_MAXUINT / 2);
  ring->capacity = MAX (2 * old, MIN_CAPACITY);
  ring->slots = g_renew (EricMessageSlot, ring->slots, ring->capacity);
  for (guint i = 0; i < ring->head; i++)
    ring->slots[old + i] = ring->slots[i];
}

EricMessageSlot *
_eric_message_ring_peek (EricMessageRing *ring,
                         guint            index)
{
  g_assert (index < ring->length);

  return &ring->slots[(ring->head + index) & (ring->capacity - 1)];
}

void
_eric_message_ring_push (EricMessageRing *ring,
                         EricMessageSlot  slot)
{
  if (ring->length == ring->capacity)
    grow (ring);
  ring->length++;
  *_eric_message_ring_peek (ring, ring->length - 1) = slot;
}

EricMessageSlot
_eric_message_ring_pop (EricMessageRing *ring)
{
  EricMessageSlot slot = *_eric_message_ring_peek (ring, 0);

  ring->head = (ring->head + 1) & (ring->capacity - 1);
  ring->length--;
  ring->first++;
  return slot;
}

void
_eric_message_ring_release (EricMessageRing *ring)
{
  g_assert (ring->length == 0);

  g_clear_pointer (&ring->slots, g_free);
  ring->capacity = 0;
  ring->head = 0;
}
