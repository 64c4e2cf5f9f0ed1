# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program must not do with the results of calls: an exception, never the end of the program."""

import itertools

import pytest
from conftest import run_until
from gi.repository import Eric, Gio, GLib, Soup


def listener():
    listener = Eric.Listener()
    listener.start()
    for i in range(8):
        listener.push(Eric.Message('test', i))
    return listener


def stream():
    channel = Eric.SseChannel()
    stream = channel.watch()
    for i in range(8):
        channel.broadcast(Eric.Message('test', i))
    return stream


def source():
    source = Eric.EventSource.new('http://127.0.0.1:9/')
    source.close()
    return source


def server():
    return Eric.SseServer.new(Soup.Server(), None)


def client():
    return Eric.SocketClient.new('nobody.sock')


OBJECTS = {
    Eric.Listener: listener,
    Eric.MessageStream: stream,
    Eric.EventSource: source,
    Eric.SseServer: server,
    Eric.SocketServer: lambda: Eric.SocketServer.new(None, 'nobody.sock'),
    Eric.SocketClient: client,
    Eric.ThreadPoolListener: lambda: Eric.ThreadPoolListener.new(1, lambda message, *_: message),
}
ARGUMENTS = {
    'next_async': (0,), 'ready_async': (0,), 'next_batch_async': (1, 0),
    'check_async': (), 'drain_async': (0,), 'wait_async': (0,), 'stop_async': (),
    'create_channel_async': (0,), 'remove_channel_async': ('c', 0), 'register_async': ('c', 0),
    'remove_listener_async': ('c', 'l', 0), 'broadcast_async': ('c', Eric.Message('test'), 0),
    'dispatch_async': ('c', 'l', Eric.Message('test'), 0),
    'send_payload_async': (GLib.Variant('a{sv}', {}), 0),
    'stream_async': ('c', 'l', 0),
}


def finishes(kind):
    return [name for name in dir(kind) if name.endswith('_finish')]


CASES = [(kind, start.removesuffix('_finish') + '_async', finish)
         for kind in OBJECTS
         for start, finish in itertools.permutations(finishes(kind), 2)]


def begin(subject, name, *, results):
    getattr(subject, name)(*ARGUMENTS[name], None, lambda _, result: results.append(result))


def assert_refused(subject, finish, result):
    with pytest.raises(GLib.Error) as caught:
        getattr(subject, finish)(result)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT)


@pytest.mark.parametrize('kind, start, finish', CASES)
def test_result_of_another_call(kind, start, finish):
    subject, results = OBJECTS[kind](), []
    begin(subject, start, results=results)
    run_until(lambda: results)
    assert_refused(subject, finish, results[0])


@pytest.mark.parametrize('kind', OBJECTS)
def test_result_of_another_object(kind):
    subject, other, results = OBJECTS[kind](), OBJECTS[kind](), []
    finish = finishes(kind)[0]
    begin(other, finish.removesuffix('_finish') + '_async', results=results)
    run_until(lambda: results)
    assert_refused(subject, finish, results[0])


def test_result_given_twice():
    subject, results = listener(), []
    begin(subject, 'next_async', results=results)
    run_until(lambda: results)
    assert subject.next_finish(results[0]).payload == 0
    assert_refused(subject, 'next_finish', results[0])


def started(kind):
    subject = OBJECTS[kind]()
    if kind is Eric.ThreadPoolListener:
        subject.start()
    return subject


@pytest.mark.parametrize('kind, name', [(kind, finish.removesuffix('_finish') + '_async')
                                        for kind in OBJECTS for finish in finishes(kind)])
def test_disposed_while_a_call_waits(kind, name):
    """What a call that is under way then gives is left open; that nothing ends the program is not."""
    subject, results = started(kind), []
    begin(subject, name, results=results)
    subject.run_dispose()
    for _ in range(20):
        GLib.MainContext.default().iteration(False)
    if kind is Eric.ThreadPoolListener:
        subject.stop()
