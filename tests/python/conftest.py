# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import asyncio
import faulthandler
import sys
import threading

import pytest

try:
    import gi
    gi.require_version('Eric', '1')
    gi.require_version('Soup', '3.0')
    from gi.repository import Eric, Gio, GLib, Soup
except (ImportError, ValueError) as error:
    pytest.exit(f'cannot be tested here: {error}', returncode=77)

DEADLINE = 60


@pytest.fixture(autouse=True)
def deadline():
    """What hangs tells where."""
    faulthandler.dump_traceback_later(DEADLINE, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def uncaught(monkeypatch):
    """The exceptions that PyGObject shows because it has nobody to pass them to."""
    seen = []
    monkeypatch.setattr(sys, 'excepthook', lambda kind, error, traceback: seen.append(error))
    return seen


def run_until(predicate):
    """Runs the main loop until something is so."""
    while not predicate():
        GLib.MainContext.default().iteration(True)


@pytest.fixture
def channel():
    with Eric.SseChannel('news') as channel:
        yield channel


@pytest.fixture
def listener(channel):
    with channel.add_listener() as listener:
        yield listener


@pytest.fixture
def server():
    """An SSE server with the channel `news`, and in the attribute `url` where to read it. It
    is in a thread of its own, with its own main context."""
    made, over = threading.Event(), GLib.MainLoop.new(GLib.MainContext.new(), False)
    server = None

    def run():
        nonlocal server
        over.get_context().push_thread_default()
        server = Eric.SseServer.new(Soup.Server(), None)
        server.mount('/events')
        server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0))
        server.news = server.channels.add('news')
        server.url = f'http://127.0.0.1:{server.listen_address.get_port()}/events/news'
        made.set()
        over.run()
        over.get_context().pop_thread_default()

    thread = threading.Thread(target=run)
    thread.start()
    made.wait(DEADLINE)
    yield server
    over.quit()
    thread.join(DEADLINE)
    server = None


async def within_deadline(awaitable):
    return await asyncio.wait_for(awaitable, DEADLINE)
