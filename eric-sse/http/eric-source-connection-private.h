/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* For the connection, and for what GLib makes once: its worker, the network monitor, and
 * the resolver's. */
#define ERIC_SOURCE_MIN_DESCRIPTORS 4

/* One request and its response, as bytes. It calls its functions in the main
 * context that is the thread's default when it starts, and none of them once it is
 * closed. */
typedef struct _EricSourceConnection EricSourceConnection;

typedef struct
{
  /* The head of the response is there. */
  void (*answered) (gpointer      user_data);
  void (*received) (const char   *data,
                    gsize         length,
                    gpointer      user_data);
  /* Without an error at the end of the body. The connection is closed. */
  void (*ended)    (const GError *error,
                    gpointer      user_data);
} EricSourceConnectionFuncs;

EricSourceConnection *eric_source_connection_start       (SoupSession                     *session,
                                                          SoupMessage                     *message,
                                                          const EricSourceConnectionFuncs *funcs,
                                                          gpointer                         user_data);
void                  eric_source_connection_close       (EricSourceConnection            *self);
void                  eric_source_connection_set_paused  (EricSourceConnection            *self,
                                                          gboolean                         paused);
gboolean              eric_source_connection_get_paused  (EricSourceConnection            *self);

/* Once it is answered: fails where the body is compressed in a way that is not known. */
gboolean              eric_source_connection_check_coding (EricSourceConnection           *self,
                                                          GError                        **error);

/* Whether the server may have seen the request. */
gboolean              eric_source_connection_is_sent     (EricSourceConnection            *self);

G_END_DECLS
