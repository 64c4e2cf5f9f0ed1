# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who waits in an event loop, and is woken from any thread."""

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from typing import Any

__all__ = ['DONE', 'RUNNING', 'STOPPED', 'Waiter', 'resolve', 'wake_all']


class Waiter:
    """One turn of waiting, in the running loop."""

    __slots__ = ('_future', '_loop', '_thread')

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._future = self._loop.create_future()

    def wake(self) -> None:
        """May be called from any thread, and more than once."""
        if threading.get_ident() == self._thread:
            self._finish()
            return
        try:
            self._loop.call_soon_threadsafe(self._finish)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            pass

    def _finish(self) -> None:
        if not self._future.done():
            self._future.set_result(None)

    async def wait(self, timeout: float | None = None) -> None:
        """Returns when woken, or after a time in seconds."""
        timer = None if timeout is None else self._loop.call_later(timeout, self._finish)
        try:
            await self._future
        finally:
            if timer is not None:
                timer.cancel()


def wake_all(waiters: Iterable[Waiter]) -> None:
    # A copy: who is woken in this thread does not run yet, but other threads come and go.
    for waiter in tuple(waiters):
        waiter.wake()


class _Settled(Coroutine):
    """What is done already, so that it can be awaited or not."""

    __slots__ = ()

    def _result(self) -> Any:
        return None

    def send(self, value: Any) -> Any:
        raise StopIteration(self._result())

    def throw(self, kind: Any, value: Any = None, traceback: Any = None) -> Any:
        raise value if value is not None else kind

    def close(self) -> None:
        pass

    def __await__(self) -> Any:
        return self._result()
        yield


class _Done(_Settled):
    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return 'None'


class _Flag(int, _Settled):
    """A truth value that can be awaited, which bool cannot be taught."""

    def _result(self) -> bool:
        return bool(self)

    def __repr__(self) -> str:
        return repr(bool(self))


DONE = _Done()
RUNNING = _Flag(True)
STOPPED = _Flag(False)


async def resolve(result: Any) -> Any:
    """What a method returned, which one of 0.3.2 may have as a coroutine."""
    return await result if hasattr(result, '__await__') else result
