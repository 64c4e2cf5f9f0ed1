/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "token-streams.h"

/* (transfer full) (element-type EricMessage): what a parser makes of it. */
GPtrArray *
token_stream_split (const char *stream)
{
  const EricStreamFormat format = *stream == '{' ? ERIC_STREAM_FORMAT_NDJSON : ERIC_STREAM_FORMAT_EVENT_STREAM;
  g_autoptr (EricSseParser) parser = eric_sse_parser_new_for_format (format);
  g_autofree char *bytes = g_strdelimit (g_strdup (stream), "'", '"');
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;
  EricMessage *message;

  for (const char *c = bytes; *c != '\0'; c++)
    g_assert_true (eric_sse_parser_feed (parser, (const guint8 *) c, 1, &error));
  g_assert_true (eric_sse_parser_end (parser, &error));
  while ((message = eric_sse_parser_next (parser)) != NULL)
    g_ptr_array_add (messages, message);
  return messages;
}

void
token_trace_message (GString         *out,
                     EricTokenReader *reader,
                     EricMessage     *message)
{
  static const char * const kinds[] = { "text", "reasoning", "call" };
  g_autoptr (GPtrArray) tokens = eric_token_reader_read (reader, message);

  for (guint i = 0; i < tokens->len; i++)
    {
      EricToken *token = tokens->pdata[i];
      const char *id = eric_token_get_id (token);
      const char *name = eric_token_get_name (token);

      g_assert_cmpstr (eric_token_get_text (token), !=, "");
      g_string_append_printf (out, "%s ", kinds[eric_token_get_kind (token)]);
      if (eric_token_get_kind (token) == ERIC_TOKEN_KIND_TOOL_CALL)
        g_string_append_printf (out, "%s %s ", id != NULL ? id : "-", name != NULL ? name : "-");
      g_string_append_printf (out, "%s\n", eric_token_get_text (token));
    }
}

void
token_trace_state (GString         *out,
                   EricTokenReader *reader)
{
  const GError *error = eric_token_reader_get_error (reader);
  const char *reason = eric_token_reader_get_finish_reason (reader);

  if (error != NULL)
    {
      g_assert_true (eric_token_reader_is_done (reader));
      g_string_append_printf (out, "error %s %d: %s\n", g_quark_to_string (error->domain), error->code,
                              error->message);
    }
  else if (reason != NULL)
    g_string_append_printf (out, "%s %s %" G_GUINT64_FORMAT "+%" G_GUINT64_FORMAT "\n",
                            eric_token_reader_is_done (reader) ? "done" : "finish", reason,
                            eric_token_reader_get_input_tokens (reader), eric_token_reader_get_output_tokens (reader));
  else
    g_assert_false (eric_token_reader_is_done (reader));
}
