/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <unistd.h>

#include "eric-tool.h"

static const struct
{
  const char *name;
  const char *summary;
  int       (*main) (int argc, char **argv);
} commands[] = {
  { "listen", "Print the messages of a stream", eric_listen_main },
  { "publish", "Send a message, or standard input line by line", eric_publish_main },
  { "serve", "Run an event hub: streams and publishing over HTTP", eric_serve_main },
};

static void
print_help (void)
{
  g_print ("Usage:\n"
           "  eric-sse COMMAND [OPTION…]\n"
           "\n"
           "Messaging and Server-Sent Events from the command line.\n"
           "\n"
           "Commands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i].name, commands[i].summary);
  g_print ("\n"
           "Options:\n"
           "  -h, --help     Show this help, or that of a command: eric-sse COMMAND --help\n"
           "  --version      Show the version\n"
           "\n"
           "Exit status: 0 for success, 1 where something failed, 2 for a wrong option.\n");
}

/* A descriptor that is closed would become that of a connection, which would get
 * what is printed. Those opened here fail as closed ones do. */
static void
fill_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      g_open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY, 0);
}

int
main (int    argc,
      char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;

  fill_descriptors ();
  setlocale (LC_ALL, "");
  if (name == NULL)
    {
      g_printerr ("eric-sse: which command? See “eric-sse --help”\n");
      return ERIC_EXIT_USAGE;
    }
  if (g_str_equal (name, "--help") || g_str_equal (name, "-h") || g_str_equal (name, "help"))
    {
      print_help ();
      return ERIC_EXIT_OK;
    }
  if (g_str_equal (name, "--version"))
    {
      g_print ("eric-sse %s\n", ERIC_PACKAGE_VERSION);
      return ERIC_EXIT_OK;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i].name))
      return commands[i].main (argc - 1, argv + 1);

  g_printerr ("eric-sse: there is no command “%s”; see “eric-sse --help”\n", name);
  return ERIC_EXIT_USAGE;
}
