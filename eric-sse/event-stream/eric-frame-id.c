/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-frame-id-private.h"

#include "eric-error.h"
#include "eric-sse-channel.h"

#define UNIT_BITS 4    /* 16 microseconds */
#define TAG_BITS  16

/* Also where the clock stands at its beginning. */
#define SMALLEST_ID (G_GUINT64_CONSTANT (1) << 53)

static guint64 first_number;
static guint64 last_number;   /* (atomic) */
static guint64 tag;

static void
start_numbers (void)
{
  static gsize started = 0;

  if (g_once_init_enter (&started))
    {
      tag = g_random_int () & ((1 << TAG_BITS) - 1);
      first_number = MAX (g_get_real_time () >> UNIT_BITS, (gint64) (SMALLEST_ID >> TAG_BITS));
      __atomic_store_n (&last_number, first_number, __ATOMIC_SEQ_CST);
      g_once_init_leave (&started, 1);
    }
}

guint64
eric_frame_number_next (void)
{
  start_numbers ();
  return __atomic_add_fetch (&last_number, 1, __ATOMIC_SEQ_CST);
}

guint64
eric_frame_number_current (void)
{
  start_numbers ();
  return __atomic_load_n (&last_number, __ATOMIC_SEQ_CST);
}

guint64
eric_frame_number_first (void)
{
  start_numbers ();
  return first_number;
}

void
eric_frame_id_print (char    id[ERIC_FRAME_ID_SIZE],
                     guint64 number)
{
  start_numbers ();
  g_snprintf (id, ERIC_FRAME_ID_SIZE, "%" G_GUINT64_FORMAT, number << TAG_BITS | tag);
}

/* Takes an id apart. FALSE where it is none of a process. What is too small for one is
 * taken for a count, or for a time in microseconds, of somebody else. */
static gboolean
parse (const char *id,
       guint64    *number,
       gboolean   *own)
{
  guint64 whole;

  if (!g_ascii_string_to_unsigned (id, 10, 0, G_MAXINT64, &whole, NULL))
    return FALSE;
  start_numbers ();
  *number = whole >> (whole < SMALLEST_ID ? UNIT_BITS : TAG_BITS);
  *own = whole >= SMALLEST_ID && (whole & ((1 << TAG_BITS) - 1)) == tag;
  return TRUE;
}

gboolean
eric_frame_id_read (const char *id,
                    guint64    *number)
{
  gboolean own;

  if (!parse (id, number, &own))
    return FALSE;
  if (own)
    return *number <= eric_frame_number_current ();
  if (*number > first_number)
    return FALSE;
  *number = 0;
  return TRUE;
}

/* RFC 9110, section 5.5: what a header can carry, since clients come back with the id in
 * one. White space around it would get lost. */
static const char *
explain (const char *id)
{
  gsize length = strlen (id);

  if (length == 0)
    return "is empty, which stands for none";
  if (length > ERIC_SSE_CHANNEL_MAX_ID)
    return "is longer than " G_STRINGIFY (ERIC_SSE_CHANNEL_MAX_ID) " bytes";
  if (strchr (" \t", id[0]) != NULL || strchr (" \t", id[length - 1]) != NULL)
    return "begins or ends with white space, which a header cannot carry";
  for (const char *c = id; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) && *c != '\t')
      return "has a control character, which a header cannot carry";
  if (g_str_equal (id, ERIC_FRAME_ID_EARLIEST))
    return "is reserved for clients that want all there is";
  return NULL;
}

gboolean
eric_frame_id_check (const char  *id,
                     GError     **error)
{
  const char *what = explain (id);
  guint64 number;
  gboolean own;

  /* It would be given again, to another message. */
  if (what == NULL && parse (id, &number, &own) && own && number > eric_frame_number_current ())
    what = "is one that the channel is still to give";
  if (what == NULL)
    return TRUE;
  g_set_error (error, ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT, "The id of the message %s", what);
  return FALSE;
}

/* Two generations, of which the older one goes when the younger one is full. They hold
 * hashes: where two are the same, a gap is told that may be none. */
static GMutex retired_lock;          /* a leaf: taken under a log's lock */
static GHashTable *retired[2];       /* (owned) (nullable) (lock retired_lock): younger, older */

static gpointer
get_retired_key (guint       log,
                 const char *id)
{
  return GUINT_TO_POINTER (log * 0x9e3779b1u + g_str_hash (id));
}

void
eric_frame_id_retire (guint       log,
                      const char *id)
{
  g_mutex_lock (&retired_lock);
  if (retired[0] == NULL || g_hash_table_size (retired[0]) == ERIC_FRAME_ID_N_RETIRED)
    {
      g_clear_pointer (&retired[1], g_hash_table_unref);
      retired[1] = retired[0];
      retired[0] = g_hash_table_new (NULL, NULL);
    }
  g_hash_table_add (retired[0], get_retired_key (log, id));
  g_mutex_unlock (&retired_lock);
}

gboolean
eric_frame_id_is_retired (guint       log,
                          const char *id)
{
  gboolean found = FALSE;

  g_mutex_lock (&retired_lock);
  for (guint i = 0; i < G_N_ELEMENTS (retired) && !found; i++)
    found = retired[i] != NULL && g_hash_table_contains (retired[i], get_retired_key (log, id));
  g_mutex_unlock (&retired_lock);
  return found;
}
