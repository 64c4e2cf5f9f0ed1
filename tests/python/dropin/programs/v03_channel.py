# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 0.3.2: broadcast, dispatch, a listener that stops itself, a channel that adapts, and
what goes wrong."""

import asyncio

from eric_sse.entities import AbstractChannel, Message, MessageQueueListener
from eric_sse.exception import InvalidChannelException, InvalidListenerException, NoMessagesException
from eric_sse.prefabs import SSEChannel


class Patient(MessageQueueListener):
    def __init__(self, number: int):
        super().__init__()
        self.left = number

    def on_message(self, msg: Message) -> None:
        self.left -= 1
        if self.left == 0:
            self.stop_sync()


class Async(MessageQueueListener):
    """Everything that may be awaited is a coroutine."""

    starts = 0

    async def start(self) -> None:
        self.starts += 1
        await super().start()

    async def is_running(self) -> bool:
        return await super().is_running()

    async def stop(self) -> None:
        await super().stop()


class Shouting(AbstractChannel):
    def __init__(self):
        super().__init__(0, 10)

    def adapt(self, msg: Message) -> str:
        return f'{msg.type.upper()} {self.retry_timeout_milliseconds} {msg.payload}'


class Fragile(SSEChannel):
    def deliver_next(self, listener_id: str) -> Message:
        message = super().deliver_next(listener_id)
        if message.type == 'end':
            raise InvalidChannelException('gone')
        return message


async def read(channel, listener):
    return [event async for event in await channel.message_stream(listener)]


async def main():
    channel = SSEChannel(stream_delay_seconds=0, retry_timeout_milliseconds=7)
    first, second = Patient(2), Patient(1)
    channel.register_listener(l=first)
    channel.register_listener(second)
    print(channel.listeners == {first.id: first, second.id: second})
    message = Message('all', {'a': [1, None]})
    channel.broadcast(msg=message)
    channel.dispatch(first.id, Message(type='one'))
    print([len(queue) for queue in channel.queues.values()], channel.queues[second.id] == [message])
    await asyncio.gather(first.start(), second.start())
    print(await asyncio.gather(read(channel, first), read(channel, second)))

    channel.remove_listener(l_id=first.id)
    for listener_id in (first.id, 'nobody'):
        try:
            channel.dispatch(listener_id, message)
        except InvalidListenerException:
            print('no such listener')

    shouting = Shouting()
    listener = Async()
    shouting.register_listener(listener)
    await listener.start()
    shouting.dispatch(listener.id, Message(type='hello', payload='you'))
    print(shouting.deliver_next(listener_id=listener.id).payload)
    try:
        shouting.deliver_next(listener.id)
    except NoMessagesException:
        print('nothing')
    shouting.dispatch(listener.id, Message(type='hello', payload='again'))
    async for event in await shouting.message_stream(listener):
        print(event, listener.starts)
        await listener.stop()

    fragile = Fragile()
    listener = fragile.add_listener()
    listener.start_sync()
    for kind in ('begin', 'end', 'never'):
        fragile.dispatch(listener.id, Message(kind))
    print([event['event'] for event in await read(fragile, listener)], listener.is_running_sync())


asyncio.run(main())
