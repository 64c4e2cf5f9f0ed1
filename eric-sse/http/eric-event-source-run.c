/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source-private.h"

#include "eric-descriptors-private.h"
#include "eric-error.h"
#include "eric-source-reconnect-private.h"

/* The life of an event source between its start and its end: it connects, reads,
 * and when the connection is gone, ends or waits and connects again.
 *
 *   start -> connect -> answered -> received … -> lost -> wait -> connect …
 *                                -> refused ----^      -> finish
 *
 * Signals are emitted last in each step, for their handlers may end it all. */

static const char * const ndjson_types[] = {
  "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", NULL
};

static void connect_now (EricEventSource *self);
static void connect_to  (EricEventSource *self,
                         GUri            *uri);
static void lost        (EricEventSource *self,
                         const GError    *error);

/* Without a connection and without a timer. */
static void
let_go (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  eric_source_watchdog_stop (&priv->watchdog);
  g_clear_pointer (&priv->connection, eric_source_connection_close);
  if (priv->retry_timer != NULL)
    g_source_destroy (priv->retry_timer);
  g_clear_pointer (&priv->retry_timer, g_source_unref);
  priv->missed_network = FALSE;
  _eric_event_source_drop_refusal (self);
  eric_sse_reader_stop (priv->reader);
}

/* Nothing happens any more, and nothing is said of it. */
void
_eric_event_source_halt (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  let_go (self);
  priv->life++;
  if (priv->wake != NULL)
    g_source_destroy (priv->wake);
  g_clear_pointer (&priv->wake, g_source_unref);
  if (priv->monitor != NULL)
    g_clear_signal_handler (&priv->network_changed_id, priv->monitor);
  g_clear_object (&priv->monitor);
  g_clear_object (&priv->alive);
}

/* The end, and why if something went wrong. Takes over @error. */
void
_eric_event_source_finish (EricEventSource *self,
                           GError          *error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  guint life;

  _eric_event_source_halt (self);
  life = priv->life;
  _eric_event_source_end_queue (self);
  _eric_event_source_set_state (self, ERIC_READY_STATE_CLOSED, error);
  if (priv->life == life && priv->error != NULL)
    g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_ERROR), 0, priv->error);
  if (priv->life == life)
    g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_CLOSED), 0);
}

/* Waiting */

static gboolean
retry_cb (gpointer user_data)
{
  EricEventSource *self = user_data;

  g_clear_pointer (&_eric_event_source_get_private (self)->retry_timer, g_source_unref);
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
connect_after (EricEventSource *self,
               gint64           duration)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  priv->retry_time = eric_source_clock_get_time (priv->clock) + duration;
  priv->retry_timer = eric_source_clock_timer_new (priv->clock, duration);
  g_source_set_static_name (priv->retry_timer, "EricEventSource retry");
  g_source_set_callback (priv->retry_timer, retry_cb, self, NULL);
  g_source_attach (priv->retry_timer, priv->context);
}

/* In microseconds. */
static gint64
get_pause_left (EricEventSourcePrivate *priv)
{
  const gint64 pause = ERIC_EVENT_SOURCE_MIN_RETRY_DELAY * G_TIME_SPAN_MILLISECOND;

  if (priv->n_requests == 0)
    return 0;
  return priv->request_time + priv->n_requests * pause - eric_source_clock_get_time (priv->clock);
}

/* Whoever wants it, and however often. */
static void
connect_soon (EricEventSource *self)
{
  gint64 left = get_pause_left (_eric_event_source_get_private (self));

  if (left > 0)
    connect_after (self, left);
  else
    connect_now (self);
}

/* In milliseconds. */
static guint
get_retry_delay (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  double draw = eric_source_clock_draw (priv->clock);
  guint delay = eric_source_reconnect_get_delay (priv->policy, priv->retry_delay, priv->max_retry_delay,
                                                 priv->n_failures, draw);
  SoupMessageHeaders *headers = soup_message_get_response_headers (priv->http_message);
  guint after = eric_source_reconnect_read_after (soup_message_headers_get_one (headers, "Retry-After"),
                                                  g_get_real_time () / G_TIME_SPAN_SECOND);

  priv->told_to_wait = after > 0;
  return after > 0 && after <= G_MAXUINT - delay ? after + delay : delay;
}

static void
wait_to_connect (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  gint64 duration = get_retry_delay (self) * G_TIME_SPAN_MILLISECOND;

  priv->missed_network = priv->monitor != NULL && !g_network_monitor_get_network_available (priv->monitor);
  connect_after (self, MAX (duration, get_pause_left (priv)));
}

/**
 * eric_event_source_get_retry_time: (get-property retry-time)
 * @self: an event source
 *
 * Gets when the source connects again.
 *
 * Returns: the time in microseconds of [func@GLib.get_monotonic_time], -1 while the
 *   source does not wait to connect
 *
 * Since: 0.1
 */
gint64
eric_event_source_get_retry_time (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), -1);

  return priv->retry_timer != NULL ? priv->retry_time : -1;
}

/**
 * eric_event_source_retry_now:
 * @self: an event source
 *
 * Has a source that waits to connect again connect at once, though never sooner than
 * %ERIC_EVENT_SOURCE_MIN_RETRY_DELAY after it did so last: for the button that a
 * window shows meanwhile. Should it fail, it waits the longer for that. Does nothing
 * where the source is not waiting; see [method@EventSource.start] for one that has
 * ended.
 *
 * Since: 0.1
 */
void
eric_event_source_retry_now (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->retry_timer == NULL)
    return;
  let_go (self);
  connect_soon (self);
}

static gboolean
network_gone_cb (gpointer user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (priv->retry_timer != NULL)
    priv->missed_network = TRUE;
  return G_SOURCE_REMOVE;
}

/* Most likely the connection was lost for this, and no server has to be spared. That
 * there is no network is never a reason to wait: it may be wrong, as on a machine from
 * which nothing leads to the internet, but all the way to the server. */
static gboolean
network_back_cb (gpointer user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (priv->retry_timer == NULL || !priv->missed_network || priv->told_to_wait)
    return G_SOURCE_REMOVE;
  let_go (self);
  priv->n_failures = 0;
  connect_soon (self);
  return G_SOURCE_REMOVE;
}

/* The monitor belongs to the thread that was the first to ask for it. */
static void
network_changed_cb (GNetworkMonitor *monitor,
                    gboolean         available,
                    gpointer         user_data)
{
  g_autoptr (EricEventSource) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return;
  g_main_context_invoke_full (_eric_event_source_get_private (self)->context, G_PRIORITY_DEFAULT,
                              available ? network_back_cb : network_gone_cb,
                              g_object_ref (self), g_object_unref);
}

static void
free_weak_ref (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_network (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  GWeakRef *weak;

  /* GLib would abort. */
  if (priv->test_monitor == NULL && !eric_descriptors_check (ERIC_SOURCE_MIN_DESCRIPTORS, NULL))
    return;
  weak = g_new (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  priv->monitor = g_object_ref (priv->test_monitor != NULL ? priv->test_monitor
                                                           : g_network_monitor_get_default ());
  priv->network_changed_id = g_signal_connect_data (priv->monitor, "network-changed",
                                                    G_CALLBACK (network_changed_cb),
                                                    weak, free_weak_ref, 0);
}

static gboolean
may_repeat (EricEventSource *self,
            gboolean         sent)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  return !sent || priv->idempotent || eric_source_request_is_idempotent (priv->request);
}

/* The machine was asleep: the server has most likely given the connection up. */
static gboolean
wake_cb (gpointer user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);

  priv->n_failures = 0;
  if (priv->connection != NULL && may_repeat (self, TRUE))
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                      "The machine was asleep");

      lost (self, error);
    }
  if (priv->retry_timer != NULL)
    {
      let_go (self);
      connect_soon (self);
    }
  return G_SOURCE_CONTINUE;
}

/* Connections that end */

static gboolean
was_stable (EricEventSourcePrivate *priv)
{
  gint64 open = eric_source_clock_get_time (priv->clock) - priv->opened_at;

  return priv->ready_state == ERIC_READY_STATE_OPEN &&
         (priv->stable || open >= ERIC_EVENT_SOURCE_STABLE_TIME * G_TIME_SPAN_MILLISECOND);
}

/* What the application makes of it. */
static EricVerdict
decide (EricEventSource *self,
        EricVerdict      verdict,
        const GError    *error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  gboolean retry = verdict == ERIC_VERDICT_RETRY;

  g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_DECIDE_RECONNECT), 0,
                 priv->http_message, error, retry, &retry);
  return retry ? ERIC_VERDICT_RETRY : ERIC_VERDICT_FAIL;
}

/* (nullable): that a request has, whoever put it there. */
static const char *
get_id (SoupMessage *message)
{
  return soup_message_headers_get_one (soup_message_get_request_headers (message), "Last-Event-ID");
}

/* What was refused with it may come without: some servers, and proxies before them,
 * read control characters, or so many, in no header. */
static void
refuse_id (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_free (priv->refused_id);
  priv->refused_id = g_strdup (get_id (priv->http_message));
}

/* The stream is there, but begins anywhere. */
static void
tell_refused_id (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (!priv->without_id)
    return;
  priv->without_id = FALSE;
  eric_sse_reader_set_last_event_id (priv->reader, NULL);
  g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_GAP), 0, "refused-id");
}

/* There is no connection any more; without an error, its body was read to the end.
 * Whatever ends the answer of a server that refuses, that it refused is the reason. */
static void
lost (EricEventSource *self,
      const GError    *why)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (GError) refusal = _eric_event_source_end_refusal (self);
  const GError *error = refusal != NULL ? refusal : why;
  const EricOutcome outcome = {
    .error = error,
    .status = soup_message_get_status (priv->http_message),
    .finite = priv->finite,
    .repeatable = may_repeat (self, eric_source_connection_is_sent (priv->connection)),
    .had_stream = priv->had_stream,
    .had_id = get_id (priv->http_message) != NULL,
  };
  EricVerdict verdict = eric_source_reconnect_judge (priv->policy, &outcome);
  g_autoptr (GError) reason = error != NULL ? g_error_copy (error)
                                            : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                                   "The server ended the stream");
  guint life = priv->life;

  priv->n_failures = was_stable (priv) ? 0 : priv->n_failures + 1;
  let_go (self);
  if (verdict != ERIC_VERDICT_END)
    verdict = decide (self, verdict, reason);
  if (priv->life != life)
    return;

  if (verdict != ERIC_VERDICT_RETRY)
    {
      _eric_event_source_finish (self, verdict == ERIC_VERDICT_FAIL ? g_steal_pointer (&reason) : NULL);
      return;
    }
  if (refusal != NULL && eric_source_reconnect_blames_id (&outcome))
    refuse_id (self);
  wait_to_connect (self);
  _eric_event_source_set_state (self, ERIC_READY_STATE_CONNECTING, g_error_copy (reason));
  if (priv->life == life)
    g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_ERROR), 0, reason);
}

void
_eric_event_source_refused (EricEventSource *self)
{
  g_autoptr (EricEventSource) alive = g_object_ref (self);

  lost (self, NULL);
}

static void
ended_cb (const GError *error,
          gpointer      user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  g_autoptr (GError) unread = NULL;
  EricSourceConnection *connection = priv->connection;

  if (error == NULL && priv->ready_state == ERIC_READY_STATE_OPEN &&
      !_eric_event_source_read (self, NULL, 0, &unread))
    error = unread;
  if (priv->connection == connection)
    lost (self, error);
}

static gboolean
silent_cb (gpointer user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  gint64 limit = eric_source_watchdog_get_limit (&priv->watchdog);
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                          "Nothing came from the server for %.3g seconds",
                                          (double) limit / G_TIME_SPAN_SECOND);

  lost (self, error);
  return G_SOURCE_REMOVE;
}

/* Connections that begin */

static gboolean
check_type (EricEventSource  *self,
            GError          **error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  const char *header =
    soup_message_headers_get_list (soup_message_get_response_headers (priv->http_message), "Content-Type");
  g_autofree char *type = header != NULL ? eric_source_reconnect_extract_type (header) : NULL;
  g_autofree char *valid = g_utf8_make_valid (type != NULL ? type : header != NULL ? header : "", -1);

  if (g_strcmp0 (type, "text/event-stream") == 0)
    priv->reader->format = ERIC_STREAM_FORMAT_EVENT_STREAM;
  else if (type != NULL && priv->policy != ERIC_RECONNECT_POLICY_STANDARD &&
           g_strv_contains (ndjson_types, type))
    priv->reader->format = ERIC_STREAM_FORMAT_NDJSON;
  else
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
                   *valid != '\0' ? "The server answered with %s, which is no event stream"
                                  : "The server did not say what it answered with",
                   valid);
      return FALSE;
    }
  return eric_source_connection_check_coding (priv->connection, error);
}

static gboolean
check_answer (EricEventSource  *self,
              GError          **error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  guint status = soup_message_get_status (priv->http_message);
  const char *reason = soup_message_get_reason_phrase (priv->http_message);
  g_autofree char *valid = g_utf8_make_valid (reason != NULL ? reason : "", -1);

  if (status == SOUP_STATUS_OK)
    return check_type (self, error);
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE, "The server answered %u %s",
               status, valid);
  return FALSE;
}

/* TRUE if the response was a redirect, whatever came of it. */
static gboolean
follow (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = eric_source_request_redirect (priv->request, priv->http_message, &error);

  if (uri == NULL && error == NULL)
    return FALSE;
  if (uri != NULL && priv->n_redirects == ERIC_EVENT_SOURCE_MAX_REDIRECTS)
    error = g_error_new_literal (SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS,
                                 "The server redirects again and again");
  if (error != NULL)
    {
      lost (self, error);
      return TRUE;
    }
  priv->n_redirects++;
  priv->strayed = priv->strayed || !eric_source_request_is_home (priv->request, uri);
  let_go (self);
  connect_to (self, uri);
  return TRUE;
}

static void
opened (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  EricSourceConnection *connection = priv->connection;

  _eric_event_source_set_state (self, ERIC_READY_STATE_OPEN, NULL);
  if (priv->connection == NULL || priv->ready_state != ERIC_READY_STATE_OPEN)
    return;
  g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_OPEN), 0);
  if (priv->connection == connection)
    tell_refused_id (self);
}

static void
answered_cb (gpointer user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  eric_source_watchdog_feed (&priv->watchdog);
  _eric_event_source_renew_reader (self);
  if (follow (self))
    return;
  if (!check_answer (self, &error))
    {
      _eric_event_source_refuse (self, g_steal_pointer (&error));
      return;
    }
  eric_sse_reader_reset (priv->reader);
  priv->opened_at = eric_source_clock_get_time (priv->clock);
  priv->stable = FALSE;
  priv->had_stream = TRUE;
  opened (self);
}

/* A part of one that is long, or comes slowly, is no heartbeat. */
static gboolean
is_within_event (EricSseReader *reader)
{
  return reader->line->len > 0 || reader->has_data;
}

static void
received_cb (const char *data,
             gsize       length,
             gpointer    user_data)
{
  EricEventSource *self = user_data;
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  EricSourceConnection *connection = priv->connection;
  guint n_events = priv->n_events;

  eric_source_watchdog_feed (&priv->watchdog);
  if (priv->refusal != NULL)
    {
      if (!_eric_event_source_refuse_more (self, data, length))
        lost (self, NULL);
    }
  else if (!_eric_event_source_read (self, data, length, &error))
    {
      if (priv->connection == connection)
        lost (self, error);
    }
  else if (priv->connection == connection)
    eric_source_watchdog_learn (&priv->watchdog, priv->n_events != n_events || is_within_event (priv->reader));
}

/* libsoup sends it once more: somewhere else, or with a password. */
static void
restarted_cb (SoupMessage     *message,
              EricEventSource *self)
{
  _eric_event_source_get_private (self)->n_requests++;
}

/* (transfer full): what is sent next. */
static SoupMessage *
make_message (EricEventSource *self,
              GUri            *uri)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  const char *id = eric_sse_reader_get_last_event_id (priv->reader);
  SoupMessage *message = eric_source_request_make_message (priv->request, uri, id);

  g_signal_connect_object (message, "restarted", G_CALLBACK (restarted_cb), self, 0);
  return message;
}

static void
leave_out_refused_id (EricEventSource *self,
                      SoupMessage     *message)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  const char *id = get_id (message);

  priv->without_id = id != NULL && g_strcmp0 (id, priv->refused_id) == 0;
  if (priv->without_id)
    soup_message_headers_remove (soup_message_get_request_headers (message), "Last-Event-ID");
}

static void
connect_to (EricEventSource *self,
            GUri            *uri)
{
  static const EricSourceConnectionFuncs funcs = { answered_cb, received_cb, ended_cb };
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = g_object_ref (self);
  g_autoptr (SoupMessage) message = NULL;
  guint life = priv->life;

  g_clear_pointer (&priv->error_body, g_bytes_unref);
  message = make_message (self, uri);
  priv->n_requests++;
  _eric_event_source_set_http_message (self, message);
  g_signal_emit (self, _eric_event_source_get_signal (ERIC_SOURCE_BEFORE_CONNECT), 0, message);
  if (priv->life != life)
    return;
  if (priv->strayed)
    eric_source_request_strip (message);
  leave_out_refused_id (self, message);

  /* What libsoup and GIO begin belongs to the context of who begins it. */
  g_main_context_push_thread_default (priv->context);
  if (priv->session == NULL)
    priv->session = soup_session_new_with_options ("timeout", 0,
                                                   "user-agent", "eric-sse/" ERIC_PACKAGE_VERSION,
                                                   NULL);
  priv->connection = eric_source_connection_start (priv->session, message, &funcs, self);
  g_main_context_pop_thread_default (priv->context);
  eric_source_watchdog_start (&priv->watchdog, priv->inactivity_timeout);
}

static void
connect_now (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  priv->n_redirects = 0;
  priv->strayed = FALSE;
  priv->n_requests = 0;
  priv->request_time = eric_source_clock_get_time (priv->clock);
  connect_to (self, priv->request->uri);
}

void
_eric_event_source_run (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  guint life;

  priv->life++;
  g_set_object (&priv->alive, self);
  priv->n_failures = 0;
  priv->had_stream = FALSE;
  g_clear_pointer (&priv->refused_id, g_free);
  _eric_event_source_renew_reader (self);
  eric_source_watchdog_init (&priv->watchdog, priv->context, priv->clock, silent_cb, self);
  priv->wake = eric_source_clock_wake_new (priv->clock);
  g_source_set_static_name (priv->wake, "EricEventSource wake");
  g_source_set_callback (priv->wake, wake_cb, self, NULL);
  g_source_attach (priv->wake, priv->context);
  watch_network (self);
  life = priv->life;
  _eric_event_source_set_state (self, ERIC_READY_STATE_CONNECTING, NULL);
  if (priv->life == life)
    connect_now (self);
}
