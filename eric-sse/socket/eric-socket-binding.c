/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-socket-binding-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections that wait to be accepted. */
#define BACKLOG 1024

/* The first descriptor that systemd hands to a process. */
#define LISTEN_FDS_START 3

struct _EricSocketBinding
{
  GSocketAddress *address;   /* (owned) (nullable): NULL for a socket that was handed in */
  guint           mode;      /* of a path */
  GSocket        *socket;    /* (owned) (nullable): while it listens */
  dev_t           device;    /* which file of that path is ours */
  ino_t           inode;
};

static const char *
get_path (EricSocketBinding *self)
{
  if (!G_IS_UNIX_SOCKET_ADDRESS (self->address))
    return NULL;
  return g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (self->address));
}

static gboolean
check_unix_address (GUnixSocketAddress  *address,
                    GError             **error)
{
  /* There is a NUL behind it. */
  const gsize max = sizeof ((struct sockaddr_un *) NULL)->sun_path - 1;

  if (g_unix_socket_address_get_address_type (address) != G_UNIX_SOCKET_ADDRESS_PATH)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "A socket without a path has no mode that would protect it");
      return FALSE;
    }
  if (g_unix_socket_address_get_path_len (address) > max)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                   "The path of a socket has at most %" G_GSIZE_FORMAT " bytes, not “%s”",
                   max, g_unix_socket_address_get_path (address));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_address (GSocketAddress  *address,
               GError         **error)
{
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return check_unix_address (G_UNIX_SOCKET_ADDRESS (address), error);
  if (G_IS_INET_SOCKET_ADDRESS (address) &&
      g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "A socket server has no authentication: it listens on a path or on a "
                       "loopback address");
  return FALSE;
}

EricSocketBinding *
eric_socket_binding_new (GSocketAddress  *address,
                         guint            mode,
                         GError         **error)
{
  EricSocketBinding *self;

  if (!check_address (address, error))
    return NULL;
  self = g_new0 (EricSocketBinding, 1);
  self->address = g_object_ref (address);
  self->mode = mode;
  return self;
}

EricSocketBinding *
eric_socket_binding_new_handed (GSocket  *socket,
                                GError  **error)
{
  EricSocketBinding *self;
  int listening = 0;

  if (!g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, error))
    return NULL;
  if (!listening)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "The socket does not listen");
      return NULL;
    }
  self = g_new0 (EricSocketBinding, 1);
  self->socket = g_object_ref (socket);
  return self;
}

/* Whether somebody listens there. */
static gboolean
is_live (GSocketAddress *address)
{
  g_autoptr (GSocket) probe = NULL;
  g_autoptr (GError) error = NULL;

  probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  if (probe == NULL)
    return TRUE;
  /* A server that is too busy to answer at once is one as well. */
  g_socket_set_blocking (probe, FALSE);
  return g_socket_connect (probe, address, NULL, &error) ||
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Makes room for a socket at the path, where that harms nobody. */
static gboolean
clear_path (EricSocketBinding  *self,
            const char         *path,
            GError            **error)
{
  GStatBuf status;

  if (g_lstat (path, &status) < 0)
    return TRUE;
  if (!S_ISSOCK (status.st_mode))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "“%s” is there already, and is no socket", path);
  else if (is_live (self->address))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                 "Another server is listening on “%s”", path);
  else if (g_unlink (path) < 0 && errno != ENOENT)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 "Cannot remove the socket “%s” of a server that is gone: %s", path, g_strerror (errno));
  else
    return TRUE;
  return FALSE;
}

/* Nobody can connect before the socket listens: the mode is never too wide. */
static gboolean
protect_path (EricSocketBinding  *self,
              const char         *path,
              GError            **error)
{
  GStatBuf status;

  if (g_chmod (path, self->mode) < 0 || g_lstat (path, &status) < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "Cannot set the mode of “%s”: %s", path, g_strerror (errno));
      return FALSE;
    }
  self->device = status.st_dev;
  self->inode = status.st_ino;
  return TRUE;
}

gboolean
eric_socket_binding_open (EricSocketBinding  *self,
                          GError            **error)
{
  const char *path = get_path (self);
  g_autoptr (GSocket) socket = NULL;

  if (self->socket != NULL)
    return TRUE;
  if (path != NULL && !clear_path (self, path, error))
    return FALSE;
  socket = g_socket_new (g_socket_address_get_family (self->address), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, self->address, TRUE, error) ||
      (path != NULL && !protect_path (self, path, error)) ||
      !g_socket_listen (socket, error))
    return FALSE;
  self->socket = g_steal_pointer (&socket);
  return TRUE;
}

/* The path may be that of another server by now. */
static void
remove_path (EricSocketBinding *self)
{
  const char *path = get_path (self);
  GStatBuf status;

  if (path != NULL && g_lstat (path, &status) == 0 &&
      status.st_dev == self->device && status.st_ino == self->inode)
    g_unlink (path);
}

void
eric_socket_binding_close (EricSocketBinding *self)
{
  if (self->address == NULL || self->socket == NULL)
    return;
  remove_path (self);
  g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
}

void
eric_socket_binding_free (EricSocketBinding *self)
{
  eric_socket_binding_close (self);
  g_clear_object (&self->socket);
  g_clear_object (&self->address);
  g_free (self);
}

GSocket *
eric_socket_binding_dup_socket (EricSocketBinding  *self,
                                GError            **error)
{
  int fd = fcntl (g_socket_get_fd (self->socket), F_DUPFD_CLOEXEC, 0);
  GSocket *socket;

  if (fd < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "Cannot use the socket: %s", g_strerror (errno));
      return NULL;
    }
  socket = g_socket_new_from_fd (fd, error);
  if (socket == NULL)
    close (fd);
  return socket;
}

GSocketAddress *
eric_socket_binding_get_address (EricSocketBinding *self)
{
  if (self->socket != NULL)
    return g_socket_get_local_address (self->socket, NULL);
  return self->address != NULL ? g_object_ref (self->address) : NULL;
}

static gint64
get_number (const char *variable)
{
  const char *text = g_getenv (variable);
  gint64 number = -1;

  return text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL) ? number : -1;
}

GPtrArray *
eric_socket_binding_take_from_systemd (GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 n = get_number ("LISTEN_PID") == getpid () ? get_number ("LISTEN_FDS") : 0;

  /* They are meant for one who takes them, and not for its children. */
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  if (n <= 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           "No socket was handed to this process");
      return NULL;
    }
  for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + n; fd++)
    {
      GSocket *socket = g_socket_new_from_fd (fd, error);

      if (socket == NULL)
        return NULL;
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      g_ptr_array_add (sockets, socket);
    }
  return g_steal_pointer (&sockets);
}
