#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the Python package has pickled, in either generation, comes out as what it was.

The data were written by eric-sse 0.3.2 and 2.1.1.2, with protocol 4. Their queues in memory
cannot be pickled: in the place of the one of `connected` is the listener."""

import base64
import pickle

import pytest

from eric_sse.connection import Connection, InMemoryConnectionsFactory
from eric_sse.entities import Message
from eric_sse.listener import MessageQueueListener
from eric_sse.message import SignedMessage, UniqueMessage
from eric_sse.prefabs import (DataProcessingChannel, SimpleDistributedApplicationChannel,
                              SimpleDistributedApplicationListener, SSEChannel)

V03 = {
    'message':
        'gASVTAAAAAAAAACMEWVyaWNfc3NlLmVudGl0aWVzlIwHTWVzc2FnZZSTlCmBlH2UKIwEdHlwZZSMAW2UjAdwYXlsb2FklH2U'
        'jAFhlF2UKEsBTmVzdWIu',
    'listener':
        'gASVZAAAAAAAAACMEWVyaWNfc3NlLmVudGl0aWVzlIwUTWVzc2FnZVF1ZXVlTGlzdGVuZXKUk5QpgZR9lCiMAmlklIwBMZSM'
        'IV9NZXNzYWdlUXVldWVMaXN0ZW5lcl9faXNfcnVubmluZ5SIdWIu',
    'channel':
        'gASVMgEAAAAAAACMEGVyaWNfc3NlLnByZWZhYnOUjApTU0VDaGFubmVslJOUKYGUfZQojAJpZJSMATGUjAlsaXN0ZW5lcnOU'
        'fZSMATGUjBFlcmljX3NzZS5lbnRpdGllc5SMFE1lc3NhZ2VRdWV1ZUxpc3RlbmVylJOUKYGUfZQoaAVoCYwhX01lc3NhZ2VR'
        'dWV1ZUxpc3RlbmVyX19pc19ydW5uaW5nlIh1YnOMBnF1ZXVlc5R9lGgJXZQoaAqMB01lc3NhZ2WUk5QpgZR9lCiMBHR5cGWU'
        'jAFtlIwHcGF5bG9hZJRdlEsBYXViaBQpgZR9lChoF4wBbpRoGU51YmVzjBRzdHJlYW1fZGVsYXlfc2Vjb25kc5RLAIwacmV0'
        'cnlfdGltZW91dF9taWxsaXNlY29uZHOUSxR1Yi4=',
}

V21 = {
    'message':
        'gASVTQAAAAAAAACMEGVyaWNfc3NlLm1lc3NhZ2WUjAdNZXNzYWdllJOUKYGUfZQojAVfdHlwZZSMAW2UjAhfcGF5bG9hZJR9'
        'lIwBYZRdlChLAU5lc3ViLg==',
    'unique':
        'gASVsAAAAAAAAACMEGVyaWNfc3NlLm1lc3NhZ2WUjA1VbmlxdWVNZXNzYWdllJOUKYGUfZQojBJfVW5pcXVlTWVzc2FnZV9f'
        'aWSUjAFplIwXX1VuaXF1ZU1lc3NhZ2VfX21lc3NhZ2WUaACMB01lc3NhZ2WUk5QpgZR9lCiMBV90eXBllIwBbZSMCF9wYXls'
        'b2FklEsBdWKMGV9VbmlxdWVNZXNzYWdlX19zZW5kZXJfaWSUjAFzlHViLg==',
    'signed':
        'gASVZwAAAAAAAACMEGVyaWNfc3NlLm1lc3NhZ2WUjA1TaWduZWRNZXNzYWdllJOUKYGUfZQojAVfdHlwZZSMAW2UjAhfcGF5'
        'bG9hZJRLAowZX1NpZ25lZE1lc3NhZ2VfX3NlbmRlcl9pZJSMAXOUdWIu',
    'listener':
        'gASVZAAAAAAAAACMEWVyaWNfc3NlLmxpc3RlbmVylIwUTWVzc2FnZVF1ZXVlTGlzdGVuZXKUk5QpgZR9lCiMAmlklIwBbJSM'
        'IV9NZXNzYWdlUXVldWVMaXN0ZW5lcl9faXNfcnVubmluZ5SIdWIu',
    'channel':
        'gASVwAEAAAAAAACMEGVyaWNfc3NlLnByZWZhYnOUjApTU0VDaGFubmVslJOUKYGUfZQojBRfQWJzdHJhY3RDaGFubmVsX19p'
        'ZJSMAWOUjBRzdHJlYW1fZGVsYXlfc2Vjb25kc5RLAowkX0Fic3RyYWN0Q2hhbm5lbF9fY29ubmVjdGlvbl9tYW5hZ2VylIwR'
        'ZXJpY19zc2UuZW50aXRpZXOUjBJfQ29ubmVjdGlvbk1hbmFnZXKUk5QpgZR9lCiMHl9Db25uZWN0aW9uTWFuYWdlcl9fY2hh'
        'bm5lbF9pZJRoBowdX0Nvbm5lY3Rpb25NYW5hZ2VyX19saXN0ZW5lcnOUfZSMGl9Db25uZWN0aW9uTWFuYWdlcl9fcXVldWVz'
        'lH2UjB9fQ29ubmVjdGlvbk1hbmFnZXJfX2Nvbm5lY3Rpb25zlH2UdWKMJV9BYnN0cmFjdENoYW5uZWxfX2Nvbm5lY3Rpb25z'
        'X2ZhY3RvcnmUjBNlcmljX3NzZS5jb25uZWN0aW9ulIwaSW5NZW1vcnlDb25uZWN0aW9uc0ZhY3RvcnmUk5QpgZSMGnJldHJ5'
        'X3RpbWVvdXRfbWlsbGlzZWNvbmRzlEsUdWIu',
    'processing':
        'gASVIwIAAAAAAACMEGVyaWNfc3NlLnByZWZhYnOUjBVEYXRhUHJvY2Vzc2luZ0NoYW5uZWyUk5QpgZR9lCiMFF9BYnN0cmFj'
        'dENoYW5uZWxfX2lklIwkYjYxODE2ZTEtMDdlZC00ZjJhLTkxMTYtZGYzZmYwMDg0YTcwlIwUc3RyZWFtX2RlbGF5X3NlY29u'
        'ZHOUSwCMJF9BYnN0cmFjdENoYW5uZWxfX2Nvbm5lY3Rpb25fbWFuYWdlcpSMEWVyaWNfc3NlLmVudGl0aWVzlIwSX0Nvbm5l'
        'Y3Rpb25NYW5hZ2VylJOUKYGUfZQojB5fQ29ubmVjdGlvbk1hbmFnZXJfX2NoYW5uZWxfaWSUaAaMHV9Db25uZWN0aW9uTWFu'
        'YWdlcl9fbGlzdGVuZXJzlH2UjBpfQ29ubmVjdGlvbk1hbmFnZXJfX3F1ZXVlc5R9lIwfX0Nvbm5lY3Rpb25NYW5hZ2VyX19j'
        'b25uZWN0aW9uc5R9lHVijCVfQWJzdHJhY3RDaGFubmVsX19jb25uZWN0aW9uc19mYWN0b3J5lIwTZXJpY19zc2UuY29ubmVj'
        'dGlvbpSMGkluTWVtb3J5Q29ubmVjdGlvbnNGYWN0b3J5lJOUKYGUjAttYXhfd29ya2Vyc5RLAowOZXhlY3V0b3JfY2xhc3OU'
        'jBljb25jdXJyZW50LmZ1dHVyZXMudGhyZWFklIwSVGhyZWFkUG9vbEV4ZWN1dG9ylJOUdWIu',
    'connected':
        'gASVjgIAAAAAAACMEGVyaWNfc3NlLnByZWZhYnOUjApTU0VDaGFubmVslJOUKYGUfZQojBRfQWJzdHJhY3RDaGFubmVsX19p'
        'ZJSMAWSUjBRzdHJlYW1fZGVsYXlfc2Vjb25kc5RLAIwkX0Fic3RyYWN0Q2hhbm5lbF9fY29ubmVjdGlvbl9tYW5hZ2VylIwR'
        'ZXJpY19zc2UuZW50aXRpZXOUjBJfQ29ubmVjdGlvbk1hbmFnZXKUk5QpgZR9lCiMHl9Db25uZWN0aW9uTWFuYWdlcl9fY2hh'
        'bm5lbF9pZJRoBowdX0Nvbm5lY3Rpb25NYW5hZ2VyX19saXN0ZW5lcnOUfZSMAWyUjBFlcmljX3NzZS5saXN0ZW5lcpSMFE1l'
        'c3NhZ2VRdWV1ZUxpc3RlbmVylJOUKYGUfZQojAJpZJRoEYwhX01lc3NhZ2VRdWV1ZUxpc3RlbmVyX19pc19ydW5uaW5nlIh1'
        'YnOMGl9Db25uZWN0aW9uTWFuYWdlcl9fcXVldWVzlH2UaBFoFXOMH19Db25uZWN0aW9uTWFuYWdlcl9fY29ubmVjdGlvbnOU'
        'fZRoEYwTZXJpY19zc2UuY29ubmVjdGlvbpSMCkNvbm5lY3Rpb26Uk5QpgZR9lCiMFV9Db25uZWN0aW9uX19saXN0ZW5lcpRo'
        'FYwSX0Nvbm5lY3Rpb25fX3F1ZXVllGgVjA9fQ29ubmVjdGlvbl9faWSUjAFrlHVic3VijCVfQWJzdHJhY3RDaGFubmVsX19j'
        'b25uZWN0aW9uc19mYWN0b3J5lGgdjBpJbk1lbW9yeUNvbm5lY3Rpb25zRmFjdG9yeZSTlCmBlIwacmV0cnlfdGltZW91dF9t'
        'aWxsaXNlY29uZHOUSwV1Yi4=',
    'distributed':
        'gASVFAMAAAAAAACMEGVyaWNfc3NlLnByZWZhYnOUjCRTaW1wbGVEaXN0cmlidXRlZEFwcGxpY2F0aW9uTGlzdGVuZXKUk5Qp'
        'gZR9lCiMAmlklIwBZZSMIV9NZXNzYWdlUXVldWVMaXN0ZW5lcl9faXNfcnVubmluZ5SJjC5fU2ltcGxlRGlzdHJpYnV0ZWRB'
        'cHBsaWNhdGlvbkxpc3RlbmVyX19jaGFubmVslGgAjCNTaW1wbGVEaXN0cmlidXRlZEFwcGxpY2F0aW9uQ2hhbm5lbJSTlCmB'
        'lH2UKIwUX0Fic3RyYWN0Q2hhbm5lbF9faWSUjAFmlIwUc3RyZWFtX2RlbGF5X3NlY29uZHOUSwCMJF9BYnN0cmFjdENoYW5u'
        'ZWxfX2Nvbm5lY3Rpb25fbWFuYWdlcpSMEWVyaWNfc3NlLmVudGl0aWVzlIwSX0Nvbm5lY3Rpb25NYW5hZ2VylJOUKYGUfZQo'
        'jB5fQ29ubmVjdGlvbk1hbmFnZXJfX2NoYW5uZWxfaWSUaA6MHV9Db25uZWN0aW9uTWFuYWdlcl9fbGlzdGVuZXJzlH2UjBpf'
        'Q29ubmVjdGlvbk1hbmFnZXJfX3F1ZXVlc5R9lIwfX0Nvbm5lY3Rpb25NYW5hZ2VyX19jb25uZWN0aW9uc5R9lHVijCVfQWJz'
        'dHJhY3RDaGFubmVsX19jb25uZWN0aW9uc19mYWN0b3J5lIwTZXJpY19zc2UuY29ubmVjdGlvbpSMGkluTWVtb3J5Q29ubmVj'
        'dGlvbnNGYWN0b3J5lJOUKYGUjBpyZXRyeV90aW1lb3V0X21pbGxpc2Vjb25kc5RLBXVijC5fU2ltcGxlRGlzdHJpYnV0ZWRB'
        'cHBsaWNhdGlvbkxpc3RlbmVyX19hY3Rpb25zlH2UjDdfU2ltcGxlRGlzdHJpYnV0ZWRBcHBsaWNhdGlvbkxpc3RlbmVyX19p'
        'bnRlcm5hbF9hY3Rpb25zlH2UKIwFc3RhcnSUjAhidWlsdGluc5SMB2dldGF0dHKUk5RoA2gnhpRSlIwEc3RvcJRoKmgDaC2G'
        'lFKUdXViLg==',
}


def load(data):
    """Once more what was loaded: this package keeps it, too."""
    loaded = pickle.loads(base64.b64decode(data))
    again = pickle.loads(pickle.dumps(loaded))
    assert type(again) is type(loaded)
    return loaded, again


@pytest.mark.parametrize('data', [V03['message'], V21['message']], ids=['0.3.2', '2.1'])
def test_message(data):
    for message in load(data):
        assert type(message) is Message
        assert (message.type, message.payload) == ('m', {'a': [1, None]})
        message.type = 'n'
        assert repr(message) == "Message(msg_type='n', msg_payload={'a': [1, None]})"


def test_messages_around_messages():
    for message in load(V21['unique']):
        assert type(message) is UniqueMessage
        assert (message.id, message.sender_id, message.type, message.payload) == ('i', 's', 'm', 1)
    for message in load(V21['signed']):
        assert type(message) is SignedMessage
        assert (message.sender_id, message.type, message.payload) == ('s', 'm', 2)


@pytest.mark.parametrize('data, listener_id', [(V03['listener'], '1'), (V21['listener'], 'l')], ids=['0.3.2', '2.1'])
def test_listener(data, listener_id):
    for listener in load(data):
        assert type(listener) is MessageQueueListener
        assert listener.id == listener_id and listener.is_running()
        listener.stop()
        assert not listener.is_running()


def test_channel_of_0_3():
    """With its listeners, and with what waits for them."""
    for channel in load(V03['channel']):
        assert type(channel) is SSEChannel
        assert (channel.id, channel.retry_timeout_milliseconds) == ('1', 20)
        assert channel.get_listener('1').is_running()
        channel.broadcast(Message('o'))
        assert [channel.deliver_next('1').type for _ in range(3)] == ['m', 'n', 'o']
        listener = channel.add_listener()
        channel.dispatch(listener.id, Message('p'))
        assert channel.queues[listener.id][0].type == 'p'


def test_channel():
    for channel in load(V21['channel']):
        assert type(channel) is SSEChannel
        assert (channel.id, channel.stream_delay_seconds, channel.retry_timeout_milliseconds) == ('c', 2, 20)
        assert list(channel.get_connections()) == []
        listener = channel.add_listener()
        listener.start()
        channel.broadcast(Message('m'))
        assert channel.deliver_next(listener.id).type == 'm'
    for channel in load(V21['processing']):
        assert type(channel) is DataProcessingChannel
        assert channel.max_workers == 2 and channel.retry_timeout_milliseconds == 5


def test_connections_of_a_channel():
    for channel in load(V21['connected']):
        connection, = channel.get_connections()
        assert type(connection) is Connection and connection.id == 'k'
        assert channel.get_listener('l') is connection.listener is connection.queue
        assert connection.listener.is_running()
        channel.remove_listener('l')
        assert channel.listeners == {}


def test_distributed_application():
    for listener in load(V21['distributed']):
        assert type(listener) is SimpleDistributedApplicationListener and listener.id == 'e'
        channel = listener._SimpleDistributedApplicationListener__channel
        assert type(channel) is SimpleDistributedApplicationChannel and channel.id == 'f'
        assert type(channel._AbstractChannel__connections_factory) is InMemoryConnectionsFactory
        listener.on_message(Message('start'))
        assert listener.is_running()


if __name__ == '__main__':
    raise SystemExit(pytest.main([__file__]))
