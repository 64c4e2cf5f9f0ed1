/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* How fast event streams are read, beside a bare loop that does nothing but look
 * for the ends of lines, in one run on one core. */

#include <eric-sse.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FEED_SIZE   (64 * 1024)
#define STREAM_SIZE (256 * FEED_SIZE)
#define N_ROUNDS    7
#define N_REPEATS   16

typedef struct
{
  const char *name;
  GString    *stream;     /* (owned) */
  guint64     n_events;
} Sample;

typedef guint64 (*Reader) (const GString *stream);

static guint64 n_read;

static void
event_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  n_read += event->data_length > 0;
}

static void
feed (EricSseParser *parser,
      const GString *stream,
      gsize          offset)
{
  gsize length = MIN (FEED_SIZE, stream->len - offset);

  if (!eric_sse_parser_feed (parser, (const guint8 *) stream->str + offset, length, NULL))
    g_error ("the parser failed");
}

static guint64
read_with_callback (const GString *stream)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();

  n_read = 0;
  eric_sse_parser_set_event_func (parser, event_cb, NULL, NULL);
  for (gsize offset = 0; offset < stream->len; offset += FEED_SIZE)
    feed (parser, stream, offset);
  return n_read;
}

static guint64
read_with_next (const GString *stream)
{
  g_autoptr (EricSseParser) parser = eric_sse_parser_new ();
  EricMessage *message;

  n_read = 0;
  for (gsize offset = 0; offset < stream->len; offset += FEED_SIZE)
    {
      feed (parser, stream, offset);
      for (; (message = eric_sse_parser_next (parser)) != NULL; g_object_unref (message))
        n_read++;
    }
  return n_read;
}

/* An empty line ends an event, with a CR in it or without. */
static guint64
read_bare (const GString *stream)
{
  const char *text = stream->str, *end = text + stream->len, *stop;

  n_read = 0;
  for (; (stop = memchr (text, '\n', end - text)) != NULL; text = stop + 1)
    n_read += stop - text <= 1;
  return n_read;
}

static Sample
make_sample (const char *name,
             const char *head,
             const char *character,
             const char *line_break)
{
  Sample sample = { name, g_string_new (NULL), 0 };
  g_autoptr (GString) event = g_string_new (head);

  while (event->len + 2 * strlen (line_break) < 100)
    g_string_append (event, character);
  g_string_append (event, line_break);
  g_string_append (event, line_break);
  while (sample.stream->len < STREAM_SIZE)
    {
      g_string_append_len (sample.stream, event->str, event->len);
      sample.n_events++;
    }
  return sample;
}

static int
compare (const void *a,
         const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The median time of a round, in seconds of processor time. */
static double
measure (const Sample *sample,
         Reader        reader)
{
  double rounds[N_ROUNDS];

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      clock_t before = clock ();

      for (guint j = 0; j < N_REPEATS; j++)
        if (reader (sample->stream) != sample->n_events)
          g_error ("%s: not every event was read", sample->name);
      rounds[i] = (double) (clock () - before) / CLOCKS_PER_SEC / N_REPEATS;
    }
  qsort (rounds, N_ROUNDS, sizeof *rounds, compare);
  return rounds[N_ROUNDS / 2];
}

static long
get_peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void
report (const Sample *sample)
{
  const struct { const char *name; Reader reader; } readers[] = {
    { "bare loop", read_bare },
    { "callback", read_with_callback },
    { "next", read_with_next },
  };
  double bare = 0;

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      double seconds = measure (sample, readers[i].reader);

      if (i == 0)
        bare = seconds;
      g_print ("%-22s %-10s %8.2f %14.1f %12.1f\n", sample->name, readers[i].name,
               sample->stream->len / seconds / 1e9, sample->n_events / seconds / 1e6, seconds / bare);
    }
}

int
main (void)
{
  Sample samples[] = {
    make_sample ("data", "data: ", "x", "\n"),
    make_sample ("id, event, data", "id: 4711\nevent: tick\ndata: ", "x", "\n"),
    make_sample ("data, CRLF", "data: ", "x", "\r\n"),
    make_sample ("data, Cyrillic", "data: ", "ж", "\n"),
  };
  long before = get_peak_kib ();

  g_print ("Events of 100 bytes in feeds of 64 KiB; medians of %d rounds.\n\n", N_ROUNDS);
  g_print ("%-22s %-10s %8s %14s %12s\n", "stream", "reader", "GB/s", "M events/s", "of bare loop");
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    report (&samples[i]);
  g_print ("\nMemory grew by %ld KiB in all.\n", get_peak_kib () - before);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    g_string_free (samples[i].stream, TRUE);
  return EXIT_SUCCESS;
}
