/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-status.h"

/* The title of the window: which channel it is, and where the connection stands, in a
 * word, a colour and an icon. */
struct _LiveLogStatus
{
  AdwBin         parent_instance;

  GtkLabel      *title;
  GtkBox        *state;
  GtkImage      *icon;
  GtkLabel      *label;

  LiveLogStream *stream;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LiveLogStatus, live_log_status, ADW_TYPE_BIN)

static const struct
{
  const char *icon;
  const char *style;
  const char *text;
} looks[] = {
  [LIVE_LOG_STATE_IDLE] = { NULL, NULL, "" },
  [LIVE_LOG_STATE_CONNECTING] = { "content-loading-symbolic", "dim-label", "Connecting…" },
  [LIVE_LOG_STATE_OPEN] = { "emblem-ok-symbolic", "success", "Connected" },
  [LIVE_LOG_STATE_RECONNECTING] = { "view-refresh-symbolic", "warning", "Reconnecting in %u s" },
  [LIVE_LOG_STATE_CLOSED] = { "media-playback-stop-symbolic", "dim-label", "Closed" },
  [LIVE_LOG_STATE_FAILED] = { "dialog-error-symbolic", "error", "Failed" },
};

/* (transfer full): the last part of the path */
static char *
dup_channel (const char *uri)
{
  g_autoptr (GUri) parsed = uri != NULL ? g_uri_parse (uri, G_URI_FLAGS_NONE, NULL) : NULL;
  g_autofree char *name = parsed != NULL ? g_path_get_basename (g_uri_get_path (parsed)) : NULL;

  if (name == NULL)
    return g_strdup ("Live Log");
  return g_str_equal (name, "/") || g_str_equal (name, ".") ? g_strdup (g_uri_get_host (parsed))
                                                            : g_steal_pointer (&name);
}

static void
state_changed_cb (LiveLogStream *stream,
                  LiveLogStatus *self)
{
  LiveLogState state = live_log_stream_get_state (stream);
  const char *reason = live_log_stream_get_reason (stream);
  g_autofree char *channel = dup_channel (live_log_stream_get_uri (stream));
  g_autofree char *text = state == LIVE_LOG_STATE_RECONNECTING
                            ? g_strdup_printf ("Reconnecting in %u s", live_log_stream_get_seconds (stream))
                            : g_strdup (looks[state].text);
  g_autofree char *spoken = g_strconcat (channel, ", ", text, NULL);
  const char *styles[] = { "state", looks[state].style, NULL };

  gtk_label_set_label (self->title, channel);
  gtk_label_set_label (self->label, text);
  gtk_image_set_from_icon_name (self->icon, looks[state].icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->state), styles);
  gtk_widget_set_visible (GTK_WIDGET (self->state), state != LIVE_LOG_STATE_IDLE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), reason != NULL ? reason : live_log_stream_get_uri (stream));
}

static void
live_log_status_dispose (GObject *object)
{
  g_clear_object (&LIVE_LOG_STATUS (object)->stream);

  G_OBJECT_CLASS (live_log_status_parent_class)->dispose (object);
}

static void
live_log_status_class_init (LiveLogStatusClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_status_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-status.ui");
  gtk_widget_class_bind_template_child (widget_class, LiveLogStatus, title);
  gtk_widget_class_bind_template_child (widget_class, LiveLogStatus, state);
  gtk_widget_class_bind_template_child (widget_class, LiveLogStatus, icon);
  gtk_widget_class_bind_template_child (widget_class, LiveLogStatus, label);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_STATUS);
}

static void
live_log_status_init (LiveLogStatus *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
live_log_status_set_stream (LiveLogStatus *self,
                            LiveLogStream *stream)
{
  g_return_if_fail (self->stream == NULL);

  self->stream = g_object_ref (stream);
  g_signal_connect_object (stream, "state-changed", G_CALLBACK (state_changed_cb), self, 0);
  state_changed_cb (stream, self);
}
