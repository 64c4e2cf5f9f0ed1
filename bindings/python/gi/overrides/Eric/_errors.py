# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The errors of the library as exceptions: a class for each code, below Eric.Error."""

from gi._error import GError
from gi.module import get_introspection_module

ErrorCode = get_introspection_module('Eric').Error
_DOMAIN = 'eric-error-quark'

# What a Python program may catch them as, too.
_BASES = {
    'INVALID_CHANNEL': (KeyError,),
    'INVALID_LISTENER': (KeyError,),
    'INVALID_MESSAGE_FORMAT': (ValueError,),
}


class Error(GError):
    """What can go wrong in the library. The codes are attributes, such as
    Eric.Error.NO_MESSAGES; Eric.ErrorCode has them as well."""

    quark = staticmethod(ErrorCode.quark)
    __module__ = 'gi.repository.Eric'

    def __init__(self, message='', domain=_DOMAIN, code=None):
        super().__init__(message, domain, int(self.code if code is None else code))

    def __str__(self):
        return self.message

    def __repr__(self):
        return f'{type(self).__name__}({self.message!r})'

    def __reduce__(self):
        return type(self), (self.message, self.domain, self.code)


def _make_class(name, code):
    class_name = name.title().replace('_', '') + 'Error'
    return type(class_name, (Error, *_BASES.get(name, ())), {
        'code': int(code), '__module__': 'gi.repository.Eric', '__doc__': f'Eric.Error.{name} as an exception.'})


Error.code = -1
_codes = {name: getattr(ErrorCode, name) for name in dir(ErrorCode)
          if isinstance(getattr(ErrorCode, name), ErrorCode)}
for _name, _code in _codes.items():
    setattr(Error, _name, _code)
by_code = {int(code): _make_class(name, code) for name, code in _codes.items()}
classes = {cls.__name__: cls for cls in by_code.values()}


# PyGObject makes every error by calling GLib.Error: what a function throws, what a signal
# brings, and what a getter returns. So this is the one place to choose the class in.
_new = GError.__new__


def _new_error(cls, *args, **kwargs):
    if cls is GError and len(args) == 3 and args[1] == _DOMAIN:
        cls = by_code.get(args[2], Error)
    return _new(cls, *args, **kwargs)


GError.__new__ = staticmethod(_new_error)
