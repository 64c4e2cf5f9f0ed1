/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <eric-sse.h>

#include "test-util.h"

#define DEADLINE 60000   /* milliseconds */

typedef struct
{
  GMainContext      *context;
  EricContextBridge *bridge;
  int                fds[2];   /* a pipe */
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->context = g_main_context_new ();
  f->bridge = eric_context_bridge_new (f->context, NULL);
  g_assert_nonnull (f->bridge);
  g_assert_true (g_unix_open_pipe (f->fds, FD_CLOEXEC, NULL));
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  if (f->bridge != NULL)
    test_finalize (f->bridge);
  g_main_context_unref (f->context);
  for (guint i = 0; i < 2; i++)
    if (f->fds[i] >= 0)
      close (f->fds[i]);
}

static gboolean
is_readable (EricContextBridge *bridge,
             int                timeout)
{
  struct pollfd wait_for = { .fd = eric_context_bridge_get_fd (bridge), .events = POLLIN };

  return poll (&wait_for, 1, timeout) == 1;
}

/* Turns the bridge until it is so, as another event loop would. */
#define turn_until(bridge, condition) \
  G_STMT_START { \
    gint64 end_ = g_get_monotonic_time () + DEADLINE * G_TIME_SPAN_MILLISECOND; \
    while (!(condition)) \
      { \
        int timeout_ = eric_context_bridge_prepare (bridge); \
        g_assert_cmpint (g_get_monotonic_time (), <, end_); \
        is_readable (bridge, timeout_ < 0 ? DEADLINE : timeout_); \
        eric_context_bridge_dispatch (bridge); \
      } \
  } G_STMT_END

/* Nothing is ready, and nothing says so, once the context has seen which descriptors are
 * new or gone: it wakes itself for that. */
static void
assert_quiet (EricContextBridge *bridge)
{
  g_assert_cmpint (eric_context_bridge_prepare (bridge), ==, -1);
  if (is_readable (bridge, 0))
    g_assert_false (eric_context_bridge_dispatch (bridge));
  g_assert_cmpint (eric_context_bridge_prepare (bridge), ==, -1);
  g_assert_false (is_readable (bridge, 0));
  g_assert_false (eric_context_bridge_dispatch (bridge));
}

static gboolean
count_cb (gpointer user_data)
{
  guint *count = user_data;

  ++*count;
  return G_SOURCE_REMOVE;
}

static gboolean
read_cb (int          fd,
         GIOCondition condition,
         gpointer     user_data)
{
  guint *count = user_data;
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  ++*count;
  return G_SOURCE_CONTINUE;
}

static gboolean
ready_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  return count_cb (user_data);
}

/* Takes over @source. */
static void
attach (Fixture *f,
        GSource *source,
        gpointer callback,
        guint   *count)
{
  g_source_set_callback (source, callback, count, NULL);
  g_source_attach (source, f->context);
  g_source_unref (source);
}

static void
test_context_bridge_idle (Fixture       *f,
                          gconstpointer  data)
{
  guint n_called = 0;

  assert_quiet (f->bridge);
  g_assert_true (eric_context_bridge_get_context (f->bridge) == f->context);
  attach (f, g_idle_source_new (), count_cb, &n_called);
  g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, 0);
  g_assert_true (eric_context_bridge_dispatch (f->bridge));
  g_assert_cmpuint (n_called, ==, 1);
  g_assert_false (eric_context_bridge_dispatch (f->bridge));   /* not without preparing */
  assert_quiet (f->bridge);
}

static void
test_context_bridge_timeout (Fixture       *f,
                             gconstpointer  data)
{
  guint n_called = 0;
  int timeout;

  attach (f, g_timeout_source_new (50), count_cb, &n_called);
  timeout = eric_context_bridge_prepare (f->bridge);
  g_assert_cmpint (timeout, >=, 0);
  g_assert_cmpint (timeout, <=, 51);
  turn_until (f->bridge, n_called == 1);
  assert_quiet (f->bridge);
}

static void
test_context_bridge_descriptor (Fixture       *f,
                                gconstpointer  data)
{
  GSource *source = g_unix_fd_source_new (f->fds[0], G_IO_IN);
  guint n_called = 0;

  attach (f, g_source_ref (source), read_cb, &n_called);
  assert_quiet (f->bridge);
  for (guint i = 1; i <= 3; i++)
    {
      g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, -1);
      g_assert_cmpint (write (f->fds[1], "x", 1), ==, 1);
      g_assert_true (is_readable (f->bridge, DEADLINE));
      g_assert_true (eric_context_bridge_dispatch (f->bridge));
      g_assert_cmpuint (n_called, ==, i);
    }

  g_source_destroy (source);
  g_source_unref (source);
  g_assert_cmpint (write (f->fds[1], "x", 1), ==, 1);
  assert_quiet (f->bridge);
}

/* Two sources for one descriptor: each gets what it waits for. */
static void
test_context_bridge_both_ways (Fixture       *f,
                               gconstpointer  data)
{
  guint n_read = 0, n_written = 0;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  attach (f, g_unix_fd_source_new (fds[0], G_IO_IN), read_cb, &n_read);
  g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, -1);
  attach (f, g_unix_fd_source_new (fds[0], G_IO_OUT), ready_cb, &n_written);
  turn_until (f->bridge, n_written == 1);
  assert_quiet (f->bridge);
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  turn_until (f->bridge, n_read == 1);
  close (fds[0]);
  close (fds[1]);
}

/* A number that stands for another file than before. */
static void
test_context_bridge_reused_number (Fixture       *f,
                                   gconstpointer  data)
{
  guint n_called = 0;

  for (guint i = 1; i <= 3; i++)
    {
      GSource *source = g_unix_fd_source_new (f->fds[0], G_IO_IN);
      int number = f->fds[0];

      attach (f, g_source_ref (source), read_cb, &n_called);
      assert_quiet (f->bridge);
      g_assert_cmpint (write (f->fds[1], "x", 1), ==, 1);
      turn_until (f->bridge, n_called == i);
      g_source_destroy (source);
      g_source_unref (source);
      close (f->fds[0]);
      close (f->fds[1]);
      g_assert_true (g_unix_open_pipe (f->fds, FD_CLOEXEC, NULL));
      g_assert_cmpint (f->fds[0], ==, number);
    }
}

/* It cannot be taken out of the set when it is closed and a copy of it is not. */
static void
test_context_bridge_copied (Fixture       *f,
                            gconstpointer  data)
{
  GSource *source = g_unix_fd_source_new (f->fds[0], G_IO_IN);
  int copy = dup (f->fds[0]);
  guint n_called = 0, n_other = 0;
  int other[2];

  g_assert_true (g_unix_open_pipe (other, FD_CLOEXEC, NULL));
  attach (f, g_unix_fd_source_new (other[0], G_IO_IN), read_cb, &n_other);
  attach (f, g_source_ref (source), read_cb, &n_called);
  assert_quiet (f->bridge);
  g_source_destroy (source);
  g_source_unref (source);
  close (f->fds[0]);
  g_assert_cmpint (write (f->fds[1], "x", 1), ==, 1);

  /* Seen twice: the first time the context wakes itself. */
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, -1);
      g_assert_true (is_readable (f->bridge, 0));
      g_assert_false (eric_context_bridge_dispatch (f->bridge));
    }
  assert_quiet (f->bridge);

  /* What is wanted is still watched. */
  g_assert_cmpint (write (other[1], "x", 1), ==, 1);
  turn_until (f->bridge, n_other == 1);
  g_assert_cmpuint (n_called, ==, 0);
  f->fds[0] = copy;
  close (other[0]);
  close (other[1]);
}

/* A plain file is always ready, and cannot be put into the set. */
static void
test_context_bridge_plain_file (Fixture       *f,
                                gconstpointer  data)
{
  int fd = open (g_test_get_filename (G_TEST_DIST, "test-context-bridge.c", NULL), O_RDONLY | O_CLOEXEC);
  guint n_called = 0;

  g_assert_cmpint (fd, >=, 0);
  attach (f, g_unix_fd_source_new (fd, G_IO_IN), ready_cb, &n_called);
  g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, 0);
  g_assert_true (eric_context_bridge_dispatch (f->bridge));
  g_assert_cmpuint (n_called, ==, 1);
  close (fd);
}

/* More descriptors than there is room for at first. */
static void
test_context_bridge_many (Fixture       *f,
                          gconstpointer  data)
{
  guint n_called = 0;
  int fds[50][2];

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_assert_true (g_unix_open_pipe (fds[i], FD_CLOEXEC, NULL));
      attach (f, g_unix_fd_source_new (fds[i][0], G_IO_IN), read_cb, &n_called);
    }
  assert_quiet (f->bridge);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    g_assert_cmpint (write (fds[i][1], "x", 1), ==, 1);
  turn_until (f->bridge, n_called == G_N_ELEMENTS (fds));
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      close (fds[i][0]);
      close (fds[i][1]);
    }
}

typedef struct
{
  GMainContext *context;
  guint         n_called;
} Shared;

static gpointer
invoke_thread (gpointer data)
{
  Shared *shared = data;

  g_main_context_invoke (shared->context, count_cb, &shared->n_called);
  return NULL;
}

static void
test_context_bridge_other_thread (Fixture       *f,
                                  gconstpointer  data)
{
  Shared shared = { f->context, 0 };
  GThread *thread;

  g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, -1);
  thread = g_thread_new ("invoke", invoke_thread, &shared);
  g_assert_true (is_readable (f->bridge, DEADLINE));
  turn_until (f->bridge, shared.n_called == 1);
  g_thread_join (thread);
}

static gpointer
bridge_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EricContextBridge) bridge = eric_context_bridge_new (data, &error);

  if (bridge == NULL)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  return GINT_TO_POINTER (bridge != NULL);
}

static void
test_context_bridge_owned (Fixture       *f,
                           gconstpointer  data)
{
  g_autoptr (EricContextBridge) second = NULL;
  guint n_called = 0;

  g_assert_true (g_main_context_is_owner (f->context));
  g_assert_null (g_thread_join (g_thread_new ("bridge", bridge_thread, f->context)));
  second = eric_context_bridge_new (f->context, NULL);   /* the same thread may */
  g_assert_nonnull (second);
  eric_context_bridge_close (second);
  eric_context_bridge_close (second);
  g_assert_true (g_main_context_is_owner (f->context));

  eric_context_bridge_close (f->bridge);
  g_assert_false (g_main_context_is_owner (f->context));
  g_assert_nonnull (g_thread_join (g_thread_new ("bridge", bridge_thread, f->context)));

  attach (f, g_idle_source_new (), count_cb, &n_called);
  g_assert_cmpint (eric_context_bridge_get_fd (f->bridge), ==, -1);
  g_assert_cmpint (eric_context_bridge_prepare (f->bridge), ==, -1);
  g_assert_false (eric_context_bridge_dispatch (f->bridge));
  g_assert_cmpuint (n_called, ==, 0);
}

static gboolean
nest_cb (gpointer user_data)
{
  Fixture *f = user_data;
  guint n_called = 0;

  attach (f, g_idle_source_new (), count_cb, &n_called);
  turn_until (f->bridge, n_called == 1);
  attach (f, g_idle_source_new (), count_cb, &n_called);
  while (n_called < 2)
    g_main_context_iteration (f->context, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
drop_cb (gpointer user_data)
{
  Fixture *f = user_data;

  g_clear_object (&f->bridge);
  return G_SOURCE_REMOVE;
}

static void
test_context_bridge_within (Fixture       *f,
                            gconstpointer  data)
{
  g_autoptr (GSource) nest = g_idle_source_new ();
  g_autoptr (GSource) drop = g_idle_source_new ();

  g_source_set_callback (nest, nest_cb, f, NULL);
  g_source_attach (nest, f->context);
  turn_until (f->bridge, g_source_is_destroyed (nest));

  g_source_set_callback (drop, drop_cb, f, NULL);
  g_source_attach (drop, f->context);
  eric_context_bridge_prepare (f->bridge);
  g_assert_true (eric_context_bridge_dispatch (f->bridge));
  g_assert_null (f->bridge);
  g_assert_false (g_main_context_is_owner (f->context));
}

/* NULL stands for the thread-default context. */
static void
test_context_bridge_default (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (EricContextBridge) bridge = NULL;
  g_autoptr (EricContextBridge) own = NULL;

  bridge = eric_context_bridge_new (NULL, NULL);
  g_assert_true (eric_context_bridge_get_context (bridge) == g_main_context_default ());
  g_main_context_push_thread_default (context);
  own = eric_context_bridge_new (NULL, NULL);
  g_main_context_pop_thread_default (context);
  g_assert_true (eric_context_bridge_get_context (own) == context);
}

static void
test_context_bridge_no_descriptor (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  struct rlimit limit, none;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 3;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  g_assert_null (eric_context_bridge_new (context, &error));
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_false (g_main_context_is_owner (context));
}

static gpointer
make_busy (gpointer data)
{
  EricContextBridge *bridge = g_object_new (ERIC_TYPE_CONTEXT_BRIDGE, "context", data, NULL);

  g_assert_cmpint (eric_context_bridge_get_fd (bridge), ==, -1);
  g_assert_cmpint (eric_context_bridge_prepare (bridge), ==, -1);
  g_assert_false (eric_context_bridge_dispatch (bridge));
  eric_context_bridge_close (bridge);
  test_finalize (bridge);
  return NULL;
}

/* Made without its constructor, which could have said what is wrong. */
static void
test_context_bridge_bare (void)
{
  EricContextBridge *bridge = g_object_new (ERIC_TYPE_CONTEXT_BRIDGE, NULL);
  guint n_called = 0;

  g_assert_true (eric_context_bridge_get_context (bridge) == g_main_context_default ());
  g_thread_join (g_thread_new ("busy", make_busy, g_main_context_default ()));
  g_idle_add_full (G_PRIORITY_DEFAULT, count_cb, &n_called, NULL);
  turn_until (bridge, n_called > 0);
  g_idle_remove_by_data (&n_called);
  test_finalize (bridge);
}

int
main (int    argc,
      char **argv)
{
  const struct
  {
    const char *path;
    void (*func) (Fixture *, gconstpointer);
  } cases[] = {
    { "/eric/context-bridge/idle", test_context_bridge_idle },
    { "/eric/context-bridge/timeout", test_context_bridge_timeout },
    { "/eric/context-bridge/descriptor", test_context_bridge_descriptor },
    { "/eric/context-bridge/both-ways", test_context_bridge_both_ways },
    { "/eric/context-bridge/reused-number", test_context_bridge_reused_number },
    { "/eric/context-bridge/copied", test_context_bridge_copied },
    { "/eric/context-bridge/plain-file", test_context_bridge_plain_file },
    { "/eric/context-bridge/many", test_context_bridge_many },
    { "/eric/context-bridge/other-thread", test_context_bridge_other_thread },
    { "/eric/context-bridge/owned", test_context_bridge_owned },
    { "/eric/context-bridge/within", test_context_bridge_within },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].func, tear_down);
  g_test_add_func ("/eric/context-bridge/bare", test_context_bridge_bare);
  g_test_add_func ("/eric/context-bridge/default", test_context_bridge_default);
  g_test_add_func ("/eric/context-bridge/no-descriptor", test_context_bridge_no_descriptor);
  return g_test_run ();
}
