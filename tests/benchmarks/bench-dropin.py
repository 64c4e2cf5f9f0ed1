#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package eric_sse of this library beside the Python package that it stands in for, where
ERIC_SSE_PYTHON_PACKAGE is the folder that has that one, of either generation. The two run in
turns, each in processes of its own."""

import asyncio
import inspect
import logging
import os
import subprocess
import sys
import time

N_LISTENERS = 100
N_BURSTS = 40
BURST = 50              # broadcasts until the listeners take what is theirs
N_MESSAGES = 100000
N_TASKS = 20000
N_ROUNDS = 5

PEER = os.environ.get('ERIC_SSE_PYTHON_PACKAGE')


def load():
    logging.disable()
    from eric_sse import entities, prefabs
    return entities, prefabs


def start(listener):
    getattr(listener, 'start_sync', listener.start)()


def measure_broadcast():
    """Nanoseconds for a listener."""
    entities, prefabs = load()
    channel = prefabs.SSEChannel()
    listeners = [channel.add_listener() for _ in range(N_LISTENERS)]
    for listener in listeners:
        start(listener)
    elapsed = 0
    for _ in range(N_BURSTS):
        begun = time.process_time()
        for number in range(BURST):
            channel.broadcast(entities.Message('tick', {'number': number}))
        elapsed += time.process_time() - begun
        for listener in listeners:
            for number in range(BURST):
                assert channel.deliver_next(listener.id).payload['number'] == number
    return elapsed * 1e9 / N_BURSTS / BURST / N_LISTENERS


def measure_stream():
    """Nanoseconds for a message, which `async for` reads."""
    entities, prefabs = load()
    channel = prefabs.SSEChannel()
    listener = channel.add_listener()
    for number in range(N_MESSAGES):
        channel.dispatch(listener.id, entities.Message('tick', number))

    async def read():
        start(listener)
        stream = channel.message_stream(listener)
        stream = await stream if inspect.iscoroutine(stream) else stream
        expected = 0
        begun = time.process_time()
        async for event in stream:
            assert event['data'] == expected
            expected += 1
            if expected == N_MESSAGES:
                return time.process_time() - begun
    return asyncio.run(read()) * 1e9 / N_MESSAGES


def measure_tasks():
    """Nanoseconds for a task that does nothing, in two threads. 2.1 alone has it."""
    entities, prefabs = load()
    if 'process_queue' not in dir(prefabs.DataProcessingChannel):
        return 0
    channel = prefabs.DataProcessingChannel(max_workers=2)
    listener = channel.add_listener()
    for number in range(N_TASKS):
        channel.dispatch(listener.id, entities.Message('task', number))

    async def read():
        begun = time.monotonic()
        n_results = 0
        async for _ in channel.process_queue(listener):
            n_results += 1
        assert n_results == N_TASKS
        return time.monotonic() - begun
    return asyncio.run(read()) * 1e9 / N_TASKS


MEASURES = {
    f'broadcast to {N_LISTENERS} listeners, a listener': measure_broadcast,
    f'{N_MESSAGES} messages into async for, a message': measure_stream,
    f'{N_TASKS} tasks in two threads, a task': measure_tasks,
}


def run(name, folder):
    environment = dict(os.environ)
    if folder is not None:
        environment['PYTHONPATH'] = folder + os.pathsep + environment.get('PYTHONPATH', '')
    output = subprocess.run([sys.executable, __file__, name], env=environment, check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return float(output)


def main():
    for name in MEASURES:
        own, peer = [], []
        for _ in range(N_ROUNDS):
            own.append(run(name, None))
            if PEER is not None:
                peer.append(run(name, PEER))
        median = sorted(own)[N_ROUNDS // 2]
        print(f'{name:<50} {median:8.0f} ns')
        if peer and max(peer) > 0:
            peer_median = sorted(peer)[N_ROUNDS // 2]
            print(f'{"  the Python package":<50} {peer_median:8.0f} ns {peer_median / median:8.1f} times ours')


if __name__ == '__main__':
    if len(sys.argv) > 1:
        print(MEASURES[sys.argv[1]]())
    else:
        main()
