/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-channel-private.h"
#include "eric-error.h"
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

/* How much of a body was read so far, for bodies whose length is not known. */
#define BODY_SIZE_KEY "eric-body-size"

/* Channels and types that begin so are the library's: nobody else may say that a
 * channel was closed, for instance. */
#define RESERVED_PREFIX "_eric"

static const char *
get_allow (EricSseServer *self)
{
  return self->allow_publish ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS";
}

static gboolean
is_allowed (EricSseServer     *self,
            SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  return method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD || method == SOUP_METHOD_OPTIONS ||
         (method == SOUP_METHOD_POST && self->allow_publish);
}

static void
refuse_method (EricSseServer     *self,
               SoupServerMessage *message)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                get_allow (self));
  _eric_http_refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "There is no such method here");
}

static void
refuse_body (EricSseServer     *self,
             SoupServerMessage *message)
{
  g_autofree char *sentence =
    g_strdup_printf ("The body is longer than %" G_GSIZE_FORMAT " bytes", self->max_body);

  _eric_http_refuse (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, sentence);
}

static gsize
get_body_size (SoupServerMessage *message)
{
  return GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), BODY_SIZE_KEY));
}

/* A body of unknown length is dropped as soon as it is too long, and refused when
 * it has ended. */
static void
got_chunk_cb (SoupServerMessage *message,
              GBytes            *chunk,
              gpointer           user_data)
{
  EricSseServer *self = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  gsize size = get_body_size (message) + g_bytes_get_size (chunk);

  g_object_set_data (G_OBJECT (message), BODY_SIZE_KEY, GSIZE_TO_POINTER (size));
  if (size > self->max_body && soup_message_body_get_accumulate (body))
    {
      soup_message_body_set_accumulate (body, FALSE);
      soup_message_body_truncate (body);
    }
}

/* The channel, with a reference, or NULL where the request was answered. */
static EricSseChannel *
get_channel (EricSseServer     *self,
             SoupServerMessage *message,
             const char        *channel_id,
             gboolean           for_use)
{
  EricSseChannel *channel;

  if (*channel_id == '\0' || strlen (channel_id) > ERIC_SSE_SERVER_MAX_CHANNEL_ID ||
      !g_utf8_validate (channel_id, -1, NULL))
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST,
                         "The id of a channel has 1 to " G_STRINGIFY (ERIC_SSE_SERVER_MAX_CHANNEL_ID)
                         " bytes of UTF-8");
      return NULL;
    }
  channel = _eric_sse_server_find_channel (self, channel_id, for_use);
  if (channel == NULL)
    {
      g_autofree char *sentence = g_strdup_printf ("There is no channel “%s”", channel_id);

      _eric_http_refuse (message, SOUP_STATUS_NOT_FOUND, sentence);
    }
  return channel;
}

static gboolean
add_channel (EricSseServer     *self,
             SoupServerMessage *message,
             const char        *channel_id,
             GPtrArray         *channels)
{
  gboolean for_use = soup_server_message_get_method (message) != SOUP_METHOD_HEAD;
  g_autoptr (EricSseChannel) channel = get_channel (self, message, channel_id, for_use);

  if (channel == NULL)
    return FALSE;
  if (g_ptr_array_find (channels, channel, NULL))
    return TRUE;
  if (channels->len == ERIC_SSE_SERVER_MAX_TOPICS)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST,
                         "A stream joins at most " G_STRINGIFY (ERIC_SSE_SERVER_MAX_TOPICS) " channels");
      return FALSE;
    }
  g_ptr_array_add (channels, g_steal_pointer (&channel));
  return TRUE;
}

static void
subscribe (EricSseServer     *self,
           SoupServerMessage *message,
           const char        *channel_id)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) topics = eric_http_query_dup_all (message, "topic");
  g_autoptr (EricSseSubscriber) subscriber = NULL;

  if (!add_channel (self, message, channel_id, channels))
    return;
  for (char **topic = topics; *topic != NULL; topic++)
    if (!add_channel (self, message, *topic, channels))
      return;
  subscriber = _eric_http_stream_start (self, message, channels, NULL, NULL);
}

/* Of JSON, or of text. */
EricMessage *
_eric_http_new_message (const char  *event_type,
                        gboolean     json,
                        const char  *data,
                        gsize        length,
                        GError     **error)
{
  const char *invalid;

  if (json)
    return eric_message_new_from_json (event_type, data, length, error);
  if (g_utf8_validate_len (data, length, &invalid))
    return eric_message_new_from_data (event_type, (const guint8 *) data, length, error);
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
               "Text must be UTF-8 without NUL, which it is not at byte %" G_GSIZE_FORMAT,
               (gsize) (invalid - data));
  return NULL;
}

static gboolean
add_message (const char  *event_type,
             const char  *id,
             gboolean     json,
             const char  *data,
             gsize        length,
             GPtrArray   *messages,
             GError     **error)
{
  g_autoptr (EricMessage) message = _eric_http_new_message (event_type, json, data, length, error);
  EricMessage *with_id;

  if (message == NULL)
    return FALSE;
  with_id = id != NULL ? eric_message_copy_with_id (message, id, error) : g_object_ref (message);
  if (with_id == NULL)
    return FALSE;
  g_ptr_array_add (messages, with_id);
  return TRUE;
}

/* A message a line; empty lines are skipped. */
static gboolean
add_lines (const char  *event_type,
           const char  *id,
           gboolean     json,
           const char  *data,
           gsize        length,
           GPtrArray   *messages,
           GError     **error)
{
  const char *end = data + length;
  guint line = 0;

  while (data < end)
    {
      const char *stop = memchr (data, '\n', end - data);
      gsize size = (stop != NULL ? stop : end) - data;

      line++;
      if (size > 0 && data[size - 1] == '\r')
        size--;
      if (size > 0 && !add_message (event_type, id, json, data, size, messages, error))
        {
          g_prefix_error (error, "Message %u: ", line);
          return FALSE;
        }
      data = stop != NULL ? stop + 1 : end;
    }
  return TRUE;
}

/* What the body of a request is: JSON or text, one message or one in each line. */
EricHttpBodyKind
_eric_http_get_body_kind (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autofree char *split = NULL;

  if (type != NULL && g_ascii_strcasecmp (type, ERIC_HTTP_LINES_TYPE) == 0)
    return ERIC_HTTP_BODY_JSON | ERIC_HTTP_BODY_LINES;
  if (type != NULL && g_ascii_strcasecmp (type, "application/json") == 0)
    return ERIC_HTTP_BODY_JSON;
  split = eric_http_query_dup (message, "split");
  return g_strcmp0 (split, "lines") == 0 ? ERIC_HTTP_BODY_LINES : ERIC_HTTP_BODY_TEXT;
}

static gboolean
read_messages (SoupServerMessage  *message,
               const char         *event_type,
               const char         *id,
               GPtrArray          *messages,
               GError            **error)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  EricHttpBodyKind kind = _eric_http_get_body_kind (message);
  g_autofree char *split = eric_http_query_dup (message, "split");
  gsize length;
  const char *data = g_bytes_get_data (body, &length);

  if (split != NULL && !g_str_equal (split, "lines"))
    {
      g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "?split= takes “lines”");
      return FALSE;
    }
  return (kind & ERIC_HTTP_BODY_LINES ? add_lines : add_message) (event_type, id, kind & ERIC_HTTP_BODY_JSON,
                                                                  data != NULL ? data : "", length,
                                                                  messages, error);
}

static gboolean
is_reserved (const char *name)
{
  return name != NULL && g_str_has_prefix (name, RESERVED_PREFIX);
}

/* FALSE where the request was answered. */
static gboolean
may_publish (EricSseServer     *self,
             SoupServerMessage *message,
             const char        *channel_id,
             const char        *event_type)
{
  if (!_eric_http_cors_check (self, message))
    {
      _eric_http_refuse (message, SOUP_STATUS_FORBIDDEN, "A page of this origin may not publish here");
      return FALSE;
    }
  if (is_reserved (channel_id) || is_reserved (event_type))
    {
      _eric_http_refuse (message, SOUP_STATUS_FORBIDDEN,
                         "Channels and types that begin with " RESERVED_PREFIX " are reserved");
      return FALSE;
    }
  return TRUE;
}

guint
_eric_http_get_publish_status (const GError *error)
{
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

  if (get_body_size (message) > self->max_body)
    {
      refuse_body (self, message);
      return;
    }
  if (!may_publish (self, message, channel_id, event_type))
    return;
  if (!read_messages (message, event_type, id, messages, &error))
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
      return;
    }
  if (id != NULL && messages->len > 1)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "Several messages cannot have one id");
      return;
    }
  channel = get_channel (self, message, channel_id, TRUE);
  if (channel == NULL)
    return;

  if (_eric_channel_broadcast_all (ERIC_CHANNEL (channel), (EricMessage * const *) messages->pdata,
                                   messages->len, &error))
    soup_server_message_set_status (message, SOUP_STATUS_ACCEPTED, NULL);
  else
    _eric_http_refuse (message, _eric_http_get_publish_status (error), error->message);
}

/* (transfer full) (nullable): NULL where the request was answered */
static char *
dup_channel_id (EricSseServer     *self,
                SoupServerMessage *message,
                const char        *path)
{
  g_autofree char *target = eric_http_query_dup_path (message, path);
  const char *channel_id = NULL;

  for (guint i = 0; channel_id == NULL && self->mounts[i] != NULL; i++)
    if (g_str_has_prefix (target, self->mounts[i]) && target[strlen (self->mounts[i])] == '/')
      channel_id = target + strlen (self->mounts[i]) + 1;

  if (channel_id == NULL || *channel_id == '\0')
    _eric_http_refuse (message, SOUP_STATUS_NOT_FOUND, "The path names no channel");
  else if (!eric_http_query_is_valid (message))
    _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "The query is not percent-encoded UTF-8");
  else
    return g_strdup (channel_id);
  return NULL;
}

/* (transfer full) (nullable): where a feed goes, or NULL where the message says why
 * there is none. What each line would be refused for is refused here. */
static EricSseChannel *
get_feed_channel (EricSseServer     *self,
                  SoupServerMessage *message,
                  const char        *path,
                  const char        *event_type)
{
  g_autofree char *channel_id = dup_channel_id (self, message, path);
  g_autofree char *id = eric_http_query_dup (message, "id");
  g_autoptr (EricMessage) example = NULL;
  g_autoptr (GError) error = NULL;

  if (channel_id == NULL || !may_publish (self, message, channel_id, event_type))
    return NULL;
  if (id != NULL)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, "The messages of a feed cannot have one id");
      return NULL;
    }
  example = eric_message_new (event_type, NULL, &error);
  if (example == NULL)
    {
      _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
      return NULL;
    }
  if (!_eric_http_may_start (self, message, NULL))
    return NULL;
  return get_channel (self, message, channel_id, TRUE);
}

static void
take_feed (EricSseServer     *self,
           SoupServerMessage *message,
           const char        *path)
{
  g_autofree char *event_type = eric_http_query_dup (message, "event");
  g_autoptr (EricSseChannel) channel = NULL;

  _eric_http_cors_apply (self, message);
  if (is_allowed (self, message))
    channel = get_feed_channel (self, message, path, event_type);
  else
    refuse_method (self, message);

  if (channel != NULL)
    _eric_http_feed_start (self, message, channel, event_type);
  else
    _eric_http_feed_refuse (self, message);
}

/* Runs when the headers are read: what is refused here is refused before its
 * body comes. */
static void
early_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  EricSseServer *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (_eric_http_feed_is_wanted (message))
    {
      take_feed (self, message, path);
      return;
    }
  if (!is_allowed (self, message))
    refuse_method (self, message);
  else if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
           soup_message_headers_get_content_length (headers) > (goffset) self->max_body)
    refuse_body (self, message);
  else if (soup_server_message_get_method (message) == SOUP_METHOD_POST)
    {
      g_signal_connect_object (message, "got-chunk", G_CALLBACK (got_chunk_cb), self, 0);
      return;
    }
  /* libsoup reads a body that nobody wants, and would keep it. */
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
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
  g_autofree char *channel_id = NULL;

  _eric_http_cors_apply (self, message);
  channel_id = dup_channel_id (self, message, path);
  if (channel_id == NULL)
    return;
  if (method == SOUP_METHOD_OPTIONS)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                    get_allow (self));
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

void
_eric_sse_server_leave (EricSseServer *self)
{
  gpointer alive = self;

  g_object_add_weak_pointer (G_OBJECT (self), &alive);
  g_object_unref (self);
  if (alive == NULL)
    return;
  g_object_remove_weak_pointer (G_OBJECT (self), &alive);
  self->n_handling--;
}

static gboolean
once_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

/* libsoup needs its server until it is done with the request: where that is one of ours,
 * the last reference is dropped after it. */
void
_eric_sse_server_release_soup_server (EricSseServer *self)
{
  g_autoptr (GSource) later = NULL;

  if (self->n_handling == 0)
    {
      g_clear_object (&self->soup_server);
      return;
    }
  later = eric_ready_source_new ("EricSseServer release");
  g_source_set_callback (later, once_cb,
                         g_steal_pointer (&self->soup_server), g_object_unref);
  g_source_set_ready_time (later, 0);
  g_source_attach (later, self->context);
}

static void
guarded_early_cb (SoupServer        *soup_server,
                  SoupServerMessage *message,
                  const char        *path,
                  GHashTable        *query,
                  gpointer           user_data)
{
  _eric_sse_server_enter (user_data);
  early_cb (soup_server, message, path, query, user_data);
  _eric_sse_server_leave (user_data);
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
  soup_server_add_early_handler (self->soup_server, path, guarded_early_cb, self, NULL);
  soup_server_add_handler (self->soup_server, path, guarded_handle_cb, self, NULL);
}

void
_eric_http_routes_remove (EricSseServer *self,
                          const char    *path)
{
  soup_server_remove_handler (self->soup_server, path);
}

/**
 * eric_sse_server_mount:
 * @self: a server
 * @path: a path that begins and does not end with a slash, such as `/events`
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
 * `?id=` is refused. (libsoup 3.2 calls no early handler for a request that one of
 * its auth domains has accepted: there, a feed is read to its end first.)
 *
 * Since: 0.1
 */
void
eric_sse_server_mount (EricSseServer *self,
                       const char    *path)
{
  g_autoptr (GStrvBuilder) mounts = NULL;

  g_return_if_fail (ERIC_IS_SSE_SERVER (self));
  g_return_if_fail (path != NULL && path[0] == '/' && !g_str_has_suffix (path, "/"));

  mounts = g_strv_builder_new ();
  if (self->mounts != NULL)
    g_strv_builder_addv (mounts, (const char **) self->mounts);
  g_strv_builder_add (mounts, path);
  g_clear_pointer (&self->mounts, g_strfreev);
  self->mounts = g_strv_builder_end (mounts);
  _eric_http_routes_add (self, path);
}
