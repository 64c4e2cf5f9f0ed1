# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways in which asyncio and GLib can share a process."""

import asyncio
import selectors
import threading

from gi.repository import GLib


def plain(main):
    """No GLib loop."""
    return asyncio.run(main())


def in_thread(main):
    """A GLib loop in the main thread, asyncio in another one."""
    loop = GLib.MainLoop()
    results = []

    def run():
        try:
            results.append(asyncio.run(main()))
        finally:
            GLib.idle_add(loop.quit)
    thread = threading.Thread(target=run)
    GLib.idle_add(thread.start)
    loop.run()
    thread.join()
    return results[0]


def in_thread_first(main):
    """The same, but the GLib loop starts when asyncio runs already."""
    loop = GLib.MainLoop()
    results, awaiting = [], threading.Event()

    async def run_main():
        asyncio.get_running_loop().call_later(0.05, awaiting.set)
        return await main()

    def run():
        try:
            results.append(asyncio.run(run_main()))
        finally:
            awaiting.set()
            GLib.idle_add(loop.quit)
    thread = threading.Thread(target=run)
    thread.start()
    awaiting.wait()
    loop.run()
    thread.join()
    return results[0]


def beside_thread(main):
    """A GLib loop in another thread, asyncio in the main one."""
    loop = GLib.MainLoop()
    running = threading.Event()
    GLib.idle_add(running.set)
    thread = threading.Thread(target=loop.run)
    thread.start()
    running.wait()
    try:
        return asyncio.run(main())
    finally:
        loop.quit()
        thread.join()


def within_callback(main):
    """asyncio in a callback of a GLib loop."""
    loop = GLib.MainLoop()
    results = []

    def run():
        try:
            results.append(asyncio.run(main()))
        finally:
            loop.quit()
        return False
    GLib.idle_add(run)
    loop.run()
    return results[0]


class GLibSelector(selectors.BaseSelector):
    """Waits in a main context, as the event loops of gi.events do."""

    def __init__(self):
        self._selector = selectors.EpollSelector()
        self._context = GLib.MainContext.default()
        self._source = GLib.unix_fd_source_new(self._selector.fileno(), GLib.IOCondition.IN)
        self._source.set_callback(lambda *_: True)
        self._source.attach(self._context)

    def register(self, *args):
        return self._selector.register(*args)

    def unregister(self, *args):
        return self._selector.unregister(*args)

    def modify(self, *args):
        return self._selector.modify(*args)

    def get_map(self):
        return self._selector.get_map()

    def select(self, timeout=None):
        timer = None
        if timeout is not None and timeout > 0:
            timer = GLib.timeout_source_new(int(timeout * 1000) + 1)
            timer.set_callback(lambda *_: False)
            timer.attach(self._context)
        self._context.iteration(timeout is None or timeout > 0)
        if timer is not None:
            timer.destroy()
        return self._selector.select(0)

    def close(self):
        self._source.destroy()
        self._selector.close()


def driven_by_glib(main):
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(GLibSelector())) as runner:
        return runner.run(main())


def without_selector(main):
    """An event loop that is not Python's own."""
    from gi.overrides.Eric import _context
    find, _context._find_selector = _context._find_selector, lambda loop: None
    try:
        return asyncio.run(main())
    finally:
        _context._find_selector = find


def on_poll(main):
    """Another of the standard selectors."""
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selectors.PollSelector())) as runner:
        return runner.run(main())


ALL = [plain, in_thread, in_thread_first, beside_thread, within_callback, driven_by_glib, without_selector, on_poll]
