#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The data-processing examples, in C and in Python: what they find, what they serve, and
how they end."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

# The command lines of the examples, a JSON list of lists.
EXAMPLES = json.loads(sys.argv.pop(1))
DEADLINE = 50
os.environ['LC_ALL'] = 'C.UTF-8'


class Folder:
    """Files, some of them below, and one that is a link to nowhere."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = self.temporary.name
        self.checksums = {}
        os.mkdir(os.path.join(self.path, 'below'))
        for name in ['one', 'two', 'below/three', 'below/größe']:
            content = name.encode() * 100000
            with open(os.path.join(self.path, name), 'wb') as file:
                file.write(content)
            self.checksums[os.path.join(self.path, name)] = hashlib.sha256(content).hexdigest()
        os.symlink('nowhere', os.path.join(self.path, 'link'))
        return self

    def __exit__(self, *error):
        self.temporary.cleanup()


def parse_events(text):
    for block in text.split('\n\n'):
        fields = dict(line.split(': ', 1) for line in block.split('\n') if ': ' in line and line[0] != ':')
        if 'event' in fields:
            yield fields['event'], json.loads(fields['data'])


def read_until_done(url):
    """The events until the one that says that all is done."""
    text = ''
    with urllib.request.urlopen(url, timeout=DEADLINE) as response:
        while '"files"' not in text:
            text += response.readline().decode()
    return list(parse_events(text + '\n'))


class TestExamples(unittest.TestCase):
    def start(self, example, *arguments):
        process = subprocess.Popen([*example, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_result(self):
        for example in EXAMPLES:
            with self.subTest(example=example), Folder() as folder:
                process = self.start(example, folder.path)
                output, errors = process.communicate(timeout=DEADLINE)
                self.assertEqual(process.returncode, 0, errors)
                self.assertEqual(errors, '')
                self.assertRegex(output, r'^http://127.0.0.1:\d+/\S+\n4 files, 0 failed\n$')

    def test_served(self):
        for example in EXAMPLES:
            with self.subTest(example=example), Folder() as folder:
                process = self.start(example, '--serve', folder.path)
                url = process.stdout.readline().strip()
                events = read_until_done(url)
                self.assertEqual(events[-1], ('done', {'files': 4, 'failures': 0}))
                self.assertEqual({data['name']: data['sha256'] for event, data in events if event == 'checksum'},
                                 folder.checksums)
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(timeout=DEADLINE), 0)

    @unittest.skipIf(os.geteuid() == 0, 'who may read everything')
    def test_unreadable_file(self):
        for example in EXAMPLES:
            with self.subTest(example=example), Folder() as folder:
                os.chmod(os.path.join(folder.path, 'one'), 0)
                self.assert_one_failure(example, folder)

    def test_no_folder(self):
        for example in EXAMPLES:
            with self.subTest(example=example):
                process = self.start(example, '/nowhere/at/all')
                output, errors = process.communicate(timeout=DEADLINE)
                self.assertEqual(process.returncode, 2)
                self.assertRegex(errors, re.compile(r'/nowhere/at/all is no folder$', re.M))

    def assert_one_failure(self, example, folder):
        process = self.start(example, folder.path)
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 1)
        self.assertIn('3 files, 1 failed', output)
        self.assertIn('one', errors)

    def test_interrupted(self):
        """All of the system's files take long enough to be interrupted."""
        for example in EXAMPLES:
            with self.subTest(example=example):
                process = self.start(example, '/usr')
                process.stdout.readline()
                process.send_signal(signal.SIGINT)
                output, errors = process.communicate(timeout=DEADLINE)
                self.assertEqual(process.returncode, 1)
                self.assertRegex(output, r'\d+ files, \d+ failed, interrupted\n$')


if __name__ == '__main__':
    unittest.main()
