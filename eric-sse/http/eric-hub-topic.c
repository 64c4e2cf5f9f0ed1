/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-hub-thread-private.h"

/* Runs in whatever thread broadcasts, under the log's lock. */
static void
wake_cb (EricFrameReader *reader)
{
  EricHubTopic *topic = (EricHubTopic *) ((char *) reader - G_STRUCT_OFFSET (EricHubTopic, reader));

  if (g_atomic_int_compare_and_exchange (&topic->dirty, FALSE, TRUE))
    eric_hub_thread_post_topic (topic->thread, topic);
}

/* From any thread. What is appended to the log from now on is kept until the leg
 * that the caller makes has joined, and read it. */
EricHubTopic *
eric_hub_topic_acquire (EricHubThread *thread,
                        EricFrameLog  *log)
{
  EricHubTopic *topic;

  g_mutex_lock (&thread->topics_lock);
  topic = g_hash_table_lookup (thread->topics, log);
  if (topic == NULL)
    {
      topic = g_new0 (EricHubTopic, 1);
      topic->thread = thread;
      topic->log = eric_frame_log_ref (log);
      topic->reader.wake = wake_cb;
      g_hash_table_insert (thread->topics, log, topic);
      eric_frame_log_attach (log, &topic->reader);
    }
  topic->n_users++;
  topic->n_coming++;
  g_mutex_unlock (&thread->topics_lock);
  return topic;
}

/* The last one that leaves marks the topic as dead. It is freed at the end of
 * the turn, or where it is found in the list of those with news. */
void
eric_hub_topic_release (EricHubTopic *topic)
{
  EricHubThread *thread = topic->thread;

  g_mutex_lock (&thread->topics_lock);
  if (--topic->n_users == 0)
    {
      g_hash_table_remove (thread->topics, topic->log);
      eric_frame_log_detach (topic->log, &topic->reader);
      topic->dead = TRUE;
      for (guint i = 0; i < ERIC_N_FRAMINGS; i++)
        if (thread->span_topic[i] == topic)
          thread->span_topic[i] = NULL;
      if (!g_atomic_int_get (&topic->dirty))
        g_ptr_array_add (thread->dead_topics, topic);
    }
  g_mutex_unlock (&thread->topics_lock);
}

void
eric_hub_topic_free (EricHubTopic *topic)
{
  eric_frame_log_unref (topic->log);
  g_free (topic);
}

void
eric_hub_topic_look (EricHubTopic *topic)
{
  eric_frame_log_look (topic->log, &topic->first, &topic->end, &topic->closed);
}

/* A leg that was to come has joined, or will not. */
void
eric_hub_topic_arrive (EricHubTopic *topic)
{
  g_mutex_lock (&topic->thread->topics_lock);
  topic->n_coming--;
  g_mutex_unlock (&topic->thread->topics_lock);
}

void
eric_hub_topic_join (EricHubLeg *leg)
{
  EricHubTopic *topic = leg->topic;

  leg->next = topic->legs;
  if (topic->legs != NULL)
    topic->legs->prev = leg;
  topic->legs = leg;
  eric_hub_topic_arrive (topic);
  eric_hub_topic_look (topic);
}

void
eric_hub_topic_part (EricHubLeg *leg)
{
  if (leg->prev != NULL)
    leg->prev->next = leg->next;
  else
    leg->topic->legs = leg->next;
  if (leg->next != NULL)
    leg->next->prev = leg->prev;
  eric_hub_topic_release (leg->topic);
}

static void
deliver_to (EricHubLeg *leg)
{
  EricHubSubscriber *subscriber = leg->subscriber;

  if (subscriber->blocked)
    eric_hub_subscriber_lag (leg);
  else if (subscriber->n_legs == 1 && subscriber->stream == NULL)
    eric_hub_subscriber_flush (subscriber);
  else if (!subscriber->queued)
    {
      subscriber->queued = TRUE;
      g_ptr_array_add (subscriber->thread->gatherers, subscriber);
    }
}

/* The frames before an index are no longer needed. While somebody is to come, all
 * are: its place may have been looked up already, but is not known here. */
static void
let_go (EricHubTopic *topic,
        guint64       done)
{
  EricHubThread *thread = topic->thread;

  g_mutex_lock (&thread->topics_lock);
  if (topic->n_coming == 0 && !topic->dead)
    eric_frame_log_set_done (topic->log, &topic->reader, done);
  g_mutex_unlock (&thread->topics_lock);
}

/* Sends what is new to all that can take it. */
void
eric_hub_topic_deliver (EricHubTopic *topic)
{
  guint64 done;
  EricHubLeg *next;

  /* Before the look, so that what comes later marks the topic again. */
  g_atomic_int_set (&topic->dirty, FALSE);
  eric_hub_topic_look (topic);

  done = topic->end;
  for (EricHubLeg *leg = topic->legs; leg != NULL; leg = next)
    {
      next = leg->next;
      deliver_to (leg);
      if (!leg->subscriber->gone)
        done = MIN (done, leg->cursor);
    }
  let_go (topic, done);
}

/* The frames from the leg's cursor on, up to the end at the last look, or to one that
 * is too large. Most subscribers wait at the same place, so the span is kept for the
 * next of them. Where the cursor is no longer in the log, it is moved and @kept is FALSE. */
EricSpan *
eric_hub_topic_get_span (EricHubLeg *leg,
                         gboolean   *kept)
{
  EricHubTopic *topic = leg->topic;
  EricHubThread *thread = topic->thread;
  EricFraming framing = leg->subscriber->framing;
  EricSpan *span = &thread->span[framing];

  *kept = TRUE;
  if (thread->span_topic[framing] == topic &&
      leg->cursor >= span->first && leg->cursor < span->first + span->frames->len)
    return span;

  *kept = eric_frame_log_copy (topic->log, &leg->cursor, G_MAXUINT64, ERIC_HUB_SPAN_BYTES,
                               ERIC_HUB_SPAN_FRAME, framing, span);
  thread->span_topic[framing] = *kept ? topic : NULL;
  return span;
}
