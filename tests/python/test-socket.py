# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The socket client from Python, by the names of its C functions."""

import gc
import json
import os
import queue
import socketserver
import sys
import tempfile
import threading
import time
import unittest

try:
    import gi
    gi.require_version('Eric', '1')
    from gi.repository import Eric, Gio, GLib
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)

TIMEOUT = 20
PRIORITY = GLib.PRIORITY_DEFAULT
N_CYCLES = 200


def run_until(predicate, what):
    """Runs the main loop until something is so."""
    context = GLib.MainContext.default()
    late = []
    source = GLib.timeout_source_new_seconds(TIMEOUT)
    source.set_callback(lambda *_: late.append(True))
    source.attach(context)
    try:
        while not predicate():
            context.iteration(True)
            if late:
                raise AssertionError(f'{what}: not within {TIMEOUT} s')
    finally:
        source.destroy()


class Handler(socketserver.StreamRequestHandler):
    """One channel, `news`, and its listeners; what it does not know is an exception."""

    def handle(self):
        for line in self.rfile:
            request = json.loads(line)
            if request['v'] in ('l', 'w'):
                self.stream(request)
                return
            self.wfile.write(self.answer(request).encode() + b'\n')

    def answer(self, request):
        verb, server = request['v'], self.server
        if verb == 'c':
            return 'news'
        if request.get('c') != 'news':
            return f"InvalidChannelException({'No channel ' + str(request.get('c'))!r})"
        if verb == 'r':
            server.listeners[f'listener {len(server.listeners)}'] = queue.Queue()
            return list(server.listeners)[-1]
        if verb == 'b':
            for listener in server.listeners.values():
                listener.put(request)
            return 'ack'
        if verb == 'echo':
            return json.dumps(request['p'])
        if request.get('r') not in server.listeners:
            return "InvalidListenerException('No listener')"
        if verb == 'd':
            server.listeners[request['r']].put(request)
        elif verb == 'rl':
            server.listeners[request['r']].put(None)
        return 'ack'

    def stream(self, request):
        listener = self.server.listeners.get(request.get('r'))
        if listener is None:
            self.wfile.write(b"InvalidListenerException('No listener')")
            return
        while (message := listener.get()) is not None:
            event = {'event': message['t'], 'retry': 5, 'data': message.get('p')}
            self.wfile.write(json.dumps(event).encode() + b'\n')


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 100

    def __init__(self, path):
        super().__init__(path, Handler)
        self.listeners = {}
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()


def text(words, event_type=None):
    return Eric.Message.new_from_text(event_type, words)


class SocketClient(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.directory.name, 'socket')
        self.server = Server(self.path)
        self.client = Eric.SocketClient.new(self.path)

    def tearDown(self):
        self.client.close()
        self.server.shutdown()
        self.server.server_close()
        self.directory.cleanup()

    def assert_error(self, domain, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(GLib.quark_from_string(domain), int(code)),
                        caught.exception)

    def assert_eric_error(self, code, function, *arguments):
        self.assert_error('eric-error-quark', code, function, *arguments)

    def call(self, name, *arguments):
        """An asynchronous call that is waited for."""
        results = []
        getattr(self.client, f'{name}_async')(*arguments, PRIORITY, None,
                                              lambda client, result: results.append(result))
        run_until(lambda: results, name)
        return getattr(self.client, f'{name}_finish')(results[0])

    def test_blocking(self):
        client = self.client
        channel = client.create_channel()
        self.assertEqual(channel, 'news')
        listener = client.register(channel)
        self.assertTrue(client.broadcast(channel, text('Grüße 🎉', 'tick')))
        data = GLib.Variant('a{sv}', {'n': GLib.Variant('x', 7)})
        self.assertTrue(client.dispatch(channel, listener, Eric.Message.new('tock', data)))
        self.assertTrue(client.remove_listener(channel, listener))

        stream = client.stream(channel, listener)
        message = stream.next()
        self.assertEqual((message.get_event_type(), message.get_text()), ('tick', 'Grüße 🎉'))
        self.assertEqual(stream.get_retry_delay(), 5)
        self.assertEqual(stream.next().get_payload().unpack(), {'n': 7})
        self.assertIsNone(stream.next())

    def test_errors(self):
        client = self.client
        self.assert_eric_error(Eric.Error.INVALID_CHANNEL, client.register, 'other')
        self.assert_eric_error(Eric.Error.INVALID_CHANNEL, self.call, 'remove_channel', 'other')
        self.assert_eric_error(Eric.Error.INVALID_LISTENER, client.dispatch, 'news', 'nobody', text('x'))
        self.assert_eric_error(Eric.Error.INVALID_LISTENER, client.stream('news', 'nobody').next)
        try:
            client.remove_channel('other')
        except GLib.Error as error:
            self.assertEqual(error.message, 'No channel other')
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        self.assert_error('g-io-error-quark', Gio.IOErrorEnum.CANCELLED, client.create_channel, cancellable)

    def test_payload(self):
        request = GLib.Variant('a{sv}', {'v': GLib.Variant('s', 'echo'), 'c': GLib.Variant('s', 'news'),
                                         'p': GLib.Variant('as', ['a', 'b'])})
        self.assertEqual(json.loads(self.client.send_payload(request)), ['a', 'b'])
        self.assertEqual(json.loads(self.call('send_payload', request)), ['a', 'b'])
        request = GLib.Variant('a{sv}', {'v': GLib.Variant('s', 'w')})
        self.assert_error('g-io-error-quark', Gio.IOErrorEnum.NOT_SUPPORTED, self.client.send_payload, request)

    def test_async(self):
        channel = self.call('create_channel')
        listener = self.call('register', channel)
        self.assertTrue(self.call('broadcast', channel, text('one')))
        self.assertTrue(self.call('dispatch', channel, listener, text('two')))
        stream = self.call('stream', channel, listener)

        batches = []
        stream.next_async(PRIORITY, None, lambda stream, result: batches.append([stream.next_finish(result)]))
        run_until(lambda: len(batches) == 1, 'a message')
        stream.next_batch_async(10, PRIORITY, None,
                                lambda stream, result: batches.append(stream.next_batch_finish(result)))
        run_until(lambda: len(batches) == 2, 'a batch')
        self.assertEqual([message.get_text() for batch in batches for message in batch], ['one', 'two'])
        self.assertTrue(self.call('remove_listener', channel, listener))
        stream.next_async(PRIORITY, None, lambda stream, result: batches.append(stream.next_finish(result)))
        run_until(lambda: len(batches) == 3, 'the end')
        self.assertIsNone(batches[2])

    def test_order(self):
        """Calls of both kinds, of several threads, and a reader in another one."""
        channel = self.client.create_channel()
        listener = self.client.register(channel)
        seen, done = [], []

        def read():
            stream = self.client.stream(channel, listener)
            while (message := stream.next()) is not None:
                seen.append(message.get_text())

        reader = threading.Thread(target=read)
        reader.start()
        for i in range(100):
            if i % 5 == 0:
                self.client.broadcast(channel, text(str(i)))
            else:
                self.client.broadcast_async(channel, text(str(i)), PRIORITY, None,
                                            lambda client, result: done.append(client.broadcast_finish(result)))
        run_until(lambda: len(done) == 80, 'the answers')
        self.client.remove_listener(channel, listener)
        reader.join(TIMEOUT)
        self.assertEqual(seen, [str(i) for i in range(100)])

    def test_properties(self):
        client = Eric.SocketClient(path=self.path, timeout=500, max_line=2)
        self.assertEqual((client.props.path, client.get_timeout(), client.props.max_line), (self.path, 500, 2))
        self.assert_eric_error(Eric.Error.TOO_LARGE, client.create_channel)
        self.assertEqual(client.props.address.get_path(), self.path)
        other = Eric.SocketClient.new_for_address(client.get_address())
        self.assertEqual(other.create_channel(), 'news')
        other.close()
        self.assert_error('g-io-error-quark', Gio.IOErrorEnum.CLOSED, other.create_channel)

    def test_garbage(self):
        """Nothing is left behind, whenever objects go."""
        def count():
            return len(os.listdir('/proc/self/fd'))

        channel = self.client.create_channel()
        before, done = count(), []
        for i in range(N_CYCLES):
            client = Eric.SocketClient.new(self.path)
            client.create_channel_async(PRIORITY, None, lambda client, result:
                                        done.append(client.create_channel_finish(result)))
            stream = client.stream(channel, 'nobody')
            if i % 2:
                self.assert_eric_error(Eric.Error.INVALID_LISTENER, stream.next)
            del client, stream
        run_until(lambda: len(done) == N_CYCLES, 'all calls')
        gc.collect()
        # The server's ends are in this process, too, and go when their threads have seen it.
        deadline = time.monotonic() + TIMEOUT
        while count() > before and time.monotonic() < deadline:
            self.client.create_channel()
        self.assertLessEqual(count(), before)


if __name__ == '__main__':
    unittest.main(verbosity=2)
