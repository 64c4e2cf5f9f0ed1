/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-serve-private.h"

typedef struct
{
  SoupServerMessage *message;   /* (owned) */
  gboolean           gone;      /* the client did not wait */
} Request;

static void
disconnected_cb (SoupServerMessage *message,
                 Request           *request)
{
  request->gone = TRUE;
}

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Request *request = user_data;
  g_autoptr (GError) error = NULL;
  gint64 latency = eric_sse_server_check_finish (ERIC_SSE_SERVER (source), result, &error);

  /* libsoup 3.2 must not be told to go on with a connection that is gone. */
  if (!request->gone)
    {
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "status", "s", error == NULL ? "ok" : "failing");
      if (error == NULL)
        g_variant_dict_insert (&dict, "latency_us", "x", latency);
      else
        g_variant_dict_insert (&dict, "reason", "s", error->message);
      eric_serve_answer_json (request->message,
                              error == NULL ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE,
                              g_variant_dict_end (&dict));
      soup_server_message_unpause (request->message);
    }
  g_signal_handlers_disconnect_by_func (request->message, disconnected_cb, request);
  g_object_unref (request->message);
  g_free (request);
}

static void
health_cb (SoupServer        *soup_server,
           SoupServerMessage *message,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  EricServe *serve = user_data;
  Request *request;

  if (!g_str_equal (path, "/health"))
    {
      eric_serve_not_found (message);
      return;
    }
  if (!eric_serve_only_get (message))
    return;
  request = g_new0 (Request, 1);
  request->message = g_object_ref (message);
  g_signal_connect (message, "disconnected", G_CALLBACK (disconnected_cb), request);
  soup_server_message_pause (message);
  eric_sse_server_check_async (serve->sse_server, NULL, checked_cb, request);
}

void
eric_serve_health_add (EricServe *serve)
{
  eric_serve_add_handler (serve, "/health", health_cb);
}
