# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes the library Python's own: `from gi.repository import Eric` loads it."""

from gi._gi import FunctionInfo, ObjectInfo, StructInfo
from gi.module import get_introspection_module, repository
from gi.repository import GObject

from . import _calls, _messaging, _network, _processing, _ranges
from ._context import attach as attach_to_asyncio, install as _install_context
from ._errors import Error, ErrorCode, classes

Eric = get_introspection_module('Eric')

# Patching classes in place, rather than deriving from them, keeps them one: what C makes,
# what Python makes, and what is derived from in either is of the same class.
_classes = [getattr(Eric, info.get_name()) for info in repository.get_infos('Eric')
            if isinstance(info, (ObjectInfo, StructInfo)) and info.get_methods()]


def _install_async(cls):
    """A method that can be awaited for each pair of x_async and x_finish."""
    for name, info in list(cls.__dict__.items()):
        finish = cls.__dict__.get(f'{name.removesuffix("_async")}_finish')
        if name.endswith('_async') and finish is not None and isinstance(info, FunctionInfo):
            setattr(cls, name, _calls.make_method(info, finish))


def _install_attributes(cls):
    """An attribute for each getter that needs no arguments, and cannot fail."""
    for name, info in list(cls.__dict__.items()):
        if not (name.startswith(('get_', 'dup_')) and isinstance(info, FunctionInfo) and info.is_method()):
            continue
        attribute = name[len('get_'):]
        if info.get_arguments() or info.can_throw_gerror() or attribute in cls.__dict__:
            continue
        setter = cls.__dict__.get(f'set_{attribute}')
        setattr(cls, attribute, property(info, setter, doc=f'What {name}() gives.'))


_install_context()
_ranges.install()
_processing.install()
_messaging.install()
_network.install()
for _cls in _classes:
    _install_async(_cls)
    _install_attributes(_cls)
_ranges.install_last()

globals().update(classes)
__all__ = ['Error', 'ErrorCode', 'attach_to_asyncio', *classes]
