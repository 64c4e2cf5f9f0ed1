# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be awaited.

The rule is that of PyGObject 3.50: an asynchronous function that is called without a
callback, where an event loop runs, gives something to await. Here io_priority may be left
out, too, and it works with every event loop and every PyGObject."""

import asyncio
import threading

from gi.repository import Gio, GLib

from ._context import get_driver

_GIO_ARGUMENTS = ('io_priority', 'cancellable', 'callback')


class Call(asyncio.Future):
    """A call that is under way. It was started when it was made; cancelling it cancels its
    Gio.Cancellable at once."""

    def __init__(self, finish, cancellable, loop):
        super().__init__(loop=loop)
        self._finish = finish
        self.cancellable = cancellable or Gio.Cancellable()
        self._driver = get_driver(loop)
        self.over = False

    def cancel(self, msg=None):
        if not super().cancel(msg):
            return False
        self.cancellable.cancel()
        return True

    def start(self, function, *arguments):
        function(*arguments, self.cancellable, self._ready)
        if not self.over:
            self._driver.calls.add(self)
        if self._driver.turns is not None:
            self.get_loop().call_soon(self._driver.turns.turn)
        return self

    def _ready(self, source, result, *_):
        if self._driver.direct and threading.get_ident() == self._driver.thread:
            self._complete(source, result)
            return
        try:
            self.get_loop().call_soon_threadsafe(self._complete, source, result)
        except RuntimeError:    # the loop is closed
            self._complete(source, result)

    def _complete(self, source, result):
        self.over = True
        self._driver.calls.discard(self)
        wanted = not (self.done() or self.get_loop().is_closed())
        try:
            value = self._finish(source, result)
        except GLib.Error as error:
            if wanted:
                self.set_exception(error)
            self.settled(None)
            return
        if wanted:
            self.set_result(value)
        self.settled(None if wanted else value)

    def settled(self, value):
        """The call is over; `value` is what came too late."""


class Signature:
    """The arguments of an asynchronous function, as its introspection data have them."""

    def __init__(self, info):
        self.info = info
        self.arguments = info.get_arguments()
        names = [argument.get_name() for argument in self.arguments]
        self.has_priority = 'io_priority' in names
        self.n_own = names.index('io_priority' if self.has_priority else 'cancellable')
        self.own = names[:self.n_own]
        self.optional = {argument.get_name() for argument in self.arguments[:self.n_own] if argument.may_be_null()}
        self.names = self.own + [name for name in _GIO_ARGUMENTS if name in names]

    def bind(self, args, kwargs):
        """The function's own arguments, those that GIO gives to all of its kind, and the data
        for the callback."""
        given = dict(zip(self.names, args))
        for name, value in kwargs.items():
            if name not in self.names or name in given:
                raise TypeError(f'{self.info.__name__}() got an unexpected or a second argument {name!r}')
            given[name] = value
        missing = [name for name in self.own if name not in given and name not in self.optional]
        if missing:
            raise TypeError(f'{self.info.__name__}() lacks the argument {missing[0]!r}')
        priority = (given.get('io_priority', GLib.PRIORITY_DEFAULT),) if self.has_priority else ()
        return ([given.get(name) for name in self.own], priority, given.get('cancellable'), given.get('callback'),
                args[len(self.names):])


def make_method(info, finish, awaitable=None):
    """A method for an asynchronous function and the one that finishes it. `awaitable`
    gives what is awaited, of the object, the function's own arguments, the priority and
    the cancellable."""
    signature = Signature(info)

    def method(self, *args, **kwargs):
        own, priority, cancellable, callback, data = signature.bind(args, kwargs)
        loop = asyncio._get_running_loop() if callback is None else None
        if loop is None:
            return info(self, *own, *priority, cancellable, callback, *data)
        if awaitable is not None:
            return awaitable(self, *own, *priority, cancellable)
        return Call(finish, cancellable, loop).start(info, self, *own, *priority)

    method.__name__ = info.__name__
    method.__qualname__ = f'{info.get_container().get_name()}.{info.__name__}'
    method.__doc__ = f'{info.__name__}({", ".join(signature.names)}): without a callback, to be awaited.'
    return method


def call(finish, function, *arguments, cancellable=None, loop=None):
    """Starts an asynchronous function, and gives what is awaited."""
    return Call(finish, cancellable, loop or asyncio.get_running_loop()).start(function, *arguments)
