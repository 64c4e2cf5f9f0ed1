/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-http-chunks-private.h"
#include "eric-http-head-private.h"

/* Digits of the size of a chunk: more could not be counted. */
#define MAX_DIGITS 15

/* Extensions of one chunk, or trailers, in bytes. They mean nothing here, but what is
 * neither is where two readers find two ends. */
#define MAX_EXTRA 8192

enum
{
  STATE_SIZE,
  STATE_SIZE_BLANK,
  STATE_EXTENSION,
  STATE_SIZE_LF,
  STATE_DATA,
  STATE_DATA_CR,
  STATE_DATA_LF,
  STATE_TRAILER_START,
  STATE_TRAILER_NAME,
  STATE_TRAILER,
  STATE_TRAILER_LF,
  STATE_LAST_LF,
  STATE_END,
  STATE_MALFORMED,
};

/* The size is complete. */
static guint
end_size (EricHttpChunks *chunks,
          char            byte)
{
  switch (byte)
    {
    case '\r':
      return STATE_SIZE_LF;
    case ';':
      return STATE_EXTENSION;
    case ' ':
    case '\t':
      return ++chunks->extra <= MAX_EXTRA ? STATE_SIZE_BLANK : STATE_MALFORMED;
    default:
      return STATE_MALFORMED;
    }
}

static guint
take_size (EricHttpChunks *chunks,
           char            byte)
{
  int digit = g_ascii_xdigit_value (byte);

  if (digit >= 0 && chunks->n_digits < MAX_DIGITS)
    {
      chunks->left = chunks->left * 16 + digit;
      chunks->n_digits++;
      return STATE_SIZE;
    }
  if (digit >= 0 || chunks->n_digits == 0)
    return STATE_MALFORMED;
  return end_size (chunks, byte);
}

/* What is in a line that nobody wants: up to its CR. */
static guint
skip (EricHttpChunks *chunks,
      char            byte,
      guint           behind)
{
  if (byte == '\r')
    return behind;
  if (g_ascii_iscntrl (byte) && byte != '\t')
    return STATE_MALFORMED;
  return ++chunks->extra <= MAX_EXTRA ? chunks->state : STATE_MALFORMED;
}

/* Of the name of a trailer, behind which a colon comes. */
static guint
take_name (EricHttpChunks *chunks,
           char            byte)
{
  if (!eric_http_is_token (&byte, 1))
    return STATE_MALFORMED;
  return ++chunks->extra <= MAX_EXTRA ? STATE_TRAILER_NAME : STATE_MALFORMED;
}

/* The state behind a byte of the framing. */
static guint
take_byte (EricHttpChunks *chunks,
           char            byte)
{
  switch (chunks->state)
    {
    case STATE_SIZE:
      return take_size (chunks, byte);
    case STATE_SIZE_BLANK:
      return end_size (chunks, byte);
    case STATE_EXTENSION:
      return skip (chunks, byte, STATE_SIZE_LF);
    case STATE_SIZE_LF:
      chunks->extra = 0;
      if (byte != '\n')
        return STATE_MALFORMED;
      return chunks->left > 0 ? STATE_DATA : STATE_TRAILER_START;
    case STATE_DATA_CR:
      return byte == '\r' ? STATE_DATA_LF : STATE_MALFORMED;
    case STATE_DATA_LF:
      chunks->n_digits = 0;
      return byte == '\n' ? STATE_SIZE : STATE_MALFORMED;
    case STATE_TRAILER_START:
      return byte == '\r' ? STATE_LAST_LF : take_name (chunks, byte);
    case STATE_TRAILER_NAME:
      return byte == ':' ? STATE_TRAILER : take_name (chunks, byte);
    case STATE_TRAILER:
      return skip (chunks, byte, STATE_TRAILER_LF);
    case STATE_TRAILER_LF:
      return byte == '\n' ? STATE_TRAILER_START : STATE_MALFORMED;
    case STATE_LAST_LF:
      return byte == '\n' ? STATE_END : STATE_MALFORMED;
    default:
      g_assert_not_reached ();
    }
}

/* Moves on in the bytes to where something is to be told. What comes behind the
 * end is left there. */
EricHttpChunksStep
eric_http_chunks_next (EricHttpChunks  *chunks,
                       const char     **bytes,
                       gsize           *length,
                       const char     **payload,
                       gsize           *payload_length)
{
  while (chunks->state != STATE_END && chunks->state != STATE_MALFORMED)
    {
      if (*length == 0)
        return ERIC_HTTP_CHUNKS_MORE;
      if (chunks->state == STATE_DATA)
        {
          *payload = *bytes;
          *payload_length = MIN (*length, chunks->left);
          *bytes += *payload_length;
          *length -= *payload_length;
          chunks->left -= *payload_length;
          if (chunks->left == 0)
            chunks->state = STATE_DATA_CR;
          return ERIC_HTTP_CHUNKS_PAYLOAD;
        }
      chunks->state = take_byte (chunks, **bytes);
      ++*bytes;
      --*length;
    }
  return chunks->state == STATE_END ? ERIC_HTTP_CHUNKS_END : ERIC_HTTP_CHUNKS_MALFORMED;
}
