#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Work in threads, in both generations."""

import asyncio
import logging
import subprocess
import sys
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from eric_sse._pool import ThreadPool
from eric_sse.entities import MESSAGE_TYPE_CLOSED, Message, MessageQueueListener
from eric_sse.exception import InvalidListenerException, NoMessagesException
from eric_sse.prefabs import (DataProcessingChannel, SimpleDistributedApplicationChannel,
                              SimpleDistributedApplicationListener, SSEChannel, ThreadPoolListener)

from dropin_util import DEADLINE, run, started, turns


async def read(channel, listener):
    return [event async for event in await channel.message_stream(listener)]


def test_callbacks_run_at_once():
    """Each waits for the other: 0.3.2 itself would wait for ever."""
    together = threading.Barrier(2, timeout=DEADLINE)
    met = []

    def meet(message):
        together.wait()
        met.append(message.payload)

    async def program():
        channel = DataProcessingChannel()
        listener = channel.add_threaded_listener(meet, 2)
        await listener.start()
        for number in range(10):
            channel.dispatch(listener.id, Message(type='m', payload=number))
        channel.notify_end()
        events = await read(channel, listener)
        assert [event['event'] for event in events] == ['m'] * 10 + [MESSAGE_TYPE_CLOSED]
        assert events[0] == {'event': 'm', 'retry': 5, 'data': 0}
        assert sorted(met) == list(range(10))
    run(program())


def test_stream_ends_when_all_is_finished():
    begun, may_end = threading.Event(), threading.Event()
    finished = []

    def work(message):
        begun.set()
        assert may_end.wait(DEADLINE)
        finished.append(message)

    async def program():
        channel = DataProcessingChannel()
        listener = channel.add_threaded_listener(work, 1)
        listener.start_sync()
        channel.broadcast(Message('m'))
        channel.notify_end()
        channel.broadcast(Message('behind the end'))
        reader = asyncio.create_task(read(channel, listener))
        await asyncio.to_thread(begun.wait, DEADLINE)
        await turns()
        assert not reader.done() and listener.is_running()
        with pytest.raises(NoMessagesException):
            channel.deliver_next(listener.id)
        may_end.set()
        assert len(await reader) == 2 and len(finished) == 1
        assert not listener.is_running()
        listener.start()
        channel.notify_end()
        assert [event['event'] for event in await read(channel, listener)] == ['behind the end',
                                                                               MESSAGE_TYPE_CLOSED]
        assert len(finished) == 2
    run(program())


def test_callback_that_fails(caplog):
    async def program():
        channel = SSEChannel()
        listener = ThreadPoolListener(lambda message: 1 / message.payload, max_workers=2)
        channel.register_listener(listener)
        listener.start()
        for number in (0, 1, 0):
            channel.broadcast(Message('m', number))
        channel.broadcast(Message(MESSAGE_TYPE_CLOSED))
        assert len(await read(channel, listener)) == 4
    with caplog.at_level(logging.ERROR, logger='eric_sse'):
        logging.getLogger('eric_sse').propagate = True
        run(program())
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError] * 2


def test_listener_without_work():
    async def program():
        channel = DataProcessingChannel()
        listener = channel.add_threaded_listener(print, 1)
        listener.start()
        channel.notify_end()
        assert len(await read(channel, listener)) == 1
    run(program())


class Meeting(MessageQueueListener):
    def __init__(self, count):
        super().__init__()
        self.together = threading.Barrier(count, timeout=DEADLINE)

    def on_message(self, msg):
        self.together.wait()


def fill(channel, listener, payloads):
    channel.register_listener(listener)
    for payload in payloads:
        channel.dispatch(listener.id, Message('m', payload))
    return listener


async def process(channel, listener):
    return [event async for event in channel.process_queue(listener)]


@pytest.mark.parametrize('arguments', [{}, {'executor_class': ThreadPoolExecutor}])
def test_process_queue(arguments):
    async def program():
        channel = DataProcessingChannel(max_workers=3, **arguments)
        listener = fill(channel, Meeting(3), range(30))
        results = await process(channel, listener)
        assert sorted(result['data'] for result in results) == list(range(30))
        assert results[0].keys() == {'event', 'data'}
        assert await process(channel, listener) == []
    run(program())


def test_order_of_completion():
    class Waiting(MessageQueueListener):
        done = threading.Event()

        def on_message(self, msg):
            if msg.payload == 'waits':
                assert self.done.wait(DEADLINE)

    async def program():
        channel = DataProcessingChannel(2)
        listener = fill(channel, Waiting(), ['waits', 'first'])
        results = []
        async for result in channel.process_queue(listener):
            results.append(result['data'])
            listener.done.set()
        assert results == ['first', 'waits']
    run(program())


class Unlucky(MessageQueueListener):
    def on_message(self, msg):
        if msg.payload == 1:
            raise ValueError('unlucky')


def test_process_queue_fails():
    async def program():
        channel = DataProcessingChannel(1)
        listener = fill(channel, Unlucky(), range(3))
        results = []
        with pytest.raises(ValueError, match='unlucky'):
            async for result in channel.process_queue(listener):
                results.append(result['data'])
        assert results == [0]
        with pytest.raises(InvalidListenerException):
            await process(channel, MessageQueueListener())
    run(program())


def test_leaving_early_loses_nothing():
    class Counting(MessageQueueListener):
        def __init__(self):
            super().__init__()
            self.all_done = threading.Semaphore(0)

        def on_message(self, msg):
            self.all_done.release()

    async def program():
        channel = DataProcessingChannel(2)
        listener = fill(channel, Counting(), range(20))
        async for _ in channel.process_queue(listener):
            break
        for _ in range(20):
            assert await asyncio.to_thread(listener.all_done.acquire, timeout=DEADLINE)
    run(program())


def test_processes():
    async def program():
        channel = DataProcessingChannel(2, executor_class=ProcessPoolExecutor)
        results = await process(channel, fill(channel, MessageQueueListener(), range(5)))
        assert sorted(result['data'] for result in results) == list(range(5))
    run(program())


def test_pool():
    """What ThreadPoolExecutor promises."""
    with pytest.raises(ValueError):
        ThreadPool(0)
    with ThreadPool(max_workers=2) as pool:
        assert list(pool.map(pow, [2, 3], [3, 2])) == [8, 9]
        future = pool.submit(int, '12', base=3)
        assert future.result(DEADLINE) == 5
        assert isinstance(pool.submit(int, 'x').exception(DEADLINE), ValueError)
        assert isinstance(pool.submit(sys.exit).exception(DEADLINE), SystemExit)
    with pytest.raises(RuntimeError):
        pool.submit(int)
    pool.shutdown()


def test_pool_is_cancelled():
    begun, may_end = threading.Event(), threading.Event()

    def block():
        begun.set()
        assert may_end.wait(DEADLINE)

    pool = ThreadPool(1)
    futures = [pool.submit(block)] + [pool.submit(int) for _ in range(5)]
    assert begun.wait(DEADLINE)
    pool.shutdown(wait=False, cancel_futures=True)
    may_end.set()
    pool.shutdown()
    assert [future.cancelled() for future in futures] == [False] + [True] * 5
    assert futures[0].result(DEADLINE) is None


def test_pool_drops_what_it_ran():
    class Thing:
        pass

    async def program():
        import gc
        import weakref
        with ThreadPool(1) as pool:
            thing = Thing()
            kept = weakref.ref(thing)
            assert pool.submit(type, thing).result(DEADLINE) is Thing
            del thing
        gc.collect()
        assert kept() is None
    run(program())


def test_program_that_ends_meanwhile():
    program = """
import sys, threading
from eric_sse.prefabs import ThreadPoolListener
from eric_sse.message import Message

begun = threading.Event()

def work(message):
    begun.set()
    for _ in range(200000):
        pass
    sys.stdout.write(message.payload + '\\n')

listener = ThreadPoolListener(work, 2)
for number in range(5):
    listener.on_message(Message('m', 'done'))
begun.wait()
"""
    result = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, timeout=DEADLINE)
    assert (result.returncode, result.stdout) == (0, 'done\n' * 5), result.stderr


@pytest.mark.parametrize('how', ['leave', 'drop'])
def test_program_that_ends_behind_its_pool(how):
    """What a pool was given is done, also when nobody has the pool any more."""
    program = """
import asyncio, gc, sys, time
from eric_sse._pool import ThreadPool
from eric_sse.message import Message
from eric_sse.listener import MessageQueueListener
from eric_sse.prefabs import DataProcessingChannel

class Worker(MessageQueueListener):
    def on_message(self, msg):
        time.sleep(0.02)
        sys.stdout.write('done\\n')

async def leave():
    channel, listener = DataProcessingChannel(2), Worker()
    channel.register_listener(listener)
    for number in range(20):
        channel.dispatch(listener.id, Message('m', number))
    async for _ in channel.process_queue(listener):
        break

def drop():
    pool = ThreadPool(2)
    for number in range(20):
        pool.submit(Worker().on_message, None)

if sys.argv[1] == 'leave':
    asyncio.run(leave())
else:
    drop()
gc.collect()
"""
    result = subprocess.run([sys.executable, '-c', program, how], capture_output=True, text=True, timeout=DEADLINE)
    assert (result.returncode, result.stdout, result.stderr) == (0, 'done\n' * 20, '')


def test_executor_of_ones_own():
    """It need not have threads at all."""
    class Immediate:
        def __init__(self, max_workers):
            assert max_workers == 1

        def submit(self, function, *arguments):
            future = Future()
            future.set_result(function(*arguments))
            return future

        def shutdown(self, wait):
            pass

    async def program():
        channel = DataProcessingChannel(1, executor_class=Immediate)
        results = await process(channel, fill(channel, MessageQueueListener(), range(3)))
        assert [result['data'] for result in results] == [0, 1, 2]
    run(program())


def test_distributed_application(caplog):
    def answer(message):
        if message.payload == 'fail':
            raise KeyError('of the action')
        return [Message('answer', message.payload.upper()), Message('stop')]

    async def program():
        channel = SimpleDistributedApplicationChannel()
        asking, answering = SimpleDistributedApplicationListener(), SimpleDistributedApplicationListener()
        got = []
        answering.set_action('question', answer)
        asking.set_action('answer', got.append)
        for name in ('start', 'stop'):
            with pytest.raises(KeyError, match=name):
                answering.set_action(name, answer)
        for listener in (asking, answering):
            started(channel, listener)
        asking.dispatch_to(answering, Message('unknown'))
        asking.dispatch_to(answering, Message('question', 'fail'))
        asking.dispatch_to(answering, Message('question', 'why'))
        asking.dispatch_to(answering, Message('stop'))
        kinds = [event['event'] async for event in channel.message_stream(answering)]
        # What an action raises is told, also if it is a KeyError.
        assert kinds == ['unknown', 'error', 'question', 'stop']
        assert [event['event'] async for event in channel.message_stream(asking)] == ['answer', 'stop']
        assert (got[0].payload, got[0].sender_id) == ('WHY', answering.id)
    run(program())
