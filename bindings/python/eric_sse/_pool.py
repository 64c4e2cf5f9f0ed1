# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An executor whose threads are those of an EricThreadPoolListener."""

import atexit
import threading
import weakref
from concurrent.futures import Executor, Future
from typing import Any

from eric_sse._native import Eric

__all__ = ['ThreadPool']

_pools: 'weakref.WeakSet[ThreadPool]' = weakref.WeakSet()


def _run(envelope: Eric.Message, _cancellable: Any) -> Eric.Message:
    """In a thread of the pool."""
    pool, future, function, arguments, keywords = envelope.task
    pool._pending.discard(future)
    if future.set_running_or_notify_cancel():
        try:
            result = function(*arguments, **keywords)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
    return envelope


class ThreadPool(Executor):
    """Does what `concurrent.futures.ThreadPoolExecutor` does, in threads of the C library."""

    def __init__(self, max_workers: int | None = None) -> None:
        if max_workers is not None and max_workers <= 0:
            raise ValueError('max_workers must be greater than 0')
        # 0: as many as there are processors.
        self.__listener = Eric.ThreadPoolListener.new(max_workers or 0, _run)
        self.__listener.start()
        self._pending: set[Future] = set()
        self.__lock = threading.Lock()
        self.__is_shut_down = False
        _pools.add(self)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        envelope = Eric.Message.new(None, None)
        # What is to be done keeps the pool, so that the end of the program waits for it.
        envelope.task = (self, future, fn, args, kwargs)
        with self.__lock:
            if self.__is_shut_down:
                raise RuntimeError('cannot schedule new futures after shutdown')
            self._pending.add(future)
            self.__listener.push(envelope)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self.__lock:
            first, self.__is_shut_down = not self.__is_shut_down, True
        if first:
            self.__listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, None))
        if cancel_futures:
            for future in tuple(self._pending):
                future.cancel()
        if wait:
            self.__listener.wait(None)


@atexit.register
def _finish() -> None:
    """The interpreter does not go while its threads of the C library run."""
    for pool in tuple(_pools):
        pool.shutdown()
