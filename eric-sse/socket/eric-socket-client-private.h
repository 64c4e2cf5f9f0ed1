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
gboolean _eric_socket_client_check (EricSocketClient  *self,
                                    GError           **error);

G_END_DECLS
