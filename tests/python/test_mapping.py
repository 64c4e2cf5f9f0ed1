# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers, listeners and channels as Python has such things."""

from collections.abc import Mapping, MutableMapping

import pytest
from gi.repository import Eric


def test_container():
    channels = Eric.ChannelContainer(Eric.SseChannel)
    assert isinstance(channels, MutableMapping)
    assert (len(channels), list(channels), bool(channels)) == (0, [], True)
    news = channels.add('news')
    channels['more'] = more = Eric.SseChannel('more')
    assert channels['news'] is news
    assert 'news' in channels and 'other' not in channels and None not in channels
    assert sorted(channels) == ['more', 'news']
    assert sorted(channels.keys()) == ['more', 'news']
    assert dict(channels.items()) == dict(channels) == {'news': news, 'more': more}
    assert set(channels.values()) == {news, more}
    assert channels.get('other', None) is None
    assert repr(channels) in ("<Eric.ChannelContainer ['news', 'more']>", "<Eric.ChannelContainer ['more', 'news']>")
    with pytest.raises(Eric.InvalidChannelError):
        channels.get('other')
    with pytest.raises(KeyError):
        channels['other']
    with pytest.raises(KeyError):
        del channels['other']
    with pytest.raises(KeyError):
        channels.pop('other')
    with pytest.raises(ValueError):
        channels['x'] = news
    with pytest.raises(Eric.InvalidChannelError):
        channels['news'] = Eric.SseChannel('news')
    assert channels.pop('other', 5) == 5
    assert channels.pop('more') is more
    del channels['news']
    assert len(channels) == channels.size == 0


def test_container_is_a_whole_mapping():
    channels = Eric.ChannelContainer()
    assert [name for name in dir(MutableMapping) if name[0] != '_' and not hasattr(channels, name)] == []
    news, more = Eric.SseChannel('news'), Eric.SseChannel('more')
    channels.update({'news': news})
    channels.update([('more', more)])
    assert channels.setdefault('news', Eric.SseChannel('news')) is news
    assert channels.setdefault('last', last := Eric.SseChannel('last')) is channels['last'] is last
    channel_id, channel = channels.popitem()
    assert channel.id == channel_id and channel_id not in channels
    channels.clear()
    assert dict(channels) == {}
    with pytest.raises(KeyError):
        channels.popitem()


def test_keys_of_another_type(channel):
    for mapping in Eric.ChannelContainer(), channel.listeners:
        assert mapping.get(5, None) is None and 5 not in mapping
        with pytest.raises(KeyError):
            mapping[5]


def test_listeners(channel):
    listener = channel.add_listener()
    assert isinstance(channel.listeners, Mapping)
    assert dict(channel.listeners) == {listener.id: listener}
    assert len(channel.listeners) == 1 and listener.id in channel.listeners
    with pytest.raises(KeyError):
        channel.listeners['nobody']
    channel.remove_listener(listener.id)
    assert list(channel.listeners.values()) == []


def test_listener(channel):
    listener = channel.add_listener()
    assert not listener.running
    channel.broadcast(Eric.Message('test', 0))
    assert list(listener) == []       # nothing is taken while it does not run
    with listener:
        assert listener.running
        for number in 1, 2:
            channel.broadcast(Eric.Message('test', number))
        assert [message.payload for message in listener] == [0, 1, 2]
        assert list(listener) == []
    assert not listener.running
    assert repr(listener) == f'<Eric.Listener id={listener.id!r} running=False pending=0>'


def test_taking_stops_where_the_loop_does(channel, listener):
    for number in range(3):
        channel.broadcast(Eric.Message('test', number))
    for message in listener:
        break
    assert [message.payload for message in listener] == [1, 2]


def test_channel():
    with Eric.SseChannel('news', history_size=3) as channel:
        assert (channel.id, channel.history_size, channel.closed) == ('news', 3, False)
        channel.history_size = 5
        assert channel.get_history_size() == 5
        assert repr(channel) == "<Eric.SseChannel id='news'>"
    assert channel.closed
    with pytest.raises(AttributeError):
        channel.id = 'other'


def test_subclasses():
    class Upper(Eric.SseChannel):
        def __init__(self, prefix):
            super().__init__('upper')
            self.prefix = prefix

        def do_create_listener(self):
            return Collector()

        def do_adapt(self, message):
            return self.prefix + str(message.payload).upper()

    class Collector(Eric.Listener):
        seen = ()

        def do_on_message(self, message):
            self.seen += (message.payload,)

    channel = Upper('> ')
    assert repr(channel) == "<test_mapping.Upper id='upper'>"
    with channel.add_listener() as listener:
        assert isinstance(listener, Collector)
        channel.broadcast(Eric.Message('test', 'a'))
        stream = channel.message_stream(listener)
        message, = stream.take_batch(10)
        assert (message.type, message.payload) == ('test', '> A')
        assert listener.seen == ('a',)
        assert (stream.channel, stream.listener) == (channel, listener)
    made = Eric.ChannelContainer(Eric.SseChannel)
    made.register(channel)
    assert made['upper'] is channel


def test_named_listener():
    assert Eric.Listener('me').id == 'me'
    assert Eric.Listener.new_with_id('me').id == 'me'
    assert len(Eric.Listener().id) == 36
