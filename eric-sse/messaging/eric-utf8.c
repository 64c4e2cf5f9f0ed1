/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-utf8-private.h"

/* UTF-8 as the WHATWG Encoding standard decodes it: NUL is a character, and each
 * longest beginning of a character that does not go on becomes one U+FFFD, where
 * g_utf8_make_valid () makes one of each byte. */

gboolean
eric_utf8_is_ascii (const char *text,
                    gsize       length)
{
  guint64 seen = 0, word;
  const char *end = text + length;

  for (; end - text >= (gssize) sizeof word; text += sizeof word)
    {
      memcpy (&word, text, sizeof word);
      seen |= word;
    }
  for (; text < end; text++)
    seen |= (guchar) *text;
  return (seen & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

gboolean
eric_utf8_is_valid (const char *text,
                    gsize       length)
{
  const char *end = text + length;

  while (!g_utf8_validate_len (text, end - text, &text))
    {
      if (*text != '\0')
        return FALSE;
      text++;
    }
  return TRUE;
}

/* How many bytes there could have become one character: table 3-7 of the Unicode
 * standard. What is looked at is no whole character. */
static gsize
get_malformed_length (const char *text,
                      gsize       length)
{
  const guchar *bytes = (const guchar *) text;
  guchar low = 0x80, high = 0xbf;
  gsize needed, n = 1;

  if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
    needed = 2;
  else if (bytes[0] >= 0xe0 && bytes[0] <= 0xef)
    needed = 3;
  else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4)
    needed = 4;
  else
    return 1;

  if (bytes[0] == 0xe0)
    low = 0xa0;
  else if (bytes[0] == 0xed)
    high = 0x9f;
  else if (bytes[0] == 0xf0)
    low = 0x90;
  else if (bytes[0] == 0xf4)
    high = 0x8f;

  while (n < needed && n < length && bytes[n] >= low && bytes[n] <= high)
    {
      n++;
      low = 0x80;
      high = 0xbf;
    }
  return n;
}

static void
decode (GString    *out,
        const char *text,
        gsize       length,
        const char *nul,
        gsize       nul_length)
{
  const char *end = text + length;

  for (;;)
    {
      const char *stop;
      gboolean valid = g_utf8_validate_len (text, end - text, &stop);

      g_string_append_len (out, text, stop - text);
      if (valid)
        return;
      text = stop;
      if (*text == '\0')
        {
          g_string_append_len (out, nul, nul_length);
          text++;
        }
      else
        {
          g_string_append (out, ERIC_REPLACEMENT_CHARACTER);
          text += get_malformed_length (text, end - text);
        }
    }
}

/* Appends the text with U+FFFD for what is malformed. */
void
eric_utf8_decode (GString    *out,
                  const char *text,
                  gsize       length)
{
  decode (out, text, length, "\0", 1);
}

/* The same with U+FFFD for NUL, too, so that it can be a C string. */
void
eric_utf8_decode_string (GString    *out,
                         const char *text,
                         gsize       length)
{
  decode (out, text, length, ERIC_REPLACEMENT_CHARACTER, strlen (ERIC_REPLACEMENT_CHARACTER));
}
