/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-list.h"

#include "live-log-row.h"

/* The list widget, which stays with the newest message unless somebody scrolls away. */
struct _LiveLogList
{
  AdwBin               parent_instance;

  GtkScrolledWindow   *scroller;
  GtkListView         *list_view;
  GtkButton           *newest;
  GtkToggleButton     *resume;
  AdwButtonContent    *resume_content;

  GtkSingleSelection  *selection;   /* (owned) */
  GdkFrameClock       *clock;       /* (unowned) (nullable): while it is realized */
  gboolean             following;
  gboolean             placing;     /* rows are given their place: it is not a person who scrolls */
};

G_DEFINE_FINAL_TYPE (LiveLogList, live_log_list, ADW_TYPE_BIN)

enum
{
  SIG_SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
set_following (LiveLogList *self,
               gboolean     following)
{
  self->following = following;
  gtk_widget_set_visible (GTK_WIDGET (self->newest), !following);
}

static double
get_distance_from_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) -
         gtk_adjustment_get_value (adjustment);
}

static void
scroll_to_end (LiveLogList *self)
{
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (n_items > 0)
    gtk_widget_activate_action (GTK_WIDGET (self->list_view), "list.scroll-to-item", "u", n_items - 1);
}

/* A row that was not laid out yet has no height, and at the edge counts as seen. One pixel
 * away from the edge it does not, and its lower end is brought there. */
static void
leave_end (LiveLogList *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  gboolean placing = self->placing;

  self->placing = TRUE;
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 1);
  self->placing = placing;
}

/* Connected behind the list view's own handler: it has the rows that this is about. Where
 * others than new ones at the end have changed, it does not know yet what is where. */
static void
items_changed_cb (GListModel  *model,
                  guint        position,
                  guint        n_removed,
                  guint        n_added,
                  LiveLogList *self)
{
  if (!self->following)
    return;
  self->placing = TRUE;
  if (n_removed == 0 && position > 0)
    leave_end (self);
  scroll_to_end (self);
}

/* The list view gives new bounds in the layout of a frame, and a new value with them. */
static void
bounds_changed_cb (GtkAdjustment *adjustment,
                   LiveLogList   *self)
{
  self->placing = TRUE;
}

/* Where the rows have just become more than the view has room for, or it has become
 * smaller, the end is a little away. */
static void
painted_cb (GdkFrameClock *clock,
            LiveLogList   *self)
{
  self->placing = FALSE;
  if (self->following && get_distance_from_end (gtk_scrolled_window_get_vadjustment (self->scroller)) >= 1)
    {
      self->placing = TRUE;
      leave_end (self);
      scroll_to_end (self);
    }
}

/* With the wheel, or two fingers: known at once, however many messages come. */
static gboolean
scroll_cb (GtkEventControllerScroll *controller,
           double                    dx,
           double                    dy,
           LiveLogList              *self)
{
  if (dy < 0 && gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller)) > 0)
    set_following (self, FALSE);
  return GDK_EVENT_PROPAGATE;
}

/* With the scroll bar. */
static gboolean
change_value_cb (GtkRange      *range,
                 GtkScrollType  scroll,
                 double         value,
                 LiveLogList   *self)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (range);

  set_following (self, value >= gtk_adjustment_get_upper (adjustment) -
                                  gtk_adjustment_get_page_size (adjustment) - 1);
  return GDK_EVENT_PROPAGATE;
}

/* Somebody scrolls in whatever other way: away from the end, or back to it. */
static void
value_changed_cb (GtkAdjustment *adjustment,
                  LiveLogList   *self)
{
  if (!self->placing)
    set_following (self, get_distance_from_end (adjustment) < 1);
}

static void
selected_cb (GtkSingleSelection *selection,
             GParamSpec         *pspec,
             LiveLogList        *self)
{
  EricMessage *message = gtk_single_selection_get_selected_item (selection);

  if (message != NULL)
    g_signal_emit (self, signals[SIG_SELECTED], 0, message);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  gtk_list_item_set_child (item, live_log_row_new ());
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  live_log_row_set_message (LIVE_LOG_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
live_log_list_realize (GtkWidget *widget)
{
  LiveLogList *self = LIVE_LOG_LIST (widget);

  GTK_WIDGET_CLASS (live_log_list_parent_class)->realize (widget);

  self->clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect (self->clock, "after-paint", G_CALLBACK (painted_cb), self);
}

static void
live_log_list_unrealize (GtkWidget *widget)
{
  LiveLogList *self = LIVE_LOG_LIST (widget);

  g_signal_handlers_disconnect_by_data (self->clock, self);
  self->clock = NULL;

  GTK_WIDGET_CLASS (live_log_list_parent_class)->unrealize (widget);
}

static void
live_log_list_dispose (GObject *object)
{
  LiveLogList *self = LIVE_LOG_LIST (object);

  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->selection);

  G_OBJECT_CLASS (live_log_list_parent_class)->dispose (object);
}

static void
live_log_list_class_init (LiveLogListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_list_dispose;
  widget_class->realize = live_log_list_realize;
  widget_class->unrealize = live_log_list_unrealize;

  signals[SIG_SELECTED] =
    g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, ERIC_TYPE_MESSAGE);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LiveLogList, scroller);
  gtk_widget_class_bind_template_child (widget_class, LiveLogList, list_view);
  gtk_widget_class_bind_template_child (widget_class, LiveLogList, newest);
  gtk_widget_class_bind_template_child (widget_class, LiveLogList, resume);
  gtk_widget_class_bind_template_child (widget_class, LiveLogList, resume_content);
}

static void
watch_input (LiveLogList *self)
{
  GtkEventController *wheel = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkWidget *range = gtk_widget_get_first_child (gtk_scrolled_window_get_vscrollbar (self->scroller));

  gtk_event_controller_set_propagation_phase (wheel, GTK_PHASE_CAPTURE);
  g_signal_connect (wheel, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->scroller), wheel);
  if (GTK_IS_RANGE (range))
    g_signal_connect_object (range, "change-value", G_CALLBACK (change_value_cb), self, 0);
}

static void
live_log_list_init (LiveLogList *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list_view, factory);
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (bounds_changed_cb), self, 0);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (value_changed_cb), self, 0);
  watch_input (self);
  set_following (self, TRUE);
}

void
live_log_list_set_model (LiveLogList *self,
                         GListModel  *model)
{
  g_return_if_fail (self->selection == NULL);

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, model);
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self);
  g_signal_connect (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self);
}

/* While the list is paused, a button says how many messages came since, and shows them. */
void
live_log_list_set_held (LiveLogList *self,
                        gboolean     paused,
                        guint64      n_held)
{
  g_autofree char *text = g_strdup_printf (n_held == 1 ? "Paused, %" G_GUINT64_FORMAT " new message"
                                                       : "Paused, %" G_GUINT64_FORMAT " new messages",
                                           n_held);

  adw_button_content_set_label (self->resume_content, text);
  gtk_widget_set_visible (GTK_WIDGET (self->resume), paused);
}

void
live_log_list_show_newest (LiveLogList *self)
{
  set_following (self, TRUE);
  scroll_to_end (self);
}

void
live_log_list_unselect (LiveLogList *self)
{
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
}
