/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-http-reply-private.h"

#define HEAD_END       "\r\n\r\n"
#define STATUS_AT      9     /* behind "HTTP/1.1 " */
#define SWITCHING      101
#define NO_CONTENT     204
#define NOT_MODIFIED   304

/* What the head says. */
#define KEEP_ALIVE "Keep-Alive: timeout=" G_STRINGIFY (ERIC_HTTP_IDLE_TIMEOUT) "\r\n"

typedef struct
{
  guint    status;
  gboolean has_length;
  gboolean chunked;
  guint64  length;
} Said;

void
eric_http_reply_init (EricHttpReply *reply,
                      guint          minor,
                      gboolean       is_head)
{
  EricHttpReply zero = { .minor = minor, .is_head = is_head, .head = reply->head };

  *reply = zero;
  if (reply->head == NULL)
    reply->head = g_byte_array_new ();
  g_byte_array_set_size (reply->head, 0);
}

void
eric_http_reply_clear (EricHttpReply *reply)
{
  g_clear_pointer (&reply->head, g_byte_array_unref);
}

static void
append (GByteArray *output,
        const char *text)
{
  g_byte_array_append (output, (const guint8 *) text, strlen (text));
}

static gboolean
is_field (const char *line,
          gsize       length,
          const char *name)
{
  gsize size = strlen (name);

  return length > size && line[size] == ':' && g_ascii_strncasecmp (line, name, size) == 0;
}

static gboolean
has_word (const char *line,
          gsize       length,
          const char *word)
{
  g_autofree char *value = g_strndup (line, length);
  g_autofree char *lower = g_ascii_strdown (value, -1);

  return strstr (lower, word) != NULL;
}

static gboolean
has_no_body (EricHttpReply *reply,
             const Said    *said)
{
  return reply->is_head || said->status < 200 || said->status == NO_CONTENT || said->status == NOT_MODIFIED;
}

/* FALSE if the line is not to be sent. */
static gboolean
take_field (EricHttpReply *reply,
            const char    *line,
            gsize          length,
            Said          *said)
{
  if (is_field (line, length, "Connection"))
    {
      if (has_word (line, length, "close"))
        reply->keeps = FALSE;
      return !has_word (line, length, "close") && !has_word (line, length, "keep-alive");
    }
  if (is_field (line, length, "Content-Length"))
    {
      said->has_length = TRUE;
      said->length = g_ascii_strtoull (line + strlen ("Content-Length:"), NULL, 10);
      /* Where there is no body, libsoup gives the length of what it has, which
       * is nothing, for that of what a GET would have. */
      return !has_no_body (reply, said) || said->length > 0;
    }
  if (is_field (line, length, "Transfer-Encoding"))
    {
      said->chunked = has_word (line, length, "chunked");
      return reply->minor > 0;
    }
  return TRUE;
}

static void
conclude (EricHttpReply *reply,
          const Said    *said)
{
  reply->left = said->length;
  if (has_no_body (reply, said))
    reply->state = ERIC_HTTP_REPLY_DONE;
  else if (said->chunked)
    reply->state = ERIC_HTTP_REPLY_CHUNKED;
  else if (said->has_length)
    reply->state = said->length > 0 ? ERIC_HTTP_REPLY_LENGTH : ERIC_HTTP_REPLY_DONE;
  else
    reply->state = ERIC_HTTP_REPLY_EOF;
  /* What has no end of its own in HTTP/1.0 ends with the connection. */
  if (reply->state == ERIC_HTTP_REPLY_EOF || (reply->state == ERIC_HTTP_REPLY_CHUNKED && reply->minor == 0))
    reply->keeps = FALSE;
}

static void
send_head (EricHttpReply *reply,
           Said          *said,
           GByteArray    *output)
{
  const char *at = (const char *) reply->head->data;
  const char *end = at + reply->head->len - 2;
  gboolean first = TRUE;

  while (at < end)
    {
      const char *lf = memchr (at, '\n', end - at);
      gsize length = lf + 1 - at;

      if (first || take_field (reply, at, length, said))
        g_byte_array_append (output, (const guint8 *) at, length);
      first = FALSE;
      at += length;
    }
  conclude (reply, said);
  if (!reply->keeps)
    append (output, "Connection: close\r\n");
  else
    append (output, reply->minor == 0 ? "Connection: keep-alive\r\n" KEEP_ALIVE : KEEP_ALIVE);
  append (output, "\r\n");
}

/* Interim responses go as they are, and another head comes behind them. */
static void
finish_head (EricHttpReply *reply,
             GByteArray    *output)
{
  Said said = { 0 };

  if (reply->head->len > STATUS_AT + 3)
    said.status = g_ascii_strtoull ((const char *) reply->head->data + STATUS_AT, NULL, 10);
  if (said.status >= 200)
    {
      reply->begun = TRUE;
      send_head (reply, &said, output);
    }
  else
    {
      g_byte_array_append (output, reply->head->data, reply->head->len);
      reply->begun = said.status == SWITCHING;
      reply->state = said.status == SWITCHING ? ERIC_HTTP_REPLY_TUNNEL : ERIC_HTTP_REPLY_HEAD;
    }
  g_byte_array_set_size (reply->head, 0);
}

/* Returns how many bytes belong to the head. */
static gsize
take_head (EricHttpReply *reply,
           const char    *bytes,
           gsize          length,
           GByteArray    *output)
{
  gsize before = reply->head->len;
  gsize from = before > 3 ? before - 3 : 0;
  const guint8 *end;

  g_byte_array_append (reply->head, (const guint8 *) bytes, length);
  end = memmem (reply->head->data + from, reply->head->len - from, HEAD_END, strlen (HEAD_END));
  if (end == NULL)
    return length;
  g_byte_array_set_size (reply->head, end + strlen (HEAD_END) - reply->head->data);
  length = reply->head->len - before;
  finish_head (reply, output);
  return length;
}

static gsize
take_chunks (EricHttpReply *reply,
             const char    *bytes,
             gsize          length,
             GByteArray    *output)
{
  const char *at = bytes, *payload;
  gsize left = length, size;
  EricHttpChunksStep step;

  while ((step = eric_http_chunks_next (&reply->chunks, &at, &left, &payload, &size)) == ERIC_HTTP_CHUNKS_PAYLOAD)
    if (reply->minor == 0)
      g_byte_array_append (output, (const guint8 *) payload, size);
  if (reply->minor > 0)
    g_byte_array_append (output, (const guint8 *) bytes, at - bytes);
  if (step == ERIC_HTTP_CHUNKS_END)
    reply->state = ERIC_HTTP_REPLY_DONE;
  else if (step == ERIC_HTTP_CHUNKS_MALFORMED)
    reply->state = ERIC_HTTP_REPLY_EOF;
  return at - bytes;
}

/* Whoever writes more than the response has taken the connection for something
 * else: it is passed on, but the connection ends with it. */
void
eric_http_reply_take (EricHttpReply *reply,
                      const char    *bytes,
                      gsize          length,
                      GByteArray    *output)
{
  while (length > 0)
    {
      gsize taken = length;

      if (reply->state == ERIC_HTTP_REPLY_HEAD)
        taken = take_head (reply, bytes, length, output);
      else if (reply->state == ERIC_HTTP_REPLY_CHUNKED)
        taken = take_chunks (reply, bytes, length, output);
      else
        {
          if (reply->state == ERIC_HTTP_REPLY_LENGTH)
            {
              taken = MIN (length, reply->left);
              reply->left -= taken;
              if (reply->left == 0)
                reply->state = ERIC_HTTP_REPLY_DONE;
            }
          else if (reply->state == ERIC_HTTP_REPLY_DONE)
            {
              reply->state = ERIC_HTTP_REPLY_EOF;
              reply->keeps = FALSE;
            }
          g_byte_array_append (output, (const guint8 *) bytes, taken);
        }
      bytes += taken;
      length -= taken;
    }
}
