#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A live log, in one of its languages: what it shows, publishes, and says of its connection.

Arguments: the language, the command line as a JSON list, where a picture goes, and what
unittest takes."""

import http.server
import json
import re
import sys
import threading
import unittest

import screen
from screen import serve

LANGUAGE, COMMAND, SCREENSHOT = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
del sys.argv[1:4]
FLOOD = 6000
MAX_ROWS = 400    # GTK has some above and below what is seen

# What the entries are called in each language: those of the small ones have no name of their own.
NAMES = {
    'c': {'filter': ('entry', 'Filter by type or text'), 'publish': ('text', 'Publish a message')},
    'python': {'filter': ('entry', None), 'publish': ('text', None)},
    'javascript': {'filter': ('entry', None), 'publish': ('text', None)},
}[LANGUAGE]


class Busy(http.server.BaseHTTPRequestHandler):
    """Has clients wait for so long that they do not come back by themselves."""

    def do_GET(self):
        self.send_response(503)
        self.send_header('Retry-After', '3000')
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


class TestCase(serve.TestCase):
    def setUp(self):
        # Who has not read the first message when it goes out of the history starts anew.
        self.server = self.start('--history', str(2 * FLOOD))
        self.url = f'{self.server.url}events/deploys'
        self.screen = screen.Screen()
        self.addCleanup(self.screen.close)

    def run_example(self, *arguments):
        process = self.screen.start([*COMMAND, *arguments])
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def publish(self, kind, text):
        self.assertEqual(self.server.post(f'/events/deploys?event={kind}', text.encode()).status, 202)

    def wait_texts(self, program, expected):
        """The rows are all those, in whatever order they are shown."""
        screen.wait_for(lambda: sorted(row[-2:] for row in program.rows()) == sorted(map(list, expected)),
                        f'the rows {expected}')


class TestLiveLog(TestCase):
    def setUp(self):
        super().setUp()
        self.program = screen.Program(self.screen, self.run_example(self.url))
        self.program.wait_label('Connected')

    def test_shown(self):
        expected = [('build', '[1/2] Compiling'), ('deploy', 'größe ✓'), ('deploy', 'x' * 400)]
        for kind, text in expected:
            self.publish(kind, text)
        self.wait_texts(self.program, expected)
        self.assertGreater(self.screen.save(SCREENSHOT), 20)

    def test_filter(self):
        for kind, text in [('build', 'one'), ('deploy', 'two'), ('deploy', 'Three')]:
            self.publish(kind, text)
        self.wait_texts(self.program, [('build', 'one'), ('deploy', 'two'), ('deploy', 'Three')])
        if LANGUAGE == 'c':
            self.program.click('Filter')
        for text, expected in [('THREE', [('deploy', 'Three')]), ('uild', [('build', 'one')]), ('four', []),
                               ('', [('build', 'one'), ('deploy', 'two'), ('deploy', 'Three')])]:
            self.program.fill(*NAMES['filter'], text)
            self.wait_texts(self.program, expected)

    def test_pause(self):
        self.publish('a', 'before')
        self.wait_texts(self.program, [('a', 'before')])
        self.program.click('Pause')
        self.program.wait_label('aused')
        self.publish('a', 'meanwhile')
        self.publish('a', 'meanwhile')
        self.program.wait_label('2 new')
        self.wait_texts(self.program, [('a', 'before')])
        self.program.click('Resume' if LANGUAGE == 'c' else 'Pause')
        self.wait_texts(self.program, [('a', 'before'), ('a', 'meanwhile'), ('a', 'meanwhile')])

    def test_publish(self):
        stream = self.server.stream('deploys')
        self.program.enter_below(*NAMES['publish'], 'From the window: größe')
        event = stream.next()
        self.assertEqual((event.type, event.data), ('message', 'From the window: größe'))
        self.wait_texts(self.program, [('message', 'From the window: größe')])

    def test_flood(self):
        """The newest of many is what is seen, in rows that are used again."""
        body = ''.join(f'"line {i} of a flood"\n' for i in range(FLOOD))
        self.server.publish('deploys', body, 'application/x-ndjson')
        self.program.wait_label(f'line {FLOOD - 1} of')
        self.publish('last', 'drop')
        self.program.wait_label('drop')
        self.assertLess(len(self.program.rows()), MAX_ROWS)

    def test_connection_lost(self):
        self.publish('a', 'before')
        self.wait_texts(self.program, [('a', 'before')])
        self.server.kill()
        self.program.wait_label('Reconnecting in ')
        self.program.enter_below(*NAMES['publish'], 'Nobody there')
        self.program.wait_label('Not published: ')
        with http.server.HTTPServer(('127.0.0.1', self.server.port), Busy) as busy:
            threading.Thread(target=busy.serve_forever).start()
            self.addCleanup(busy.shutdown)
            screen.wait_for(lambda: self.program.has_label('Reconnecting in 30') or
                            self.program.has_label('Reconnecting in 29'), 'the time that the server asks for')
            busy.shutdown()
        self.server = self.start(port=self.server.port)
        self.program.click('Try Now')
        self.program.wait_label('Connected')
        self.publish('a', 'after')
        self.wait_texts(self.program, [('a', 'before'), ('a', 'after')])


class TestMore(TestCase):
    """What the one in C has besides."""

    def test_address(self):
        program = screen.Program(self.screen, self.run_example())
        program.fill('text', 'Address', 'no address at all')
        program.click('Watch')
        program.wait_label('This is no address: ')
        program.fill('text', 'Address', self.url)
        program.click('Watch')
        program.wait_label('Connected')
        program.fill('text', 'Type', 'greeting')
        program.enter_below('text', 'Publish a message', 'hello')
        self.wait_texts(program, [('greeting', 'hello')])

    def test_failed(self):
        program = screen.Program(self.screen, self.run_example(f'{self.server.url}nothing'))
        program.wait_label('Failed')
        program.wait_label('The server answered 404 Not Found')

    def test_detail(self):
        self.program = screen.Program(self.screen, self.run_example(self.url))
        self.program.wait_label('Connected')
        self.publish('json', '{"a":[1,{}],"b":"\\"x, y"}')
        self.wait_texts(self.program, [('json', '{"a":[1,{}],"b":"\\"x, y"}')])
        rows = self.program.find('list', 'Messages')
        screen.Atspi.Selection.select_child(rows, 0)
        screen.wait_for(lambda: self.get_detail() == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "\\"x, y"\n}',
                        'the message in lines')

    def get_detail(self):
        text = self.program.find('text', 'Text of the message')
        return screen.Atspi.Text.get_text(text, 0, -1)

    def test_measure(self):
        process = self.run_example('--measure', '1', self.url)
        screen.Program(self.screen, process).wait_label('Connected')
        self.publish('a', 'b')
        output, _ = process.communicate(timeout=screen.DEADLINE)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(output, re.compile(r'^frames: [1-9]\d* in 1 s\nmissed frames: \d+\nlongest frame: ', re.M))
        self.assertRegex(output, r'messages: \d+, \d+ a second\nmemory: \d+ KB, grown by -?\d+ KB\n$')

    def test_usage(self):
        for arguments in [['--measure', '-1', self.url], ['--measure', '1']]:
            process = self.run_example(*arguments)
            self.assertEqual(process.wait(timeout=screen.DEADLINE), 2)


if __name__ == '__main__':
    unittest.main()
