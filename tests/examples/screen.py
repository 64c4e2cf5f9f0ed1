# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A screen that nobody sees, and what is on it as a person would be told who does not see:
programs are read and used through their accessible objects, so that they need nothing for tests.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile

RUN_IN_SESSION = 'ERIC_SSE_TEST_SESSION'
DEADLINE = 50
DISTANCE_FROM_EDGE = 28    # of the middle of an entry, in pixels
LEAVES = {'combo box', 'entry', 'image', 'label', 'scroll bar', 'separator', 'text'}    # what is below says nothing


def skip(reason):
    print(reason)
    sys.exit(77)


def enter_session():
    """Starts this program once more, with a message bus and folders of its own: where the bus of
    the accessible objects listens is in one of them."""
    if RUN_IN_SESSION in os.environ:
        atexit.register(shutil.rmtree, os.environ[RUN_IN_SESSION], ignore_errors=True)
        return
    home = os.environ[RUN_IN_SESSION] = tempfile.mkdtemp()
    for name in ('XDG_RUNTIME_DIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'):
        os.environ[name] = home
    try:
        os.execvp('dbus-run-session', ['dbus-run-session', '--', sys.executable, *sys.argv])
    except FileNotFoundError:
        skip('There is no dbus-run-session.')


enter_session()
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../command'))
import serve    # noqa: E402
from display import Display    # noqa: E402

try:
    import gi
    gi.require_version('Atspi', '2.0')
    from gi.repository import Atspi, GLib
except (ImportError, ValueError) as error:
    skip(f'cannot be tested here: {error}')


def wait_for(look, what):
    """Waits for what no event tells of in all programs alike."""
    def look_now():
        while GLib.MainContext.default().iteration(False):
            pass
        try:
            return look()
        except GLib.Error:
            return None    # what was looked at has just gone
    return serve.wait_until(look_now, what, DEADLINE)


class Screen(Display):
    def __init__(self, width=1000, height=700):
        try:
            super().__init__(width, height)
        except FileNotFoundError:
            skip('There is no Xvfb.')

    def start(self, arguments, **environment):
        """Starts a program that shows itself here, drawn by the processor."""
        return subprocess.Popen(arguments, text=True, stdout=subprocess.PIPE, env={
            **os.environ, 'DISPLAY': self.name, 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo',
            'GSETTINGS_BACKEND': 'memory', 'LC_ALL': 'C.UTF-8', **environment})

    def xdotool(self, *arguments):
        return subprocess.run(['xdotool', *arguments], env={**os.environ, 'DISPLAY': self.name},
                              capture_output=True, text=True).stdout.split()

    def find_windows(self, process):
        return self.xdotool('search', '--onlyvisible', '--pid', str(process.pid))

    def click_below(self, process):
        """Clicks near the lower edge. There is no window manager to give a window the keys."""
        window = self.find_windows(process)[-1]
        self.xdotool('windowfocus', '--sync', window)
        values = self.xdotool('getwindowgeometry', '--shell', window)
        geometry = dict(value.split('=') for value in values)
        self.xdotool('mousemove', '--window', window, str(int(geometry['WIDTH']) // 2),
                     str(int(geometry['HEIGHT']) - DISTANCE_FROM_EDGE), 'click', '1')

    def press(self, key):
        self.xdotool('key', key)

    def save(self, path):
        """How many colours the picture has."""
        subprocess.run(['import', '-display', self.name, '-window', 'root', path], check=True)
        return int(subprocess.run(['identify', '-format', '%k', path], check=True, capture_output=True,
                                  text=True).stdout)


class Program:
    """What is said of the windows of a process."""

    def __init__(self, screen, process):
        self.screen = screen
        self.process = process
        self.root = wait_for(self._find_root, f'a window of process {process.pid}')

    def _find_root(self):
        if self.process.poll() is not None:
            raise AssertionError(f'the program has ended with {self.process.returncode}')
        if not self.screen.find_windows(self.process):
            return None
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            application = desktop.get_child_at_index(i)
            if application is not None and application.get_process_id() == self.process.pid \
                    and application.get_child_count() > 0:
                return application
        return None

    def walk(self, node=None):
        node = node or self.root
        node.clear_cache()
        role = node.get_role_name()
        yield role, node
        if role in LEAVES:
            return
        for i in range(node.get_child_count()):
            child = node.get_child_at_index(i)
            if child is not None:
                yield from self.walk(child)

    def find(self, role, name=None):
        return next((node for found, node in self.walk()
                     if found == role and (name is None or node.get_name() == name)), None)

    def has_label(self, part):
        return any(role == 'label' and part in node.get_name() for role, node in self.walk())

    def rows(self):
        """The texts in each row of the list, as they are shown."""
        items = [node for role, node in self.walk() if role == 'list item']
        return [[node.get_name() for role, node in self.walk(item) if role == 'label'] for item in items]

    # What a person does.

    def wait_label(self, part):
        wait_for(lambda: self.has_label(part), f'the label “{part}”')

    def click(self, name):
        button = wait_for(lambda: self.find('push button', name), f'the button “{name}”')
        Atspi.Action.do_action(button, 0)

    def fill(self, role, name, text):
        entry = wait_for(lambda: self.find(role, name), f'the entry “{name}”')
        Atspi.EditableText.set_text_contents(entry, text)
        return entry

    def enter_below(self, role, name, text):
        """Fills the entry at the lower edge of the window, and presses the key there."""
        self.fill(role, name, text)
        self.screen.click_below(self.process)
        self.screen.press('Return')
