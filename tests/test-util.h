/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Turns the thread-default main context until the condition holds; fails the test
 * if it does not within TEST_DEADLINE. */
#define test_wait_until(condition) \
  G_STMT_START { \
    GSource *test_deadline_ = test_deadline_new (#condition, __FILE__, __LINE__); \
    while (!(condition)) \
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE); \
    test_deadline_free (test_deadline_); \
  } G_STMT_END

/* Drops the last reference: fails the test if there is another one. */
#define test_finalize(object) \
  G_STMT_START { \
    gpointer test_object_ = (object); \
    g_object_add_weak_pointer (test_object_, &test_object_); \
    g_object_unref (test_object_); \
    g_assert_null (test_object_); \
    (object) = NULL; \
  } G_STMT_END

/* Turns the thread-default main context as long as anything is ready. */
void     test_settle        (void);

GSource *test_deadline_new  (const char *condition,
                             const char *file,
                             int         line);
void     test_deadline_free (GSource    *deadline);

/* A GAsyncReadyCallback that keeps the result at user_data, a GAsyncResult **. */
void     test_keep_result   (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);

G_END_DECLS
