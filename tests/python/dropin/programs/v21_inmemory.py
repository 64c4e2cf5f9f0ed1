# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: messages of all kinds through a channel in memory."""

import asyncio

from eric_sse.connection import Connection
from eric_sse.exception import InvalidListenerException, NoMessagesException
from eric_sse.listener import MessageQueueListener
from eric_sse.message import Message, MessageContract, SignedMessage, UniqueMessage
from eric_sse.prefabs import SSEChannel
from eric_sse.queues import InMemoryQueue


class Counting(MessageQueueListener):
    def __init__(self, listener_id: str | None = None):
        super().__init__(listener_id)
        self.seen = []

    def on_message(self, msg: MessageContract) -> None:
        self.seen.append(msg)
        if msg.type == 'last':
            self.stop()


async def main():
    channel = SSEChannel(channel_id='news')
    listener = channel.add_listener()
    print(channel.id, len(listener.id), listener.is_running())
    messages = [
        Message(msg_type='test1', msg_payload='hi there'),
        SignedMessage(sender_id='me', msg_type='test2', msg_payload={'a': (1, 2)}),
        UniqueMessage(message=Message('test3'), sender_id='you', message_id='7'),
    ]
    try:
        channel.deliver_next(listener.id)
    except NoMessagesException:
        print('stopped')
    for message in messages:
        channel.dispatch(listener.id, message)
    listener.start()
    async for event in channel.message_stream(listener):
        print(event)
        if event['event'] == 'test3':
            listener.stop()

    counting = Counting('counter')
    queue = InMemoryQueue()
    queue.push(messages[0])
    channel.register_connection(Connection(listener=counting, queue=queue, connection_id='c'))
    print([connection.id == 'c' for connection in channel.get_connections()])
    channel.broadcast(messages[1])
    channel.broadcast(Message('last', object))
    counting.start()
    print([event['event'] async for event in channel.message_stream(counting)], counting.is_running())
    print(counting.seen[0] is messages[0], counting.seen[1] is messages[1], counting.seen[2].payload)

    stream = await channel.watch()
    channel.broadcast(Message('watched'))
    async for event in stream:
        print(event)
        break

    channel.remove_listener('counter')
    try:
        async for _ in channel.message_stream(counting):
            pass
    except InvalidListenerException as error:
        print(type(error).__name__)


if __name__ == '__main__':
    asyncio.run(main())
