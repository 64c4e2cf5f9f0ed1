/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-error.h"
#include "eric-http-body-private.h"
#include "eric-http-query-private.h"
#include "eric-message.h"
#include "eric-sse-server-private.h"

/* Messages out of a body: the coding is taken off, then what its type says is read. */

/* Bytes that are taken off a coding at once. */
#define INFLATE_SIZE 16384

EricHttpCoding
_eric_http_get_coding (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *coding = soup_message_headers_get_list (headers, "Content-Encoding");

  if (coding == NULL || *coding == '\0' || g_ascii_strcasecmp (coding, "identity") == 0)
    return ERIC_HTTP_CODING_NONE;
  if (g_ascii_strcasecmp (coding, "gzip") == 0 || g_ascii_strcasecmp (coding, "x-gzip") == 0)
    return ERIC_HTTP_CODING_GZIP;
  return ERIC_HTTP_CODING_UNKNOWN;
}

void
_eric_http_refuse_coding (SoupServerMessage *message)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Accept-Encoding", "gzip");
  _eric_http_refuse (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE,
                     "A body may have the Content-Encoding gzip, and no other");
}

EricHttpInflateStep
_eric_http_inflater_next (EricHttpInflater  *inflater,
                          const char       **bytes,
                          gsize             *length,
                          char              *buffer,
                          gsize              size,
                          gsize             *n_written)
{
  g_autoptr (GError) error = NULL;
  GConverterResult result;
  gsize n_read = 0;

  if (*length == 0 && !inflater->inside)
    return ERIC_HTTP_INFLATE_MORE;
  if (inflater->converter == NULL)
    inflater->converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  if (!inflater->inside)
    g_converter_reset (inflater->converter);

  *n_written = 0;
  inflater->inside = TRUE;
  result = g_converter_convert (inflater->converter, *bytes, *length, buffer, size,
                                G_CONVERTER_NO_FLAGS, &n_read, n_written, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return ERIC_HTTP_INFLATE_MORE;
  if (error != NULL)
    return ERIC_HTTP_INFLATE_MALFORMED;
  *bytes += n_read;
  *length -= n_read;
  inflater->inside = result != G_CONVERTER_FINISHED;
  return ERIC_HTTP_INFLATE_DATA;
}

void
_eric_http_inflater_clear (EricHttpInflater *inflater)
{
  g_clear_object (&inflater->converter);
}

/* What is behind the limit is not even inflated. */
static GByteArray *
inflate (const char  *data,
         gsize        length,
         gsize        max_body,
         GError     **error)
{
  EricHttpInflater inflater = { 0 };
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  EricHttpInflateStep step;
  char buffer[INFLATE_SIZE];
  gsize n;

  while ((step = _eric_http_inflater_next (&inflater, &data, &length, buffer, sizeof buffer, &n)) ==
           ERIC_HTTP_INFLATE_DATA && whole->len + n <= max_body)
    g_byte_array_append (whole, (const guint8 *) buffer, n);

  if (step == ERIC_HTTP_INFLATE_DATA)
    g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE, "The body is too long");
  else if (step == ERIC_HTTP_INFLATE_MALFORMED || inflater.inside)
    g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "The body is not gzip, or not all of it");
  _eric_http_inflater_clear (&inflater);
  return step == ERIC_HTTP_INFLATE_MORE && !inflater.inside ? g_steal_pointer (&whole) : NULL;
}

/* Of JSON, or of text. */
EricMessage *
_eric_http_new_message (const char  *event_type,
                        gboolean     json,
                        const char  *data,
                        gsize        length,
                        GError     **error)
{
  const char *invalid;

  if (json)
    return eric_message_new_from_json (event_type, data, length, error);
  if (g_utf8_validate_len (data, length, &invalid))
    return eric_message_new_from_data (event_type, (const guint8 *) data, length, error);
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
               "Text must be UTF-8 without NUL, which it is not at byte %" G_GSIZE_FORMAT,
               (gsize) (invalid - data));
  return NULL;
}

static gboolean
add_message (const char  *event_type,
             const char  *id,
             gboolean     json,
             const char  *data,
             gsize        length,
             GPtrArray   *messages,
             GError     **error)
{
  g_autoptr (EricMessage) message = _eric_http_new_message (event_type, json, data, length, error);
  EricMessage *with_id;

  if (message == NULL)
    return FALSE;
  with_id = id != NULL ? eric_message_copy_with_id (message, id, error) : g_object_ref (message);
  if (with_id == NULL)
    return FALSE;
  g_ptr_array_add (messages, with_id);
  return TRUE;
}

/* A message a line; empty lines are skipped. */
static gboolean
add_lines (const char  *event_type,
           const char  *id,
           gboolean     json,
           const char  *data,
           gsize        length,
           GPtrArray   *messages,
           GError     **error)
{
  const char *end = data + length;
  guint line = 0;

  while (data < end)
    {
      const char *stop = memchr (data, '\n', end - data);
      gsize size = (stop != NULL ? stop : end) - data;

      line++;
      if (size > 0 && data[size - 1] == '\r')
        size--;
      if (size > 0 && !add_message (event_type, id, json, data, size, messages, error))
        {
          g_prefix_error (error, "Message %u: ", line);
          return FALSE;
        }
      data = stop != NULL ? stop + 1 : end;
    }
  return TRUE;
}

/* What the body of a request is: JSON or text, one message or one in each line. */
EricHttpBodyKind
_eric_http_get_body_kind (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autofree char *split = NULL;

  if (type != NULL && g_ascii_strcasecmp (type, ERIC_HTTP_LINES_TYPE) == 0)
    return ERIC_HTTP_BODY_JSON | ERIC_HTTP_BODY_LINES;
  if (type != NULL && g_ascii_strcasecmp (type, "application/json") == 0)
    return ERIC_HTTP_BODY_JSON;
  split = eric_http_query_dup (message, "split");
  return g_strcmp0 (split, "lines") == 0 ? ERIC_HTTP_BODY_LINES : ERIC_HTTP_BODY_TEXT;
}

static gboolean
read_messages (EricSseServer      *self,
               SoupServerMessage  *message,
               const char         *event_type,
               const char         *id,
               GPtrArray          *messages,
               GError            **error)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  EricHttpBodyKind kind = _eric_http_get_body_kind (message);
  g_autoptr (GByteArray) inflated = NULL;
  g_autofree char *split = eric_http_query_dup (message, "split");
  gsize length;
  const char *data = g_bytes_get_data (body, &length);

  if (split != NULL && !g_str_equal (split, "lines"))
    {
      g_set_error_literal (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "?split= takes “lines”");
      return FALSE;
    }
  if (_eric_http_get_coding (message) == ERIC_HTTP_CODING_GZIP)
    {
      inflated = inflate (data, length, self->max_body, error);
      if (inflated == NULL)
        return FALSE;
      data = (const char *) inflated->data;
      length = inflated->len;
    }
  return (kind & ERIC_HTTP_BODY_LINES ? add_lines : add_message) (event_type, id, kind & ERIC_HTTP_BODY_JSON,
                                                                  data != NULL ? data : "", length,
                                                                  messages, error);
}

gboolean
_eric_http_read_messages (EricSseServer     *self,
                          SoupServerMessage *message,
                          const char        *event_type,
                          const char        *id,
                          GPtrArray         *messages)
{
  g_autoptr (GError) error = NULL;

  if (_eric_http_get_coding (message) == ERIC_HTTP_CODING_UNKNOWN)
    _eric_http_refuse_coding (message);
  else if (read_messages (self, message, event_type, id, messages, &error))
    return TRUE;
  else if (g_error_matches (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE))
    _eric_http_refuse_body (self, message);
  else
    _eric_http_refuse (message, SOUP_STATUS_BAD_REQUEST, error->message);
  return FALSE;
}
