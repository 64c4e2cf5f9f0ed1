/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-token-reader.h"

G_BEGIN_DECLS

/* What is known of an answer, whichever service gives it. */
typedef struct
{
  GPtrArray *tokens;          /* (owned) of (owned) EricToken: those of the message */
  GPtrArray *calls;           /* (owned) of (owned) EricTokenCall: under way */
  char      *finish_reason;   /* (owned) (nullable) */
  GError    *error;           /* (owned) (nullable) */
  guint64    input_tokens;
  guint64    output_tokens;
  gboolean   done;            /* nothing comes any more */
} EricTokenAnswer;

/* A call of a tool whose arguments come in pieces. */
typedef struct
{
  gint64   index;             /* which the pieces name it by */
  char    *name;              /* (owned) (nullable) */
  char    *id;                /* (owned) (nullable) */
  GString *arguments;         /* (owned) */
} EricTokenCall;

/* eric-token-answer.c */
void           eric_token_answer_init        (EricTokenAnswer *self);
void           eric_token_answer_clear       (EricTokenAnswer *self);
void           eric_token_answer_add         (EricTokenAnswer *self,
                                              EricTokenKind    kind,
                                              const char      *text);
void           eric_token_answer_add_call    (EricTokenAnswer *self,
                                              const char      *name,
                                              const char      *id,
                                              const char      *arguments);
EricTokenCall *eric_token_answer_begin_call  (EricTokenAnswer *self,
                                              gint64           index,
                                              const char      *name,
                                              const char      *id);
EricTokenCall *eric_token_answer_find_call   (EricTokenAnswer *self,
                                              gint64           index);
void           eric_token_answer_extend_call (EricTokenAnswer *self,
                                              EricTokenCall   *call,
                                              const char      *arguments);
void           eric_token_answer_end_call    (EricTokenAnswer *self,
                                              EricTokenCall   *call);
void           eric_token_answer_finish      (EricTokenAnswer *self,
                                              const char      *reason);
void           eric_token_answer_fail        (EricTokenAnswer *self,
                                              GError          *error);

/* eric-token-dialects.c */
void           eric_token_dialects_read      (EricTokenAnswer *self,
                                              GVariant        *object);
char          *eric_token_dialects_explain   (GVariant        *value);

G_END_DECLS
