/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "list-mirror.h"
#include "test-util.h"

#define MAX_ITEMS 64

static void
push (EricListener *listener,
      guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EricMessage) message = numbered_message_new (NULL, NULL);

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
  test_wait_until (list_get_n_items (mirror.list) == 2);
  push (first, 300);
  push (second, 300);
  test_wait_until (list_get_n_items (mirror.list) == 602);

  /* One is stopped, and followed once more. */
  eric_listener_stop (first);
  push (first, 1);
  push (second, 1);
  test_wait_until (list_get_n_items (mirror.list) == 603);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (first), ==, 1);
  eric_listener_start (first);
  test_settle ();
  g_assert_cmpuint (eric_listener_get_pending (first), ==, 1);
  eric_message_list_follow (mirror.list, first);
  test_wait_until (list_get_n_items (mirror.list) == 604);

  eric_listener_stop (first);
  eric_listener_stop (second);
  test_settle ();
  test_finalize (first);
  test_finalize (second);
  mirror_clear (&mirror);
}

/* What was followed before it was started shows what comes then; where it was started
 * and stopped, it is followed no more. */
static void
test_message_list_follow_before_start (void)
{
  EricListener *listener = eric_listener_new ();
  EricListener *never = eric_listener_new ();
  Mirror mirror;

  mirror_init (&mirror, MAX_ITEMS, FALSE);
  eric_message_list_follow (mirror.list, listener);
  eric_message_list_follow (mirror.list, never);
  push (listener, 1);
  test_settle ();
  g_assert_cmpuint (list_get_n_items (mirror.list), ==, 0);
  eric_listener_start (listener);
  push (listener, 2);
  test_wait_until (list_get_n_items (mirror.list) == 3);
  eric_listener_stop (listener);
  test_settle ();
  test_finalize (listener);

  /* Nothing had come. */
  listener = eric_listener_new ();
  eric_message_list_follow (mirror.list, listener);
  eric_listener_start (listener);
  test_settle ();
  eric_listener_stop (listener);
  test_settle ();
  test_finalize (listener);

  mirror_clear (&mirror);
  test_settle ();
  test_finalize (never);
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
  test_wait_until (list_get_n_items (mirror.list) == 1);
  mirror_assert_quiet (&mirror);
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
  test_wait_until (list_get_n_items (mirror.list) == 1);
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
  g_assert_cmpuint (messages_alive, ==, 0);
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
      g_assert_cmpuint (messages_alive, <=, MAX_ITEMS);
      for (guint j = 0; j < 100; j++)
        {
          g_autofree char *key = g_strdup_printf ("%u", j);

          list_add (mirror.list, NULL, key);
        }
      test_settle ();
      g_assert_cmpuint (messages_alive, <=, MAX_ITEMS);
    }
  eric_listener_stop (listener);
  test_settle ();
  test_finalize (listener);
  mirror_clear (&mirror);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/message-list/follow", test_message_list_follow);
  g_test_add_func ("/eric/message-list/follow-before-start", test_message_list_follow_before_start);
  g_test_add_func ("/eric/message-list/follow-closed", test_message_list_follow_closed);
  g_test_add_func ("/eric/message-list/follow-dispose", test_message_list_follow_dispose);
  g_test_add_func ("/eric/message-list/context", test_message_list_context);
  g_test_add_func ("/eric/message-list/flat", test_message_list_flat);
  return g_test_run ();
}
