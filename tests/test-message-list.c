/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "list-mirror.h"
#include "test-util.h"

/* 64 / 16 */
#define MAX_ITEMS 64
#define SLACK     4

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
  first = list_add (mirror.list, NULL, NULL);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 0);
  mirror_assert_frame (&mirror, 0, 0, 1);
  g_assert_cmpuint (mirror.n_notified, ==, 1);
  mirror_assert_quiet (&mirror);

  list_add_n (mirror.list, 998);
  last = list_add (mirror.list, NULL, NULL);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 1);
  mirror_assert_frame (&mirror, newest_first ? 0 : 1, 0, 999);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 1000);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, newest_first ? last : first);
  g_assert_cmpuint (list_number_at (mirror.list, 999), ==, newest_first ? first : last);
  mirror_assert_quiet (&mirror);
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
  list_add_n (mirror.list, MAX_ITEMS);
  mirror_assert_frame (&mirror, 0, 0, MAX_ITEMS);

  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, newest_first ? n : 0, SLACK, 0);
  mirror_assert_frame (&mirror, newest_first ? 0 : n, 0, 1);
  mirror_assert_quiet (&mirror);

  list_add_n (mirror.list, SLACK - 1);
  mirror_assert_frame (&mirror, newest_first ? 0 : n + 1, 0, SLACK - 1);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, MAX_ITEMS);

  /* As much again can come until the next frame. */
  list_add_n (mirror.list, SLACK);
  mirror_assert_frame (&mirror, newest_first ? n - SLACK : 0, 2 * SLACK, 0);
  list_add_n (mirror.list, SLACK);
  mirror_assert_frame (&mirror, newest_first ? 0 : n - SLACK, 0, 2 * SLACK);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, MAX_ITEMS);
  mirror_assert_quiet (&mirror);
  mirror_clear (&mirror);
}

static void
test_message_list_burst (gconstpointer data)
{
  gboolean newest_first = GPOINTER_TO_INT (data);
  Mirror mirror;
  guint last;

  mirror_init (&mirror, MAX_ITEMS, newest_first);
  list_add_n (mirror.list, MAX_ITEMS);
  mirror_assert_frame (&mirror, 0, 0, MAX_ITEMS);
  list_add_n (mirror.list, SLACK + 1);
  mirror_assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS);
  mirror_assert_quiet (&mirror);

  /* What came is shown in the frame behind the one that made room, however much. */
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, newest_first ? MAX_ITEMS - SLACK : 0, SLACK, 0);
  list_add_n (mirror.list, SLACK);
  mirror_assert_frame (&mirror, 0, MAX_ITEMS - SLACK, MAX_ITEMS);
  mirror_assert_quiet (&mirror);

  /* No more are held apart than can be shown. */
  list_add_n (mirror.list, 3 * MAX_ITEMS);
  g_assert_cmpuint (messages_alive, ==, 2 * MAX_ITEMS);
  last = list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS);
  g_assert_cmpuint (messages_alive, ==, MAX_ITEMS);
  g_assert_cmpuint (list_number_at (mirror.list, newest_first ? 0 : MAX_ITEMS - 1), ==, last);
  g_assert_cmpuint (list_number_at (mirror.list, newest_first ? MAX_ITEMS - 1 : 0), ==,
                    last - MAX_ITEMS + 1);
  mirror_clear (&mirror);
}

/* A flood into a list that shows little. */
static void
test_message_list_first_burst (void)
{
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  list_add_n (mirror.list, 2);
  mirror_assert_frame (&mirror, 0, 0, 2);
  list_add_n (mirror.list, MAX_ITEMS + 1);
  mirror_assert_frame (&mirror, 0, 2, MAX_ITEMS);
  eric_message_list_clear (mirror.list);
  mirror_assert_frame (&mirror, 0, MAX_ITEMS, 0);
  list_add_n (mirror.list, 10 * MAX_ITEMS);
  mirror_assert_frame (&mirror, 0, 0, MAX_ITEMS);
  mirror_clear (&mirror);
}

static void
test_message_list_small (void)
{
  Mirror mirror;

  mirror_init (&mirror, 1, FALSE);
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 0, 1);
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 1, 1);
  list_add_n (mirror.list, 5);
  mirror_assert_frame (&mirror, 0, 1, 1);
  mirror_clear (&mirror);

  /* A list that would lose half of what it shows is changed at once, too. */
  mirror_init (&mirror, 3, TRUE);
  list_add_n (mirror.list, 3);
  mirror_assert_frame (&mirror, 0, 0, 3);
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 3, 3);
  mirror_clear (&mirror);
}

static void
test_message_list_unbounded (void)
{
  Mirror mirror;

  mirror_init (&mirror, 0, FALSE);
  for (guint i = 0; i < 10; i++)
    {
      list_add_n (mirror.list, ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS);
      mirror_turn (&mirror);
    }
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 10 * ERIC_MESSAGE_LIST_DEFAULT_MAX_ITEMS);
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
      list_add_n (mirror.list, MAX_ITEMS);
      mirror_turn (&mirror);
      for (guint i = 0; i < 200; i++)
        {
          gboolean trimmed = mirror.n_added == 0;

          list_add_n (mirror.list, n);
          mirror_turn (&mirror);
          g_assert_true (mirror.n_removed == 0 || mirror.n_added == 0);
          g_assert_false (trimmed && mirror.n_added == 0);
          g_assert_cmpuint (list_get_n_items (mirror.list), >=, MAX_ITEMS - 2 * SLACK);
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
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 0, 1);

  list_add (mirror.list, NULL, NULL);
  mirror_assert_quiet (&mirror);
  eric_message_list_set_frame_interval (mirror.list, G_MAXUINT);
  list_add (mirror.list, NULL, NULL);
  mirror_assert_quiet (&mirror);
  eric_message_list_set_frame_interval (mirror.list, 0);
  mirror_assert_frame (&mirror, 1, 0, 2);
  mirror_assert_quiet (&mirror);

  eric_message_list_set_frame_interval (mirror.list, ERIC_MESSAGE_LIST_DEFAULT_FRAME_INTERVAL);
  list_add (mirror.list, NULL, NULL);
  test_wait_until (mirror.n_signals == 3);
  g_assert_cmpuint (mirror.n_added, ==, 1);
  mirror_clear (&mirror);
}

static void
count_notify (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_message_list_keys (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  list_add (mirror.list, "a", "1");
  list_add (mirror.list, "a", "2");
  list_add (mirror.list, "b", "1");
  list_add (mirror.list, "a", NULL);
  list_add (mirror.list, "a", NULL);
  n = list_add (mirror.list, "a", "2");
  mirror_assert_frame (&mirror, 0, 0, 5);
  g_assert_cmpuint (list_number_at (mirror.list, 1), ==, n);
  g_assert_cmpuint (messages_alive, ==, 5);

  list_add (mirror.list, "b", "1");
  n = list_add (mirror.list, "b", "1");
  mirror_assert_frame (&mirror, 2, 1, 1);
  g_assert_cmpuint (list_number_at (mirror.list, 2), ==, n);
  g_assert_cmpuint (messages_alive, ==, 5);

  /* Several in one frame are one change that covers them all, and no more. */
  list_add (mirror.list, "a", "2");
  n = list_add (mirror.list, "a", "1");
  list_add (mirror.list, "a", "2");
  mirror_assert_frame (&mirror, 0, 2, 2);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, n);
  list_add (mirror.list, "c", "1");
  list_add (mirror.list, "a", "2");
  list_add (mirror.list, "c", "1");
  n = list_add (mirror.list, "c", "2");
  mirror_assert_frame (&mirror, 1, 4, 6);
  g_assert_cmpuint (list_number_at (mirror.list, 6), ==, n);
  mirror_assert_quiet (&mirror);
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

      list_add (mirror.list, NULL, key);
    }
  mirror_assert_frame (&mirror, 0, 0, 5);
  n = list_add (mirror.list, NULL, "1");
  mirror_assert_frame (&mirror, 3, 1, 1);
  g_assert_cmpuint (list_number_at (mirror.list, 3), ==, n);
  list_add (mirror.list, NULL, "3");
  n = list_add (mirror.list, NULL, "new");
  mirror_assert_frame (&mirror, 0, 2, 3);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, n);
  mirror_clear (&mirror);
}

/* What leaves the list is no place for what is new. */
static void
test_message_list_keys_leaving (void)
{
  Mirror mirror;
  guint n;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  list_add (mirror.list, NULL, "old");
  list_add_n (mirror.list, SLACK - 1);
  list_add (mirror.list, NULL, "stays");
  list_add_n (mirror.list, MAX_ITEMS - SLACK - 1);
  mirror_assert_frame (&mirror, 0, 0, MAX_ITEMS);

  /* Nothing leaves yet. */
  n = list_add (mirror.list, NULL, "old");
  mirror_assert_frame (&mirror, 0, 1, 1);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, n);

  /* Room is made; the one that stays is shown with what comes. */
  list_add (mirror.list, NULL, NULL);
  list_add (mirror.list, NULL, "stays");
  n = list_add (mirror.list, NULL, "old");
  mirror_assert_frame (&mirror, 0, SLACK, 0);
  mirror_assert_frame (&mirror, 0, MAX_ITEMS - SLACK, MAX_ITEMS - SLACK + 2);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, n - 1);
  g_assert_cmpuint (list_number_at (mirror.list, MAX_ITEMS - SLACK + 1), ==, n);
  n = list_add (mirror.list, NULL, "old");
  mirror_assert_frame (&mirror, MAX_ITEMS - SLACK + 1, 1, 1);

  /* One that waits, and that so many have come behind that it is not shown. */
  list_add (mirror.list, NULL, "waits");
  list_add_n (mirror.list, MAX_ITEMS);
  n = list_add (mirror.list, NULL, "waits");
  mirror_assert_frame (&mirror, 0, MAX_ITEMS - 2, MAX_ITEMS);
  g_assert_cmpuint (list_number_at (mirror.list, MAX_ITEMS - 1), ==, n);
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
  list_add_n (mirror.list, 2 * SLACK - 1);
  list_add (mirror.list, NULL, "old");
  list_add_n (mirror.list, MAX_ITEMS - 2 * SLACK);
  mirror_assert_frame (&mirror, 0, 0, MAX_ITEMS);
  list_add_n (mirror.list, SLACK);
  n = list_add (mirror.list, NULL, "old");
  mirror_assert_frame (&mirror, 0, MAX_ITEMS, MAX_ITEMS - SLACK + 1);
  g_assert_cmpuint (list_number_at (mirror.list, MAX_ITEMS - SLACK), ==, n);
  mirror_clear (&mirror);
}

static char *
replaced_key (EricMessage *message,
              gpointer     user_data)
{
  eric_message_list_set_key_func (user_data, list_id_key, NULL, NULL);
  return g_strdup ("1");
}

static void
test_message_list_key_func (void)
{
  guint n_notified = 0;
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  list_add (mirror.list, NULL, "1");
  eric_message_list_set_key_func (mirror.list, list_id_key, &n_notified, count_notify);
  list_add (mirror.list, NULL, "1");
  list_add (mirror.list, NULL, "1");
  mirror_assert_frame (&mirror, 0, 0, 2);

  /* What another function said of a message is forgotten. */
  eric_message_list_set_key_func (mirror.list, list_id_key, &n_notified, count_notify);
  g_assert_cmpuint (n_notified, ==, 1);
  list_add (mirror.list, NULL, "1");
  list_add (mirror.list, NULL, "1");
  mirror_assert_frame (&mirror, 2, 0, 1);

  eric_message_list_set_key_func (mirror.list, replaced_key, mirror.list, NULL);
  g_assert_cmpuint (n_notified, ==, 2);
  list_add (mirror.list, NULL, NULL);
  list_add (mirror.list, NULL, "1");
  mirror_assert_frame (&mirror, 3, 0, 2);

  eric_message_list_set_key_func (mirror.list, list_id_key, &n_notified, count_notify);
  list_add (mirror.list, NULL, "1");
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
  mirror_assert_quiet (&mirror);
  list_add (mirror.list, NULL, "1");
  eric_message_list_clear (mirror.list);
  g_assert_cmpuint (messages_alive, ==, 0);
  mirror_assert_quiet (&mirror);

  list_add (mirror.list, NULL, "1");
  list_add_n (mirror.list, 9);
  mirror_assert_frame (&mirror, 0, 0, 10);
  list_add (mirror.list, NULL, "1");
  list_add_n (mirror.list, MAX_ITEMS);
  eric_message_list_clear (mirror.list);
  eric_message_list_clear (mirror.list);
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 10);
  n = list_add (mirror.list, NULL, "1");
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 10, 2);
  g_assert_cmpuint (list_number_at (mirror.list, 0), ==, n);

  eric_message_list_clear (mirror.list);
  mirror_assert_frame (&mirror, 0, 2, 0);
  g_assert_cmpuint (messages_alive, ==, 0);
  mirror_assert_quiet (&mirror);
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 0, 1);
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
  list_add (list, NULL, NULL);
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
  list_add (mirror.list, NULL, NULL);
  mirror_assert_frame (&mirror, 0, 0, 1);
  mirror_assert_frame (&mirror, 1, 0, 1);
  mirror_assert_frame (&mirror, 0, 2, 0);
  mirror_assert_quiet (&mirror);
  mirror_clear (&mirror);
}

static void
dropping_cb (GListModel *model,
             guint       position,
             guint       n_removed,
             guint       n_added,
             gpointer    user_data)
{
  list_add (ERIC_MESSAGE_LIST (model), NULL, NULL);
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
  list_add (ERIC_MESSAGE_LIST (model), NULL, NULL);
  eric_message_list_clear (ERIC_MESSAGE_LIST (model));
  eric_message_list_set_frame_interval (ERIC_MESSAGE_LIST (model), 1);
}

static void
test_message_list_drop (void)
{
  EricMessageList *list = eric_message_list_new (MAX_ITEMS);

  g_object_add_weak_pointer (G_OBJECT (list), (gpointer *) &list);
  g_signal_connect (list, "items-changed", G_CALLBACK (dropping_cb), NULL);
  list_add (list, NULL, NULL);
  test_wait_until (list == NULL);
  g_assert_cmpuint (messages_alive, ==, 0);

  list = eric_message_list_new (MAX_ITEMS);
  g_signal_connect (list, "items-changed", G_CALLBACK (disposing_cb), NULL);
  list_add (list, NULL, NULL);
  test_settle ();
  test_finalize (list);
  g_assert_cmpuint (messages_alive, ==, 0);
}

static void
test_message_list_dispose (void)
{
  Mirror mirror;

  mirror_init_keyed (&mirror, MAX_ITEMS, FALSE);
  list_add (mirror.list, NULL, "1");
  list_add_n (mirror.list, 5);
  mirror_turn (&mirror);
  list_add (mirror.list, NULL, "1");
  list_add_n (mirror.list, MAX_ITEMS);
  mirror_clear (&mirror);
  g_assert_cmpuint (mirror.n_signals, ==, 1);
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
  return g_test_run ();
}
