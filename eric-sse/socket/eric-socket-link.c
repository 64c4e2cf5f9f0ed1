/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "eric-socket-link-private.h"

#include "eric-fork-private.h"
#include "eric-ready-source-private.h"

/* Requests */

static EricSocketRequest *
request_new (EricSocketLink *owner,
             GString        *text,
             guint           timeout)
{
  EricSocketRequest *self = g_new0 (EricSocketRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->owner = eric_socket_link_ref (owner);
  self->text = text;
  self->timeout = timeout;
  self->link.data = self;
  g_cond_init (&self->done);
  return self;
}

static EricSocketRequest *
request_ref (EricSocketRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
_eric_socket_request_unref (EricSocketRequest *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_assert (self->task == NULL);
  g_clear_pointer (&self->waiter, g_source_unref);
  g_string_free (self->text, TRUE);
  g_free (self->answer);
  g_clear_error (&self->error);
  g_cond_clear (&self->done);
  eric_socket_link_unref (self->owner);
  g_free (self);
}

/* Where the task belongs. */
void
_eric_socket_request_end_waiting (EricSocketRequest *self)
{
  if (self->waiter != NULL)
    g_source_destroy (self->waiter);
}

/* The row */

void
_eric_socket_link_wake_locked (EricSocketLink *self)
{
  if (!self->asleep)
    return;
  self->asleep = FALSE;
  eventfd_write (self->wake_fd, 1);
}

GError *
_eric_socket_link_make_closed_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The client was closed");
}

/* FALSE where it cannot be answered any more. Who sends needs to be woken for the first
 * in the row only: then it waits until the server takes more. */
static gboolean
push (EricSocketLink     *self,
      EricSocketRequest  *request,
      GError            **error)
{
  gboolean pushed, start = FALSE;

  g_mutex_lock (&self->lock);
  pushed = request->state != ERIC_SOCKET_REQUEST_NEW || !self->closed;
  if (!pushed)
    request->state = ERIC_SOCKET_REQUEST_DONE;
  else if (request->state == ERIC_SOCKET_REQUEST_NEW)
    {
      request->state = ERIC_SOCKET_REQUEST_QUEUED;
      request_ref (request);
      g_queue_push_tail_link (&self->queue, &request->link);
      start = !self->running;
      if (start)
        {
          g_atomic_int_set (&self->fork_count, eric_fork_count ());
          g_atomic_int_set (&self->running, TRUE);
          eric_socket_link_ref (self);
        }
      else if (self->queue.length == 1 && self->unfinished == NULL)
        _eric_socket_link_wake_locked (self);
    }
  g_mutex_unlock (&self->lock);

  if (start)
    _eric_socket_link_run (self);
  if (!pushed)
    g_propagate_error (error, _eric_socket_link_make_closed_error ());
  return pushed;
}

/* A server that has said nothing since the request was sent will not do so before it is
 * back, and then on another connection. */
static void
abandon_locked (EricSocketLink    *self,
                EricSocketRequest *request,
                gboolean           late)
{
  if (request->state == ERIC_SOCKET_REQUEST_SENT && late && self->answer_time < request->sent_time)
    {
      self->given_up = TRUE;
      _eric_socket_link_wake_locked (self);
    }
  if (request->state == ERIC_SOCKET_REQUEST_QUEUED)
    {
      g_queue_unlink (&self->queue, &request->link);
      _eric_socket_request_unref (request);
    }
  request->state = ERIC_SOCKET_REQUEST_ABANDONED;
}

/* (transfer full) (nullable): what is to be cancelled then, since nobody waits for it */
static GCancellable *
stop_connecting_locked (EricSocketLink *self)
{
  if (self->connecting == NULL || (self->queue.length > 0 && !self->closed))
    return NULL;
  return g_steal_pointer (&self->connecting);
}

static void
cancel (GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
}

static GError *
make_late_error (guint timeout)
{
  return g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came within %u ms", timeout);
}

/* Synchronous calls */

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  EricSocketRequest *request = user_data;

  g_mutex_lock (&request->owner->lock);
  g_cond_signal (&request->done);
  g_mutex_unlock (&request->owner->lock);
}

/* Until it is done, or must not wait any longer. */
static void
wait_for_answer (EricSocketLink    *self,
                 EricSocketRequest *request,
                 GCancellable      *cancellable)
{
  gint64 deadline = g_get_monotonic_time () + request->timeout * G_TIME_SPAN_MILLISECOND;
  GCancellable *useless = NULL;
  gboolean late = FALSE;

  g_mutex_lock (&self->lock);
  while (request->state != ERIC_SOCKET_REQUEST_DONE && !late && !g_cancellable_is_cancelled (cancellable))
    {
      if (request->timeout == 0)
        g_cond_wait (&request->done, &self->lock);
      else
        late = !g_cond_wait_until (&request->done, &self->lock, deadline);
    }
  if (request->state != ERIC_SOCKET_REQUEST_DONE)
    {
      abandon_locked (self, request, late);
      useless = stop_connecting_locked (self);
    }
  g_mutex_unlock (&self->lock);
  cancel (useless);
}

char *
eric_socket_link_call (EricSocketLink  *self,
                       GString         *text,
                       guint            timeout,
                       GCancellable    *cancellable,
                       GError         **error)
{
  EricSocketRequest *request = request_new (self, text, timeout);
  gulong handler = 0;
  char *answer = NULL;

  if (!g_cancellable_set_error_if_cancelled (cancellable, error) && push (self, request, error))
    {
      if (cancellable != NULL)
        handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), request, NULL);
      wait_for_answer (self, request, cancellable);
      g_cancellable_disconnect (cancellable, handler);

      answer = g_steal_pointer (&request->answer);
      if (request->error != NULL)
        g_propagate_error (error, g_steal_pointer (&request->error));
      else if (answer == NULL && !g_cancellable_set_error_if_cancelled (cancellable, error))
        g_propagate_error (error, make_late_error (timeout));
    }
  _eric_socket_request_unref (request);
  return answer;
}

/* Asynchronous calls */

/* Runs where the task belongs, and so does what delivers an answer: where one is on its
 * way, the call is not cancelled any more. */
static gboolean
waiter_cb (gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  EricSocketRequest *request = g_task_get_task_data (user_data);
  EricSocketLink *self = request->owner;
  gboolean late = !g_cancellable_is_cancelled (g_task_get_cancellable (user_data));
  GCancellable *useless = NULL;

  g_mutex_lock (&self->lock);
  if (request->state != ERIC_SOCKET_REQUEST_DONE)
    {
      abandon_locked (self, request, late);
      task = g_steal_pointer (&request->task);
      useless = stop_connecting_locked (self);
    }
  g_mutex_unlock (&self->lock);

  cancel (useless);
  if (task != NULL && !g_task_return_error_if_cancelled (task))
    g_task_return_error (task, make_late_error (request->timeout));
  return G_SOURCE_REMOVE;
}

static void
add_waiter (EricSocketRequest *request)
{
  GCancellable *cancellable = g_task_get_cancellable (request->task);

  if (request->timeout > 0)
    {
      request->waiter = g_timeout_source_new (request->timeout);
      g_source_set_static_name (request->waiter, "EricSocketClient timeout");
    }
  else
    request->waiter = eric_ready_source_new ("EricSocketClient cancellation");
  if (cancellable != NULL)
    {
      g_autoptr (GSource) cancelled = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (cancelled);
      g_source_add_child_source (request->waiter, cancelled);
    }
  g_task_set_task_data (request->task, request_ref (request), (GDestroyNotify) _eric_socket_request_unref);
  g_task_attach_source (request->task, request->waiter, waiter_cb);
}

void
eric_socket_link_call_async (EricSocketLink *self,
                             GString        *text,
                             guint           timeout,
                             GTask          *task)
{
  EricSocketRequest *request = request_new (self, text, timeout);
  GError *error = NULL;

  /* An answer that came is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    g_object_unref (task);
  else
    {
      request->task = task;
      if (timeout > 0 || g_task_get_cancellable (task) != NULL)
        add_waiter (request);
      if (!push (self, request, &error))
        {
          _eric_socket_request_end_waiting (request);
          task = g_steal_pointer (&request->task);
          g_task_return_error (task, error);
          g_object_unref (task);
        }
    }
  _eric_socket_request_unref (request);
}

/* The link */

void
eric_socket_link_set_max_line (EricSocketLink *self,
                               gsize           max_line)
{
  g_mutex_lock (&self->lock);
  self->max_line = max_line;
  g_mutex_unlock (&self->lock);
}

/* In a forked child, where the run is not, nor who would let go of the lock that it may have
 * held: the connection is the parent's, and what is left of the link stays as it is. */
static gboolean
is_abandoned (EricSocketLink *self)
{
  return g_atomic_int_get (&self->running) && g_atomic_int_get (&self->fork_count) != eric_fork_count ();
}

/* What waits fails, by the run if there is one: it may be sending just that. */
void
eric_socket_link_close (EricSocketLink *self)
{
  g_autoptr (GSocketConnection) connection = NULL;
  GCancellable *useless;

  if (is_abandoned (self))
    {
      if (self->connection != NULL)
        g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
      return;
    }
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  if (self->running)
    _eric_socket_link_wake_locked (self);
  else
    connection = _eric_socket_link_disconnect (self);
  useless = stop_connecting_locked (self);
  g_mutex_unlock (&self->lock);
  cancel (useless);
}

EricSocketLink *
eric_socket_link_new (GSocketConnectable *address,
                      gsize               max_line)
{
  EricSocketLink *self = g_new0 (EricSocketLink, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->address = g_object_ref (address);
  g_mutex_init (&self->lock);
  self->max_line = max_line;
  self->wake_fd = -1;
  eric_socket_lines_init (&self->lines, max_line);
  return self;
}

EricSocketLink *
eric_socket_link_ref (EricSocketLink *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eric_socket_link_unref (EricSocketLink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_object (&self->connection);
  g_clear_object (&self->address);
  g_clear_error (&self->refusal);
  g_clear_error (&self->farewell);
  eric_socket_lines_clear (&self->lines);
  if (self->wake_fd >= 0)
    close (self->wake_fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}
