/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-http-head-private.h"

#define BAD_REQUEST     400
#define URI_TOO_LONG    414
#define UNEXPECTED      417
#define HEAD_TOO_LARGE  431
#define NOT_IMPLEMENTED 501
#define NO_SUCH_VERSION 505

#define MAX_PORT 65535

/* A piece of the head, without its CRLF. */
typedef struct
{
  const char *bytes;
  gsize       length;
} Span;

static gboolean
refuse (EricHttpHead *head,
        guint         status,
        const char   *sentence)
{
  head->status = status;
  head->sentence = sentence;
  return FALSE;
}

/* RFC 9110, section 5.6.2 */
gboolean
eric_http_is_token (const char *bytes,
                    gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (bytes[i]) && (bytes[i] == '\0' || strchr ("!#$%&'*+-.^_`|~", bytes[i]) == NULL))
      return FALSE;
  return length > 0;
}

static gboolean
is_name (Span        name,
         const char *wanted)
{
  return name.length == strlen (wanted) && g_ascii_strncasecmp (name.bytes, wanted, name.length) == 0;
}

static Span
strip (Span span)
{
  while (span.length > 0 && (span.bytes[0] == ' ' || span.bytes[0] == '\t'))
    {
      span.bytes++;
      span.length--;
    }
  while (span.length > 0 && (span.bytes[span.length - 1] == ' ' || span.bytes[span.length - 1] == '\t'))
    span.length--;
  return span;
}

/* Bytes above ASCII are no part of a target. Clients send them as they were typed,
 * and nobody reads them in two ways. */
static gboolean
is_target (Span target)
{
  for (gsize i = 0; i < target.length; i++)
    if ((guchar) target.bytes[i] <= ' ' || target.bytes[i] == 0x7f || target.bytes[i] == '#')
      return FALSE;
  return target.length > 0;
}

/* RFC 3986, section 2.1 */
static gboolean
is_percent_encoded (Span target)
{
  for (gsize i = 0; i < target.length; i++)
    if (target.bytes[i] == '%' &&
        (target.length - i < 3 || !g_ascii_isxdigit (target.bytes[i + 1]) || !g_ascii_isxdigit (target.bytes[i + 2])))
      return FALSE;
  return TRUE;
}

/* The four forms of RFC 9112, section 3.2. That of CONNECT is not served. */
static gboolean
check_target (EricHttpHead *head,
              Span          method,
              Span          target)
{
  gboolean whole;

  if (!is_target (target))
    return refuse (head, BAD_REQUEST, "The target of the request is malformed");
  if (!is_percent_encoded (target))
    return refuse (head, BAD_REQUEST, "The target of the request has a % that begins no escape");
  if (method.length == 7 && memcmp (method.bytes, "CONNECT", 7) == 0)
    return refuse (head, NOT_IMPLEMENTED, "This is no proxy");
  whole = (target.length > 7 && g_ascii_strncasecmp (target.bytes, "http://", 7) == 0) ||
          (target.length > 8 && g_ascii_strncasecmp (target.bytes, "https://", 8) == 0);
  if (target.bytes[0] == '/' || whole ||
      (target.length == 1 && target.bytes[0] == '*' && is_name (method, "OPTIONS")))
    return TRUE;
  return refuse (head, BAD_REQUEST, "The target of the request is neither a path nor an address");
}

static gboolean
read_version (EricHttpHead *head,
              Span          version)
{
  const char *digits = version.bytes + 5;

  if (version.length != 8 || memcmp (version.bytes, "HTTP/", 5) != 0 ||
      !g_ascii_isdigit (digits[0]) || digits[1] != '.' || !g_ascii_isdigit (digits[2]))
    return refuse (head, BAD_REQUEST, "The request line is malformed");
  if (digits[0] != '1')
    return refuse (head, NO_SUCH_VERSION, "HTTP/1.1 is spoken here");
  head->minor = MIN (digits[2] - '0', 1);
  return TRUE;
}

/* Exactly one blank between its parts: with more, or with tabs, it is not agreed
 * where the target ends. */
static gboolean
read_request_line (EricHttpHead *head,
                   const char   *bytes,
                   Span          line)
{
  const char *end = line.bytes + line.length;
  const char *first = memchr (line.bytes, ' ', line.length);
  const char *second = first != NULL ? memchr (first + 1, ' ', end - first - 1) : NULL;
  Span method, target, version;

  if (second == NULL)
    return refuse (head, BAD_REQUEST, "The request line is malformed");
  method = (Span) { line.bytes, first - line.bytes };
  target = (Span) { first + 1, second - first - 1 };
  version = (Span) { second + 1, end - second - 1 };
  if (!eric_http_is_token (method.bytes, method.length))
    return refuse (head, BAD_REQUEST, "The method of the request is malformed");
  head->is_head = method.length == 4 && memcmp (method.bytes, "HEAD", 4) == 0;
  head->version = end - 1 - bytes;
  return read_version (head, version) && check_target (head, method, target);
}

static gboolean
is_port (Span port)
{
  guint number = 0;

  for (gsize i = 0; i < port.length; i++)
    {
      if (!g_ascii_isdigit (port.bytes[i]))
        return FALSE;
      number = number * 10 + port.bytes[i] - '0';
      if (number > MAX_PORT)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_address (Span address)
{
  for (gsize i = 0; i < address.length; i++)
    if (!g_ascii_isxdigit (address.bytes[i]) && address.bytes[i] != ':' && address.bytes[i] != '.')
      return FALSE;
  return address.length > 1;
}

static gboolean
is_host_name (Span name)
{
  for (gsize i = 0; i < name.length; i++)
    {
      char byte = name.bytes[i];

      if (byte == '%')
        {
          if (name.length - i < 3 || !g_ascii_isxdigit (name.bytes[i + 1]) || !g_ascii_isxdigit (name.bytes[i + 2]))
            return FALSE;
          i += 2;
        }
      else if (!g_ascii_isalnum (byte) && (byte == '\0' || strchr ("-._~!$&'()*+;=", byte) == NULL))
        return FALSE;
    }
  return name.length > 0;
}

/* uri-host [ ":" port ]. A comma could be the seam of two hosts that somebody has
 * joined, so that it is not taken although RFC 3986 has it. */
static gboolean
is_host (Span host)
{
  const char *colon;
  Span name = host, port = { "", 0 };

  if (host.length > 0 && host.bytes[0] == '[')
    {
      const char *end = memchr (host.bytes, ']', host.length);
      gsize length = end != NULL ? (gsize) (end - host.bytes) + 1 : 0;

      if (length < 2 || (length < host.length && host.bytes[length] != ':'))
        return FALSE;
      if (length < host.length)
        port = (Span) { host.bytes + length + 1, host.length - length - 1 };
      return is_address ((Span) { host.bytes + 1, length - 2 }) && is_port (port);
    }
  colon = memchr (host.bytes, ':', host.length);
  if (colon != NULL)
    {
      name.length = colon - host.bytes;
      port = (Span) { colon + 1, host.length - name.length - 1 };
    }
  return is_host_name (name) && is_port (port);
}

static gboolean
read_content_length (EricHttpHead *head,
                     Span          value)
{
  if (head->has_length)
    return refuse (head, BAD_REQUEST, "There is more than one Content-Length");
  head->has_length = TRUE;
  if (value.length == 0)
    return refuse (head, BAD_REQUEST, "The Content-Length is empty");
  for (gsize i = 0; i < value.length; i++)
    {
      if (!g_ascii_isdigit (value.bytes[i]))
        return refuse (head, BAD_REQUEST, "The Content-Length is no number");
      if (head->content_length > (G_MAXINT64 - 9) / 10)
        return refuse (head, BAD_REQUEST, "The Content-Length is too large");
      head->content_length = head->content_length * 10 + value.bytes[i] - '0';
    }
  return TRUE;
}

/* `chunked` alone is understood: others have to be refused, RFC 9112, section 6.1.
 * A list is one that is malformed, or one of which the whole is not understood. */
static gboolean
read_transfer_encoding (EricHttpHead *head,
                        Span          value)
{
  if (head->has_coding)
    return refuse (head, BAD_REQUEST, "There is more than one Transfer-Encoding");
  head->has_coding = TRUE;
  if (is_name (value, "chunked"))
    return TRUE;
  if (eric_http_is_token (value.bytes, value.length))
    return refuse (head, NOT_IMPLEMENTED, "Of the transfer codings, only chunked is understood");
  return refuse (head, BAD_REQUEST, "Of the transfer codings, only chunked, once, is understood");
}

static void
read_connection (EricHttpHead *head,
                 Span          value)
{
  while (value.length > 0)
    {
      const char *comma = memchr (value.bytes, ',', value.length);
      gsize length = comma != NULL ? (gsize) (comma - value.bytes) : value.length;
      Span option = strip ((Span) { value.bytes, length });

      if (is_name (option, "close"))
        head->says_close = TRUE;
      else if (is_name (option, "keep-alive"))
        head->says_keep_alive = TRUE;
      length += comma != NULL ? 1 : 0;
      value.bytes += length;
      value.length -= length;
    }
}

static gboolean
read_expect (EricHttpHead *head,
             const char   *bytes,
             Span          line,
             Span          value)
{
  if (!is_name (value, "100-continue"))
    return refuse (head, UNEXPECTED, "Of the expectations, only 100-continue is met");
  if (head->expect != 0)
    return refuse (head, BAD_REQUEST, "There is more than one Expect");
  head->expect = line.bytes - bytes;
  head->expect_length = line.length + 2;
  return TRUE;
}

static gboolean
take_field (EricHttpHead *head,
            const char   *bytes,
            Span          line,
            Span          name,
            Span          value)
{
  if (is_name (name, "Content-Length"))
    return read_content_length (head, value);
  if (is_name (name, "Transfer-Encoding"))
    return read_transfer_encoding (head, value);
  if (is_name (name, "Connection"))
    read_connection (head, value);
  else if (is_name (name, "Expect"))
    return read_expect (head, bytes, line, value);
  else if (is_name (name, "Host"))
    {
      if (++head->n_hosts > 1)
        return refuse (head, BAD_REQUEST, "There is more than one Host");
      if (!is_host (value))
        return refuse (head, BAD_REQUEST, "The Host is malformed");
    }
  return TRUE;
}

static gboolean
read_field (EricHttpHead *head,
            const char   *bytes,
            Span          line)
{
  const char *colon = memchr (line.bytes, ':', line.length);
  Span name, value;

  if (line.bytes[0] == ' ' || line.bytes[0] == '\t')
    return refuse (head, BAD_REQUEST, "A line of the header begins with a blank");
  if (colon == NULL)
    return refuse (head, BAD_REQUEST, "A line of the header has no colon");
  name = (Span) { line.bytes, colon - line.bytes };
  if (!eric_http_is_token (name.bytes, name.length))
    return refuse (head, BAD_REQUEST, "The name of a field is malformed");
  value = strip ((Span) { colon + 1, line.length - name.length - 1 });
  for (gsize i = 0; i < value.length; i++)
    if (g_ascii_iscntrl (value.bytes[i]) && value.bytes[i] != '\t')
      return refuse (head, BAD_REQUEST, "The value of a field has a control character");
  return take_field (head, bytes, line, name, value);
}

/* What only the whole head says. */
static gboolean
conclude (EricHttpHead *head)
{
  if (head->minor > 0 && head->n_hosts == 0)
    return refuse (head, BAD_REQUEST, "There is no Host");
  if (head->has_coding && head->has_length)
    return refuse (head, BAD_REQUEST, "There is a Content-Length beside a Transfer-Encoding");
  if (head->has_coding && head->minor == 0)
    return refuse (head, BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding");
  if (head->has_coding)
    head->body = ERIC_HTTP_BODY_CHUNKED;
  else if (head->content_length > 0)
    head->body = ERIC_HTTP_BODY_LENGTH;
  head->keeps = !head->says_close && (head->minor > 0 || head->says_keep_alive);
  return TRUE;
}

/* Line by line, each of which ends in CRLF. */
static gboolean
parse (EricHttpHead *head,
       const char   *bytes)
{
  const char *at = bytes + head->start;
  const char *end = bytes + head->length - 2;
  gboolean first = TRUE;

  while (at < end)
    {
      const char *lf = memchr (at, '\n', end - at);
      Span line = { at, lf - at - 1 };

      if (line.bytes[line.length] != '\r')
        return refuse (head, BAD_REQUEST, "A line of the head does not end in CRLF");
      if (first ? !read_request_line (head, bytes, line) : !read_field (head, bytes, line))
        return FALSE;
      first = FALSE;
      at = lf + 1;
    }
  return conclude (head);
}

/* FALSE where more is needed, or it is refused. */
static gboolean
skip_empty_lines (EricHttpHead *head,
                  const char   *bytes,
                  gsize         length)
{
  while (length - head->start >= 2 && memcmp (bytes + head->start, "\r\n", 2) == 0)
    {
      head->start += 2;
      if (head->start > 2 * ERIC_HTTP_MAX_EMPTY_LINES)
        return refuse (head, BAD_REQUEST, "There are empty lines instead of a request");
    }
  if (length > head->start && (bytes[head->start] == '\n' ||
                               (bytes[head->start] == '\r' && length > head->start + 1)))
    return refuse (head, BAD_REQUEST, "The request line is malformed");
  return length > head->start + 1;
}

/* What is known to be too long, or no request at all, before it is complete. */
static gboolean
check_begun (EricHttpHead *head,
             const char   *bytes,
             gsize         length)
{
  const char *line = bytes + head->start;
  gsize begun = MIN (length - head->start, ERIC_HTTP_MAX_REQUEST_LINE + 1);
  const char *lf = memchr (line, '\n', begun);

  if (lf == NULL && begun > ERIC_HTTP_MAX_REQUEST_LINE &&
      !(length - head->start > begun && line[begun - 1] == '\r' && line[begun] == '\n'))
    return refuse (head, URI_TOO_LONG, "The request line is too long");
  if (lf != NULL && (lf == line || lf[-1] != '\r'))
    return refuse (head, BAD_REQUEST, "A line of the head does not end in CRLF");
  if (!g_ascii_isalnum (line[0]) && !eric_http_is_token (line, 1))
    return refuse (head, BAD_REQUEST, "The request line is malformed");
  if (length - head->start > ERIC_HTTP_MAX_HEAD)
    return refuse (head, HEAD_TOO_LARGE, "The header is too large");
  return TRUE;
}

/* Where the empty line is behind which the body begins. A bare LF before it ends
 * the search, too: the head is malformed. */
static gboolean
find_end (EricHttpHead *head,
          const char   *bytes,
          gsize         length)
{
  const char *at = bytes + head->searched;
  const char *end = bytes + length;
  const char *lf;

  while ((lf = memchr (at, '\n', end - at)) != NULL)
    {
      gsize line = lf - bytes;

      if (line < 1 || bytes[line - 1] != '\r')
        return refuse (head, BAD_REQUEST, "A line of the head does not end in CRLF");
      if (line >= head->start + 3 && bytes[line - 2] == '\n')
        {
          head->length = line + 1;
          return TRUE;
        }
      at = lf + 1;
    }
  head->searched = length;
  return FALSE;
}

/* With all that has come so far. What comes behind the head is left there. */
EricHttpHeadStep
eric_http_head_read (EricHttpHead *head,
                     const char   *bytes,
                     gsize         length)
{
  if (head->searched == 0 && !skip_empty_lines (head, bytes, length))
    return head->status != 0 ? ERIC_HTTP_HEAD_REFUSED : ERIC_HTTP_HEAD_MORE;
  head->searched = MAX (head->searched, head->start);

  if (find_end (head, bytes, MIN (length, head->start + ERIC_HTTP_MAX_HEAD)))
    return check_begun (head, bytes, head->length) && parse (head, bytes) ? ERIC_HTTP_HEAD_DONE
                                                                         : ERIC_HTTP_HEAD_REFUSED;
  if (head->status != 0 || !check_begun (head, bytes, length))
    return ERIC_HTTP_HEAD_REFUSED;
  return ERIC_HTTP_HEAD_MORE;
}

char *
eric_http_head_dup_field (const char *bytes,
                          gsize       length,
                          const char *name)
{
  const char *at = bytes, *end = bytes + length, *lf;

  while ((lf = memchr (at, '\n', end - at)) != NULL && lf - at > 1)
    {
      const char *colon = memchr (at, ':', lf - at);

      if (colon != NULL && is_name ((Span) { at, colon - at }, name) && lf[-1] == '\r')
        {
          Span value = strip ((Span) { colon + 1, lf - 1 - (colon + 1) });

          return g_strndup (value.bytes, value.length);
        }
      at = lf + 1;
    }
  return NULL;
}
