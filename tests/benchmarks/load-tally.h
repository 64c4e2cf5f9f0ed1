/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts what the subscribers receive: each event exactly once.
 *
 * The data of an event ends in a mark and its number, "...~00000042", which
 * is all that is looked for in the stream. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_MARK '~'
#define EVENT_DIGITS 8
#define EVENT_BYTES 100

/* How many events may be under way: the bits of Subscriber.laps. */
#define DEPTH_MAX 64

typedef struct
{
  int fd;
  bool is_ready;        /* the response header came */
  uint8_t n_ends;       /* CR and LF in a row, while the header is read */
  uint8_t n_digits;     /* still to come of a number */
  uint16_t n_header;    /* bytes of the header so far */
  uint32_t number;
  uint64_t laps;        /* a bit for each place of a ring of DEPTH_MAX events,
                         * which changes with each event received there */
} Subscriber;

typedef struct
{
  unsigned n_subscribers;
  unsigned n_ready;
  unsigned low;         /* all subscribers received all events below it */
  unsigned next;        /* the event to be published next */
  unsigned n_received[DEPTH_MAX];       /* by event number, as a ring */
  const char *error;    /* what went wrong first */
} Tally;

void tally_init (Tally *tally, unsigned n_subscribers);

void subscriber_init (Subscriber *subscriber, int fd);

/* Takes the bytes that SUBSCRIBER received.  Sets the error of TALLY if they
 * are not as expected. */
void subscriber_feed (Subscriber *subscriber, Tally *tally,
                      const char *bytes, size_t n_bytes);
