/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

typedef enum
{
  ERIC_SOCKET_DISPATCH,
  ERIC_SOCKET_BROADCAST,
  ERIC_SOCKET_CREATE_CHANNEL,
  ERIC_SOCKET_ADD_LISTENER,
  ERIC_SOCKET_LISTEN,
  ERIC_SOCKET_WATCH,
  ERIC_SOCKET_REMOVE_LISTENER,
  ERIC_SOCKET_REMOVE_CHANNEL,
} EricSocketVerb;

/* What a client asks for. What the verb needs is there. */
typedef struct
{
  EricSocketVerb  verb;
  char           *channel_id;    /* (owned) (nullable) */
  char           *listener_id;   /* (owned) (nullable) */
  EricMessage    *message;       /* (owned) (nullable) */
} EricSocketRequest;

/* One JSON object, with the keys of both generations of the Python package: c channel,
 * v verb, t type, p payload, r receiver. */
gboolean eric_socket_request_parse (EricSocketRequest  *request,
                                    const char         *text,
                                    gsize               length,
                                    GError            **error);
void     eric_socket_request_clear (EricSocketRequest  *request);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EricSocketRequest, eric_socket_request_clear)

G_END_DECLS
