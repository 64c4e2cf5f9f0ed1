/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define SCRIPTED_STREAM \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define SCRIPTED_CHUNKED \
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

typedef struct _ScriptedServer ScriptedServer;

/* What follows what was sent. */
typedef enum
{
  SCRIPTED_STAY,
  SCRIPTED_CLOSE,
  SCRIPTED_RESET,
} ScriptedEnd;

/* One connection. It takes one request, and answers with exactly the bytes that
 * the test says, when it says so. */
typedef struct
{
  ScriptedServer *server;     /* (unowned) */
  int             fd;         /* (owned), -1 once closed */
  GSource        *readable;   /* (owned) (nullable) */
  GSource        *writable;   /* (owned) (nullable): while something is to be sent */
  GString        *input;      /* (owned) */
  char           *method;     /* (owned) (nullable): once the head is there */
  char           *target;     /* (owned) (nullable) */
  gsize           head;       /* its length, 0 before it is there */
  gboolean        asked;      /* the whole request is there */
  GString        *output;     /* (owned): what is still to be sent */
  gsize           at_once;    /* bytes to send in one turn of the main context */
  ScriptedEnd     end;        /* when that is sent */
  guint64         n_sent;     /* bytes */
  gboolean        gone;       /* the client has closed, or reset */
  int             error;      /* errno, where it has reset */
} ScriptedPeer;

typedef void (*ScriptedFunc) (ScriptedPeer *peer,
                              gpointer      user_data);

/* A server in the test's main context, on a free port of 127.0.0.1. */
struct _ScriptedServer
{
  int           fd;           /* (owned), -1 once closed */
  guint16       port;
  GSource      *acceptable;   /* (owned) (nullable) */
  GPtrArray    *peers;        /* (owned) of (owned) ScriptedPeer, in their order */
  GQueue        answers;      /* of (owned) Answer: for the next requests */
  ScriptedFunc  func;         /* (nullable): for requests without such an answer */
  gpointer      user_data;
};

ScriptedServer *scripted_server_new         (void);
void            scripted_server_free        (ScriptedServer *server);
char           *scripted_server_make_uri    (ScriptedServer *server,
                                             const char     *target);
void            scripted_server_stop        (ScriptedServer *server);
void            scripted_server_listen      (ScriptedServer *server);
void            scripted_server_answer      (ScriptedServer *server,
                                             const char     *bytes,
                                             ScriptedEnd     end);
void            scripted_server_set_func    (ScriptedServer *server,
                                             ScriptedFunc    func,
                                             gpointer        user_data);
ScriptedPeer   *scripted_server_wait        (ScriptedServer *server,
                                             guint           n);

void            scripted_peer_send          (ScriptedPeer   *peer,
                                             const char     *bytes);
void            scripted_peer_send_bytes    (ScriptedPeer   *peer,
                                             gconstpointer   bytes,
                                             gsize           length);
void            scripted_peer_send_chunk    (ScriptedPeer   *peer,
                                             gconstpointer   bytes,
                                             gsize           length);
void            scripted_peer_drip          (ScriptedPeer   *peer,
                                             gsize           at_once);
void            scripted_peer_close         (ScriptedPeer   *peer);
void            scripted_peer_reset         (ScriptedPeer   *peer);
void            scripted_peer_wait_gone     (ScriptedPeer   *peer);
char           *scripted_peer_dup_header    (ScriptedPeer   *peer,
                                             const char     *name);
const char     *scripted_peer_get_body      (ScriptedPeer   *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedServer, scripted_server_free)

G_END_DECLS
