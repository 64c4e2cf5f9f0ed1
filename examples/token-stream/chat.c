/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* token-stream [OPTION…] PROMPT…: asks a language model, and prints its answer as it
 * comes. What the model thinks before it answers goes to standard error.
 *
 * The key is taken from OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_API_KEY. Ctrl-C
 * closes the connection at once. It exits with 0 if the answer is whole, with 1 if
 * something went wrong, with 2 if the command line is wrong, and with 130 after
 * Ctrl-C. */

#include <eric-sse.h>
#include <glib-unix.h>
#include <locale.h>
#include <unistd.h>

#include "chat-request.h"

/* A service that is too busy is asked again so often. */
#define MAX_RETRIES 3

typedef struct
{
  EricEventSource *source;       /* (owned) */
  EricTokenReader *reader;       /* (owned) */
  GMainLoop       *loop;         /* (owned) */
  guint            n_tokens;
  guint            n_retries;
  gboolean         thinking;     /* the last token was a thought */
  gboolean         answering;    /* there is text on standard output */
  gboolean         interrupted;
} Chat;

static char *dialect_name = NULL;
static char *uri = NULL;
static char *model = NULL;
static gboolean usage = FALSE;
static char **prompt = NULL;

static const GOptionEntry entries[] = {
  { "dialect", 'd', 0, G_OPTION_ARG_STRING, &dialect_name, "openai (the default), anthropic or ollama", "DIALECT" },
  { "url", 'u', 0, G_OPTION_ARG_STRING, &uri, "The service, if not that of the dialect", "URL" },
  { "model", 'm', 0, G_OPTION_ARG_STRING, &model, "The model", "MODEL" },
  { "usage", 0, 0, G_OPTION_ARG_NONE, &usage, "Say at the end how many tokens it took", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &prompt, NULL, "PROMPT…" },
  { NULL }
};

/* On a terminal, dimmed. */
static void
print_aside (const char *text)
{
  gboolean dim = isatty (STDERR_FILENO);

  g_printerr ("%s%s%s", dim ? "\033[2m" : "", text, dim ? "\033[0m" : "");
}

static void
print_token (Chat      *chat,
             EricToken *token)
{
  EricTokenKind kind = eric_token_get_kind (token);
  const char *text = eric_token_get_text (token);

  chat->n_tokens++;
  if (chat->thinking && kind != ERIC_TOKEN_KIND_REASONING)
    g_printerr ("\n");
  chat->thinking = kind == ERIC_TOKEN_KIND_REASONING;
  if (kind == ERIC_TOKEN_KIND_TEXT)
    {
      chat->answering = TRUE;
      g_print ("%s", text);
    }
  else if (kind == ERIC_TOKEN_KIND_REASONING)
    print_aside (text);
  else if (kind == ERIC_TOKEN_KIND_TOOL_CALL)
    {
      const char *name = eric_token_get_name (token);
      g_autofree char *call = g_strdup_printf ("%s %s\n", name != NULL ? name : "?", text);

      print_aside (call);
    }
}

static void
message_cb (EricEventSource *source,
            EricMessage     *message,
            Chat            *chat)
{
  g_autoptr (GPtrArray) tokens = eric_token_reader_read (chat->reader, message);

  for (guint i = 0; i < tokens->len; i++)
    print_token (chat, tokens->pdata[i]);
}

static gboolean
is_last (EricMessage *message,
         gpointer     user_data)
{
  return eric_token_reader_is_done (user_data);
}

/* A request that the service has refused can be made again, though it is a POST. One
 * that it has begun to answer cannot. */
static gboolean
decide_reconnect_cb (EricEventSource *source,
                     SoupMessage     *request,
                     const GError    *error,
                     gboolean         proposed,
                     Chat            *chat)
{
  guint status = soup_message_get_status (request);

  return (status == 429 || status >= 500) && chat->n_retries++ < MAX_RETRIES;
}

/* An error answer says why in its body, most often. */
static void
print_error (Chat         *chat,
             const GError *error,
             const char   *what_follows)
{
  g_autofree char *reason = eric_token_reader_explain (eric_event_source_get_error_body (chat->source));

  g_printerr ("%s%s%s%s\n", error->message, reason != NULL ? ": " : "", reason != NULL ? reason : "", what_follows);
}

static void
error_cb (EricEventSource *source,
          const GError    *error,
          Chat            *chat)
{
  if (eric_event_source_get_ready_state (source) == ERIC_READY_STATE_CONNECTING)
    print_error (chat, error, " (trying again)");
}

static gboolean
interrupted_cb (gpointer user_data)
{
  Chat *chat = user_data;

  chat->interrupted = TRUE;
  eric_event_source_close (chat->source);
  return G_SOURCE_CONTINUE;
}

/* What became of the answer. */
static int
conclude (Chat *chat)
{
  const GError *lost = eric_event_source_get_error (chat->source);
  const GError *failed = eric_token_reader_get_error (chat->reader);
  const char *reason = eric_token_reader_get_finish_reason (chat->reader);

  if (chat->answering)
    g_print ("\n");
  if (chat->thinking)
    g_printerr ("\n");
  if (chat->interrupted)
    {
      g_printerr ("Stopped after %u tokens\n", chat->n_tokens);
      return 130;
    }
  if (lost != NULL)
    print_error (chat, lost, "");
  else if (failed != NULL)
    g_printerr ("%s\n", failed->message);
  else if (reason == NULL)
    g_printerr ("The answer was cut off\n");
  else if (usage)
    g_printerr ("%s: %" G_GUINT64_FORMAT " tokens in, %" G_GUINT64_FORMAT " out\n", reason,
                eric_token_reader_get_input_tokens (chat->reader), eric_token_reader_get_output_tokens (chat->reader));
  return lost == NULL && failed == NULL && reason != NULL ? 0 : 1;
}

/* Takes over @source. */
static int
ask (EricEventSource *source)
{
  Chat chat = {
    .source = source,
    .reader = eric_token_reader_new (),
    .loop = g_main_loop_new (NULL, FALSE),
  };
  int status;

  eric_event_source_set_end_func (source, is_last, chat.reader, NULL);
  g_signal_connect (source, "message", G_CALLBACK (message_cb), &chat);
  g_signal_connect (source, "decide-reconnect", G_CALLBACK (decide_reconnect_cb), &chat);
  g_signal_connect (source, "error", G_CALLBACK (error_cb), &chat);
  g_signal_connect_swapped (source, "closed", G_CALLBACK (g_main_loop_quit), chat.loop);
  g_unix_signal_add (SIGINT, interrupted_cb, &chat);
  eric_event_source_start (source);
  g_main_loop_run (chat.loop);

  status = conclude (&chat);
  g_object_unref (chat.source);
  g_object_unref (chat.reader);
  g_main_loop_unref (chat.loop);
  return status;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- ask a language model");
  const ChatDialect *dialect;
  EricEventSource *source;
  g_autoptr (GError) error = NULL;
  g_autofree char *question = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  dialect = chat_dialect_find (dialect_name != NULL ? dialect_name : "openai");
  if (dialect == NULL || prompt == NULL)
    {
      g_printerr ("Usage: %s [--dialect openai|anthropic|ollama] [--url URL] [--model MODEL] PROMPT…\n", argv[0]);
      return 2;
    }
  question = g_strjoinv (" ", prompt);
  source = chat_request_new (dialect, uri, model, question, &error);
  if (source != NULL)
    return ask (source);
  g_printerr ("%s\n", error->message);
  return 2;
}
