#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What messages cost in Python, beside the Python package eric-sse where
ERIC_SSE_PYTHON_PACKAGE names the folder that has it (several, separated by a colon). Each
package runs in a process of its own, in turns with ours. The figures are nanoseconds; a
ratio above 1 says that ours is faster. Time is that of the processor, so that a busy machine matters less."""

import asyncio
import inspect
import json
import logging
import os
import statistics
import subprocess
import sys
import time

N_LISTENERS = 100
N_BROADCASTS = 2000
BURST = 50             # broadcasts until the listeners take what is theirs
N_STREAMED = 100_000
N_CALLS = 20_000
N_ROUNDS = 5
BATCH = 250            # the default of batches()
LIMITS = {'broadcast to 100 listeners, per listener': 5, 'async for': 1, 'async for, in batches': 3}


def timed(function, n):
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1e9 / n


def repeat(function):
    def run():
        for _ in range(N_CALLS):
            function()
    return timed(run, N_CALLS)


class Ours:
    name = 'ours'

    def __init__(self):
        import gi
        gi.require_version('Eric', '1')
        from gi.repository import Eric
        self.Eric = Eric

    def channel(self):
        return self.Eric.SseChannel(history_size=0)

    def listeners(self, channel, n):
        listeners = [channel.add_listener() for _ in range(n)]
        for listener in listeners:
            listener.start()
        return listeners

    def message(self, payload):
        return self.Eric.Message('test', payload)

    def drain(self, _channel, listener):
        listener.deliver_batch(BURST)

    async def stream(self, channel, listener, n):
        async for _ in channel.message_stream(listener):
            n -= 1
            if n == 0:
                break

    async def batches(self, channel, listener, n):
        async for batch in channel.message_stream(listener).batches(BATCH):
            for _ in batch:
                n -= 1
            if n == 0:
                break


class Package:
    """Of the versions 0.3 and 2.1."""

    def __init__(self, folder):
        sys.path.insert(0, folder)
        logging.disable()
        from eric_sse import entities, prefabs
        self.prefabs = prefabs
        self.Message = getattr(entities, 'Message', None)
        if self.Message is None:
            from eric_sse.message import Message
            self.Message = Message
        self.names = list(inspect.signature(self.Message).parameters)[:2]

    def channel(self):
        return self.prefabs.SSEChannel()

    def listeners(self, channel, n):
        listeners = [channel.add_listener() for _ in range(n)]
        for listener in listeners:
            (getattr(listener, 'start_sync', None) or listener.start)()
        return listeners

    def message(self, payload):
        return self.Message(**dict(zip(self.names, ('test', payload))))

    def drain(self, channel, listener):
        for _ in range(BURST):
            channel.deliver_next(listener.id)

    async def stream(self, channel, listener, n):
        stream = channel.message_stream(listener)
        if inspect.isawaitable(stream):
            stream = await stream
        async for _ in stream:
            n -= 1
            if n == 0:
                break

    batches = None


def broadcast(side, channel, listeners, message):
    """A burst of broadcasts. That all messages are taken again does not count."""
    nanoseconds = timed(lambda: [channel.broadcast(message) for _ in range(BURST)], BURST * N_LISTENERS)
    for listener in listeners:
        side.drain(channel, listener)
    return nanoseconds


def measure(side):
    """Name and nanoseconds of each figure."""
    figures = {}
    payload = {'n': 1, 'words': ['a', 'b']}
    figures['a message, text'] = repeat(lambda: side.message('words'))
    figures['a message, dict'] = repeat(lambda: side.message(payload))
    message = side.message(payload)
    figures['read its payload'] = repeat(lambda: message.payload)

    channel = side.channel()
    listeners = side.listeners(channel, N_LISTENERS)
    figures['broadcast to 100 listeners, per listener'] = statistics.mean(
        broadcast(side, channel, listeners, message) for _ in range(N_BROADCASTS // BURST))
    channel = side.channel()
    listener, = side.listeners(channel, 1)
    figures['dispatch to one'] = repeat(lambda: channel.dispatch(listener.id, message))
    figures['deliver_next'] = repeat(lambda: channel.deliver_next(listener.id))

    for name, read in ('async for', side.stream), ('async for, in batches', side.batches):
        if read is not None:
            for number in range(N_STREAMED):
                channel.dispatch(listener.id, side.message('words'))
            figures[name] = timed(lambda: asyncio.run(read(channel, listener, N_STREAMED)), N_STREAMED)
    return figures


def run_alone(folder):
    """The figures of a process of its own, where `folder` has a package, of ours else."""
    done = subprocess.run([sys.executable, __file__, '--alone', folder], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def main():
    if sys.argv[1:2] == ['--alone']:
        print(json.dumps(measure(Package(sys.argv[2]) if sys.argv[2] else Ours())))
        return 0
    folders = [folder for folder in os.environ.get('ERIC_SSE_PYTHON_PACKAGE', '').split(':') if folder]
    rounds = [[run_alone(folder) for folder in ['', *folders]] for _ in range(N_ROUNDS)]
    names = ['ours', *(os.path.basename(folder.rstrip('/')) for folder in folders)]
    print(f'{"nanoseconds":<44}' + ''.join(f'{name:>12}' for name in names) + '      ratios')
    missed = 0
    for figure in rounds[0][0]:
        ours = [row[0][figure] for row in rounds]
        line = f'{figure:<44}{statistics.median(ours):12.0f}'
        ratios = []
        for i in range(1, len(names)):
            theirs = [row[i].get(figure, row[i]['async for']) for row in rounds]
            ratios.append(statistics.median(there / here for here, there in zip(ours, theirs)))
            line += f'{statistics.median(theirs):12.0f}'
            missed += ratios[-1] < LIMITS.get(figure, 0)
        print(line + '      ' + '  '.join(f'{ratio:.2f}' for ratio in ratios), flush=True)
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
