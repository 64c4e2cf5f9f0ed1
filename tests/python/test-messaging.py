# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library from Python, by the names of its C functions."""

import gc
import socket
import sys
import threading
import unittest

try:
    import gi
    gi.require_version('Eric', '1')
    gi.require_version('Soup', '3.0')
    from gi.repository import Eric, Gio, GLib, Soup
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)

TIMEOUT = 20


def run_until(predicate, what):
    """Runs the main loop until something is so."""
    context = GLib.MainContext.default()
    late = []
    source = GLib.timeout_source_new_seconds(TIMEOUT)
    source.set_callback(lambda *_: late.append(True))
    source.attach(context)
    try:
        while not predicate():
            context.iteration(True)
            if late:
                raise AssertionError(f'{what}: not within {TIMEOUT} s')
    finally:
        source.destroy()


def text(event_type, words):
    return Eric.Message.new_from_text(event_type, words)


class TestCase(unittest.TestCase):
    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        error = caught.exception
        self.assertEqual(error.domain, 'eric-error-quark')
        self.assertEqual(error.code, int(code), error.message)
        self.assertTrue(error.matches(GLib.quark_from_string('eric-error-quark'), int(code)))
        self.assertTrue(error.message)


class Messages(TestCase):
    def test_text(self):
        message = text('tick', 'Grüße 🎉')
        self.assertEqual(message.get_event_type(), 'tick')
        self.assertEqual(message.get_text(), 'Grüße 🎉')
        self.assertEqual(message.get_payload().unpack(), 'Grüße 🎉')
        self.assertIsNone(message.get_id())
        self.assertIsNone(message.get_sender_id())
        self.assertEqual(text(None, 'x').get_event_type(), 'message')

    def test_variant(self):
        payload = GLib.Variant('a{sv}', {'n': GLib.Variant('x', 7), 'list': GLib.Variant('ad', [1.5])})
        message = Eric.Message.new_full(None, payload, 'id-1', 'me')
        self.assertEqual(message.get_payload().unpack(), {'n': 7, 'list': [1.5]})
        self.assertEqual((message.get_id(), message.get_sender_id()), ('id-1', 'me'))
        self.assertEqual(message.copy_with_id('id-2').get_id(), 'id-2')
        self.assertEqual(message.get_id(), 'id-1')

    def test_json(self):
        message = Eric.Message.new_from_json('data', '{"a": [1, true, null, "x"]}', -1)
        again = Eric.Message.new_from_json('data', message.get_text(), -1)
        self.assertEqual(message.get_payload().unpack(), again.get_payload().unpack())
        self.assertEqual(message.get_payload().unpack()['a'][0], 1)

    def test_errors(self):
        invalid = Eric.Error.INVALID_MESSAGE_FORMAT
        self.assert_error(invalid, Eric.Message.new_from_json, None, '{', -1)
        self.assert_error(invalid, text, 'two\nlines', 'x')
        self.assert_error(invalid, Eric.Message.new_full, None, None, 'two\nlines', None)

    def test_encoder(self):
        message = Eric.Message.new_full('tick', GLib.Variant('s', 'a\nb'), '1', None)
        self.assertEqual(Eric.sse_encode_message(message).get_data(), b'id: 1\nevent: tick\ndata: a\ndata: b\n\n')
        self.assertEqual(Eric.sse_encode_retry(5).get_data(), b'retry: 5\n\n')

    def test_version(self):
        self.assertEqual(Eric.MAJOR_VERSION, 0)
        self.assertEqual(Eric.VERSION_S, f'{Eric.MAJOR_VERSION}.{Eric.MINOR_VERSION}.{Eric.MICRO_VERSION}')


class Parser(TestCase):
    def taken(self, parser):
        messages = iter(parser.next, None)
        return [(message.get_event_type(), message.get_text(), message.get_id()) for message in messages]

    def test_pieces(self):
        stream = '\ufeffid: 7\r\nevent: tick\r\ndata: Grüße\r\ndata: 🎉\r\n\r\ndata: 2\n\ndata: cut off\n'.encode()
        expected = [('tick', 'Grüße\n🎉', '7'), ('message', '2', '7')]
        for size in 1, 2, 7, len(stream):
            parser = Eric.SseParser.new()
            seen = []
            for start in range(0, len(stream), size):
                parser.feed(stream[start:start + size])
                seen += self.taken(parser)
            parser.end()
            self.assertEqual(seen + self.taken(parser), expected, size)
            self.assertEqual(parser.props.last_event_id, '7')

    def test_bytes(self):
        parser = Eric.SseParser.new()
        parser.feed_bytes(GLib.Bytes.new(b'data: a\0b\nretry: 30\n\n'))
        message = parser.next()
        self.assertEqual(message.get_data(), b'a\0b')
        self.assertEqual(message.get_text(), 'a\ufffdb')
        self.assertEqual(parser.get_retry_delay(), (True, 30))
        again = Eric.Message.new_from_data(None, message.get_data())
        self.assertEqual(Eric.sse_encode_message(again).get_data(), b'data: a\0b\n\n')

    def test_comments(self):
        parser = Eric.SseParser.new()
        seen = []
        parser.set_comment_func(seen.append)
        gc.collect()
        parser.feed(b': one\n:two\ndata: 1\n\n:\n')
        self.assertEqual(seen, ['one', 'two', ''])
        parser.set_comment_func(None)
        parser.feed(b': three\n')
        self.assertEqual(seen, ['one', 'two', ''])

    def test_limits(self):
        parser = Eric.SseParser(max_line_size=10, max_event_size=3)
        self.assert_error(Eric.Error.TOO_LARGE, parser.feed, b'data: 1\n\n' + 11 * b'x')
        self.assert_error(Eric.Error.TOO_LARGE, parser.feed, b'\n')
        self.assert_error(Eric.Error.TOO_LARGE, parser.end)
        self.assertEqual(self.taken(parser), [('message', '1', None)])
        parser.reset()
        self.assert_error(Eric.Error.TOO_LARGE, parser.feed, b'data: 1234\n\n')

    def test_ndjson(self):
        parser = Eric.SseParser.new_for_format(Eric.StreamFormat.NDJSON)
        parser.feed(b'{"a": [1')
        parser.feed(b', true]}\n\n{"a": 2}')
        parser.end()
        self.assertEqual([message.get_payload().unpack() for message in iter(parser.next, None)],
                         [{'a': [1, True]}, {'a': 2}])
        self.assert_error(Eric.Error.INVALID_MESSAGE_FORMAT, parser.feed, b'{]\n')

    def test_parse_json(self):
        parser = Eric.SseParser.new()
        parser.feed(b'data: {"a": 1}\n\ndata: [DONE]\n\n')
        self.assertEqual(parser.next().parse_json().unpack(), {'a': 1})
        self.assert_error(Eric.Error.INVALID_MESSAGE_FORMAT, parser.next().parse_json)


class Collector(Eric.Listener):
    __gtype_name__ = 'Collector'

    def __init__(self):
        super().__init__()
        self.seen = []

    def do_on_message(self, message):
        self.seen.append(message.get_text())


class Channels(TestCase):
    def test_dispatch_and_broadcast(self):
        channel = Eric.SseChannel.new('news')
        first, second = channel.add_listener(), channel.add_listener()
        for listener in first, second:
            listener.start()
        self.assertEqual(sorted(channel.get_listener_ids()), sorted([first.get_id(), second.get_id()]))
        channel.dispatch(first.get_id(), text(None, 'for one'))
        channel.broadcast(text(None, 'for all'))
        self.assertEqual(channel.deliver_next(first.get_id()).get_text(), 'for one')
        for listener in first, second:
            self.assertEqual([message.get_text() for message in channel.deliver_batch(listener.get_id(), 10)],
                             ['for all'])
        self.assert_error(Eric.Error.NO_MESSAGES, channel.deliver_next, first.get_id())
        self.assert_error(Eric.Error.INVALID_LISTENER, channel.dispatch, 'nobody', text(None, 'x'))
        self.assertTrue(channel.remove_listener(first.get_id()))
        self.assert_error(Eric.Error.INVALID_LISTENER, channel.get_listener, first.get_id())
        channel.close()
        self.assertTrue(channel.get_closed())
        self.assert_error(Eric.Error.INVALID_CHANNEL, channel.broadcast, text(None, 'x'))

    def test_subclass(self):
        channel = Eric.SseChannel.new('news')
        listener = Collector()
        channel.register_listener(listener)
        listener.start()
        for n in range(3):
            channel.broadcast(text(None, str(n)))
        for _ in range(3):
            channel.deliver_next(listener.get_id())
        self.assertEqual(listener.seen, ['0', '1', '2'])

    def test_overflow(self):
        listener = Eric.Listener(capacity=2, overflow=Eric.Overflow.REJECT)
        listener.start()
        for _ in range(2):
            listener.push(text(None, 'x'))
        self.assert_error(Eric.Error.QUEUE_FULL, listener.push, text(None, 'x'))
        self.assertEqual((listener.get_pending(), listener.props.capacity), (2, 2))

    def test_stream(self):
        channel = Eric.SseChannel.new('news')
        stream = channel.watch()
        seen = []

        def next_cb(source, result):
            message = source.next_finish(result)
            if message is None:
                seen.append(None)
                return
            seen.append(message.get_text())
            source.next_async(GLib.PRIORITY_DEFAULT, None, next_cb)

        stream.next_async(GLib.PRIORITY_DEFAULT, None, next_cb)
        # Broadcast from another thread than the one that listens.
        thread = threading.Thread(target=lambda: [channel.broadcast(text(None, str(n))) for n in range(100)])
        thread.start()
        run_until(lambda: len(seen) == 100, 'a hundred messages')
        thread.join(TIMEOUT)
        self.assertEqual(seen, [str(n) for n in range(100)])
        channel.close()
        run_until(lambda: seen[-1] is None, 'the end of the stream')

    def test_batches(self):
        # Nothing of a batch may depend on the array that it came in.
        channel = Eric.SseChannel.new('news')
        stream = channel.watch()
        batches = []
        stream.next_batch_async(10, GLib.PRIORITY_DEFAULT, None,
                                lambda source, result: batches.append(source.next_batch_finish(result)))
        for n in range(5):
            channel.broadcast(text(None, str(n)))
        run_until(lambda: batches, 'a batch')
        stream.get_listener().push(text(None, 'pushed'))
        rest = stream.get_listener().deliver_batch(10)
        gc.collect()
        self.assertEqual([message.get_text() for message in batches[0] + rest], ['0', '1', '2', '3', '4', 'pushed'])

    def test_stream_cancelled(self):
        stream = Eric.SseChannel.new('news').watch()
        cancellable = Gio.Cancellable()
        errors = []

        def next_cb(source, result):
            try:
                source.next_finish(result)
            except GLib.Error as error:
                errors.append(error)

        stream.next_async(GLib.PRIORITY_DEFAULT, cancellable, next_cb)
        cancellable.cancel()
        run_until(lambda: errors, 'the cancellation')
        self.assertTrue(errors[0].matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_container(self):
        container = Eric.ChannelContainer.new(Eric.SseChannel)
        added = []
        container.connect('channel-added', lambda _, channel: added.append(channel.get_id()))
        channel = container.add('news')
        self.assertIsInstance(channel, Eric.SseChannel)
        self.assertEqual((added, container.get_ids(), container.get_size()), (['news'], ['news'], 1))
        self.assertIs(container.get('news'), channel)
        self.assert_error(Eric.Error.INVALID_CHANNEL, container.get, 'other')
        self.assertTrue(container.remove('news'))
        self.assertEqual(container.get_size(), 0)

    def test_replay(self):
        channel = Eric.SseChannel(id='news', history_size=3)
        for n in range(5):
            channel.broadcast(Eric.Message.new_full(None, GLib.Variant('s', str(n)), f'id-{n}', None))
        self.assertEqual((channel.get_n_messages(), channel.get_history_length()), (5, 3))
        for id, outcome, texts in [('id-2', Eric.Replay.CONTINUED, ['3', '4']),
                                   ('id-4', Eric.Replay.CONTINUED, []),
                                   ('never', Eric.Replay.UNKNOWN_ID, ['2', '3', '4'])]:
            replay, messages = channel.replay_after(id)
            self.assertEqual((replay, [message.get_text() for message in messages]), (outcome, texts), id)


class MessageLists(TestCase):
    def test_list(self):
        messages = Eric.MessageList(max_items=100, newest_first=True, frame_interval=0)
        changes = []
        messages.connect('items-changed', lambda _, *change: changes.append(change))
        for n in range(3):
            messages.append(text(None, str(n)))
        self.assertEqual(len(messages), 0)
        run_until(lambda: changes, 'the first change')
        self.assertEqual([message.get_text() for message in messages], ['2', '1', '0'])
        self.assertEqual((messages[0].get_text(), messages.props.n_items), ('2', 3))
        self.assertEqual(messages.get_item_type(), Eric.Message.__gtype__)
        messages.clear()
        run_until(lambda: len(messages) == 0, 'the list is empty')
        self.assertEqual(changes, [(0, 0, 3), (0, 3, 0)])

    def test_keys(self):
        messages = Eric.MessageList.new(100)
        messages.set_key_func(lambda message, *_: message.get_id())
        gc.collect()
        for words, id in [('a', '1'), ('b', None), ('c', '1'), ('d', None)]:
            messages.append(Eric.Message.new_full(None, GLib.Variant('s', words), id, None))
        run_until(lambda: len(messages) == 3, 'the messages')
        self.assertEqual([message.get_text() for message in messages], ['c', 'b', 'd'])
        messages.set_key_func(None)
        messages.append(Eric.Message.new_full(None, GLib.Variant('s', 'e'), '1', None))
        run_until(lambda: len(messages) == 4, 'the other message')

    def test_follow(self):
        channel = Eric.SseChannel.new('news')
        listener = channel.add_listener()
        listener.start()
        messages = Eric.MessageList.new(100)
        messages.follow(listener)
        for n in range(3):
            channel.broadcast(text(None, str(n)))
        run_until(lambda: len(messages) == 3, 'the messages')
        self.assertEqual([message.get_text() for message in messages], ['0', '1', '2'])
        channel.close()


class Server(TestCase):
    def test_server(self):
        soup_server = Soup.Server()
        server = Eric.SseServer.new(soup_server, None)
        channel = server.get_channels().add('news')
        news = []
        server.connect('subscribed', lambda _, subscriber: news.append(list(subscriber.get_channel_ids())))
        server.connect('unsubscribed', lambda _, subscriber, reason: news.append(reason))
        server.mount('/events')
        self.assertTrue(server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0)))
        port = server.get_listen_address().get_port()
        received = []
        problems = []

        def client():
            try:
                with socket.create_connection(('127.0.0.1', port), TIMEOUT) as sock:
                    sock.sendall(b'GET /events/news HTTP/1.0\r\nHost: x\r\n\r\n')
                    data = b''
                    while not data.endswith(b'data: hello\n\n'):
                        part = sock.recv(4096)
                        if not part:
                            break
                        data += part
                    received.append(data)
            except OSError as error:
                problems.append(error)

        thread = threading.Thread(target=client)
        thread.start()
        run_until(lambda: news, 'a subscriber')
        self.assertEqual(news, [['news']])
        self.assertEqual(server.get_n_subscribers(), 1)
        subscriber, = server.get_subscribers()
        self.assertTrue(subscriber.get_remote_address().startswith('127.0.0.1:'))
        channel.broadcast(text('greeting', 'hello'))
        run_until(lambda: len(news) == 2, 'the subscriber is gone')
        self.assertEqual(news[1], Eric.SseDisconnect.PEER)
        thread.join(TIMEOUT)
        self.assertEqual(problems, [])
        self.assertTrue(received[0].startswith(b'HTTP/1.0 200 OK\r\n'))
        self.assertTrue(received[0].endswith(b'event: greeting\ndata: hello\n\n'), received)

        latencies = []
        server.check_async(None, lambda source, result: latencies.append(source.check_finish(result)))
        run_until(lambda: latencies, 'the check')
        self.assertGreater(latencies[0], 0)
        drained = []
        server.drain_async(1000, None, lambda source, result: drained.append(source.drain_finish(result)))
        run_until(lambda: drained, 'the end')
        self.assertEqual(drained, [True])

    def test_own_handler(self):
        soup_server = Soup.Server()
        server = Eric.SseServer.new(soup_server, None)
        channel = Eric.SseChannel.new(None)
        served = []

        def handle(_server, message, _path, _query, *_):
            message.get_response_headers().append('X-Own', 'yes')
            served.append(server.serve(message, channel))

        soup_server.add_handler('/own', handle)
        server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0))
        port = server.get_listen_address().get_port()
        with socket.create_connection(('127.0.0.1', port), TIMEOUT) as sock:
            sock.sendall(b'GET /own HTTP/1.1\r\nHost: x\r\n\r\n')
            run_until(lambda: served, 'the request')
            data = b''
            while b'retry: ' not in data:
                data += sock.recv(4096)
            self.assertIn(b'X-Own: yes\r\n', data)
            self.assertIsNotNone(served[0])
            self.assertTrue(server.disconnect_subscriber(served[0].get_id()))
            run_until(lambda: server.get_n_subscribers() == 0, 'it is disconnected')
            while part := sock.recv(4096):
                data += part
            self.assertTrue(data.endswith(b'0\r\n\r\n'))


if __name__ == '__main__':
    unittest.main(verbosity=2)
