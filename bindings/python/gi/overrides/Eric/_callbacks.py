# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions and virtual functions of the application that give a message: they may give a
plain value instead, or raise an exception."""

import functools
import inspect
import logging

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

from ._payload import new_message

Eric = get_introspection_module('Eric')
log = logging.getLogger('Eric')


def _to_message(value, task):
    return value if isinstance(value, Eric.Message) else new_message(task.get_event_type(), value)


def describe(error):
    """The type and the text of an exception; of one that came from C, the text alone."""
    if isinstance(error, GLib.Error):
        return error.message
    text = str(error)
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def _fail(error, function):
    """What C and the listener of the results are told: PyGObject passes on no other exception."""
    if isinstance(error, GLib.Error):
        return error
    log.debug('%r failed', function, exc_info=error)
    return GLib.Error(describe(error).replace('\0', '\ufffd'), 'g-io-error-quark', int(Gio.IOErrorEnum.FAILED))


def takes_one(function):
    """Whether it wants the message alone, without the cancellable. A second parameter that has
    a default is the function's own business, unless it has that name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return True
    places = [parameter for parameter in parameters
              if parameter.kind not in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)]
    if places and places[-1].kind is inspect.Parameter.VAR_POSITIONAL:
        return False
    return len(places) < 2 or (places[1].default is not inspect.Parameter.empty and places[1].name != 'cancellable')


def processing_function(function):
    """An Eric.ProcessFunc out of a function of a message and, if it wants, a Gio.Cancellable."""
    if function is None:
        return None
    alone = takes_one(function)

    def process(task, cancellable, *data):
        try:
            result = function(task) if alone and not data else function(task, cancellable, *data)
            return _to_message(result, task)
        except BaseException as error:
            raise _fail(error, function) from error
    return process


def processing(method):
    """The same for do_process."""
    @functools.wraps(method)
    def do_process(self, task, cancellable):
        try:
            return _to_message(method(self, task, cancellable), task)
        except BaseException as error:
            raise _fail(error, method) from error
    return do_process


def adapting(method):
    """The same for do_adapt: a failure takes the place of the message."""
    @functools.wraps(method)
    def do_adapt(self, message):
        try:
            return _to_message(method(self, message), message)
        except Exception as error:
            log.debug('%r failed', method, exc_info=error)
            report = {'reason': describe(error), 'event': message.get_event_type()}
            if message.get_id() is not None:
                report['id'] = message.get_id()
            report['data'] = message.payload
            try:
                return new_message(Eric.MESSAGE_TYPE_ERROR, report)
            except ValueError:      # nested too deep to be within
                return new_message(Eric.MESSAGE_TYPE_ERROR, report | {'data': message.text})
    return do_adapt
