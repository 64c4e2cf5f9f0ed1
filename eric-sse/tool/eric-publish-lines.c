/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-publish-private.h"

#define READ_SIZE 16384

/* Lines of text or of JSON, which end in LF alone. An empty line stays, for the server
 * to count it.
 *
 * What is complete is given at once, however much was asked for. Whatever is wrong
 * with a line ends the stream in front of it: the request is completed, so that
 * what was said before is published for certain. */
struct _EricPublishLines
{
  GInputStream  parent_instance;

  GInputStream *base;          /* (owned) */
  GCancellable *cancellable;   /* (owned): of the read that is under way */
  GByteArray   *line;          /* (owned): that is not complete yet */
  GByteArray   *output;        /* (owned) */
  gsize         taken;         /* of the output */
  guint64       n_lines;
  gboolean      ended;
  gboolean      reading;       /* from the base */
  GError       *error;         /* (owned) (nullable) */
  GTask        *task;          /* (owned) (nullable): waits for output */
  char         *wanted;        /* (unowned): where the task wants it */
  gsize         n_wanted;      /* bytes */
  char          buffer[READ_SIZE];
};

G_DEFINE_FINAL_TYPE (EricPublishLines, eric_publish_lines, G_TYPE_INPUT_STREAM)

static void
fail (EricPublishLines *self,
      const char       *what)
{
  self->ended = TRUE;
  self->error = g_error_new (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                             "line %" G_GUINT64_FORMAT " of standard input %s; the lines before it were sent",
                             self->n_lines, what);
}

static void
take_line (EricPublishLines *self,
           const char       *line,
           gsize             length)
{
  self->n_lines++;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (length > ERIC_PUBLISH_MAX_LINE)
    fail (self, "is longer than " G_STRINGIFY (ERIC_PUBLISH_MAX_LINE) " bytes");
  else if (!g_utf8_validate_len (line, length, NULL))
    fail (self, "is not UTF-8 without NUL");
  else
    {
      g_byte_array_append (self->output, (const guint8 *) line, length);
      g_byte_array_append (self->output, (const guint8 *) "\n", 1);
    }
}

static void
take_line_so_far (EricPublishLines *self)
{
  take_line (self, (const char *) self->line->data, self->line->len);
  g_byte_array_set_size (self->line, 0);
}

static void
take_input (EricPublishLines *self,
            const char       *data,
            gsize             length)
{
  while (length > 0 && !self->ended)
    {
      const char *stop = memchr (data, '\n', length);
      gsize size = stop != NULL ? (gsize) (stop - data) : length;

      g_byte_array_append (self->line, (const guint8 *) data, size);
      /* One more may be a carriage return that is not of it. */
      if (stop != NULL || self->line->len > ERIC_PUBLISH_MAX_LINE + 1)
        take_line_so_far (self);
      size += stop != NULL ? 1 : 0;
      data += size;
      length -= size;
    }
}

static void read_on (EricPublishLines *self);

/* Gives what there is to who waits for it. */
static void
serve (EricPublishLines *self)
{
  g_autoptr (GTask) task = NULL;
  gsize n = MIN (self->output->len - self->taken, self->n_wanted);

  if (self->task == NULL)
    return;
  if (n == 0 && !self->ended)
    {
      read_on (self);
      return;
    }
  task = g_steal_pointer (&self->task);
  if (n > 0)
    memcpy (self->wanted, self->output->data + self->taken, n);
  self->taken += n;
  if (self->taken == self->output->len)
    {
      g_byte_array_set_size (self->output, 0);
      self->taken = 0;
    }
  g_task_return_int (task, n);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EricPublishLines) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  self->reading = FALSE;
  if (self->ended)
    return;
  if (n > 0)
    take_input (self, self->buffer, n);
  else
    {
      if (n == 0 && self->line->len > 0)
        take_line_so_far (self);
      if (n < 0)
        self->error = g_error_new (error->domain, error->code, "cannot read standard input: %s", error->message);
      self->ended = TRUE;
    }
  serve (self);
}

static void
read_on (EricPublishLines *self)
{
  if (self->reading)
    return;
  self->reading = TRUE;
  g_input_stream_read_async (self->base, self->buffer, sizeof self->buffer, G_PRIORITY_DEFAULT,
                             self->cancellable, read_cb, g_object_ref (self));
}

static gssize
eric_publish_lines_read (GInputStream  *stream,
                         void          *buffer,
                         gsize          count,
                         GCancellable  *cancellable,
                         GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Lines are read asynchronously only");
  return -1;
}

static void
eric_publish_lines_read_async (GInputStream        *stream,
                               void                *buffer,
                               gsize                count,
                               int                  priority,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  EricPublishLines *self = ERIC_PUBLISH_LINES (stream);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, eric_publish_lines_read_async);
  g_task_set_priority (self->task, priority);
  self->wanted = buffer;
  self->n_wanted = count;
  serve (self);
}

static gssize
eric_publish_lines_read_finish (GInputStream  *stream,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static void
eric_publish_lines_finalize (GObject *object)
{
  EricPublishLines *self = ERIC_PUBLISH_LINES (object);

  g_clear_object (&self->base);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->line, g_byte_array_unref);
  g_clear_pointer (&self->output, g_byte_array_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (eric_publish_lines_parent_class)->finalize (object);
}

static void
eric_publish_lines_class_init (EricPublishLinesClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = eric_publish_lines_finalize;
  stream_class->read_fn = eric_publish_lines_read;
  stream_class->read_async = eric_publish_lines_read_async;
  stream_class->read_finish = eric_publish_lines_read_finish;
}

static void
eric_publish_lines_init (EricPublishLines *self)
{
  self->cancellable = g_cancellable_new ();
  self->line = g_byte_array_new ();
  self->output = g_byte_array_new ();
}

GInputStream *
eric_publish_lines_new (GInputStream *base)
{
  EricPublishLines *self = g_object_new (ERIC_TYPE_PUBLISH_LINES, NULL);

  self->base = g_object_ref (base);
  return G_INPUT_STREAM (self);
}

/* All but the rest of a line that was begun: half of it could be taken for one. */
static void
drop_output (EricPublishLines *self)
{
  const char *output = (const char *) self->output->data;
  const char *stop;

  if (self->taken == 0 || output[self->taken - 1] == '\n')
    {
      g_byte_array_set_size (self->output, self->taken);
      return;
    }
  stop = memchr (output + self->taken, '\n', self->output->len - self->taken);
  g_byte_array_set_size (self->output, stop + 1 - output);
}

void
eric_publish_lines_stop (EricPublishLines *self)
{
  drop_output (self);
  self->ended = TRUE;
  g_cancellable_cancel (self->cancellable);
  serve (self);
}

const GError *
eric_publish_lines_get_error (EricPublishLines *self)
{
  return self->error;
}
