# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages: a type and a payload, which inside one process may be any object.

`Message` takes the names of either generation: `Message(msg_type=…, msg_payload=…)` of 2.1
and `Message(type=…, payload=…)` of 0.3.2. As in 2.1, two messages are equal only if they are
the same. As in 0.3.2, a type and a payload can be set.
"""

from abc import ABC, abstractmethod
from typing import Any

from eric_sse import generate_uuid

__all__ = ['Message', 'MessageContract', 'SignedMessage', 'UniqueMessage']

_MISSING: Any = object()


class MessageContract(ABC):
    """What every message has. `on_message` of a listener is the place to check one."""

    @property
    @abstractmethod
    def type(self) -> str:
        """What kind of message it is."""

    @property
    @abstractmethod
    def payload(self) -> Any:
        """What it says."""


class Message(MessageContract):
    """A message of a type, with or without a payload."""

    __match_args__ = ('type', 'payload')

    def __init__(self, msg_type: str = _MISSING, msg_payload: Any = None, *, type: str = _MISSING,
                 payload: Any = _MISSING) -> None:
        if type is not _MISSING or msg_type is _MISSING:
            if (msg_type is _MISSING) == (type is _MISSING):
                raise TypeError('A message needs one type: msg_type, or type')
            msg_type = type
        self._type = msg_type
        self._payload = msg_payload if payload is _MISSING else payload

    @property
    def type(self) -> str:
        return self._type

    @type.setter
    def type(self, value: str) -> None:
        self._type = value

    @property
    def payload(self) -> Any:
        return self._payload

    @payload.setter
    def payload(self, value: Any) -> None:
        self._payload = value

    def __setstate__(self, state: dict[str, Any]) -> None:
        # 0.3.2 keeps them under the names of what are properties here.
        self.__dict__.update({{'type': '_type', 'payload': '_payload'}.get(key, key): value
                              for key, value in state.items()})

    def __repr__(self) -> str:
        # Of its own, because a property of the class hides it.
        name = self.__class__.__name__
        return f'{name}(msg_type={self._type!r}, msg_payload={self._payload!r})'


class UniqueMessage(MessageContract):
    """A message with an id, around any other."""

    def __init__(self, message: MessageContract, sender_id: str | None = None,
                 message_id: str | None = None) -> None:
        self.__message = message
        self.__sender_id = sender_id
        self.__id = message_id or generate_uuid()

    @property
    def id(self) -> str:
        """The id: random unless given."""
        return str(self.__id)

    @property
    def type(self) -> str:
        return self.__message.type

    @property
    def sender_id(self) -> str | None:
        """The id of the listener that sent it."""
        return self.__sender_id

    @property
    def payload(self) -> Any:
        return self.__message.payload

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}({self.__message!r}, {self.__sender_id!r}, {self.__id!r})'


class SignedMessage(Message):
    """A message that says who sent it."""

    def __init__(self, sender_id: str, msg_type: str, msg_payload: Any = None) -> None:
        super().__init__(msg_type, msg_payload)
        self.__sender_id = sender_id

    @property
    def sender_id(self) -> str:
        """The id of the listener that sent it."""
        return self.__sender_id

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}({self.__sender_id!r}, {self._type!r}, {self._payload!r})'
