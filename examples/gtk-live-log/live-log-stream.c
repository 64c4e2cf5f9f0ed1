/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-stream.h"

#include "live-log-time.h"

/* How often what counts up or down is told, in milliseconds. */
#define REFRESH_INTERVAL 200

/* A channel that is watched: where the connection stands, and the list of what came,
 * which can be held. It knows no widget. */
struct _LiveLogStream
{
  GObject          parent_instance;

  EricEventSource *source;     /* (owned) (nullable) */
  EricMessageList *messages;   /* (owned) */
  EricListener    *held;       /* (owned): what came while the list is paused */
  gboolean         paused;
  gboolean         closed;     /* by live_log_stream_close () */
  guint64          received;
  guint            refresh;    /* source id, 0 for none */
};

G_DEFINE_FINAL_TYPE (LiveLogStream, live_log_stream, G_TYPE_OBJECT)

enum
{
  SIG_STATE_CHANGED,
  SIG_HELD_CHANGED,
  SIG_MESSAGE,
  SIG_GAP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
is_waiting (LiveLogStream *self)
{
  return live_log_stream_get_state (self) == LIVE_LOG_STATE_RECONNECTING;
}

static gboolean
refresh_cb (gpointer user_data)
{
  LiveLogStream *self = user_data;

  if (is_waiting (self))
    g_signal_emit (self, signals[SIG_STATE_CHANGED], 0);
  if (self->paused)
    g_signal_emit (self, signals[SIG_HELD_CHANGED], 0);
  if (is_waiting (self) || self->paused)
    return G_SOURCE_CONTINUE;
  self->refresh = 0;
  return G_SOURCE_REMOVE;
}

static void
start_refreshing (LiveLogStream *self)
{
  if (self->refresh != 0)
    return;
  self->refresh = g_timeout_add (REFRESH_INTERVAL, refresh_cb, self);
  g_source_set_name_by_id (self->refresh, "LiveLogStream refresh");
}

static void
tell_state (LiveLogStream *self)
{
  if (is_waiting (self))
    start_refreshing (self);
  g_signal_emit (self, signals[SIG_STATE_CHANGED], 0);
}

static void
message_cb (EricEventSource *source,
            EricMessage     *message,
            LiveLogStream   *self)
{
  self->received++;
  live_log_time_stamp (message);
  if (self->paused)
    eric_listener_push (self->held, message, NULL);
  else
    eric_message_list_append (self->messages, message);
  g_signal_emit (self, signals[SIG_MESSAGE], 0, message);
}

static void
gap_cb (EricEventSource *source,
        const char      *reason,
        LiveLogStream   *self)
{
  g_signal_emit (self, signals[SIG_GAP], 0, reason);
}

static void
drop_source (LiveLogStream *self)
{
  if (self->source == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->source, self);
  eric_event_source_close (self->source);
  g_clear_object (&self->source);
}

/* An empty queue that keeps the newest. */
static void
renew_held (LiveLogStream *self)
{
  g_clear_object (&self->held);
  self->held = eric_listener_new ();
  eric_listener_set_capacity (self->held, LIVE_LOG_MAX_MESSAGES);
  eric_listener_set_overflow (self->held, ERIC_OVERFLOW_DROP_OLDEST);
  eric_listener_start (self->held);
}

static void
live_log_stream_dispose (GObject *object)
{
  LiveLogStream *self = LIVE_LOG_STREAM (object);

  drop_source (self);
  g_clear_handle_id (&self->refresh, g_source_remove);
  g_clear_object (&self->messages);
  g_clear_object (&self->held);

  G_OBJECT_CLASS (live_log_stream_parent_class)->dispose (object);
}

static void
live_log_stream_class_init (LiveLogStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = live_log_stream_dispose;

  /* The state, its reason, or the seconds that are left. */
  signals[SIG_STATE_CHANGED] =
    g_signal_new ("state-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
  signals[SIG_HELD_CHANGED] =
    g_signal_new ("held-changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
  signals[SIG_MESSAGE] =
    g_signal_new ("message", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ERIC_TYPE_MESSAGE);
  signals[SIG_GAP] =
    g_signal_new ("gap", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
live_log_stream_init (LiveLogStream *self)
{
  self->messages = eric_message_list_new (LIVE_LOG_MAX_MESSAGES);
  renew_held (self);
}

LiveLogStream *
live_log_stream_new (void)
{
  return g_object_new (LIVE_LOG_TYPE_STREAM, NULL);
}

/* Watches another channel. Where @uri cannot be read, the one before stays. */
gboolean
live_log_stream_open (LiveLogStream  *self,
                      const char     *uri,
                      GError        **error)
{
  g_autoptr (EricEventSource) source = eric_event_source_new (uri, error);

  if (source == NULL)
    return FALSE;
  drop_source (self);
  self->source = g_steal_pointer (&source);
  self->closed = FALSE;
  eric_message_list_clear (self->messages);
  renew_held (self);
  g_signal_connect (self->source, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->source, "gap", G_CALLBACK (gap_cb), self);
  g_signal_connect_object (self->source, "notify::ready-state", G_CALLBACK (tell_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->source, "before-connect", G_CALLBACK (tell_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->source, "error", G_CALLBACK (tell_state), self, G_CONNECT_SWAPPED);
  eric_event_source_start (self->source);
  return TRUE;
}

void
live_log_stream_close (LiveLogStream *self)
{
  self->closed = TRUE;
  if (self->source != NULL)
    eric_event_source_close (self->source);
  tell_state (self);
}

/* Connects at once, also where that was given up. */
void
live_log_stream_retry (LiveLogStream *self)
{
  self->closed = FALSE;
  if (self->source == NULL)
    return;
  eric_event_source_retry_now (self->source);
  eric_event_source_start (self->source);
}

const char *
live_log_stream_get_uri (LiveLogStream *self)
{
  return self->source != NULL ? eric_event_source_get_uri (self->source) : NULL;
}

LiveLogState
live_log_stream_get_state (LiveLogStream *self)
{
  if (self->source == NULL)
    return LIVE_LOG_STATE_IDLE;
  switch (eric_event_source_get_ready_state (self->source))
    {
    case ERIC_READY_STATE_OPEN:
      return LIVE_LOG_STATE_OPEN;
    case ERIC_READY_STATE_CONNECTING:
      return eric_event_source_get_retry_time (self->source) < 0 ? LIVE_LOG_STATE_CONNECTING
                                                                 : LIVE_LOG_STATE_RECONNECTING;
    case ERIC_READY_STATE_CLOSED:
    default:
      return self->closed ? LIVE_LOG_STATE_CLOSED : LIVE_LOG_STATE_FAILED;
    }
}

/* Why the connection was lost, or %NULL. */
const char *
live_log_stream_get_reason (LiveLogStream *self)
{
  const GError *error = self->source != NULL ? eric_event_source_get_error (self->source) : NULL;

  return error != NULL ? error->message : NULL;
}

/* Until it connects again, rounded up. */
guint
live_log_stream_get_seconds (LiveLogStream *self)
{
  gint64 left = self->source != NULL
                  ? eric_event_source_get_retry_time (self->source) - g_get_monotonic_time ()
                  : 0;

  return left > 0 ? (left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND : 0;
}

EricMessageList *
live_log_stream_get_messages (LiveLogStream *self)
{
  return self->messages;
}

guint64
live_log_stream_get_received (LiveLogStream *self)
{
  return self->received;
}

/* The connection stays. What comes meanwhile is kept, the newest of it, and shown
 * afterwards. */
void
live_log_stream_set_paused (LiveLogStream *self,
                            gboolean       paused)
{
  EricMessage *message;

  if (self->paused == paused)
    return;
  self->paused = paused;
  if (paused)
    start_refreshing (self);
  while (!paused && (message = eric_listener_deliver_next (self->held, NULL)) != NULL)
    {
      eric_message_list_append (self->messages, message);
      g_object_unref (message);
    }
  if (!paused)
    renew_held (self);
  g_signal_emit (self, signals[SIG_HELD_CHANGED], 0);
}

gboolean
live_log_stream_get_paused (LiveLogStream *self)
{
  return self->paused;
}

/* How many came since it was paused, with those that were too many to be kept. */
guint64
live_log_stream_get_held (LiveLogStream *self)
{
  return eric_listener_get_pending (self->held) + eric_listener_get_dropped (self->held);
}
