/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-types.h"

/* The types that were seen, for a drop-down whose first choice is all of them. */
struct _LiveLogTypes
{
  GObject        parent_instance;

  GtkStringList *model;   /* (owned) */
  GHashTable    *seen;    /* (owned) */
};

G_DEFINE_FINAL_TYPE (LiveLogTypes, live_log_types, G_TYPE_OBJECT)

static void
live_log_types_finalize (GObject *object)
{
  LiveLogTypes *self = LIVE_LOG_TYPES (object);

  g_clear_object (&self->model);
  g_clear_pointer (&self->seen, g_hash_table_unref);

  G_OBJECT_CLASS (live_log_types_parent_class)->finalize (object);
}

static void
live_log_types_class_init (LiveLogTypesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = live_log_types_finalize;
}

static void
live_log_types_init (LiveLogTypes *self)
{
  const char * const all[] = { "All types", NULL };

  self->model = gtk_string_list_new (all);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

LiveLogTypes *
live_log_types_new (void)
{
  return g_object_new (LIVE_LOG_TYPE_TYPES, NULL);
}

GListModel *
live_log_types_get_model (LiveLogTypes *self)
{
  return G_LIST_MODEL (self->model);
}

/* (nullable): the type at that choice, %NULL for all */
const char *
live_log_types_get (LiveLogTypes *self,
                    guint         position)
{
  return position > 0 ? gtk_string_list_get_string (self->model, position) : NULL;
}

void
live_log_types_add (LiveLogTypes *self,
                    const char   *type)
{
  if (g_hash_table_contains (self->seen, type) || g_hash_table_size (self->seen) == LIVE_LOG_MAX_TYPES)
    return;
  g_hash_table_add (self->seen, g_strdup (type));
  gtk_string_list_append (self->model, type);
}

void
live_log_types_clear (LiveLogTypes *self)
{
  guint n_types = g_hash_table_size (self->seen);

  g_hash_table_remove_all (self->seen);
  gtk_string_list_splice (self->model, 1, n_types, NULL);
}
