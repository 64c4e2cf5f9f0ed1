#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The socket server and its client, with each other and with those of the C library."""

import asyncio
import contextlib
import json
import os
import socket
import threading
from unittest.mock import MagicMock

import gi
import pytest

gi.require_version('Eric', '1')
from gi.repository import Eric                                               # noqa: E402

from eric_sse import _requests                                               # noqa: E402
from eric_sse.clients import SocketClient                                    # noqa: E402
from eric_sse.entities import AbstractChannel, Message, MessageQueueListener  # noqa: E402
from eric_sse.exception import InvalidChannelException, InvalidMessageFormat  # noqa: E402
from eric_sse.prefabs import SSEChannel                                      # noqa: E402
from eric_sse.servers import ChannelContainer, SocketServer                  # noqa: E402

from dropin_util import DEADLINE, run, started, take, turns                      # noqa: E402


@pytest.fixture(autouse=True)
def container(monkeypatch):
    monkeypatch.setattr(SocketServer, 'cc', ChannelContainer())
    return SocketServer.cc


@contextlib.asynccontextmanager
async def serving(folder):
    path = str(folder / 'eric.sock')
    server = SocketServer(path)
    serving = asyncio.create_task(server.main())
    await turns(5)
    try:
        yield path, server
    finally:
        await server.shutdown()
        with pytest.raises(asyncio.CancelledError):
            await serving
        assert not os.path.exists(path)


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


async def ask(path, text, end=True):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(text if isinstance(text, bytes) else text.encode())
    if end:
        writer.write_eof()
    answer = (await reader.read()).decode()
    writer.close()
    return answer


def test_all_verbs(tmp_path, container):
    async def program():
        async with serving(tmp_path) as (path, _):
            client = SocketClient(path)
            channel = await client.create_channel()
            listener = await client.register(channel)
            assert container.get(channel).get_listener(listener).id == listener
            assert await client.broadcast_message(channel, 'a', {'n': 1}) == 'ack'
            assert await client.dispatch(channel, listener, 'b', None) == 'ack'
            lines = client.stream(channel, listener)
            assert [json.loads(await anext(lines)) for _ in range(2)] == [
                {'event': 'a', 'retry': 5, 'data': {'n': 1}}, {'event': 'b', 'retry': 5, 'data': None}]
            await lines.aclose()
            assert await client.remove_listener(channel, listener) == 'ack'
            assert await client.remove_channel(channel) == 'ack'
            assert list(container.get_all_ids()) == []
    run(program())


def test_errors(tmp_path, container):
    container.register(SSEChannel(channel_id='news'))

    async def program():
        async with serving(tmp_path) as (path, _):
            client = SocketClient(path)
            assert await client.register('2') == "InvalidChannelException('No channel with id 2')"
            assert await client.remove_channel('2') == "InvalidChannelException('No channel with id 2')"
            for answer in (await client.dispatch('news', 'x', 'a', 1), await client.remove_listener('news', 'x'),
                           [line async for line in client.stream('news', 'x')][0]):
                assert answer.startswith('InvalidListenerException(')
            for wrong in ('{}', '{"v": "fly"}', '{"v": ["b"]}', '{"v": "b", "c": "news"}', b'"\xff"', b'"\xff"\n'):
                assert (await ask(path, wrong)).startswith('InvalidMessageFormat('), wrong
            # As both generations have it.
            for wrong in ('', 'no JSON', '{"v": "b"', '{"v": "b"} {}'):
                assert (await ask(path, wrong)).startswith('JSONDecodeError('), wrong
            for wrong in ('[]', '5', 'null', '"v"'):
                assert (await ask(path, wrong)).startswith('TypeError('), wrong
    run(program())


def test_payload_that_is_no_json(tmp_path, container):
    """The stream says so and ends; what is behind it waits."""
    channel = SSEChannel()
    container.register(channel)
    listener = channel.add_listener()
    channel.broadcast(Message('m', object()))
    channel.broadcast(Message('m', 1))

    async def program():
        async with serving(tmp_path) as (path, _):
            client = SocketClient(path)
            lines = [line async for line in client.stream(channel.id, listener.id)]
            assert len(lines) == 1 and lines[0].startswith('TypeError(')
            lines = client.stream(channel.id, listener.id)
            assert json.loads(await anext(lines))['data'] == 1
            await lines.aclose()
    run(program())


def test_too_large_request(tmp_path, monkeypatch):
    monkeypatch.setattr(_requests, 'MAX_REQUEST', 1000)

    async def program():
        async with serving(tmp_path) as (path, _):
            fits = json.dumps({'v': 'c', 'x': ''})
            fits = fits.replace('""', f'"{"x" * (1000 - len(fits))}"')
            assert len(fits) == 1000
            assert len(await ask(path, fits)) == 36
            assert 'InvalidMessageFormat' in await ask(path, fits + ' ')
            assert 'InvalidMessageFormat' in await ask(path, fits + ' ', end=False)
    run(program())


def test_lines(tmp_path, container):
    """Many requests on one connection; and JSON over several lines, which is one."""
    container.register(SSEChannel(channel_id='news'))

    async def program():
        async with serving(tmp_path) as (path, _):
            request = '{"v": "b", "c": "news", "t": "a"}\n'
            assert await ask(path, request * 3) == 'ack\n' * 3
            assert await ask(path, request + '\n\nno JSON\n' + request.strip()) == \
                "ack\nJSONDecodeError('Expecting value: line 1 column 1 (char 0)')\nack\n"
            assert await ask(path, json.dumps({'v': 'b', 'c': 'news', 't': 'a'}, indent=1)) == 'ack'
            reader, writer = await asyncio.open_unix_connection(path)
            for _ in range(3):
                writer.write(request[:10].encode())
                await turns()
                writer.write(request[10:].encode())
                assert await reader.readline() == b'ack\n'
            writer.close()
    run(program())


def test_verbs_of_0_3(tmp_path, container):
    channel = container.add()

    async def program():
        async with serving(tmp_path) as (path, _):
            listener = await ask(path, json.dumps({'v': 'c', 'c': channel.id, 't': 'z'}))
            assert channel.get_listener(listener).id == listener
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(json.dumps({'v': 'w', 'c': channel.id, 'r': listener, 't': 'z'}).encode())
            writer.write_eof()
            channel.broadcast(Message('a', 1))
            assert json.loads(await reader.readline())['data'] == 1
            writer.close()
    run(program())


def test_client_that_goes(tmp_path, container):
    """It is noticed although nothing is sent to it, and takes no message with it."""
    channel = container.add()
    listener = channel.add_listener()

    async def program():
        async with serving(tmp_path) as (path, _):
            for verb in ({'v': 'w'}, {'v': 'l', 'r': listener.id}):
                reader, writer = await asyncio.open_unix_connection(path)
                writer.write(json.dumps({'c': channel.id, **verb}).encode())
                writer.write_eof()
                await until(lambda: channel._eric_waiters)
                writer.close()
                await until(lambda: not channel._eric_waiters)
            await turns()
            assert [connection.listener for connection in channel.get_connections()] == [listener]
            channel.broadcast(Message('m', 1))
            lines = SocketClient(path).stream(channel.id, listener.id)
            assert json.loads(await anext(lines))['data'] == 1
            await lines.aclose()
    run(program())


def test_client_that_does_not_wait(tmp_path, container):
    """What it sent is done although it has gone."""
    channel = container.add()
    listener = started(channel)

    async def program():
        async with serving(tmp_path) as (path, _):
            for end in ('', '\n'):
                with socket.socket(socket.AF_UNIX) as client:
                    client.connect(path)
                    client.sendall((json.dumps({'v': 'b', 'c': channel.id, 't': 'a'}) + end).encode())
            stream = channel.message_stream(listener)
            assert [event['event'] for event in await take(stream, 2)] == ['a', 'a']
    run(program())


def test_shutdown_ends_streams(tmp_path, container):
    channel = container.add()

    async def program():
        async with serving(tmp_path) as (path, server):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(json.dumps({'v': 'w', 'c': channel.id}).encode())
            writer.write_eof()
            await until(lambda: channel._eric_waiters)
            await server.shutdown()
            assert await reader.read() == b''
            writer.close()
    run(program())


def test_cancelled_server(tmp_path, container):
    """It leaves nothing behind, and can be started again."""
    channel = container.add()

    async def program():
        path = str(tmp_path / 'eric.sock')
        server = SocketServer(path)
        for _ in range(2):
            serving = asyncio.create_task(server.main())
            await turns(5)
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(json.dumps({'v': 'w', 'c': channel.id}).encode())
            writer.write_eof()
            await until(lambda: channel._eric_waiters)
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving
            assert await reader.read() == b''
            writer.close()
            assert not os.path.exists(path)
    run(program())


def test_stream_of_a_closed_connection(container):
    """The connection went while the request was read."""
    channel = container.add()

    async def program():
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        theirs.sendall(json.dumps({'v': 'w', 'c': channel.id}).encode() + b'\n')
        await reader.readuntil(b'}')
        writer.transport.abort()
        await turns()
        request = asyncio.StreamReader()
        request.feed_data(json.dumps({'v': 'w', 'c': channel.id}).encode())
        request.feed_eof()
        await SocketServer.connect_callback(request, writer)
        theirs.close()
        await turns()
        assert list(channel.get_connections()) == []
    run(program())


def test_start_and_stop_in_a_thread(tmp_path):
    """Where there are no signals."""
    path = tmp_path / 'eric.sock'
    failures = []

    async def program():
        async with serving(tmp_path):
            assert len(await SocketClient(path).create_channel()) == 36

    def target():
        try:
            run(program())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join(DEADLINE)
    assert failures == []


def test_channel_of_ones_own(tmp_path, container):
    """What it adapts is what is sent, and its methods are what is called."""
    class Own(AbstractChannel):
        def adapt(self, msg):
            return [msg.type, msg.payload]

        def broadcast(self, msg):
            super().broadcast(Message('loud', msg.payload.upper()))

    class Listener(MessageQueueListener):
        def on_message(self, msg):
            assert threading.current_thread() is threading.main_thread()
            self.stop()

    channel = Own()
    container.register(channel)
    started(channel, listener := Listener())

    async def program():
        async with serving(tmp_path) as (path, _):
            client = SocketClient(path)
            assert await client.broadcast_message(channel.id, 'a', 'hi') == 'ack'
            assert [line async for line in client.stream(channel.id, listener.id)] == ['["loud", "HI"]\n']
    run(program())


def test_channel_of_0_3(tmp_path, container):
    """Its stream is made by a coroutine, and its listener is started by one."""
    class Old(SSEChannel):
        async def message_stream(self, listener):
            return await super().message_stream(listener)

    class Listener(MessageQueueListener):
        async def start(self):
            await super().start()

    channel, listener = Old(), Listener()
    container.register(channel)
    channel.register_listener(listener)
    channel.broadcast(Message('a'))

    async def program():
        async with serving(tmp_path) as (path, _):
            lines = SocketClient(path).stream(channel.id, listener.id)
            assert json.loads(await anext(lines))['event'] == 'a'
            await lines.aclose()
    run(program())


def test_handle_command(monkeypatch):
    channel = MagicMock(SSEChannel)
    monkeypatch.setattr(SocketServer, 'cc', MagicMock(ChannelContainer, get=MagicMock(return_value=channel)))

    async def program():
        answers = [answer async for answer in SocketServer.handle_command('{"v": "b", "c": "1", "t": "a", "p": [1]}')]
        assert answers == [SocketServer.ACK]
        message, = channel.broadcast.call_args.args
        assert (message.type, message.payload) == ('a', [1])
        with pytest.raises(InvalidMessageFormat):
            await anext(SocketServer.handle_command('{"v": "b", "c": "1"}'))
    run(program())


def test_container():
    container, channel = ChannelContainer(), SSEChannel()
    assert container.get(container.add().id)
    container.register(channel)
    for wrong in (lambda: container.register(channel), lambda: container.get('x'), lambda: container.rm('x')):
        with pytest.raises(InvalidChannelException):
            wrong()
    container.register_iterable([channel, SSEChannel(channel_id='y'), SSEChannel(channel_id='y')])
    assert list(container.get_all_ids())[1:] == [channel.id, 'y']
    container.rm(channel.id)
    assert channel.id not in container.get_all_ids()


def test_client_of_the_library(tmp_path, container):
    """EricSocketClient, over one connection, at this package's server."""
    container.register(SSEChannel(channel_id='news'))

    async def program():
        async with serving(tmp_path) as (path, _):
            client = Eric.SocketClient.new(path)
            channel = await client.create_channel_async()
            listener = await client.register_async(channel)
            assert await client.broadcast_async(channel, Eric.Message('a', {'n': [1, None]}))
            assert await client.dispatch_async(channel, listener, Eric.Message('b', 'größe'))
            with pytest.raises(Eric.InvalidChannelError):
                await client.register_async('nowhere')
            stream = await client.stream_async(channel, listener)
            messages = [await stream.next_async() for _ in range(2)]
            assert [(message.type, message.payload) for message in messages] == [('a', {'n': [1, None]}),
                                                                                 ('b', 'größe')]
            stream.close()
            assert await client.remove_listener_async(channel, listener)
            assert await client.remove_channel_async(channel)
            client.close()
    run(program())


def test_server_of_the_library(tmp_path):
    """This package's client at an EricSocketServer."""
    async def program():
        path = str(tmp_path / 'c.sock')
        server = Eric.SocketServer.new(None, path)
        server.start()
        client = SocketClient(path)
        channel = await client.create_channel()
        listener = await client.register(channel)
        assert await client.broadcast_message(channel, 'a', {'n': 1}) == 'ack'
        assert await client.dispatch(channel, listener, 'b', 2) == 'ack'
        lines = client.stream(channel, listener)
        events = [json.loads(await anext(lines)) for _ in range(2)]
        assert [(event['event'], event['data']) for event in events] == [('a', {'n': 1}), ('b', 2)]
        await lines.aclose()
        assert 'InvalidListenerException' in await client.dispatch(channel, 'nobody', 'a', 1)
        assert await client.remove_channel(channel) == 'ack'
        await server.stop_async()
    run(program())
