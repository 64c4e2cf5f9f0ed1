/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Something to listen on: an address that is bound and let go of again, or a socket
 * that was handed in. */
typedef struct _EricSocketBinding EricSocketBinding;

/* Fails for an address that others than this machine could reach. */
EricSocketBinding *eric_socket_binding_new            (GSocketAddress     *address,
                                                       guint               mode,
                                                       GError            **error);
EricSocketBinding *eric_socket_binding_new_path       (const char         *path,
                                                       guint               mode,
                                                       GError            **error);
EricSocketBinding *eric_socket_binding_new_handed     (GSocket            *socket,
                                                       GError            **error);
void               eric_socket_binding_free           (EricSocketBinding  *self);

/* A path is in the file system from here on, with the mode, until it is closed. */
gboolean           eric_socket_binding_open           (EricSocketBinding  *self,
                                                       GError            **error);
void               eric_socket_binding_close          (EricSocketBinding  *self);

/* Called with each connection. It may free the binding. */
typedef void (*EricSocketBindingFunc) (GSocket  *socket,
                                       gpointer  user_data);

/* Accepts connections, one in a turn of the main context, until it is closed or told not
 * to. */
void               eric_socket_binding_watch          (EricSocketBinding      *self,
                                                       GMainContext           *context,
                                                       EricSocketBindingFunc   func,
                                                       gpointer                user_data);
void               eric_socket_binding_unwatch        (EricSocketBinding      *self);

/* (transfer full) (nullable): where it listens */
GSocketAddress    *eric_socket_binding_get_address    (EricSocketBinding  *self);

/* The sockets that systemd has handed to this process, sd_listen_fds(3);
 * (transfer container) (element-type GSocket) */
GPtrArray         *eric_socket_binding_take_from_systemd
                                                      (GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricSocketBinding, eric_socket_binding_free)

G_END_DECLS
