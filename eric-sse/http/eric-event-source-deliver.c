/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-event-source-private.h"

#include "eric-message.h"

/* The comment by which our server says that messages are missing, and why:
 * "gap history", "gap unknown-id", "gap slow". */
#define GAP_PREFIX "gap "

/* What a line of data may have beside the data: a byte order mark, the field's name, a
 * colon and a space; or blanks behind a value of NDJSON. */
#define MAX_FIELD_OVERHEAD 64

/* Types, ids and comments have room, too, where little data is allowed. */
#define MIN_LINE_SIZE (64 * 1024)

static gboolean
is_end_marker (EricEventSourcePrivate *priv,
               const EricSseEvent     *event)
{
  return priv->end_marker != NULL && strlen (priv->end_marker) == event->data_length &&
         memcmp (priv->end_marker, event->data, event->data_length) == 0;
}

/* Of any detail: g_signal_has_handler_pending () would ask for one. */
static gboolean
has_handler (EricEventSource *self,
             guint            signal)
{
  return ERIC_EVENT_SOURCE_GET_CLASS (self)->message != NULL ||
         g_signal_handler_find (self, G_SIGNAL_MATCH_ID, signal, 0, NULL, NULL, NULL) != 0;
}

/* A quark for each type that a server thinks of would never be freed. Who listens
 * to one type has made its quark. */
static gboolean
emit_message (EricEventSource *self,
              EricMessage     *message)
{
  guint signal = _eric_event_source_get_signal (ERIC_SOURCE_MESSAGE);

  if (!has_handler (self, signal))
    return FALSE;
  g_signal_emit (self, signal, g_quark_try_string (eric_message_get_event_type (message)), message);
  return TRUE;
}

/* In its place in the stream: what comes behind it may be the end. FALSE if the
 * application made it so. */
static gboolean
take_retry_delay (EricEventSource *self)
{
  EricSseReader *reader = _eric_event_source_get_private (self)->reader;

  if (!reader->has_retry_delay)
    return TRUE;
  reader->has_retry_delay = FALSE;
  eric_event_source_set_retry_delay (self, reader->retry_delay);
  return !reader->stopped;
}

static gboolean
ends (EricEventSourcePrivate *priv,
      EricMessage            *message)
{
  g_autoptr (EricFunction) function = NULL;

  if (priv->end_function == NULL || priv->end_function->func == NULL)
    return FALSE;
  function = g_rc_box_acquire (priv->end_function);
  return ((EricEndFunc) function->func) (message, function->user_data);
}

static void
event_cb (const EricSseEvent *event,
          gpointer            user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricMessage) message = NULL;
  GError *error = NULL;
  guint life = priv->life;

  if (!take_retry_delay (self))
    return;
  priv->stable = TRUE;
  priv->n_events++;
  if (is_end_marker (priv, event))
    {
      _eric_event_source_finish (self, NULL);
      return;
    }
  message = eric_sse_reader_make_message (priv->reader, event, &error);
  if (message == NULL)
    {
      eric_sse_reader_fail (priv->reader, error);
      return;
    }
  if (priv->n_queued < priv->n_wanted)
    {
      _eric_event_source_queue_message (self, message);
      emit_message (self, message);
    }
  else if (!emit_message (self, message))
    _eric_event_source_queue_message (self, message);
  if (priv->life == life && ends (priv, message) && priv->life == life)
    _eric_event_source_finish (self, NULL);
}

static void
comment_cb (const char *text,
            gpointer    user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  guint life = priv->life;

  eric_source_watchdog_learn (&priv->watchdog, FALSE);
  if (!take_retry_delay (self))
    return;
  g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_COMMENT), 0, text);
  if (priv->life == life && g_str_has_prefix (text, GAP_PREFIX))
    g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_GAP), 0, text + strlen (GAP_PREFIX));
}

static EricSseReader *
make_reader (EricEventSource *self)
{
  EricSseReader *reader = g_new (EricSseReader, 1);

  eric_sse_reader_init (reader);
  reader->event_func = event_cb;
  reader->event_data = self;
  reader->comment_func = comment_cb;
  reader->comment_data = self;
  return reader;
}

static void
free_reader (EricSseReader *reader)
{
  eric_sse_reader_clear (reader);
  g_free (reader);
}

/* A handler may turn the main context until another connection is there, or end the
 * source and start it again, all while the reader calls it: that reader goes when it
 * is done. */
void
_eric_event_source_renew_reader (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  EricSseReader *old = priv->reader;

  if (old != NULL && !old->feeding)
    return;
  priv->reader = make_reader (self);
  if (old == NULL)
    return;
  priv->reader->max_line_size = old->max_line_size;
  priv->reader->max_event_size = old->max_event_size;
  eric_sse_reader_set_last_event_id (priv->reader, eric_sse_reader_get_last_event_id (old));
}

void
_eric_event_source_drop_reader (EricEventSource *self)
{
  g_clear_pointer (&_eric_event_source_get_private (self)->reader, free_reader);
}

/* The limit is that of the data; a line is bounded for what has no end. */
void
_eric_event_source_limit_reader (EricEventSource *self,
                                 gsize            max_event_size)
{
  EricSseReader *reader = _eric_event_source_get_private (self)->reader;

  reader->max_event_size = max_event_size;
  reader->max_line_size = MIN (MAX (max_event_size, MIN_LINE_SIZE), G_MAXSIZE - MAX_FIELD_OVERHEAD) +
                          MAX_FIELD_OVERHEAD;
}

/* Feeds what came, or without data says that it was all. */
gboolean
_eric_event_source_read (EricEventSource  *self,
                         const char       *data,
                         gsize             length,
                         GError          **error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  EricSseReader *reader = priv->reader;
  gboolean read = data != NULL ? eric_sse_reader_feed (reader, data, length, error)
                               : eric_sse_reader_end (reader, error);

  if (priv->reader != reader)
    free_reader (reader);
  else if (!reader->stopped)
    take_retry_delay (self);
  return read;
}
