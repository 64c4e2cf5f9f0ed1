/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-socket-lines-private.h"

#include "eric-error.h"

/* A buffer that was larger is given back: one long line must not be paid for as long
 * as the connection lasts. In bytes. */
#define MAX_KEPT_BUFFER (64 * 1024)

static void
empty_part (EricSocketLines *self)
{
  self->part_given = FALSE;
  if (self->part->allocated_len <= MAX_KEPT_BUFFER)
    {
      g_string_truncate (self->part, 0);
      return;
    }
  g_string_free (self->part, TRUE);
  self->part = g_string_new (NULL);
}

static gboolean
fail (EricSocketLines  *self,
      GError          **error)
{
  self->failed = TRUE;
  self->at = self->end = NULL;
  empty_part (self);
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE,
               "A line is longer than %" G_GSIZE_FORMAT " bytes", self->max_line);
  return FALSE;
}

/* Whether the line can still be short enough with these bytes: a CR that comes last
 * may be dropped. */
static gboolean
has_room (EricSocketLines *self,
          const char      *bytes,
          gsize            length)
{
  gsize total = self->part->len + length;
  char last;

  if (total <= self->max_line)
    return TRUE;
  last = length > 0 ? bytes[length - 1] : self->part->str[total - 1];
  return total - 1 == self->max_line && last == '\r';
}

static void
give (const char  *bytes,
      gsize        n_bytes,
      const char **line,
      gsize       *length)
{
  if (n_bytes > 0 && bytes[n_bytes - 1] == '\r')
    n_bytes--;
  *line = bytes;
  *length = n_bytes;
}

/* Gets the next line, which is not terminated by NUL and lasts until the next call.
 * FALSE without an error where more has to be fed first. */
gboolean
eric_socket_lines_next (EricSocketLines  *self,
                        const char      **line,
                        gsize            *length,
                        GError          **error)
{
  const char *bytes = self->at;
  const char *lf;
  gsize n_bytes;

  if (self->part_given)
    empty_part (self);
  if (self->failed)
    return fail (self, error);
  if (bytes == self->end)
    return FALSE;

  lf = memchr (bytes, '\n', self->end - bytes);
  n_bytes = (lf != NULL ? lf : self->end) - bytes;
  if (!has_room (self, bytes, n_bytes))
    return fail (self, error);
  self->at = lf != NULL ? lf + 1 : self->end;

  if (lf != NULL && self->part->len == 0)
    {
      give (bytes, n_bytes, line, length);
      return TRUE;
    }
  g_string_append_len (self->part, bytes, n_bytes);
  if (lf == NULL)
    return FALSE;
  give (self->part->str, self->part->len, line, length);
  self->part_given = TRUE;
  return TRUE;
}

/* Gets the text behind the last line, at the end of the input: as a line, which lasts
 * until the next call. FALSE where there is none. */
gboolean
eric_socket_lines_end (EricSocketLines  *self,
                       const char      **text,
                       gsize            *length)
{
  g_assert (self->at == self->end);

  if (!eric_socket_lines_has_part (self))
    return FALSE;
  give (self->part->str, self->part->len, text, length);
  self->part_given = TRUE;
  return TRUE;
}

/* Whether a line has begun whose end has not come. */
gboolean
eric_socket_lines_has_part (EricSocketLines *self)
{
  return self->part->len > 0 && !self->part_given;
}

/* What was fed before must have been read. */
void
eric_socket_lines_feed (EricSocketLines *self,
                        const char      *bytes,
                        gsize            length)
{
  g_assert (self->at == self->end);

  self->at = bytes;
  self->end = bytes + length;
}

void
eric_socket_lines_init (EricSocketLines *self,
                        gsize            max_line)
{
  memset (self, 0, sizeof *self);
  self->max_line = max_line;
  self->part = g_string_new (NULL);
}

void
eric_socket_lines_clear (EricSocketLines *self)
{
  g_string_free (self->part, TRUE);
  self->part = NULL;
}
