/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include <eric-sse.h>

#include "fuzz.h"

/* Each line is a message of a service. Whatever it says, a token is text in UTF-8, an
 * error is the end, and what comes behind the end says nothing. All of it is the body of
 * a refusal, too. */

static void
assert_token (EricToken *token)
{
  g_assert_cmpint (eric_token_get_kind (token), <=, ERIC_TOKEN_KIND_TOOL_CALL);
  g_assert_cmpstr (eric_token_get_text (token), !=, "");
  g_assert_true (g_utf8_validate (eric_token_get_text (token), -1, NULL));
  if (eric_token_get_kind (token) == ERIC_TOKEN_KIND_TOOL_CALL)
    return;
  g_assert_null (eric_token_get_name (token));
  g_assert_null (eric_token_get_id (token));
}

static void
read_line (EricTokenReader *reader,
           const char      *line,
           gsize            length)
{
  gboolean was_done = eric_token_reader_is_done (reader);
  g_autoptr (EricMessage) message = eric_message_new_from_data ("message", (const guint8 *) line, length, NULL);
  g_autoptr (GPtrArray) tokens = NULL;

  if (message == NULL)
    return;
  tokens = eric_token_reader_read (reader, message);
  for (guint i = 0; i < tokens->len; i++)
    assert_token (tokens->pdata[i]);
  if (was_done)
    g_assert_cmpuint (tokens->len, ==, 0);
  if (eric_token_reader_get_error (reader) != NULL)
    g_assert_true (eric_token_reader_is_done (reader));
  else if (eric_token_reader_is_done (reader))
    g_assert_nonnull (eric_token_reader_get_finish_reason (reader));
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes,
                        gsize         length)
{
  const char *input = (const char *) bytes;
  const char *end = input + length;
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autoptr (GBytes) body = g_bytes_new (bytes, length);
  g_autofree char *reason = eric_token_reader_explain (body);
  const char *lf;

  g_assert_true (reason == NULL || g_utf8_validate (reason, -1, NULL));
  for (; input < end; input = lf + 1)
    {
      lf = memchr (input, '\n', end - input);
      if (lf == NULL)
        lf = end;
      read_line (reader, input, lf - input);
    }
  return 0;
}
