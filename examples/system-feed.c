/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* system-feed URL: publishes what this machine does, once a second, to a channel
 * of an event hub. What it publishes comes from /proc; see proc(5). */

#include <glib-unix.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>

#define INTERVAL 1   /* seconds */

/* Counters that only rise: what is published is how much in the last second. */
typedef struct
{
  guint64 busy;
  guint64 total;
  guint64 received;
  guint64 sent;
  gint64  time;
} Counters;

typedef struct
{
  SoupSession *session;
  GUri        *uri;
  GMainLoop   *loop;
  Counters     last;
  gboolean     failing;   /* said so already */
} Feed;

static char *
read_file (const char *path)
{
  char *content = NULL;

  if (!g_file_get_contents (path, &content, NULL, NULL))
    return g_strdup ("");
  return content;
}

static void
read_processor (Counters *counters)
{
  g_autofree char *content = read_file ("/proc/stat");
  guint64 user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;

  sscanf (content, "cpu %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
          " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
          " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
          &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal);
  counters->busy = user + nice + system + irq + softirq + steal;
  counters->total = counters->busy + idle + iowait;
}

/* All interfaces but the loopback. */
static void
read_network (Counters *counters)
{
  g_autofree char *content = read_file ("/proc/net/dev");
  g_auto (GStrv) lines = g_strsplit (content, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      char *colon = strchr (*line, ':');
      guint64 received, sent;

      if (colon == NULL || g_str_has_prefix (g_strchug (*line), "lo:"))
        continue;
      colon = strchr (*line, ':');
      if (sscanf (colon + 1, "%" G_GUINT64_FORMAT " %*u %*u %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT,
                  &received, &sent) == 2)
        {
          counters->received += received;
          counters->sent += sent;
        }
    }
}

static Counters
read_counters (void)
{
  Counters counters = { .time = g_get_monotonic_time () };

  read_processor (&counters);
  read_network (&counters);
  return counters;
}

/* In bytes; 0 if there is no such line. */
static guint64
get_memory (const char *content,
            const char *name)
{
  const char *line = strstr (content, name);

  return line != NULL ? g_ascii_strtoull (line + strlen (name), NULL, 10) * 1024 : 0;
}

static double
per_second (guint64 now,
            guint64 before,
            gint64  microseconds)
{
  return now > before && microseconds > 0 ? (now - before) * 1e6 / microseconds : 0;
}

static char *
describe (Feed *feed)
{
  g_autofree char *memory = read_file ("/proc/meminfo");
  g_autofree char *load = read_file ("/proc/loadavg");
  g_autofree char *uptime = read_file ("/proc/uptime");
  Counters last = feed->last;
  Counters now = read_counters ();
  guint64 total = get_memory (memory, "MemTotal:");
  guint64 available = get_memory (memory, "MemAvailable:");
  double cpu = now.total > last.total ? 100.0 * (now.busy - last.busy) / (now.total - last.total) : 0;
  char *at = load;
  double loads[3];

  for (guint i = 0; i < 3; i++)
    loads[i] = g_ascii_strtod (at, &at);
  feed->last = now;
  return g_strdup_printf ("{\"load\":[%.2f,%.2f,%.2f],\"cpu\":%.1f,"
                          "\"memory\":{\"total\":%" G_GUINT64_FORMAT ",\"used\":%" G_GUINT64_FORMAT "},"
                          "\"network\":{\"received\":%.0f,\"sent\":%.0f},\"uptime\":%.2f}",
                          loads[0], loads[1], loads[2], cpu, total, total - available,
                          per_second (now.received, last.received, now.time - last.time),
                          per_second (now.sent, last.sent, now.time - last.time),
                          g_ascii_strtod (uptime, NULL));
}

static void
published_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Feed *feed = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  gboolean failed = answer == NULL || soup_message_get_status (message) != SOUP_STATUS_ACCEPTED;

  if (failed && !feed->failing)
    g_printerr ("system-feed: cannot publish: %s\n",
                error != NULL ? error->message : soup_message_get_reason_phrase (message));
  feed->failing = failed;
}

static gboolean
publish_cb (gpointer user_data)
{
  Feed *feed = user_data;
  g_autoptr (SoupMessage) message = soup_message_new_from_uri (SOUP_METHOD_POST, feed->uri);
  char *body = describe (feed);
  g_autoptr (GBytes) bytes = g_bytes_new_take (body, strlen (body));

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  soup_session_send_and_read_async (feed->session, message, G_PRIORITY_DEFAULT, NULL, published_cb, feed);
  return G_SOURCE_CONTINUE;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = argc == 2 ? g_strconcat (argv[1], "?event=system", NULL) : NULL;
  Feed feed = { 0 };

  if (url == NULL)
    {
      g_printerr ("Usage: system-feed http://HOST:PORT/events/CHANNEL\n");
      return 2;
    }
  feed.uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, &error);
  if (feed.uri == NULL)
    {
      g_printerr ("system-feed: %s\n", error->message);
      return 2;
    }
  feed.session = soup_session_new ();
  feed.loop = g_main_loop_new (NULL, FALSE);
  feed.last = read_counters ();
  g_timeout_add_seconds (INTERVAL, publish_cb, &feed);
  g_unix_signal_add (SIGINT, quit_cb, feed.loop);
  g_unix_signal_add (SIGTERM, quit_cb, feed.loop);
  g_main_loop_run (feed.loop);

  soup_session_abort (feed.session);
  g_clear_object (&feed.session);
  g_main_loop_unref (feed.loop);
  g_uri_unref (feed.uri);
  return 0;
}
