#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""receiver.py PATH CHANNEL [LISTENER]: prints the messages of a listener of a socket
server, or what comes on the channel from now on."""

import asyncio
import sys

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib


async def receive(path, channel_id, listener_id=None):
    async with Eric.SocketClient(path) as client:
        stream = await client.stream_async(channel_id, listener_id)
        print('Receiving', flush=True)
        async for message in stream:
            print(f'{message.type}: {message.text}', flush=True)


if len(sys.argv) not in (3, 4):
    sys.exit(f'Usage: {sys.argv[0]} PATH CHANNEL [LISTENER]')
try:
    asyncio.run(receive(*sys.argv[1:]))
except GLib.Error as error:
    sys.exit(error.message)
except KeyboardInterrupt:
    pass
