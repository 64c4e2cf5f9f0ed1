/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-serve-private.h"

/* Many may come or go at once: the page is told at most this often,
 * in milliseconds, and then asks who is there. */
#define INTERVAL 250

static void
announce (EricServe *serve)
{
  GVariantDict counts;
  g_autoptr (EricMessage) message = NULL;

  g_variant_dict_init (&counts, NULL);
  g_variant_dict_insert (&counts, "subscribers", "x",
                         (gint64) eric_sse_server_get_n_subscribers (serve->sse_server));
  g_variant_dict_insert (&counts, "channels", "x",
                         (gint64) eric_channel_container_get_size (serve->channels));
  message = eric_message_new ("presence", g_variant_dict_end (&counts), NULL);
  eric_channel_broadcast (ERIC_CHANNEL (serve->presence), message, NULL);
}

static gboolean
interval_cb (gpointer user_data)
{
  EricServe *serve = user_data;

  if (!serve->presence_dirty)
    {
      serve->presence_timer = 0;
      return G_SOURCE_REMOVE;
    }
  serve->presence_dirty = FALSE;
  announce (serve);
  return G_SOURCE_CONTINUE;
}

static void
changed_cb (EricServe *serve)
{
  serve->presence_dirty = TRUE;
  if (serve->presence_timer == 0)
    serve->presence_timer = g_timeout_add (INTERVAL, interval_cb, serve);
}

void
eric_serve_presence_start (EricServe *serve)
{
  serve->presence = g_object_new (ERIC_TYPE_SSE_CHANNEL,
                                  "id", ERIC_SERVE_PRESENCE_CHANNEL,
                                  "history-size", 0,
                                  NULL);
  eric_channel_container_register (serve->channels, ERIC_CHANNEL (serve->presence), NULL);
  g_signal_connect_swapped (serve->sse_server, "subscribed", G_CALLBACK (changed_cb), serve);
  g_signal_connect_swapped (serve->sse_server, "unsubscribed", G_CALLBACK (changed_cb), serve);
  g_signal_connect_swapped (serve->channels, "channel-added", G_CALLBACK (changed_cb), serve);
  g_signal_connect_swapped (serve->channels, "channel-removed", G_CALLBACK (changed_cb), serve);
}

void
eric_serve_presence_stop (EricServe *serve)
{
  g_signal_handlers_disconnect_by_func (serve->sse_server, changed_cb, serve);
  g_signal_handlers_disconnect_by_func (serve->channels, changed_cb, serve);
  g_clear_handle_id (&serve->presence_timer, g_source_remove);
  g_clear_object (&serve->presence);
}
