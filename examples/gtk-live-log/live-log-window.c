/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-window.h"

#include "live-log-detail.h"
#include "live-log-filter.h"
#include "live-log-list.h"
#include "live-log-publisher.h"
#include "live-log-status.h"
#include "live-log-types.h"

/* Puts the parts together: a stream, what is shown of it, and what can be done. */
struct _LiveLogWindow
{
  AdwApplicationWindow parent_instance;

  LiveLogStatus       *status;
  GtkToggleButton     *pause;
  GtkSearchBar        *search_bar;
  GtkSearchEntry      *search;
  GtkDropDown         *type;
  GtkRevealer         *banner;
  GtkLabel            *banner_text;
  AdwToastOverlay     *toasts;
  GtkStack            *pages;
  AdwEntryRow         *address;
  AdwStatusPage       *empty;
  AdwStatusPage       *failed;
  AdwFlap             *flap;
  LiveLogList         *list;
  LiveLogDetail       *detail;
  GtkRevealer         *footer;
  LiveLogPublisher    *publisher;

  LiveLogStream       *stream;     /* (owned) */
  LiveLogFilter       *filter;     /* (owned) */
  LiveLogTypes        *types;      /* (owned) */
  GtkFilterListModel  *filtered;   /* (owned) */
  gboolean             asking;     /* for an address */
};

G_DEFINE_FINAL_TYPE (LiveLogWindow, live_log_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_toast (LiveLogWindow *self,
            const char    *title)
{
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* What is shown */

static gboolean
has_messages (LiveLogWindow *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (live_log_stream_get_messages (self->stream))) > 0;
}

/* The filter looks at some messages in each turn of the main loop: that there is no match
 * is known at its end. */
static const char *
choose_page (LiveLogWindow *self)
{
  LiveLogState state = live_log_stream_get_state (self->stream);

  if (self->asking || state == LIVE_LOG_STATE_IDLE)
    return "address";
  if (g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) > 0 ||
      gtk_filter_list_model_get_pending (self->filtered) > 0)
    return "messages";
  return state == LIVE_LOG_STATE_FAILED && !has_messages (self) ? "failed" : "empty";
}

static void
describe_empty (LiveLogWindow *self)
{
  LiveLogState state = live_log_stream_get_state (self->stream);

  if (has_messages (self))
    g_object_set (self->empty, "icon-name", "system-search-symbolic", "title", "No Matches",
                  "description", "No message has this type and text.", NULL);
  else if (state == LIVE_LOG_STATE_OPEN)
    g_object_set (self->empty, "icon-name", "network-transmit-receive-symbolic", "title", "Nothing Yet",
                  "description", "Messages are shown as they come. Publish the first one below.", NULL);
  else if (state == LIVE_LOG_STATE_CLOSED)
    g_object_set (self->empty, "icon-name", "media-playback-stop-symbolic", "title", "Closed",
                  "description", "Press Ctrl+R to connect again.", NULL);
  else
    g_object_set (self->empty, "icon-name", "content-loading-symbolic", "title", "Connecting…",
                  "description", "Messages are shown as soon as the server answers.", NULL);
}

/* The status of a page takes markup. */
static void
describe_failure (LiveLogWindow *self)
{
  const char *reason = live_log_stream_get_reason (self->stream);
  g_autofree char *escaped = g_markup_escape_text (reason != NULL ? reason : "", -1);

  adw_status_page_set_description (self->failed, escaped);
}

static void
update_pages (LiveLogWindow *self)
{
  const char *page = choose_page (self);

  if (g_str_equal (page, "empty"))
    describe_empty (self);
  if (g_str_equal (page, "failed"))
    describe_failure (self);
  if (g_strcmp0 (gtk_stack_get_visible_child_name (self->pages), page) == 0)
    return;
  gtk_stack_set_visible_child_name (self->pages, page);
  gtk_revealer_set_reveal_child (self->footer, !g_str_equal (page, "address") && !g_str_equal (page, "failed"));
}

/* (transfer full) (nullable): %NULL where there is nothing to say */
static char *
dup_banner (LiveLogWindow *self)
{
  LiveLogState state = live_log_stream_get_state (self->stream);
  const char *reason = live_log_stream_get_reason (self->stream);

  if (state == LIVE_LOG_STATE_RECONNECTING)
    return g_strdup_printf ("Connection lost, next try in %u s. %s.", live_log_stream_get_seconds (self->stream),
                            reason != NULL ? reason : "");
  if (state == LIVE_LOG_STATE_FAILED && g_str_equal (choose_page (self), "messages"))
    return g_strdup_printf ("Connection lost. %s.", reason != NULL ? reason : "");
  if (state == LIVE_LOG_STATE_CLOSED)
    return g_strdup ("The connection is closed.");
  return NULL;
}

static void
update_banner (LiveLogWindow *self)
{
  g_autofree char *text = self->asking ? NULL : dup_banner (self);

  if (text != NULL)
    gtk_label_set_label (self->banner_text, text);
  gtk_revealer_set_reveal_child (self->banner, text != NULL);
}

static void
enable_action (LiveLogWindow *self,
               const char    *name,
               gboolean       enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
state_changed_cb (LiveLogStream *stream,
                  LiveLogWindow *self)
{
  LiveLogState state = live_log_stream_get_state (stream);
  gboolean ended = state == LIVE_LOG_STATE_CLOSED || state == LIVE_LOG_STATE_FAILED;

  update_pages (self);
  update_banner (self);
  enable_action (self, "retry", ended || state == LIVE_LOG_STATE_RECONNECTING);
  enable_action (self, "disconnect", state != LIVE_LOG_STATE_IDLE && !ended);
}

static void
held_changed_cb (LiveLogStream *stream,
                 LiveLogWindow *self)
{
  live_log_list_set_held (self->list, live_log_stream_get_paused (stream), live_log_stream_get_held (stream));
}

static void
message_cb (LiveLogStream *stream,
            EricMessage   *message,
            LiveLogWindow *self)
{
  live_log_types_add (self->types, eric_message_get_event_type (message));
}

static void
gap_cb (LiveLogStream *stream,
        const char    *reason,
        LiveLogWindow *self)
{
  show_toast (self, g_str_equal (reason, "slow") ? "Some messages are missing: they came too fast"
                                                 : "Some messages are missing: the server has them no more");
}

static void
publish_failed_cb (LiveLogPublisher *publisher,
                   const char       *reason,
                   LiveLogWindow    *self)
{
  g_autofree char *title = g_strconcat ("Not published: ", reason, NULL);

  show_toast (self, title);
}

static void
selected_cb (LiveLogList   *list,
             EricMessage   *message,
             LiveLogWindow *self)
{
  live_log_detail_set_message (self->detail, message);
  adw_flap_set_reveal_flap (self->flap, TRUE);
}

/* Filter */

static void
search_changed_cb (GtkSearchEntry *search,
                   LiveLogWindow  *self)
{
  live_log_filter_set_text (self->filter, gtk_editable_get_text (GTK_EDITABLE (search)));
}

static void
type_changed_cb (GtkDropDown   *type,
                 GParamSpec    *pspec,
                 LiveLogWindow *self)
{
  guint selected = gtk_drop_down_get_selected (type);

  if (selected != GTK_INVALID_LIST_POSITION)
    live_log_filter_set_type (self->filter, live_log_types_get (self->types, selected));
}

/* What is not seen does not filter. */
static void
search_mode_changed_cb (LiveLogWindow *self)
{
  if (gtk_search_bar_get_search_mode (self->search_bar))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_drop_down_set_selected (self->type, 0);
}

/* Address */

static void
address_changed_cb (LiveLogWindow *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
}

static void
watch_address (LiveLogWindow *self)
{
  g_autofree char *uri = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));

  live_log_window_watch (self, uri);
}

/* Actions */

static void
address_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  LiveLogWindow *self = user_data;

  self->asking = TRUE;
  update_pages (self);
  update_banner (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

static void
disconnect_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  live_log_stream_close (LIVE_LOG_WINDOW (user_data)->stream);
}

static void
retry_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  live_log_stream_retry (LIVE_LOG_WINDOW (user_data)->stream);
}

static void
clear_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  eric_message_list_clear (live_log_stream_get_messages (LIVE_LOG_WINDOW (user_data)->stream));
}

static void
newest_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  live_log_list_show_newest (LIVE_LOG_WINDOW (user_data)->list);
}

static void
publish_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  gtk_widget_grab_focus (GTK_WIDGET (LIVE_LOG_WINDOW (user_data)->publisher));
}

static void
close_detail_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  LiveLogWindow *self = user_data;

  adw_flap_set_reveal_flap (self->flap, FALSE);
  live_log_list_unselect (self->list);
}

static void
pause_cb (GSimpleAction *action,
          GVariant      *state,
          gpointer       user_data)
{
  LiveLogWindow *self = user_data;
  gboolean paused = g_variant_get_boolean (state);

  g_simple_action_set_state (action, state);
  live_log_stream_set_paused (self->stream, paused);
  gtk_button_set_icon_name (GTK_BUTTON (self->pause), paused ? "media-playback-start-symbolic"
                                                             : "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause), paused ? "Resume" : "Pause");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  paused ? "Resume" : "Pause", -1);
}

static void
add_actions (LiveLogWindow *self)
{
  const GActionEntry actions[] = {
    { "address", address_cb },
    { "clear", clear_cb },
    { "close-detail", close_detail_cb },
    { "disconnect", disconnect_cb },
    { "newest", newest_cb },
    { "pause", NULL, NULL, "false", pause_cb },
    { "publish", publish_cb },
    { "retry", retry_cb },
  };
  g_autoptr (GPropertyAction) search = g_property_action_new ("search", self->search_bar, "search-mode-enabled");

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (search));
}

static void
live_log_window_dispose (GObject *object)
{
  LiveLogWindow *self = LIVE_LOG_WINDOW (object);

  if (self->stream != NULL)
    g_signal_handlers_disconnect_by_data (self->stream, self);
  if (self->filtered != NULL)
    g_signal_handlers_disconnect_by_data (self->filtered, self);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->types);
  g_clear_object (&self->stream);

  G_OBJECT_CLASS (live_log_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, status);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, pause);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, search);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, type);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, banner);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, banner_text);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, address);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, empty);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, failed);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, list);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, detail);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, footer);
  gtk_widget_class_bind_template_child (widget_class, LiveLogWindow, publisher);
}

static void
live_log_window_class_init (LiveLogWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_window_dispose;

  g_type_ensure (LIVE_LOG_TYPE_DETAIL);
  g_type_ensure (LIVE_LOG_TYPE_LIST);
  g_type_ensure (LIVE_LOG_TYPE_PUBLISHER);
  g_type_ensure (LIVE_LOG_TYPE_STATUS);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-window.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, address_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, publish_failed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, type_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, watch_address);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.close-detail", NULL);
}

/* The list of messages straight into the list widget, but for the filter. */
static void
make_model (LiveLogWindow *self)
{
  GListModel *messages = G_LIST_MODEL (live_log_stream_get_messages (self->stream));

  self->filtered = gtk_filter_list_model_new (g_object_ref (messages), g_object_ref (GTK_FILTER (self->filter)));
  gtk_filter_list_model_set_incremental (self->filtered, TRUE);
  live_log_list_set_model (self->list, G_LIST_MODEL (self->filtered));
  g_signal_connect_swapped (self->filtered, "items-changed", G_CALLBACK (update_pages), self);
  g_signal_connect_swapped (self->filtered, "notify::pending", G_CALLBACK (update_pages), self);
  g_signal_connect_object (messages, "notify::n-items", G_CALLBACK (update_pages), self, G_CONNECT_SWAPPED);
}

static void
live_log_window_init (LiveLogWindow *self)
{
  self->stream = live_log_stream_new ();
  self->filter = live_log_filter_new ();
  self->types = live_log_types_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_actions (self);
  make_model (self);

  gtk_drop_down_set_model (self->type, live_log_types_get_model (self->types));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self->list));
  g_signal_connect_swapped (self->search_bar, "notify::search-mode-enabled",
                            G_CALLBACK (search_mode_changed_cb), self);

  live_log_status_set_stream (self->status, self->stream);
  g_signal_connect (self->stream, "state-changed", G_CALLBACK (state_changed_cb), self);
  g_signal_connect (self->stream, "held-changed", G_CALLBACK (held_changed_cb), self);
  g_signal_connect (self->stream, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->stream, "gap", G_CALLBACK (gap_cb), self);
  state_changed_cb (self->stream, self);
}

LiveLogWindow *
live_log_window_new (GtkApplication *application)
{
  return g_object_new (LIVE_LOG_TYPE_WINDOW, "application", application, NULL);
}

/* An address that cannot be read is left to be corrected. */
void
live_log_window_watch (LiveLogWindow *self,
                       const char    *uri)
{
  g_autoptr (GError) error = NULL;

  gtk_editable_set_text (GTK_EDITABLE (self->address), uri);
  if (!live_log_stream_open (self->stream, uri, &error))
    {
      g_autofree char *title = g_strconcat ("This is no address: ", error->message, NULL);

      gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
      show_toast (self, title);
      return;
    }
  self->asking = FALSE;
  gtk_window_set_title (GTK_WINDOW (self), uri);
  live_log_types_clear (self->types);
  live_log_publisher_set_uri (self->publisher, uri);
  state_changed_cb (self->stream, self);
}

LiveLogStream *
live_log_window_get_stream (LiveLogWindow *self)
{
  return self->stream;
}
