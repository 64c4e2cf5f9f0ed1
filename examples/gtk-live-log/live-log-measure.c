/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-measure.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Before it counts: a list that is full, and a program that has all its memory. */
#define WARM_UP (6 * G_TIME_SPAN_SECOND)

/* How smoothly a window is drawn. Frames are asked for all the time, so that one that
 * does not come in time is missed, whether something changed or not. */
typedef struct
{
  LiveLogStream      *stream;    /* (owned) */
  gint64              duration;  /* microseconds, like all times here */
  LiveLogMeasureFunc  done;
  gpointer            user_data;

  GdkFrameClock      *clock;     /* (owned) (nullable): NULL before the first frame */
  gint64              start;
  gboolean            counting;
  gint64              last;      /* frame */
  gint64              began;     /* the work on this frame, in processor time */
  guint               n_frames;
  guint               n_missed;
  gint64              longest;
  gint64              work;      /* sum */
  gint64              most_work;
  guint64             received;  /* messages before it counted */
  long                memory;    /* bytes then */
} Measure;

/* Resident, in bytes. */
static long
get_memory (void)
{
  g_autofree char *content = NULL;
  long size = 0, resident = 0;

  if (g_file_get_contents ("/proc/self/statm", &content, NULL, NULL))
    sscanf (content, "%ld %ld", &size, &resident);
  return resident * sysconf (_SC_PAGESIZE);
}

/* What this thread has had of the processor: other programs do not count. */
static gint64
get_processor_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * G_TIME_SPAN_SECOND + time.tv_nsec / 1000;
}

static void
report (Measure *self)
{
  double seconds = (double) self->duration / G_TIME_SPAN_SECOND;
  guint64 messages = live_log_stream_get_received (self->stream) - self->received;

  g_print ("frames: %u in %.0f s\n", self->n_frames, seconds);
  g_print ("missed frames: %u\n", self->n_missed);
  g_print ("longest frame: %.1f ms\n", self->longest / 1000.0);
  g_print ("processor time of a frame: %.1f ms, at most %.1f ms\n",
           self->n_frames > 0 ? self->work / 1000.0 / self->n_frames : 0, self->most_work / 1000.0);
  g_print ("messages: %" G_GUINT64_FORMAT ", %.0f a second\n", messages, messages / seconds);
  g_print ("memory: %ld KB, grown by %ld KB\n", get_memory () / 1024, (get_memory () - self->memory) / 1024);
}

static void
begin_cb (GdkFrameClock *clock,
          Measure       *self)
{
  self->began = get_processor_time ();
}

static void
end_cb (GdkFrameClock *clock,
        Measure       *self)
{
  gint64 work = get_processor_time () - self->began;

  if (!self->counting)
    return;
  self->work += work;
  self->most_work = MAX (self->most_work, work);
}

static void
count (Measure       *self,
       GdkFrameClock *clock,
       gint64         now)
{
  gint64 interval, between = now - self->last;

  gdk_frame_clock_get_refresh_info (clock, now, &interval, NULL);
  self->n_frames++;
  self->n_missed += MAX ((between + interval / 2) / interval, 1) - 1;
  self->longest = MAX (self->longest, between);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Measure *self = user_data;
  gint64 now = gdk_frame_clock_get_frame_time (clock);

  if (self->clock == NULL)
    {
      self->start = now;
      self->clock = g_object_ref (clock);
      g_signal_connect (clock, "before-paint", G_CALLBACK (begin_cb), self);
      g_signal_connect (clock, "after-paint", G_CALLBACK (end_cb), self);
    }
  else if (self->counting)
    count (self, clock, now);
  else if (now >= self->start + WARM_UP)
    {
      self->counting = TRUE;
      self->received = live_log_stream_get_received (self->stream);
      self->memory = get_memory ();
    }
  self->last = now;
  if (now < self->start + WARM_UP + self->duration)
    return G_SOURCE_CONTINUE;
  report (self);
  self->done (self->user_data);
  return G_SOURCE_REMOVE;
}

static void
measure_free (Measure *self)
{
  if (self->clock != NULL)
    g_signal_handlers_disconnect_by_data (self->clock, self);
  g_clear_object (&self->clock);
  g_clear_object (&self->stream);
  g_free (self);
}

/* Prints what was measured for so many seconds, and calls @done. */
void
live_log_measure (GtkWidget          *widget,
                  LiveLogStream      *stream,
                  guint               seconds,
                  LiveLogMeasureFunc  done,
                  gpointer            user_data)
{
  Measure *self = g_new0 (Measure, 1);

  self->stream = g_object_ref (stream);
  self->duration = seconds * G_TIME_SPAN_SECOND;
  self->done = done;
  self->user_data = user_data;
  gtk_widget_add_tick_callback (widget, tick_cb, self, (GDestroyNotify) measure_free);
}
