/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#if !defined (ERIC_INSIDE) && !defined (ERIC_COMPILATION)
# error "Only <eric-sse.h> can be included directly."
#endif

#include <gio/gio.h>

#include "eric-version-macros.h"

G_BEGIN_DECLS

typedef struct _EricChannel               EricChannel;
typedef struct _EricChannelContainer      EricChannelContainer;
typedef struct _EricContextBridge         EricContextBridge;
typedef struct _EricDataProcessingChannel EricDataProcessingChannel;
typedef struct _EricEventSource           EricEventSource;
typedef struct _EricListener              EricListener;
typedef struct _EricMessage               EricMessage;
typedef struct _EricMessageList           EricMessageList;
typedef struct _EricMessageStream         EricMessageStream;
typedef struct _EricSocketClient          EricSocketClient;
typedef struct _EricSocketServer          EricSocketServer;
typedef struct _EricSocketStream          EricSocketStream;
typedef struct _EricSseChannel            EricSseChannel;
typedef struct _EricSseParser             EricSseParser;
typedef struct _EricSseServer             EricSseServer;
typedef struct _EricSseSubscriber         EricSseSubscriber;
typedef struct _EricThreadPoolListener    EricThreadPoolListener;
typedef struct _EricToken                 EricToken;
typedef struct _EricTokenReader           EricTokenReader;

G_END_DECLS
