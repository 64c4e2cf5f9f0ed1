/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY:
 *
 * The default of [property@EventSource:retry-delay], in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_DEFAULT_RETRY_DELAY 3000

/**
 * ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY:
 *
 * The default of [property@EventSource:max-retry-delay], in milliseconds.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_DEFAULT_MAX_RETRY_DELAY 60000

/**
 * ERIC_EVENT_SOURCE_MIN_RETRY_DELAY:
 *
 * The shortest time between two requests of an event source, in milliseconds,
 * whatever the field `retry` of the stream, [property@EventSource:retry-delay] and the
 * application say. A request that was redirected counts once for each redirect. The
 * first one behind [method@EventSource.start] waits for nothing.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_MIN_RETRY_DELAY 100

/**
 * ERIC_EVENT_SOURCE_MAX_RETRY_AFTER:
 *
 * The longest time that a server can have an event source wait with
 * `Retry-After`, in milliseconds: an hour.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_MAX_RETRY_AFTER 3600000

/**
 * ERIC_EVENT_SOURCE_STABLE_TIME:
 *
 * How long a connection has to last, in milliseconds, to count as a success where
 * no message came: what follows it is a first failure.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_STABLE_TIME 10000

/**
 * ERIC_EVENT_SOURCE_DEFAULT_MAX_PENDING:
 *
 * The default of [property@EventSource:max-pending], in messages.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_DEFAULT_MAX_PENDING 1000

/**
 * ERIC_EVENT_SOURCE_MAX_REDIRECTS:
 *
 * How many redirects an event source follows to one stream.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_MAX_REDIRECTS 20

/**
 * ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE:
 *
 * How much [property@EventSource:error-body] keeps, in bytes.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_MAX_ERROR_BODY_SIZE (64 * 1024)

/**
 * ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT:
 *
 * How long an event source waits for the rest of an answer that is no stream, in
 * milliseconds. The answer fails all the same, with what has come of its body.
 *
 * Since: 0.1
 */
#define ERIC_EVENT_SOURCE_ERROR_BODY_TIMEOUT 3000

/**
 * EricReadyState:
 * @ERIC_READY_STATE_CONNECTING: it connects, or waits to connect again
 * @ERIC_READY_STATE_OPEN: the stream is being read
 * @ERIC_READY_STATE_CLOSED: it was not opened yet, or has ended for good
 *
 * What an event source does. The values are those of WHATWG HTML, section 9.2.2.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_READY_STATE_CONNECTING,
  ERIC_READY_STATE_OPEN,
  ERIC_READY_STATE_CLOSED,
} EricReadyState;

/**
 * EricReconnectPolicy:
 * @ERIC_RECONNECT_POLICY_RESILIENT: as the standard says, and also where the
 *   server, or a proxy before it, answers what passes: 408, 425, 429, 502, 503, 504 or
 *   520 to 530, and 500 where there was a stream before. Where it answers 400, 413 or
 *   431 to a request with the id of the last event, that is left out the next time
 * @ERIC_RECONNECT_POLICY_STANDARD: where the network fails and where the stream
 *   ends; any answer but 200 with `text/event-stream` is final
 * @ERIC_RECONNECT_POLICY_NEVER: whatever ends the stream is final
 *
 * When an event source connects again.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_RECONNECT_POLICY_RESILIENT,
  ERIC_RECONNECT_POLICY_STANDARD,
  ERIC_RECONNECT_POLICY_NEVER,
} EricReconnectPolicy;

#define ERIC_TYPE_EVENT_SOURCE (eric_event_source_get_type ())

ERIC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (EricEventSource, eric_event_source, ERIC, EVENT_SOURCE, GObject)

/**
 * EricEventSourceClass:
 * @parent_class: the parent class
 * @before_connect: the default handler of [signal@EventSource::before-connect]
 * @open: the default handler of [signal@EventSource::open]
 * @message: the default handler of [signal@EventSource::message]
 * @comment: the default handler of [signal@EventSource::comment]
 * @gap: the default handler of [signal@EventSource::gap]
 * @error: the default handler of [signal@EventSource::error]
 * @closed: the default handler of [signal@EventSource::closed]
 * @decide_reconnect: the default handler of
 *   [signal@EventSource::decide-reconnect], which does as proposed
 *
 * The class of [class@EventSource].
 *
 * Since: 0.1
 */
struct _EricEventSourceClass
{
  GObjectClass parent_class;

  /**
   * EricEventSourceClass::before_connect:
   * @self: the event source
   * @request: the request
   *
   * The default handler of [signal@EventSource::before-connect]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*before_connect)   (EricEventSource *self,
                                SoupMessage     *request);

  /**
   * EricEventSourceClass::open:
   * @self: the event source
   *
   * The default handler of [signal@EventSource::open]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*open)             (EricEventSource *self);

  /**
   * EricEventSourceClass::message:
   * @self: the event source
   * @message: the message
   *
   * The default handler of [signal@EventSource::message]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*message)          (EricEventSource *self,
                                EricMessage     *message);

  /**
   * EricEventSourceClass::comment:
   * @self: the event source
   * @text: the comment
   *
   * The default handler of [signal@EventSource::comment]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*comment)          (EricEventSource *self,
                                const char      *text);

  /**
   * EricEventSourceClass::gap:
   * @self: the event source
   * @reason: why
   *
   * The default handler of [signal@EventSource::gap]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*gap)              (EricEventSource *self,
                                const char      *reason);

  /**
   * EricEventSourceClass::error:
   * @self: the event source
   * @error: the reason
   *
   * The default handler of [signal@EventSource::error]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*error)            (EricEventSource *self,
                                const GError    *error);

  /**
   * EricEventSourceClass::closed:
   * @self: the event source
   *
   * The default handler of [signal@EventSource::closed]. The default does nothing.
   *
   * Since: 0.1
   */
  void     (*closed)           (EricEventSource *self);

  /**
   * EricEventSourceClass::decide_reconnect:
   * @self: the event source
   * @request: the request, with its response if there was one
   * @error: why the connection was lost
   * @proposed: whether [property@EventSource:policy] would connect again
   *
   * The default handler of [signal@EventSource::decide-reconnect]. The default does as
   * proposed.
   *
   * Returns: %TRUE to connect again, %FALSE to fail with @error
   *
   * Since: 0.1
   */
  gboolean (*decide_reconnect) (EricEventSource *self,
                                SoupMessage     *request,
                                const GError    *error,
                                gboolean         proposed);

  /*< private >*/
  gpointer padding[8];
};

/**
 * EricEndFunc:
 * @message: a message
 * @user_data: the data that was given with the function
 *
 * Tells whether a message is the last one of its stream.
 *
 * Returns: %TRUE if nothing comes behind it
 *
 * Since: 0.1
 */
typedef gboolean (*EricEndFunc) (EricMessage *message,
                                 gpointer     user_data);

ERIC_AVAILABLE_IN_ALL
EricEventSource     *eric_event_source_new                    (const char           *uri,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
EricEventSource     *eric_event_source_new_for_message        (SoupMessage          *message,
                                                               GBytes               *body,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
const char          *eric_event_source_get_uri                (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
EricReadyState       eric_event_source_get_ready_state        (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
const GError        *eric_event_source_get_error              (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
GBytes              *eric_event_source_get_error_body         (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
SoupMessage         *eric_event_source_get_http_message       (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
const char          *eric_event_source_get_last_event_id      (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
gboolean             eric_event_source_set_last_event_id      (EricEventSource      *self,
                                                               const char           *last_event_id,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
SoupSession         *eric_event_source_get_session            (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_session            (EricEventSource      *self,
                                                               SoupSession          *session);
ERIC_AVAILABLE_IN_ALL
EricReconnectPolicy  eric_event_source_get_policy             (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_policy             (EricEventSource      *self,
                                                               EricReconnectPolicy   policy);
ERIC_AVAILABLE_IN_ALL
gboolean             eric_event_source_get_idempotent         (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_idempotent         (EricEventSource      *self,
                                                               gboolean              idempotent);
ERIC_AVAILABLE_IN_ALL
guint                eric_event_source_get_retry_delay        (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_retry_delay        (EricEventSource      *self,
                                                               guint                 retry_delay);
ERIC_AVAILABLE_IN_ALL
guint                eric_event_source_get_max_retry_delay    (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_max_retry_delay    (EricEventSource      *self,
                                                               guint                 max_retry_delay);
ERIC_AVAILABLE_IN_ALL
int                  eric_event_source_get_inactivity_timeout (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_inactivity_timeout (EricEventSource      *self,
                                                               int                   inactivity_timeout);
ERIC_AVAILABLE_IN_ALL
gboolean             eric_event_source_get_finite             (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_finite             (EricEventSource      *self,
                                                               gboolean              finite);
ERIC_AVAILABLE_IN_ALL
const char          *eric_event_source_get_end_marker         (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_end_marker         (EricEventSource      *self,
                                                               const char           *end_marker);
ERIC_AVAILABLE_IN_ALL
guint                eric_event_source_get_max_pending        (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_max_pending        (EricEventSource      *self,
                                                               guint                 max_pending);
ERIC_AVAILABLE_IN_ALL
gsize                eric_event_source_get_max_event_size     (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_max_event_size     (EricEventSource      *self,
                                                               gsize                 max_event_size);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_set_end_func           (EricEventSource      *self,
                                                               EricEndFunc           func,
                                                               gpointer              user_data,
                                                               GDestroyNotify        destroy);
ERIC_AVAILABLE_IN_ALL
gboolean             eric_event_source_set_header             (EricEventSource      *self,
                                                               const char           *name,
                                                               const char           *value,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_start                  (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_close                  (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
gint64               eric_event_source_get_retry_time         (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_retry_now              (EricEventSource      *self);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_fill_list              (EricEventSource      *self,
                                                               EricMessageList      *list);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_next_async             (EricEventSource      *self,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
EricMessage         *eric_event_source_next_finish            (EricEventSource      *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);
ERIC_AVAILABLE_IN_ALL
void                 eric_event_source_next_batch_async       (EricEventSource      *self,
                                                               guint                 max_messages,
                                                               int                   io_priority,
                                                               GCancellable         *cancellable,
                                                               GAsyncReadyCallback   callback,
                                                               gpointer              user_data);
ERIC_AVAILABLE_IN_ALL
GPtrArray           *eric_event_source_next_batch_finish      (EricEventSource      *self,
                                                               GAsyncResult         *result,
                                                               GError              **error);

G_END_DECLS
