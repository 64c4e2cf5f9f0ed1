# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages that are waited for, one by one or many at a time.

A listener and the stream of a channel are waited for first, and taken from only when the
one who waits goes on: whoever is cancelled has taken nothing. An event source and the
stream of a socket give what they have when it comes; what their reader did not get is
kept, and comes first next time."""

import asyncio
from collections import deque

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

from ._calls import Call, call, make_method
from ._errors import classes

Eric = get_introspection_module('Eric')
NoMessagesError = classes['NoMessagesError']

READ_AHEAD = 256     # messages of a source or a socket, which its reader has not seen yet
BATCH = 250          # messages of a batch unless told otherwise: more of them leave the processor's cache
IN_A_ROW = 1000      # messages that are handed out before others in the event loop have a turn


def _check_cancelled(cancellable):
    if cancellable is not None:
        Gio.Cancellable.set_error_if_cancelled(cancellable)


class Waiting:
    """How what waits in an object is taken, and how more is waited for."""

    def __init__(self, cls, take_batch):
        self.take_batch = take_batch     # an empty list where nothing waits
        self._ready_async = cls.ready_async
        self._ready_finish = cls.ready_finish

    def ready(self, source, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        return call(self._ready_finish, self._ready_async, source, io_priority, cancellable=cancellable)

    async def next_batch(self, source, max_messages, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        _check_cancelled(cancellable)
        while not (batch := self.take_batch(source, max_messages)):
            if not await self.ready(source, io_priority, cancellable):
                return []
        return batch

    async def next(self, source, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        batch = await self.next_batch(source, 1, io_priority, cancellable)
        return batch[0] if batch else None

    async def iterate(self, source):
        take_batch = self.take_batch
        while True:
            for _ in range(IN_A_ROW):
                batch = take_batch(source, 1)
                if not batch:
                    break
                yield batch[0]
            else:
                await asyncio.sleep(0)
                continue
            if not await self.ready(source):
                return


class _ReadCall(Call):
    """A read whose result is kept where its reader has gone meanwhile."""

    ahead = None    # (messages, the call that is not over yet)

    def settled(self, value):
        if value:
            self.ahead.messages.extend(value)
        if self.ahead.call is self:
            self.ahead.call = None
        for waiter in self.ahead.waiters:
            if not waiter.done():
                waiter.set_result(None)
        self.ahead.waiters.clear()


class _Ahead:
    """What was read ahead of its reader."""

    def __init__(self):
        self.messages = deque()
        self.call = None         # one that was cancelled, but is not over
        self.waiters = []


class Reading:
    """How an object is read that gives what it has to the first who asks."""

    def __init__(self, cls):
        self._next_batch_async = cls.next_batch_async
        self._next_batch_finish = cls.next_batch_finish

    @staticmethod
    def ahead(source):
        try:
            return source._eric_ahead
        except AttributeError:
            source._eric_ahead = _Ahead()
            return source._eric_ahead

    @staticmethod
    def _take(messages, max_messages):
        return [messages.popleft() for _ in range(min(len(messages), max_messages))]

    async def next_batch(self, source, max_messages, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        _check_cancelled(cancellable)
        ahead = self.ahead(source)
        loop = asyncio.get_running_loop()
        while ahead.call is not None:
            ahead.waiters.append(waiter := loop.create_future())
            await waiter
        if ahead.messages:
            return self._take(ahead.messages, max_messages)
        reading = _ReadCall(self._next_batch_finish, cancellable, loop)
        reading.ahead = ahead
        reading.start(self._next_batch_async, source, max_messages, io_priority)
        try:
            return await reading
        except BaseException:
            if reading.cancelled():
                ahead.call = reading if not reading.over else None
            elif reading.done() and reading.exception() is None:
                ahead.messages.extend(reading.result())    # the reader has gone since it came
            raise

    async def next(self, source, io_priority=GLib.PRIORITY_DEFAULT, cancellable=None):
        batch = await self.next_batch(source, 1, io_priority, cancellable)
        return batch[0] if batch else None

    async def iterate(self, source):
        messages = self.ahead(source).messages
        while True:
            for _ in range(IN_A_ROW):
                if not messages:
                    break
                yield messages.popleft()
            else:
                await asyncio.sleep(0)
                continue
            batch = await self.next_batch(source, READ_AHEAD)
            if not batch:
                return
            messages.extend(batch)


def install(cls, access):
    """Gives a class the ways to wait for messages."""

    async def __anext__(self):
        message = await access.next(self)
        if message is None:
            raise StopAsyncIteration
        return message

    async def batches(self, max_messages=BATCH):
        """Lists of what is there, up to a number, as they come: `async for`."""
        while batch := await access.next_batch(self, max_messages):
            yield batch

    def __aiter__(self):
        return access.iterate(self)

    cls.next_async = make_method(cls.next_async, cls.next_finish, access.next)
    cls.next_batch_async = make_method(cls.next_batch_async, cls.next_batch_finish, access.next_batch)
    cls.__aiter__ = __aiter__
    cls.__anext__ = __anext__
    cls.batches = batches
