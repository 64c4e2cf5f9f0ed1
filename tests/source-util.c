/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "source-util.h"
#include "test-util.h"

/* A network monitor that is told */

#define SOURCE_TYPE_MONITOR (source_monitor_get_type ())
G_DECLARE_FINAL_TYPE (SourceMonitor, source_monitor, SOURCE, MONITOR, GObject)

struct _SourceMonitor
{
  GObject  parent_instance;
  gboolean available;
};

enum
{
  PROP_0,
  PROP_NETWORK_AVAILABLE,
  PROP_NETWORK_METERED,
  PROP_CONNECTIVITY,
};

static void
source_monitor_iface_init (GNetworkMonitorInterface *iface)
{
}

static gboolean
source_monitor_initable_init (GInitable     *initable,
                              GCancellable  *cancellable,
                              GError       **error)
{
  return TRUE;
}

static void
source_monitor_initable_iface_init (GInitableIface *iface)
{
  iface->init = source_monitor_initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SourceMonitor, source_monitor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, source_monitor_initable_iface_init)
                               G_IMPLEMENT_INTERFACE (G_TYPE_NETWORK_MONITOR, source_monitor_iface_init))

static void
source_monitor_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  SourceMonitor *self = SOURCE_MONITOR (object);

  if (prop_id == PROP_CONNECTIVITY)
    g_value_set_enum (value, self->available ? G_NETWORK_CONNECTIVITY_FULL : G_NETWORK_CONNECTIVITY_LOCAL);
  else
    g_value_set_boolean (value, prop_id == PROP_NETWORK_AVAILABLE && self->available);
}

static void
source_monitor_class_init (SourceMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = source_monitor_get_property;
  g_object_class_override_property (object_class, PROP_NETWORK_AVAILABLE, "network-available");
  g_object_class_override_property (object_class, PROP_NETWORK_METERED, "network-metered");
  g_object_class_override_property (object_class, PROP_CONNECTIVITY, "connectivity");
}

static void
source_monitor_init (SourceMonitor *self)
{
  self->available = TRUE;
}

GNetworkMonitor *
source_monitor_new (void)
{
  return g_object_new (SOURCE_TYPE_MONITOR, NULL);
}

/* Tells even where nothing changed, as that of the system does. */
void
source_monitor_set_available (GNetworkMonitor *monitor,
                              gboolean         available)
{
  SOURCE_MONITOR (monitor)->available = available;
  g_signal_emit_by_name (monitor, "network-changed", available);
}

/* The log */

static void
state_cb (SourceFixture *fixture)
{
  static const char * const names[] = { "connecting", "open", "closed" };

  g_string_append_printf (fixture->log, "= %s\n",
                          names[eric_event_source_get_ready_state (fixture->source)]);
}

static void
open_cb (SourceFixture *fixture)
{
  g_string_append (fixture->log, "open\n");
}

static void
message_cb (SourceFixture *fixture,
            EricMessage   *message)
{
  const char *id = eric_message_get_id (message);

  g_string_append_printf (fixture->log, "%s %s%s%s\n", eric_message_get_event_type (message),
                          eric_message_get_text (message),
                          id != NULL ? " #" : "", id != NULL ? id : "");
}

static void
comment_cb (SourceFixture *fixture,
            const char    *text)
{
  g_string_append_printf (fixture->log, ":%s\n", text);
}

static void
gap_cb (SourceFixture *fixture,
        const char    *reason)
{
  g_string_append_printf (fixture->log, "gap %s\n", reason);
}

static void
error_cb (SourceFixture *fixture,
          const GError  *error)
{
  g_assert_cmpstr (error->message, !=, "");
  g_assert_nonnull (eric_event_source_get_error (fixture->source));
  g_string_append_printf (fixture->log, "error %s %d\n", g_quark_to_string (error->domain), error->code);
}

static void
closed_cb (SourceFixture *fixture)
{
  g_string_append (fixture->log, "closed\n");
}

void
source_fixture_watch (SourceFixture   *fixture,
                      EricEventSource *source)
{
  fixture->source = source;
  _eric_event_source_set_clock (source, fixture->clock);
  _eric_event_source_set_monitor (source, fixture->monitor);
  g_signal_connect_swapped (source, "notify::ready-state", G_CALLBACK (state_cb), fixture);
  g_signal_connect_swapped (source, "open", G_CALLBACK (open_cb), fixture);
  if (!fixture->deaf)
    g_signal_connect_swapped (source, "message", G_CALLBACK (message_cb), fixture);
  g_signal_connect_swapped (source, "comment", G_CALLBACK (comment_cb), fixture);
  g_signal_connect_swapped (source, "gap", G_CALLBACK (gap_cb), fixture);
  g_signal_connect_swapped (source, "error", G_CALLBACK (error_cb), fixture);
  g_signal_connect_swapped (source, "closed", G_CALLBACK (closed_cb), fixture);
}

gboolean
source_fixture_has (SourceFixture *fixture,
                    const char    *expected)
{
  return fixture->log->len >= strlen (expected) || !g_str_has_prefix (expected, fixture->log->str);
}

/* The fixture */

static SourceFixture *
fixture_new (void)
{
  SourceFixture *fixture = g_new0 (SourceFixture, 1);

  fixture->server = scripted_server_new ();
  fixture->clock = eric_source_clock_new_manual ();
  fixture->monitor = source_monitor_new ();
  fixture->log = g_string_new (NULL);
  return fixture;
}

static EricEventSource *
make_source (SourceFixture *fixture)
{
  g_autofree char *uri = scripted_server_make_uri (fixture->server, "/stream");
  g_autoptr (GError) error = NULL;
  EricEventSource *source = eric_event_source_new (uri, &error);

  g_assert_no_error (error);
  return source;
}

SourceFixture *
source_fixture_new (void)
{
  SourceFixture *fixture = fixture_new ();

  source_fixture_watch (fixture, make_source (fixture));
  return fixture;
}

/* Nobody takes the messages but who asks for the next. */
SourceFixture *
source_fixture_new_deaf (void)
{
  SourceFixture *fixture = fixture_new ();

  fixture->deaf = TRUE;
  source_fixture_watch (fixture, make_source (fixture));
  return fixture;
}

SourceFixture *
source_fixture_new_for (const char *method,
                        const char *body)
{
  SourceFixture *fixture = fixture_new ();
  g_autofree char *uri = scripted_server_make_uri (fixture->server, "/stream");
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_autoptr (GError) error = NULL;
  EricEventSource *source = eric_event_source_new_for_message (message, bytes, &error);

  g_assert_no_error (error);
  source_fixture_watch (fixture, source);
  return fixture;
}

/* Nobody else may have a reference once it is closed and everything is settled. */
void
source_fixture_drop_source (SourceFixture *fixture)
{
  eric_event_source_close (fixture->source);
  test_settle ();
  test_finalize (fixture->source);
}

void
source_fixture_free (SourceFixture *fixture)
{
  if (fixture->source != NULL)
    source_fixture_drop_source (fixture);
  test_settle ();
  scripted_server_free (fixture->server);
  eric_source_clock_free (fixture->clock);
  test_finalize (fixture->monitor);
  g_string_free (fixture->log, TRUE);
  g_free (fixture);
}

ScriptedPeer *
source_fixture_open (SourceFixture *fixture)
{
  ScriptedPeer *peer;

  eric_event_source_start (fixture->source);
  peer = scripted_server_wait (fixture->server, fixture->server->peers->len);
  scripted_peer_send (peer, SCRIPTED_STREAM);
  test_wait_until (eric_event_source_get_ready_state (fixture->source) == ERIC_READY_STATE_OPEN);
  source_fixture_assert (fixture, "= connecting\n= open\nopen\n");
  return peer;
}

void
source_fixture_pass (SourceFixture *fixture,
                     guint          milliseconds)
{
  eric_source_clock_advance (fixture->clock, milliseconds * G_TIME_SPAN_MILLISECOND);
}

/* Waits for the next message. */
EricMessage *
source_next (EricEventSource  *source,
             GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  eric_event_source_next_async (source, G_PRIORITY_DEFAULT, NULL, test_keep_result, &result);
  test_wait_until (result != NULL);
  return eric_event_source_next_finish (source, result, error);
}
