/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#define ERIC_INSIDE
# include "eric-channel-container.h"
# include "eric-channel.h"
# include "eric-context-bridge.h"
# include "eric-data-processing-channel.h"
# include "eric-enum-types.h"
# include "eric-error.h"
# include "eric-event-source.h"
# include "eric-listener.h"
# include "eric-message-list.h"
# include "eric-message-stream.h"
# include "eric-message.h"
# include "eric-socket-client.h"
# include "eric-socket-server.h"
# include "eric-socket-stream.h"
# include "eric-sse-channel.h"
# include "eric-sse-encoder.h"
# include "eric-sse-parser.h"
# include "eric-sse-server.h"
# include "eric-sse-subscriber.h"
# include "eric-thread-pool-listener.h"
# include "eric-token-reader.h"
# include "eric-token.h"
# include "eric-types.h"
# include "eric-version-macros.h"
# include "eric-version.h"
#undef ERIC_INSIDE
