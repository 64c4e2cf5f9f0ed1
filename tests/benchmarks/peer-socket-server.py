#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The socket server of the Python package eric-sse, 2.1, with a channel "news", on the path
that is given. ERIC_SSE_PYTHON_PACKAGE is the folder that has the package."""

import asyncio
import logging
import os
import sys

sys.path.insert(0, os.environ['ERIC_SSE_PYTHON_PACKAGE'])
logging.disable()

from eric_sse.prefabs import SSEChannel      # noqa: E402: the path comes first
from eric_sse.servers import SocketServer    # noqa: E402


async def main():
    SocketServer.cc.register(SSEChannel(channel_id='news'))
    serving = asyncio.create_task(SocketServer(sys.argv[1]).main())
    while not os.path.exists(sys.argv[1]):
        await asyncio.sleep(0.01)
    print('ready', flush=True)
    await serving


asyncio.run(main())
