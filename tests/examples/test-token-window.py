#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window that asks a language model, on a display that nobody sees.

Arguments: the stand-in; the folder of the example."""

import os
import subprocess
import sys
import unittest

from display import Display

STAND_IN, FOLDER = sys.argv[1:3]
del sys.argv[1:3]
DEADLINE = 50    # seconds
LONG = '600000'  # milliseconds
SKIPPED = 77

try:
    display = Display(800, 600)
except FileNotFoundError:
    print('there is no Xvfb')
    sys.exit(SKIPPED)
os.environ['DISPLAY'] = display.name
for variable, value in {'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo', 'GTK_A11Y': 'none', 'G_DEBUG': '',
                        'GSETTINGS_BACKEND': 'memory', 'DBUS_SESSION_BUS_ADDRESS': 'disabled:'}.items():
    os.environ[variable] = value

try:
    import gi
    gi.require_version('Gtk', '4.0')
    from gi.repository import Gio, GLib, Gtk
except (ImportError, ValueError) as error:
    print(error)
    display.close()
    sys.exit(SKIPPED)

sys.path.insert(0, FOLDER)
import window


class TestTokenWindow(unittest.TestCase):
    def open(self, *options):
        stand_in = subprocess.Popen([STAND_IN, *options], stdout=subprocess.PIPE, bufsize=0)
        self.addCleanup(stand_in.communicate)
        self.addCleanup(stand_in.kill)
        url = stand_in.stdout.readline().decode().strip() + '/v1/chat/completions'
        self.said = ''
        watch = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, stand_in.stdout.fileno(), GLib.IOCondition.IN, self.listen)
        self.addCleanup(GLib.source_remove, watch)
        application = window.make_application(['--url', url, '--model', 'stand-in'])
        application.set_flags(Gio.ApplicationFlags.NON_UNIQUE)
        application.register()
        application.activate()
        self.window, = application.get_windows()
        self.addCleanup(self.window.destroy)

    def listen(self, fd, _condition):
        """What the stand-in says, while the window goes on."""
        self.said += os.read(fd, 4096).decode()
        return GLib.SOURCE_CONTINUE

    def wait_until(self, condition):
        late = []
        deadline = GLib.timeout_add_seconds(DEADLINE, lambda: late.append(True) or GLib.SOURCE_REMOVE)
        while not condition():
            self.assertFalse(late, f'{self.get_text()!r} {self.said!r}')
            GLib.MainContext.default().iteration(True)
        GLib.source_remove(deadline)

    def get_text(self):
        return self.window.buffer.get_property('text')

    def get_label(self):
        return self.window.button.get_label()

    def ask(self, question):
        self.window.entry.set_text(question)
        self.window.button.emit('clicked')
        self.assertEqual(self.get_label(), 'Stop')

    def test_answer(self):
        self.open('--delay', '1')
        self.assertEqual(self.get_label(), 'Ask')
        self.ask('Why?')
        self.wait_until(lambda: self.get_label() == 'Ask')
        self.assertEqual(self.get_text(),
                         'Why?\nLight and air.\nThe sky is blue because air scatters blue light most.\n\n')
        self.assertEqual(self.window.entry.get_text(), '')
        self.window.entry.set_text('And the weather?')
        self.window.entry.emit('activate')
        self.wait_until(lambda: self.get_label() == 'Ask')
        self.assertTrue(self.get_text().endswith('And the weather?\nget_weather {"city": "Rome"}\n\n'), self.get_text())

    def test_stop(self):
        self.open('--delay', '1', '--hold')
        self.ask('Why?')
        self.wait_until(lambda: 'blue' in self.get_text())
        self.window.button.emit('clicked')
        self.assertEqual(self.get_label(), 'Ask')
        self.wait_until(lambda: 'the client left after 5 of 11' in self.said)
        self.assertEqual(self.get_text(), 'Why?\nLight and air.\nThe sky is blue\nStopped\n\n')

    def test_stop_before_the_first_byte(self):
        self.open('--wait', LONG)
        self.ask('Why?')
        self.wait_until(lambda: 'asked' in self.said)
        self.window.button.emit('clicked')
        self.wait_until(lambda: 'the client left after 0 of 11' in self.said)
        self.assertEqual(self.get_text(), 'Why?\n\nStopped\n\n')

    def test_faults(self):
        for option, fault in [(['--key', 'x'], '401 Unauthorized: Incorrect API key provided'),
                              (['--delay', '1', '--fail'], 'The server had an error while processing your request'),
                              (['--delay', '1', '--cut'], 'The answer was cut off')]:
            with self.subTest(option=option):
                self.open(*option)
                self.ask('Why?')
                self.wait_until(lambda: self.get_label() == 'Ask')
                self.assertTrue(self.get_text().endswith(f'{fault}\n\n'), self.get_text())

    def test_nothing_asked(self):
        self.open()
        self.window.entry.set_text('  ')
        self.window.button.emit('clicked')
        self.assertEqual((self.get_label(), self.get_text()), ('Ask', ''))


try:
    unittest.main()
finally:
    display.close()
