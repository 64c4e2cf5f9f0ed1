/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-sse-server.h"

#include "eric-channel-container.h"
#include "eric-enum-types.h"
#include "eric-http-probe-private.h"
#include "eric-ready-source-private.h"
#include "eric-sse-channel-private.h"
#include "eric-sse-server-private.h"

/**
 * EricSseServer:
 *
 * Serves channels as Server-Sent Events on a [class@Soup.Server] that the
 * application owns.
 *
 * [method@SseServer.mount] serves the channels of a container below a path;
 * [method@SseServer.serve] turns one request, which the application's own handler
 * was given, into a stream. libsoup reads and routes the requests and does TLS
 * and authentication. The sockets of streams are then taken over by threads of
 * this object, which are made for very many of them.
 *
 * ```c
 * g_autoptr (SoupServer) soup_server = soup_server_new (NULL, NULL);
 * g_autoptr (EricSseServer) server = eric_sse_server_new (soup_server, NULL);
 * g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
 * EricChannelContainer *channels = eric_sse_server_get_channels (server);
 * g_autoptr (EricChannel) news = eric_channel_container_add (channels, "news", NULL);
 *
 * eric_sse_server_mount (server, "/events", NULL);
 * eric_sse_server_listen (server, address, NULL);
 * ```
 *
 * The page [Serving](serving.html) goes on from there, [Security](security.html) says what is defended.
 *
 * A client that comes back is given what it missed, as far as the channel's
 * history has it: it says what it has in the header `Last-Event-ID` or in the
 * query as `lastEventId`; the id `earliest` asks for all there is. A comment `gap history` or `gap unknown-id` at the
 * beginning of the stream says that something is missing.
 *
 * Let the server listen with [method@SseServer.listen] rather than with
 * [method@Soup.Server.listen]: the listening socket of libsoup 3.2 has a short
 * queue, leaks per connection, and stops accepting for ever once descriptors
 * run out.
 *
 * The object belongs to the thread-default main context it was made in, in which
 * the SoupServer must run, and emits its signals there. The channels may be used
 * from any thread.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (EricSseServer, eric_sse_server, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SOUP_SERVER,
  PROP_CHANNELS,
  PROP_KEEPALIVE,
  PROP_STALL_TIMEOUT,
  PROP_MAX_SUBSCRIBERS,
  PROP_MAX_BODY,
  PROP_MAX_MEMORY,
  PROP_SLOW_CONSUMER,
  PROP_ALLOW_PUBLISH,
  PROP_ALLOWED_ORIGINS,
  PROP_TRUST_FORWARDED,
  PROP_N_SUBSCRIBERS,
  N_PROPS
};

enum
{
  SIG_CHANNEL_QUERIED,
  SIG_CHANNEL_REQUESTED,
  SIG_SUBSCRIBED,
  SIG_UNSUBSCRIBED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What a thread of the hub has to tell. */
typedef struct
{
  guint64           id;
  gboolean          sent;     /* or left */
  EricSseDisconnect reason;
} News;

static void
add_news (EricSseServer *self,
          const News    *news)
{
  g_mutex_lock (&self->news_lock);
  g_array_append_vals (self->news, news, 1);
  if (self->news->len == 1)
    g_source_set_ready_time (self->news_source, 0);
  g_mutex_unlock (&self->news_lock);
}

static void
left_cb (guint64           id,
         EricSseDisconnect reason,
         gpointer          user_data)
{
  add_news (user_data, &(News) { .id = id, .reason = reason });
}

static void
sent_cb (guint64  id,
         gpointer user_data)
{
  add_news (user_data, &(News) { .id = id, .sent = TRUE });
}

static void
handle_news (EricSseServer *self,
             const News    *news)
{
  g_autoptr (EricSseSubscriber) subscriber = NULL;
  g_autofree guint64 *key = NULL;

  if (news->sent)
    {
      EricHttpPump *pump = g_hash_table_lookup (self->pumps, &news->id);

      if (pump != NULL)
        _eric_http_pump_next (pump);
      return;
    }

  g_hash_table_remove (self->pumps, &news->id);
  if (!g_hash_table_steal_extended (self->subscribers, &news->id, (gpointer *) &key, (gpointer *) &subscriber))
    return;
  g_signal_emit (self, signals[SIG_UNSUBSCRIBED], 0, subscriber, news->reason);
  _eric_http_drain_check (self);
}

static gboolean
news_cb (gpointer user_data)
{
  g_autoptr (EricSseServer) self = g_object_ref (user_data);
  g_autoptr (GArray) news = NULL;

  g_mutex_lock (&self->news_lock);
  news = g_steal_pointer (&self->news);
  self->news = g_array_new (FALSE, FALSE, sizeof (News));
  g_source_set_ready_time (self->news_source, -1);
  g_mutex_unlock (&self->news_lock);

  for (guint i = 0; i < news->len; i++)
    handle_news (self, &g_array_index (news, News, i));
  return G_SOURCE_CONTINUE;
}

void
_eric_sse_server_add_subscriber (EricSseServer     *self,
                                 EricSseSubscriber *subscriber)
{
  guint64 id = eric_sse_subscriber_get_id (subscriber);

  g_hash_table_insert (self->subscribers, g_memdup2 (&id, sizeof id),
                       eric_sse_subscriber_ref (subscriber));
  g_signal_emit (self, signals[SIG_SUBSCRIBED], 0, subscriber);
}

/* (transfer full) (nullable) */
EricSseChannel *
_eric_sse_server_find_channel (EricSseServer *self,
                               const char    *channel_id)
{
  g_autoptr (EricChannel) channel = eric_channel_container_get (self->channels, channel_id, NULL);

  return ERIC_IS_SSE_CHANNEL (channel) ? ERIC_SSE_CHANNEL (g_steal_pointer (&channel)) : NULL;
}

EricSseChannel *
_eric_sse_server_request_channel (EricSseServer     *self,
                                  SoupServerMessage *message,
                                  const char        *channel_id)
{
  EricSseChannel *made = NULL;

  self->current_message = message;
  g_signal_emit (self, signals[SIG_CHANNEL_REQUESTED], 0, channel_id, &made);
  self->current_message = NULL;
  if (made != NULL)
    _eric_sse_server_adopt_channel (self, made);
  return made;
}

gboolean
_eric_sse_server_offers_channel (EricSseServer     *self,
                                 SoupServerMessage *message,
                                 const char        *channel_id)
{
  g_autoptr (EricSseChannel) channel = _eric_sse_server_find_channel (self, channel_id);
  gboolean offered = channel != NULL;

  if (offered)
    return TRUE;
  self->current_message = message;
  g_signal_emit (self, signals[SIG_CHANNEL_QUERIED], 0, channel_id, &offered);
  self->current_message = NULL;
  return offered;
}

void
_eric_sse_server_adopt_channel (EricSseServer  *self,
                                EricSseChannel *channel)
{
  _eric_sse_channel_join_budget (channel, self->budget);
}

/* In whatever thread adds the channel. */
static void
channel_added_cb (EricChannelContainer *channels,
                  EricChannel          *channel,
                  EricFrameBudget      *budget)
{
  if (ERIC_IS_SSE_CHANNEL (channel))
    _eric_sse_channel_join_budget (ERIC_SSE_CHANNEL (channel), budget);
}

void
_eric_sse_server_adopt_all (EricSseServer *self)
{
  g_auto (GStrv) ids = eric_channel_container_get_ids (self->channels);

  for (char **id = ids; *id != NULL; id++)
    {
      g_autoptr (EricChannel) channel = eric_channel_container_get (self->channels, *id, NULL);

      if (channel != NULL)
        channel_added_cb (self->channels, channel, self->budget);
    }
}

static void
unref_budget (gpointer  budget,
              GClosure *closure)
{
  eric_frame_budget_unref (budget);
}

static void
eric_sse_server_constructed (GObject *object)
{
  EricSseServer *self = ERIC_SSE_SERVER (object);
  const EricHubCallbacks callbacks = { left_cb, sent_cb, self };

  G_OBJECT_CLASS (eric_sse_server_parent_class)->constructed (object);

  if (self->soup_server == NULL)
    self->soup_server = soup_server_new (NULL, NULL);
  if (self->channels == NULL)
    self->channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  self->added_handler = g_signal_connect_data (self->channels, "channel-added", G_CALLBACK (channel_added_cb),
                                               eric_frame_budget_ref (self->budget), unref_budget, 0);
  _eric_sse_server_adopt_all (self);

  self->news_source = eric_ready_source_new ("EricSseServer news");
  g_source_set_callback (self->news_source, news_cb, self, NULL);
  g_source_attach (self->news_source, self->context);

  if (self->soup_server != NULL)
    _eric_http_gate_add (self);
  self->hub = eric_hub_new (&callbacks);
  eric_hub_set_keepalive (self->hub, self->keepalive);
  eric_hub_set_stall_timeout (self->hub, self->stall_timeout);
}

static void
eric_sse_server_dispose (GObject *object)
{
  EricSseServer *self = ERIC_SSE_SERVER (object);

  self->draining = self->disposed = TRUE;
  g_ptr_array_set_size (self->listeners, 0);
  g_clear_pointer (&self->connections, eric_http_connections_free);
  _eric_http_routes_remove_all (self);
  _eric_http_probes_end (self);
  _eric_http_feeds_stop (self);
  g_hash_table_remove_all (self->pumps);
  eric_hub_stop (self->hub);
  g_source_destroy (self->news_source);
  g_hash_table_remove_all (self->subscribers);
  if (self->channels != NULL)
    g_clear_signal_handler (&self->added_handler, self->channels);

  G_OBJECT_CLASS (eric_sse_server_parent_class)->dispose (object);
}

/* What methods use is there until the end: they may be called after the dispose. */
static void
eric_sse_server_finalize (GObject *object)
{
  EricSseServer *self = ERIC_SSE_SERVER (object);

  _eric_sse_server_release_soup_server (self);
  g_clear_pointer (&self->hub, eric_hub_free);
  g_clear_object (&self->channels);
  g_clear_pointer (&self->news_source, g_source_unref);
  g_clear_pointer (&self->budget, eric_frame_budget_unref);
  g_clear_pointer (&self->news, g_array_unref);
  g_clear_pointer (&self->listeners, g_ptr_array_unref);
  g_clear_pointer (&self->feeds, g_hash_table_unref);
  g_clear_pointer (&self->probes, g_hash_table_unref);
  g_clear_pointer (&self->pumps, g_hash_table_unref);
  g_clear_pointer (&self->subscribers, g_hash_table_unref);
  g_clear_pointer (&self->allowed_origins, g_strfreev);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->news_lock);

  G_OBJECT_CLASS (eric_sse_server_parent_class)->finalize (object);
}

static void
eric_sse_server_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  EricSseServer *self = ERIC_SSE_SERVER (object);

  switch (prop_id)
    {
    case PROP_SOUP_SERVER:
      g_value_set_object (value, self->soup_server);
      break;
    case PROP_CHANNELS:
      g_value_set_object (value, self->channels);
      break;
    case PROP_KEEPALIVE:
      g_value_set_uint (value, self->keepalive);
      break;
    case PROP_STALL_TIMEOUT:
      g_value_set_uint (value, self->stall_timeout);
      break;
    case PROP_MAX_SUBSCRIBERS:
      g_value_set_uint (value, self->max_subscribers);
      break;
    case PROP_MAX_BODY:
      g_value_set_uint64 (value, self->max_body);
      break;
    case PROP_MAX_MEMORY:
      g_value_set_uint64 (value, self->max_memory);
      break;
    case PROP_SLOW_CONSUMER:
      g_value_set_enum (value, self->slow_consumer);
      break;
    case PROP_ALLOW_PUBLISH:
      g_value_set_boolean (value, self->allow_publish);
      break;
    case PROP_ALLOWED_ORIGINS:
      g_value_set_boxed (value, self->allowed_origins);
      break;
    case PROP_TRUST_FORWARDED:
      g_value_set_boolean (value, self->trust_forwarded);
      break;
    case PROP_N_SUBSCRIBERS:
      g_value_set_uint (value, eric_sse_server_get_n_subscribers (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_sse_server_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  EricSseServer *self = ERIC_SSE_SERVER (object);

  switch (prop_id)
    {
    case PROP_SOUP_SERVER:
      self->soup_server = g_value_dup_object (value);
      break;
    case PROP_CHANNELS:
      self->channels = g_value_dup_object (value);
      break;
    case PROP_KEEPALIVE:
      eric_sse_server_set_keepalive (self, g_value_get_uint (value));
      break;
    case PROP_STALL_TIMEOUT:
      eric_sse_server_set_stall_timeout (self, g_value_get_uint (value));
      break;
    case PROP_MAX_SUBSCRIBERS:
      eric_sse_server_set_max_subscribers (self, g_value_get_uint (value));
      break;
    case PROP_MAX_BODY:
      eric_sse_server_set_max_body (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_MEMORY:
      eric_sse_server_set_max_memory (self, g_value_get_uint64 (value));
      break;
    case PROP_SLOW_CONSUMER:
      eric_sse_server_set_slow_consumer (self, g_value_get_enum (value));
      break;
    case PROP_ALLOW_PUBLISH:
      eric_sse_server_set_allow_publish (self, g_value_get_boolean (value));
      break;
    case PROP_ALLOWED_ORIGINS:
      eric_sse_server_set_allowed_origins (self, g_value_get_boxed (value));
      break;
    case PROP_TRUST_FORWARDED:
      eric_sse_server_set_trust_forwarded (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * EricSseServer:soup-server: (getter get_soup_server)
   *
   * The server that reads the requests; one of its own unless it is given.
   *
   * Since: 0.1
   */
  properties[PROP_SOUP_SERVER] =
    g_param_spec_object ("soup-server", NULL, NULL, SOUP_TYPE_SERVER, once);

  /**
   * EricSseServer:channels: (getter get_channels)
   *
   * The channels that mounted paths serve.
   *
   * Since: 0.1
   */
  properties[PROP_CHANNELS] =
    g_param_spec_object ("channels", NULL, NULL, ERIC_TYPE_CHANNEL_CONTAINER, once);

  /**
   * EricSseServer:keepalive: (getter get_keepalive) (setter set_keepalive)
   *
   * After how much silence a comment is sent, in milliseconds; 0 for never.
   *
   * Since: 0.1
   */
  properties[PROP_KEEPALIVE] =
    g_param_spec_uint ("keepalive", NULL, NULL, 0, G_MAXINT, ERIC_SSE_SERVER_DEFAULT_KEEPALIVE, flags);

  /**
   * EricSseServer:stall-timeout: (getter get_stall_timeout) (setter set_stall_timeout)
   *
   * How long a subscriber may take nothing of what waits for it before it is
   * disconnected, in milliseconds; 0 for as long as it likes. Who takes something, be it
   * little, stays: also what the kernel has passed on counts.
   *
   * Since: 0.1
   */
  properties[PROP_STALL_TIMEOUT] =
    g_param_spec_uint ("stall-timeout", NULL, NULL, 0, G_MAXINT, ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT, flags);

  /**
   * EricSseServer:max-subscribers: (getter get_max_subscribers) (setter set_max_subscribers)
   *
   * How many there may be at once; 0 for no limit. Others are answered 503. Who
   * publishes line by line counts, too.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_SUBSCRIBERS] =
    g_param_spec_uint ("max-subscribers", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * EricSseServer:max-body: (getter get_max_body) (setter set_max_body)
   *
   * How long the body of a request may be, in bytes. Longer ones are answered 413.
   * Where a body is published line by line, this is how long a line may be.
   *
   * What may be published can be delivered: where it is raised, the channels have room
   * for more, see [property@SseChannel:history-bytes],
   * [property@SseChannel:backlog-bytes] and [property@SseServer:max-memory].
   *
   * Since: 0.1
   */
  properties[PROP_MAX_BODY] =
    g_param_spec_uint64 ("max-body", NULL, NULL, 0, G_MAXSIZE / 2, ERIC_SSE_SERVER_DEFAULT_MAX_BODY, flags);

  /**
   * EricSseServer:max-memory: (getter get_max_memory) (setter set_max_memory)
   *
   * How much memory the messages may take that all channels of the server keep
   * together, for replay and for subscribers that are slow, in bytes. Four messages of
   * [property@SseServer:max-body] have room in any case.
   *
   * Where it is too much, the channel that has most gives up its oldest messages, so
   * that one channel takes nothing from those that have less than half of what it has.
   *
   * Counted are the channels of the container, and others from when they are first
   * served; a channel that several servers serve is counted by the first.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_MEMORY] =
    g_param_spec_uint64 ("max-memory", NULL, NULL, 0, G_MAXUINT64, ERIC_SSE_SERVER_DEFAULT_MAX_MEMORY, flags);

  /**
   * EricSseServer:slow-consumer: (getter get_slow_consumer) (setter set_slow_consumer)
   *
   * What happens to a subscriber that lags behind further than
   * [property@SseChannel:backlog-size] and [property@SseChannel:backlog-bytes].
   *
   * Since: 0.1
   */
  properties[PROP_SLOW_CONSUMER] =
    g_param_spec_enum ("slow-consumer", NULL, NULL, ERIC_TYPE_SLOW_CONSUMER,
                       ERIC_SLOW_CONSUMER_DISCONNECT, flags);

  /**
   * EricSseServer:allow-publish: (getter get_allow_publish) (setter set_allow_publish)
   *
   * Whether clients may publish by POST on a mounted path.
   *
   * Since: 0.1
   */
  properties[PROP_ALLOW_PUBLISH] =
    g_param_spec_boolean ("allow-publish", NULL, NULL, FALSE, flags);

  /**
   * EricSseServer:allowed-origins: (getter get_allowed_origins) (setter set_allowed_origins)
   *
   * From which origins, such as `https://example.org`, pages may read and publish
   * besides those of the server itself; `*` stands for all.
   *
   * Since: 0.1
   */
  properties[PROP_ALLOWED_ORIGINS] =
    g_param_spec_boxed ("allowed-origins", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * EricSseServer:trust-forwarded: (getter get_trust_forwarded) (setter set_trust_forwarded)
   *
   * Whether `Forwarded`, or `X-Forwarded-Host` and `X-Forwarded-Proto`, say which address
   * a page has asked: a proxy before the server writes them. See
   * [method@SseServer.set_trust_forwarded].
   *
   * Since: 0.1
   */
  properties[PROP_TRUST_FORWARDED] =
    g_param_spec_boolean ("trust-forwarded", NULL, NULL, FALSE, flags);

  /**
   * EricSseServer:n-subscribers: (getter get_n_subscribers)
   *
   * How many are connected. It does not notify: see [signal@SseServer::subscribed].
   *
   * Since: 0.1
   */
  properties[PROP_N_SUBSCRIBERS] =
    g_param_spec_uint ("n-subscribers", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_sse_server_class_init (EricSseServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = eric_sse_server_constructed;
  object_class->dispose = eric_sse_server_dispose;
  object_class->finalize = eric_sse_server_finalize;
  object_class->get_property = eric_sse_server_get_property;
  object_class->set_property = eric_sse_server_set_property;
  install_properties (object_class);

  /**
   * EricSseServer::channel-queried:
   * @self: the server
   * @channel_id: the id, 1 to %ERIC_SSE_SERVER_MAX_CHANNEL_ID bytes of UTF-8
   *
   * A client asks with `HEAD` whether there is a channel, which the container does not
   * have. The handler says whether [signal@SseServer::channel-requested] would make it,
   * and makes nothing. Without a handler, the client is answered 404. One that returns
   * %FALSE may set another status, as that of [signal@SseServer::channel-requested].
   *
   * Returns: %TRUE if a client that asks with `GET` would be given the channel
   *
   * Since: 0.1
   */
  signals[SIG_CHANNEL_QUERIED] =
    g_signal_new ("channel-queried",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0,
                  g_signal_accumulator_first_wins, NULL, NULL,
                  G_TYPE_BOOLEAN, 1, G_TYPE_STRING);

  /**
   * EricSseServer::channel-requested:
   * @self: the server
   * @channel_id: the id, 1 to %ERIC_SSE_SERVER_MAX_CHANNEL_ID bytes of UTF-8
   *
   * A client that may have it asks for a channel that the container does not have: nothing
   * else is in its way. Where a stream joins several and one of them is not made, those that
   * were made before are taken from the container again. The handler may
   * make it, register it where others should find it, too, and return it. Without
   * a handler, or with %NULL, the client is answered 404. Who asks is told by
   * [method@SseServer.get_current_message]: a handler that returns %NULL may set another
   * status of 400 or above there, and a body.
   *
   * Returns: (transfer full) (nullable): the channel, or %NULL
   *
   * Since: 0.1
   */
  signals[SIG_CHANNEL_REQUESTED] =
    g_signal_new ("channel-requested",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0,
                  g_signal_accumulator_first_wins, NULL, NULL,
                  ERIC_TYPE_SSE_CHANNEL, 1, G_TYPE_STRING);

  /**
   * EricSseServer::subscribed:
   * @self: the server
   * @subscriber: who
   *
   * A stream began.
   *
   * Since: 0.1
   */
  signals[SIG_SUBSCRIBED] =
    g_signal_new ("subscribed",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ERIC_TYPE_SSE_SUBSCRIBER);

  /**
   * EricSseServer::unsubscribed:
   * @self: the server
   * @subscriber: who
   * @reason: why
   *
   * A stream ended. Emitted at once when a client leaves, also where nothing is
   * being sent to it.
   *
   * Since: 0.1
   */
  signals[SIG_UNSUBSCRIBED] =
    g_signal_new ("unsubscribed",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, ERIC_TYPE_SSE_SUBSCRIBER, ERIC_TYPE_SSE_DISCONNECT);
}

static void
eric_sse_server_init (EricSseServer *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->subscribers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                             (GDestroyNotify) eric_sse_subscriber_unref);
  self->pumps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                       (GDestroyNotify) _eric_http_pump_free);
  self->feeds = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) _eric_http_feed_free, NULL);
  self->probes = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) _eric_http_probe_free, NULL);
  self->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_http_listener_free);
  self->news = g_array_new (FALSE, FALSE, sizeof (News));
  g_mutex_init (&self->news_lock);
  self->keepalive = ERIC_SSE_SERVER_DEFAULT_KEEPALIVE;
  self->stall_timeout = ERIC_SSE_SERVER_DEFAULT_STALL_TIMEOUT;
  self->max_body = ERIC_SSE_SERVER_DEFAULT_MAX_BODY;
  self->max_memory = ERIC_SSE_SERVER_DEFAULT_MAX_MEMORY;
  self->budget = eric_frame_budget_new ();
  eric_frame_budget_set_max (self->budget, self->max_memory);
  eric_frame_budget_set_max_message (self->budget, self->max_body);
}

/**
 * eric_sse_server_new:
 * @soup_server: (transfer none) (nullable): the server that reads the requests, or
 *   %NULL for a new one
 * @channels: (transfer none) (nullable): the channels that mounted paths serve,
 *   or %NULL for a new container
 *
 * Makes a server. It belongs to the thread-default main context, which must be
 * the one that @soup_server runs in.
 *
 * Returns: (transfer full): the server
 *
 * Since: 0.1
 */
EricSseServer *
eric_sse_server_new (SoupServer           *soup_server,
                     EricChannelContainer *channels)
{
  g_return_val_if_fail (soup_server == NULL || SOUP_IS_SERVER (soup_server), NULL);
  g_return_val_if_fail (channels == NULL || ERIC_IS_CHANNEL_CONTAINER (channels), NULL);

  return g_object_new (ERIC_TYPE_SSE_SERVER,
                       "soup-server", soup_server,
                       "channels", channels,
                       NULL);
}

/**
 * eric_sse_server_get_soup_server: (get-property soup-server)
 * @self: a server
 *
 * Gets the server that reads the requests.
 *
 * Returns: (transfer none): the server
 *
 * Since: 0.1
 */
SoupServer *
eric_sse_server_get_soup_server (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  return self->soup_server;
}

/**
 * eric_sse_server_get_channels: (get-property channels)
 * @self: a server
 *
 * Gets the channels that mounted paths serve.
 *
 * Returns: (transfer none): the container
 *
 * Since: 0.1
 */
EricChannelContainer *
eric_sse_server_get_channels (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  return self->channels;
}

/**
 * eric_sse_server_get_n_subscribers: (get-property n-subscribers)
 * @self: a server
 *
 * Counts who is connected.
 *
 * Returns: how many
 *
 * Since: 0.1
 */
guint
eric_sse_server_get_n_subscribers (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), 0);

  return g_hash_table_size (self->subscribers);
}

/**
 * eric_sse_server_get_current_message:
 * @self: a server
 *
 * Gets the request that asks for a channel, for a handler of
 * [signal@SseServer::channel-requested] or [signal@SseServer::channel-queried]: it can
 * make one for some clients, and not for others.
 *
 * Returns: (transfer none) (nullable): the request, or %NULL outside of such a handler
 *
 * Since: 0.1
 */
SoupServerMessage *
eric_sse_server_get_current_message (EricSseServer *self)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  return self->current_message;
}

/**
 * eric_sse_server_get_subscribers:
 * @self: a server
 *
 * Lists who is connected, in no particular order.
 *
 * Returns: (transfer container) (element-type EricSseSubscriber): the subscribers
 *
 * Since: 0.1
 */
GPtrArray *
eric_sse_server_get_subscribers (EricSseServer *self)
{
  GPtrArray *subscribers;
  GHashTableIter iter;
  gpointer subscriber;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), NULL);

  subscribers = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_sse_subscriber_unref);
  g_hash_table_iter_init (&iter, self->subscribers);
  while (g_hash_table_iter_next (&iter, NULL, &subscriber))
    g_ptr_array_add (subscribers, eric_sse_subscriber_ref (subscriber));
  return subscribers;
}

/**
 * eric_sse_server_disconnect_subscriber:
 * @self: a server
 * @id: the id of a subscriber
 *
 * Ends a stream, after what is on its way. [signal@SseServer::unsubscribed] follows.
 *
 * Returns: %TRUE if there was such a subscriber
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_disconnect_subscriber (EricSseServer *self,
                                       guint64        id)
{
  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);

  if (!g_hash_table_contains (self->subscribers, &id))
    return FALSE;
  eric_hub_finish (self->hub, id, ERIC_SSE_DISCONNECT_REQUESTED);
  return TRUE;
}
