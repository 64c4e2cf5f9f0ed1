#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server that readers copy: its page, its stream, its errors.

Arguments: its command line."""

import asyncio
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric

COMMAND = sys.argv[1:]
del sys.argv[1:]
DEADLINE = 50


async def read(url, n_messages):
    async with Eric.EventSource.new(url) as source:
        return [await asyncio.wait_for(source.next_async(), DEADLINE) for _ in range(n_messages)]


class TestLibsoupServer(unittest.TestCase):
    def start(self):
        process = subprocess.Popen([*COMMAND, '0'], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        url = process.stdout.readline().strip()
        self.assertRegex(url, r'\Ahttp://127\.0\.0\.1:\d+/\Z')
        return url

    def test_page(self):
        url = self.start()
        with urllib.request.urlopen(url, timeout=DEADLINE) as page:
            self.assertEqual(page.headers['Content-Type'], 'text/html')
            self.assertIn(b"new EventSource('clock')", page.read())
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f'{url}else', timeout=DEADLINE)
        self.assertEqual(caught.exception.code, 404)
        caught.exception.close()

    def test_stream(self):
        url = self.start()
        messages = asyncio.run(read(f'{url}clock', 2))
        self.assertEqual([message.type for message in messages], ['tick', 'tick'])
        for message in messages:
            self.assertRegex(message.text, r'\A\d\d:\d\d:\d\d\Z')
        self.assertLess(messages[0].id, messages[1].id)

    def test_curl(self):
        curl = subprocess.Popen(['curl', '-sN', f'{self.start()}clock'], stdout=subprocess.PIPE, text=True)
        self.addCleanup(curl.communicate)
        self.addCleanup(curl.kill)
        self.assertIn('event: tick\n', iter(curl.stdout.readline, ''))
        self.assertRegex(curl.stdout.readline(), r'\Adata: \d\d:\d\d:\d\d\n\Z')

    def test_port_in_use(self):
        port = self.start().split(':')[2].rstrip('/')
        second = subprocess.run([*COMMAND, port], capture_output=True, text=True, timeout=DEADLINE)
        self.assertEqual((second.returncode, second.stdout), (1, ''))
        self.assertIn('in use', second.stderr)


if __name__ == '__main__':
    unittest.main()
