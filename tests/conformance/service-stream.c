/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "service-stream.h"

#include "service-reporter.h"

/* A duration that was not given. */
#define NOT_GIVEN -1

struct _ServiceStream
{
  EricEventSource *source;        /* (owned) */
  ServiceReporter *reporter;      /* (owned) */
  gboolean         may_time_out;
  gboolean         restarting;
};

/* Parameters */

static gboolean
refuse (GError     **error,
        const char  *name,
        const char  *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” has to be %s", name, what);
  return FALSE;
}

/* Returns a full reference, or NULL where there is none, which null counts as. */
static GVariant *
look_up (GVariant   *object,
         const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (object, name, NULL);

  if (value == NULL || g_variant_classify (value) == G_VARIANT_CLASS_MAYBE)
    return NULL;
  return g_steal_pointer (&value);
}

static gboolean
read_string (GVariant    *object,
             const char  *name,
             char       **string,
             GError     **error)
{
  g_autoptr (GVariant) value = look_up (object, name);

  if (value == NULL)
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse (error, name, "a string");
  *string = g_variant_dup_string (value, NULL);
  return TRUE;
}

static gboolean
read_needed (GVariant    *object,
             const char  *name,
             char       **string,
             GError     **error)
{
  if (!read_string (object, name, string, error))
    return FALSE;
  return (*string != NULL && **string != '\0') || refuse (error, name, "given");
}

static gboolean
read_milliseconds (GVariant    *object,
                   const char  *name,
                   int         *milliseconds,
                   GError     **error)
{
  g_autoptr (GVariant) value = look_up (object, name);

  *milliseconds = NOT_GIVEN;
  if (value == NULL)
    return TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) || g_variant_get_int64 (value) < 0 ||
      g_variant_get_int64 (value) > G_MAXINT)
    return refuse (error, name, "a number of milliseconds");
  *milliseconds = g_variant_get_int64 (value);
  return TRUE;
}

/* RFC 9110, section 9.1. */
static gboolean
check_method (const char  *method,
              GError     **error)
{
  gboolean valid = *method != '\0';

  for (const char *c = method; *c != '\0'; c++)
    valid = valid && (g_ascii_isalnum (*c) || *c == '-');
  return valid || refuse (error, "method", "the name of a method");
}

static EricEventSource *
make_source (GVariant  *parameters,
             GError   **error)
{
  g_autofree char *url = NULL, *method = NULL, *body = NULL;
  g_autoptr (EricEventSource) plain = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!read_needed (parameters, "streamUrl", &url, error) ||
      !read_string (parameters, "method", &method, error) ||
      !read_string (parameters, "body", &body, error))
    return NULL;

  /* It takes a closer look at the URL than the message does. */
  plain = eric_event_source_new (url, error);
  if (plain == NULL || (method == NULL && body == NULL))
    return g_steal_pointer (&plain);

  if (method != NULL && !check_method (method, error))
    return NULL;
  message = soup_message_new (method != NULL ? method : SOUP_METHOD_GET, url);
  bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  return eric_event_source_new_for_message (message, bytes, error);
}

static gboolean
set_headers (EricEventSource  *source,
             GVariant         *parameters,
             GError          **error)
{
  g_autoptr (GVariant) headers = look_up (parameters, "headers");
  const char *name;
  GVariant *child;
  GVariantIter iter;

  if (headers == NULL)
    return TRUE;
  if (!g_variant_is_of_type (headers, G_VARIANT_TYPE_VARDICT))
    return refuse (error, "headers", "an object");

  g_variant_iter_init (&iter, headers);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &child))
    {
      g_autoptr (GVariant) value = child;

      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        return refuse (error, name, "a string");
      if (!eric_event_source_set_header (source, name, g_variant_get_string (value, NULL), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
configure (ServiceStream  *self,
           GVariant       *parameters,
           GError        **error)
{
  g_autofree char *last_event_id = NULL, *tag = NULL;
  int retry_delay, timeout;

  if (!read_milliseconds (parameters, "initialDelayMs", &retry_delay, error) ||
      !read_milliseconds (parameters, "readTimeoutMs", &timeout, error) ||
      !read_string (parameters, "lastEventId", &last_event_id, error) ||
      !read_string (parameters, "tag", &tag, error) ||
      !set_headers (self->source, parameters, error) ||
      !eric_event_source_set_last_event_id (self->source, last_event_id, error))
    return FALSE;
  eric_event_source_set_policy (self->source, ERIC_RECONNECT_POLICY_STANDARD);
  eric_event_source_set_idempotent (self->source, TRUE);
  if (retry_delay != NOT_GIVEN)
    eric_event_source_set_retry_delay (self->source, retry_delay);
  if (timeout != NOT_GIVEN)
    eric_event_source_set_inactivity_timeout (self->source, timeout);
  self->may_time_out = timeout > 0;
  return TRUE;
}

/* What it sees */

static void
message_cb (EricEventSource *source,
            EricMessage     *message,
            ServiceStream   *self)
{
  service_reporter_add_event (self->reporter, message);
}

static void
comment_cb (EricEventSource *source,
            const char      *text,
            ServiceStream   *self)
{
  service_reporter_add_comment (self->reporter, text);
}

/* A connection that is lost and made again is what event streams are for; it is
 * told only where the limit was asked for. */
static void
error_cb (EricEventSource *source,
          const GError    *error,
          ServiceStream   *self)
{
  if (eric_event_source_get_ready_state (source) == ERIC_READY_STATE_CLOSED ||
      (self->may_time_out && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)))
    service_reporter_add_error (self->reporter, error->message);
}

/* The standard has one event for all ends; here a 204 is none of the errors. */
static void
closed_cb (EricEventSource *source,
           ServiceStream   *self)
{
  if (!self->restarting && eric_event_source_get_error (source) == NULL)
    service_reporter_add_error (self->reporter, "The server ended the stream");
}

ServiceStream *
service_stream_new (GVariant     *parameters,
                    SoupSession  *session,
                    GError      **error)
{
  g_autoptr (ServiceStream) self = g_new0 (ServiceStream, 1);
  g_autofree char *callback_url = NULL;

  self->source = make_source (parameters, error);
  if (self->source == NULL || !configure (self, parameters, error) ||
      !read_needed (parameters, "callbackUrl", &callback_url, error))
    return NULL;
  self->reporter = service_reporter_new (session, callback_url, error);
  if (self->reporter == NULL)
    return NULL;

  g_signal_connect (self->source, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->source, "comment", G_CALLBACK (comment_cb), self);
  g_signal_connect (self->source, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (self->source, "closed", G_CALLBACK (closed_cb), self);
  eric_event_source_start (self->source);
  return g_steal_pointer (&self);
}

/* Commands */

/* Every type is listened to from the start. */
static gboolean
listen_to (GVariant  *command,
           GError   **error)
{
  g_autoptr (GVariant) listen = look_up (command, "listen");
  g_autofree char *type = NULL;

  if (listen == NULL || !g_variant_is_of_type (listen, G_VARIANT_TYPE_VARDICT))
    return refuse (error, "listen", "an object");
  return read_needed (listen, "type", &type, error);
}

static void
restart (ServiceStream *self)
{
  self->restarting = TRUE;
  eric_event_source_close (self->source);
  self->restarting = FALSE;
  eric_event_source_start (self->source);
}

gboolean
service_stream_command (ServiceStream  *self,
                        GVariant       *command,
                        GError        **error)
{
  g_autofree char *name = NULL;

  if (!read_needed (command, "command", &name, error))
    return FALSE;
  if (g_str_equal (name, "listen"))
    return listen_to (command, error);
  if (!g_str_equal (name, "restart"))
    return refuse (error, "command", "“listen” or “restart”");
  restart (self);
  return TRUE;
}

void
service_stream_free (ServiceStream *self)
{
  if (self->source != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->source, self);
      eric_event_source_close (self->source);
    }
  g_clear_object (&self->source);
  g_clear_pointer (&self->reporter, service_reporter_close);
  g_free (self);
}
