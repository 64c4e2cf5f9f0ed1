/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-http-probe-private.h"
#include "eric-http-query-private.h"
#include "eric-sse-server-private.h"

/* What is decided about a request to a mounted path when its headers are read, before
 * its body comes: which methods there are, how long the body may be, who may publish.
 *
 * An early handler of libsoup's would be the place, but is one where others have theirs:
 * a program's own on the same path takes its place, one on a longer path goes first, and
 * libsoup calls none for a request that an auth domain has accepted. So this listens to
 * the message itself, behind all of them. */

/* On a message that was looked at; how much of a body was read so far. */
#define GATE_KEY      "eric-http-gate"
#define BODY_SIZE_KEY "eric-body-size"

static const char *
get_allow (EricSseServer *self)
{
  return self->allow_publish ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS";
}

void
_eric_http_tell_methods (EricSseServer     *self,
                         SoupServerMessage *message)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                get_allow (self));
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
  _eric_http_tell_methods (self, message);
  _eric_http_refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "There is no such method here");
}

void
_eric_http_refuse_body (EricSseServer     *self,
                        SoupServerMessage *message)
{
  g_autofree char *sentence =
    g_strdup_printf ("The body is longer than %" G_GSIZE_FORMAT " bytes", self->max_body);

  _eric_http_refuse (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, sentence);
}

/* Nobody wants what comes: libsoup reads it, and would keep it. */
static void
drop_body (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
}

/* A body of unknown length is refused as soon as it is too long. */
static void
got_chunk_cb (SoupServerMessage *message,
              GBytes            *chunk,
              gpointer           user_data)
{
  EricSseServer *self = user_data;
  gsize size = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), BODY_SIZE_KEY));

  size += g_bytes_get_size (chunk);
  g_object_set_data (G_OBJECT (message), BODY_SIZE_KEY, GSIZE_TO_POINTER (size));
  if (size <= self->max_body)
    return;
  drop_body (message);
  if (soup_server_message_get_status (message) == 0)
    _eric_http_refuse_body (self, message);
}

/* A browser asks without credentials whether a page may send some: what wants them
 * cannot be what answers. */
static gboolean
is_preflight_unauthorized (EricSseServer     *self,
                           SoupServerMessage *message)
{
  return soup_server_message_get_status (message) == SOUP_STATUS_UNAUTHORIZED &&
         _eric_http_cors_is_preflight (self, message);
}

static void
grant_preflight (EricSseServer     *self,
                 SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_remove (headers, "WWW-Authenticate");
  soup_message_headers_remove (headers, "Content-Type");
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  _eric_http_tell_methods (self, message);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

/* Sets the status of what is refused. */
static void
check (EricSseServer     *self,
       SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (!is_allowed (self, message))
    refuse_method (self, message);
  else if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
           soup_message_headers_get_content_length (headers) > (goffset) self->max_body)
    _eric_http_refuse_body (self, message);
  else if (soup_server_message_get_method (message) == SOUP_METHOD_POST)
    _eric_http_may_publish (self, message);
}

static gboolean
is_mounted (EricSseServer     *self,
            SoupServerMessage *message)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));

  return self->mounts != NULL && _eric_http_find_mount (self, path) != NULL;
}

/* FALSE for a message that began before there was a gate. */
gboolean
_eric_http_gate_has_seen (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), GATE_KEY) != NULL;
}

static void
decide (EricSseServer     *self,
        SoupServerMessage *message)
{
  if (is_preflight_unauthorized (self, message))
    grant_preflight (self, message);
  if (soup_server_message_get_status (message) == 0)
    check (self, message);

  if (soup_server_message_get_status (message) != 0)
    drop_body (message);
  if (_eric_http_feed_is_wanted (message))
    _eric_http_feed_take (self, message);
}

static void
got_headers_cb (SoupServerMessage *message,
                EricSseServer     *self)
{
  if (!is_mounted (self, message))
    return;
  _eric_sse_server_enter (self);
  if (!_eric_http_gate_has_seen (message))
    g_signal_connect_object (message, "got-chunk", G_CALLBACK (got_chunk_cb), self, 0);
  g_object_set_data (G_OBJECT (message), GATE_KEY, GINT_TO_POINTER (TRUE));
  _eric_http_cors_apply (self, message);
  if (!_eric_http_probe_is (message))
    decide (self, message);
  _eric_sse_server_leave (self);
}

static void
request_started_cb (SoupServer        *soup_server,
                    SoupServerMessage *message,
                    EricSseServer     *self)
{
  _eric_http_probe_watch (message);
  _eric_http_range_watch (message);
  g_signal_connect_object (message, "got-headers", G_CALLBACK (got_headers_cb), self, 0);
}

void
_eric_http_gate_add (EricSseServer *self)
{
  eric_http_query_watch ();
  g_signal_connect_object (self->soup_server, "request-started", G_CALLBACK (request_started_cb), self, 0);
}
