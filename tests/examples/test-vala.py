#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in Vala: a server, and a client that prints what it sends."""

import os
import re
import signal
import subprocess
import sys
import unittest
import urllib.request

SERVE, FOLLOW = sys.argv[1:3]
del sys.argv[1:3]
DEADLINE = 50
os.environ['LC_ALL'] = 'C.UTF-8'
TIME = r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*'


class TestVala(unittest.TestCase):
    def start(self, *command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def serve(self, *arguments):
        server = self.start(SERVE, *arguments)
        url = server.stdout.readline().strip()
        self.assertRegex(url, r'^http://127\.0\.0\.1:\d+/events/clock$')
        return server, url

    def test_ticks(self):
        server, url = self.serve()
        client = self.start(FOLLOW, url)
        times = [client.stdout.readline() for _ in range(3)]
        for line in times:
            self.assertRegex(line, rf'^tick: {TIME}\n$')
        self.assertEqual(sorted(set(times)), times)
        client.send_signal(signal.SIGINT)
        self.assertEqual(client.wait(timeout=DEADLINE), 0)
        self.assertEqual(client.stderr.read(), '')

        # The stream is the standard's, for any other client.
        with urllib.request.urlopen(url, timeout=DEADLINE) as response:
            self.assertEqual(response.headers['Content-Type'], 'text/event-stream')
            while not (line := response.readline().decode()).startswith('data:'):
                self.assertNotEqual(line, '')
            self.assertRegex(line, rf'^data: {TIME}\n$')
            server.send_signal(signal.SIGINT)
            response.read()   # to the end, which comes
        self.assertEqual(server.wait(timeout=DEADLINE), 0)

    def test_refused(self):
        server, url = self.serve()
        client = self.start(FOLLOW, url + '/nothing')
        self.assertEqual(client.wait(timeout=DEADLINE), 1)
        self.assertIn('404', client.stderr.read())
        port = re.search(r':(\d+)/', url)[1]
        second = self.start(SERVE, port)
        self.assertEqual(second.wait(timeout=DEADLINE), 1)
        self.assertIn('in use', second.stderr.read())

    def test_usage(self):
        for command in [FOLLOW], [FOLLOW, 'a', 'b'], [SERVE, 'x'], [SERVE, '65536'], [SERVE, '1', '2']:
            with self.subTest(command=command):
                process = self.start(*command)
                self.assertEqual(process.wait(timeout=DEADLINE), 2)
                self.assertRegex(process.stderr.read(), '^Usage: ')


if __name__ == '__main__':
    unittest.main()
