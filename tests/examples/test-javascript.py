#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples in JavaScript: a server, who follows it, and a window under Xvfb.

Arguments: GJS; the folder of the scripts. ERIC_SCREENSHOT names a file for a picture of
the window."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from display import Display

GJS, SCRIPTS = sys.argv[1:3]
del sys.argv[1:3]
DEADLINE = 60
os.environ['LC_ALL'] = 'C.UTF-8'


def command(name, *arguments):
    return [GJS, '-m', os.path.join(SCRIPTS, f'{name}.js'), *arguments]


class TestJavaScriptExamples(unittest.TestCase):
    def start(self, *words, **named):
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, **named)
        self.addCleanup(process.__exit__, None, None, None)
        self.addCleanup(process.kill)
        return process

    def serve(self):
        server = self.start(*command('serve'))
        uri = server.stdout.readline().strip()
        self.assertRegex(uri, r'^http://127\.0\.0\.1:\d+/events/lines$')
        return server, uri

    def publish(self, server, *lines):
        server.stdin.write(''.join(f'{line}\n' for line in lines))
        server.stdin.flush()

    def follow(self, *arguments):
        follower = self.start(*command('follow', *arguments))
        self.assertEqual(follower.stderr.readline(), 'following\n')
        return follower

    def test_follow(self):
        server, uri = self.serve()
        everything, alerts = self.follow(uri), self.follow(uri, 'alert')
        self.publish(server, 'one', '!zwei 🎉', 'three')
        server.stdin.close()
        self.assertEqual(everything.stdout.read(), 'line 1: one\nalert 2: !zwei 🎉\nline 3: three\n')
        self.assertEqual(alerts.stdout.read(), 'alert 2: !zwei 🎉\n')
        for process in server, everything, alerts:
            self.assertEqual(process.wait(DEADLINE), 0)

    def test_errors(self):
        _, uri = self.serve()
        for arguments, text in ([], 'Usage: '), ([f'{uri}/none'], 'Not an event stream: '), (['no URI'], ''):
            done = subprocess.run(command('follow', *arguments), capture_output=True, text=True, timeout=DEADLINE)
            self.assertEqual((done.returncode, done.stdout), (1, ''), done.stderr)
            self.assertRegex(done.stderr, f'^{text}.+\n$')

    def wait_for_title(self, window, title, environment):
        """A window that has it, by its id."""
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline and window.poll() is None:
            done = subprocess.run(['xdotool', 'search', '--name', f'^{title}$'], capture_output=True, text=True,
                                  env=environment, timeout=DEADLINE)
            if done.stdout.strip():
                return done.stdout.split()[0]
        window.kill()
        raise AssertionError(f'there is no window “{title}”: {window.communicate()[1]}')

    @unittest.skipUnless(shutil.which('Xvfb') and shutil.which('xdotool'), 'there is no display to test with')
    def test_window(self):
        server, uri = self.serve()
        display = Display(640, 480)
        self.addCleanup(display.close)
        with tempfile.TemporaryDirectory(prefix='eric-window-') as home:
            environment = dict(os.environ, DISPLAY=display.name, GDK_BACKEND='x11', GSK_RENDERER='cairo',
                               XDG_RUNTIME_DIR=home, HOME=home, GSETTINGS_BACKEND='memory', GTK_A11Y='none',
                               DBUS_SESSION_BUS_ADDRESS='disabled:')
            environment.pop('G_DEBUG', None)
            window = self.start(*command('window', uri), env=environment)
            self.wait_for_title(window, '0 messages', environment)
            self.assertRegex(server.stderr.readline(), r'is here$')
            self.publish(server, 'The first line', '!Something to look at', 'and a third')
            self.wait_for_title(window, '3 messages', environment)
            if 'ERIC_SCREENSHOT' in os.environ:
                subprocess.run(['import', '-window', 'root', os.environ['ERIC_SCREENSHOT']], env=environment,
                               check=True, timeout=DEADLINE)
            window.terminate()
            _, errors = window.communicate(timeout=DEADLINE)
            self.assertNotIn('JS ERROR', errors)
            self.assertNotIn('CRITICAL', errors)


if __name__ == '__main__':
    unittest.main(verbosity=2)
