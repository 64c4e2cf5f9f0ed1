# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Event sources, servers and sockets, and what else belongs to a main context."""

from gi.module import get_introspection_module
from gi.repository import GObject

from . import _payload, _streams
from ._calls import make_method
from ._context import attach

Eric = get_introspection_module('Eric')


def _belongs_to_context(cls, main_property):
    """What is made where an event loop runs is looked after by it."""
    for name, info in list(cls.__dict__.items()):
        if name == 'new' or name.startswith('new_'):
            setattr(cls, name, classmethod(_attaching(info)))

    def __init__(self, *args, **properties):
        if args:
            properties[main_property], = args
        attach()
        GObject.Object.__init__(self, **properties)
    cls.__init__ = __init__


def _attaching(info):
    def new(cls, *args, **kwargs):
        attach()
        return info(cls, *args, **kwargs)
    new.__name__ = info.__name__
    return new


def _install_closing(cls):
    cls.__enter__ = lambda self: self
    cls.__exit__ = lambda self, *_: self.close()

    async def __aenter__(self):
        attach()
        return self

    async def __aexit__(self, *_):
        self.close()
    cls.__aenter__ = __aenter__
    cls.__aexit__ = __aexit__


def _checking_uri(cls):
    """A property cannot refuse a value: what is wrong with a URI would be said when the source
    is started. Here it is raised at once."""
    init = cls.__init__

    def __init__(self, *args, **properties):
        init(self, *args, **properties)
        uri = args[0] if args else properties.get('uri')
        if uri is not None and self.get_uri() is None:
            Eric.EventSource.new(uri)
    cls.__init__ = __init__


def install_sources():
    Source = Eric.EventSource
    _belongs_to_context(Source, 'uri')
    _checking_uri(Source)
    _streams.install(Source, _streams.Reading(Source))
    _install_closing(Source)


def install_sockets():
    Client, Stream, Server = Eric.SocketClient, Eric.SocketStream, Eric.SocketServer
    reading = _streams.Reading(Stream)
    _streams.install(Stream, reading)
    _install_closing(Stream)
    _install_closing(Client)
    next_message = Stream.next

    def next(self, cancellable=None):
        """The next message, which is waited for; None at the end."""
        messages = reading.ahead(self).messages
        return messages.popleft() if messages else next_message(self, cancellable)

    def iterate(self):
        return iter(self.next, None)

    def init_client(self, path=None, **properties):
        if path is not None:
            properties['path'] = path
        GObject.Object.__init__(self, **properties)

    send = Client.send_payload
    send_async = make_method(Client.send_payload_async, Client.send_payload_finish)
    Stream.next = next
    Stream.__iter__ = iterate
    Client.__init__ = init_client
    Client.send_payload = lambda self, payload, *args, **kwargs: send(
        self, _payload.to_variant(payload), *args, **kwargs)
    Client.send_payload_async = lambda self, payload, *args, **kwargs: send_async(
        self, _payload.to_variant(payload), *args, **kwargs)

    _belongs_to_context(Server, 'path')

    def enter(self):
        self.start()
        return self

    async def aenter(self):
        attach()
        self.start()
        return self

    async def aexit(self, *_):
        await self.stop_async()
    Server.__enter__, Server.__exit__ = enter, lambda self, *_: self.stop()
    Server.__aenter__, Server.__aexit__ = aenter, aexit


def install_servers():
    Server = Eric.SseServer
    _belongs_to_context(Server, 'soup_server')

    async def aenter(self):
        attach()
        return self

    async def aexit(self, *_):
        await self.drain_async(DRAIN_TIMEOUT)
    Server.__aenter__, Server.__aexit__ = aenter, aexit


DRAIN_TIMEOUT = 2000    # milliseconds, for clients that are slow


def install():
    _belongs_to_context(Eric.MessageList, 'max_items')
    install_sources()
    install_sockets()
    install_servers()
