/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "eric-listen-private.h"
#include "eric-tool.h"

/* Characters that are shown of what a server says instead of a stream. */
#define MAX_EXCERPT 1000

#define REPLACEMENT 0xfffd

void
eric_listen_end (EricListen *listen,
                 int         code)
{
  if (listen->options.source != NULL)
    eric_event_source_close (listen->options.source);
  else
    eric_listen_socket_stop (listen);
  listen->code = code;
  listen->ended = TRUE;
  g_main_loop_quit (listen->loop);
}

static gboolean
is_wanted (EricListen  *listen,
           EricMessage *message)
{
  const char * const *event_types = (const char * const *) listen->options.event_types;

  return event_types == NULL || g_strv_contains (event_types, eric_message_get_event_type (message));
}

/* Who reads no further, as head (1), has what it wanted. */
static void
unprinted (EricListen   *listen,
           const GError *error)
{
  gboolean unread = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);

  if (!unread)
    g_printerr ("eric-sse listen: %s\n", error->message);
  eric_listen_end (listen, unread ? ERIC_EXIT_OK : ERIC_EXIT_FAILED);
}

void
eric_listen_take (EricListen  *listen,
                  EricMessage *message)
{
  g_autoptr (GError) error = NULL;

  if (!is_wanted (listen, message))
    return;
  listen->n_printed++;
  if (!eric_listen_print (message, listen->options.json, &error))
    unprinted (listen, error);
  else if (listen->n_printed == (guint64) listen->options.count)
    eric_listen_end (listen, ERIC_EXIT_OK);
}

static void
message_cb (EricEventSource *source,
            EricMessage     *message,
            EricListen      *listen)
{
  eric_listen_take (listen, message);
}

void
eric_listen_tell_gap (const char *reason)
{
  g_autofree char *sentence = eric_tool_make_sentence (reason);

  g_printerr ("eric-sse listen: messages are missing here (%s)\n", sentence);
}

static void
gap_cb (EricEventSource *source,
        const char      *reason,
        EricListen      *listen)
{
  eric_listen_tell_gap (reason);
}

static void
open_cb (EricEventSource *source,
         EricListen      *listen)
{
  listen->open = TRUE;
  if (listen->complaint != NULL)
    g_printerr ("eric-sse listen: connected\n");
  g_clear_pointer (&listen->complaint, g_free);
}

/* In one line, for a terminal: what a server says gives no orders to it. */
static char *
make_excerpt (const char *text)
{
  GString *excerpt = g_string_new (NULL);
  const char *at = text;
  guint n = 0;

  for (; *at != '\0' && n < MAX_EXCERPT; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      gboolean blank = g_unichar_isspace (character);

      if (blank && (excerpt->len == 0 || excerpt->str[excerpt->len - 1] == ' '))
        continue;
      g_string_append_unichar (excerpt, blank ? ' ' : g_unichar_iscntrl (character) ? REPLACEMENT : character);
      n++;
    }
  g_strchomp (excerpt->str);
  excerpt->len = strlen (excerpt->str);
  if (*at != '\0')
    g_string_append (excerpt, "…");
  return g_string_free (excerpt, FALSE);
}

/* (nullable): what a page for browsers says, without what is for browsers alone. Read as
 * bytes: else all of it would be checked to be UTF-8 with each match. */
static char *
take_text (const char *page)
{
  const char *markup = "<!--.*?(-->|\\z)|<(style|script)\\b.*?(</\\g2\\s*>|\\z)|<[^<>]*>?";
  g_autoptr (GRegex) regex = g_regex_new (markup, G_REGEX_CASELESS | G_REGEX_DOTALL | G_REGEX_RAW, 0, NULL);

  return g_regex_replace_literal (regex, page, -1, 0, " ", 0, NULL);
}

static gboolean
is_page (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);

  return type != NULL && g_ascii_strcasecmp (type, "text/html") == 0;
}

static void
tell_body (EricEventSource *source)
{
  SoupMessage *message = eric_event_source_get_http_message (source);
  GBytes *body = eric_event_source_get_error_body (source);
  g_autofree char *text = NULL, *words = NULL, *excerpt = NULL;

  if (body == NULL)
    return;
  text = g_utf8_make_valid (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  if (message != NULL && is_page (message))
    words = take_text (text);
  excerpt = make_excerpt (words != NULL ? words : text);
  if (*excerpt != '\0')
    g_printerr ("eric-sse listen: it says: %s\n", excerpt);
}

/* That a stream was lost is told when it cannot be made again. */
static void
error_cb (EricEventSource *source,
          const GError    *error,
          EricListen      *listen)
{
  gboolean again = eric_event_source_get_ready_state (source) == ERIC_READY_STATE_CONNECTING;
  gboolean was_open = listen->open;
  g_autofree char *sentence = eric_tool_make_sentence (error->message);
  g_autofree char *complaint = g_strconcat (sentence, again ? "; trying again" : NULL, NULL);

  listen->open = FALSE;
  if ((again && was_open && !listen->options.verbose) || g_strcmp0 (complaint, listen->complaint) == 0)
    return;
  g_printerr ("eric-sse listen: %s\n", complaint);
  tell_body (source);
  g_free (listen->complaint);
  listen->complaint = g_steal_pointer (&complaint);
}

static void
closed_cb (EricEventSource *source,
           EricListen      *listen)
{
  eric_listen_end (listen, eric_event_source_get_error (source) != NULL ? ERIC_EXIT_FAILED : ERIC_EXIT_OK);
}

static gboolean
timeout_cb (gpointer user_data)
{
  g_printerr ("eric-sse listen: the time is over\n");
  eric_listen_end (user_data, ERIC_EXIT_TIMEOUT);
  return G_SOURCE_REMOVE;
}

/* Also where no message comes that could not be printed. */
static gboolean
output_cb (int          fd,
           GIOCondition condition,
           gpointer     user_data)
{
  eric_listen_end (user_data, ERIC_EXIT_OK);
  return G_SOURCE_REMOVE;
}

static void
connect_source (EricListen      *listen,
                EricEventSource *source)
{
  g_signal_connect (source, "message", G_CALLBACK (message_cb), listen);
  g_signal_connect (source, "gap", G_CALLBACK (gap_cb), listen);
  g_signal_connect (source, "open", G_CALLBACK (open_cb), listen);
  g_signal_connect (source, "error", G_CALLBACK (error_cb), listen);
  g_signal_connect (source, "closed", G_CALLBACK (closed_cb), listen);
}

static void
run (EricListen *listen)
{
  EricEventSource *source = listen->options.source;
  g_autoptr (GSource) output = g_unix_fd_source_new (STDOUT_FILENO, G_IO_ERR | G_IO_HUP);
  g_autoptr (GSource) timeout = g_timeout_source_new ((guint) (listen->options.timeout * 1000));

  listen->loop = g_main_loop_new (NULL, FALSE);
  if (source != NULL)
    connect_source (listen, source);
  g_source_set_static_name (output, "eric-sse listen output");
  g_source_set_callback (output, G_SOURCE_FUNC (output_cb), listen, NULL);
  g_source_attach (output, NULL);
  g_source_set_static_name (timeout, "eric-sse listen timeout");
  g_source_set_callback (timeout, timeout_cb, listen, NULL);
  if (listen->options.timeout > 0)
    g_source_attach (timeout, NULL);

  if (source != NULL)
    eric_event_source_start (source);
  else
    eric_listen_socket_start (listen);
  g_main_loop_run (listen->loop);

  g_source_destroy (output);
  g_source_destroy (timeout);
  if (source != NULL)
    g_signal_handlers_disconnect_by_data (source, listen);
  g_clear_pointer (&listen->loop, g_main_loop_unref);
  g_clear_pointer (&listen->complaint, g_free);
}

int
eric_listen_main (int    argc,
                  char **argv)
{
  EricListen listen = { 0 };
  int code = eric_listen_options_parse (&listen.options, argc, argv);

  if (code < 0)
    {
      run (&listen);
      g_clear_object (&listen.stream);
      g_clear_object (&listen.cancellable);
      code = listen.code;
    }
  eric_listen_options_clear (&listen.options);
  return code;
}
