/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http-util.h"
#include "test-util.h"

#define READ_SIZE   65536
#define SMALL_SIZE  32768

static void
joined_cb (EricSseServer     *server,
           EricSseSubscriber *subscriber,
           HttpFixture       *fixture)
{
  g_ptr_array_add (fixture->joined, eric_sse_subscriber_ref (subscriber));
}

static void
left_cb (EricSseServer     *server,
         EricSseSubscriber *subscriber,
         EricSseDisconnect  reason,
         HttpFixture       *fixture)
{
  g_ptr_array_add (fixture->left, eric_sse_subscriber_ref (subscriber));
  g_array_append_val (fixture->reasons, reason);
}

/* Writes down what the server tells. */
void
http_fixture_watch (HttpFixture *fixture)
{
  g_signal_connect (fixture->server, "subscribed", G_CALLBACK (joined_cb), fixture);
  g_signal_connect (fixture->server, "unsubscribed", G_CALLBACK (left_cb), fixture);
}

HttpFixture *
http_fixture_new (void)
{
  HttpFixture *fixture = g_new0 (HttpFixture, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  GSocketAddress *bound;

  fixture->joined = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_sse_subscriber_unref);
  fixture->left = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_sse_subscriber_unref);
  fixture->reasons = g_array_new (FALSE, FALSE, sizeof (EricSseDisconnect));

  fixture->channels = eric_channel_container_new (ERIC_TYPE_SSE_CHANNEL);
  fixture->news = ERIC_SSE_CHANNEL (eric_channel_container_add (fixture->channels, "news", &error));
  g_assert_no_error (error);
  fixture->soup_server = soup_server_new (NULL, NULL);
  fixture->server = eric_sse_server_new (fixture->soup_server, fixture->channels);
  http_fixture_watch (fixture);
  g_assert_true (eric_sse_server_mount (fixture->server, "/events", NULL));
  eric_sse_server_listen (fixture->server, address, &error);
  g_assert_no_error (error);
  bound = eric_sse_server_get_listen_address (fixture->server);
  fixture->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return fixture;
}

/* Nobody else may have a reference. */
void
http_fixture_drop_server (HttpFixture *fixture)
{
  test_finalize (fixture->server);
}

void
http_fixture_free (HttpFixture *fixture)
{
  if (fixture->server != NULL)
    http_fixture_drop_server (fixture);
  g_clear_object (&fixture->soup_server);
  g_clear_object (&fixture->news);
  test_finalize (fixture->channels);
  g_ptr_array_unref (fixture->joined);
  g_ptr_array_unref (fixture->left);
  g_array_unref (fixture->reasons);
  g_free (fixture);
}

/* Waits until @n have left, all of them for this reason. */
void
http_fixture_assert_left (HttpFixture       *fixture,
                          guint              n,
                          EricSseDisconnect  reason)
{
  test_wait_until (fixture->left->len >= n);
  g_assert_cmpuint (fixture->left->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (fixture->reasons, EricSseDisconnect, i), ==, reason);
  g_assert_cmpuint (eric_sse_server_get_n_subscribers (fixture->server), ==, fixture->joined->len - n);
}

static void
event_free (HttpEvent *event)
{
  g_free (event->id);
  g_free (event->type);
  g_string_free (event->data, TRUE);
  g_free (event);
}

HttpResponse *
http_response_new (void)
{
  HttpResponse *response = g_new0 (HttpResponse, 1);

  response->raw = g_string_new (NULL);
  response->body = g_string_new (NULL);
  response->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_free);
  response->comments = g_ptr_array_new_with_free_func (g_free);
  response->retries = g_array_new (FALSE, FALSE, sizeof (guint));
  return response;
}

void
http_response_free (HttpResponse *response)
{
  g_string_free (response->raw, TRUE);
  g_string_free (response->body, TRUE);
  g_ptr_array_unref (response->events);
  g_ptr_array_unref (response->comments);
  g_array_unref (response->retries);
  g_free (response);
}

/* (transfer full) (nullable): the value; of several, the first */
char *
http_response_dup_header (HttpResponse *response,
                          const char   *name)
{
  g_autofree char *head = g_strndup (response->raw->str, response->head);
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);

  for (char **line = lines + 1; *line != NULL; line++)
    {
      gsize length = strlen (name);

      if (g_ascii_strncasecmp (*line, name, length) == 0 && (*line)[length] == ':')
        return g_strstrip (g_strdup (*line + length + 1));
    }
  return NULL;
}

HttpEvent *
http_response_event (HttpResponse *response,
                     guint         n)
{
  g_assert_cmpuint (n, <, response->events->len);
  return response->events->pdata[n];
}

const char *
http_response_comment (HttpResponse *response,
                       guint         n)
{
  g_assert_cmpuint (n, <, response->comments->len);
  return response->comments->pdata[n];
}

static gboolean
has_prefix (const char *line,
            gsize       length,
            const char *prefix)
{
  return length >= strlen (prefix) && memcmp (line, prefix, strlen (prefix)) == 0;
}

/* Nothing but what the library writes is expected. */
static void
take_line (HttpResponse *response,
           HttpEvent    *event,
           const char   *line,
           gsize         length)
{
  if (has_prefix (line, length, "data: "))
    {
      g_string_append_len (event->data, line + 6, length - 6);
      g_string_append_c (event->data, '\n');
    }
  else if (has_prefix (line, length, "id: "))
    event->id = g_strndup (line + 4, length - 4);
  else if (has_prefix (line, length, "event: "))
    event->type = g_strndup (line + 7, length - 7);
  else if (has_prefix (line, length, "retry: "))
    {
      guint retry = g_ascii_strtoull (line + 7, NULL, 10);

      g_array_append_val (response->retries, retry);
    }
  else if (has_prefix (line, length, ":"))
    g_ptr_array_add (response->comments, g_strstrip (g_strndup (line + 1, length - 1)));
  else
    g_error ("the stream has the line “%.*s”", (int) MIN (length, 80), line);
}

static void
take_block (HttpResponse *response,
            const char   *block,
            gsize         length)
{
  HttpEvent *event = g_new0 (HttpEvent, 1);
  const char *end = block + length;

  event->data = g_string_new (NULL);
  for (const char *line = block; line < end;)
    {
      const char *stop = memchr (line, '\n', end - line);

      take_line (response, event, line, stop - line);
      line = stop + 1;
    }
  if (event->data->len == 0)
    {
      event_free (event);
      return;
    }
  g_string_truncate (event->data, event->data->len - 1);
  if (event->type == NULL)
    event->type = g_strdup ("message");
  g_ptr_array_add (response->events, event);
}

static void
parse_events (HttpResponse *response)
{
  GString *body = response->body;

  while (response->looked < body->len)
    {
      const char *from = body->str + response->looked;
      const char *end = memmem (from, body->len - response->looked, "\n\n", 2);

      if (end == NULL)
        {
          response->looked = body->len - 1;
          return;
        }
      take_block (response, body->str + response->parsed, end + 1 - (body->str + response->parsed));
      response->parsed = response->looked = end + 2 - body->str;
    }
}

/* TRUE if a chunk was whole. */
static gboolean
take_chunk (HttpResponse *response)
{
  const char *from = response->raw->str + response->taken;
  gsize available = response->raw->len - response->taken;
  const char *line_end = memmem (from, available, "\r\n", 2);
  char *digits_end;
  gsize size, head;

  if (line_end == NULL)
    return FALSE;
  g_assert_true (g_ascii_isxdigit (*from));
  size = g_ascii_strtoull (from, &digits_end, 16);
  g_assert_true (digits_end == line_end);
  head = line_end + 2 - from;
  if (available < head + size + 2)
    return FALSE;
  g_assert_cmpmem (from + head + size, 2, "\r\n", 2);
  g_assert_false (response->last_chunk);
  g_string_append_len (response->body, from + head, size);
  response->taken += head + size + 2;
  response->last_chunk = size == 0;
  return TRUE;
}

static void
take_head (HttpResponse *response)
{
  const char *end = memmem (response->raw->str, response->raw->len, "\r\n\r\n", 4);
  g_autofree char *encoding = NULL;

  if (end == NULL)
    return;
  g_assert_true (g_str_has_prefix (response->raw->str, "HTTP/1."));
  response->head = response->taken = end + 4 - response->raw->str;
  response->status = g_ascii_strtoull (response->raw->str + strlen ("HTTP/1.x "), NULL, 10);
  encoding = http_response_dup_header (response, "Transfer-Encoding");
  response->chunked = g_strcmp0 (encoding, "chunked") == 0;
}

void
http_response_feed (HttpResponse *response,
                    const char   *bytes,
                    gsize         length)
{
  g_autofree char *type = NULL;

  g_string_append_len (response->raw, bytes, length);
  if (response->head == 0)
    take_head (response);
  if (response->head == 0)
    return;
  if (response->chunked)
    while (take_chunk (response))
      ;
  else
    {
      g_string_append_len (response->body, response->raw->str + response->taken,
                           response->raw->len - response->taken);
      response->taken = response->raw->len;
    }
  type = http_response_dup_header (response, "Content-Type");
  if (g_strcmp0 (type, "text/event-stream") == 0)
    parse_events (response);
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  HttpClient *client = user_data;
  g_autofree char *buffer = g_malloc (client->at_once);
  gssize n = recv (fd, buffer, client->at_once, MSG_DONTWAIT);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n > 0)
    {
      http_response_feed (client->response, buffer, n);
      return G_SOURCE_CONTINUE;
    }
  client->error = n < 0 ? errno : 0;
  client->eof = TRUE;
  g_clear_pointer (&client->source, g_source_unref);
  return G_SOURCE_REMOVE;
}

void
http_client_resume (HttpClient *client)
{
  if (client->source != NULL || client->eof)
    return;
  client->source = g_unix_fd_source_new (client->fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (client->source, G_SOURCE_FUNC (readable_cb), client, NULL);
  g_source_attach (client->source, g_main_context_get_thread_default ());
}

/* Reads no more: what the server sends stays in the sockets. */
void
http_client_pause (HttpClient *client)
{
  if (client->source == NULL)
    return;
  g_source_destroy (client->source);
  g_clear_pointer (&client->source, g_source_unref);
}

static HttpClient *
client_new (HttpFixture *fixture,
            int          buffer_size)
{
  HttpClient *client = g_new0 (HttpClient, 1);
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_port = htons (fixture->port),
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof address;

  client->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (client->fd, >=, 0);
  if (buffer_size > 0)
    setsockopt (client->fd, SOL_SOCKET, SO_RCVBUF, &buffer_size, sizeof buffer_size);
  /* The kernel answers for a server that did not accept yet. */
  if (connect (client->fd, (struct sockaddr *) &address, sizeof address) < 0)
    {
      client->error = errno;
      client->eof = TRUE;
    }
  getsockname (client->fd, (struct sockaddr *) &address, &length);
  client->port = ntohs (address.sin_port);
  client->at_once = READ_SIZE;
  client->response = http_response_new ();
  http_client_resume (client);
  return client;
}

/* Connects; where that fails, error is set. */
HttpClient *
http_client_new (HttpFixture *fixture)
{
  return client_new (fixture, 0);
}

/* Has little room for what it does not read, and reads little at once. */
HttpClient *
http_client_new_small (HttpFixture *fixture)
{
  HttpClient *client = client_new (fixture, SMALL_SIZE);

  client->at_once = SMALL_SIZE;
  return client;
}

/* Connects and asks for a stream. */
HttpClient *
http_client_open (HttpFixture *fixture,
                  const char  *target)
{
  HttpClient *client = http_client_new (fixture);
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);

  g_assert_true (http_client_send (client, request, -1));
  http_client_wait_ready (client);
  return client;
}

/* Connects, sends, and waits for the whole response. */
HttpClient *
http_client_ask (HttpFixture *fixture,
                 const char  *request)
{
  HttpClient *client = http_client_new (fixture);

  g_assert_true (http_client_send (client, request, -1));
  http_client_wait_eof (client);
  return client;
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_writable (HttpClient *client)
{
  GSource *source = g_unix_fd_source_new (client->fd, G_IO_OUT | G_IO_HUP | G_IO_ERR);
  gboolean writable = FALSE;

  g_source_set_callback (source, G_SOURCE_FUNC (writable_cb), &writable, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  test_wait_until (writable);
  g_source_destroy (source);
  g_source_unref (source);
}

/* FALSE if the server does not take it: it has closed. */
gboolean
http_client_send (HttpClient *client,
                  const char *bytes,
                  gssize      length)
{
  gsize left = length < 0 ? strlen (bytes) : (gsize) length;

  client->is_head |= g_str_has_prefix (bytes, "HEAD ");
  while (left > 0)
    {
      gssize n = send (client->fd, bytes, left, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        {
          wait_writable (client);
          continue;
        }
      if (n < 0)
        return FALSE;
      bytes += n;
      left -= n;
    }
  return TRUE;
}

/* A response that says its length, and has come. */
static gboolean
is_complete (HttpResponse *response)
{
  g_autofree char *length = NULL;

  if (response->head == 0 || response->chunked)
    return FALSE;
  length = http_response_dup_header (response, "Content-Length");
  if (length == NULL)
    return response->status == SOUP_STATUS_NO_CONTENT;
  return response->raw->len - response->head >= g_ascii_strtoull (length, NULL, 10);
}

/* Nothing more of the response comes: the connection may be kept. */
gboolean
http_client_is_over (HttpClient *client)
{
  return client->eof || is_complete (client->response) || (client->is_head && client->response->head > 0);
}

/* Waits for the first thing that a stream says. */
void
http_client_wait_ready (HttpClient *client)
{
  test_wait_until (client->response->retries->len > 0 || http_client_is_over (client));
  g_assert_cmpuint (client->response->retries->len, ==, 1);
  g_assert_cmpuint (client->response->status, ==, 200);
}

void
http_client_wait_events (HttpClient *client,
                         guint       n)
{
  test_wait_until (client->response->events->len >= n || http_client_is_over (client));
  g_assert_cmpuint (client->response->events->len, >=, n);
}

/* Of the response: the connection may be kept. */
void
http_client_wait_eof (HttpClient *client)
{
  test_wait_until (http_client_is_over (client));
}

void
http_client_wait_closed (HttpClient *client)
{
  test_wait_until (client->eof);
}

/* Has nothing more to say. */
void
http_client_shut (HttpClient *client)
{
  g_assert_no_errno (shutdown (client->fd, SHUT_WR));
}

void
http_client_close (HttpClient *client)
{
  http_client_pause (client);
  if (client->fd >= 0)
    close (client->fd);
  client->fd = -1;
}

void
http_client_reset (HttpClient *client)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_no_errno (setsockopt (client->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
  http_client_close (client);
}

void
http_client_free (HttpClient *client)
{
  http_client_close (client);
  http_response_free (client->response);
  g_free (client);
}

void
http_broadcast (EricSseChannel *channel,
                const char     *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricMessage) message = eric_message_new_from_text (NULL, text, &error);

  g_assert_no_error (error);
  g_assert_true (eric_channel_broadcast (ERIC_CHANNEL (channel), message, &error));
  g_assert_no_error (error);
}

/* (transfer full): a text in which a part that is missing or twice is noticed */
char *
http_make_text (gsize length)
{
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = 'a' + (i + i / 26 + i / 1021) % 26;
  text[length] = '\0';
  return text;
}

/* (transfer full) */
GByteArray *
http_gzip (const char *text,
           gssize      length)
{
  g_autoptr (GConverter) compressor =
    G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, compressor);
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (g_output_stream_write_all (stream, text, length < 0 ? strlen (text) : (gsize) length,
                                            NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  return g_bytes_unref_to_array (g_steal_pointer (&bytes));
}

/* How many descriptors the process has. */
guint
http_count_fds (void)
{
  GDir *dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  g_dir_close (dir);
  return n - 1;
}
