# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Queues: what waits for a listener. The module came with 2.1.

`InMemoryQueue` is a queue of the C library. Any other subclass of `Queue` works as well, such
as one that keeps its messages in a database; streams then ask it several times a second,
unless the messages come through the channel.

What waits in a queue of the C library is hidden from Python's garbage collector: a message that
leads back to its own queue or channel, and is never taken, keeps both alive.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any

from eric_sse._native import NOTHING, Eric, GLib, unwrap, wrap
from eric_sse._waiting import Waiter, wake_all
from eric_sse.exception import NoMessagesException, RepositoryError
from eric_sse.message import MessageContract

__all__ = ['InMemoryQueue', 'Queue']

_push = Eric.Listener.push
_take = Eric.Listener.deliver_next
_count = Eric.Listener.get_pending


def NOWHERE() -> None:
    """The channel of a queue that is in none."""


class Queue(ABC):
    """The base of queues: first in, first out."""

    @abstractmethod
    def pop(self) -> MessageContract:
        """Takes the message that waits longest. Raises NoMessagesException where none does."""

    @abstractmethod
    def push(self, message: MessageContract) -> None:
        """Puts a message behind the others."""


class InMemoryQueue(Queue):
    """A queue of the C library. It is safe to use from any thread.

    It can be pickled, with the messages in it."""

    _eric_listener: Eric.Listener | None = None

    def __init__(self) -> None:
        super().__init__()
        self._eric_home: Callable[[], Any] = NOWHERE
        # There is no one here but the queue: whether the listener runs is asked in Python.
        self._eric_listener = Eric.Listener.new()
        self._eric_listener.start()
        self._eric_waiters: list[Waiter] = []
        # What was looked at comes before what is in the C queue.
        self.__seen: deque[Any] = deque()
        self.__lock = threading.Lock()

    def pop(self) -> MessageContract:
        with self.__lock:
            return self.__seen.popleft() if self.__seen else self.__take()

    def push(self, message: MessageContract) -> None:
        try:
            _push(self._eric_listener, wrap(message))
        except GLib.Error as error:
            raise RepositoryError(error.message) from error
        if self._eric_waiters:
            wake_all(self._eric_waiters)

    def __take(self) -> Any:
        while True:
            try:
                message = unwrap(_take(self._eric_listener))
            except GLib.Error:
                raise NoMessagesException from None
            # The farewell of the C channel, which this package says in its own way.
            if message is not NOTHING:
                return message

    def _eric_peek(self) -> list[Any]:
        """What waits, which stays."""
        with self.__lock:
            try:
                while True:
                    self.__seen.append(self.__take())
            except NoMessagesException:
                return list(self.__seen)

    def _eric_has_messages(self) -> bool:
        return bool(self.__seen) or _count(self._eric_listener) > 0

    def __getstate__(self) -> dict[str, Any]:
        hidden = {'_eric_home', '_eric_listener', '_eric_waiters', '_InMemoryQueue__seen',
                  '_InMemoryQueue__lock'}
        return {'attributes': {key: value for key, value in self.__dict__.items() if key not in hidden},
                'messages': self._eric_peek()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        InMemoryQueue.__init__(self)
        self.__dict__.update(state['attributes'])
        self.__seen.extend(state['messages'])


def is_native(queue: Any) -> bool:
    """Whether all that comes into it goes through the C library, and comes out of it."""
    kind = type(queue)
    return (getattr(queue, '_eric_listener', None) is not None and kind.push is InMemoryQueue.push and
            kind.pop is InMemoryQueue.pop and not {'push', 'pop'} & queue.__dict__.keys())
