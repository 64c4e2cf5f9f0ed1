# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions and virtual functions of the application: what they may give, and what becomes
of their exceptions. Whatever they do, the channel goes on."""

import asyncio
import functools
import threading

import pytest
from conftest import run_until
from gi.repository import Eric, Gio, GLib


def number(n):
    return Eric.Message('number', n)


def process(function, values, order=Eric.ResultOrder.INPUT):
    """What comes out for each of the values."""
    async def main():
        channel = Eric.DataProcessingChannel()
        stream = channel.process_queue(channel.add_threaded_listener(2, function), order)
        for value in values:
            channel.broadcast(Eric.Message('number', value))
        channel.notify_end()
        return [message async for message in stream if message.type != Eric.MESSAGE_TYPE_CLOSED]
    return asyncio.run(main())


def test_plain_values():
    results = process(lambda message: {'double': message.payload * 2}, range(3))
    assert [(result.type, result.payload) for result in results] == [('number', {'double': n}) for n in (0, 2, 4)]
    assert [result.payload for result in process(lambda message: None, [1])] == [None]
    results = process(lambda message, cancellable: Eric.Message('own', isinstance(cancellable, Gio.Cancellable)), [1])
    assert [(result.type, result.payload) for result in results] == [('own', True)]


def test_parameters():
    """The cancellable is for who asks for it: what has a default keeps it."""
    def with_default(message, factor=3):
        return message.payload * factor

    def with_cancellable(message, cancellable=None):
        return isinstance(cancellable, Gio.Cancellable)

    def with_more(message, *more):
        return len(more)

    for function, result in [(with_default, 6), (lambda message, n=5: n, 5), (with_cancellable, True), (with_more, 1),
                             (functools.partial(lambda n, message: n, 7), 7), (str, "Eric.Message('number', 2)")]:
        assert [message.payload for message in process(function, [2])] == [result]


def test_data():
    seen = []
    pool = Eric.ThreadPoolListener.new(1, lambda message, cancellable, *data: [message.payload, *data], 'a', 'b')
    pool.connect('processed', lambda _, message, result: seen.append(result.payload))
    other = Eric.ThreadPoolListener.new(1, lambda message, cancellable, data: [message.payload, data], 'c')
    other.connect('processed', lambda _, message, result: seen.append(result.payload))
    for listener in pool, other:
        with listener:
            listener.push(number(1))
            n_seen = len(seen)
            run_until(lambda: len(seen) > n_seen)
    assert seen == [[1, 'a', 'b'], [1, 'c']]


class Custom(Exception):
    pass


def test_exceptions():
    def work(message):
        match message.payload:
            case 1:
                raise ValueError('no luck')
            case 2:
                raise Custom
            case 3:
                raise GLib.Error('from GLib', 'tests', 1)
            case 4:
                raise SystemExit('not from here')
            case 5:
                return object()
            case 6:
                raise Eric.NoMessagesError('nothing there')
            case 7:
                raise KeyError('a\0b')
        return message

    results = process(work, range(9))
    assert [result.type for result in results] == ['number'] + 7 * [Eric.MESSAGE_TYPE_ERROR] + ['number']
    assert [result.payload['reason'] for result in results[1:8]] == [
        'ValueError: no luck', 'Custom', 'from GLib', 'SystemExit: not from here',
        'TypeError: Object of type object is not JSON serializable', 'nothing there', "KeyError: 'a\\x00b'"]
    assert results[1].payload == {'reason': 'ValueError: no luck', 'event': 'number', 'data': 1}


def test_failed_signal():
    listener = Eric.ThreadPoolListener.new(1, lambda message: 1 // message.payload)
    seen = []
    listener.connect('failed', lambda _, message, error: seen.append((message.payload, error.message)))
    listener.connect('processed', lambda _, message, result: seen.append((message.payload, result.payload)))
    with listener:
        for n in 0, 1:
            listener.push(number(n))
        run_until(lambda: len(seen) == 2)
    assert seen == [(0, 'ZeroDivisionError: integer division or modulo by zero'), (1, 1)]


def test_functions_of_every_kind():
    class Callable:
        def __call__(self, message):
            return message.payload + 1

        def method(self, message, cancellable):
            return message.payload + 2

        def any(self, *arguments):
            return len(arguments)
    for function, result in [(Callable(), 2), (Callable().method, 3), (Callable().any, 2),
                             (lambda message, cancellable=None: cancellable is not None, True), (repr, None)]:
        payload = process(function, [1])[0].payload
        assert payload == result or function is repr and payload == "Eric.Message('number', 1)"


def test_pool_subclass():
    class Doubler(Eric.ThreadPoolListener):
        def do_process(self, message, cancellable):
            if message.payload == 1:
                raise ValueError('one')
            return message.payload * 2

    class Again(Doubler):
        def do_process(self, message, cancellable):
            return Eric.Message('again', super().do_process(message, cancellable).payload * 2)

    for cls, expected in (Doubler, ('number', 42)), (Again, ('again', 84)):
        listener, results = cls(max_workers=1), Eric.Listener()
        listener.set_results(results)
        with listener, results:
            for n in 1, 21:
                listener.push(number(n))
            listener.push(Eric.Message(Eric.MESSAGE_TYPE_CLOSED))
            listener.wait()
            failed, done = list(results)[:2]
        assert failed.payload['reason'] == 'ValueError: one'
        assert (done.type, done.payload) == expected


def test_on_message(channel, uncaught):
    """The exception is shown, the message delivered."""
    class Strict(Eric.Listener):
        def do_on_message(self, message):
            raise ValueError(message.payload)

    listener = Strict()
    channel.register_listener(listener)
    with listener:
        for n in range(3):
            channel.broadcast(number(n))
        assert listener.deliver_next().payload == 0
        assert [message.payload for message in listener.deliver_batch(5)] == [1, 2]
    assert [error.args for error in uncaught] == [(0,), (1,), (2,)]


def test_signal_handler(channel, listener, uncaught):
    listener.connect('message', lambda *_: 1 // 0)

    async def main():
        for n in range(3):
            channel.broadcast(number(n))
        return [(await listener.next_async()).payload for _ in range(3)]
    assert asyncio.run(main()) == [0, 1, 2]
    assert [type(error) for error in uncaught] == 3 * [ZeroDivisionError]


def test_adapt():
    class Strict(Eric.SseChannel):
        def do_adapt(self, message):
            if message.payload == 1:
                raise ValueError('one')
            if message.payload == 2:
                return object()
            return message

    async def main():
        with Strict() as channel:
            stream = channel.watch()
            for n in range(4):
                channel.broadcast(number(n))
            return [await stream.next_async() for n in range(4)]
    seen = asyncio.run(main())
    assert [message.type for message in seen] == ['number', '_eric_error', '_eric_error', 'number']
    report = seen[1].payload
    assert (report['reason'], report['event'], report['data']) == ('ValueError: one', 'number', 1)
    assert report['id']


def test_adapt_what_is_deep():
    class Failing(Eric.SseChannel):
        def do_adapt(self, message):
            raise ValueError

    deep = []
    for _ in range(31):
        deep = [deep]
    with Failing() as channel:
        stream = channel.watch()
        channel.broadcast(Eric.Message('deep', deep))
        report, = stream.take_batch(1)
    assert report.payload['data'] == 32 * '[' + 32 * ']'


def test_create_listener(channel, uncaught):
    class Failing(Eric.SseChannel):
        def do_create_listener(self):
            raise ValueError('none today')

    with Failing('x') as channel:
        with pytest.raises(Eric.InvalidListenerError, match='made no listener'):
            channel.add_listener()
        channel.register_listener(Eric.Listener())
        assert channel.broadcast(number(1))
    assert str(uncaught[0]) == 'none today'


def test_key_function(uncaught):
    order, lock = [], threading.Lock()

    def work(message):
        with lock:
            order.append(message.payload)
    listener = Eric.ThreadPoolListener.new(2, work)

    def key(message, *_):
        if message.payload % 2:
            raise ValueError('odd')
        return 'even'
    listener.set_key_func(key)
    with listener:
        for n in range(20):
            listener.push(number(n))
        listener.push(Eric.Message(Eric.MESSAGE_TYPE_CLOSED))
        listener.wait()
    assert sorted(order) == list(range(20))
    assert [n for n in order if n % 2 == 0] == list(range(0, 20, 2))
    # That of the closing message is compared, too.
    assert {str(error) for error in uncaught} - {'not all arguments converted during string formatting'} >= {'odd'}


def test_end_function(server, uncaught):
    source = Eric.EventSource.new(server.url)
    source.set_end_func(lambda message: 1 // 0)
    seen = []
    source.connect('open', lambda _: server.news.broadcast(number(1)))
    source.connect('message', lambda _, message: seen.append(message.payload))
    with source:
        source.start()
        run_until(lambda: seen)
    assert isinstance(uncaught[0], ZeroDivisionError)


def test_list_key_function(uncaught):
    messages = Eric.MessageList.new(10)
    messages.set_key_func(lambda message: 1 // 0)
    for n in range(3):
        messages.append(number(n))
    run_until(lambda: len(messages) == 3)
    assert [type(error) for error in uncaught] == 3 * [ZeroDivisionError]


def test_parser_functions(uncaught):
    parser = Eric.SseParser()
    parser.set_comment_func(lambda text: 1 // 0)
    parser.feed(b': one\ndata: 1\n\n: two\n')
    assert parser.next().text == '1'
    assert len(uncaught) == 2


def test_async_callback(listener, uncaught):
    listener.next_async(callback=lambda source, result: 1 // 0)
    listener.push(number(1))
    run_until(lambda: uncaught)
    listener.push(number(2))
    assert [message.payload for message in listener] == [2]
