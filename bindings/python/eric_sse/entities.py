# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Channels, and what belongs to them.

`AbstractChannel` takes the parameters of 2.1, and `retry_timeout_milliseconds` of 0.3.2 as a
keyword or, where it is not given so, as a number in the place that 0.3.2 has it in. `register_listener` and
`remove_listener` take the names of either generation. `listeners` and `queues` of 0.3.2 are
copies: what is done to them does not change the channel.

`deliver_next` raises NoMessagesException for a listener that is stopped, as in 2.1; 0.3.2
returns None. A stream whose listener was removed says so once and ends; in 2.1 it says so
without end. A stream that is awaited before it is read, as in 0.3.2, raises what goes wrong,
except that behind an InvalidChannelException it ends with a message of type
MESSAGE_TYPE_CLOSED; one that is not, as in 2.1, has an event of type `error` for it.

A stream keeps the event loop no longer than a millisecond, instead of one message. Where
`deliver_next` is overridden, a stream cannot know when there is something: it asks again
several times a second.
"""

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from eric_sse import get_logger
from eric_sse._ids import new_id
from eric_sse._native import Channel, Eric, GLib, wrap
from eric_sse._stream import MessageStream
from eric_sse._waiting import Waiter, resolve, wake_all
from eric_sse.connection import Connection, ConnectionsFactory, InMemoryConnectionsFactory
from eric_sse.exception import (InvalidChannelException, InvalidListenerException, NoMessagesException,
                                RepositoryError)
from eric_sse.listener import MessageQueueListener, takes_messages
from eric_sse.message import Message, MessageContract
from eric_sse.queues import NOWHERE, InMemoryQueue, Queue, is_native

__all__ = ['AbstractChannel', 'InvalidChannelException', 'InvalidListenerException', 'MESSAGE_TYPE_CLOSED',
           'MESSAGE_TYPE_END_OF_STREAM', 'MESSAGE_TYPE_INTERNAL_ERROR', 'Message', 'MessageContract',
           'MessageQueueListener', 'NoMessagesException']

MESSAGE_TYPE_CLOSED: str = Eric.MESSAGE_TYPE_CLOSED
MESSAGE_TYPE_END_OF_STREAM: str = Eric.MESSAGE_TYPE_EOF
MESSAGE_TYPE_INTERNAL_ERROR: str = Eric.MESSAGE_TYPE_ERROR

logger = get_logger()
_broadcast = Eric.Channel.broadcast
_MISSING: Any = object()

# What streams tell clients unless they are made otherwise, in milliseconds.
RETRY_TIMEOUT = 5


def _choose(name: str, value: Any, old_value: Any) -> Any:
    """The argument that was given under one of its two names."""
    if (value is _MISSING) == (old_value is _MISSING):
        raise TypeError(f'One argument is needed: {name}')
    return old_value if value is _MISSING else value


class _ConnectionManager:
    """Where 2.1 keeps the connections of a channel: here in what it has pickled alone."""


def _connections_of(state: dict[str, Any]) -> dict[str, Connection] | None:
    """Takes the connections out of what either generation of the Python package pickled of a
    channel; None where it was this package."""
    manager = state.pop('_AbstractChannel__connection_manager', None)
    if manager is not None:
        return dict(manager.__dict__['_ConnectionManager__connections'])
    if 'listeners' not in state:
        return None
    connections, queues = {}, state.pop('queues')
    for listener_id, listener in state.pop('listeners').items():
        queue = InMemoryQueue()
        for message in queues.get(listener_id, ()):
            queue.push(message)
        connections[listener_id] = Connection(listener=listener, queue=queue)
    return connections


class AbstractChannel(ABC):
    """The base of channels: listeners, the queues of their messages, and streams of these.

    A subclass says with `adapt` what a stream makes of a message. Queues are made by the
    connections factory, which is one for queues of the C library unless given."""

    NEXT_ID: int | None = None
    # A subclass wants to know of each, also where a message goes to all.
    __sees_each_dispatch = False

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        cls.__sees_each_dispatch = (cls.dispatch is not AbstractChannel.dispatch or
                                    cls._get_queue is not AbstractChannel._get_queue)

    def __init__(self, stream_delay_seconds: float = 0, channel_id: str | None = None,
                 connections_factory: ConnectionsFactory | None = None,
                 retry_timeout_milliseconds: int = _MISSING) -> None:
        if retry_timeout_milliseconds is _MISSING:
            retry_timeout_milliseconds = RETRY_TIMEOUT
            if isinstance(channel_id, int):
                channel_id, retry_timeout_milliseconds = None, channel_id
        self.__id = new_id(AbstractChannel) if channel_id is None else channel_id
        self.stream_delay_seconds = stream_delay_seconds
        self.retry_timeout_milliseconds = retry_timeout_milliseconds
        self.__connections_factory = connections_factory or InMemoryConnectionsFactory()
        self.__connections: dict[str, Connection] = {}
        # The queues that one call of the C library reaches, and those that it does not.
        self.__channel = self.__make_channel()
        self.__others: dict[str, Queue] = {}
        self._eric_waiters: dict[str, list[Waiter]] = {}
        self.__lock = threading.Lock()     # of those, which come and go in any thread

    def __getstate__(self) -> dict[str, Any]:
        # Copies have a channel of the C library of their own, and nobody waits in them.
        own = {'_AbstractChannel__channel', '_AbstractChannel__others', '_AbstractChannel__lock', '_eric_waiters'}
        return {key: value for key, value in self.__dict__.items() if key not in own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        connections = _connections_of(state)
        if connections is not None and 'id' in state:
            state['_AbstractChannel__id'] = state.pop('id')
        self.__dict__.update(state)
        self.__dict__.setdefault('retry_timeout_milliseconds', RETRY_TIMEOUT)
        self.__dict__.setdefault('_AbstractChannel__connections_factory', InMemoryConnectionsFactory())
        self.__connections = dict(self.__connections if connections is None else connections)
        self.__channel = self.__make_channel()
        self.__others = {listener_id: connection.queue for listener_id, connection in self.__connections.items()
                         if not self.__attach(connection.queue)}
        self._eric_waiters = {}
        self.__lock = threading.Lock()

    def __make_channel(self) -> Channel:
        # An id may be anything; that of the C library is what errors say.
        return Channel(id=str(self.__id).replace('\0', '\ufffd').encode(errors='replace').decode())

    @property
    def id(self) -> str:
        """The id: random unless given."""
        return self.__id

    @property
    def listeners(self) -> dict[str, MessageQueueListener]:
        """The listeners by their ids, of 0.3.2. A copy."""
        return {listener_id: connection.listener for listener_id, connection in self.__connections.items()}

    @property
    def queues(self) -> dict[str, list[MessageContract]]:
        """What waits for each listener, of 0.3.2. A copy; without queues that are not in
        memory."""
        return {listener_id: connection.queue._eric_peek()
                for listener_id, connection in self.__connections.items()
                if isinstance(connection.queue, InMemoryQueue)}

    @abstractmethod
    def adapt(self, msg: MessageContract) -> Any:
        """What a stream makes of a message."""

    def message_stream(self, listener: MessageQueueListener) -> MessageStream:
        """The messages of a listener as they come, until it is stopped: `async for event in
        channel.message_stream(listener)`, or `in await channel.message_stream(listener)`.

        Raises InvalidListenerException, where it is read, for a listener of another
        channel."""
        return MessageStream(self, listener)

    def add_listener(self) -> MessageQueueListener:
        """Makes a listener and registers it. It does not run yet."""
        connection = self.__connections_factory.create()
        self.register_connection(connection)
        return connection.listener

    def register_listener(self, listener: MessageQueueListener = _MISSING, *,
                          l: MessageQueueListener = _MISSING) -> None:
        """Registers a listener. Messages wait for it from now on, also before it runs."""
        listener = _choose('listener', listener, l)
        self.register_connection(self.__connections_factory.create(listener=listener))

    def register_connection(self, connection: Connection) -> None:
        """Registers a listener together with its queue."""
        listener_id = connection.listener.id
        if listener_id in self.__connections:
            self.__detach(listener_id)
        self.__connections[listener_id] = connection
        if not self.__attach(connection.queue):
            self.__others[listener_id] = connection.queue

    def remove_listener(self, listener_id: str = _MISSING, *, l_id: str = _MISSING) -> None:
        """Removes a listener, with its queue."""
        listener_id = _choose('listener_id', listener_id, l_id)
        if listener_id not in self.__connections:
            raise InvalidListenerException(listener_id)
        self.__detach(listener_id)
        self.__wake(listener_id)

    def __attach(self, queue: Any) -> bool:
        """Whether a broadcast of the C library reaches the queue: one that is in a channel
        already is not put into another."""
        if not is_native(queue) or queue._eric_home() is not None:
            return False
        queue._eric_home = weakref.ref(self)
        Eric.Channel.register_listener(self.__channel, queue._eric_listener)
        return True

    def __detach(self, listener_id: str) -> None:
        queue: Any = self.__connections.pop(listener_id).queue
        if self.__others.pop(listener_id, None) is None:
            Eric.Channel.remove_listener(self.__channel, queue._eric_listener.get_id())
            queue._eric_home = NOWHERE

    def __wake(self, listener_id: str) -> None:
        if self._eric_waiters:
            wake_all(self._eric_waiters.get(listener_id, ()))

    def _eric_add_waiter(self, listener_id: str, waiter: Waiter) -> None:
        with self.__lock:
            self._eric_waiters.setdefault(listener_id, []).append(waiter)

    def _eric_remove_waiter(self, listener_id: str, waiter: Waiter) -> None:
        with self.__lock:
            waiters = self._eric_waiters[listener_id]
            waiters.remove(waiter)
            if not waiters:
                del self._eric_waiters[listener_id]

    def deliver_next(self, listener_id: str) -> MessageContract:
        """Takes the next message of a listener, and shows it to its `on_message`.

        Raises NoMessagesException where none waits or the listener is stopped."""
        listener = self.get_listener(listener_id)
        if not takes_messages(listener):
            raise NoMessagesException
        message = self._get_queue(listener_id).pop()
        listener.on_message(message)
        return message

    def _eric_delivers_itself(self) -> bool:
        """Whether what is delivered comes out of the queues, which tell when something does."""
        return (type(self).deliver_next is AbstractChannel.deliver_next and
                'deliver_next' not in self.__dict__)

    def _get_queue(self, listener_id: str) -> Queue:
        try:
            return self.__connections[listener_id].queue
        except KeyError:
            raise InvalidListenerException(f'Invalid listener {listener_id}') from None

    def dispatch(self, listener_id: str, msg: MessageContract) -> None:
        """Sends a message to one listener."""
        self._get_queue(listener_id).push(msg)
        self.__wake(listener_id)

    def broadcast(self, msg: MessageContract) -> None:
        """Sends a message to all listeners."""
        if self.__sees_each_dispatch or 'dispatch' in self.__dict__:
            for listener_id in tuple(self.__connections):
                self.dispatch(listener_id, msg=msg)
            return
        try:
            _broadcast(self.__channel, wrap(msg))
        except GLib.Error as error:
            raise RepositoryError(error.message) from error
        if self.__others:
            for queue in tuple(self.__others.values()):
                queue.push(msg)
        if self._eric_waiters:
            for waiters in tuple(self._eric_waiters.values()):
                wake_all(waiters)

    def get_listener(self, listener_id: str) -> MessageQueueListener:
        """The listener with an id."""
        try:
            return self.__connections[listener_id].listener
        except KeyError:
            raise InvalidListenerException(f'Invalid listener {listener_id}') from None

    def get_connections(self) -> Iterable[Connection]:
        """The connections, in the order in which they came."""
        return self.__connections.values()

    async def watch(self) -> MessageStream:
        """Adds a listener, starts it, and reads its messages as they come. The listener is
        removed when the stream is closed."""
        listener = self.add_listener()
        await resolve(listener.start())
        return MessageStream(self, listener, owns_listener=True)
