/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* stand-in [OPTION…]: a service with a language model that can say one thing, for who has
 * no other at hand. It speaks as OpenAI, Anthropic and Ollama do, on their paths. The
 * model is called stand-in. A question with “weather” in it has it call a tool.
 *
 * It prints a line when it is asked and one when that is over, and runs until Ctrl-C. */

#include <eric-sse.h>
#include <glib-unix.h>
#include <libsoup/soup.h>
#include <locale.h>
#include <string.h>

#include "stand-in-dialects.h"

static int port = 0;
static int delay = 50;
static int wait_time = 0;
static char *key = NULL;
static gboolean busy = FALSE;
static gboolean fail = FALSE;
static gboolean cut = FALSE;
static gboolean hold = FALSE;

static const GOptionEntry entries[] = {
  { "port", 0, 0, G_OPTION_ARG_INT, &port, "The port to listen on, 0 for any", "PORT" },
  { "delay", 0, 0, G_OPTION_ARG_INT, &delay, "Milliseconds between two pieces of an answer", "TIME" },
  { "wait", 0, 0, G_OPTION_ARG_INT, &wait_time, "Milliseconds before the first byte", "TIME" },
  { "key", 0, 0, G_OPTION_ARG_STRING, &key, "The key that requests have to have", "KEY" },
  { "busy", 0, 0, G_OPTION_ARG_NONE, &busy, "Be too busy for the first request", NULL },
  { "fail", 0, 0, G_OPTION_ARG_NONE, &fail, "Report an error in the middle of answers", NULL },
  { "cut", 0, 0, G_OPTION_ARG_NONE, &cut, "Cut answers off in the middle", NULL },
  { "hold", 0, 0, G_OPTION_ARG_NONE, &hold, "Say no more after the middle of answers", NULL },
  { NULL }
};

/* An answer under way. libsoup does not notice a client that leaves while there is
 * nothing to send, so its connection is taken over. */
typedef struct
{
  const Dialect      *dialect;
  const char * const *pieces;
  guint               n_pieces;
  guint               n_sent;
  GIOStream          *connection;   /* (owned) */
  GSource            *timer;        /* (owned) (nullable) */
  GSource            *readable;     /* (owned) */
} Answer;

static char *
unquote (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static void
stop_timer (Answer *answer)
{
  if (answer->timer == NULL)
    return;
  g_source_destroy (answer->timer);
  g_clear_pointer (&answer->timer, g_source_unref);
}

static void
end_answer (Answer     *answer,
            const char *how)
{
  g_print ("%s: %s %u of %u pieces\n", answer->dialect->path, how, answer->n_sent, answer->n_pieces);
  stop_timer (answer);
  g_source_destroy (answer->readable);
  g_source_unref (answer->readable);
  g_io_stream_close (answer->connection, NULL, NULL);
  g_object_unref (answer->connection);
  g_free (answer);
}

static gboolean
send_text (Answer     *answer,
           const char *text)
{
  GOutputStream *output = g_io_stream_get_output_stream (answer->connection);

  return g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL);
}

static gboolean
send_piece (Answer     *answer,
            const char *piece)
{
  g_autofree char *text = unquote (piece);
  g_autofree char *chunk = g_strdup_printf ("%zx\r\n%s\r\n", strlen (text), text);

  return send_text (answer, chunk);
}

static void go_on (Answer *answer,
                   int     after);

static gboolean
next_cb (gpointer user_data)
{
  Answer *answer = user_data;
  gboolean half = answer->n_sent == answer->n_pieces / 2;

  stop_timer (answer);
  if (half && hold)
    return G_SOURCE_REMOVE;
  if (half && cut)
    end_answer (answer, "cut off after");
  else if (half && fail && send_piece (answer, answer->dialect->failure) && send_text (answer, "0\r\n\r\n"))
    end_answer (answer, "failed after");
  else if (!send_piece (answer, answer->pieces[answer->n_sent]))
    end_answer (answer, "the client left after");
  else if (++answer->n_sent < answer->n_pieces)
    go_on (answer, delay);
  else if (send_text (answer, "0\r\n\r\n"))
    end_answer (answer, "sent");
  return G_SOURCE_REMOVE;
}

static gboolean
begin_cb (gpointer user_data)
{
  Answer *answer = user_data;
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nCache-Control: no-cache\r\n"
                                           "Transfer-Encoding: chunked\r\n\r\n", answer->dialect->content_type);

  if (send_text (answer, head))
    return next_cb (answer);
  end_answer (answer, "the client left after");
  return G_SOURCE_REMOVE;
}

static void
go_on (Answer *answer,
       int     after)
{
  answer->timer = g_timeout_source_new (after);
  g_source_set_callback (answer->timer, answer->n_sent == 0 ? begin_cb : next_cb, answer, NULL);
  g_source_attach (answer->timer, NULL);
}

/* A client has nothing more to say: it has left. */
static gboolean
readable_cb (GObject  *stream,
             gpointer  user_data)
{
  Answer *answer = user_data;
  g_autoptr (GError) error = NULL;
  char byte;
  gssize length = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), &byte, 1, NULL, &error);

  if (length > 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  end_answer (answer, "the client left after");
  return G_SOURCE_REMOVE;
}

static void
start_answer (const Dialect     *dialect,
              SoupServerMessage *message,
              gboolean           tool)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->dialect = dialect;
  answer->pieces = tool ? dialect->tool_call : dialect->answer;
  answer->n_pieces = g_strv_length ((char **) answer->pieces);
  answer->connection = soup_server_message_steal_connection (message);
  answer->readable = g_pollable_input_stream_create_source (
    G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (answer->connection)), NULL);
  g_source_set_callback (answer->readable, G_SOURCE_FUNC (readable_cb), answer, NULL);
  g_source_attach (answer->readable, NULL);
  g_print ("%s: asked\n", dialect->path);
  go_on (answer, wait_time);
}

static void
refuse (const Dialect     *dialect,
        SoupServerMessage *message,
        guint              status,
        const char        *body)
{
  g_autofree char *text = unquote (body);

  g_print ("%s: %u\n", dialect->path, status);
  soup_server_message_set_status (message, status, status == 429 ? "Too Many Requests" : NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text, strlen (text));
}

static gboolean
has_key (const Dialect     *dialect,
         SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *value = soup_message_headers_get_one (headers, dialect->key_header);

  if (value != NULL && g_str_has_prefix (value, "Bearer "))
    value += strlen ("Bearer ");
  return key == NULL || g_strcmp0 (value, key) == 0;
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  const Dialect *dialect = user_data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (EricMessage) request = eric_message_new_from_json ("request", body->data, body->length, NULL);
  GVariant *payload = request != NULL ? eric_message_get_payload (request) : NULL;
  const char *model = NULL;

  if (payload != NULL && g_variant_is_of_type (payload, G_VARIANT_TYPE_VARDICT))
    g_variant_lookup (payload, "model", "&s", &model);
  if (!g_str_equal (soup_server_message_get_method (message), SOUP_METHOD_POST))
    refuse (dialect, message, SOUP_STATUS_METHOD_NOT_ALLOWED, "{'error':'method not allowed'}");
  else if (!has_key (dialect, message))
    refuse (dialect, message, SOUP_STATUS_UNAUTHORIZED, dialect->wrong_key);
  else if (busy)
    {
      busy = FALSE;
      soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After", "1");
      refuse (dialect, message, 429, dialect->busy);
    }
  else if (g_strcmp0 (model, "stand-in") != 0)
    refuse (dialect, message, SOUP_STATUS_NOT_FOUND, dialect->no_model);
  else
    start_answer (dialect, message, strstr (eric_message_get_text (request), "weather") != NULL);
}

static gboolean
interrupted_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- a language model with one answer");
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  for (guint i = 0; i < n_dialects; i++)
    soup_server_add_handler (server, dialects[i].path, request_cb, (gpointer) &dialects[i], NULL);
  if (!soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  uris = soup_server_get_uris (server);
  g_print ("http://127.0.0.1:%d\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_unix_signal_add (SIGINT, interrupted_cb, loop);
  g_unix_signal_add (SIGTERM, interrupted_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
