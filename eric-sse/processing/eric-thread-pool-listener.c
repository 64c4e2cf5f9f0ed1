/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-thread-pool-listener.h"

#include "eric-enum-types.h"
#include "eric-listener-private.h"
#include "eric-message.h"
#include "eric-thread-pool-listener-private.h"

/**
 * EricThreadPoolListener:
 *
 * A listener that processes its messages in the threads of a pool, several at once.
 *
 * Once it is started, each message that comes into its queue is taken by a thread of
 * the pool and given to a function, or to the virtual function `process`. What that
 * returns is the result of the message. Nobody needs to read the queue, and nobody
 * should: what is taken by other means is not processed.
 *
 * When the message of type %ERIC_MESSAGE_TYPE_CLOSED is taken, which a channel sends
 * when it is closed or the listener is removed, what came before it is finished. Then
 * the listener stops, emits [signal@ThreadPoolListener::drained], and
 * [method@ThreadPoolListener.wait] returns. [method@Listener.stop] does not wait for
 * what is in the queue: tasks that run are finished, and the rest is processed when the
 * listener is started again.
 *
 * ```c
 * g_autoptr (EricListener) listener = eric_thread_pool_listener_new (4, NULL, NULL, NULL);
 *
 * eric_thread_pool_listener_set_max_pending (ERIC_THREAD_POOL_LISTENER (listener), 1000);
 * eric_thread_pool_listener_set_max_retries (ERIC_THREAD_POOL_LISTENER (listener), 3);
 * eric_listener_start (listener);
 * ```
 *
 * [class@DataProcessingChannel] makes one, and gives what it makes of its messages as a stream.
 *
 * ## Bounds
 *
 * With [property@ThreadPoolListener:max-pending], a message that there is no room for
 * holds up who sends it. To refuse it instead, set [property@Listener:overflow] to
 * %ERIC_OVERFLOW_REJECT. A task that sends to the listener that runs it is never held
 * up: it would wait for itself.
 *
 * ## Failures
 *
 * A task that fails is tried again up to [property@ThreadPoolListener:max-retries]
 * times. If it still fails, its message goes to
 * [property@ThreadPoolListener:dead-letters], its result is a message of type
 * %ERIC_MESSAGE_TYPE_ERROR, and [signal@ThreadPoolListener::failed] is emitted. The
 * payload of the result has the `reason` and, of the message that failed, the `event`,
 * the `data` and the `id`.
 *
 * ## Threads
 *
 * `process`, the key function and [signal@Listener::message] are called in threads of
 * the pool. The signals of this class are emitted in the thread-default main context
 * that the listener was made in, where a user interface and a language such as
 * JavaScript are at home, and so are notifications of properties that change in a thread
 * of the pool, also those of the listeners for results and dead letters. It is safe to call the methods from any thread.
 *
 * Since: 0.1
 */
typedef EricPool EricThreadPoolListenerPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (EricThreadPoolListener, eric_thread_pool_listener, ERIC_TYPE_LISTENER)

enum
{
  PROP_0,
  PROP_MAX_WORKERS,
  PROP_MAX_PENDING,
  PROP_TASK_ORDER,
  PROP_MAX_RETRIES,
  PROP_RETRY_DELAY,
  PROP_TIME_LIMIT,
  PROP_DEAD_LETTERS,
  PROP_RESULTS,
  PROP_RESULT_ORDER,
  PROP_CANCELLABLE,
  PROP_N_ACTIVE,
  PROP_N_DONE,
  PROP_N_FAILED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
guint _eric_thread_pool_listener_signals[ERIC_POOL_N_SIGNALS];

static EricPool *
get_pool (EricThreadPoolListener *self)
{
  return eric_thread_pool_listener_get_instance_private (self);
}

EricPool *
_eric_thread_pool_listener_get_pool (EricThreadPoolListener *self)
{
  return get_pool (self);
}

gboolean
_eric_thread_pool_listener_set_progress (EricThreadPoolListener *self,
                                         EricProgress           *progress)
{
  return g_atomic_pointer_compare_and_exchange (&get_pool (self)->progress, NULL, progress);
}

void
_eric_thread_pool_listener_count (EricThreadPoolListener *self,
                                  guint64                *n_done,
                                  guint64                *n_failed,
                                  guint64                *n_ended)
{
  EricPool *pool = get_pool (self);

  *n_done = __atomic_load_n (&pool->n_done, __ATOMIC_SEQ_CST);
  *n_failed = __atomic_load_n (&pool->n_failed, __ATOMIC_SEQ_CST);
  *n_ended = __atomic_load_n (&pool->n_ended, __ATOMIC_SEQ_CST);
}

static EricMessage *
eric_thread_pool_listener_real_process (EricThreadPoolListener  *self,
                                        EricMessage             *message,
                                        GCancellable            *cancellable,
                                        GError                 **error)
{
  EricPool *pool = get_pool (self);

  if (pool->func == NULL)
    return g_object_ref (message);
  return pool->func (message, cancellable, pool->user_data, error);
}

static void
cancelled_cb (GCancellable *cancellable,
              GWeakRef     *weak_self)
{
  g_autoptr (EricListener) listener = g_weak_ref_get (weak_self);

  if (listener != NULL)
    eric_listener_stop (listener);
}

static void
weak_ref_free (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
watch_cancellable (EricThreadPoolListener *self,
                   EricPool               *pool)
{
  GWeakRef *weak_self = g_new (GWeakRef, 1);

  pool->owns_cancellable = pool->cancellable == NULL;
  if (pool->owns_cancellable)
    pool->cancellable = g_cancellable_new ();
  g_weak_ref_init (weak_self, self);
  pool->cancelled_handler = g_signal_connect_data (pool->cancellable, "cancelled",
                                                   G_CALLBACK (cancelled_cb), weak_self,
                                                   weak_ref_free, 0);
}

static void
eric_thread_pool_listener_constructed (GObject *object)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (object);
  EricPool *pool = get_pool (self);

  G_OBJECT_CLASS (eric_thread_pool_listener_parent_class)->constructed (object);

  watch_cancellable (self, pool);
  pool->reports = _eric_pool_reports_new (self);
  pool->threads = g_thread_pool_new (_eric_pool_work, NULL, _eric_pool_get_max_threads (pool), FALSE, NULL);
  _eric_listener_set_hooks (ERIC_LISTENER (self), _eric_pool_message_queued,
                            _eric_pool_running_changed, _eric_pool_property_changed);
}

static void
eric_thread_pool_listener_finalize (GObject *object)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (object);
  EricPool *pool = get_pool (self);

  if (pool->progress != NULL)
    _eric_progress_drop (pool->progress, self);
  /* Each worker holds a reference on the listener: none is left, but this may be the
   * end of the last one. */
  g_thread_pool_free (pool->threads, FALSE, FALSE);
  g_clear_signal_handler (&pool->cancelled_handler, pool->cancellable);
  g_clear_object (&pool->cancellable);
  g_clear_pointer (&pool->reports, _eric_pool_reports_free);
  g_clear_pointer (&pool->key_func, _eric_pool_key_func_unref);
  g_clear_object (&pool->claimed);
  g_clear_object (&pool->dead_letters);
  _eric_pool_results_clear (&pool->results);
  _eric_pool_tasks_clear (&pool->tasks);
  if (pool->user_data_free_func != NULL)
    pool->user_data_free_func (pool->user_data);
  g_mutex_clear (&pool->lock);
  g_cond_clear (&pool->wake);
  g_cond_clear (&pool->idle);

  G_OBJECT_CLASS (eric_thread_pool_listener_parent_class)->finalize (object);
}

/* The capacity has a second name here. */
static void
eric_thread_pool_listener_dispatch_properties_changed (GObject     *object,
                                                       guint        n_pspecs,
                                                       GParamSpec **pspecs)
{
  GObjectClass *parent_class = G_OBJECT_CLASS (eric_thread_pool_listener_parent_class);

  parent_class->dispatch_properties_changed (object, n_pspecs, pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    if (g_str_equal (pspecs[i]->name, "capacity"))
      g_object_notify_by_pspec (object, properties[PROP_MAX_PENDING]);
}

static void
eric_thread_pool_listener_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (object);

  switch (prop_id)
    {
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, eric_thread_pool_listener_get_max_workers (self));
      break;
    case PROP_MAX_PENDING:
      g_value_set_uint (value, eric_thread_pool_listener_get_max_pending (self));
      break;
    case PROP_TASK_ORDER:
      g_value_set_enum (value, eric_thread_pool_listener_get_task_order (self));
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, eric_thread_pool_listener_get_max_retries (self));
      break;
    case PROP_RETRY_DELAY:
      g_value_set_uint (value, eric_thread_pool_listener_get_retry_delay (self));
      break;
    case PROP_TIME_LIMIT:
      g_value_set_uint (value, eric_thread_pool_listener_get_time_limit (self));
      break;
    case PROP_DEAD_LETTERS:
      g_value_take_object (value, eric_thread_pool_listener_dup_dead_letters (self));
      break;
    case PROP_RESULTS:
      g_value_take_object (value, eric_thread_pool_listener_dup_results (self));
      break;
    case PROP_RESULT_ORDER:
      g_value_set_enum (value, eric_thread_pool_listener_get_result_order (self));
      break;
    case PROP_CANCELLABLE:
      g_value_set_object (value, eric_thread_pool_listener_get_cancellable (self));
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, eric_thread_pool_listener_get_n_active (self));
      break;
    case PROP_N_DONE:
      g_value_set_uint64 (value, eric_thread_pool_listener_get_n_done (self));
      break;
    case PROP_N_FAILED:
      g_value_set_uint64 (value, eric_thread_pool_listener_get_n_failed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_thread_pool_listener_set_property (GObject      *object,
                                        guint         prop_id,
                                        const GValue *value,
                                        GParamSpec   *pspec)
{
  EricThreadPoolListener *self = ERIC_THREAD_POOL_LISTENER (object);

  switch (prop_id)
    {
    case PROP_MAX_WORKERS:
      eric_thread_pool_listener_set_max_workers (self, g_value_get_uint (value));
      break;
    case PROP_MAX_PENDING:
      eric_thread_pool_listener_set_max_pending (self, g_value_get_uint (value));
      break;
    case PROP_TASK_ORDER:
      eric_thread_pool_listener_set_task_order (self, g_value_get_enum (value));
      break;
    case PROP_MAX_RETRIES:
      eric_thread_pool_listener_set_max_retries (self, g_value_get_uint (value));
      break;
    case PROP_RETRY_DELAY:
      eric_thread_pool_listener_set_retry_delay (self, g_value_get_uint (value));
      break;
    case PROP_TIME_LIMIT:
      eric_thread_pool_listener_set_time_limit (self, g_value_get_uint (value));
      break;
    case PROP_DEAD_LETTERS:
      eric_thread_pool_listener_set_dead_letters (self, g_value_get_object (value));
      break;
    case PROP_RESULTS:
      eric_thread_pool_listener_set_results (self, g_value_get_object (value));
      break;
    case PROP_RESULT_ORDER:
      eric_thread_pool_listener_set_result_order (self, g_value_get_enum (value));
      break;
    case PROP_CANCELLABLE:
      get_pool (self)->cancellable = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * EricThreadPoolListener:max-workers: (getter get_max_workers) (setter set_max_workers)
   *
   * How many messages are processed at once; in the beginning, as many as there are
   * processors.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 1, G_MAXINT, 1,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:max-pending: (getter get_max_pending) (setter set_max_pending)
   *
   * How many messages may wait to be processed; 0 for no bound. Those that are put off
   * until their turn or their next try count, too. It is [property@Listener:capacity]
   * under the name that pools have for it.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_PENDING] =
    g_param_spec_uint ("max-pending", NULL, NULL, 0, G_MAXINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:task-order: (getter get_task_order) (setter set_task_order)
   *
   * Which messages are processed one after the other.
   *
   * Since: 0.1
   */
  properties[PROP_TASK_ORDER] =
    g_param_spec_enum ("task-order", NULL, NULL, ERIC_TYPE_TASK_ORDER, ERIC_TASK_ORDER_NONE,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:max-retries: (getter get_max_retries) (setter set_max_retries)
   *
   * How often a task that failed is tried again.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RETRIES] =
    g_param_spec_uint ("max-retries", NULL, NULL, 0, G_MAXINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:retry-delay: (getter get_retry_delay) (setter set_retry_delay)
   *
   * The time between a failure and the next try, in milliseconds.
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_DELAY] =
    g_param_spec_uint ("retry-delay", NULL, NULL, 0, G_MAXINT,
                       ERIC_THREAD_POOL_LISTENER_DEFAULT_RETRY_DELAY,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:time-limit: (getter get_time_limit) (setter set_time_limit)
   *
   * How long a task may take before [signal@ThreadPoolListener::overdue] is emitted, in
   * milliseconds; 0 for any time.
   *
   * Since: 0.1
   */
  properties[PROP_TIME_LIMIT] =
    g_param_spec_uint ("time-limit", NULL, NULL, 0, G_MAXINT, 0,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:dead-letters: (getter dup_dead_letters) (setter set_dead_letters)
   *
   * Where messages go that could not be processed.
   *
   * Since: 0.1
   */
  properties[PROP_DEAD_LETTERS] =
    g_param_spec_object ("dead-letters", NULL, NULL, ERIC_TYPE_LISTENER,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:results: (getter dup_results) (setter set_results)
   *
   * Where results go, as long as it runs. The last one is a message of type
   * %ERIC_MESSAGE_TYPE_CLOSED.
   *
   * Since: 0.1
   */
  properties[PROP_RESULTS] =
    g_param_spec_object ("results", NULL, NULL, ERIC_TYPE_LISTENER,
                         (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:result-order: (getter get_result_order) (setter set_result_order)
   *
   * In which order results come out.
   *
   * Since: 0.1
   */
  properties[PROP_RESULT_ORDER] =
    g_param_spec_enum ("result-order", NULL, NULL, ERIC_TYPE_RESULT_ORDER,
                       ERIC_RESULT_ORDER_COMPLETION,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:cancellable: (getter get_cancellable)
   *
   * What ends the processing early when it is cancelled: tasks that run can see it, no
   * other is begun, and the listener stops. What waits stays in the queue. The listener
   * has one of its own unless it is given one.
   *
   * Since: 0.1
   */
  properties[PROP_CANCELLABLE] =
    g_param_spec_object ("cancellable", NULL, NULL, G_TYPE_CANCELLABLE,
                         (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:n-active: (getter get_n_active)
   *
   * How many tasks run. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_N_ACTIVE] =
    g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:n-done: (getter get_n_done)
   *
   * How many messages were processed so far. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_N_DONE] =
    g_param_spec_uint64 ("n-done", NULL, NULL, 0, G_MAXUINT64, 0, (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricThreadPoolListener:n-failed: (getter get_n_failed)
   *
   * How many messages could not be processed so far. It does not notify.
   *
   * Since: 0.1
   */
  properties[PROP_N_FAILED] =
    g_param_spec_uint64 ("n-failed", NULL, NULL, 0, G_MAXUINT64, 0, (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
install_signals (EricThreadPoolListenerClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  /**
   * EricThreadPoolListener::processed:
   * @self: the listener
   * @message: the message
   * @result: the result, which may be @message
   *
   * A message was processed. Emitted in the main context that the listener was made
   * in, for messages that were processed after the handler was connected.
   *
   * Since: 0.1
   */
  _eric_thread_pool_listener_signals[ERIC_POOL_PROCESSED] =
    g_signal_new ("processed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, ERIC_TYPE_MESSAGE, ERIC_TYPE_MESSAGE);

  /**
   * EricThreadPoolListener::failed:
   * @self: the listener
   * @message: the message
   * @error: why it could not be processed
   *
   * A message could not be processed, and is not tried again. Emitted in the main
   * context that the listener was made in.
   *
   * Since: 0.1
   */
  _eric_thread_pool_listener_signals[ERIC_POOL_FAILED] =
    g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, ERIC_TYPE_MESSAGE, G_TYPE_ERROR);

  /**
   * EricThreadPoolListener::overdue:
   * @self: the listener
   * @message: the message
   * @elapsed: how long it has been processed, in milliseconds
   *
   * A task takes longer than [property@ThreadPoolListener:time-limit] allows. It goes
   * on: nothing can end it but the task itself. Emitted once for each try, in the main
   * context that the listener was made in.
   *
   * Since: 0.1
   */
  _eric_thread_pool_listener_signals[ERIC_POOL_OVERDUE] =
    g_signal_new ("overdue", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, ERIC_TYPE_MESSAGE, G_TYPE_UINT);

  /**
   * EricThreadPoolListener::drained:
   * @self: the listener
   *
   * All that came before the message of type %ERIC_MESSAGE_TYPE_CLOSED was processed,
   * and the listener has stopped. Emitted in the main context that the listener was
   * made in.
   *
   * Since: 0.1
   */
  _eric_thread_pool_listener_signals[ERIC_POOL_DRAINED] =
    g_signal_new ("drained", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
eric_thread_pool_listener_class_init (EricThreadPoolListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_thread_pool_listener_constructed;
  object_class->finalize = eric_thread_pool_listener_finalize;
  object_class->dispatch_properties_changed = eric_thread_pool_listener_dispatch_properties_changed;
  object_class->get_property = eric_thread_pool_listener_get_property;
  object_class->set_property = eric_thread_pool_listener_set_property;
  klass->process = eric_thread_pool_listener_real_process;

  install_properties (object_class);
  install_signals (klass);
}

static void
eric_thread_pool_listener_init (EricThreadPoolListener *self)
{
  EricPool *pool = get_pool (self);

  pool->max_workers = g_get_num_processors ();
  pool->retry_delay = ERIC_THREAD_POOL_LISTENER_DEFAULT_RETRY_DELAY;
  g_mutex_init (&pool->lock);
  g_cond_init (&pool->wake);
  g_cond_init (&pool->idle);
  _eric_pool_results_init (&pool->results);
  _eric_pool_tasks_init (&pool->tasks);
  eric_listener_set_overflow (ERIC_LISTENER (self), ERIC_OVERFLOW_BLOCK);
}

/**
 * eric_thread_pool_listener_new:
 * @max_workers: how many messages are processed at once; 0 for as many as there are
 *   processors
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): processes a
 *   message; with %NULL each message is its own result
 * @user_data: data for @func
 * @notify: (nullable): called with @user_data when the listener is gone, in the thread
 *   that drops it, which may be one of the pool
 *
 * Makes a listener. It does not run yet.
 *
 * Returns: (transfer full) (type EricThreadPoolListener): the listener
 *
 * Since: 0.1
 */
EricListener *
eric_thread_pool_listener_new (guint           max_workers,
                               EricProcessFunc func,
                               gpointer        user_data,
                               GDestroyNotify  notify)
{
  EricThreadPoolListener *self;

  g_return_val_if_fail (max_workers <= G_MAXINT, NULL);

  self = g_object_new (ERIC_TYPE_THREAD_POOL_LISTENER,
                       "max-workers", max_workers > 0 ? max_workers : g_get_num_processors (),
                       NULL);
  get_pool (self)->func = func;
  get_pool (self)->user_data = user_data;
  get_pool (self)->user_data_free_func = notify;
  return ERIC_LISTENER (self);
}
