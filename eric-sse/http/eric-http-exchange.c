/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-http-exchange-private.h"

/* What another thread may write before it has to wait, in bytes, and how long it
 * waits then, in seconds. */
#define MAX_WRITTEN 65536
#define MAX_WAIT    30

struct _EricHttpExchange
{
  GIOStream           parent_instance;

  EricHttpConnection *connection;   /* (unowned) (nullable) (atomic) */
  GMainContext       *context;      /* (owned) */
  GInputStream       *input;        /* (owned) */
  GOutputStream      *output;       /* (owned) */
  GMutex              lock;
  GCond               taken;
  GByteArray         *written;      /* (owned) (lock lock): by other threads */
};

G_DEFINE_FINAL_TYPE (EricHttpExchange, eric_http_exchange, G_TYPE_IO_STREAM)

/* Both halves only know the whole, which has them. */

#define HTTP_TYPE_INPUT (http_input_get_type ())
G_DECLARE_FINAL_TYPE (HttpInput, http_input, HTTP, INPUT, GInputStream)

struct _HttpInput
{
  GInputStream      parent_instance;
  EricHttpExchange *exchange;       /* (unowned) (nullable) */
};

#define HTTP_TYPE_OUTPUT (http_output_get_type ())
G_DECLARE_FINAL_TYPE (HttpOutput, http_output, HTTP, OUTPUT, GOutputStream)

struct _HttpOutput
{
  GOutputStream     parent_instance;
  EricHttpExchange *exchange;       /* (unowned) (nullable) */
};

static void http_input_pollable_init  (GPollableInputStreamInterface  *iface);
static void http_output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HttpInput, http_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, http_input_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (HttpOutput, http_output, G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, http_output_pollable_init))

EricHttpConnection *
eric_http_exchange_get_connection (EricHttpExchange *self)
{
  return g_atomic_pointer_get (&self->connection);
}

static EricHttpConnection *
get_connection (EricHttpExchange *exchange)
{
  return exchange != NULL ? eric_http_exchange_get_connection (exchange) : NULL;
}

static gssize
fail (GError     **error,
      GIOErrorEnum code,
      const char  *message)
{
  g_set_error_literal (error, G_IO_ERROR, code, message);
  return -1;
}

/* What waits looks again in each turn of the loop; all of this is one thread's. */
typedef struct
{
  GSource  parent;
  GObject *stream;   /* (owned) */
} WaitSource;

static gboolean
is_ready (GObject *stream)
{
  return G_IS_INPUT_STREAM (stream)
    ? g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (stream))
    : g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (stream));
}

static gboolean
wait_source_prepare (GSource *source,
                     int     *timeout)
{
  *timeout = -1;
  return is_ready (((WaitSource *) source)->stream);
}

static gboolean
wait_source_check (GSource *source)
{
  return is_ready (((WaitSource *) source)->stream);
}

static gboolean
wait_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  return callback != NULL ? callback (user_data) : G_SOURCE_REMOVE;
}

static void
wait_source_finalize (GSource *source)
{
  g_object_unref (((WaitSource *) source)->stream);
}

static GSourceFuncs wait_source_funcs = {
  .prepare = wait_source_prepare,
  .check = wait_source_check,
  .dispatch = wait_source_dispatch,
  .finalize = wait_source_finalize,
};

static gboolean
continue_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static GSource *
make_source (GObject      *stream,
             GCancellable *cancellable)
{
  GSource *source = g_pollable_source_new_full (stream, NULL, cancellable);
  g_autoptr (GSource) child = g_source_new (&wait_source_funcs, sizeof (WaitSource));

  g_source_set_static_name (child, "EricHttpExchange");
  ((WaitSource *) child)->stream = g_object_ref (stream);
  g_source_set_callback (child, continue_cb, NULL, NULL);
  g_source_add_child_source (source, child);
  return source;
}

/* Input */

static gboolean
http_input_is_readable (GPollableInputStream *stream)
{
  EricHttpConnection *connection = get_connection (HTTP_INPUT (stream)->exchange);

  return connection == NULL || _eric_http_connection_is_readable (connection);
}

static gssize
http_input_read_nonblocking (GPollableInputStream *stream,
                             void                 *buffer,
                             gsize                 count,
                             GError              **error)
{
  EricHttpConnection *connection = get_connection (HTTP_INPUT (stream)->exchange);
  gssize n = connection != NULL ? _eric_http_connection_read (connection, buffer, count) : -1;

  if (n >= 0)
    return n;
  /* What was read may have ended the request. */
  connection = get_connection (HTTP_INPUT (stream)->exchange);
  if (connection == NULL)
    return fail (error, G_IO_ERROR_CONNECTION_CLOSED, "The request ended before it was complete");
  return fail (error, G_IO_ERROR_WOULD_BLOCK, "Nothing has come");
}

static GSource *
http_input_create_source (GPollableInputStream *stream,
                          GCancellable         *cancellable)
{
  return make_source (G_OBJECT (stream), cancellable);
}

static gssize
http_input_read (GInputStream  *stream,
                 void          *buffer,
                 gsize          count,
                 GCancellable  *cancellable,
                 GError       **error)
{
  EricHttpExchange *exchange = HTTP_INPUT (stream)->exchange;

  if (exchange != NULL && !g_main_context_is_owner (exchange->context))
    return fail (error, G_IO_ERROR_NOT_SUPPORTED, "A request is read in the main context of its server");
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      gssize n = http_input_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, &failure);

      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
          _eric_http_connection_wait (get_connection (exchange), G_IO_IN, cancellable, error))
        continue;
      if (failure != NULL && (error == NULL || *error == NULL))
        g_propagate_error (error, g_steal_pointer (&failure));
      return n;
    }
}

static void
http_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = http_input_is_readable;
  iface->read_nonblocking = http_input_read_nonblocking;
  iface->create_source = http_input_create_source;
}

static void
http_input_class_init (HttpInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = http_input_read;
}

static void
http_input_init (HttpInput *input)
{
}

/* Output */

/* What other threads have written comes first. */
static void
take_written (EricHttpExchange *exchange)
{
  g_autoptr (GByteArray) written = NULL;

  g_mutex_lock (&exchange->lock);
  if (exchange->written->len > 0)
    {
      written = g_steal_pointer (&exchange->written);
      exchange->written = g_byte_array_new ();
      g_cond_broadcast (&exchange->taken);
    }
  g_mutex_unlock (&exchange->lock);
  if (written != NULL && get_connection (exchange) != NULL)
    _eric_http_connection_write (get_connection (exchange), written->data, written->len);
}

static gboolean
take_written_cb (gpointer user_data)
{
  take_written (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
http_output_is_writable (GPollableOutputStream *stream)
{
  EricHttpConnection *connection = get_connection (HTTP_OUTPUT (stream)->exchange);

  return connection == NULL || _eric_http_connection_is_writable (connection);
}

static gssize
http_output_write_nonblocking (GPollableOutputStream *stream,
                               const void            *buffer,
                               gsize                  count,
                               GError               **error)
{
  EricHttpExchange *exchange = HTTP_OUTPUT (stream)->exchange;

  if (get_connection (exchange) != NULL)
    take_written (exchange);
  if (get_connection (exchange) == NULL)
    return fail (error, G_IO_ERROR_CONNECTION_CLOSED, "The client has left");
  if (!_eric_http_connection_is_writable (get_connection (exchange)))
    return fail (error, G_IO_ERROR_WOULD_BLOCK, "The client takes no more for now");
  _eric_http_connection_write (get_connection (exchange), buffer, count);
  return count;
}

static GSource *
http_output_create_source (GPollableOutputStream *stream,
                           GCancellable          *cancellable)
{
  return make_source (G_OBJECT (stream), cancellable);
}

/* libsoup ends a response in chunks from a thread. */
static gssize
write_from_thread (EricHttpExchange *exchange,
                   const void       *buffer,
                   gsize             count,
                   GError          **error)
{
  gint64 until = g_get_monotonic_time () + MAX_WAIT * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;

  g_mutex_lock (&exchange->lock);
  while (exchange->written->len >= MAX_WRITTEN && in_time)
    in_time = g_cond_wait_until (&exchange->taken, &exchange->lock, until);
  if (in_time)
    g_byte_array_append (exchange->written, buffer, count);
  g_mutex_unlock (&exchange->lock);
  if (!in_time)
    return fail (error, G_IO_ERROR_TIMED_OUT, "The client did not take what was written before");
  g_main_context_invoke_full (exchange->context, G_PRIORITY_DEFAULT, take_written_cb,
                              g_object_ref (exchange), g_object_unref);
  return count;
}

static gssize
http_output_write (GOutputStream  *stream,
                   const void     *buffer,
                   gsize           count,
                   GCancellable   *cancellable,
                   GError        **error)
{
  EricHttpExchange *exchange = HTTP_OUTPUT (stream)->exchange;

  if (exchange != NULL && !g_main_context_is_owner (exchange->context))
    return write_from_thread (exchange, buffer, count, error);
  for (;;)
    {
      g_autoptr (GError) failure = NULL;
      gssize n = http_output_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), buffer, count, &failure);

      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
          _eric_http_connection_wait (get_connection (exchange), G_IO_OUT, cancellable, error))
        continue;
      if (failure != NULL && (error == NULL || *error == NULL))
        g_propagate_error (error, g_steal_pointer (&failure));
      return n;
    }
}

static void
http_output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = http_output_is_writable;
  iface->write_nonblocking = http_output_write_nonblocking;
  iface->create_source = http_output_create_source;
}

static void
http_output_class_init (HttpOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = http_output_write;
}

static void
http_output_init (HttpOutput *output)
{
}

/* The whole */

static GInputStream *
eric_http_exchange_get_input_stream (GIOStream *stream)
{
  return ERIC_HTTP_EXCHANGE (stream)->input;
}

static GOutputStream *
eric_http_exchange_get_output_stream (GIOStream *stream)
{
  return ERIC_HTTP_EXCHANGE (stream)->output;
}

/* The request is answered, or given up. */
static gboolean
eric_http_exchange_close (GIOStream     *stream,
                          GCancellable  *cancellable,
                          GError       **error)
{
  EricHttpExchange *self = ERIC_HTTP_EXCHANGE (stream);

  if (get_connection (self) != NULL)
    take_written (self);
  if (get_connection (self) != NULL)
    _eric_http_connection_end_exchange (get_connection (self));
  return TRUE;
}

/* In this thread: that of the interface would take another one. */
static void
eric_http_exchange_close_async (GIOStream           *stream,
                                int                  io_priority,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, eric_http_exchange_close_async);
  eric_http_exchange_close (stream, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
eric_http_exchange_close_finish (GIOStream     *stream,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
eric_http_exchange_dispose (GObject *object)
{
  EricHttpExchange *self = ERIC_HTTP_EXCHANGE (object);

  if (self->input != NULL)
    HTTP_INPUT (self->input)->exchange = NULL;
  if (self->output != NULL)
    HTTP_OUTPUT (self->output)->exchange = NULL;
  g_clear_object (&self->input);
  g_clear_object (&self->output);

  G_OBJECT_CLASS (eric_http_exchange_parent_class)->dispose (object);
}

static void
eric_http_exchange_finalize (GObject *object)
{
  EricHttpExchange *self = ERIC_HTTP_EXCHANGE (object);

  g_main_context_unref (self->context);
  g_byte_array_unref (self->written);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->taken);

  G_OBJECT_CLASS (eric_http_exchange_parent_class)->finalize (object);
}

static void
eric_http_exchange_class_init (EricHttpExchangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = eric_http_exchange_dispose;
  object_class->finalize = eric_http_exchange_finalize;
  stream_class->get_input_stream = eric_http_exchange_get_input_stream;
  stream_class->get_output_stream = eric_http_exchange_get_output_stream;
  stream_class->close_fn = eric_http_exchange_close;
  stream_class->close_async = eric_http_exchange_close_async;
  stream_class->close_finish = eric_http_exchange_close_finish;
}

static void
eric_http_exchange_init (EricHttpExchange *self)
{
  self->input = g_object_new (HTTP_TYPE_INPUT, NULL);
  self->output = g_object_new (HTTP_TYPE_OUTPUT, NULL);
  HTTP_INPUT (self->input)->exchange = self;
  HTTP_OUTPUT (self->output)->exchange = self;
  self->written = g_byte_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->taken);
}

EricHttpExchange *
eric_http_exchange_new (EricHttpConnection *connection,
                        GMainContext       *context)
{
  EricHttpExchange *self = g_object_new (ERIC_TYPE_HTTP_EXCHANGE, NULL);

  self->connection = connection;
  self->context = g_main_context_ref (context);
  return self;
}

/* The connection goes on without it. */
void
eric_http_exchange_detach (EricHttpExchange *self)
{
  g_atomic_pointer_set (&self->connection, NULL);
}
