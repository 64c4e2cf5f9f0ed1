/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "list-mirror.h"

#include "test-util.h"

guint messages_alive;
guint messages_made;

static void
gone_cb (gpointer  user_data,
         GObject  *message)
{
  messages_alive--;
}

EricMessage *
numbered_message_new (const char *event_type,
                      const char *key)
{
  g_autofree char *text = g_strdup_printf ("%u", messages_made++);
  EricMessage *message =
    eric_message_new_full (event_type, g_variant_new_string (text), key, NULL, NULL);

  messages_alive++;
  g_object_weak_ref (G_OBJECT (message), gone_cb, NULL);
  return message;
}

guint
numbered_message_get (EricMessage *message)
{
  return g_ascii_strtoull (eric_message_get_text (message), NULL, 10);
}

guint
list_add (EricMessageList *list,
          const char      *event_type,
          const char      *key)
{
  g_autoptr (EricMessage) message = numbered_message_new (event_type, key);

  eric_message_list_append (list, message);
  return numbered_message_get (message);
}

void
list_add_n (EricMessageList *list,
            guint            n)
{
  for (guint i = 0; i < n; i++)
    list_add (list, NULL, NULL);
}

guint
list_get_n_items (EricMessageList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

guint
list_number_at (EricMessageList *list,
                guint            position)
{
  g_autoptr (EricMessage) message = g_list_model_get_item (G_LIST_MODEL (list), position);

  g_assert_nonnull (message);
  return numbered_message_get (message);
}

/* The first and the last that are told to have changed have: no smaller range would do. */
static void
assert_exact (Mirror *mirror)
{
  GListModel *model = G_LIST_MODEL (mirror->list);
  guint end = mirror->position + mirror->n_removed;
  g_autoptr (EricMessage) first = NULL;
  g_autoptr (EricMessage) last = NULL;

  g_assert_cmpuint (end, <=, mirror->items->len);
  g_assert_cmpuint (mirror->n_removed + mirror->n_added, >, 0);
  if (mirror->n_removed == 0 || mirror->n_added == 0)
    return;
  first = g_list_model_get_item (model, mirror->position);
  last = g_list_model_get_item (model, mirror->position + mirror->n_added - 1);
  g_assert_true (first != mirror->items->pdata[mirror->position]);
  g_assert_true (last != mirror->items->pdata[end - 1]);
}

static void
assert_mirrored (Mirror *mirror)
{
  GListModel *model = G_LIST_MODEL (mirror->list);
  guint max_items = eric_message_list_get_max_items (mirror->list);

  g_assert_cmpuint (g_list_model_get_n_items (model), ==, mirror->items->len);
  if (max_items > 0)
    g_assert_cmpuint (mirror->items->len, <=, max_items);
  for (guint i = 0; i < mirror->items->len; i++)
    {
      g_autoptr (EricMessage) message = g_list_model_get_item (model, i);

      g_assert_true (message == mirror->items->pdata[i]);
    }
  g_assert_null (g_list_model_get_object (model, mirror->items->len));
  g_assert_null (g_list_model_get_object (model, G_MAXUINT));
}

static void
changed_cb (GListModel *model,
            guint       position,
            guint       n_removed,
            guint       n_added,
            gpointer    user_data)
{
  Mirror *mirror = user_data;

  mirror->n_signals++;
  mirror->position = position;
  mirror->n_removed = n_removed;
  mirror->n_added = n_added;
  assert_exact (mirror);

  if (n_removed > 0)
    g_ptr_array_remove_range (mirror->items, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (mirror->items, position + i, g_list_model_get_item (model, position + i));
  assert_mirrored (mirror);
}

static void
notified_cb (GObject    *object,
             GParamSpec *pspec,
             gpointer    user_data)
{
  Mirror *mirror = user_data;
  guint n_items;

  g_object_get (object, "n-items", &n_items, NULL);
  g_assert_cmpuint (n_items, ==, mirror->items->len);
  mirror->n_notified++;
}

void
mirror_init (Mirror   *mirror,
             guint     max_items,
             gboolean  newest_first)
{
  *mirror = (Mirror) { .items = g_ptr_array_new_with_free_func (g_object_unref) };
  mirror->list = g_object_new (ERIC_TYPE_MESSAGE_LIST,
                               "max-items", max_items,
                               "newest-first", newest_first,
                               "frame-interval", 0,
                               NULL);
  g_signal_connect (mirror->list, "items-changed", G_CALLBACK (changed_cb), mirror);
  g_signal_connect (mirror->list, "notify::n-items", G_CALLBACK (notified_cb), mirror);
}

char *
list_id_key (EricMessage *message,
             gpointer     user_data)
{
  return g_strdup (eric_message_get_id (message));
}

void
mirror_init_keyed (Mirror   *mirror,
                   guint     max_items,
                   gboolean  newest_first)
{
  mirror_init (mirror, max_items, newest_first);
  eric_message_list_set_key_func (mirror->list, list_id_key, NULL, NULL);
}

void
mirror_clear (Mirror *mirror)
{
  test_finalize (mirror->list);
  g_ptr_array_unref (mirror->items);
  test_settle ();
  g_assert_cmpuint (messages_alive, ==, 0);
}

void
mirror_turn (Mirror *mirror)
{
  guint before = mirror->n_signals;

  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (mirror->n_signals, <=, before + 1);
}

void
mirror_assert_frame (Mirror *mirror,
                     guint   position,
                     guint   n_removed,
                     guint   n_added)
{
  guint before = mirror->n_signals;

  mirror_turn (mirror);
  g_assert_cmpuint (mirror->n_signals, ==, before + 1);
  g_assert_cmpuint (mirror->position, ==, position);
  g_assert_cmpuint (mirror->n_removed, ==, n_removed);
  g_assert_cmpuint (mirror->n_added, ==, n_added);
}

void
mirror_assert_quiet (Mirror *mirror)
{
  guint before = mirror->n_signals;

  test_settle ();
  g_assert_cmpuint (mirror->n_signals, ==, before);
}
