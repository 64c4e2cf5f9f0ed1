/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-http-probe-private.h"
#include "eric-http-query-private.h"
#include "eric-sse-channel.h"
#include "eric-sse-server-private.h"

/* How much of an answer is taken, in bytes. What it says behind its headers does not
 * matter. */
#define SINK_SIZE (64 * 1024)

/* On the address that a request of ours comes from: nobody but us can set that. */
#define PROBE_KEY "eric-http-probe"

struct _EricHttpProbe
{
  EricSseServer     *server;      /* (unowned): has its probes */
  SoupServerMessage *message;     /* (owned): of the client */
  const char        *method;
  char              *mount;       /* (owned) (nullable): NULL to ask for the path of the message */
  GPtrArray         *seats;       /* (owned) of (owned) EricHttpSeat */
  guint              next;        /* the seat that is asked for */
  EricHttpProbeFunc  func;
  GSource           *source;      /* (owned) (nullable): asks, or ends */
  gboolean           gone;        /* the connection of the client */
  gboolean           finishing;   /* the message is gone on with, in which others may have their turn */

  GSocketAddress    *address;     /* (owned) (nullable): of the request of ours */
  SoupServerMessage *asked;       /* (owned) (nullable): that request */
  GOutputStream     *sink;        /* (owned) (nullable): where its answer goes */
  gboolean           granted;
  gboolean           answered;
  guint              status;
  char              *challenge;   /* (owned) (nullable) */
};

EricHttpSeat *
_eric_http_seat_new (const char *channel_id)
{
  EricHttpSeat *seat = g_new0 (EricHttpSeat, 1);

  seat->channel_id = g_strdup (channel_id);
  return seat;
}

void
_eric_http_seat_free (EricHttpSeat *seat)
{
  g_clear_object (&seat->channel);
  g_free (seat->channel_id);
  g_free (seat);
}

static EricHttpProbe *
find (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address != NULL ? g_object_get_data (G_OBJECT (address), PROBE_KEY) : NULL;
}

gboolean
_eric_http_probe_is (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address != NULL && g_object_get_data (G_OBJECT (address), PROBE_KEY "-is") != NULL;
}

static void schedule (EricHttpProbe *probe,
                      GSourceFunc    func);
static gboolean ask_cb (gpointer user_data);
static gboolean end_cb (gpointer user_data);

/* Behind its headers, the answer finds no room, so that libsoup ends it. */
static void
wrote_headers_cb (SoupServerMessage *message,
                  EricHttpProbe     *probe)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (probe->answered)
    return;
  probe->answered = TRUE;
  probe->status = soup_server_message_get_status (message);
  g_free (probe->challenge);
  probe->challenge = g_strdup (soup_message_headers_get_list (headers, "WWW-Authenticate"));
  g_seekable_seek (G_SEEKABLE (probe->sink), SINK_SIZE, G_SEEK_SET, NULL, NULL);
  schedule (probe, end_cb);
}

static void
lost_cb (SoupServerMessage *message,
         EricHttpProbe     *probe)
{
  if (probe->answered)
    return;
  probe->answered = TRUE;
  probe->status = SOUP_STATUS_INTERNAL_SERVER_ERROR;
  schedule (probe, end_cb);
}

/* What is asked goes on without us. */
static void
forget_asked (EricHttpProbe *probe)
{
  if (probe->asked != NULL)
    {
      g_signal_handlers_disconnect_by_data (probe->asked, probe);
      g_clear_object (&probe->asked);
    }
  if (probe->address != NULL)
    g_object_set_data (G_OBJECT (probe->address), PROBE_KEY, NULL);
  if (probe->sink != NULL)
    g_seekable_seek (G_SEEKABLE (probe->sink), SINK_SIZE, G_SEEK_SET, NULL, NULL);
  g_clear_object (&probe->address);
  g_clear_object (&probe->sink);
}

static void
gone_cb (SoupServerMessage *message,
         EricHttpProbe     *probe)
{
  probe->gone = TRUE;
  if (!probe->finishing)
    schedule (probe, end_cb);
}

void
_eric_http_probe_free (EricHttpProbe *probe)
{
  forget_asked (probe);
  if (probe->source != NULL)
    g_source_destroy (probe->source);
  g_clear_pointer (&probe->source, g_source_unref);
  g_signal_handlers_disconnect_by_data (probe->message, probe);
  g_object_unref (probe->message);
  g_ptr_array_unref (probe->seats);
  g_free (probe->mount);
  g_free (probe->challenge);
  g_free (probe);
}

static void
schedule (EricHttpProbe *probe,
          GSourceFunc    func)
{
  if (probe->source != NULL)
    g_source_destroy (probe->source);
  g_clear_pointer (&probe->source, g_source_unref);
  probe->source = g_idle_source_new ();
  g_source_set_priority (probe->source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (probe->source, "EricHttpProbe");
  g_source_set_callback (probe->source, func, probe, NULL);
  g_source_attach (probe->source, probe->server->context);
}

/* Of the connection, or of the body, that the request of ours does not have. */
static gboolean
is_left_out (const char *name)
{
  static const char * const names[] = {
    "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Keep-Alive",
    "Last-Event-ID", "Proxy-Connection", "Range", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (name, names[i]) == 0)
      return TRUE;
  return g_ascii_strncasecmp (name, "If-", 3) == 0;
}

static void
append_header (const char *name,
               const char *value,
               gpointer    user_data)
{
  if (!is_left_out (name))
    _eric_http_append_header (name, value, user_data);
}

static char *
make_path (EricHttpProbe *probe)
{
  const EricHttpSeat *seat = probe->seats->pdata[probe->next];
  const char *path = g_uri_get_path (soup_server_message_get_uri (probe->message));
  g_autofree char *whole = NULL;
  gboolean raw_paths;

  g_object_get (probe->server->soup_server, "raw-paths", &raw_paths, NULL);
  if (probe->mount == NULL && raw_paths)
    return g_strdup (path);
  whole = probe->mount != NULL ? g_strconcat (probe->mount, "/", seat->channel_id, NULL) : g_strdup (path);
  return g_uri_escape_string (whole, "/", FALSE);
}

/* What a program looks for in the query, such as a token, is what it would find there if
 * the client asked for the path itself. */
static char *
make_target (EricHttpProbe *probe)
{
  static const char * const ours[] = { "topic", "lastEventId", NULL };
  g_autofree char *path = make_path (probe);
  g_autofree char *query = eric_http_query_dup_without (probe->message, ours);

  return query != NULL ? g_strconcat (path, "?", query, NULL) : g_steal_pointer (&path);
}

static GInputStream *
make_request (EricHttpProbe *probe)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (probe->message);
  g_autofree char *target = make_target (probe);
  GString *head = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  g_string_append_printf (head, "%s %s HTTP/1.1\r\nConnection: close\r\n", probe->method, target);
  soup_message_headers_foreach (headers, append_header, head);
  if (soup_message_headers_get_one (headers, "Host") == NULL)
    g_string_append (head, "Host: localhost\r\n");
  g_string_append (head, "\r\n");
  bytes = g_string_free_to_bytes (head);
  return g_memory_input_stream_new_from_bytes (bytes);
}

/* (transfer full) (nullable): equal to the address, but an object of its own */
static GSocketAddress *
copy_address (GSocketAddress *address)
{
  gssize size = address != NULL ? g_socket_address_get_native_size (address) : 0;
  g_autofree char *native = g_malloc (MAX (size, 1));

  if (size <= 0 || !g_socket_address_to_native (address, native, size, NULL))
    return NULL;
  return g_socket_address_new_from_native (native, size);
}

static gboolean
ask_cb (gpointer user_data)
{
  EricHttpProbe *probe = user_data;
  GSocketAddress *local = soup_server_message_get_local_address (probe->message);
  g_autoptr (EricSseServer) server = g_object_ref (probe->server);
  g_autoptr (GInputStream) request = make_request (probe);
  g_autoptr (GIOStream) stream = NULL;

  g_clear_pointer (&probe->source, g_source_unref);
  probe->granted = probe->answered = FALSE;
  probe->address = copy_address (soup_server_message_get_remote_address (probe->message));
  if (probe->address == NULL || local == NULL)
    {
      probe->status = SOUP_STATUS_INTERNAL_SERVER_ERROR;
      schedule (probe, end_cb);
      return G_SOURCE_REMOVE;
    }
  g_object_set_data (G_OBJECT (probe->address), PROBE_KEY, probe);
  g_object_set_data (G_OBJECT (probe->address), PROBE_KEY "-is", GINT_TO_POINTER (TRUE));
  probe->sink = g_memory_output_stream_new (g_malloc (SINK_SIZE), SINK_SIZE, NULL, g_free);
  stream = g_simple_io_stream_new (request, probe->sink);
  soup_server_accept_iostream (server->soup_server, stream, local, probe->address, NULL);
  return G_SOURCE_REMOVE;
}

/* Goes on with the message. */
static void
finish (EricHttpProbe *probe)
{
  g_autoptr (EricSseServer) server = g_object_ref (probe->server);
  const EricHttpSeat *refused = probe->next < probe->seats->len ? probe->seats->pdata[probe->next] : NULL;

  g_hash_table_steal (server->probes, probe);
  probe->finishing = TRUE;
  if (!probe->gone)
    probe->func (server, probe->message, probe->seats, refused, probe->status, probe->challenge);
  if (!probe->gone)
    soup_server_message_unpause (probe->message);
  _eric_http_probe_free (probe);
}

static gboolean
end_cb (gpointer user_data)
{
  EricHttpProbe *probe = user_data;

  g_clear_pointer (&probe->source, g_source_unref);
  forget_asked (probe);
  if (probe->granted)
    probe->next++;
  if (probe->granted && probe->next < probe->seats->len && !probe->gone)
    schedule (probe, ask_cb);
  else
    finish (probe);
  return G_SOURCE_REMOVE;
}

/* Takes over the seats. From the first on, each is asked for in turn. */
void
_eric_http_probe_start (EricSseServer     *self,
                        SoupServerMessage *message,
                        const char        *method,
                        const char        *mount,
                        GPtrArray         *seats,
                        guint              first,
                        EricHttpProbeFunc  func)
{
  EricHttpProbe *probe = g_new0 (EricHttpProbe, 1);

  probe->server = self;
  probe->message = g_object_ref (message);
  probe->method = method;
  probe->mount = g_strdup (mount);
  probe->seats = seats;
  probe->next = first;
  probe->func = func;
  g_hash_table_add (self->probes, probe);
  g_signal_connect (message, "disconnected", G_CALLBACK (gone_cb), probe);
  g_signal_connect (message, "finished", G_CALLBACK (gone_cb), probe);
  soup_server_message_pause (message);
  schedule (probe, ask_cb);
}

void
_eric_http_probes_end (EricSseServer *self)
{
  g_autoptr (GList) probes = g_hash_table_get_keys (self->probes);

  for (GList *link = probes; link != NULL; link = link->next)
    {
      EricHttpProbe *probe = link->data;

      if (!probe->gone)
        {
          _eric_http_refuse (probe->message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server is shutting down");
          soup_server_message_unpause (probe->message);
        }
      g_hash_table_remove (self->probes, probe);
    }
}

void
_eric_http_probe_watch (SoupServerMessage *message)
{
  EricHttpProbe *probe = find (message);

  if (probe == NULL || probe->asked != NULL)
    return;
  probe->asked = g_object_ref (message);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), probe);
  g_signal_connect (message, "finished", G_CALLBACK (lost_cb), probe);
  g_signal_connect (message, "disconnected", G_CALLBACK (lost_cb), probe);
}

gboolean
_eric_http_probe_grant (EricSseServer     *self,
                        SoupServerMessage *message,
                        const char        *channel_id,
                        EricSseChannel    *channel)
{
  EricHttpProbe *probe = find (message);
  EricHttpSeat *seat;

  if (!_eric_http_probe_is (message))
    return FALSE;
  if (probe == NULL || probe->server != self || (channel_id == NULL && channel == NULL))
    {
      _eric_http_refuse (message, SOUP_STATUS_NOT_FOUND, "This stream cannot be joined");
      return TRUE;
    }
  seat = probe->seats->pdata[probe->next];
  g_set_object (&seat->channel, channel);
  if (channel_id != NULL)
    {
      g_free (seat->channel_id);
      seat->channel_id = g_strdup (channel_id);
    }
  probe->granted = TRUE;
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  return TRUE;
}
