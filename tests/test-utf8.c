/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-utf8-private.h"
#include "test-util.h"

#define FFFD ERIC_REPLACEMENT_CHARACTER

static const struct { const char *bytes; const char *text; } malformed[] = {
  { "", "" },
  { "plain", "plain" },
  { "\302\200\337\277", "\302\200\337\277" },
  { "\340\240\200\355\237\277\356\200\200\357\277\277", "\340\240\200\355\237\277\356\200\200\357\277\277" },
  { "\360\220\200\200\364\217\277\277", "\360\220\200\200\364\217\277\277" },
  { "\357\273\277a", "\357\273\277a" },
  /* Lone continuations. */
  { "\200", FFFD },
  { "\277", FFFD },
  { "a\200\277b", "a" FFFD FFFD "b" },
  /* Bytes that are in no sequence. */
  { "\300", FFFD },
  { "\301\277", FFFD FFFD },
  { "\365\200\200\200", FFFD FFFD FFFD FFFD },
  { "\370\210\200\200\200", FFFD FFFD FFFD FFFD FFFD },
  { "\376\377", FFFD FFFD },
  /* Overlong ones, of each length. */
  { "\300\200", FFFD FFFD },
  { "\300\257", FFFD FFFD },
  { "\340\200\257", FFFD FFFD FFFD },
  { "\340\237\277", FFFD FFFD FFFD },
  { "\360\200\200\257", FFFD FFFD FFFD FFFD },
  { "\360\217\277\277", FFFD FFFD FFFD FFFD },
  /* Surrogates, alone and in pairs. */
  { "\355\240\200", FFFD FFFD FFFD },
  { "\355\277\277", FFFD FFFD FFFD },
  { "\355\240\275\355\270\200", FFFD FFFD FFFD FFFD FFFD FFFD },
  /* Beyond U+10FFFF. */
  { "\364\220\200\200", FFFD FFFD FFFD FFFD },
  { "\364\277", FFFD FFFD },
  /* Cut off, at the end and by what is none of theirs. */
  { "\303", FFFD },
  { "\303a", FFFD "a" },
  { "\342", FFFD },
  { "\342\202", FFFD },
  { "\342\202a", FFFD "a" },
  { "\342a\202", FFFD "a" FFFD },
  { "\360", FFFD },
  { "\360\237", FFFD },
  { "\360\237\230", FFFD },
  { "\360\237\230a", FFFD "a" },
  { "\360\237a\230", FFFD "a" FFFD },
  { "\364\217\277", FFFD },
  { "\355\237", FFFD },
  { "\340\240", FFFD },
  { "\342\202\342\202\254", FFFD "\342\202\254" },
  { "\360\237\230\303\251", FFFD "\303\251" },
  { "\303\303\251", FFFD "\303\251" },
  { "\360\237\360\237\230\200", FFFD "\360\237\230\200" },
  /* The examples of the Unicode standard, tables 3-8 and 3-11. */
  { "\300\257\340\200\277\360\201\202A", FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A" },
  { "\341\200\342\360\221\222\361\277A", FFFD FFFD FFFD FFFD "A" },
};

static void
test_utf8_decode (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GString) out = g_string_new ("<");
      g_autofree char *copy = g_memdup2 (malformed[i].bytes, strlen (malformed[i].bytes));

      eric_utf8_decode (out, copy, strlen (malformed[i].bytes));
      g_string_erase (out, 0, 1);
      g_assert_cmpstr (out->str, ==, malformed[i].text);
      g_assert_cmpint (eric_utf8_is_valid (copy, strlen (malformed[i].bytes)), ==,
                       g_str_equal (malformed[i].bytes, malformed[i].text));
    }
}

/* The decoder of the Encoding standard, section 8.1.1, to the letter. */
typedef struct
{
  guint  needed;
  guint  seen;
  guchar lower;
  guchar upper;
} Standard;

static void
standard_begin (Standard *state,
                guchar    byte,
                GString  *out)
{
  if (byte <= 0x7f)
    g_string_append_c (out, byte);
  else if (byte >= 0xc2 && byte <= 0xdf)
    state->needed = 1;
  else if (byte >= 0xe0 && byte <= 0xef)
    {
      if (byte == 0xe0)
        state->lower = 0xa0;
      if (byte == 0xed)
        state->upper = 0x9f;
      state->needed = 2;
    }
  else if (byte >= 0xf0 && byte <= 0xf4)
    {
      if (byte == 0xf0)
        state->lower = 0x90;
      if (byte == 0xf4)
        state->upper = 0x8f;
      state->needed = 3;
    }
  else
    g_string_append (out, FFFD);
}

static void
standard_decode (GString      *out,
                 const guchar *bytes,
                 gsize         length)
{
  const Standard start = { .lower = 0x80, .upper = 0xbf };
  Standard state = start;

  for (gsize i = 0; i < length; i++)
    {
      if (state.needed == 0)
        {
          standard_begin (&state, bytes[i], out);
          continue;
        }
      if (bytes[i] < state.lower || bytes[i] > state.upper)
        {
          state = start;
          g_string_append (out, FFFD);
          i--;
          continue;
        }
      state.lower = start.lower;
      state.upper = start.upper;
      if (++state.seen < state.needed)
        continue;
      g_string_append_len (out, (const char *) bytes + i - state.needed, state.needed + 1);
      state = start;
    }
  if (state.needed > 0)
    g_string_append (out, FFFD);
}

static void
assert_as_standard (const guchar *bytes,
                    gsize         length)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) expected = g_string_new (NULL);
  gboolean valid;

  eric_utf8_decode (out, (const char *) bytes, length);
  standard_decode (expected, bytes, length);
  g_assert_cmpmem (out->str, out->len, expected->str, expected->len);
  valid = expected->len == length && memcmp (expected->str, bytes, length) == 0;
  g_assert_cmpint (eric_utf8_is_valid ((const char *) bytes, length), ==, valid);
}

static const guchar interesting[] = {
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
  0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
};
#define N_INTERESTING G_N_ELEMENTS (interesting)

static void
test_utf8_standard (void)
{
  guchar bytes[16];

  for (guint i = 0; i < 256 * 256; i++)
    {
      bytes[0] = i / 256;
      bytes[1] = i % 256;
      assert_as_standard (bytes, 2);
    }
  for (guint i = 0; i < N_INTERESTING * N_INTERESTING * N_INTERESTING; i++)
    {
      bytes[0] = interesting[i % N_INTERESTING];
      bytes[1] = interesting[i / N_INTERESTING % N_INTERESTING];
      bytes[2] = interesting[i / (N_INTERESTING * N_INTERESTING)];
      assert_as_standard (bytes, 3);
    }
  for (guint round = 0; round < 50000; round++)
    {
      gint length = g_test_rand_int_range (0, sizeof bytes + 1);

      for (gint i = 0; i < length; i++)
        bytes[i] = interesting[g_test_rand_int_range (0, N_INTERESTING)];
      assert_as_standard (bytes, length);
    }
}

static void
test_utf8_nul (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  eric_utf8_decode (out, "\0a\0\0\377\0", 6);
  g_assert_cmpmem (out->str, out->len, "\0a\0\0" FFFD "\0", 8);
  g_string_truncate (out, 0);
  eric_utf8_decode_string (out, "\0a\0\0\377\0", 6);
  g_assert_cmpmem (out->str, out->len, FFFD "a" FFFD FFFD FFFD FFFD, 16);
  g_assert_true (eric_utf8_is_valid ("\0a\0\0\303\251\0", 7));
  g_assert_false (eric_utf8_is_valid ("\0a\0\0\303\0", 6));
  g_assert_true (eric_utf8_is_valid ("\0", 1));
}

/* At each place of each word and of what is left behind the last one. */
static void
test_utf8_is_ascii (void)
{
  g_assert_true (eric_utf8_is_ascii ("", 0));
  for (gsize length = 1; length < 40; length++)
    {
      g_autofree char *text = g_malloc (length);

      memset (text, 0x7f, length);
      g_assert_true (eric_utf8_is_ascii (text, length));
      for (gsize i = 0; i < length; i++)
        {
          text[i] = (char) 0x80;
          g_assert_false (eric_utf8_is_ascii (text, length));
          g_assert_true (eric_utf8_is_ascii (text, i));
          g_assert_true (eric_utf8_is_ascii (text + i + 1, length - i - 1));
          text[i] = '\0';
          g_assert_true (eric_utf8_is_ascii (text, length));
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eric/utf8/decode", test_utf8_decode);
  g_test_add_func ("/eric/utf8/standard", test_utf8_standard);
  g_test_add_func ("/eric/utf8/nul", test_utf8_nul);
  g_test_add_func ("/eric/utf8/is-ascii", test_utf8_is_ascii);
  return g_test_run ();
}
