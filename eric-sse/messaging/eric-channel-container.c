/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-channel-container.h"

#include "eric-channel-private.h"
#include "eric-channel.h"
#include "eric-error.h"

/**
 * EricChannelContainer:
 *
 * Channels under their ids.
 *
 * Servers find their channels here. [method@ChannelContainer.add] makes a channel
 * of the type that the container was made for; [method@ChannelContainer.register]
 * takes any.
 *
 * ```c
 * g_autoptr (EricChannelContainer) channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
 * g_autoptr (EricChannel) news = eric_channel_container_add (channels, "news", NULL);
 * ```
 *
 * It is safe to use a container from any thread. Signals are emitted in the
 * thread that causes them, and no lock is held meanwhile.
 *
 * Since: 0.1
 */
struct _EricChannelContainer
{
  GObject     parent_instance;

  GType       channel_type;   /* what add makes */
  GMutex      lock;
  GHashTable *channels;       /* (owned) (lock lock): id -> EricChannel */
};

G_DEFINE_FINAL_TYPE (EricChannelContainer, eric_channel_container, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CHANNEL_TYPE,
  N_PROPS
};

enum
{
  SIG_CHANNEL_ADDED,
  SIG_CHANNEL_REMOVED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
eric_channel_container_finalize (GObject *object)
{
  EricChannelContainer *self = ERIC_CHANNEL_CONTAINER (object);

  g_clear_pointer (&self->channels, g_hash_table_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (eric_channel_container_parent_class)->finalize (object);
}

static void
eric_channel_container_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  EricChannelContainer *self = ERIC_CHANNEL_CONTAINER (object);

  switch (prop_id)
    {
    case PROP_CHANNEL_TYPE:
      g_value_set_gtype (value, self->channel_type);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_channel_container_set_property (GObject      *object,
                                     guint         prop_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  EricChannelContainer *self = ERIC_CHANNEL_CONTAINER (object);

  switch (prop_id)
    {
    case PROP_CHANNEL_TYPE:
      self->channel_type = g_value_get_gtype (value);
      if (self->channel_type == ERIC_TYPE_CHANNEL)
        self->channel_type = _eric_channel_get_default_type ();
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static guint
new_channel_signal (const char *name)
{
  return g_signal_new (name,
                       ERIC_TYPE_CHANNEL_CONTAINER,
                       G_SIGNAL_RUN_LAST,
                       0, NULL, NULL, NULL,
                       G_TYPE_NONE, 1, ERIC_TYPE_CHANNEL);
}

static void
eric_channel_container_class_init (EricChannelContainerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = eric_channel_container_finalize;
  object_class->get_property = eric_channel_container_get_property;
  object_class->set_property = eric_channel_container_set_property;

  /**
   * EricChannelContainer:channel-type: (getter get_channel_type)
   *
   * The type of the channels that [method@ChannelContainer.add] makes:
   * %ERIC_TYPE_SSE_CHANNEL unless another is given, and for %ERIC_TYPE_CHANNEL,
   * which is abstract.
   *
   * Since: 0.1
   */
  properties[PROP_CHANNEL_TYPE] =
    g_param_spec_gtype ("channel-type", NULL, NULL, ERIC_TYPE_CHANNEL,
                        (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EricChannelContainer::channel-added:
   * @self: the container
   * @channel: the channel
   *
   * A channel was added or registered.
   *
   * Since: 0.1
   */
  signals[SIG_CHANNEL_ADDED] = new_channel_signal ("channel-added");

  /**
   * EricChannelContainer::channel-removed:
   * @self: the container
   * @channel: the channel
   *
   * A channel was removed.
   *
   * Since: 0.1
   */
  signals[SIG_CHANNEL_REMOVED] = new_channel_signal ("channel-removed");
}

static void
eric_channel_container_init (EricChannelContainer *self)
{
  g_mutex_init (&self->lock);
  self->channels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

/**
 * eric_channel_container_new:
 * @channel_type: the type of the channels that [method@ChannelContainer.add]
 *   makes; %ERIC_TYPE_CHANNEL stands for %ERIC_TYPE_SSE_CHANNEL
 *
 * Makes an empty container.
 *
 * Returns: (transfer full): the container
 *
 * Since: 0.1
 */
EricChannelContainer *
eric_channel_container_new (GType channel_type)
{
  g_return_val_if_fail (g_type_is_a (channel_type, ERIC_TYPE_CHANNEL), NULL);

  return g_object_new (ERIC_TYPE_CHANNEL_CONTAINER, "channel-type", channel_type, NULL);
}

/**
 * eric_channel_container_get_channel_type: (get-property channel-type)
 * @self: a container
 *
 * Gets the type of the channels that [method@ChannelContainer.add] makes.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the type
 *
 * Since: 0.1
 */
GType
eric_channel_container_get_channel_type (EricChannelContainer *self)
{
  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), G_TYPE_INVALID);

  return self->channel_type;
}

/**
 * eric_channel_container_add:
 * @self: a container
 * @channel_id: (nullable): the id of the channel, or %NULL for a random one
 * @error: return location for an error, or %NULL
 *
 * Makes a channel and registers it.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the id is taken, or where the
 * container's type of channel is abstract.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the channel
 *
 * Since: 0.1
 */
EricChannel *
eric_channel_container_add (EricChannelContainer  *self,
                            const char            *channel_id,
                            GError               **error)
{
  g_autoptr (EricChannel) channel = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), NULL);

  if (G_TYPE_IS_ABSTRACT (self->channel_type))
    {
      g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL,
                   "The channel type %s is abstract", g_type_name (self->channel_type));
      return NULL;
    }

  channel = g_object_new (self->channel_type, "id", channel_id, NULL);
  if (!eric_channel_container_register (self, channel, error))
    return NULL;
  return g_steal_pointer (&channel);
}

/**
 * eric_channel_container_register:
 * @self: a container
 * @channel: (transfer none): a channel
 * @error: return location for an error, or %NULL
 *
 * Registers a channel under its id.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where the id is taken.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the channel was registered
 *
 * Since: 0.1
 */
gboolean
eric_channel_container_register (EricChannelContainer  *self,
                                 EricChannel           *channel,
                                 GError               **error)
{
  const char *channel_id;
  gboolean registered = FALSE;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), FALSE);
  g_return_val_if_fail (ERIC_IS_CHANNEL (channel), FALSE);

  channel_id = eric_channel_get_id (channel);

  g_mutex_lock (&self->lock);
  if (!g_hash_table_contains (self->channels, channel_id))
    registered = g_hash_table_insert (self->channels, (gpointer) channel_id, g_object_ref (channel));
  g_mutex_unlock (&self->lock);

  if (registered)
    g_signal_emit (self, signals[SIG_CHANNEL_ADDED], 0, channel);
  else
    g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL,
                 "There is a channel “%s” already", channel_id);
  return registered;
}

static void
set_unknown_channel (const char  *channel_id,
                     GError     **error)
{
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL,
               "There is no channel “%s”", channel_id);
}

/**
 * eric_channel_container_get:
 * @self: a container
 * @channel_id: the id of a channel
 * @error: return location for an error, or %NULL
 *
 * Looks up a channel. The reference is the caller's, since another thread may
 * remove the channel at any time.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where there is none with that id.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the channel
 *
 * Since: 0.1
 */
EricChannel *
eric_channel_container_get (EricChannelContainer  *self,
                            const char            *channel_id,
                            GError               **error)
{
  EricChannel *channel;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), NULL);
  g_return_val_if_fail (channel_id != NULL, NULL);

  g_mutex_lock (&self->lock);
  channel = g_hash_table_lookup (self->channels, channel_id);
  if (channel != NULL)
    g_object_ref (channel);
  g_mutex_unlock (&self->lock);

  if (channel == NULL)
    set_unknown_channel (channel_id, error);
  return channel;
}

/**
 * eric_channel_container_remove:
 * @self: a container
 * @channel_id: the id of a channel
 * @error: return location for an error, or %NULL
 *
 * Removes a channel. It stays open: [method@Channel.close] ends its streams.
 *
 * Fails with %ERIC_ERROR_INVALID_CHANNEL where there is none with that id.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: %TRUE if the channel was removed
 *
 * Since: 0.1
 */
gboolean
eric_channel_container_remove (EricChannelContainer  *self,
                               const char            *channel_id,
                               GError               **error)
{
  g_autoptr (EricChannel) channel = NULL;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), FALSE);
  g_return_val_if_fail (channel_id != NULL, FALSE);

  g_mutex_lock (&self->lock);
  g_hash_table_steal_extended (self->channels, channel_id, NULL, (gpointer *) &channel);
  g_mutex_unlock (&self->lock);

  if (channel == NULL)
    {
      set_unknown_channel (channel_id, error);
      return FALSE;
    }
  g_signal_emit (self, signals[SIG_CHANNEL_REMOVED], 0, channel);
  return TRUE;
}

/**
 * eric_channel_container_get_ids:
 * @self: a container
 *
 * Lists the channels, in no particular order.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): their ids
 *
 * Since: 0.1
 */
char **
eric_channel_container_get_ids (EricChannelContainer *self)
{
  g_autoptr (GStrvBuilder) ids = NULL;
  GHashTableIter iter;
  gpointer channel_id;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), NULL);

  ids = g_strv_builder_new ();
  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, &channel_id, NULL))
    g_strv_builder_add (ids, channel_id);
  g_mutex_unlock (&self->lock);
  return g_strv_builder_end (ids);
}

/**
 * eric_channel_container_get_size:
 * @self: a container
 *
 * Counts the channels.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: how many there are
 *
 * Since: 0.1
 */
guint
eric_channel_container_get_size (EricChannelContainer *self)
{
  guint size;

  g_return_val_if_fail (ERIC_IS_CHANNEL_CONTAINER (self), 0);

  g_mutex_lock (&self->lock);
  size = g_hash_table_size (self->channels);
  g_mutex_unlock (&self->lock);
  return size;
}
