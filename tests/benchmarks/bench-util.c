/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-util.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define N_SOURCE_ADDRESSES 8

int64_t
bench_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

void
bench_sleep_ms (int n_ms)
{
  struct timespec pause = { n_ms / 1000, (n_ms % 1000) * 1000000L };

  nanosleep (&pause, NULL);
}

bool
bench_error (const char *format, ...)
{
  va_list args;

  fputs ("bench-fanout: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  return false;
}

long
bench_raise_nofile (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  getrlimit (RLIMIT_NOFILE, &limit);
  return limit.rlim_cur > 1000000 ? 1000000 : (long) limit.rlim_cur;
}

void
bench_child_init (pid_t parent)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    _exit (EXIT_FAILURE);
  signal (SIGINT, SIG_DFL);
  signal (SIGTERM, SIG_DFL);
}

static struct sockaddr_in
loopback_address (unsigned host, uint16_t port)
{
  return (struct sockaddr_in) {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (0x7f000000u + host),
    .sin_port = htons (port),
  };
}

int
bench_listen (uint16_t *port)
{
  struct sockaddr_in address = loopback_address (1, *port);
  socklen_t size = sizeof address;
  int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* Accepted sockets inherit it. */
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0
      || listen (fd, SOMAXCONN) < 0
      || getsockname (fd, (struct sockaddr *) &address, &size) < 0)
    {
      close (fd);
      return -1;
    }
  *port = ntohs (address.sin_port);
  return fd;
}

int
bench_connect (uint16_t port, unsigned turn)
{
  struct sockaddr_in source = loopback_address (2 + turn % N_SOURCE_ADDRESSES, 0);
  struct sockaddr_in server = loopback_address (1, port);
  int on = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -1;
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &source, sizeof source) == 0
      && (connect (fd, (struct sockaddr *) &server, sizeof server) == 0
          || errno == EINPROGRESS))
    return fd;

  int saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return -1;
}
