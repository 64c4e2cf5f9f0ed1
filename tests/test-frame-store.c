/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-frame-log-private.h"
#include "eric-frame-store-private.h"
#include "test-util.h"

#define NO_LIMIT G_MAXUINT64

static EricFrameBudget *
new_budget (guint64 max)
{
  EricFrameBudget *budget = eric_frame_budget_new ();

  eric_frame_budget_set_max (budget, max);
  return budget;
}

static EricFrameLog *
new_log (guint            n_messages,
         guint64          bytes,
         EricFrameBudget *budget)
{
  EricFrameLog *log = eric_frame_log_new ();

  eric_frame_log_set_history (log, &(EricFrameLimits) { n_messages, 0, bytes });
  eric_frame_log_set_backlog (log, &(EricFrameLimits) { G_MAXUINT, 0, NO_LIMIT });
  if (budget != NULL)
    eric_frame_log_set_budget (log, budget);
  return log;
}

/* Takes over the message. */
static void
append (EricFrameLog *log,
        EricMessage  *message)
{
  g_assert_nonnull (message);
  eric_frame_log_append (log, message, eric_frame_number_next (), FALSE);
  g_object_unref (message);
}

static void
append_text (EricFrameLog *log,
             gsize         length)
{
  g_autofree char *text = g_strnfill (length, 'x');

  append (log, eric_message_new_from_text (NULL, text, NULL));
}

static void
assert_equal (EricMessage *a,
              EricMessage *b)
{
  GVariant *payload = eric_message_get_payload (a);
  gsize length_a, length_b;
  const guint8 *data_a = eric_message_get_data (a, &length_a);
  const guint8 *data_b = eric_message_get_data (b, &length_b);

  g_assert_cmpmem (data_a, length_a, data_b, length_b);
  g_assert_cmpstr (eric_message_get_event_type (a), ==, eric_message_get_event_type (b));
  g_assert_cmpstr (eric_message_get_id (a), ==, eric_message_get_id (b));
  g_assert_cmpstr (eric_message_get_sender_id (a), ==, eric_message_get_sender_id (b));
  if (payload == NULL)
    g_assert_null (eric_message_get_payload (b));
  else
    g_assert_cmpvariant (payload, eric_message_get_payload (b));
}

static GVariant *
parse (const char *text)
{
  return g_variant_new_parsed (text);
}

/* What a program put into a channel is what it gets from the history. */
static void
test_frame_store_same (void)
{
  static const char *const texts[] = {
    "", "a", "a\nb", "\n", "\n\n", "\na", "a\n", "a\r\nb", "\r", "a\rb\nc\r\n", "data: x\n\nid: 7", "7", "null", "“é”",
  };
  static const char *const jsons[] = {
    "7", "-1", "1.5", "1.0", "true", "\"text\"", "\"a\\nb\"", "null", "[]", "{}", "[1, [2, {\"a\": null}]]", "{\"b\": \"\\r\\n\"}",
  };
  g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_object_unref);
  EricFrameLog *log = new_log (1000, NO_LIMIT, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_ptr_array_add (given, eric_message_new_from_text (i % 2 ? "event" : NULL, texts[i], NULL));
      g_ptr_array_add (given, eric_message_new_full ("t: y", g_variant_new_string (texts[i]), "id: 1",
                                                     "the sender", NULL));
    }
  for (guint i = 0; i < G_N_ELEMENTS (jsons); i++)
    g_ptr_array_add (given, eric_message_new_from_json ("event", jsons[i], -1, NULL));
  g_ptr_array_add (given, eric_message_new_from_data (NULL, (const guint8 *) "a\0\r\n\0b", 6, NULL));
  g_ptr_array_add (given, eric_message_new_from_data (NULL, (const guint8 *) "\0", 1, NULL));
  g_ptr_array_add (given, eric_message_new_full (NULL, NULL, NULL, "", NULL));
  g_ptr_array_add (given, eric_message_new_full (NULL, parse ("{'a': <@x 1>, 'b': <0.1>}"), "", NULL, NULL));
  g_ptr_array_add (given, eric_message_new_full ("", parse ("[<1.0>, <@mv nothing>]"), NULL, "s\r", NULL));

  for (guint i = 0; i < given->len; i++)
    append (log, g_object_ref (given->pdata[i]));
  eric_frame_log_replay (log, 0, kept);
  g_assert_cmpuint (kept->len, ==, given->len);
  for (guint i = 0; i < given->len; i++)
    assert_equal (given->pdata[i], kept->pdata[i]);
  eric_frame_log_unref (log);
}

/* What is kept is worth what it takes: a limit of bytes holds for short messages and
 * for long ones, in turns, too. */
static void
test_frame_store_cost (gconstpointer data)
{
  const guint64 limit = 1024 * 1024;
  const guint *lengths = data;
  EricFrameBudget *budget = eric_frame_budget_new ();
  EricFrameLog *log = new_log (G_MAXUINT, limit, budget);

  for (gsize sum = 0, i = 0; sum < 4 * limit; i++)
    {
      append_text (log, lengths[i % 2]);
      sum += lengths[i % 2] + 20;
    }
  g_assert_cmpuint (eric_frame_budget_get_used (budget), >, limit - limit / 4);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), <, limit + limit / 4);

  eric_frame_log_set_history (log, &(EricFrameLimits) { 1, 0, NO_LIMIT });
  g_assert_cmpuint (eric_frame_budget_get_used (budget), <=, ERIC_FRAME_BLOCK_MAX + 1024);
  eric_frame_log_set_history (log, &(EricFrameLimits) { 0, 0, NO_LIMIT });
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_log_unref (log);
  eric_frame_budget_unref (budget);
}

static void
test_frame_store_million (void)
{
  EricFrameBudget *budget = eric_frame_budget_new ();
  EricFrameLog *log = new_log (1000000, NO_LIMIT, budget);

  for (guint i = 0; i < 1000001; i++)
    append (log, eric_message_new_from_text (NULL, "1", NULL));
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 1000000);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), <, 80 * 1000000);
  eric_frame_log_unref (log);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_budget_unref (budget);
}

/* A frame that somebody is sending stays, and is counted, whatever is dropped. */
static void
test_frame_store_shared (void)
{
  EricFrameBudget *budget = eric_frame_budget_new ();
  EricFrameLog *log = new_log (10, NO_LIMIT, budget);
  g_autoptr (GBytes) small = NULL;
  g_autoptr (GBytes) large = NULL;

  append_text (log, 10);
  append_text (log, 1000000);
  small = eric_frame_log_get_frame (log, 0, ERIC_FRAMING_CHUNKED);
  large = eric_frame_log_get_frame (log, 1, ERIC_FRAMING_PLAIN);
  for (guint i = 0; i < 1000; i++)
    append_text (log, i);
  g_assert_null (eric_frame_log_get_frame (log, 1, ERIC_FRAMING_PLAIN));
  g_assert_cmpmem (g_bytes_get_data (small, NULL), g_bytes_get_size (small), "12\r\ndata: xxxxxxxxxx\n\n\r\n", 24);
  g_assert_cmpuint (g_bytes_get_size (large), ==, 1000000 + 8);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), >, 1000000);
  eric_frame_log_unref (log);
  g_clear_pointer (&large, g_bytes_unref);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), <, ERIC_FRAME_BLOCK_MAX);
  g_clear_pointer (&small, g_bytes_unref);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_budget_unref (budget);
}

/* The one that takes all gives up its own, not what others have. */
static void
test_frame_budget_fair (void)
{
  const guint64 max = 4 * 1024 * 1024;
  EricFrameBudget *budget = new_budget (max);
  EricFrameLog *quiet[10], *greedy = new_log (G_MAXUINT, NO_LIMIT, budget);

  for (guint i = 0; i < G_N_ELEMENTS (quiet); i++)
    {
      quiet[i] = new_log (G_MAXUINT, NO_LIMIT, budget);
      for (guint k = 0; k < 100; k++)
        append_text (quiet[i], 1000);
    }
  for (guint i = 0; i < 20000; i++)
    {
      append_text (greedy, 1000);
      g_assert_cmpuint (eric_frame_budget_get_used (budget), <=, max);
    }
  for (guint i = 0; i < G_N_ELEMENTS (quiet); i++)
    {
      g_assert_cmpuint (eric_frame_log_get_history_length (quiet[i]), ==, 100);
      eric_frame_log_unref (quiet[i]);
    }
  g_assert_cmpuint (eric_frame_log_get_history_length (greedy), >, 2000);
  eric_frame_log_unref (greedy);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_budget_unref (budget);
}

static void
wake_cb (EricFrameReader *reader)
{
}

/* Readers that do not read take no more than that, either: neither many of them, nor
 * where each channel has a single message. The last one stays, however large. */
static void
test_frame_budget_backlog (void)
{
  const guint64 max = 1024 * 1024;
  EricFrameBudget *budget = new_budget (max);
  EricFrameLog *logs[100];
  EricFrameReader readers[100] = { 0 };
  guint64 first, end;
  gboolean closed;

  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      logs[i] = new_log (0, 0, budget);
      readers[i].wake = wake_cb;
      eric_frame_log_attach (logs[i], &readers[i]);
      append_text (logs[i], 100000);
      g_assert_cmpuint (eric_frame_budget_get_used (budget), <=, max);
      eric_frame_log_look (logs[i], &first, &end, &closed);
      g_assert_cmpuint (first, ==, 0);
    }
  append_text (logs[0], 2 * max);
  eric_frame_log_look (logs[0], &first, &end, &closed);
  g_assert_cmpuint (end - first, ==, 1);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), <, 2 * max + 1024);
  eric_frame_budget_set_max (budget, 10);
  append_text (logs[1], 10);
  eric_frame_log_look (logs[0], &first, &end, &closed);
  g_assert_cmpuint (first, ==, end);
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      eric_frame_log_detach (logs[i], &readers[i]);
      eric_frame_log_unref (logs[i]);
    }
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_budget_unref (budget);
}

/* Ids of the application's own cost something, too; so does what was there before the
 * budget was. */
static void
test_frame_budget_late (void)
{
  EricFrameBudget *budget = eric_frame_budget_new ();
  EricFrameBudget *other = eric_frame_budget_new ();
  EricFrameLog *log = new_log (10, NO_LIMIT, NULL);
  g_autoptr (EricMessage) message = eric_message_new_full (NULL, NULL, "an id", NULL, NULL);
  guint64 used;

  for (guint i = 0; i < 3; i++)
    eric_frame_log_append (log, message, eric_frame_number_next (), TRUE);
  eric_frame_log_set_budget (log, budget);
  eric_frame_log_set_budget (log, other);
  used = eric_frame_budget_get_used (budget);
  g_assert_cmpuint (used, >, ERIC_FRAME_BLOCK_MIN);
  g_assert_cmpuint (eric_frame_budget_get_used (other), ==, 0);
  eric_frame_log_append (log, message, eric_frame_number_next (), TRUE);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, used);
  eric_frame_log_set_history (log, &(EricFrameLimits) { 0, 0, 0 });
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_log_unref (log);
  eric_frame_budget_unref (other);
  eric_frame_budget_unref (budget);
}

/* The largest message that can be published fits, and some of them. */
static void
test_frame_budget_messages (void)
{
  const gsize size = 100000;
  EricFrameBudget *budget = new_budget (1);
  EricFrameLog *log = new_log (G_MAXUINT, NO_LIMIT, budget);

  eric_frame_budget_set_max_message (budget, size);
  for (guint i = 0; i < 20; i++)
    append_text (log, size / 2);
  g_assert_cmpuint (eric_frame_log_get_history_length (log), ==, 2 * ERIC_FRAME_BUDGET_MESSAGES - 1);
  eric_frame_log_unref (log);
  eric_frame_budget_unref (budget);
}

#define THREADS  4
#define MESSAGES 20000

static gpointer
fill_cb (gpointer data)
{
  EricFrameBudget *budget = data;
  EricFrameLog *log = new_log (G_MAXUINT, NO_LIMIT, budget);

  for (guint i = 0; i < MESSAGES; i++)
    {
      append_text (log, i % 500);
      if (i % 1000 == 999)
        {
          eric_frame_log_unref (log);
          log = new_log (G_MAXUINT, NO_LIMIT, budget);
        }
    }
  eric_frame_log_unref (log);
  return NULL;
}

static void
test_frame_budget_threads (void)
{
  EricFrameBudget *budget = new_budget (200000);
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("fill", fill_cb, budget);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (eric_frame_budget_get_used (budget), ==, 0);
  eric_frame_budget_unref (budget);
}

int
main (int    argc,
      char **argv)
{
  static const guint short_ones[] = { 1, 1 };
  static const guint long_ones[] = { 30000, 30000 };
  static const guint turns[] = { 1, 20000 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/frame-store/same", test_frame_store_same);
  g_test_add_data_func ("/eric/frame-store/cost/short", short_ones, test_frame_store_cost);
  g_test_add_data_func ("/eric/frame-store/cost/long", long_ones, test_frame_store_cost);
  g_test_add_data_func ("/eric/frame-store/cost/turns", turns, test_frame_store_cost);
  g_test_add_func ("/eric/frame-store/million", test_frame_store_million);
  g_test_add_func ("/eric/frame-store/shared", test_frame_store_shared);
  g_test_add_func ("/eric/frame-budget/fair", test_frame_budget_fair);
  g_test_add_func ("/eric/frame-budget/backlog", test_frame_budget_backlog);
  g_test_add_func ("/eric/frame-budget/late", test_frame_budget_late);
  g_test_add_func ("/eric/frame-budget/messages", test_frame_budget_messages);
  g_test_add_func ("/eric/frame-budget/threads", test_frame_budget_threads);
  return g_test_run ();
}
