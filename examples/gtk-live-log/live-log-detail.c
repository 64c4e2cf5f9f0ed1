/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-detail.h"

#include <string.h>

#include "live-log-json.h"
#include "live-log-time.h"

/* What is shown of a text; all of it can be copied. */
#define MAX_TEXT (64 * 1024)   /* bytes */

/* One message, with all that is known of it. */
struct _LiveLogDetail
{
  AdwBin       parent_instance;

  GtkLabel    *type;
  GtkLabel    *facts;
  GtkTextView *text;

  EricMessage *message;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (LiveLogDetail, live_log_detail, ADW_TYPE_BIN)

static void
copy_cb (GtkButton     *button,
         LiveLogDetail *self)
{
  if (self->message != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), eric_message_get_text (self->message));
}

static void
live_log_detail_dispose (GObject *object)
{
  g_clear_object (&LIVE_LOG_DETAIL (object)->message);

  G_OBJECT_CLASS (live_log_detail_parent_class)->dispose (object);
}

static void
live_log_detail_class_init (LiveLogDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_detail_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-detail.ui");
  gtk_widget_class_bind_template_child (widget_class, LiveLogDetail, type);
  gtk_widget_class_bind_template_child (widget_class, LiveLogDetail, facts);
  gtk_widget_class_bind_template_child (widget_class, LiveLogDetail, text);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
live_log_detail_init (LiveLogDetail *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* (transfer full): JSON is easier to read in lines. */
static char *
dup_readable (EricMessage *message)
{
  const char *text = eric_message_get_text (message);
  gsize length = strnlen (text, MAX_TEXT + 1);
  g_autoptr (GVariant) value = NULL;
  g_autofree char *start = NULL;

  if (length > MAX_TEXT)
    {
      start = g_strndup (text, g_utf8_find_prev_char (text, text + MAX_TEXT) - text);
      return g_strconcat (start, "…", NULL);
    }
  if (*text == '{' || *text == '[')
    value = eric_message_parse_json (message, NULL);
  return value != NULL ? live_log_json_indent (text) : g_strdup (text);
}

static char *
dup_facts (EricMessage *message)
{
  g_autofree char *time = live_log_time_dup (message);
  g_autofree char *size = g_format_size (strlen (eric_message_get_text (message)));
  const char *id = eric_message_get_id (message);

  return g_strdup_printf ("%s · %s%s%s", time, size, id != NULL ? " · Id " : "", id != NULL ? id : "");
}

void
live_log_detail_set_message (LiveLogDetail *self,
                             EricMessage   *message)
{
  g_autofree char *facts = dup_facts (message);
  g_autofree char *text = dup_readable (message);

  g_set_object (&self->message, message);
  gtk_label_set_label (self->type, eric_message_get_event_type (message));
  gtk_label_set_label (self->facts, facts);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), text, -1);
}
