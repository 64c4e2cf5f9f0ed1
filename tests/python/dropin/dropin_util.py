#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the drop-in package have in common."""

import asyncio

from eric_sse.exception import NoMessagesException
from eric_sse.queues import Queue

DEADLINE = 60


class ListQueue(Queue):
    """A queue that others may put messages into, without this process knowing."""

    def __init__(self):
        self.messages = []

    def pop(self):
        if not self.messages:
            raise NoMessagesException
        return self.messages.pop(0)

    def push(self, message):
        self.messages.append(message)


def run(coroutine):
    """Runs a coroutine in an event loop of its own, which nobody else drives."""
    return asyncio.run(asyncio.wait_for(coroutine, DEADLINE))


async def turns(count=50):
    """Lets everything run that is ready."""
    for _ in range(count):
        await asyncio.sleep(0)


def started(channel, listener=None):
    """A listener of the channel that runs."""
    if listener is None:
        listener = channel.add_listener()
    else:
        channel.register_listener(listener)
    listener.start()
    return listener


async def take(stream, count):
    """The next events of a stream, which stays open."""
    events = aiter(stream)
    return [await anext(events) for _ in range(count)]
