# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the server keeps: as much as was asked for, and no more memory than may be taken."""

import os
import socket

import serve

MIB = 1 << 20
READERS = 20
SIZE = 8_000_000


class MemoryTest(serve.TestCase):

    def feed(self, server, channel, n, line=b'1\n'):
        response = server.post(f'/events/{channel}', line * n, {'Content-Type': 'application/x-ndjson'})
        self.assertEqual(response.status, 202)

    def count_kept(self, server, channel):
        """The messages of a channel that are kept: behind them comes one more."""
        stream = server.stream(f'{channel}?lastEventId=earliest')
        server.publish(channel, 'the last')
        kept = 0
        while stream.next().data != 'the last':
            kept += 1
        stream.close()
        return kept

    def open_deaf(self, server, path):
        """Does not read but the first bytes of what comes."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(serve.TIMEOUT)
        sock.connect((server.address, server.port))
        server.sockets.append(sock)
        sock.sendall(serve.format_request('GET', f'/events/{path}', version='1.0'))
        return sock

    def wait_begun(self, sock):
        seen = b''
        while b'xxxx' not in seen:
            more = sock.recv(1024)
            self.assertTrue(more, 'the stream has ended')
            seen += more

    def test_readers_share(self):
        for query in '', '?topic=b':
            with self.subTest(query=query):
                server = self.start('--max-body=20000000')
                deaf = [self.open_deaf(server, f'a{query}') for _ in range(READERS)]
                server.wait_subscribers(READERS)
                before = server.rss()
                server.publish('a', b'x' * SIZE)
                for sock in deaf:
                    self.wait_begun(sock)
                growth = server.rss() - before
                print(f'{query or "one channel"}: {growth / SIZE:.1f} times the event', flush=True)
                self.assertLess(growth, 6 * SIZE)

    def test_largest(self):
        # Live, to one who reads, and later.
        server = self.start('--max-body=5000000')
        stream = server.stream('a')
        texts = [str(i).encode().ljust(5_000_000, b'x') for i in range(4)]
        for text in texts:
            server.publish('a', text)
        for text in texts:
            self.assertEqual(stream.next().data.encode(), text)
        stream.close()
        later = server.stream('a?lastEventId=earliest')
        for text in texts:
            self.assertEqual(later.next().data.encode(), text)
        self.assertEqual(server.post('/events/a', b'x' * 5_000_001).status, 413)

    def test_history_is_what_was_asked_for(self):
        # 100 messages of 100 kB, of which 42 would be 4 MiB.
        for options, kept in ((('--history=90',), 90), (('--history=0',), 0),
                              (('--history-bytes=1000000',), 9), (('--history=90', '--history-bytes=0'), 0)):
            with self.subTest(options=options):
                server = self.start(*options)
                for _ in range(100):
                    server.publish('a', b'x' * 100_000)
                stream = server.stream('a?lastEventId=earliest')
                server.publish('a', 'the last')
                n = 0
                while stream.next().data != 'the last':
                    n += 1
                self.assertEqual(n, kept)

    def test_history_costs_its_bytes(self):
        # 17.7 MB for one MiB, when each message was an object.
        server = self.start('--history=1000000', f'--history-bytes={4 * MIB}')
        self.feed(server, 'a', 1000)
        before = server.rss()
        for _ in range(100):
            self.feed(server, 'a', 1000)
        growth = server.rss() - before
        print(f'{growth / MIB:.1f} MiB for a history of 4 MiB', flush=True)
        self.assertLess(growth, 8 * MIB)
        self.assertGreater(self.count_kept(server, 'a'), 40_000)

    def test_many_messages(self):
        many = 20_000 if 'ERIC_SSE_SANITIZED' in os.environ else 200_000
        server = self.start(f'--history={many}')
        self.feed(server, 'a', many + 1)
        self.assertEqual(server.state()['channels'][0]['messages'], many + 1)
        self.assertEqual(self.count_kept(server, 'a'), many)

    def test_max_memory(self):
        server = self.start('--history=100000', f'--max-memory={16 * MIB}', '--max-body=100000')
        for i in range(10):
            server.publish('quiet', f'message {i}')
        before = server.rss()
        for channel in range(100):
            for _ in range(8):
                server.publish(f'c{channel}', b'x' * 100_000)
        growth = server.rss() - before
        print(f'{growth / MIB:.1f} MiB after 76 MiB were published', flush=True)
        self.assertLess(growth, 28 * MIB)
        self.assertEqual(self.count_kept(server, 'quiet'), 10)

    def test_wrong_limits(self):
        for option in ('--history=-1', '--history-bytes=-1', '--history-bytes=x', '--backlog=0', '--backlog=-1',
                       '--backlog-bytes=0', '--max-memory=-1', '--stall-timeout=-1', '--stall-timeout=86401'):
            with self.subTest(option=option):
                done = serve.run('serve', '--port=0', option)
                self.assertEqual(done.returncode, 2)
                self.assertIn(option.split('=')[0], done.stderr)


if __name__ == '__main__':
    serve.main()
