# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can go wrong. 0.3.2 has four of these: the other three came with 2.1."""

__all__ = ['InvalidChannelException', 'InvalidConnectionException', 'InvalidListenerException',
           'InvalidMessageFormat', 'ItemNotFound', 'NoMessagesException', 'RepositoryError']


class InvalidChannelException(Exception):
    """There is no such channel, or another has its id."""


class InvalidConnectionException(Exception):
    """There is no such connection. This package never raises it: it is for repositories."""


class InvalidListenerException(Exception):
    """The channel has no such listener."""


class NoMessagesException(Exception):
    """No message waits, or the listener is stopped."""


class InvalidMessageFormat(Exception):
    """A request is not what the socket server understands."""


class RepositoryError(Exception):
    """A queue or a repository could not do what it was asked for. Implementations wrap what
    they did not expect in it."""


class ItemNotFound(Exception):
    """A storage has nothing under a key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key
