# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For 0.3.2: sends a request over a socket, and prints what comes back."""

import asyncio
import json
import sys
from pathlib import Path


async def main():
    reader, writer = await asyncio.open_unix_connection(Path(sys.argv[1]))
    writer.write(json.dumps(json.loads(sys.argv[2])).encode())
    writer.write_eof()
    await writer.drain()
    while not reader.at_eof():
        line = await reader.readline()
        if line:
            print(line.decode().rstrip('\n'), flush=True)
    writer.close()


asyncio.run(main())
