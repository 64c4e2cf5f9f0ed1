# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: a queue is processed in threads, and in processes."""

import asyncio
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from eric_sse.entities import MESSAGE_TYPE_CLOSED
from eric_sse.listener import MessageQueueListener
from eric_sse.message import SignedMessage
from eric_sse.prefabs import DataProcessingChannel


class Consumer(MessageQueueListener):
    def on_message(self, msg: SignedMessage) -> None:
        if msg.payload == 13:
            raise ValueError('unlucky')


class Signed(DataProcessingChannel):
    def adapt(self, msg: SignedMessage) -> dict:
        return {'sender_id': msg.sender_id, 'payload': msg.payload}


async def process(channel, numbers):
    listener = Consumer()
    channel.register_listener(listener)
    for number in numbers:
        channel.dispatch(listener.id, SignedMessage(msg_type='counter', msg_payload=number, sender_id='me'))
    channel.dispatch(listener.id, SignedMessage(msg_type=MESSAGE_TYPE_CLOSED, sender_id='me'))
    listener.start()
    return [result async for result in channel.process_queue(listener)]


async def main():
    results = await process(Signed(max_workers=4, stream_delay_seconds=0), range(10))
    print(sorted(result['payload'] for result in results if result['payload'] is not None))
    print({result['sender_id'] for result in results}, len(results))
    for executor_class in (ThreadPoolExecutor, ProcessPoolExecutor):
        channel = DataProcessingChannel(2, executor_class=executor_class)
        print(len(await process(channel, range(5))), channel.max_workers)
    try:
        await process(Signed(max_workers=2), [13])
    except ValueError as error:
        print(error)


if __name__ == '__main__':
    asyncio.run(main())
