/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "service-stream.h"

#include "eric-json-private.h"

/* Event sources over HTTP, for test suites that drive a client of any language:
 *
 *   GET /             what this client can do
 *   POST /            opens a stream, whose URL the answer has as its Location
 *   POST Location     a command
 *   DELETE Location   closes the stream
 *   DELETE /          ends the program
 */

#define DEFAULT_PORT 8000

static const char capabilities[] =
  "{\"capabilities\":[\"bom\",\"comments\",\"headers\",\"last-event-id\",\"post\",\"report\","
  "\"read-timeout\",\"restart\",\"server-directed-shutdown-request\",\"event-type-listeners\"]}\n";

typedef struct
{
  GMainLoop   *loop;       /* (owned) */
  SoupServer  *server;     /* (owned) */
  SoupSession *session;    /* (owned): for what is reported */
  GHashTable  *streams;    /* (owned) of (owned) ServiceStream by (owned) path */
  guint        n_streams;  /* ever */
} Service;

static void
refuse (SoupServerMessage *message,
        guint              status,
        const char        *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY,
                                    line, strlen (line));
}

/* The body as a JSON object, a full reference. */
static GVariant *
parse_body (SoupServerMessage  *message,
            GError            **error)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (GVariant) value = eric_json_parse (text != NULL ? text : "", length, error);

  if (value == NULL)
    return NULL;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "The body is no JSON object");
      return NULL;
    }
  return g_steal_pointer (&value);
}

static void
open_stream (Service           *self,
             SoupServerMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) parameters = parse_body (message, &error);
  ServiceStream *stream = NULL;
  char *path;

  if (parameters != NULL)
    stream = service_stream_new (parameters, self->session, &error);
  if (stream == NULL)
    {
      refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
      return;
    }
  path = g_strdup_printf ("/streams/%u", ++self->n_streams);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Location", path);
  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  g_hash_table_insert (self->streams, path, stream);
}

static void
command_stream (ServiceStream     *stream,
                SoupServerMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) command = parse_body (message, &error);

  if (command != NULL && service_stream_command (stream, command, &error))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else
    refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
}

static void
handle_root (Service           *self,
             SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  if (method == SOUP_METHOD_GET)
    {
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC,
                                        capabilities, strlen (capabilities));
    }
  else if (method == SOUP_METHOD_POST)
    open_stream (self, message);
  else if (method == SOUP_METHOD_DELETE)
    {
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
      g_signal_connect_swapped (message, "finished", G_CALLBACK (g_main_loop_quit), self->loop);
    }
  else
    refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "GET, POST and DELETE are known");
}

static void
handle_stream (Service           *self,
               const char        *path,
               SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);
  ServiceStream *stream = g_hash_table_lookup (self->streams, path);

  if (stream == NULL)
    refuse (message, SOUP_STATUS_NOT_FOUND, "There is no such stream");
  else if (method == SOUP_METHOD_POST)
    command_stream (stream, message);
  else if (method == SOUP_METHOD_DELETE)
    {
      g_hash_table_remove (self->streams, path);
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    }
  else
    refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "POST and DELETE are known");
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  Service *self = user_data;

  if (g_str_equal (path, "/"))
    handle_root (self, message);
  else
    handle_stream (self, path, message);
}

static gboolean
listen_on (Service  *self,
           guint     port,
           GError  **error)
{
  g_autoslist (GUri) uris = NULL;
  g_autofree char *text = NULL;

  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    return FALSE;
  uris = soup_server_get_uris (self->server);
  text = g_uri_to_string (uris->data);
  g_print ("Listening on %s\n", text);
  fflush (stdout);
  return TRUE;
}

static void
service_clear (Service *self)
{
  soup_server_disconnect (self->server);
  g_hash_table_unref (self->streams);
  soup_session_abort (self->session);

  /* What was cancelled holds what it needs until it has come to its end. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->server);
  g_object_unref (self->session);
  g_main_loop_unref (self->loop);
}

int
main (int   argc,
      char *argv[])
{
  int port = DEFAULT_PORT;
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &port, "What to listen on, 0 for any that is free", "N" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- event sources over HTTP, for tests");
  g_autoptr (GError) error = NULL;
  Service self;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || port < 0 || port > G_MAXUINT16)
    {
      g_printerr ("sse-service: %s\n", error != NULL ? error->message : "There is no such port");
      return 1;
    }
  self = (Service) {
    .loop = g_main_loop_new (NULL, FALSE),
    .server = soup_server_new (NULL, NULL),
    .session = soup_session_new_with_options ("max-conns", G_MAXINT, "max-conns-per-host", G_MAXINT, NULL),
    .streams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                      (GDestroyNotify) service_stream_free),
  };
  if (listen_on (&self, port, &error))
    g_main_loop_run (self.loop);
  else
    g_printerr ("sse-service: %s\n", error->message);
  service_clear (&self);
  return error == NULL ? 0 : 1;
}
