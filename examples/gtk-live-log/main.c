/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* gtk-live-log [URL]: a window that shows what comes on a channel, as it comes. */

#include "live-log-application.h"

#include <locale.h>

int
main (int    argc,
      char **argv)
{
  g_autoptr (LiveLogApplication) application = NULL;

  setlocale (LC_ALL, "");
  application = live_log_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
