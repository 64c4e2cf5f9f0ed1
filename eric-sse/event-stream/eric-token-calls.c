/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-answer-private.h"

#include "eric-error.h"
#include "eric-json-private.h"

/* Calls of tools, out of the pieces in which they come. */

void
eric_token_call_free (EricTokenCall *call)
{
  g_free (call->key);
  g_free (call->name);
  g_free (call->id);
  g_free (call->initial);
  g_string_free (call->arguments, TRUE);
  g_free (call);
}

/* Numbers that are not finite are a matter of who reads them. */
static gboolean
is_json (const char *text)
{
  return eric_json_check (text, -1, TRUE, NULL);
}

/* What comes behind a text of this length may be a value in it. */
static gboolean
may_have_value (const char *text,
                gsize       length)
{
  while (length > 0 && g_ascii_isspace (text[length - 1]))
    length--;
  return length > 0 && strchr (":,[", text[length - 1]) != NULL;
}

/* (nullable): the arguments, NULL where they are not complete. Text is when the service
 * says so, or why the answer ended. Some services say all that they have in each piece:
 * then the last one has it, unless it is a value within what came before. */
static const char *
get_arguments (EricTokenCall *call,
               gboolean       has_reason)
{
  const char *all = call->arguments->str;

  if (*all == '\0' && call->initial == NULL)
    return "{}";
  if (*all == '\0')
    return is_json (call->initial) ? call->initial : NULL;
  if (call->is_text)
    return call->is_whole || has_reason ? all : NULL;
  if (is_json (all))
    return all;
  if (call->repeats && call->last > 0 && is_json (all + call->last) &&
      (has_reason || !may_have_value (all, call->last)))
    return all + call->last;
  return NULL;
}

static gboolean
is_complete (EricTokenCall *call)
{
  return call->arguments->len > 0 && get_arguments (call, FALSE) != NULL;
}

/* NULL where there are too many. */
EricTokenCall *
eric_token_answer_begin_call (EricTokenAnswer      *self,
                              const EricTokenPiece *piece)
{
  EricTokenCall *call;

  if (self->calls->len == ERIC_TOKEN_READER_MAX_CALLS)
    {
      eric_token_answer_fail (self, g_error_new (ERIC_ERROR, ERIC_ERROR_TOO_LARGE,
                                                 "The model calls more than %d tools at once",
                                                 ERIC_TOKEN_READER_MAX_CALLS));
      return NULL;
    }
  call = g_new0 (EricTokenCall, 1);
  call->key = g_strdup (piece->key);
  call->name = g_strdup (piece->name);
  call->id = g_strdup (piece->id);
  call->arguments = g_string_new (NULL);
  call->repeats = TRUE;
  call->is_text = piece->is_text;
  g_ptr_array_add (self->calls, call);
  return call;
}

/* The last that has the key: not all services count. */
EricTokenCall *
eric_token_answer_find_call (EricTokenAnswer *self,
                             const char      *key)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      EricTokenCall *call = self->calls->pdata[i - 1];

      if (!call->closed && g_strcmp0 (call->key, key) == 0)
        return call;
    }
  return NULL;
}

/* An object that is complete does not go on with another: it is said again. */
static gboolean
is_said_again (EricTokenCall *call,
               const char    *arguments)
{
  const GString *before = call->arguments;

  return *arguments == '{' && before->len > 0 && before->str[before->len - 1] == '}' && is_complete (call);
}

void
eric_token_answer_extend_call (EricTokenAnswer *self,
                               EricTokenCall   *call,
                               const char      *arguments)
{
  gsize length = strlen (arguments);

  if (length == 0)
    return;
  if (!g_str_has_prefix (arguments, call->arguments->str + call->last))
    call->repeats = FALSE;
  if (is_said_again (call, arguments) ||
      (call->repeats && length > ERIC_TOKEN_READER_MAX_ARGUMENTS - call->arguments->len))
    g_string_truncate (call->arguments, 0);
  if (length > ERIC_TOKEN_READER_MAX_ARGUMENTS - call->arguments->len)
    {
      eric_token_answer_fail (self, g_error_new (ERIC_ERROR, ERIC_ERROR_TOO_LARGE,
                                                 "The arguments of a tool are longer than %d bytes",
                                                 ERIC_TOKEN_READER_MAX_ARGUMENTS));
      return;
    }
  call->last = call->arguments->len;
  g_string_append (call->arguments, arguments);
}

/* The call that a piece may belong to: by its id, else by its key. A piece that has
 * none of them belongs to the last, but where a list has one for each. */
static EricTokenCall *
find_candidate (EricTokenAnswer      *self,
                const EricTokenPiece *piece)
{
  EricTokenCall *call = NULL;

  for (guint i = self->calls->len; i > 0 && piece->id != NULL; i--)
    {
      call = self->calls->pdata[i - 1];
      if (g_strcmp0 (call->id, piece->id) == 0 &&
          (call->key == NULL || piece->key == NULL || g_str_equal (call->key, piece->key)))
        return call;
    }
  call = piece->key != NULL ? eric_token_answer_find_call (self, piece->key) : NULL;
  if (call != NULL || self->calls->len == 0)
    return call;
  if (piece->n_places > 1 && piece->n_places == self->calls->len &&
      piece->key == NULL && piece->id == NULL && piece->name == NULL)
    return self->calls->pdata[piece->place];
  call = self->calls->pdata[self->calls->len - 1];
  return piece->key == NULL || call->key == NULL ? call : NULL;
}

/* Whether a piece goes on with the call, or begins another. Some services leave out the
 * id, or the name, of what goes on, some repeat them, some change the id. Some give each
 * call whole, with the same index for all and no id: those have a name. */
static gboolean
goes_on (EricTokenCall        *call,
         const EricTokenPiece *piece)
{
  if (piece->name != NULL && call->in_list)
    return FALSE;
  if (piece->id != NULL && call->id != NULL)
    return g_str_equal (piece->id, call->id) || (piece->name == NULL && !is_complete (call));
  if (piece->name == NULL || call->name == NULL)
    return TRUE;
  if (is_complete (call))
    return FALSE;
  return g_str_equal (piece->name, call->name) || (!piece->has_arguments && call->arguments->len == 0);
}

/* A name may come in pieces, as long as there are no arguments. */
static void
take_name (EricTokenCall *call,
           const char    *name)
{
  if (name == NULL || (call->name != NULL && call->arguments->len > 0) || g_strcmp0 (call->name, name) == 0)
    return;
  if (call->name != NULL)
    {
      g_autofree char *before = g_steal_pointer (&call->name);

      call->name = g_strconcat (before, name, NULL);
    }
  else
    call->name = g_strdup (name);
}

void
eric_token_answer_take_piece (EricTokenAnswer      *self,
                              const EricTokenPiece *piece)
{
  EricTokenCall *call = find_candidate (self, piece);

  if (call != NULL && goes_on (call, piece))
    {
      take_name (call, piece->name);
      if (call->id == NULL)
        call->id = g_strdup (piece->id);
      if (call->key == NULL)
        call->key = g_strdup (piece->key);
    }
  else
    call = eric_token_answer_begin_call (self, piece);
  if (call == NULL)
    return;
  call->in_list = TRUE;
  if (piece->is_whole && piece->arguments != NULL)
    {
      call->is_whole = TRUE;
      g_string_truncate (call->arguments, 0);
      call->last = 0;
    }
  if (piece->arguments != NULL)
    eric_token_answer_extend_call (self, call, piece->arguments);
}

/* What comes with the next message may repeat the name of a call. */
void
eric_token_answer_end_list (EricTokenAnswer *self)
{
  for (guint i = 0; i < self->calls->len; i++)
    {
      EricTokenCall *call = self->calls->pdata[i];

      call->in_list = FALSE;
    }
}

/* Those whose arguments are complete; the others stay. */
void
eric_token_answer_give_calls (EricTokenAnswer *self,
                              gboolean         closed_only,
                              gboolean         has_reason)
{
  for (guint i = 0; i < self->calls->len;)
    {
      EricTokenCall *call = self->calls->pdata[i];
      const char *arguments = call->closed || !closed_only ? get_arguments (call, has_reason) : NULL;

      if (arguments == NULL)
        {
          i++;
          continue;
        }
      eric_token_answer_add_call (self, call->name, call->id, arguments);
      g_ptr_array_remove_index (self->calls, i);
    }
}

/* One that has to be called, and cannot be. */
void
eric_token_answer_fail_call (EricTokenAnswer *self,
                             const char      *name)
{
  eric_token_answer_fail (self, g_error_new (ERIC_ERROR, ERIC_ERROR_INVALID_MESSAGE_FORMAT,
                                             "The arguments of the tool %s were cut off, or are no JSON",
                                             name != NULL ? name : "without a name"));
}

/* A call that comes at once. */
void
eric_token_answer_add_whole_call (EricTokenAnswer *self,
                                  const char      *name,
                                  const char      *id,
                                  const char      *arguments)
{
  if (arguments == NULL || is_json (arguments))
    eric_token_answer_add_call (self, name, id, arguments);
  else
    eric_token_answer_fail_call (self, name);
}
