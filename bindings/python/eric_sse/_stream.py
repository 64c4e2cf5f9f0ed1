# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading the messages of a listener as they come."""

import asyncio
import time
import traceback
import weakref
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from eric_sse import get_logger
from eric_sse._native import Eric
from eric_sse._waiting import Waiter, resolve
from eric_sse.exception import InvalidChannelException, InvalidListenerException, NoMessagesException
from eric_sse.listener import get_waiters, is_alive, is_watchable, takes_messages
from eric_sse.message import Message
from eric_sse.queues import InMemoryQueue, is_native

if TYPE_CHECKING:
    from eric_sse.entities import AbstractChannel
    from eric_sse.listener import MessageQueueListener

__all__ = ['MessageStream']

logger = get_logger()

# How often those are asked who cannot tell when something changes, in seconds.
POLL_INTERVAL = 0.02

# How long a stream that has messages keeps the event loop to itself, in seconds.
TURN = 0.001

# No message waits.
_NONE: Any = object()


class _Manner:
    """How a stream is read."""

    __slots__ = ('is_awaited', 'owns_listener')

    def __init__(self, owns_listener: bool) -> None:
        self.is_awaited = False
        self.owns_listener = owns_listener


class MessageStream(AsyncGenerator):
    """What `message_stream` returns: an asynchronous generator, as in 2.1, that can be
    awaited first, as in 0.3.2. Who awaits it gets the errors of 0.3.2."""

    def __init__(self, channel: 'AbstractChannel', listener: 'MessageQueueListener', *,
                 owns_listener: bool = False) -> None:
        self.__manner = _Manner(owns_listener)
        # It does not know the stream, so that it is closed as soon as it is dropped.
        self.__events = _read(channel, listener, self.__manner)
        # A generator that was never begun does nothing when it is closed or dropped.
        self.__remove = None
        if owns_listener:
            self.__remove = weakref.finalize(self.__events, _remove_listener, channel, listener)
            self.__remove.atexit = False

    def __await__(self) -> Any:
        self.__manner.is_awaited = True
        return self
        yield

    def __aiter__(self) -> AsyncGenerator:
        return self.__events

    def __anext__(self) -> Any:
        return self.__events.__anext__()

    def asend(self, value: Any) -> Any:
        return self.__events.asend(value)

    def athrow(self, *error: Any) -> Any:
        return self.__events.athrow(*error)

    async def aclose(self) -> None:
        await self.__events.aclose()
        if self.__remove is not None:
            self.__remove()


async def _read(channel: 'AbstractChannel', listener: 'MessageQueueListener',
                manner: _Manner) -> AsyncGenerator:
    channel.get_listener(listener.id)
    try:
        turn_ends = time.monotonic() + TURN
        watchable = is_watchable(listener)
        while listener.is_running() if watchable else await is_alive(listener):
            try:
                message = _deliver(channel, listener)
                event = None if message is _NONE else channel.adapt(message)
            except Exception as error:
                yield await _report(channel, listener, manner, error)
                # Also where each message fails, others in the event loop have a turn.
                await asyncio.sleep(0)
                continue

            if message is _NONE:
                await _wait(channel, listener)
                turn_ends = time.monotonic() + TURN
                continue
            yield event
            if channel.stream_delay_seconds > 0:
                await asyncio.sleep(channel.stream_delay_seconds)
            elif time.monotonic() >= turn_ends:
                await asyncio.sleep(0)
                turn_ends = time.monotonic() + TURN
    finally:
        if manner.owns_listener:
            _remove_listener(channel, listener)


def _deliver(channel: 'AbstractChannel', listener: 'MessageQueueListener') -> Any:
    """The next message, or _NONE. A `deliver_next` of 0.3.2 has None for that."""
    try:
        message = channel.deliver_next(listener.id)
    except NoMessagesException:
        return _NONE
    return _NONE if message is None and not channel._eric_delivers_itself() else message


def _is_gone(channel: 'AbstractChannel', listener: 'MessageQueueListener', manner: _Manner,
             error: Exception) -> bool:
    """Whether the error says that the channel or the listener is gone: `on_message` and `adapt`
    may raise the same of others."""
    if isinstance(error, InvalidChannelException):
        return manner.is_awaited or not channel._eric_delivers_itself()
    try:
        channel.get_listener(listener.id)
    except InvalidListenerException:
        return isinstance(error, InvalidListenerException)
    return False


async def _report(channel: 'AbstractChannel', listener: 'MessageQueueListener', manner: _Manner,
                  error: Exception) -> Any:
    """The event that tells of an error. A stream whose channel or listener is gone ends
    behind it."""
    names_one = isinstance(error, (InvalidChannelException, InvalidListenerException))
    if manner.is_awaited and not isinstance(error, InvalidChannelException):
        raise error
    if _is_gone(channel, listener, manner, error):
        logger.info('Stopping listener %s: %r', listener.id, error)
        await resolve(listener.stop())
    else:
        logger.error(error)
        logger.debug('%s', ''.join(traceback.format_exception(error)))
    if manner.is_awaited:
        return channel.adapt(Message(Eric.MESSAGE_TYPE_CLOSED))
    return channel.adapt(Message('error', error if names_one else None))


async def _wait(channel: 'AbstractChannel', listener: 'MessageQueueListener') -> None:
    """Returns when there may be a message, or the end."""
    try:
        queue: Any = channel._get_queue(listener.id)
    except InvalidListenerException:
        # The next delivery tells.
        return
    waiter = Waiter()
    places: list[list[Waiter]] = []
    if isinstance(queue, InMemoryQueue):
        places.append(queue._eric_waiters)
    watchable = is_watchable(listener)
    if watchable:
        places.append(get_waiters(listener))
    wakes = watchable and is_native(queue) and channel._eric_delivers_itself()

    channel._eric_add_waiter(listener.id, waiter)
    for waiters in places:
        waiters.append(waiter)
    try:
        # What came, or ended, before anybody knew who waits.
        if not wakes or not (queue._eric_has_messages() and takes_messages(listener) or
                             not listener.is_running_sync()):
            await waiter.wait(None if wakes else max(POLL_INTERVAL, channel.stream_delay_seconds))
    finally:
        for waiters in places:
            waiters.remove(waiter)
        channel._eric_remove_waiter(listener.id, waiter)


def _remove_listener(channel: 'AbstractChannel', listener: 'MessageQueueListener') -> None:
    listener.stop_sync()
    try:
        channel.remove_listener(listener.id)
    except InvalidListenerException:
        pass
