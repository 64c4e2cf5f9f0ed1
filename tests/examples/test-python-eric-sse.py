#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program for the Python package eric-sse, with the package of this library."""

import hashlib
import os
import subprocess
import sys
import tempfile
import unittest

EXAMPLE = sys.argv.pop(1)
DEADLINE = 50


class TestProducerConsumer(unittest.TestCase):
    def run_example(self, *paths):
        return subprocess.run([sys.executable, EXAMPLE, *paths], capture_output=True, text=True,
                              timeout=DEADLINE, env=dict(os.environ, LC_ALL='C.UTF-8'))

    def test_checksums(self):
        with tempfile.TemporaryDirectory() as folder:
            expected = set()
            for number in range(20):
                path = os.path.join(folder, f'größe {number}')
                content = os.urandom(1000 * number)
                with open(path, 'wb') as file:
                    file.write(content)
                expected.add(f'{hashlib.sha256(content).hexdigest()}  {path}')
            result = self.run_example(*(line[66:] for line in expected))
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(set(result.stdout.splitlines()), expected)
            self.assertEqual(result.stderr, '')

    def test_refused(self):
        self.assertEqual(self.run_example().returncode, 1)
        result = self.run_example('/nowhere')
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "[Errno 2] No such file or directory: '/nowhere'\n")


if __name__ == '__main__':
    unittest.main()
