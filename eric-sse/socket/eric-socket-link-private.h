/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include "eric-socket-lines-private.h"

G_BEGIN_DECLS

/* The connection of a client: lines out, and for each a line back.
 *
 * Requests of all threads stand in one row, in the order of the calls. While there are
 * any, one thread of a pool runs: it connects where there is no connection, sends all
 * that wait at once, and reads answers as they come, whether the server takes more or
 * not. Who waits for an answer is not in its way: a call that is cancelled or takes too
 * long leaves the row, or its answer is dropped when it comes. */
typedef struct _EricSocketLink EricSocketLink;

EricSocketLink *eric_socket_link_new          (GSocketConnectable  *address,
                                               gsize                max_line);
EricSocketLink *eric_socket_link_ref          (EricSocketLink      *self);
void            eric_socket_link_unref        (EricSocketLink      *self);
void            eric_socket_link_set_max_line (EricSocketLink      *self,
                                               gsize                max_line);
void            eric_socket_link_close        (EricSocketLink      *self);

/* The text is one line with its end, and is taken over; the time is in milliseconds,
 * 0 for any. The task is taken over, and returns what the other one does: the answer. */
char           *eric_socket_link_call         (EricSocketLink      *self,
                                               GString             *text,
                                               guint                timeout,
                                               GCancellable        *cancellable,
                                               GError             **error);
void            eric_socket_link_call_async   (EricSocketLink      *self,
                                               GString             *text,
                                               guint                timeout,
                                               GTask               *task);

/* Between eric-socket-link.c, which has the callers, and eric-socket-link-run.c, which
 * has the connection. */

typedef enum
{
  ERIC_SOCKET_REQUEST_NEW,
  ERIC_SOCKET_REQUEST_QUEUED,
  ERIC_SOCKET_REQUEST_SENT,        /* a part of it at least, or it is being tried */
  ERIC_SOCKET_REQUEST_ABANDONED,   /* nobody waits for the answer */
  ERIC_SOCKET_REQUEST_DONE,
} EricSocketRequestState;

typedef struct
{
  gatomicrefcount         ref_count;
  EricSocketLink         *owner;      /* (owned) */
  GString                *text;       /* (owned) */
  guint                   timeout;    /* milliseconds, 0 for none */
  GList                   link;       /* (lock): its place in a queue, which has a reference */
  EricSocketRequestState  state;      /* (lock) */
  gsize                   n_written;  /* (run): bytes */
  gint64                  sent_time;  /* (lock): monotonic */
  char                   *answer;     /* (owned) (nullable): once done */
  GError                 *error;      /* (owned) (nullable): once done */
  GTask                  *task;       /* (owned) (nullable) (lock): of an asynchronous call */
  GSource                *waiter;     /* (owned) (nullable): of one that may end early */
  GCond                   done;       /* of a synchronous call */
} EricSocketRequest;

struct _EricSocketLink
{
  gatomicrefcount     ref_count;
  GSocketConnectable *address;      /* (owned) */

  GMutex              lock;
  gsize               max_line;     /* (lock) */
  GQueue              queue;        /* (lock) of (owned) EricSocketRequest: to be sent */
  GQueue              sent;         /* (lock) of (owned) EricSocketRequest: to be answered */
  gboolean            closed;       /* (lock) */
  gboolean            running;      /* (lock) (atomic): queues are empty where it does not */
  int                 fork_count;   /* (lock) (atomic): of the process that the run is in */
  gboolean            asleep;       /* (lock): the run waits for the connection */
  gboolean            given_up;     /* (lock): the server has been silent for too long */
  gint64              answer_time;  /* (lock): monotonic, of what came last */
  GCancellable       *connecting;   /* (lock) (owned) (nullable) */

  /* (run), or (lock) while there is none */
  GSocketConnection  *connection;   /* (owned) (nullable) */
  int                 wake_fd;      /* (owned), -1 before it is needed */
  EricSocketLines     lines;        /* as long as there is a connection */
  EricSocketRequest  *unfinished;   /* (unowned) (nullable): the last one sent, in part */
  gboolean            mute;         /* the server takes no more */
  gboolean            answered;     /* something came over it */
  gboolean            fresh;        /* was made by this run, and has not been of use */
  GError             *refusal;      /* (owned) (nullable): the answer after which it ends */
  GError             *farewell;     /* (owned) (nullable): what came unasked */
};

void               _eric_socket_request_unref           (EricSocketRequest *self);
void               _eric_socket_request_end_waiting     (EricSocketRequest *self);

void               _eric_socket_link_run                (EricSocketLink    *self);
void               _eric_socket_link_wake_locked        (EricSocketLink    *self);
GSocketConnection *_eric_socket_link_disconnect         (EricSocketLink    *self);
GError            *_eric_socket_link_make_closed_error  (void);

G_END_DECLS
