# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: a channel with its connections is kept, and loaded again."""

from eric_sse.connection import InMemoryConnectionsFactory
from eric_sse.exception import ItemNotFound
from eric_sse.interfaces import ListenerRepositoryInterface, QueueRepositoryInterface
from eric_sse.listener import MessageQueueListener
from eric_sse.message import Message
from eric_sse.prefabs import SSEChannel, SSEChannelRepository
from eric_sse.queues import Queue
from eric_sse.repository import ConnectionRepository, InMemoryStorage, KvStorage


class ListenerRepository(ListenerRepositoryInterface):
    def __init__(self, storage: KvStorage):
        self.storage = storage

    def load(self, connection_id: str) -> MessageQueueListener:
        return self.storage.fetch_one(connection_id)

    def persist(self, connection_id: str, listener: MessageQueueListener):
        self.storage.upsert(connection_id, listener)

    def delete(self, connection_id: str):
        self.storage.delete(connection_id)


class QueueRepository(QueueRepositoryInterface):
    def __init__(self, storage: KvStorage):
        self.storage = storage

    def load(self, connection_id: str) -> Queue:
        return self.storage.fetch_one(connection_id)

    def persist(self, connection_id: str, queue: Queue):
        self.storage.upsert(connection_id, queue)

    def delete(self, connection_id: str):
        self.storage.delete(connection_id)


storages = {name: InMemoryStorage() for name in ('channels', 'connections', 'listeners', 'queues')}


def create_repository():
    connections = ConnectionRepository(storage=storages['connections'],
                                       listeners_repository=ListenerRepository(storages['listeners']),
                                       queues_repository=QueueRepository(storages['queues']))
    return SSEChannelRepository(storage=storages['channels'], connections_repository=connections,
                                connections_factory=InMemoryConnectionsFactory())


repository = create_repository()
channel = SSEChannel(retry_timeout_milliseconds=20, stream_delay_seconds=1, channel_id='kept')
listener = channel.add_listener()
gone = channel.add_listener()
channel.dispatch(listener.id, Message('waiting', 1))
repository.persist(channel)
channel.remove_listener(gone.id)
repository.persist(channel)

loaded = create_repository().load_one('kept')
print(type(loaded).__name__, loaded.retry_timeout_milliseconds, loaded.stream_delay_seconds, loaded is channel)
print(len(list(loaded.get_connections())), loaded.get_listener(listener.id) is listener)
listener.start()
loaded.broadcast(Message('later', 2))
print([loaded.deliver_next(listener.id).payload for _ in range(2)])

repository.delete('kept')
repository.delete('kept')
print([list(storage.fetch_all()) for storage in storages.values()], len(list(repository.load_all())))
try:
    repository.load_one('kept')
except ItemNotFound as error:
    print(error.key)
