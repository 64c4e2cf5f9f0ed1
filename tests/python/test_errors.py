# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Errors as exceptions."""

import copy
import pickle

import pytest
from gi.repository import Eric, Gio, GLib

NAMES = {'INVALID_CHANNEL': 'InvalidChannelError', 'INVALID_LISTENER': 'InvalidListenerError',
         'INVALID_MESSAGE_FORMAT': 'InvalidMessageFormatError', 'NO_MESSAGES': 'NoMessagesError',
         'QUEUE_FULL': 'QueueFullError', 'LIMIT_REACHED': 'LimitReachedError', 'TOO_LARGE': 'TooLargeError',
         'UNEXPECTED_RESPONSE': 'UnexpectedResponseError'}


def test_every_code_has_a_class():
    codes = {value.value_nick.upper().replace('-', '_') for value in Eric.ErrorCode.__enum_values__.values()}
    assert codes == set(NAMES)
    for code, name in NAMES.items():
        cls = getattr(Eric, name)
        assert issubclass(cls, Eric.Error) and issubclass(cls, GLib.Error)
        assert cls.code == int(getattr(Eric.Error, code)) == int(getattr(Eric.ErrorCode, code))
        error = GLib.Error('why', 'eric-error-quark', cls.code)
        assert type(error) is cls
        assert error.matches(Eric.Error.quark(), getattr(Eric.Error, code))


def test_thrown(channel, listener):
    with pytest.raises(Eric.NoMessagesError) as caught:
        channel.deliver_next(listener.id)
    error = caught.value
    assert str(error) == error.message == f'No message waits for listener “{listener.id}”'
    assert error.matches(Eric.Error.quark(), Eric.Error.NO_MESSAGES)
    assert not error.matches(Eric.Error.quark(), Eric.Error.INVALID_CHANNEL)
    assert not error.matches(Gio.io_error_quark(), int(Eric.Error.NO_MESSAGES))
    assert repr(error) == f'NoMessagesError({error.message!r})'
    with pytest.raises(GLib.Error):
        channel.deliver_next(listener.id)


def test_as_python_knows_them(channel):
    with pytest.raises(KeyError):
        channel.get_listener('nobody')
    with pytest.raises(ValueError):
        Eric.Message.new_from_json(None, '{', -1)
    with pytest.raises(Eric.TooLargeError):
        Eric.SseParser(max_line_size=3).feed(b'12345')
    listener = Eric.Listener(capacity=1, overflow=Eric.Overflow.REJECT)
    listener.push(Eric.Message())
    with pytest.raises(Eric.QueueFullError):
        listener.push(Eric.Message())


def test_own():
    """Those that a program raises itself."""
    error = Eric.InvalidListenerError('no such listener')
    assert (error.message, error.domain, error.code) == ('no such listener', 'eric-error-quark', 1)
    assert error.matches(Eric.Error.quark(), Eric.Error.INVALID_LISTENER)
    for again in copy.copy(error), pickle.loads(pickle.dumps(error)), GLib.Error.copy(error):
        assert type(again) is Eric.InvalidListenerError
        assert (again.message, again.domain, again.code) == (error.message, error.domain, error.code)


def test_others_stay_as_they_are():
    assert type(GLib.Error('why', 'g-io-error-quark', 1)) is GLib.Error
    assert type(GLib.Error()) is GLib.Error
    assert type(GLib.Error('why', 'eric-error-quark', 9999)) is Eric.Error   # of a later version
    with pytest.raises(GLib.Error) as caught:
        Eric.EventSource.new('ftp://localhost/')
    assert type(caught.value) is GLib.Error
