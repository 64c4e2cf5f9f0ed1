/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "chat-request.h"

static const ChatDialect chat_dialects[] = {
  { "openai", "https://api.openai.com/v1/chat/completions", "gpt-4o-mini",
    "OPENAI_API_KEY", "Authorization", "Bearer " },
  { "anthropic", "https://api.anthropic.com/v1/messages", "claude-haiku-4-5",
    "ANTHROPIC_API_KEY", "x-api-key", "" },
  { "ollama", "http://127.0.0.1:11434/api/chat", "llama3.2",
    "OLLAMA_API_KEY", "Authorization", "Bearer " },
};

const ChatDialect *
chat_dialect_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (chat_dialects); i++)
    if (g_str_equal (chat_dialects[i].name, name))
      return &chat_dialects[i];
  return NULL;
}

/* In JSON. One of Ollama's two ways takes a question, all others take a conversation. */
static GBytes *
make_body (const ChatDialect *dialect,
           GUri              *uri,
           const char        *model,
           const char        *prompt)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (EricMessage) message = NULL;
  const char *text;

  g_variant_dict_insert (&dict, "model", "s", model != NULL ? model : dialect->model);
  g_variant_dict_insert (&dict, "stream", "b", TRUE);
  if (g_str_has_suffix (g_uri_get_path (uri), "/api/generate"))
    g_variant_dict_insert (&dict, "prompt", "s", prompt);
  else
    g_variant_dict_insert_value (&dict, "messages",
                                 g_variant_new_parsed ("[<{'role': <'user'>, 'content': <%s>}>]", prompt));
  if (g_str_equal (dialect->name, "openai"))
    g_variant_dict_insert_value (&dict, "stream_options", g_variant_new_parsed ("{'include_usage': <true>}"));
  if (g_str_equal (dialect->name, "anthropic"))
    g_variant_dict_insert (&dict, "max_tokens", "x", G_GINT64_CONSTANT (4096));
  message = eric_message_new ("request", g_variant_dict_end (&dict), NULL);
  text = eric_message_get_text (message);
  return g_bytes_new (text, strlen (text));
}

/* A source that asks once. */
EricEventSource *
chat_request_new (const ChatDialect  *dialect,
                  const char         *uri,
                  const char         *model,
                  const char         *prompt,
                  GError            **error)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri != NULL ? uri : dialect->uri, SOUP_HTTP_URI_FLAGS, error);
  const char *key = g_getenv (dialect->key_variable);
  g_autoptr (SoupMessage) request = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (EricEventSource) source = NULL;

  if (parsed == NULL)
    return NULL;
  request = soup_message_new_from_uri (SOUP_METHOD_POST, parsed);
  body = make_body (dialect, parsed, model, prompt);
  source = eric_event_source_new_for_message (request, body, error);
  if (source == NULL || !eric_event_source_set_header (source, "Content-Type", "application/json", error))
    return NULL;
  if (key != NULL)
    {
      g_autofree char *value = g_strconcat (dialect->key_prefix, key, NULL);

      if (!eric_event_source_set_header (source, dialect->key_header, value, error))
        return NULL;
    }
  if (g_str_equal (dialect->name, "anthropic") &&
      !eric_event_source_set_header (source, "anthropic-version", "2023-06-01", error))
    return NULL;
  /* The end of the response is the end of the answer. */
  eric_event_source_set_finite (source, TRUE);
  return g_steal_pointer (&source);
}
