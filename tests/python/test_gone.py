# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All methods and properties of all classes, of objects that were disposed of (as GTK and GJS
do at the end) and of those that were made without their constructor function: an exception or
a critical, but neither the end of the program nor a call that does not return."""

import os
import signal
import tempfile

import pytest
from gi.repository import Eric, Gio, GLib, GObject, Soup

CHILD_DEADLINE = 20    # seconds
N_TURNS = 10           # of the main context behind each call, for what it began

CLASSES = sorted((value for name in dir(Eric)
                  if isinstance(value := getattr(Eric, name), type) and issubclass(value, GObject.Object)
                  and value.__module__.endswith('Eric') and value.__gtype__.name.startswith('Eric')
                  and not value.__gtype__.is_abstract() and value.__gtype__.name == 'Eric' + name),
                 key=lambda kind: kind.__name__)


def make_whole(kind, folder):
    """One as its constructor function makes it."""
    path = os.path.join(folder, 'test.sock')
    channel = Eric.SseChannel('c')
    makers = {
        'MessageStream': channel.watch,
        'SocketServer': lambda: Eric.SocketServer.new(None, path),
        'SocketClient': lambda: Eric.SocketClient.new(path),
        'SseServer': lambda: Eric.SseServer.new(Soup.Server(), None),
        'EventSource': lambda: Eric.EventSource.new('http://127.0.0.1:1/'),
        'ContextBridge': lambda: Eric.ContextBridge.new(None),
        'Message': lambda: Eric.Message('a', 'b'),
        'ChannelContainer': lambda: Eric.ChannelContainer.new(Eric.SseChannel.__gtype__),
        'MessageList': lambda: Eric.MessageList.new(0),
    }
    return makers.get(kind.__name__, lambda: GObject.new(kind.__gtype__))()


def make(kind, state, folder):
    if state == 'bare':
        return GObject.new(kind.__gtype__)
    thing = make_whole(kind, folder)
    if state == 'started':
        getattr(thing, 'start', lambda: None)()
    thing.run_dispose()
    return thing


def make_object(name):
    return {
        'Message': lambda: Eric.Message('a', 'b'),
        'Listener': Eric.Listener,
        'ThreadPoolListener': lambda: Eric.ThreadPoolListener.new(1, None),
        'Channel': Eric.SseChannel,
        'SseChannel': Eric.SseChannel,
        'EventSource': lambda: Eric.EventSource.new('http://127.0.0.1:1/'),
        'SocketAddress': lambda: Gio.InetSocketAddress.new_from_string('127.0.0.1', 0),
        'SocketConnectable': lambda: Gio.NetworkAddress.new('127.0.0.1', 1),
        'Cancellable': Gio.Cancellable,
        'Session': Soup.Session,
        'AsyncResult': lambda: Gio.Task.new(None, None, None),
        'MessageList': lambda: Eric.MessageList.new(0),
        'ServerMessage': lambda: None,    # libsoup alone can make one
        'Socket': lambda: Gio.Socket.new(Gio.SocketFamily.IPV4, Gio.SocketType.STREAM, Gio.SocketProtocol.TCP),
        'Variant': lambda: GLib.Variant('a{sv}', {}),
        'Bytes': lambda: GLib.Bytes.new(b'data: x\n\n'),
    }[name]()


def make_argument(argument):
    """Something of the right kind; KeyError where there is nothing."""
    kind = argument.get_type()
    tag = kind.get_tag_as_string()
    if tag == 'interface':
        interface = kind.get_interface()
        what = type(interface).__name__
        if what == 'CallbackInfo':
            return lambda *_: None
        if what in ('EnumInfo', 'FlagsInfo'):
            return 0
        return make_object(interface.get_name())
    if tag == 'array':
        return ['x'] if kind.get_param_type(0).get_tag_as_string() == 'utf8' else b'data: x\n\n'
    return {'utf8': 'x', 'filename': 'x', 'gboolean': True, 'gdouble': 1.0, 'GType': GObject.TYPE_OBJECT}.get(tag, 1)


def arguments_of(info):
    """Those that Python gives: no lengths, and nothing that belongs to callbacks."""
    arguments = info.get_arguments()
    hidden = set()
    for i, argument in enumerate(arguments):
        kind = argument.get_type()
        if kind.get_tag_as_string() == 'array':
            hidden.add(kind.get_array_length())
        if argument.get_closure() >= 0 and argument.get_closure() != i:
            hidden.add(argument.get_closure())
        if argument.get_destroy() >= 0:
            hidden.add(argument.get_destroy())
    return [make_argument(argument) for i, argument in enumerate(arguments)
            if i not in hidden and argument.get_direction() != 1]


def calls_of(kind):
    """(name, function that does it with an object)"""
    for base in kind.__mro__:
        if base.__dict__.get('__info__') is None or not base.__module__.endswith('Eric'):
            continue
        for info in base.__info__.get_methods():
            if info.is_method():
                yield info.get_name(), lambda thing, info=info: info(thing, *arguments_of(info))
    for pspec in GObject.list_properties(kind.__gtype__):
        if pspec.flags & GObject.ParamFlags.READABLE:
            yield f'get {pspec.name}', lambda thing, name=pspec.name: GObject.Object.get_property(thing, name)
        if pspec.flags & GObject.ParamFlags.WRITABLE and not pspec.flags & GObject.ParamFlags.CONSTRUCT_ONLY:
            yield f'set {pspec.name}', lambda thing, spec=pspec: GObject.Object.set_property(
                thing, spec.name, getattr(spec, 'default_value', None))


# What blocks for as long as nobody ends it, and says so.
BLOCKING = {'bare': {'run'}, 'disposed': {'run'}, 'started': {'run', 'wait'}}


def attempt(kind, state, name, function, folder):
    thing = make(kind, state, folder)
    try:
        function(thing)
    except (GLib.Error, TypeError, ValueError, RuntimeError, OverflowError, NotImplementedError):
        pass
    for _ in range(N_TURNS):
        GLib.MainContext.default().iteration(False)
    del thing


def run_child(kind, state, skip, write, folder):
    """Writes the number of each call before it; ends with what no call has."""
    GLib.log_set_always_fatal(GLib.LogLevelFlags.LEVEL_ERROR)
    signal.alarm(CHILD_DEADLINE)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for i, (name, function) in enumerate(calls_of(kind)):
        if i < skip or name in BLOCKING[state]:
            continue
        os.write(write, f'{i} {name}\n'.encode())
        attempt(kind, state, name, function, folder)
    os.write(write, b'-1 end\n')


def faults(kind, state, folder):
    """The calls that ended the program, and how."""
    skip, found = 0, []
    while True:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                run_child(kind, state, skip, write, folder)
            except BaseException as error:
                os.write(write, f'error {error!r}\n'.encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as file:
            last = file.read().splitlines()[-1].split(' ', 1)
        status = os.waitpid(pid, 0)[1]
        if last[0] == '-1':
            return found
        found.append((last[1], os.WTERMSIG(status)))
        if last[0] == 'error':
            return found
        skip = int(last[0]) + 1


def test_every_class_is_tried():
    assert {'Message', 'Listener', 'SseChannel', 'SseServer', 'EventSource', 'SocketServer', 'SocketClient',
            'SocketStream', 'MessageStream', 'ThreadPoolListener', 'DataProcessingChannel', 'ContextBridge',
            'MessageList', 'SseParser', 'TokenReader', 'Token', 'ChannelContainer'} <= {kind.__name__ for kind in CLASSES}


@pytest.mark.parametrize('state', ['bare', 'disposed', 'started'])
@pytest.mark.parametrize('kind', CLASSES, ids=lambda kind: kind.__name__)
def test_nothing_ends_the_program(kind, state):
    with tempfile.TemporaryDirectory() as folder:
        assert faults(kind, state, folder) == []


def test_a_stream_without_a_connection_has_ended():
    assert GObject.new(Eric.SocketStream).next(None) is None
    assert GObject.new(Eric.MessageStream).take_batch(1) == []
