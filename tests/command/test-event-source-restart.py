# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An event source whose connection, or whose server, goes away again and again.

The history of a server is in its memory. What it still has is neither lost nor
repeated; what went with a server that was killed may be missing, but never
without a gap that says so.
"""

import random
import signal
import socket
import sys
import threading
import unittest

import serve

try:
    import gi
    gi.require_version('Eric', '1')
    from gi.repository import Eric, GLib
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)

GAP = 'gap'


class Forwarder:
    """Hands bytes on to a server, and cuts each connection after some of them."""

    def __init__(self, port, budgets):
        self.target = port
        self.budgets = budgets
        self.n_cuts = 0
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client):
        budget = next(self.budgets, None)
        with client, socket.create_connection(('127.0.0.1', self.target)) as upstream:
            request = b''
            while b'\r\n\r\n' not in request:
                part = client.recv(4096)
                if not part:
                    return
                request += part
            upstream.sendall(request)
            while budget is None or budget > 0:
                part = upstream.recv(4096 if budget is None else min(4096, budget))
                if not part:
                    return
                try:
                    client.sendall(part)
                except OSError:
                    return
                if budget is not None:
                    budget -= len(part)
            self.n_cuts += 1

    def close(self):
        self.listener.close()


class Reader:
    """A source, and the numbers that came, with the gaps between them."""

    def __init__(self, port):
        self.log = []
        self.n_opened = 0
        self.source = Eric.EventSource.new(f'http://127.0.0.1:{port}/events/news')
        self.source.props.retry_delay = 1
        self.source.props.max_retry_delay = 50
        self.source.connect('message', lambda _, message: self.log.append(int(message.get_text())))
        self.source.connect('gap', lambda *_: self.log.append(GAP))
        self.source.connect('open', self._opened)
        self.source.connect('decide-reconnect', self._decide)
        self.source.start()

    def _opened(self, _):
        self.n_opened += 1

    def _decide(self, _source, _request, _error, _proposed):
        return True

    def run_until(self, predicate, what):
        late = []
        context = GLib.MainContext.default()
        timeout = GLib.timeout_source_new_seconds(serve.TIMEOUT)
        timeout.set_callback(lambda *_: late.append(True))
        timeout.attach(context)
        try:
            while not predicate():
                context.iteration(True)
                if late:
                    raise AssertionError(f'{what}: not within {serve.TIMEOUT} s; {self.log[-9:]}')
        finally:
            timeout.destroy()

    def wait_number(self, number):
        self.run_until(lambda: number in self.log, f'message {number}')

    def wait_open(self, n):
        self.run_until(lambda: self.n_opened >= n, f'connection {n}')

    def numbers(self):
        return [entry for entry in self.log if entry != GAP]


class Restarts(serve.TestCase):
    def read(self, port):
        reader = Reader(port)
        self.addCleanup(reader.source.close)
        return reader

    def publish(self, server, first, n):
        for number in range(first, first + n):
            server.publish('news', str(number))
        return first + n

    def assert_gaps_say_so(self, log):
        """None twice, and none missing but at a gap."""
        last = None
        gap = False
        for entry in log:
            if entry == GAP:
                gap = True
                continue
            if last is not None:
                self.assertGreater(entry, last, log)
                if not gap:
                    self.assertEqual(entry, last + 1, log)
            last = entry
            gap = False

    def test_cut_anywhere(self):
        seed = random.randrange(1 << 32)
        print('seed', seed)
        draw = random.Random(seed)
        server = self.start('--history', '1000')
        forwarder = Forwarder(server.port, iter([draw.randrange(1, 1500) for _ in range(60)]))
        self.addCleanup(forwarder.close)
        server.publish('news?id=first', '0')
        reader = Reader(forwarder.port)
        self.addCleanup(reader.source.close)
        # What is before the first message is not promised to whoever has no id yet.
        reader.source.close()
        reader.source.set_last_event_id('first')
        reader.log.clear()
        reader.source.start()
        number = 1
        for _ in range(40):
            number = self.publish(server, number, draw.randrange(1, 12))
            if draw.randrange(2):
                reader.wait_number(number - 1)
        reader.wait_number(number - 1)
        self.assertEqual(reader.log, list(range(1, number)))
        self.assertGreater(forwarder.n_cuts, 5)

    def test_killed_when_all_was_read(self):
        server = self.start('--history', '1000')
        port = server.port
        reader = self.read(port)
        reader.wait_open(1)
        server.wait_subscribers(1)
        number = self.publish(server, 0, 10)
        reader.wait_number(number - 1)
        for n in range(5):
            server.kill()
            server = self.start('--history', '1000', port=port)
            # Some of them before the source is back, some after.
            number = self.publish(server, number, 5)
            reader.wait_open(n + 2)
            number = self.publish(server, number, 5)
            reader.wait_number(number - 1)
        self.assertEqual(reader.numbers(), list(range(number)))
        self.assertEqual(reader.log.count(GAP), 5)
        self.assert_gaps_say_so(reader.log)

    def test_killed_while_publishing(self):
        server = self.start('--history', '1000')
        port = server.port
        reader = self.read(port)
        reader.wait_open(1)
        server.wait_subscribers(1)
        number = 0
        kept = []
        for n in range(5):
            number = self.publish(server, number, 20)
            server.kill()
            server = self.start('--history', '1000', port=port)
            first = number
            number = self.publish(server, number, 5)
            reader.wait_number(number - 1)
            kept += range(first, number)
        self.assertEqual([entry for entry in reader.numbers() if entry in kept], kept)
        self.assert_gaps_say_so(reader.log)

    def test_terminated(self):
        server = self.start('--history', '1000')
        port = server.port
        reader = self.read(port)
        reader.wait_open(1)
        server.wait_subscribers(1)
        number = 0
        for n in range(3):
            number = self.publish(server, number, 20)
            server.send_signal(signal.SIGTERM)
            reader.wait_number(number - 1)
            self.assertEqual(server.wait_exit(), 0)
            server = self.start('--history', '1000', port=port)
            reader.wait_open(n + 2)
        number = self.publish(server, number, 5)
        reader.wait_number(number - 1)
        self.assertEqual(reader.numbers(), list(range(number)))
        self.assert_gaps_say_so(reader.log)


if __name__ == '__main__':
    serve.main()
