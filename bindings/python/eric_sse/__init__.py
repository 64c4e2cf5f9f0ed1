# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The API of the Python package eric-sse, over the C library of the same name.

Programs that were written for eric-sse 0.3.2 or 2.1 import this package in its place and
run as they are. Channels, queues and thread pools are those of the C library (`Eric` of
`gi.repository`); a message is handed on as the very object that was sent, whatever its
payload is.

Where the two generations disagree, this package does what 2.1 does. What 0.3.2 awaits and
2.1 calls plainly can be done either way. Each module says what differs in it.

What neither generation has: nothing polls. A stream sleeps until a message comes, its
listener is stopped, or its channel is gone.
"""

import logging
from uuid import uuid4

__all__ = ['get_logger', 'generate_uuid']


def get_logger() -> logging.Logger:
    """The logger of the package. It writes to standard error, unless it was given handlers
    before."""
    logger = logging.getLogger(__name__)
    if not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter('[%(asctime)s][ERIC][%(levelname)s]%(message)s',
                                               datefmt='%Y-%m-%d %H:%M:%S'))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    return logger


def generate_uuid() -> str:
    """A new random id, as channels, listeners and connections have it."""
    return str(uuid4())
