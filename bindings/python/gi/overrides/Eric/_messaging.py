# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages, listeners, channels and their container."""

from collections.abc import Mapping, MutableMapping

from gi.module import get_introspection_module
from gi.repository import GObject

from . import _payload, _streams
from ._callbacks import adapting
from ._errors import classes

Eric = get_introspection_module('Eric')
NoMessagesError = classes['NoMessagesError']
InvalidChannelError = classes['InvalidChannelError']
InvalidListenerError = classes['InvalidListenerError']


# Messages


def _new_message(cls, type=None, payload=None, id=None, sender_id=None):
    return _payload.new_message(type, payload, id, sender_id)


def _message_repr(self):
    fields = [repr(self.type), repr(self.payload)]
    fields += [f'{name}={value!r}' for name in ('id', 'sender_id') if (value := getattr(self, name)) is not None]
    return f'Eric.Message({", ".join(fields)})'


def install_message():
    Message = Eric.Message
    Message.__new__ = staticmethod(_new_message)
    Message.__init__ = object.__init__     # which does nothing here, in C
    Message.__repr__ = _message_repr
    Message.type = Message.event_type = property(Message.get_event_type, doc='What kind of message it is.')
    Message.payload = property(_payload.get_payload)
    Message.text = property(_payload.get_text)
    Message.id = property(Message.get_id, doc='The id of the message, or None.')
    Message.sender_id = property(Message.get_sender_id, doc='Who sent the message, or None.')
    Message.json = _payload.parse_text
    Message.new_from_json = staticmethod(_payload.new_from_json)


# Listeners


def _deliver_batch(deliver):
    def take_batch(listener, max_messages):
        try:
            return deliver(listener, max_messages)
        except NoMessagesError:
            return []
    return take_batch


def _iterate(self):
    """What waits now, one by one."""
    deliver_next = self.deliver_next
    try:
        while True:
            yield deliver_next()
    except NoMessagesError:
        return


def _start(self):
    self.start()
    return self


def _stop(self, *_):
    self.stop()


def _describe(self, *names):
    values = ''.join(f' {name}={getattr(self, name)!r}' for name in names)
    return f'<{type(self).__module__.rpartition(".")[2]}.{type(self).__name__}{values}>'


def _listener_init(self, id=None, **properties):
    if id is not None:
        properties['id'] = id
    GObject.Object.__init__(self, **properties)


def install_listener():
    Listener = Eric.Listener
    _streams.install(Listener, _streams.Waiting(Listener, _deliver_batch(Listener.deliver_batch)))
    Listener.__init__ = _listener_init
    Listener.__iter__ = _iterate
    Listener.__enter__ = _start
    Listener.__exit__ = _stop
    Listener.__repr__ = lambda self: _describe(self, 'id', 'running', 'pending')


# Channels


class Listeners(Mapping):
    """The listeners of a channel, by their ids."""

    def __init__(self, channel):
        self._channel = channel

    def __getitem__(self, listener_id):
        if not isinstance(listener_id, str):
            raise InvalidListenerError(f'There is no listener {listener_id!r}')
        return self._channel.get_listener(listener_id)

    def __contains__(self, listener_id):
        return listener_id in self._channel.get_listener_ids()

    def __iter__(self):
        return iter(self._channel.get_listener_ids())

    def __len__(self):
        return len(self._channel.get_listener_ids())

    def __repr__(self):
        return f'<listeners of {self._channel!r}: {", ".join(self)}>'


def _channel_init_subclass(cls, **kwargs):
    super(Eric.Channel, cls).__init_subclass__(**kwargs)
    if 'do_adapt' in cls.__dict__:
        cls.do_adapt = adapting(cls.__dict__['do_adapt'])


def _channel_init(self, id=None, **properties):
    if id is not None:
        properties['id'] = id
    GObject.Object.__init__(self, **properties)


def _close(self, *_):
    self.close()


def install_channel():
    Channel = Eric.Channel
    Channel.__init__ = _channel_init
    Channel.__init_subclass__ = classmethod(_channel_init_subclass)
    Channel.__enter__ = lambda self: self
    Channel.__exit__ = _close
    Channel.__repr__ = lambda self: _describe(self, 'id')
    Channel.listeners = property(Listeners)
    Stream = Eric.MessageStream
    _streams.install(Stream, _streams.Waiting(Stream, Stream.take_batch))


# The container


def _get_item(self, channel_id):
    if not isinstance(channel_id, str):
        raise InvalidChannelError(f'There is no channel {channel_id!r}')
    return _container_get(self, channel_id)


def _get_channel(self, channel_id, *default):
    """The channel; where there is none the default, or Eric.InvalidChannelError."""
    try:
        return _get_item(self, channel_id)
    except InvalidChannelError:
        if not default:
            raise
        return default[0]


def _set_channel(self, channel_id, channel):
    if channel.get_id() != channel_id:
        raise ValueError(f'The channel has the id {channel.get_id()!r}, not {channel_id!r}')
    self.register(channel)


def _contains(self, channel_id):
    return isinstance(channel_id, str) and channel_id in self.get_ids()


def _pop(self, channel_id, *default):
    channel = self.get(channel_id, *default)
    if isinstance(channel, Eric.Channel):
        self.remove(channel_id)
    return channel


def _container_init(self, channel_type=None, **properties):
    if channel_type is not None:
        properties['channel_type'] = channel_type
    GObject.Object.__init__(self, **properties)


_container_get = Eric.ChannelContainer.get


def install_container():
    Container = Eric.ChannelContainer
    Container.__init__ = _container_init
    Container.get = _get_channel
    Container.__getitem__ = _get_item
    Container.__setitem__ = _set_channel
    Container.__delitem__ = lambda self, channel_id: self.remove(channel_id) and None
    Container.__contains__ = _contains
    Container.__iter__ = lambda self: iter(self.get_ids())
    Container.__len__ = Container.get_size
    Container.__bool__ = lambda self: True     # one without channels is there nevertheless
    Container.__repr__ = lambda self: f'<Eric.ChannelContainer {self.get_ids()!r}>'
    for name in 'keys', 'values', 'items':
        setattr(Container, name, getattr(Mapping, name))
    Container.pop = _pop
    for name in 'popitem', 'clear', 'update', 'setdefault':
        setattr(Container, name, getattr(MutableMapping, name))
    MutableMapping.register(Container)


def install():
    install_message()
    install_listener()
    install_channel()
    install_container()
