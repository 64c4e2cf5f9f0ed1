/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-socket-client.h"
#include "eric-socket-link-private.h"

G_BEGIN_DECLS

struct _EricSocketClient
{
  GObject             parent_instance;

  char               *path;       /* (owned) (nullable) */
  GSocketConnectable *address;    /* (owned) (nullable) */
  GError             *failure;    /* (owned) (nullable): why there can be no connection */
  EricSocketLink     *link;       /* (owned) (nullable): where there is no failure */
  guint               timeout;    /* (atomic): milliseconds */

  GMutex              lock;
  gsize               max_line;   /* (lock) */
  gboolean            closed;     /* (lock) */
};

/* Whether a connection may be made. */
gboolean _eric_socket_client_check      (EricSocketClient     *self,
                                         GError              **error);

/* In eric-socket-client-calls.c. Take over @text, which is NULL where there is an error
 * already, and that error. */
char    *_eric_socket_client_call       (EricSocketClient     *self,
                                         GString              *text,
                                         GCancellable         *cancellable,
                                         GError              **error);
void     _eric_socket_client_call_async (EricSocketClient     *self,
                                         GString              *text,
                                         GError               *error,
                                         int                   io_priority,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data,
                                         gpointer              source_tag);
/* Takes over @answer, which is NULL where there is an error already. */
gboolean _eric_socket_client_check_ack  (char                 *answer,
                                         GError              **error);

G_END_DECLS
