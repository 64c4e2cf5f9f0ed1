/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-event-source.h"

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
 * silence is found out ([property@EventSource:inactivity-timeout]); when the network
 * comes back, and after the machine was asleep, it connects again at once. A response of type `application/x-ndjson` is read as well, unless
 * the policy is that of the standard.
 *
 * A source belongs to the thread that it was made in, and to its thread-default
 * main context: everything happens there, and nothing blocks. Once it is closed it
 * emits nothing more.
 *
 * A source that was started holds a reference to itself until it has ended: until
 * [method@EventSource.close], and where the stream ends or fails for good, until
 * [signal@EventSource::closed]. So it goes on where nobody but its handlers knows
 * it, as in a browser; who wants it no more closes it. Close it also before its main
 * context goes: nothing can end it behind that.
 *
 * Since: 0.1
 */
G_DEFINE_TYPE_WITH_PRIVATE (EricEventSource, eric_event_source, G_TYPE_OBJECT)

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
  g_clear_pointer (&priv->end_function, eric_function_unref);
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
  g_clear_pointer (&priv->refused_id, g_free);
  g_clear_pointer (&priv->context, g_main_context_unref);

  G_OBJECT_CLASS (eric_event_source_parent_class)->finalize (object);
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
   * origin is not sent there from here, either.
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
   * @reason: why: `history`, `unknown-id`, `slow`, `refused-id`, or what else the
   *   server says
   *
   * Messages are missing between those before and those behind this: the server has
   * them no more. [class@SseServer] says so. With `refused-id` the source does: the
   * server, or a proxy before it, did not take the id that would have gone on there.
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
  klass->decide_reconnect = eric_event_source_decide_reconnect;

  _eric_event_source_install_properties (object_class);
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
  _eric_event_source_limit_reader (self, ERIC_SSE_PARSER_DEFAULT_MAX_SIZE);
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
 * %G_IO_ERROR_INVALID_ARGUMENT where @message has a body of its own, no URI, or a
 * method that is not one of RFC 9110, section 9.1.
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
