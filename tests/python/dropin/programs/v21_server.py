# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 2.1: a socket server with a channel and a listener."""

import sys
from asyncio import CancelledError, run

from eric_sse import get_logger
from eric_sse.listener import MessageQueueListener
from eric_sse.message import Message
from eric_sse.prefabs import SSEChannel
from eric_sse.servers import SocketServer

logger = get_logger()


class Logging(MessageQueueListener):
    def on_message(self, msg: Message) -> None:
        super().on_message(msg)
        logger.info(f'Received {msg.payload}')


async def main():
    server = SocketServer(sys.argv[1])
    channel = SSEChannel()
    server.cc.register(channel)
    listener = Logging()
    channel.register_listener(listener)
    print(channel.id, listener.id, flush=True)
    await server.main()


if __name__ == '__main__':
    try:
        run(main())
    except CancelledError:
        exit(0)
