/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "eric-source-watchdog-private.h"
#include "test-util.h"

#define SECONDS G_TIME_SPAN_SECOND

typedef struct
{
  EricSourceClock    *clock;   /* (owned) */
  EricSourceWatchdog  dog;
  guint               n_barks;
} Fixture;

static gboolean
bark_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->n_barks++;
  return G_SOURCE_REMOVE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->clock = eric_source_clock_new_manual ();
  eric_source_watchdog_init (&fixture->dog, NULL, fixture->clock, bark_cb, fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  eric_source_watchdog_stop (&fixture->dog);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);
  eric_source_clock_free (fixture->clock);
}

static void
pass (Fixture *fixture,
      gint64   duration)
{
  eric_source_clock_advance (fixture->clock, duration);
  test_settle ();
}

static void
beat (Fixture *fixture,
      gint64   silence)
{
  pass (fixture, silence);
  eric_source_watchdog_feed (&fixture->dog);
  eric_source_watchdog_learn (&fixture->dog, FALSE);
}

static void
test_source_watchdog_timeout (Fixture       *fixture,
                              gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, 4000);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 4 * SECONDS);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, 4 * SECONDS);
  pass (fixture, 4 * SECONDS - 1);
  g_assert_cmpuint (fixture->n_barks, ==, 0);
  pass (fixture, 1);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
  pass (fixture, 100 * SECONDS);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

static void
test_source_watchdog_feed (Fixture       *fixture,
                           gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, 4000);
  for (guint i = 0; i < 10; i++)
    {
      pass (fixture, 3 * SECONDS);
      eric_source_watchdog_feed (&fixture->dog);
    }
  g_assert_cmpuint (fixture->n_barks, ==, 0);
  pass (fixture, 4 * SECONDS - 1);
  g_assert_cmpuint (fixture->n_barks, ==, 0);
  pass (fixture, 1);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

static void
test_source_watchdog_never (Fixture       *fixture,
                            gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, 0);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
  for (guint i = 0; i < 5; i++)
    beat (fixture, 10 * SECONDS);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);
  pass (fixture, G_TIME_SPAN_DAY);
  g_assert_cmpuint (fixture->n_barks, ==, 0);
}

static void
test_source_watchdog_learn (Fixture       *fixture,
                            gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, -1);
  beat (fixture, 15 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);
  beat (fixture, 14 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 75 * SECONDS / 2);
  pass (fixture, 75 * SECONDS / 2 - 1);
  g_assert_cmpuint (fixture->n_barks, ==, 0);
  pass (fixture, 1);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

/* The longest silence counts, and what came last; a short one is no heartbeat. */
static void
test_source_watchdog_limits (Fixture       *fixture,
                             gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, -1);
  for (guint i = 0; i < 100; i++)
    beat (fixture, SECONDS - 1);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
  beat (fixture, SECONDS);
  beat (fixture, SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 10 * SECONDS);
  beat (fixture, 8 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 20 * SECONDS);
  beat (fixture, 2 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 20 * SECONDS);
  pass (fixture, 20 * SECONDS - 1);
  g_assert_cmpuint (fixture->n_barks, ==, 0);
  pass (fixture, 1);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

static void
beat_event (Fixture *fixture,
            gint64   silence)
{
  pass (fixture, silence);
  eric_source_watchdog_feed (&fixture->dog);
  eric_source_watchdog_learn (&fixture->dog, TRUE);
}

/* Events that come as a heartbeat does are one; others are not, and make no limit. */
static void
test_source_watchdog_events (Fixture       *fixture,
                             gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, -1);
  beat_event (fixture, 10 * SECONDS);
  beat_event (fixture, 8 * SECONDS);
  beat_event (fixture, 4 * SECONDS);
  beat_event (fixture, 6 * SECONDS - 1);
  beat_event (fixture, 8 * SECONDS);
  beat_event (fixture, 6 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
  beat_event (fixture, 8 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 25 * SECONDS);
  pass (fixture, 25 * SECONDS);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

/* Two comments in one read break one silence. */
static void
test_source_watchdog_burst (Fixture       *fixture,
                            gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, -1);
  beat (fixture, 15 * SECONDS);
  eric_source_watchdog_learn (&fixture->dog, FALSE);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
}

static void
test_source_watchdog_forget (Fixture       *fixture,
                             gconstpointer  data)
{
  eric_source_watchdog_start (&fixture->dog, -1);
  beat (fixture, 15 * SECONDS);
  beat (fixture, 15 * SECONDS);
  eric_source_watchdog_stop (&fixture->dog);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);
  beat (fixture, 15 * SECONDS);
  eric_source_watchdog_start (&fixture->dog, -1);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
  beat (fixture, 15 * SECONDS);
  g_assert_cmpint (eric_source_watchdog_get_limit (&fixture->dog), ==, 0);
}

static void
test_source_watchdog_set (Fixture       *fixture,
                          gconstpointer  data)
{
  eric_source_watchdog_set_timeout (&fixture->dog, 1000);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);
  eric_source_watchdog_start (&fixture->dog, 0);
  pass (fixture, 3 * SECONDS);
  eric_source_watchdog_set_timeout (&fixture->dog, 5000);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, 2 * SECONDS);
  eric_source_watchdog_set_timeout (&fixture->dog, 0);
  g_assert_cmpint (eric_source_clock_get_next (fixture->clock), ==, -1);

  /* Silent for longer already. */
  eric_source_watchdog_set_timeout (&fixture->dog, 2000);
  pass (fixture, 0);
  g_assert_cmpuint (fixture->n_barks, ==, 1);
}

#define add(name, func) g_test_add ("/eric/source-watchdog/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("timeout", test_source_watchdog_timeout);
  add ("feed", test_source_watchdog_feed);
  add ("never", test_source_watchdog_never);
  add ("learn", test_source_watchdog_learn);
  add ("limits", test_source_watchdog_limits);
  add ("events", test_source_watchdog_events);
  add ("burst", test_source_watchdog_burst);
  add ("forget", test_source_watchdog_forget);
  add ("set", test_source_watchdog_set);
  return g_test_run ();
}
