# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The requests of a connection to the socket server."""

import json
from asyncio import StreamReader
from collections.abc import AsyncIterator

from eric_sse.exception import InvalidMessageFormat

__all__ = ['Requests']

# The longest request, in bytes.
MAX_REQUEST = 16 * 1024 * 1024

_CHUNK = 64 * 1024


class Requests:
    """The requests of a connection, as they come."""

    def __init__(self, reader: StreamReader) -> None:
        self.__reader = reader
        self.__buffer = bytearray()
        self.are_lines = False

    @staticmethod
    def __decode(request: bytes) -> str:
        try:
            return request.decode()
        except UnicodeDecodeError as error:
            raise InvalidMessageFormat(f'A request must be UTF-8: {error}') from error

    def __take_line(self) -> str | None:
        """A line, if there is one. What a first line begins that is no JSON by itself ends
        with the connection."""
        length = self.__buffer.find(b'\n')
        if length < 0:
            return None
        line = bytes(self.__buffer[:length])
        if not self.are_lines:
            try:
                json.loads(line)
            except ValueError:
                return None
        self.are_lines = True
        del self.__buffer[:length + 1]
        return self.__decode(line)

    async def __aiter__(self) -> AsyncIterator[str]:
        may_be_lines = True
        while True:
            while may_be_lines and (line := self.__take_line()) is not None:
                if line.strip():
                    yield line
            may_be_lines = self.are_lines or b'\n' not in self.__buffer
            if len(self.__buffer) > MAX_REQUEST:
                raise InvalidMessageFormat(f'A request has more than {MAX_REQUEST} bytes')
            if not (chunk := await self.__reader.read(_CHUNK)):
                break
            self.__buffer += chunk
        if self.__buffer or not self.are_lines:
            yield self.__decode(self.__buffer)
