#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Persistence, which is plain Python."""

import pickle

import pytest

from eric_sse.connection import Connection, InMemoryConnectionsFactory
from eric_sse.exception import ItemNotFound
from eric_sse.interfaces import ListenerRepositoryInterface, QueueRepositoryInterface
from eric_sse.listener import MessageQueueListener
from eric_sse.message import Message
from eric_sse.prefabs import SSEChannel, SSEChannelRepository
from eric_sse.queues import InMemoryQueue
from eric_sse.repository import ConnectionRepository, InMemoryStorage, KvStorage


class PickleStorage(KvStorage):
    """Keeps bytes, as another process would."""

    def __init__(self):
        self.items = {}

    def fetch_by_prefix(self, prefix):
        return [pickle.loads(value) for key, value in self.items.items() if key.startswith(prefix)]

    def fetch_all(self):
        return [pickle.loads(value) for value in self.items.values()]

    def upsert(self, key, value):
        self.items[key] = pickle.dumps(value)

    def fetch_one(self, key):
        if key not in self.items:
            raise ItemNotFound(key)
        return pickle.loads(self.items[key])

    def delete(self, key):
        self.items.pop(key, None)


class SeparatingStorage(PickleStorage):
    """Puts a colon behind the prefix, and may find a key twice, as the storage over Redis does."""

    def fetch_by_prefix(self, prefix):
        return list(super().fetch_by_prefix(f'{prefix}:')) * 2


class Listeners(ListenerRepositoryInterface):
    def __init__(self, storage):
        self.storage = storage

    def load(self, connection_id):
        return self.storage.fetch_one(connection_id)

    def persist(self, connection_id, listener):
        self.storage.upsert(connection_id, listener)

    def delete(self, connection_id):
        self.storage.delete(connection_id)


class Queues(QueueRepositoryInterface):
    def __init__(self, storage):
        self.storage = storage

    def load(self, connection_id):
        return self.storage.fetch_one(connection_id)

    def persist(self, connection_id, queue):
        self.storage.upsert(connection_id, queue)

    def delete(self, connection_id):
        self.storage.delete(connection_id)


class Shelf:
    def __init__(self, storage_class):
        self.storages = [storage_class() for _ in range(4)]
        channels, connections, listeners, queues = self.storages
        self.connections = ConnectionRepository(connections, Listeners(listeners), Queues(queues))
        self.channels = SSEChannelRepository(channels, self.connections, InMemoryConnectionsFactory())

    def is_empty(self):
        return not any(list(storage.fetch_all()) for storage in self.storages)


@pytest.fixture(params=[InMemoryStorage, PickleStorage, SeparatingStorage])
def shelf(request):
    return Shelf(request.param)


def test_channel(shelf):
    channel = SSEChannel(2, 20, 'a')
    listener = channel.add_listener()
    gone = channel.add_listener()
    listener.start()
    channel.broadcast(Message('m', [1]))
    shelf.channels.persist(channel)
    channel.remove_listener(gone.id)
    shelf.channels.persist(channel)

    loaded, = shelf.channels.load_all()
    assert loaded is not channel
    assert (loaded.id, loaded.stream_delay_seconds, loaded.retry_timeout_milliseconds) == ('a', 2, 20)
    connection, = loaded.get_connections()
    assert connection.listener.id == listener.id
    loaded.broadcast(Message('m', [2]))
    assert [loaded.deliver_next(listener.id).payload for _ in range(2)] == [[1], [2]]

    shelf.channels.delete('a')
    shelf.channels.delete('a')
    assert shelf.is_empty()
    with pytest.raises(ItemNotFound) as raised:
        shelf.channels.load_one('a')
    assert raised.value.key == 'a'


def test_ids_that_begin_alike(shelf):
    """The connections of channel ab are not those of channel a."""
    for channel_id in ('a', 'ab', 'b'):
        channel = SSEChannel(channel_id=channel_id)
        channel.register_listener(MessageQueueListener(f'of {channel_id}'))
        shelf.channels.persist(channel)
    for channel_id in ('a', 'ab', 'b'):
        assert [connection.listener.id for connection in shelf.channels.load_one(channel_id).get_connections()] == \
            [f'of {channel_id}']
    shelf.channels.delete('a')
    assert shelf.channels.load_one('ab').get_listener('of ab')


def test_connection(shelf):
    queue = InMemoryQueue()
    queue.push(Message('m'))
    connection = Connection(MessageQueueListener('l'), queue, 'c')
    shelf.connections.persist('a', connection)
    loaded = shelf.connections.load_one('a', 'c')
    assert (loaded.id, loaded.listener.id, loaded.queue.pop().type) == ('c', 'l', 'm')
    assert [loaded.id for loaded in shelf.connections.load_all('a')] == ['c']
    shelf.connections.delete('a', 'c')
    assert shelf.is_empty()
    with pytest.raises(ItemNotFound):
        shelf.connections.load_one('a', 'c')


def test_in_memory_storage():
    items = {}
    storage = InMemoryStorage(items)
    storage.upsert('a1', 1)
    storage.upsert('a2', 2)
    storage.upsert('b', 3)
    assert items is storage.items
    assert list(storage.fetch_by_prefix('a')) == [1, 2]
    assert list(storage.fetch_all()) == [1, 2, 3]
    for value in storage.fetch_all():
        storage.upsert(f'new {value}', value)
        storage.delete('b')
    with pytest.raises(ItemNotFound):
        storage.fetch_one('b')
    assert storage.fetch_one('new 3') == 3
    assert list(InMemoryStorage().fetch_all()) == []


def test_queue_of_a_channel_that_is_gone():
    """It is reached by a broadcast of the C library again."""
    queue = InMemoryQueue()

    def use():
        channel = SSEChannel()
        channel.register_connection(Connection(MessageQueueListener(), queue))
        channel.broadcast(Message('m'))
        return channel._AbstractChannel__others
    assert use() == {} and use() == {}
    assert [queue.pop().type for _ in range(2)] == ['m', 'm']
