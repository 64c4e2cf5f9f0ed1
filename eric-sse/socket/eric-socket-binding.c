/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-fork-private.h"
#include "eric-socket-binding-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections that wait to be accepted. */
#define BACKLOG 1024

/* How long to leave the socket alone when no descriptor is to be had, in milliseconds: as
 * it stays readable, to try at once would be a busy loop. That is why this is no
 * GSocketService, which does, and warns each time. */
#define BACK_OFF 100

/* How long to wait for another server that is about to listen in the same folder, in
 * milliseconds. */
#define MAX_LOCK_WAIT 1000

/* The first descriptor that systemd hands to a process. */
#define LISTEN_FDS_START 3

struct _EricSocketBinding
{
  GSocketAddress *address;   /* (owned) (nullable): NULL for a socket that was handed in */
  guint           mode;      /* of a path */
  GSocket        *socket;    /* (owned) (nullable): while it listens */
  dev_t           device;    /* which file of that path is ours */
  ino_t           inode;
  int             fork_count; /* of the process that made it: the path is not a child's to remove */

  GMainContext          *context;     /* (owned) (nullable): while it accepts */
  GSource               *source;      /* (owned) (nullable): accepts, or waits to */
  EricSocketBindingFunc  func;
  gpointer               user_data;
};

static void accept_again (EricSocketBinding *self);

static const char *
get_path (EricSocketBinding *self)
{
  if (!G_IS_UNIX_SOCKET_ADDRESS (self->address))
    return NULL;
  return g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (self->address));
}

static gboolean
check_address (GSocketAddress  *address,
               GError         **error)
{
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    {
      if (g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (address)) == G_UNIX_SOCKET_ADDRESS_PATH)
        return TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "A socket without a path has no mode that would protect it");
      return FALSE;
    }
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

/* A GUnixSocketAddress is cut where it is too long. */
EricSocketBinding *
eric_socket_binding_new_path (const char  *path,
                              guint        mode,
                              GError     **error)
{
  /* There is a NUL behind it. */
  const gsize max = sizeof ((struct sockaddr_un *) NULL)->sun_path - 1;
  g_autoptr (GSocketAddress) address = NULL;

  if (strlen (path) > max)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                   "The path of a socket has at most %" G_GSIZE_FORMAT " bytes, not “%s”", max, path);
      return NULL;
    }
  address = g_unix_socket_address_new (path);
  return eric_socket_binding_new (address, mode, error);
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
         !(g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
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

/* Of two servers that start at once, each could take the socket of the other, which does
 * not listen yet, for one that was left. To close the folder unlocks it; it is -1 where it
 * cannot be opened. Who keeps it locked for long is not waited for. */
static int
lock_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const gint64 deadline = g_get_monotonic_time () + MAX_LOCK_WAIT * G_TIME_SPAN_MILLISECOND;
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  while (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) < 0 && (errno == EWOULDBLOCK || errno == EINTR) &&
         g_get_monotonic_time () < deadline)
    g_usleep (G_TIME_SPAN_MILLISECOND);
  return fd;
}

static gboolean
bind_and_listen (EricSocketBinding  *self,
                 const char         *path,
                 GError            **error)
{
  g_autoptr (GSocket) socket = NULL;

  if (path != NULL && !clear_path (self, path, error))
    return FALSE;
  socket = g_socket_new (g_socket_address_get_family (self->address), G_SOCKET_TYPE_STREAM,
                         G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL)
    return FALSE;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, self->address, TRUE, error))
    return FALSE;
  if ((path != NULL && !protect_path (self, path, error)) || !g_socket_listen (socket, error))
    {
      if (path != NULL)
        g_unlink (path);
      return FALSE;
    }
  self->socket = g_steal_pointer (&socket);
  self->fork_count = eric_fork_count ();
  return TRUE;
}

gboolean
eric_socket_binding_open (EricSocketBinding  *self,
                          GError            **error)
{
  const char *path = get_path (self);
  gboolean opened;
  int folder;

  if (self->socket != NULL)
    return TRUE;
  folder = path != NULL ? lock_folder (path) : -1;
  opened = bind_and_listen (self, path, error);
  if (folder >= 0)
    close (folder);
  return opened;
}

/* The path may be that of another server by now. */
static void
remove_path (EricSocketBinding *self)
{
  const char *path = get_path (self);
  GStatBuf status;

  if (self->fork_count != eric_fork_count ())
    return;
  if (path != NULL && g_lstat (path, &status) == 0 &&
      status.st_dev == self->device && status.st_ino == self->inode)
    g_unlink (path);
}

static void
replace_source (EricSocketBinding *self,
                GSource           *source)
{
  if (self->source != NULL)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  self->source = source;
  if (source != NULL)
    g_source_attach (source, self->context);
}

static gboolean
backed_off_cb (gpointer user_data)
{
  accept_again (user_data);
  return G_SOURCE_REMOVE;
}

static void
back_off (EricSocketBinding *self,
          const GError      *error)
{
  GSource *source = g_timeout_source_new (BACK_OFF);

  g_message ("Cannot accept a connection for now: %s", error->message);
  g_source_set_static_name (source, "EricSocketServer back-off");
  g_source_set_callback (source, backed_off_cb, self, NULL);
  replace_source (self, source);
}

/* Errors of one connection, such as a reset before it was accepted, are not those of the
 * socket. */
static gboolean
is_shortage (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* The owner of the socket has closed it or shut it down: nobody comes any more. */
static gboolean
is_end (GIOCondition  condition,
        const GError *error)
{
  return (condition & G_IO_HUP) != 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static gboolean
ready_cb (GSocket      *socket,
          GIOCondition  condition,
          gpointer      user_data)
{
  EricSocketBinding *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted != NULL)
    self->func (accepted, self->user_data);
  else if (is_end (condition, error))
    replace_source (self, NULL);
  else if (is_shortage (error))
    back_off (self, error);
  return G_SOURCE_CONTINUE;
}

static void
accept_again (EricSocketBinding *self)
{
  GSource *source = g_socket_create_source (self->socket, G_IO_IN, NULL);

  g_source_set_static_name (source, "EricSocketServer accept");
  g_source_set_callback (source, G_SOURCE_FUNC (ready_cb), self, NULL);
  replace_source (self, source);
}

void
eric_socket_binding_watch (EricSocketBinding     *self,
                           GMainContext          *context,
                           EricSocketBindingFunc  func,
                           gpointer               user_data)
{
  eric_socket_binding_unwatch (self);
  /* Another one that listens on the socket may be faster. */
  g_socket_set_blocking (self->socket, FALSE);
  self->context = g_main_context_ref (context);
  self->func = func;
  self->user_data = user_data;
  accept_again (self);
}

void
eric_socket_binding_unwatch (EricSocketBinding *self)
{
  replace_source (self, NULL);
  g_clear_pointer (&self->context, g_main_context_unref);
}

void
eric_socket_binding_close (EricSocketBinding *self)
{
  eric_socket_binding_unwatch (self);
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
