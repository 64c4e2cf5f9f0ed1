/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "http-cases.h"

/* RFC 9112 by its sections: what must be refused, and what must not be. */

#define RAW(bytes) bytes, sizeof (bytes) - 1

#define REFUSED(name, status, bytes)         { name, RAW (bytes), status, status, FALSE, 0 }
#define TAKEN(name, status, kept, n, bytes)  { name, RAW (bytes), 0, status, kept, n }

#define POST    "POST /events/news HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define GET(fields)   "GET /nothing HTTP/1.1\r\nHost: x\r\n" fields "\r\n"
#define LENGTH(value) POST "Content-Length:" value "\r\n\r\n"
#define CODING(value) POST "Transfer-Encoding:" value "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
#define HOST(value)   "GET /nothing HTTP/1.1\r\nHost:" value "\r\n\r\n"

const HttpCase http_cases[] = {
  /* 2.2 Parsing */
  REFUSED ("lf-only", 400, "GET /nothing HTTP/1.1\nHost: x\n\n"),
  REFUSED ("lf-in-head", 400, "GET /nothing HTTP/1.1\r\nHost: x\nA: b\r\n\r\n"),
  REFUSED ("lf-at-end", 400, "GET /nothing HTTP/1.1\r\nHost: x\r\n\n"),
  REFUSED ("cr-in-value", 400, GET ("A: b\rc\r\n")),
  REFUSED ("cr-hides-field", 400, POST "A: b\rContent-Length: 5\r\n\r\n"),
  REFUSED ("cr-in-target", 400, "GET /noth\ring HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("cr-cr-lf", 400, "GET /nothing HTTP/1.1\r\nHost: x\r\r\n\r\n"),
  REFUSED ("blank-before-first-field", 400, "GET /nothing HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n"),
  REFUSED ("blank-before-request", 400, " GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("no-request", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
  REFUSED ("four-empty-lines", 400, "\r\n\r\n\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("empty-lf-line", 400, "\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  TAKEN ("empty-line", 404, TRUE, 0, "\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  TAKEN ("three-empty-lines", 404, TRUE, 0, "\r\n\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),

  /* 2.3 Version */
  REFUSED ("version-0.9", 505, "GET /nothing HTTP/0.9\r\nHost: x\r\n\r\n"),
  REFUSED ("version-2.0", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  REFUSED ("version-3.1", 505, "GET /nothing HTTP/3.1\r\nHost: x\r\n\r\n"),
  REFUSED ("version-lower-case", 400, "GET /nothing http/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("version-short", 400, "GET /nothing HTTP/1\r\nHost: x\r\n\r\n"),
  REFUSED ("version-long", 400, "GET /nothing HTTP/1.10\r\nHost: x\r\n\r\n"),
  REFUSED ("version-letters", 400, "GET /nothing HTTP/1.x\r\nHost: x\r\n\r\n"),
  REFUSED ("version-other", 400, "GET /nothing ICAP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("version-none", 400, "GET /nothing\r\n\r\n"),
  TAKEN ("version-1.0", 404, FALSE, 0, "GET /nothing HTTP/1.0\r\n\r\n"),
  TAKEN ("version-1.0-keep-alive", 404, TRUE, 0, "GET /nothing HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
  TAKEN ("version-1.0-keep-and-close", 404, FALSE, 0,
         "GET /nothing HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"),
  TAKEN ("version-1.0-post", 202, FALSE, 1, "POST /events/news HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello"),
  TAKEN ("version-1.2", 404, TRUE, 0, "GET /nothing HTTP/1.2\r\nHost: x\r\n\r\n"),

  /* 3 Request line */
  REFUSED ("two-blanks", 400, "GET  /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("two-blanks-behind", 400, "GET /nothing  HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("blank-at-end", 400, "GET /nothing HTTP/1.1 \r\nHost: x\r\n\r\n"),
  REFUSED ("tab", 400, "GET\t/nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("tab-in-target", 400, "GET /no\tthing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("blank-in-target", 400, "GET /no thing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("nul-in-target", 400, "GET /no\0thing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("fragment", 400, "GET /nothing#x HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("escape-not-hexadecimal", 400, "GET /no%zzthing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("escape-cut", 400, "GET /nothing%2 HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("escape-in-query", 400, "GET /nothing?a=100% HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("no-path", 400, "GET nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("other-scheme", 400, "GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("asterisk", 400, "GET * HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("method-empty", 400, " /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("method-odd", 400, "GE(T /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("method-nul", 400, "GET\0 /nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  REFUSED ("connect", 501, "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n"),
  TAKEN ("absolute", 404, TRUE, 0, "GET http://x/nothing HTTP/1.1\r\nHost: x\r\n\r\n"),
  TAKEN ("method-unknown", 405, TRUE, 0, "BREW /events/news HTTP/1.1\r\nHost: x\r\n\r\n"),
  TAKEN ("utf-8-as-typed", 404, TRUE, 0, "GET /nichts-f\xc3\xbcr-dich HTTP/1.1\r\nHost: x\r\n\r\n"),

  /* 3.2 Host */
  REFUSED ("no-host", 400, "GET /nothing HTTP/1.1\r\n\r\n"),
  REFUSED ("two-hosts", 400, GET ("Host: y\r\n")),
  REFUSED ("same-host-twice", 400, GET ("Host: x\r\n")),
  REFUSED ("two-hosts-1.0", 400, "GET /nothing HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"),
  REFUSED ("host-empty", 400, HOST ("")),
  REFUSED ("host-list", 400, HOST (" x, y")),
  REFUSED ("host-comma", 400, HOST (" x,y")),
  REFUSED ("host-path", 400, HOST (" x/y")),
  REFUSED ("host-user", 400, HOST (" x@y")),
  REFUSED ("host-query", 400, HOST (" x?y")),
  REFUSED ("host-blank", 400, HOST (" x y")),
  REFUSED ("host-port-letters", 400, HOST (" x:80a")),
  REFUSED ("host-port-range", 400, HOST (" x:65536")),
  REFUSED ("host-two-ports", 400, HOST (" x:80:80")),
  REFUSED ("host-port-alone", 400, HOST (" :80")),
  REFUSED ("host-escape", 400, HOST (" x%4")),
  REFUSED ("host-bracket", 400, HOST (" [::1")),
  REFUSED ("host-behind-bracket", 400, HOST (" [::1]x")),
  REFUSED ("host-bytes", 400, HOST (" f\xc3\xbcr")),
  TAKEN ("host-port", 404, TRUE, 0, HOST (" x:65535")),
  TAKEN ("host-v6", 404, TRUE, 0, HOST (" [::1]:8080")),
  TAKEN ("host-underscore", 404, TRUE, 0, HOST (" my_service")),

  /* 5 Fields */
  REFUSED ("blank-before-colon", 400, POST "Content-Length : 5\r\n\r\nhello"),
  REFUSED ("tab-before-colon", 400, POST "Transfer-Encoding\t: chunked\r\n\r\n"),
  REFUSED ("fold", 400, GET ("A: b\r\n c\r\n")),
  REFUSED ("fold-tab", 400, GET ("A: b\r\n\tc\r\n")),
  REFUSED ("fold-coding", 400, POST "Transfer-Encoding:\r\n chunked\r\n\r\n"),
  REFUSED ("name-empty", 400, GET (": b\r\n")),
  REFUSED ("name-odd", 400, GET ("A(b): c\r\n")),
  REFUSED ("name-nul", 400, GET ("A\0: b\r\n")),
  REFUSED ("name-bytes", 400, GET ("\xc3\xbc: b\r\n")),
  REFUSED ("no-colon", 400, GET ("Nothing\r\n")),
  REFUSED ("nul-in-value", 400, GET ("A: b\0c\r\n")),
  REFUSED ("escape-in-value", 400, GET ("A: \x1b[2J\r\n")),
  REFUSED ("delete-in-value", 400, GET ("A: b\x7f\r\n")),
  REFUSED ("form-feed-coding", 400, POST "Transfer-Encoding: \x0c" "chunked\r\n\r\n"),
  TAKEN ("no-blank-behind-colon", 404, TRUE, 0, GET ("A:b\r\n")),
  TAKEN ("tabs-around-value", 404, TRUE, 0, GET ("A:\tb\t \r\n")),
  TAKEN ("value-empty", 404, TRUE, 0, GET ("A:\r\n")),
  TAKEN ("value-bytes", 404, TRUE, 0, GET ("A: \xc3\xbc\xff\r\n")),
  TAKEN ("name-with-all", 404, TRUE, 0, GET ("!#$%&'*+-.^_`|~09Az: b\r\n")),

  /* 6.2 Content-Length */
  REFUSED ("length-twice", 400, POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
  REFUSED ("length-same-twice", 400, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
  REFUSED ("length-list", 400, LENGTH (" 5, 5")),
  REFUSED ("length-list-differs", 400, LENGTH (" 5,6")),
  REFUSED ("length-plus", 400, LENGTH (" +5")),
  REFUSED ("length-minus", 400, LENGTH (" -1")),
  REFUSED ("length-minus-0", 400, LENGTH (" -0")),
  REFUSED ("length-hex", 400, LENGTH (" 0x5")),
  REFUSED ("length-point", 400, LENGTH (" 5.0")),
  REFUSED ("length-blank", 400, LENGTH (" 5 5")),
  REFUSED ("length-empty", 400, LENGTH ("")),
  REFUSED ("length-word", 400, LENGTH (" five")),
  REFUSED ("length-2^64", 400, LENGTH (" 18446744073709551616")),
  REFUSED ("length-2^63", 400, LENGTH (" 9223372036854775808")),
  REFUSED ("length-2^64+5", 400, LENGTH (" 18446744073709551621")),
  REFUSED ("length-underscore", 400, LENGTH (" 1_0")),
  TAKEN ("length", 202, TRUE, 1, LENGTH (" 5") "hello"),
  TAKEN ("length-zeros", 202, TRUE, 1, LENGTH (" 0000000000000000000000005") "hello"),
  TAKEN ("length-tab", 202, TRUE, 1, LENGTH ("\t5\t") "hello"),
  TAKEN ("length-of-get", 404, TRUE, 0, GET ("Content-Length: 5\r\n") "hello"),
  TAKEN ("length-0", 202, TRUE, 1, LENGTH (" 0")),
  TAKEN ("length-short", 400, FALSE, 0, LENGTH (" 6") "hello"),

  /* 6.1 Transfer-Encoding */
  REFUSED ("both", 400, POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
  REFUSED ("both-other-order", 400, POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
  REFUSED ("both-length-0", 400, POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n"),
  REFUSED ("coding-identity", 501, CODING (" identity")),
  REFUSED ("coding-xchunked", 501, CODING (" xchunked")),
  REFUSED ("coding-gzip", 501, CODING (" gzip")),
  REFUSED ("coding-quoted", 400, CODING (" \"chunked\"")),
  REFUSED ("coding-twice", 400, CODING (" chunked, chunked")),
  REFUSED ("coding-two-fields", 400, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"),
  REFUSED ("coding-not-last", 400, CODING (" chunked, gzip")),
  REFUSED ("coding-list", 400, CODING (" gzip, chunked")),
  REFUSED ("coding-comma", 400, CODING (" chunked,")),
  REFUSED ("coding-parameter", 400, CODING (" chunked;a=b")),
  REFUSED ("coding-comma-first", 400, CODING (" ,chunked")),
  REFUSED ("coding-next-line", 400, CODING (" \x85\xa0" "chunked\x85\xa0")),
  REFUSED ("coding-empty", 400, CODING ("")),
  REFUSED ("coding-1.0", 400,
           "POST /events/news HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("coding", 202, TRUE, 1, CODING (" chunked")),
  TAKEN ("coding-tab", 202, TRUE, 1, CODING ("\tchunked\t")),
  TAKEN ("coding-case", 202, TRUE, 1, CODING (" CHUNKED")),
  TAKEN ("coding-of-get", 404, TRUE, 0, GET ("Transfer-Encoding: chunked\r\n") "5\r\nhello\r\n0\r\n\r\n"),

  /* 7.1 Chunks */
  TAKEN ("chunk-extension", 202, TRUE, 1, CHUNKED "5;a=b\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-extension-long", 202, TRUE, 1, CHUNKED
         "5;a=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "01234567890123456789012345678901234567890123456789\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-trailer", 202, TRUE, 1, CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
  TAKEN ("chunk-size-zeros", 202, TRUE, 1, CHUNKED "0005\r\nhello\r\n000\r\n\r\n"),
  TAKEN ("chunk-size-letters", 202, TRUE, 1, CHUNKED "A\r\n0123456789\r\n0\r\n\r\n"),
  TAKEN ("chunk-not-last", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n"),
  TAKEN ("chunk-last-cut", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\n"),
  TAKEN ("chunk-size-2^64", 400, FALSE, 0, CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-minus", 400, FALSE, 0, CHUNKED "-5\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-0x", 400, FALSE, 0, CHUNKED "0x5\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-blank", 400, FALSE, 0, CHUNKED " 5\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-blank-behind", 202, TRUE, 1, CHUNKED "5 \r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-empty", 400, FALSE, 0, CHUNKED "\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-word", 400, FALSE, 0, CHUNKED "five\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-lf", 400, FALSE, 0, CHUNKED "5\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-data-lf", 400, FALSE, 0, CHUNKED "5\r\nhello\n0\r\n\r\n"),
  TAKEN ("chunk-data-long", 400, FALSE, 0, CHUNKED "4\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-data-other-end", 400, FALSE, 0, CHUNKED "5\r\nhelloXX0\r\n\r\n"),
  TAKEN ("chunk-size-garbage", 400, FALSE, 0, CHUNKED "5xyz\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-extension-lf", 400, FALSE, 0, CHUNKED "5;a\nb\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-extension-cr", 400, FALSE, 0, CHUNKED "5;a\rb\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-extension-nul", 400, FALSE, 0, CHUNKED "5;a\0b\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-end-lf", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\n\n"),
  TAKEN ("chunk-trailer-lf", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\nA: b\n\r\n"),
  TAKEN ("chunk-trailer-cr", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\nA: b\rc\r\n\r\n"),
  TAKEN ("chunk-trailers", 202, TRUE, 1, CHUNKED "5\r\nhello\r\n0\r\nA: b\r\nX-C:\r\n\r\n"),
  TAKEN ("chunk-trailer-no-colon", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\nXX\r\n\r\n"),
  TAKEN ("chunk-trailer-no-name", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\n: b\r\n\r\n"),
  TAKEN ("chunk-trailer-blank", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\nA : b\r\n\r\n"),
  TAKEN ("chunk-trailer-folded", 400, FALSE, 0, CHUNKED "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"),
  TAKEN ("chunk-trailer-request", 400, FALSE, 0,
         CHUNKED "5\r\nhello\r\n0\r\nXXGET /health HTTP/1.1\r\nHost: a\r\n\r\n"),
  TAKEN ("chunk-size-blanks", 202, TRUE, 1, CHUNKED "5 \t ;a=b\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-blank-within", 400, FALSE, 0, CHUNKED "5 5\r\nhello\r\n0\r\n\r\n"),
  TAKEN ("chunk-size-blank-word", 400, FALSE, 0, CHUNKED "5 x\r\nhello\r\n0\r\n\r\n"),

  /* 9.3 and 9.6 Persistence */
  TAKEN ("close", 404, FALSE, 0, GET ("Connection: close\r\n")),
  TAKEN ("close-in-list", 404, FALSE, 0, GET ("Connection: x, Close\r\n")),
  TAKEN ("close-in-second", 404, FALSE, 0, GET ("Connection: x\r\nConnection: close\r\n")),
  TAKEN ("no-close", 404, TRUE, 0, GET ("Connection: closed\r\n")),
  TAKEN ("keep-alive", 404, TRUE, 0, GET ("Connection: keep-alive\r\n")),
  TAKEN ("post-refused", 404, TRUE, 0, "POST /events/none HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
  TAKEN ("options", 204, TRUE, 0, "OPTIONS /events/news HTTP/1.1\r\nHost: x\r\n\r\n"),
  TAKEN ("method-refused", 405, TRUE, 0, "DELETE /events/news HTTP/1.1\r\nHost: x\r\n\r\n"),

  /* RFC 9110, 10.1.1 Expect */
  REFUSED ("expect-other", 417, POST "Content-Length: 5\r\nExpect: 200-ok\r\n\r\nhello"),
  REFUSED ("expect-list", 417, POST "Content-Length: 5\r\nExpect: 100-continue, x\r\n\r\nhello"),
  REFUSED ("expect-twice", 400, POST "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\nhello"),
  TAKEN ("expect-1.0", 202, FALSE, 1,
         "POST /events/news HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello"),
};

const guint n_http_cases = G_N_ELEMENTS (http_cases);
