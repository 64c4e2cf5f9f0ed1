/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "eric-fork-private.h"
#include "eric-hub-thread-private.h"

#define MAX_EVENTS 256

/* How often in a keep-alive period the silent ones are looked for: a comment
 * comes that much later at the most. */
#define TICKS_PER_PERIOD   8
#define MAX_TICK_INTERVAL  (5 * G_TIME_SPAN_SECOND)
#define MIN_TICK_INTERVAL  (5 * G_TIME_SPAN_MILLISECOND)

/* In a child, where nobody would read the inbox, and its lock may be held for ever. */
static gboolean
is_forked (EricHubThread *thread)
{
  return thread->hub->fork_count != eric_fork_count ();
}

static void
wake_locked (EricHubThread *thread)
{
  if (!thread->sleeping)
    return;
  thread->sleeping = FALSE;
  eventfd_write (thread->event_fd, 1);
}

/* Takes over what the command holds. */
void
eric_hub_thread_post (EricHubThread  *thread,
                      EricHubCommand *command)
{
  EricHubCommand *copy;

  if (is_forked (thread))
    return;
  copy = g_memdup2 (command, sizeof *command);
  g_mutex_lock (&thread->inbox_lock);
  g_queue_push_tail (&thread->inbox, copy);
  wake_locked (thread);
  g_mutex_unlock (&thread->inbox_lock);
}

void
eric_hub_thread_post_topic (EricHubThread *thread,
                            EricHubTopic  *topic)
{
  if (is_forked (thread))
    return;
  g_mutex_lock (&thread->inbox_lock);
  topic->next_dirty = thread->inbox_topics;
  thread->inbox_topics = topic;
  wake_locked (thread);
  g_mutex_unlock (&thread->inbox_lock);
}

static gint64
get_tick_interval (EricHubThread *thread)
{
  gint64 keepalive = g_atomic_int_get (&thread->hub->keepalive) * G_TIME_SPAN_MILLISECOND;
  gint64 stall = g_atomic_int_get (&thread->hub->stall_timeout) * G_TIME_SPAN_MILLISECOND;
  gint64 shortest = keepalive == 0 ? stall : stall == 0 ? keepalive : MIN (keepalive, stall);

  if (shortest == 0)
    return MAX_TICK_INTERVAL;
  return CLAMP (shortest / TICKS_PER_PERIOD, MIN_TICK_INTERVAL, MAX_TICK_INTERVAL);
}

/* How long to wait for events, in milliseconds; -1 for ever. From here on,
 * whoever puts something into the inbox must write to the event. */
static int
prepare_to_sleep (EricHubThread *thread)
{
  gboolean news;

  g_mutex_lock (&thread->inbox_lock);
  news = thread->inbox.length > 0 || thread->inbox_topics != NULL;
  thread->sleeping = !news;
  g_mutex_unlock (&thread->inbox_lock);

  if (news)
    return 0;
  if (g_hash_table_size (thread->subscribers) == 0)
    return -1;
  return (int) (MAX (0, thread->next_tick - thread->now) / G_TIME_SPAN_MILLISECOND) + 1;
}

static void
take_inbox (EricHubThread  *thread,
            GQueue         *commands,
            EricHubTopic  **topics)
{
  g_mutex_lock (&thread->inbox_lock);
  thread->sleeping = FALSE;
  *commands = thread->inbox;
  g_queue_init (&thread->inbox);
  *topics = g_steal_pointer (&thread->inbox_topics);
  g_mutex_unlock (&thread->inbox_lock);
}

/* Who leaves meanwhile is only marked as gone. */
static void
for_each_subscriber (EricHubThread     *thread,
                     void             (*func) (EricHubSubscriber *subscriber))
{
  g_autoptr (GList) row = g_hash_table_get_values (thread->subscribers);

  for (GList *l = row; l != NULL; l = l->next)
    {
      EricHubSubscriber *subscriber = l->data;

      if (!subscriber->gone)
        func (subscriber);
    }
}

static void
drain_one (EricHubSubscriber *subscriber)
{
  eric_hub_subscriber_finish (subscriber, ERIC_SSE_DISCONNECT_DRAINED);
}

static void
disconnect_one (EricHubSubscriber *subscriber)
{
  eric_hub_subscriber_leave (subscriber, ERIC_SSE_DISCONNECT_DRAINED);
}

static void
add (EricHubThread     *thread,
     EricHubSubscriber *subscriber)
{
  g_hash_table_insert (thread->subscribers, &subscriber->id, subscriber);
  for (guint i = 0; i < subscriber->n_legs; i++)
    eric_hub_topic_join (&subscriber->legs[i]);
  eric_hub_subscriber_open (subscriber);
  if (thread->draining && !subscriber->gone)
    drain_one (subscriber);
}

static void
drop (EricHubSubscriber *subscriber)
{
  for (guint i = 0; i < subscriber->n_legs; i++)
    {
      eric_hub_topic_arrive (subscriber->legs[i].topic);
      eric_hub_topic_release (subscriber->legs[i].topic);
    }
  eric_hub_subscriber_free (subscriber);
}

static void
send_bytes (EricHubSubscriber *subscriber,
            GByteArray        *bytes)
{
  if (subscriber->ended)
    return;
  eric_hub_subscriber_append (subscriber, bytes->data, bytes->len);
  subscriber->tell_sent = TRUE;
  eric_hub_subscriber_flush (subscriber);
}

static void
obey (EricHubThread  *thread,
      EricHubCommand *command)
{
  EricHubSubscriber *subscriber = g_hash_table_lookup (thread->subscribers, &command->id);

  switch (command->verb)
    {
    case ERIC_HUB_ADD:
      add (thread, command->subscriber);
      break;
    case ERIC_HUB_DROP:
      drop (command->subscriber);
      break;
    case ERIC_HUB_SEND:
      if (subscriber != NULL)
        send_bytes (subscriber, command->bytes);
      break;
    case ERIC_HUB_FINISH:
      if (subscriber != NULL)
        eric_hub_subscriber_finish (subscriber, command->reason);
      break;
    case ERIC_HUB_DRAIN:
      thread->draining = TRUE;
      for_each_subscriber (thread, drain_one);
      break;
    case ERIC_HUB_DISCONNECT_ALL:
      for_each_subscriber (thread, disconnect_one);
      break;
    case ERIC_HUB_TICK:
      for_each_subscriber (thread, eric_hub_subscriber_set_patience);
      thread->next_tick = 0;
      break;
    case ERIC_HUB_STOP:
      thread->stopping = TRUE;
      for_each_subscriber (thread, disconnect_one);
      break;
    default:
      g_assert_not_reached ();
    }
  g_clear_pointer (&command->bytes, g_byte_array_unref);
}

static void
obey_all (EricHubThread *thread,
          GQueue        *commands)
{
  EricHubCommand *command;

  while ((command = g_queue_pop_head (commands)) != NULL)
    {
      obey (thread, command);
      g_free (command);
    }
}

static void
deliver_all (EricHubTopic *topics)
{
  EricHubTopic *next;

  for (EricHubTopic *topic = topics; topic != NULL; topic = next)
    {
      next = topic->next_dirty;
      if (topic->dead)
        eric_hub_topic_free (topic);
      else
        eric_hub_topic_deliver (topic);
    }
}

static void
gather_all (EricHubThread *thread)
{
  for (guint i = 0; i < thread->gatherers->len; i++)
    {
      EricHubSubscriber *subscriber = thread->gatherers->pdata[i];

      subscriber->queued = FALSE;
      if (!subscriber->gone && !subscriber->blocked)
        eric_hub_subscriber_flush (subscriber);
    }
  g_ptr_array_set_size (thread->gatherers, 0);
}

static void
tick (EricHubThread *thread)
{
  if (thread->now < thread->next_tick)
    return;
  for_each_subscriber (thread, eric_hub_subscriber_tick);
  thread->next_tick = thread->now + get_tick_interval (thread);
}

/* Nothing that was walked in this turn points to them any more. */
static void
bury (EricHubThread *thread)
{
  while (thread->gone != NULL)
    {
      EricHubSubscriber *subscriber = thread->gone;

      thread->gone = subscriber->next_gone;
      eric_hub_subscriber_free (subscriber);
    }
  g_ptr_array_set_size (thread->dead_topics, 0);
}

static void
handle_events (EricHubThread            *thread,
               const struct epoll_event *events,
               int                       n_events)
{
  eventfd_t ignored;

  for (int i = 0; i < n_events; i++)
    {
      EricHubSubscriber *subscriber = events[i].data.ptr;

      if (subscriber == NULL)
        eventfd_read (thread->event_fd, &ignored);
      else if (!subscriber->gone)
        eric_hub_subscriber_handle (subscriber, events[i].events);
    }
}

static gpointer
run (gpointer data)
{
  EricHubThread *thread = data;
  struct epoll_event events[MAX_EVENTS];

  while (!thread->stopping)
    {
      int n_events = epoll_wait (thread->epoll_fd, events, MAX_EVENTS, prepare_to_sleep (thread));
      EricHubTopic *topics;
      GQueue commands;

      thread->now = g_get_monotonic_time ();
      take_inbox (thread, &commands, &topics);
      handle_events (thread, events, n_events);
      obey_all (thread, &commands);
      deliver_all (topics);
      gather_all (thread);
      tick (thread);
      bury (thread);
    }
  return NULL;
}

static void
close_descriptors (EricHubThread *thread)
{
  if (thread->event_fd >= 0)
    close (thread->event_fd);
  if (thread->epoll_fd >= 0)
    close (thread->epoll_fd);
}

static gboolean
open_descriptors (EricHubThread  *thread,
                  GError        **error)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

  thread->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  thread->event_fd = thread->epoll_fd < 0 ? -1 : eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (thread->event_fd < 0 ||
      epoll_ctl (thread->epoll_fd, EPOLL_CTL_ADD, thread->event_fd, &event) < 0)
    {
      int code = errno;

      close_descriptors (thread);
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code),
                   "Cannot make the descriptors of the delivery hub: %s", g_strerror (code));
      return FALSE;
    }
  return TRUE;
}

static void
init_parts (EricHubThread *thread)
{
  g_mutex_init (&thread->topics_lock);
  thread->topics = g_hash_table_new (NULL, NULL);
  g_mutex_init (&thread->inbox_lock);
  g_queue_init (&thread->inbox);
  thread->subscribers = g_hash_table_new (g_int64_hash, g_int64_equal);
  thread->gatherers = g_ptr_array_new ();
  thread->dead_topics = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_hub_topic_free);
  thread->leg_spans = g_array_new (FALSE, FALSE, sizeof (EricSpan));
  g_array_set_clear_func (thread->leg_spans, (GDestroyNotify) eric_span_clear);
  for (guint i = 0; i < ERIC_N_FRAMINGS; i++)
    eric_span_init (&thread->span[i]);
}

static void
clear_parts (EricHubThread *thread)
{
  for (guint i = 0; i < ERIC_N_FRAMINGS; i++)
    eric_span_clear (&thread->span[i]);
  g_array_unref (thread->leg_spans);
  g_ptr_array_unref (thread->dead_topics);
  g_ptr_array_unref (thread->gatherers);
  g_hash_table_unref (thread->subscribers);
  g_mutex_clear (&thread->inbox_lock);
  g_assert (g_hash_table_size (thread->topics) == 0);
  g_hash_table_unref (thread->topics);
  g_mutex_clear (&thread->topics_lock);
}

gboolean
eric_hub_thread_start (EricHubThread  *thread,
                       EricHub        *hub,
                       guint           n,
                       GError        **error)
{
  g_autofree char *name = g_strdup_printf ("eric-hub-%u", n);

  thread->hub = hub;
  if (!open_descriptors (thread, error))
    return FALSE;
  init_parts (thread);
  thread->thread = g_thread_try_new (name, run, thread, error);
  if (thread->thread == NULL)
    {
      clear_parts (thread);
      close_descriptors (thread);
      return FALSE;
    }
  return TRUE;
}

void
eric_hub_thread_abandon (EricHubThread *thread)
{
  close_descriptors (thread);
}

/* The thread was told to stop. */
void
eric_hub_thread_join (EricHubThread *thread)
{
  GQueue commands;
  EricHubTopic *topics;

  g_thread_join (thread->thread);

  /* A topic can have been marked after the last turn; that of a server which
   * still has logs is freed with its last subscriber. */
  take_inbox (thread, &commands, &topics);
  obey_all (thread, &commands);
  for_each_subscriber (thread, disconnect_one);
  deliver_all (topics);
  gather_all (thread);
  bury (thread);

  clear_parts (thread);
  close_descriptors (thread);
}
