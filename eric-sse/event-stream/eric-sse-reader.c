/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-sse-reader-private.h"

#include "eric-error.h"
#include "eric-message-private.h"
#include "eric-utf8-private.h"

/* The rules of the WHATWG HTML standard, sections 9.2.5 and 9.2.6. */

/* A buffer that was larger is given back: one large event must not be paid for
 * until the stream ends. In bytes. */
#define MAX_KEPT_BUFFER (64 * 1024)

static void
empty_buffer (GString **buffer)
{
  if ((*buffer)->allocated_len <= MAX_KEPT_BUFFER)
    {
      g_string_truncate (*buffer, 0);
      return;
    }
  g_string_free (*buffer, TRUE);
  *buffer = g_string_new (NULL);
}

/* Whether the GRefString is there and has this value. */
static gboolean
ref_string_is (char       *string,
               const char *value,
               gsize       length)
{
  return string != NULL && g_ref_string_length (string) == length &&
         memcmp (string, value, length) == 0;
}

/* Takes over @error. */
void
eric_sse_reader_fail (EricSseReader *self,
                      GError        *error)
{
  g_assert (self->failure == NULL);
  self->failure = error;
}

static void
fail_too_large (EricSseReader *self,
                const char    *what,
                gsize          limit)
{
  eric_sse_reader_fail (self, g_error_new (ERIC_ERROR, ERIC_ERROR_TOO_LARGE,
                                           "%s of the stream is longer than %" G_GSIZE_FORMAT " bytes",
                                           what, limit));
}

/* Events */

EricMessage *
eric_sse_reader_make_message (EricSseReader       *self,
                               const EricSseEvent  *event,
                               GError             **error)
{
  EricMessage *message;
  g_autoptr (GString) text = NULL;

  if (self->format == ERIC_STREAM_FORMAT_EVENT_STREAM)
    return _eric_message_new_received (self->event_type, event->data, event->data_length,
                                       self->last_event_id);

  /* As in an event stream: what is no UTF-8 is U+FFFD. */
  if (!eric_utf8_is_valid (event->data, event->data_length))
    {
      text = g_string_new (NULL);
      eric_utf8_decode (text, event->data, event->data_length);
    }
  message = _eric_message_new_received_json (text != NULL ? text->str : event->data,
                                             text != NULL ? text->len : event->data_length, error);
  if (message == NULL)
    g_prefix_error (error, "Line %u of the stream: ", self->n_lines);
  return message;
}

static void
emit_event (EricSseReader *self,
            const char    *data,
            gsize          length)
{
  const EricSseEvent event = {
    .event_type = self->event_type != NULL ? self->event_type : "message",
    .data = data,
    .data_length = length,
    .id = self->format == ERIC_STREAM_FORMAT_EVENT_STREAM ? eric_sse_reader_get_last_event_id (self) : "",
  };

  self->event_func (&event, self->event_data);
}

static void
end_event (EricSseReader *self)
{
  if (self->id != self->last_event_id)
    {
      g_clear_pointer (&self->last_event_id, g_ref_string_release);
      self->last_event_id = self->id != NULL ? g_ref_string_acquire (self->id) : NULL;
    }
  if (self->has_data)
    {
      if (self->view != NULL)
        emit_event (self, self->view, self->view_length);
      else
        emit_event (self, self->data->str, self->data->len);
      self->has_data = FALSE;
      self->view = NULL;
      if (self->data->len > 0)
        empty_buffer (&self->data);
    }
  g_clear_pointer (&self->event_type, g_ref_string_release);
}

/* What is fed goes away: its bytes move to the buffer. */
static void
keep_view (EricSseReader *self)
{
  if (self->view == NULL)
    return;
  g_string_append_len (self->data, self->view, self->view_length);
  self->view = NULL;
}

/* Fields */

/* The value is lasting where it stays in its place until the feed is done. */
static void
add_data (EricSseReader *self,
          const char    *value,
          gsize          length,
          gboolean       valid,
          gboolean       lasting)
{
  gsize size = self->has_data ? (self->view != NULL ? self->view_length : self->data->len) + 1 : 0;

  if (length > self->max_event_size || size > self->max_event_size - length)
    {
      fail_too_large (self, "An event", self->max_event_size);
      return;
    }
  if (!self->has_data && valid && lasting)
    {
      self->view = value;
      self->view_length = length;
    }
  else
    {
      keep_view (self);
      if (self->has_data)
        g_string_append_c (self->data, '\n');
      if (valid)
        g_string_append_len (self->data, value, length);
      else
        eric_utf8_decode (self->data, value, length);
      /* U+FFFD may be longer than what it stands for. */
      if (self->data->len > self->max_event_size)
        fail_too_large (self, "An event", self->max_event_size);
    }
  self->has_data = TRUE;
}

/* A C string of it. */
static char *
make_ref_string (const char *value,
                 gsize       length,
                 gboolean    valid)
{
  g_autoptr (GString) text = NULL;

  if (valid && memchr (value, '\0', length) == NULL)
    return g_ref_string_new_len (value, length);

  text = g_string_new (NULL);
  eric_utf8_decode_string (text, value, length);
  return g_ref_string_new_len (text->str, text->len);
}

static void
set_event_type (EricSseReader *self,
                const char    *value,
                gsize          length,
                gboolean       valid)
{
  g_clear_pointer (&self->event_type, g_ref_string_release);
  if (length == 0)
    return;
  if (!ref_string_is (self->known_type, value, length))
    {
      g_clear_pointer (&self->known_type, g_ref_string_release);
      self->known_type = make_ref_string (value, length, valid);
    }
  self->event_type = g_ref_string_acquire (self->known_type);
}

static void
set_id (EricSseReader *self,
        const char    *value,
        gsize          length,
        gboolean       valid)
{
  if (memchr (value, '\0', length) != NULL || ref_string_is (self->id, value, length))
    return;
  g_clear_pointer (&self->id, g_ref_string_release);
  if (length > 0)
    self->id = make_ref_string (value, length, valid);
}

static void
set_retry_delay (EricSseReader *self,
                 const char    *value,
                 gsize          length)
{
  guint64 delay = 0;

  if (length == 0)
    return;
  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isdigit (value[i]))
        return;
      delay = MIN (delay * 10 + (value[i] - '0'), G_MAXUINT);
    }
  self->has_retry_delay = TRUE;
  self->retry_delay = delay;
}

static void
emit_comment (EricSseReader *self,
              const char    *value,
              gsize          length,
              gboolean       valid)
{
  char *text;

  if (self->comment_func == NULL)
    return;
  text = make_ref_string (value, length, valid);
  self->comment_func (text, self->comment_data);
  g_ref_string_release (text);
}

static void
handle_field (EricSseReader *self,
              const char    *line,
              gsize          length,
              gboolean       ascii,
              gboolean       lasting)
{
  const char *colon = memchr (line, ':', length);
  gsize name_length = colon != NULL ? (gsize) (colon - line) : length;
  const char *value = colon != NULL ? colon + 1 : line + length;
  gsize value_length = line + length - value;
  gboolean valid;

  if (value_length > 0 && *value == ' ')
    {
      value++;
      value_length--;
    }
  valid = ascii || eric_utf8_is_valid (value, value_length);

  if (name_length == 4 && memcmp (line, "data", 4) == 0)
    add_data (self, value, value_length, valid, lasting);
  else if (name_length == 5 && memcmp (line, "event", 5) == 0)
    set_event_type (self, value, value_length, valid);
  else if (name_length == 2 && memcmp (line, "id", 2) == 0)
    set_id (self, value, value_length, valid);
  else if (name_length == 5 && memcmp (line, "retry", 5) == 0)
    set_retry_delay (self, value, value_length);
  else if (name_length == 0)
    emit_comment (self, value, value_length, valid);
}

/* Lines */

/* What is empty but for white space separates values. */
static void
handle_json (EricSseReader *self,
             const char    *line,
             gsize          length)
{
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length > self->max_event_size)
    fail_too_large (self, "An event", self->max_event_size);
  else if (length > 0)
    emit_event (self, line, length);
}

static void
handle_line (EricSseReader *self,
             const char    *line,
             gsize          length,
             gboolean       ascii,
             gboolean       lasting)
{
  self->n_lines++;
  if (self->first_line)
    {
      self->first_line = FALSE;
      if (length >= 3 && memcmp (line, "\357\273\277", 3) == 0)
        {
          line += 3;
          length -= 3;
        }
    }

  if (self->format == ERIC_STREAM_FORMAT_NDJSON)
    handle_json (self, line, length);
  else if (length == 0)
    end_event (self);
  else
    handle_field (self, line, length, ascii, lasting);
}

static gboolean
add_to_line (EricSseReader *self,
             const char    *bytes,
             gsize          length)
{
  if (length > self->max_line_size || self->line->len > self->max_line_size - length)
    {
      fail_too_large (self, "A line", self->max_line_size);
      return FALSE;
    }
  g_string_append_len (self->line, bytes, length);
  return TRUE;
}

/* A line has ended, whose last bytes these are. */
static void
end_line (EricSseReader *self,
          const char    *bytes,
          gsize          length,
          gboolean       ascii)
{
  if (self->line->len == 0 && length <= self->max_line_size)
    {
      handle_line (self, bytes, length, ascii, TRUE);
      return;
    }
  if (!add_to_line (self, bytes, length))
    return;
  handle_line (self, self->line->str, self->line->len, FALSE, FALSE);
  empty_buffer (&self->line);
}

/* Most streams have no CR and are ASCII: both are looked for once in what is fed,
 * not once in each line. */
static void
read_lines (EricSseReader *self,
            const char    *text,
            gsize          length)
{
  const char *end = text + length;
  const char *lf = memchr (text, '\n', length);
  const char *cr = self->format == ERIC_STREAM_FORMAT_EVENT_STREAM ? memchr (text, '\r', length) : NULL;
  gboolean ascii = eric_utf8_is_ascii (text, length);

  while (text < end && self->failure == NULL && !self->stopped)
    {
      const char *stop = lf != NULL && (cr == NULL || lf < cr) ? lf : cr;

      if (stop == NULL)
        {
          add_to_line (self, text, end - text);
          return;
        }
      end_line (self, text, stop - text, ascii);

      text = stop + 1;
      if (stop == cr)
        {
          self->skip_lf = text == end;
          if (text == lf)
            text++;
          cr = memchr (text, '\r', end - text);
        }
      if (lf != NULL && lf < text)
        lf = memchr (text, '\n', end - text);
    }
}

gboolean
eric_sse_reader_feed (EricSseReader  *self,
                      const char     *text,
                      gsize           length,
                      GError        **error)
{
  g_return_val_if_fail (!self->feeding, FALSE);

  if (self->failure == NULL && length > 0)
    {
      if (self->skip_lf && *text == '\n')
        {
          text++;
          length--;
        }
      self->skip_lf = FALSE;
      self->stopped = FALSE;
      self->feeding = TRUE;
      read_lines (self, text, length);
      keep_view (self);
      self->feeding = FALSE;
      if (self->failure != NULL)
        {
          empty_buffer (&self->line);
          empty_buffer (&self->data);
        }
    }
  if (self->failure != NULL && error != NULL)
    *error = g_error_copy (self->failure);
  return self->failure == NULL;
}

gboolean
eric_sse_reader_end (EricSseReader  *self,
                     GError        **error)
{
  gboolean ended;

  if (self->format == ERIC_STREAM_FORMAT_NDJSON && self->line->len > 0)
    ended = eric_sse_reader_feed (self, "\n", 1, error);
  else
    ended = eric_sse_reader_feed (self, NULL, 0, error);
  if (ended)
    eric_sse_reader_reset (self);
  return ended;
}

void
eric_sse_reader_reset (EricSseReader *self)
{
  g_return_if_fail (!self->feeding);

  empty_buffer (&self->line);
  empty_buffer (&self->data);
  self->first_line = TRUE;
  self->skip_lf = FALSE;
  self->has_data = FALSE;
  self->view = NULL;
  self->n_lines = 0;
  g_clear_error (&self->failure);
  g_clear_pointer (&self->event_type, g_ref_string_release);
  g_clear_pointer (&self->id, g_ref_string_release);
  self->id = self->last_event_id != NULL ? g_ref_string_acquire (self->last_event_id) : NULL;
}

void
eric_sse_reader_stop (EricSseReader *self)
{
  self->stopped = TRUE;
}

const char *
eric_sse_reader_get_last_event_id (EricSseReader *self)
{
  return self->last_event_id != NULL ? self->last_event_id : "";
}

void
eric_sse_reader_set_last_event_id (EricSseReader *self,
                                   const char    *last_event_id)
{
  g_clear_pointer (&self->id, g_ref_string_release);
  g_clear_pointer (&self->last_event_id, g_ref_string_release);
  if (last_event_id == NULL || *last_event_id == '\0')
    return;
  self->id = g_ref_string_new (last_event_id);
  self->last_event_id = g_ref_string_acquire (self->id);
}

void
eric_sse_reader_init (EricSseReader *self)
{
  memset (self, 0, sizeof *self);
  self->max_line_size = ERIC_SSE_PARSER_DEFAULT_MAX_LINE_SIZE;
  self->max_event_size = ERIC_SSE_PARSER_DEFAULT_MAX_SIZE;
  self->first_line = TRUE;
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
}

void
eric_sse_reader_clear (EricSseReader *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_clear_error (&self->failure);
  g_clear_pointer (&self->event_type, g_ref_string_release);
  g_clear_pointer (&self->known_type, g_ref_string_release);
  g_clear_pointer (&self->id, g_ref_string_release);
  g_clear_pointer (&self->last_event_id, g_ref_string_release);
}
