/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-message-window-private.h"

#include "eric-message.h"

/* A full list makes room for more than one message at once. */
#define SLACK_DIVISOR 16

static guint
get_slack (EricMessageWindow *window)
{
  return MAX (window->bound / SLACK_DIVISOR, 1);
}

static guint
key_hash (gconstpointer data)
{
  const EricMessageKey *key = data;

  return g_str_hash (key->text);
}

static gboolean
key_equal (gconstpointer a,
           gconstpointer b)
{
  const EricMessageKey *key = a;
  const EricMessageKey *other = b;

  return g_str_equal (key->text, other->text);
}

static EricMessageKey *
make_key (EricMessage *message,
          const char  *text)
{
  const char *event_type = eric_message_get_event_type (message);
  gsize size = sizeof (EricMessageKey) + strlen (event_type) + 1 + strlen (text) + 1;
  EricMessageKey *key = g_malloc (size);

  strcpy (g_stpcpy (g_stpcpy (key->text, event_type), "\n"), text);
  return key;
}

static void
forget_key (EricMessageWindow *window,
            EricMessageSlot   *slot)
{
  if (slot->key != NULL)
    g_hash_table_remove (window->keys, slot->key);
  slot->key = NULL;
}

void
_eric_message_window_forget_keys (EricMessageWindow *window)
{
  if (g_hash_table_size (window->keys) == 0)
    return;
  for (guint i = 0; i < window->shown.length; i++)
    _eric_message_ring_peek (&window->shown, i)->key = NULL;
  for (guint i = 0; i < window->pending.length; i++)
    _eric_message_ring_peek (&window->pending, i)->key = NULL;
  g_hash_table_remove_all (window->keys);
}

static void
drop_oldest (EricMessageWindow *window,
             EricMessageRing   *ring,
             guint              n,
             GPtrArray         *gone)
{
  for (guint i = 0; i < n; i++)
    {
      EricMessageSlot slot = _eric_message_ring_pop (ring);

      forget_key (window, &slot);
      g_ptr_array_add (gone, slot.message);
      if (slot.replacement != NULL)
        g_ptr_array_add (gone, slot.replacement);
    }
}

/* Finds out how many of the oldest go in the next frame, as things are. %TRUE if it
 * does nothing else: what waits is shown in the one after it, and at least half of
 * the list stays. It makes room for twice what is missing, since as much again may
 * come until then. */
static gboolean
plan_frame (EricMessageWindow *window,
            guint             *n_leaving)
{
  guint64 total = (guint64) window->shown.length + window->pending.length;
  guint missing = total > window->bound ? total - window->bound : 0;
  guint room = MAX (2 * missing, get_slack (window));
  gboolean trim = !window->trimmed && missing > 0 && missing <= get_slack (window) &&
                  MAX (room, window->condemned) <= window->shown.length / 2;

  *n_leaving = MAX (trim ? room : missing, window->condemned);
  return trim;
}

void
_eric_message_window_init (EricMessageWindow *window,
                           guint              bound)
{
  *window = (EricMessageWindow) {
    .bound = bound,
    .keys = g_hash_table_new_full (key_hash, key_equal, g_free, NULL),
    .dirty_first = G_MAXUINT64,
  };
}

void
_eric_message_window_finish (EricMessageWindow *window)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);

  drop_oldest (window, &window->shown, window->shown.length, gone);
  drop_oldest (window, &window->pending, window->pending.length, gone);
  _eric_message_ring_release (&window->shown);
  _eric_message_ring_release (&window->pending);
  g_clear_pointer (&window->keys, g_hash_table_unref);
}

/* Gives @message the place of the one with that key, whose message, if it was not
 * shown yet, goes to *gone. One that is about to leave the list is no place for what
 * is new: it is made sure that it leaves indeed. */
static gboolean
replace (EricMessageWindow     *window,
         const EricMessageKey  *key,
         EricMessage           *message,
         EricMessage          **gone)
{
  EricMessageKey *known = g_hash_table_lookup (window->keys, key);
  EricMessageSlot *slot;
  guint64 index;
  guint n_leaving;

  if (known == NULL)
    return FALSE;
  if (known->number >= window->pending.first)
    {
      slot = _eric_message_ring_peek (&window->pending, known->number - window->pending.first);
      *gone = slot->message;
      slot->message = g_object_ref (message);
      return TRUE;
    }

  index = known->number - window->shown.first;
  slot = _eric_message_ring_peek (&window->shown, index);
  plan_frame (window, &n_leaving);
  if (index < n_leaving)
    {
      window->condemned = MAX (window->condemned, index + 1);
      forget_key (window, slot);
      return FALSE;
    }
  *gone = slot->replacement;
  slot->replacement = g_object_ref (message);
  window->dirty_first = MIN (window->dirty_first, known->number);
  window->dirty_end = MAX (window->dirty_end, known->number + 1);
  return TRUE;
}

void
_eric_message_window_append (EricMessageWindow *window,
                             EricMessage       *message,
                             const char        *text)
{
  g_autofree EricMessageKey *key = text != NULL ? make_key (message, text) : NULL;
  g_autoptr (EricMessage) gone = NULL;

  if (key != NULL && replace (window, key, message, &gone))
    return;
  if (window->pending.length == window->bound)
    {
      EricMessageSlot oldest = _eric_message_ring_pop (&window->pending);

      forget_key (window, &oldest);
      gone = oldest.message;
    }
  if (key != NULL)
    {
      key->number = window->pending.first + window->pending.length;
      g_hash_table_add (window->keys, key);
    }
  _eric_message_ring_push (&window->pending, (EricMessageSlot) {
    .message = g_object_ref (message),
    .key = g_steal_pointer (&key),
  });
}

/* Those that are shown need not lose their keys: as they leave, none is replaced. */
void
_eric_message_window_clear (EricMessageWindow *window)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);

  drop_oldest (window, &window->pending, window->pending.length, gone);
  _eric_message_ring_release (&window->pending);
  window->condemned = window->shown.length;
}

/* Puts the replacements into their places, the first of which is *start and the last
 * before *end. */
static void
show_replacements (EricMessageWindow *window,
                   GPtrArray         *gone,
                   guint             *start,
                   guint             *end)
{
  guint64 number = MAX (window->dirty_first, window->shown.first);

  for (; number < window->dirty_end; number++)
    {
      guint index = number - window->shown.first;
      EricMessageSlot *slot = _eric_message_ring_peek (&window->shown, index);

      if (slot->replacement == NULL)
        continue;
      g_ptr_array_add (gone, slot->message);
      slot->message = g_steal_pointer (&slot->replacement);
      *start = MIN (*start, index);
      *end = index + 1;
    }
  window->dirty_first = G_MAXUINT64;
  window->dirty_end = 0;
}

/* Where messages were lost between those that are shown and those that wait, the
 * former are all gone by now: there were enough to fill the list. */
static void
show_pending (EricMessageWindow *window)
{
  if (window->shown.length == 0)
    window->shown.first = window->pending.first;
  while (window->pending.length > 0)
    {
      g_assert (window->shown.first + window->shown.length == window->pending.first);
      _eric_message_ring_push (&window->shown, _eric_message_ring_pop (&window->pending));
    }
}

EricMessageFrame
_eric_message_window_next_frame (EricMessageWindow *window,
                                 GPtrArray         *gone)
{
  guint n_before = window->shown.length;
  guint n_coming = 0;
  guint start = n_before;
  guint end = 0;
  guint n_leaving;

  window->trimmed = plan_frame (window, &n_leaving);
  if (!window->trimmed)
    {
      n_coming = window->pending.length;
      show_replacements (window, gone, &start, &end);
    }
  drop_oldest (window, &window->shown, n_leaving, gone);
  window->condemned = 0;
  if (n_coming > 0)
    show_pending (window);
  else if (window->shown.length == 0)
    _eric_message_ring_release (&window->shown);

  if (n_leaving > 0)
    start = 0;
  end = MAX (end, n_coming > 0 ? n_before : n_leaving);
  g_assert (start <= end);
  return (EricMessageFrame) { start, end - start, end - start - n_leaving + n_coming };
}
