/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bench-server.h"
#include "bare-loop.h"
#include "bench-util.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_TIMEOUT_MS 10000
#define GRACE_MS 3000
#define STATUS_TIMEOUT_MS 10000

uint16_t
server_parse_port (const char *text)
{
  static const char prefix[] = "http://127.0.0.1:";
  const char *url = strstr (text, prefix);
  long port = url != NULL ? strtol (url + strlen (prefix), NULL, 10) : 0;

  return port > 0 && port <= UINT16_MAX ? port : 0;
}

/* Waits until the file OUTPUT, which the child writes, has a whole line with
 * the address. */
static uint16_t
wait_until_ready (pid_t pid, int output)
{
  char text[4096];
  uint16_t port = 0;

  for (int waited_ms = 0; waited_ms < READY_TIMEOUT_MS && port == 0; waited_ms += 5)
    {
      siginfo_t info = { 0 };
      ssize_t n_read = pread (output, text, sizeof text - 1, 0);
      char *end;

      text[n_read > 0 ? n_read : 0] = '\0';
      end = strrchr (text, '\n');
      if (end != NULL)
        {
          *end = '\0';
          port = server_parse_port (text);
        }
      if (waitid (P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0
          || info.si_pid == pid)
        return 0;
      if (port == 0)
        bench_sleep_ms (5);
    }
  return port;
}

bool
server_start_program (Server *server, const char *path)
{
  /* A file, unlike a pipe, never blocks a server that goes on writing. */
  int output = memfd_create ("server-output", MFD_CLOEXEC);
  pid_t parent = getpid ();
  pid_t pid = output < 0 ? -1 : fork ();

  if (pid < 0)
    return bench_error ("cannot start %s: %s", path, strerror (errno));
  if (pid == 0)
    {
      bench_child_init (parent);
      bench_raise_nofile ();
      dup2 (output, STDOUT_FILENO);
      execl (path, path, "serve", "--port", "0", "--history", "0",
             "--max-subscribers", "20000", (char *) NULL);
      bench_error ("cannot run %s: %s", path, strerror (errno));
      _exit (127);
    }

  *server = (Server) { .pids = { pid }, .n_pids = 1, .is_child = true };
  server->port = wait_until_ready (pid, output);
  close (output);
  if (server->port > 0)
    return true;
  server_stop (server);
  return bench_error ("%s printed no line with http://127.0.0.1:PORT/", path);
}

bool
server_start_bare (Server *server)
{
  uint16_t port = 0;
  int listen_fd = bench_listen (&port);
  pid_t parent = getpid ();
  pid_t pid = listen_fd < 0 ? -1 : fork ();

  if (pid < 0)
    return bench_error ("cannot start the bare loop: %s", strerror (errno));
  if (pid == 0)
    {
      bench_child_init (parent);
      bare_loop_run (listen_fd);
    }
  close (listen_fd);
  *server = (Server) {
    .port = port, .pids = { pid }, .n_pids = 1, .is_child = true
  };
  return true;
}

void
server_kill_child (pid_t pid, bool grace)
{
  if (grace)
    kill (pid, SIGTERM);
  for (int waited_ms = 0; grace && waited_ms < GRACE_MS; waited_ms += 5)
    {
      if (waitpid (pid, NULL, WNOHANG) == pid)
        return;
      bench_sleep_ms (5);
    }
  kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

void
server_stop (Server *server)
{
  if (server->is_child)
    server_kill_child (server->pids[0], true);
  *server = (Server) { 0 };
}

int64_t
server_cpu_ns (const Server *server)
{
  int64_t sum = 0;

  for (int i = 0; i < server->n_pids; i++)
    {
      clockid_t clock;
      struct timespec spent;

      /* The sum that /proc/PID/task/TID/schedstat gives in parts, but with
       * the threads that ended and up to this moment. */
      if (clock_getcpuclockid (server->pids[i], &clock) != 0
          || clock_gettime (clock, &spent) != 0)
        return -1;
      sum += spent.tv_sec * NS_PER_SECOND + spent.tv_nsec;
    }
  return sum;
}

int64_t
server_rss_bytes (const Server *server)
{
  int64_t sum = 0;

  for (int i = 0; i < server->n_pids; i++)
    {
      char path[64], line[256];
      long n_kib = -1;
      FILE *file;

      snprintf (path, sizeof path, "/proc/%d/status", (int) server->pids[i]);
      file = fopen (path, "re");
      if (file == NULL)
        return -1;
      while (n_kib < 0 && fgets (line, sizeof line, file) != NULL)
        sscanf (line, "VmRSS: %ld", &n_kib);
      fclose (file);
      if (n_kib < 0)
        return -1;
      sum += n_kib * 1024;
    }
  return sum;
}

static bool
wait_for_socket (int fd, short events)
{
  struct pollfd waiting = { .fd = fd, .events = events };

  return poll (&waiting, 1, STATUS_TIMEOUT_MS) == 1;
}

/* Asks for PATH on a connection of its own, and reads the answer to its end. */
static bool
exchange_status (uint16_t port, const char *path, char *answer, size_t size)
{
  char request[512];
  int n_request = snprintf (request, sizeof request,
                            "GET %s HTTP/1.1\r\n"
                            "Host: x\r\n"
                            "Accept: application/json\r\n"
                            "Connection: close\r\n"
                            "\r\n", path);
  int fd = bench_connect (port, 0);
  size_t n_answer = 0;
  ssize_t n_read = -1;

  if (fd < 0)
    return false;
  if (wait_for_socket (fd, POLLOUT)
      && send (fd, request, n_request, MSG_NOSIGNAL) == n_request)
    while (n_answer < size - 1 && wait_for_socket (fd, POLLIN)
           && (n_read = recv (fd, answer + n_answer, size - 1 - n_answer, 0)) > 0)
      n_answer += n_read;
  answer[n_answer] = '\0';
  close (fd);
  return n_answer > 0 && n_read == 0;
}

int
server_count_subscribers (const Server *server, const char *path)
{
  static const char field[] = "subscribers\"";
  char answer[65536];
  int count = -1;

  if (!exchange_status (server->port, path, answer, sizeof answer)
      || strncmp (answer, "HTTP/1.", 7) != 0)
    return -1;
  if (strncmp (answer + 8, " 404", 4) == 0)
    return 0;
  for (char *at = answer; (at = strstr (at, field)) != NULL;)
    {
      int value;

      at += strlen (field);
      if (sscanf (at, " : %d", &value) == 1 && value > count)
        count = value;
    }
  return count;
}
