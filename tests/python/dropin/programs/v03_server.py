# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 0.3.2: a socket server with a channel and a listener."""

import sys
from asyncio import CancelledError, run

from eric_sse.entities import Message, MessageQueueListener
from eric_sse.servers import SocketServer


class Printer(MessageQueueListener):
    def on_message(self, msg: Message) -> None:
        super().on_message(msg)
        print(f'Received {msg.payload}', flush=True)


async def main():
    server = SocketServer(sys.argv[1])
    channel = server.cc.add()
    listener = Printer()
    channel.register_listener(listener)
    print(channel.id, listener.id, flush=True)
    await listener.start()
    await server.main()


if __name__ == '__main__':
    try:
        run(main())
    except CancelledError:
        exit(0)
