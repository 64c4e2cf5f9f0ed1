# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C library, and how Python objects travel through it."""

from typing import Any

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib  # noqa: E402: the version comes first

__all__ = ['NOTHING', 'Channel', 'Eric', 'GLib', 'unwrap', 'wrap']

NOTHING: Any = object()


class Channel(Eric.Channel):
    """EricChannel is abstract. What Python adapts, it adapts behind the queue."""

    __gtype_name__ = 'EricPythonChannel'


def wrap(message: Any) -> Eric.Message:
    """An EricMessage that carries a Python object.

    The object is an attribute of the wrapper, which lives as long as the EricMessage does,
    also while nobody but a queue of the C library knows it."""
    try:
        envelope = Eric.Message.new(message.type, None)
    except Exception:
        # Inside a process a type may be anything, also what no event stream could carry, and a
        # message anything, also what has none.
        envelope = Eric.Message.new(None, None)
    envelope.carried = message
    return envelope


def unwrap(envelope: Eric.Message) -> Any:
    """What an EricMessage carries; NOTHING for one that the C library made itself."""
    return getattr(envelope, 'carried', NOTHING)
