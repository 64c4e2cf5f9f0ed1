# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections that come and go leave nothing behind: neither descriptors nor memory."""

import os
import socket
import struct

import serve

# Under a sanitizer, where memory is not measured, descriptors that leak show sooner.
ROUND = 500 if 'ERIC_SSE_SANITIZED' in os.environ else 5000
MOST_ROUNDS = 3
MOST_GROWTH = 512 << 10   # bytes of resident memory, in the second round

# Closing with a linger time of 0 sends a reset.
RESET = struct.pack('ii', 1, 0)

GET = serve.format_request('GET', '/', {'Connection': 'keep-alive'})
STREAM = serve.format_request('GET', '/events/news')
FEED = serve.format_request('POST', '/events/news', {'Content-Type': 'application/x-ndjson',
                                                     'Transfer-Encoding': 'chunked'})
POST = serve.format_request('POST', '/events/news', {'Content-Type': 'text/plain'}, 'x' * 100)


def connect_and_close(sock):
    pass


def get(sock):
    sock.sendall(GET)
    data = sock.recv(1 << 16)
    if not data.startswith(b'HTTP/1.1 200 '):
        raise AssertionError(f'not answered: {data[:200]!r}')


def post(sock):
    sock.sendall(POST)
    data = sock.recv(1 << 16)
    if not data.startswith(b'HTTP/1.1 202 '):
        raise AssertionError(f'not published: {data[:200]!r}')


def stream(sock):
    sock.sendall(STREAM)
    data = sock.recv(1 << 16)
    if not data.startswith(b'HTTP/1.1 200 '):
        raise AssertionError(f'no stream: {data[:200]!r}')


def half_a_request(sock):
    sock.sendall(POST[:-50])


def half_a_feed(sock):
    sock.sendall(FEED + b'3\r\n1\n2\r\n')


def refused_feed(sock):
    sock.sendall(FEED + b'2\r\nx\n\r\n')
    data = sock.recv(1 << 16)
    if not data.startswith(b'HTTP/1.1 400 '):
        raise AssertionError(f'not refused: {data[:200]!r}')


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.sendall(GET)


def reset_stream(sock):
    stream(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


class Leaks(serve.TestCase):
    def run_round(self, server, use, source):
        for _ in range(ROUND):
            with server.connect(source) as sock:
                use(sock)

    def check(self, use, source):
        # Each kind has an address of its own to come from: the ports of one could
        # run out while those that were closed rest.
        server = self.start('--history', '10')
        server.publish('news', 'x')
        self.assert_healthy(server)
        descriptors = server.idle_descriptors()

        self.run_round(server, use, source)
        server.wait_descriptors(descriptors)
        # What leaks grows in each round; an allocator comes to rest.
        for _ in range(MOST_ROUNDS):
            before = server.rss()
            self.run_round(server, use, source)
            server.wait_descriptors(descriptors)
            growth = server.rss() - before
            print(f'{use.__name__}: {descriptors} descriptors, {before / 1024:.0f} KiB, '
                  f'{growth / 1024:+.0f} KiB after {ROUND} connections more', flush=True)
            if growth < MOST_GROWTH:
                break
        self.assertLess(growth, MOST_GROWTH)
        server.wait_subscribers(0)
        self.assert_healthy(server)

    def test_connect_and_close(self):
        self.check(connect_and_close, '127.0.0.11')

    def test_get(self):
        self.check(get, '127.0.0.12')

    def test_post(self):
        self.check(post, '127.0.0.13')

    def test_stream(self):
        self.check(stream, '127.0.0.14')

    def test_half_a_request(self):
        self.check(half_a_request, '127.0.0.15')

    def test_reset(self):
        self.check(reset, '127.0.0.16')

    def test_reset_stream(self):
        self.check(reset_stream, '127.0.0.17')

    def test_half_a_feed(self):
        self.check(half_a_feed, '127.0.0.19')

    def test_refused_feed(self):
        self.check(refused_feed, '127.0.0.20')


class OutOfDescriptors(serve.TestCase):
    LIMIT = 64

    def test_out_of_descriptors(self):
        server = self.start(descriptors=self.LIMIT)
        self.assert_healthy(server)
        before = server.idle_descriptors()

        crowd = [server.connect() for _ in range(120)]
        serve.wait_until(lambda: server.descriptors() == self.LIMIT, 'there is no descriptor left')
        self.assertTrue(server.is_running())
        for sock in crowd:
            sock.close()
        server.wait_descriptors(before)
        self.assert_healthy(server)
        stream = server.stream('news')
        server.publish('news', 'x')
        self.assertEqual(stream.next().data, 'x')

    def test_who_waits_is_served_later(self):
        server = self.start(descriptors=self.LIMIT)
        crowd = [server.connect() for _ in range(120)]
        serve.wait_until(lambda: server.descriptors() == self.LIMIT, 'there is no descriptor left')
        late = server.connect()
        late.sendall(GET)
        for sock in crowd:
            sock.close()
        self.assertEqual(serve.Response(serve.read_answer(late)).status, 200)
        late.close()

    def test_streams_leave_some(self):
        # There are never so many streams that nothing else can be asked.
        server = self.start(descriptors=self.LIMIT)
        statuses = [server.stream('news').response.status for _ in range(60)]
        self.assertEqual(set(statuses), {200, 503})
        self.assertEqual(server.state()['n_subscribers'], statuses.count(200))
        self.assertEqual(server.get('/health').status, 200)

    def test_no_busy_loop(self):
        server = self.start(descriptors=self.LIMIT)
        crowd = [server.connect() for _ in range(120)]
        serve.wait_until(lambda: server.descriptors() == self.LIMIT, 'there is no descriptor left')

        def cpu():
            with open(f'/proc/{server.pid}/stat', encoding='ascii') as file:
                return sum(map(int, file.read().rpartition(')')[2].split()[11:13]))

        before = cpu()
        with self.assertRaises(TimeoutError):
            # Nothing comes on a connection that was not accepted.
            crowd[-1].settimeout(1)
            crowd[-1].sendall(GET)
            crowd[-1].recv(1)
        self.assertLess(cpu() - before, 50, 'ticks of a hundredth of a second, in one second')
        for sock in crowd:
            sock.close()


if __name__ == '__main__':
    serve.main()
