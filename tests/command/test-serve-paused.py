# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that does not read for longer than the kernel waits by default, such as a tab of a
computer that sleeps, finds everything when it goes on."""

import socket
import time

import serve

SIZE = 1_000_000
COUNT = 20
PAUSE = 75   # seconds


class PausedTest(serve.TestCase):

    def read_after_pause(self, *options):
        server = self.start(*options)
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        sock.settimeout(serve.TIMEOUT)
        sock.connect((server.address, server.port))
        server.sockets.append(sock)
        sock.sendall(serve.format_request('GET', '/events/a', version='1.0'))
        self.assertIn(b' 200 ', sock.recv(4096))
        for _ in range(COUNT):
            server.publish('a', b'x' * SIZE)
        time.sleep(PAUSE)
        taken = 0
        try:
            while taken < SIZE * COUNT and (chunk := sock.recv(1 << 20)):
                taken += chunk.count(b'x')
        except ConnectionResetError:
            pass   # it was disconnected
        return taken

    def test_any_patience(self):
        self.assertEqual(self.read_after_pause('--stall-timeout=0', '--history=100'), SIZE * COUNT)

    def test_patience_beyond_a_minute(self):
        self.assertEqual(self.read_after_pause('--stall-timeout=200', '--history=100', '--keepalive=0'),
                         SIZE * COUNT)

    def test_less_patience(self):
        self.assertLess(self.read_after_pause('--history=100'), SIZE * COUNT)


if __name__ == '__main__':
    serve.main()
