/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <dlfcn.h>
#include <eric-sse.h>

#include "test-util.h"

/* Those who wait in several main contexts, and when one of them stands in the row. */

static EricListener *pushed_before_attach;   /* (nullable): a message comes just then */
static guint n_attached;

static void
push (EricListener *listener,
      const char   *text)
{
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, text, NULL);

  g_assert_true (eric_listener_push (listener, message, NULL));
}

/* That of GLib, but a message comes before the source of one who waits is attached:
 * where it is made ready then, a thread that is interrupted in GLib's function may set
 * that back to what it was before the next message. */
guint
g_source_attach (GSource      *source,
                 GMainContext *context)
{
  guint (*real) (GSource *, GMainContext *) =
    (guint (*) (GSource *, GMainContext *)) dlsym (RTLD_NEXT, "g_source_attach");

  if (pushed_before_attach != NULL && g_strcmp0 (g_source_get_name (source), "EricListener waiter") == 0)
    {
      g_assert_cmpint (g_source_get_ready_time (source), ==, -1);
      push (pushed_before_attach, "meanwhile");
      g_assert_cmpint (g_source_get_ready_time (source), ==, -1);
      n_attached++;
    }
  return real (source, context);
}

static void
assert_next (EricListener  *listener,
             GAsyncResult **result,
             const char    *text)
{
  g_autoptr (GAsyncResult) done = NULL;
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  test_wait_until (*result != NULL);
  done = g_steal_pointer (result);
  message = eric_listener_next_finish (listener, done, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_text (message), ==, text);
}

static EricListener *
start_listener (void)
{
  EricListener *listener = eric_listener_new ();

  eric_listener_start (listener);
  return listener;
}

/* A message that comes before one stands in the row is found by its first look. */
static void
test_wait_attached (void)
{
  EricListener *listener = start_listener ();
  GAsyncResult *result = NULL;

  pushed_before_attach = listener;
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  pushed_before_attach = NULL;
  g_assert_cmpuint (n_attached, ==, 1);
  assert_next (listener, &result, "meanwhile");
  test_settle ();
  test_finalize (listener);
}

static void
next_in (EricListener  *listener,
         GMainContext  *context,
         GAsyncResult **result)
{
  g_main_context_push_thread_default (context);
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, result);
  g_main_context_pop_thread_default (context);
}

static void
turn (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

/* One that is there, but that nobody turns, keeps nothing from the others, and has its
 * turn when it is turned. */
static void
test_wait_context_still (void)
{
  g_autoptr (GMainContext) still = g_main_context_new ();
  EricListener *listener = start_listener ();
  GAsyncResult *late = NULL, *later = NULL, *result = NULL;

  next_in (listener, still, &late);
  next_in (listener, still, &later);
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  push (listener, "1");
  assert_next (listener, &result, "1");
  push (listener, "2");
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  assert_next (listener, &result, "2");

  push (listener, "3");
  turn (still);
  assert_next (listener, &late, "3");
  g_assert_null (later);
  push (listener, "4");
  turn (still);
  assert_next (listener, &later, "4");
  turn (still);
  test_settle ();
  test_finalize (listener);
}

/* Who is stopped tells those of every context, and also who waits second. */
static void
test_wait_contexts_stop (void)
{
  g_autoptr (GMainContext) other = g_main_context_new ();
  EricListener *listener = start_listener ();
  GAsyncResult *results[4] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    next_in (listener, i % 2 == 0 ? NULL : other, &results[i]);
  eric_listener_stop (listener);
  turn (other);
  test_settle ();
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_assert_nonnull (results[i]);
      g_assert_null (eric_listener_next_finish (listener, results[i], NULL));
      g_object_unref (results[i]);
    }
  test_finalize (listener);
}

/* One that was woken, and is cancelled before it looks, takes the wake-up of nobody. */
static void
test_wait_cancelled_awake (void)
{
  EricListener *listener = start_listener ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *cancelled = NULL, *result = NULL;
  GError *error = NULL;

  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, cancellable, test_keep_result, &cancelled);
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_settle ();
  push (listener, "1");
  g_cancellable_cancel (cancellable);
  assert_next (listener, &result, "1");
  test_wait_until (cancelled != NULL);
  g_assert_null (eric_listener_next_finish (listener, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_object_unref (cancelled);
  test_settle ();
  test_finalize (listener);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/eric/listener-wait/attached", test_wait_attached);
  g_test_add_func ("/eric/listener-wait/context-still", test_wait_context_still);
  g_test_add_func ("/eric/listener-wait/contexts-stop", test_wait_contexts_stop);
  g_test_add_func ("/eric/listener-wait/cancelled-awake", test_wait_cancelled_awake);

  return g_test_run ();
}
