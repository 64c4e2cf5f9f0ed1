# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What C takes for a mistake of the programmer, and warns of, is an exception here."""

from gi.module import get_introspection_module
from gi.repository import GObject

Eric = get_introspection_module('Eric')

INT_MAX = 2**31 - 1
UINT_MAX = 2**32 - 1
SIZE_MAX = 2**63 - 1

# The class, the method, and the range of its first argument.
RANGES = [
    ('Channel', 'set_stream_delay', 0, INT_MAX),
    ('DataProcessingChannel', 'add_threaded_listener', 0, INT_MAX),
    ('EventSource', 'set_inactivity_timeout', -1, INT_MAX),
    ('EventSource', 'set_max_pending', 1, UINT_MAX),
    ('Listener', 'deliver_batch', 1, UINT_MAX),
    ('Listener', 'set_capacity', 0, INT_MAX),
    ('MessageStream', 'take_batch', 1, UINT_MAX),
    ('SocketServer', 'set_idle_timeout', 0, INT_MAX),
    ('SocketServer', 'set_listener_capacity', 0, INT_MAX),
    ('SocketServer', 'set_max_request', 1, SIZE_MAX),
    ('SseChannel', 'set_retry_timeout', 0, INT_MAX),
    ('SseServer', 'set_keepalive', 0, INT_MAX),
    ('SseServer', 'set_stall_timeout', 0, INT_MAX),
    ('ThreadPoolListener', 'set_max_pending', 0, INT_MAX),
    ('ThreadPoolListener', 'set_max_retries', 0, INT_MAX),
    ('ThreadPoolListener', 'set_max_workers', 1, INT_MAX),
    ('ThreadPoolListener', 'set_retry_delay', 0, INT_MAX),
    ('ThreadPoolListener', 'set_time_limit', 0, INT_MAX),
]
# What that argument is called, where it is not as the method.
KEYWORDS = {'add_threaded_listener': 'max_workers'} | dict.fromkeys(
    ('deliver_batch', 'take_batch', 'next_batch_async'), 'max_messages')
READERS = 'EventSource', 'Listener', 'MessageStream', 'SocketStream'


def _check(cls, name, least, most):
    function = cls.__dict__[name]
    keyword = KEYWORDS.get(name, name.removeprefix('set_'))

    def method(self, *args, **kwargs):
        number = args[0] if args else kwargs.get(keyword)
        if isinstance(number, int) and not least <= number <= most:
            raise ValueError(f'{name}() takes a number from {least} to {most}, not {number}')
        return function(self, *args, **kwargs)
    method.__name__ = name
    method.__qualname__ = f'{cls.__name__}.{name}'
    method.__doc__ = function.__doc__
    setattr(cls, name, method)


def _check_new(cls, least, most):
    new = cls.__dict__['new']

    def checked(cls, number, *args, **kwargs):
        if isinstance(number, int) and not least <= number <= most:
            raise ValueError(f'new() takes a number from {least} to {most}, not {number}')
        return new.__get__(None, cls)(number, *args, **kwargs)
    checked.__name__ = 'new'
    cls.new = classmethod(checked)


def _check_other(name):
    cls = Eric.ThreadPoolListener
    function = cls.__dict__[name]

    def method(self, listener):
        if listener is self:
            raise ValueError(f'{name}() takes another listener')
        return function(self, listener)
    method.__name__ = name
    method.__qualname__ = f'{cls.__name__}.{name}'
    method.__doc__ = function.__doc__
    setattr(cls, name, method)


def _new_container(cls, channel_type, *args):
    if not GObject.type_is_a(channel_type, Eric.Channel):
        raise TypeError('A container has channels: give it Eric.Channel or a class that is derived from it')
    return cls(channel_type, *args)


def install():
    """Before others take the functions for their own."""
    for class_name, name, least, most in RANGES:
        _check(getattr(Eric, class_name), name, least, most)
    for name in 'set_results', 'set_dead_letters':
        _check_other(name)


def install_last():
    """Behind those who make methods that can be awaited, and constructors."""
    for class_name in READERS:
        _check(getattr(Eric, class_name), 'next_batch_async', 1, UINT_MAX)
    _check_new(Eric.ThreadPoolListener, 0, INT_MAX)
    _check_new(Eric.MessageList, 0, INT_MAX)
    Eric.ChannelContainer.new = classmethod(_new_container)
