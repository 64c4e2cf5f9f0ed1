# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GLib's main context within the event loops of asyncio.

What the library calls back comes from a main context. Who iterates it?

- The event loop itself, if it is one that GLib drives, as those of gi.events are.
- Otherwise the event loop of asyncio does, through an Eric.ContextBridge, from the first
  call on until it is closed. In the main thread that is the default main context, unless
  another thread iterates it. Any other thread gets one of its own: the default one is for
  the main thread's loop, which may be still to come."""

import asyncio
import selectors
import threading
import weakref

from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject

Bridge = get_introspection_module('Eric').ContextBridge

_STANDARD = tuple(getattr(selectors, name) for name in
                  ('EpollSelector', 'PollSelector', 'SelectSelector', 'KqueueSelector', 'DevpollSelector')
                  if hasattr(selectors, name))


class _Selector:
    """The selector of an event loop that looks after a main context, too."""

    def __init__(self, loop, selector, driver):
        self._selector = selector
        self._select = selector.select
        self._prepare = driver.bridge.prepare
        self._dispatch = driver.bridge.dispatch
        self._driver = driver
        self._call_soon = loop.call_soon

    def __getattr__(self, name):
        return getattr(self._selector, name)

    def select(self, timeout=None):
        due = self._prepare()
        if due < 0:
            return self._select(timeout)
        if timeout is None or due < timeout * 1000:
            timeout = due / 1000
        events = self._select(timeout)
        if due == 0 or not events:
            self._call_soon(self._dispatch)
        return events

    def close(self):
        self._selector.close()
        self._driver.close()


class _Turns:
    """The same for an event loop that nobody can tell us of when it waits: after each
    call of ours it looks again."""

    def __init__(self, loop, driver):
        self._loop = loop
        self._driver = driver
        self._bridge = driver.bridge
        self._timer = None
        self._close_loop = loop.close
        loop.add_reader(self._bridge.get_fd(), self.turn)
        loop.close = self._close

    def _close(self):
        if self._loop.is_closed():
            return
        self._loop.remove_reader(self._bridge.get_fd())
        self._close_loop()
        self._driver.close()

    def turn(self):
        """What is ready is called, until nothing is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (due := self._bridge.prepare()) == 0 or self._bridge.dispatch():
            if due == 0 and not self._bridge.dispatch():
                break
        if due >= 0:
            self._timer = self._loop.call_later(due / 1000, self.turn)


def _find_selector(loop):
    """Event loops that are written in another language have none."""
    return getattr(loop, '_selector', None)


def _make_bridge():
    """To the thread-default main context, or to one that this makes so."""
    default = GLib.MainContext.get_thread_default() is None
    if not default or threading.current_thread() is threading.main_thread():
        try:
            return Bridge.new(None), None
        except GLib.Error as error:
            if not (default and error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.BUSY)):
                raise
    own_context = GLib.MainContext.new()
    own_context.push_thread_default()
    return Bridge.new(own_context), own_context


class Driver:
    """How the main context of an event loop is iterated."""

    def __init__(self, loop):
        self.thread = threading.get_ident()
        self.calls = set()      # that are under way
        self.direct = False     # callbacks come within the loop, which need not be woken
        self.turns = None
        self.bridge = self._own_context = None
        selector = _find_selector(loop)
        if selector is not None and not isinstance(selector, _STANDARD):
            return
        self.bridge, self._own_context = _make_bridge()
        if selector is None:
            self.turns = _Turns(loop, self)
            return
        self.direct = True
        loop.add_reader(self.bridge.get_fd(), self.bridge.dispatch)
        loop._selector = _Selector(loop, selector, self)

    def close(self):
        """The event loop is closed: nobody will be told what its calls give."""
        for call in list(self.calls):
            call.cancellable.cancel()
        while self.calls and (self.bridge.prepare() == 0 or self.bridge.dispatch()):
            self.bridge.dispatch()
        self.bridge.close()
        if self._own_context is not None:
            self._own_context.pop_thread_default()


_drivers = weakref.WeakKeyDictionary()


def get_driver(loop):
    driver = _drivers.get(loop)
    if driver is None:
        driver = _drivers[loop] = Driver(loop)
    return driver


def attach():
    """Lets the event loop that runs in this thread, if any, look after the main context
    until it is closed. All that is awaited does so by itself."""
    loop = asyncio._get_running_loop()
    if loop is not None:
        get_driver(loop)


def install():
    """Eric.ContextBridge() says what Eric.ContextBridge.new() would."""
    def __init__(self, context=None):
        GObject.Object.__init__(self, context=context)
        if self.get_fd() < 0:
            Bridge.new(context)
            raise RuntimeError('The main context was not free')
    Bridge.__init__ = __init__
