#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nothing is left behind: neither in Python nor in C."""

import asyncio
import ctypes
import gc
import os
import sys
import threading
import time
import weakref

import pytest

from eric_sse.connection import Connection
from eric_sse.entities import Message, MessageQueueListener
from eric_sse.prefabs import DataProcessingChannel, SSEChannel
from eric_sse.queues import InMemoryQueue

from dropin_util import DEADLINE, started, take, turns

N_CYCLES = 1000
POLL = 0.02    # seconds
# What may be left of a thousand cycles: less than anything that each of them makes. PyGObject
# itself loses 48 bytes for each callback that it hands to C.
TOLERANCE = 128 * 1024


class _Mallinfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                ('arena', 'ordblks', 'smblks', 'hblks', 'hblkhd', 'usmblks', 'fsmblks', 'uordblks', 'fordblks',
                 'keepcost')]


def memory():
    """The bytes in use, by C and by Python."""
    gc.collect()
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = _Mallinfo
    return mallinfo().uordblks, sys.getallocatedblocks()


class Payload:
    """Something that can be watched."""


def exchange():
    """Messages that are taken, and some that are not."""
    channel = SSEChannel()
    listeners = [started(channel) for _ in range(3)]
    for number in range(3):
        channel.broadcast(Message('m', Payload()))
        channel.dispatch(listeners[0].id, Message('m', {'number': number}))
    channel.deliver_next(listeners[0].id)
    channel.remove_listener(listeners[1].id)


def stream():
    async def program():
        channel = SSEChannel()
        listener = started(channel)
        reader = asyncio.create_task(take(channel.message_stream(listener), 2))
        await turns(3)
        channel.broadcast(Message('m', Payload()))
        channel.broadcast(Message('m', Payload()))
        channel.broadcast(Message('m', Payload()))
        assert len(await reader) == 2
        async for _ in await channel.watch():
            break
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(asyncio.wait_for(bounded(program), DEADLINE))


async def bounded(program):
    task = asyncio.create_task(program())
    await turns(20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def work():
    async def program():
        channel = DataProcessingChannel(2)
        listener = channel.add_listener()
        for _ in range(3):
            channel.dispatch(listener.id, Message('m', Payload()))
        assert len([result async for result in channel.process_queue(listener)]) == 3
    asyncio.get_event_loop_policy().get_event_loop().run_until_complete(asyncio.wait_for(program(), DEADLINE))


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize('cycle', [exchange, stream, work])
def test_no_growth(cycle, loop):
    def live():
        return sum(isinstance(thing, Payload) for thing in gc.get_objects())

    for _ in range(N_CYCLES // 4):
        cycle()
    before, files = memory(), len(os.listdir('/proc/self/fd'))
    for _ in range(N_CYCLES):
        cycle()
    after = memory()
    # The thread that had the last one may not have let go of it.
    deadline = time.monotonic() + DEADLINE
    while live() and time.monotonic() < deadline:
        time.sleep(POLL)
    assert live() == 0
    assert len(os.listdir('/proc/self/fd')) <= files
    assert after[0] - before[0] < TOLERANCE
    assert after[1] - before[1] < N_CYCLES


def test_payload_lives_as_long_as_it_waits():
    """The C queue alone keeps it, whatever the collector does."""
    channel = SSEChannel()
    listener = started(channel)
    payload = Payload()
    kept = weakref.ref(payload)
    channel.broadcast(Message('m', payload))
    del payload
    gc.collect()
    assert kept() is not None
    message = channel.deliver_next(listener.id)
    assert message.payload is kept()
    del message
    gc.collect()
    assert kept() is None


def test_payload_goes_with_its_queue():
    payloads = [Payload() for _ in range(100)]
    kept = [weakref.ref(payload) for payload in payloads]
    channel = SSEChannel()
    listener = channel.add_listener()
    for payload in payloads:
        channel.broadcast(Message('m', payload))
    del payload, payloads
    channel.remove_listener(listener.id)
    gc.collect()
    assert not any(ref() for ref in kept)


def test_payload_goes_in_another_thread():
    """The last reference is dropped by a thread that Python did not make a message in."""
    queue, kept = InMemoryQueue(), []
    for _ in range(1000):
        payload = Payload()
        kept.append(weakref.ref(payload))
        queue.push(Message('m', payload))
    del payload

    def drain():
        for _ in range(1000):
            queue.pop()
    threads = [threading.Thread(target=drain)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    gc.collect()
    assert not any(ref() for ref in kept)


def test_message_that_leads_back_to_its_queue():
    """A cycle through the C queue is not seen by the collector: who takes the message breaks
    it."""
    queue = InMemoryQueue()
    kept = weakref.ref(queue)
    queue.push(Message('m', queue))
    queue.pop()
    del queue
    gc.collect()
    assert kept() is None


def test_dropped_channel():
    channel = SSEChannel()
    connection = Connection(MessageQueueListener(), InMemoryQueue())
    channel.register_connection(connection)
    kept = weakref.ref(channel)
    del channel
    assert kept() is None


def test_stopped_program():
    """A stream that still waits when its loop is closed wakes nobody, and harms nobody."""
    async def program():
        channel = SSEChannel()
        listener = started(channel)
        task = asyncio.create_task(take(channel.message_stream(listener), 1))
        await turns(3)
        return channel, listener, task

    loop = asyncio.new_event_loop()
    channel, listener, task = loop.run_until_complete(program())
    loop.close()
    failures = []

    def use():
        try:
            channel.broadcast(Message('m', 1))
            listener.stop()
        except Exception as error:
            failures.append(error)
    thread = threading.Thread(target=use)
    thread.start()
    thread.join(DEADLINE)
    assert failures == [] and not task.done()
    assert [message.payload for message in channel.queues[listener.id]] == [1]
    task._log_destroy_pending = False
