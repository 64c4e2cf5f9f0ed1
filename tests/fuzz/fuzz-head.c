/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "eric-http-chunks-private.h"
#include "eric-http-head-private.h"
#include "fuzz.h"

/* The head of a request, and its body. Whatever the cut, the same is understood,
 * and of what was taken each line ends in CRLF and one framing is said. */

static void
assert_sound (const EricHttpHead *head,
              const char         *bytes,
              gsize               length)
{
  g_assert_cmpuint (head->length, <=, length);
  g_assert_cmpmem (bytes + head->length - 4, 4, "\r\n\r\n", 4);
  for (gsize i = head->start; i < head->length; i++)
    g_assert_true ((bytes[i] == '\n') == (i > 0 && bytes[i - 1] == '\r'));
  g_assert_null (memchr (bytes + head->start, '\0', head->length - head->start));
  g_assert_false (head->has_length && head->has_coding);
  g_assert_cmpuint (head->n_hosts, <=, 1);
  g_assert_true (head->minor == 0 || head->n_hosts == 1);
  g_assert_cmpuint (bytes[head->version - 1], ==, '.');
}

static gsize
read_body (const char *bytes,
           gsize       length,
           gsize       at_once)
{
  EricHttpChunks chunks = { 0 };
  gsize sum = 0;

  while (length > 0)
    {
      gsize piece = MIN (length, at_once);
      const char *payload;
      gsize payload_length;
      EricHttpChunksStep step;

      length -= piece;
      while ((step = eric_http_chunks_next (&chunks, &bytes, &piece, &payload, &payload_length)) ==
             ERIC_HTTP_CHUNKS_PAYLOAD)
        sum += payload_length;
      if (step != ERIC_HTTP_CHUNKS_MORE)
        return sum;
    }
  return sum;
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes,
                        gsize         length)
{
  const char *text = (const char *) bytes;
  EricHttpHead whole = { 0 }, grown = { 0 };
  EricHttpHeadStep at_once = eric_http_head_read (&whole, text, length);
  EricHttpHeadStep step = ERIC_HTTP_HEAD_MORE;

  for (gsize n = 0; n <= length && step == ERIC_HTTP_HEAD_MORE; n++)
    step = eric_http_head_read (&grown, text, n);
  g_assert_cmpint (step, ==, at_once);
  if (at_once != ERIC_HTTP_HEAD_DONE)
    return 0;

  assert_sound (&whole, text, length);
  g_assert_cmpuint (whole.length, ==, grown.length);
  g_assert_cmpint (whole.body, ==, grown.body);
  if (whole.body == ERIC_HTTP_BODY_CHUNKED)
    g_assert_cmpuint (read_body (text + whole.length, length - whole.length, 1), ==,
                      read_body (text + whole.length, length - whole.length, length));
  return 0;
}
