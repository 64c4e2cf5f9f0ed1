/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-source-request-private.h"

/* RFC 9110, section 9.2.2, and those of other standards. */
static const char * const idempotent_methods[] = {
  "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "QUERY", "REPORT", "SEARCH", NULL
};

/* What may be told another server than the one that the application named: how the
 * answer is to look, what the body is, and where the stream goes on. Any other header
 * may be a key. */
static const char * const public_headers[] = {
  "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Content-Encoding",
  "Content-Language", "Content-Length", "Content-Type", "Last-Event-ID", "Pragma", "Transfer-Encoding",
  "User-Agent",
};

/* Of a message: where it was sent first, and that it was sent elsewhere since. */
#define ORIGIN_KEY  "eric-origin"
#define STRAYED_KEY "eric-strayed"

static gboolean
check_uri (GUri    *uri,
           GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);

  if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    {
      g_set_error (error, G_URI_ERROR, G_URI_ERROR_BAD_SCHEME,
                   "An event source reads http and https, not “%s”", scheme);
      return FALSE;
    }
  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error_literal (error, G_URI_ERROR, G_URI_ERROR_BAD_HOST, "The URI has no host");
      return FALSE;
    }
  return TRUE;
}

EricSourceRequest *
eric_source_request_new (const char  *uri,
                         GError     **error)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, error);
  EricSourceRequest *self;

  if (parsed == NULL || !check_uri (parsed, error))
    return NULL;

  self = g_new0 (EricSourceRequest, 1);
  self->uri = g_steal_pointer (&parsed);
  self->text = g_strdup (uri);
  self->method = g_strdup (SOUP_METHOD_GET);
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  return self;
}

/* RFC 9110, section 5.6.2. */
static gboolean
is_token (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;
  return *text != '\0';
}

/* A message that was made by its properties may lack one, and libsoup sends any method as it
 * is, with the line breaks that are in it. */
static gboolean
check_model (SoupMessage  *model,
             GError      **error)
{
  const char *method = soup_message_get_method (model);
  GUri *uri = soup_message_get_uri (model);

  if (uri == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "The message has no URI");
      return FALSE;
    }
  if (method == NULL || !is_token (method))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is no method of a message", method != NULL ? method : "");
      return FALSE;
    }
  return check_uri (uri, error);
}

static void
add_header (const char *name,
            const char *value,
            gpointer    user_data)
{
  soup_message_headers_append (user_data, name, value);
}

EricSourceRequest *
eric_source_request_new_for_message (SoupMessage  *model,
                                     GBytes       *body,
                                     GError      **error)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (model);
  EricSourceRequest *self;

  if (!check_model (model, error))
    return NULL;
  if (body == NULL && (soup_message_headers_get_content_length (headers) > 0 ||
                       soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The body of the message has to be given beside it: "
                           "it is sent again with each connection");
      return NULL;
    }

  self = g_new0 (EricSourceRequest, 1);
  self->uri = g_uri_ref (soup_message_get_uri (model));
  self->text = g_uri_to_string (self->uri);
  self->method = g_strdup (soup_message_get_method (model));
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  soup_message_headers_foreach (headers, add_header, self->headers);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  self->model = g_object_ref (model);
  return self;
}

/* RFC 9110, sections 5.1 and 5.5. */
gboolean
eric_source_request_check_header (const char  *name,
                                  const char  *value,
                                  GError     **error)
{
  if (!is_token (name))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” is no name of a header", name);
      return FALSE;
    }
  if (value != NULL && strpbrk (value, "\r\n") != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "The value of the header %s contains a line break", name);
      return FALSE;
    }
  return TRUE;
}

void
eric_source_request_free (EricSourceRequest *self)
{
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->model);
  g_free (self);
}

gboolean
eric_source_request_is_idempotent (EricSourceRequest *self)
{
  return g_strv_contains (idempotent_methods, self->method);
}

static gboolean
is_same_origin (GUri *a,
                GUri *b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         g_uri_get_port (a) == g_uri_get_port (b);
}

gboolean
eric_source_request_is_home (EricSourceRequest *self,
                             GUri              *uri)
{
  return is_same_origin (uri, self->uri);
}

static void
add_name (const char *name,
          const char *value,
          gpointer    user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (public_headers); i++)
    if (g_ascii_strcasecmp (name, public_headers[i]) == 0)
      return;
  g_ptr_array_add (user_data, g_strdup (name));
}

/* Of what only the request's own server may see. */
void
eric_source_request_strip (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  soup_message_headers_foreach (headers, add_name, names);
  for (guint i = 0; i < names->len; i++)
    soup_message_headers_remove (headers, names->pdata[i]);
}

/* Redirected: the URI is the new one. A server that was sent away from does not get
 * keys into requests of its making by sending back. */
static void
restarted_cb (SoupMessage *message,
              gpointer     user_data)
{
  GUri *origin = g_object_get_data (G_OBJECT (message), ORIGIN_KEY);

  if (is_same_origin (soup_message_get_uri (message), origin) &&
      g_object_get_data (G_OBJECT (message), STRAYED_KEY) == NULL)
    return;
  g_object_set_data (G_OBJECT (message), STRAYED_KEY, message);
  eric_source_request_strip (message);
}

static void
copy_model (SoupMessage *model,
            SoupMessage *message)
{
  soup_message_add_flags (message, soup_message_get_flags (model));
  soup_message_set_priority (message, soup_message_get_priority (model));
  if (soup_message_get_first_party (model) != NULL)
    soup_message_set_first_party (message, soup_message_get_first_party (model));
  soup_message_set_site_for_cookies (message, soup_message_get_site_for_cookies (model));
  soup_message_set_is_top_level_navigation (message, soup_message_get_is_top_level_navigation (model));
}

static void
set_default_header (SoupMessageHeaders *headers,
                    const char         *name,
                    const char         *value)
{
  if (soup_message_headers_get_one (headers, name) == NULL)
    soup_message_headers_append (headers, name, value);
}

/* The request as WHATWG HTML, section 9.2.2, wants it. The URI differs from the
 * request's behind a redirect. */
SoupMessage *
eric_source_request_make_message (EricSourceRequest *self,
                                  GUri              *uri,
                                  const char        *last_event_id)
{
  SoupMessage *message = soup_message_new_from_uri (self->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_foreach (self->headers, add_header, headers);
  set_default_header (headers, "Accept", "text/event-stream");
  set_default_header (headers, "Cache-Control", "no-cache");
  if (*last_event_id != '\0')
    soup_message_headers_replace (headers, "Last-Event-ID", last_event_id);
  if (self->model != NULL)
    copy_model (self->model, message);
  if (self->body != NULL)
    {
      g_autofree char *type = g_strdup (soup_message_headers_get_one (headers, "Content-Type"));

      soup_message_set_request_body_from_bytes (message, type != NULL ? type : "application/octet-stream",
                                                self->body);
    }

  /* A connection that has been idle may be dead, which libsoup would find out by
   * sending a second time. */
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_disable_feature (message, SOUP_TYPE_CACHE);
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_SNIFFER);
  g_object_set_data_full (G_OBJECT (message), ORIGIN_KEY, g_uri_ref (self->uri),
                          (GDestroyNotify) g_uri_unref);
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), NULL);
  return message;
}

/* RFC 9110, sections 15.4.8 and 15.4.9: the same method and body, which libsoup
 * leaves to us. NULL without an error where it is no such response. */
GUri *
eric_source_request_redirect (EricSourceRequest  *self,
                              SoupMessage        *message,
                              GError            **error)
{
  guint status = soup_message_get_status (message);
  const char *location =
    soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) uri = NULL;

  if ((status != SOUP_STATUS_TEMPORARY_REDIRECT && status != SOUP_STATUS_PERMANENT_REDIRECT) ||
      (soup_message_get_flags (message) & SOUP_MESSAGE_NO_REDIRECT) != 0)
    return NULL;
  if (location == NULL || *location == '\0')
    {
      g_set_error_literal (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_NO_LOCATION,
                           "The server redirects, but does not say where to");
      return NULL;
    }
  uri = g_uri_parse_relative (soup_message_get_uri (message), location, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri == NULL || !check_uri (uri, NULL))
    {
      g_set_error (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_REDIRECT_BAD_URI,
                   "The server redirects to “%s”, which cannot be read", location);
      return NULL;
    }
  return g_steal_pointer (&uri);
}
