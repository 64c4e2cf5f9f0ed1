#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams: how they wait, end, and fail."""

import asyncio
import gc
import pickle
import threading

import pytest

from eric_sse import _stream
from eric_sse.connection import Connection
from eric_sse.entities import AbstractChannel, Message, MessageQueueListener
from eric_sse.exception import (InvalidChannelException, InvalidListenerException, NoMessagesException,
                                RepositoryError)
from eric_sse.prefabs import SSEChannel
from eric_sse.queues import InMemoryQueue

from dropin_util import DEADLINE, ListQueue, run, started, take, turns


class Plain(AbstractChannel):
    """A channel whose events are easy to compare."""

    def adapt(self, msg):
        return msg.type if msg.payload is None else msg.payload


async def collect(stream):
    return [event async for event in stream]


async def collect_0_3(channel, listener):
    return [event async for event in await channel.message_stream(listener)]


def in_thread(function, *arguments):
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    return thread


def test_waits_without_polling(monkeypatch):
    deliver_next, asked = AbstractChannel.deliver_next, []

    def counting(channel, listener_id):
        asked.append(listener_id)
        return deliver_next(channel, listener_id)
    monkeypatch.setattr(AbstractChannel, 'deliver_next', counting)

    async def program():
        channel = Plain()
        listener = started(channel)
        reader = asyncio.create_task(collect(channel.message_stream(listener)))
        await turns(200)
        assert len(asked) == 1
        # Who waits here does not go with it.
        assert pickle.loads(pickle.dumps(listener)).id == listener.id
        await turns(200)
        assert len(asked) == 1
        channel.dispatch(listener.id, Message('m'))
        await turns()
        # One for the message, one for what may come behind it.
        assert len(asked) == 3
        listener.stop()
        assert await reader == ['m']
        assert channel._eric_waiters == {}
    run(program())


@pytest.mark.parametrize('how', ['dispatch', 'broadcast', 'push'])
def test_woken_from_another_thread(how):
    async def program():
        channel = Plain()
        listener = started(channel)
        queue = next(iter(channel.get_connections())).queue
        send = {'dispatch': lambda message: channel.dispatch(listener.id, message),
                'broadcast': channel.broadcast, 'push': queue.push}[how]
        stream = aiter(channel.message_stream(listener))
        for number in range(20):
            reader = asyncio.create_task(anext(stream))
            await turns(3)
            in_thread(send, Message('m', number)).join(DEADLINE)
            assert await reader == number
        reader = asyncio.create_task(collect(stream))
        await turns(3)
        in_thread(listener.stop).join(DEADLINE)
        assert await reader == []
    run(program())


def test_sender_and_reader_in_threads():
    """Nothing is lost between looking for a message and waiting for one."""
    channel, n_messages = Plain(), 5000
    listener = started(channel)
    sender = threading.Thread(target=lambda: [channel.broadcast(Message('m', number))
                                              for number in range(n_messages)])

    async def program():
        sender.start()
        return await take(channel.message_stream(listener), n_messages)
    assert run(program()) == list(range(n_messages))
    sender.join(DEADLINE)


@pytest.mark.parametrize('what', ['message', 'stop', 'removal'])
def test_between_looking_and_waiting(what, monkeypatch):
    """What happens when the queue was found empty, and nobody knows yet who waits."""
    channel = Plain()
    listener = started(channel)
    happen = {'message': lambda: channel.broadcast(Message('m', 1)), 'stop': listener.stop,
              'removal': lambda: channel.remove_listener(listener.id)}[what]

    class Late(_stream.Waiter):
        __slots__ = ()

        def __init__(self):
            super().__init__()
            monkeypatch.undo()
            happen()

    async def program():
        reader = asyncio.create_task(collect(channel.message_stream(listener)))
        await turns()
        if what == 'message':
            listener.stop()
        return await reader
    monkeypatch.setattr(_stream, 'Waiter', Late)
    events = run(program())
    if what == 'removal':
        assert [type(event) for event in events] == [InvalidListenerException]
    else:
        assert events == ([1] if what == 'message' else [])


def test_listener_that_does_not_run():
    async def program():
        channel = Plain()
        listener = channel.add_listener()
        channel.broadcast(Message('m'))
        assert await collect(channel.message_stream(listener)) == []
        assert await collect_0_3(channel, listener) == []
        listener.start()
        stream = channel.message_stream(listener)
        assert await anext(aiter(stream)) == 'm'
        listener.stop()
        assert await collect(stream) == []
    run(program())


def test_stop_leaves_the_rest():
    async def program():
        channel = Plain()
        listener = started(channel)
        for number in range(10):
            channel.broadcast(Message('m', number))
        async for event in channel.message_stream(listener):
            if event == 3:
                listener.stop()
        listener.start()
        async for event in channel.message_stream(listener):
            break
        assert event == 4
        assert [message.payload for message in channel.queues[listener.id]] == [5, 6, 7, 8, 9]
    run(program())


def test_foreign_listener():
    async def program():
        channel, listener = Plain(), MessageQueueListener()
        for stream in (channel.message_stream(listener), await channel.message_stream(listener)):
            with pytest.raises(InvalidListenerException):
                await collect(stream)
    run(program())


def test_removed_listener():
    """It is told once, where 2.1 tells it for ever."""
    async def program():
        channel = Plain()
        listener = started(channel)
        reader = asyncio.create_task(collect(channel.message_stream(listener)))
        await turns()
        in_thread(channel.remove_listener, listener.id).join(DEADLINE)
        error, = await reader
        assert isinstance(error, InvalidListenerException)
        assert not listener.is_running()

        channel.register_listener(listener)
        await listener.start()
        reader = asyncio.create_task(collect_0_3(channel, listener))
        await turns()
        channel.remove_listener(listener.id)
        with pytest.raises(InvalidListenerException):
            await reader
    run(program())


def test_channel_that_is_gone():
    class Gone(Plain):
        def deliver_next(self, listener_id):
            raise InvalidChannelException('gone')

    async def program():
        channel = Gone()
        listener = started(channel)
        error, = await collect(channel.message_stream(listener))
        assert str(error) == 'gone' and not listener.is_running()
        listener.start()
        assert await collect_0_3(channel, listener) == ['_eric_channel_closed']
        assert not listener.is_running()
    run(program())


class Answering(MessageQueueListener):
    """Answers others, who may have gone."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_message(self, msg):
        if msg.type == 'answer':
            raise self.error


class AdaptingOthers(Plain):
    error = None

    def adapt(self, msg):
        if msg.type == 'adapt':
            raise self.error
        return super().adapt(msg)


@pytest.mark.parametrize('kind', ['answer', 'adapt'])
@pytest.mark.parametrize('error', [InvalidListenerException('other'), InvalidChannelException('other')], ids=repr)
def test_others_that_are_gone(error, kind):
    """That another listener or channel is gone ends no stream."""
    async def program():
        channel = AdaptingOthers()
        channel.error = error
        listener = started(channel, Answering(error))
        for name in (kind, 'm', kind, 'n'):
            channel.broadcast(Message(name))
        assert await take(channel.message_stream(listener), 4) == [error, 'm', error, 'n']
        assert listener.is_running()
    run(program())


def test_adapt_that_finds_no_messages():
    """It failed like any other: its message is not lost in silence."""
    async def program():
        channel = AdaptingOthers()
        channel.error = NoMessagesException()
        listener = started(channel)
        for name in ('adapt', 'm'):
            channel.broadcast(Message(name))
        assert await take(channel.message_stream(listener), 2) == ['error', 'm']
    run(program())


def test_queue_that_fails_for_ever():
    """Others in the event loop have their turn."""
    class Broken(InMemoryQueue):
        def pop(self):
            raise RepositoryError('the storage is away')

    async def program():
        channel, listener = Plain(), MessageQueueListener()
        channel.register_connection(Connection(listener, Broken()))
        listener.start()
        asyncio.get_running_loop().call_soon(listener.stop)
        assert set(await collect(channel.message_stream(listener))) == {'error'}
    run(program())


def test_no_message():
    async def program():
        channel = Plain()
        listener = started(channel)
        channel.dispatch(listener.id, None)
        channel.dispatch(listener.id, Message('m'))
        assert await take(channel.message_stream(listener), 2) == ['error', 'm']
    run(program())


class Failing(MessageQueueListener):
    def on_message(self, msg):
        if msg.type == 'bad':
            raise KeyError('failed')
        if msg.type == 'stop':
            self.stop()


class FailingChannel(SSEChannel):
    def adapt(self, msg):
        if msg.type == 'wrong':
            raise ZeroDivisionError
        return msg.type


def test_exceptions():
    """Those of on_message and adapt are events in 2.1, and exceptions in 0.3.2. Neither way do
    they wedge anything."""
    async def program():
        channel = FailingChannel()
        listener = started(channel, Failing())

        def send():
            for kind in ('a', 'bad', 'b', 'wrong', 'c', 'stop'):
                channel.broadcast(Message(kind))
        send()
        assert await collect(channel.message_stream(listener)) == ['a', 'error', 'b', 'error', 'c', 'stop']
        send()
        listener.start()
        with pytest.raises(KeyError, match='failed'):
            await collect_0_3(channel, listener)
        with pytest.raises(ZeroDivisionError):
            await collect_0_3(channel, listener)
        assert await collect_0_3(channel, listener) == ['c', 'stop']
        listener.start()
        channel.broadcast(Message('bad'))
        with pytest.raises(KeyError):
            channel.deliver_next(listener.id)
        with pytest.raises(NoMessagesException):
            channel.deliver_next(listener.id)
    run(program())


def test_payload_of_an_error_event():
    async def program():
        channel = SSEChannel()
        listener = started(channel, Failing())
        channel.broadcast(Message('bad'))
        event, = await take(channel.message_stream(listener), 1)
        assert event == {'event': 'error', 'retry': 5, 'data': None}
    run(program())


def test_cancelled_while_waiting():
    async def program():
        channel = Plain()
        listener = started(channel)
        for _ in range(3):
            reader = asyncio.create_task(collect(channel.message_stream(listener)))
            await turns(5)
            channel.broadcast(Message('m'))
            reader.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reader
            assert channel._eric_waiters == {}
            assert not listener._eric_waiters
            assert await take(channel.message_stream(listener), 1) == ['m']
    run(program())


def test_two_streams_of_one_listener():
    async def program():
        channel = Plain()
        listener = started(channel)
        readers = [asyncio.create_task(collect(channel.message_stream(listener))) for _ in range(2)]
        await turns()
        for number in range(100):
            channel.broadcast(Message('m', number))
            if number % 10 == 0:
                await turns(5)
        await turns()
        listener.stop()
        assert sorted(sum(await asyncio.gather(*readers), [])) == list(range(100))
    run(program())


def test_one_of_two_streams_goes(monkeypatch):
    """The other one, which is about to wait in another thread, is woken all the same."""
    channel, is_watchable = Plain(), _stream.is_watchable
    listener = started(channel)
    loop = asyncio.new_event_loop()
    first = loop.create_task(collect(channel.message_stream(listener)))
    loop.run_until_complete(turns())
    calls = []

    def leave():
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(first)

    def leaving(asked):
        calls.append(asked)
        if len(calls) == 2:        # the first call is that of the reader, this one of who waits
            in_thread(leave).join(DEADLINE)
        return is_watchable(asked)
    monkeypatch.setattr(_stream, 'is_watchable', leaving)

    async def program():
        second = asyncio.create_task(take(channel.message_stream(listener), 1))
        await turns()
        assert len(calls) == 2
        channel.broadcast(Message('m'))
        assert await second == ['m']
    run(program())
    loop.close()
    assert channel._eric_waiters == {}


def test_stream_leaves_others_their_turn():
    async def program():
        class Endless(MessageQueueListener):
            def on_message(self, msg):
                channel.dispatch(self.id, msg)

        channel = Plain()
        listener = started(channel, Endless())
        channel.broadcast(Message('m'))

        async def other():
            await turns(20)
            listener.stop()
        stopper = asyncio.create_task(other())
        async for event in channel.message_stream(listener):
            assert event == 'm'
        await stopper
    run(program())


def test_delay(monkeypatch):
    slept = []
    sleep = asyncio.sleep

    async def record(delay):
        slept.append(delay)
        await sleep(0)

    async def program():
        channel = Plain(stream_delay_seconds=7)
        listener = started(channel)
        for number in range(3):
            channel.broadcast(Message('m', number))
        monkeypatch.setattr(asyncio, 'sleep', record)
        assert await take(channel.message_stream(listener), 3) == [0, 1, 2]
    run(program())
    assert slept == [7, 7]


def test_watch():
    async def program():
        channel = Plain()
        stream = await channel.watch()
        watcher, = (connection.listener for connection in channel.get_connections())
        channel.broadcast(Message('m', 1))
        async for event in stream:
            assert event == 1
            break
        # Who leaves the loop may go on.
        channel.broadcast(Message('m', 2))
        assert await anext(stream) == 2
        await stream.aclose()
        assert list(channel.get_connections()) == [] and not watcher.is_running()

        async for event in await channel.watch():
            break
        return channel
    async def dropped():
        channel = Plain()
        stream = await channel.watch()
        channel.broadcast(Message('m'))
        async for _ in stream:
            break
        del stream
        gc.collect()
        await turns()
        assert list(channel.get_connections()) == []

    async def bounded():
        watching = asyncio.create_task(program())
        await turns()
        watching.cancel()
        await dropped()
    run(bounded())


def test_watch_that_is_never_read():
    async def program():
        channel = Plain()
        stream = await channel.watch()
        await stream.aclose()
        assert list(channel.get_connections()) == []
        stream = await channel.watch()
        del stream
        gc.collect()
        assert list(channel.get_connections()) == []
    run(program())


class Overriding(MessageQueueListener):
    alive = True

    def is_running(self):
        return self.alive


class Asynchronous(MessageQueueListener):
    alive = True

    async def is_running(self):
        await asyncio.sleep(0)
        return self.alive

    def is_running_sync(self):
        return self.alive


class OldSync(MessageQueueListener):
    alive = True

    def is_running_sync(self):
        return self.alive

    def is_running(self):
        return self.is_running_sync()


@pytest.mark.parametrize('kind', [Overriding, Asynchronous, OldSync])
def test_overridden_is_running(kind):
    """Nobody says when it changes, and yet the stream ends."""
    async def program():
        channel = Plain()
        listener = kind()
        channel.register_listener(listener)
        channel.broadcast(Message('m', 1))
        reader = asyncio.create_task(collect(channel.message_stream(listener)))
        await turns()
        channel.broadcast(Message('m', 2))
        await turns()
        listener.alive = False
        assert await reader == [1, 2]
    run(program())


class Own(InMemoryQueue):
    def push(self, message):
        super().push(Message(message.type, -message.payload))


@pytest.mark.parametrize('kind', [ListQueue, Own])
def test_other_queues(kind, monkeypatch):
    async def program():
        channel, queue, listener = Plain(), kind(), MessageQueueListener()
        sign = -1 if kind is Own else 1
        channel.register_connection(Connection(listener, queue))
        listener.start()
        stream = aiter(channel.message_stream(listener))
        with monkeypatch.context() as patch:
            # What comes through the channel is not waited for.
            patch.setattr(_stream, 'POLL_INTERVAL', 10 * DEADLINE)
            for number in range(1, 5):
                reader = asyncio.create_task(anext(stream))
                await turns()
                if number % 2:
                    channel.broadcast(Message('m', number))
                else:
                    channel.dispatch(listener.id, Message('m', number))
                assert await reader == sign * number
        reader = asyncio.create_task(anext(stream))
        await turns()
        queue.push(Message('m', 9))
        assert await reader == sign * 9
    run(program())


class Elsewhere(Plain):
    """A channel that has its messages from somewhere else."""

    def __init__(self):
        super().__init__()
        self.messages = []

    def deliver_next(self, listener_id):
        try:
            return super().deliver_next(listener_id)
        except NoMessagesException:
            if not self.messages:
                raise
            return self.messages.pop(0)


@pytest.mark.parametrize('how', ['class', 'object'])
def test_overridden_deliver_next(how, monkeypatch):
    async def program():
        channel = Elsewhere() if how == 'class' else Plain()
        if how == 'object':
            other = Elsewhere()
            channel.messages = other.messages
            listener = started(channel)
            other.register_listener(listener)
            channel.deliver_next = other.deliver_next
            channel.dispatch = other.dispatch
        else:
            listener = started(channel)
        stream = aiter(channel.message_stream(listener))
        reader = asyncio.create_task(anext(stream))
        await turns()
        channel.messages.append(Message('m', 1))
        assert await reader == 1
        channel.broadcast(Message('m', 2))
        assert await anext(stream) == 2
    run(program())


def test_stream_is_a_generator():
    async def program():
        channel = Plain()
        listener = started(channel)
        channel.broadcast(Message('m'))
        stream = channel.message_stream(listener)
        assert await stream.asend(None) == 'm'
        with pytest.raises(LookupError):
            await stream.athrow(LookupError())
        assert await collect(stream) == []
        assert await (await channel.message_stream(listener)).aclose() is None
    run(program())


def test_overridden_message_stream():
    class Old(SSEChannel):
        async def message_stream(self, listener):
            return await super().message_stream(listener)

    class New(SSEChannel):
        async def message_stream(self, listener):
            async for event in super().message_stream(listener):
                yield event['data']

    async def program():
        for channel in (Old(), New()):
            listener = started(channel, Failing())
            channel.broadcast(Message('stop', 1))
            if isinstance(channel, Old):
                assert [event['data'] for event in await collect_0_3(channel, listener)] == [1]
            else:
                assert await collect(channel.message_stream(listener)) == [1]
    run(program())
