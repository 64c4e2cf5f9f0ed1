/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "link-util.h"
#include "test-util.h"

/* Generous: nothing waits that long but a test that fails. */
#define DEADLINE (50 * G_TIME_SPAN_SECOND)

EricSocketLink *
link_new (LineServer *peer)
{
  return eric_socket_link_new (G_SOCKET_CONNECTABLE (peer->address), 16 * 1024 * 1024);
}

void
link_wait_at_rest (EricSocketLink *link)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (!g_atomic_ref_count_compare (&link->ref_count, 1))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
    }
}

void
link_free (EricSocketLink *link)
{
  link_wait_at_rest (link);
  eric_socket_link_unref (link);
}

GString *
link_line (const char *text)
{
  GString *line = g_string_new (text);

  return g_string_append_c (line, '\n');
}

LinkCall *
link_call_full (EricSocketLink *link,
                const char     *line,
                guint           timeout,
                int             io_priority,
                GCancellable   *cancellable)
{
  LinkCall *call = g_new0 (LinkCall, 1);
  GTask *task = g_task_new (NULL, cancellable, test_keep_result, &call->result);

  call->line = g_strdup (line);
  g_task_set_priority (task, io_priority);
  eric_socket_link_call_async (link, link_line (line), timeout, task);
  return call;
}

LinkCall *
link_call (EricSocketLink *link,
           const char     *line,
           GCancellable   *cancellable)
{
  return link_call_full (link, line, 0, G_PRIORITY_DEFAULT, cancellable);
}

static char *
finish (LinkCall  *call,
        GError   **error)
{
  char *answer;

  test_wait_until (call->result != NULL);
  answer = g_task_propagate_pointer (G_TASK (call->result), error);
  g_object_unref (call->result);
  g_free (call->line);
  g_free (call);
  return answer;
}

void
link_assert_answer (LinkCall   *call,
                    const char *answer)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = finish (call, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, answer);
}

void
link_assert_error (LinkCall   *call,
                   GQuark      domain,
                   int         code,
                   const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = finish (call, &error);

  g_assert_null (got);
  g_assert_error (error, domain, code);
  if (message != NULL)
    g_assert_cmpstr (error->message, ==, message);
}

void
link_assert_lost (LinkCall *call)
{
  link_assert_error (call, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, LINK_LOST);
}

void
link_wait_sent (EricSocketLink *link,
                guint           n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gboolean sent;

  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_thread_yield ();
      g_mutex_lock (&link->lock);
      sent = link->sent.length == n && link->asleep;
      g_mutex_unlock (&link->lock);
    }
  while (!sent);
}

static gpointer
call_cb (gpointer user_data)
{
  LinkThread *thread = user_data;

  thread->answer = eric_socket_link_call (thread->link, thread->text, thread->timeout,
                                          thread->cancellable, &thread->error);
  return NULL;
}

LinkThread *
link_thread_new (EricSocketLink *link,
                 const char     *line,
                 guint           timeout,
                 GCancellable   *cancellable)
{
  LinkThread *thread = g_new0 (LinkThread, 1);

  thread->link = link;
  thread->text = link_line (line);
  thread->timeout = timeout;
  thread->cancellable = cancellable;
  thread->thread = g_thread_new ("call", call_cb, thread);
  return thread;
}

void
link_thread_assert_answer (LinkThread *thread,
                           const char *answer)
{
  g_thread_join (thread->thread);
  g_assert_no_error (thread->error);
  g_assert_cmpstr (thread->answer, ==, answer);
  g_free (thread->answer);
  g_free (thread);
}

void
link_thread_assert_error (LinkThread *thread,
                          GQuark      domain,
                          int         code,
                          const char *message)
{
  g_thread_join (thread->thread);
  g_assert_null (thread->answer);
  g_assert_error (thread->error, domain, code);
  if (message != NULL)
    g_assert_cmpstr (thread->error->message, ==, message);
  g_error_free (thread->error);
  g_free (thread);
}
