/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <sys/socket.h>

#include "eric-socket-stream.h"

#include "eric-finish-private.h"
#include "eric-fork-private.h"
#include "eric-message-private.h"
#include "eric-socket-errors-private.h"
#include "eric-socket-event-private.h"
#include "eric-socket-lines-private.h"
#include "eric-socket-stream-private.h"

/* How much is read in one call of the system, in bytes. */
#define READ_SIZE (64 * 1024)

/**
 * EricSocketStream:
 *
 * The messages of a listener or of a channel of a server, read one by one.
 *
 * [method@SocketClient.stream] makes one, with a connection of its own. It ends
 * when the server ends it, which is so behind a message of the type
 * `_eric_channel_closed`, and when it is closed. A server that stops or is killed ends
 * its streams, too, but without that message.
 *
 * ```c
 * g_autoptr (EricSocketClient) client = eric_socket_client_new ("/run/user/1000/eric.sock");
 * g_autoptr (EricSocketStream) stream = NULL;
 * EricMessage *message;
 *
 * stream = eric_socket_client_stream (client, "news", NULL, NULL, NULL);
 * while (stream != NULL && (message = eric_socket_stream_next (stream, NULL, NULL)) != NULL)
 *   {
 *     g_print ("%s\n", eric_message_get_text (message));
 *     g_object_unref (message);
 *   }
 * ```
 *
 * Of a message the type, the payload and the id come over a socket, not the sender.
 *
 * One message, or batch of messages, is read at a time: another read in the meantime
 * fails with %G_IO_ERROR_PENDING. Beside that, it is safe to use a stream from any
 * thread, and to close it in one while another one reads.
 *
 * Since: 0.1
 */
struct _EricSocketStream
{
  GObject            parent_instance;

  GMutex             lock;
  GSocketConnection *connection;    /* (lock) (owned) (nullable): not closed during a read */
  gboolean           reading;       /* (lock) */
  gboolean           closed;        /* (lock) */
  int                fork_count;    /* of the process that connected: no child ends its connection */

  guint              retry_delay;   /* (atomic): milliseconds */

  /* Who reads. */
  EricSocketLines    lines;
  char              *buffer;        /* (owned): what the lines are slices of */
  gboolean           at_end;        /* the server has ended it: there is at most one more line */
  gboolean           ended;         /* nothing more is given */
  GError            *failure;       /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (EricSocketStream, eric_socket_stream, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_RETRY_DELAY,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The connection */

/* Takes over @connection. A server that has nothing to send learns over TCP that its peer
 * has gone from a reset alone. */
static void
drop_connection (EricSocketStream  *self,
                 GSocketConnection *connection)
{
  const struct linger at_once = { .l_onoff = 1 };
  GSocket *socket;

  if (connection == NULL)
    return;
  socket = g_socket_connection_get_socket (connection);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX &&
      self->fork_count == eric_fork_count ())
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  g_object_unref (connection);
}

static gboolean
begin_read (EricSocketStream  *self,
            GError           **error)
{
  gboolean was_reading;

  g_mutex_lock (&self->lock);
  was_reading = self->reading;
  self->reading = TRUE;
  g_mutex_unlock (&self->lock);
  if (was_reading)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "The stream is being read already");
  return !was_reading;
}

static void
end_read (EricSocketStream *self)
{
  GSocketConnection *connection = NULL;

  g_mutex_lock (&self->lock);
  self->reading = FALSE;
  if (self->lines.at == self->lines.end)
    g_clear_pointer (&self->buffer, g_free);
  if (self->closed || self->ended || self->failure != NULL)
    connection = g_steal_pointer (&self->connection);
  g_mutex_unlock (&self->lock);
  drop_connection (self, connection);
}

static gboolean
is_closed (EricSocketStream *self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  g_mutex_unlock (&self->lock);
  return closed;
}

/* Reading */

static void
set_retry_delay (EricSocketStream *self,
                 guint             retry_delay)
{
  if (eric_socket_stream_get_retry_delay (self) == retry_delay)
    return;
  g_atomic_int_set (&self->retry_delay, retry_delay);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RETRY_DELAY]);
}

/* (transfer full) (nullable): NULL where the line is blank, or no message */
static EricMessage *
handle_line (EricSocketStream *self,
             const char       *line,
             gsize             length)
{
  guint retry_delay = eric_socket_stream_get_retry_delay (self);
  EricMessage *message;

  if (length == 0)
    return NULL;
  self->failure = eric_socket_errors_parse (line, length);
  if (self->failure != NULL)
    return NULL;

  message = eric_socket_event_parse (line, length, &retry_delay, &self->failure);
  if (message == NULL && self->at_end)
    {
      g_clear_error (&self->failure);
      g_set_error_literal (&self->failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                           "The connection was lost in the middle of a message");
    }
  else if (message == NULL)
    g_prefix_error (&self->failure, "A line of the stream: ");
  if (message == NULL)
    return NULL;
  set_retry_delay (self, retry_delay);
  self->ended = _eric_message_is_closed (message);
  return message;
}

/* Whether there is something to give: messages, or what there is behind the last one. */
static gboolean
take_messages (EricSocketStream *self,
               guint             max_messages,
               GPtrArray        *batch)
{
  const char *line;
  gsize length;

  if (is_closed (self))
    self->ended = TRUE;
  while (batch->len < max_messages && !self->ended && self->failure == NULL &&
         eric_socket_lines_next (&self->lines, &line, &length, &self->failure))
    {
      EricMessage *message = handle_line (self, line, length);

      if (message != NULL)
        g_ptr_array_add (batch, message);
    }
  if (self->at_end)
    self->ended = TRUE;
  return batch->len > 0 || self->ended || self->failure != NULL;
}

/* The last line needs no end. */
static void
handle_end (EricSocketStream *self)
{
  self->at_end = TRUE;
  if (eric_socket_lines_has_part (&self->lines))
    eric_socket_lines_feed (&self->lines, "\n", 1);
}

/* Once, and what there is. */
static void
receive (EricSocketStream *self)
{
  g_autoptr (GError) error = NULL;
  gssize n_bytes;

  if (self->buffer == NULL)
    self->buffer = g_malloc (READ_SIZE);
  n_bytes = g_socket_receive_with_blocking (g_socket_connection_get_socket (self->connection),
                                            self->buffer, READ_SIZE, FALSE, NULL, &error);
  if (n_bytes > 0)
    eric_socket_lines_feed (&self->lines, self->buffer, n_bytes);
  else if (n_bytes == 0 || is_closed (self))
    handle_end (self);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    self->failure = g_steal_pointer (&error);
}

/* (transfer full) (nullable): the batch, where there is one */
static GPtrArray *
give (EricSocketStream  *self,
      GPtrArray         *batch,
      GError           **error)
{
  if (batch->len > 0)
    return g_ptr_array_ref (batch);
  if (self->failure != NULL)
    g_propagate_error (error, g_error_copy (self->failure));
  return NULL;
}

static GPtrArray *
new_batch (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

/* Asynchronous reading */

/* The next read may begin in the callback. */
static void
complete (EricSocketStream *self,
          GTask            *task,
          GPtrArray        *batch)
{
  GError *error = NULL;
  GPtrArray *given = give (self, batch, &error);

  end_read (self);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, given, given != NULL ? (GDestroyNotify) g_ptr_array_unref : NULL);
}

static gboolean
readable_cb (GSocket      *socket,
             GIOCondition  condition,
             gpointer      user_data)
{
  GTask *task = user_data;
  EricSocketStream *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) batch = NULL;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      end_read (self);
      g_task_return_error_if_cancelled (task);
      return G_SOURCE_REMOVE;
    }
  batch = new_batch ();
  receive (self);
  if (!take_messages (self, GPOINTER_TO_UINT (g_task_get_task_data (task)), batch))
    return G_SOURCE_CONTINUE;
  complete (self, task, batch);
  return G_SOURCE_REMOVE;
}

static void
next_async (EricSocketStream    *self,
            guint                max_messages,
            int                  io_priority,
            GCancellable        *cancellable,
            GAsyncReadyCallback  callback,
            gpointer             user_data,
            gpointer             source_tag)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) batch = new_batch ();
  GError *error = NULL;

  g_task_set_source_tag (task, source_tag);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, GUINT_TO_POINTER (max_messages), NULL);
  /* A message that was taken is not lost to a cancellation that comes later. */
  g_task_set_check_cancellable (task, FALSE);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (!begin_read (self, &error))
    g_task_return_error (task, error);
  else if (take_messages (self, max_messages, batch))
    complete (self, task, batch);
  else
    {
      g_autoptr (GSource) readable =
        g_socket_create_source (g_socket_connection_get_socket (self->connection), G_IO_IN, cancellable);

      g_source_set_static_name (readable, "EricSocketStream");
      g_task_attach_source (task, readable, G_SOURCE_FUNC (readable_cb));
    }
}

static void
eric_socket_stream_dispose (GObject *object)
{
  eric_socket_stream_close (ERIC_SOCKET_STREAM (object));

  G_OBJECT_CLASS (eric_socket_stream_parent_class)->dispose (object);
}

static void
eric_socket_stream_finalize (GObject *object)
{
  EricSocketStream *self = ERIC_SOCKET_STREAM (object);

  eric_socket_lines_clear (&self->lines);
  g_free (self->buffer);
  g_clear_error (&self->failure);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (eric_socket_stream_parent_class)->finalize (object);
}

static void
eric_socket_stream_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  EricSocketStream *self = ERIC_SOCKET_STREAM (object);

  switch (prop_id)
    {
    case PROP_RETRY_DELAY:
      g_value_set_uint (value, eric_socket_stream_get_retry_delay (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
eric_socket_stream_class_init (EricSocketStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = eric_socket_stream_dispose;
  object_class->finalize = eric_socket_stream_finalize;
  object_class->get_property = eric_socket_stream_get_property;

  /**
   * EricSocketStream:retry-delay: (getter get_retry_delay)
   *
   * How long the channel says that its clients should wait before they connect again, in
   * milliseconds; 0 where it has not said so. It is notified in the thread that reads.
   *
   * Since: 0.1
   */
  properties[PROP_RETRY_DELAY] =
    g_param_spec_uint ("retry-delay", NULL, NULL, 0, G_MAXUINT, 0,
                       (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
eric_socket_stream_init (EricSocketStream *self)
{
  g_mutex_init (&self->lock);
  /* Until it has a connection. */
  self->closed = TRUE;
  eric_socket_lines_init (&self->lines, 1);
}

EricSocketStream *
_eric_socket_stream_new (GSocketConnection *connection,
                         gsize              max_line)
{
  EricSocketStream *self = g_object_new (ERIC_TYPE_SOCKET_STREAM, NULL);

  self->connection = g_object_ref (connection);
  self->fork_count = eric_fork_count ();
  self->closed = FALSE;
  eric_socket_lines_clear (&self->lines);
  eric_socket_lines_init (&self->lines, max_line);
  return self;
}

/**
 * eric_socket_stream_get_retry_delay: (get-property retry-delay)
 * @self: a stream
 *
 * Gets how long the channel says that its clients should wait before they connect
 * again, as the line that was read last has it.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: the time in milliseconds, 0 where it is not known
 *
 * Since: 0.1
 */
guint
eric_socket_stream_get_retry_delay (EricSocketStream *self)
{
  g_return_val_if_fail (ERIC_IS_SOCKET_STREAM (self), 0);

  return g_atomic_int_get (&self->retry_delay);
}

/**
 * eric_socket_stream_next:
 * @self: a stream
 * @cancellable: (nullable): a cancellable, or %NULL
 * @error: return location for an error, or %NULL
 *
 * Reads the next message. Blocks until it is there.
 *
 * Fails with the error that the server sent in place of messages, such as
 * %ERIC_ERROR_INVALID_CHANNEL or %ERIC_ERROR_INVALID_LISTENER; with
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where it sent something that is no message; with
 * %ERIC_ERROR_TOO_LARGE where a line is longer than [property@SocketClient:max-line] was
 * when the stream was made; with %G_IO_ERROR_CONNECTION_CLOSED where the connection was
 * lost in the middle of a message, and other errors of its domain. After these, the
 * stream fails with the same error for ever. Also fails with %G_IO_ERROR_CANCELLED, and
 * with %G_IO_ERROR_PENDING while it is being read otherwise; then no message is lost.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL without an error at the end
 *   of the stream
 *
 * Since: 0.1
 */
EricMessage *
eric_socket_stream_next (EricSocketStream  *self,
                         GCancellable      *cancellable,
                         GError           **error)
{
  g_autoptr (GPtrArray) batch = new_batch ();
  g_autoptr (GPtrArray) given = NULL;

  g_return_val_if_fail (ERIC_IS_SOCKET_STREAM (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !begin_read (self, error))
    return NULL;
  while (!take_messages (self, 1, batch))
    {
      if (!g_socket_condition_wait (g_socket_connection_get_socket (self->connection), G_IO_IN,
                                    cancellable, error))
        {
          end_read (self);
          return NULL;
        }
      receive (self);
    }
  given = give (self, batch, error);
  end_read (self);
  return given != NULL ? g_ptr_array_steal_index (given, 0) : NULL;
}

/**
 * eric_socket_stream_next_async:
 * @self: a stream
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when a message is there or the stream ended
 * @user_data: data for @callback
 *
 * Reads the next message. @callback runs in the thread-default main context of the
 * caller.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_stream_next_async (EricSocketStream    *self,
                               int                  io_priority,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_SOCKET_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, 1, io_priority, cancellable, callback, user_data, eric_socket_stream_next_async);
}

/**
 * eric_socket_stream_next_finish:
 * @self: a stream
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@SocketStream.next_async] read.
 *
 * Fails as [method@SocketStream.next] does.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL without an error at the end
 *   of the stream
 *
 * Since: 0.1
 */
EricMessage *
eric_socket_stream_next_finish (EricSocketStream  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_autoptr (GPtrArray) batch = NULL;
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_STREAM (self), NULL);

  task = eric_finish_task (result, self, eric_socket_stream_next_async, error);
  if (task == NULL)
    return NULL;
  batch = g_task_propagate_pointer (task, error);
  return batch != NULL ? g_ptr_array_steal_index (batch, 0) : NULL;
}

/**
 * eric_socket_stream_next_batch_async:
 * @self: a stream
 * @max_messages: how many to read at the most, at least 1
 * @io_priority: the priority of the request, such as %G_PRIORITY_DEFAULT
 * @cancellable: (nullable): a cancellable, or %NULL
 * @callback: (scope async): called when messages are there or the stream ended
 * @user_data: data for @callback
 *
 * Waits until a message is there, then takes those that came with it, up to a number.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_stream_next_batch_async (EricSocketStream    *self,
                                     guint                max_messages,
                                     int                  io_priority,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  g_return_if_fail (ERIC_IS_SOCKET_STREAM (self));
  g_return_if_fail (max_messages > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  next_async (self, max_messages, io_priority, cancellable, callback, user_data,
              eric_socket_stream_next_batch_async);
}

/**
 * eric_socket_stream_next_batch_finish:
 * @self: a stream
 * @result: the result that the callback was given
 * @error: return location for an error, or %NULL
 *
 * Gets what [method@SocketStream.next_batch_async] read.
 *
 * Fails as [method@SocketStream.next] does, but not before the messages that came before
 * the error were given.
 *
 * Returns: (transfer container) (nullable) (element-type EricMessage): the messages,
 *   at least one, or %NULL without an error at the end of the stream
 *
 * Since: 0.1
 */
GPtrArray *
eric_socket_stream_next_batch_finish (EricSocketStream  *self,
                                      GAsyncResult      *result,
                                      GError           **error)
{
  GTask *task;

  g_return_val_if_fail (ERIC_IS_SOCKET_STREAM (self), NULL);

  task = eric_finish_task (result, self, eric_socket_stream_next_batch_async, error);
  if (task == NULL)
    return NULL;
  return g_task_propagate_pointer (task, error);
}

/**
 * eric_socket_stream_close:
 * @self: a stream
 *
 * Ends the stream: its connection is closed, and who waits for a message gets %NULL.
 * Does nothing the second time. Dropping the last reference does the same.
 *
 * The server removes a listener that it made for the stream, and stops another one.
 *
 * It is safe to call this function from any thread.
 *
 * Since: 0.1
 */
void
eric_socket_stream_close (EricSocketStream *self)
{
  GSocketConnection *connection = NULL;

  g_return_if_fail (ERIC_IS_SOCKET_STREAM (self));

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  if (!self->reading)
    connection = g_steal_pointer (&self->connection);
  else if (self->connection != NULL && self->fork_count == eric_fork_count ())
    g_socket_shutdown (g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);
  g_mutex_unlock (&self->lock);
  drop_connection (self, connection);
}
