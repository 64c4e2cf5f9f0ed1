/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source.h"

#include "eric-enum-types.h"
#include "eric-event-source-private.h"
#include "eric-message-list.h"
#include "eric-message-private.h"

/**
 * EricEventSource:
 *
 * A client of Server-Sent Events: it connects, reads, and connects again, until it
 * is closed.
 *
 * Messages come in one of two ways. Where [signal@EventSource::message] has a
 * handler, it is emitted with each message as it comes: connect handlers, then call
 * [method@EventSource.start]. Otherwise they are asked for, one after the other,
 * with [method@EventSource.next_async]; who is slow then slows the server down.
 *
 * ```c
 * static void
 * message_cb (EricEventSource *source,
 *             EricMessage     *message,
 *             gpointer         user_data)
 * {
 *   g_print ("%s\n", eric_message_get_text (message));
 * }
 *
 * const char *uri = "http://127.0.0.1:8080/events/news";
 * g_autoptr (EricEventSource) source = eric_event_source_new (uri, NULL);
 *
 * g_signal_connect (source, "message::greeting", G_CALLBACK (message_cb), NULL);
 * eric_event_source_start (source);
 * ```
 *
 * The rules are those of the WHATWG HTML standard, section 9.2, with what programs
 * need beyond browsers: any method, headers and body
 * ([ctor@EventSource.new_for_message]), a policy for servers that fail
 * ([property@EventSource:policy]) and delays that grow and are drawn at random,
 * streams that end ([property@EventSource:finite]). A connection that has died in
 * silence is found out ([property@EventSource:inactivity-timeout]); while there is
 * no network the source waits for it, and after the machine was asleep it connects
 * again at once. A response of type `application/x-ndjson` is read as well, unless
 * the policy is that of the standard.
 *
 * A source belongs to the thread that it was made in, and to its thread-default
 * main context: everything happens there, and nothing blocks. Once it is closed it
 * emits nothing more. A source that nobody holds a reference to is closed.
 *
 * Since: 0.1
 */
G_DEFINE_TYPE_WITH_PRIVATE (EricEventSource, eric_event_source, G_TYPE_OBJECT)

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
static guint signals[ERIC_SOURCE_N_SIGNALS];

EricEventSourcePrivate *
_eric_event_source_get_private (EricEventSource *self)
{
  return eric_event_source_get_instance_private (self);
}

guint
_eric_event_source_get_signal (EricSourceSignal signal)
{
  return signals[signal];
}

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

void
_eric_event_source_set_clock (EricEventSource *self,
                              EricSourceClock *clock)
{
  _eric_event_source_get_private (self)->clock = clock;
}

void
_eric_event_source_set_monitor (EricEventSource *self,
                                GNetworkMonitor *monitor)
{
  g_set_object (&_eric_event_source_get_private (self)->test_monitor, monitor);
}

static void
set_uri (EricEventSource *self,
         const char      *uri)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  if (uri != NULL)
    priv->request = eric_source_request_new (uri, &priv->request_error);
}

static gboolean
eric_event_source_decide_reconnect (EricEventSource *self,
                                    SoupMessage     *request,
                                    const GError    *error,
                                    gboolean         proposed)
{
  return proposed;
}

static void
eric_event_source_dispose (GObject *object)
{
  EricEventSource *self = ERIC_EVENT_SOURCE (object);
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  _eric_event_source_halt (self);
  eric_listener_stop (priv->queue);
  eric_event_source_set_end_func (self, NULL, NULL, NULL);
  g_clear_object (&priv->session);
  g_clear_object (&priv->http_message);
  g_clear_object (&priv->test_monitor);

  G_OBJECT_CLASS (eric_event_source_parent_class)->dispose (object);
}

static void
eric_event_source_finalize (GObject *object)
{
  EricEventSource *self = ERIC_EVENT_SOURCE (object);
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  _eric_event_source_drop_reader (self);
  g_clear_object (&priv->queue);
  g_clear_object (&priv->end_mark);
  g_clear_pointer (&priv->request, eric_source_request_free);
  g_clear_error (&priv->request_error);
  g_clear_error (&priv->error);
  g_clear_pointer (&priv->error_body, g_bytes_unref);
  g_clear_pointer (&priv->end_marker, g_free);
  g_clear_pointer (&priv->delivered_id, g_free);
  g_clear_pointer (&priv->context, g_main_context_unref);

  G_OBJECT_CLASS (eric_event_source_parent_class)->finalize (object);
}

static void
eric_event_source_get_property (GObject    *object,
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
eric_event_source_set_property (GObject      *object,
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
   * type let the connection fail, as libsoup decoded it, or %NULL where it had none.
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
   * -1 while it does not wait to, the greatest of all numbers while it waits for the
   * network. It does not notify: a window that counts the seconds down begins with
   * [signal@EventSource::error].
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
   * says more: where several sources share a session, the third would wait.
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
   * With %ERIC_RECONNECT_POLICY_STANDARD it waits at least so long. With
   * %ERIC_RECONNECT_POLICY_RESILIENT it waits for any time up to that, at random,
   * so that clients that were cut off together do not come back together. With
   * each failure in a row the bound doubles, up to
   * [property@EventSource:max-retry-delay].
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
   * The default of -1 learns it: a server that sends comments in a rhythm is dead
   * when it misses two. It does not count before the first of them: a server that
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
   * source, without an error. This is how servers of language models answer.
   *
   * libsoup before 3.6.5 takes a response in chunks that is cut off between two of
   * them for a whole one: where the stream has an
   * [property@EventSource:end-marker], set that, too.
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

static void
install_connection_signals (GType type)
{
  /**
   * EricEventSource::before-connect:
   * @self: the event source
   * @request: the request
   *
   * The source is about to connect. The request may still be changed: its headers,
   * for a token that has to be fresh, and its handlers, for certificates and
   * authentication. What [method@EventSource.set_header] does not send on to another
   * host is not sent there from here, either.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_BEFORE_CONNECT] =
    g_signal_new ("before-connect", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, before_connect), NULL, NULL, NULL,
                  G_TYPE_NONE, 1, SOUP_TYPE_MESSAGE);

  /**
   * EricEventSource::open:
   * @self: the event source
   *
   * The server has answered, and the stream is being read.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_OPEN] =
    g_signal_new ("open", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, open), NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * EricEventSource::error:
   * @self: the event source
   * @error: the reason
   *
   * The connection was lost. The source connects again where
   * [property@EventSource:ready-state] is %ERIC_READY_STATE_CONNECTING, and has
   * ended where it is %ERIC_READY_STATE_CLOSED.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_ERROR] =
    g_signal_new ("error", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, error), NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_ERROR);

  /**
   * EricEventSource::closed:
   * @self: the event source
   *
   * The source has ended: it was closed, the stream came to its end, or it failed
   * with what [property@EventSource:error] says. Messages that wait can still be
   * taken with [method@EventSource.next_async], unless it was closed.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_CLOSED] =
    g_signal_new ("closed", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, closed), NULL, NULL, NULL,
                  G_TYPE_NONE, 0);

  /**
   * EricEventSource::decide-reconnect:
   * @self: the event source
   * @request: the request, with its response if there was one
   * @error: why the connection was lost
   * @proposed: whether [property@EventSource:policy] would connect again
   *
   * The connection was lost: has the application decide what follows. The first
   * handler does.
   *
   * Returns: %TRUE to connect again, %FALSE to fail with @error
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_DECIDE_RECONNECT] =
    g_signal_new ("decide-reconnect", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, decide_reconnect),
                  g_signal_accumulator_first_wins, NULL, NULL,
                  G_TYPE_BOOLEAN, 3, SOUP_TYPE_MESSAGE, G_TYPE_ERROR, G_TYPE_BOOLEAN);
}

static void
install_stream_signals (GType type)
{
  /**
   * EricEventSource::message:
   * @self: the event source
   * @message: the message
   *
   * A message came. The detail is its type: `message::update`.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_MESSAGE] =
    g_signal_new ("message", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                  G_STRUCT_OFFSET (EricEventSourceClass, message), NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ERIC_TYPE_MESSAGE);

  /**
   * EricEventSource::comment:
   * @self: the event source
   * @text: the comment
   *
   * A comment came. Most of them have no meaning but that the server is alive.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_COMMENT] =
    g_signal_new ("comment", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, comment), NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * EricEventSource::gap:
   * @self: the event source
   * @reason: why: `history`, `unknown-id`, `slow`, or what else the server says
   *
   * Messages are missing between those before and those behind this: the server has
   * them no more. [class@SseServer] says so.
   *
   * Since: 0.1
   */
  signals[ERIC_SOURCE_GAP] =
    g_signal_new ("gap", type, G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (EricEventSourceClass, gap), NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
eric_event_source_class_init (EricEventSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = eric_event_source_dispose;
  object_class->finalize = eric_event_source_finalize;
  object_class->get_property = eric_event_source_get_property;
  object_class->set_property = eric_event_source_set_property;
  klass->decide_reconnect = eric_event_source_decide_reconnect;

  install_state ();
  install_settings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_connection_signals (G_TYPE_FROM_CLASS (klass));
  install_stream_signals (G_TYPE_FROM_CLASS (klass));
}

static void
eric_event_source_init (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  priv->context = g_main_context_ref_thread_default ();
  priv->clock = eric_source_clock_get_system ();
  priv->policy = ERIC_RECONNECT_POLICY_RESILIENT;
  priv->retry_delay = ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY;
  priv->max_retry_delay = ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY;
  priv->inactivity_timeout = -1;
  priv->max_pending = ERIC_EVENT_SOURCE_DEFAULT_MAX_PENDING;
  priv->ready_state = ERIC_READY_STATE_CLOSED;
  priv->end_mark = eric_message_new (ERIC_MESSAGE_TYPE_EOF, NULL, NULL);
  _eric_event_source_renew_reader (self);
  eric_event_source_set_max_event_size (self, ERIC_SSE_PARSER_DEFAULT_MAX_SIZE);
  _eric_event_source_renew_queue (self);
}

/**
 * eric_event_source_new:
 * @uri: what to connect to, `http` or `https`
 * @error: return location for an error, or %NULL
 *
 * Makes an event source, which [method@EventSource.start] starts.
 *
 * Fails with a `G_URI_ERROR` where @uri cannot be read or has another scheme.
 *
 * Returns: (transfer full): the event source
 *
 * Since: 0.1
 */
EricEventSource *
eric_event_source_new (const char  *uri,
                       GError     **error)
{
  g_autoptr (EricSourceRequest) request = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  request = eric_source_request_new (uri, error);
  return request != NULL ? g_object_new (ERIC_TYPE_EVENT_SOURCE, "uri", uri, NULL) : NULL;
}

/**
 * eric_event_source_new_for_message:
 * @message: what to send: its method, URI, headers, flags and priority
 * @body: (nullable): the body to send with it, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Makes an event source that sends more than a `GET`. The message itself is never
 * sent, for it could be sent once: each connection has a request of its own that is
 * like it, which [signal@EventSource::before-connect] shows. The type of the body
 * is that of the header `Content-Type`.
 *
 * A `POST` is sent once, unless [property@EventSource:idempotent] is set. See
 * [property@EventSource:finite] for an answer that comes to an end.
 *
 * Fails with a `G_URI_ERROR` where the scheme is not `http` or `https`, and with
 * %G_IO_ERROR_INVALID_ARGUMENT where @message has a body of its own.
 *
 * Returns: (transfer full): the event source
 *
 * Since: 0.1
 */
EricEventSource *
eric_event_source_new_for_message (SoupMessage  *message,
                                   GBytes       *body,
                                   GError      **error)
{
  g_autoptr (EricSourceRequest) request = NULL;
  EricEventSource *self;

  g_return_val_if_fail (SOUP_IS_MESSAGE (message), NULL);

  request = eric_source_request_new_for_message (message, body, error);
  if (request == NULL)
    return NULL;
  self = g_object_new (ERIC_TYPE_EVENT_SOURCE, NULL);
  _eric_event_source_get_private (self)->request = g_steal_pointer (&request);
  return self;
}

/**
 * eric_event_source_get_uri: (get-property uri)
 * @self: an event source
 *
 * Gets what the source connects to, also while a server redirects it.
 *
 * Returns: (transfer none) (nullable): the URI, or %NULL where none was given that
 *   can be read
 *
 * Since: 0.1
 */
const char *
eric_event_source_get_uri (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return priv->request != NULL ? priv->request->text : NULL;
}

/**
 * eric_event_source_get_ready_state: (get-property ready-state)
 * @self: an event source
 *
 * Gets what the source does.
 *
 * Returns: the state
 *
 * Since: 0.1
 */
EricReadyState
eric_event_source_get_ready_state (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), ERIC_READY_STATE_CLOSED);

  return _eric_event_source_get_private (self)->ready_state;
}

/**
 * eric_event_source_get_error: (get-property error)
 * @self: an event source
 *
 * Gets why the connection was lost, or why the source has ended.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL while the stream is open
 *   and where nothing went wrong
 *
 * Since: 0.1
 */
const GError *
eric_event_source_get_error (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return _eric_event_source_get_private (self)->error;
}

/**
 * eric_event_source_get_http_message: (get-property http-message)
 * @self: an event source
 *
 * Gets the request that was made last, with its response: its status, for
 * instance.
 *
 * Returns: (transfer none) (nullable): the request, or %NULL where none was made yet
 *
 * Since: 0.1
 */
SoupMessage *
eric_event_source_get_http_message (EricEventSource *self)
{
  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  return _eric_event_source_get_private (self)->http_message;
}

/**
 * eric_event_source_get_last_event_id: (get-property last-event-id)
 * @self: an event source
 *
 * Gets the id behind which the stream goes on. An application that keeps it can go
 * on there the next time: see [method@EventSource.set_last_event_id].
 *
 * Returns: (transfer none): the id, empty where there is none
 *
 * Since: 0.1
 */
const char *
eric_event_source_get_last_event_id (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), NULL);

  if (priv->n_queued == 0)
    return eric_sse_reader_get_last_event_id (priv->reader);
  return priv->delivered_id != NULL ? priv->delivered_id : "";
}

/**
 * eric_event_source_set_last_event_id:
 * @self: an event source that is closed
 * @last_event_id: (nullable): the id, %NULL or empty for none
 * @error: return location for an error, or %NULL
 *
 * Sets the id behind which the stream begins, before the source is started.
 *
 * Fails with %ERIC_ERROR_INVALID_MESSAGE_FORMAT where @last_event_id contains CR or
 * LF or is not UTF-8.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_event_source_set_last_event_id (EricEventSource  *self,
                                     const char       *last_event_id,
                                     GError          **error)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);

  g_return_val_if_fail (ERIC_IS_EVENT_SOURCE (self), FALSE);

  if (!_eric_message_check_field ("id", last_event_id, error))
    return FALSE;
  eric_sse_reader_set_last_event_id (priv->reader, last_event_id);
  return TRUE;
}

/**
 * eric_event_source_start:
 * @self: an event source
 *
 * Connects to the server. Does nothing where the source is started already; one
 * that has ended is started anew and goes on behind
 * [property@EventSource:last-event-id].
 *
 * What goes wrong is said by [signal@EventSource::error].
 *
 * Since: 0.1
 */
void
eric_event_source_start (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = NULL;

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  if (priv->ready_state != ERIC_READY_STATE_CLOSED)
    return;
  alive = g_object_ref (self);
  priv->was_started = TRUE;
  _eric_event_source_drop_queue (self);
  _eric_event_source_renew_queue (self);
  if (priv->request != NULL)
    {
      _eric_event_source_run (self);
      return;
    }
  _eric_event_source_finish (self, priv->request_error != NULL
                                     ? g_error_copy (priv->request_error)
                                     : g_error_new_literal (G_URI_ERROR, G_URI_ERROR_FAILED,
                                                            "The event source has no URI"));
}

/**
 * eric_event_source_close:
 * @self: an event source
 *
 * Ends the source: the connection is closed at once, also one that is only being
 * made. Nothing is emitted after [signal@EventSource::closed], whatever was under
 * way; who waits in [method@EventSource.next_async] gets %NULL, and messages that
 * were not asked for are dropped: [property@EventSource:last-event-id] is before
 * them. Does nothing the second time.
 *
 * Since: 0.1
 */
void
eric_event_source_close (EricEventSource *self)
{
  EricEventSourcePrivate *priv = _eric_event_source_get_private (self);
  g_autoptr (EricEventSource) alive = NULL;

  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));

  alive = g_object_ref (self);
  priv->was_started = TRUE;
  _eric_event_source_drop_queue (self);
  if (priv->ready_state == ERIC_READY_STATE_CLOSED)
    return;
  _eric_event_source_finish (self, NULL);
}

static void
append_cb (EricEventSource *self,
           EricMessage     *message,
           EricMessageList *list)
{
  eric_message_list_append (list, message);
}

/**
 * eric_event_source_fill_list:
 * @self: an event source
 * @list: a list
 *
 * Has the list get every message that comes, as long as both live. It is a handler
 * of [signal@EventSource::message] like any other.
 *
 * Since: 0.1
 */
void
eric_event_source_fill_list (EricEventSource *self,
                             EricMessageList *list)
{
  g_return_if_fail (ERIC_IS_EVENT_SOURCE (self));
  g_return_if_fail (ERIC_IS_MESSAGE_LIST (list));

  g_signal_connect_object (self, "message", G_CALLBACK (append_cb), list, 0);
}
