# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ids of channels and listeners."""

import threading
from typing import Any

from eric_sse import generate_uuid

__all__ = ['new_id']

_lock = threading.Lock()


def new_id(owner: Any) -> str:
    """A random id, as in 2.1; or the next number, as in 0.3.2, where a program has set
    `NEXT_ID` of the class."""
    if owner.NEXT_ID is None:
        return generate_uuid()
    with _lock:
        number = owner.NEXT_ID
        owner.NEXT_ID = number + 1
    return str(number)
