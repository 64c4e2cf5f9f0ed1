# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: two listeners talk with each other."""

import asyncio

from eric_sse.message import Message, MessageContract
from eric_sse.prefabs import SimpleDistributedApplicationChannel, SimpleDistributedApplicationListener

N_TURNS = 200


def hello(msg: MessageContract) -> list[Message]:
    if msg.payload == N_TURNS:
        return [Message('bye'), Message('stop')]
    return [Message(msg_type='hello', msg_payload=msg.payload + 1)]


def bye(msg: MessageContract) -> list[Message]:
    print('bye', msg.sender_id is not None)
    return [Message('stop')]


def create_listener(channel: SimpleDistributedApplicationChannel):
    listener = SimpleDistributedApplicationListener()
    listener.set_action('hello', hello)
    listener.set_action('bye', bye)
    channel.register_listener(listener)
    listener.start()
    return listener


async def talk(listener, channel):
    return [event['event'] async for event in channel.message_stream(listener)]


async def main():
    channel = SimpleDistributedApplicationChannel()
    alice, bob = create_listener(channel), create_listener(channel)
    bob.dispatch_to(alice, Message(msg_type='hello', msg_payload=1))
    events = await asyncio.gather(asyncio.create_task(talk(alice, channel)),
                                  asyncio.create_task(talk(bob, channel)))
    print(sum(kinds.count('hello') for kinds in events), [kinds[-1] for kinds in events])


asyncio.run(main())
