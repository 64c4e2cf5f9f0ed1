# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections: a listener and its queue. The module came with 2.1."""

from abc import ABC, abstractmethod

from eric_sse import generate_uuid
from eric_sse.listener import MessageQueueListener
from eric_sse.queues import InMemoryQueue, Queue

__all__ = ['Connection', 'ConnectionsFactory', 'InMemoryConnectionsFactory']


class Connection:
    """A listener together with the queue that its messages wait in."""

    def __init__(self, listener: MessageQueueListener, queue: Queue, connection_id: str | None = None) -> None:
        self.__listener = listener
        self.__queue = queue
        self.__id = connection_id or generate_uuid()

    @property
    def listener(self) -> MessageQueueListener:
        """Who gets the messages."""
        return self.__listener

    @property
    def queue(self) -> Queue:
        """Where they wait."""
        return self.__queue

    @property
    def id(self) -> str:
        """The id: random unless given."""
        return self.__id


class ConnectionsFactory(ABC):
    """Makes the connections of a channel: the place to give it other queues."""

    @abstractmethod
    def create(self, listener: MessageQueueListener | None = None) -> Connection:
        """A connection for a listener, or for a new one."""


class InMemoryConnectionsFactory(ConnectionsFactory):
    """Makes connections with queues of the C library. Channels use it unless given another."""

    def create(self, listener: MessageQueueListener | None = None) -> Connection:
        return Connection(listener=MessageQueueListener() if listener is None else listener,
                          queue=InMemoryQueue())
