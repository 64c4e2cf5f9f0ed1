/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include <string.h>

#include "eric-token-answer-private.h"

#include "eric-token-private.h"

/* Reasons for an end come in the words of each service, and these are parts of them:
 * of an answer that was cut off, */
static const char * const cuts[] = {
  "length", "max", "limit", "exceed", "truncat", "incomplete", "filter", "safety", "sensitive", "moderat",
  "guardrail", "block", "prohibit", "recitation", "spii", "toxic", "refus", "cancel", "abort", "interrupt",
  "timeout",
};
/* and of an error. */
static const char * const failures[] = {
  "error", "fail", "exception", "malformed", "unexpected", "resource", "unavailable", "overload",
};
/* What some services have where there is no reason yet. */
static const char * const no_reasons[] = { "null", "not_finished" };

void
eric_token_answer_init (EricTokenAnswer *self)
{
  memset (self, 0, sizeof *self);
  self->tokens = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) eric_token_call_free);
}

void
eric_token_answer_clear (EricTokenAnswer *self)
{
  g_clear_pointer (&self->tokens, g_ptr_array_unref);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->finish_reason, g_free);
  g_clear_pointer (&self->failure, g_free);
  g_clear_error (&self->error);
}

/* Services send empty pieces beside whatever else they say. */
void
eric_token_answer_add (EricTokenAnswer *self,
                       EricTokenKind    kind,
                       const char      *text)
{
  if (text == NULL || *text == '\0')
    return;
  g_ptr_array_add (self->tokens, _eric_token_new (kind, text, NULL, NULL));
  self->has_said = TRUE;
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
  self->has_said = TRUE;
}

static gboolean
has_part (const char         *reason,
          const char * const *parts,
          gsize               n_parts)
{
  g_autofree char *lower = g_ascii_strdown (reason, -1);

  for (gsize i = 0; i < n_parts; i++)
    if (strstr (lower, parts[i]) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_reason (const char *reason)
{
  if (reason == NULL || *reason == '\0')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (no_reasons); i++)
    if (g_ascii_strcasecmp (reason, no_reasons[i]) == 0)
      return FALSE;
  return TRUE;
}

/* The model has said all, which it may say several times, and go on.
 *
 * Where the answer was cut off, so was the last call in it. Where it was not, a call
 * whose arguments are not complete goes on, and the reason is none yet: some services
 * give it too early. Of several, "stop" says least: it is said of any answer. */
void
eric_token_answer_finish (EricTokenAnswer *self,
                          const char      *reason)
{
  if (!is_reason (reason))
    return;
  if (self->failure == NULL && has_part (reason, failures, G_N_ELEMENTS (failures)))
    self->failure = g_strdup (reason);
  if (self->failure != NULL)
    g_ptr_array_set_size (self->calls, 0);
  else if (!has_part (reason, cuts, G_N_ELEMENTS (cuts)))
    eric_token_answer_give_calls (self, FALSE, TRUE);
  else if (self->calls->len > 0)
    {
      g_ptr_array_set_size (self->calls, self->calls->len - 1);
      eric_token_answer_give_calls (self, FALSE, FALSE);
      g_ptr_array_set_size (self->calls, 0);
    }
  if (self->calls->len > 0 || (self->finish_reason != NULL && g_ascii_strcasecmp (reason, "stop") == 0))
    return;
  g_free (self->finish_reason);
  self->finish_reason = g_strdup (reason);
}

/* The service ends the stream as agreed, whether it says why or not. What is not complete
 * now will not be. */
void
eric_token_answer_end (EricTokenAnswer *self,
                       const char      *reason)
{
  eric_token_answer_finish (self, reason);
  self->done = TRUE;
  if (self->failure != NULL)
    return;
  eric_token_answer_give_calls (self, FALSE, FALSE);
  if (self->calls->len > 0)
    {
      EricTokenCall *call = self->calls->pdata[0];
      g_autofree char *name = g_strdup (call->name);

      eric_token_answer_fail_call (self, name);
    }
  else if (self->finish_reason == NULL)
    self->finish_reason = g_strdup ("stop");
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
