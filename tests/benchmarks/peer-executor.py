#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a task costs in Python: in the executor of the standard library, and in the thread
pool listener of the Python package eric-sse 0.3, where ERIC_SSE_PYTHON_PACKAGE is the
folder that has it."""

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

N_TASKS = 50000
N_ROUNDS = 5


def task(message):
    return message


def run_executor():
    with ThreadPoolExecutor(max_workers=2) as executor:
        for number in range(N_TASKS):
            executor.submit(task, number)


def run_listener():
    from eric_sse.entities import Message
    from eric_sse.prefabs import DataProcessingChannel

    channel = DataProcessingChannel()
    listener = channel.add_threaded_listener(task, 2)
    listener.start_sync()
    for number in range(N_TASKS):
        channel.dispatch(listener.id, Message(type='x', payload=number))
    channel.notify_end()

    async def read():
        async for _ in await channel.message_stream(listener):
            pass
    asyncio.run(read())


def measure(name, run):
    times = []
    for _ in range(N_ROUNDS):
        begun = time.monotonic()
        run()
        times.append((time.monotonic() - begun) * 1e9 / N_TASKS)
    print(f'{name:<44} {sorted(times)[N_ROUNDS // 2]:8.1f} ns a task')


measure("Python's ThreadPoolExecutor", run_executor)
if 'ERIC_SSE_PYTHON_PACKAGE' in os.environ:
    sys.path.insert(0, os.environ['ERIC_SSE_PYTHON_PACKAGE'])
    import logging
    logging.disable()
    measure("the Python package's ThreadPoolListener", run_listener)
