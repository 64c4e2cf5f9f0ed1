/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-row.h"

#include <string.h>

#include "live-log-time.h"

/* What is laid out of a text: a row shows one line, and texts have no bound. */
#define MAX_TEXT 512   /* bytes */

/* A row narrower than that leaves the time out. */
#define MIN_WIDTH_WITH_TIME 480   /* pixels */

#define N_COLOURS 6
#define SPACING 12   /* pixels */

/* A message in one line: time, type, text. The columns have the same place in each row,
 * whatever the texts: nothing has to be measured when a row is used for another message. */
struct _LiveLogRow
{
  GtkWidget       parent_instance;

  GtkInscription *time;
  GtkInscription *type;
  GtkInscription *text;
  guint           colour;   /* of the type */
};

G_DEFINE_FINAL_TYPE (LiveLogRow, live_log_row, GTK_TYPE_WIDGET)

static void
live_log_row_measure (GtkWidget      *widget,
                      GtkOrientation  orientation,
                      int             for_size,
                      int            *minimum,
                      int            *natural,
                      int            *minimum_baseline,
                      int            *natural_baseline)
{
  GtkWidget *child;
  int child_minimum;

  *minimum = 0;
  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gtk_widget_measure (child, orientation, -1, &child_minimum, NULL, NULL, NULL);
      *minimum = MAX (*minimum, child_minimum);
    }
  *natural = *minimum;
}

/* Returns where the next column begins. */
static int
place (GtkInscription *column,
       int             x,
       int             width,
       int             height)
{
  const GtkAllocation allocation = { x, 0, MAX (width, 1), height };

  gtk_widget_size_allocate (GTK_WIDGET (column), &allocation, -1);
  return x + width + SPACING;
}

static int
get_width (GtkInscription *column)
{
  int width;

  gtk_widget_measure (GTK_WIDGET (column), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  return width;
}

static void
live_log_row_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  LiveLogRow *self = LIVE_LOG_ROW (widget);
  gboolean with_time = width >= MIN_WIDTH_WITH_TIME;
  int x = 0;

  gtk_widget_set_child_visible (GTK_WIDGET (self->time), with_time);
  if (with_time)
    x = place (self->time, x, get_width (self->time), height);
  x = place (self->type, x, get_width (self->type), height);
  place (self->text, x, width - x, height);
}

static void
live_log_row_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (live_log_row_parent_class)->dispose (object);
}

static void
live_log_row_class_init (LiveLogRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = live_log_row_dispose;
  widget_class->measure = live_log_row_measure;
  widget_class->size_allocate = live_log_row_size_allocate;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/eric_sse/LiveLog/live-log-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LiveLogRow, time);
  gtk_widget_class_bind_template_child (widget_class, LiveLogRow, type);
  gtk_widget_class_bind_template_child (widget_class, LiveLogRow, text);
  gtk_widget_class_set_css_name (widget_class, "message");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
live_log_row_init (LiveLogRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
live_log_row_new (void)
{
  return g_object_new (LIVE_LOG_TYPE_ROW, NULL);
}

/* (transfer full): at most MAX_TEXT bytes, and white space for all that ends lines. */
static char *
dup_line (const char *text)
{
  gsize length = strnlen (text, MAX_TEXT + 1);
  char *line;

  if (length > MAX_TEXT)
    length = g_utf8_find_prev_char (text, text + MAX_TEXT) - text;
  line = g_strndup (text, length);
  return g_strdelimit (line, "\r\n\t", ' ');
}

/* The same type has the same colour in all rows. */
static void
set_colour (LiveLogRow *self,
            const char *type)
{
  static const char * const colours[N_COLOURS][3] = {
    { "type", "blue" }, { "type", "green" }, { "type", "orange" },
    { "type", "purple" }, { "type", "red" }, { "type", "teal" },
  };
  guint colour = g_str_hash (type) % N_COLOURS + 1;

  if (self->colour == colour)
    return;
  self->colour = colour;
  gtk_widget_set_css_classes (GTK_WIDGET (self->type), (const char **) colours[colour - 1]);
}

void
live_log_row_set_message (LiveLogRow  *self,
                          EricMessage *message)
{
  const char *type = eric_message_get_event_type (message);
  g_autofree char *time = live_log_time_dup (message);
  g_autofree char *text = dup_line (eric_message_get_text (message));

  gtk_inscription_set_text (self->time, time);
  gtk_inscription_set_text (self->type, type);
  gtk_inscription_set_text (self->text, text);
  set_colour (self, type);
}
