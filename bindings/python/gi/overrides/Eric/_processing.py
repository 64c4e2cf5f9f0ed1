# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages in threads."""

from gi.module import get_introspection_module

from ._callbacks import processing, processing_function
from ._context import attach

Eric = get_introspection_module('Eric')


def _init_subclass(cls, **kwargs):
    super(Eric.ThreadPoolListener, cls).__init_subclass__(**kwargs)
    if 'do_process' in cls.__dict__:
        cls.do_process = processing(cls.__dict__['do_process'])


def install():
    Pool, Channel = Eric.ThreadPoolListener, Eric.DataProcessingChannel
    new, add = Pool.__dict__['new'], Channel.add_threaded_listener

    def new_pool(cls, max_workers, func=None, *data):
        attach()
        return new(cls, max_workers, processing_function(func), *data)

    def add_threaded_listener(self, max_workers, func, *data):
        """A listener whose messages `func` processes, in that many threads, 0 for one for each
        processor. It is given the message and, if it wants, a Gio.Cancellable; it returns a
        message, or any value that a message can carry, or raises an exception, which becomes
        a message of type Eric.MESSAGE_TYPE_ERROR."""
        attach()
        return add(self, max_workers, processing_function(func), *data)

    Pool.new = classmethod(new_pool)
    Pool.__init_subclass__ = classmethod(_init_subclass)
    Channel.add_threaded_listener = add_threaded_listener
