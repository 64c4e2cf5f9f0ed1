/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "live-log-application.h"

#include <eric-sse.h>

#include "live-log-measure.h"
#include "live-log-window.h"

/* What belongs to no window: the command line, the shortcuts, what the program is. */
struct _LiveLogApplication
{
  AdwApplication parent_instance;

  int            measure;   /* seconds to measure for, 0 for never */
};

G_DEFINE_FINAL_TYPE (LiveLogApplication, live_log_application, ADW_TYPE_APPLICATION)

static const struct
{
  const char *action;
  const char *accels[3];
} shortcuts[] = {
  { "app.new-window", { "<Control>n" } },
  { "app.quit", { "<Control>q" } },
  { "win.address", { "<Control>l" } },
  { "win.clear", { "<Control>k" } },
  { "win.newest", { "<Control>End" } },
  { "win.pause", { "<Control>p", "Pause" } },
  { "win.publish", { "<Control>Return" } },
  { "win.retry", { "<Control>r", "F5" } },
  { "win.search", { "<Control>f" } },
  { "window.close", { "<Control>w" } },
};

static LiveLogWindow *
open_window (LiveLogApplication *self)
{
  LiveLogWindow *window = live_log_window_new (GTK_APPLICATION (self));

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
new_window_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  open_window (user_data);
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  const char * const developers[] = { "The eric-sse authors", NULL };

  adw_show_about_window (gtk_application_get_active_window (user_data),
                         "application-name", "Live Log",
                         "application-icon", LIVE_LOG_APP_ID,
                         "version", ERIC_VERSION_S,
                         "comments", "Watches a channel of Server-Sent Events, and publishes to it.",
                         "developer-name", developers[0],
                         "developers", developers,
                         "copyright", "© 2026 The eric-sse authors",
                         "license-type", GTK_LICENSE_LGPL_2_1,
                         NULL);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_application_quit (user_data);
}

static void
live_log_application_startup (GApplication *application)
{
  const GActionEntry actions[] = {
    { "new-window", new_window_cb },
    { "about", about_cb },
    { "quit", quit_cb },
  };

  G_APPLICATION_CLASS (live_log_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), shortcuts[i].action,
                                           (const char **) shortcuts[i].accels);
}

static void
live_log_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else
    open_window (LIVE_LOG_APPLICATION (application));
}

static void
measured_cb (gpointer user_data)
{
  g_application_quit (user_data);
}

static int
live_log_application_command_line (GApplication            *application,
                                   GApplicationCommandLine *command_line)
{
  LiveLogApplication *self = LIVE_LOG_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);
  g_autofree const char **uris = NULL;
  LiveLogWindow *window;

  g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &uris);
  if (uris == NULL)
    {
      g_application_activate (application);
      return 0;
    }
  for (guint i = 0; uris[i] != NULL; i++)
    {
      window = open_window (self);
      live_log_window_watch (window, uris[i]);
      if (self->measure > 0)
        live_log_measure (GTK_WIDGET (window), live_log_window_get_stream (window), self->measure,
                          measured_cb, self);
    }
  return 0;
}

static int
live_log_application_handle_local_options (GApplication *application,
                                           GVariantDict *options)
{
  LiveLogApplication *self = LIVE_LOG_APPLICATION (application);

  if (!g_variant_dict_lookup (options, "measure", "i", &self->measure))
    return -1;
  if (self->measure <= 0 || !g_variant_dict_contains (options, G_OPTION_REMAINING))
    {
      g_printerr ("gtk-live-log: --measure takes a number of seconds, and a URL\n");
      return 2;
    }
  g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

static void
live_log_application_class_init (LiveLogApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = live_log_application_startup;
  application_class->activate = live_log_application_activate;
  application_class->command_line = live_log_application_command_line;
  application_class->handle_local_options = live_log_application_handle_local_options;
}

static void
live_log_application_init (LiveLogApplication *self)
{
  const GOptionEntry options[] = {
    { "measure", 'm', G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, NULL,
      "Print how smoothly the window was drawn for so long, and quit", "SECONDS" },
    { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, "[URL…]" },
    { NULL }
  };
  GApplication *application = G_APPLICATION (self);

  g_application_add_main_option_entries (application, options);
  g_application_set_option_context_parameter_string (application, "— watch channels of Server-Sent Events");
  g_application_set_option_context_description (application,
                                                "A URL such as http://127.0.0.1:8080/events/news is watched in a window.");
}

LiveLogApplication *
live_log_application_new (void)
{
  return g_object_new (LIVE_LOG_TYPE_APPLICATION,
                       "application-id", LIVE_LOG_APP_ID,
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE,
                       NULL);
}
