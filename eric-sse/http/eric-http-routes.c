/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-channel-container.h"
#include "eric-channel-private.h"
#include "eric-error.h"
#include "eric-frame-id-private.h"
#include "eric-http-body-private.h"
#include "eric-http-probe-private.h"
#include "eric-http-query-private.h"
#include "eric-message.h"
#include "eric-ready-source-private.h"
#include "eric-sse-channel.h"
#include "eric-sse-server-private.h"

/* What a mounted path answers:
 *
 *   GET  PATH/{channel}    the stream; ?topic= joins more channels
 *   HEAD PATH/{channel}    its headers
 *   POST PATH/{channel}    publishes the body, where the server allows it: all of it
 *                          or nothing, or line by line as a feed
 *   OPTIONS                what is allowed */

/* Channels and types that begin so are the library's: nobody else may say that a
 * channel was closed, for instance. */
#define RESERVED_PREFIX "_eric"

const char *
_eric_http_find_mount (EricSseServer *self,
                       const char    *path)
{
  for (guint i = 0; self->mounts != NULL && self->mounts[i] != NULL; i++)
    {
      gsize length = strlen (self->mounts[i]);

      if (strncmp (path, self->mounts[i], length) == 0 && strchr ("/?", path[length]) != NULL)
        return self->mounts[i];
    }
  return NULL;
}

/* (transfer full) (nullable): the id that the path has, or NULL */
static char *
find_channel_id (EricSseServer     *self,
                 SoupServerMessage *message)
{
  g_autofree char *target = eric_http_query_dup_path (message);
  const char *mount = _eric_http_find_mount (self, target);
  const char *behind = mount != NULL ? target + strlen (mount) : "";

  return behind[0] == '/' && behind[1] != '\0' ? g_strdup (behind + 1) : NULL;
}

char *
_eric_http_dup_channel_id (EricSseServer     *self,
                           SoupServerMessage *message)
{
  g_autofree char *channel_id = find_channel_id (self, message);

  if (channel_id == NULL)
    _eric_http_refuse (message, SOUP_STATUS_NOT_FOUND, "The path names no channel");
  else if (!eric_http_query_is_valid (message))
    _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "The query is not percent-encoded UTF-8");
  else
    return g_steal_pointer (&channel_id);
  return NULL;
}

/* FALSE where the request was answered. */
static gboolean
check_channel_id (SoupServerMessage *message,
                  const char        *channel_id)
{
  if (*channel_id != '\0' && strlen (channel_id) <= ERIC_SSE_SERVER_MAX_CHANNEL_ID &&
      g_utf8_validate (channel_id, -1, NULL))
    return TRUE;
  _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST,
                     "The id of a channel has 1 to " G_STRINGIFY (ERIC_SSE_SERVER_MAX_CHANNEL_ID)
                     " bytes of UTF-8");
  return FALSE;
}

/* Unless the application has said why there is none. */
static void
refuse_unknown (SoupServerMessage *message,
                const char        *channel_id)
{
  g_autofree char *sentence = g_strdup_printf ("There is no channel “%s”", channel_id);

  if (soup_server_message_get_status (message) < SOUP_STATUS_BAD_REQUEST)
    _eric_http_refuse (message, SOUP_STATUS_NOT_FOUND, sentence);
}

/* The last thing to ask for: it may make the channel. */
EricSseChannel *
_eric_http_get_channel (EricSseServer     *self,
                        SoupServerMessage *message,
                        const char        *channel_id)
{
  EricSseChannel *channel;

  if (!check_channel_id (message, channel_id))
    return NULL;
  channel = _eric_sse_server_find_channel (self, channel_id);
  if (channel == NULL)
    channel = _eric_sse_server_request_channel (self, message, channel_id);
  if (channel == NULL)
    refuse_unknown (message, channel_id);
  return channel;
}

/* A channel that was made for a request that has failed, and nobody has used. */
static void
undo (EricSseServer  *self,
      EricSseChannel *channel)
{
  const char *id = eric_channel_get_id (ERIC_CHANNEL (channel));
  g_autoptr (EricSseChannel) found = _eric_sse_server_find_channel (self, id);

  if (found == channel && eric_sse_channel_get_n_messages (channel) == 0 && eric_sse_channel_is_idle (channel))
    eric_channel_container_remove (self->channels, id, NULL);
}

/* The channels of all seats, or of none: FALSE where the request was answered. */
static gboolean
take_seats (EricSseServer     *self,
            SoupServerMessage *message,
            GPtrArray         *seats)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean taken = TRUE;

  for (guint i = 0; taken && i < seats->len; i++)
    {
      EricHttpSeat *seat = seats->pdata[i];

      if (seat->channel == NULL)
        seat->channel = _eric_sse_server_find_channel (self, seat->channel_id);
      if (seat->channel == NULL)
        {
          seat->channel = _eric_http_get_channel (self, message, seat->channel_id);
          if (seat->channel != NULL)
            g_ptr_array_add (made, g_object_ref (seat->channel));
        }
      taken = seat->channel != NULL;
    }
  for (guint i = 0; !taken && i < made->len; i++)
    undo (self, made->pdata[i]);
  return taken;
}

/* The same answer as to GET, but no channel is made for it. */
static void
answer_head (EricSseServer     *self,
             SoupServerMessage *message,
             GPtrArray         *seats)
{
  for (guint i = 0; i < seats->len; i++)
    {
      EricHttpSeat *seat = seats->pdata[i];

      if (seat->channel == NULL && !_eric_sse_server_offers_channel (self, message, seat->channel_id))
        {
          refuse_unknown (message, seat->channel_id);
          return;
        }
    }
  _eric_http_stream_answer_head (message);
}

static void
open_stream (EricSseServer     *self,
             SoupServerMessage *message,
             GPtrArray         *seats)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new ();
  g_autoptr (EricSseSubscriber) subscriber = NULL;

  if (!_eric_http_may_start (self, message, NULL))
    return;
  if (soup_server_message_get_method (message) == SOUP_METHOD_HEAD)
    {
      answer_head (self, message, seats);
      return;
    }
  if (!take_seats (self, message, seats))
    return;
  for (guint i = 0; i < seats->len; i++)
    {
      EricSseChannel *channel = ((EricHttpSeat *) seats->pdata[i])->channel;

      if (!g_ptr_array_find (channels, channel, NULL))
        g_ptr_array_add (channels, channel);
    }
  subscriber = _eric_http_stream_start (self, message, channels, NULL, NULL);
}

static void
probed_cb (EricSseServer      *self,
           SoupServerMessage  *message,
           GPtrArray          *seats,
           const EricHttpSeat *refused,
           guint               status,
           const char         *challenge)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *sentence = NULL;

  if (refused == NULL)
    {
      open_stream (self, message, seats);
      return;
    }
  if (status < 400)
    status = SOUP_STATUS_FORBIDDEN;   /* what is there is no stream, or somewhere else */
  sentence = g_strdup_printf ("The channel “%s” cannot be joined: %u %s", refused->channel_id,
                              status, soup_status_get_phrase (status));
  _eric_http_refuse (message, status, sentence);
  if (challenge != NULL)
    soup_message_headers_replace (headers, "WWW-Authenticate", challenge);
}

static gboolean
has_seat (GPtrArray  *seats,
          const char *channel_id)
{
  for (guint i = 0; i < seats->len; i++)
    if (g_str_equal (((EricHttpSeat *) seats->pdata[i])->channel_id, channel_id))
      return TRUE;
  return FALSE;
}

/* FALSE where the request was answered. */
static gboolean
add_seat (SoupServerMessage *message,
          const char        *channel_id,
          GPtrArray         *seats)
{
  if (!check_channel_id (message, channel_id))
    return FALSE;
  if (has_seat (seats, channel_id))
    return TRUE;
  if (seats->len == ERIC_SSE_SERVER_MAX_TOPICS)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST,
                         "A stream joins at most " G_STRINGIFY (ERIC_SSE_SERVER_MAX_TOPICS) " channels");
      return FALSE;
    }
  g_ptr_array_add (seats, _eric_http_seat_new (channel_id));
  return TRUE;
}

static void
subscribe (EricSseServer     *self,
           SoupServerMessage *message,
           const char        *channel_id)
{
  g_autoptr (GPtrArray) seats = g_ptr_array_new_with_free_func ((GDestroyNotify) _eric_http_seat_free);
  g_auto (GStrv) topics = eric_http_query_dup_all (message, "topic");
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));

  if (!add_seat (message, channel_id, seats))
    return;
  for (char **topic = topics; *topic != NULL; topic++)
    if (!add_seat (message, *topic, seats))
      return;
  if (seats->len == 1)
    open_stream (self, message, seats);
  else if (_eric_http_may_start (self, message, NULL))
    _eric_http_probe_start (self, message, "GET", _eric_http_find_mount (self, path),
                            g_steal_pointer (&seats), 1, probed_cb);
}

static gboolean
is_reserved (const char *name)
{
  return name != NULL && g_str_has_prefix (name, RESERVED_PREFIX);
}

gboolean
_eric_http_may_publish (EricSseServer     *self,
                        SoupServerMessage *message)
{
  g_autofree char *channel_id = find_channel_id (self, message);
  g_autofree char *event_type = eric_http_query_dup (message, "event");

  if (!_eric_http_cors_check (self, message))
    _eric_http_refuse (message, SOUP_STATUS_FORBIDDEN, "A page of this origin may not publish here");
  else if (is_reserved (channel_id) || is_reserved (event_type))
    _eric_http_refuse (message, SOUP_STATUS_FORBIDDEN,
                       "Channels and types that begin with " RESERVED_PREFIX " are reserved");
  else if (self->draining)
    _eric_http_refuse (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is shutting down");
  else
    return TRUE;
  return FALSE;
}

guint
_eric_http_get_publish_status (const GError *error)
{
  if (g_error_matches (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT))
    return SOUP_STATUS_BAD_REQUEST;
  return g_error_matches (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL) ? SOUP_STATUS_GONE
                                                                         : SOUP_STATUS_SERVICE_UNAVAILABLE;
}

/* All messages of a body are published, or none. */
static void
publish (EricSseServer     *self,
         SoupServerMessage *message,
         const char        *channel_id)
{
  g_autoptr (EricSseChannel) channel = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *event_type = eric_http_query_dup (message, "event");
  g_autofree char *id = eric_http_query_dup (message, "id");
  g_autoptr (GError) error = NULL;

  /* The drain may have begun while the body came. */
  if (self->draining)
    {
      _eric_http_refuse (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is shutting down");
      return;
    }
  if (!_eric_http_read_messages (self, message, event_type, id, messages))
    return;
  if (id != NULL && messages->len > 1)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "Several messages cannot have one id");
      return;
    }
  if (id != NULL && !eric_frame_id_check (id, &error))
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
      return;
    }
  channel = _eric_http_get_channel (self, message, channel_id);
  if (channel == NULL)
    return;

  if (_eric_channel_broadcast_all (ERIC_CHANNEL (channel), (EricMessage * const *) messages->pdata,
                                   messages->len, &error))
    soup_server_message_set_status (message, SOUP_STATUS_ACCEPTED, NULL);
  else
    _eric_http_refuse (message, _eric_http_get_publish_status (error), error->message);
}

static void
handle_cb (SoupServer        *soup_server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  EricSseServer *self = user_data;
  const char *method = soup_server_message_get_method (message);
  g_autofree char *channel_id = _eric_http_dup_channel_id (self, message);

  if (channel_id == NULL || _eric_http_probe_grant (self, message, channel_id, NULL))
    return;
  if (!_eric_http_gate_has_seen (message))
    _eric_http_refuse (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is starting");
  else if (method == SOUP_METHOD_OPTIONS)
    {
      _eric_http_tell_methods (self, message);
      soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
    }
  else if (method == SOUP_METHOD_POST)
    publish (self, message, channel_id);
  else
    subscribe (self, message, channel_id);
}

/* Around what may call out while libsoup handles a request: handlers may drop the last
 * reference to the server. */
void
_eric_sse_server_enter (EricSseServer *self)
{
  g_object_ref (self);
  self->n_handling++;
}

static void
call_later (EricSseServer *self,
            GSourceFunc    func,
            gpointer       object)
{
  g_autoptr (GSource) later = eric_ready_source_new ("EricSseServer release");

  g_source_set_callback (later, func, object, g_object_unref);
  g_source_set_ready_time (later, 0);
  g_source_attach (later, self->context);
}

static gboolean
once_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static gboolean
remove_cb (gpointer user_data)
{
  _eric_http_routes_remove_all (user_data);
  return G_SOURCE_REMOVE;
}

/* What libsoup called is still to return to it, which uses the handler: where the server was
 * disposed of meanwhile, or its last reference went, that is removed afterwards. */
void
_eric_sse_server_leave (EricSseServer *self)
{
  gboolean last = g_atomic_int_get (&G_OBJECT (self)->ref_count) == 1;

  if (--self->n_handling == 0 && (last || self->disposed))
    call_later (self, self->disposed ? remove_cb : once_cb, self);
  else
    g_object_unref (self);
}

/* libsoup needs its server until it is done with the request: where that is one of ours,
 * the last reference is dropped after it. */
void
_eric_sse_server_release_soup_server (EricSseServer *self)
{
  if (self->n_handling == 0)
    g_clear_object (&self->soup_server);
  else
    call_later (self, once_cb, g_steal_pointer (&self->soup_server));
}

static void
guarded_handle_cb (SoupServer        *soup_server,
                   SoupServerMessage *message,
                   const char        *path,
                   GHashTable        *query,
                   gpointer           user_data)
{
  _eric_sse_server_enter (user_data);
  handle_cb (soup_server, message, path, query, user_data);
  _eric_sse_server_leave (user_data);
}

void
_eric_http_routes_add (EricSseServer *self,
                       const char    *path)
{
  soup_server_add_handler (self->soup_server, path, guarded_handle_cb, self, NULL);
}

void
_eric_http_routes_remove_all (EricSseServer *self)
{
  if (self->n_handling > 0)
    return;
  for (guint i = 0; self->mounts != NULL && self->mounts[i] != NULL; i++)
    soup_server_remove_handler (self->soup_server, self->mounts[i]);
  g_clear_pointer (&self->mounts, g_strfreev);
}

/**
 * eric_sse_server_mount:
 * @self: a server
 * @path: a path that begins and does not end with a slash, such as `/events`
 * @error: return location for an error, or %NULL
 *
 * Serves the channels of the container below a path, each under its id: `GET` is
 * its stream, which `?topic=` joins with that of further channels; `POST`
 * publishes the body, where [property@SseServer:allow-publish] is set, with the
 * type `?event=` and the id `?id=`. A body of type `application/json` is checked to
 * be JSON, and subscribers get it as it was written; one of type
 * `application/x-ndjson` has such a document on each line. Any other is taken as
 * text, with `?split=lines` each line of it as a text of its own.
 *
 * The messages of a body are published when it has ended, all of them or none: also where
 * a listener of the program rejects one of them. Only
 * a body of lines in chunks, whose length nobody knows, is a
 * feed: each line is published as soon as it is complete, and the client may go on
 * for as long as it likes. At the end it is answered 202. What cannot be published
 * is answered at once, with the number of its line and how many messages were
 * published before; nothing behind it is. Lines have no ids of their own, so that
 * `?id=` is refused. A body, and a feed, may be compressed: `Content-Encoding: gzip`.
 *
 * Which methods there are, who may publish and [property@SseServer:max-body] hold for all
 * that is below the path, whoever asks and whichever handlers the program has there: an
 * auth domain, early handlers of libsoup, and its own handlers for longer paths, which
 * answer instead of the server. What the program serves by other methods or takes with
 * longer bodies belongs beside the path, not below it.
 *
 * What protects the path of a channel protects it, too, where `?topic=` asks for it. For
 * each such channel, the server asks the SoupServer with a request of its own, which has the
 * headers, the addresses and the rest of the query of that of the client, for the path of the
 * channel, and joins it where that request would be given a stream: the handlers and the auth domains
 * of the program see one more request for each. Digest authentication is for one path, so
 * that it cannot join what it protects. A feed asks so, with `OPTIONS`, for its own path
 * before it is published line by line.
 *
 * Fails with %G_IO_ERROR_INVALID_ARGUMENT where @path does not begin with a slash, or
 * ends with one.
 *
 * Returns: %TRUE unless it failed
 *
 * Since: 0.1
 */
gboolean
eric_sse_server_mount (EricSseServer  *self,
                       const char     *path,
                       GError        **error)
{
  g_autoptr (GStrvBuilder) mounts = NULL;

  g_return_val_if_fail (ERIC_IS_SSE_SERVER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (path[0] != '/' || g_str_has_suffix (path, "/"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "A path to mount must begin, and not end, with a slash: “%s”", path);
      return FALSE;
    }

  mounts = g_strv_builder_new ();
  if (self->mounts != NULL)
    g_strv_builder_addv (mounts, (const char **) self->mounts);
  g_strv_builder_add (mounts, path);
  g_clear_pointer (&self->mounts, g_strfreev);
  self->mounts = g_strv_builder_end (mounts);
  _eric_http_routes_add (self, path);
  return TRUE;
}
