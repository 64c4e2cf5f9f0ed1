/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-filter.h"

#include <eric-sse.h>
#include <string.h>

/* Messages of one type, or of all, that contain a text, whatever its case. */
struct _LiveLogFilter
{
  GtkFilter parent_instance;

  char     *type;   /* (owned) (nullable): NULL for all */
  char     *text;   /* (owned): folded */
};

G_DEFINE_FINAL_TYPE (LiveLogFilter, live_log_filter, GTK_TYPE_FILTER)

static gboolean
contains (const char *haystack,
          const char *needle)
{
  g_autofree char *folded = g_utf8_casefold (haystack, -1);

  return strstr (folded, needle) != NULL;
}

static gboolean
live_log_filter_match (GtkFilter *filter,
                       gpointer   item)
{
  LiveLogFilter *self = LIVE_LOG_FILTER (filter);
  EricMessage *message = item;
  const char *type = eric_message_get_event_type (message);

  if (self->type != NULL && !g_str_equal (type, self->type))
    return FALSE;
  return *self->text == '\0' || contains (eric_message_get_text (message), self->text) ||
         contains (type, self->text);
}

static GtkFilterMatch
live_log_filter_get_strictness (GtkFilter *filter)
{
  return live_log_filter_is_active (LIVE_LOG_FILTER (filter)) ? GTK_FILTER_MATCH_SOME : GTK_FILTER_MATCH_ALL;
}

static void
live_log_filter_finalize (GObject *object)
{
  LiveLogFilter *self = LIVE_LOG_FILTER (object);

  g_free (self->type);
  g_free (self->text);

  G_OBJECT_CLASS (live_log_filter_parent_class)->finalize (object);
}

static void
live_log_filter_class_init (LiveLogFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = live_log_filter_finalize;
  GTK_FILTER_CLASS (klass)->match = live_log_filter_match;
  GTK_FILTER_CLASS (klass)->get_strictness = live_log_filter_get_strictness;
}

static void
live_log_filter_init (LiveLogFilter *self)
{
  self->text = g_strdup ("");
}

LiveLogFilter *
live_log_filter_new (void)
{
  return g_object_new (LIVE_LOG_TYPE_FILTER, NULL);
}

/* (nullable): %NULL for all */
void
live_log_filter_set_type (LiveLogFilter *self,
                          const char    *type)
{
  if (g_strcmp0 (self->type, type) == 0)
    return;
  g_free (self->type);
  self->type = g_strdup (type);
  gtk_filter_changed (GTK_FILTER (self), GTK_FILTER_CHANGE_DIFFERENT);
}

/* One letter more leaves fewer of those that matched, and the rest needs no look. */
void
live_log_filter_set_text (LiveLogFilter *self,
                          const char    *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  GtkFilterChange change = GTK_FILTER_CHANGE_DIFFERENT;

  if (g_str_equal (self->text, folded))
    return;
  if (strstr (folded, self->text) != NULL)
    change = GTK_FILTER_CHANGE_MORE_STRICT;
  else if (strstr (self->text, folded) != NULL)
    change = GTK_FILTER_CHANGE_LESS_STRICT;
  g_free (self->text);
  self->text = g_steal_pointer (&folded);
  gtk_filter_changed (GTK_FILTER (self), change);
}

gboolean
live_log_filter_is_active (LiveLogFilter *self)
{
  return self->type != NULL || *self->text != '\0';
}
