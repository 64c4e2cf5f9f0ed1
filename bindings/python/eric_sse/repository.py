# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Persistence: repositories over a storage of keys and values. The module came with 2.1.

The connections of a channel are looked for under its id, as in 2.1: storages may make more of
that than the beginning of a key, as the one over Redis does, which puts a colon behind it.
What is found is asked for under its whole key, so that a channel whose id begins with that of
another does not get its connections.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from eric_sse.connection import Connection, ConnectionsFactory
from eric_sse.entities import AbstractChannel
from eric_sse.exception import ItemNotFound
from eric_sse.interfaces import (ChannelRepositoryInterface, ConnectionRepositoryInterface,
                                 ListenerRepositoryInterface, QueueRepositoryInterface)

__all__ = ['AbstractChannelRepository', 'ConnectionRepository', 'InMemoryStorage', 'KvStorage']


class KvStorage(ABC):
    """Keeps values under keys, and finds them by the beginning of a key."""

    @abstractmethod
    def fetch_by_prefix(self, prefix: str) -> Iterable[Any]:
        """The values whose keys begin so."""

    @abstractmethod
    def fetch_all(self) -> Iterable[Any]:
        """All values."""

    @abstractmethod
    def upsert(self, key: str, value: Any) -> None:
        """Keeps a value under a key, in the place of the one before."""

    @abstractmethod
    def fetch_one(self, key: str) -> Any:
        """The value under a key. Raises ItemNotFound where there is none."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Forgets the value under a key, if there is one."""


class InMemoryStorage(KvStorage):
    """Keeps values in a dictionary. Values may be kept and deleted while others are read."""

    def __init__(self, items: dict[str, Any] | None = None) -> None:
        self.items = {} if items is None else items

    def fetch_by_prefix(self, prefix: str) -> Iterable[Any]:
        return iter([value for key, value in self.items.items() if key.startswith(prefix)])

    def fetch_all(self) -> Iterable[Any]:
        return iter(list(self.items.values()))

    def upsert(self, key: str, value: Any) -> None:
        self.items[key] = value

    def fetch_one(self, key: str) -> Any:
        try:
            return self.items[key]
        except KeyError:
            raise ItemNotFound(key=key) from None

    def delete(self, key: str) -> None:
        self.items.pop(key, None)


class AbstractChannelRepository(ChannelRepositoryInterface, ABC):
    """Keeps what `_channel_to_dict` says of a channel, and makes it again with `create`."""

    def __init__(self, storage: KvStorage, connections_repository: ConnectionRepositoryInterface,
                 connections_factory: ConnectionsFactory) -> None:
        self.__storage = storage
        self.__connections_repository = connections_repository
        self.__connections_factory = connections_factory

    @property
    def connections_factory(self) -> ConnectionsFactory:
        return self.__connections_factory

    @property
    def connections_repository(self) -> ConnectionRepositoryInterface:
        return self.__connections_repository

    @staticmethod
    @abstractmethod
    def _channel_to_dict(channel: AbstractChannel) -> dict:
        """What `create` needs to make the channel again."""

    def _setup_channel(self, channel: AbstractChannel) -> AbstractChannel:
        for connection in self.__connections_repository.load_all(channel_id=channel.id):
            channel.register_connection(connection)
        return channel

    def load_all(self) -> Iterable[AbstractChannel]:
        for channel_data in self.__storage.fetch_all():
            yield self._setup_channel(self.create(channel_data))

    def load_one(self, channel_id: str) -> AbstractChannel:
        return self._setup_channel(self.create(self.__storage.fetch_one(channel_id)))

    def persist(self, channel: AbstractChannel) -> None:
        connections = list(channel.get_connections())
        stale = {connection.id for connection in self.__connections_repository.load_all(channel_id=channel.id)}
        stale -= {connection.id for connection in connections}

        self.__storage.upsert(channel.id, self._channel_to_dict(channel))
        for connection in connections:
            self.__connections_repository.persist(channel_id=channel.id, connection=connection)
        for connection_id in stale:
            self.__connections_repository.delete(channel_id=channel.id, connection_id=connection_id)

    def delete(self, channel_id: str) -> None:
        try:
            self.__storage.fetch_one(channel_id)
        except ItemNotFound:
            return
        for connection in list(self.__connections_repository.load_all(channel_id=channel_id)):
            self.__connections_repository.delete(channel_id=channel_id, connection_id=connection.id)
        self.__storage.delete(channel_id)


class ConnectionRepository(ConnectionRepositoryInterface):
    """Keeps the ids of connections in a storage, their listeners and queues in repositories."""

    def __init__(self, storage: KvStorage, listeners_repository: ListenerRepositoryInterface,
                 queues_repository: QueueRepositoryInterface) -> None:
        self.__storage = storage
        self.__listeners_repository = listeners_repository
        self.__queues_repository = queues_repository

    @property
    def queues_repository(self) -> QueueRepositoryInterface:
        return self.__queues_repository

    @property
    def listeners_repository(self) -> ListenerRepositoryInterface:
        return self.__listeners_repository

    @staticmethod
    def __key(channel_id: str, connection_id: str) -> str:
        return f'{channel_id}:{connection_id}'

    def _load_connection(self, connection_id: str) -> Connection:
        return Connection(listener=self.__listeners_repository.load(connection_id=connection_id),
                          queue=self.__queues_repository.load(connection_id=connection_id),
                          connection_id=connection_id)

    def load_all(self, channel_id: str) -> Iterable[Connection]:
        for connection_id in dict.fromkeys(data['id'] for data in self.__storage.fetch_by_prefix(channel_id)):
            if self.__has(channel_id, connection_id):
                yield self._load_connection(connection_id)

    def __has(self, channel_id: str, connection_id: str) -> bool:
        try:
            self.__storage.fetch_one(self.__key(channel_id, connection_id))
        except ItemNotFound:
            return False
        return True

    def load_one(self, channel_id: str, connection_id: str) -> Connection:
        return self._load_connection(self.__storage.fetch_one(self.__key(channel_id, connection_id))['id'])

    def persist(self, channel_id: str, connection: Connection) -> None:
        self.__listeners_repository.persist(connection_id=connection.id, listener=connection.listener)
        self.__queues_repository.persist(connection_id=connection.id, queue=connection.queue)
        self.__storage.upsert(self.__key(channel_id, connection.id), {'id': connection.id})

    def delete(self, channel_id: str, connection_id: str) -> None:
        self.__listeners_repository.delete(connection_id=connection_id)
        self.__queues_repository.delete(connection_id=connection_id)
        self.__storage.delete(key=self.__key(channel_id, connection_id))
