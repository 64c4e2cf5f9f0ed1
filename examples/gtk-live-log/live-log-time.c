/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-time.h"

/* Milliseconds since midnight fit into a pointer also where it has 32 bits. */
#define STAMP_IS_SET (1u << 31)

static G_DEFINE_QUARK (live-log-time, live_log_time)

void
live_log_time_stamp (EricMessage *message)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  guint seconds = (g_date_time_get_hour (now) * 60 + g_date_time_get_minute (now)) * 60 +
                  g_date_time_get_second (now);
  guint stamp = seconds * 1000 + g_date_time_get_microsecond (now) / 1000;

  g_object_set_qdata (G_OBJECT (message), live_log_time_quark (), GUINT_TO_POINTER (stamp | STAMP_IS_SET));
}

/* The local time, empty where it was not written down. */
char *
live_log_time_dup (EricMessage *message)
{
  guint stamp = GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (message), live_log_time_quark ()));
  guint seconds = (stamp & ~STAMP_IS_SET) / 1000;

  if (stamp == 0)
    return g_strdup ("");
  return g_strdup_printf ("%02u:%02u:%02u.%03u", seconds / 3600, seconds / 60 % 60, seconds % 60,
                          (stamp & ~STAMP_IS_SET) % 1000);
}
