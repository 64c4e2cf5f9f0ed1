# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Threads of Python, with its lock."""

import asyncio
import socket
import threading

import pytest
from conftest import DEADLINE
from gi.repository import Eric, GLib

N_MESSAGES = 2000
N_PRODUCERS = 4


def start(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    return threads


def join(threads):
    for thread in threads:
        thread.join(DEADLINE)
        assert not thread.is_alive()


def test_producers(channel, listener):
    """In threads, while asyncio reads: everything comes, in the order of each of them."""
    def produce(name):
        def run():
            for n in range(N_MESSAGES):
                channel.broadcast(Eric.Message(name, n))
        return run

    async def main():
        seen = {str(n): [] for n in range(N_PRODUCERS)}
        threads = start(*map(produce, seen))
        left = N_MESSAGES * N_PRODUCERS
        async for message in channel.message_stream(listener):
            seen[message.type].append(message.payload)
            left -= 1
            if left == 0:
                break
        join(threads)
        return seen
    assert all(numbers == list(range(N_MESSAGES)) for numbers in asyncio.run(main()).values())


def test_consumers(channel):
    """An event loop in each of several threads; each message comes to one of them."""
    listener = channel.add_listener()
    listener.start()
    seen = []

    def consume():
        async def main():
            while (message := await listener.next_async()) is not None:
                seen.append(message.payload)
        asyncio.run(main())

    threads = start(*3 * [consume])
    for n in range(N_MESSAGES):
        channel.broadcast(Eric.Message('test', n))
    while len(seen) < N_MESSAGES:
        GLib.usleep(1000)
    listener.stop()
    join(threads)
    assert sorted(seen) == list(range(N_MESSAGES))


def test_blocking_calls_let_others_run(tmp_path):
    """Each is waited for in one thread, and ended by another: who kept the lock would keep
    the other from it."""
    pool = Eric.ThreadPoolListener.new(1, lambda message: message)
    full = Eric.Listener(capacity=1, overflow=Eric.Overflow.BLOCK)
    full.start()
    full.push(Eric.Message('test', 1))
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / 'silent'))
        silent.listen()
        client = Eric.SocketClient(str(tmp_path / 'silent'))

        def ask():
            with pytest.raises(GLib.Error):
                client.create_channel()
        for wait, end in [
            (pool.wait, lambda: [pool.start(), pool.push(Eric.Message(Eric.MESSAGE_TYPE_CLOSED))]),
            (lambda: full.push(Eric.Message('test', 2)), full.deliver_next),
            (ask, lambda: [silent.accept()[0].close()]),
        ]:
            done = []
            thread, = start(lambda: done.append(wait()))
            counted = sum(1 for _ in range(1000))
            end()
            join([thread])
            assert counted == 1000 and len(done) == 1


def test_functions_in_threads():
    """The functions of a pool run beside each other where they wait."""
    barrier = threading.Barrier(4)

    def meet(message):
        barrier.wait(DEADLINE)
        return threading.get_ident()
    results = Eric.Listener()
    pool = Eric.ThreadPoolListener.new(4, meet)
    pool.set_results(results)
    with pool, results:
        for n in range(4):
            pool.push(Eric.Message('test', n))
        pool.push(Eric.Message(Eric.MESSAGE_TYPE_CLOSED))
        pool.wait()
        threads = {message.payload for message in results if message.type == 'test'}
    assert len(threads) == 4 and threading.get_ident() not in threads


def test_messages_in_threads():
    """Made, read and dropped in threads that did not make them."""
    shared = [Eric.Message('test', {'n': n, 'text': 'x' * n}) for n in range(200)]
    problems = []

    def read():
        for _ in range(20):
            for n, message in enumerate(shared):
                if message.payload != {'n': n, 'text': 'x' * n} or len(message.text) < n:
                    problems.append(message)
    join(start(*4 * [read]))
    assert not problems
