/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-serve-private.h"

/* The channels of the hub: those that the command line names, and those that clients
 * make by asking for them. The latter are bounded in number, in all and for each
 * client, and are removed when nobody uses them any more. */

/* How soon a client may try again that has found no room, in seconds. */
#define RETRY_AFTER "5"

/* How often all of them are looked through where there are too many, in microseconds;
 * and how many in between, by each request that finds no room. */
#define SWEEP_INTERVAL G_TIME_SPAN_SECOND
#define SWEEP_PART     64

/* Who made a channel: each of these may have so many of them. */
typedef enum
{
  CLIENT_ADDRESS,
  CLIENT_ORIGIN,     /* of the page that asked */
  N_CLIENTS
} ClientKind;

typedef struct
{
  GList  link;                 /* in order */
  char  *id;                   /* (owned) */
  char  *clients[N_CLIENTS];   /* (owned) (nullable) */
} Made;

struct _EricServeChannels
{
  EricServe  *serve;     /* (unowned) */
  GHashTable *made;      /* (owned): id -> Made, of those that clients made */
  GQueue      order;     /* of (unowned) Made: the next ones to look at */
  GHashTable *counts;    /* (owned): client -> how many of them */
  gint64      swept;     /* monotonic, microseconds */
};

static void
made_free (Made *made)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    g_free (made->clients[i]);
  g_free (made->id);
  g_free (made);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Made, made_free)

static guint
get_count (EricServeChannels *self,
           const char        *client)
{
  return client != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, client)) : 0;
}

static void
count (EricServeChannels *self,
       const Made        *made,
       int                change)
{
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      guint n = get_count (self, made->clients[i]) + change;

      if (made->clients[i] == NULL)
        continue;
      if (n > 0)
        g_hash_table_replace (self->counts, g_strdup (made->clients[i]), GUINT_TO_POINTER (n));
      else
        g_hash_table_remove (self->counts, made->clients[i]);
    }
}

/* Of IPv6, what one client usually has: a network of 64 bits. */
static char *
describe_address (GSocketAddress *address)
{
  GInetAddress *inet;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return NULL;
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  if (g_inet_address_get_family (inet) == G_SOCKET_FAMILY_IPV6 && !g_inet_address_get_is_loopback (inet))
    {
      guint8 bytes[16] = { 0 };
      g_autoptr (GInetAddress) network = NULL;

      memcpy (bytes, g_inet_address_to_bytes (inet), 8);
      network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
      return g_inet_address_to_string (network);
    }
  return g_inet_address_to_string (inet);
}

/* An origin has a scheme, so that the two kinds cannot be the same. */
static Made *
made_new (SoupServerMessage *message)
{
  Made *made = g_new0 (Made, 1);

  made->link.data = made;
  if (message != NULL)
    {
      made->clients[CLIENT_ADDRESS] = describe_address (soup_server_message_get_remote_address (message));
      made->clients[CLIENT_ORIGIN] =
        g_strdup (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Origin"));
    }
  return made;
}

static void
collect (EricServeChannels *self,
         const char        *channel_id)
{
  g_autoptr (EricChannel) channel = NULL;

  if (!g_hash_table_contains (self->made, channel_id))
    return;
  channel = eric_channel_container_get (self->serve->channels, channel_id, NULL);
  if (channel != NULL && eric_sse_channel_is_idle (ERIC_SSE_CHANNEL (channel)))
    eric_channel_container_remove (self->serve->channels, channel_id, NULL);
}

static void
sweep (EricServeChannels *self)
{
  gint64 now = g_get_monotonic_time ();
  gboolean all = self->swept == 0 || now - self->swept >= SWEEP_INTERVAL;

  if (all)
    self->swept = now;
  for (guint n = all ? self->order.length : MIN (self->order.length, SWEEP_PART); n > 0; n--)
    {
      GList *first = g_queue_pop_head_link (&self->order);
      g_autofree char *id = g_strdup (((Made *) first->data)->id);

      g_queue_push_tail_link (&self->order, first);
      collect (self, id);
    }
}

static void
unsubscribed_cb (EricSseServer     *sse_server,
                 EricSseSubscriber *subscriber,
                 EricSseDisconnect  reason,
                 EricServeChannels *self)
{
  const char * const *ids = eric_sse_subscriber_get_channel_ids (subscriber);

  for (guint i = 0; ids[i] != NULL; i++)
    collect (self, ids[i]);
}

static void
removed_cb (EricChannelContainer *container,
            EricChannel          *channel,
            EricServeChannels    *self)
{
  Made *made = g_hash_table_lookup (self->made, eric_channel_get_id (channel));

  if (made == NULL)
    return;
  count (self, made, -1);
  g_queue_unlink (&self->order, &made->link);
  g_hash_table_remove (self->made, eric_channel_get_id (channel));
}

/* Why there is no room for one more: %NULL if there is. */
static const char *
find_limit (EricServeChannels *self,
            const Made        *made)
{
  const EricServeOptions *options = &self->serve->options;
  guint most = 0;

  for (guint i = 0; i < N_CLIENTS; i++)
    most = MAX (most, get_count (self, made->clients[i]));
  if (g_hash_table_size (self->made) >= (guint) options->max_channels)
    return "Clients have made as many channels as they may: --max-channels\n";
  if (options->max_channels_per_client > 0 && most >= (guint) options->max_channels_per_client)
    return "This client has made as many channels as it may: --max-channels-per-client\n";
  return NULL;
}

/* There may be room later: a client that comes back is to try again. */
static void
refuse_full (SoupServerMessage *message,
             const char        *sentence)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_STATIC,
                                    sentence, strlen (sentence));
  soup_message_headers_replace (headers, "Retry-After", RETRY_AFTER);
}

static gboolean
is_allowed (const char *channel_id)
{
  return *channel_id != '\0' && strlen (channel_id) <= ERIC_SSE_SERVER_MAX_CHANNEL_ID &&
         !g_str_has_prefix (channel_id, ERIC_SERVE_INTERNAL_PREFIX);
}

/* Whether there is room for one more of a client, who is told if there is not. */
static gboolean
may_make (EricServeChannels *self,
          const char        *channel_id,
          const Made        *made,
          SoupServerMessage *message)
{
  const char *limit;

  if (self->serve->options.no_auto_create || (channel_id != NULL && !is_allowed (channel_id)))
    return FALSE;
  if (find_limit (self, made) != NULL)
    sweep (self);
  limit = find_limit (self, made);
  if (limit != NULL && message != NULL)
    refuse_full (message, limit);
  return limit == NULL;
}

gboolean
eric_serve_channels_offer (EricServeChannels *self,
                           const char        *channel_id,
                           SoupServerMessage *message)
{
  g_autoptr (Made) made = made_new (message);

  return may_make (self, channel_id, made, message);
}

EricSseChannel *
eric_serve_channels_request (EricServeChannels *self,
                             const char        *channel_id,
                             SoupServerMessage *message)
{
  g_autoptr (Made) made = made_new (message);
  EricSseChannel *channel = may_make (self, channel_id, made, message) ? eric_serve_channels_add (self, channel_id) : NULL;

  if (channel == NULL)
    return NULL;
  made->id = g_strdup (eric_channel_get_id (ERIC_CHANNEL (channel)));   /* the client need not name it */
  count (self, made, 1);
  g_queue_push_tail_link (&self->order, &made->link);
  g_hash_table_insert (self->made, made->id, made);
  made = NULL;
  return channel;
}

/* More than the default of a channel is kept, in the memory that it may have without:
 * only who asks for a number gets that number. */
static void
set_limits (const EricServeOptions *options,
            EricSseChannel         *channel)
{
  guint64 bytes = eric_sse_channel_get_history_bytes (channel);

  if (options->history != ERIC_SERVE_UNSET)
    eric_sse_channel_set_history_size (channel, options->history);
  else
    {
      eric_sse_channel_set_history_size (channel, ERIC_SERVE_DEFAULT_HISTORY);
      eric_sse_channel_set_history_bytes (channel, bytes);
    }
  if (options->history_bytes != ERIC_SERVE_UNSET)
    eric_sse_channel_set_history_bytes (channel, options->history_bytes);
  if (options->backlog != ERIC_SERVE_UNSET)
    eric_sse_channel_set_backlog_size (channel, options->backlog);
  if (options->backlog_bytes != ERIC_SERVE_UNSET)
    eric_sse_channel_set_backlog_bytes (channel, options->backlog_bytes);
}

EricSseChannel *
eric_serve_channels_add (EricServeChannels *self,
                         const char        *channel_id)
{
  g_autoptr (EricSseChannel) channel = eric_sse_channel_new (channel_id);

  if (!eric_channel_container_register (self->serve->channels, ERIC_CHANNEL (channel), NULL))
    return NULL;
  set_limits (&self->serve->options, channel);
  return g_steal_pointer (&channel);
}

EricServeChannels *
eric_serve_channels_new (EricServe *serve)
{
  EricServeChannels *self = g_new0 (EricServeChannels, 1);

  self->serve = serve;
  self->made = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) made_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect (serve->sse_server, "unsubscribed", G_CALLBACK (unsubscribed_cb), self);
  g_signal_connect (serve->channels, "channel-removed", G_CALLBACK (removed_cb), self);
  return self;
}

void
eric_serve_channels_free (EricServeChannels *self)
{
  g_signal_handlers_disconnect_by_data (self->serve->sse_server, self);
  g_signal_handlers_disconnect_by_data (self->serve->channels, self);
  g_hash_table_unref (self->made);
  g_hash_table_unref (self->counts);
  g_free (self);
}
