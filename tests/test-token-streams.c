/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "test-util.h"
#include "token-streams.h"

static EricMessage *
new_message (const char *text)
{
  g_autoptr (GError) error = NULL;
  EricMessage *message = eric_message_new_from_text ("message", text, &error);

  g_assert_no_error (error);
  return message;
}

static void
test_token_streams_row (gconstpointer data)
{
  const TokenStream *row = data;
  g_autoptr (GPtrArray) messages = token_stream_split (row->stream);
  g_autoptr (EricTokenReader) reader = eric_token_reader_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    token_trace_message (out, reader, messages->pdata[i]);
  token_trace_state (out, reader);
  g_test_message ("%s", row->report);
  g_assert_cmpstr (out->str, ==, row->expected);
}

/* JSON may be written in several ways. */
static char *
remove_spaces (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  return g_strjoinv ("", words);
}

/* A call that is given when the answer breaks off is one of those that would have come,
 * but for arguments that had not begun. */
static void
assert_calls (const TokenStream *row,
              const char        *trace)
{
  g_auto (GStrv) lines = g_strsplit (trace, "\n", -1);
  g_autofree char *expected = remove_spaces (row->expected);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *words = remove_spaces (lines[i]);
      g_autofree char *line = g_strconcat (words, "\n", NULL);

      if (g_str_has_prefix (lines[i], "call ") && !g_str_has_suffix (lines[i], " {}"))
        g_assert_nonnull (strstr (expected, line));
    }
}

/* @n_messages of them, and then @end. */
static char *
read_part (GPtrArray       *messages,
           guint            n_messages,
           const char      *end,
           EricTokenReader *reader)
{
  g_autoptr (EricMessage) last = new_message (end);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n_messages; i++)
    token_trace_message (out, reader, messages->pdata[i]);
  token_trace_message (out, reader, last);
  return g_string_free (out, FALSE);
}

/* However it breaks off, nothing is made up, and it can be told. */
static void
test_token_streams_cut (gconstpointer data)
{
  const char *length = "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}";
  const TokenStream *row = data;
  g_autoptr (GPtrArray) messages = token_stream_split (row->stream);

  for (guint i = 0; i < messages->len; i++)
    {
      g_autoptr (EricTokenReader) failed = eric_token_reader_new ();
      g_autoptr (EricTokenReader) ended = eric_token_reader_new ();
      g_autoptr (EricTokenReader) full = eric_token_reader_new ();
      g_autofree char *of_failed = read_part (messages, i, "{\"error\":{\"message\":\"cut\"}}", failed);
      g_autofree char *of_ended = read_part (messages, i, "[DONE]", ended);
      g_autofree char *of_full = read_part (messages, i, length, full);

      g_assert_true (g_str_has_prefix (row->expected, of_failed));
      g_assert_true (eric_token_reader_get_error (failed) != NULL || eric_token_reader_is_done (failed));
      assert_calls (row, of_ended);
      g_assert_true (eric_token_reader_is_done (ended));
      assert_calls (row, of_full);
      g_assert_true (eric_token_reader_get_finish_reason (full) != NULL ||
                     eric_token_reader_get_error (full) != NULL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n_token_streams; i++)
    {
      const TokenStream *row = &token_streams[i];
      g_autofree char *name = g_strdelimit (g_strdup_printf ("%s/%s", row->vendor, row->name), " ", '-');
      g_autofree char *whole = g_strdup_printf ("/eric/token-streams/whole/%s", name);
      g_autofree char *cut = g_strdup_printf ("/eric/token-streams/cut/%s", name);

      g_test_add_data_func (whole, row, test_token_streams_row);
      g_test_add_data_func (cut, row, test_token_streams_cut);
    }
  return g_test_run ();
}
