# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Noticing that a peer has gone while there is nothing to send to it."""

import asyncio
import select
from asyncio import StreamWriter
from typing import Any

__all__ = ['HangUp']


class HangUp:
    """Cancels the task that enters it, when the peer of a connection has closed it.

    A peer that has only shut down its side, as clients do behind a request, is still there:
    the end of what can be read does not tell. That both sides are closed does."""

    def __init__(self, writer: StreamWriter) -> None:
        self.has_happened = False
        self.__socket = writer.get_extra_info('socket')
        self.__epoll: Any = None

    def __enter__(self) -> 'HangUp':
        self.__task: Any = asyncio.current_task()
        self.__loop = asyncio.get_running_loop()
        if self.__socket is None or not hasattr(select, 'epoll'):
            return self
        if self.__socket.fileno() < 0:
            self.__hung_up()
            return self
        self.__epoll = select.epoll()
        # That is told without being asked for.
        self.__epoll.register(self.__socket.fileno(), 0)
        self.__loop.add_reader(self.__epoll.fileno(), self.__hung_up)
        return self

    def __exit__(self, *_error: Any) -> None:
        self.__forget()

    def __hung_up(self) -> None:
        self.has_happened = True
        self.__forget()
        self.__task.cancel()

    def __forget(self) -> None:
        if self.__epoll is not None:
            self.__loop.remove_reader(self.__epoll.fileno())
            self.__epoll.close()
            self.__epoll = None
