# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server on a unix socket, for the clients of either generation.

The verbs are those of 2.1. Two of 0.3.2 that mean something else there are told by what comes
with them: `c` with a channel adds a listener, and `w` with a receiver streams that listener.

Beside what both generations do: a request may also be a line, which is answered by a line, and
more may follow on the connection, as EricSocketClient sends them. A stream ends as soon as its
client is gone, and takes no more from the queue. As in both generations a request that is no
JSON is answered with a JSONDecodeError, one that is no object with a TypeError, and one that
lacks something with InvalidMessageFormat; so is a verb that is unknown, which 2.1 leaves
without an answer, and a request that is not UTF-8.
"""

import asyncio
import json
import signal
import sys
import threading
from asyncio import StreamReader, StreamWriter, start_unix_server
from asyncio.exceptions import CancelledError
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from eric_sse import get_logger
from eric_sse._hang_up import HangUp
from eric_sse._requests import Requests
from eric_sse._waiting import resolve
from eric_sse.entities import AbstractChannel
from eric_sse.exception import InvalidChannelException, InvalidListenerException, InvalidMessageFormat
from eric_sse.message import Message, MessageContract
from eric_sse.prefabs import SSEChannel

# What else programs import from here, in either generation.
__all__ = ['AbstractChannel', 'ChannelContainer', 'InvalidChannelException', 'InvalidListenerException',
           'InvalidMessageFormat', 'Message', 'MessageContract', 'SSEChannel', 'SocketServer', 'get_logger',
           'logger']

logger = get_logger()

# Of the connection that a task serves.
_hang_up: ContextVar[HangUp | None] = ContextVar('hang_up', default=None)


class ChannelContainer:
    """Channels by their ids."""

    def __init__(self) -> None:
        self.__channels: dict[str, AbstractChannel] = {}

    def add(self) -> SSEChannel:
        """Makes a channel and registers it. Of 0.3.2."""
        channel = SSEChannel()
        self.register(channel)
        return channel

    def register(self, channel: AbstractChannel) -> None:
        """Registers a channel. Raises InvalidChannelException where its id is taken."""
        if channel.id in self.__channels:
            raise InvalidChannelException(f'Channel with id {channel.id} already exists')
        self.__channels[channel.id] = channel

    def register_iterable(self, channels: Iterable[AbstractChannel]) -> None:
        """Registers those of the channels whose ids are not taken yet."""
        for channel in channels:
            if channel.id not in self.__channels:
                self.register(channel)

    def get(self, channel_id: str) -> AbstractChannel:
        """The channel with an id."""
        try:
            return self.__channels[channel_id]
        except KeyError:
            raise InvalidChannelException(f'No channel with id {channel_id}') from None

    def rm(self, channel_id: str) -> None:
        """Removes the channel with an id."""
        try:
            del self.__channels[channel_id]
        except KeyError:
            raise InvalidChannelException(f'No channel with id {channel_id}') from None

    def get_all_ids(self) -> Iterable[str]:
        """The ids of all channels."""
        return self.__channels.keys()


@asynccontextmanager
async def _closing(stream: Any) -> AsyncIterator[Any]:
    """Streams of overridden methods need not be generators."""
    try:
        yield stream
    finally:
        if hasattr(stream, 'aclose'):
            await stream.aclose()


class SocketServer:
    """Serves the channels of a container on a unix socket.

    A request is a JSON object: `v` is the verb, `c` the id of a channel, `r` that of a
    listener, `t` the type of a message and `p` its payload.

    ====  ======================================  ==================
    verb  what it does                            answer
    ====  ======================================  ==================
    d     dispatches a message to a listener      `ack`
    b     broadcasts a message                    `ack`
    c     makes a channel; with one, as `r`       an id
    r     adds a listener                         its id
    l     starts a listener                       its events, a line each
    w     watches a channel; with `r`, as `l`     the events, a line each
    rl    removes a listener                      `ack`
    rc    removes a channel                       `ack`
    ====  ======================================  ==================

    What goes wrong is answered as Python shows the exception."""

    cc = ChannelContainer()
    ACK = 'ack'

    def __init__(self, file_descriptor_path: str) -> None:
        self.__path = Path(file_descriptor_path)
        self.__server: asyncio.Server | None = None
        self.__connections: set[asyncio.Task] = set()
        self.__stopping: asyncio.Task | None = None

    @staticmethod
    def start(file_descriptor_path: str) -> None:
        """Serves on a path until SIGINT or SIGTERM, and ends the program."""
        try:
            asyncio.run(SocketServer(file_descriptor_path).main())
        except CancelledError:
            sys.exit(0)

    @staticmethod
    def __parse(raw_command: str) -> tuple[dict[str, Any], Any]:
        try:
            command = json.loads(raw_command)
            if command['v'] in ('d', 'b'):
                return command, Message(command['t'], command.get('p'))
            return command, None
        except KeyError as error:
            logger.error(repr(error))
            raise InvalidMessageFormat(raw_command) from error

    @staticmethod
    async def handle_command(raw_command: str) -> AsyncGenerator[str, None]:
        """Does what a request says, and has the answer, or the lines of a stream."""
        command, message = SocketServer.__parse(raw_command)
        verb: str = command['v']
        # An id that is not there is one that nobody has.
        channel_id: Any = command.get('c')
        listener_id: Any = command.get('r')
        logger.info('received command %s', verb)

        if verb == 'c' and channel_id is None:
            channel = SSEChannel()
            SocketServer.cc.register(channel)
            yield channel.id
        elif verb == 'd':
            SocketServer.cc.get(channel_id).dispatch(listener_id, message)
            yield SocketServer.ACK
        elif verb == 'b':
            SocketServer.cc.get(channel_id).broadcast(message)
            yield SocketServer.ACK
        elif verb in ('c', 'r'):
            yield SocketServer.cc.get(channel_id).add_listener().id
        elif verb == 'rl':
            SocketServer.cc.get(channel_id).remove_listener(listener_id)
            yield SocketServer.ACK
        elif verb == 'rc':
            SocketServer.cc.rm(channel_id)
            yield SocketServer.ACK
        elif verb in ('l', 'w'):
            async with aclosing(SocketServer.__stream(channel_id, listener_id, verb)) as lines:
                async for line in lines:
                    yield line
        else:
            raise InvalidMessageFormat(raw_command)

    @staticmethod
    async def __stream(channel_id: str, listener_id: Any, verb: str) -> AsyncGenerator[str, None]:
        channel = SocketServer.cc.get(channel_id)
        if verb == 'w' and listener_id is None:
            stream = await resolve(channel.watch())
        else:
            listener = channel.get_listener(listener_id)
            await resolve(listener.start())
            stream = channel.message_stream(listener)
            # One that is overridden may be a coroutine.
            stream = await stream if asyncio.iscoroutine(stream) else stream
        # Other requests are carried out, also for who does not wait for the answer.
        with _hang_up.get() or nullcontext():
            async with _closing(stream):
                async for event in stream:
                    yield f'{json.dumps(event)}\n'

    @staticmethod
    async def connect_callback(reader: StreamReader, writer: StreamWriter) -> None:
        """Serves one connection."""
        requests = Requests(reader)
        hang_up = HangUp(writer)
        _hang_up.set(hang_up)
        try:
            async for request in requests:
                await SocketServer.__answer(request, writer, requests.are_lines)
        except CancelledError:
            if not hang_up.has_happened:
                raise
        except ConnectionError:
            logger.info('A client has gone')
        except Exception as error:
            logger.error(error)
            writer.write(repr(error).encode())
        finally:
            writer.close()

    @staticmethod
    async def __answer(request: str, writer: StreamWriter, is_line: bool) -> None:
        try:
            async with aclosing(SocketServer.handle_command(request)) as responses:
                async for response in responses:
                    writer.write(response.encode())
                    if is_line and not response.endswith('\n'):
                        writer.write(b'\n')
                    await writer.drain()
        except ConnectionError:
            raise
        except Exception as error:
            logger.error(error)
            writer.write(f'{error!r}\n'.encode() if is_line else repr(error).encode())
            await writer.drain()

    async def __serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task: Any = asyncio.current_task()
        self.__connections.add(task)
        try:
            await type(self).connect_callback(reader, writer)
        finally:
            self.__connections.discard(task)

    async def shutdown(self, server: asyncio.Server | None = None) -> None:
        """Ends all connections, and stops."""
        server = server or self.__server
        if server is None:
            return
        self.__server = None
        logger.info('graceful shutdown')
        server.close()
        for task in tuple(self.__connections):
            task.cancel()
        await asyncio.gather(*self.__connections, return_exceptions=True)
        await server.wait_closed()
        self.__path.unlink(missing_ok=True)
        logger.info('done')

    def __stop(self) -> None:
        if self.__stopping is None:
            self.__stopping = asyncio.ensure_future(self.shutdown())

    async def main(self) -> None:
        """Serves until `shutdown`, or until SIGINT or SIGTERM where that is possible, which is
        in the main thread. Then it raises CancelledError, as in both generations."""
        self.__stopping = None
        self.__server = server = await start_unix_server(self.__serve, path=self.__path)
        logger.info('Serving on %s', self.__path)
        loop = asyncio.get_running_loop()
        signals: tuple[signal.Signals, ...] = ()
        if threading.current_thread() is threading.main_thread():
            signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.__stop)
        try:
            await server.serve_forever()
        finally:
            for number in signals:
                loop.remove_signal_handler(number)
            await (self.__stopping or self.shutdown())
