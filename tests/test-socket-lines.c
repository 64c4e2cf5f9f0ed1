/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-error.h"
#include "eric-socket-lines-private.h"
#include "test-util.h"

/* What a buffer may keep when it is empty. */
#define MAX_KEPT (64 * 1024)

/* Appends each line in brackets; NUL shows as a dot. */
static void
read_lines (EricSocketLines  *lines,
            GString          *out,
            GError          **error)
{
  const char *line;
  gsize length;

  while (eric_socket_lines_next (lines, &line, &length, error))
    {
      g_string_append_c (out, '[');
      for (gsize i = 0; i < length; i++)
        g_string_append_c (out, line[i] != '\0' ? line[i] : '.');
      g_string_append_c (out, ']');
    }
}

/* The lines of a text that comes in pieces of one size, each of which is gone when the
 * next one comes, and what is left at its end behind a bar. */
static char *
read_in_pieces (const char  *text,
                gsize        length,
                gsize        piece,
                gsize        max_line,
                GError     **error)
{
  GString *out = g_string_new (NULL);
  EricSocketLines lines;
  const char *rest;
  gsize rest_length;

  eric_socket_lines_init (&lines, max_line);
  for (gsize i = 0; i < length && !lines.failed; i += piece)
    {
      gsize n = MIN (piece, length - i);
      g_autofree char *bytes = g_memdup2 (text + i, n);

      eric_socket_lines_feed (&lines, bytes, n);
      read_lines (&lines, out, error);
    }
  if (!lines.failed && eric_socket_lines_end (&lines, &rest, &rest_length))
    {
      g_string_append_c (out, '|');
      g_string_append_len (out, rest, rest_length);
      g_assert_false (eric_socket_lines_has_part (&lines));
      g_assert_false (eric_socket_lines_end (&lines, &rest, &rest_length));
    }
  eric_socket_lines_clear (&lines);
  return g_string_free (out, FALSE);
}

#define TEXT(text) text, sizeof text - 1

static const struct { const char *text; gsize length; const char *lines; } samples[] = {
  { TEXT (""), "" },
  { TEXT ("a"), "|a" },
  { TEXT ("a\n"), "[a]" },
  { TEXT ("a\r\n"), "[a]" },
  { TEXT ("a\nb\nc\n"), "[a][b][c]" },
  { TEXT ("one\r\ntwo\n\r\nthree\n\nfour"), "[one][two][][three][]|four" },
  { TEXT ("\n"), "[]" },
  { TEXT ("\r\n"), "[]" },
  { TEXT ("\n\n\n"), "[][][]" },
  /* A CR alone ends no line, and of several one goes. */
  { TEXT ("a\rb\n"), "[a\rb]" },
  { TEXT ("\ra\r\r\n"), "[\ra\r]" },
  { TEXT ("a\n\rb\n"), "[a][\rb]" },
  /* The end of the input is as good as LF. */
  { TEXT ("a\r"), "|a" },
  { TEXT ("a\n\r"), "[a]|" },
  { TEXT ("\0a\0\n\0\n"), "[.a.][.]" },
  { TEXT ("\377\376\n\303"), "[\377\376]|\303" },
};

static void
test_socket_lines_samples (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    for (gsize piece = 1; piece <= samples[i].length + 1; piece++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *lines = read_in_pieces (samples[i].text, samples[i].length, piece, 100, &error);

        g_assert_no_error (error);
        g_assert_cmpstr (lines, ==, samples[i].lines);
      }
}

static const struct { const char *text; const char *lines; gboolean fails; } limits[] = {
  { "abcd\n", "[abcd]", FALSE },
  { "abcd\r\n", "[abcd]", FALSE },
  { "abcd", "|abcd", FALSE },
  { "abcd\r", "|abcd", FALSE },
  { "ab\nabcd\nabcd\r\nabcd", "[ab][abcd][abcd]|abcd", FALSE },
  { "abcde\n", "", TRUE },
  { "abcde", "", TRUE },
  { "abcde\r\n", "", TRUE },
  { "abcd\r\r\n", "", TRUE },
  { "abcd\rx\n", "", TRUE },
  { "abc\r\rx", "", TRUE },
  { "ab\nabcde\nab\n", "[ab]", TRUE },
};

static void
test_socket_lines_limit (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    for (gsize piece = 1; piece <= strlen (limits[i].text); piece++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *lines = read_in_pieces (limits[i].text, strlen (limits[i].text), piece, 4, &error);

        g_assert_cmpstr (lines, ==, limits[i].lines);
        if (limits[i].fails)
          {
            g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
            g_assert_cmpstr (error->message, ==, "A line is longer than 4 bytes");
          }
        else
          g_assert_no_error (error);
      }
}

static void
test_socket_lines_no_limit (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *lines = read_in_pieces ("abc\r\ndef\r", 9, 2, G_MAXSIZE, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lines, ==, "[abc]|def");
}

/* Before the end of the line comes, and from then on. */
static void
test_socket_lines_fails_early (void)
{
  EricSocketLines lines;
  const char *line;
  gsize length;

  eric_socket_lines_init (&lines, 4);
  eric_socket_lines_feed (&lines, "abcd", 4);
  g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_true (eric_socket_lines_has_part (&lines));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      eric_socket_lines_feed (&lines, "e\nf\n", 4);
      g_assert_false (eric_socket_lines_next (&lines, &line, &length, &error));
      g_assert_error (error, ERIC_ERROR, ERIC_ERROR_TOO_LARGE);
    }
  g_assert_false (eric_socket_lines_has_part (&lines));
  g_assert_false (eric_socket_lines_end (&lines, &line, &length));
  eric_socket_lines_clear (&lines);
}

static void
test_socket_lines_slices (void)
{
  static const char text[] = "one\ntwo\r\nthr";
  EricSocketLines lines;
  const char *line;
  gsize length;

  eric_socket_lines_init (&lines, 100);
  g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
  eric_socket_lines_feed (&lines, text, sizeof text - 1);
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_true (line == text && length == 3);
  g_assert_false (eric_socket_lines_has_part (&lines));
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_true (line == text + 4 && length == 3);
  g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_true (eric_socket_lines_has_part (&lines));

  eric_socket_lines_feed (&lines, "ee\nfour\n", 8);
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_cmpmem (line, length, "three", 5);
  g_assert_false (eric_socket_lines_has_part (&lines));
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_cmpmem (line, length, "four", 4);
  g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
  eric_socket_lines_clear (&lines);
}

/* One that was long is not paid for any longer. */
static void
test_socket_lines_large (void)
{
  const gsize size = 16 * 1024 * 1024;
  g_autofree char *text = g_malloc (size);
  EricSocketLines lines;
  const char *line;
  gsize length;

  memset (text, 'a', size);
  eric_socket_lines_init (&lines, size);
  for (gsize i = 0; i < size; i += 64)
    {
      eric_socket_lines_feed (&lines, text + i, 64);
      g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
    }
  eric_socket_lines_feed (&lines, "\nb\nc", 4);
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_cmpuint (length, ==, size);
  g_assert_true (memcmp (line, text, size) == 0);
  g_assert_true (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_cmpmem (line, length, "b", 1);
  g_assert_cmpuint (lines.part->allocated_len, <=, MAX_KEPT);
  g_assert_false (eric_socket_lines_next (&lines, &line, &length, NULL));
  g_assert_true (eric_socket_lines_end (&lines, &line, &length));
  g_assert_cmpmem (line, length, "c", 1);
  eric_socket_lines_clear (&lines);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/socket-lines/samples", test_socket_lines_samples);
  g_test_add_func ("/eric/socket-lines/limit", test_socket_lines_limit);
  g_test_add_func ("/eric/socket-lines/no-limit", test_socket_lines_no_limit);
  g_test_add_func ("/eric/socket-lines/fails-early", test_socket_lines_fails_early);
  g_test_add_func ("/eric/socket-lines/slices", test_socket_lines_slices);
  g_test_add_func ("/eric/socket-lines/large", test_socket_lines_large);
  return g_test_run ();
}
