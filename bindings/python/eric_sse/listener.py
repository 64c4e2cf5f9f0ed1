# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Listeners: who gets messages.

2.1 calls `start`, `stop` and `is_running`; 0.3.2 awaits them, and has `start_sync`,
`stop_sync` and `is_running_sync` beside them. All of these work. `is_running` therefore
returns a number that is awaitable and equal to True or False, but not the same object: JSON
has 1 or 0 of it, where `bool(listener.is_running())` gives true or false.

A subclass may override any of them, as a coroutine or not. Where `is_running` is overridden,
a stream cannot know when its result changes: it asks again several times a second.

Ids are random, as in 2.1. A program that sets `MessageQueueListener.NEXT_ID` to a number
gets ids that count from there, as in 0.3.2, and safe between threads.
"""

from inspect import iscoroutinefunction
from typing import Any

from eric_sse import get_logger
from eric_sse._ids import new_id
from eric_sse._waiting import DONE, RUNNING, STOPPED, Waiter, resolve, wake_all
from eric_sse.message import MessageContract

__all__ = ['MessageContract', 'MessageQueueListener', 'logger']

logger = get_logger()


class MessageQueueListener:
    """The base of listeners. Override `on_message` to see each message as it is delivered."""

    NEXT_ID: int | None = None
    __running = False
    # The last message was delivered, but what came before it is not finished.
    _eric_closing = False
    # Nothing is overridden that says whether it runs.
    _eric_is_watchable = True

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls._eric_is_watchable = not (_overrides(cls, 'is_running') or _overrides(cls, 'is_running_sync'))

    def __init__(self, listener_id: str | None = None) -> None:
        self.id: str = listener_id or new_id(MessageQueueListener)

    def on_message(self, msg: MessageContract) -> None:
        """Called with each message, where it is taken from the queue."""

    def start(self) -> Any:
        """Lets messages be delivered. May be awaited."""
        self.start_sync()
        return DONE

    def stop(self) -> Any:
        """Ends the streams of the listener. Messages wait in the queue meanwhile. May be
        awaited, and called from any thread."""
        self.stop_sync()
        return DONE

    def is_running(self) -> Any:
        """Whether messages are delivered. May be awaited."""
        return RUNNING if self.__running else STOPPED

    def start_sync(self) -> None:
        """The same as `start`, of 0.3.2."""
        self.__running = True

    def stop_sync(self) -> None:
        """The same as `stop`, of 0.3.2."""
        self.__running = False
        wake_all(self.__dict__.get('_eric_waiters', ()))

    def is_running_sync(self) -> bool:
        """The same as `is_running`, of 0.3.2."""
        return self.__running

    def __getstate__(self) -> dict[str, Any]:
        # Processes of an executor, and storages, get it without those who wait here.
        return {key: value for key, value in self.__dict__.items() if key != '_eric_waiters'}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Both generations of the Python package keep under another name whether it runs.
        state = dict(state)
        running = state.pop('_MessageQueueListener__is_running', None)
        self.__dict__.update(state)
        if running is not None:
            self.__running = running


def _overrides(kind: type, name: str) -> bool:
    return getattr(kind, name, None) is not getattr(MessageQueueListener, name)


def is_watchable(listener: Any) -> bool:
    """Whether it tells when it stops, so that nobody has to ask."""
    return getattr(listener, '_eric_is_watchable', False) and 'is_running' not in listener.__dict__


def takes_messages(listener: Any) -> bool:
    """Whether a message may be delivered to a listener of either generation."""
    if getattr(listener, '_eric_is_watchable', False):
        return bool(listener.is_running()) and not listener._eric_closing
    if _overrides(type(listener), 'is_running') and not iscoroutinefunction(listener.is_running):
        return bool(listener.is_running())
    return bool(listener.is_running_sync())


async def is_alive(listener: Any) -> bool:
    """Whether its streams go on."""
    if _overrides(type(listener), 'is_running'):
        return bool(await resolve(listener.is_running()))
    return bool(listener.is_running_sync())


def get_waiters(listener: Any) -> list[Waiter]:
    """Who is to be woken when it stops."""
    return listener.__dict__.setdefault('_eric_waiters', [])
