/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-serve-private.h"

#define RESOURCES "/eric-sse/page/"

/* Subscribers that are listed one by one. */
#define MAX_LISTED 200

#define POLICY "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

static const struct
{
  const char *suffix;
  const char *content_type;
} content_types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".svg", "image/svg+xml" },
};

void
eric_serve_not_found (SoupServerMessage *message)
{
  static const char sentence[] = "There is nothing here\n";

  soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_STATIC,
                                    sentence, strlen (sentence));
}

gboolean
eric_serve_only_get (SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  if (method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD)
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", "GET, HEAD");
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
  return FALSE;
}

/* What is the case now: nobody is to keep it. */
void
eric_serve_answer_json (SoupServerMessage *message,
                        guint              status,
                        GVariant          *object)
{
  g_autoptr (EricMessage) answer = eric_message_new (NULL, object, NULL);
  const char *text = eric_message_get_text (answer);

  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Cache-Control", "no-store");
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_file (SoupServerMessage *message,
             const char        *name)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *path = g_strconcat (RESOURCES, name, NULL);
  g_autoptr (GBytes) content = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  const char *content_type = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (content_types); i++)
    if (g_str_has_suffix (name, content_types[i].suffix))
      content_type = content_types[i].content_type;
  if (content == NULL || content_type == NULL)
    {
      eric_serve_not_found (message);
      return;
    }
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (headers, "Content-Type", content_type);
  soup_message_headers_replace (headers, "Content-Security-Policy", POLICY);
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), content);
}

/* channel id -> how many read it */
static GHashTable *
count_readers (GPtrArray *subscribers)
{
  GHashTable *readers = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < subscribers->len; i++)
    {
      const char * const *ids = eric_sse_subscriber_get_channel_ids (subscribers->pdata[i]);

      for (; *ids != NULL; ids++)
        g_hash_table_replace (readers, (gpointer) *ids,
                              GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (readers, *ids)) + 1));
    }
  return readers;
}

static GVariant *
describe_channels (EricServe *serve,
                   GPtrArray *subscribers)
{
  g_autoptr (GHashTable) readers = count_readers (subscribers);
  g_auto (GStrv) ids = eric_channel_container_get_ids (serve->channels);
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (char **id = ids; *id != NULL; id++)
    {
      g_autoptr (EricChannel) channel = eric_channel_container_get (serve->channels, *id, NULL);

      if (channel == NULL || g_str_has_prefix (*id, ERIC_SERVE_INTERNAL_PREFIX))
        continue;
      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&list, "{sv}", "id", g_variant_new_string (*id));
      g_variant_builder_add (&list, "{sv}", "subscribers",
                             g_variant_new_uint32 (GPOINTER_TO_UINT (g_hash_table_lookup (readers, *id))));
      g_variant_builder_add (&list, "{sv}", "messages",
                             g_variant_new_uint64 (eric_sse_channel_get_n_messages (ERIC_SSE_CHANNEL (channel))));
      g_variant_builder_close (&list);
    }
  return g_variant_builder_end (&list);
}

static GVariant *
describe_subscribers (GPtrArray *subscribers)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < subscribers->len && i < MAX_LISTED; i++)
    {
      EricSseSubscriber *subscriber = subscribers->pdata[i];
      const char *user_agent = eric_sse_subscriber_get_user_agent (subscriber);
      g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, eric_sse_subscriber_get_id (subscriber));

      g_variant_builder_open (&list, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&list, "{sv}", "id", g_variant_new_string (id));
      g_variant_builder_add (&list, "{sv}", "channels",
                             g_variant_new_strv (eric_sse_subscriber_get_channel_ids (subscriber), -1));
      g_variant_builder_add (&list, "{sv}", "address",
                             g_variant_new_string (eric_sse_subscriber_get_remote_address (subscriber)));
      g_variant_builder_add (&list, "{sv}", "since",
                             g_variant_new_double (eric_sse_subscriber_get_since (subscriber) / 1e6));
      if (user_agent != NULL)
        g_variant_builder_add (&list, "{sv}", "user_agent", g_variant_new_string (user_agent));
      g_variant_builder_close (&list);
    }
  return g_variant_builder_end (&list);
}

static void
answer_state (EricServe         *serve,
              SoupServerMessage *message)
{
  g_autoptr (GPtrArray) subscribers = eric_sse_server_get_subscribers (serve->sse_server);
  GVariantBuilder object;

  g_variant_builder_init (&object, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&object, "{sv}", "name", g_variant_new_string ("eric-sse"));
  g_variant_builder_add (&object, "{sv}", "version", g_variant_new_string (ERIC_VERSION_S));
  g_variant_builder_add (&object, "{sv}", "uptime",
                         g_variant_new_double ((g_get_monotonic_time () - serve->since) / 1e6));
  g_variant_builder_add (&object, "{sv}", "n_subscribers", g_variant_new_uint32 (subscribers->len));
  g_variant_builder_add (&object, "{sv}", "channels", describe_channels (serve, subscribers));
  g_variant_builder_add (&object, "{sv}", "subscribers", describe_subscribers (subscribers));
  eric_serve_answer_json (message, SOUP_STATUS_OK, g_variant_builder_end (&object));
}

/* Browsers say text/html; everybody else, that they take anything, or JSON. */
static gboolean
wants_page (SoupServerMessage *message)
{
  const char *accept = soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                                      "Accept");

  return accept != NULL && strstr (accept, "text/html") != NULL;
}

static void
root_cb (SoupServer        *soup_server,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  if (!g_str_equal (path, "/"))
    {
      eric_serve_not_found (message);
      return;
    }
  if (!eric_serve_only_get (message))
    return;
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Vary", "Accept");
  if (wants_page (message))
    answer_file (message, "index.html");
  else
    answer_state (user_data, message);
}

static void
file_cb (SoupServer        *soup_server,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  if (!g_str_has_prefix (path, "/page/"))
    eric_serve_not_found (message);
  else if (eric_serve_only_get (message))
    answer_file (message, path + strlen ("/page/"));
}

/* libsoup reads a body that nobody wants, and would keep it. */
static void
early_cb (SoupServer        *soup_server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

void
eric_serve_add_handler (EricServe          *serve,
                        const char         *path,
                        SoupServerCallback  handler)
{
  soup_server_add_early_handler (serve->soup_server, path, early_cb, NULL, NULL);
  soup_server_add_handler (serve->soup_server, path, handler, serve, NULL);
}

void
eric_serve_page_add (EricServe *serve)
{
  eric_serve_add_handler (serve, NULL, root_cb);
  eric_serve_add_handler (serve, "/page", file_cb);
}
