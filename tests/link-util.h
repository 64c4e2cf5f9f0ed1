/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-socket-link-private.h"
#include "line-server.h"

G_BEGIN_DECLS

#define LINK_LOST "The connection was lost before the answer came: it is not known whether " \
                  "the request was carried out"

EricSocketLink *link_new                 (LineServer      *peer);

/* The thread that ran for the last request may be at it still, with a connection that it
 * is about to close. */
void            link_wait_at_rest        (EricSocketLink  *link);
void            link_free                (EricSocketLink  *link);
GString        *link_line                (const char      *text);

/* An asynchronous call; what is asserted of it frees it. */
typedef struct
{
  char         *line;     /* (owned) */
  GAsyncResult *result;   /* (owned) (nullable): once it is there */
} LinkCall;

LinkCall       *link_call                (EricSocketLink  *link,
                                          const char      *line,
                                          GCancellable    *cancellable);
LinkCall       *link_call_full           (EricSocketLink  *link,
                                          const char      *line,
                                          guint            timeout,
                                          int              io_priority,
                                          GCancellable    *cancellable);
void            link_assert_answer       (LinkCall        *call,
                                          const char      *answer);
void            link_assert_error        (LinkCall        *call,
                                          GQuark           domain,
                                          int              code,
                                          const char      *message);
void            link_assert_lost         (LinkCall        *call);

/* Until so many wait for their answer, and the server takes no more or there are no more. */
void            link_wait_sent           (EricSocketLink  *link,
                                          guint            n);

/* A synchronous one, in a thread; what is asserted of it frees it. */
typedef struct
{
  EricSocketLink *link;
  GString        *text;
  guint           timeout;
  GCancellable   *cancellable;
  GThread        *thread;
  char           *answer;
  GError         *error;
} LinkThread;

LinkThread     *link_thread_new           (EricSocketLink *link,
                                           const char     *line,
                                           guint           timeout,
                                           GCancellable   *cancellable);
void            link_thread_assert_answer (LinkThread     *thread,
                                           const char     *answer);
void            link_thread_assert_error  (LinkThread     *thread,
                                           GQuark          domain,
                                           int             code,
                                           const char     *message);

G_END_DECLS
