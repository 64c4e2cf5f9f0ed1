/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <eric-sse.h>

#include "test-util.h"

#define TEST_TYPE_CHANNEL (test_channel_get_type ())
G_DECLARE_FINAL_TYPE (TestChannel, test_channel, TEST, CHANNEL, EricChannel)

struct _TestChannel
{
  EricChannel  parent_instance;

  guint        n_made;   /* if not 0, the listeners are numbered from here */
  int          over;     /* (atomic): nothing more will be sent */
};

G_DEFINE_FINAL_TYPE (TestChannel, test_channel, ERIC_TYPE_CHANNEL)

static EricListener *
test_channel_create_listener (EricChannel *channel)
{
  TestChannel *self = TEST_CHANNEL (channel);
  g_autofree char *id = NULL;

  if (self->n_made == 0)
    return ERIC_CHANNEL_CLASS (test_channel_parent_class)->create_listener (channel);
  id = g_strdup_printf ("made-%u", self->n_made++);
  return eric_listener_new_with_id (id);
}

static EricMessage *
test_channel_adapt (EricChannel *channel,
                    EricMessage *message)
{
  return eric_message_copy_with_id (message, "adapted", NULL);
}

static void
test_channel_class_init (TestChannelClass *klass)
{
  ERIC_CHANNEL_CLASS (klass)->create_listener = test_channel_create_listener;
  ERIC_CHANNEL_CLASS (klass)->adapt = test_channel_adapt;
}

static void
test_channel_init (TestChannel *self)
{
}

static EricChannel *
new_channel (const char *id)
{
  return g_object_new (TEST_TYPE_CHANNEL, "id", id, NULL);
}

/* Adds a listener, which runs. (transfer full) */
static EricListener *
add (EricChannel *channel,
     const char  *id)
{
  EricListener *listener = eric_listener_new_with_id (id);
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_channel_register_listener (channel, listener, &error));
  g_assert_no_error (error);
  eric_listener_start (listener);
  return listener;
}

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
broadcast (EricChannel *channel,
           gint64       number)
{
  g_autoptr (EricMessage) message = new_message (number);
  g_autoptr (GError) error = NULL;

  g_assert_true (eric_channel_broadcast (channel, message, &error));
  g_assert_no_error (error);
}

static void
assert_next (EricListener *listener,
             gint64        number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_listener_deliver_next (listener, &error);

  g_assert_no_error (error);
  g_assert_nonnull (eric_message_get_payload (message));
  g_assert_cmpint (get_number (message), ==, number);
}

static void
assert_next_closed (EricListener *listener)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_listener_deliver_next (listener, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (eric_message_get_event_type (message), ==, ERIC_MESSAGE_TYPE_CLOSED);
  g_assert_null (eric_message_get_payload (message));
}

#define assert_fails(call, code, text) \
  G_STMT_START { \
    g_autoptr (GError) error = NULL; \
    g_assert_false (call); \
    g_assert_error (error, ERIC_ERROR, code); \
    g_assert_cmpstr (error->message, ==, text); \
  } G_STMT_END

static void
count_cb (gpointer object,
          gpointer argument,
          gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_channel_properties (void)
{
  EricChannel *channel = new_channel ("news");
  g_autoptr (EricChannel) unnamed = new_channel (NULL);
  g_autofree char *id = NULL;
  guint delay, notified = 0;
  gboolean closed;

  g_assert_true (G_TYPE_IS_ABSTRACT (ERIC_TYPE_CHANNEL));
  g_object_get (channel, "id", &id, "stream-delay", &delay, "closed", &closed, NULL);
  g_assert_cmpstr (id, ==, "news");
  g_assert_cmpstr (eric_channel_get_id (channel), ==, "news");
  g_assert_cmpuint (delay, ==, 0);
  g_assert_false (closed);
  g_assert_true (g_uuid_string_is_valid (eric_channel_get_id (unnamed)));

  g_signal_connect (channel, "notify::stream-delay", G_CALLBACK (count_cb), &notified);
  eric_channel_set_stream_delay (channel, 0);
  g_assert_cmpuint (notified, ==, 0);
  g_object_set (channel, "stream-delay", 20, NULL);
  eric_channel_set_stream_delay (channel, 20);
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (eric_channel_get_stream_delay (channel), ==, 20);
  test_finalize (channel);
}

static void
test_channel_listeners (void)
{
  EricChannel *channel = new_channel (NULL);
  g_autoptr (GError) error = NULL;
  EricListener *made, *plain, *found, *own = add (channel, "own");
  g_auto (GStrv) ids = NULL;

  plain = eric_channel_add_listener (channel, &error);
  g_assert_no_error (error);
  g_assert_false (eric_listener_get_running (plain));
  TEST_CHANNEL (channel)->n_made = 1;
  made = eric_channel_add_listener (channel, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eric_listener_get_id (made), ==, "made-1");

  found = eric_channel_get_listener (channel, "made-1", &error);
  g_assert_no_error (error);
  g_assert_true (found == made);
  g_object_unref (found);
  ids = eric_channel_get_listener_ids (channel);
  g_assert_cmpuint (g_strv_length (ids), ==, 3);
  g_assert_true (g_strv_contains ((const char *const *) ids, "own"));
  g_assert_true (g_strv_contains ((const char *const *) ids, "made-1"));
  g_assert_true (g_strv_contains ((const char *const *) ids, eric_listener_get_id (plain)));

  broadcast (channel, 1);
  g_assert_true (eric_channel_remove_listener (channel, "own", &error));
  g_assert_no_error (error);
  broadcast (channel, 2);
  assert_next (own, 1);
  assert_next_closed (own);
  g_assert_cmpuint (eric_listener_get_pending (own), ==, 0);
  g_assert_cmpuint (eric_listener_get_pending (made), ==, 2);
  g_assert_true (eric_channel_register_listener (channel, own, &error));
  test_finalize (channel);
  test_finalize (own);
  test_finalize (made);
  test_finalize (plain);
}

static void
test_channel_duplicate (void)
{
  g_autoptr (EricChannel) channel = new_channel ("c");
  g_autoptr (EricListener) first = add (channel, "twice");
  EricListener *second = eric_listener_new_with_id ("twice");
  guint added = 0;

  g_signal_connect (channel, "listener-added", G_CALLBACK (count_cb), &added);
  assert_fails (eric_channel_register_listener (channel, second, &error),
                ERIC_ERROR_INVALID_LISTENER, "Channel “c” already has a listener “twice”");
  assert_fails (eric_channel_register_listener (channel, first, &error),
                ERIC_ERROR_INVALID_LISTENER, "Channel “c” already has a listener “twice”");
  g_assert_cmpuint (added, ==, 0);
  test_finalize (second);
  broadcast (channel, 1);
  g_assert_cmpuint (eric_listener_get_pending (first), ==, 1);
}

static void
test_channel_unknown (void)
{
  g_autoptr (EricChannel) channel = new_channel ("c");
  g_autoptr (EricListener) other = add (channel, "known");
  g_autoptr (EricMessage) message = new_message (1);
  const char *text = "Channel “c” has no listener “me”";

  assert_fails (eric_channel_dispatch (channel, "me", message, &error),
                ERIC_ERROR_INVALID_LISTENER, text);
  assert_fails (eric_channel_deliver_next (channel, "me", &error), ERIC_ERROR_INVALID_LISTENER, text);
  assert_fails (eric_channel_deliver_batch (channel, "me", 1, &error),
                ERIC_ERROR_INVALID_LISTENER, text);
  assert_fails (eric_channel_remove_listener (channel, "me", &error),
                ERIC_ERROR_INVALID_LISTENER, text);
  assert_fails (eric_channel_get_listener (channel, "me", &error), ERIC_ERROR_INVALID_LISTENER, text);
  g_assert_cmpuint (eric_listener_get_pending (other), ==, 0);
}

static void
test_channel_deliver (void)
{
  g_autoptr (EricChannel) channel = new_channel ("c");
  g_autoptr (EricListener) listener = add (channel, "me");
  g_autoptr (EricMessage) message = NULL;
  g_autoptr (GPtrArray) batch = NULL;
  g_autoptr (GError) error = NULL;

  for (gint64 i = 0; i < 4; i++)
    broadcast (channel, i);
  message = eric_channel_deliver_next (channel, "me", &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_number (message), ==, 0);
  g_assert_null (eric_message_get_id (message));   /* adapt is for streams */
  batch = eric_channel_deliver_batch (channel, "me", 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (batch->len, ==, 2);
  g_assert_cmpint (get_number (batch->pdata[1]), ==, 2);
  assert_next (listener, 3);
  g_assert_null (eric_channel_deliver_next (channel, "me", &error));
  g_assert_error (error, ERIC_ERROR, ERIC_ERROR_NO_MESSAGES);
}

static void
test_channel_broadcast (void)
{
  g_autoptr (EricChannel) channel = new_channel (NULL);
  EricListener *listeners[50];
  g_autoptr (EricMessage) message = new_message (7);
  g_autoptr (GError) error = NULL;

  broadcast (channel, 0);
  for (guint i = 0; i < 50; i++)
    listeners[i] = add (channel, NULL);
  broadcast (channel, 1);
  g_assert_true (eric_channel_dispatch (channel, eric_listener_get_id (listeners[9]), message, &error));
  g_assert_no_error (error);
  broadcast (channel, 2);
  for (guint i = 0; i < 50; i++)
    {
      assert_next (listeners[i], 1);
      if (i == 9)
        assert_next (listeners[i], 7);
      assert_next (listeners[i], 2);
      g_assert_cmpuint (eric_listener_get_pending (listeners[i]), ==, 0);
      g_object_unref (listeners[i]);
    }
}

static void
test_channel_queue_full (void)
{
  g_autoptr (EricChannel) channel = new_channel (NULL);
  g_autoptr (EricListener) full = add (channel, "full");
  g_autoptr (EricListener) one = add (channel, "one");
  g_autoptr (EricListener) two = add (channel, "two");
  g_autoptr (EricMessage) message = new_message (2);

  eric_listener_set_capacity (full, 1);
  eric_listener_set_overflow (full, ERIC_OVERFLOW_REJECT);
  broadcast (channel, 1);
  assert_fails (eric_channel_broadcast (channel, message, &error), ERIC_ERROR_QUEUE_FULL,
                "The queues of 1 of 3 listeners are full");
  assert_fails (eric_channel_dispatch (channel, "full", message, &error), ERIC_ERROR_QUEUE_FULL,
                "The queue of listener “full” is full");
  assert_next (one, 1);
  assert_next (one, 2);
  assert_next (two, 1);
  assert_next (two, 2);
  assert_next (full, 1);
  broadcast (channel, 3);
  assert_next (full, 3);
  g_assert_cmpuint (eric_listener_get_dropped (full), ==, 0);
}

/* Calls back into the channel, with a broadcast of its own. */
static void
stopped_cb (EricListener *listener,
            GParamSpec   *pspec,
            gpointer      user_data)
{
  g_assert_false (eric_listener_get_running (listener));
  broadcast (user_data, 100);
  g_assert_true (eric_channel_remove_listener (user_data, eric_listener_get_id (listener), NULL));
}

static void
test_channel_overflow_stop (void)
{
  g_autoptr (EricChannel) channel = new_channel (NULL);
  g_autoptr (EricListener) slow = add (channel, "slow");
  g_autoptr (EricListener) fast = add (channel, "fast");
  g_autoptr (EricListener) second = add (channel, "second");
  g_autoptr (EricMessage) message = new_message (3);

  eric_listener_set_overflow (slow, ERIC_OVERFLOW_STOP);
  eric_listener_set_capacity (slow, 1);
  g_signal_connect (slow, "notify::running", G_CALLBACK (stopped_cb), channel);
  broadcast (channel, 1);
  broadcast (channel, 2);
  assert_next (fast, 1);
  assert_next (fast, 2);
  assert_next (fast, 100);
  g_assert_cmpuint (eric_listener_get_dropped (slow), ==, 2);
  g_assert_cmpuint (eric_listener_get_pending (slow), ==, 2);   /* the last is the farewell */

  eric_listener_set_overflow (second, ERIC_OVERFLOW_STOP);
  eric_listener_set_capacity (second, 3);
  g_signal_connect (second, "notify::running", G_CALLBACK (stopped_cb), channel);
  g_assert_true (eric_channel_dispatch (channel, "second", message, NULL));
  assert_next (fast, 100);
  g_assert_null (eric_channel_get_listener (channel, "second", NULL));
}

static void
test_channel_close (void)
{
  EricChannel *channel = new_channel ("c");
  EricListener *full = add (channel, "full"), *idle = add (channel, "idle");
  g_autoptr (EricListener) late = eric_listener_new ();
  g_autoptr (EricMessage) message = new_message (2);
  const char *text = "Channel “c” is closed";
  guint notified = 0;

  eric_listener_set_capacity (full, 1);
  eric_listener_set_overflow (full, ERIC_OVERFLOW_REJECT);
  broadcast (channel, 1);
  g_signal_connect (channel, "notify::closed", G_CALLBACK (count_cb), &notified);
  eric_channel_close (channel);
  eric_channel_close (channel);
  g_assert_true (eric_channel_get_closed (channel));
  g_assert_cmpuint (notified, ==, 1);

  assert_fails (eric_channel_broadcast (channel, message, &error), ERIC_ERROR_INVALID_CHANNEL, text);
  assert_fails (eric_channel_dispatch (channel, "idle", message, &error),
                ERIC_ERROR_INVALID_CHANNEL, text);
  assert_fails (eric_channel_dispatch (channel, "none", message, &error),
                ERIC_ERROR_INVALID_CHANNEL, text);
  assert_fails (eric_channel_register_listener (channel, late, &error),
                ERIC_ERROR_INVALID_CHANNEL, text);
  assert_fails (eric_channel_add_listener (channel, &error), ERIC_ERROR_INVALID_CHANNEL, text);
  assert_fails (eric_channel_watch (channel, &error), ERIC_ERROR_INVALID_CHANNEL, text);

  g_assert_true (eric_channel_remove_listener (channel, "full", NULL));
  assert_next (full, 1);
  assert_next_closed (full);
  g_assert_cmpuint (eric_listener_get_pending (full), ==, 0);
  assert_next (idle, 1);
  assert_next_closed (idle);
  g_assert_cmpuint (eric_listener_get_pending (idle), ==, 0);
  test_finalize (channel);
  test_finalize (idle);
  test_finalize (full);
}

static void
added_cb (EricChannel  *channel,
          EricListener *listener,
          gpointer      user_data)
{
  g_autoptr (EricListener) found =
    eric_channel_get_listener (channel, eric_listener_get_id (listener), NULL);

  g_assert_true (found == listener);
  g_string_append_printf (user_data, "+%s ", eric_listener_get_id (listener));
  broadcast (channel, 1);
}

static void
removed_cb (EricChannel  *channel,
            EricListener *listener,
            gpointer      user_data)
{
  g_autoptr (EricListener) again = NULL;

  g_assert_null (eric_channel_get_listener (channel, eric_listener_get_id (listener), NULL));
  g_string_append_printf (user_data, "-%s ", eric_listener_get_id (listener));
  if (g_str_equal (eric_listener_get_id (listener), "a"))
    again = add (channel, "c");
}

static void
closed_cb (EricChannel *channel,
           GParamSpec  *pspec,
           gpointer     user_data)
{
  eric_channel_close (channel);
  g_string_append (user_data, eric_channel_get_closed (channel) ? "closed" : "open");
}

static void
test_channel_signals (void)
{
  g_autoptr (EricChannel) channel = new_channel (NULL);
  GString *story = g_string_new (NULL);
  g_autoptr (EricListener) a = NULL;
  g_autoptr (EricListener) b = NULL;

  g_signal_connect (channel, "listener-added", G_CALLBACK (added_cb), story);
  g_signal_connect (channel, "listener-removed", G_CALLBACK (removed_cb), story);
  g_signal_connect (channel, "notify::closed", G_CALLBACK (closed_cb), story);
  a = add (channel, "a");
  b = add (channel, "b");
  g_assert_true (eric_channel_remove_listener (channel, "a", NULL));
  g_assert_false (eric_channel_remove_listener (channel, "a", NULL));
  g_assert_true (eric_channel_remove_listener (channel, "b", NULL));
  eric_channel_close (channel);
  g_assert_cmpstr (story->str, ==, "+a +b -a +c -b closed");
  g_assert_cmpuint (eric_listener_get_pending (a), ==, 3);
  g_assert_cmpuint (eric_listener_get_pending (b), ==, 3);
  g_string_free (story, TRUE);
}

static void
test_channel_adapt_in_stream (void)
{
  g_autoptr (EricChannel) channel = new_channel (NULL);
  g_autoptr (EricMessageStream) stream = eric_channel_watch (channel, NULL);
  g_autoptr (EricMessage) message = NULL;
  GAsyncResult *result = NULL;

  broadcast (channel, 5);
  eric_message_stream_next_async (stream, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  message = eric_message_stream_next_finish (stream, result, NULL);
  g_assert_cmpint (get_number (message), ==, 5);
  g_assert_cmpstr (eric_message_get_id (message), ==, "adapted");
  g_object_unref (result);
}

#define N_SENDERS   4
#define N_EACH      5000
#define N_ALL       (N_SENDERS * N_EACH)
#define N_LISTENERS 3
#define N_GUESTS    40

typedef struct
{
  EricChannel *channel;
  gint64       first;
} Sender;

static gpointer
send_thread (gpointer data)
{
  Sender *sender = data;

  for (gint64 i = 0; i < N_EACH; i++)
    broadcast (sender->channel, sender->first + i);
  return NULL;
}

/* Comes and goes while the others send; returns who was there. */
static gpointer
guest_thread (gpointer data)
{
  GPtrArray *guests = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_GUESTS; i++)
    {
      EricListener *guest = add (data, NULL);

      g_ptr_array_add (guests, guest);
      while (eric_listener_get_pending (guest) < 3 && !g_atomic_int_get (&TEST_CHANNEL (data)->over))
        g_thread_yield ();
      g_assert_true (eric_channel_remove_listener (data, eric_listener_get_id (guest), NULL));
    }
  return guests;
}

/* What a listener got is a piece of the whole, without a hole; a farewell ends it. */
static void
check_guest (EricListener *guest,
             const gint64 *order,
             const guint  *places)
{
  g_autoptr (GPtrArray) got = eric_listener_deliver_batch (guest, G_MAXUINT, NULL);

  g_assert_nonnull (got);
  for (guint i = 0; i < got->len - 1; i++)
    g_assert_cmpint (get_number (got->pdata[i]), ==, order[places[get_number (got->pdata[0])] + i]);
  g_assert_cmpstr (eric_message_get_event_type (got->pdata[got->len - 1]), ==, ERIC_MESSAGE_TYPE_CLOSED);
}

static void
check_order (EricListener **listeners,
             gint64        *order,
             guint         *places)
{
  gint64 last[N_SENDERS] = { -1, -1, -1, -1 };

  for (guint i = 0; i < N_ALL; i++)
    {
      g_autoptr (EricMessage) message = eric_listener_deliver_next (listeners[0], NULL);

      g_assert_nonnull (message);
      order[i] = get_number (message);
      places[order[i]] = i;
      g_assert_cmpint (order[i], >, last[order[i] / N_EACH]);
      last[order[i] / N_EACH] = order[i];
      for (guint j = 1; j < N_LISTENERS; j++)
        assert_next (listeners[j], order[i]);
    }
  /* As many as were sent, and rising for each sender: each of them once. */
  for (guint i = 0; i < N_SENDERS; i++)
    g_assert_cmpint (last[i], ==, (i + 1) * N_EACH - 1);
  for (guint j = 0; j < N_LISTENERS; j++)
    g_assert_cmpuint (eric_listener_get_pending (listeners[j]), ==, 0);
}

static void
test_channel_threads (void)
{
  EricChannel *channel = new_channel (NULL);
  g_autofree gint64 *order = g_new0 (gint64, N_ALL);
  g_autofree guint *places = g_new0 (guint, N_ALL);
  EricListener *listeners[N_LISTENERS];
  Sender senders[N_SENDERS];
  GThread *sending[N_SENDERS], *coming[2];

  for (guint i = 0; i < N_LISTENERS; i++)
    listeners[i] = add (channel, NULL);
  for (guint i = 0; i < 2; i++)
    coming[i] = g_thread_new ("guest", guest_thread, channel);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      senders[i] = (Sender) { channel, i * N_EACH };
      sending[i] = g_thread_new ("send", send_thread, &senders[i]);
    }
  for (guint i = 0; i < N_SENDERS; i++)
    g_thread_join (sending[i]);
  g_atomic_int_set (&TEST_CHANNEL (channel)->over, TRUE);

  check_order (listeners, order, places);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) guests = g_thread_join (coming[i]);

      g_assert_cmpuint (guests->len, ==, N_GUESTS);
      for (guint j = 0; j < guests->len; j++)
        check_guest (guests->pdata[j], order, places);
    }
  test_finalize (channel);
  for (guint i = 0; i < N_LISTENERS; i++)
    test_finalize (listeners[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/channel/properties", test_channel_properties);
  g_test_add_func ("/eric/channel/listeners", test_channel_listeners);
  g_test_add_func ("/eric/channel/duplicate", test_channel_duplicate);
  g_test_add_func ("/eric/channel/unknown", test_channel_unknown);
  g_test_add_func ("/eric/channel/deliver", test_channel_deliver);
  g_test_add_func ("/eric/channel/broadcast", test_channel_broadcast);
  g_test_add_func ("/eric/channel/queue-full", test_channel_queue_full);
  g_test_add_func ("/eric/channel/overflow-stop", test_channel_overflow_stop);
  g_test_add_func ("/eric/channel/close", test_channel_close);
  g_test_add_func ("/eric/channel/signals", test_channel_signals);
  g_test_add_func ("/eric/channel/adapt-in-stream", test_channel_adapt_in_stream);
  g_test_add_func ("/eric/channel/threads", test_channel_threads);
  return g_test_run ();
}
