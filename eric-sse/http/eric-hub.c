/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-hub-private.h"

#include "eric-fork-private.h"
#include "eric-hub-thread-private.h"

/* One thread for each core, and a bound for machines with very many. */
#define MAX_THREADS 16

EricHub *
eric_hub_new (const EricHubCallbacks *callbacks)
{
  EricHub *hub = g_new0 (EricHub, 1);

  hub->callbacks = *callbacks;
  return hub;
}

static void
post_to_all (EricHub     *hub,
             EricHubVerb  verb)
{
  for (guint i = 0; i < hub->n_threads; i++)
    eric_hub_thread_post (&hub->threads[i], &(EricHubCommand) { .verb = verb });
}

static void
end_threads (EricHub *hub)
{
  post_to_all (hub, ERIC_HUB_STOP);
  for (guint i = 0; i < hub->n_threads; i++)
    eric_hub_thread_join (&hub->threads[i]);
  hub->n_threads = 0;
  g_clear_pointer (&hub->threads, g_free);
}

gboolean
eric_hub_start (EricHub  *hub,
                GError  **error)
{
  guint n_threads = CLAMP (g_get_num_processors (), 1, MAX_THREADS);

  if (hub->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The server was disposed of");
      return FALSE;
    }
  if (hub->n_threads > 0)
    return TRUE;

  hub->fork_count = eric_fork_count ();
  hub->threads = g_new0 (EricHubThread, n_threads);
  for (guint i = 0; i < n_threads; i++)
    {
      if (!eric_hub_thread_start (&hub->threads[i], hub, i, error))
        {
          end_threads (hub);
          return FALSE;
        }
      hub->n_threads++;
    }
  return TRUE;
}

/* In a forked child there are no threads, but what they had is the parent's: that is left
 * as it is, also in memory, where they may have been in the middle of something. */
void
eric_hub_stop (EricHub *hub)
{
  hub->stopped = TRUE;
  if (hub->n_threads == 0)
    return;
  if (hub->fork_count == eric_fork_count ())
    {
      end_threads (hub);
      return;
    }
  for (guint i = 0; i < hub->n_threads; i++)
    eric_hub_thread_abandon (&hub->threads[i]);
  hub->n_threads = 0;
  hub->threads = NULL;
}

void
eric_hub_free (EricHub *hub)
{
  eric_hub_stop (hub);
  if (hub->fork_count == eric_fork_count ())
    g_free (hub);
}

/* In milliseconds; 0 for no comments. */
void
eric_hub_set_keepalive (EricHub *hub,
                        guint    keepalive)
{
  g_atomic_int_set (&hub->keepalive, keepalive);
  post_to_all (hub, ERIC_HUB_TICK);
}

/* In milliseconds; 0 for any patience. */
void
eric_hub_set_stall_timeout (EricHub *hub,
                            guint    stall_timeout)
{
  g_atomic_int_set (&hub->stall_timeout, stall_timeout);
  post_to_all (hub, ERIC_HUB_TICK);
}

void
eric_hub_set_slow_consumer (EricHub          *hub,
                            EricSlowConsumer  slow_consumer)
{
  g_atomic_int_set (&hub->slow_consumer, slow_consumer);
}

/* (nullable): the id tells which thread has the subscriber; none has once the hub is stopped */
static EricHubThread *
thread_of (EricHub *hub,
           guint64  id)
{
  return hub->n_threads > 0 ? &hub->threads[id % hub->n_threads] : NULL;
}

/* The hub must have been started. */
EricHubSubscriber *
eric_hub_subscriber_new (EricHub              *hub,
                         EricFrameLog * const *logs,
                         guint                 n_logs,
                         EricFraming           framing,
                         guint                 retry_timeout)
{
  EricHubSubscriber *subscriber =
    g_malloc0 (sizeof (EricHubSubscriber) + n_logs * sizeof (EricHubLeg));

  subscriber->id = __atomic_add_fetch (&hub->last_id, 1, __ATOMIC_SEQ_CST);
  subscriber->thread = thread_of (hub, subscriber->id);
  subscriber->fd = -1;
  subscriber->framing = framing;
  subscriber->retry_timeout = retry_timeout;
  subscriber->n_legs = n_logs;
  for (guint i = 0; i < n_logs; i++)
    {
      subscriber->legs[i].subscriber = subscriber;
      subscriber->legs[i].topic = eric_hub_topic_acquire (subscriber->thread, logs[i]);
    }
  return subscriber;
}

guint64
eric_hub_subscriber_get_id (EricHubSubscriber *subscriber)
{
  return subscriber->id;
}

/* With what its @n-th log has behind a number, which was the current one after the
 * subscriber was made. */
void
eric_hub_subscriber_begin_live (EricHubSubscriber *subscriber,
                                guint              n,
                                guint64            number)
{
  EricHubLeg *leg = &subscriber->legs[n];

  leg->cursor = eric_frame_log_locate_live (leg->topic->log, number);
}

/* Behind a number; FALSE if something is missing there. Lowers @before to the number in
 * front of what comes first. */
gboolean
eric_hub_subscriber_begin_after (EricHubSubscriber *subscriber,
                                 guint              n,
                                 guint64            number,
                                 guint64           *before)
{
  EricHubLeg *leg = &subscriber->legs[n];

  return eric_frame_log_locate (leg->topic->log, number, &leg->topic->reader, &leg->cursor, before);
}

/* Takes over @subscriber, @greeting, and the connection: @fd alone where it is
 * plain; where it is TLS, @stream and the @socket below it, to which @fd belongs. */
void
eric_hub_add (EricHub           *hub,
              EricHubSubscriber *subscriber,
              GByteArray        *greeting,
              int                fd,
              GSocket           *socket,
              GIOStream         *stream)
{
  subscriber->pending = greeting;
  subscriber->fd = fd;
  subscriber->socket = socket;
  subscriber->stream = stream;
  eric_hub_thread_post (subscriber->thread, &(EricHubCommand) {
    .verb = ERIC_HUB_ADD,
    .subscriber = subscriber,
  });
}

/* Frees a subscriber that was not added. */
void
eric_hub_drop (EricHub           *hub,
               EricHubSubscriber *subscriber)
{
  eric_hub_thread_post (subscriber->thread, &(EricHubCommand) {
    .verb = ERIC_HUB_DROP,
    .subscriber = subscriber,
  });
}

/* Takes over @bytes, which are framed. `sent` is called when they, and all that
 * was before them, are gone. Does nothing if the subscriber has left. */
void
eric_hub_send (EricHub    *hub,
               guint64     id,
               GByteArray *bytes)
{
  EricHubThread *thread = thread_of (hub, id);

  if (thread == NULL)
    {
      g_byte_array_unref (bytes);
      return;
    }
  eric_hub_thread_post (thread, &(EricHubCommand) {
    .verb = ERIC_HUB_SEND,
    .id = id,
    .bytes = bytes,
  });
}

/* Ends the stream in an orderly way: what is on its way still goes out. */
void
eric_hub_finish (EricHub           *hub,
                 guint64            id,
                 EricSseDisconnect  reason)
{
  EricHubThread *thread = thread_of (hub, id);

  if (thread == NULL)
    return;
  eric_hub_thread_post (thread, &(EricHubCommand) {
    .verb = ERIC_HUB_FINISH,
    .id = id,
    .reason = reason,
  });
}

/* Ends all streams in an orderly way. Each client is asked to come back at
 * another time, so that they do not come all at once. */
void
eric_hub_drain (EricHub *hub)
{
  post_to_all (hub, ERIC_HUB_DRAIN);
}

/* Closes all connections now. */
void
eric_hub_disconnect_all (EricHub *hub)
{
  post_to_all (hub, ERIC_HUB_DISCONNECT_ALL);
}
