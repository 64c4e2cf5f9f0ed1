# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 0.3.2: numbers are squared in threads; a message ends the stream."""

import asyncio
import threading

from eric_sse import get_logger
from eric_sse.entities import MESSAGE_TYPE_CLOSED, Message, MessageQueueListener
from eric_sse.prefabs import DataProcessingChannel, ThreadPoolListener

logger = get_logger()
squares = []
lock = threading.Lock()


class Producer:
    @staticmethod
    def produce(channel: DataProcessingChannel, listener: MessageQueueListener, count: int):
        for number in range(count):
            channel.dispatch(listener.id, Message(type='counter', payload=number))
        channel.dispatch(listener.id, Message(type=MESSAGE_TYPE_CLOSED))


class Consumer(ThreadPoolListener):
    def __init__(self, max_workers: int):
        super().__init__(callback=self.square, max_workers=max_workers)

    @staticmethod
    def square(msg: Message) -> None:
        with lock:
            squares.append(msg.payload ** 2)


async def main():
    channel = DataProcessingChannel(stream_delay_seconds=0)
    consumer = Consumer(max_workers=4)
    channel.register_listener(consumer)
    Producer.produce(channel, consumer, 50)

    await consumer.start()
    events = []
    async for event in await channel.message_stream(consumer):
        events.append(event)
    print(sorted(squares) == [number ** 2 for number in range(50)])
    print(len(events), events[0], await consumer.is_running())


asyncio.get_event_loop().run_until_complete(main())
