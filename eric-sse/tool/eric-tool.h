/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Exit codes of the command. */
#define ERIC_EXIT_OK     0
#define ERIC_EXIT_FAILED 1
#define ERIC_EXIT_USAGE  2

int       eric_listen_main          (int           argc,
                                     char        **argv);
int       eric_publish_main         (int           argc,
                                     char        **argv);
int       eric_serve_main           (int           argc,
                                     char        **argv);

/* In front of the path of a socket, where a URL could be. */
#define ERIC_TOOL_SOCKET_PREFIX "unix:"

/* What is the same in their command lines. */

/* Always FALSE. */
gboolean  eric_tool_refuse          (GError      **error,
                                     const char   *format,
                                     ...) G_GNUC_PRINTF (2, 3);
void      eric_tool_remove_dashes   (int          *argc,
                                     char        **argv);
GUri     *eric_tool_parse_url       (const char   *text,
                                     GError      **error);
/* (nullable): the headers, each “Name: value”, and one that is not theirs to set */
gboolean  eric_tool_check_headers   (char        **headers,
                                     const char   *own_header,
                                     GError      **error);
void      eric_tool_add_headers     (SoupMessage  *message,
                                     char        **headers);

/* (transfer full): the first line, without what gives orders to a terminal */
char     *eric_tool_make_sentence   (const char   *text);

G_END_DECLS
