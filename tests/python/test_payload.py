# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plain Python values in messages."""

import collections
import enum
import math

import pytest
from gi.repository import Eric, GLib

VALUES = [
    None, True, False, 0, -1, 2**63 - 1, -2**63, 0.0, 1.0, -0.5, 1e300, 5e-324, '', 'text', 'Grüße 🎉', 'two\nlines',
    'a\0b\0', '5', 'null', [], {}, [[]], [None, True, 1, 1.5, 'x', [1, [2]], {'a': {}}],
    {'a': 1, '': None, 'ä\n"\\': [1, {'b': [True]}]}, {'type': 'x', 'id': 2},
]


@pytest.mark.parametrize('value', VALUES, ids=repr)
def test_round_trip(value):
    payload = Eric.Message('test', value).payload
    assert payload == value
    assert type(payload) is type(value)


def test_equal_types_within():
    payload = Eric.Message('test', [1, 1.0, True]).payload
    assert [type(value) for value in payload] == [int, float, bool]


def test_what_is_like_plain_values():
    Point = collections.namedtuple('Point', 'x y')
    Color = enum.IntEnum('Color', ['RED', 'BLUE'])
    value = {'tuple': (1, (2,)), 'point': Point(1, 2), 'ordered': collections.OrderedDict(a=1), 'color': Color.BLUE}
    assert Eric.Message('test', value).payload == {
        'tuple': [1, [2]], 'point': [1, 2], 'ordered': {'a': 1}, 'color': 2}


def test_fields():
    message = Eric.Message('test', {'a': [1]}, id='7', sender_id='me')
    assert (message.type, message.event_type, message.id, message.sender_id) == ('test', 'test', '7', 'me')
    assert (message.text, message.payload) == ('{"a":[1]}', {'a': [1]})
    assert repr(message) == "Eric.Message('test', {'a': [1]}, id='7', sender_id='me')"
    assert isinstance(message, Eric.Message)
    assert repr(Eric.Message('test', 'x')) == "Eric.Message('test', 'x')"
    assert Eric.Message().type == 'message'
    assert Eric.Message().payload is None
    with pytest.raises(AttributeError):
        message.type = 'other'


@pytest.mark.parametrize('payload', [None, 'text', 5, {'a': 1}], ids=repr)
def test_with_id(payload):
    message = Eric.Message(payload=payload, id='1')
    assert (message.payload, message.id, message.sender_id) == (payload, '1', None)
    assert Eric.Message(payload=payload, sender_id='me').sender_id == 'me'


def test_payload_is_ones_own():
    message = Eric.Message('test', [1])
    message.payload.append(2)
    assert message.payload == [1]


def test_variant():
    variant = GLib.Variant('a{sv}', {'n': GLib.Variant('x', 7), 'list': GLib.Variant('ad', [1.5])})
    assert Eric.Message('test', variant).payload == {'n': 7, 'list': [1.5]}
    assert Eric.Message('test', {'n': 7}).get_payload().unpack() == {'n': 7}


def test_text_that_is_json():
    message = Eric.Message('test', '{"a": [1, null]}')
    assert (message.payload, message.json()) == ('{"a": [1, null]}', {'a': [1, None]})
    assert Eric.Message('test', 'null').json() is None
    assert Eric.Message('test', [1]).json() == [1]
    with pytest.raises(Eric.InvalidMessageFormatError):
        Eric.Message('test', '[DONE]').json()


def nest(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth():
    assert Eric.Message('test', nest(32)).payload == nest(32)
    for depth in 33, 100, 100_000:
        with pytest.raises(Eric.InvalidMessageFormatError, match='deeper than 32'):
            Eric.Message('test', nest(depth))
    cycle = []
    cycle.append(cycle)
    with pytest.raises(Eric.InvalidMessageFormatError):
        Eric.Message('test', cycle)


@pytest.mark.parametrize('value, error', [
    (2**63, OverflowError), ([-2**63 - 1], OverflowError), ({'a': [10**30]}, OverflowError),
    (math.nan, ValueError), ([math.inf], ValueError), ({'a': -math.inf}, ValueError),
    ({1: 'a'}, TypeError), ([{None: 1}], TypeError), ({('a',): 1}, TypeError),
    (b'bytes', TypeError), ({'a': b''}, TypeError), ({1, 2}, TypeError), (object(), TypeError), (1j, TypeError),
    ('half \ud800', ValueError), (['half \ud800'], ValueError),
    (['a\0b'], Eric.InvalidMessageFormatError), ({'a\0': 1}, Eric.InvalidMessageFormatError),
], ids=repr)
def test_refused(value, error):
    with pytest.raises(error) as caught:
        Eric.Message('test', value)
    assert str(caught.value)


@pytest.mark.parametrize('fields', [
    {'type': 'two\nlines'}, {'id': 'two\nlines'}, {'type': 'a\0b'}, {'id': 'a\0b'}, {'sender_id': 'a\0b'},
    {'sender_id': 'me', 'payload': 'a\0b'},
], ids=repr)
def test_refused_fields(fields):
    with pytest.raises(Eric.InvalidMessageFormatError):
        Eric.Message(**fields)


def test_text_with_nul_and_an_id():
    assert Eric.Message('test', 'a\0b', id='1').payload == 'a\0b'


@pytest.mark.parametrize('document, value', [
    ('{"id":18446744073709551615}', {'id': 2**64 - 1}), ('[123456789012345678901234567890]', [123456789012345678901234567890]),
    ('"half \\ud83d"', 'half \ufffd'), ('["\\ud83d\\ude00 \\\\ud83d"]', ['😀 \\ud83d']), ('"a\\u0000b"', 'a\0b'),
    (' null ', None), ('"text"', 'text'), ('[' * 33 + ']' * 33, None),
])
def test_documents(document, value):
    """What comes in goes out: Python reads also what a GLib.Variant cannot hold."""
    message = Eric.Message.new_from_json('test', document)
    assert message.text == document.strip()
    if value is None and document.startswith('['):
        value = message.payload
        assert message.get_payload() is None
    assert message.payload == value
    from_server = Eric.Message('test', document)
    assert message.json() == from_server.json() == (value if document != '"a\\u0000b"' else 'a\ufffdb')


def test_documents_refused():
    for document in '123\0', '{', 'NaN', '[' * 513 + ']' * 513:
        with pytest.raises(Eric.InvalidMessageFormatError):
            Eric.Message.new_from_json('test', document)
    with pytest.raises(Eric.InvalidMessageFormatError, match='out of range'):
        Eric.Message.new_from_json('test', '1e400').parse_json()
    for text in ('no JSON', '', '12 3', '{"a": 1} x', '[1]]', '"a" "b"', 'NaN', '{"a": [-Infinity]}', '01',
                 '123456789012345678901234567890 x', '[' * 100000):
        message = Eric.Message('test', text)
        assert message.text == text
        with pytest.raises(Eric.InvalidMessageFormatError):
            message.json()


def test_without_the_encoder_in_c(monkeypatch):
    """Python has one in Python, too."""
    from gi.overrides.Eric import _payload
    monkeypatch.setattr(_payload.json.encoder, 'c_make_encoder', None)
    encode = _payload._make_encoder()
    assert encode({'a': [1, 'ü', None]}) == _payload._encode({'a': [1, 'ü', None]}) == '{"a":[1,"ü",null]}'
