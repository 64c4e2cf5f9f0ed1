/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

/* A listener that writes down what it sees, and may stop itself at a number. */
#define TEST_TYPE_LISTENER (test_listener_get_type ())
G_DECLARE_FINAL_TYPE (TestListener, test_listener, TEST, LISTENER, EricListener)

struct _TestListener
{
  EricListener  parent_instance;

  GString      *seen;      /* (owned): numbers, each with a space behind it */
  gint64        stop_at;
};

G_DEFINE_FINAL_TYPE (TestListener, test_listener, ERIC_TYPE_LISTENER)

static EricMessage *
new_message (gint64 number)
{
  return eric_message_new (NULL, g_variant_new_int64 (number), NULL);
}

static gint64
get_number (EricMessage *message)
{
  return g_variant_get_int64 (eric_message_get_payload (message));
}

static void
test_listener_on_message (EricListener *listener,
                          EricMessage  *message)
{
  TestListener *self = TEST_LISTENER (listener);

  g_string_append_printf (self->seen, "%" G_GINT64_FORMAT " ", get_number (message));
  if (get_number (message) == self->stop_at)
    eric_listener_stop (listener);
}

static void
test_listener_finalize (GObject *object)
{
  g_string_free (TEST_LISTENER (object)->seen, TRUE);
  G_OBJECT_CLASS (test_listener_parent_class)->finalize (object);
}

static void
test_listener_class_init (TestListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_listener_finalize;
  ERIC_LISTENER_CLASS (klass)->on_message = test_listener_on_message;
}

static void
test_listener_init (TestListener *self)
{
  self->seen = g_string_new (NULL);
  self->stop_at = -1;
}

static EricListener *
new_running (void)
{
  EricListener *listener = eric_listener_new ();

  eric_listener_start (listener);
  return listener;
}

static void
push (EricListener *listener,
      gint64        from,
      gint64        to)
{
  for (gint64 i = from; i <= to; i++)
    {
      g_autoptr (EricMessage) message = new_message (i);

      g_assert_true (eric_listener_push (listener, message, NULL));
    }
}

static void
assert_next (EricListener *listener,
             gint64        number)
{
  g_autoptr (EricMessage) message = eric_listener_deliver_next (listener, NULL);

  g_assert_nonnull (message);
  g_assert_cmpint (get_number (message), ==, number);
}

static void
assert_none (EricListener *listener)
{
  g_autofree char *text =
    g_strdup_printf (eric_listener_get_running (listener) ? "No message waits for listener “%s”"
                                                          : "Listener “%s” is stopped",
                     eric_listener_get_id (listener));
  GError *error = NULL;

  g_assert_null (eric_listener_deliver_next (listener, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES);
  g_assert_cmpstr (error->message, ==, text);
  g_clear_error (&error);
  g_assert_null (eric_listener_deliver_batch (listener, 5, &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES);
  g_assert_cmpstr (error->message, ==, text);
  g_clear_error (&error);
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  ++*(guint *) user_data;
}

static void
start_next (EricListener  *listener,
            GCancellable  *cancellable,
            GAsyncResult **result)
{
  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, cancellable, test_keep_result, result);
}

#define AT_END    (-1)
#define CANCELLED (-2)

/* Waits for the result and takes it. */
static void
finish_next (EricListener  *listener,
             GAsyncResult **result,
             gint64         expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = NULL;

  test_wait_until (*result != NULL);
  message = eric_listener_next_finish (listener, *result, &error);
  g_clear_object (result);
  if (expected == CANCELLED)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  else
    g_assert_no_error (error);
  g_assert_cmpint (message != NULL, ==, expected >= 0);
  if (message != NULL)
    g_assert_cmpint (get_number (message), ==, expected);
}

static void
test_listener_defaults (void)
{
  EricListener *listener = eric_listener_new_with_id ("me");
  g_autoptr (EricListener) other = eric_listener_new ();
  g_autofree char *id = NULL;
  gboolean running;
  guint capacity, pending;
  guint64 dropped;
  EricOverflow overflow;

  g_object_get (listener, "id", &id, "running", &running, "capacity", &capacity,
                "overflow", &overflow, "pending", &pending, "dropped", &dropped, NULL);
  g_assert_cmpstr (id, ==, "me");
  g_assert_false (running);
  g_assert_cmpuint (capacity, ==, 0);
  g_assert_cmpint (overflow, ==, ERIC_OVERFLOW_DROP_OLDEST);
  g_assert_cmpuint (pending, ==, 0);
  g_assert_cmpuint (dropped, ==, 0);
  g_assert_true (g_uuid_string_is_valid (eric_listener_get_id (other)));
  test_finalize (listener);
}

static void
test_listener_start_stop (void)
{
  EricListener *listener = eric_listener_new ();
  guint notified = 0;

  g_signal_connect (listener, "notify::running", G_CALLBACK (count_notify_cb), &notified);
  eric_listener_stop (listener);
  g_assert_cmpuint (notified, ==, 0);
  push (listener, 1, 2);
  assert_none (listener);

  for (guint i = 0; i < 2; i++)
    eric_listener_start (listener);
  g_assert_true (eric_listener_get_running (listener));
  g_assert_cmpuint (notified, ==, 1);
  assert_next (listener, 1);

  for (guint i = 0; i < 2; i++)
    eric_listener_stop (listener);
  g_assert_false (eric_listener_get_running (listener));
  g_assert_cmpuint (notified, ==, 2);
  push (listener, 3, 3);
  assert_none (listener);

  eric_listener_start (listener);
  assert_next (listener, 2);
  assert_next (listener, 3);
  assert_none (listener);
  test_finalize (listener);
}

static void
seen_cb (EricListener *listener,
         EricMessage  *message,
         gpointer      user_data)
{
  g_string_append_printf (user_data, "%" G_GINT64_FORMAT " ", get_number (message));
}

static void
test_listener_on_message_once (void)
{
  EricListener *listener = g_object_new (TEST_TYPE_LISTENER, NULL);
  g_autoptr (GString) signalled = g_string_new (NULL);
  GAsyncResult *result = NULL;
  gulong handler;

  eric_listener_start (listener);
  push (listener, 0, 5);
  assert_next (listener, 0);
  handler = g_signal_connect (listener, "message", G_CALLBACK (seen_cb), signalled);
  assert_next (listener, 1);
  start_next (listener, NULL, &result);
  finish_next (listener, &result, 2);
  g_signal_handler_disconnect (listener, handler);
  assert_next (listener, 3);
  start_next (listener, NULL, &result);
  finish_next (listener, &result, 4);
  g_assert_cmpstr (signalled->str, ==, "1 2 ");
  g_assert_cmpstr (TEST_LISTENER (listener)->seen->str, ==, "0 1 2 3 4 ");
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  test_finalize (listener);
}

/* Two are pushed into a queue of three that is full already. */
static void
test_listener_overflow (void)
{
  static const struct { EricOverflow overflow; gint64 first; gboolean taken; guint dropped; } table[] = {
    { ERIC_OVERFLOW_DROP_OLDEST, 3, TRUE, 2 },
    { ERIC_OVERFLOW_DROP_NEWEST, 1, TRUE, 2 },
    { ERIC_OVERFLOW_REJECT, 1, FALSE, 0 },
    { ERIC_OVERFLOW_STOP, 1, TRUE, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      EricListener *listener = g_object_new (ERIC_TYPE_LISTENER, "capacity", 3,
                                             "overflow", table[i].overflow, NULL);

      push (listener, 1, 3);
      g_assert_cmpuint (eric_listener_get_dropped (listener), ==, 0);
      for (gint64 number = 4; number <= 5; number++)
        {
          g_autoptr (EricMessage) message = new_message (number);
          g_autoptr (GError) error = NULL;

          g_assert_cmpint (eric_listener_push (listener, message, &error), ==, table[i].taken);
          g_assert_cmpint (g_error_matches (error, ERIC_ERROR, ERIC_ERROR_QUEUE_FULL), ==,
                           !table[i].taken);
        }
      g_assert_cmpuint (eric_listener_get_dropped (listener), ==, table[i].dropped);
      g_assert_cmpuint (eric_listener_get_pending (listener), ==, 3);
      eric_listener_start (listener);
      assert_next (listener, table[i].first);
      push (listener, 6, 6);
      assert_next (listener, table[i].first + 1);
      assert_next (listener, table[i].first + 2);
      assert_next (listener, 6);
      assert_none (listener);
      test_finalize (listener);
    }
}

/* It tells once that it stops, and whoever waits that the stream ended. */
static void
test_listener_overflow_stop (void)
{
  EricListener *listener = g_object_new (ERIC_TYPE_LISTENER, "capacity", 1,
                                         "overflow", ERIC_OVERFLOW_STOP, NULL);
  GAsyncResult *result = NULL;
  guint notified = 0;

  eric_listener_start (listener);
  g_signal_connect (listener, "notify::running", G_CALLBACK (count_notify_cb), &notified);
  start_next (listener, NULL, &result);
  test_settle ();
  push (listener, 1, 1);
  g_assert_true (eric_listener_get_running (listener));
  g_assert_cmpuint (notified, ==, 0);
  push (listener, 2, 3);
  g_assert_false (eric_listener_get_running (listener));
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (eric_listener_get_dropped (listener), ==, 2);
  finish_next (listener, &result, AT_END);
  assert_none (listener);

  eric_listener_start (listener);
  assert_next (listener, 1);
  assert_none (listener);
  test_finalize (listener);
}

static void
test_listener_capacity (void)
{
  EricListener *listener = eric_listener_new ();
  guint notified = 0;

  g_signal_connect (listener, "notify::capacity", G_CALLBACK (count_notify_cb), &notified);
  g_signal_connect (listener, "notify::overflow", G_CALLBACK (count_notify_cb), &notified);
  eric_listener_set_capacity (listener, 0);
  eric_listener_set_overflow (listener, ERIC_OVERFLOW_DROP_OLDEST);
  g_assert_cmpuint (notified, ==, 0);
  push (listener, 1, 5);
  eric_listener_set_capacity (listener, 2);
  eric_listener_set_overflow (listener, ERIC_OVERFLOW_DROP_NEWEST);
  g_assert_cmpuint (notified, ==, 2);
  g_assert_cmpuint (eric_listener_get_capacity (listener), ==, 2);
  g_assert_cmpint (eric_listener_get_overflow (listener), ==, ERIC_OVERFLOW_DROP_NEWEST);
  push (listener, 6, 6);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 5);   /* what is there stays */
  test_finalize (listener);
}

/* Takes over @batch. */
static void
assert_batch (GPtrArray *batch,
              gint64     from,
              gint64     to)
{
  g_assert_nonnull (batch);
  g_assert_cmpuint (batch->len, ==, to - from + 1);
  for (guint i = 0; i < batch->len; i++)
    g_assert_cmpint (get_number (batch->pdata[i]), ==, from + i);
  g_ptr_array_unref (batch);
}

static void
next_batch (EricListener *listener,
            guint         max_messages,
            gint64        from,
            gint64        to)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;
  gboolean waits = eric_listener_get_pending (listener) == 0;

  eric_listener_next_batch_async (listener, max_messages, G_PRIORITY_DEFAULT, NULL,
                                  test_keep_result, &result);
  if (waits)
    push (listener, from, to + 1);
  test_wait_until (result != NULL);
  assert_batch (eric_listener_next_batch_finish (listener, result, &error), from, to);
  g_assert_no_error (error);
  g_object_unref (result);
}

static void
test_listener_batch (void)
{
  EricListener *listener = g_object_new (TEST_TYPE_LISTENER, NULL);

  eric_listener_start (listener);
  push (listener, 1, 10);
  assert_batch (eric_listener_deliver_batch (listener, 1, NULL), 1, 1);
  assert_batch (eric_listener_deliver_batch (listener, 4, NULL), 2, 5);
  assert_batch (eric_listener_deliver_batch (listener, G_MAXUINT, NULL), 6, 10);
  assert_none (listener);
  g_assert_cmpstr (TEST_LISTENER (listener)->seen->str, ==, "1 2 3 4 5 6 7 8 9 10 ");

  push (listener, 1, 5);
  next_batch (listener, 3, 1, 3);
  next_batch (listener, 3, 4, 5);
  next_batch (listener, 1, 6, 6);   /* waits, and is given two */
  next_batch (listener, 9, 7, 7);
  test_finalize (listener);
}

static void
test_listener_stop_in_batch (void)
{
  EricListener *listener = g_object_new (TEST_TYPE_LISTENER, NULL);

  TEST_LISTENER (listener)->stop_at = 3;
  eric_listener_start (listener);
  push (listener, 1, 6);
  assert_batch (eric_listener_deliver_batch (listener, 10, NULL), 1, 3);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 3);
  assert_none (listener);

  TEST_LISTENER (listener)->stop_at = 5;
  eric_listener_start (listener);
  next_batch (listener, 10, 4, 5);
  g_assert_false (eric_listener_get_running (listener));
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  test_finalize (listener);
}

static void
test_listener_next_ready (void)
{
  EricListener *listener = new_running ();
  GAsyncResult *result = NULL;

  push (listener, 1, 2);
  start_next (listener, NULL, &result);
  g_assert_null (result);   /* never from within the call */
  finish_next (listener, &result, 1);
  eric_listener_stop (listener);
  start_next (listener, NULL, &result);
  finish_next (listener, &result, AT_END);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 1);
  test_finalize (listener);
}

static gpointer
push_thread (gpointer data)
{
  push (data, 1, 1);
  return NULL;
}

static void
test_listener_next_from_thread (void)
{
  EricListener *listener = new_running ();

  for (guint i = 0; i < 50; i++)
    {
      GAsyncResult *result = NULL;
      GThread *thread;

      start_next (listener, NULL, &result);
      if (i % 2 == 0)
        test_settle ();
      thread = g_thread_new ("push", push_thread, listener);
      finish_next (listener, &result, 1);
      g_thread_join (thread);
    }
  test_finalize (listener);
}

/* Also who comes when another was woken already must not overtake it. */
static void
test_listener_next_order (void)
{
  EricListener *listener = new_running ();
  GAsyncResult *results[5] = { NULL, };

  for (guint i = 0; i < 4; i++)
    start_next (listener, NULL, &results[i]);
  test_settle ();
  push (listener, 0, 1);
  test_settle ();
  g_assert_null (results[2]);
  push (listener, 2, 3);
  start_next (listener, NULL, &results[4]);
  test_settle ();
  for (guint i = 0; i < 4; i++)
    finish_next (listener, &results[i], i);
  g_assert_null (results[4]);
  push (listener, 4, 4);
  finish_next (listener, &results[4], 4);
  test_finalize (listener);
}

static void
nested_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  EricListener *listener = ERIC_LISTENER (source);
  GAsyncResult *outer = g_object_ref (result), *inner = NULL;

  start_next (listener, NULL, &inner);
  test_settle ();
  push (listener, 2, 2);
  test_settle ();
  g_assert_nonnull (inner);
  finish_next (listener, &inner, 2);
  finish_next (listener, &outer, 1);
  *(gboolean *) user_data = TRUE;
}

/* A callback may turn the main context, and wait for the next message there. */
static void
test_listener_next_nested (void)
{
  EricListener *listener = new_running ();
  gboolean done = FALSE;

  eric_listener_next_async (listener, G_PRIORITY_DEFAULT, NULL, nested_cb, &done);
  test_settle ();
  push (listener, 1, 1);
  test_wait_until (done);
  test_finalize (listener);
}

static void
test_listener_cancel_waiting (void)
{
  EricListener *listener = new_running ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *first = NULL, *second = NULL;

  start_next (listener, cancellable, &first);
  start_next (listener, NULL, &second);
  test_settle ();
  g_cancellable_cancel (cancellable);
  finish_next (listener, &first, CANCELLED);
  g_assert_null (second);
  push (listener, 1, 1);
  finish_next (listener, &second, 1);

  push (listener, 2, 2);   /* and one that is cancelled from the start */
  start_next (listener, cancellable, &first);
  finish_next (listener, &first, CANCELLED);
  assert_next (listener, 2);

  /* The push wakes the first, which is cancelled before it looks. */
  g_cancellable_reset (cancellable);
  start_next (listener, cancellable, &first);
  start_next (listener, NULL, &second);
  test_settle ();
  push (listener, 3, 3);
  g_cancellable_cancel (cancellable);
  finish_next (listener, &first, CANCELLED);
  finish_next (listener, &second, 3);
  test_finalize (listener);
}

/* A message that was taken comes out, though the cancellation comes before
 * _finish: for one that was there at once, and for one that was waited for. */
static void
test_listener_cancel_taken (void)
{
  EricListener *listener = new_running ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *result = NULL;

  push (listener, 1, 1);
  start_next (listener, cancellable, &result);
  g_cancellable_cancel (cancellable);
  finish_next (listener, &result, 1);

  g_cancellable_reset (cancellable);
  start_next (listener, cancellable, &result);
  test_settle ();
  push (listener, 2, 2);
  test_settle ();
  g_cancellable_cancel (cancellable);
  finish_next (listener, &result, 2);
  test_finalize (listener);
}

/* Served, cancelled and stopped tasks alike are done once: test_keep_result
 * refuses a second result. */
static void
test_listener_exactly_once (void)
{
  EricListener *listener = new_running ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GAsyncResult *results[30] = { NULL, }, *batch = NULL;
  gint64 served = 0;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 30; i++)
    start_next (listener, i % 3 == 1 ? cancellable : NULL, &results[i]);
  eric_listener_next_batch_async (listener, 3, G_PRIORITY_DEFAULT, NULL, test_keep_result, &batch);
  test_settle ();
  push (listener, 0, 9);
  g_cancellable_cancel (cancellable);
  test_settle ();
  eric_listener_stop (listener);
  push (listener, 10, 12);
  test_settle ();
  for (guint i = 0; i < 30; i++)
    finish_next (listener, &results[i], i % 3 == 1 ? CANCELLED : served < 10 ? served++ : AT_END);
  g_assert_null (eric_listener_next_batch_finish (listener, batch, &error));
  g_assert_no_error (error);
  g_object_unref (batch);
  g_assert_cmpuint (eric_listener_get_pending (listener), ==, 3);
  test_finalize (listener);
}

#define N_PRODUCERS 4
#define N_CONSUMERS 2
#define N_EACH      1500

static int n_producers;   /* (atomic) */
static int n_consumed;    /* (atomic) */

static gpointer
produce_thread (gpointer listener)
{
  gint64 first = g_atomic_int_add (&n_producers, 1) * N_EACH;

  push (listener, first, first + N_EACH - 1);
  return NULL;
}

/* Reads until all is read or the stream ends, in a main context of its own. */
static gpointer
consume_thread (gpointer listener)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *batch;

  g_main_context_push_thread_default (context);
  do
    {
      GAsyncResult *result = NULL;

      eric_listener_next_batch_async (listener, 7, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
      test_wait_until (result != NULL);
      batch = eric_listener_next_batch_finish (listener, result, NULL);
      g_object_unref (result);
      if (batch != NULL &&
          g_atomic_int_add (&n_consumed, batch->len) + (int) batch->len == N_PRODUCERS * N_EACH)
        eric_listener_stop (listener);
      if (batch != NULL)
        g_ptr_array_extend_and_steal (all, batch);
    }
  while (eric_listener_get_running (listener));
  g_main_context_pop_thread_default (context);
  return all;
}

/* Nothing is lost or given twice, and the order of each producer is kept. */
static void
test_listener_threads (void)
{
  EricListener *listener = new_running ();
  GThread *producing[N_PRODUCERS], *consuming[N_CONSUMERS];
  guint n_got = 0;

  for (guint i = 0; i < N_CONSUMERS; i++)
    consuming[i] = g_thread_new ("consume", consume_thread, listener);
  for (guint i = 0; i < N_PRODUCERS; i++)
    producing[i] = g_thread_new ("produce", produce_thread, listener);
  for (guint i = 0; i < N_PRODUCERS; i++)
    g_thread_join (producing[i]);
  for (guint i = 0; i < N_CONSUMERS; i++)
    {
      g_autoptr (GPtrArray) got = g_thread_join (consuming[i]);
      gint64 last[N_PRODUCERS] = { -1, -1, -1, -1 };

      for (guint j = 0; j < got->len; j++)
        {
          gint64 number = get_number (got->pdata[j]);

          g_assert_cmpint (number, >, last[number / N_EACH]);
          last[number / N_EACH] = number;
          g_assert_false (g_object_get_data (got->pdata[j], "got"));
          g_object_set_data (got->pdata[j], "got", listener);
        }
      n_got += got->len;
    }
  g_assert_cmpuint (n_got, ==, N_PRODUCERS * N_EACH);
  test_finalize (listener);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/listener/defaults", test_listener_defaults);
  g_test_add_func ("/eric/listener/start-stop", test_listener_start_stop);
  g_test_add_func ("/eric/listener/on-message-once", test_listener_on_message_once);
  g_test_add_func ("/eric/listener/overflow", test_listener_overflow);
  g_test_add_func ("/eric/listener/overflow-stop", test_listener_overflow_stop);
  g_test_add_func ("/eric/listener/capacity", test_listener_capacity);
  g_test_add_func ("/eric/listener/batch", test_listener_batch);
  g_test_add_func ("/eric/listener/stop-in-batch", test_listener_stop_in_batch);
  g_test_add_func ("/eric/listener/next-ready", test_listener_next_ready);
  g_test_add_func ("/eric/listener/next-from-thread", test_listener_next_from_thread);
  g_test_add_func ("/eric/listener/next-order", test_listener_next_order);
  g_test_add_func ("/eric/listener/next-nested", test_listener_next_nested);
  g_test_add_func ("/eric/listener/cancel-waiting", test_listener_cancel_waiting);
  g_test_add_func ("/eric/listener/cancel-taken", test_listener_cancel_taken);
  g_test_add_func ("/eric/listener/exactly-once", test_listener_exactly_once);
  g_test_add_func ("/eric/listener/threads", test_listener_threads);
  return g_test_run ();
}
