#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""producer_consumer.py FILE...: the checksums of files, each as it is finished.

This is a program for the Python package eric-sse, and runs with it. With the package of the
same name that comes with this library, the threads and the queue are the library's:

    PYTHONPATH=bindings/python examples/python-eric-sse/producer_consumer.py /bin/*"""

import asyncio
import hashlib
import sys

from eric_sse.listener import MessageQueueListener
from eric_sse.message import Message, MessageContract
from eric_sse.prefabs import DataProcessingChannel


class Hasher(MessageQueueListener):
    """Called in several threads at once. A payload is the very object that was sent."""

    def on_message(self, msg: MessageContract) -> None:
        with open(msg.payload['path'], 'rb') as file:
            msg.payload['sha256'] = hashlib.sha256(file.read()).hexdigest()


async def main(paths: list[str]) -> None:
    channel = DataProcessingChannel(max_workers=4)
    hasher = Hasher()
    channel.register_listener(hasher)
    for path in paths:
        channel.dispatch(hasher.id, Message(msg_type='file', msg_payload={'path': path}))
    async for event in channel.process_queue(hasher):
        print(event['data']['sha256'], event['data']['path'], sep='  ')


if len(sys.argv) < 2:
    sys.exit(f'Usage: {sys.argv[0]} FILE...')
try:
    asyncio.run(main(sys.argv[1:]))
except OSError as error:
    sys.exit(str(error))
