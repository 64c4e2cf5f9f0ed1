# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the socket server. The module came with 2.1.

It works with the servers of either generation, with that of this package, and with
EricSocketServer: each request has a connection of its own, whose end is the end of the
request. What a server says instead of an answer is returned, not raised.
"""

import json
from asyncio import StreamReader, StreamWriter, open_unix_connection
from collections.abc import AsyncIterable
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ['SocketClient']

# The longest line of a stream, in bytes.
MAX_LINE = 16 * 1024 * 1024


class SocketClient:
    """Uses the channels of another process."""

    def __init__(self, file_descriptor_path: str) -> None:
        self.__path = Path(file_descriptor_path)

    async def __send(self, payload: dict) -> tuple[StreamReader, StreamWriter]:
        request = json.dumps(payload).encode()
        reader, writer = await open_unix_connection(self.__path, limit=MAX_LINE)
        writer.write(request)
        writer.write_eof()
        return reader, writer

    @staticmethod
    async def __close(writer: StreamWriter) -> None:
        writer.close()
        # Who has gone already is gone.
        with suppress(OSError):
            await writer.wait_closed()

    async def send_payload(self, payload: dict) -> str:
        """Sends a request, and returns the answer as it comes."""
        reader, writer = await self.__send(payload)
        try:
            return (await reader.read()).decode()
        finally:
            await self.__close(writer)

    async def create_channel(self) -> str:
        """Makes a channel, and returns its id."""
        return await self.send_payload({'v': 'c'})

    async def register(self, channel_id: str) -> str:
        """Adds a listener to a channel, and returns its id."""
        return await self.send_payload({'v': 'r', 'c': channel_id})

    async def stream(self, channel_id: str, listener_id: str) -> AsyncIterable[str]:
        """Starts a listener, and has a line for each of its messages, with its end."""
        reader, writer = await self.__send({'v': 'l', 'c': channel_id, 'r': listener_id})
        try:
            while line := await reader.readline():
                yield line.decode()
        finally:
            await self.__close(writer)

    async def broadcast_message(self, channel_id: str, message_type: str, payload: Any) -> str:
        """Sends a message to all listeners of a channel."""
        return await self.send_payload({'v': 'b', 'c': channel_id, 't': message_type, 'p': payload})

    async def dispatch(self, channel_id: str, receiver_id: str, message_type: str, payload: Any) -> str:
        """Sends a message to one listener of a channel."""
        return await self.send_payload({'v': 'd', 'c': channel_id, 'r': receiver_id, 't': message_type,
                                        'p': payload})

    async def remove_listener(self, channel_id: str, listener_id: str) -> str:
        """Removes a listener of a channel."""
        return await self.send_payload({'v': 'rl', 'c': channel_id, 'r': listener_id})

    async def remove_channel(self, channel_id: str) -> str:
        """Removes a channel."""
        return await self.send_payload({'v': 'rc', 'c': channel_id})
