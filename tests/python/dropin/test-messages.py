#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages, queues and channels without any stream."""

import copy
import enum
import math
import pickle
import threading

import pytest

from eric_sse.connection import Connection, ConnectionsFactory
from eric_sse.entities import AbstractChannel, Message, MessageQueueListener
from eric_sse.exception import InvalidListenerException, NoMessagesException
from eric_sse.message import SignedMessage, UniqueMessage
from eric_sse.prefabs import (SimpleDistributedApplicationChannel, SimpleDistributedApplicationListener,
                              SSEChannel)
from eric_sse.queues import InMemoryQueue

from dropin_util import DEADLINE, ListQueue, started


class Kind(enum.Enum):
    ONE = 1


ANYTHING = [None, True, 0, -2**80, math.inf, math.nan, '', 'grün\0', b'\xff', {}, {1: (2, {3})}, [[]], object(),
            object, lambda: None, ValueError('x'), (n for n in range(3)), Kind.ONE, threading.Lock()]


@pytest.mark.parametrize('payload', ANYTHING, ids=repr)
def test_any_payload(payload):
    channel = SSEChannel()
    listener = started(channel)
    message = Message('any', payload)
    channel.dispatch(listener.id, message)
    channel.broadcast(message)
    for _ in range(2):
        delivered = channel.deliver_next(listener.id)
        assert delivered is message
        assert delivered.payload is payload
        assert channel.adapt(delivered)['data'] is payload


@pytest.mark.parametrize('kind', ['', 'a\nb', 'a\0b', '\ud800', Kind.ONE, 5, None], ids=repr)
def test_any_type(kind):
    """Also what no event stream can carry."""
    channel = SSEChannel()
    listener = started(channel)
    channel.broadcast(Message(kind, 1))
    assert channel.deliver_next(listener.id).type == kind


class Odd:
    payload = None

    @property
    def type(self):
        raise KeyError('of no type')


@pytest.mark.parametrize('message', [None, 5, 'text', {}, Odd(), Message], ids=repr)
def test_any_message(message):
    """What is no message at all goes through a queue as anything does; who reads it says so."""
    queue, channel = InMemoryQueue(), SSEChannel()
    listener = started(channel)
    queue.push(message)
    channel.dispatch(listener.id, message)
    channel.broadcast(message)
    assert [queue.pop(), channel.deliver_next(listener.id), channel.deliver_next(listener.id)] == [message] * 3
    with pytest.raises(NoMessagesException):
        queue.pop()


def test_names_of_both():
    for message in (Message('a', 1), Message(msg_type='a', msg_payload=1), Message(type='a', payload=1),
                    Message('a', payload=1)):
        assert (message.type, message.payload) == ('a', 1)
    assert Message(type='a').payload is None
    for wrong in ({}, {'msg_payload': 1}, {'msg_type': 'a', 'type': 'b'}, {'kind': 'a'}):
        with pytest.raises(TypeError):
            Message(**wrong)


def test_message_is_itself():
    message = Message('a', {})
    assert message == message and message != Message('a', {})
    assert {message: 1}[message] == 1
    message.payload, message.type = 5, 'b'
    assert repr(message) == "Message(msg_type='b', msg_payload=5)"
    match message:
        case Message('b', payload):
            assert payload == 5
        case _:
            pytest.fail('no match')


def test_message_kinds():
    signed = SignedMessage('me', 'a', 1)
    assert (signed.sender_id, signed.type, signed.payload) == ('me', 'a', 1)
    unique = UniqueMessage(signed, message_id=7)
    assert (unique.id, unique.type, unique.payload, unique.sender_id) == ('7', 'a', 1, None)
    assert UniqueMessage(signed).id != UniqueMessage(signed).id
    for message in (Message('a', [1]), signed, unique):
        copy = pickle.loads(pickle.dumps(message))
        assert repr(copy) == repr(message)


def test_queue():
    queue = InMemoryQueue()
    with pytest.raises(NoMessagesException):
        queue.pop()
    messages = [Message('m', number) for number in range(100)]
    for message in messages:
        queue.push(message)
    copy = pickle.loads(pickle.dumps(queue))
    queue.push(messages[0])
    assert [queue.pop() for _ in range(101)] == messages + messages[:1]
    assert [copy.pop().payload for _ in range(100)] == list(range(100))
    for empty in (queue, copy):
        with pytest.raises(NoMessagesException):
            empty.pop()


def test_looking_changes_nothing():
    channel = SSEChannel()
    listener = started(channel)
    for number in range(3):
        channel.broadcast(Message('m', number))
        assert [message.payload for message in channel.queues[listener.id]] == list(range(number + 1))
    channel.queues[listener.id].clear()
    channel.listeners.clear()
    assert [channel.deliver_next(listener.id).payload for _ in range(3)] == [0, 1, 2]
    assert channel.queues == {listener.id: []}


def test_order_of_threads():
    """All listeners get broadcasts in one order, and each thread's in its own."""
    channel = SSEChannel()
    listeners = [started(channel) for _ in range(5)]

    def send(sender):
        for number in range(500):
            channel.broadcast(Message('m', (sender, number)))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    orders = [[channel.deliver_next(listener.id).payload for _ in range(2000)] for listener in listeners]
    assert all(order == orders[0] for order in orders)
    for sender in range(4):
        assert [number for who, number in orders[0] if who == sender] == list(range(500))


def test_threads_share_a_queue():
    """Each message is taken once, while others are put in."""
    queue, seen, n_messages = InMemoryQueue(), [], 4000
    everything = threading.Event()

    def put():
        for number in range(n_messages // 2):
            queue.push(Message('m', object()))

    def take():
        while not everything.is_set():
            try:
                seen.append(queue.pop().payload)
            except NoMessagesException:
                continue
            if len(seen) == n_messages:
                everything.set()

    threads = [threading.Thread(target=target) for target in (put, put, take, take)]
    for thread in threads:
        thread.start()
    assert everything.wait(DEADLINE)
    for thread in threads:
        thread.join(DEADLINE)
    assert len(set(map(id, seen))) == n_messages


def test_errors():
    channel = SSEChannel()
    listener = channel.add_listener()
    channel.dispatch(listener.id, Message('m'))
    with pytest.raises(NoMessagesException):
        channel.deliver_next(listener.id)
    listener.start()
    channel.deliver_next(listener.id)
    with pytest.raises(NoMessagesException):
        channel.deliver_next(listener.id)
    channel.remove_listener(listener.id)
    for call in (channel.remove_listener, channel.get_listener, channel.deliver_next):
        with pytest.raises(InvalidListenerException, match=listener.id):
            call(listener.id)
    with pytest.raises(InvalidListenerException):
        channel.dispatch(listener.id, Message('m'))
    for call in (channel.register_listener, channel.remove_listener):
        with pytest.raises(TypeError):
            call()
    channel.broadcast(Message('nobody'))
    assert list(channel.get_connections()) == []


def test_removed_queue_is_left_alone():
    """No farewell of the C library is in it, and it can be used again."""
    channel = SSEChannel()
    listener, queue = MessageQueueListener(), InMemoryQueue()
    connection = Connection(listener, queue)
    channel.register_connection(connection)
    channel.broadcast(Message('m', 1))
    channel.remove_listener(listener.id)
    assert queue.pop().payload == 1
    with pytest.raises(NoMessagesException):
        queue.pop()
    channel.register_connection(connection)
    assert channel._AbstractChannel__others == {}
    channel.broadcast(Message('m', 2))
    listener.start()
    assert channel.deliver_next(listener.id).payload == 2


def test_registered_again():
    channel = SSEChannel()
    listener = started(channel)
    channel.broadcast(Message('lost with its queue'))
    channel.register_listener(listener)
    channel.broadcast(Message('m'))
    assert channel.deliver_next(listener.id).type == 'm'
    assert len(list(channel.get_connections())) == 1


def test_queue_of_two_channels():
    """A queue, and a listener, may be in any number of channels."""
    first, second, queue = SSEChannel(), SSEChannel(), InMemoryQueue()
    listeners = [MessageQueueListener(), MessageQueueListener()]
    first.register_connection(Connection(listeners[0], queue))
    first.register_connection(Connection(listeners[1], queue))
    second.register_connection(Connection(listeners[0], queue))
    first.broadcast(Message('first'))
    second.broadcast(Message('second'))
    listeners[0].start()
    assert [second.deliver_next(listeners[0].id).type for _ in range(3)] == ['first', 'first', 'second']


class CountingQueue(InMemoryQueue):
    n_pushed = 0

    def push(self, message):
        self.n_pushed += 1
        super().push(message)


@pytest.mark.parametrize('kind', [ListQueue, CountingQueue])
def test_other_queues(kind):
    class Factory(ConnectionsFactory):
        def create(self, listener=None):
            return Connection(listener or MessageQueueListener(), kind())

    channel = SSEChannel(connections_factory=Factory())
    own, given = channel.add_listener(), MessageQueueListener('given')
    channel.register_listener(given)
    usual = MessageQueueListener()
    channel.register_connection(Connection(usual, InMemoryQueue()))
    channel.broadcast(Message('all'))
    channel.dispatch('given', Message('one'))
    for listener, types in ((own, ['all']), (given, ['all', 'one']), (usual, ['all'])):
        listener.start()
        assert [channel.deliver_next(listener.id).type for _ in types] == types
        with pytest.raises(NoMessagesException):
            channel.deliver_next(listener.id)
    if kind is CountingQueue:
        assert [connection.queue.n_pushed for connection in channel.get_connections()
                if isinstance(connection.queue, kind)] == [1, 2]
    channel.remove_listener('given')
    channel.broadcast(Message('all'))
    assert channel.deliver_next(own.id).type == 'all'


def test_overridden_dispatch_sees_broadcasts():
    class Watching(SSEChannel):
        def __init__(self):
            super().__init__()
            self.dispatched = []

        def dispatch(self, listener_id, msg):
            self.dispatched.append(listener_id)
            super().dispatch(listener_id, msg)

    channel = Watching()
    listeners = [channel.add_listener() for _ in range(3)]
    channel.broadcast(Message('m'))
    assert channel.dispatched == [listener.id for listener in listeners]


def test_ids(monkeypatch):
    assert len(MessageQueueListener().id) == len(SSEChannel().id) == 36
    assert MessageQueueListener('a').id == 'a' and SSEChannel(channel_id='b').id == 'b'
    monkeypatch.setattr(MessageQueueListener, 'NEXT_ID', 1)
    monkeypatch.setattr(AbstractChannel, 'NEXT_ID', 5)
    ids = []
    threads = [threading.Thread(target=lambda: ids.extend(MessageQueueListener().id for _ in range(500)))
               for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(ids, key=int) == [str(number) for number in range(1, 2001)]
    assert SSEChannel().id == '5'


@pytest.mark.parametrize('name', [5, 0, 1.5, ('a', 1), b'x', '', 'a\0b', '\ud800', 'a\nb', 'x' * 5000], ids=ascii)
def test_any_id(name):
    channel = SSEChannel(channel_id=name)
    listener = started(channel, MessageQueueListener(name))
    channel.broadcast(Message('m', 1))
    assert channel.deliver_next(listener.id).payload == 1
    assert (channel.id, channel.retry_timeout_milliseconds) == (name, 5)
    assert copy.deepcopy(channel).id == name


def test_number_in_the_place_of_an_id():
    class Channel(AbstractChannel):
        def adapt(self, msg):
            return msg
    assert Channel(0, 7).retry_timeout_milliseconds == 7 and len(Channel(0, 7).id) == 36
    channel = Channel(0, 7, retry_timeout_milliseconds=9)
    assert (channel.id, channel.retry_timeout_milliseconds) == (7, 9)
    assert SSEChannel(0, 7).retry_timeout_milliseconds == 7


def test_listener_can_be_pickled():
    class_ = MessageQueueListener
    listener = class_('a')
    listener.start()
    listener.own = [1]
    copy = pickle.loads(pickle.dumps(listener))
    assert (copy.id, copy.own, bool(copy.is_running())) == ('a', [1], True)


@pytest.mark.parametrize('again', [lambda channel: pickle.loads(pickle.dumps(channel)), copy.deepcopy])
def test_channel_can_be_copied(again):
    channel = SSEChannel(channel_id='news')
    listener = channel.add_listener()
    listener.start()
    channel.broadcast(Message('m', 1))
    other = again(channel)
    assert (type(other), other.id, list(other.listeners)) == (SSEChannel, 'news', [listener.id])
    other.broadcast(Message('m', 2))
    assert [other.deliver_next(listener.id).payload for _ in range(2)] == [1, 2]
    assert channel.deliver_next(listener.id).payload == 1
    with pytest.raises(NoMessagesException):
        channel.deliver_next(listener.id)
    other.remove_listener(listener.id)
    assert channel.get_listener(listener.id) is listener
    again(SSEChannel())


def test_application_can_be_copied():
    """Its listeners lead back to their channel."""
    channel, listener = SimpleDistributedApplicationChannel(), SimpleDistributedApplicationListener()
    channel.register_listener(listener)
    listener.start()
    listener.dispatch_to(listener, Message('stop'))
    other = copy.deepcopy(channel)
    assert other.deliver_next(listener.id).type == 'stop'
    assert not other.get_listener(listener.id).is_running() and listener.is_running()
