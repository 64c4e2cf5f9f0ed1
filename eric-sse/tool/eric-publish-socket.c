/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "eric-publish-private.h"
#include "eric-tool.h"

/* How long a server may take for the answer to a single message, in milliseconds. */
#define TIMEOUT 30000

/* Lines that are on their way at once. */
#define MAX_ON_THE_WAY 256

typedef struct
{
  EricPublishOptions *options;      /* (unowned) */
  EricSocketClient   *client;       /* (owned) */
  GInputStream       *lines;        /* (owned) (nullable): EricPublishLines */
  GDataInputStream   *input;        /* (owned) (nullable): reads them one by one */
  GMainLoop          *loop;         /* (owned) */
  guint64             n_lines;      /* that were read, empty ones too */
  guint               on_the_way;
  gboolean            reading;
  gboolean            ended;        /* nothing more is sent */
  int                 code;
} EricPublishSocket;

/* A message that was sent. */
typedef struct
{
  EricPublishSocket *publish;   /* (unowned) */
  guint64            line;      /* its number, 0 for none */
} Sent;

static void read_on (EricPublishSocket *publish);

static void
fail (EricPublishSocket *publish)
{
  publish->ended = TRUE;
  publish->code = ERIC_EXIT_FAILED;
}

static void
tell_failure (EricPublishSocket *publish,
              guint64            line,
              const GError      *error)
{
  g_autofree char *sentence = eric_tool_make_sentence (error->message);

  if (error->domain != ERIC_ERROR)
    g_printerr ("eric-sse publish: no answer from " ERIC_TOOL_SOCKET_PREFIX "%s: %s\n",
                publish->options->path, sentence);
  else if (line == 0)
    g_printerr ("eric-sse publish: the server refused: %s\n", sentence);
  else
    g_printerr ("eric-sse publish: the server refused line %" G_GUINT64_FORMAT ": %s\n", line, sentence);
}

static void
end_if_done (EricPublishSocket *publish)
{
  if (publish->ended && !publish->reading && publish->on_the_way == 0)
    g_main_loop_quit (publish->loop);
}

/* The first one that is refused ends it; what is behind it is not worth a word. */
static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree Sent *sent = user_data;
  EricPublishSocket *publish = sent->publish;
  g_autoptr (GError) error = NULL;

  publish->on_the_way--;
  if (!eric_socket_client_broadcast_finish (publish->client, result, &error) &&
      publish->code == ERIC_EXIT_OK)
    {
      tell_failure (publish, sent->line, error);
      fail (publish);
      if (publish->lines != NULL)
        eric_publish_lines_stop (ERIC_PUBLISH_LINES (publish->lines));
    }
  read_on (publish);
  end_if_done (publish);
}

static gboolean
send (EricPublishSocket  *publish,
      const char         *text,
      gsize               length,
      GError            **error)
{
  const char *event_type = publish->options->event_type;
  g_autoptr (EricMessage) message =
    publish->options->json ? eric_message_new_from_json (event_type, text, length, error)
                           : eric_message_new_from_data (event_type, (const guint8 *) text, length, error);
  Sent *sent;

  if (message == NULL)
    return FALSE;
  sent = g_new0 (Sent, 1);
  sent->publish = publish;
  sent->line = publish->n_lines;
  publish->on_the_way++;
  eric_socket_client_broadcast_async (publish->client, publish->options->channel_id, message,
                                      G_PRIORITY_DEFAULT, NULL, sent_cb, sent);
  return TRUE;
}

static void
take_line (EricPublishSocket *publish,
           const char        *line,
           gsize              length)
{
  g_autoptr (GError) error = NULL;

  publish->n_lines++;
  if (length == 0 || send (publish, line, length, &error))
    return;
  g_printerr ("eric-sse publish: line %" G_GUINT64_FORMAT " of standard input: %s; "
              "the lines before it were sent\n", publish->n_lines, error->message);
  fail (publish);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  EricPublishSocket *publish = user_data;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *line = g_data_input_stream_read_line_finish (publish->input, result, &length, &error);
  const GError *wrong = eric_publish_lines_get_error (ERIC_PUBLISH_LINES (publish->lines));

  publish->reading = FALSE;
  if (!publish->ended && line != NULL)
    take_line (publish, line, length);
  else if (!publish->ended)
    {
      publish->ended = TRUE;
      if (wrong != NULL)
        {
          g_printerr ("eric-sse publish: %s\n", wrong->message);
          fail (publish);
        }
    }
  read_on (publish);
  end_if_done (publish);
}

static void
read_on (EricPublishSocket *publish)
{
  if (publish->input == NULL || publish->reading || publish->ended ||
      publish->on_the_way >= MAX_ON_THE_WAY)
    return;
  publish->reading = TRUE;
  g_data_input_stream_read_line_async (publish->input, G_PRIORITY_DEFAULT, NULL, read_cb, publish);
}

static void
start (EricPublishSocket *publish)
{
  const EricPublishOptions *options = publish->options;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GError) error = NULL;

  if (options->text == NULL)
    {
      input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
      publish->lines = eric_publish_lines_new (input);
      publish->input = g_data_input_stream_new (publish->lines);
      read_on (publish);
      return;
    }
  publish->ended = TRUE;
  eric_socket_client_set_timeout (publish->client, TIMEOUT);
  if (!send (publish, options->text, strlen (options->text), &error))
    {
      g_printerr ("eric-sse publish: %s\n", error->message);
      fail (publish);
    }
}

int
eric_publish_socket_run (EricPublishOptions *options)
{
  EricPublishSocket publish = { .options = options, .code = ERIC_EXIT_OK };

  publish.loop = g_main_loop_new (NULL, FALSE);
  publish.client = eric_socket_client_new (options->path);
  start (&publish);
  if (publish.reading || publish.on_the_way > 0)
    g_main_loop_run (publish.loop);
  g_clear_object (&publish.input);
  g_clear_object (&publish.lines);
  g_clear_object (&publish.client);
  g_main_loop_unref (publish.loop);
  return publish.code;
}
