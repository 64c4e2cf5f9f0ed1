/* Copyright 2026 The eric-sse authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "eric-types.h"

G_BEGIN_DECLS

/**
 * ERIC_ERROR:
 *
 * The error domain of the library. Failures of input and output keep the
 * `G_IO_ERROR` domain.
 *
 * Since: 0.1
 */
#define ERIC_ERROR (eric_error_quark ())

/**
 * EricError:
 * @ERIC_ERROR_INVALID_CHANNEL: the channel is unknown, closed, or its id is
 *   already taken
 * @ERIC_ERROR_INVALID_LISTENER: the listener is unknown to the channel, or its
 *   id is already taken
 * @ERIC_ERROR_INVALID_MESSAGE_FORMAT: a message, or the text it was to be read
 *   from, breaks the format
 * @ERIC_ERROR_NO_MESSAGES: nothing is waiting, or the listener is stopped
 * @ERIC_ERROR_QUEUE_FULL: a listener that rejects on overflow has no room
 * @ERIC_ERROR_LIMIT_REACHED: a limit that the application set is reached
 * @ERIC_ERROR_TOO_LARGE: a line or an event of a stream is longer than allowed
 * @ERIC_ERROR_UNEXPECTED_RESPONSE: a server answered with something else than a
 *   stream, or than what was asked for
 *
 * What can go wrong in this library. Later versions may add values.
 *
 * Since: 0.1
 */
typedef enum
{
  ERIC_ERROR_INVALID_CHANNEL,
  ERIC_ERROR_INVALID_LISTENER,
  ERIC_ERROR_INVALID_MESSAGE_FORMAT,
  ERIC_ERROR_NO_MESSAGES,
  ERIC_ERROR_QUEUE_FULL,
  ERIC_ERROR_LIMIT_REACHED,
  ERIC_ERROR_TOO_LARGE,
  ERIC_ERROR_UNEXPECTED_RESPONSE,
} EricError;

ERIC_AVAILABLE_IN_ALL
GQuark eric_error_quark (void);

G_END_DECLS
