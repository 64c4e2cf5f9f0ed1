# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is awaited and iterated, whoever iterates the main context."""

import asyncio
import os
import threading

import loops
import pytest
from conftest import DEADLINE, run_until, within_deadline
from gi.repository import Eric, Gio, GLib


@pytest.fixture(params=loops.ALL, ids=lambda run: run.__name__)
def run(request):
    return request.param


def number(n):
    return Eric.Message('number', n)


def test_stream(run, channel, listener):
    async def main():
        seen = []

        async def read():
            async for message in channel.message_stream(listener):
                seen.append(message.payload if message.type == 'number' else message.type)
        reading = asyncio.create_task(read())
        for n in range(5):
            channel.broadcast(number(n))
            await asyncio.sleep(0.001 * (n % 2))
        # From another thread, while nobody else does anything.
        threading.Timer(0.02, channel.broadcast, [number(5)]).start()
        while len(seen) < 6:
            await asyncio.sleep(0.001)
        threading.Timer(0.02, channel.close).start()
        await within_deadline(reading)
        return seen
    assert run(main) == [0, 1, 2, 3, 4, 5, Eric.MESSAGE_TYPE_CLOSED]


def test_every_way_to_wait(run, channel, listener):
    async def main():
        stream = channel.message_stream(listener)
        for source in listener, stream:
            for n in range(10):
                channel.broadcast(number(n))
            seen = [await source.next_async(), await source.next_async(GLib.PRIORITY_HIGH), await anext(source)]
            seen += await source.next_batch_async(2)
            seen += await source.next_batch_async(max_messages=1, io_priority=GLib.PRIORITY_LOW)
            assert await source.ready_async()
            async for message in source:
                seen.append(message)
                if len(seen) == 8:
                    break
            async for batch in source.batches(10):
                seen += batch
                break
            assert [message.payload for message in seen] == list(range(10))
            waiting = asyncio.ensure_future(source.next_async())
            await asyncio.sleep(0)
            channel.broadcast(number(10))
            assert (await within_deadline(waiting)).payload == 10
        listener.stop()
        assert await stream.next_async() is None
        assert await listener.next_batch_async(5) == []
        assert [message async for message in stream] == []
        with pytest.raises(StopAsyncIteration):
            await anext(listener)
    run(main)


def test_timer_and_idle_of_glib(run):
    """What the program itself has GLib call goes on, too, where the loop looks after it."""
    async def main():
        Eric.attach_to_asyncio()
        loop, called = asyncio.get_running_loop(), []
        context = GLib.MainContext.ref_thread_default()
        done = loop.create_future()

        def call():
            called.append(threading.get_ident())
            if len(called) < 3:
                return True
            loop.call_soon_threadsafe(done.set_result, None)
            return False
        source = GLib.timeout_source_new(1)
        source.set_callback(lambda *_: call())
        source.attach(context)
        await within_deadline(done)
        return len(called)
    if run is not loops.without_selector:     # there, only our own calls are looked after
        assert run(main) == 3


def test_watch_is_dropped(run, channel):
    async def main():
        async for message in channel.watch():
            break
        assert message.payload == 1
    threading.Timer(0.02, lambda: [channel.broadcast(number(n)) for n in (1, 2)]).start()
    run(main)
    assert len(channel.listeners) == 0


def test_cancelled(run, channel, listener):
    """Whoever is cancelled has taken nothing, at whatever time it happens."""
    async def main():
        stream = channel.message_stream(listener)
        taken, rounds = [], 60

        async def read(source, as_batch):
            if as_batch:
                taken.extend(await source.next_batch_async(3))
            else:
                taken.append(await source.next_async())
        for n in range(rounds):
            reading = asyncio.create_task(read(listener if n % 2 else stream, n % 3 == 0))
            for _ in range(n % 5):
                await asyncio.sleep(0)
            channel.broadcast(number(n))
            for _ in range(n % 7):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.wait([reading], timeout=DEADLINE)
            assert reading.done()
        taken.extend(listener)
        return [message.payload for message in taken], rounds
    payloads, rounds = run(main)
    assert payloads == list(range(rounds))


def test_timeout_while_nothing_comes(run, listener):
    async def main():
        for _ in range(3):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(listener.next_async(), 0.005)
    run(main)


def test_own_cancellable(run, listener):
    async def main():
        cancellable = Gio.Cancellable()
        asyncio.get_running_loop().call_later(0.005, cancellable.cancel)
        with pytest.raises(GLib.Error) as caught:
            await listener.next_async(cancellable=cancellable)
        assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
        with pytest.raises(GLib.Error):
            await listener.next_async(GLib.PRIORITY_DEFAULT, cancellable)
    run(main)


def test_cancelling_reaches_the_call(listener):
    async def main():
        ready = listener.ready_async()
        assert not ready.cancellable.is_cancelled()
        ready.cancel()
        assert ready.cancellable.is_cancelled() and ready.cancelled()
    asyncio.run(main())


def test_with_callback(run, listener):
    """The way of PyGObject goes on working, also where asyncio runs."""
    async def main():
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def ready(source, result, *data):
            message = source.next_finish(result)
            loop.call_soon_threadsafe(done.set_result, (message.payload, data))
        Eric.attach_to_asyncio()
        assert listener.next_async(GLib.PRIORITY_DEFAULT, None, ready, 'data', 7) is None
        # A loop that is not Python's own looks only after what is awaited.
        waiting = listener.ready_async()
        listener.push(number(1))
        result = await within_deadline(done)
        waiting.cancel()
        return result
    assert run(main) == (1, ('data', 7))


def test_without_loop(listener):
    assert listener.ready_async(GLib.PRIORITY_DEFAULT, None, None) is None
    assert listener.ready_async() is None
    results = []
    listener.next_async(callback=lambda source, result: results.append(source.next_finish(result)))
    listener.push(number(1))
    run_until(lambda: results)
    assert results[0].payload == 1


def test_arguments(listener):
    async def main():
        with pytest.raises(TypeError):
            listener.next_batch_async()
        with pytest.raises(TypeError):
            listener.next_async(nonsense=1)
        with pytest.raises(TypeError):
            listener.next_batch_async(1, max_messages=2)
        with pytest.raises(TypeError):
            await listener.ready_async('high')
        with pytest.raises(TypeError):
            await listener.next_async(cancellable=5)
    asyncio.run(main())


def test_turns(listener):
    """Others have their turn, however many messages wait."""
    for n in range(5000):
        listener.push(number(n))

    async def main():
        turns = 0

        async def count():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)
        counting = asyncio.create_task(count())
        seen = 0
        async for _ in listener:
            seen += 1
            if seen == 5000:
                break
        counting.cancel()
        return turns
    assert asyncio.run(main()) >= 4


def test_pool(run):
    async def main():
        channel = Eric.DataProcessingChannel()
        pool = channel.add_threaded_listener(2, lambda message: message.payload * 2)
        stream = channel.process_queue(pool, Eric.ResultOrder.INPUT)
        for n in range(20):
            channel.broadcast(number(n))
        channel.notify_end()
        results = [message.payload async for message in stream if message.type == 'number']
        assert await within_deadline(pool.wait_async())
        return results
    assert run(main) == list(range(0, 40, 2))


def test_event_source(run, server):
    async def main():
        seen = []
        async with Eric.EventSource(server.url) as source:
            source.connect('comment', lambda *_: server.news.broadcast(Eric.Message('tick', {'n': 0})))
            async for message in source:
                seen.append((message.type, message.json()))
                if len(seen) == 1:
                    for n in range(1, 10):
                        server.news.broadcast(Eric.Message('tick', {'n': n}))
                if len(seen) == 4:
                    break
            while len(seen) < 8:
                seen += [(message.type, message.json()) for message in await source.next_batch_async(8 - len(seen))]
            seen += [(message.type, message.json()) for message in [await source.next_async(), await anext(source)]]
        assert source.ready_state == Eric.ReadyState.CLOSED
        return seen
    assert run(main) == [('tick', {'n': n}) for n in range(10)]


def test_event_source_cancelled(run, server):
    """What came when its reader had gone comes first next time."""
    async def main():
        seen = []
        async with Eric.EventSource(server.url) as source:
            waiting = asyncio.ensure_future(source.next_async())
            while source.ready_state != Eric.ReadyState.OPEN:
                await asyncio.sleep(0.001)
            waiting.cancel()
            for n in range(40):
                server.news.broadcast(Eric.Message('tick', n))
                reading = asyncio.ensure_future(source.next_async())
                for _ in range(n % 7):
                    await asyncio.sleep(0.0003)
                reading.cancel()
                await asyncio.wait([reading], timeout=DEADLINE)
                if not reading.cancelled():
                    seen.append(reading.result())
            while len(seen) < 40:
                seen.append(await within_deadline(source.next_async()))
        return [int(message.payload) for message in seen]
    assert run(main) == list(range(40))


def test_cancelled_with_result(server, monkeypatch):
    """Between the message and the turn of the task that waits for it."""
    from gi.overrides.Eric import _streams
    reading = None

    class CancellingCall(_streams._ReadCall):
        def set_result(self, value):
            super().set_result(value)
            reading.cancel()

    async def main():
        nonlocal reading
        async with Eric.EventSource(server.url) as source:
            source.connect('open', lambda _: server.news.broadcast(number(1)))
            with monkeypatch.context() as patch:
                patch.setattr(_streams, '_ReadCall', CancellingCall)
                reading = asyncio.ensure_future(source.next_async())
                await asyncio.wait([reading], timeout=DEADLINE)
            assert reading.cancelled()
            server.news.broadcast(number(2))
            return [(await within_deadline(source.next_async())).text for _ in range(2)]
    assert asyncio.run(main()) == ['1', '2']


def test_event_source_fails(run, server):
    async def main():
        with pytest.raises(Eric.UnexpectedResponseError, match='404'):
            async for _ in Eric.EventSource.new(server.url.replace('events', 'nothing')):
                pass
    run(main)


def test_socket(run, tmp_path):
    """The server in the same event loop as its client."""
    async def main():
        async with Eric.SocketServer(str(tmp_path / 'socket')) as server, \
                Eric.SocketClient(server.path) as client:
            channel_id = await client.create_channel_async()
            listener_id = await client.register_async(channel_id)
            for n in range(10):
                await client.broadcast_async(channel_id, number(n))
            assert await client.dispatch_async(channel_id, listener_id, Eric.Message('last', [1, None]))
            with pytest.raises(Eric.InvalidChannelError):
                await client.register_async('nowhere')
            seen = []
            async with await client.stream_async(channel_id, listener_id) as stream:
                async for message in stream:
                    seen.append(message.payload)
                    if len(seen) == 3:
                        break
                seen += [(await stream.next_async()).payload]
                while len(seen) < 11:
                    seen += [message.payload for message in await stream.next_batch_async(100)]
                waiting = asyncio.ensure_future(stream.next_async())
                await asyncio.sleep(0.002)
                waiting.cancel()
                channel = server.channels[channel_id]
                channel.broadcast(number(11))
                seen += [(await within_deadline(stream.next_async())).payload]
            assert await client.remove_listener_async(channel_id, listener_id)
        assert not server.running
        return seen
    assert run(main) == [*range(10), [1, None], 11]


def test_send_payload(tmp_path):
    """Any request, as plain values."""
    async def main():
        async with Eric.SocketServer(str(tmp_path / 'socket')) as server:
            client = Eric.SocketClient(server.path)
            return await client.send_payload_async({'v': 'c'}), server.channels.ids
    channel_id, ids = asyncio.run(main())
    assert [channel_id] == ids


def test_loop_after_loop(channel, listener):
    """The main context is free again when an event loop is closed."""
    context = GLib.MainContext.default()
    descriptors = None
    for n in range(20):
        async def main():
            return await asyncio.gather(listener.next_async(), asyncio.sleep(0.001, channel.broadcast(number(n))))
        assert asyncio.run(main())[0].payload == n
        assert not context.is_owner()
        if n == 1:
            descriptors = len(os.listdir('/proc/self/fd'))
    assert len(os.listdir('/proc/self/fd')) <= descriptors     # others may have let go of theirs


def test_late_answer(listener):
    """A call that is over when its loop is closed."""
    async def main():
        return listener.ready_async()
    ready = asyncio.run(main())
    listener.push(number(1))
    run_until(lambda: ready.over)
    assert listener.deliver_next().payload == 1
