# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plain Python values into messages, and out of them.

JSON is what crosses the border: it is one call, and Python reads and writes it in C, where
a GLib.Variant takes a call for each value in it."""

import json
import re

from gi.module import get_introspection_module
from gi.repository import GLib

from ._errors import classes

Message = get_introspection_module('Eric').Message
InvalidMessageFormatError = classes['InvalidMessageFormatError']

MAX_DEPTH = 32            # of the library
_MIN_INT, _MAX_INT = -2**63, 2**63 - 1

_SCALARS = frozenset((str, int, float, bool, type(None)))


def _make_encoder():
    """The JSON of a value. The encoder is made once where Python has the one in C; each
    call of json.dumps makes one."""
    encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(',', ':'))
    if json.encoder.c_make_encoder is None:
        return encoder.encode
    encode = json.encoder.c_make_encoder(None, encoder.default, json.encoder.encode_basestring, None, ':', ',',
                                         False, False, False)
    return lambda value: ''.join(encode(value, 0))


_encode = _make_encoder()


def _refuse_constant(name):
    raise ValueError(f'{name} is not JSON')


_scan = json.JSONDecoder(parse_constant=_refuse_constant).scan_once
_new_full, _new_from_text, _new_from_data, _new_from_json = (
    Message.new_full, Message.new_from_text, Message.new_from_data, Message.new_from_json)
_get_text, _get_data, _to_json, _parse_json, _copy_with_id = (
    Message.get_text, Message.get_data, Message.to_json, Message.parse_json, Message.copy_with_id)


def _check(value, depth=1):
    """What the JSON encoder would let pass, or would not come back from."""
    if depth > MAX_DEPTH:
        raise InvalidMessageFormatError(f'A payload cannot be nested deeper than {MAX_DEPTH} levels')
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f'The keys of a payload must be str, not {type(key).__name__}')
        value = value.values()
    for child in value:
        if child.__class__ not in _SCALARS and isinstance(child, (dict, list, tuple)):
            _check(child, depth + 1)


_LONG_INTEGER = re.compile(r'\d{19}')


def _explain(value):
    """Refuses what JSON can hold, and a GLib.Variant cannot."""
    if isinstance(value, dict):
        for key, child in value.items():
            _explain(key)
            _explain(child)
    elif isinstance(value, (list, tuple)):
        for child in value:
            _explain(child)
    elif isinstance(value, int) and not _MIN_INT <= value <= _MAX_INT:
        raise OverflowError(f'The integer {value} does not fit into 64 bits')
    elif isinstance(value, str) and '\0' in value:
        raise InvalidMessageFormatError('Only a payload that is a str itself can contain NUL')


def to_json(value):
    """The JSON of a payload."""
    if isinstance(value, (dict, list, tuple)):
        _check(value)
    return _encode(value)


_SPACE = ' \t\r\n'            # of JSON
_SURROGATE = r'\\u[dD][{}][0-9a-fA-F]{{2}}'
_ESCAPE = re.compile(f'{_SURROGATE.format("89abAB")}{_SURROGATE.format("c-fC-F")}|({_SURROGATE.format("89a-fA-F")})|'
                     r'\\.', re.DOTALL)


def _read(text):
    """A value from JSON, whose size and precision are those of Python. U+FFFD stands for
    half of a surrogate pair: a str with one could be written nowhere."""
    if '\\ud' in text or '\\uD' in text:
        text = _ESCAPE.sub(lambda match: '\\ufffd' if match[1] else match[0], text)
    value, end = _scan(text, 0)
    if end != len(text):
        raise ValueError('There is more than one value')
    return value


def to_variant(value):
    """A payload as the C functions take it."""
    if value is None or isinstance(value, GLib.Variant):
        return value
    if isinstance(value, str):
        if '\0' in value:
            raise InvalidMessageFormatError('A payload that a GLib.Variant holds cannot contain NUL')
        return GLib.Variant('s', value)
    return new_message(None, value).get_payload()


def _new_from_value(event_type, payload):
    text = to_json(payload)
    if '\\u0000' in text or _LONG_INTEGER.search(text):
        _explain(payload)
    return _new_from_json(event_type, text, -1)


def new_message(event_type=None, payload=None, id=None, sender_id=None):
    if event_type is not None and '\0' in event_type:
        raise InvalidMessageFormatError('The type of a message cannot contain NUL')
    if id is None and sender_id is None:
        if payload.__class__ is str:
            if '\0' not in payload:
                return _new_from_text(event_type, payload)
            return _new_from_data(event_type, payload.encode())
        if payload is not None and not isinstance(payload, GLib.Variant):
            return _new_from_value(event_type, payload)
    elif sender_id is None and payload is not None and not isinstance(payload, GLib.Variant):
        return _copy_with_id(new_message(event_type, payload), _checked('id', id))
    return _new_full(event_type, to_variant(payload), _checked('id', id), _checked('sender', sender_id))


def new_from_json(type, json, length=-1):
    if '\0' in json:
        raise InvalidMessageFormatError('JSON cannot contain NUL')
    return _new_from_json(_checked('type', type), json, length)


def _checked(field, value):
    """What a C string can hold: PyGObject would cut the rest off."""
    if value is not None and '\0' in value:
        raise InvalidMessageFormatError(f'The {field} of a message cannot contain NUL')
    return value


def get_payload(message):
    """What the message says, as plain Python values: each time a new one."""
    return _read(_to_json(message))


def get_text(message):
    """The payload as the data of a Server-Sent Event: a str as it is, anything else as JSON."""
    text = _get_text(message)
    return text if '\ufffd' not in text else _get_data(message).decode()


def parse_text(message):
    """The text read as JSON, which is what most event streams carry."""
    try:
        return get_payload(_new_full(None, _parse_json(message), None, None))
    except InvalidMessageFormatError as error:
        try:
            text = get_text(message).strip(_SPACE)
            return _read(text)      # what a GLib.Variant cannot hold
        except (StopIteration, ValueError, RecursionError):
            raise error from None
