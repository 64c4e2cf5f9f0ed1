/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <malloc.h>

#include "http-util.h"
#include "source-util.h"
#include "test-util.h"

/* Many sources, many messages, and threads. */

#define N_SOURCES   200
#define N_EVENTS    20

typedef struct
{
  EricEventSource *source;   /* (owned) */
  guint            next;     /* the id that has to come */
  guint            n_gone;   /* connections that were lost */
} Reader;

static void
read_message_cb (EricEventSource *source,
                 EricMessage     *message,
                 Reader          *reader)
{
  g_assert_cmpuint (g_ascii_strtoull (eric_message_get_id (message), NULL, 10), ==, reader->next);
  reader->next++;
}

static void
read_error_cb (EricEventSource *source,
               const GError    *error,
               Reader          *reader)
{
  reader->n_gone++;
}

/* Goes on behind what the client has, and closes in the middle of the third event. */
static void
go_on_func (ScriptedPeer *peer,
            gpointer      user_data)
{
  g_autofree char *id = scripted_peer_dup_header (peer, "Last-Event-ID");
  guint first = id != NULL ? atoi (id) + 1 : 0;

  scripted_peer_send (peer, SCRIPTED_STREAM);
  for (guint i = first; i < first + 2; i++)
    {
      g_autofree char *event = g_strdup_printf ("id: %u\ndata: x\n\n", i);

      scripted_peer_send (peer, event);
    }
  scripted_peer_send (peer, "id: 999999\ndata: cut\n");
  scripted_peer_close (peer);
}

static gboolean
have_all (Reader *readers,
          guint   n,
          guint   n_events)
{
  for (guint i = 0; i < n; i++)
    if (readers[i].next < n_events)
      return FALSE;
  return TRUE;
}

/* In the thread-default main context. */
static void
read_many (guint n)
{
  ScriptedServer *server = scripted_server_new ();
  g_autofree Reader *readers = g_new0 (Reader, n);
  g_autofree char *uri = scripted_server_make_uri (server, "/");

  scripted_server_set_func (server, go_on_func, NULL);
  for (guint i = 0; i < n; i++)
    {
      readers[i].source = eric_event_source_new (uri, NULL);
      eric_event_source_set_retry_delay (readers[i].source, 0);
      g_signal_connect (readers[i].source, "message", G_CALLBACK (read_message_cb), &readers[i]);
      g_signal_connect (readers[i].source, "error", G_CALLBACK (read_error_cb), &readers[i]);
      eric_event_source_start (readers[i].source);
    }
  for (guint i = 1; i <= N_EVENTS; i++)
    test_wait_until (have_all (readers, n, i));
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpuint (readers[i].n_gone, >=, N_EVENTS / 2 - 1);
      eric_event_source_close (readers[i].source);
    }
  test_settle ();
  for (guint i = 0; i < n; i++)
    test_finalize (readers[i].source);
  scripted_server_free (server);
}

static void
test_event_source_load_many (void)
{
  guint n_fds;

  read_many (1);
  n_fds = http_count_fds ();
  read_many (N_SOURCES);
  test_wait_until (http_count_fds () <= n_fds);
}

static gpointer
thread_func (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  read_many (10);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_event_source_load_threads (void)
{
  GThread *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("test-source", thread_func, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* Everything comes in the context that it was made in, wherever it is started. */
static void
test_event_source_load_context (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  g_autoptr (GMainContext) other = g_main_context_new ();
  ScriptedPeer *peer;

  g_main_context_push_thread_default (other);
  eric_event_source_start (fixture->source);
  g_main_context_pop_thread_default (other);
  peer = scripted_server_wait (fixture->server, 0);
  scripted_peer_send (peer, SCRIPTED_STREAM "data: 1\n\n");
  source_fixture_assert (fixture, "= connecting\n= open\nopen\nmessage 1\n");
  scripted_peer_close (peer);
  source_fixture_assert (fixture, "= connecting\nerror g-io-error-quark 44\n");
  source_fixture_pass (fixture, 3300);
  peer = scripted_server_wait (fixture->server, 1);
}

/* Bytes in use, as malloc () counts them; 0 where something else allocates. */
static gsize
get_memory (void)
{
  return mallinfo2 ().uordblks;
}

static void
count_cb (EricEventSource *source,
          EricMessage     *message,
          guint           *n)
{
  ++*n;
}

static void
send_block (ScriptedPeer *peer,
            const char   *block,
            guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      scripted_peer_send (peer, block);
      test_wait_until (peer->output->len == 0);
    }
}

static void
test_event_source_load_messages (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new_deaf ();
  g_autoptr (GString) block = g_string_new (NULL);
  guint n_messages = 0;
  ScriptedPeer *peer;
  gsize before;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (block, "id: %u\nevent: tick\ndata: {\"n\":%u}\n\n", i, i);
  g_signal_connect (fixture->source, "message", G_CALLBACK (count_cb), &n_messages);
  peer = source_fixture_open (fixture);
  send_block (peer, block->str, 50);
  test_wait_until (n_messages == 50 * 1000);
  before = get_memory ();
  send_block (peer, block->str, 950);
  test_wait_until (n_messages == 1000 * 1000);
  test_settle ();
  g_assert_cmpuint (get_memory (), <, before + 256 * 1024);
}

static void
test_event_source_load_reconnects (void)
{
  g_autoptr (SourceFixture) fixture = source_fixture_new ();
  gsize before = 0;

  for (guint i = 0; i < 600; i++)
    {
      ScriptedPeer *peer;

      if (i == 0)
        eric_event_source_start (fixture->source);
      else
        source_fixture_pass (fixture, 100000);
      peer = scripted_server_wait (fixture->server, 0);
      scripted_peer_send (peer, SCRIPTED_STREAM "id: 1\ndata: x\n\n");
      scripted_peer_close (peer);
      test_wait_until (eric_source_clock_get_next (fixture->clock) > 0);
      g_ptr_array_set_size (fixture->server->peers, 0);
      g_string_truncate (fixture->log, 0);
      test_settle ();
      if (i == 100)
        before = get_memory ();
    }
  g_assert_cmpuint (get_memory (), <, before + 64 * 1024);
}

#define add(name, func) g_test_add_func ("/eric/event-source-load/" name, test_event_source_load_##func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("many", many);
  add ("threads", threads);
  add ("context", context);
  add ("messages", messages);
  add ("reconnects", reconnects);
  return g_test_run ();
}
