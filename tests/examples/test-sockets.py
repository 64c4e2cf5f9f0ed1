#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The socket examples, in C and in Python, against each other."""

import itertools
import os
import signal
import subprocess
import sys
import tempfile
import unittest

FOLDER, SCRIPTS = sys.argv[1:3]
del sys.argv[1:3]
DEADLINE = 50
os.environ['LC_ALL'] = 'C.UTF-8'
LANGUAGES = {
    'C': lambda name: [os.path.join(FOLDER, f'socket-{name}')],
    'Python': lambda name: [sys.executable, os.path.join(SCRIPTS, f'{name}.py')],
}


class TestSocketExamples(unittest.TestCase):
    def start(self, language, name, *arguments):
        process = subprocess.Popen([*LANGUAGES[language](name), *arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def start_server(self, language, folder):
        """The path, the channel and the listener, as the server prints them."""
        server = self.start(language, 'server', os.path.join(folder, 'socket'))
        receive = server.stdout.readline().split()[1:]
        send = server.stdout.readline().split()[1:]
        self.assertEqual(send[:2], receive[:2])
        return server, receive

    def send(self, language, *arguments):
        return subprocess.run([*LANGUAGES[language]('sender'), *arguments], capture_output=True, text=True,
                              timeout=DEADLINE)

    def test_all_ways(self):
        for server_language, client_language in itertools.product(LANGUAGES, LANGUAGES):
            with self.subTest(server=server_language, client=client_language), \
                    tempfile.TemporaryDirectory() as folder:
                server, (path, channel, listener) = self.start_server(server_language, folder)
                sent = self.send(client_language, path, channel, 'Hi there!')
                self.assertEqual((sent.returncode, sent.stdout), (0, 'Message sent\n'), sent.stderr)

                receiver = self.start(client_language, 'receiver', path, channel, listener)
                self.assertEqual(receiver.stdout.readline(), 'Receiving\n')
                self.assertEqual(receiver.stdout.readline(), 'txt: Hi there!\n')
                self.assertEqual(server.stdout.readline(), 'Delivered “Hi there!”\n')

                watcher = self.start(client_language, 'receiver', path, channel)
                self.assertEqual(watcher.stdout.readline(), 'Receiving\n')
                self.send(client_language, path, channel, 'größe')
                self.assertEqual(watcher.stdout.readline(), 'txt: größe\n')

                server.send_signal(signal.SIGINT)
                self.assertEqual(server.wait(timeout=DEADLINE), 0)
                self.assertEqual(receiver.wait(timeout=DEADLINE), 0)
                self.assertEqual(watcher.wait(timeout=DEADLINE), 0)
                self.assertFalse(os.path.exists(path))

    def test_refused(self):
        for language in LANGUAGES:
            with self.subTest(language=language), tempfile.TemporaryDirectory() as folder:
                server, (path, channel, listener) = self.start_server(language, folder)
                sent = self.send(language, path, 'nowhere', 'x')
                self.assertEqual(sent.returncode, 1)
                self.assertIn('No channel with id nowhere', sent.stderr)
                receiver = self.start(language, 'receiver', path, channel, 'nobody')
                self.assertNotEqual(receiver.wait(timeout=DEADLINE), 0)
                second = self.start(language, 'server', path)
                self.assertEqual(second.wait(timeout=DEADLINE), 1)
                self.assertIn('Another server is listening', second.stderr.read())


if __name__ == '__main__':
    unittest.main()
