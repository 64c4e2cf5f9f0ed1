/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "load-tally.h"

#include <string.h>

/* Where the first digit of the status is in "HTTP/1.1 200 OK". */
#define STATUS_OFFSET 9

void
tally_init (Tally *tally, unsigned n_subscribers)
{
  *tally = (Tally) { .n_subscribers = n_subscribers };
}

void
subscriber_init (Subscriber *subscriber, int fd)
{
  /* As if all places of the ring had been received in the lap before 0. */
  *subscriber = (Subscriber) { .fd = fd, .laps = UINT64_MAX };
}

static void
tally_fail (Tally *tally, const char *error)
{
  if (tally->error == NULL)
    tally->error = error;
}

static void
subscriber_receive (Subscriber *subscriber, Tally *tally, unsigned number)
{
  unsigned place = number % DEPTH_MAX;
  unsigned lap = number / DEPTH_MAX & 1;

  if (number >= tally->next)
    {
      tally_fail (tally, "an event came that was not published");
      return;
    }
  if (number < tally->low || (subscriber->laps >> place & 1) == lap)
    {
      tally_fail (tally, "an event came twice");
      return;
    }
  subscriber->laps ^= UINT64_C (1) << place;
  tally->n_received[place]++;
  while (tally->low < tally->next
         && tally->n_received[tally->low % DEPTH_MAX] == tally->n_subscribers)
    tally->n_received[tally->low++ % DEPTH_MAX] = 0;
}

/* Returns where the header ends in BYTES, or END. */
static const char *
subscriber_feed_header (Subscriber *subscriber, Tally *tally,
                        const char *bytes, const char *end)
{
  for (; bytes < end && !subscriber->is_ready; bytes++)
    {
      bool is_end = *bytes == (subscriber->n_ends % 2 == 0 ? '\r' : '\n');

      if (subscriber->n_header++ == STATUS_OFFSET && *bytes != '2')
        tally_fail (tally, "a subscription was refused");
      if (is_end)
        subscriber->n_ends++;
      else
        subscriber->n_ends = *bytes == '\r';
      if (subscriber->n_ends == 4)
        {
          subscriber->is_ready = true;
          tally->n_ready++;
        }
    }
  return bytes;
}

void
subscriber_feed (Subscriber *subscriber, Tally *tally,
                 const char *bytes, size_t n_bytes)
{
  const char *end = bytes + n_bytes;

  if (!subscriber->is_ready)
    bytes = subscriber_feed_header (subscriber, tally, bytes, end);

  while (bytes < end)
    {
      if (subscriber->n_digits == 0)
        {
          bytes = memchr (bytes, EVENT_MARK, end - bytes);
          if (bytes == NULL)
            return;
          bytes++;
          subscriber->n_digits = EVENT_DIGITS;
          subscriber->number = 0;
          continue;
        }

      if (*bytes < '0' || *bytes > '9')
        tally_fail (tally, "an event came damaged");
      subscriber->number = subscriber->number * 10 + (*bytes++ - '0');
      if (--subscriber->n_digits == 0)
        subscriber_receive (subscriber, tally, subscriber->number);
    }
}
