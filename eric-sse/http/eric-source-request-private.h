/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What an event source asks for, every time anew: a SoupMessage can be sent once. */
typedef struct
{
  GUri               *uri;       /* (owned) */
  char               *text;      /* (owned): the URI as it was given */
  char               *method;    /* (owned) */
  SoupMessageHeaders *headers;   /* (owned) */
  GBytes             *body;      /* (owned) (nullable) */
  SoupMessage        *model;     /* (owned) (nullable): for what else it has */
} EricSourceRequest;

EricSourceRequest *eric_source_request_new             (const char         *uri,
                                                        GError            **error);
EricSourceRequest *eric_source_request_new_for_message (SoupMessage        *model,
                                                        GBytes             *body,
                                                        GError            **error);
gboolean           eric_source_request_check_header    (const char         *name,
                                                        const char         *value,
                                                        GError            **error);
void               eric_source_request_free            (EricSourceRequest  *self);
gboolean           eric_source_request_is_idempotent   (EricSourceRequest  *self);
SoupMessage       *eric_source_request_make_message    (EricSourceRequest  *self,
                                                        GUri               *uri,
                                                        const char         *last_event_id);

gboolean           eric_source_request_is_home         (EricSourceRequest  *self,
                                                        GUri               *uri);

/* Of what only the request's own server may see. */
void               eric_source_request_strip           (SoupMessage        *message);

/* Where the response sends a request that libsoup does not repeat by itself. */
GUri              *eric_source_request_redirect        (EricSourceRequest  *self,
                                                        SoupMessage        *message,
                                                        GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EricSourceRequest, eric_source_request_free)

G_END_DECLS
