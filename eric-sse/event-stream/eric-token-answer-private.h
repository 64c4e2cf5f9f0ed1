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
  char      *failure;         /* (owned) (nullable): what the message says of an error */
  GError    *error;           /* (owned) (nullable) */
  guint64    input_tokens;
  guint64    output_tokens;
  gboolean   has_said;        /* there was a token */
  gboolean   done;            /* nothing comes any more */
} EricTokenAnswer;

/* A call of a tool whose arguments come in pieces. */
typedef struct
{
  char     *key;              /* (owned) (nullable): which the pieces name it by */
  char     *name;             /* (owned) (nullable) */
  char     *id;               /* (owned) (nullable) */
  char     *initial;          /* (owned) (nullable): arguments that were given at its start */
  GString  *arguments;        /* (owned): the pieces that came since */
  gsize     last;             /* where the last piece begins */
  gboolean  repeats;          /* each piece begins with the one before */
  gboolean  is_text;          /* the arguments are no JSON, nor have to be */
  gboolean  is_whole;         /* the service said that these are all of them */
  gboolean  in_list;          /* a piece in the list that is being read was its own */
  gboolean  closed;           /* the service says that there are no more pieces */
} EricTokenCall;

/* What services say of a call at a time, each member only where they say it. */
typedef struct
{
  const char *key;
  const char *id;
  const char *name;
  const char *arguments;
  gboolean    has_arguments;  /* be they empty */
  gboolean    is_whole;       /* the arguments are all of them */
  gboolean    is_text;
  guint       place;          /* in the list of pieces, */
  guint       n_places;       /* and its length */
} EricTokenPiece;

/* eric-token-answer.c */
void           eric_token_answer_init        (EricTokenAnswer      *self);
void           eric_token_answer_clear       (EricTokenAnswer      *self);
void           eric_token_answer_add         (EricTokenAnswer      *self,
                                              EricTokenKind         kind,
                                              const char           *text);
void           eric_token_answer_add_call    (EricTokenAnswer      *self,
                                              const char           *name,
                                              const char           *id,
                                              const char           *arguments);
void           eric_token_answer_finish      (EricTokenAnswer      *self,
                                              const char           *reason);
void           eric_token_answer_end         (EricTokenAnswer      *self,
                                              const char           *reason);
void           eric_token_answer_fail        (EricTokenAnswer      *self,
                                              GError               *error);

/* eric-token-calls.c */
EricTokenCall *eric_token_answer_begin_call  (EricTokenAnswer      *self,
                                              const EricTokenPiece *piece);
EricTokenCall *eric_token_answer_find_call   (EricTokenAnswer      *self,
                                              const char           *key);
void           eric_token_answer_extend_call (EricTokenAnswer      *self,
                                              EricTokenCall        *call,
                                              const char           *arguments);
void           eric_token_answer_take_piece  (EricTokenAnswer      *self,
                                              const EricTokenPiece *piece);
void           eric_token_answer_end_list    (EricTokenAnswer      *self);
void           eric_token_answer_give_calls  (EricTokenAnswer      *self,
                                              gboolean              closed_only,
                                              gboolean              has_reason);
void           eric_token_answer_fail_call   (EricTokenAnswer      *self,
                                              const char           *name);
void           eric_token_answer_add_whole_call
                                             (EricTokenAnswer      *self,
                                              const char           *name,
                                              const char           *id,
                                              const char           *arguments);
void           eric_token_call_free          (EricTokenCall        *call);

/* eric-token-errors.c */
char          *eric_token_errors_read        (GVariant             *object);
char          *eric_token_errors_explain     (GVariant             *value);

/* eric-token-dialects.c */
gboolean       eric_token_dialects_know      (const char           *type);
void           eric_token_dialects_read      (EricTokenAnswer      *self,
                                              GVariant             *value);

/* The dialects, each of which reads what is of it. */
void           eric_token_openai_read        (EricTokenAnswer      *self,
                                              GVariant             *object);
void           eric_token_openai_read_output (EricTokenAnswer      *self,
                                              GVariant             *output);
void           eric_token_openai_read_delta  (EricTokenAnswer      *self,
                                              GVariant             *delta,
                                              const char           *key);
void           eric_token_openai_read_text   (EricTokenAnswer      *self,
                                              EricTokenKind         kind,
                                              GVariant             *value);
void           eric_token_responses_read     (EricTokenAnswer      *self,
                                              GVariant             *event,
                                              const char           *type);
void           eric_token_anthropic_read     (EricTokenAnswer      *self,
                                              GVariant             *event,
                                              const char           *type);
void           eric_token_bedrock_read       (EricTokenAnswer      *self,
                                              GVariant             *event);
void           eric_token_cohere_read        (EricTokenAnswer      *self,
                                              GVariant             *event,
                                              const char           *type);
void           eric_token_gemini_read        (EricTokenAnswer      *self,
                                              GVariant             *object);
void           eric_token_plain_read         (EricTokenAnswer      *self,
                                              GVariant             *object);

G_END_DECLS
