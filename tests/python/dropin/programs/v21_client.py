# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: all that a client can do."""

import asyncio
import json
import sys

from eric_sse.clients import SocketClient


async def main(path, channel_id, listener_id):
    client = SocketClient(path)
    print(await client.broadcast_message(channel_id, 'txt', 'Hi there!'))
    print(await client.dispatch(channel_id, listener_id, 'txt', {'größe': [1, 2.5, None, True]}))
    n_lines = 0
    async for line in client.stream(channel_id, listener_id):
        print(json.loads(line))
        n_lines += 1
        if n_lines == 2:
            break

    own = await client.create_channel()
    listener = await client.register(own)
    print(len(own), len(listener))
    print('InvalidChannelException' in await client.register('2'))
    print(await client.remove_listener(own, listener))
    print('InvalidListenerException' in await client.dispatch(own, listener, 'txt', 1))
    print(await client.remove_channel(own))
    print('InvalidChannelException' in await client.send_payload({'v': 'b', 'c': own, 't': 'x'}))
    print('InvalidMessageFormat' in await client.send_payload({'c': own}))


if __name__ == '__main__':
    asyncio.run(main(*sys.argv[1:]))
