/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

/* 64 / 16 */
#define MAX_ITEMS 64
#define SLACK     4

/* A model that is made of what items-changed tells alone. */
typedef struct
{
  EricMessageList *list;
  GPtrArray       *items;
  guint            n_signals;
  guint            n_notified;
  guint            position;    /* of the last signal, as are the next two */
  guint            n_removed;
  guint            n_added;
} Mirror;

static guint n_alive;   /* messages made here */
static guint n_made;

static void
gone_cb (gpointer  user_data,
         GObject  *message)
{
  n_alive--;
}

/* Its text says how many were made before. */
static EricMessage *
make_message (const char *event_type,
              const char *key)
{
  g_autofree char *text = g_strdup_printf ("%u", n_made++);
  EricMessage *message =
    eric_message_new_full (event_type, g_variant_new_string (text), key, NULL, NULL);

  n_alive++;
  g_object_weak_ref (G_OBJECT (message), gone_cb, NULL);
  return message;
}

static guint
get_number (EricMessage *message)
{
  return g_ascii_strtoull (eric_message_get_text (message), NULL, 10);
}

static guint
add (EricMessageList *list,
     const char      *event_type,
     const char      *key)
{
  g_autoptr (EricMessage) message = make_message (event_type, key);

  eric_message_list_append (list, message);
  return get_number (message);
}

static void
add_n (EricMessageList *list,
       guint            n)
{
  for (guint i = 0; i < n; i++)
    add (list, NULL, NULL);
}

static guint
get_n_items (EricMessageList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static guint
number_at (EricMessageList *list,
           guint            position)
{
  g_autoptr (EricMessage) message = g_list_model_get_item (G_LIST_MODEL (list), position);

  g_assert_nonnull (message);
  return get_number (message);
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

/* With a frame in each turn. */
static void
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

static void
mirror_clear (Mirror *mirror)
{
  test_finalize (mirror->list);
  g_ptr_array_unref (mirror->items);
  test_settle ();
  g_assert_cmpuint (n_alive, ==, 0);
}

static void
turn (Mirror *mirror)
{
  guint before = mirror->n_signals;

  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (mirror->n_signals, <=, before + 1);
}

/* Exactly one frame comes in the next turn, and it is this one. */
static void
assert_frame (Mirror *mirror,
              guint   position,
              guint   n_removed,
              guint   n_added)
{
  guint before = mirror->n_signals;

  turn (mirror);
  g_assert_cmpuint (mirror->n_signals, ==, before + 1);
  g_assert_cmpuint (mirror->position, ==, position);
  g_assert_cmpuint (mirror->n_removed, ==, n_removed);
  g_assert_cmpuint (mirror->n_added, ==, n_added);
}

static void
assert_quiet (Mirror *mirror)
{
  guint before = mirror->n_signals;

  test_settle ();
  g_assert_cmpuint (mirror->n_signals, ==, before);
}

static void
test_message_list_empty (void)
{
  EricMessageList *list = eric_message_list_new (ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS);
  EricMessageList *other = g_object_new (ERIC_TYPE_MESSAGE_LIST, "newest-first", TRUE, NULL);
  GListModel *model = G_LIST_MODEL (list);
  guint max_items, frame_interval, n_items;
  gboolean newest_first;
  GType item_type;

  g_object_get (list,
                "max-items", &max_items,
                "frame-interval", &frame_interval,
                "newest-first", &newest_first,
                "item-type", &item_type,
                "n-items", &n_items,
                NULL);
  g_assert_cmpuint (max_items, ==, 1000);
  g_assert_cmpuint (frame_interval, ==, 16);
  g_assert_cmpuint (eric_message_list_get_frame_interval (list), ==, 16);
  g_assert_false (newest_first);
  g_assert_false (eric_message_list_get_newest_first (list));
  g_assert_true (eric_message_list_get_newest_first (other));
  g_assert_cmpuint (eric_message_list_get_max_items (other), ==, 1000);
  g_assert_true (item_type == ERIC_TYPE_MESSAGE);
  g_assert_true (g_list_model_get_item_type (model) == ERIC_TYPE_MESSAGE);
  g_assert_cmpuint (n_items, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 0);
  g_assert_null (g_list_model_get_item (model, 0));
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (other), 0));
  test_settle ();
  test_finalize (list);
  test_finalize (other);
}

static void
test_message_list_append (gconstpointer data)
{
  gboolean newest_first = GPOINTER_TO_INT (data);
  Mirror mirror;
  guint first, last;

  mirror_init (&mirror, 1000, newest_first);
  first = add (mirror.list, NULL, NULL);
  g_assert_cmpuint (get_n_items (mirror.list), ==, 0);
  assert_frame (&mirror, 0, 0, 1);
  g_assert_cmpuint (mirror.n_notified, ==, 1);
  assert_quiet (&mirror);

  add_n (mirror.list, 998);
  last = add (mirror.list, NULL, NULL);
  g_assert_cmpuint (get_n_items (mirror.list), ==, 1);
  assert_frame (&mirror, newest_first ? 0 : 1, 0, 999);
  g_assert_cmpuint (get_n_items (mirror.list), ==, 1000);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, newest_first ? last : first);
  g_assert_cmpuint (number_at (mirror.list, 999), ==, newest_first ? first : last);
  assert_quiet (&mirror);
  mirror_clear (&mirror);
}

/* A full list makes room in one frame, and shows what is new in the next. */
static void
test_message_list_limit (gconstpointer data)
{
  gboolean newest_first = GPOINTER_TO_INT (data);
  Mirror mirror;
  guint n = MAX_ITEMS - SLACK;

  mirror_init (&mirror, MAX_ITEMS, newest_first);
  add_n (mirror.list, MAX_ITEMS);
  assert_frame (&mirror, 0, 0, MAX_ITEMS);

  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, newest_first ? n : 0, SLACK, 0);
  assert_frame (&mirror, newest_first ? 0 : n, 0, 1);
  assert_quiet (&mirror);

  add_n (mirror.list, SLACK - 1);
  assert_frame (&mirror, newest_first ? 0 : n + 1, 0, SLACK - 1);
  g_assert_cmpuint (get_n_items (mirror.list), ==, MAX_ITEMS);

  /* As much again can come until the next frame. */
  add_n (mirror.list, SLACK);
  assert_frame (&mirror, newest_first ? n - SLACK : 0, 2 * SLACK, 0);
  add_n (mirror.list, SLACK);
  assert_frame (&mirror, newest_first ? 0 : n - SLACK, 0, 2 * SLACK);
  g_assert_cmpuint (get_n_items (mirror.list), ==, MAX_ITEMS);
  assert_quiet (&mirror);
  mirror_clear (&mirror);
}

static void
test_message_list_burst (gconstpointer data)
{
  gboolean newest_first = GPOINTER_TO_INT (data);
  Mirror mirror;
  guint last;

  mirror_init (&mirror, MAX_ITEMS, newest_first);
  add_n (mirror.list, MAX_ITEMS);
  assert_frame (&mirror, 0, 0, MAX_ITEMS);
  add_n (mirror.list, SLACK + 1);
  assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS);
  assert_quiet (&mirror);

  /* What came is shown in the frame behind the one that made room, however much. */
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, newest_first ? MAX_ITEMS - SLACK : 0, SLACK, 0);
  add_n (mirror.list, SLACK);
  assert_frame (&mirror, 0, MAX_ITEMS - SLACK, MAX_ITEMS);
  assert_quiet (&mirror);

  /* No more are held apart than can be shown. */
  add_n (mirror.list, 3 * MAX_ITEMS);
  g_assert_cmpuint (n_alive, ==, 2 * MAX_ITEMS);
  last = add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS);
  g_assert_cmpuint (n_alive, ==, MAX_ITEMS);
  g_assert_cmpuint (number_at (mirror.list, newest_first ? 0 : MAX_ITEMS - 1), ==, last);
  g_assert_cmpuint (number_at (mirror.list, newest_first ? MAX_ITEMS - 1 : 0), ==,
                    last - MAX_ITEMS + 1);
  mirror_clear (&mirror);
}

/* A flood into a list that shows little. */
static void
test_message_list_first_burst (void)
{
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  add_n (mirror.list, 2);
  assert_frame (&mirror, 0, 0, 2);
  add_n (mirror.list, MAX_ITEMS + 1);
  assert_frame (&mirror, 0, 2, MAX_ITEMS);
  eric_message_list_clear (mirror.list);
  assert_frame (&mirror, 0, MAX_ITEMS, 0);
  add_n (mirror.list, 10 * MAX_ITEMS);
  assert_frame (&mirror, 0, 0, MAX_ITEMS);
  mirror_clear (&mirror);
}

static void
test_message_list_small (void)
{
  Mirror mirror;

  mirror_init (&mirror, 1, FALSE);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 0, 1);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 1, 1);
  add_n (mirror.list, 5);
  assert_frame (&mirror, 0, 1, 1);
  mirror_clear (&mirror);

  /* A list that would lose half of what it shows is changed at once, too. */
  mirror_init (&mirror, 3, TRUE);
  add_n (mirror.list, 3);
  assert_frame (&mirror, 0, 0, 3);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 3, 3);
  mirror_clear (&mirror);
}

static void
test_message_list_unbounded (void)
{
  Mirror mirror;

  mirror_init (&mirror, 0, FALSE);
  for (guint i = 0; i < 10; i++)
    {
      add_n (mirror.list, ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS);
      turn (&mirror);
    }
  g_assert_cmpuint (get_n_items (mirror.list), ==, 10 * ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS);
  mirror_clear (&mirror);
}

/* A stream that brings as much in each frame as is made room for never changes the
 * whole list, and no message waits for more than one frame. */
static void
test_message_list_steady (void)
{
  for (guint n = 1; n <= SLACK; n++)
    {
      Mirror mirror;

      mirror_init (&mirror, MAX_ITEMS, FALSE);
      add_n (mirror.list, MAX_ITEMS);
      turn (&mirror);
      for (guint i = 0; i < 200; i++)
        {
          gboolean trimmed = mirror.n_added == 0;

          add_n (mirror.list, n);
          turn (&mirror);
          g_assert_true (mirror.n_removed == 0 || mirror.n_added == 0);
          g_assert_false (trimmed && mirror.n_added == 0);
          g_assert_cmpuint (get_n_items (mirror.list), >=, MAX_ITEMS - 2 * SLACK);
        }
      mirror_clear (&mirror);
    }
}

static void
test_message_list_frame_interval (void)
{
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_set_frame_interval (mirror.list, G_MAXUINT / 2);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 0, 1);

  add (mirror.list, NULL, NULL);
  assert_quiet (&mirror);
  eric_message_list_set_frame_interval (mirror.list, G_MAXUINT);
  add (mirror.list, NULL, NULL);
  assert_quiet (&mirror);
  eric_message_list_set_frame_interval (mirror.list, 0);
  assert_frame (&mirror, 1, 0, 2);
  assert_quiet (&mirror);

  eric_message_list_set_frame_interval (mirror.list, ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL);
  add (mirror.list, NULL, NULL);
  test_wait_until (mirror.n_signals == 3);
  g_assert_cmpuint (mirror.n_added, ==, 1);
  mirror_clear (&mirror);
}

static char *
id_key (EricMessage *message,
        gpointer     user_data)
{
  return g_strdup (eric_message_get_id (message));
}

static void
count_notify (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
mirror_init_keyed (Mirror   *mirror,
                   guint     max_items,
                   gboolean  newest_first)
{
  mirror_init (mirror, max_items, newest_first);
  eric_message_list_set_key_func (mirror->list, id_key, NULL, NULL);
}

static void
test_message_list_keys (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  add (mirror.list, "a", "1");
  add (mirror.list, "a", "2");
  add (mirror.list, "b", "1");
  add (mirror.list, "a", NULL);
  add (mirror.list, "a", NULL);
  n = add (mirror.list, "a", "2");
  assert_frame (&mirror, 0, 0, 5);
  g_assert_cmpuint (number_at (mirror.list, 1), ==, n);
  g_assert_cmpuint (n_alive, ==, 5);

  add (mirror.list, "b", "1");
  n = add (mirror.list, "b", "1");
  assert_frame (&mirror, 2, 1, 1);
  g_assert_cmpuint (number_at (mirror.list, 2), ==, n);
  g_assert_cmpuint (n_alive, ==, 5);

  /* Several in one frame are one change that covers them all, and no more. */
  add (mirror.list, "a", "2");
  n = add (mirror.list, "a", "1");
  add (mirror.list, "a", "2");
  assert_frame (&mirror, 0, 2, 2);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, n);
  add (mirror.list, "c", "1");
  add (mirror.list, "a", "2");
  add (mirror.list, "c", "1");
  n = add (mirror.list, "c", "2");
  assert_frame (&mirror, 1, 4, 6);
  g_assert_cmpuint (number_at (mirror.list, 6), ==, n);
  assert_quiet (&mirror);
  mirror_clear (&mirror);
}

static void
test_message_list_keys_newest_first (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, TRUE);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      add (mirror.list, NULL, key);
    }
  assert_frame (&mirror, 0, 0, 5);
  n = add (mirror.list, NULL, "1");
  assert_frame (&mirror, 3, 1, 1);
  g_assert_cmpuint (number_at (mirror.list, 3), ==, n);
  add (mirror.list, NULL, "3");
  n = add (mirror.list, NULL, "new");
  assert_frame (&mirror, 0, 2, 3);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, n);
  mirror_clear (&mirror);
}

/* What leaves the list is no place for what is new. */
static void
test_message_list_keys_leaving (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  add (mirror.list, NULL, "old");
  add_n (mirror.list, SLACK - 1);
  add (mirror.list, NULL, "stays");
  add_n (mirror.list, MAX_ITEMS - SLACK - 1);
  assert_frame (&mirror, 0, 0, MAX_ITEMS);

  /* Nothing leaves yet. */
  n = add (mirror.list, NULL, "old");
  assert_frame (&mirror, 0, 1, 1);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, n);

  /* Room is made; the one that stays is shown with what comes. */
  add (mirror.list, NULL, NULL);
  add (mirror.list, NULL, "stays");
  n = add (mirror.list, NULL, "old");
  assert_frame (&mirror, 0, SLACK, 0);
  assert_frame (&mirror, 0, MAX_ITEMS - SLACK, MAX_ITEMS - SLACK + 2);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, n - 1);
  g_assert_cmpuint (number_at (mirror.list, MAX_ITEMS - SLACK + 1), ==, n);
  n = add (mirror.list, NULL, "old");
  assert_frame (&mirror, MAX_ITEMS - SLACK + 1, 1, 1);

  /* One that waits, and that so many have come behind that it is not shown. */
  add (mirror.list, NULL, "waits");
  add_n (mirror.list, MAX_ITEMS);
  n = add (mirror.list, NULL, "waits");
  assert_frame (&mirror, 0, MAX_ITEMS - 2, MAX_ITEMS);
  g_assert_cmpuint (number_at (mirror.list, MAX_ITEMS - 1), ==, n);
  mirror_clear (&mirror);
}

/* One that was to leave when room was to be made leaves also if room need not be
 * made, or is made otherwise. */
static void
test_message_list_keys_condemned (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  add_n (mirror.list, 2 * SLACK - 1);
  add (mirror.list, NULL, "old");
  add_n (mirror.list, MAX_ITEMS - 2 * SLACK);
  assert_frame (&mirror, 0, 0, MAX_ITEMS);
  add_n (mirror.list, SLACK);
  n = add (mirror.list, NULL, "old");
  assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS - SLACK + 1);
  g_assert_cmpuint (number_at (mirror.list, MAX_ITEMS - SLACK), ==, n);
  mirror_clear (&mirror);
}

static char *
replaced_key (EricMessage *message,
              gpointer     user_data)
{
  eric_message_list_set_key_func (user_data, id_key, NULL, NULL);
  return g_strdup ("1");
}

static void
test_message_list_key_func (void)
{
  guint n_notified = 0;
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  add (mirror.list, NULL, "1");
  eric_message_list_set_key_func (mirror.list, id_key, &n_notified, count_notify);
  add (mirror.list, NULL, "1");
  add (mirror.list, NULL, "1");
  assert_frame (&mirror, 0, 0, 2);

  /* What another function said of a message is forgotten. */
  eric_message_list_set_key_func (mirror.list, id_key, &n_notified, count_notify);
  g_assert_cmpuint (n_notified, ==, 1);
  add (mirror.list, NULL, "1");
  add (mirror.list, NULL, "1");
  assert_frame (&mirror, 2, 0, 1);

  eric_message_list_set_key_func (mirror.list, replaced_key, mirror.list, NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  add (mirror.list, NULL, NULL);
  add (mirror.list, NULL, "1");
  assert_frame (&mirror, 3, 0, 2);

  eric_message_list_set_key_func (mirror.list, id_key, &n_notified, count_notify);
  add (mirror.list, NULL, "1");
  mirror_clear (&mirror);
  g_assert_cmpuint (n_notified, ==, 3);
}

static void
test_message_list_clear (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_clear (mirror.list);
  assert_quiet (&mirror);
  add (mirror.list, NULL, "1");
  eric_message_list_clear (mirror.list);
  g_assert_cmpuint (n_alive, ==, 0);
  assert_quiet (&mirror);

  add (mirror.list, NULL, "1");
  add_n (mirror.list, 9);
  assert_frame (&mirror, 0, 0, 10);
  add (mirror.list, NULL, "1");
  add_n (mirror.list, MAX_ITEMS);
  eric_message_list_clear (mirror.list);
  eric_message_list_clear (mirror.list);
  g_assert_cmpuint (get_n_items (mirror.list), ==, 10);
  n = add (mirror.list, NULL, "1");
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 10, 2);
  g_assert_cmpuint (number_at (mirror.list, 0), ==, n);

  eric_message_list_clear (mirror.list);
  assert_frame (&mirror, 0, 2, 0);
  g_assert_cmpuint (n_alive, ==, 0);
  assert_quiet (&mirror);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 0, 1);
  mirror_clear (&mirror);
}

static void
meddling_cb (GListModel *model,
             guint       position,
             guint       n_removed,
             guint       n_added,
             gpointer    user_data)
{
  EricMessageList *list = ERIC_MESSAGE_LIST (model);
  guint n_items = g_list_model_get_n_items (model);

  if (n_removed > 0)
    return;
  add (list, NULL, NULL);
  if (n_items == 2)
    eric_message_list_clear (list);
  test_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n_items);
}

/* What a handler does is shown in the next frame. */
static void
test_message_list_handlers (void)
{
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  g_signal_connect (mirror.list, "items-changed", G_CALLBACK (meddling_cb), NULL);
  add (mirror.list, NULL, NULL);
  assert_frame (&mirror, 0, 0, 1);
  assert_frame (&mirror, 1, 0, 1);
  assert_frame (&mirror, 0, 2, 0);
  assert_quiet (&mirror);
  mirror_clear (&mirror);
}

static void
dropping_cb (GListModel *model,
             guint       position,
             guint       n_removed,
             guint       n_added,
             gpointer    user_data)
{
  add (ERIC_MESSAGE_LIST (model), NULL, NULL);
  g_object_unref (model);
}

static void
disposing_cb (GListModel *model,
              guint       position,
              guint       n_removed,
              guint       n_added,
              gpointer    user_data)
{
  g_object_run_dispose (G_OBJECT (model));
  add (ERIC_MESSAGE_LIST (model), NULL, NULL);
  eric_message_list_clear (ERIC_MESSAGE_LIST (model));
  eric_message_list_set_frame_interval (ERIC_MESSAGE_LIST (model), 1);
}

static void
test_message_list_drop (void)
{
  EricMessageList *list = eric_message_list_new (MAX_ITEMS);

  g_object_add_weak_pointer (G_OBJECT (list), (gpointer *) &list);
  g_signal_connect (list, "items-changed", G_CALLBACK (dropping_cb), NULL);
  add (list, NULL, NULL);
  test_wait_until (list == NULL);
  g_assert_cmpuint (n_alive, ==, 0);

  list = eric_message_list_new (MAX_ITEMS);
  g_signal_connect (list, "items-changed", G_CALLBACK (disposing_cb), NULL);
  add (list, NULL, NULL);
  test_settle ();
  test_finalize (list);
  g_assert_cmpuint (n_alive, ==, 0);
}

static void
test_message_list_dispose (void)
{
  Mirror mirror;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  add (mirror.list, NULL, "1");
  add_n (mirror.list, 5);
  turn (&mirror);
  add (mirror.list, NULL, "1");
  add_n (mirror.list, MAX_ITEMS);
  mirror_clear (&mirror);
  g_assert_cmpuint (mirror.n_signals, ==, 1);
}

static void
push (EricListener *listener,
      guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EricMessage) message = make_message (NULL, NULL);

      g_assert_true (eric_listener_push (listener, message, NULL));
    }
}

static EricListener *
start_listener (void)
{
  EricListener *listener = eric_listener_new ();

  eric_listener_start (listener);
  return listener;
}

static void
test_message_list_follow (void)
{
  EricListener *first = start_listener ();
  EricListener *second = start_listener ();
  Mirror mirror;

  mirror_init (&mirror, 1000, FALSE);
  push (first, 2);
  eric_message_list_follow (mirror.list, first);
  eric_message_list_follow (mirror.list, second);
  test_wait_until (get_n_items (mirror.list) == 2);
  push (first, 300);
  push (second, 300);
  test_wait_until (get_n_items (mirror.list) == 602);

  /* One is stopped, and followed once more. */
  eric_listener_stop (first);
  push (first, 1);
  push (second, 1);
  test_wait_until (get_n_items (mirror.list) == 603);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (first), ==, 1);
  eric_listener_start (first);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (first), ==, 1);
  eric_message_list_follow (mirror.list, first);
  test_wait_until (get_n_items (mirror.list) == 604);

  eric_listener_stop (first);
  eric_listener_stop (second);
  test_settle ();
  test_finalize (first);
  test_finalize (second);
  mirror_clear (&mirror);
}

static void
test_message_list_follow_closed (void)
{
  EricChannel *channel = ERIC_CHANNEL (eric_sse_channel_new ("news"));
  EricListener *listener = eric_channel_add_listener (channel, NULL);
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, "x", NULL);
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_listener_start (listener);
  eric_message_list_follow (mirror.list, listener);
  g_assert_true (eric_channel_broadcast (channel, message, NULL));
  eric_channel_close (channel);
  test_wait_until (get_n_items (mirror.list) == 1);
  assert_quiet (&mirror);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 0);
  test_finalize (channel);
  test_finalize (listener);
  mirror_clear (&mirror);
}

/* The listener does not keep the list; what comes later is there for others. */
static void
test_message_list_follow_dispose (void)
{
  EricListener *listener = start_listener ();
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_follow (mirror.list, listener);
  push (listener, 1);
  test_wait_until (get_n_items (mirror.list) == 1);
  mirror_clear (&mirror);
  push (listener, 1);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);

  /* Between the message and the turn in which the list would take it. */
  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_listener_stop (listener);
  eric_listener_start (listener);
  g_object_unref (eric_listener_deliver_next (listener, NULL));
  eric_message_list_follow (mirror.list, listener);
  test_settle ();
  push (listener, 1);
  test_finalize (mirror.list);
  g_ptr_array_unref (mirror.items);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  test_finalize (listener);
  g_assert_cmpuint (n_alive, ==, 0);
}

static gpointer
push_thread (gpointer data)
{
  push (data, 1);
  return NULL;
}

/* It is the list's main context that its changes come in, whoever sends. */
static void
test_message_list_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  EricListener *listener = start_listener ();
  Mirror mirror;

  g_main_context_push_thread_default (context);
  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_follow (mirror.list, listener);
  g_thread_join (g_thread_new ("sender", push_thread, listener));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (mirror.n_signals, ==, 0);
  test_wait_until (mirror.n_signals == 1);
  mirror_clear (&mirror);
  test_finalize (listener);
  g_main_context_pop_thread_default (context);
}

static void
test_message_list_flat (void)
{
  EricListener *listener = start_listener ();
  Mirror mirror;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_follow (mirror.list, listener);
  for (guint i = 0; i < 100; i++)
    {
      push (listener, 100);
      test_settle ();
      g_assert_cmpuint (n_alive, <=, MAX_ITEMS);
      for (guint j = 0; j < 100; j++)
        {
          g_autofree char *key = g_strdup_printf ("%u", j);

          add (mirror.list, NULL, key);
        }
      test_settle ();
      g_assert_cmpuint (n_alive, <=, MAX_ITEMS);
    }
  eric_listener_stop (listener);
  test_settle ();
  test_finalize (listener);
  mirror_clear (&mirror);
}

#define N_RANDOM_STEPS 1000
#define N_KEYS         12

/* What is known of a list whatever it shows: which message of a key is the newest. */
typedef struct
{
  guint newest_of[N_KEYS];
  guint first;    /* the first since the list was cleared */
  guint n_added;
} Oracle;

static void
random_add (Mirror *mirror,
            Oracle *oracle,
            guint   n_keys)
{
  int key = n_keys > 0 ? g_test_rand_int_range (-1, n_keys) : -1;
  g_autofree char *text = key < 0 ? NULL : g_strdup_printf ("%d", key);
  guint number = add (mirror->list, NULL, text);

  oracle->n_added++;
  if (key >= 0)
    oracle->newest_of[key] = number;
}

static void
random_step (Mirror *mirror,
             Oracle *oracle,
             guint   n_keys)
{
  guint max_items = eric_message_list_get_max_items (mirror->list);
  int n;

  switch (g_test_rand_int_range (0, 12))
    {
    case 0:
      eric_message_list_clear (mirror->list);
      *oracle = (Oracle) { .first = n_made };
      return;
    case 1:
      n = g_test_rand_int_range (0, 3 * max_items + 1);
      break;
    case 2:
      n = max_items + g_test_rand_int_range (-1, 2);
      break;
    case 3:
      n = max_items - get_n_items (mirror->list) + g_test_rand_int_range (-1, 5);
      break;
    case 4:
    case 5:
      turn (mirror);
      return;
    default:
      n = g_test_rand_int_range (1, 4);
    }
  for (int i = 0; i < n; i++)
    random_add (mirror, oracle, n_keys);
}

/* Without keys, the newest are shown without a gap, and no fewer than there must be. */
static void
assert_newest (Mirror *mirror,
               Oracle *oracle)
{
  guint n_items = mirror->items->len;
  guint max_items = eric_message_list_get_max_items (mirror->list);
  guint room = MIN (max_items / 2, 2 * MAX (max_items / 16, 1));
  gboolean newest_first = eric_message_list_get_newest_first (mirror->list);

  g_assert_cmpuint (n_items, >=, MIN (oracle->n_added, max_items - room));
  for (guint i = 0; i < n_items; i++)
    g_assert_cmpuint (number_at (mirror->list, newest_first ? i : n_items - 1 - i), ==,
                      n_made - 1 - i);
}

/* With keys, those without one are in their order, and of the others only the newest
 * of each is there. */
static void
assert_in_order (Mirror *mirror,
                 Oracle *oracle)
{
  guint n_items = mirror->items->len;
  gboolean newest_first = eric_message_list_get_newest_first (mirror->list);
  gboolean newest_seen = oracle->n_added == 0;
  guint last = oracle->first;

  for (guint i = 0; i < n_items; i++)
    {
      EricMessage *message = mirror->items->pdata[newest_first ? n_items - 1 - i : i];
      const char *id = eric_message_get_id (message);
      guint number = get_number (message);

      newest_seen = newest_seen || number == n_made - 1;
      if (id != NULL)
        g_assert_cmpuint (number, ==, oracle->newest_of[g_ascii_strtoull (id, NULL, 10)]);
      else
        {
          g_assert_cmpuint (number, >=, last);
          last = number + 1;
        }
    }
  g_assert_true (newest_seen);
}

static void
run_random (guint    max_items,
            gboolean newest_first,
            guint    n_keys)
{
  Oracle oracle = { .first = n_made };
  Mirror mirror;

  mirror_init_keyed (&mirror, max_items, newest_first);
  for (guint i = 0; i < N_RANDOM_STEPS; i++)
    {
      random_step (&mirror, &oracle, n_keys);
      g_assert_cmpuint (n_alive, <=, 3 * max_items);
      if (g_test_rand_int_range (0, 3) > 0)
        turn (&mirror);
      if (g_test_rand_int_range (0, 10) > 0)
        continue;
      test_settle ();
      assert_in_order (&mirror, &oracle);
      if (n_keys == 0)
        assert_newest (&mirror, &oracle);
    }
  mirror_clear (&mirror);
}

static void
test_message_list_random (gconstpointer data)
{
  static const guint sizes[] = { 1, 2, 3, 5, 17, 64, 100 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      run_random (sizes[i], GPOINTER_TO_INT (data), 0);
      run_random (sizes[i], GPOINTER_TO_INT (data), N_KEYS);
    }
}

/* Each case both ways round. */
static void
add_both (const char   *path,
          GTestDataFunc func)
{
  g_autofree char *last = g_strconcat ("/eric/message-list/", path, "/newest-last", NULL);
  g_autofree char *first = g_strconcat ("/eric/message-list/", path, "/newest-first", NULL);

  g_test_add_data_func (last, GINT_TO_POINTER (FALSE), func);
  g_test_add_data_func (first, GINT_TO_POINTER (TRUE), func);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/message-list/empty", test_message_list_empty);
  add_both ("append", test_message_list_append);
  add_both ("limit", test_message_list_limit);
  add_both ("burst", test_message_list_burst);
  g_test_add_func ("/eric/message-list/first-burst", test_message_list_first_burst);
  g_test_add_func ("/eric/message-list/small", test_message_list_small);
  g_test_add_func ("/eric/message-list/unbounded", test_message_list_unbounded);
  g_test_add_func ("/eric/message-list/steady", test_message_list_steady);
  g_test_add_func ("/eric/message-list/frame-interval", test_message_list_frame_interval);
  g_test_add_func ("/eric/message-list/keys", test_message_list_keys);
  g_test_add_func ("/eric/message-list/keys-newest-first", test_message_list_keys_newest_first);
  g_test_add_func ("/eric/message-list/keys-leaving", test_message_list_keys_leaving);
  g_test_add_func ("/eric/message-list/keys-condemned", test_message_list_keys_condemned);
  g_test_add_func ("/eric/message-list/key-func", test_message_list_key_func);
  g_test_add_func ("/eric/message-list/clear", test_message_list_clear);
  g_test_add_func ("/eric/message-list/handlers", test_message_list_handlers);
  g_test_add_func ("/eric/message-list/drop", test_message_list_drop);
  g_test_add_func ("/eric/message-list/dispose", test_message_list_dispose);
  g_test_add_func ("/eric/message-list/follow", test_message_list_follow);
  g_test_add_func ("/eric/message-list/follow-closed", test_message_list_follow_closed);
  g_test_add_func ("/eric/message-list/follow-dispose", test_message_list_follow_dispose);
  g_test_add_func ("/eric/message-list/context", test_message_list_context);
  g_test_add_func ("/eric/message-list/flat", test_message_list_flat);
  add_both ("random", test_message_list_random);
  return g_test_run ();
}
