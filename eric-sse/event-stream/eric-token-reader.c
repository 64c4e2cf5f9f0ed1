/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-reader.h"

#include "eric-error.h"
#include "eric-json-private.h"
#include "eric-message.h"
#include "eric-token-answer-private.h"
#include "eric-token-members-private.h"

/* By which OpenAI, and who is compatible with it, ends a stream. It is no JSON. */
#define END_MARKER "[DONE]"

/**
 * EricTokenReader:
 *
 * Reads what a language model says out of the messages of its service.
 *
 * Services stream an answer in several dialects: those of OpenAI
 * (`/v1/chat/completions`, which most others and most local servers speak, and
 * `/v1/responses`), of Anthropic (`/v1/messages`), of Ollama (`/api/chat` and
 * `/api/generate`), of Gemini, Cohere, Bedrock, DashScope and watsonx, and the plain ones
 * of Text Generation Inference, llama.cpp, Workers AI and Baidu. A reader knows which it
 * is by the messages themselves. What it does not know, it leaves out: services add
 * fields and events, and keep a connection open with events of any form.
 *
 * A reader reads one answer. It knows nothing of HTTP: an [class@EventSource] makes
 * the request, an [class@SseParser] may do as well.
 *
 * ```c
 * static void
 * message_cb (EricEventSource *source, EricMessage *message, EricTokenReader *reader)
 * {
 *   g_autoptr (GPtrArray) tokens = eric_token_reader_read (reader, message);
 *
 *   for (guint i = 0; i < tokens->len; i++)
 *     {
 *       EricToken *token = tokens->pdata[i];
 *
 *       if (eric_token_get_kind (token) == ERIC_TOKEN_KIND_TEXT)
 *         g_print ("%s", eric_token_get_text (token));
 *     }
 *   if (eric_token_reader_is_done (reader))
 *     eric_event_source_close (source);
 * }
 * ```
 *
 * When the stream has ended, [method@TokenReader.get_error] says what the service
 * reported in the middle of it, and [method@TokenReader.get_finish_reason] whether
 * the answer is whole: it is %NULL where it was cut off.
 *
 * A reader can be used from any thread, by one at a time.
 *
 * Since: 0.1
 */
struct _EricTokenReader
{
  GObject         parent_instance;

  EricTokenAnswer answer;
};

G_DEFINE_FINAL_TYPE (EricTokenReader, eric_token_reader, G_TYPE_OBJECT)

static void
eric_token_reader_finalize (GObject *object)
{
  EricTokenReader *self = ERIC_TOKEN_READER (object);

  eric_token_answer_clear (&self->answer);

  G_OBJECT_CLASS (eric_token_reader_parent_class)->finalize (object);
}

static void
eric_token_reader_class_init (EricTokenReaderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = eric_token_reader_finalize;
}

static void
eric_token_reader_init (EricTokenReader *self)
{
  eric_token_answer_init (&self->answer);
}

/**
 * eric_token_reader_new:
 *
 * Makes a reader for one answer.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full): the reader
 *
 * Since: 0.1
 */
EricTokenReader *
eric_token_reader_new (void)
{
  return g_object_new (ERIC_TYPE_TOKEN_READER, NULL);
}

static void
fail (EricTokenReader *self,
      EricError        code,
      const char      *words)
{
  eric_token_answer_fail (&self->answer, g_error_new_literal (ERIC_ERROR, code, words));
}

/* What is not JSON may still be a sentence; a page in HTML is none. */
static char *
get_first_line (const char *text,
                gsize       length)
{
  g_autofree char *line = g_strchug (g_strndup (text, length));

  line[strcspn (line, "\r\n")] = '\0';
  g_strchomp (line);
  return *line != '\0' && *line != '<' ? g_steal_pointer (&line) : NULL;
}

/* An event whose type says that it is an error is one, whatever it has. */
static void
read_error (EricTokenReader *self,
            GVariant        *value,
            const char      *text)
{
  g_autofree char *words = value != NULL ? eric_token_errors_explain (value) : NULL;

  if (words == NULL)
    words = get_first_line (text, strlen (text));
  fail (self, ERIC_ERROR_UNEXPECTED_RESPONSE, words != NULL ? words : "The service reported an error without a word");
}

/* Text that is no JSON keeps the connection open, in as many ways as there are services,
 * but an object that was cut off had something to say. So had an error. */
static void
read_words (EricTokenReader *self,
            const char      *type,
            const char      *text,
            const GError    *error)
{
  g_autofree char *line = get_first_line (text, strlen (text));
  const char *word = line != NULL ? line + (*line == '[') : "";
  g_autofree char *words = NULL;

  if (g_ascii_strncasecmp (word, "error", strlen ("error")) == 0)
    fail (self, ERIC_ERROR_UNEXPECTED_RESPONSE, line);
  else if (*word == '{' && (g_str_equal (type, "message") || eric_token_dialects_know (type)))
    {
      words = g_strdup_printf ("A message of the service cannot be read: %s", error->message);
      fail (self, ERIC_ERROR_INVALID_MESSAGE_FORMAT, words);
    }
}

static gboolean
is_end (const char *text)
{
  g_autofree char *word = g_strstrip (g_strdup (text));

  return g_ascii_strcasecmp (word, END_MARKER) == 0;
}

static void
read_text (EricTokenReader *self,
           const char      *type,
           const char      *text)
{
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;
  g_auto (GStrv) lines = NULL;

  if (is_end (text))
    {
      eric_token_answer_end (&self->answer, NULL);
      return;
    }
  kept = eric_token_keep_arguments (text);
  value = eric_json_parse_lenient (kept, -1, &error);
  if (g_str_has_suffix (type, "error"))
    read_error (self, value, text);
  else if (value != NULL)
    eric_token_dialects_read (&self->answer, value);
  else if (strchr (text, '\n') == NULL)
    read_words (self, type, text, error);
  else
    /* The empty line between two events is missing. */
    lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines != NULL && lines[i] != NULL && !self->answer.done; i++)
    read_text (self, type, lines[i]);
}

static void
read_message (EricTokenReader *self,
              EricMessage     *message)
{
  gsize length;
  const guint8 *data = eric_message_get_data (message, &length);
  g_autofree char *text = g_malloc0 (length + 1);

  /* A NUL is nothing that JSON may have, and not the end. */
  for (gsize i = 0; i < length; i++)
    text[i] = data[i] != '\0' ? data[i] : '\001';
  read_text (self, eric_message_get_event_type (message), text);
}

/**
 * eric_token_reader_read:
 * @self: a reader
 * @message: the next message of the stream
 *
 * Reads a message: its data, whatever its type. Most messages have one token, some
 * have several, and some have none: what the service says of the answer, or to keep
 * the connection open.
 *
 * A tool call is given when the service shows that it is whole, which most do with the
 * reason why the answer ended. A call in the midst of which the answer was cut off, by a
 * limit, a filter, an error or the end of the stream, is never given. Nor is one whose
 * arguments are no JSON, but for those of a custom tool of OpenAI, which are text: where
 * the stream ends as agreed, such a call is an error. A call is the same as long as the
 * service means the same, be its index, its id or its name missing, repeated or changed.
 *
 * It does not fail: what cannot be read, like what the service reports as an error, is
 * the reader's error ([method@TokenReader.get_error]), which is the end. What comes
 * behind the end has no tokens. A tool call that had not been completed is lost.
 *
 * Returns: (transfer container) (element-type EricToken): the tokens, of which there
 *   may be none
 *
 * Since: 0.1
 */
GPtrArray *
eric_token_reader_read (EricTokenReader *self,
                        EricMessage     *message)
{
  EricTokenAnswer *answer;
  GPtrArray *tokens;

  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), NULL);
  g_return_val_if_fail (ERIC_IS_MESSAGE (message), NULL);

  answer = &self->answer;
  if (!answer->done)
    read_message (self, message);

  tokens = g_steal_pointer (&answer->tokens);
  answer->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  return tokens;
}

/**
 * eric_token_reader_is_done:
 * @self: a reader
 *
 * Tells whether nothing comes any more: the service has said so, or there is an error.
 * It is what [method@EventSource.set_end_func] asks for.
 *
 * Returns: %TRUE if it is at the end
 *
 * Since: 0.1
 */
gboolean
eric_token_reader_is_done (EricTokenReader *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), FALSE);

  return self->answer.done;
}

/**
 * eric_token_reader_get_finish_reason:
 * @self: a reader
 *
 * Gets why the model stopped, in the words of its service: `stop` and `end_turn` where
 * it has said all, `length` and `max_tokens` where it may not say more, `tool_calls`
 * and `tool_use` where it waits for tools; `stop`, too, where the service ends the
 * stream without a reason. A stream that ends with none was cut off. An empty reason is
 * none, and one that comes before the arguments of a tool are complete is not yet one.
 *
 * Returns: (transfer none) (nullable): the reason, or %NULL as long as it is not known
 *
 * Since: 0.1
 */
const char *
eric_token_reader_get_finish_reason (EricTokenReader *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), NULL);

  return self->answer.finish_reason;
}

/**
 * eric_token_reader_get_error:
 * @self: a reader
 *
 * Gets what went wrong in the stream. It is an %ERIC_ERROR_UNEXPECTED_RESPONSE, in the
 * service's own words, where the service reported it, be that as an error, as an event
 * of that type, or as the reason why the answer ended; an
 * %ERIC_ERROR_INVALID_MESSAGE_FORMAT where a message is part of an object in JSON, and
 * where the arguments of a tool were cut off or are no JSON; an
 * %ERIC_ERROR_TOO_LARGE beyond %ERIC_TOKEN_READER_MAX_CALLS or
 * %ERIC_TOKEN_READER_MAX_ARGUMENTS.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL where there is none
 *
 * Since: 0.1
 */
const GError *
eric_token_reader_get_error (EricTokenReader *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), NULL);

  return self->answer.error;
}

/**
 * eric_token_reader_get_input_tokens:
 * @self: a reader
 *
 * Gets how many tokens the request had, as the service counts them. Most say it at the
 * end. Some of those that speak as OpenAI does only say it where the request asks for
 * it, with `stream_options`.
 *
 * Returns: the number, 0 as long as it is not known
 *
 * Since: 0.1
 */
guint64
eric_token_reader_get_input_tokens (EricTokenReader *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), 0);

  return self->answer.input_tokens;
}

/**
 * eric_token_reader_get_output_tokens:
 * @self: a reader
 *
 * Gets how many tokens the answer has, as the service counts them: see
 * [method@TokenReader.get_input_tokens].
 *
 * Returns: the number, 0 as long as it is not known
 *
 * Since: 0.1
 */
guint64
eric_token_reader_get_output_tokens (EricTokenReader *self)
{
  g_return_val_if_fail (ERIC_IS_TOKEN_READER (self), 0);

  return self->answer.output_tokens;
}

/**
 * eric_token_reader_explain:
 * @body: (nullable): the body of an answer that is no stream, or %NULL
 *
 * Reads why a service refused a request: a wrong key, a model that it does not have.
 * [property@EventSource:error-body] has such a body. It is read as the dialects have
 * it; the first line of plain text is taken, too.
 *
 * It is safe to call this function from any thread.
 *
 * Returns: (transfer full) (nullable): the reason for people to read, in the service's
 *   words, or %NULL where @body says none
 *
 * Since: 0.1
 */
char *
eric_token_reader_explain (GBytes *body)
{
  g_autoptr (GVariant) value = NULL;
  const char *text;
  gsize length;

  if (body == NULL)
    return NULL;
  text = g_bytes_get_data (body, &length);
  if (length == 0 || !g_utf8_validate_len (text, length, NULL))
    return NULL;
  value = eric_json_parse_lenient (text, length, NULL);
  return value != NULL ? eric_token_errors_explain (value) : get_first_line (text, length);
}
