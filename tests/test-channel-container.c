/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

static void
assert_refused (gboolean    done,
                GError     *error,
                const char *expected)
{
  g_assert_false (done);
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_CHANNEL);
  g_assert_cmpstr (error->message, ==, expected);
  g_error_free (error);
}

static void
count_cb (EricChannelContainer *container,
          EricChannel          *channel,
          gpointer              user_data)
{
  ++*(guint *) user_data;
}

static void
test_channel_container_empty (void)
{
  EricChannelContainer *container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_auto (GStrv) ids = eric_channel_container_get_ids (container);
  GType type;

  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 0);
  g_assert_nonnull (ids);
  g_assert_cmpuint (g_strv_length (ids), ==, 0);
  g_object_get (container, "channel-type", &type, NULL);
  g_assert_true (type == ERIC_TYPE_SSE_CHANNEL);
  g_assert_true (eric_channel_container_get_channel_type (container) == ERIC_TYPE_SSE_CHANNEL);
  test_finalize (container);
}

static void
test_channel_container_add (void)
{
  EricChannelContainer *container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  GError *error = NULL;
  EricChannel *news = eric_channel_container_add (container, "news", &error);
  EricChannel *first = eric_channel_container_add (container, NULL, &error);
  EricChannel *second = eric_channel_container_add (container, NULL, &error);
  gboolean added;

  g_assert_no_error (error);
  g_assert_true (G_OBJECT_TYPE (news) == ERIC_TYPE_SSE_CHANNEL);
  g_assert_cmpstr (eric_channel_get_id (news), ==, "news");
  g_assert_true (g_uuid_string_is_valid (eric_channel_get_id (first)));
  g_assert_cmpstr (eric_channel_get_id (first), !=, eric_channel_get_id (second));
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 3);

  added = eric_channel_container_add (container, "news", &error) != NULL;
  assert_refused (added, error, "There is a channel “news” already");
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 3);
  test_finalize (container);
  test_finalize (news);
  test_finalize (first);
  test_finalize (second);
}

static void
test_channel_container_register (void)
{
  g_autoptr (EricChannelContainer) container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  EricChannel *channel = ERIC_CHANNEL (eric_sse_channel_new ("news"));
  EricChannel *same_id = ERIC_CHANNEL (eric_sse_channel_new ("news"));
  g_autoptr (EricChannel) found = NULL;
  GError *error = NULL;
  guint signalled = 0;
  gboolean done;

  g_signal_connect (container, "channel-added", G_CALLBACK (count_cb), &signalled);
  g_assert_true (eric_channel_container_register (container, channel, &error));
  g_assert_no_error (error);
  done = eric_channel_container_register (container, channel, &error);
  assert_refused (done, g_steal_pointer (&error), "There is a channel “news” already");
  done = eric_channel_container_register (container, same_id, &error);
  assert_refused (done, g_steal_pointer (&error), "There is a channel “news” already");
  g_assert_cmpuint (signalled, ==, 1);

  found = eric_channel_container_get (container, "news", &error);
  g_assert_no_error (error);
  g_assert_true (found == channel);
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 1);
  test_finalize (same_id);
  g_object_unref (channel);
}

static void
test_channel_container_remove (void)
{
  g_autoptr (EricChannelContainer) container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  GError *error = NULL;
  EricChannel *channel = eric_channel_container_add (container, "news", NULL);
  g_autoptr (EricChannel) other = eric_channel_container_add (container, "other", NULL);
  guint signalled = 0;
  gboolean done;

  g_signal_connect (container, "channel-removed", G_CALLBACK (count_cb), &signalled);
  g_assert_true (eric_channel_container_remove (container, "news", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (signalled, ==, 1);
  g_assert_false (eric_channel_get_closed (channel));
  done = eric_channel_container_remove (container, "news", &error);
  assert_refused (done, g_steal_pointer (&error), "There is no channel “news”");
  done = eric_channel_container_get (container, "news", &error) != NULL;
  assert_refused (done, g_steal_pointer (&error), "There is no channel “news”");
  g_assert_cmpuint (signalled, ==, 1);
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 1);

  g_assert_true (eric_channel_container_register (container, channel, &error));
  g_assert_true (eric_channel_container_remove (container, "news", &error));
  test_finalize (channel);
}

static void
test_channel_container_ids (void)
{
  g_autoptr (EricChannelContainer) container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  g_auto (GStrv) ids = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);
      g_autoptr (EricChannel) channel = eric_channel_container_add (container, id, NULL);

      g_assert_nonnull (channel);
    }
  g_assert_true (eric_channel_container_remove (container, "c7", NULL));
  ids = eric_channel_container_get_ids (container);
  g_assert_cmpuint (g_strv_length (ids), ==, 19);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);

      g_assert_cmpint (g_strv_contains ((const char *const *) ids, id), ==, i != 7);
    }
}

/* Handlers may call back into the container. */
static void
added_cb (EricChannelContainer *container,
          EricChannel          *channel,
          gpointer              user_data)
{
  g_autoptr (EricChannel) found =
    eric_channel_container_get (container, eric_channel_get_id (channel), NULL);

  g_assert_true (found == channel);
  g_string_append_printf (user_data, "+%s ", eric_channel_get_id (channel));
  if (g_str_equal (eric_channel_get_id (channel), "a"))
    g_assert_true (eric_channel_container_remove (container, "a", NULL));
}

static void
removed_cb (EricChannelContainer *container,
            EricChannel          *channel,
            gpointer              user_data)
{
  g_autoptr (EricChannel) another = NULL;

  g_assert_null (eric_channel_container_get (container, eric_channel_get_id (channel), NULL));
  g_string_append_printf (user_data, "-%s ", eric_channel_get_id (channel));
  if (g_str_equal (eric_channel_get_id (channel), "a"))
    another = eric_channel_container_add (container, "b", NULL);
}

static void
test_channel_container_signals (void)
{
  g_autoptr (EricChannelContainer) container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  GString *story = g_string_new (NULL);
  g_autoptr (EricChannel) channel = NULL;

  g_signal_connect (container, "channel-added", G_CALLBACK (added_cb), story);
  g_signal_connect (container, "channel-removed", G_CALLBACK (removed_cb), story);
  channel = eric_channel_container_add (container, "a", NULL);
  g_assert_nonnull (channel);
  g_assert_cmpstr (story->str, ==, "+a -a +b ");
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 1);
  g_string_free (story, TRUE);
}

static void
test_channel_container_default (void)
{
  g_autoptr (EricChannelContainer) bare = g_object_new (ERIC_TYPE_CHANNEL_CONTAINER, NULL);
  g_autoptr (EricChannelContainer) base = eric_channel_container_new (ERIC_TYPE_CHANNEL);
  g_autoptr (EricChannel) made = eric_channel_container_add (bare, "a", NULL);
  g_autoptr (EricChannel) another = eric_channel_container_add (base, "a", NULL);

  g_assert_true (eric_channel_container_get_channel_type (bare) == ERIC_TYPE_SSE_CHANNEL);
  g_assert_true (eric_channel_container_get_channel_type (base) == ERIC_TYPE_SSE_CHANNEL);
  g_assert_true (ERIC_IS_SSE_CHANNEL (made));
  g_assert_true (ERIC_IS_SSE_CHANNEL (another));
}

static void
test_channel_container_abstract (void)
{
  GType type = g_type_register_static_simple (ERIC_TYPE_CHANNEL, "AbstractChannel", sizeof (EricChannelClass),
                                              NULL, sizeof (EricChannel), NULL, G_TYPE_FLAG_ABSTRACT);
  g_autoptr (EricChannelContainer) container = eric_channel_container_new (type);
  g_autoptr (EricChannel) channel = ERIC_CHANNEL (eric_sse_channel_new ("news"));
  GError *error = NULL;
  gboolean done = eric_channel_container_add (container, "a", &error) != NULL;

  assert_refused (done, g_steal_pointer (&error), "The channel type AbstractChannel is abstract");
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 0);
  g_assert_true (eric_channel_container_register (container, channel, &error));
  g_assert_no_error (error);
}

#define N_THREADS 4
#define N_EACH    200

typedef struct
{
  EricChannelContainer *container;
  guint                 n_won;   /* ids that this thread was the first to add */
} Work;

/* All threads add the same ids, then remove them: each goes in and out once. */
static gpointer
add_thread (gpointer data)
{
  Work *work = data;

  for (guint i = 0; i < N_EACH; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);
      g_autoptr (EricChannel) channel = eric_channel_container_add (work->container, id, NULL);
      g_autoptr (EricChannel) found = eric_channel_container_get (work->container, id, NULL);

      g_assert_nonnull (found);
      if (channel != NULL)
        {
          g_assert_true (channel == found);
          work->n_won++;
        }
    }
  return NULL;
}

static gpointer
remove_thread (gpointer data)
{
  Work *work = data;

  for (guint i = 0; i < N_EACH; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);
      g_auto (GStrv) ids = eric_channel_container_get_ids (work->container);

      g_assert_cmpuint (g_strv_length (ids), <=, N_EACH);
      if (eric_channel_container_remove (work->container, id, NULL))
        work->n_won++;
    }
  return NULL;
}

static guint
run_threads (EricChannelContainer *container,
             GThreadFunc           func)
{
  Work work[N_THREADS];
  GThread *threads[N_THREADS];
  guint n_won = 0;

  for (guint i = 0; i < N_THREADS; i++)
    {
      work[i] = (Work) { container, 0 };
      threads[i] = g_thread_new ("container", func, &work[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      n_won += work[i].n_won;
    }
  return n_won;
}

static void
test_channel_container_threads (void)
{
  EricChannelContainer *container = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);

  g_assert_cmpuint (run_threads (container, add_thread), ==, N_EACH);
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, N_EACH);
  g_assert_cmpuint (run_threads (container, remove_thread), ==, N_EACH);
  g_assert_cmpuint (eric_channel_container_get_size (container), ==, 0);
  test_finalize (container);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/channel-container/empty", test_channel_container_empty);
  g_test_add_func ("/eric/channel-container/add", test_channel_container_add);
  g_test_add_func ("/eric/channel-container/register", test_channel_container_register);
  g_test_add_func ("/eric/channel-container/remove", test_channel_container_remove);
  g_test_add_func ("/eric/channel-container/ids", test_channel_container_ids);
  g_test_add_func ("/eric/channel-container/signals", test_channel_container_signals);
  g_test_add_func ("/eric/channel-container/default", test_channel_container_default);
  g_test_add_func ("/eric/channel-container/abstract", test_channel_container_abstract);
  g_test_add_func ("/eric/channel-container/threads", test_channel_container_threads);
  return g_test_run ();
}
