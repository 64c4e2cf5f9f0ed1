# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects go when nobody has them, and take their callbacks with them."""

import asyncio
import gc
import os
import weakref

import pytest
from conftest import run_until
from gi.repository import Eric, Gio, GLib, Soup

N_CYCLES = 1000
N_WARM = 200              # cycles until allocators and caches have what they keep
MAX_GROWTH = 4 * 2**20    # bytes: a page for each cycle


def resident():
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def settle():
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def descriptors():
    return len(os.listdir('/proc/self/fd'))


def messages(_tmp_path):
    message = Eric.Message('test', {'a': [1, 'x' * 100]}, id='1')
    message.mark = message.payload
    return message


def refused_messages(_tmp_path):
    for value in b'x', {1: 2}, 2**70, 'a\ud800':
        with pytest.raises((TypeError, ValueError, OverflowError)):
            Eric.Message('test', value)


def channels(_tmp_path):
    channel = Eric.SseChannel()
    with channel.add_listener() as listener:
        channel.broadcast(Eric.Message('test', 'x'))
        listener.connect('message', lambda *_: listener)
        return [channel, listener, *listener, channel.listeners]


class Own(Eric.Listener):
    def do_on_message(self, message):
        self.last = message


def subclasses(_tmp_path):
    listener = Own()
    listener.itself = listener
    with listener:
        listener.push(Eric.Message('test'))
        list(listener)
    return listener


def containers(_tmp_path):
    channels = Eric.ChannelContainer(Eric.SseChannel)
    channels.connect('channel-added', lambda container, channel: None)
    channels.add('news')
    return channels, dict(channels)


def pools(_tmp_path):
    channel = Eric.DataProcessingChannel()
    pool = channel.add_threaded_listener(1, lambda message: message.payload)
    pool.set_key_func(lambda message: 'key')
    stream = channel.process_queue(pool, Eric.ResultOrder.INPUT)
    channel.broadcast(Eric.Message('test', 1))
    channel.notify_end()
    pool.wait()
    return channel, pool, stream.take_batch(5)


def loops_of_asyncio(_tmp_path):
    channel = Eric.SseChannel()

    async def main():
        stream = channel.watch()
        waiting = asyncio.ensure_future(stream.next_async())
        dropped = stream.ready_async()
        await asyncio.sleep(0)
        channel.broadcast(Eric.Message('test', 1))
        await waiting
        async for batch in stream.batches():
            break
        cancelled = asyncio.ensure_future(stream.next_async())
        await asyncio.sleep(0)
        cancelled.cancel()
        return dropped

    async def with_end():
        channel.watch()
        asyncio.get_running_loop().call_soon(channel.broadcast, Eric.Message('test', 2))
        asyncio.get_running_loop().call_soon(channel.broadcast, Eric.Message('test', 3))
        await main()
    asyncio.run(with_end())
    return channel


def sources(_tmp_path):
    source = Eric.EventSource('http://127.0.0.1:9/')
    source.connect('message', lambda *_: None)
    source.set_end_func(lambda message: False)
    source.start()
    source.close()
    return source


def sockets(tmp_path):
    server = Eric.SocketServer(str(tmp_path / 'socket'))
    client = Eric.SocketClient(server.path)

    async def main():
        async with server, client:
            channel = await client.create_channel_async()
            listener = await client.register_async(channel)
            stream = await client.stream_async(channel, listener)
            reading = asyncio.ensure_future(stream.next_async())
            await client.dispatch_async(channel, listener, Eric.Message('test', 1))
            await reading
            asyncio.ensure_future(stream.next_async())
            await asyncio.sleep(0)
            stream.close()
    asyncio.run(main())
    return server, client


def sse_servers(_tmp_path):
    server = Eric.SseServer.new(Soup.Server(), None)
    server.mount('/events')
    server.connect('subscribed', lambda *_: server)
    return server


def lists(_tmp_path):
    model = Eric.MessageList.new(10)
    model.set_key_func(lambda message: message.id)
    model.append(Eric.Message('test', 1, id='1'))
    settle()
    return model


ALL = [messages, refused_messages, channels, subclasses, containers, pools, lists, sse_servers]
SLOW = [loops_of_asyncio, sources, sockets]


@pytest.mark.parametrize('make', ALL + SLOW, ids=lambda make: make.__name__)
def test_cycles(make, tmp_path):
    """A thousand are made and dropped; those that take longer, fewer."""
    cycles = N_CYCLES if make in ALL else N_WARM + 200
    for n in range(cycles):
        make(tmp_path)
        if n == N_WARM:
            gc.collect()
            settle()
            before = resident(), descriptors(), len(gc.get_objects())
        if n % 50 == 0:
            settle()
    gc.collect()
    settle()
    run_until(lambda: GLib.MainContext.default().iteration(False) or descriptors() <= before[1])
    assert len(gc.get_objects()) - before[2] < cycles / 10
    assert resident() - before[0] < MAX_GROWTH


@pytest.mark.parametrize('make', ALL + SLOW, ids=lambda make: make.__name__)
def test_all_go(make, tmp_path):
    """Nothing is left that a weak reference can find."""
    made = make(tmp_path)
    if made is None:
        return
    made = made if isinstance(made, (tuple, list)) else [made]
    gone = [weakref.ref(thing) for thing in made if isinstance(thing, Eric.Channel.__mro__[1])]
    assert gone or make is messages
    del made

    def all_gone():
        settle()
        gc.collect()
        return not any(reference() for reference in gone)
    run_until_quiet(all_gone)


def run_until_quiet(predicate):
    """The same as run_until, for what no event tells of: a thread that lets go."""
    source = GLib.timeout_source_new(5)
    source.set_callback(lambda *_: True)
    source.attach(GLib.MainContext.default())
    try:
        run_until(predicate)
    finally:
        source.destroy()


def test_callbacks_go_with_their_object():
    class Work:
        def __call__(self, message):
            return message

    work = [Work() for _ in range(4)]
    gone = [weakref.ref(function) for function in work]
    pool = Eric.ThreadPoolListener.new(1, work[0])
    pool.set_key_func(work[1])
    model = Eric.MessageList.new(5)
    model.set_key_func(work[2])
    source = Eric.EventSource('http://127.0.0.1:9/')
    source.set_end_func(work[3])
    del work
    gc.collect()
    assert all(reference() for reference in gone)
    del pool, model, source
    gc.collect()
    assert not any(reference() for reference in gone)


def test_source_is_kept():
    """One that was started lives until it is closed, also where only its handlers know it."""
    channel = Eric.SseChannel('news')
    server = Eric.SseServer()
    server.channels.register(channel)
    server.mount('/events')
    server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0))
    uri = f'http://127.0.0.1:{server.get_listen_address().get_port()}/events/news'
    seen, gone = [], []

    def follow():
        source = Eric.EventSource(uri)
        source.connect('message', lambda source, message: (seen.append(message.text),
                                                           message.text == '2' and source.close()))
        source.start()
        source.weak_ref(lambda: gone.append(True))

    follow()
    for number in range(3):
        gc.collect()
        run_until(lambda: server.n_subscribers == 1)
        channel.broadcast(Eric.Message('test', number))
        run_until(lambda: len(seen) > number)
        assert (number == 2) or not gone
    run_until_quiet(lambda: (gc.collect(), gone)[1])
    assert seen == ['0', '1', '2']


def test_source_that_failed_is_not_kept():
    closed, gone = [], []

    def follow():
        source = Eric.EventSource('http://127.0.0.1:9/')
        source.policy = Eric.ReconnectPolicy.NEVER
        source.connect('closed', lambda *_: closed.append(True))
        source.weak_ref(lambda: gone.append(True))
        source.start()

    follow()
    run_until(lambda: closed)
    run_until_quiet(lambda: (gc.collect(), gone)[1])


def test_callback_after_its_object():
    """A call that is under way keeps what it needs."""
    seen = []
    listener = Eric.Listener()
    listener.start()
    cancellable = Gio.Cancellable()
    listener.next_async(cancellable=cancellable, callback=lambda source, result: seen.append((source, result)))
    gone = weakref.ref(listener)
    del listener
    gc.collect()
    cancellable.cancel()
    run_until(lambda: seen)
    with pytest.raises(GLib.Error):
        seen[0][0].next_finish(seen[0][1])
    seen.clear()
    gc.collect()
    assert gone() is None


def test_handler_drops_its_object():
    listener = Own()
    holder = {'listener': listener}
    listener.connect('message', lambda *_: holder.clear())
    listener.start()
    listener.push(Eric.Message('test', 1))
    gone = weakref.ref(listener)
    deliver = listener.deliver_next
    del listener
    assert deliver().payload == 1
    del deliver
    gc.collect()
    assert gone() is None


def test_stream_goes_in_the_middle():
    """An iteration that is left lets go of everything at once."""
    channel = Eric.SseChannel()

    async def main():
        async for _ in channel.watch():
            break
        await asyncio.sleep(0)
        return len(channel.listeners)
    channel_id = channel.id
    asyncio.run(asyncio.wait_for(start_and_send(channel, main), 30))
    gc.collect()
    assert len(channel.listeners) == 0 and channel.id == channel_id


async def start_and_send(channel, main):
    task = asyncio.ensure_future(main())
    while not channel.listeners:
        await asyncio.sleep(0)
    channel.broadcast(Eric.Message('test', 1))
    return await task
