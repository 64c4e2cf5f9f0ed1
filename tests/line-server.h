/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server that does what the test says, in the test's own thread: each call blocks, and
 * fails the test if nothing comes. Connections are descriptors. */
typedef struct
{
  char           *directory;   /* (owned) */
  char           *path;        /* (owned): of the socket */
  GSocketAddress *address;     /* (owned) */
  int             fd;          /* (owned), -1 while it does not listen */
  gboolean        filled;
  int             row[4];      /* (owned): of clients, while it is filled */
} LineServer;

LineServer *line_server_new        (void);
LineServer *line_server_new_tcp    (void);
void        line_server_free       (LineServer *peer);
void        line_server_stop       (LineServer *peer);
void        line_server_listen     (LineServer *peer);
int         line_server_accept     (LineServer *peer);
gboolean    line_server_is_called  (LineServer *peer);

/* Nobody more can wait to be accepted; and then somebody can again, not over TCP. */
void        line_server_fill_row   (LineServer *peer);
void        line_server_empty_row  (LineServer *peer);

/* The next line without its end; NULL at the end, or where the client has reset it. */
char       *line_server_read       (int         fd);
void        line_server_send       (int         fd,
                                    const char *text);
void        line_server_send_bytes (int         fd,
                                    const char *bytes,
                                    gsize       length);
/* Until the client has read it all; not over TCP. */
void        line_server_wait_taken (int         fd);
void        line_server_close      (int         fd);
void        line_server_reset      (int         fd);

/* Reads a line, which must be this one, and answers. */
void        line_server_exchange   (int         fd,
                                    const char *line,
                                    const char *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineServer, line_server_free)

/* The answer to a line, without its end; NULL closes the connection. */
typedef char *(*SocketAnswerFunc) (const char *line,
                                   gpointer    user_data);

/* Answers every line of every connection at once, each connection in a thread of its own.
 * It reads no further while its answers are not taken. */
typedef struct _SocketService SocketService;

SocketService *socket_service_new  (LineServer       *peer,
                                    SocketAnswerFunc  func,
                                    gpointer          user_data);
void           socket_service_free (SocketService    *service);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SocketService, socket_service_free)

G_END_DECLS
