/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "service-reporter.h"

struct _ServiceReporter
{
  gatomicrefcount  ref_count;    /* the request under way has one */
  SoupSession     *session;      /* (owned) */
  char            *url;          /* (owned) */
  GCancellable    *cancellable;  /* (owned) */
  GQueue           waiting;      /* of (owned) GBytes */
  gboolean         sending;
  guint            n_sent;
};

static ServiceReporter *
reporter_ref (ServiceReporter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
reporter_unref (ServiceReporter *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_queue_clear_full (&self->waiting, (GDestroyNotify) g_bytes_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_free (self->url);
  g_free (self);
}

/* @url: what numbers are put behind. */
ServiceReporter *
service_reporter_new (SoupSession  *session,
                      const char   *url,
                      GError      **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, error);
  ServiceReporter *self;

  if (uri == NULL)
    return NULL;
  if (!g_str_has_prefix (g_uri_get_scheme (uri), "http") || g_uri_get_host (uri) == NULL)
    {
      g_set_error (error, G_URI_ERROR, G_URI_ERROR_FAILED, "“%s” is no URL to report to", url);
      return NULL;
    }
  self = g_new0 (ServiceReporter, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->session = g_object_ref (session);
  self->url = g_strdup (url);
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->waiting);
  return self;
}

/* Frees it. What was not sent yet is not sent any more. */
void
service_reporter_close (ServiceReporter *self)
{
  g_cancellable_cancel (self->cancellable);
  reporter_unref (self);
}

/* Sending */

static void send_next (ServiceReporter *self);

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  ServiceReporter *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (answer == NULL && !g_cancellable_is_cancelled (self->cancellable))
    g_printerr ("%s/%u: %s\n", self->url, self->n_sent, error->message);
  self->sending = FALSE;
  send_next (self);
  reporter_unref (self);
}

static void
send_next (ServiceReporter *self)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *url = NULL;

  if (self->sending || g_queue_is_empty (&self->waiting) ||
      g_cancellable_is_cancelled (self->cancellable))
    return;
  body = g_queue_pop_head (&self->waiting);
  url = g_strdup_printf ("%s/%u", self->url, ++self->n_sent);
  message = soup_message_new (SOUP_METHOD_POST, url);
  soup_message_set_request_body_from_bytes (message, "application/json", body);

  /* A POST has a connection of its own anyway. */
  soup_message_headers_append (soup_message_get_request_headers (message), "Connection", "close");
  self->sending = TRUE;
  soup_session_send_and_read_async (self->session, message, G_PRIORITY_DEFAULT, self->cancellable,
                                    sent_cb, reporter_ref (self));
}

static void
add (ServiceReporter *self,
     GString         *json)
{
  g_queue_push_tail (&self->waiting, g_string_free_to_bytes (json));
  send_next (self);
}

/* What is said */

/* NUL can be in data, which is where the library's own printer ends. */
static void
append_quoted (GString    *json,
               const char *text,
               gsize       length)
{
  const char *plain = text;

  g_string_append_c (json, '"');
  for (const char *c = text; c < text + length; c++)
    {
      if ((guchar) *c >= ' ' && *c != '"' && *c != '\\')
        continue;
      g_string_append_len (json, plain, c - plain);
      plain = c + 1;
      g_string_append_printf (json, "\\u%04x", (guchar) *c);
    }
  g_string_append_len (json, plain, text + length - plain);
  g_string_append_c (json, '"');
}

void
service_reporter_add_event (ServiceReporter *self,
                            EricMessage     *message)
{
  const char *type = eric_message_get_event_type (message);
  const char *id = eric_message_get_id (message);
  gsize length;
  const char *data = (const char *) eric_message_get_data (message, &length);
  GString *json = g_string_sized_new (length);

  g_string_append (json, "{\"kind\":\"event\",\"event\":{\"type\":");
  append_quoted (json, type, strlen (type));
  g_string_append (json, ",\"data\":");
  append_quoted (json, data, length);
  g_string_append (json, ",\"id\":");
  append_quoted (json, id != NULL ? id : "", id != NULL ? strlen (id) : 0);
  g_string_append (json, "}}");
  add (self, json);
}

static void
add_text (ServiceReporter *self,
          const char      *kind,
          const char      *text)
{
  GString *json = g_string_new (NULL);

  g_string_append_printf (json, "{\"kind\":\"%s\",\"comment\":", kind);
  append_quoted (json, text, strlen (text));
  g_string_append_c (json, '}');
  add (self, json);
}

void
service_reporter_add_comment (ServiceReporter *self,
                              const char      *text)
{
  add_text (self, "comment", text);
}

void
service_reporter_add_error (ServiceReporter *self,
                            const char      *text)
{
  add_text (self, "error", text);
}
