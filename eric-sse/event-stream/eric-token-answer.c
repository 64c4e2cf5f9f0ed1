/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-answer-private.h"

#include "eric-error.h"
#include "eric-token-private.h"

static void
call_free (EricTokenCall *call)
{
  g_free (call->name);
  g_free (call->id);
  g_string_free (call->arguments, TRUE);
  g_free (call);
}

void
eric_token_answer_init (EricTokenAnswer *self)
{
  memset (self, 0, sizeof *self);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
}

void
eric_token_answer_clear (EricTokenAnswer *self)
{
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->finish_reason, g_free);
  g_clear_error (&self->error);
}

/* Services send empty pieces beside whatever else they say. */
void
eric_token_answer_add (EricTokenAnswer *self,
                       EricTokenKind    kind,
                       const char      *text)
{
  if (text != NULL && *text != '\0')
    g_ptr_array_add (self->tokens, _eric_token_new (kind, text, NULL, NULL));
}

/* A tool without arguments is called with none, or with an empty object. */
void
eric_token_answer_add_call (EricTokenAnswer *self,
                            const char      *name,
                            const char      *id,
                            const char      *arguments)
{
  if (arguments == NULL || *arguments == '\0')
    arguments = "{}";
  g_ptr_array_add (self->tokens, _eric_token_new (ERIC_TOKEN_KIND_TOOL_CALL, arguments, name, id));
}

/* NULL where there are too many. */
EricTokenCall *
eric_token_answer_begin_call (EricTokenAnswer *self,
                              gint64           index,
                              const char      *name,
                              const char      *id)
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
  call->index = index;
  call->name = g_strdup (name);
  call->id = g_strdup (id);
  call->arguments = g_string_new (NULL);
  g_ptr_array_add (self->calls, call);
  return call;
}

/* The last that has the index: not all services count. */
EricTokenCall *
eric_token_answer_find_call (EricTokenAnswer *self,
                             gint64           index)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      EricTokenCall *call = self->calls->pdata[i - 1];

      if (call->index == index)
        return call;
    }
  return NULL;
}

void
eric_token_answer_extend_call (EricTokenAnswer *self,
                               EricTokenCall   *call,
                               const char      *arguments)
{
  if (strlen (arguments) > ERIC_TOKEN_READER_MAX_ARGUMENTS - call->arguments->len)
    eric_token_answer_fail (self, g_error_new (ERIC_ERROR, ERIC_ERROR_TOO_LARGE,
                                               "The arguments of a tool are longer than %d bytes",
                                               ERIC_TOKEN_READER_MAX_ARGUMENTS));
  else
    g_string_append (call->arguments, arguments);
}

void
eric_token_answer_end_call (EricTokenAnswer *self,
                            EricTokenCall   *call)
{
  eric_token_answer_add_call (self, call->name, call->id, call->arguments->str);
  g_ptr_array_remove (self->calls, call);
}

/* The model has said all. NULL where the service does not say why: that it ends the
 * stream as agreed is a reason. */
void
eric_token_answer_finish (EricTokenAnswer *self,
                          const char      *reason)
{
  while (self->calls->len > 0)
    eric_token_answer_end_call (self, self->calls->pdata[0]);
  if (reason == NULL || *reason == '\0')
    {
      if (self->finish_reason != NULL)
        return;
      reason = "stop";
    }
  g_free (self->finish_reason);
  self->finish_reason = g_strdup (reason);
}

/* Takes over @error. */
void
eric_token_answer_fail (EricTokenAnswer *self,
                        GError          *error)
{
  self->done = TRUE;
  g_ptr_array_set_size (self->calls, 0);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}
