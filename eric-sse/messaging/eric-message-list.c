/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-message-list.h"

#include "eric-listener.h"
#include "eric-listener-private.h"
#include "eric-message-private.h"
#include "eric-message-window-private.h"
#include "eric-ready-source-private.h"

/* What is asked of a listener at a time. */
#define FOLLOW_BATCH 256

/* Below the drawing of widgets, so that a flood does not freeze the window. */
#define FOLLOW_PRIORITY G_PRIORITY_DEFAULT_IDLE

/* Before the drawing, so that what came is in the frame that comes. */
#define FRAME_PRIORITY G_PRIORITY_HIGH_IDLE

/**
 * EricMessageList:
 *
 * The last messages of a stream as a [iface@Gio.ListModel] of [class@Message],
 * for list widgets that show what comes as it comes.
 *
 * The list is bounded by [property@MessageList:max-items], and its changes are
 * put together, so that thousands of messages in a second cost a widget no more
 * than it can draw:
 *
 * - What is added is held apart and shown in one change, a *frame*. The first one
 *   after a quiet time comes in the next turn of the main loop, at
 *   %G_PRIORITY_HIGH_IDLE; between two lie at least
 *   [property@MessageList:frame-interval] milliseconds.
 * - Each frame is one [signal@Gio.ListModel::items-changed] with the smallest range
 *   that covers what changed. What the interface tells is what was announced, also
 *   while more is held apart.
 * - A full list makes room first: one frame takes the oldest sixteenth away, or up
 *   to twice that while many come, and the new messages come with the next. Where
 *   more than a sixteenth came, or the list would lose more than half, both are told
 *   at once, as a change of the whole list.
 *
 * Messages come with [method@MessageList.append], and from any number of listeners
 * with [method@MessageList.follow]. Where a message is the successor of another,
 * such as the next reading of a sensor, [method@MessageList.set_key_func] lets it
 * take the other's place.
 *
 * ```c
 * g_autoptr (EricMessageList) list = eric_message_list_new (1000);
 * g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("news"));
 * g_autoptr (EricListener) listener = eric_channel_add_listener (channel, NULL);
 *
 * eric_message_list_follow (list, listener);
 * eric_listener_start (listener);
 * ```
 *
 * Where the messages are those of a server, [method@EventSource.fill_list] does it.
 *
 * A list belongs to the thread, and to the thread-default main context, that it
 * is made in: its functions are called and its signals emitted there alone. The
 * handlers of its signals may do anything with it, and drop the last reference. No
 * other change comes while they run, also where they turn the main loop.
 *
 * Since: 0.1
 */
struct _EricMessageList
{
  GObject            parent_instance;

  guint              max_items;        /* 0 for no bound */
  guint              frame_interval;   /* milliseconds */
  gboolean           newest_first;
  EricMessageWindow  window;
  struct KeyFunc    *key_func;         /* (owned) (nullable) */
  GSource           *source;           /* (owned): its ready time is that of the next frame */
  gboolean           scheduled;
  gint64             last_frame;       /* monotonic microseconds; -1 for none so far */
  GCancellable      *cancellable;      /* (owned): ends the following of listeners */
};

typedef struct KeyFunc
{
  EricMessageKeyFunc func;
  gpointer           user_data;
  GDestroyNotify     notify;   /* (nullable) */
} KeyFunc;

static void eric_message_list_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EricMessageList, eric_message_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      eric_message_list_list_model_init))

enum
{
  PROP_0,
  PROP_MAX_ITEMS,
  PROP_NEWEST_FIRST,
  PROP_FRAME_INTERVAL,
  PROP_ITEM_TYPE,
  PROP_N_ITEMS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
clear_key_func (gpointer data)
{
  KeyFunc *key_func = data;

  if (key_func->notify != NULL)
    key_func->notify (key_func->user_data);
}

static void
release_key_func (KeyFunc *key_func)
{
  g_rc_box_release_full (key_func, clear_key_func);
}

/* (transfer full) (nullable): the function may well set another one meanwhile, of
 * whose keys this is none */
static char *
get_key (EricMessageList *self,
         EricMessage     *message)
{
  KeyFunc *key_func = self->key_func;
  g_autofree char *key = NULL;
  gboolean valid;

  if (key_func == NULL)
    return NULL;

  g_rc_box_acquire (key_func);
  key = key_func->func (message, key_func->user_data);
  valid = key_func == self->key_func;
  release_key_func (key_func);
  return valid ? g_steal_pointer (&key) : NULL;
}

static void
schedule_frame (EricMessageList *self)
{
  gint64 interval = self->frame_interval * (gint64) G_TIME_SPAN_MILLISECOND;

  if (self->source == NULL)
    return;
  self->scheduled = TRUE;
  g_source_set_ready_time (self->source, self->last_frame < 0 ? 0 : self->last_frame + interval);
}

/* Nothing is touched behind the signal but the list's properties: a handler may have
 * disposed of it. What is shown no more is let go of at the very end. */
static gboolean
frame_cb (gpointer user_data)
{
  g_autoptr (EricMessageList) self = g_object_ref (user_data);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_before = self->window.shown.length;
  EricMessageFrame frame;
  guint position;

  g_source_set_ready_time (self->source, -1);
  self->scheduled = FALSE;

  frame = _eric_message_window_next_frame (&self->window, gone);
  if (frame.n_removed == 0 && frame.n_added == 0)
    return G_SOURCE_CONTINUE;

  self->last_frame = g_get_monotonic_time ();
  if (self->window.pending.length > 0)
    schedule_frame (self);
  position = self->newest_first ? n_before - frame.start - frame.n_removed : frame.start;
  g_list_model_items_changed (G_LIST_MODEL (self), position, frame.n_removed, frame.n_added);
  if (frame.n_removed != frame.n_added)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
  return G_SOURCE_CONTINUE;
}

static void
eric_message_list_constructed (GObject *object)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (object);

  G_OBJECT_CLASS (eric_message_list_parent_class)->constructed (object);

  _eric_message_window_init (&self->window, self->max_items > 0 ? self->max_items : G_MAXINT);
  /* As long as the list lives: an idle source for each frame, and then a timeout,
   * would cost more. */
  self->source = eric_ready_source_new ("EricMessageList frame");
  g_source_set_priority (self->source, FRAME_PRIORITY);
  g_source_set_callback (self->source, frame_cb, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static void
eric_message_list_dispose (GObject *object)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (object);

  g_cancellable_cancel (self->cancellable);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->key_func, release_key_func);

  G_OBJECT_CLASS (eric_message_list_parent_class)->dispose (object);
}

static void
eric_message_list_finalize (GObject *object)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (object);

  _eric_message_window_finish (&self->window);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (eric_message_list_parent_class)->finalize (object);
}

static void
eric_message_list_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (object);

  switch (prop_id)
    {
    case PROP_MAX_ITEMS:
      g_value_set_uint (value, self->max_items);
      break;
    case PROP_NEWEST_FIRST:
      g_value_set_boolean (value, self->newest_first);
      break;
    case PROP_FRAME_INTERVAL:
      g_value_set_uint (value, self->frame_interval);
      break;
    case PROP_ITEM_TYPE:
      g_value_set_gtype (value, ERIC_TYPE_MESSAGE);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, self->window.shown.length);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_message_list_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (object);

  switch (prop_id)
    {
    case PROP_MAX_ITEMS:
      self->max_items = g_value_get_uint (value);
      break;
    case PROP_NEWEST_FIRST:
      self->newest_first = g_value_get_boolean (value);
      break;
    case PROP_FRAME_INTERVAL:
      eric_message_list_set_frame_interval (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * EricMessageList:max-items: (getter get_max_items)
   *
   * How many messages the list keeps; 0 for no bound.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_ITEMS] =
    g_param_spec_uint ("max-items", NULL, NULL, 0, G_MAXINT, ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS,
                       (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricMessageList:newest-first: (getter get_newest_first)
   *
   * Whether the newest message is at position 0, rather than the oldest.
   *
   * Since: 0.1
   */
  properties[PROP_NEWEST_FIRST] =
    g_param_spec_boolean ("newest-first", NULL, NULL, FALSE,
                          (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  /**
   * EricMessageList:frame-interval: (getter get_frame_interval) (setter set_frame_interval)
   *
   * The least time between two changes of the model, in milliseconds; 0 for one in
   * each turn of the main loop.
   *
   * Since: 0.1
   */
  properties[PROP_FRAME_INTERVAL] =
    g_param_spec_uint ("frame-interval", NULL, NULL, 0, G_MAXUINT,
                       ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL,
                       (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));

  /**
   * EricMessageList:item-type:
   *
   * The type of the items, which is that of [class@Message].
   *
   * Since: 0.1
   */
  properties[PROP_ITEM_TYPE] =
    g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_OBJECT,
                        (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  /**
   * EricMessageList:n-items:
   *
   * How many messages the model shows.
   *
   * Since: 0.1
   */
  properties[PROP_N_ITEMS] =
    g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_message_list_class_init (EricMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_message_list_constructed;
  object_class->dispose = eric_message_list_dispose;
  object_class->finalize = eric_message_list_finalize;
  object_class->get_property = eric_message_list_get_property;
  object_class->set_property = eric_message_list_set_property;

  install_properties (object_class);
}

static void
eric_message_list_init (EricMessageList *self)
{
  self->frame_interval = ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL;
  self->last_frame = -1;
  self->cancellable = g_cancellable_new ();
}

/**
 * eric_message_list_new:
 * @max_items: how many messages the list keeps, 0 for no bound
 *
 * Makes an empty list with the oldest message first. One with the newest first is
 * made with the property [property@MessageList:newest-first].
 *
 * Its changes come in the thread-default main context of the caller.
 *
 * Returns: (transfer full): the list
 *
 * Since: 0.1
 */
EricMessageList *
eric_message_list_new (guint max_items)
{
  g_return_val_if_fail (max_items <= G_MAXINT, NULL);

  return g_object_new (ERIC_TYPE_MESSAGE_LIST, "max-items", max_items, NULL);
}

/**
 * eric_message_list_get_max_items: (get-property max-items)
 * @self: a list
 *
 * Gets how many messages the list keeps.
 *
 * Returns: the number of messages, 0 for no bound
 *
 * Since: 0.1
 */
guint
eric_message_list_get_max_items (EricMessageList *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE_LIST (self), 0);

  return self->max_items;
}

/**
 * eric_message_list_get_newest_first: (get-property newest-first)
 * @self: a list
 *
 * Tells whether the newest message is at position 0.
 *
 * Returns: %TRUE if it is, %FALSE if the oldest is
 *
 * Since: 0.1
 */
gboolean
eric_message_list_get_newest_first (EricMessageList *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE_LIST (self), FALSE);

  return self->newest_first;
}

/**
 * eric_message_list_get_frame_interval: (get-property frame-interval)
 * @self: a list
 *
 * Gets the least time between two changes of the model.
 *
 * Returns: the time in milliseconds
 *
 * Since: 0.1
 */
guint
eric_message_list_get_frame_interval (EricMessageList *self)
{
  g_return_val_if_fail (ERIC_IS_MESSAGE_LIST (self), 0);

  return self->frame_interval;
}

/**
 * eric_message_list_set_frame_interval: (set-property frame-interval)
 * @self: a list
 * @frame_interval: the time in milliseconds, 0 for each turn of the main loop
 *
 * Sets the least time between two changes of the model. It holds for what waits to
 * be shown, too.
 *
 * Since: 0.1
 */
void
eric_message_list_set_frame_interval (EricMessageList *self,
                                      guint            frame_interval)
{
  g_return_if_fail (ERIC_IS_MESSAGE_LIST (self));

  if (self->frame_interval == frame_interval)
    return;
  self->frame_interval = frame_interval;
  if (self->scheduled)
    schedule_frame (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRAME_INTERVAL]);
}

/**
 * eric_message_list_set_key_func:
 * @self: a list
 * @func: (nullable) (scope notified) (closure user_data) (destroy notify): tells the
 *   key of a message, or %NULL to have none
 * @user_data: data for @func
 * @notify: (nullable): called with @user_data when @func is no longer needed
 *
 * Lets messages replace each other: a message takes the place of the one that has
 * the same type and the same key, if that is still in the list. It takes over its
 * age as well: it goes when the other would have gone.
 *
 * @func is called once for each message that comes, in
 * [method@MessageList.append]. Messages that came before are not replaced.
 *
 * Since: 0.1
 */
void
eric_message_list_set_key_func (EricMessageList    *self,
                                EricMessageKeyFunc  func,
                                gpointer            user_data,
                                GDestroyNotify      notify)
{
  KeyFunc *old;

  g_return_if_fail (ERIC_IS_MESSAGE_LIST (self));

  old = g_steal_pointer (&self->key_func);
  _eric_message_window_forget_keys (&self->window);
  if (func != NULL)
    {
      self->key_func = g_rc_box_new (KeyFunc);
      *self->key_func = (KeyFunc) { func, user_data, notify };
    }
  if (old != NULL)
    release_key_func (old);
}

/**
 * eric_message_list_append:
 * @self: a list
 * @message: (transfer none): a message
 *
 * Adds the newest message. The model shows it in the next frame, and after that
 * until [property@MessageList:max-items] newer ones have come, or less by the room
 * that a full list makes. Where more than that come between two frames, the older
 * ones of them are not shown at all.
 *
 * Since: 0.1
 */
void
eric_message_list_append (EricMessageList *self,
                          EricMessage     *message)
{
  g_autoptr (EricMessageList) alive = NULL;
  g_autofree char *key = NULL;

  g_return_if_fail (ERIC_IS_MESSAGE_LIST (self));
  g_return_if_fail (ERIC_IS_MESSAGE (message));

  alive = g_object_ref (self);   /* the function may drop the last reference */
  key = get_key (self, message);
  _eric_message_window_append (&self->window, message, key);
  if (!self->scheduled)
    schedule_frame (self);
}

/**
 * eric_message_list_clear:
 * @self: a list
 *
 * Takes all messages away that were added before. Like what is added, this is seen
 * in the next frame: until then, the model shows what it did.
 *
 * Since: 0.1
 */
void
eric_message_list_clear (EricMessageList *self)
{
  g_return_if_fail (ERIC_IS_MESSAGE_LIST (self));

  _eric_message_window_clear (&self->window);
  if (!self->scheduled)
    schedule_frame (self);
}

static void follow_on (EricListener *listener,
                       GCancellable *cancellable,
                       GWeakRef     *list);

static void
weak_ref_free (GWeakRef *weak_ref)
{
  g_weak_ref_clear (weak_ref);
  g_free (weak_ref);
}

/* The message that ends a stream is no news for people. */
static void
followed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  GWeakRef *list = user_data;
  g_autoptr (EricMessageList) self = g_weak_ref_get (list);
  g_autoptr (GPtrArray) batch =
    eric_listener_next_batch_finish (ERIC_LISTENER (source), result, NULL);
  gboolean ended = self == NULL || batch == NULL;

  for (guint i = 0; self != NULL && batch != NULL && i < batch->len; i++)
    {
      EricMessage *message = batch->pdata[i];

      if (_eric_message_is_closed (message))
        ended = TRUE;
      else
        eric_message_list_append (self, message);
    }
  if (ended)
    weak_ref_free (list);
  else
    follow_on (ERIC_LISTENER (source), self->cancellable, list);
}

/* Takes over @list. */
static void
follow_on (EricListener *listener,
           GCancellable *cancellable,
           GWeakRef     *list)
{
  eric_listener_next_batch_async (listener, FOLLOW_BATCH, FOLLOW_PRIORITY, cancellable,
                                  followed_cb, list);
}

/**
 * eric_message_list_follow:
 * @self: a list
 * @listener: (transfer none): a listener, which may be started later
 *
 * Adds the messages of a listener as they come, until the listener is stopped or a
 * message of type %ERIC_MESSAGE_TYPE_CLOSED says that there are no more, which is
 * not added. A list may follow several listeners.
 *
 * The list takes the messages from the listener's queue at %G_PRIORITY_DEFAULT_IDLE,
 * so that drawing goes first; [property@Listener:capacity] says how many may wait
 * there. It keeps the listener until it stops following; the listener does not keep
 * the list, and what it has not taken when it is disposed of stays in the queue.
 *
 * Since: 0.1
 */
void
eric_message_list_follow (EricMessageList *self,
                          EricListener    *listener)
{
  GWeakRef *list;

  g_return_if_fail (ERIC_IS_MESSAGE_LIST (self));
  g_return_if_fail (ERIC_IS_LISTENER (listener));

  list = g_new (GWeakRef, 1);
  g_weak_ref_init (list, self);
  _eric_listener_next_batch_after_start_async (listener, FOLLOW_BATCH, FOLLOW_PRIORITY,
                                               self->cancellable, followed_cb, list);
}

static GType
eric_message_list_get_item_type (GListModel *model)
{
  return ERIC_TYPE_MESSAGE;
}

static guint
eric_message_list_get_n_items (GListModel *model)
{
  return ERIC_MESSAGE_LIST (model)->window.shown.length;
}

static gpointer
eric_message_list_get_item (GListModel *model,
                            guint       position)
{
  EricMessageList *self = ERIC_MESSAGE_LIST (model);
  guint n_items = self->window.shown.length;
  guint index = self->newest_first ? n_items - 1 - position : position;

  if (position >= n_items)
    return NULL;
  return g_object_ref (_eric_message_ring_peek (&self->window.shown, index)->message);
}

static void
eric_message_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = eric_message_list_get_item_type;
  iface->get_n_items = eric_message_list_get_n_items;
  iface->get_item = eric_message_list_get_item;
}
