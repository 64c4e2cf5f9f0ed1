# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program must not do with the results of calls: an exception, never the end of the program."""

import itertools
import os
import subprocess
import sys
import threading

import pytest
from conftest import run_until
from gi._gi import ObjectInfo, Repository, StructInfo
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


# Each class by the introspection data, made without its properties; each method of it with values
# at and beyond the ends of what any has. It is a process of its own, which a critical ends.
BARE = """
import sys
import gi
gi.require_version('Eric', '1')
from gi._gi import Repository
from gi.repository import Eric, GLib, GObject

REFUSALS = (TypeError, ValueError, OverflowError, AttributeError, KeyError, NotImplementedError, RuntimeError, GLib.Error)
name = sys.argv[1]

def attempt(function, *arguments):
    try:
        return function(*arguments)
    except REFUSALS:
        return None

made = attempt(getattr(Eric, name))
if made is None:
    sys.exit()
for spec in getattr(type(made), 'list_properties', list)():
    if spec.flags & GObject.ParamFlags.READABLE:
        attempt(made.get_property, spec.name)
# What blocks until another thread has done something.
BLOCKING = 'wait'
for info in Repository.get_default().find_by_name('Eric', name).get_methods():
    if not info.is_method() or info.get_name() in ('ref', 'unref', 'free', BLOCKING):
        continue
    method, n_arguments = getattr(made, info.get_name()), len(info.get_arguments())
    for value in (None, '', 'x', 0, 1, -1, -2, 2**31) if n_arguments else (None,):
        attempt(method, *[value] * n_arguments)
for _ in range(10):
    GLib.MainContext.default().iteration(False)
print('survived', name)
"""


def classes():
    repository = Repository.get_default()
    for info in repository.get_infos('Eric'):
        if isinstance(info, (ObjectInfo, StructInfo)) and info.get_methods():
            yield info.get_name()


@pytest.mark.parametrize('name', classes())
def test_made_of_nothing(name):
    run = subprocess.run([sys.executable, '-c', BARE, name], capture_output=True, text=True, timeout=60,
                         env=os.environ | {'G_DEBUG': 'fatal-criticals'})
    refused = name in ('Channel', 'SseSubscriber')    # abstract; of the server alone
    assert (run.returncode, run.stdout) == (0, '' if refused else f'survived {name}\n'), run.stderr


def test_works_of_nothing():
    """What can do without its properties does."""
    assert isinstance(Eric.ChannelContainer().add('news'), Eric.SseChannel)
    server = Eric.SseServer()
    server.mount('/events')
    server.channels.add('news')
    server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0))
    uri = f'http://127.0.0.1:{server.get_listen_address().get_port()}/events/news'
    opened = []
    source = Eric.EventSource(uri)
    source.connect('open', lambda source: opened.append(source.close()))
    source.start()
    run_until(lambda: opened)


@pytest.mark.parametrize('uri', ['', 'not a url', 'events', '/events', 'ftp://127.0.0.1/', 'http://', 'http://[/'])
def test_bad_uri(uri):
    with pytest.raises(GLib.Error):
        Eric.EventSource(uri)
    with pytest.raises(GLib.Error):
        Eric.EventSource(uri=uri)
    with pytest.raises(GLib.Error):
        Eric.EventSource.new(uri)


@pytest.mark.parametrize('path', ['', '/', 'events', '/events/'])
def test_bad_path(path):
    with pytest.raises(GLib.Error) as caught:
        Eric.SseServer().mount(path)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT)


def test_bridge_to_a_busy_context():
    bridge, caught = Eric.ContextBridge(), []

    def make():
        try:
            Eric.ContextBridge(GLib.MainContext.default())
        except GLib.Error as error:
            caught.append(error)
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    bridge.close()
    assert caught[0].matches(Gio.io_error_quark(), Gio.IOErrorEnum.BUSY)


@pytest.mark.parametrize('name', ['results', 'dead_letters'])
def test_pool_of_itself(name):
    pool, other = Eric.ThreadPoolListener.new(1), Eric.Listener()
    with pytest.raises(ValueError):
        getattr(pool, f'set_{name}')(pool)
    with pytest.raises(ValueError):
        setattr(pool, name, pool)
    getattr(pool, f'set_{name}')(other)
    assert getattr(pool, name) is other
    setattr(pool, name, None)
    assert getattr(pool, name) is None


# What libsoup makes of properties, and sends as it is.
@pytest.mark.parametrize('properties', [{}, {'method': 'GET'}, {'uri': 'http://127.0.0.1/'},
                                        *({'uri': 'http://127.0.0.1/', 'method': method} for method in (
                                            '', 'GE T', 'GÉT', 'GET / HTTP/1.1\r\nX: y\r\n\r\nGET'))])
def test_message_of_properties(properties):
    uri = properties.get('uri')
    message = Soup.Message(**properties | ({'uri': GLib.Uri.parse(uri, GLib.UriFlags.NONE)} if uri else {}))
    with pytest.raises(GLib.Error) as caught:
        Eric.EventSource.new_for_message(message, None)
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT)


def test_numbers_out_of_range():
    pool = Eric.ThreadPoolListener.new(1)
    for call, bad in ((pool.set_max_workers, 0), (pool.set_max_pending, 2**31), (pool.deliver_batch, 0),
                      (Eric.ThreadPoolListener.new, 2**31), (Eric.MessageList.new, 2**31)):
        with pytest.raises(ValueError, match=str(bad)):
            call(bad)
    pool.max_workers = 3
    assert pool.get_max_workers() == 3
    with pytest.raises(ValueError):
        pool.max_workers = 0
    with pytest.raises(TypeError):
        Eric.ChannelContainer.new(Eric.Listener)
    assert Eric.ChannelContainer.new(Eric.SseChannel.__gtype__).add('news')
