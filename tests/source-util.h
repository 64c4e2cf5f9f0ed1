/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <eric-sse.h>

#include "eric-event-source-private.h"
#include "scripted-server.h"

G_BEGIN_DECLS

/* A scripted server, and a source that lives by a manual clock and writes down all
 * that it emits, one line for each signal. */
typedef struct
{
  ScriptedServer  *server;    /* (owned) */
  EricSourceClock *clock;     /* (owned) */
  GNetworkMonitor *monitor;   /* (owned): one that is told */
  EricEventSource *source;    /* (owned) (nullable): a test may drop it */
  GString         *log;       /* (owned) */
  gboolean         deaf;      /* set before it is watched: does not take messages */
} SourceFixture;

SourceFixture *source_fixture_new          (void);
SourceFixture *source_fixture_new_deaf     (void);
SourceFixture *source_fixture_new_for      (const char         *method,
                                            const char         *body);
void           source_fixture_free         (SourceFixture      *fixture);
void           source_fixture_watch        (SourceFixture      *fixture,
                                            EricEventSource    *source);
void           source_fixture_drop_source  (SourceFixture      *fixture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SourceFixture, source_fixture_free)

/* Starts it, and has the server answer with the head of a stream. */
ScriptedPeer  *source_fixture_open         (SourceFixture      *fixture);

/* The lines since the last time. */
#define source_fixture_assert(fixture, expected) \
  G_STMT_START { \
    test_wait_until (source_fixture_has (fixture, expected)); \
    g_assert_cmpstr ((fixture)->log->str, ==, expected); \
    g_string_truncate ((fixture)->log, 0); \
  } G_STMT_END

/* Not before there are so many lines, so that one that is wrong fails at once. */
gboolean       source_fixture_has          (SourceFixture      *fixture,
                                            const char         *expected);

/* Milliseconds until the next timer, -1 where there is none. */
#define source_fixture_assert_delay(fixture, expected) \
  G_STMT_START { \
    gint64 source_next_ = eric_source_clock_get_next ((fixture)->clock); \
    g_assert_cmpint (source_next_ < 0 ? source_next_ : source_next_ / 1000, ==, expected); \
  } G_STMT_END

void           source_fixture_pass         (SourceFixture      *fixture,
                                            guint               milliseconds);

GNetworkMonitor *source_monitor_new           (void);
void             source_monitor_set_available (GNetworkMonitor *monitor,
                                               gboolean         available);

EricMessage   *source_next                 (EricEventSource    *source,
                                            GError            **error);

G_END_DECLS
