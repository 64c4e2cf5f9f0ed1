/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "list-mirror.h"
#include "test-util.h"

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
  guint number = list_add (mirror->list, NULL, text);

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
      *oracle = (Oracle) { .first = messages_made };
      return;
    case 1:
      n = g_test_rand_int_range (0, 3 * max_items + 1);
      break;
    case 2:
      n = max_items + g_test_rand_int_range (-1, 2);
      break;
    case 3:
      n = max_items - list_get_n_items (mirror->list) + g_test_rand_int_range (-1, 5);
      break;
    case 4:
    case 5:
      mirror_turn (mirror);
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
    g_assert_cmpuint (list_number_at (mirror->list, newest_first ? i : n_items - 1 - i), ==,
                      messages_made - 1 - i);
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
      guint number = numbered_message_get (message);

      newest_seen = newest_seen || number == messages_made - 1;
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
  Oracle oracle = { .first = messages_made };
  Mirror mirror;

  mirror_init_keyed (&mirror, max_items, newest_first);
  for (guint i = 0; i < N_RANDOM_STEPS; i++)
    {
      random_step (&mirror, &oracle, n_keys);
      g_assert_cmpuint (messages_alive, <=, 3 * max_items);
      if (g_test_rand_int_range (0, 3) > 0)
        mirror_turn (&mirror);
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

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/eric/message-list/random/newest-last", GINT_TO_POINTER (FALSE),
                        test_message_list_random);
  g_test_add_data_func ("/eric/message-list/random/newest-first", GINT_TO_POINTER (TRUE),
                        test_message_list_random);
  return g_test_run ();
}
