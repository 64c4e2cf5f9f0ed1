#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public name of both generations, with the names of its parameters.

The tables are written out by hand. A parameter list is in the order in which arguments may be
given without their names; what 0.3.2 has in another order than 2.1 is asked for by name alone."""

import importlib
import inspect

import pytest

PROPERTY = 'property'
CONSTANT = 'constant'

API_2_1 = {
    'eric_sse': {'get_logger': '', 'generate_uuid': ''},
    'eric_sse.exception': {
        'InvalidChannelException': {}, 'InvalidConnectionException': {}, 'InvalidListenerException': {},
        'NoMessagesException': {}, 'InvalidMessageFormat': {}, 'RepositoryError': {},
        'ItemNotFound': {'__init__': 'key'},
    },
    'eric_sse.message': {
        'MessageContract': {'type': PROPERTY, 'payload': PROPERTY},
        'Message': {'__init__': 'msg_type msg_payload', 'type': PROPERTY, 'payload': PROPERTY},
        'UniqueMessage': {'__init__': 'message sender_id message_id', 'id': PROPERTY, 'type': PROPERTY,
                          'sender_id': PROPERTY, 'payload': PROPERTY},
        'SignedMessage': {'__init__': 'sender_id msg_type msg_payload', 'type': PROPERTY, 'payload': PROPERTY,
                          'sender_id': PROPERTY},
    },
    'eric_sse.listener': {
        'MessageQueueListener': {'__init__': 'listener_id', 'on_message': 'msg', 'start': '', 'stop': '',
                                 'is_running': ''},
    },
    'eric_sse.queues': {
        'Queue': {'pop': '', 'push': 'message'},
        'InMemoryQueue': {'__init__': '', 'pop': '', 'push': 'message'},
    },
    'eric_sse.connection': {
        'Connection': {'__init__': 'listener queue connection_id', 'listener': PROPERTY, 'queue': PROPERTY,
                       'id': PROPERTY},
        'ConnectionsFactory': {'create': 'listener'},
        'InMemoryConnectionsFactory': {'create': 'listener'},
    },
    'eric_sse.entities': {
        'MESSAGE_TYPE_CLOSED': CONSTANT, 'MESSAGE_TYPE_END_OF_STREAM': CONSTANT,
        'MESSAGE_TYPE_INTERNAL_ERROR': CONSTANT,
        'AbstractChannel': {
            '__init__': 'stream_delay_seconds channel_id connections_factory', 'id': PROPERTY, 'adapt': 'msg',
            'message_stream': 'listener', 'add_listener': '', 'register_listener': 'listener',
            'register_connection': 'connection', 'remove_listener': 'listener_id',
            'deliver_next': 'listener_id', '_get_queue': 'listener_id', 'dispatch': 'listener_id msg',
            'broadcast': 'msg', 'get_listener': 'listener_id', 'get_connections': '', 'watch': '',
        },
        # What programs import from here although it lives elsewhere.
        'Message': {}, 'MessageContract': {}, 'MessageQueueListener': {}, 'Connection': {},
        'ConnectionsFactory': {}, 'InMemoryConnectionsFactory': {}, 'Queue': {},
        'InvalidListenerException': {}, 'InvalidChannelException': {}, 'NoMessagesException': {},
    },
    'eric_sse.interfaces': {
        'QueueRepositoryInterface': {'load': 'connection_id', 'persist': 'connection_id queue',
                                     'delete': 'connection_id'},
        'ListenerRepositoryInterface': {'load': 'connection_id', 'persist': 'connection_id listener',
                                        'delete': 'connection_id'},
        'ConnectionRepositoryInterface': {
            'queues_repository': PROPERTY, 'listeners_repository': PROPERTY, 'load_all': 'channel_id',
            'load_one': 'channel_id connection_id', 'persist': 'channel_id connection',
            'delete': 'channel_id connection_id',
        },
        'ChannelRepositoryInterface': {
            'connections_factory': PROPERTY, 'connections_repository': PROPERTY, 'load_all': '',
            'load_one': 'channel_id', 'persist': 'channel', 'delete': 'channel_id', 'create': 'channel_data',
        },
    },
    'eric_sse.repository': {
        'KvStorage': {'fetch_by_prefix': 'prefix', 'fetch_all': '', 'upsert': 'key value', 'fetch_one': 'key',
                      'delete': 'key'},
        'InMemoryStorage': {'__init__': 'items', 'fetch_by_prefix': 'prefix', 'fetch_all': '',
                            'upsert': 'key value', 'fetch_one': 'key', 'delete': 'key'},
        'AbstractChannelRepository': {
            '__init__': 'storage connections_repository connections_factory', 'connections_factory': PROPERTY,
            'connections_repository': PROPERTY, '_channel_to_dict': 'channel', '_setup_channel': 'channel',
            'load_all': '', 'load_one': 'channel_id', 'persist': 'channel', 'delete': 'channel_id',
        },
        'ConnectionRepository': {
            '__init__': 'storage listeners_repository queues_repository', 'queues_repository': PROPERTY,
            'listeners_repository': PROPERTY, '_load_connection': 'connection_id', 'load_all': 'channel_id',
            'load_one': 'channel_id connection_id', 'persist': 'channel_id connection',
            'delete': 'channel_id connection_id',
        },
        'ConnectionsFactory': {},
    },
    'eric_sse.prefabs': {
        'SSEChannel': {'__init__': 'stream_delay_seconds retry_timeout_milliseconds channel_id connections_factory',
                       'adapt': 'msg'},
        'DataProcessingChannel': {'__init__': 'max_workers stream_delay_seconds executor_class',
                                  'process_queue': 'listener', 'adapt': 'msg'},
        'SimpleDistributedApplicationListener': {'__init__': '', 'set_channel': 'channel',
                                                 'set_action': 'name action', 'dispatch_to': 'receiver msg',
                                                 'on_message': 'msg'},
        'SimpleDistributedApplicationChannel': {'register_listener': 'listener'},
        'SSEChannelRepository': {'create': 'channel_data', '_channel_to_dict': 'channel'},
    },
    'eric_sse.servers': {
        'ChannelContainer': {'register': 'channel', 'register_iterable': 'channels', 'get': 'channel_id',
                             'rm': 'channel_id', 'get_all_ids': ''},
        'SocketServer': {'__init__': 'file_descriptor_path', 'cc': CONSTANT, 'ACK': CONSTANT,
                         'start': 'file_descriptor_path', 'connect_callback': 'reader writer',
                         'handle_command': 'raw_command', 'shutdown': '', 'main': ''},
    },
    'eric_sse.clients': {
        'SocketClient': {
            '__init__': 'file_descriptor_path', 'send_payload': 'payload', 'create_channel': '',
            'register': 'channel_id', 'stream': 'channel_id listener_id',
            'broadcast_message': 'channel_id message_type payload',
            'dispatch': 'channel_id receiver_id message_type payload',
            'remove_listener': 'channel_id listener_id', 'remove_channel': 'channel_id',
        },
    },
}

API_0_3 = {
    'eric_sse': {'get_logger': ''},
    'eric_sse.exception': {'InvalidChannelException': {}, 'InvalidListenerException': {},
                           'NoMessagesException': {}, 'InvalidMessageFormat': {}},
    'eric_sse.entities': {
        'MESSAGE_TYPE_CLOSED': CONSTANT,
        'Message': {'__init__': 'type payload'},
        'MessageQueueListener': {'NEXT_ID': CONSTANT, '__init__': '', 'start': '', 'start_sync': '',
                                 'is_running': '', 'is_running_sync': '', 'stop': '', 'stop_sync': '',
                                 'on_message': 'msg'},
        'AbstractChannel': {
            'NEXT_ID': CONSTANT, '__init__': 'stream_delay_seconds retry_timeout_milliseconds',
            'listeners': PROPERTY, 'queues': PROPERTY, 'add_listener': '', 'register_listener': 'l',
            'remove_listener': 'l_id', 'deliver_next': 'listener_id', 'dispatch': 'listener_id msg',
            'broadcast': 'msg', 'get_listener': 'listener_id', 'adapt': 'msg', 'message_stream': 'listener',
        },
    },
    'eric_sse.prefabs': {
        'SSEChannel': {'__init__': 'stream_delay_seconds retry_timeout_milliseconds', 'adapt': 'msg'},
        'ThreadPoolListener': {'__init__': 'callback max_workers', 'on_message': 'msg'},
        'DataProcessingChannel': {'__init__': 'stream_delay_seconds retry_timeout_milliseconds',
                                  'notify_end': '', 'add_threaded_listener': 'callback max_workers'},
        'Message': {}, 'MessageQueueListener': {}, 'MESSAGE_TYPE_CLOSED': CONSTANT, 'AbstractChannel': {},
    },
    'eric_sse.servers': {
        'ChannelContainer': {'add': '', 'get': 'channel_id', 'rm': 'channel_id'},
        'SocketServer': {'__init__': 'file_descriptor_path', 'cc': CONSTANT, 'connect_callback': 'reader writer',
                         'shutdown': 'server', 'main': '', 'start': 'file_descriptor_path'},
    },
}

BASES = {
    'eric_sse.message.Message': 'eric_sse.message.MessageContract',
    'eric_sse.message.SignedMessage': 'eric_sse.message.Message',
    'eric_sse.message.UniqueMessage': 'eric_sse.message.MessageContract',
    'eric_sse.queues.InMemoryQueue': 'eric_sse.queues.Queue',
    'eric_sse.connection.InMemoryConnectionsFactory': 'eric_sse.connection.ConnectionsFactory',
    'eric_sse.repository.InMemoryStorage': 'eric_sse.repository.KvStorage',
    'eric_sse.repository.ConnectionRepository': 'eric_sse.interfaces.ConnectionRepositoryInterface',
    'eric_sse.repository.AbstractChannelRepository': 'eric_sse.interfaces.ChannelRepositoryInterface',
    'eric_sse.prefabs.SSEChannel': 'eric_sse.entities.AbstractChannel',
    'eric_sse.prefabs.DataProcessingChannel': 'eric_sse.entities.AbstractChannel',
    'eric_sse.prefabs.ThreadPoolListener': 'eric_sse.entities.MessageQueueListener',
    'eric_sse.prefabs.SimpleDistributedApplicationListener': 'eric_sse.listener.MessageQueueListener',
    'eric_sse.prefabs.SimpleDistributedApplicationChannel': 'eric_sse.prefabs.SSEChannel',
    'eric_sse.prefabs.SSEChannelRepository': 'eric_sse.repository.AbstractChannelRepository',
}

ABSTRACT = {
    'eric_sse.message.MessageContract': {'type', 'payload'},
    'eric_sse.queues.Queue': {'pop', 'push'},
    'eric_sse.connection.ConnectionsFactory': {'create'},
    'eric_sse.entities.AbstractChannel': {'adapt'},
    'eric_sse.interfaces.QueueRepositoryInterface': {'load', 'persist', 'delete'},
    'eric_sse.interfaces.ListenerRepositoryInterface': {'load', 'persist', 'delete'},
    'eric_sse.interfaces.ConnectionRepositoryInterface': {
        'queues_repository', 'listeners_repository', 'load_all', 'load_one', 'persist', 'delete'},
    'eric_sse.interfaces.ChannelRepositoryInterface': {
        'connections_factory', 'connections_repository', 'load_all', 'load_one', 'persist', 'delete', 'create'},
    'eric_sse.repository.KvStorage': {'fetch_by_prefix', 'fetch_all', 'upsert', 'fetch_one', 'delete'},
    'eric_sse.repository.AbstractChannelRepository': {'_channel_to_dict', 'create'},
}

COROUTINES = ['eric_sse.entities.AbstractChannel.watch', 'eric_sse.servers.SocketServer.connect_callback',
              'eric_sse.servers.SocketServer.main', 'eric_sse.servers.SocketServer.shutdown'] + [
              f'eric_sse.clients.SocketClient.{name}' for name in
              ('send_payload', 'create_channel', 'register', 'broadcast_message', 'dispatch', 'remove_listener',
               'remove_channel')]
GENERATORS = ['eric_sse.prefabs.DataProcessingChannel.process_queue',
              'eric_sse.servers.SocketServer.handle_command', 'eric_sse.clients.SocketClient.stream']

STATIC = ['eric_sse.servers.SocketServer.start', 'eric_sse.servers.SocketServer.connect_callback',
          'eric_sse.servers.SocketServer.handle_command',
          'eric_sse.prefabs.SSEChannelRepository._channel_to_dict']


def find(path):
    package, module, *names = path.split('.')
    found = importlib.import_module(f'{package}.{module}')
    for name in names:
        found = getattr(found, name)
    return found


def flatten(api):
    for module, names in api.items():
        for name, members in names.items():
            yield module, name, members
            for member, expected in members.items() if isinstance(members, dict) else ():
                yield module, f'{name}.{member}', expected


def parameters_of(function):
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.name != 'self']


def get(module, path):
    found = importlib.import_module(module)
    for name in path.split('.'):
        found = inspect.getattr_static(found, name)
    return found.__func__ if isinstance(found, staticmethod) else found


def check_kind(found, expected):
    """What is left to check: the names of the parameters."""
    if expected == PROPERTY:
        assert isinstance(found, property)
    elif expected == CONSTANT:
        assert not callable(found)
    elif isinstance(expected, dict):
        assert inspect.isclass(found)
    else:
        return expected.split()
    return None


@pytest.mark.parametrize('module, path, expected', flatten(API_2_1))
def test_2_1(module, path, expected):
    found = get(module, path)
    names = check_kind(found, expected)
    if names is None:
        return
    parameters = parameters_of(found)
    positional = [parameter.name for parameter in parameters
                  if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.POSITIONAL_ONLY)]
    assert positional[:len(names)] == names
    # What it has more than 2.1 may be left out.
    more = [parameter for parameter in parameters if parameter.name not in names]
    assert all(parameter.default is not parameter.empty for parameter in more)


@pytest.mark.parametrize('module, path, expected', flatten(API_0_3))
def test_0_3(module, path, expected):
    found = get(module, path)
    names = check_kind(found, expected)
    if names is None:
        return
    parameters = {parameter.name: parameter for parameter in parameters_of(found)}
    assert set(names) <= parameters.keys()
    more = parameters.keys() - set(names)
    assert all(parameters[name].default is not inspect.Parameter.empty for name in more)


@pytest.mark.parametrize('path', BASES)
def test_bases(path):
    assert issubclass(find(path), find(BASES[path]))


@pytest.mark.parametrize('path', ABSTRACT)
def test_abstract(path):
    cls = find(path)
    assert cls.__abstractmethods__ == ABSTRACT[path]
    with pytest.raises(TypeError):
        cls()


def test_exceptions():
    """None of them is another, and each is an Exception at once, as in both generations."""
    for name in API_2_1['eric_sse.exception']:
        assert find(f'eric_sse.exception.{name}').__bases__ == (Exception,)


def test_kinds():
    assert all(inspect.iscoroutinefunction(find(path)) for path in COROUTINES)
    assert all(inspect.isasyncgenfunction(find(path)) for path in GENERATORS)
    for path in STATIC:
        cls, _, name = path.rpartition('.')
        assert isinstance(inspect.getattr_static(find(cls), name), staticmethod)


def test_values():
    assert find('eric_sse.entities.MESSAGE_TYPE_CLOSED') == '_eric_channel_closed'
    assert find('eric_sse.entities.MESSAGE_TYPE_END_OF_STREAM') == '_eric_channel_eof'
    assert find('eric_sse.entities.MESSAGE_TYPE_INTERNAL_ERROR') == '_eric_error'
    assert find('eric_sse.servers.SocketServer.ACK') == 'ack'
    channel = find('eric_sse.prefabs.SSEChannel')()
    assert (channel.stream_delay_seconds, channel.retry_timeout_milliseconds) == (0, 5)


def test_type_hints():
    """All that is public says what it takes and gives."""
    for module, path, expected in flatten(API_2_1):
        if isinstance(expected, str) and expected not in (PROPERTY, CONSTANT):
            found = get(module, path)
            if not inspect.isfunction(found):
                continue
            signature = inspect.signature(found)
            assert signature.return_annotation is not signature.empty, path
            for parameter in parameters_of(found):
                assert parameter.annotation is not parameter.empty, (path, parameter.name)


# What modules of either generation have of other modules of the package, and programs take from there.
RE_EXPORTS = {
    'connection': 'MessageQueueListener Queue InMemoryQueue',
    'entities': 'Message MessageContract MessageQueueListener Connection ConnectionsFactory '
                'InMemoryConnectionsFactory Queue InvalidChannelException InvalidListenerException '
                'NoMessagesException logger',
    'interfaces': 'AbstractChannel Connection ConnectionsFactory MessageQueueListener Queue',
    'listener': 'MessageContract logger',
    'message': 'generate_uuid',
    'prefabs': 'AbstractChannel AbstractChannelRepository ConnectionsFactory Message MessageContract '
               'MessageQueueListener MESSAGE_TYPE_CLOSED NoMessagesException SignedMessage get_logger logger',
    'queues': 'MessageContract NoMessagesException RepositoryError',
    'repository': 'AbstractChannel Connection ConnectionsFactory ChannelRepositoryInterface '
                  'ConnectionRepositoryInterface ItemNotFound ListenerRepositoryInterface QueueRepositoryInterface',
    'servers': 'AbstractChannel InvalidChannelException InvalidListenerException InvalidMessageFormat Message '
               'MessageContract SSEChannel get_logger logger',
}


@pytest.mark.parametrize('module', RE_EXPORTS)
def test_re_exports(module):
    having = importlib.import_module(f'eric_sse.{module}')
    missing = [name for name in RE_EXPORTS[module].split() if not hasattr(having, name)]
    assert missing == []
