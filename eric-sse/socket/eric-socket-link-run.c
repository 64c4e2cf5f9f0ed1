/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>

#include "eric-socket-link-private.h"

#include "eric-error.h"
#include "eric-fork-private.h"
#include "eric-socket-connect-private.h"
#include "eric-socket-errors-private.h"

/* How many requests are sent in one call of the system. */
#define MAX_VECTORS 256

/* How much is read in one, in bytes. */
#define READ_SIZE (16 * 1024)

/* What is delivered */

static void
free_batch (gpointer user_data)
{
  GQueue *batch = user_data;
  GList *link;

  /* Some are left where the context goes away. */
  while ((link = g_queue_pop_head_link (batch)) != NULL)
    {
      EricSocketRequest *request = link->data;

      g_clear_object (&request->task);
      _eric_socket_request_unref (request);
    }
  g_queue_free (batch);
}

static gboolean
deliver_cb (gpointer user_data)
{
  GQueue *batch = user_data;
  GList *link;

  while ((link = g_queue_pop_head_link (batch)) != NULL)
    {
      EricSocketRequest *request = link->data;
      g_autoptr (GTask) task = g_steal_pointer (&request->task);

      _eric_socket_request_end_waiting (request);
      if (request->error != NULL)
        g_task_return_error (task, g_steal_pointer (&request->error));
      else
        g_task_return_pointer (task, g_steal_pointer (&request->answer), g_free);
      _eric_socket_request_unref (request);
    }
  return G_SOURCE_REMOVE;
}

static gboolean
belong_together (EricSocketRequest *one,
                 EricSocketRequest *other)
{
  return g_task_get_context (one->task) == g_task_get_context (other->task) &&
         g_task_get_priority (one->task) == g_task_get_priority (other->task);
}

/* Those that follow each other and belong to one context cost it one source. */
static void
deliver (GQueue *done)
{
  while (done->length > 0)
    {
      EricSocketRequest *first = done->head->data;
      g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (first->task));
      g_autoptr (GSource) source = g_idle_source_new ();
      GQueue *batch = g_queue_new ();

      do
        g_queue_push_tail_link (batch, g_queue_pop_head_link (done));
      while (done->length > 0 && belong_together (first, done->head->data));

      g_source_set_static_name (source, "EricSocketClient answers");
      g_source_set_priority (source, g_task_get_priority (first->task));
      g_source_set_callback (source, deliver_cb, batch, free_batch);
      g_source_attach (source, context);
    }
}

/* Takes over the reference that the row had, and answer or error. The one who waits has
 * the request to itself from here, once the lock is free; one who does not wait any more
 * may look at it still. */
static void
finish_locked (EricSocketRequest *request,
               char              *answer,
               GError            *error,
               GQueue            *done)
{
  if (request->state == ERIC_SOCKET_REQUEST_ABANDONED)
    {
      g_free (answer);
      g_clear_error (&error);
      _eric_socket_request_unref (request);
      return;
    }
  request->state = ERIC_SOCKET_REQUEST_DONE;
  request->answer = answer;
  request->error = error;
  if (request->task != NULL)
    {
      g_queue_push_tail_link (done, &request->link);
      return;
    }
  g_cond_signal (&request->done);
  _eric_socket_request_unref (request);
}

static void
fail_all_locked (GQueue       *requests,
                 const GError *error,
                 GQueue       *done)
{
  GList *link;

  while ((link = g_queue_pop_head_link (requests)) != NULL)
    finish_locked (link->data, NULL, g_error_copy (error), done);
}

/* The connection */

/* (transfer full) (nullable): to be closed without the lock */
GSocketConnection *
_eric_socket_link_disconnect (EricSocketLink *self)
{
  eric_socket_lines_clear (&self->lines);
  eric_socket_lines_init (&self->lines, self->max_line);
  self->unfinished = NULL;
  self->mute = FALSE;
  self->given_up = FALSE;
  self->answered = FALSE;
  g_clear_error (&self->refusal);
  g_clear_error (&self->farewell);
  return g_steal_pointer (&self->connection);
}

static GSocket *
get_socket (EricSocketLink *self)
{
  return g_socket_connection_get_socket (self->connection);
}

static gboolean
make_wake_fd (EricSocketLink  *self,
              GError         **error)
{
  int saved_errno;

  if (self->wake_fd < 0)
    self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd >= 0)
    return TRUE;
  saved_errno = errno;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), g_strerror (saved_errno));
  return FALSE;
}

/* What was cancelled is tried again if somebody has come who waits for it. */
static void
open_connection (EricSocketLink *self)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  GQueue done = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  if (!self->closed)
    self->connecting = g_object_ref (cancellable);
  else
    g_cancellable_cancel (cancellable);
  g_mutex_unlock (&self->lock);

  if (make_wake_fd (self, &error))
    connection = eric_socket_connect (self->address, 0, cancellable, &error);

  g_mutex_lock (&self->lock);
  g_clear_object (&self->connecting);
  self->connection = g_steal_pointer (&connection);
  self->fresh = TRUE;
  if (error != NULL && !g_cancellable_is_cancelled (cancellable))
    fail_all_locked (&self->queue, error, &done);
  g_mutex_unlock (&self->lock);
  deliver (&done);
}

/* Those that were sent behind the one that the server ended the connection for have not
 * been carried out, as it says nothing else. */
static void
send_again_locked (EricSocketLink *self)
{
  GList *link;

  while ((link = g_queue_pop_tail_link (&self->sent)) != NULL)
    {
      EricSocketRequest *request = link->data;

      if (request->state == ERIC_SOCKET_REQUEST_ABANDONED)
        {
          _eric_socket_request_unref (request);
          continue;
        }
      request->state = ERIC_SOCKET_REQUEST_QUEUED;
      request->n_written = 0;
      g_queue_push_head_link (&self->queue, link);
    }
}

static void
fail_sent_locked (EricSocketLink *self,
                  GQueue         *done)
{
  g_autoptr (GError) error =
    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                         "The connection was lost before the answer came: it is not known "
                         "whether the request was carried out");

  fail_all_locked (&self->sent, error, done);
}

/* A new connection was of no use to anybody: another one would not be, either. */
static void
fail_queue_locked (EricSocketLink *self,
                   const GError   *error,
                   GQueue         *done)
{
  g_autoptr (GError) closed =
    g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                         "The server closed the connection before a request could be sent");

  if (self->farewell != NULL)
    error = self->farewell;
  fail_all_locked (&self->queue, error != NULL ? error : closed, done);
}

static void
lose_connection (EricSocketLink *self,
                 const GError   *error)
{
  g_autoptr (GSocketConnection) connection = NULL;
  GQueue done = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  if (self->sent.length > 0)
    {
      if (self->refusal == NULL)
        fail_sent_locked (self, &done);
      else if (g_error_matches (self->refusal, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED))
        fail_all_locked (&self->sent, self->refusal, &done);
      else
        send_again_locked (self);
    }
  else if (self->fresh)
    fail_queue_locked (self, error, &done);
  connection = _eric_socket_link_disconnect (self);
  g_mutex_unlock (&self->lock);
  deliver (&done);
}

/* Reading */

/* That there is no place is said first; later on it is one request that is refused. */
static gboolean
ends_connection (EricSocketLink *self,
                 const GError   *error)
{
  return g_error_matches (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT) ||
         g_error_matches (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE) ||
         (g_error_matches (error, ERIC_ERROR, ERIC_ERROR_LIMIT_REACHED) && !self->answered);
}

/* FALSE where the connection is of no more use. */
static gboolean
take_answer_locked (EricSocketLink *self,
                    const char     *line,
                    gsize           length,
                    GQueue         *done)
{
  GError *error = eric_socket_errors_parse (line, length);
  GList *link = g_queue_pop_head_link (&self->sent);
  gboolean complete;

  if (link == NULL)
    {
      self->farewell = error;
      return FALSE;
    }

  complete = link->data != self->unfinished;
  g_clear_error (&self->refusal);
  if (error != NULL && ends_connection (self, error))
    self->refusal = g_error_copy (error);
  self->answered = TRUE;
  if (error == NULL && !g_utf8_validate_len (line, length, NULL))
    error = g_error_new_literal (ERIC_ERROR, ERIC_ERROR_UNEXPECTED_RESPONSE,
                                 "The server's answer is not UTF-8");
  finish_locked (link->data, error == NULL ? g_strndup (line, length) : NULL, error, done);
  return complete;
}

/* Answers come in the order of the requests. */
static gboolean
take_answers (EricSocketLink *self,
              const char     *bytes,
              gsize           n_bytes)
{
  GError *error = NULL;
  GQueue done = G_QUEUE_INIT;
  const char *line;
  gsize length;
  gboolean usable = TRUE;

  g_mutex_lock (&self->lock);
  self->answer_time = g_get_monotonic_time ();
  self->fresh = self->fresh && self->sent.length == 0;
  self->lines.max_line = self->max_line;
  eric_socket_lines_feed (&self->lines, bytes, n_bytes);
  while (usable && eric_socket_lines_next (&self->lines, &line, &length, &error))
    usable = take_answer_locked (self, line, length, &done);
  if (error != NULL && self->sent.length > 0)
    finish_locked (g_queue_pop_head_link (&self->sent)->data, NULL, g_steal_pointer (&error), &done);
  usable = usable && !self->lines.failed;
  g_mutex_unlock (&self->lock);

  g_clear_error (&error);
  deliver (&done);
  return usable;
}

static void
receive (EricSocketLink *self)
{
  char bytes[READ_SIZE];
  g_autoptr (GError) error = NULL;
  gssize n_bytes = g_socket_receive_with_blocking (get_socket (self), bytes, sizeof bytes, FALSE, NULL, &error);

  if (n_bytes > 0 ? take_answers (self, bytes, n_bytes)
                  : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return;
  lose_connection (self, error);
}

/* Writing */

/* The requests of one call of the system, which count as sent while it is tried. */
typedef struct
{
  EricSocketRequest *requests[MAX_VECTORS];   /* (unowned): those that were sent have an owner */
  GOutputVector      vectors[MAX_VECTORS];
  guint              n;
} Batch;

static void
add_to_batch (Batch             *batch,
              EricSocketRequest *request)
{
  batch->requests[batch->n] = request;
  batch->vectors[batch->n].buffer = request->text->str + request->n_written;
  batch->vectors[batch->n].size = request->text->len - request->n_written;
  batch->n++;
}

static void
fill_batch (EricSocketLink *self,
            Batch          *batch)
{
  gint64 now = g_get_monotonic_time ();

  batch->n = 0;
  g_mutex_lock (&self->lock);
  if (self->unfinished != NULL)
    add_to_batch (batch, self->unfinished);
  while (batch->n < MAX_VECTORS && self->queue.length > 0)
    {
      EricSocketRequest *request = self->queue.head->data;

      g_queue_push_tail_link (&self->sent, g_queue_pop_head_link (&self->queue));
      request->state = ERIC_SOCKET_REQUEST_SENT;
      request->sent_time = now;
      add_to_batch (batch, request);
    }
  g_mutex_unlock (&self->lock);
}

/* Those that nothing was sent of go back. */
static void
settle_batch (EricSocketLink *self,
              Batch          *batch,
              gsize           n_bytes)
{
  g_mutex_lock (&self->lock);
  self->unfinished = NULL;
  for (guint i = 0; i < batch->n; i++)
    {
      EricSocketRequest *request = batch->requests[i];
      gsize n_written = MIN (n_bytes, batch->vectors[i].size);

      request->n_written += n_written;
      n_bytes -= n_written;
      if (request->n_written > 0 && request->n_written < request->text->len)
        self->unfinished = request;
    }
  while (batch->n > 0 && batch->requests[batch->n - 1]->n_written == 0)
    {
      EricSocketRequest *request = batch->requests[--batch->n];

      g_queue_unlink (&self->sent, &request->link);
      if (request->state == ERIC_SOCKET_REQUEST_ABANDONED)
        {
          _eric_socket_request_unref (request);
          continue;
        }
      request->state = ERIC_SOCKET_REQUEST_QUEUED;
      g_queue_push_head_link (&self->queue, &request->link);
    }
  g_mutex_unlock (&self->lock);
}

/* Where the server takes no more, it may have said why. */
static void
send_requests (EricSocketLink *self)
{
  Batch batch;
  g_autoptr (GError) error = NULL;
  gssize n_bytes;

  fill_batch (self, &batch);
  if (batch.n == 0)
    return;
  n_bytes = g_socket_send_message (get_socket (self), NULL, batch.vectors, batch.n, NULL, 0,
                                   G_SOCKET_MSG_NONE, NULL, &error);
  settle_batch (self, &batch, MAX (n_bytes, 0));
  self->mute = n_bytes < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* The run */

/* What the connection is ready for; FALSE where it is of no more use: the server has been
 * silent for too long, or it takes no more and has nothing to say. */
static gboolean
wait_for_connection (EricSocketLink *self,
                     GIOCondition   *ready)
{
  GPollFD fds[] = {
    { .fd = g_socket_get_fd (get_socket (self)), .events = G_IO_IN },
    { .fd = self->wake_fd, .events = G_IO_IN },
  };
  gboolean hopeless, patient, given_up;
  eventfd_t n_wakes;

  g_mutex_lock (&self->lock);
  if (!self->mute && (self->queue.length > 0 || self->unfinished != NULL))
    fds[0].events |= G_IO_OUT;
  hopeless = self->mute && self->sent.length == 0;
  patient = !hopeless && !self->closed && !self->given_up;
  self->asleep = patient;
  g_mutex_unlock (&self->lock);

  while (g_poll (fds, G_N_ELEMENTS (fds), patient ? -1 : 0) < 0)
    g_assert (errno == EINTR || errno == EAGAIN);

  g_mutex_lock (&self->lock);
  self->asleep = FALSE;
  given_up = self->given_up;
  g_mutex_unlock (&self->lock);

  if (fds[1].revents != 0)
    eventfd_read (self->wake_fd, &n_wakes);
  *ready = fds[0].revents;
  return !given_up && (!hopeless || *ready != 0);
}

/* Reading comes first: it shows that a connection was lost while it was idle. */
static void
take_turn (EricSocketLink *self)
{
  GIOCondition ready;

  if (!wait_for_connection (self, &ready))
    {
      lose_connection (self, NULL);
      return;
    }
  if (ready & (G_IO_IN | G_IO_ERR | G_IO_HUP))
    receive (self);
  if (self->connection != NULL && ready & G_IO_OUT)
    send_requests (self);
}

/* What there is to do; otherwise the run has ended, and the next request begins one. */
static gboolean
has_work (EricSocketLink *self)
{
  g_autoptr (GSocketConnection) connection = NULL;
  GQueue done = G_QUEUE_INIT;
  gboolean more;

  g_mutex_lock (&self->lock);
  if (self->closed)
    {
      g_autoptr (GError) error = _eric_socket_link_make_closed_error ();

      fail_all_locked (&self->sent, error, &done);
      fail_all_locked (&self->queue, error, &done);
      connection = _eric_socket_link_disconnect (self);
    }
  more = self->queue.length > 0 || self->sent.length > 0;
  if (!more)
    {
      g_atomic_int_set (&self->running, FALSE);
      self->fresh = FALSE;
    }
  g_mutex_unlock (&self->lock);
  deliver (&done);
  return more;
}

static void
run (gpointer data,
     gpointer user_data)
{
  EricSocketLink *self = data;

  while (has_work (self))
    {
      if (self->connection == NULL)
        open_connection (self);
      else
        take_turn (self);
    }
  eric_socket_link_unref (self);
}

/* Takes over a reference. */
void
_eric_socket_link_run (EricSocketLink *self)
{
  static GThreadPool *pool;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (run, NULL, -1, FALSE, NULL));
  g_thread_pool_push (pool, self, NULL);
}
