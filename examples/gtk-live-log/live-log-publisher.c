/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-publisher.h"

#include <libsoup/soup.h>
#include <string.h>

/* The entry of a message, which is posted to where the stream comes from. */
struct _LiveLogPublisher
{
  AdwBin        parent_instance;

  GtkEntry     *type;
  GtkEntry     *text;
  GtkButton    *button;

  SoupSession  *session;       /* (owned) */
  GUri         *uri;           /* (owned) (nullable) */
  GCancellable *cancellable;   /* (owned) */
  gboolean      sending;
};

G_DEFINE_FINAL_TYPE (LiveLogPublisher, live_log_publisher, ADW_TYPE_BIN)

enum
{
  SIG_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update (LiveLogPublisher *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->button),
                            self->uri != NULL && !self->sending && gtk_entry_get_text_length (self->text) > 0);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (LiveLogPublisher) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  SoupMessage *request = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  guint status = soup_message_get_status (request);
  g_autofree char *refusal = g_strdup_printf ("The server answered %u %s", status,
                                              soup_message_get_reason_phrase (request));

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->sending = FALSE;
  if (error == NULL && SOUP_STATUS_IS_SUCCESSFUL (status))
    gtk_editable_set_text (GTK_EDITABLE (self->text), "");
  else
    g_signal_emit (self, signals[SIG_FAILED], 0, error != NULL ? error->message : refusal);
  update (self);
}

/* (transfer full): where the stream comes from, with the type for a query. */
static GUri *
make_target (LiveLogPublisher *self)
{
  const char *type = gtk_editable_get_text (GTK_EDITABLE (self->type));
  g_autofree char *escaped = g_uri_escape_string (type, NULL, FALSE);
  g_autofree char *query = *type != '\0' ? g_strconcat ("event=", escaped, NULL) : NULL;

  return soup_uri_copy (self->uri, SOUP_URI_QUERY, query, SOUP_URI_FRAGMENT, NULL, SOUP_URI_NONE);
}

static void
send (LiveLogPublisher *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->text));
  g_autoptr (GUri) target = NULL;
  g_autoptr (SoupMessage) request = NULL;
  g_autoptr (GBytes) body = NULL;

  if (!gtk_widget_is_sensitive (GTK_WIDGET (self->button)))
    return;
  target = make_target (self);
  request = soup_message_new_from_uri (SOUP_METHOD_POST, target);
  body = g_bytes_new (text, strlen (text));
  soup_message_set_request_body_from_bytes (request, "text/plain; charset=utf-8", body);
  self->sending = TRUE;
  update (self);
  soup_session_send_and_read_async (self->session, request, G_PRIORITY_DEFAULT, self->cancellable, sent_cb,
                                    g_object_ref (self));
}

static gboolean
live_log_publisher_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (LIVE_LOG_PUBLISHER (widget)->text));
}

static void
live_log_publisher_dispose (GObject *object)
{
  LiveLogPublisher *self = LIVE_LOG_PUBLISHER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  g_clear_pointer (&self->uri, g_uri_unref);

  G_OBJECT_CLASS (live_log_publisher_parent_class)->dispose (object);
}

static void
live_log_publisher_finalize (GObject *object)
{
  g_clear_object (&LIVE_LOG_PUBLISHER (object)->cancellable);

  G_OBJECT_CLASS (live_log_publisher_parent_class)->finalize (object);
}

static void
live_log_publisher_class_init (LiveLogPublisherClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_publisher_dispose;
  G_OBJECT_CLASS (klass)->finalize = live_log_publisher_finalize;
  widget_class->grab_focus = live_log_publisher_grab_focus;

  /* With a sentence for people. */
  signals[SIG_FAILED] =
    g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-publisher.ui");
  gtk_widget_class_bind_template_child (widget_class, LiveLogPublisher, type);
  gtk_widget_class_bind_template_child (widget_class, LiveLogPublisher, text);
  gtk_widget_class_bind_template_child (widget_class, LiveLogPublisher, button);
  gtk_widget_class_bind_template_callback (widget_class, send);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
live_log_publisher_init (LiveLogPublisher *self)
{
  self->session = soup_session_new ();
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* (nullable): %NULL where there is nothing to publish to */
void
live_log_publisher_set_uri (LiveLogPublisher *self,
                            const char       *uri)
{
  g_clear_pointer (&self->uri, g_uri_unref);
  if (uri != NULL)
    self->uri = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  update (self);
}
