/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "eric-publish-private.h"
#include "eric-tool.h"

/* How long a server may take for the answer to one message, in seconds. */
#define TIMEOUT 30

/* How much of an answer is read, in bytes: it should be a sentence. */
#define MAX_ANSWER 1024

#define TEXT_TYPE "text/plain; charset=utf-8"

typedef struct
{
  EricPublishOptions  options;
  SoupSession        *session;   /* (owned) */
  SoupMessage        *message;   /* (owned) */
  GInputStream       *lines;     /* (owned) (nullable): EricPublishLines */
  GSource            *early;     /* (owned) (nullable): sees an early answer */
  GMainLoop          *loop;      /* (owned) */
  char                answer[MAX_ANSWER + 1];
  int                 code;
} EricPublish;

static void
end (EricPublish *publish,
     int          code)
{
  publish->code = code;
  g_main_loop_quit (publish->loop);
}

static void
stop_watching (EricPublish *publish)
{
  if (publish->early != NULL)
    g_source_destroy (publish->early);
  g_clear_pointer (&publish->early, g_source_unref);
}

/* A server has nothing to say before all is sent, unless it refuses it, or is gone.
 * libsoup would look only then. */
static gboolean
early_cb (GSocket      *socket,
          GIOCondition  condition,
          gpointer      user_data)
{
  EricPublish *publish = user_data;

  stop_watching (publish);
  eric_publish_lines_stop (ERIC_PUBLISH_LINES (publish->lines));
  return G_SOURCE_REMOVE;
}

/* Over TLS, bytes come that are no answer: there, the end of the connection ends
 * it, at the next line. */
static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  EricPublish        *publish)
{
  GSocket *socket;

  if (event != G_SOCKET_CLIENT_COMPLETE || !G_IS_SOCKET_CONNECTION (connection) ||
      !g_str_equal (g_uri_get_scheme (publish->options.uri), "http"))
    return;
  stop_watching (publish);
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection));
  publish->early = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_static_name (publish->early, "eric-sse publish early answer");
  g_source_set_callback (publish->early, G_SOURCE_FUNC (early_cb), publish, NULL);
  g_source_attach (publish->early, NULL);
}

static void
answer_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  EricPublish *publish = user_data;
  const char *type = soup_message_headers_get_content_type (
    soup_message_get_response_headers (publish->message), NULL);
  g_autofree char *sentence = NULL;
  gsize length = 0;

  g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &length, NULL);
  publish->answer[length] = '\0';
  if (type != NULL && g_str_has_prefix (type, "text/plain"))
    sentence = eric_tool_make_sentence (publish->answer);
  if (sentence != NULL && *sentence != '\0')
    g_printerr ("eric-sse publish: the server refused: %s\n", sentence);
  else
    {
      g_autofree char *reason = eric_tool_make_sentence (soup_message_get_reason_phrase (publish->message));

      g_printerr ("eric-sse publish: the server answered %u %s\n",
                  soup_message_get_status (publish->message), reason);
    }
  end (publish, ERIC_EXIT_FAILED);
}

static void
tell_failure (EricPublish  *publish,
              const GError *error)
{
  g_autofree char *uri = g_uri_to_string_partial (publish->options.uri, G_URI_HIDE_PASSWORD);

  g_printerr ("eric-sse publish: no answer from %s: %s\n", uri, error->message);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricPublish *publish = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) answer = soup_session_send_finish (publish->session, result, &error);
  const GError *wrong = publish->lines != NULL
    ? eric_publish_lines_get_error (ERIC_PUBLISH_LINES (publish->lines)) : NULL;

  if (answer == NULL)
    {
      tell_failure (publish, error);
      end (publish, ERIC_EXIT_FAILED);
    }
  else if (!SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (publish->message)))
    g_input_stream_read_all_async (answer, publish->answer, MAX_ANSWER, G_PRIORITY_DEFAULT, NULL,
                                   answer_read_cb, publish);
  else if (wrong != NULL)
    {
      g_printerr ("eric-sse publish: %s\n", wrong->message);
      end (publish, ERIC_EXIT_FAILED);
    }
  else
    end (publish, ERIC_EXIT_OK);
}

static void
set_body (EricPublish *publish)
{
  const EricPublishOptions *options = &publish->options;

  if (options->text != NULL)
    {
      g_autoptr (GBytes) text = g_bytes_new (options->text, strlen (options->text));

      soup_message_set_request_body_from_bytes (
        publish->message, options->json ? "application/json" : TEXT_TYPE, text);
    }
  else
    {
      g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

      publish->lines = eric_publish_lines_new (input);
      soup_message_set_request_body (publish->message,
                                     options->json ? "application/x-ndjson" : TEXT_TYPE, publish->lines, -1);
      g_signal_connect (publish->message, "network-event", G_CALLBACK (network_event_cb), publish);
    }
}

/* A redirection is not followed: it would turn publishing into reading. */
static void
start (EricPublish *publish)
{
  publish->loop = g_main_loop_new (NULL, FALSE);
  publish->session = soup_session_new ();
  soup_session_set_user_agent (publish->session, "eric-sse/" ERIC_VERSION_S);
  soup_session_set_timeout (publish->session, publish->options.text != NULL ? TIMEOUT : 0);
  publish->message = soup_message_new_from_uri (SOUP_METHOD_POST, publish->options.uri);
  soup_message_add_flags (publish->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  eric_tool_add_headers (publish->message, publish->options.headers);
  set_body (publish);
  soup_session_send_async (publish->session, publish->message, G_PRIORITY_DEFAULT, NULL, sent_cb, publish);
}

static void
clear (EricPublish *publish)
{
  stop_watching (publish);
  g_clear_object (&publish->lines);
  g_clear_object (&publish->message);
  g_clear_object (&publish->session);
  g_clear_pointer (&publish->loop, g_main_loop_unref);
}

int
eric_publish_main (int    argc,
                   char **argv)
{
  EricPublish publish = { 0 };
  int code = eric_publish_options_parse (&publish.options, argc, argv);

  if (code < 0 && publish.options.path != NULL)
    code = eric_publish_socket_run (&publish.options);
  else if (code < 0)
    {
      start (&publish);
      g_main_loop_run (publish.loop);
      clear (&publish);
      code = publish.code;
    }
  eric_publish_options_clear (&publish.options);
  return code;
}
