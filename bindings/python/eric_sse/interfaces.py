# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a persistence layer implements. The module came with 2.1."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from eric_sse.connection import Connection, ConnectionsFactory
from eric_sse.entities import AbstractChannel
from eric_sse.listener import MessageQueueListener
from eric_sse.queues import Queue

__all__ = ['ChannelRepositoryInterface', 'ConnectionRepositoryInterface', 'ListenerRepositoryInterface',
           'QueueRepositoryInterface']


class QueueRepositoryInterface(ABC):
    """Keeps the queues of connections."""

    @abstractmethod
    def load(self, connection_id: str) -> Queue:
        """The queue of a connection."""

    @abstractmethod
    def persist(self, connection_id: str, queue: Queue) -> None:
        """Keeps a queue for a connection."""

    @abstractmethod
    def delete(self, connection_id: str) -> None:
        """Forgets the queue of a connection."""


class ListenerRepositoryInterface(ABC):
    """Keeps the listeners of connections."""

    @abstractmethod
    def load(self, connection_id: str) -> MessageQueueListener:
        """The listener of a connection."""

    @abstractmethod
    def persist(self, connection_id: str, listener: MessageQueueListener) -> None:
        """Keeps a listener for a connection."""

    @abstractmethod
    def delete(self, connection_id: str) -> None:
        """Forgets the listener of a connection."""


class ConnectionRepositoryInterface(ABC):
    """Keeps the connections of channels, with the help of two other repositories."""

    @property
    @abstractmethod
    def queues_repository(self) -> QueueRepositoryInterface:
        """Keeps their queues."""

    @property
    @abstractmethod
    def listeners_repository(self) -> ListenerRepositoryInterface:
        """Keeps their listeners."""

    @abstractmethod
    def load_all(self, channel_id: str) -> Iterable[Connection]:
        """All connections of a channel."""

    @abstractmethod
    def load_one(self, channel_id: str, connection_id: str) -> Connection:
        """One connection of a channel."""

    @abstractmethod
    def persist(self, channel_id: str, connection: Connection) -> None:
        """Keeps a connection for a channel."""

    @abstractmethod
    def delete(self, channel_id: str, connection_id: str) -> None:
        """Forgets a connection of a channel."""


class ChannelRepositoryInterface(ABC):
    """Keeps channels, with the help of a repository of connections."""

    @property
    @abstractmethod
    def connections_factory(self) -> ConnectionsFactory:
        """Makes new connections of the channels that are loaded."""

    @property
    @abstractmethod
    def connections_repository(self) -> ConnectionRepositoryInterface:
        """Keeps their connections."""

    @abstractmethod
    def load_all(self) -> Iterable[AbstractChannel]:
        """All channels, with their connections."""

    @abstractmethod
    def load_one(self, channel_id: str) -> AbstractChannel:
        """One channel, with its connections."""

    @abstractmethod
    def persist(self, channel: AbstractChannel) -> None:
        """Keeps a channel and its connections."""

    @abstractmethod
    def delete(self, channel_id: str) -> None:
        """Forgets a channel and its connections."""

    @abstractmethod
    def create(self, channel_data: dict) -> AbstractChannel:
        """A new channel, made from what was kept of one."""
