/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-enum-types.h"
#include "eric-event-source-private.h"

/* The properties: what a source is asked to do, and what it tells of itself. */

enum
{
  PROP_0,
  PROP_URI,
  PROP_READY_STATE,
  PROP_ERROR,
  PROP_ERROR_BODY,
  PROP_HTTP_MESSAGE,
  PROP_LAST_EVENT_ID,
  PROP_RETRY_TIME,
  PROP_SESSION,
  PROP_POLICY,
  PROP_IDEMPOTENT,
  PROP_RETRY_DELAY,
  PROP_MAX_RETRY_DELAY,
  PROP_INACTIVITY_TIMEOUT,
  PROP_FINITE,
  PROP_END_MARKER,
  PROP_MAX_PENDING,
  PROP_MAX_EVENT_SIZE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
/* Takes over @error. Both change before anybody is told, for whoever is told may end
 * the source. */
void
_eric_event_source_set_state (EricEventSource *self,
                              EricReadyState   ready_state,
                              GError          *error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_object_freeze_notify (G_OBJECT (self));
  if (priv->error != NULL || error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  g_clear_error (&priv->error);
  priv->error = error;
  if (priv->ready_state != ready_state)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY_STATE]);
  priv->ready_state = ready_state;
  g_object_thaw_notify (G_OBJECT (self));
}

void
_eric_event_source_set_http_message (EricEventSource *self,
                                     SoupMessage     *message)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (g_set_object (&priv->http_message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HTTP_MESSAGE]);
}

static void
set_uri (EricEventSource *self,
         const char      *uri)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (uri != NULL)
    priv->request = eric_source_request_new (uri, &priv->request_error);
}

static void
get_property (GObject    *object,
              guint       prop_id,
              GValue     *value,
              GParamSpec *pspec)
{
  EricEventSource *self = ERIC_EVENT_SOURCE (object);

  switch (prop_id)
    {
    case PROP_URI:
      g_value_set_string (value, eric_event_source_get_uri (self));
      break;
    case PROP_READY_STATE:
      g_value_set_enum (value, eric_event_source_get_ready_state (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, eric_event_source_get_error (self));
      break;
    case PROP_ERROR_BODY:
      g_value_set_boxed (value, eric_event_source_get_error_body (self));
      break;
    case PROP_HTTP_MESSAGE:
      g_value_set_object (value, eric_event_source_get_http_message (self));
      break;
    case PROP_LAST_EVENT_ID:
      g_value_set_string (value, eric_event_source_get_last_event_id (self));
      break;
    case PROP_RETRY_TIME:
      g_value_set_int64 (value, eric_event_source_get_retry_time (self));
      break;
    case PROP_SESSION:
      g_value_set_object (value, eric_event_source_get_session (self));
      break;
    case PROP_POLICY:
      g_value_set_enum (value, eric_event_source_get_policy (self));
      break;
    case PROP_IDEMPOTENT:
      g_value_set_boolean (value, eric_event_source_get_idempotent (self));
      break;
    case PROP_RETRY_DELAY:
      g_value_set_uint (value, eric_event_source_get_retry_delay (self));
      break;
    case PROP_MAX_RETRY_DELAY:
      g_value_set_uint (value, eric_event_source_get_max_retry_delay (self));
      break;
    case PROP_INACTIVITY_TIMEOUT:
      g_value_set_int (value, eric_event_source_get_inactivity_timeout (self));
      break;
    case PROP_FINITE:
      g_value_set_boolean (value, eric_event_source_get_finite (self));
      break;
    case PROP_END_MARKER:
      g_value_set_string (value, eric_event_source_get_end_marker (self));
      break;
    case PROP_MAX_PENDING:
      g_value_set_uint (value, eric_event_source_get_max_pending (self));
      break;
    case PROP_MAX_EVENT_SIZE:
      g_value_set_uint64 (value, eric_event_source_get_max_event_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_property (GObject      *object,
              guint         prop_id,
              const GValue *value,
              GParamSpec   *pspec)
{
  EricEventSource *self = ERIC_EVENT_SOURCE (object);

  switch (prop_id)
    {
    case PROP_URI:
      set_uri (self, g_value_get_string (value));
      break;
    case PROP_SESSION:
      eric_event_source_set_session (self, g_value_get_object (value));
      break;
    case PROP_POLICY:
      eric_event_source_set_policy (self, g_value_get_enum (value));
      break;
    case PROP_IDEMPOTENT:
      eric_event_source_set_idempotent (self, g_value_get_boolean (value));
      break;
    case PROP_RETRY_DELAY:
      eric_event_source_set_retry_delay (self, g_value_get_uint (value));
      break;
    case PROP_MAX_RETRY_DELAY:
      eric_event_source_set_max_retry_delay (self, g_value_get_uint (value));
      break;
    case PROP_INACTIVITY_TIMEOUT:
      eric_event_source_set_inactivity_timeout (self, g_value_get_int (value));
      break;
    case PROP_FINITE:
      eric_event_source_set_finite (self, g_value_get_boolean (value));
      break;
    case PROP_END_MARKER:
      eric_event_source_set_end_marker (self, g_value_get_string (value));
      break;
    case PROP_MAX_PENDING:
      eric_event_source_set_max_pending (self, g_value_get_uint (value));
      break;
    case PROP_MAX_EVENT_SIZE:
      eric_event_source_set_max_event_size (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_state (void)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * EricEventSource:uri: (getter get_uri)
   *
   * What the source connects to. One that cannot be read lets the source fail when
   * it is started, with a `G_URI_ERROR`.
   *
   * Since: 0.1
   */
  properties[PROP_URI] =
    g_param_spec_string ("uri", NULL, NULL, NULL,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricEventSource:ready-state: (getter get_ready_state)
   *
   * What the source does: %ERIC_READY_STATE_CLOSED before it is started.
   *
   * Since: 0.1
   */
  properties[PROP_READY_STATE] =
    g_param_spec_enum ("ready-state", NULL, NULL, ERIC_TYPE_READY_STATE, ERIC_READY_STATE_CLOSED,
                       readable);

  /**
   * EricEventSource:error: (getter get_error)
   *
   * Why the connection was lost, or why the source has ended; %NULL while the
   * stream is open and where nothing went wrong.
   *
   * Since: 0.1
   */
  properties[PROP_ERROR] =
    g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, readable);

  /**
   * EricEventSource:error-body: (getter get_error_body)
   *
   * What the server said instead of a stream: the body of an answer whose status or
   * type let the connection fail, uncompressed, or %NULL where it had none.
   * Most services say there, in JSON, what was wrong with the request.
   *
   * It is there when [signal@EventSource::decide-reconnect] and
   * [signal@EventSource::error] are emitted, and until the source connects again.
   * No more than %ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE bytes are read of it, and not
   * for longer than %ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT; it may be cut anywhere. It
   * does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_ERROR_BODY] =
    g_param_spec_boxed ("error-body", NULL, NULL, G_TYPE_BYTES, readable);

  /**
   * EricEventSource:http-message: (getter get_http_message)
   *
   * The request that was made last, with its response.
   *
   * Since: 0.1
   */
  properties[PROP_HTTP_MESSAGE] =
    g_param_spec_object ("http-message", NULL, NULL, SOUP_TYPE_MESSAGE, readable);

  /**
   * EricEventSource:last-event-id: (getter get_last_event_id)
   *
   * The id behind which the stream goes on: that of the last message that was
   * delivered. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_LAST_EVENT_ID] =
    g_param_spec_string ("last-event-id", NULL, NULL, "", readable);

  /**
   * EricEventSource:retry-time: (getter get_retry_time)
   *
   * When the source connects again, in microseconds of [func@GLib.get_monotonic_time]:
   * -1 while it does not wait to. It does not notify: a window that counts the seconds
   * down begins with [signal@EventSource::error].
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_TIME] =
    g_param_spec_int64 ("retry-time", NULL, NULL, -1, G_MAXINT64, -1, readable);
}

static void
install_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * EricEventSource:session: (getter get_session) (setter set_session)
   *
   * The session that connects: for its proxies, certificates, cookies and the
   * like. One is made when the source starts unless it was set before. A change
   * counts from the next connection on.
   *
   * A stream takes one of the session's connections as long as it is open, and
   * libsoup has two to a server unless [property@Soup.Session:max-conns-per-host]
   * says more: where several sources share a session, the third would wait. It is
   * HTTP/1.1 that they speak, also over TLS to a server that has HTTP/2.
   *
   * Since: 0.1
   */
  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION, flags);

  /**
   * EricEventSource:policy: (getter get_policy) (setter set_policy)
   *
   * When the source connects again.
   *
   * Since: 0.1
   */
  properties[PROP_POLICY] =
    g_param_spec_enum ("policy", NULL, NULL, ERIC_TYPE_RECONNECT_POLICY, ERIC_RECONNECT_POLICY_RESILIENT,
                       flags);

  /**
   * EricEventSource:idempotent: (getter get_idempotent) (setter set_idempotent)
   *
   * Whether the request may be sent again whatever its method. Those that RFC 9110
   * calls idempotent, such as `GET`, are; a `POST` that the server may have seen is
   * not repeated unless this says that nothing bad comes of it.
   *
   * Since: 0.1
   */
  properties[PROP_IDEMPOTENT] =
    g_param_spec_boolean ("idempotent", NULL, NULL, FALSE, flags);

  /**
   * EricEventSource:retry-delay: (getter get_retry_delay) (setter set_retry_delay)
   *
   * How long the source waits before it connects again, in milliseconds. The
   * stream can change it, with its field `retry`.
   *
   * Behind a stream that worked it waits so long; with
   * %ERIC_RECONNECT_POLICY_RESILIENT up to a fifth longer, at random, so that clients
   * that were cut off together do not come back together. Behind a failure, and behind
   * a stream that brought no message and lasted less than
   * %ERIC_EVENT_SOURCE_STABLE_TIME, it waits for any time up to that, and with
   * %ERIC_RECONNECT_POLICY_STANDARD for any time above it; with each failure in a row
   * the bound doubles, up to [property@EventSource:max-retry-delay]. It never waits for
   * less than %ERIC_EVENT_SOURCE_MIN_RETRY_DELAY.
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_DELAY] =
    g_param_spec_uint ("retry-delay", NULL, NULL, 0, G_MAXUINT, ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY,
                       flags);

  /**
   * EricEventSource:max-retry-delay: (getter get_max_retry_delay) (setter set_max_retry_delay)
   *
   * What the bound of the waiting time grows to, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RETRY_DELAY] =
    g_param_spec_uint ("max-retry-delay", NULL, NULL, 0, G_MAXUINT,
                       ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY, flags);

  /**
   * EricEventSource:inactivity-timeout: (getter get_inactivity_timeout) (setter set_inactivity_timeout)
   *
   * After which silence, in milliseconds, the connection is given up and another
   * one made; 0 for never. Any byte breaks the silence, comments included.
   *
   * The default of -1 learns it: a server that sends something in a rhythm is dead when
   * it misses two. Comments, blank lines and events without data are there for nothing
   * else; messages make a rhythm where three in a row come with about equal silences
   * between them. It does not count before the first of them: a server that
   * accepts a connection and never answers is waited for.
   *
   * Since: 0.1
   */
  properties[PROP_INACTIVITY_TIMEOUT] =
    g_param_spec_int ("inactivity-timeout", NULL, NULL, -1, G_MAXINT, -1, flags);

  /**
   * EricEventSource:finite: (getter get_finite) (setter set_finite)
   *
   * Whether the stream has an end: the end of the response is then the end of the
   * source, without an error. This is how servers of language models answer. A
   * response that says how long it is, or comes in chunks, and is cut off before its
   * end is an error, %G_IO_ERROR_PARTIAL_INPUT.
   *
   * Since: 0.1
   */
  properties[PROP_FINITE] =
    g_param_spec_boolean ("finite", NULL, NULL, FALSE, flags);

  /**
   * EricEventSource:end-marker: (getter get_end_marker) (setter set_end_marker)
   *
   * The data that ends the stream, such as `[DONE]`, or %NULL. The event that has it
   * is not delivered.
   *
   * Since: 0.1
   */
  properties[PROP_END_MARKER] =
    g_param_spec_string ("end-marker", NULL, NULL, NULL, flags);

  /**
   * EricEventSource:max-pending: (getter get_max_pending) (setter set_max_pending)
   *
   * How many messages wait for [method@EventSource.next_async] before the server
   * has to: no more is read from the connection, until half of them are taken. What
   * was read with the last of them waits, too.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_PENDING] =
    g_param_spec_uint ("max-pending", NULL, NULL, 1, G_MAXUINT, ERIC_EVENT_SOURCE_DEFAULT_MAX_PENDING,
                       flags);

  /**
   * EricEventSource:max-event-size: (getter get_max_event_size) (setter set_max_event_size)
   *
   * How long the data of an event may be, in bytes. Beyond that the source fails
   * with %ERIC_ERROR_TOO_LARGE.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_EVENT_SIZE] =
    g_param_spec_uint64 ("max-event-size", NULL, NULL, 0, G_MAXSIZE, ERIC_SSE_PARSER_DEFAULT_MAX_SIZE,
                         flags);
}

void
_eric_event_source_install_properties (GObjectClass *object_class)
{
  object_class->get_property = get_property;
  object_class->set_property = set_property;
  install_state ();
  install_settings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}
